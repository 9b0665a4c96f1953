/* Scheduling, priorities, affinity and futexes. */
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

SYSCALL(sched_yield, 0, RET_INT);
SYSCALL(sched_setparam, 0, RET_INT, ARG(pid, PID), ARG(param, IN, int));
SYSCALL(sched_getparam, 0, RET_INT, ARG(pid, PID), ARG(param, OUT, int));
SYSCALL(sched_setscheduler, 0, RET_INT, ARG(pid, PID), ARG(policy, FLAGS, sched_policy),
	ARG(param, IN, int));

static void decode_getscheduler(struct decoder *d)
{
	if (!d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	value_set_flags(decoder_add_detail(d, NULL), (uint32_t)d->call->ret, &flags_sched_policy);
}

SYSCALL_ODD(sched_getscheduler, 0, RET_INT, decode_getscheduler, ARG(pid, PID));
SYSCALL(sched_get_priority_max, 0, RET_INT, ARG(policy, FLAGS, sched_policy));
SYSCALL(sched_get_priority_min, 0, RET_INT, ARG(policy, FLAGS, sched_policy));
SYSCALL(sched_rr_get_interval, 0, RET_INT, ARG(pid, PID), ARG(tp, OUT, timespec));

struct kernel_sched_attr {
	uint32_t size;
	uint32_t sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime;
	uint64_t sched_deadline;
	uint64_t sched_period;
};

SHAPE(sched_attr, struct kernel_sched_attr)
{
	ADD_UINT(size);
	ADD_FLAGS(sched_policy, sched_policy);
	ADD_FLAGS(sched_flags, sched_attr_flags);
	ADD_INT(sched_nice);
	ADD_UINT(sched_priority);
	ADD_UINT(sched_runtime);
	ADD_UINT(sched_deadline);
	ADD_UINT(sched_period);
}

SYSCALL(sched_setattr, 0, RET_INT, ARG(pid, PID), ARG(attr, IN, sched_attr), ARG(flags, UINT));
SYSCALL(sched_getattr, 0, RET_INT, ARG(pid, PID), ARG(attr, OUT, sched_attr), ARG(size, UINT),
	ARG(flags, UINT));

static void show_cpus(struct decoder *d, unsigned when, uint64_t len)
{
	struct value *ret = decoder_arg(d, 2);
	const struct capture *chunk = decoder_chunk(d, d->args[2], when);

	if (!chunk) {
		value_set_addr(ret, d->args[2]);
		return;
	}
	list_init(ret, VALUE_BITSET);
	for (uint64_t cpu = 0; cpu < MIN(len, (uint64_t)chunk->len) * 8; cpu++)
		if (chunk->bytes[cpu / 8] >> (cpu % 8) & 1)
			value_set_uint(list_add(d, ret, NULL), cpu);
	if (len > chunk->len)
		ret->flags |= VALUE_CUT;
}

static void decode_setaffinity(struct decoder *d)
{
	show_cpus(d, CAPTURE_AT_ENTER, arg_u32(d, 1));
}

static void decode_getaffinity(struct decoder *d)
{
	if (d->done)
		show_cpus(d, CAPTURE_AT_EXIT, (uint64_t)d->call->ret);
}

SYSCALL_ODD(sched_setaffinity, 0, RET_INT, decode_setaffinity, ARG(pid, PID), ARG(cpusetsize, UINT),
	ARG(mask, RAW, ARRAY, ENTER, 1, 1));
SYSCALL_ODD(sched_getaffinity, 0, RET_INT, decode_getaffinity, ARG(pid, PID), ARG(cpusetsize, UINT),
	ARG(mask, RAW, ARRAY, EXIT, CAPTURE_LEN_RESULT, 1));
SYSCALL(getcpu, 0, RET_INT, ARG(cpu, OUT, uint), ARG(node, OUT, uint), ARG(tcache, ADDR));
SYSCALL(getpriority, 0, RET_INT, ARG(which, ENUM, priority), ARG(who, INT));
SYSCALL(setpriority, 0, RET_INT, ARG(which, ENUM, priority), ARG(who, INT), ARG(prio, INT));

#define IOPRIO_CLASS_SHIFT 13

static void show_io_priority(struct decoder *d, uint32_t priority, struct value *ret)
{
	macro_init(ret, "IOPRIO_PRIO_VALUE");
	value_set_enum(list_add(d, ret, NULL), priority >> IOPRIO_CLASS_SHIFT, &flags_ioprio_class);
	value_set_uint(list_add(d, ret, NULL), priority & ((1u << IOPRIO_CLASS_SHIFT) - 1));
}

static void decode_ioprio_set(struct decoder *d)
{
	show_io_priority(d, arg_u32(d, 2), decoder_arg(d, 2));
}

static void decode_ioprio_get(struct decoder *d)
{
	if (!d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	show_io_priority(d, (uint32_t)d->call->ret, decoder_add_detail(d, NULL));
}

SYSCALL_ODD(ioprio_set, 0, RET_INT, decode_ioprio_set, ARG(which, ENUM, ioprio_who), ARG(who, INT),
	ARG(ioprio, HEX32));
SYSCALL_ODD(ioprio_get, 0, RET_INT, decode_ioprio_get, ARG(which, ENUM, ioprio_who), ARG(who, INT));

/* Which of futex's arguments count, and what the fourth and sixth are, hangs on the operation. */

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

static void futex_bitset(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 5);

	if (arg_u32(d, 5) == FUTEX_BITSET_MATCH_ANY)
		value_set_enum(ret, arg_u32(d, 5), &flags_futex_bitset);
	else
		value_set_hex(ret, arg_u32(d, 5));
}

static void futex_wake_op(struct decoder *d)
{
	uint32_t word = arg_u32(d, 5);
	struct value *ret = decoder_arg(d, 5);

	value_set_enum(list_add(d, ret, "op"), word >> 28 & 7, &flags_futex_wake_op);
	value_set_uint(list_add(d, ret, "oparg"), word >> 12 & 0xfff);
	value_set_enum(list_add(d, ret, "cmp"), word >> 24 & 0xf, &flags_futex_wake_cmp);
	value_set_uint(list_add(d, ret, "cmparg"), word & 0xfff);
}

static void decode_futex(struct decoder *d)
{
	struct value *val2 = &d->out->args[3];

	switch (arg_u32(d, 1) & FUTEX_CMD_MASK) {
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

SYSCALL_ODD(futex, 0, RET_INT, decode_futex, ARG(uaddr, ADDR), ARG(futex_op, FLAGS, futex_op),
	ARG(val, UINT), ARG(timeout, RAW_IN, SIZE_timespec), ARG(uaddr2, ADDR), ARG(val3, HEX32));

struct waitv {
	uint64_t val;
	uint64_t uaddr;
	uint32_t flags;
	uint32_t reserved;
};

SHAPE(waitv, struct waitv)
{
	ADD_UINT(val);
	ADD_ADDR(uaddr);
	ADD_FLAGS(flags, futex2);
}

SYSCALL(futex_waitv, 0, RET_INT, ARG(waiters, ARRAY_IN, waitv, 1), ARG(nr_futexes, UINT),
	ARG(flags, HEX32), ARG(timeout, IN, timespec), ARG(clockid, ENUM, clock));
SYSCALL(futex_wait, 0, RET_INT, ARG(uaddr, ADDR), ARG(val, SIZE), ARG(mask, HEX),
	ARG(flags, FLAGS, futex2), ARG(timeout, IN, timespec), ARG(clockid, ENUM, clock));
SYSCALL(futex_wake, 0, RET_INT, ARG(uaddr, ADDR), ARG(mask, HEX), ARG(nr, INT),
	ARG(flags, FLAGS, futex2));
SYSCALL(futex_requeue, 0, RET_INT, ARG(waiters, ADDR), ARG(flags, HEX32), ARG(nr_wake, INT),
	ARG(nr_requeue, INT));
