/* What security modules say about a process, and which there are. */
#include "decode/row_internal.h"
#include "decode/shapes.h"

enum { FLAG_SINGLE = 1, CONTEXTS_MAX = 64 };

/* Followed by `ctx_len` bytes; a list of them has the next one `len` bytes on. */
struct lsm_context {
	uint64_t id, flags, len, ctx_len;
};

static void add_id(struct decoder *d, struct value *ret, uint64_t id)
{
	struct value *item = list_add(d, ret, "id");

	if (flag_set_exact(&flags_lsm_id, id))
		value_set_enum(item, id, &flags_lsm_id);
	else
		value_set_hex(item, id);
}

/* One of them, in the `room` bytes at `addr`. */
static void show_context(struct decoder *d, const struct lsm_context *from, uint64_t addr,
	uint64_t room, unsigned when, struct value *ret)
{
	uint64_t len = MIN(from->len, room);

	len = len > sizeof(*from) ? MIN(len - sizeof(*from), from->ctx_len) : 0;
	add_id(d, ret, from->id);
	ADD_HEX(flags);
	ADD_UINT(len);
	ADD_UINT(ctx_len);
	if (len) {
		struct value *ctx = list_add(d, ret, "ctx");
		const void *bytes = decoder_bytes(d, addr + sizeof(*from), len, when);

		if (bytes) {
			value_set_data(ctx, bytes, len, len);
			ctx->flags |= VALUE_BINARY;
		} else {
			value_set_addr(ctx, addr + sizeof(*from));
		}
	}
}

/* All of them, in the `room` bytes at `addr`; an address when there is none. */
static void show_contexts(struct decoder *d, uint64_t addr, uint64_t room, struct value *ret)
{
	value_set_addr(ret, addr);
	for (unsigned i = 0;; i++) {
		const struct lsm_context *from = NULL;

		if (room >= sizeof(*from))
			from = decoder_bytes(d, addr, sizeof(*from), CAPTURE_AT_EXIT);
		if (!from || i >= CONTEXTS_MAX) {
			if (i)
				ret->flags |= VALUE_CUT;
			return;
		}
		if (!i)
			decoder_array_init(d, ret);
		show_context(d, from, addr, room, CAPTURE_AT_EXIT, list_add(d, ret, NULL));
		if (from->len < sizeof(*from) || from->len >= room)
			return;
		addr += from->len;
		room -= from->len;
	}
}

/* [given => left]; NULL when it could not be read. */
static const uint32_t *show_room(struct decoder *d, unsigned at)
{
	struct value *ret = decoder_arg(d, at), *size;
	const uint32_t *before = decoder_bytes(d, d->args[at], sizeof(*before), CAPTURE_AT_ENTER);
	const uint32_t *after = decoder_bytes(d, d->args[at], sizeof(*after), CAPTURE_AT_EXIT);

	value_set_addr(ret, d->args[at]);
	if (!before)
		return NULL;
	list_init(ret, VALUE_ARRAY);
	size = list_add(d, ret, NULL);
	if (!after || *after == *before) {
		value_set_uint(size, *before);
		return before;
	}
	list_init(size, VALUE_CHANGE);
	value_set_uint(list_add(d, size, NULL), *before);
	value_set_uint(list_add(d, size, NULL), *after);
	return after;
}

static void decode_get_self_attr(struct decoder *d)
{
	const uint32_t *size = show_room(d, 2);
	struct value *ret = decoder_arg(d, 1);
	const struct lsm_context *asked =
		decoder_bytes(d, d->args[1], sizeof(*asked), CAPTURE_AT_ENTER);
	bool single = arg_u32(d, 3) & FLAG_SINGLE;

	value_set_addr(ret, d->args[1]);
	if (!size || (single && !asked))
		return;
	if (single) {
		list_init(ret, VALUE_CHANGE);
		add_id(d, list_add(d, ret, NULL), asked->id);
		ret = list_add(d, ret, NULL);
	}
	if (d->done)
		show_contexts(d, d->args[1], *size, ret);
	else
		value_set_addr(ret, d->args[1]);
}

static const struct capture_step get_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 1, BYTES, LEN_NONE, sizeof(struct lsm_context)),
};

SYSCALL_STEPS(lsm_get_self_attr, 0, RET_INT, decode_get_self_attr, PICK_NOTHING, get_steps,
	ARG(attr, ENUM, lsm_attr), ARG(ctx, RAW, LENPTR, EXIT, 2, 0), ARG(size, RAW_BOTH, 4),
	ARG(flags, FLAGS, lsm_flags));

static void decode_set_self_attr(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 1);
	const struct lsm_context *from =
		decoder_bytes(d, d->args[1], sizeof(*from), CAPTURE_AT_ENTER);

	value_set_addr(ret, d->args[1]);
	if (from && arg_u32(d, 2) >= sizeof(*from))
		show_context(d, from, d->args[1], arg_u32(d, 2), CAPTURE_AT_ENTER, ret);
}

static const struct capture_step set_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 1, BYTES, LEN_NONE, sizeof(struct lsm_context)),
};

SYSCALL_STEPS(lsm_set_self_attr, 0, RET_INT, decode_set_self_attr, PICK_NOTHING, set_steps,
	ARG(attr, ENUM, lsm_attr), ARG(ctx, RAW, ARRAY, ENTER, 2, 1), ARG(size, UINT),
	ARG(flags, HEX32));

SHAPE(lsm_id, uint64_t)
{
	value_set_enum(ret, *from, &flags_lsm_id);
}

static void decode_list_modules(struct decoder *d)
{
	if (show_room(d, 1) && d->done)
		decoder_show_array(d, d->args[0], (uint64_t)d->call->ret, &shape_lsm_id,
			CAPTURE_AT_EXIT, decoder_arg(d, 0));
}

SYSCALL_ODD(lsm_list_modules, 0, RET_INT, decode_list_modules,
	ARG(ids, RAW, ARRAY, EXIT, CAPTURE_LEN_RESULT, 8), ARG(size, RAW_BOTH, 4),
	ARG(flags, HEX32));
