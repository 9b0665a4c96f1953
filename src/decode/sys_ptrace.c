/* ptrace: what address and data are hangs on the request. */
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "decode/bpf_filter.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

/* of asm/ptrace.h and asm/ptrace-abi.h, which glibc's headers do not get along with, and newer
 * ones than some headers know */
enum {
	REQUEST_PEEK_USER = 3,
	REQUEST_POKE_USER = 6,
	REQUEST_SINGLE_STEP = 9,
	REQUEST_GET_REGS = 12,
	REQUEST_SET_REGS = 13,
	REQUEST_GET_FP_REGS = 14,
	REQUEST_SET_FP_REGS = 15,
	REQUEST_OLD_SET_OPTIONS = 21,
	REQUEST_ARCH_PRCTL = 30,
	REQUEST_SYSEMU = 31,
	REQUEST_SYSEMU_SINGLE_STEP = 32,
	REQUEST_SINGLE_BLOCK = 33,
	REQUEST_GET_RSEQ = 0x420f,
	REQUEST_SET_DISPATCH = 0x4210,
	REQUEST_GET_DISPATCH = 0x4211,
	REQUEST_SET_SYSCALL_INFO = 0x4212,
};

/* ---- registers ---- */

#define NT_GENERAL 1
#define NT_FLOAT   2

static const char *const register_names[] = {"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10",
	"r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi", "orig_rax", "rip", "cs", "eflags", "rsp",
	"ss", "fs_base", "gs_base", "ds", "es", "fs", "gs"};

_Static_assert(sizeof(struct user_regs_struct) == ARRAY_SIZE(register_names) * 8, "all of them");

/* `len` bytes of them, whole registers; `more` follow that are none. */
static void set_registers(
	struct decoder *d, struct value *ret, const uint8_t *bytes, size_t len, bool more)
{
	list_init(ret, VALUE_STRUCT);
	for (size_t i = 0; i < MIN(len / 8, ARRAY_SIZE(register_names)); i++) {
		uint64_t number;

		memcpy(&number, bytes + i * 8, sizeof(number));
		value_set_hex(list_add(d, ret, register_names[i]), number);
	}
	if (more)
		ret->flags |= VALUE_ABBREV;
}

/* Of the layout of FXSAVE. `nr` words of `width` bytes, an array when there is more than one. */
static const struct {
	const char *name;
	uint8_t width;
	uint8_t nr;
} float_parts[] = {{"cwd", 2, 1}, {"swd", 2, 1}, {"ftw", 2, 1}, {"fop", 2, 1}, {"rip", 8, 1},
	{"rdp", 8, 1}, {"mxcsr", 4, 1}, {"mxcr_mask", 4, 1}, {"st_space", 4, 32},
	{"xmm_space", 4, 64}, {"padding", 4, 24}};

static uint64_t take_word(const uint8_t *bytes, size_t width)
{
	uint64_t ret = 0;

	memcpy(&ret, bytes, width);
	return ret;
}

static void set_float_registers(
	struct decoder *d, struct value *ret, const uint8_t *bytes, size_t len, bool more)
{
	size_t at = 0;

	list_init(ret, VALUE_STRUCT);
	for (size_t i = 0; i < ARRAY_SIZE(float_parts) && at < len; i++) {
		size_t width = float_parts[i].width;
		struct value *part = list_add(d, ret, float_parts[i].name);

		if (float_parts[i].nr == 1) {
			value_set_hex(part, take_word(bytes + at, MIN(width, len - at)));
			at += width;
			continue;
		}
		decoder_array_init(d, part);
		for (unsigned k = 0; k < float_parts[i].nr && at + width <= len; k++, at += width)
			value_set_hex(list_add(d, part, NULL), take_word(bytes + at, width));
	}
	if (more)
		ret->flags |= VALUE_ABBREV;
}

/* A set of registers of `len` bytes at `addr`; only whole words of a known set are shown. */
static void show_registers(struct decoder *d, uint64_t addr, uint64_t len, uint64_t type,
	unsigned when, struct value *ret)
{
	size_t all = type == NT_GENERAL ? sizeof(struct user_regs_struct)
					: sizeof(struct user_fpregs_struct);
	size_t at_hand = MIN(len, (uint64_t)all);
	const void *bytes = NULL;

	value_set_addr(ret, addr);
	if ((type != NT_GENERAL && type != NT_FLOAT) || !addr || !len || len % 8)
		return;
	bytes = decoder_bytes(d, addr, at_hand, when);
	if (!bytes)
		return;
	if (type == NT_GENERAL)
		set_registers(d, ret, bytes, at_hand, len > all);
	else
		set_float_registers(d, ret, bytes, at_hand, len > all);
}

/* Registers alone, which stand where the address does: that one means nothing. */
static void show_register_call(struct decoder *d, uint64_t type, unsigned when)
{
	struct value *ret = decoder_arg(d, 2);
	size_t len = type == NT_GENERAL ? sizeof(struct user_regs_struct)
					: sizeof(struct user_fpregs_struct);

	d->arg = 3;
	if (when == CAPTURE_AT_EXIT && !d->done)
		value_set_addr(ret, d->args[3]);
	else
		show_registers(d, d->args[3], len, type, when, ret);
	decoder_keep_args(d, 3);
}

struct regset {
	uint64_t base;
	uint64_t len;
};

static void show_regset(struct decoder *d, bool set)
{
	struct value *ret = decoder_arg(d, 3), *base, *len;
	const struct regset *before =
		decoder_bytes(d, d->args[3], sizeof(*before), CAPTURE_AT_ENTER);
	const struct regset *after =
		d->done ? decoder_bytes(d, d->args[3], sizeof(*after), CAPTURE_AT_EXIT) : NULL;
	uint64_t type = arg_u32(d, 2);

	value_set_enum(&d->out->args[2], type, &flags_regset);
	value_set_addr(ret, d->args[3]);
	if (!before)
		return;
	base = list_add(d, ret, "iov_base");
	value_set_addr(base, before->base);
	if (set)
		show_registers(d, before->base, before->len, type, CAPTURE_AT_ENTER, base);
	else if (d->done)
		show_registers(d, before->base, after ? after->len : before->len, type,
			CAPTURE_AT_EXIT, base);
	len = list_add(d, ret, "iov_len");
	value_set_uint(len, before->len);
	if (after && after->len != before->len) {
		list_init(len, VALUE_CHANGE);
		value_set_uint(list_add(d, len, NULL), before->len);
		value_set_uint(list_add(d, len, NULL), after->len);
	}
}

#define USER_MEMBER(member)                                                                        \
	{                                                                                          \
		offsetof(struct user, member), "offsetof(struct user, " #member ")"                \
	}

static const struct {
	uint64_t offset;
	const char *name;
} user_members[] = {
	USER_MEMBER(u_fpvalid),
	USER_MEMBER(i387),
	USER_MEMBER(u_tsize),
	USER_MEMBER(u_dsize),
	USER_MEMBER(u_ssize),
	USER_MEMBER(start_code),
	USER_MEMBER(start_stack),
	USER_MEMBER(signal),
	USER_MEMBER(reserved),
	USER_MEMBER(u_ar0),
	USER_MEMBER(u_fpstate),
	USER_MEMBER(magic),
	USER_MEMBER(u_comm),
	USER_MEMBER(u_debugreg),
};

static const char *const user_register_names[] = {"8*R15", "8*R14", "8*R13", "8*R12", "8*RBP",
	"8*RBX", "8*R11", "8*R10", "8*R9", "8*R8", "8*RAX", "8*RCX", "8*RDX", "8*RSI", "8*RDI",
	"8*ORIG_RAX", "8*RIP", "8*CS", "8*EFL", "8*RSP", "8*SS"};

/* Where in struct user. */
static void show_user_offset(struct decoder *d)
{
	uint64_t offset = d->args[2], from = 0;
	struct value *ret = decoder_arg(d, 2);
	const char *name = NULL;

	value_set_addr(ret, offset);
	if (offset >= sizeof(struct user)) {
		if (offset == sizeof(struct user))
			value_set_name(ret, "sizeof(struct user)");
		return;
	}
	from = MIN(offset / 8, ARRAY_SIZE(user_register_names) - 1) * 8;
	name = user_register_names[from / 8];
	for (size_t i = 0; i < ARRAY_SIZE(user_members); i++) {
		if (user_members[i].offset > offset)
			break;
		from = user_members[i].offset;
		name = user_members[i].name;
	}
	value_set_name(ret, name);
	if (offset > from)
		ret->text = decoder_printf(d, "%s+%llu", name, (unsigned long long)(offset - from));
}

/* ---- signals ---- */

struct peek_siginfo {
	uint64_t off;
	uint32_t flags;
	uint32_t nr;
};

SHAPE(peek_siginfo, struct peek_siginfo)
{
	ADD_UINT(off);
	ADD_FLAGS(flags, ptrace_peeksiginfo);
	ADD_UINT(nr);
}

/* ---- what a task does in a system call ---- */

static void add_call_args(struct decoder *d, struct value *ret, const uint64_t *args, size_t len)
{
	struct value *list;

	if (len < sizeof(*args))
		return;
	list = list_add(d, ret, "args");
	list_init(list, VALUE_ARRAY);
	for (size_t i = 0; i < MIN(len / sizeof(*args), (size_t)6); i++)
		value_set_hex(list_add(d, list, NULL), args[i]);
}

static void add_call_exit(
	struct decoder *d, struct value *ret, const struct ptrace_syscall_info *info, size_t len)
{
	struct value *rval = list_add(d, ret, "rval");
	bool whole = len >= offsetof(struct ptrace_syscall_info, exit.is_error) + 1;

	if (whole && info->exit.is_error)
		value_set_negative_errno(d, rval, info->exit.rval);
	else
		value_set_int(rval, info->exit.rval);
	if (whole)
		value_set_uint(list_add(d, ret, "is_error"), info->exit.is_error);
}

/* Of `len` bytes, fewer than the structure has when the tracer wanted no more. */
static void set_syscall_info(
	struct decoder *d, struct value *ret, const struct ptrace_syscall_info *from, size_t len)
{
	static const uint8_t reserved = 1, flag_word = 2;
	const uint8_t *bytes = (const uint8_t *)from;
	uint16_t flags;
	struct value *part;
	size_t args_at = offsetof(struct ptrace_syscall_info, entry.args);

	memcpy(&flags, bytes + flag_word, sizeof(flags));
	ADD_ENUM(op, ptrace_syscall_op);
	if (len > reserved && bytes[reserved])
		value_set_hex(list_add(d, ret, "reserved"), bytes[reserved]);
	if (len > flag_word && flags)
		value_set_hex(list_add(d, ret, "flags"), flags);
	if (len < offsetof(struct ptrace_syscall_info, arch) + sizeof(from->arch))
		return;
	ADD_ENUM(arch, audit_arch);
	if (len < offsetof(struct ptrace_syscall_info, instruction_pointer) + 8)
		return;
	ADD_ADDR(instruction_pointer);
	if (len < offsetof(struct ptrace_syscall_info, stack_pointer) + 8)
		return;
	ADD_ADDR(stack_pointer);
	if (len < offsetof(struct ptrace_syscall_info, entry.nr) + 8)
		return;
	switch (from->op) {
	case PTRACE_SYSCALL_INFO_ENTRY:
		part = list_add(d, ret, "entry");
		value_set_call_number(d, list_add(d, part, "nr"), from->arch, from->entry.nr);
		add_call_args(d, part, (const uint64_t *)from->entry.args, len - args_at);
		break;
	case PTRACE_SYSCALL_INFO_SECCOMP:
		part = list_add(d, ret, "seccomp");
		value_set_call_number(d, list_add(d, part, "nr"), from->arch, from->seccomp.nr);
		add_call_args(d, part, (const uint64_t *)from->seccomp.args, len - args_at);
		if (len >= offsetof(struct ptrace_syscall_info, seccomp.ret_data) + 4)
			value_set_uint(list_add(d, part, "ret_data"), from->seccomp.ret_data);
		break;
	case PTRACE_SYSCALL_INFO_EXIT: add_call_exit(d, list_add(d, ret, "exit"), from, len); break;
	default: break;
	}
}

static void show_syscall_info(struct decoder *d, uint64_t len, unsigned when)
{
	struct value *ret = decoder_arg(d, 3);
	struct ptrace_syscall_info info;
	size_t wanted = MIN(MIN(len, d->args[2]), (uint64_t)sizeof(info));

	value_set_uint(&d->out->args[2], d->args[2]);
	value_set_addr(ret, d->args[3]);
	if (!wanted || decoder_copy(d, d->args[3], when, &info, wanted) < wanted)
		return;
	memset((uint8_t *)&info + wanted, 0, sizeof(info) - wanted);
	set_syscall_info(d, ret, &info, wanted);
}

/* ---- seccomp ---- */

static void show_seccomp_metadata(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 3), *item;
	const uint64_t *offset = decoder_bytes(d, d->args[3], sizeof(*offset), CAPTURE_AT_ENTER);
	const uint64_t *flags;
	uint64_t written = d->done ? (uint64_t)d->call->ret : 0;

	value_set_uint(&d->out->args[2], d->args[2]);
	value_set_addr(ret, d->args[3]);
	if (!offset || d->args[2] < sizeof(*offset))
		return;
	value_set_uint(list_add(d, ret, "filter_off"), *offset);
	if (written <= sizeof(*offset))
		return;
	flags = decoder_bytes(d, d->args[3] + sizeof(*offset), sizeof(*flags), CAPTURE_AT_EXIT);
	item = list_add(d, ret, "flags");
	if (!flags || written < 2 * sizeof(*flags)) {
		value_set_name(item, "???");
		item->flags |= VALUE_BARE;
	} else {
		value_set_flags(item, *flags, &flags_seccomp_flags);
	}
	if (written > 2 * sizeof(*flags))
		ret->flags |= VALUE_ABBREV;
}

/* ---- what user space shares with the kernel ---- */

struct rseq_configuration {
	uint64_t rseq_abi_pointer;
	uint32_t rseq_abi_size;
	uint32_t signature;
	uint32_t flags;
	uint32_t pad;
};

SHAPE(rseq_configuration, struct rseq_configuration)
{
	ADD_ADDR(rseq_abi_pointer);
	ADD_UINT(rseq_abi_size);
	ADD_HEX(signature);
	ADD_FLAGS(flags, rseq);
}

struct dispatch_config {
	uint64_t mode;
	uint64_t selector;
	uint64_t offset;
	uint64_t len;
};

SHAPE(dispatch_config, struct dispatch_config)
{
	ADD_ENUM(mode, prctl_dispatch);
	ADD_ADDR(selector);
	ADD_HEX(offset);
	ADD_HEX(len);
}

/* A structure in argument 3, of which argument 2 tells the size. */
static void show_sized(struct decoder *d, const struct shape *shape, unsigned when)
{
	struct value *ret = decoder_arg(d, 3);

	value_set_uint(&d->out->args[2], d->args[2]);
	if (when == CAPTURE_AT_ENTER || d->done)
		decoder_show_shape(d, d->args[3], shape, when, ret);
	else
		value_set_addr(ret, d->args[3]);
}

static void show_word_out(struct decoder *d, bool hex)
{
	struct value *ret = decoder_arg(d, 3);
	const uint64_t *word =
		d->done ? decoder_bytes(d, d->args[3], sizeof(*word), CAPTURE_AT_EXIT) : NULL;

	value_set_addr(ret, d->args[3]);
	if (!word)
		return;
	if (hex)
		value_set_hex(ret, *word);
	else
		value_set_uint(ret, *word);
	ret->flags |= VALUE_BY_REF;
}

static void decode_ptrace(struct decoder *d)
{
	struct value *addr = &d->out->args[2], *data = &d->out->args[3];

	value_set_enum(decoder_arg(d, 0), d->args[0], &flags_ptrace);
	value_set_addr(data, d->args[3]);
	d->arg = 3;
	switch (d->args[0]) {
	case PTRACE_TRACEME: decoder_keep_args(d, 1); break;
	case PTRACE_ATTACH:
	case PTRACE_INTERRUPT:
	case PTRACE_KILL:
	case PTRACE_LISTEN: decoder_keep_args(d, 2); break;
	case PTRACE_CONT:
	case PTRACE_DETACH:
	case PTRACE_SYSCALL:
	case REQUEST_SINGLE_STEP:
	case REQUEST_SINGLE_BLOCK:
	case REQUEST_SYSEMU:
	case REQUEST_SYSEMU_SINGLE_STEP: value_set_signal(data, arg_int(d, 3)); break;
	case PTRACE_SEIZE:
	case PTRACE_SETOPTIONS:
	case REQUEST_OLD_SET_OPTIONS:
		value_set_flags(data, d->args[3], &flags_ptrace_options);
		break;
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA: show_word_out(d, true); break;
	case REQUEST_PEEK_USER:
		show_user_offset(d);
		show_word_out(d, true);
		break;
	case REQUEST_POKE_USER: show_user_offset(d); break;
	case PTRACE_GETEVENTMSG: show_word_out(d, false); break;
	case PTRACE_GETSIGINFO:
		if (d->done)
			decoder_show_shape(d, d->args[3], &shape_siginfo, CAPTURE_AT_EXIT, data);
		break;
	case PTRACE_SETSIGINFO:
		decoder_show_shape(d, d->args[3], &shape_siginfo, CAPTURE_AT_ENTER, data);
		break;
	case PTRACE_GETSIGMASK:
	case PTRACE_SETSIGMASK: {
		bool set = d->args[0] == PTRACE_SETSIGMASK;

		value_set_uint(addr, d->args[2]);
		if (set || d->done)
			decoder_show_sigset(d, d->args[3], d->args[2],
				set ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT, data);
		break;
	}
	case PTRACE_PEEKSIGINFO:
		decoder_show_shape(
			d, d->args[2], &shape_peek_siginfo, CAPTURE_AT_ENTER, decoder_arg(d, 2));
		d->arg = 3;
		if (d->done)
			decoder_show_array(d, d->args[3], (uint64_t)d->call->ret, &shape_siginfo,
				CAPTURE_AT_EXIT, data);
		break;
	case PTRACE_GETREGSET: show_regset(d, false); break;
	case PTRACE_SETREGSET: show_regset(d, true); break;
	case REQUEST_GET_REGS: show_register_call(d, NT_GENERAL, CAPTURE_AT_EXIT); break;
	case REQUEST_SET_REGS: show_register_call(d, NT_GENERAL, CAPTURE_AT_ENTER); break;
	case REQUEST_GET_FP_REGS: show_register_call(d, NT_FLOAT, CAPTURE_AT_EXIT); break;
	case REQUEST_SET_FP_REGS: show_register_call(d, NT_FLOAT, CAPTURE_AT_ENTER); break;
	case PTRACE_SECCOMP_GET_FILTER:
		value_set_uint(addr, d->args[2]);
		if (d->done)
			decoder_show_filter(d, d->args[3], (uint64_t)d->call->ret, CAPTURE_AT_EXIT,
				FILTER_OF_SECCOMP, data);
		break;
	case PTRACE_SECCOMP_GET_METADATA: show_seccomp_metadata(d); break;
	case PTRACE_GET_SYSCALL_INFO:
		show_syscall_info(d, d->done ? (uint64_t)d->call->ret : 0, CAPTURE_AT_EXIT);
		break;
	case REQUEST_SET_SYSCALL_INFO: show_syscall_info(d, UINT64_MAX, CAPTURE_AT_ENTER); break;
	case REQUEST_GET_RSEQ: show_sized(d, &shape_rseq_configuration, CAPTURE_AT_EXIT); break;
	case REQUEST_GET_DISPATCH: show_sized(d, &shape_dispatch_config, CAPTURE_AT_EXIT); break;
	case REQUEST_SET_DISPATCH: show_sized(d, &shape_dispatch_config, CAPTURE_AT_ENTER); break;
	case REQUEST_ARCH_PRCTL: value_set_enum(data, d->args[3], &flags_arch_prctl); break;
	default: break;
	}
}

#define DATA(request, when, bytes)            STEP_ARG(request, when, 3, BYTES, LEN_NONE, bytes)
#define DATA_ARRAY(request, when, len, bytes) STEP_ARG(request, when, 3, ARRAY, len, bytes)

static const struct capture_step ptrace_steps[] = {
	DATA(PTRACE_PEEKTEXT, EXIT, 8),
	DATA(PTRACE_PEEKDATA, EXIT, 8),
	DATA(REQUEST_PEEK_USER, EXIT, 8),
	DATA(PTRACE_GETEVENTMSG, EXIT, 8),
	DATA(PTRACE_GETSIGINFO, EXIT, sizeof(siginfo_t)),
	DATA(PTRACE_SETSIGINFO, ENTER, sizeof(siginfo_t)),
	DATA_ARRAY(PTRACE_GETSIGMASK, EXIT, LEN_ARG(2), 1),
	DATA_ARRAY(PTRACE_SETSIGMASK, ENTER, LEN_ARG(2), 1),
	STEP_ARG(PTRACE_PEEKSIGINFO, ENTER, 2, BYTES, LEN_NONE, sizeof(struct peek_siginfo)),
	DATA_ARRAY(PTRACE_PEEKSIGINFO, EXIT, LEN_RESULT, sizeof(siginfo_t)),
	DATA(PTRACE_GETREGSET, BOTH, sizeof(struct regset)),
	STEP_AT(PTRACE_GETREGSET, EXIT, 3, struct iovec, iov_base, ARRAY,
		LEN_AT(struct iovec, iov_len), 1),
	DATA(PTRACE_SETREGSET, BOTH, sizeof(struct regset)),
	STEP_AT(PTRACE_SETREGSET, ENTER, 3, struct iovec, iov_base, ARRAY,
		LEN_AT(struct iovec, iov_len), 1),
	DATA(REQUEST_GET_REGS, EXIT, sizeof(struct user_regs_struct)),
	DATA(REQUEST_SET_REGS, ENTER, sizeof(struct user_regs_struct)),
	DATA(REQUEST_GET_FP_REGS, EXIT, sizeof(struct user_fpregs_struct)),
	DATA(REQUEST_SET_FP_REGS, ENTER, sizeof(struct user_fpregs_struct)),
	DATA_ARRAY(PTRACE_SECCOMP_GET_FILTER, EXIT, LEN_RESULT, sizeof(struct sock_filter)),
	DATA(PTRACE_SECCOMP_GET_METADATA, BOTH, 16),
	DATA_ARRAY(PTRACE_GET_SYSCALL_INFO, EXIT, LEN_ARG(2), 1),
	DATA_ARRAY(REQUEST_SET_SYSCALL_INFO, ENTER, LEN_ARG(2), 1),
	DATA(REQUEST_GET_RSEQ, EXIT, sizeof(struct rseq_configuration)),
	DATA(REQUEST_GET_DISPATCH, EXIT, sizeof(struct dispatch_config)),
	DATA(REQUEST_SET_DISPATCH, ENTER, sizeof(struct dispatch_config)),
};

SYSCALL_STEPS(ptrace, 0, RET_INT, decode_ptrace, PICK_ARG(0), ptrace_steps, ARG(request, HEX),
	ARG(pid, PID), ARG(addr, ADDR), ARG(data, ADDR));
