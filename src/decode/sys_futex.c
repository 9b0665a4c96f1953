/* Futexes: which arguments count, and what they are, hangs on the operation. */
#include <linux/futex.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

static void futex_timeout(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 3);

	if (d->call->abi == ABI_X86_64)
		decoder_show_shape(d, d->args[3], &shape_timespec, CAPTURE_AT_ENTER, ret);
	else
		value_set_addr(ret, d->args[3]);
}

/* Moves argument `from` to place `to`. */
static void futex_move(struct decoder *d, unsigned from, unsigned to)
{
	d->out->args[to] = d->out->args[from];
}

static void set_bitset(struct value *ret, uint64_t bits)
{
	if (bits == FUTEX_BITSET_MATCH_ANY)
		value_set_enum(ret, bits, &flags_futex_bitset);
	else
		value_set_hex(ret, bits);
}

static void futex_bitset(struct decoder *d)
{
	set_bitset(decoder_arg(d, 5), arg_u32(d, 5));
}

static void add_shifted_name(struct decoder *d, struct value *list, uint32_t number, unsigned shift,
	const struct flag_set *set, const char *unknown)
{
	struct value *ret = list_add(d, list, NULL), *part = value_set_shift(d, ret);

	value_set_enum(&part[0], number, set);
	value_set_uint(&part[1], shift);
	if (!flag_set_exact(set, number))
		ret->comment = unknown;
}

/* How to change a word and what to compare it with: FUTEX_OP_SET<<28|0<<12|FUTEX_OP_CMP_EQ<<24|1 */
static void futex_wake_op(struct decoder *d)
{
	uint32_t word = arg_u32(d, 5);
	struct value *ret = decoder_arg(d, 5), *part;

	list_init(ret, VALUE_OR);
	if (word >> 31) {
		part = value_set_shift(d, list_add(d, ret, NULL));
		value_set_name(&part[0], "FUTEX_OP_OPARG_SHIFT");
		value_set_uint(&part[1], 28);
	}
	add_shifted_name(d, ret, word >> 28 & 7, 28, &flags_futex_wake_op, "FUTEX_OP_???");
	part = value_set_shift(d, list_add(d, ret, NULL));
	value_set_hex(&part[0], word >> 12 & 0xfff);
	value_set_uint(&part[1], 12);
	add_shifted_name(d, ret, word >> 24 & 0xf, 24, &flags_futex_wake_cmp, "FUTEX_OP_CMP_???");
	value_set_hex(list_add(d, ret, NULL), word & 0xfff);
}

/* newer than any release: the end of a lock, and what waits for it, in one */
#define ROBUST_UNLOCK 0x200
#define ROBUST_LIST32 0x400

/* The clock can be chosen where there is a timeout that tells a point in time. */
static void show_operation(struct decoder *d)
{
	uint32_t op = arg_u32(d, 1);

	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI: value_set_flags(decoder_arg(d, 1), op, &flags_futex_op); break;
	default: value_set_enum(decoder_arg(d, 1), op, &flags_futex_op); break;
	}
}

static void decode_futex(struct decoder *d)
{
	struct value *val2 = &d->out->args[3];

	show_operation(d);
	switch (arg_u32(d, 1) & FUTEX_CMD_MASK & ~(uint32_t)(ROBUST_UNLOCK | ROBUST_LIST32)) {
	case FUTEX_WAIT:
		futex_timeout(d);
		decoder_keep_args(d, 4);
		break;
	case FUTEX_WAKE:
	case FUTEX_FD: decoder_keep_args(d, 3); break;
	case FUTEX_REQUEUE:
		value_set_uint(val2, arg_u32(d, 3));
		decoder_keep_args(d, 5);
		break;
	case FUTEX_CMP_REQUEUE:
	case FUTEX_CMP_REQUEUE_PI:
		value_set_uint(val2, arg_u32(d, 3));
		value_set_uint(decoder_arg(d, 5), arg_u32(d, 5));
		break;
	case FUTEX_WAKE_OP:
		value_set_uint(val2, arg_u32(d, 3));
		futex_wake_op(d);
		break;
	case FUTEX_LOCK_PI:
	case 13: /* FUTEX_LOCK_PI2, newer than some headers */
		futex_timeout(d);
		futex_move(d, 3, 2);
		decoder_keep_args(d, 3);
		break;
	case FUTEX_UNLOCK_PI:
	case FUTEX_TRYLOCK_PI: decoder_keep_args(d, 2); break;
	case FUTEX_WAIT_BITSET:
		futex_timeout(d);
		futex_bitset(d);
		futex_move(d, 5, 4);
		decoder_keep_args(d, 5);
		break;
	case FUTEX_WAKE_BITSET:
		futex_bitset(d);
		futex_move(d, 5, 3);
		decoder_keep_args(d, 4);
		break;
	case FUTEX_WAIT_REQUEUE_PI:
		futex_timeout(d);
		decoder_keep_args(d, 5);
		break;
	default: break;
	}
}

SYSCALL_ODD(futex, 0, RET_INT, decode_futex, ARG(uaddr, ADDR), ARG(futex_op, HEX32), ARG(val, UINT),
	ARG(timeout, RAW_IN, SIZE_timespec), ARG(uaddr2, ADDR), ARG(val3, HEX32));

struct waitv {
	uint64_t val;
	uint64_t uaddr;
	uint32_t flags;
	uint32_t reserved;
};

SHAPE(waitv, struct waitv)
{
	ADD_HEX(val);
	ADD_ADDR(uaddr);
	ADD_FLAGS(flags, futex2);
	if (from->reserved)
		value_set_hex(list_add(d, ret, "__reserved"), from->reserved);
}

static void decode_futex_wait(struct decoder *d)
{
	set_bitset(decoder_arg(d, 2), d->args[2]);
}

static void decode_futex_wake(struct decoder *d)
{
	set_bitset(decoder_arg(d, 1), d->args[1]);
}

/* From one to the other. */
static void decode_futex_requeue(struct decoder *d)
{
	decoder_show_array(d, d->args[0], 2, &shape_waitv, CAPTURE_AT_ENTER, decoder_arg(d, 0));
}

SYSCALL(futex_waitv, 0, RET_INT, ARG(waiters, ARRAY_IN, waitv, 1), ARG(nr_futexes, UINT),
	ARG(flags, HEX32), ARG(timeout, IN, timespec), ARG(clockid, ENUM, clock));
SYSCALL_ODD(futex_wait, 0, RET_INT, decode_futex_wait, ARG(uaddr, ADDR), ARG(val, SIZE),
	ARG(mask, HEX), ARG(flags, FLAGS, futex2), ARG(timeout, IN, timespec),
	ARG(clockid, ENUM, clock));
SYSCALL_ODD(futex_wake, 0, RET_INT, decode_futex_wake, ARG(uaddr, ADDR), ARG(mask, HEX),
	ARG(nr, INT), ARG(flags, FLAGS, futex2));
SYSCALL_ODD(futex_requeue, 0, RET_INT, decode_futex_requeue,
	ARG(waiters, RAW_IN, 2 * sizeof(struct waitv)), ARG(flags, HEX32), ARG(nr_wake, INT),
	ARG(nr_requeue, INT));
