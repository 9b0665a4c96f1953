#include "decode/io_uring_shapes.h"

#include <string.h>

#include "decode/fields.h"
#include "decode/row_internal.h"

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
FIELDS_SHAPE_SHARED(uring_buffer_ring, struct buffer_ring, buffer_ring)

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
FIELDS_SHAPE_SHARED(uring_sync_cancel, struct sync_cancel, sync_cancel)

struct file_range {
	uint32_t off, len;
	uint64_t resv;
};

static const struct field file_range[] = {
	FIELD(struct file_range, off, uint),
	FIELD(struct file_range, len, uint),
	FIELD(struct file_range, resv, odd),
};
FIELDS_SHAPE_SHARED(uring_file_range, struct file_range, file_range)

struct buffer_status {
	uint32_t buf_group, head, resv[8];
};

static const struct field buffer_status[] = {
	FIELD(struct buffer_status, buf_group, hex),
	FIELD(struct buffer_status, head, hex),
	FIELD(struct buffer_status, resv, odd32s),
};
FIELDS_SHAPE_SHARED(uring_buffer_status, struct buffer_status, buffer_status)

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
FIELDS_SHAPE_SHARED(uring_napi, struct napi, napi)

struct clock_choice {
	uint32_t clockid, __resv[3];
};

static const struct field clock_choice[] = {
	FIELD(struct clock_choice, clockid, enum, &flags_clock),
	FIELD(struct clock_choice, __resv, odd32s),
};
FIELDS_SHAPE_SHARED(uring_clock_choice, struct clock_choice, clock_choice)

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
FIELDS_SHAPE_SHARED(uring_clone_buffers, struct clone_buffers, clone_buffers)

struct mem_region {
	uint64_t region_uptr, flags, __resv[2];
};

static const struct field mem_region[] = {
	FIELD(struct mem_region, region_uptr, addr),
	FIELD(struct mem_region, flags, flags, &flags_io_uring_mem_region),
	FIELD(struct mem_region, __resv, odd64s),
};
FIELDS_SHAPE_SHARED(uring_mem_region, struct mem_region, mem_region)

SHAPE_SHARED(uring_resize, struct uring_params)
{
	static const struct field resv = FIELD(struct uring_params, resv, odd32s);

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

static void field_sqe_ioprio(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	enum { ACCEPT = 13 };
	static const uint8_t moves[] = {
		9, 10, 26, 27, 47, 48, 58}; /* send, receive and their like */
	const struct uring_sqe *sqe = from;

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
	const struct uring_sqe *sqe = from;

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
FIELDS_SHAPE_SHARED(uring_sqe_pi, struct sqe_pi, sqe_pi)

static bool moves_data(uint8_t opcode)
{
	static const uint8_t all[] = {
		1, 2, 4, 5, 9, 10, 22, 23, 26, 27, 47, 48, 49, 58, 60, 61}; /* read, send... */

	return memchr(all, opcode, sizeof(all)) != NULL;
}

static const struct field sqe_head[] = {
	FIELD(struct uring_sqe, opcode, name, &flags_io_uring_op),
	FIELD(struct uring_sqe, flags, flags, &flags_io_uring_sqe),
	FIELD(struct uring_sqe, ioprio, sqe_ioprio),
	FIELD(struct uring_sqe, fd, fd),
	FIELD(struct uring_sqe, off, hex),
	FIELD(struct uring_sqe, addr, hex),
	FIELD(struct uring_sqe, len, uint),
	FIELD(struct uring_sqe, rw_flags, sqe_flags),
	FIELD(struct uring_sqe, user_data, hex),
	FIELD(struct uring_sqe, buf_index, hex),
	FIELD(struct uring_sqe, personality, uint),
	FIELD(struct uring_sqe, file_index, hex),
};

SHAPE_SHARED(uring_sqe, struct uring_sqe)
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
			decoder_show_shape(
				d, from->optval, &shape_uring_sqe_pi, CAPTURE_AT_ENTER, ptr);
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
FIELDS_SHAPE_SHARED(uring_zcrx_ifq, struct zcrx_ifq, zcrx_ifq)

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

SHAPE_SHARED(uring_query, struct uring_query)
{
	static const struct shape *const answers[] = {
		&shape_query_opcodes, &shape_query_zcrx, &shape_query_scq, &shape_query_event};
	static const struct field head[] = {
		FIELD(struct uring_query, query_data, addr),
		FIELD(struct uring_query, query_op, enum, &flags_io_uring_query),
		FIELD(struct uring_query, size, uint),
		FIELD(struct uring_query, result, int),
		FIELD(struct uring_query, __resv, odd32s),
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

SHAPE_SHARED(uring_zcrx_ctrl, struct zcrx_ctrl)
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
