/* io_uring: rings, and what is registered with them. */
#include <string.h>

#include "decode/fields.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

/* Structures as of Linux 6.18; the system's headers are older, and say less. */

struct ring_offsets {
	uint32_t words[7]; /* which ones differs between the two rings */
	uint32_t resv1;
	uint64_t user_addr;
};

struct ring_params {
	uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd;
	uint32_t resv[3];
	struct ring_offsets sq_off, cq_off;
};

enum {
	SETUP_ATTACH_WQ = 1 << 5,
	ENTER_EXT_ARG = 1 << 3,
	ENTER_EXT_ARG_REG = 1 << 6,
	REGISTERED_RING = 1u << 31, /* in an operation: the descriptor is an index */
};

/* A number that an unknown one stays, in decimal. */
static void field_name(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct flag_set *set = field->detail;
	uint64_t number = field_number(field, from);

	if (flag_set_exact(set, number)) {
		value_set_enum(ret, number, set);
	} else {
		value_set_uint(ret, number);
		ret->comment = set->unknown;
	}
}

#define FIELDS_SHAPE(id, type, fields)                                                             \
	SHAPE(id, type)                                                                            \
	{                                                                                          \
		list_init(ret, VALUE_STRUCT);                                                      \
		fields_add(d, fields, ARRAY_SIZE(fields), from, sizeof(*from), ret);               \
	}

/* io_uring_setup */

static void show_offsets(struct decoder *d, const struct ring_offsets *from,
	const char *const *names, struct value *ret)
{
	for (unsigned i = 0; i < ARRAY_SIZE(from->words); i++)
		value_set_uint(list_add(d, ret, names[i]), from->words[i]);
	if (from->resv1)
		ADD_HEX(resv1);
	ADD_HEX(user_addr);
}

static const struct field params_given[] = {
	FIELD(struct ring_params, flags, flags, &flags_io_uring_setup),
	FIELD(struct ring_params, sq_thread_cpu, hex),
	FIELD(struct ring_params, sq_thread_idle, uint),
};

static void show_given(struct decoder *d, const struct ring_params *from, struct value *ret)
{
	static const struct field resv = FIELD(struct ring_params, resv, odd32s);

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
	size_t size = sizeof(struct ring_params);
	const struct ring_params *before = decoder_bytes(d, d->args[1], size, CAPTURE_AT_ENTER);
	const struct ring_params *from = decoder_bytes(d, d->args[1], size, CAPTURE_AT_EXIT);

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
	ARG(entries, UINT), ARG(params, RAW_BOTH, sizeof(struct ring_params)));

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

/* io_uring_register */

enum operation {
	OP_BUFFERS = 0,
	OP_FILES = 2,
	OP_EVENTFD = 4,
	OP_FILES_UPDATE = 6,
	OP_EVENTFD_ASYNC = 7,
	OP_PROBE = 8,
	OP_RESTRICTIONS = 11,
	OP_FILES2 = 13,
	OP_FILES_UPDATE2 = 14,
	OP_BUFFERS2 = 15,
	OP_BUFFERS_UPDATE = 16,
	OP_IOWQ_AFF = 17,
	OP_IOWQ_MAX_WORKERS = 19,
	OP_RING_FDS = 20,
	OP_UNREGISTER_RING_FDS = 21,
	OP_PBUF_RING = 22,
	OP_UNREGISTER_PBUF_RING = 23,
	OP_SYNC_CANCEL = 24,
	OP_FILE_ALLOC_RANGE = 25,
	OP_PBUF_STATUS = 26,
	OP_NAPI = 27,
	OP_UNREGISTER_NAPI = 28,
	OP_CLOCK = 29,
	OP_CLONE_BUFFERS = 30,
	OP_SEND_MSG_RING = 31,
	OP_ZCRX_IFQ = 32,
	OP_RESIZE_RINGS = 33,
	OP_MEM_REGION = 34,
	OP_QUERY = 35,
	OP_ZCRX_CTRL = 36,
};

SHAPE(file, int32_t)
{
	value_set_fd(ret, *from);
}

SHAPE(fd_or_skip, int32_t)
{
	if (*from == -2)
		value_set_name(ret, "IORING_REGISTER_FILES_SKIP");
	else
		value_set_fd(ret, *from);
}

SHAPE(tag, uint64_t)
{
	value_set_hex(ret, *from);
}

struct buffer {
	uint64_t base;
	uint64_t len;
};

SHAPE(buffer, struct buffer)
{
	value_set_addr(list_add(d, ret, "iov_base"), from->base);
	value_set_uint(list_add(d, ret, "iov_len"), from->len);
}

struct files_update {
	uint32_t offset, resv;
	uint64_t fds;
};

SHAPE(files_update, struct files_update)
{
	ADD_UINT(offset);
	if (from->resv)
		ADD_HEX(resv);
	decoder_show_array(d, from->fds, arg_u32(d, 3), &shape_fd_or_skip, CAPTURE_AT_ENTER,
		list_add(d, ret, "fds"));
}

/* Tables of resources with a tag each: set up, and updated. */
struct resources {
	uint32_t nr, flags;
	uint64_t resv2, data, tags;
};

struct resources_update {
	uint32_t offset, resv;
	uint64_t data, tags;
	uint32_t nr, resv2;
};

static const struct shape *resource_shape(enum operation op)
{
	switch (op) {
	case OP_FILES2: return &shape_file;
	case OP_FILES_UPDATE2: return &shape_fd_or_skip;
	default: return &shape_buffer;
	}
}

static void add_resources(
	struct decoder *d, uint64_t data, uint64_t tags, uint32_t nr, struct value *ret)
{
	enum operation op = arg_u32(d, 1) & ~REGISTERED_RING;

	decoder_show_array(
		d, data, nr, resource_shape(op), CAPTURE_AT_ENTER, list_add(d, ret, "data"));
	decoder_show_array(d, tags, nr, &shape_tag, CAPTURE_AT_ENTER, list_add(d, ret, "tags"));
}

/* Here the fourth argument is a size. */
static void add_beyond(struct decoder *d, size_t known, struct value *ret)
{
	decoder_add_rest(d, d->args[2], known, arg_u32(d, 3), CAPTURE_AT_ENTER, ret);
}

SHAPE(resources, struct resources)
{
	ADD_UINT(nr);
	ADD_FLAGS(flags, io_uring_rsrc);
	if (from->resv2)
		ADD_HEX(resv2);
	add_resources(d, from->data, from->tags, from->nr, ret);
	add_beyond(d, sizeof(*from), ret);
}

SHAPE(resources_update, struct resources_update)
{
	ADD_UINT(offset);
	if (from->resv)
		ADD_HEX(resv);
	add_resources(d, from->data, from->tags, from->nr, ret);
	ADD_UINT(nr);
	if (from->resv2)
		ADD_HEX(resv2);
	add_beyond(d, sizeof(*from), ret);
}

struct restriction {
	uint16_t opcode;
	uint8_t what, resv;
	uint32_t resv2[3];
};

SHAPE(restriction, struct restriction)
{
	static const struct field resv[] = {
		FIELD(struct restriction, resv, odd),
		FIELD(struct restriction, resv2, odd32s),
	};

	ADD_ENUM(opcode, io_uring_restriction);
	switch (from->opcode) {
	case 0:
		value_set_enum(
			list_add(d, ret, "register_op"), from->what, &flags_io_uring_register);
		break;
	case 1: value_set_enum(list_add(d, ret, "sqe_op"), from->what, &flags_io_uring_op); break;
	case 2:
	case 3:
		value_set_flags(list_add(d, ret, "sqe_flags"), from->what, &flags_io_uring_sqe);
		break;
	default: {
		struct value *opcode = &ret->list.items[0];

		value_set_hex(opcode, from->opcode);
		opcode->comment = decoder_printf(
			d, "%s */ /* op: %#x", flags_io_uring_restriction.unknown, from->what);
		break;
	}
	}
	fields_add(d, resv, ARRAY_SIZE(resv), from, sizeof(*from), ret);
}

struct ring_fd {
	uint32_t offset, resv;
	uint64_t data;
};

SHAPE(ring_fd, struct ring_fd)
{
	if (from->offset == UINT32_MAX)
		value_set_int(list_add(d, ret, "offset"), -1);
	else
		ADD_UINT(offset);
	if (from->resv)
		ADD_HEX(resv);
	value_set_fd(list_add(d, ret, "data"), (int)from->data);
}

SHAPE(ring_fd_gone, struct ring_fd)
{
	ADD_UINT(offset);
	if (from->resv)
		ADD_HEX(resv);
	if (from->data)
		ADD_HEX(data);
}

struct buffer_ring {
	uint64_t ring_addr;
	uint32_t ring_entries;
	uint16_t bgid, flags;
	uint32_t min_left, resv[5];
};

static const struct field buffer_ring[] = {
	FIELD(struct buffer_ring, ring_addr, addr),
	FIELD(struct buffer_ring, ring_entries, uint),
	FIELD(struct buffer_ring, bgid, uint),
	FIELD(struct buffer_ring, flags, hex),
	FIELD(struct buffer_ring, min_left, uint),
	FIELD(struct buffer_ring, resv, odd32s),
};
FIELDS_SHAPE(buffer_ring, struct buffer_ring, buffer_ring)

struct sync_cancel {
	uint64_t addr;
	int32_t fd;
	uint32_t flags;
	int64_t sec, nsec;
	uint8_t opcode, pad[7];
	uint64_t pad2[3];
};

static void field_timeout(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct sync_cancel *cancel = from;

	value_set_int(list_add(d, ret, "tv_sec"), cancel->sec);
	value_set_int(list_add(d, ret, "tv_nsec"), cancel->nsec);
}

static const struct field sync_cancel[] = {
	FIELD(struct sync_cancel, addr, addr),
	FIELD(struct sync_cancel, fd, fd),
	FIELD(struct sync_cancel, flags, flags, &flags_io_uring_cancel),
	FIELD_AS("timeout", struct sync_cancel, sec, timeout),
	FIELD(struct sync_cancel, opcode, enum, &flags_io_uring_op),
	FIELD(struct sync_cancel, pad, odd8s),
	FIELD(struct sync_cancel, pad2, odd64s),
};
FIELDS_SHAPE(sync_cancel, struct sync_cancel, sync_cancel)

struct file_range {
	uint32_t off, len;
	uint64_t resv;
};

static const struct field file_range[] = {
	FIELD(struct file_range, off, uint),
	FIELD(struct file_range, len, uint),
	FIELD(struct file_range, resv, odd),
};
FIELDS_SHAPE(file_range, struct file_range, file_range)

struct buffer_status {
	uint32_t buf_group, head, resv[8];
};

static const struct field buffer_status[] = {
	FIELD(struct buffer_status, buf_group, hex),
	FIELD(struct buffer_status, head, hex),
	FIELD(struct buffer_status, resv, odd32s),
};
FIELDS_SHAPE(buffer_status, struct buffer_status, buffer_status)

struct napi {
	uint32_t busy_poll_to;
	uint8_t prefer_busy_poll, opcode, pad[2];
	uint32_t op_param, resv;
};

/* Which sockets to follow, or the id of one to add or remove. */
static void field_napi_param(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct napi *napi = from;

	if (napi->opcode == 0)
		value_set_enum(ret, napi->op_param, &flags_io_uring_napi_tracking);
	else
		field_hex(d, field, from, ret);
}

static const struct field napi[] = {
	FIELD(struct napi, busy_poll_to, hex),
	FIELD(struct napi, prefer_busy_poll, hex),
	FIELD(struct napi, opcode, enum, &flags_io_uring_napi),
	FIELD(struct napi, pad, odd8s),
	FIELD(struct napi, op_param, napi_param),
	FIELD(struct napi, resv, odd),
};
FIELDS_SHAPE(napi, struct napi, napi)

struct clock_choice {
	uint32_t clockid, __resv[3];
};

static const struct field clock_choice[] = {
	FIELD(struct clock_choice, clockid, enum, &flags_clock),
	FIELD(struct clock_choice, __resv, odd32s),
};
FIELDS_SHAPE(clock_choice, struct clock_choice, clock_choice)

struct clone_buffers {
	uint32_t src_fd, flags, src_off, dst_off, nr, pad[3];
};

static const struct field clone_buffers[] = {
	FIELD(struct clone_buffers, src_fd, fd),
	FIELD(struct clone_buffers, flags, flags, &flags_io_uring_clone),
	FIELD(struct clone_buffers, src_off, uint),
	FIELD(struct clone_buffers, dst_off, uint),
	FIELD(struct clone_buffers, nr, uint),
	FIELD(struct clone_buffers, pad, odd32s),
};
FIELDS_SHAPE(clone_buffers, struct clone_buffers, clone_buffers)

struct mem_region {
	uint64_t region_uptr, flags, __resv[2];
};

static const struct field mem_region[] = {
	FIELD(struct mem_region, region_uptr, addr),
	FIELD(struct mem_region, flags, flags, &flags_io_uring_mem_region),
	FIELD(struct mem_region, __resv, odd64s),
};
FIELDS_SHAPE(mem_region, struct mem_region, mem_region)

SHAPE(resize, struct ring_params)
{
	static const struct field resv = FIELD(struct ring_params, resv, odd32s);

	ADD_UINT(sq_entries);
	ADD_UINT(cq_entries);
	ADD_FLAGS(flags, io_uring_setup);
	if (from->sq_off.user_addr)
		value_set_hex(list_add(d, list_add(d, ret, "sq_off"), "user_addr"),
			from->sq_off.user_addr);
	if (from->cq_off.user_addr)
		value_set_hex(list_add(d, list_add(d, ret, "cq_off"), "user_addr"),
			from->cq_off.user_addr);
	fields_add(d, &resv, 1, from, sizeof(*from), ret);
}

/* An operation as a ring takes it, sent to another ring by hand. */
struct sqe {
	uint8_t opcode, flags;
	uint16_t ioprio;
	int32_t fd;
	uint64_t off, addr;
	uint32_t len, rw_flags;
	uint64_t user_data;
	uint16_t buf_index, personality;
	uint32_t file_index;
	uint64_t optval, attr_type_mask;
};

static void field_sqe_ioprio(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	enum { ACCEPT = 13 };
	static const uint8_t moves[] = {
		9, 10, 26, 27, 47, 48, 58}; /* send, receive and their like */
	const struct sqe *sqe = from;

	if (sqe->opcode == ACCEPT)
		value_set_flags(ret, sqe->ioprio, &flags_io_uring_accept);
	else if (memchr(moves, sqe->opcode, sizeof(moves)))
		value_set_flags(ret, sqe->ioprio, &flags_io_uring_recvsend);
	else
		field_uint(d, field, from, ret);
}

static void field_sqe_flags(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	static const struct {
		uint8_t opcode;
		const char *name;
		const struct flag_set *set;
	} own[] = {
		{0, "nop_flags", &flags_io_uring_nop},
		{63, "nop_flags", &flags_io_uring_nop},
		{54, "install_fd_flags", &flags_io_uring_fixed_fd},
		{40, "msg_ring_flags", &flags_io_uring_msg_ring},
	};
	const struct sqe *sqe = from;

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (sqe->opcode == own[i].opcode) {
			ret->name = own[i].name;
			value_set_flags(ret, sqe->rw_flags, own[i].set);
			return;
		}
	field_hex(d, field, from, ret);
}

/* What integrity data goes with the data. */
struct sqe_pi {
	uint16_t flags, app_tag;
	uint32_t len;
	uint64_t addr, seed, rsvd;
};

static const struct field sqe_pi[] = {
	FIELD(struct sqe_pi, flags, hex),
	FIELD(struct sqe_pi, app_tag, hex),
	FIELD(struct sqe_pi, len, uint),
	FIELD(struct sqe_pi, addr, hex),
	FIELD(struct sqe_pi, seed, hex),
	FIELD(struct sqe_pi, rsvd, hex),
};
FIELDS_SHAPE(sqe_pi, struct sqe_pi, sqe_pi)

static bool moves_data(uint8_t opcode)
{
	static const uint8_t all[] = {
		1, 2, 4, 5, 9, 10, 22, 23, 26, 27, 47, 48, 49, 58, 60, 61}; /* read, send... */

	return memchr(all, opcode, sizeof(all)) != NULL;
}

static const struct field sqe_head[] = {
	FIELD(struct sqe, opcode, name, &flags_io_uring_op),
	FIELD(struct sqe, flags, flags, &flags_io_uring_sqe),
	FIELD(struct sqe, ioprio, sqe_ioprio),
	FIELD(struct sqe, fd, fd),
	FIELD(struct sqe, off, hex),
	FIELD(struct sqe, addr, hex),
	FIELD(struct sqe, len, uint),
	FIELD(struct sqe, rw_flags, sqe_flags),
	FIELD(struct sqe, user_data, hex),
	FIELD(struct sqe, buf_index, hex),
	FIELD(struct sqe, personality, uint),
	FIELD(struct sqe, file_index, hex),
};

SHAPE(sqe, struct sqe)
{
	enum { NOP128 = 63, URING_CMD128 = 64, CMD_BYTES = 64 };
	const uint8_t *cmd;

	fields_add(d, sqe_head, ARRAY_SIZE(sqe_head), from, sizeof(*from), ret);
	if (from->attr_type_mask && moves_data(from->opcode)) {
		struct value *ptr;

		ADD_FLAGS(attr_type_mask, io_uring_rw_attr);
		ptr = list_add(d, ret, "attr_ptr");
		value_set_addr(ptr, from->optval);
		if (from->attr_type_mask & 1)
			decoder_show_shape(d, from->optval, &shape_sqe_pi, CAPTURE_AT_ENTER, ptr);
	} else {
		ADD_HEX(optval);
	}
	if (from->opcode != NOP128 && from->opcode != URING_CMD128)
		return;
	cmd = decoder_bytes(d, d->args[2] + sizeof(*from), CMD_BYTES, CAPTURE_AT_ENTER);
	if (cmd) {
		struct value *list = list_add(d, ret, "cmd");

		decoder_array_init(d, list);
		for (unsigned i = 0; i < CMD_BYTES; i++)
			value_set_hex(list_add(d, list, NULL), cmd[i]);
	} else {
		value_set_addr(list_add(d, ret, "cmd"), d->args[2] + sizeof(*from));
	}
}

struct zcrx_offsets {
	uint32_t head, tail, rqes, __resv2;
	uint64_t __resv[2];
};

struct zcrx_ifq {
	uint32_t if_idx, if_rxq, rq_entries, flags;
	uint64_t area_ptr, region_ptr;
	struct zcrx_offsets offsets;
	uint32_t zcrx_id, rx_buf_len;
	uint64_t event_desc, __resv[2];
};

static const struct field zcrx_offsets[] = {
	FIELD(struct zcrx_offsets, head, uint),
	FIELD(struct zcrx_offsets, tail, uint),
	FIELD(struct zcrx_offsets, rqes, uint),
	FIELD(struct zcrx_offsets, __resv2, odd),
	FIELD(struct zcrx_offsets, __resv, odd64s),
};

static void field_zcrx_offsets(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct zcrx_ifq *ifq = from;

	fields_add(d, zcrx_offsets, ARRAY_SIZE(zcrx_offsets), &ifq->offsets, sizeof(ifq->offsets),
		ret);
}

static const struct field zcrx_ifq[] = {
	FIELD(struct zcrx_ifq, if_idx, uint),
	FIELD(struct zcrx_ifq, if_rxq, uint),
	FIELD(struct zcrx_ifq, rq_entries, uint),
	FIELD(struct zcrx_ifq, flags, flags, &flags_io_uring_zcrx),
	FIELD(struct zcrx_ifq, area_ptr, addr),
	FIELD(struct zcrx_ifq, region_ptr, addr),
	FIELD(struct zcrx_ifq, offsets, zcrx_offsets),
	FIELD(struct zcrx_ifq, zcrx_id, uint),
	FIELD(struct zcrx_ifq, rx_buf_len, uint),
	FIELD(struct zcrx_ifq, event_desc, addr),
	FIELD(struct zcrx_ifq, __resv, odd64s),
};
FIELDS_SHAPE(zcrx_ifq, struct zcrx_ifq, zcrx_ifq)

/* What a kernel can do: a list of questions, of which the first is followed. */
struct query {
	uint64_t next_entry, query_data;
	uint32_t query_op, size;
	int32_t result;
	uint32_t __resv[3];
};

struct query_opcodes {
	uint32_t nr_request_opcodes, nr_register_opcodes;
	uint64_t feature_flags, ring_setup_flags, enter_flags, sqe_flags;
	uint32_t nr_query_opcodes, __pad;
};

static const struct field query_opcodes[] = {
	FIELD(struct query_opcodes, nr_request_opcodes, uint),
	FIELD(struct query_opcodes, nr_register_opcodes, uint),
	FIELD(struct query_opcodes, feature_flags, flags, &flags_io_uring_features),
	FIELD(struct query_opcodes, ring_setup_flags, flags, &flags_io_uring_setup),
	FIELD(struct query_opcodes, enter_flags, flags, &flags_io_uring_enter),
	FIELD(struct query_opcodes, sqe_flags, flags, &flags_io_uring_sqe),
	FIELD(struct query_opcodes, nr_query_opcodes, uint),
	FIELD(struct query_opcodes, __pad, odd),
};
FIELDS_SHAPE(query_opcodes, struct query_opcodes, query_opcodes)

struct query_zcrx {
	uint64_t register_flags, area_flags;
	uint32_t nr_ctrl_opcodes, features, rq_hdr_size, rq_hdr_alignment;
	uint64_t __resv2;
};

static const struct field query_zcrx[] = {
	FIELD(struct query_zcrx, register_flags, flags, &flags_io_uring_zcrx),
	FIELD(struct query_zcrx, area_flags, flags, &flags_io_uring_zcrx_area),
	FIELD(struct query_zcrx, nr_ctrl_opcodes, uint),
	FIELD(struct query_zcrx, features, hex),
	FIELD(struct query_zcrx, rq_hdr_size, uint),
	FIELD(struct query_zcrx, rq_hdr_alignment, uint),
	FIELD(struct query_zcrx, __resv2, odd),
};
FIELDS_SHAPE(query_zcrx, struct query_zcrx, query_zcrx)

struct query_scq {
	uint64_t hdr_size, hdr_alignment;
};

static const struct field query_scq[] = {
	FIELD(struct query_scq, hdr_size, uint),
	FIELD(struct query_scq, hdr_alignment, uint),
};
FIELDS_SHAPE(query_scq, struct query_scq, query_scq)

struct query_event {
	uint32_t event_flags, stats_size, stats_off_alignment, __resv1;
	uint64_t __resv2[4];
};

static const struct field query_event[] = {
	FIELD(struct query_event, event_flags, hex),
	FIELD(struct query_event, stats_size, uint),
	FIELD(struct query_event, stats_off_alignment, uint),
	FIELD(struct query_event, __resv1, odd),
	FIELD(struct query_event, __resv2, odd64s),
};
FIELDS_SHAPE(query_event, struct query_event, query_event)

SHAPE(query, struct query)
{
	static const struct shape *const answers[] = {
		&shape_query_opcodes, &shape_query_zcrx, &shape_query_scq, &shape_query_event};
	static const struct field head[] = {
		FIELD(struct query, query_data, addr),
		FIELD(struct query, query_op, enum, &flags_io_uring_query),
		FIELD(struct query, size, uint),
		FIELD(struct query, result, int),
		FIELD(struct query, __resv, odd32s),
	};

	fields_add(d, head, ARRAY_SIZE(head), from, sizeof(*from), ret);
	if (from->query_data && from->size) {
		struct value *data = list_add(d, ret, "query_data");

		value_set_addr(data, from->query_data);
		if (from->query_op < ARRAY_SIZE(answers))
			decoder_show_shape(d, from->query_data, answers[from->query_op],
				decoder_chunk(d, from->query_data, CAPTURE_AT_EXIT)
					? CAPTURE_AT_EXIT
					: CAPTURE_AT_ENTER,
				data);
	}
	ADD_ADDR(next_entry);
}

struct zcrx_ctrl {
	uint32_t zcrx_id, op;
	uint64_t __resv[2];
	uint32_t words[12]; /* by `op`; only the first one ever means anything */
};

SHAPE(zcrx_ctrl, struct zcrx_ctrl)
{
	static const struct field head[] = {
		FIELD(struct zcrx_ctrl, zcrx_id, uint),
		FIELD(struct zcrx_ctrl, op, enum, &flags_io_uring_zcrx_ctrl),
		FIELD(struct zcrx_ctrl, __resv, odd64s),
	};
	static const struct field flush = FIELD_AS("__resv", struct zcrx_ctrl, words, odd64s);
	static const struct field made = FIELD_AS("zcrx_fd", struct zcrx_ctrl, words[0], fd);
	static const struct field event = FIELD_AS(
		"event_type", struct zcrx_ctrl, words[0], enum, &flags_io_uring_zcrx_event);
	struct field rest = FIELD(struct zcrx_ctrl, words, odd32s);
	const struct field *first;
	struct value *what;

	fields_add(d, head, ARRAY_SIZE(head), from, sizeof(*from), ret);
	switch (from->op) {
	case 0:
		what = list_add(d, ret, "zc_flush");
		list_init(what, VALUE_STRUCT);
		fields_add(d, &flush, 1, from, sizeof(*from), what);
		return;
	case 1:
		if (!d->done)
			return;
		what = list_add(d, ret, "zc_export");
		first = &made;
		rest.name = "__resv1";
		break;
	case 2:
		what = list_add(d, ret, "zc_arm_event");
		first = &event;
		rest.name = "__resv";
		break;
	default: return;
	}
	rest.at += sizeof(uint32_t);
	rest.bytes -= sizeof(uint32_t);
	fields_add(d, first, 1, from, sizeof(*from), what);
	fields_add(d, &rest, 1, from, sizeof(*from), what);
}

/* Which operations a kernel knows: asked with zeros, answered with the list. */
struct probe {
	uint8_t last_op, ops_len;
	uint16_t resv;
	uint32_t resv2[3];
};

struct probe_op {
	uint8_t op, resv;
	uint16_t flags;
	uint32_t resv2;
};

enum { PROBE_OPS_MAX = 256 };

static const struct field probe_op[] = {
	FIELD(struct probe_op, op, name, &flags_io_uring_op),
	FIELD(struct probe_op, resv, odd),
	FIELD(struct probe_op, flags, flags, &flags_io_uring_op_flags),
	FIELD(struct probe_op, resv2, odd),
};
FIELDS_SHAPE(probe_op, struct probe_op, probe_op)

static const struct field probe[] = {
	FIELD(struct probe, last_op, name, &flags_io_uring_op),
	FIELD(struct probe, ops_len, uint),
	FIELD(struct probe, resv, odd),
	FIELD(struct probe, resv2, odd32s),
};

static void show_probe(
	struct decoder *d, const uint8_t *bytes, uint32_t nr, bool more, struct value *ret)
{
	struct value *ops;

	list_init(ret, VALUE_STRUCT);
	fields_add(d, probe, ARRAY_SIZE(probe), bytes, sizeof(struct probe), ret);
	ops = list_add(d, ret, "ops");
	decoder_array_init(d, ops);
	for (uint32_t i = 0; i < nr; i++)
		shape_probe_op.show(d, bytes + sizeof(struct probe) + i * sizeof(struct probe_op),
			list_add(d, ops, NULL));
	if (more)
		ops->flags |= VALUE_CUT;
}

static void decode_probe(struct decoder *d, struct value *ret)
{
	uint32_t nr = arg_u32(d, 3);
	size_t size = sizeof(struct probe) + (size_t)nr * sizeof(struct probe_op);
	const uint8_t *before, *after;
	struct value asked = {0}, *answer = ret;
	size_t zeros = 0;

	if (nr > PROBE_OPS_MAX)
		return;
	before = decoder_bytes(d, d->args[2], size, CAPTURE_AT_ENTER);
	after = d->done ? decoder_bytes(d, d->args[2], size, CAPTURE_AT_EXIT) : NULL;
	while (before && zeros < size && !before[zeros])
		zeros++;
	if (before && zeros < size) {
		show_probe(d, before, nr, false, after ? &asked : ret);
		if (after) {
			list_init(ret, VALUE_CHANGE);
			*list_add(d, ret, NULL) = asked;
			answer = list_add(d, ret, NULL);
		}
	}
	if (after) {
		uint32_t known = ((const struct probe *)after)->ops_len;

		show_probe(d, after, MIN(nr, known), nr < known, answer);
	}
}

/* The number of workers of each kind that are allowed, answered with what it was. */
static bool show_workers(struct decoder *d, unsigned when, struct value *ret)
{
	static const char *const kinds[] = {"[IO_WQ_BOUND]=", "[IO_WQ_UNBOUND]="};
	const struct capture *chunk = decoder_chunk(d, d->args[2], when);
	uint32_t nr = arg_u32(d, 3), number;

	if (!d->args[2] || !chunk || (nr && chunk->len < sizeof(number)))
		return false;
	decoder_array_init(d, ret);
	for (uint32_t i = 0; i < MIN(nr, chunk->len / (uint32_t)sizeof(number)); i++) {
		struct value *item = list_add(d, ret, NULL);

		memcpy(&number, chunk->bytes + i * sizeof(number), sizeof(number));
		if (i < ARRAY_SIZE(kinds))
			value_set_name(item, decoder_printf(d, "%s%u", kinds[i], number));
		else
			value_set_name(
				item, decoder_printf(d, "[%u /* IO_WQ_??? */]=%u", i, number));
	}
	if (chunk->len / sizeof(number) < nr)
		ret->flags |= VALUE_CUT;
	return true;
}

static void decode_workers(struct decoder *d, struct value *ret)
{
	struct value before = {0};

	if (!arg_u32(d, 3) && d->args[2]) {
		list_init(ret, VALUE_ARRAY);
		return;
	}
	if (!show_workers(d, CAPTURE_AT_ENTER, d->done ? &before : ret) || !d->done)
		return;
	list_init(ret, VALUE_CHANGE);
	*list_add(d, ret, NULL) = before;
	show_workers(d, CAPTURE_AT_EXIT, list_add(d, ret, NULL));
}

static void decode_napi(struct decoder *d, struct value *ret)
{
	const void *before = decoder_bytes(d, d->args[2], SIZE_napi, CAPTURE_AT_ENTER);
	const void *after = decoder_bytes(d, d->args[2], SIZE_napi, CAPTURE_AT_EXIT);

	if (!before || arg_u32(d, 3) != 1)
		return;
	if (!d->done || !after) {
		fill_napi(d, before, ret);
		return;
	}
	list_init(ret, VALUE_CHANGE);
	fill_napi(d, before, list_add(d, ret, NULL));
	fill_napi(d, after, list_add(d, ret, NULL));
}

static void decode_cpus(struct decoder *d, struct value *ret)
{
	const struct capture *chunk = decoder_chunk(d, d->args[2], CAPTURE_AT_ENTER);
	uint32_t len = arg_u32(d, 3);

	if (!d->args[2] || (len && (!chunk || chunk->len < len)))
		return;
	list_init(ret, VALUE_BITSET);
	for (uint32_t cpu = 0; len && cpu < len * 8; cpu++)
		if (chunk->bytes[cpu / 8] >> (cpu % 8) & 1)
			value_set_uint(list_add(d, ret, NULL), cpu);
}

/* What the third argument is, and what the fourth then has to be. */
enum fourth {
	IS_ONE = 1,
	IS_COUNT, /* of elements */
	IS_SIZE,  /* in bytes, at least that of the structure */
	IS_ZERO,
	IS_USED, /* by the structure */
};

static const struct {
	const struct shape *shape;
	void (*decode)(struct decoder *d, struct value *ret); /* instead */
	uint8_t fourth;
	bool out; /* filled in */
} operations[] = {
	[OP_BUFFERS] = {&shape_buffer, .fourth = IS_COUNT},
	[OP_FILES] = {&shape_file, .fourth = IS_COUNT},
	[OP_EVENTFD] = {&shape_file, .fourth = IS_COUNT},
	[OP_EVENTFD_ASYNC] = {&shape_file, .fourth = IS_COUNT},
	[OP_FILES_UPDATE] = {&shape_files_update, .fourth = IS_USED},
	[OP_PROBE] = {.decode = decode_probe},
	[OP_RESTRICTIONS] = {&shape_restriction, .fourth = IS_COUNT},
	[OP_FILES2] = {&shape_resources, .fourth = IS_SIZE},
	[OP_BUFFERS2] = {&shape_resources, .fourth = IS_SIZE},
	[OP_FILES_UPDATE2] = {&shape_resources_update, .fourth = IS_SIZE},
	[OP_BUFFERS_UPDATE] = {&shape_resources_update, .fourth = IS_SIZE},
	[OP_IOWQ_AFF] = {.decode = decode_cpus},
	[OP_IOWQ_MAX_WORKERS] = {.decode = decode_workers},
	[OP_RING_FDS] = {&shape_ring_fd, .fourth = IS_COUNT},
	[OP_UNREGISTER_RING_FDS] = {&shape_ring_fd_gone, .fourth = IS_COUNT},
	[OP_PBUF_RING] = {&shape_buffer_ring, .fourth = IS_ONE},
	[OP_UNREGISTER_PBUF_RING] = {&shape_buffer_ring, .fourth = IS_ONE},
	[OP_SYNC_CANCEL] = {&shape_sync_cancel, .fourth = IS_ONE},
	[OP_FILE_ALLOC_RANGE] = {&shape_file_range, .fourth = IS_ONE},
	[OP_PBUF_STATUS] = {&shape_buffer_status, .fourth = IS_ONE, .out = true},
	[OP_NAPI] = {.decode = decode_napi},
	[OP_UNREGISTER_NAPI] = {&shape_napi, .fourth = IS_ONE, .out = true},
	[OP_CLOCK] = {&shape_clock_choice, .fourth = IS_ZERO},
	[OP_CLONE_BUFFERS] = {&shape_clone_buffers, .fourth = IS_ONE},
	[OP_SEND_MSG_RING] = {&shape_sqe, .fourth = IS_ONE},
	[OP_ZCRX_IFQ] = {&shape_zcrx_ifq, .fourth = IS_ONE},
	[OP_RESIZE_RINGS] = {&shape_resize, .fourth = IS_ONE},
	[OP_MEM_REGION] = {&shape_mem_region, .fourth = IS_ONE},
	[OP_QUERY] = {&shape_query, .fourth = IS_ZERO},
	[OP_ZCRX_CTRL] = {&shape_zcrx_ctrl, .fourth = IS_ONE},
};

static void show_operation(struct decoder *d, uint32_t op, struct value *ret)
{
	const struct shape *shape = operations[op].shape;
	uint32_t nr = arg_u32(d, 3);
	bool takes = false;

	switch (operations[op].fourth) {
	case IS_COUNT: decoder_show_array(d, d->args[2], nr, shape, CAPTURE_AT_ENTER, ret); return;
	case IS_ONE: takes = nr == 1; break;
	case IS_ZERO: takes = nr == 0; break;
	case IS_SIZE: takes = nr >= shape->size; break;
	default: takes = true; break;
	}
	if (takes && (d->done || !operations[op].out))
		decoder_show_shape(d, d->args[2], shape,
			operations[op].out ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER, ret);
}

static void decode_io_uring_register(struct decoder *d)
{
	uint32_t op = arg_u32(d, 1) & ~REGISTERED_RING;
	struct value *ret;

	if (arg_u32(d, 1) & REGISTERED_RING) {
		struct value *opcode = decoder_arg(d, 1);

		value_set_uint(decoder_arg(d, 0), arg_u32(d, 0));
		list_init(opcode, VALUE_OR);
		value_set_enum(list_add(d, opcode, NULL), op, &flags_io_uring_register);
		value_set_name(list_add(d, opcode, NULL), "IORING_REGISTER_USE_REGISTERED_RING");
	}
	ret = decoder_arg(d, 2);
	value_set_addr(ret, d->args[2]);
	if (op >= ARRAY_SIZE(operations))
		return;
	if (operations[op].decode)
		operations[op].decode(d, ret);
	else if (operations[op].shape)
		show_operation(d, op, ret);
}

/* The same with a registered ring. */
#define REGISTER_STEP(op, when, how, len, size)                                                    \
	STEP_ARG(op, when, 2, how, len, size),                                                     \
		STEP_ARG((op) | REGISTERED_RING, when, 2, how, len, size)
#define REGISTER_ONE(op, shape)  REGISTER_STEP(op, ENTER, BYTES, LEN_NONE, SIZE_##shape)
#define REGISTER_LIST(op, shape) REGISTER_STEP(op, ENTER, ARRAY, LEN_ARG(3), SIZE_##shape)
#define REGISTER_AT(op, type, member, len, size)                                                   \
	STEP_AT(op, ENTER, 2, type, member, ARRAY, len, size),                                     \
		STEP_AT((op) | REGISTERED_RING, ENTER, 2, type, member, ARRAY, len, size)
#define REGISTER_RESOURCES(op, type, shape)                                                        \
	REGISTER_STEP(op, ENTER, BYTES, LEN_NONE, sizeof(struct type)),                            \
		REGISTER_STEP(op, ENTER, ARRAY, LEN_ARG(3), 1),                                    \
		REGISTER_AT(op, struct type, data, LEN_AT(struct type, nr), SIZE_##shape),         \
		REGISTER_AT(op, struct type, tags, LEN_AT(struct type, nr), SIZE_tag)

static const struct capture_step register_steps[] = {
	REGISTER_LIST(OP_BUFFERS, buffer),
	REGISTER_LIST(OP_FILES, file),
	REGISTER_LIST(OP_EVENTFD, file),
	REGISTER_LIST(OP_EVENTFD_ASYNC, file),
	REGISTER_ONE(OP_FILES_UPDATE, files_update),
	REGISTER_AT(OP_FILES_UPDATE, struct files_update, fds, LEN_ARG(3), SIZE_file),
	/* the list lies behind a head of the size of two */
	REGISTER_STEP(OP_PROBE, BOTH, BYTES, LEN_NONE, sizeof(struct probe)),
	REGISTER_STEP(OP_PROBE, BOTH, BYTES, LEN_NONE, CAPTURE_BYTES_MAX),
	REGISTER_LIST(OP_RESTRICTIONS, restriction),
	REGISTER_RESOURCES(OP_FILES2, resources, file),
	REGISTER_RESOURCES(OP_BUFFERS2, resources, buffer),
	REGISTER_RESOURCES(OP_FILES_UPDATE2, resources_update, file),
	REGISTER_RESOURCES(OP_BUFFERS_UPDATE, resources_update, buffer),
	REGISTER_STEP(OP_IOWQ_AFF, ENTER, ARRAY, LEN_ARG(3), 1),
	REGISTER_STEP(OP_IOWQ_MAX_WORKERS, BOTH, ARRAY, LEN_ARG(3), sizeof(uint32_t)),
	REGISTER_LIST(OP_RING_FDS, ring_fd),
	REGISTER_LIST(OP_UNREGISTER_RING_FDS, ring_fd),
	REGISTER_ONE(OP_PBUF_RING, buffer_ring),
	REGISTER_ONE(OP_UNREGISTER_PBUF_RING, buffer_ring),
	REGISTER_ONE(OP_SYNC_CANCEL, sync_cancel),
	REGISTER_ONE(OP_FILE_ALLOC_RANGE, file_range),
	REGISTER_STEP(OP_PBUF_STATUS, EXIT, BYTES, LEN_NONE, SIZE_buffer_status),
	REGISTER_STEP(OP_NAPI, BOTH, BYTES, LEN_NONE, SIZE_napi),
	REGISTER_STEP(OP_UNREGISTER_NAPI, EXIT, BYTES, LEN_NONE, SIZE_napi),
	REGISTER_ONE(OP_CLOCK, clock_choice),
	REGISTER_ONE(OP_CLONE_BUFFERS, clone_buffers),
	REGISTER_ONE(OP_SEND_MSG_RING, sqe),
	REGISTER_STEP(OP_SEND_MSG_RING, ENTER, BYTES, LEN_NONE, 2 * SIZE_sqe),
	STEP_AT(OP_SEND_MSG_RING, ENTER, 2, struct sqe, optval, BYTES, LEN_NONE, SIZE_sqe_pi),
	REGISTER_ONE(OP_ZCRX_IFQ, zcrx_ifq),
	REGISTER_ONE(OP_RESIZE_RINGS, resize),
	REGISTER_ONE(OP_MEM_REGION, mem_region),
	REGISTER_ONE(OP_QUERY, query),
	REGISTER_AT(OP_QUERY, struct query, query_data, LEN_AT(struct query, size), 1),
	REGISTER_ONE(OP_ZCRX_CTRL, zcrx_ctrl),
};

SYSCALL_STEPS(io_uring_register, CLASS_DESC | CLASS_MEMORY | CLASS_IO_URING, RET_INT,
	decode_io_uring_register, PICK_ARG(1), register_steps, ARG(fd, FD),
	ARG(opcode, ENUM, io_uring_register), ARG(arg, RAW, NONE, ENTER, 0, 0), ARG(nr_args, UINT));
