/* io_uring: setting up a ring and entering it. */
#include "decode/fields.h"
#include "decode/io_uring_shapes.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

enum {
	SETUP_ATTACH_WQ = 1 << 5,
	ENTER_EXT_ARG = 1 << 3,
	ENTER_EXT_ARG_REG = 1 << 6,
};

/* io_uring_setup */

static void show_offsets(struct decoder *d, const struct uring_offsets *from,
	const char *const *names, struct value *ret)
{
	for (unsigned i = 0; i < ARRAY_SIZE(from->words); i++)
		value_set_uint(list_add(d, ret, names[i]), from->words[i]);
	if (from->resv1)
		ADD_HEX(resv1);
	ADD_HEX(user_addr);
}

static const struct field params_given[] = {
	FIELD(struct uring_params, flags, flags, &flags_io_uring_setup),
	FIELD(struct uring_params, sq_thread_cpu, hex),
	FIELD(struct uring_params, sq_thread_idle, uint),
};

static void show_given(struct decoder *d, const struct uring_params *from, struct value *ret)
{
	static const struct field resv = FIELD(struct uring_params, resv, odd32s);

	fields_add(d, params_given, ARRAY_SIZE(params_given), from, sizeof(*from), ret);
	if (from->flags & SETUP_ATTACH_WQ)
		ADD_FD(wq_fd);
	fields_add(d, &resv, 1, from, sizeof(*from), ret);
}

static void decode_io_uring_setup(struct decoder *d)
{
	static const char *const sq_names[] = {
		"head", "tail", "ring_mask", "ring_entries", "flags", "dropped", "array"};
	static const char *const cq_names[] = {
		"head", "tail", "ring_mask", "ring_entries", "overflow", "cqes", "flags"};
	struct value *ret = decoder_arg(d, 1);
	size_t size = sizeof(struct uring_params);
	const struct uring_params *before = decoder_bytes(d, d->args[1], size, CAPTURE_AT_ENTER);
	const struct uring_params *from = decoder_bytes(d, d->args[1], size, CAPTURE_AT_EXIT);

	value_set_addr(ret, d->args[1]);
	if (!before)
		return;
	show_given(d, before, ret);
	if (!d->done || !from)
		return;
	ADD_UINT(sq_entries);
	ADD_UINT(cq_entries);
	ADD_FLAGS(features, io_uring_features);
	show_offsets(d, &from->sq_off, sq_names, list_add(d, ret, "sq_off"));
	show_offsets(d, &from->cq_off, cq_names, list_add(d, ret, "cq_off"));
}

SYSCALL_ODD(io_uring_setup, CLASS_DESC | CLASS_IO_URING, RET_FD, decode_io_uring_setup,
	ARG(entries, UINT), ARG(params, RAW_BOTH, sizeof(struct uring_params)));

/* io_uring_enter: a signal mask, or a structure with one */

struct getevents {
	uint64_t sigmask;
	uint32_t sigmask_sz;
	uint32_t min_wait_usec;
	uint64_t ts;
};

SHAPE(getevents, struct getevents)
{
	decoder_show_sigset(
		d, from->sigmask, from->sigmask_sz, CAPTURE_AT_ENTER, list_add(d, ret, "sigmask"));
	ADD_UINT(sigmask_sz);
	ADD_UINT(min_wait_usec);
	decoder_show_shape(d, from->ts, &shape_timespec, CAPTURE_AT_ENTER, list_add(d, ret, "ts"));
}

static void decode_io_uring_enter(struct decoder *d)
{
	uint32_t kind = arg_u32(d, 3) & (ENTER_EXT_ARG | ENTER_EXT_ARG_REG);

	if (kind == ENTER_EXT_ARG_REG)
		value_set_uint(decoder_arg(d, 4), d->args[4]);
	else if (kind == ENTER_EXT_ARG)
		decoder_show_shape(
			d, d->args[4], &shape_getevents, CAPTURE_AT_ENTER, decoder_arg(d, 4));
}

/* Without the flag it is a mask's bytes that are taken for pointers: they lead nowhere. */
static const struct capture_step enter_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 4, BYTES, LEN_NONE, sizeof(struct getevents)),
	STEP_AT(STEP_ALL, ENTER, 4, struct getevents, sigmask, ARRAY,
		LEN_AT(struct getevents, sigmask_sz), 1),
	STEP_AT(STEP_ALL, ENTER, 4, struct getevents, ts, BYTES, LEN_NONE, SIZE_timespec),
};

SYSCALL_STEPS(io_uring_enter, CLASS_DESC | CLASS_SIGNAL | CLASS_IO_URING, RET_INT,
	decode_io_uring_enter, PICK_NOTHING, enter_steps, ARG(fd, FD), ARG(to_submit, UINT),
	ARG(min_complete, UINT), ARG(flags, FLAGS, io_uring_enter), ARG(sig, SIGSET_IN, 5),
	ARG(sigsz, SIZE));
