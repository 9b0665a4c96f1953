/* prctl and arch_prctl: what arguments and result mean hangs on the option, all of it. */
#include <asm/prctl.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <string.h>

#include "decode/bpf_filter.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

/* newer than some headers */
enum {
	PRCTL_SET_SYSCALL_USER_DISPATCH = 59,
	PRCTL_PAC_SET_ENABLED_KEYS = 60,
	PRCTL_PAC_GET_ENABLED_KEYS = 61,
	PRCTL_SCHED_CORE = 62,
	PRCTL_SME_SET_VL = 63,
	PRCTL_SME_GET_VL = 64,
	PRCTL_SET_MDWE = 65,
	PRCTL_GET_MDWE = 66,
	PRCTL_RISCV_V_SET_CONTROL = 69,
	PRCTL_RISCV_V_GET_CONTROL = 70,
	PRCTL_RISCV_SET_ICACHE_FLUSH_CTX = 71,
	PRCTL_PPC_GET_DEXCR = 72,
	PRCTL_PPC_SET_DEXCR = 73,
	PRCTL_GET_SHADOW_STACK_STATUS = 74,
	PRCTL_SET_SHADOW_STACK_STATUS = 75,
	PRCTL_LOCK_SHADOW_STACK_STATUS = 76,
	PRCTL_TIMER_CREATE_RESTORE_IDS = 77,
	PRCTL_FUTEX_HASH = 78,
	PRCTL_GET_AUXV = 0x41555856,
	PRCTL_SET_VMA = 0x53564d41,
};

#define TASK_NAME_BYTES 16 /* with the NUL */

struct how_shown;

/* How one argument of an option is shown, as its third parameter says. */
typedef void show_option(struct decoder *d, const struct how_shown *how, struct value *ret);

struct how_shown {
	const char *name;
	show_option *show;
	const struct flag_set *set;
};

static uint64_t word(const struct decoder *d)
{
	return d->args[d->arg];
}

static void as_flags(struct decoder *d, const struct how_shown *how, struct value *ret)
{
	value_set_flags(ret, word(d), how->set);
}

static void as_enum(struct decoder *d, const struct how_shown *how, struct value *ret)
{
	value_set_enum(ret, word(d), how->set);
}

static void as_enum32(struct decoder *d, const struct how_shown *how, struct value *ret)
{
	value_set_enum(ret, (uint32_t)word(d), how->set);
}

static void as_number(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	value_set_uint(ret, word(d));
}

static void as_signed(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	value_set_int(ret, d->call->abi == ABI_I386 ? (int32_t)word(d) : (int64_t)word(d));
}

static void as_hex(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	value_set_hex(ret, word(d));
}

static void as_addr(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	value_set_addr(ret, word(d));
}

static void as_pid(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	value_set_pid(ret, (int)word(d));
}

#define PTRACER_ANY -1

static void as_ptracer(struct decoder *d, const struct how_shown *how, struct value *ret)
{
	if ((int)word(d) == PTRACER_ANY)
		value_set_name(ret, "PR_SET_PTRACER_ANY");
	else
		as_pid(d, how, ret);
}

static void as_signal(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	/* no signal is that large; the kernel looks at all bits */
	if (word(d) > 128)
		value_set_uint(ret, word(d));
	else
		value_set_signal(ret, (int)word(d));
}

/* An int that the option wrote. */
static bool number_out(struct decoder *d, struct value *ret, uint32_t *ret_number)
{
	const uint32_t *number =
		d->done ? decoder_bytes(d, word(d), sizeof(*number), CAPTURE_AT_EXIT) : NULL;

	value_set_addr(ret, word(d));
	if (number)
		*ret_number = *number;
	return number;
}

static void as_number_out(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	uint32_t number;

	if (!number_out(d, ret, &number))
		return;
	value_set_uint(ret, number);
	ret->flags |= VALUE_BY_REF;
}

static void as_flags_out(struct decoder *d, const struct how_shown *how, struct value *ret)
{
	uint32_t number;

	if (!number_out(d, ret, &number))
		return;
	value_set_flags(ret, number, how->set);
	ret->flags |= VALUE_BY_REF;
}

static void as_enum_out(struct decoder *d, const struct how_shown *how, struct value *ret)
{
	uint32_t number;

	if (!number_out(d, ret, &number))
		return;
	value_set_enum(ret, number, how->set);
	ret->flags |= VALUE_BY_REF;
}

static void as_signal_out(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	uint32_t number;

	if (!number_out(d, ret, &number))
		return;
	value_set_signal(ret, (int)number);
	ret->flags |= VALUE_BY_REF;
}

static void as_addr_out(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	if (d->done)
		decoder_show_shape(d, word(d), &shape_addr, CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, word(d));
}

/* The kernel reads a name no further than it can keep it. */
static void as_task_name(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	const struct capture *name = decoder_chunk(d, word(d), CAPTURE_AT_ENTER);
	bool ended = name && memchr(name->bytes, 0, name->len);

	value_set_addr(ret, word(d));
	if (ended)
		value_set_text(ret, name->bytes, name->len);
	else if (name && name->len >= TASK_NAME_BYTES - 1) {
		value_set_string(ret, name->bytes, TASK_NAME_BYTES - 1);
		ret->flags |= VALUE_CUT;
	}
}

static void as_task_name_out(
	struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	const void *name =
		d->done ? decoder_bytes(d, word(d), TASK_NAME_BYTES, CAPTURE_AT_EXIT) : NULL;

	if (name)
		value_set_text(ret, name, TASK_NAME_BYTES);
	else
		value_set_addr(ret, word(d));
}

static void as_vma_name(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	decoder_show_string(d, word(d), CAPTURE_AT_ENTER, ret);
	if (ret->kind == VALUE_STRING)
		value_set_data(ret, ret->data.bytes, ret->data.len, ret->data.len);
}

static void as_filter(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	if (d->call->abi == ABI_X86_64)
		decoder_show_filter_program(d, word(d), CAPTURE_AT_ENTER, FILTER_OF_SECCOMP, ret);
	else
		value_set_addr(ret, word(d));
}

/* A vector's length and two flags in one word, of which the length always stands there. */
#define VECTOR_LENGTH_MASK 0xffff

static void set_vector_length(
	struct decoder *d, uint64_t bits, const struct flag_set *set, struct value *ret)
{
	uint64_t length = bits & VECTOR_LENGTH_MASK;

	if (bits == length) {
		value_set_hex(ret, length);
		return;
	}
	list_init(ret, VALUE_OR);
	value_set_flags(list_add(d, ret, NULL), bits - length, set);
	value_set_hex(list_add(d, ret, NULL), length);
}

static void as_vector_length(struct decoder *d, const struct how_shown *how, struct value *ret)
{
	set_vector_length(d, word(d), how->set, ret);
}

static void result_vector_length(struct decoder *d, const struct flag_set *set)
{
	uint64_t bits = (uint64_t)d->call->ret;

	value_set_hex(&d->out->ret, bits);
	if (bits & ~(uint64_t)VECTOR_LENGTH_MASK)
		set_vector_length(d, bits, set, decoder_add_detail(d, NULL));
}

static void set_tagged_addr(struct decoder *d, uint64_t bits, struct value *ret)
{
	static const uint64_t enable = 1, faults = 6, tags = 0xffff;
	static const unsigned tag_shift = 3;
	uint64_t rest = bits & ~(enable | faults | tags << tag_shift);

	list_init(ret, VALUE_OR);
	value_set_name(list_add(d, ret, NULL),
		bits & enable ? "PR_TAGGED_ADDR_ENABLE" : "!PR_TAGGED_ADDR_ENABLE");
	value_set_enum(list_add(d, ret, NULL), bits & faults, &flags_prctl_mte);
	if (bits & tags << tag_shift) {
		struct value *tag = value_set_shift(d, list_add(d, ret, NULL));

		value_set_hex(&tag[0], bits >> tag_shift & tags);
		value_set_name(&tag[1], "PR_MTE_TAG_SHIFT");
	}
	if (rest)
		value_set_hex(list_add(d, ret, NULL), rest);
}

static void as_tagged_addr(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	set_tagged_addr(d, word(d), ret);
}

static void result_tagged_addr(struct decoder *d, UNUSED const struct flag_set *set)
{
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	set_tagged_addr(d, (uint64_t)d->call->ret, decoder_add_detail(d, NULL));
}

/* The vector unit's state now, and after the next exec two bits higher. */
static void set_riscv_vector(struct decoder *d, uint64_t bits, struct value *ret)
{
	static const uint64_t state = 3, inherit = 1 << 4, all = 0x1f;
	static const unsigned next = 2;
	struct value *later;

	list_init(ret, VALUE_OR);
	value_set_enum(list_add(d, ret, NULL), bits & state, &flags_prctl_riscv_v);
	later = value_set_shift(d, list_add(d, ret, NULL));
	value_set_enum(&later[0], bits >> next & state, &flags_prctl_riscv_v);
	value_set_uint(&later[1], next);
	value_set_name(list_add(d, ret, NULL), bits & inherit ? "PR_RISCV_V_VSTATE_CTRL_INHERIT"
							      : "!PR_RISCV_V_VSTATE_CTRL_INHERIT");
	if (bits & ~all)
		value_set_hex(list_add(d, ret, NULL), bits & ~all);
}

static void as_riscv_vector(
	struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	set_riscv_vector(d, word(d), ret);
}

static void result_riscv_vector(struct decoder *d, UNUSED const struct flag_set *set)
{
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	set_riscv_vector(d, (uint64_t)d->call->ret, decoder_add_detail(d, NULL));
}

static void result_flags(struct decoder *d, const struct flag_set *set)
{
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	if (d->call->ret || flag_set_exact(set, 0))
		value_set_flags(decoder_add_detail(d, NULL), (uint64_t)d->call->ret, set);
}

static void result_enum(struct decoder *d, const struct flag_set *set)
{
	d->out->ret_note = flag_set_exact(set, (uint64_t)d->call->ret);
}

struct option_row {
	uint32_t option;
	bool rest; /* what follows is shown as numbers; else it means nothing */
	struct how_shown args[CAPTURE_NR_ARGS - 2];
	void (*result)(struct decoder *d, const struct flag_set *set);
	const struct flag_set *result_set;
};

#define FLAGS(name, names)                                                                         \
	{                                                                                          \
		name, as_flags, &flags_##names                                                     \
	}
#define ENUM(name, names)                                                                          \
	{                                                                                          \
		name, as_enum, &flags_##names                                                      \
	}
#define ENUM32(name, names)                                                                        \
	{                                                                                          \
		name, as_enum32, &flags_##names                                                    \
	}
#define PLAIN(name, how)                                                                           \
	{                                                                                          \
		name, as_##how, NULL                                                               \
	}
#define RESULT(how, names) .result = result_##how, .result_set = &flags_##names

/* Options that stand nowhere here: the rest of the arguments as numbers. */
static const struct option_row options[] = {
	{PR_GET_KEEPCAPS},
	{PR_GET_TIMING},
	{PR_GET_SECCOMP},
	{PR_GET_TIMERSLACK},
	{PR_TASK_PERF_EVENTS_DISABLE},
	{PR_TASK_PERF_EVENTS_ENABLE},
	{PR_GET_FPEMU, .args = {PLAIN("fpemu", number_out)}},
	{PR_GET_FPEXC, .args = {PLAIN("mode", number_out)}},
	{PR_GET_ENDIAN, .args = {PLAIN("endianness", number_out)}},
	{PR_GET_CHILD_SUBREAPER, .args = {PLAIN("isset", number_out)}},
	{PR_SET_KEEPCAPS, .args = {PLAIN("state", number)}},
	{PR_SET_FPEMU, .args = {PLAIN("fpemu", number)}},
	{PR_SET_FPEXC, .args = {PLAIN("mode", number)}},
	{PR_SET_TIMING, .args = {PLAIN("mode", number)}},
	{PR_SET_ENDIAN, .args = {PLAIN("endianness", number)}},
	{PR_SET_CHILD_SUBREAPER, .args = {PLAIN("set", number)}},
	{PR_SET_NO_NEW_PRIVS, .args = {PLAIN("set", number)}, .rest = true},
	{PR_SET_THP_DISABLE, .args = {PLAIN("flag", number)}, .rest = true},
	{PR_SET_IO_FLUSHER, .args = {PLAIN("state", number)}, .rest = true},
	{PR_GET_PDEATHSIG, .args = {PLAIN("sig", signal_out)}},
	{PR_SET_PDEATHSIG, .args = {PLAIN("sig", signal)}},
	{PR_GET_DUMPABLE, RESULT(enum, prctl_dumpable)},
	{PR_SET_DUMPABLE, .args = {ENUM("dumpable", prctl_dumpable)}},
	{PR_GET_UNALIGN, .args = {{"flags", as_flags_out, &flags_prctl_unalign}}},
	{PR_SET_UNALIGN, .args = {FLAGS("flags", prctl_unalign)}},
	{PR_SET_NAME, .args = {PLAIN("name", task_name)}},
	{PR_GET_NAME, .args = {PLAIN("name", task_name_out)}},
	{PR_CAPBSET_READ, .args = {ENUM("cap", capability)}},
	{PR_CAPBSET_DROP, .args = {ENUM("cap", capability)}},
	{PR_GET_TSC, .args = {{"flag", as_enum_out, &flags_prctl_tsc}}},
	{PR_SET_TSC, .args = {ENUM32("flag", prctl_tsc)}},
	{PR_GET_SECUREBITS, RESULT(flags, secure_bits)},
	{PR_SET_SECUREBITS, .args = {FLAGS("flags", secure_bits)}},
	{PR_SET_TIMERSLACK, .args = {PLAIN("slack", signed)}},
	{PR_MCE_KILL_GET, .rest = true, RESULT(enum, prctl_mce_set)},
	{PR_GET_TID_ADDRESS, .args = {PLAIN("addr", addr_out)}},
	{PR_SET_FP_MODE, .args = {FLAGS("mode", prctl_fp_mode)}},
	{PR_GET_FP_MODE, RESULT(flags, prctl_fp_mode)},
	{PR_SVE_SET_VL, .args = {{"value", as_vector_length, &flags_prctl_sve}},
		RESULT(vector_length, prctl_sve)},
	{PR_SVE_GET_VL, RESULT(vector_length, prctl_sve)},
	{PR_PAC_RESET_KEYS, .args = {FLAGS("keys", prctl_pac_keys)}, .rest = true},
	{PR_SET_TAGGED_ADDR_CTRL, .args = {PLAIN("mode", tagged_addr)}, .rest = true},
	{PR_GET_TAGGED_ADDR_CTRL, .rest = true, .result = result_tagged_addr},
	{PRCTL_SET_SYSCALL_USER_DISPATCH,
		.args = {ENUM("operation", prctl_dispatch), PLAIN("off", hex), PLAIN("size", hex),
			PLAIN("switch", addr)}},
	{PRCTL_PAC_SET_ENABLED_KEYS,
		.args = {FLAGS("bitmask_affected", prctl_pac_enabled),
			FLAGS("bitmask_set", prctl_pac_enabled)},
		.rest = true},
	{PRCTL_PAC_GET_ENABLED_KEYS, .rest = true, RESULT(flags, prctl_pac_enabled)},
	{PRCTL_SME_SET_VL, .args = {{"arg", as_vector_length, &flags_prctl_sme}},
		RESULT(vector_length, prctl_sme)},
	{PRCTL_SME_GET_VL, RESULT(vector_length, prctl_sme)},
	{PRCTL_SET_MDWE, .args = {FLAGS("mask", prctl_mdwe)}, .rest = true},
	{PRCTL_GET_MDWE, .rest = true, RESULT(flags, prctl_mdwe)},
	{PRCTL_RISCV_V_SET_CONTROL, .args = {PLAIN("arg", riscv_vector)}},
	{PRCTL_RISCV_V_GET_CONTROL, .result = result_riscv_vector},
	{PRCTL_RISCV_SET_ICACHE_FLUSH_CTX,
		.args = {ENUM("ctx", prctl_icache_ctx), ENUM("scope", prctl_icache_scope)}},
	{PRCTL_PPC_GET_DEXCR, .args = {ENUM("which", prctl_dexcr)}, .rest = true,
		RESULT(flags, prctl_dexcr_ctrl)},
	{PRCTL_PPC_SET_DEXCR, .args = {ENUM("which", prctl_dexcr), FLAGS("ctrl", prctl_dexcr_ctrl)},
		.rest = true},
	{PRCTL_GET_SHADOW_STACK_STATUS, .args = {PLAIN("status", addr_out)}, .rest = true},
	{PRCTL_SET_SHADOW_STACK_STATUS, .args = {FLAGS("status", prctl_shadow_stack)},
		.rest = true},
	{PRCTL_LOCK_SHADOW_STACK_STATUS, .args = {FLAGS("features", prctl_shadow_stack)},
		.rest = true},
	{PRCTL_TIMER_CREATE_RESTORE_IDS, .args = {ENUM("mode", prctl_restore_ids)}, .rest = true},
	{PR_SET_PTRACER, .args = {PLAIN("pid", ptracer)}},
	{PRCTL_GET_AUXV, .args = {PLAIN("auxv", addr), PLAIN("size", number)}, .rest = true},
};

static void show_args(struct decoder *d, const struct how_shown *how, size_t nr)
{
	for (size_t i = 0; i < nr && how[i].show; i++) {
		struct value *ret = decoder_arg(d, (unsigned)i + 1);

		ret->name = how[i].name;
		how[i].show(d, &how[i], ret);
	}
}

static size_t count_args(const struct how_shown *how, size_t nr)
{
	size_t ret = 0;

	while (ret < nr && how[ret].show)
		ret++;
	return ret;
}

static void show_option_row(struct decoder *d, const struct option_row *row)
{
	size_t nr = ARRAY_SIZE(row->args);

	show_args(d, row->args, nr);
	if (!row->rest)
		decoder_keep_args(d, 1 + count_args(row->args, nr));
	if (d->done && row->result)
		row->result(d, row->result_set);
}

/* ---- options with operations of their own ---- */

static void show_seccomp(struct decoder *d)
{
	static const struct how_shown filter[] = {
		ENUM("mode", seccomp_mode), PLAIN("filter", filter)};

	show_args(d, filter, d->args[1] == SECCOMP_MODE_FILTER ? 2 : 1);
	if (d->args[1] == SECCOMP_MODE_STRICT)
		decoder_keep_args(d, 2);
	else if (d->args[1] == SECCOMP_MODE_FILTER)
		decoder_keep_args(d, 3);
}

static void show_mce_kill(struct decoder *d)
{
	static const struct how_shown set[] = {
		ENUM("operation", prctl_mce), ENUM("policy", prctl_mce_set)};

	show_args(d, set, d->args[1] == PR_MCE_KILL_SET ? 2 : 1);
}

static void show_cap_ambient(struct decoder *d)
{
	static const struct how_shown args[] = {
		ENUM("operation", prctl_ambient), ENUM("cap", capability)};
	bool one = d->args[1] >= PR_CAP_AMBIENT_IS_SET && d->args[1] <= PR_CAP_AMBIENT_LOWER;

	show_args(d, args, one ? 2 : 1);
}

static void show_speculation(struct decoder *d)
{
	static const struct how_shown known[] = {
		ENUM("misfeature", prctl_spec), ENUM("value", prctl_spec_set)};
	static const struct how_shown unknown[] = {
		ENUM("misfeature", prctl_spec), PLAIN("value", hex)};
	bool is_known = flag_set_exact(&flags_prctl_spec, d->args[1]);

	if (arg_u32(d, 0) == PR_SET_SPECULATION_CTRL) {
		show_args(d, is_known ? known : unknown, 2);
		decoder_keep_args(d, 3);
		return;
	}
	show_args(d, known, 1);
	decoder_keep_args(d, 2);
	if (d->done && is_known)
		result_flags(d, &flags_prctl_spec_state);
}

static void show_sched_core(struct decoder *d)
{
	static const struct how_shown args[] = {ENUM32("operation", prctl_sched_core),
		PLAIN("pid", pid), ENUM32("pid_type", prctl_pid_type), PLAIN("cookie", addr)};
	static const uint32_t get = 0;

	show_args(d, args, arg_u32(d, 1) == get ? 4 : 3);
	d->out->args[3].flags |= VALUE_REMARK;
	if (arg_u32(d, 1) == get && d->done) {
		const uint64_t *cookie =
			decoder_bytes(d, d->args[4], sizeof(*cookie), CAPTURE_AT_EXIT);

		if (cookie) {
			value_set_hex(&d->out->args[4], *cookie);
			d->out->args[4].flags |= VALUE_BY_REF;
		}
	}
}

SHAPE(mm_map, struct prctl_mm_map)
{
	ADD_HEX(start_code);
	ADD_HEX(end_code);
	ADD_HEX(start_data);
	ADD_HEX(end_data);
	ADD_HEX(start_brk);
	ADD_HEX(brk);
	ADD_HEX(start_stack);
	ADD_HEX(arg_start);
	ADD_HEX(arg_end);
	ADD_HEX(env_start);
	ADD_HEX(env_end);
	ADD_ADDR(auxv);
	ADD_UINT(auxv_size);
	if (from->exe_fd == UINT32_MAX)
		value_set_int(list_add(d, ret, "exe_fd"), -1);
	else
		value_set_fd(list_add(d, ret, "exe_fd"), (int)from->exe_fd);
}

static void as_mm_map(struct decoder *d, UNUSED const struct how_shown *how, struct value *ret)
{
	decoder_show_shape(d, word(d), &shape_mm_map, CAPTURE_AT_ENTER, ret);
}

static void show_mm(struct decoder *d)
{
	static const struct how_shown plain[] = {ENUM32("operation", prctl_mm)};
	static const struct how_shown map[] = {
		ENUM32("operation", prctl_mm), PLAIN("map", mm_map), PLAIN("size", number)};
	static const struct how_shown size[] = {
		ENUM32("operation", prctl_mm), PLAIN("size", number_out)};

	switch (arg_u32(d, 1)) {
	case PR_SET_MM_MAP: show_args(d, map, ARRAY_SIZE(map)); break;
	case PR_SET_MM_MAP_SIZE: show_args(d, size, ARRAY_SIZE(size)); break;
	default: show_args(d, plain, ARRAY_SIZE(plain)); break;
	}
}

static void show_vma(struct decoder *d)
{
	static const struct how_shown args[] = {ENUM("attr", prctl_vma), PLAIN("addr", addr),
		PLAIN("size", number), PLAIN("name", vma_name)};
	static const uint64_t anon_name = 0;

	show_args(d, args, d->args[1] == anon_name ? 4 : 1);
}

static void show_futex_hash(struct decoder *d)
{
	static const struct how_shown args[] = {
		ENUM("operation", prctl_futex_hash), PLAIN("slots", number)};
	static const uint64_t set_slots = 1;

	show_args(d, args, d->args[1] == set_slots ? 2 : 1);
}

static void decode_prctl(struct decoder *d)
{
	uint32_t option = arg_u32(d, 0);

	switch (option) {
	case PR_SET_SECCOMP: show_seccomp(d); return;
	case PR_MCE_KILL: show_mce_kill(d); return;
	case PR_CAP_AMBIENT: show_cap_ambient(d); return;
	case PR_GET_SPECULATION_CTRL:
	case PR_SET_SPECULATION_CTRL: show_speculation(d); return;
	case PRCTL_SCHED_CORE: show_sched_core(d); return;
	case PR_SET_MM: show_mm(d); return;
	case PRCTL_SET_VMA: show_vma(d); return;
	case PRCTL_FUTEX_HASH: show_futex_hash(d); return;
	default: break;
	}
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].option == option)
			show_option_row(d, &options[i]);
}

#define NUMBER_OUT(option) STEP_ARG(option, EXIT, 1, BYTES, LEN_NONE, 4)

static const struct capture_step prctl_steps[] = {
	NUMBER_OUT(PR_GET_FPEMU),
	NUMBER_OUT(PR_GET_FPEXC),
	NUMBER_OUT(PR_GET_ENDIAN),
	NUMBER_OUT(PR_GET_CHILD_SUBREAPER),
	NUMBER_OUT(PR_GET_PDEATHSIG),
	NUMBER_OUT(PR_GET_UNALIGN),
	NUMBER_OUT(PR_GET_TSC),
	STEP_ARG(PR_GET_TID_ADDRESS, EXIT, 1, BYTES, LEN_NONE, 8),
	STEP_ARG(PRCTL_GET_SHADOW_STACK_STATUS, EXIT, 1, BYTES, LEN_NONE, 8),
	STEP_ARG(PR_SET_NAME, ENTER, 1, BYTES, LEN_NONE, TASK_NAME_BYTES),
	STEP_ARG(PR_GET_NAME, EXIT, 1, BYTES, LEN_NONE, TASK_NAME_BYTES),
	STEP_ARG(PR_SET_SECCOMP, ENTER, 2, BYTES, LEN_NONE, sizeof(struct sock_fprog)),
	FILTER_STEP(PR_SET_SECCOMP, 2),
	STEP_ARG(PR_SET_MM, ENTER, 2, BYTES, LEN_NONE, sizeof(struct prctl_mm_map)),
	STEP_ARG(PR_SET_MM, EXIT, 2, BYTES, LEN_NONE, 4),
	STEP_ARG(PRCTL_SCHED_CORE, EXIT, 4, BYTES, LEN_NONE, 8),
	STEP_ARG(PRCTL_SET_VMA, ENTER, 4, STRING, LEN_NONE, 0),
};

SYSCALL_STEPS(prctl, CLASS_CREDS, RET_INT, decode_prctl, PICK_ARG(0), prctl_steps,
	ARG(option, ENUM, prctl), ARG(arg2, HEX), ARG(arg3, HEX), ARG(arg4, HEX), ARG(arg5, HEX));

/* ---- arch_prctl ---- */

enum {
	ARCH_XCOMP_SUPP = 0x1021,
	ARCH_XCOMP_PERM = 0x1022,
	ARCH_XCOMP_REQUEST = 0x1023,
	ARCH_XCOMP_GUEST_PERM = 0x1024,
	ARCH_XCOMP_GUEST_REQUEST = 0x1025,
	ARCH_UNTAG_MASK = 0x4001,
	ARCH_MAX_TAG_BITS = 0x4003,
	ARCH_SHADOW_STACK_ENABLE = 0x5001,
	ARCH_SHADOW_STACK_DISABLE = 0x5002,
	ARCH_SHADOW_STACK_LOCK = 0x5003,
	ARCH_SHADOW_STACK_UNLOCK = 0x5004,
	ARCH_SHADOW_STACK_STATUS = 0x5005,
};

static void decode_arch_prctl(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 1);
	const uint64_t *word_out =
		d->done ? decoder_bytes(d, d->args[1], sizeof(*word_out), CAPTURE_AT_EXIT) : NULL;

	value_set_addr(ret, d->args[1]);
	switch (arg_u32(d, 0)) {
	case ARCH_GET_FS:
	case ARCH_GET_GS:
	case ARCH_UNTAG_MASK:
	case ARCH_MAX_TAG_BITS:
		if (!word_out)
			break;
		value_set_addr(ret, *word_out);
		ret->flags |= VALUE_BY_REF;
		break;
	case ARCH_GET_CPUID: decoder_keep_args(d, 1); break;
	case ARCH_XCOMP_SUPP:
	case ARCH_XCOMP_PERM:
	case ARCH_XCOMP_GUEST_PERM:
		if (!word_out)
			break;
		value_set_flags(ret, *word_out, &flags_xfeature_mask);
		ret->flags |= VALUE_BY_REF | VALUE_REMARK;
		break;
	case ARCH_XCOMP_REQUEST:
	case ARCH_XCOMP_GUEST_REQUEST:
		value_set_enum(ret, d->args[1], &flags_xfeature);
		ret->flags |= VALUE_REMARK;
		if (d->done && d->call->ret)
			result_flags(d, &flags_xfeature_mask);
		break;
	case ARCH_SHADOW_STACK_ENABLE:
	case ARCH_SHADOW_STACK_DISABLE:
	case ARCH_SHADOW_STACK_LOCK:
	case ARCH_SHADOW_STACK_UNLOCK: value_set_flags(ret, d->args[1], &flags_shstk); break;
	case ARCH_SHADOW_STACK_STATUS:
		if (!word_out)
			break;
		value_set_flags(ret, *word_out, &flags_shstk);
		ret->flags |= VALUE_BY_REF;
		break;
	default: value_set_hex(ret, d->args[1]); break;
	}
}

#define WORD_OUT(option) STEP_ARG(option, EXIT, 1, BYTES, LEN_NONE, 8)

static const struct capture_step arch_prctl_steps[] = {
	WORD_OUT(ARCH_GET_FS),
	WORD_OUT(ARCH_GET_GS),
	WORD_OUT(ARCH_XCOMP_SUPP),
	WORD_OUT(ARCH_XCOMP_PERM),
	WORD_OUT(ARCH_XCOMP_GUEST_PERM),
	WORD_OUT(ARCH_UNTAG_MASK),
	WORD_OUT(ARCH_MAX_TAG_BITS),
	WORD_OUT(ARCH_SHADOW_STACK_STATUS),
};

SYSCALL_STEPS(arch_prctl, 0, RET_INT, decode_arch_prctl, PICK_ARG(0), arch_prctl_steps,
	ARG(code, ENUM, arch_prctl), ARG(addr, HEX));
