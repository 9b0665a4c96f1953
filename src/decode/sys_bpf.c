/* bpf: what the second argument points to, by command. */
#include <linux/bpf.h>
#include <string.h>

#include "decode/bpf_attr.h"
#include "decode/bpf_filter.h"
#include "decode/bpf_info.h"
#include "decode/bpf_link.h"
#include "decode/fields.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

enum {
	CMD_TOKEN_CREATE = 36, /* newer than some headers */
	CMD_STREAM_READ = 37,
	CMD_ASSOC_STRUCT_OPS = 38,
	TRACEPOINT_NAME_MAX = 128,
};

/* Words that the call may write. */
static const void *field_after(const struct decoder *d, const struct field *field)
{
	return decoder_bytes(d, d->args[1] + field->at, field->bytes, CAPTURE_AT_EXIT);
}

static void field_written(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct field alone = {.bytes = field->bytes};
	const void *after = field_after(d, field);

	value_set_uint(ret, after ? field_number(&alone, after) : field_number(field, from));
}

static void field_changed(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct field alone = {.bytes = field->bytes};
	const void *after = field_after(d, field);
	uint64_t before = field_number(field, from);

	if (!after || field_number(&alone, after) == before) {
		value_set_uint(ret, before);
		return;
	}
	list_init(ret, VALUE_CHANGE);
	value_set_uint(list_add(d, ret, NULL), before);
	value_set_uint(list_add(d, ret, NULL), field_number(&alone, after));
}

static void field_hex_written(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	field_written(d, field, from, ret);
	value_set_hex(ret, ret->num);
}

static void field_fd_type(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	field_written(d, field, from, ret);
	value_set_enum(ret, ret->num, &flags_bpf_fd_type);
}

/* maps */

static void field_numa_node(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_map_create *map = from;

	if (!(map->map_flags & BPF_F_NUMA_NODE))
		return;
	value_set_uint(ret, map->numa_node);
	if (map->numa_node == UINT32_MAX)
		ret->comment = "NUMA_NO_NODE";
}

static const struct field map_create[] = {
	FIELD(struct bpf_map_create, map_type, enum, &flags_bpf_map_type),
	FIELD(struct bpf_map_create, key_size, uint),
	FIELD(struct bpf_map_create, value_size, uint),
	FIELD(struct bpf_map_create, max_entries, uint),
	GREW(struct bpf_map_create, map_flags, flags, &flags_bpf_map_flags),
	GREW(struct bpf_map_create, inner_map_fd, fd),
	GREW(struct bpf_map_create, numa_node, numa_node),
	GREW(struct bpf_map_create, map_name, text),
	GREW(struct bpf_map_create, map_ifindex, ifindex),
	GREW(struct bpf_map_create, btf_fd, fd),
	FIELD(struct bpf_map_create, btf_key_type_id, uint),
	FIELD(struct bpf_map_create, btf_value_type_id, uint),
	GREW(struct bpf_map_create, btf_vmlinux_value_type_id, uint),
	GREW(struct bpf_map_create, map_extra, uint),
	GREW(struct bpf_map_create, value_type_btf_obj_fd, fd),
	GREW(struct bpf_map_create, map_token_fd, fd),
	GREW(struct bpf_map_create, excl_prog_hash, addr),
	FIELD(struct bpf_map_create, excl_prog_hash_size, uint),
};

static const struct field map_lookup[] = {
	FIELD(struct bpf_map_elem, map_fd, fd),
	FIELD(struct bpf_map_elem, key, addr),
	FIELD(struct bpf_map_elem, value, addr),
	GREW(struct bpf_map_elem, flags, flags, &flags_bpf_lookup_flags),
};

static const struct field map_update[] = {
	FIELD(struct bpf_map_elem, map_fd, fd),
	FIELD(struct bpf_map_elem, key, addr),
	FIELD(struct bpf_map_elem, value, addr),
	FIELD(struct bpf_map_elem, flags, flags, &flags_bpf_elem_flags),
};

static const struct field map_next_key[] = {
	FIELD(struct bpf_map_elem, map_fd, fd),
	FIELD(struct bpf_map_elem, key, addr),
	FIELD(struct bpf_map_elem, next_key, addr),
};

static const struct field batch_lookup[] = {
	FIELD(struct bpf_batch, in_batch, addr),
	FIELD(struct bpf_batch, out_batch, addr),
	FIELD(struct bpf_batch, keys, addr),
	FIELD(struct bpf_batch, values, addr),
	FIELD(struct bpf_batch, count, uint),
	FIELD(struct bpf_batch, map_fd, fd),
	FIELD(struct bpf_batch, elem_flags, flags, &flags_bpf_lookup_flags),
	FIELD(struct bpf_batch, flags, hex),
};

static const struct field batch_update[] = {
	FIELD(struct bpf_batch, keys, addr),
	FIELD(struct bpf_batch, values, addr),
	FIELD(struct bpf_batch, count, uint),
	FIELD(struct bpf_batch, map_fd, fd),
	FIELD(struct bpf_batch, elem_flags, flags, &flags_bpf_elem_flags),
	FIELD(struct bpf_batch, flags, hex),
};

static const struct field batch_delete[] = {
	FIELD(struct bpf_batch, keys, addr),
	FIELD(struct bpf_batch, count, uint),
	FIELD(struct bpf_batch, map_fd, fd),
	FIELD(struct bpf_batch, elem_flags, flags, &flags_bpf_lookup_flags),
	FIELD(struct bpf_batch, flags, hex),
};

/* programs */

struct bpf_instruction {
	uint8_t code;
	uint8_t regs; /* where to, where from: 4 bits each */
	int16_t off;
	int32_t imm;
};

SHAPE(bpf_instruction, struct bpf_instruction)
{
	value_set_bpf_code(d, list_add(d, ret, "code"), from->code, true);
	value_set_enum(list_add(d, ret, "dst_reg"), from->regs & 0xf, &flags_bpf_reg);
	value_set_enum(list_add(d, ret, "src_reg"), from->regs >> 4, &flags_bpf_reg);
	ADD_INT(off);
	value_set_hex(list_add(d, ret, "imm"), (uint32_t)from->imm);
}

static void field_instructions(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	if (d->opts->verbose)
		field_list(d, field, from, ret);
	else
		field_addr(d, field, from, ret);
}

/* As the call left it: the verifier's reasons are the result of many a load. */
static void field_log(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_prog_load *prog = from;

	decoder_show_text(d, prog->log_buf, prog->log_size,
		decoder_chunk(d, prog->log_buf, CAPTURE_AT_EXIT) ? CAPTURE_AT_EXIT
								 : CAPTURE_AT_ENTER,
		ret);
}

static void field_kernel_version(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	uint64_t version = field_number(field, from);

	macro_init(ret, "KERNEL_VERSION");
	value_set_uint(list_add(d, ret, NULL), version >> 16);
	value_set_uint(list_add(d, ret, NULL), version >> 8 & 0xff);
	value_set_uint(list_add(d, ret, NULL), version & 0xff);
}

static void field_signature(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_prog_load *prog = from;

	decoder_show_data(d, prog->signature, prog->signature_size, CAPTURE_AT_ENTER, ret);
	if (ret->kind == VALUE_DATA)
		ret->flags |= VALUE_BINARY;
}

static const struct field prog_load[] = {
	FIELD(struct bpf_prog_load, prog_type, enum, &flags_bpf_prog_type),
	FIELD(struct bpf_prog_load, insn_cnt, uint),
	FIELD_LIST(struct bpf_prog_load, insns, insn_cnt, instructions, bpf_instruction),
	FIELD(struct bpf_prog_load, license, string),
	GREW(struct bpf_prog_load, log_level, uint),
	FIELD(struct bpf_prog_load, log_size, uint),
	FIELD(struct bpf_prog_load, log_buf, log),
	GREW(struct bpf_prog_load, kern_version, kernel_version),
	GREW(struct bpf_prog_load, prog_flags, flags, &flags_bpf_prog_flags),
	GREW(struct bpf_prog_load, prog_name, text),
	GREW(struct bpf_prog_load, prog_ifindex, ifindex),
	GREW(struct bpf_prog_load, expected_attach_type, enum, &flags_bpf_attach_type),
	GREW(struct bpf_prog_load, prog_btf_fd, fd),
	FIELD(struct bpf_prog_load, func_info_rec_size, uint),
	FIELD(struct bpf_prog_load, func_info, addr),
	FIELD(struct bpf_prog_load, func_info_cnt, uint),
	FIELD(struct bpf_prog_load, line_info_rec_size, uint),
	FIELD(struct bpf_prog_load, line_info, addr),
	FIELD(struct bpf_prog_load, line_info_cnt, uint),
	GREW(struct bpf_prog_load, attach_btf_id, uint),
	GREW(struct bpf_prog_load, attach_prog_fd, fd),
};

/* Four bytes in front of fd_array had no meaning at first. */
static const struct field prog_load_fds[] = {
	GREW(struct bpf_prog_load, fd_array, addr),
};

static const struct field prog_load_rest[] = {
	FIELD(struct bpf_prog_load, core_relo_cnt, uint),
	FIELD(struct bpf_prog_load, fd_array, addr),
	FIELD(struct bpf_prog_load, core_relos, addr),
	FIELD(struct bpf_prog_load, core_relo_rec_size, uint),
	GREW(struct bpf_prog_load, log_true_size, written),
	GREW(struct bpf_prog_load, prog_token_fd, fd),
	GREW(struct bpf_prog_load, fd_array_cnt, uint),
	GREW(struct bpf_prog_load, signature, signature),
	FIELD(struct bpf_prog_load, signature_size, uint),
	FIELD(struct bpf_prog_load, keyring_id, int),
};

static size_t show_prog_load(struct decoder *d, const void *from, size_t size, struct value *ret)
{
	if (size <= offsetof(struct bpf_prog_load, core_relos))
		fields_add(d, prog_load_fds, ARRAY_SIZE(prog_load_fds), from, size, ret);
	else
		fields_add(d, prog_load_rest, ARRAY_SIZE(prog_load_rest), from, size, ret);
	return BPF_END_OF(struct bpf_prog_load, keyring_id);
}

static const struct field obj[] = {
	FIELD(struct bpf_obj, pathname, path),
	FIELD(struct bpf_obj, bpf_fd, fd),
	GREW(struct bpf_obj, file_flags, flags, &flags_bpf_file_flags),
	GREW(struct bpf_obj, path_fd, dirfd),
};

static void field_attach_target(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_prog_attach *attach = from;

	bpf_set_target(d, ret, attach->target, attach->attach_type);
}

static void field_attach_relative(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_prog_attach *attach = from;

	bpf_set_relative(ret, attach->relative, attach->attach_flags);
}

static const struct field prog_attach[] = {
	FIELD(struct bpf_prog_attach, target, attach_target),
	FIELD(struct bpf_prog_attach, attach_bpf_fd, fd),
	FIELD(struct bpf_prog_attach, attach_type, enum, &flags_bpf_attach_type),
	FIELD(struct bpf_prog_attach, attach_flags, flags, &flags_bpf_attach_flags),
	GREW(struct bpf_prog_attach, replace_bpf_fd, fd),
	GREW(struct bpf_prog_attach, relative, attach_relative),
	FIELD(struct bpf_prog_attach, expected_revision, uint),
};

static const struct field test_run[] = {
	FIELD(struct bpf_test_run, prog_fd, fd),
	FIELD(struct bpf_test_run, retval, changed),
	FIELD(struct bpf_test_run, data_size_in, uint),
	FIELD(struct bpf_test_run, data_size_out, changed),
	FIELD(struct bpf_test_run, data_in, addr),
	FIELD(struct bpf_test_run, data_out, addr),
	FIELD(struct bpf_test_run, repeat, uint),
	FIELD(struct bpf_test_run, duration, changed),
	GREW(struct bpf_test_run, ctx_size_in, uint),
	FIELD(struct bpf_test_run, ctx_size_out, changed),
	FIELD(struct bpf_test_run, ctx_in, addr),
	FIELD(struct bpf_test_run, ctx_out, addr),
	GREW(struct bpf_test_run, flags, flags, &flags_bpf_test_flags),
	FIELD(struct bpf_test_run, cpu, uint),
	GREW(struct bpf_test_run, batch_size, uint),
};

SHAPE(bpf_attach_flags, uint32_t)
{
	value_set_flags(ret, *from, &flags_bpf_attach_flags);
}

static void field_query_target(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_prog_query *query = from;

	bpf_set_target(d, ret, query->target, query->attach_type);
}

/* Lists that the call fills in, as many of them as it says then. */
static void field_query_list(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct capture *after = decoder_chunk(d, d->args[1], CAPTURE_AT_EXIT);

	if (after)
		from = fields_copy(d, after, after->len, sizeof(struct bpf_prog_query));
	field_list_out(d, field, from, ret);
}

#define QUERY_LIST(member, shape)                                                                  \
	FIELD_LIST(struct bpf_prog_query, member, prog_cnt, query_list, shape)
static const struct field prog_query[] = {
	FIELD(struct bpf_prog_query, target, query_target),
	FIELD(struct bpf_prog_query, attach_type, enum, &flags_bpf_attach_type),
	FIELD(struct bpf_prog_query, query_flags, flags, &flags_bpf_query_flags),
	FIELD(struct bpf_prog_query, attach_flags, flags, &flags_bpf_attach_flags),
	QUERY_LIST(prog_ids, uint),
	FIELD(struct bpf_prog_query, prog_cnt, changed),
	GREW_LIST(struct bpf_prog_query, prog_attach_flags, prog_cnt, query_list, bpf_attach_flags),
	GREW_LIST(struct bpf_prog_query, link_ids, prog_cnt, query_list, uint),
	QUERY_LIST(link_attach_flags, bpf_attach_flags),
	FIELD(struct bpf_prog_query, revision, hex_written),
};

/* objects by id and by descriptor */

static const struct field next_id[] = {
	FIELD_AS("start_id", struct bpf_id, id, uint),
	FIELD(struct bpf_id, next_id, written),
};

static const struct field prog_by_id[] = {
	FIELD_AS("prog_id", struct bpf_id, id, uint),
};

static const struct field map_by_id[] = {
	FIELD_AS("map_id", struct bpf_id, id, uint),
	GREW(struct bpf_id, open_flags, flags, &flags_bpf_file_mode),
};

static const struct field btf_by_id[] = {
	FIELD_AS("btf_id", struct bpf_id, id, uint),
	GREW(struct bpf_id, open_flags, flags, &flags_bpf_file_mode),
	FIELD(struct bpf_id, fd_by_id_token_fd, fd),
};

static const struct field link_by_id[] = {
	FIELD_AS("link_id", struct bpf_id, id, uint),
};

static const struct field info[] = {
	FIELD(struct bpf_info, bpf_fd, fd),
	FIELD(struct bpf_info, info_len, changed),
	FIELD(struct bpf_info, info, bpf_info),
};

static void field_tracepoint(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	decoder_show_text(d, field_number(field, from), TRACEPOINT_NAME_MAX, CAPTURE_AT_ENTER, ret);
}

static const struct field raw_tracepoint[] = {
	FIELD(struct bpf_raw_tracepoint, name, tracepoint),
	FIELD(struct bpf_raw_tracepoint, prog_fd, fd),
	GREW(struct bpf_raw_tracepoint, cookie, hex),
};

static void field_btf(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_btf_load *load = from;

	decoder_show_data(d, load->btf, load->btf_size, CAPTURE_AT_ENTER, ret);
}

static const struct field btf_load[] = {
	FIELD(struct bpf_btf_load, btf, btf),
	FIELD(struct bpf_btf_load, btf_log_buf, addr),
	FIELD(struct bpf_btf_load, btf_size, uint),
	FIELD(struct bpf_btf_load, btf_log_size, uint),
	FIELD(struct bpf_btf_load, btf_log_level, uint),
	GREW(struct bpf_btf_load, btf_log_true_size, written),
	GREW(struct bpf_btf_load, btf_flags, flags, &flags_bpf_file_flags),
	FIELD(struct bpf_btf_load, btf_token_fd, fd),
};

static void field_query_text(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_task_fd_query *query = from;

	decoder_show_text(d, query->buf, query->buf_len, CAPTURE_AT_EXIT, ret);
}

static const struct field task_fd_query[] = {
	FIELD(struct bpf_task_fd_query, pid, pid),
	FIELD(struct bpf_task_fd_query, fd, fd),
	FIELD(struct bpf_task_fd_query, flags, uint),
	FIELD(struct bpf_task_fd_query, buf_len, changed),
	FIELD(struct bpf_task_fd_query, buf, query_text),
	FIELD(struct bpf_task_fd_query, prog_id, written),
	FIELD(struct bpf_task_fd_query, fd_type, fd_type),
	FIELD(struct bpf_task_fd_query, probe_offset, hex_written),
	FIELD(struct bpf_task_fd_query, probe_addr, hex_written),
};

static const struct field link_update[] = {
	FIELD(struct bpf_link_update, link_fd, fd),
	FIELD(struct bpf_link_update, new_prog_fd, fd),
	FIELD(struct bpf_link_update, flags, flags, &flags_bpf_attach_flags),
};

static size_t show_link_old(struct decoder *d, const void *from, size_t size, struct value *ret)
{
	const struct bpf_link_update *update = from;

	if (update->flags & BPF_F_REPLACE)
		value_set_fd(list_add(d, ret, "old_prog_fd"), (int)update->old_prog_fd);
	return sizeof(*update);
}

static const struct field enable_stats[] = {
	FIELD(struct bpf_enable_stats, type, enum, &flags_bpf_stats),
};

static const struct field iter_create[] = {
	FIELD(struct bpf_iter_create, link_fd, fd),
	FIELD(struct bpf_iter_create, flags, hex),
};

static const struct field prog_bind_map[] = {
	FIELD(struct bpf_prog_bind_map, prog_fd, fd),
	FIELD(struct bpf_prog_bind_map, map_fd, fd),
	FIELD(struct bpf_prog_bind_map, flags, hex),
};

static const struct field token_create[] = {
	FIELD(struct bpf_token_create, flags, hex),
	FIELD(struct bpf_token_create, bpffs_fd, fd),
};

static void field_stream(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_stream_read *stream = from;

	decoder_show_data(d, stream->stream_buf,
		MIN((uint64_t)stream->stream_buf_len, (uint64_t)d->call->ret), CAPTURE_AT_EXIT,
		ret);
}

static const struct field stream_read[] = {
	FIELD(struct bpf_stream_read, stream_buf, stream),
	FIELD(struct bpf_stream_read, stream_buf_len, uint),
	FIELD(struct bpf_stream_read, stream_id, uint),
	FIELD(struct bpf_stream_read, prog_fd, fd),
};

static const struct field assoc_struct_ops[] = {
	FIELD(struct bpf_assoc_struct_ops, map_fd, fd),
	FIELD(struct bpf_assoc_struct_ops, prog_fd, fd),
	FIELD(struct bpf_assoc_struct_ops, flags, hex),
};

struct command {
	const char *name; /* of the structure in the union that has one; NULL = it has none */
	const struct field *fields;
	size_t nr;
	size_t end; /* of the known bytes, without the padding behind them */
	bool makes_fd;
	/* what no table tells: added behind the fields; returns the end */
	size_t (*rest)(struct decoder *d, const void *from, size_t size, struct value *ret);
};

#define COMMAND(name_, fields_, type_, last_, ...)                                                 \
	{                                                                                          \
		.name = name_, .fields = fields_, .nr = ARRAY_SIZE(fields_),                       \
		.end = BPF_END_OF(struct type_, last_), __VA_ARGS__                                \
	}
#define MAKES_FD .makes_fd = true

static const struct command commands[] = {
	[BPF_MAP_CREATE] = COMMAND(NULL, map_create, bpf_map_create, excl_prog_hash_size, MAKES_FD),
	[BPF_MAP_LOOKUP_ELEM] = COMMAND(NULL, map_lookup, bpf_map_elem, flags),
	[BPF_MAP_UPDATE_ELEM] = COMMAND(NULL, map_update, bpf_map_elem, flags),
	[BPF_MAP_DELETE_ELEM] = {NULL, map_lookup, 2, BPF_END_OF(struct bpf_map_elem, key)},
	[BPF_MAP_GET_NEXT_KEY] = COMMAND(NULL, map_next_key, bpf_map_elem, next_key),
	[BPF_PROG_LOAD] = COMMAND(
		NULL, prog_load, bpf_prog_load, keyring_id, MAKES_FD, .rest = show_prog_load),
	[BPF_OBJ_PIN] = COMMAND(NULL, obj, bpf_obj, path_fd),
	[BPF_OBJ_GET] = COMMAND(NULL, obj, bpf_obj, path_fd, MAKES_FD),
	[BPF_PROG_ATTACH] = COMMAND(NULL, prog_attach, bpf_prog_attach, expected_revision),
	[BPF_PROG_DETACH] = COMMAND(NULL, prog_attach, bpf_prog_attach, expected_revision),
	[BPF_PROG_TEST_RUN] = COMMAND("test", test_run, bpf_test_run, batch_size),
	[BPF_PROG_GET_NEXT_ID] = COMMAND(NULL, next_id, bpf_id, next_id),
	[BPF_MAP_GET_NEXT_ID] = COMMAND(NULL, next_id, bpf_id, next_id),
	[BPF_PROG_GET_FD_BY_ID] = COMMAND(NULL, prog_by_id, bpf_id, id, MAKES_FD),
	[BPF_MAP_GET_FD_BY_ID] = COMMAND(NULL, map_by_id, bpf_id, open_flags, MAKES_FD),
	[BPF_OBJ_GET_INFO_BY_FD] = COMMAND("info", info, bpf_info, info),
	[BPF_PROG_QUERY] = COMMAND("query", prog_query, bpf_prog_query, revision),
	[BPF_RAW_TRACEPOINT_OPEN] =
		COMMAND("raw_tracepoint", raw_tracepoint, bpf_raw_tracepoint, cookie, MAKES_FD),
	[BPF_BTF_LOAD] = COMMAND(NULL, btf_load, bpf_btf_load, btf_token_fd, MAKES_FD),
	[BPF_BTF_GET_FD_BY_ID] = COMMAND(NULL, btf_by_id, bpf_id, fd_by_id_token_fd, MAKES_FD),
	[BPF_TASK_FD_QUERY] =
		COMMAND("task_fd_query", task_fd_query, bpf_task_fd_query, probe_addr),
	[BPF_MAP_LOOKUP_AND_DELETE_ELEM] = COMMAND(NULL, map_lookup, bpf_map_elem, flags),
	[BPF_MAP_FREEZE] = {NULL, map_lookup, 1, BPF_END_OF(struct bpf_map_elem, map_fd)},
	[BPF_BTF_GET_NEXT_ID] = COMMAND(NULL, next_id, bpf_id, next_id),
	[BPF_MAP_LOOKUP_BATCH] = COMMAND("batch", batch_lookup, bpf_batch, flags),
	[BPF_MAP_LOOKUP_AND_DELETE_BATCH] = COMMAND("batch", batch_lookup, bpf_batch, flags),
	[BPF_MAP_UPDATE_BATCH] = COMMAND("batch", batch_update, bpf_batch, flags),
	[BPF_MAP_DELETE_BATCH] = COMMAND("batch", batch_delete, bpf_batch, flags),
	[BPF_LINK_CREATE] = COMMAND("link_create", bpf_link_fields, bpf_link_create, flags,
		MAKES_FD, .rest = bpf_show_link),
	[BPF_LINK_UPDATE] = COMMAND(
		"link_update", link_update, bpf_link_update, old_prog_fd, .rest = show_link_old),
	[BPF_LINK_GET_FD_BY_ID] = COMMAND(NULL, link_by_id, bpf_id, id, MAKES_FD),
	[BPF_LINK_GET_NEXT_ID] = COMMAND(NULL, next_id, bpf_id, next_id),
	[BPF_ENABLE_STATS] =
		COMMAND("enable_stats", enable_stats, bpf_enable_stats, type, MAKES_FD),
	[BPF_ITER_CREATE] = COMMAND("iter_create", iter_create, bpf_iter_create, flags, MAKES_FD),
	[BPF_LINK_DETACH] = {"link_detach", link_update, 1,
		BPF_END_OF(struct bpf_link_update, link_fd)},
	[BPF_PROG_BIND_MAP] = COMMAND("prog_bind_map", prog_bind_map, bpf_prog_bind_map, flags),
	[CMD_TOKEN_CREATE] =
		COMMAND("token_create", token_create, bpf_token_create, bpffs_fd, MAKES_FD),
	[CMD_STREAM_READ] = COMMAND("prog_stream_read", stream_read, bpf_stream_read, prog_fd),
	[CMD_ASSOC_STRUCT_OPS] =
		COMMAND("prog_assoc_struct_ops", assoc_struct_ops, bpf_assoc_struct_ops, flags),
};

/* No command takes more. */
#define ATTR_ROOM 256

static void show_attr(struct decoder *d, const struct command *command, const struct capture *chunk,
	struct value *ret)
{
	size_t size = MIN(chunk->len, arg_u32(d, 2)), end = command->end;
	const uint8_t *from = fields_copy(d, chunk, size, ATTR_ROOM);
	struct value *list = ret;

	list_init(ret, VALUE_STRUCT);
	if (command->name) {
		list = list_add(d, ret, command->name);
		list_init(list, VALUE_STRUCT);
	}
	if (fields_add(d, command->fields, command->nr, from, size, list) && command->rest)
		end = command->rest(d, from, size, list);
	fields_add_extra(d, from, size, end, ret);
}

/* How many of a batch were done takes the place of how many there were. */
static void show_batch_count(struct decoder *d, struct value *ret)
{
	const uint32_t *before, *after;
	uint64_t addr = d->args[1] + offsetof(struct bpf_batch, count);
	struct value given = *ret, *batch;

	before = decoder_bytes(d, addr, sizeof(*before), CAPTURE_AT_ENTER);
	after = decoder_bytes(d, addr, sizeof(*after), CAPTURE_AT_EXIT);
	if (!before || !after || *before == *after)
		return;
	given.name = NULL;
	list_init(ret, VALUE_CHANGE);
	*list_add(d, ret, NULL) = given;
	batch = list_add(d, ret, NULL);
	value_set_uint(list_add(d, list_add(d, batch, "batch"), "count"), *after);
}

static void decode_bpf(struct decoder *d)
{
	const struct capture *chunk = decoder_chunk(d, d->args[1], CAPTURE_AT_ENTER);
	uint32_t cmd = arg_u32(d, 0), size = arg_u32(d, 2);
	struct value *ret = decoder_arg(d, 1);

	value_set_addr(ret, d->args[1]);
	if (cmd >= ARRAY_SIZE(commands) || !commands[cmd].fields)
		return;
	if (d->done && commands[cmd].makes_fd)
		value_set_fd(&d->out->ret, (int)d->call->ret);
	if (!chunk || !size || chunk->len < size)
		return;
	show_attr(d, &commands[cmd], chunk, ret);
	switch (cmd) {
	case BPF_MAP_LOOKUP_BATCH:
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case BPF_MAP_UPDATE_BATCH:
	case BPF_MAP_DELETE_BATCH: show_batch_count(d, ret); break;
	default: break;
	}
}

#define QUERY_STEP(member)                                                                         \
	STEP_AT(BPF_PROG_QUERY, BOTH, 1, struct bpf_prog_query, member, ARRAY,                     \
		LEN_AT(struct bpf_prog_query, prog_cnt), sizeof(uint32_t))
#define LINK_STEP(member, count, size)                                                             \
	STEP_AT(BPF_LINK_CREATE, ENTER, 1, struct bpf_link_create, member, ARRAY,                  \
		LEN_AT(struct bpf_link_create, count), size)

static const struct capture_step bpf_steps[] = {
	STEP_AT(BPF_PROG_LOAD, ENTER, 1, struct bpf_prog_load, insns, ARRAY,
		LEN_AT(struct bpf_prog_load, insn_cnt), sizeof(struct bpf_instruction)),
	STEP_AT(BPF_PROG_LOAD, ENTER, 1, struct bpf_prog_load, license, STRING, LEN_NONE, 0),
	STEP_AT(BPF_PROG_LOAD, BOTH, 1, struct bpf_prog_load, log_buf, STRING, LEN_NONE, 0),
	STEP_AT(BPF_PROG_LOAD, ENTER, 1, struct bpf_prog_load, signature, BUFFER,
		LEN_AT(struct bpf_prog_load, signature_size), 0),
	STEP_AT(BPF_OBJ_PIN, ENTER, 1, struct bpf_obj, pathname, STRING, LEN_NONE, 0),
	STEP_AT(BPF_OBJ_GET, ENTER, 1, struct bpf_obj, pathname, STRING, LEN_NONE, 0),
	STEP_AT(BPF_OBJ_GET_INFO_BY_FD, BOTH, 1, struct bpf_info, info, ARRAY,
		LEN_AT(struct bpf_info, info_len), 1),
	QUERY_STEP(prog_ids),
	QUERY_STEP(prog_attach_flags),
	QUERY_STEP(link_ids),
	QUERY_STEP(link_attach_flags),
	STEP_AT(BPF_RAW_TRACEPOINT_OPEN, ENTER, 1, struct bpf_raw_tracepoint, name, STRING,
		LEN_NONE, 0),
	STEP_AT(BPF_BTF_LOAD, ENTER, 1, struct bpf_btf_load, btf, BUFFER,
		LEN_AT(struct bpf_btf_load, btf_size), 0),
	STEP_AT(BPF_TASK_FD_QUERY, EXIT, 1, struct bpf_task_fd_query, buf, STRING, LEN_NONE, 0),
	/* the kinds of links share one union: what is no pointer is not found, and does no harm */
	LINK_STEP(iter_info, iter_info_len, sizeof(uint32_t)),
	STEP_AT(BPF_LINK_CREATE, ENTER, 1, struct bpf_link_create, kprobe.syms, STRINGS, LEN_NONE,
		0),
	LINK_STEP(kprobe.addrs, kprobe.cnt, sizeof(uint64_t)),
	LINK_STEP(kprobe.cookies, kprobe.cnt, sizeof(uint64_t)),
	STEP_AT(BPF_LINK_CREATE, ENTER, 1, struct bpf_link_create, uprobe.path, STRING, LEN_NONE,
		0),
	LINK_STEP(uprobe.offsets, uprobe.cnt, sizeof(uint64_t)),
	LINK_STEP(uprobe.ref_ctr_offsets, uprobe.cnt, sizeof(uint64_t)),
	LINK_STEP(uprobe.cookies, uprobe.cnt, sizeof(uint64_t)),
	STEP_AT(CMD_STREAM_READ, EXIT, 1, struct bpf_stream_read, stream_buf, BUFFER,
		LEN_AT(struct bpf_stream_read, stream_buf_len), 0),
};

SYSCALL_STEPS(bpf, CLASS_DESC, RET_INT, decode_bpf, PICK_ARG(0), bpf_steps, ARG(cmd, ENUM, bpf_cmd),
	ARG(attr, RAW, ARRAY, BOTH, 2, 1), ARG(size, UINT));
