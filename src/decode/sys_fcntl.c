/* fcntl, whose third argument is what the command makes of it. */
#include <fcntl.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

/* newer than some headers */
enum new_command {
	DUPFD_QUERY = 1027,
	GETDELEG = 1039,
	SETDELEG = 1040,
};

SHAPE(flock, struct flock)
{
	ADD_ENUM(l_type, lock_type);
	ADD_ENUM(l_whence, seek);
	ADD_INT(l_start);
	ADD_INT(l_len);
}

SHAPE(flock_owner, struct flock)
{
	fill_flock(d, from, ret);
	ADD_PID(l_pid);
}

SHAPE(owner_ex, struct f_owner_ex)
{
	ADD_ENUM(type, owner_type);
	ADD_PID(pid);
}

SHAPE(rw_hint, uint64_t)
{
	value_set_enum(ret, *from, &flags_rw_hint);
}

struct delegation_arg {
	uint32_t d_flags;
	uint16_t d_type;
	uint16_t __pad;
};

SHAPE(delegation, struct delegation_arg)
{
	ADD_HEX(d_flags);
	ADD_ENUM(d_type, lock_type);
	ADD_HEX(__pad);
}

/* Commands whose argument points to a structure; one row says what is copied and what is shown. */
#define STRUCT_COMMANDS(row)                                                                       \
	row(F_SETLK, ENTER, flock) row(F_SETLKW, ENTER, flock) row(F_OFD_SETLK, ENTER, flock) row( \
		F_OFD_SETLKW, ENTER, flock) row(F_GETLK, EXIT, flock_owner) row(F_OFD_GETLK, EXIT, \
		flock_owner) row(F_SETOWN_EX, ENTER, owner_ex) row(F_GETOWN_EX, EXIT, owner_ex)    \
		row(F_SET_RW_HINT, ENTER, rw_hint) row(F_SET_FILE_RW_HINT, ENTER, rw_hint)         \
			row(F_GET_RW_HINT, EXIT, rw_hint) row(F_GET_FILE_RW_HINT, EXIT, rw_hint)   \
				row(SETDELEG, ENTER, delegation) row(GETDELEG, EXIT, delegation)

#define STEP_OF(command, when, id) STEP_ARG(command, when, 2, BYTES, LEN_NONE, SIZE_##id),
static const struct capture_step fcntl_steps[] = {STRUCT_COMMANDS(STEP_OF)};

#define SHAPE_OF(command, when, id) {command, CAPTURE_AT_##when, &shape_##id},
static const struct {
	uint32_t command;
	unsigned when;
	const struct shape *shape;
} struct_commands[] = {STRUCT_COMMANDS(SHAPE_OF)};

static bool show_struct(struct decoder *d)
{
	struct value *ret;

	for (size_t i = 0; i < ARRAY_SIZE(struct_commands); i++) {
		if (struct_commands[i].command != arg_u32(d, 1))
			continue;
		ret = decoder_arg(d, 2);
		if (d->call->abi != ABI_X86_64)
			value_set_addr(ret, d->args[2]);
		else
			decoder_show_shape(d, d->args[2], struct_commands[i].shape,
				struct_commands[i].when, ret);
		return true;
	}
	return false;
}

/* "(flags O_RDWR|O_APPEND)" behind the result */
static void detail_flags(struct decoder *d, const char *what, const struct flag_set *set)
{
	decoder_keep_args(d, 2);
	if (!d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	if (d->call->ret || set == &flags_open)
		value_set_flags(decoder_add_detail(d, what), (uint32_t)d->call->ret, set);
}

static void detail_lease(struct decoder *d)
{
	decoder_keep_args(d, 2);
	if (!d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	value_set_enum(decoder_add_detail(d, NULL), (uint64_t)d->call->ret, &flags_lock_type);
}

static void decode_fcntl(struct decoder *d)
{
	struct value *ret = &d->out->args[2];
	uint64_t arg = d->args[2];

	if (show_struct(d))
		return;
	decoder_arg(d, 2);
	switch (arg_u32(d, 1)) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		show_long(d, NULL, ret);
		if (d->done)
			value_set_fd(&d->out->ret, (int)d->call->ret);
		break;
	case F_SETFD: value_set_flags(ret, arg, &flags_fd_flags); break;
	case F_SETFL: value_set_flags(ret, (uint32_t)arg, &flags_open); break;
	case F_SETOWN: value_set_pid(ret, (int)arg); break;
	case F_SETSIG: value_set_signal(ret, (int)arg); break;
	case F_NOTIFY: value_set_flags(ret, arg, &flags_notify); break;
	case F_SETLEASE: value_set_enum(ret, arg, &flags_lock_type); break;
	case F_ADD_SEALS: value_set_flags(ret, arg, &flags_seals); break;
	case F_SETPIPE_SZ: show_long(d, NULL, ret); break;
	case DUPFD_QUERY: value_set_fd(ret, (int)arg); break;
	case F_GETFD: detail_flags(d, "flags", &flags_fd_flags); break;
	case F_GETFL: detail_flags(d, "flags", &flags_open); break;
	case F_GET_SEALS: detail_flags(d, "seals", &flags_seals); break;
	case F_GETLEASE: detail_lease(d); break;
	case F_GETSIG:
		decoder_keep_args(d, 2);
		if (d->done && d->call->ret > 0)
			value_set_signal(decoder_add_detail(d, NULL), (int)d->call->ret);
		break;
	case F_GETOWN:
	case F_GETPIPE_SZ: decoder_keep_args(d, 2); break;
	default: value_set_hex(ret, arg); break;
	}
}

SYSCALL_STEPS(fcntl, CLASS_DESC, RET_INT, decode_fcntl, PICK_ARG(1), fcntl_steps, ARG(fd, FD),
	ARG(cmd, ENUM, fcntl_cmd), ARG(arg, HEX));
