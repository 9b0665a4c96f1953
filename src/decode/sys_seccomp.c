/* seccomp: the third argument by operation. */
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "decode/bpf_filter.h"
#include "decode/row_internal.h"

SHAPE(seccomp_action, uint32_t)
{
	value_set_enum(ret, *from, &flags_seccomp_action);
}

SHAPE(seccomp_sizes, struct seccomp_notif_sizes)
{
	ADD_UINT(seccomp_notif);
	ADD_UINT(seccomp_notif_resp);
	ADD_UINT(seccomp_data);
}

static void decode_seccomp(struct decoder *d)
{
	struct value *args = decoder_arg(d, 2);

	value_set_addr(args, d->args[2]);
	switch (arg_u32(d, 0)) {
	case SECCOMP_SET_MODE_FILTER:
		value_set_flags(decoder_arg(d, 1), arg_u32(d, 1), &flags_seccomp_flags);
		d->arg = 2;
		decoder_show_filter_program(
			d, d->args[2], CAPTURE_AT_ENTER, FILTER_OF_SECCOMP, args);
		break;
	case SECCOMP_GET_ACTION_AVAIL:
		decoder_show_shape(d, d->args[2], &shape_seccomp_action, CAPTURE_AT_ENTER, args);
		break;
	case SECCOMP_GET_NOTIF_SIZES:
		if (d->done)
			decoder_show_shape(
				d, d->args[2], &shape_seccomp_sizes, CAPTURE_AT_EXIT, args);
		break;
	default: break;
	}
}

static const struct capture_step seccomp_steps[] = {
	STEP_ARG(SECCOMP_SET_MODE_FILTER, ENTER, 2, BYTES, LEN_NONE, sizeof(struct sock_fprog)),
	FILTER_STEP(SECCOMP_SET_MODE_FILTER, 2),
	STEP_ARG(SECCOMP_GET_ACTION_AVAIL, ENTER, 2, BYTES, LEN_NONE, SIZE_seccomp_action),
	STEP_ARG(SECCOMP_GET_NOTIF_SIZES, EXIT, 2, BYTES, LEN_NONE, SIZE_seccomp_sizes),
};

SYSCALL_STEPS(seccomp, 0, RET_INT, decode_seccomp, PICK_ARG(0), seccomp_steps,
	ARG(operation, ENUM, seccomp_op), ARG(flags, HEX32), ARG(args, ADDR));
