/* Scheduling, priorities and affinity. */
#include <linux/sched.h>
#include <stddef.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

SYSCALL(sched_yield, 0, RET_INT);

SHAPE(sched_param, int32_t)
{
	value_set_int(list_add(d, ret, "sched_priority"), *from);
}

/* A negative one has no policy in it, whatever its bits. */
static void decode_setscheduler(struct decoder *d)
{
	if (arg_int(d, 1) < 0)
		value_set_enum(decoder_arg(d, 1), arg_u32(d, 1), &flags_sched_policy);
}

SYSCALL(sched_setparam, 0, RET_INT, ARG(pid, PID), ARG(param, IN, sched_param));
SYSCALL(sched_getparam, 0, RET_INT, ARG(pid, PID), ARG(param, OUT, sched_param));
SYSCALL_ODD(sched_setscheduler, 0, RET_INT, decode_setscheduler, ARG(pid, PID),
	ARG(policy, FLAGS, sched_policy), ARG(param, IN, sched_param));

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
	uint32_t sched_util_min;
	uint32_t sched_util_max;
};

#define SCHED_ATTR_BYTES_MIN offsetof(struct kernel_sched_attr, sched_util_min)
/* newer than some headers */
#define KEEP_POLICY 0x08
#define KEEP_PARAMS 0x10

/* Of `len` bytes; `unset`: flags that say what is not looked at. */
static void set_sched_attr(struct decoder *d, struct value *ret,
	const struct kernel_sched_attr *from, size_t len, uint64_t unset)
{
	ADD_UINT(size);
	if (len < SCHED_ATTR_BYTES_MIN)
		return;
	if ((int32_t)from->sched_policy < 0 || !(unset & (KEEP_POLICY | KEEP_PARAMS)))
		ADD_ENUM(sched_policy, sched_policy);
	ADD_FLAGS(sched_flags, sched_attr_flags);
	if (!(unset & KEEP_PARAMS)) {
		ADD_INT(sched_nice);
		ADD_UINT(sched_priority);
		ADD_UINT(sched_runtime);
		ADD_UINT(sched_deadline);
		ADD_UINT(sched_period);
	}
	if (len < sizeof(*from))
		return;
	ADD_UINT(sched_util_min);
	ADD_UINT(sched_util_max);
}

static void decode_setattr(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 1);
	struct kernel_sched_attr attr;
	size_t at_hand = decoder_copy(d, d->args[1], CAPTURE_AT_ENTER, &attr, sizeof(attr));
	size_t size = attr.size ? attr.size : SCHED_ATTR_BYTES_MIN;
	size_t wanted = MIN(size, sizeof(attr));
	const uint32_t *known;

	value_set_addr(ret, d->args[1]);
	if (at_hand < sizeof(attr.size) || (size >= SCHED_ATTR_BYTES_MIN && at_hand < wanted))
		return;
	/* attributes that are too long come back with the length that the kernel knows */
	known = d->out->error == CAPTURE_TOO_BIG
			? decoder_bytes(d, d->args[1], sizeof(*known), CAPTURE_AT_EXIT)
			: NULL;
	if (known) {
		list_init(ret, VALUE_CHANGE);
		list_add(d, ret, NULL);
		value_set_uint(list_add(d, list_add(d, ret, NULL), "size"), *known);
		ret = &ret->list.items[0];
	}
	set_sched_attr(d, ret, &attr, wanted, attr.sched_flags);
	if (size > sizeof(attr))
		ret->flags |= VALUE_ABBREV;
}

static void decode_getattr(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 1);
	struct kernel_sched_attr attr;
	size_t at_hand = 0;

	value_set_addr(ret, d->args[1]);
	if (d->done)
		at_hand = decoder_copy(d, d->args[1], CAPTURE_AT_EXIT, &attr, sizeof(attr));
	if (at_hand < SCHED_ATTR_BYTES_MIN)
		return;
	set_sched_attr(d, ret, &attr, MIN(at_hand, attr.size), 0);
	if (attr.size > sizeof(attr))
		ret->flags |= VALUE_ABBREV;
}

SYSCALL_ODD(sched_setattr, 0, RET_INT, decode_setattr, ARG(pid, PID),
	ARG(attr, RAW_BOTH, sizeof(struct kernel_sched_attr)), ARG(flags, HEX32));
SYSCALL_ODD(sched_getattr, 0, RET_INT, decode_getattr, ARG(pid, PID),
	ARG(attr, RAW_OUT, sizeof(struct kernel_sched_attr)), ARG(size, UINT),
	ARG(flags, FLAGS, sched_getattr));

static void show_cpus(struct decoder *d, unsigned when, uint64_t len)
{
	struct value *ret = decoder_arg(d, 2);
	const struct capture *chunk = decoder_chunk(d, d->args[2], when);

	value_set_addr(ret, d->args[2]);
	if (!d->args[2] || (!chunk && len))
		return;
	list_init(ret, VALUE_BITSET);
	if (!chunk)
		return;
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
	show_io_priority(d, (uint32_t)d->call->ret, decoder_add_detail(d, NULL));
}

SYSCALL_ODD(ioprio_set, 0, RET_INT, decode_ioprio_set, ARG(which, ENUM, ioprio_who), ARG(who, INT),
	ARG(ioprio, HEX32));
SYSCALL_ODD(ioprio_get, 0, RET_INT, decode_ioprio_get, ARG(which, ENUM, ioprio_who), ARG(who, INT));
