/* Asynchronous I/O (of Linux, not of POSIX). */
#include <linux/aio_abi.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

#define HAS_PRIORITY (1 << 1) /* IOCB_FLAG_IOPRIO, of aio_flags */

static void add_priority(struct decoder *d, struct value *ret, uint16_t priority)
{
	struct value *item = list_add(d, ret, "aio_reqprio");

	macro_init(item, "IOPRIO_PRIO_VALUE");
	value_set_enum(list_add(d, item, NULL), priority >> 13, &flags_ioprio_class);
	value_set_int(list_add(d, item, NULL), priority & 0x1fff);
}

/* What io_cancel shows too. */
static void add_iocb_head(struct decoder *d, struct value *ret, const struct iocb *from)
{
	struct value *opcode;

	ADD_HEX(aio_data);
	if (from->aio_key)
		ADD_UINT(aio_key);
	if (from->aio_rw_flags)
		value_set_flags(
			list_add(d, ret, "aio_rw_flags"), (uint32_t)from->aio_rw_flags, &flags_rwf);
	opcode = list_add(d, ret, "aio_lio_opcode");
	value_set_enum(opcode, from->aio_lio_opcode, &flags_iocb_cmd);
	if (!flag_set_exact(&flags_iocb_cmd, from->aio_lio_opcode)) {
		/* commands count from 0, and so does what is none */
		value_set_uint(opcode, from->aio_lio_opcode);
		opcode->comment = flags_iocb_cmd.unknown;
	}
	if (from->aio_flags & HAS_PRIORITY)
		add_priority(d, ret, (uint16_t)from->aio_reqprio);
	else if (from->aio_reqprio)
		ADD_INT(aio_reqprio);
	value_set_fd(list_add(d, ret, "aio_fildes"), (int)from->aio_fildes);
}

static void add_iocb_flags(struct decoder *d, struct value *ret, const struct iocb *from)
{
	if (from->aio_flags)
		ADD_FLAGS(aio_flags, iocb_flags);
	if (from->aio_flags & IOCB_FLAG_RESFD)
		value_set_fd(list_add(d, ret, "aio_resfd"), (int)from->aio_resfd);
	else if (from->aio_resfd)
		ADD_HEX(aio_resfd);
}

static void add_buffer(struct decoder *d, struct value *ret, const struct iocb *from)
{
	struct value *buf = list_add(d, ret, "aio_buf");

	if (from->aio_lio_opcode == IOCB_CMD_PWRITE && (int64_t)from->aio_nbytes >= 0)
		decoder_show_data(d, from->aio_buf, from->aio_nbytes, CAPTURE_AT_ENTER, buf);
	else
		value_set_hex(buf, from->aio_buf);
	ADD_UINT(aio_nbytes);
	ADD_INT(aio_offset);
	add_iocb_flags(d, ret, from);
}

static void add_buffers(struct decoder *d, struct value *ret, const struct iocb *from)
{
	struct value *buf = list_add(d, ret, "aio_buf");

	if ((int64_t)from->aio_nbytes >= 0 && from->aio_lio_opcode == IOCB_CMD_PWRITEV) {
		decoder_show_iovec(
			d, from->aio_buf, from->aio_nbytes, UINT64_MAX, CAPTURE_AT_ENTER, buf);
	} else if ((int64_t)from->aio_nbytes >= 0) {
		decoder_show_array(
			d, from->aio_buf, from->aio_nbytes, &shape_iovec, CAPTURE_AT_ENTER, buf);
	} else {
		value_set_hex(buf, from->aio_buf);
		ADD_UINT(aio_nbytes);
	}
	ADD_INT(aio_offset);
	add_iocb_flags(d, ret, from);
}

SHAPE(iocb, struct iocb)
{
	add_iocb_head(d, ret, from);
	switch (from->aio_lio_opcode) {
	case IOCB_CMD_PREAD:
	case IOCB_CMD_PWRITE: add_buffer(d, ret, from); break;
	case IOCB_CMD_PREADV:
	case IOCB_CMD_PWRITEV: add_buffers(d, ret, from); break;
	case IOCB_CMD_POLL:
		value_set_flags(list_add(d, ret, "aio_buf"), from->aio_buf, &flags_poll_events);
		add_iocb_flags(d, ret, from);
		break;
	default: break;
	}
}

SHAPE(iocb_head, struct iocb)
{
	add_iocb_head(d, ret, from);
}

SHAPE(iocb_pointer, uint64_t)
{
	decoder_show_shape(d, *from, &shape_iocb, CAPTURE_AT_ENTER, ret);
}

static void decode_io_submit(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 2);

	if ((int64_t)d->args[1] < 0)
		value_set_addr(ret, d->args[2]);
	else
		decoder_show_array(
			d, d->args[2], d->args[1], &shape_iocb_pointer, CAPTURE_AT_ENTER, ret);
}

SYSCALL(io_setup, CLASS_MEMORY, RET_INT, ARG(nr_events, UINT), ARG(ctx_idp, OUT, addr));
SYSCALL(io_destroy, CLASS_MEMORY, RET_INT, ARG(ctx_id, ADDR));
SYSCALL_ODD(io_submit, 0, RET_INT, decode_io_submit, ARG(ctx_id, ADDR), ARG(nr, LONG),
	ARG(iocbpp, RAW, IOCBS, ENTER, 1, 0));

SHAPE(io_event, struct io_event)
{
	ADD_HEX(data);
	ADD_HEX(obj);
	ADD_INT(res);
	ADD_INT(res2);
}

SYSCALL(io_cancel, 0, RET_INT, ARG(ctx_id, ADDR), ARG(iocb, IN, iocb_head),
	ARG(result, OUT, io_event));

#define GET_EVENTS                                                                                 \
	ARG(ctx_id, ADDR), ARG(min_nr, LONG), ARG(nr, LONG), ARG(events, ARRAY_RESULT, io_event),  \
		ARG(timeout, IN, timespec)

static const struct capture_step io_pgetevents_steps[] = {STEP_SIGSET_ARG(5)};

SYSCALL(io_getevents, 0, RET_INT, GET_EVENTS);
SYSCALL_STEPS(io_pgetevents, 0, RET_INT, NULL, PICK_NOTHING, io_pgetevents_steps, GET_EVENTS,
	ARG(usig, IN, sigset_arg));
