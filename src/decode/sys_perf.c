/* perf_event_open: what to measure. */
#include <linux/perf_event.h>
#include <string.h>

#include "decode/fields.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

/* As of Linux 6.18: headers are older. */
struct perf_attr {
	uint32_t type, size;
	uint64_t config;
	union {
		uint64_t sample_period;
		uint64_t sample_freq;
	};
	uint64_t sample_type, read_format, bits;
	union {
		uint32_t wakeup_events;
		uint32_t wakeup_watermark;
	};
	uint32_t bp_type;
	union {
		uint64_t bp_addr;
		uint64_t config1;
	};
	union {
		uint64_t bp_len;
		uint64_t config2;
	};
	uint64_t branch_sample_type;
	uint64_t sample_regs_user;
	uint32_t sample_stack_user;
	int32_t clockid;
	uint64_t sample_regs_intr;
	uint32_t aux_watermark;
	uint16_t sample_max_stack, reserved;
	uint32_t aux_sample_size, aux_action;
	uint64_t sig_data, config3, config4;
};

/* Without -v it is cut in front of wakeup_events, and only that much need be readable. */
enum { SIZE_SHORT = offsetof(struct perf_attr, wakeup_events) };

_Static_assert(offsetof(struct perf_attr, bp_len) == PERF_ATTR_SIZE_VER0, "the oldest attributes");

/* The word of bits; precise_ip, two bits of them, has no name here. */
static const char *const bit_names[] = {"disabled", "inherit", "pinned", "exclusive",
	"exclude_user", "exclude_kernel", "exclude_hv", "exclude_idle", "mmap", "comm", "freq",
	"inherit_stat", "enable_on_exec", "task", "watermark", NULL, NULL, "mmap_data",
	"sample_id_all", "exclude_host", "exclude_guest", "exclude_callchain_kernel",
	"exclude_callchain_user", "mmap2", "comm_exec", "use_clockid", "context_switch",
	"write_backward", "namespaces", "ksymbol", "bpf_event", "aux_output", "cgroup", "text_poke",
	"build_id", "inherit_thread", "remove_on_exec", "sigtrap"};

enum {
	BIT_FREQ = 10,
	BIT_WATERMARK = 14,
	BIT_PRECISE_IP = 15,
	BIT_USE_CLOCKID = 25,
};

static bool has_bit(const struct perf_attr *attr, unsigned bit)
{
	return attr->bits >> bit & 1;
}

static void add_bit(
	struct decoder *d, struct value *ret, const char *name, uint64_t word, unsigned bit)
{
	bool set = word >> bit & 1;

	if (set || d->opts->verbose)
		value_set_uint(list_add(d, ret, name), set);
}

/* A part of a config word that is shifted into its place. */
static void add_shifted(struct decoder *d, struct value *ret, uint64_t part,
	const struct flag_set *set, unsigned shift)
{
	const char *name = set ? flag_set_exact(set, part) : NULL;
	struct value *item = list_add(d, ret, NULL);

	if (name)
		value_set_name(item, decoder_printf(d, "%s<<%u", name, shift));
	else if (set)
		value_set_name(
			item, decoder_printf(d, part ? "%#llx /* %s */<<%u" : "%llu /* %s */<<%u",
				      (unsigned long long)part, set->unknown, shift));
	else
		value_set_name(
			item, decoder_printf(d, "%#llx<<%u", (unsigned long long)part, shift));
}

/* Which hardware: 0 = whatever the task runs on. */
static void add_pmu(struct decoder *d, struct value *ret, uint64_t config)
{
	list_init(ret, VALUE_OR);
	if (config >> 32)
		add_shifted(d, ret, config >> 32, NULL, 32);
}

static void show_hardware(struct decoder *d, uint64_t config, struct value *ret)
{
	add_pmu(d, ret, config);
	value_set_enum(list_add(d, ret, NULL), (uint32_t)config, &flags_perf_hardware);
}

static void show_cache(struct decoder *d, uint64_t config, struct value *ret)
{
	add_pmu(d, ret, config);
	if ((uint32_t)config >> 24)
		add_shifted(d, ret, (uint32_t)config >> 24, NULL, 24);
	add_shifted(d, ret, config >> 16 & 0xff, &flags_perf_cache_result, 16);
	add_shifted(d, ret, config >> 8 & 0xff, &flags_perf_cache_op, 8);
	value_set_enum(list_add(d, ret, NULL), config & 0xff, &flags_perf_cache);
}

static void field_config(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct perf_attr *attr = from;

	switch (attr->type) {
	case PERF_TYPE_HARDWARE: show_hardware(d, attr->config, ret); break;
	case PERF_TYPE_SOFTWARE: value_set_enum(ret, attr->config, &flags_perf_software); break;
	case PERF_TYPE_TRACEPOINT: value_set_uint(ret, attr->config); break;
	case PERF_TYPE_HW_CACHE: show_cache(d, attr->config, ret); break;
	default: value_set_hex(ret, attr->config); break;
	}
}

static void field_period(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	if (has_bit(from, BIT_FREQ))
		ret->name = "sample_freq";
	field_uint(d, field, from, ret);
}

static void field_wakeup(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	if (has_bit(from, BIT_WATERMARK))
		ret->name = "wakeup_watermark";
	field_uint(d, field, from, ret);
}

static bool is_breakpoint(const struct perf_attr *attr)
{
	return attr->type == PERF_TYPE_BREAKPOINT;
}

static void field_bp_type(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct perf_attr *attr = from;

	if (!is_breakpoint(attr))
		return;
	value_set_enum(ret, attr->bp_type, &flags_perf_breakpoint);
	/* executing goes with neither reading nor writing */
	if (attr->bp_type > 4 && attr->bp_type <= 7) {
		value_set_hex(ret, attr->bp_type);
		ret->comment = "HW_BREAKPOINT_INVALID";
	}
}

static void field_bp_addr(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	if (!is_breakpoint(from))
		ret->name = "config1";
	field_hex(d, field, from, ret);
}

static void field_bp_len(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	if (is_breakpoint(from)) {
		field_uint(d, field, from, ret);
		return;
	}
	ret->name = "config2";
	field_hex(d, field, from, ret);
}

static void field_branches(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct perf_attr *attr = from;

	if (attr->sample_type & PERF_SAMPLE_BRANCH_STACK)
		value_set_flags(ret, attr->branch_sample_type, &flags_perf_branch);
}

static void field_stack(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct perf_attr *attr = from;

	if (attr->sample_type & PERF_SAMPLE_STACK_USER)
		value_set_hex(ret, attr->sample_stack_user);
}

static void field_clock(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	if (has_bit(from, BIT_USE_CLOCKID))
		field_enum(d, field, from, ret);
}

static void field_max_stack(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct perf_attr *attr = from;

	field_uint(d, field, from, ret);
	if (attr->reserved && attr->size > offsetof(struct perf_attr, reserved))
		ret->comment = decoder_printf(d, "bytes 110..111: %#x", attr->reserved);
}

static const struct field head[] = {
	FIELD(struct perf_attr, type, enum, &flags_perf_type),
	FIELD(struct perf_attr, size, enum, &flags_perf_size),
	FIELD(struct perf_attr, config, config),
	FIELD(struct perf_attr, sample_period, period),
	FIELD(struct perf_attr, sample_type, flags, &flags_perf_sample),
	FIELD(struct perf_attr, read_format, flags, &flags_perf_read),
};

static const struct field tail[] = {
	FIELD(struct perf_attr, wakeup_events, wakeup),
	FIELD(struct perf_attr, bp_type, bp_type),
	FIELD(struct perf_attr, bp_addr, bp_addr),
	GREW(struct perf_attr, bp_len, bp_len),
	GREW(struct perf_attr, branch_sample_type, branches),
	GREW(struct perf_attr, sample_regs_user, hex),
	GREW(struct perf_attr, sample_stack_user, stack),
	GREW(struct perf_attr, clockid, clock, &flags_clock),
	GREW(struct perf_attr, sample_regs_intr, hex),
	GREW(struct perf_attr, aux_watermark, uint),
	GREW(struct perf_attr, sample_max_stack, max_stack),
	GREW(struct perf_attr, aux_sample_size, uint),
};

static const struct field newest[] = {
	GREW(struct perf_attr, sig_data, hex),
	GREW(struct perf_attr, config3, hex),
	GREW(struct perf_attr, config4, hex),
};

static void add_bits(struct decoder *d, uint64_t bits, struct value *ret)
{
	static const char *const skids[] = {
		"arbitrary skid", "constant skid", "requested to have 0 skid", "must have 0 skid"};

	for (unsigned i = 0; i < ARRAY_SIZE(bit_names); i++) {
		if (bit_names[i]) {
			add_bit(d, ret, bit_names[i], bits, i);
		} else if (i == BIT_PRECISE_IP) {
			struct value *precise = list_add(d, ret, "precise_ip");

			value_set_uint(precise, bits >> i & 3);
			precise->comment = skids[precise->num];
		}
	}
	bits >>= ARRAY_SIZE(bit_names);
	if (bits) {
		struct value *rest = list_add(d, ret, "__reserved_1");

		value_set_hex(rest, bits);
		rest->comment = decoder_printf(d, "Bits 63..%zu", ARRAY_SIZE(bit_names));
	}
}

static void add_aux_action(struct decoder *d, uint32_t bits, struct value *ret)
{
	static const char *const names[] = {"aux_start_paused", "aux_pause", "aux_resume"};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		add_bit(d, ret, names[i], bits, i);
	bits >>= ARRAY_SIZE(names);
	if (bits) {
		struct value *rest = list_add(d, ret, "__reserved_3");

		value_set_hex(rest, bits);
		rest->comment = "Bits 931..959";
	}
}

/* The first `size` bytes. */
static void show_attr(
	struct decoder *d, const struct perf_attr *attr, size_t size, struct value *ret)
{
	fields_add(d, head, ARRAY_SIZE(head), attr, size, ret);
	add_bits(d, attr->bits, ret);
	if (size > SIZE_SHORT && fields_add(d, tail, ARRAY_SIZE(tail), attr, size, ret) &&
		size > offsetof(struct perf_attr, aux_action)) {
		add_aux_action(d, attr->aux_action, ret);
		fields_add(d, newest, ARRAY_SIZE(newest), attr, size, ret);
	}
	if ((attr->size ? attr->size : PERF_ATTR_SIZE_VER0) > size)
		ret->flags |= VALUE_ABBREV;
}

void decoder_show_perf_attr(struct decoder *d, uint64_t addr, struct value *ret)
{
	const struct perf_attr *seen = decoder_bytes(d, addr, SIZE_SHORT, CAPTURE_AT_ENTER);
	struct perf_attr attr = {0};
	const void *bytes;
	size_t size;

	value_set_addr(ret, addr);
	if (!seen)
		return;
	size = seen->size ? MIN((size_t)seen->size, sizeof(attr)) : PERF_ATTR_SIZE_VER0;
	if (size < PERF_ATTR_SIZE_VER0)
		return;
	if (!d->opts->verbose)
		size = SIZE_SHORT;
	bytes = decoder_bytes(d, addr, size, CAPTURE_AT_ENTER);
	if (!bytes)
		return;
	memcpy(&attr, bytes, size);
	show_attr(d, &attr, size, ret);
}

/* Attributes that are too long come back with the length that the kernel knows. */
static void show_known_size(struct decoder *d, struct value *attr)
{
	const uint32_t *known = decoder_bytes(
		d, d->args[0] + offsetof(struct perf_attr, size), sizeof(*known), CAPTURE_AT_EXIT);

	if (d->out->error != CAPTURE_TOO_BIG || !known || attr->kind != VALUE_STRUCT)
		return;
	for (size_t i = 0; i < attr->list.nr; i++) {
		struct value *size = &attr->list.items[i], before = *size;

		if (strcmp(size->name, "size") || before.bits.bits == *known)
			continue;
		list_init(size, VALUE_CHANGE);
		*list_add(d, size, NULL) = before;
		size->list.items[0].name = NULL;
		value_set_enum(list_add(d, size, NULL), *known, &flags_perf_size);
	}
}

static void decode_perf_event_open(struct decoder *d)
{
	struct value *attr = decoder_arg(d, 0);

	decoder_show_perf_attr(d, d->args[0], attr);
	show_known_size(d, attr);
}

/* The attributes say how long they are; not more than we know need be readable. */
static const struct capture_step perf_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 0, ARRAY, LEN_AT(struct perf_attr, size), 1),
	STEP_ARG(STEP_ALL, ENTER, 0, BYTES, LEN_NONE, sizeof(struct perf_attr)),
	STEP_ARG(STEP_ALL, ENTER, 0, BYTES, LEN_NONE, PERF_ATTR_SIZE_VER0),
	STEP_ARG(STEP_ALL, EXIT, 0, BYTES, LEN_NONE, 8),
};

SYSCALL_STEPS(perf_event_open, CLASS_DESC, RET_FD, decode_perf_event_open, PICK_NOTHING, perf_steps,
	ARG(attr, RAW_IN, SIZE_SHORT), ARG(pid, PID), ARG(cpu, INT), ARG(group_fd, FD),
	ARG(flags, FLAGS64, perf_open));
