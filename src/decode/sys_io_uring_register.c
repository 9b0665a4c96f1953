/* io_uring: what is registered with a ring. */
#include <string.h>

#include "decode/fields.h"
#include "decode/io_uring_shapes.h"
#include "decode/row_internal.h"

/* In an operation: the descriptor is the index of a registered ring. */
#define REGISTERED_RING (1u << 31)

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
	const void *before = decoder_bytes(d, d->args[2], SIZE_uring_napi, CAPTURE_AT_ENTER);
	const void *after = decoder_bytes(d, d->args[2], SIZE_uring_napi, CAPTURE_AT_EXIT);

	if (!before || arg_u32(d, 3) != 1)
		return;
	if (!d->done || !after) {
		shape_uring_napi.show(d, before, ret);
		return;
	}
	list_init(ret, VALUE_CHANGE);
	shape_uring_napi.show(d, before, list_add(d, ret, NULL));
	shape_uring_napi.show(d, after, list_add(d, ret, NULL));
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
	[OP_PBUF_RING] = {&shape_uring_buffer_ring, .fourth = IS_ONE},
	[OP_UNREGISTER_PBUF_RING] = {&shape_uring_buffer_ring, .fourth = IS_ONE},
	[OP_SYNC_CANCEL] = {&shape_uring_sync_cancel, .fourth = IS_ONE},
	[OP_FILE_ALLOC_RANGE] = {&shape_uring_file_range, .fourth = IS_ONE},
	[OP_PBUF_STATUS] = {&shape_uring_buffer_status, .fourth = IS_ONE, .out = true},
	[OP_NAPI] = {.decode = decode_napi},
	[OP_UNREGISTER_NAPI] = {&shape_uring_napi, .fourth = IS_ONE, .out = true},
	[OP_CLOCK] = {&shape_uring_clock_choice, .fourth = IS_ZERO},
	[OP_CLONE_BUFFERS] = {&shape_uring_clone_buffers, .fourth = IS_ONE},
	[OP_SEND_MSG_RING] = {&shape_uring_sqe, .fourth = IS_ONE},
	[OP_ZCRX_IFQ] = {&shape_uring_zcrx_ifq, .fourth = IS_ONE},
	[OP_RESIZE_RINGS] = {&shape_uring_resize, .fourth = IS_ONE},
	[OP_MEM_REGION] = {&shape_uring_mem_region, .fourth = IS_ONE},
	[OP_QUERY] = {&shape_uring_query, .fourth = IS_ZERO},
	[OP_ZCRX_CTRL] = {&shape_uring_zcrx_ctrl, .fourth = IS_ONE},
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
	REGISTER_ONE(OP_PBUF_RING, uring_buffer_ring),
	REGISTER_ONE(OP_UNREGISTER_PBUF_RING, uring_buffer_ring),
	REGISTER_ONE(OP_SYNC_CANCEL, uring_sync_cancel),
	REGISTER_ONE(OP_FILE_ALLOC_RANGE, uring_file_range),
	REGISTER_STEP(OP_PBUF_STATUS, EXIT, BYTES, LEN_NONE, SIZE_uring_buffer_status),
	REGISTER_STEP(OP_NAPI, BOTH, BYTES, LEN_NONE, SIZE_uring_napi),
	REGISTER_STEP(OP_UNREGISTER_NAPI, EXIT, BYTES, LEN_NONE, SIZE_uring_napi),
	REGISTER_ONE(OP_CLOCK, uring_clock_choice),
	REGISTER_ONE(OP_CLONE_BUFFERS, uring_clone_buffers),
	REGISTER_ONE(OP_SEND_MSG_RING, uring_sqe),
	REGISTER_STEP(OP_SEND_MSG_RING, ENTER, BYTES, LEN_NONE, 2 * SIZE_uring_sqe),
	STEP_AT(OP_SEND_MSG_RING, ENTER, 2, struct uring_sqe, optval, BYTES, LEN_NONE,
		SIZE_uring_sqe_pi),
	REGISTER_ONE(OP_ZCRX_IFQ, uring_zcrx_ifq),
	REGISTER_ONE(OP_RESIZE_RINGS, uring_resize),
	REGISTER_ONE(OP_MEM_REGION, uring_mem_region),
	REGISTER_ONE(OP_QUERY, uring_query),
	REGISTER_AT(OP_QUERY, struct uring_query, query_data, LEN_AT(struct uring_query, size), 1),
	REGISTER_ONE(OP_ZCRX_CTRL, uring_zcrx_ctrl),
};

SYSCALL_STEPS(io_uring_register, CLASS_DESC | CLASS_MEMORY | CLASS_IO_URING, RET_INT,
	decode_io_uring_register, PICK_ARG(1), register_steps, ARG(fd, FD),
	ARG(opcode, ENUM, io_uring_register), ARG(arg, RAW, NONE, ENTER, 0, 0), ARG(nr_args, UINT));
