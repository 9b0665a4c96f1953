#include "decode/bpf_info.h"

#include "decode/bpf_attr.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

/* Where the structure lies that is being shown. */
static uint64_t info_address(const struct decoder *d)
{
	const uint64_t *info = decoder_bytes(
		d, d->args[1] + offsetof(struct bpf_info, info), sizeof(*info), CAPTURE_AT_ENTER);

	return info ? *info : 0;
}

/* Room that was given, and what was needed of it. */
static void show_change(struct decoder *d, const struct field *field, const void *from,
	void (*show)(
		struct decoder *d, const struct field *field, const void *from, struct value *ret),
	struct value *ret)
{
	const struct field alone = {.bytes = field->bytes};
	const void *before =
		decoder_bytes(d, info_address(d) + field->at, field->bytes, CAPTURE_AT_ENTER);

	if (!before || field_number(&alone, before) == field_number(field, from)) {
		show(d, field, from, ret);
		return;
	}
	list_init(ret, VALUE_CHANGE);
	show(d, &alone, before, list_add(d, ret, NULL));
	show(d, field, from, list_add(d, ret, NULL));
}

static void field_used(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	show_change(d, field, from, field_uint, ret);
}

static void field_addr_used(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	show_change(d, field, from, field_addr, ret);
}

static void field_tag(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_prog_told *told = from;

	value_set_string(ret, told->tag, sizeof(told->tag));
	ret->flags |= VALUE_BINARY;
}

/* A list two pointers away from the call, too far to be followed; `count_at` is in bytes or so. */
static void field_far_list(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct field count = {.at = field->count_at, .bytes = sizeof(uint32_t)};
	const uint32_t *room =
		decoder_bytes(d, info_address(d) + count.at, sizeof(*room), CAPTURE_AT_ENTER);

	field_addr(d, field, from, ret);
	if (ret->num && (!field_number(&count, from) || (room && !*room)))
		list_init(ret, VALUE_ARRAY);
}

static void field_id(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_id(ret, (uint32_t)field_number(field, from));
}

static void field_dev(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_dev(d, ret, field_number(field, from));
}

static void field_bit(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_uint(ret, field_number(field, from) & 1);
}

#define MAP(member, ...)  FIELD(struct bpf_map_told, member, __VA_ARGS__)
#define MAP_GREW(m, ...)  GREW(struct bpf_map_told, m, __VA_ARGS__)
#define PROG(member, ...) FIELD(struct bpf_prog_told, member, __VA_ARGS__)
#define PROG_GREW(m, ...) GREW(struct bpf_prog_told, m, __VA_ARGS__)

static const struct field map_told[] = {
	MAP(type, enum, &flags_bpf_map_type),
	MAP(id, uint),
	MAP(key_size, uint),
	MAP(value_size, uint),
	MAP(max_entries, uint),
	MAP(map_flags, flags, &flags_bpf_map_flags),
	MAP_GREW(name, text),
	MAP_GREW(ifindex, ifindex),
	MAP(btf_vmlinux_value_type_id, uint),
	MAP(netns_dev, dev),
	MAP(netns_ino, uint),
	MAP_GREW(btf_id, uint),
	MAP(btf_key_type_id, uint),
	MAP(btf_value_type_id, uint),
	MAP_GREW(btf_vmlinux_id, uint),
	MAP(map_extra, hex),
	MAP_GREW(hash, hex),
	MAP(hash_size, uint),
};

static const struct field prog_told[] = {
	PROG(type, enum, &flags_bpf_prog_type),
	PROG(id, uint),
	PROG(tag, tag),
	PROG(jited_prog_len, used),
	PROG(jited_prog_insns, addr),
	PROG(xlated_prog_len, used),
	FIELD_LIST(struct bpf_prog_told, xlated_prog_insns, xlated_prog_len, far_list, uint),
	PROG_GREW(load_time, uint),
	PROG(created_by_uid, id),
	PROG(nr_map_ids, used),
	FIELD_LIST(struct bpf_prog_told, map_ids, nr_map_ids, far_list, uint),
	PROG(name, text),
	PROG_GREW(ifindex, ifindex),
	PROG(gpl_compatible, bit),
	PROG(netns_dev, dev),
	PROG(netns_ino, uint),
	PROG_GREW(nr_jited_ksyms, used),
	PROG(nr_jited_func_lens, used),
	PROG(jited_ksyms, addr_used),
	PROG(jited_func_lens, addr_used),
	PROG_GREW(btf_id, uint),
	PROG(func_info_rec_size, used),
	PROG(func_info, addr),
	PROG(nr_func_info, used),
	PROG(nr_line_info, used),
	PROG(line_info, addr),
	PROG(jited_line_info, addr_used),
	PROG(nr_jited_line_info, used),
	PROG(line_info_rec_size, used),
	PROG(jited_line_info_rec_size, used),
	PROG(nr_prog_tags, used),
	PROG(prog_tags, addr),
	PROG_GREW(run_time_ns, uint),
	PROG(run_cnt, uint),
	PROG_GREW(recursion_misses, uint),
	PROG_GREW(verified_insns, uint),
	PROG_GREW(attach_btf_obj_id, uint),
	PROG(attach_btf_id, uint),
};

void field_bpf_info(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_info *info = from;
	const struct capture *chunk = decoder_chunk(d, info->info, CAPTURE_AT_EXIT);
	int kind = DECODE_BPF_UNKNOWN;
	const void *told;

	value_set_addr(ret, info->info);
	if (d->opts->verbose && d->opts->bpf_object)
		kind = d->opts->bpf_object(d->opts->asked, (int)info->bpf_fd);
	if (!chunk)
		chunk = decoder_chunk(d, info->info, CAPTURE_AT_ENTER);
	if (!info->info || !chunk || !chunk->len || kind == DECODE_BPF_UNKNOWN)
		return;
	told = fields_copy(d, chunk, chunk->len, sizeof(struct bpf_prog_told));
	if (kind == DECODE_BPF_MAP &&
		fields_add(d, map_told, ARRAY_SIZE(map_told), told, chunk->len, ret))
		fields_add_extra(
			d, told, chunk->len, BPF_END_OF(struct bpf_map_told, hash_size), ret);
	else if (kind == DECODE_BPF_PROG &&
		 fields_add(d, prog_told, ARRAY_SIZE(prog_told), told, chunk->len, ret))
		fields_add_extra(
			d, told, chunk->len, BPF_END_OF(struct bpf_prog_told, attach_btf_id), ret);
}
