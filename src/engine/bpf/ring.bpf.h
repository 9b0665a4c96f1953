#pragma once
/* What the programs know before they start, their maps, and the rings they write into. */

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "engine/bpf/core_types.h"
#include "engine/bpf/wire.h"

/* Set before loading. */
const volatile __u32 off_task_flags;
const volatile __u32 off_task_pid;
const volatile __u32 off_task_tgid;
const volatile __u32 off_task_exit_code;
const volatile __u32 off_task_status;    /* thread_info.status */
const volatile __u32 off_task_work;      /* thread_info.flags */
const volatile __u32 off_task_run_delay; /* sched_info.run_delay; 0 = nobody asks, or not there */
const volatile __u32 off_task_signal;
const volatile __u32 off_signal_flags;
const volatile __u32 off_signal_exit_code; /* signal_struct.group_exit_code */
const volatile __u32 off_signal_exec_task; /* signal_struct.group_exec_task; 0 = not there */
const volatile __u32 off_bprm_filename;

const volatile bool follow;
const volatile __u16 unknown_rule; /* enum wire_rule of numbers at or above WIRE_NR_LIMIT */
const volatile __u16 rules[WIRE_NR_RULES];
const volatile __u8 looks[WIRE_NR_LIMIT]; /* enum wire_look */
/* What calls must be like to be wanted: as in the plan. `bounded`: some have bounds at all, on what
 * is known at entry or at the end. */
const volatile bool bounded;
const volatile __u8 bounds_of[WIRE_NR_RULES];
const volatile struct call_bounds bounds[WIRE_NR_BOUNDS];
const volatile __u64 unwanted_signals; /* bit signo - 1 */
/* Entries without anything to copy are not looked at: they are known by the exit alone. */
const volatile bool untimed;
const volatile bool summing;   /* calls are only counted */
const volatile bool cpu_times; /* sums leave out what a task is off the CPU */
const volatile __u32 string_limit;
const volatile __u64 ring_bytes; /* a power of two */
const volatile __u64 ring_mask;
const volatile __u64 wake_bytes; /* wake the reader when this much lies in a ring */

/* The tasks of a cgroup are traced, each from its next wanted call on; and which process is our
 * own. */
const volatile bool by_cgroup;
const volatile __s32 own_pid;

/* Marked tasks that have not ended: exact, whatever is lost. */
__s64 nr_live = 0;

/* The thread group that the iterator is to mark. */
__s32 attach_pid = 0;

/* The traced tasks. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wire_task);
} tasks SEC(".maps");

/*
 * A mapped array and not an array of BPF ring buffers: filling one of those waits for an RCU grace
 * period, 16 ms of start-up, and reserve and submit cost 25 ns more than the stores here.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: one per CPU */
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct wire_ring)); /* set at load: ring_bytes + WIRE_RING_TAIL */
} rings SEC(".maps");

/* The folder of `by_cgroup`. */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} cgroups SEC(".maps");

/* For what comes from interrupts, and to wake the reader. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} side SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WIRE_NR_RULES);
	__type(key, __u32);
	__type(value, struct wire_recipe);
} recipes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* set at load */
	__type(key, struct wire_steps_key);
	__type(value, struct wire_steps);
} steps SEC(".maps");

static __always_inline struct wire_ring *ring_get(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&rings, &cpu);
}

static __always_inline void ring_lose(struct wire_ring *r, __u64 now)
{
	if (!r->lost_first_ns)
		r->lost_first_ns = now;
	r->lost_last_ns = now;
	__sync_fetch_and_add(&r->lost, 1);
}

/*
 * Makes room for a record; NULL when there is none. What uses the rings runs in task context with
 * preemption off, so nothing interrupts it that would use the same ring; should a kernel come that
 * lets it, the loser of the exchange finds no room and the ring stays whole.
 */
static __always_inline void *ring_try(struct wire_ring *r, __u32 room, __u64 now)
{
	__u64 head;

	if (__sync_val_compare_and_swap(&r->open_ns, 0, now))
		return NULL;
	head = r->head;
	if (head - r->tail + room > ring_bytes) {
		r->open_ns = 0;
		return NULL;
	}
	return (void *)(r + 1) + (head & ring_mask);
}

/* The same; NULL counts as a loss. */
static __always_inline void *ring_open(struct wire_ring *r, __u32 room, __u64 now)
{
	void *record = ring_try(r, room, now);

	if (!record)
		ring_lose(r, now);
	return record;
}

/* The record that is being made. */
static __always_inline void *ring_record(struct wire_ring *r)
{
	return (void *)(r + 1) + (r->head & ring_mask);
}

static __always_inline void wake_reader(void)
{
	struct wire_head *bell = bpf_ringbuf_reserve(&side, sizeof(*bell), 0);

	if (!bell)
		return; /* then it has been woken */
	__builtin_memset(bell, 0, sizeof(*bell));
	bpf_ringbuf_submit(bell, BPF_RB_FORCE_WAKEUP);
}

static __always_inline void ring_close(struct wire_ring *r, __u32 len)
{
	__u64 head = r->head, next = head + ((len + 7) & ~7u), tail = r->tail;

	RELEASE_BARRIER();
	r->head = next;
	RELEASE_BARRIER();
	r->open_ns = 0;
	/* once, when the level is passed: below it the reader's timer does */
	if (head - tail < wake_bytes && next - tail >= wake_bytes)
		wake_reader();
}

static __always_inline void fill_head(
	struct wire_head *head, __u64 now, __u16 kind, __u32 len, const struct wire_task *t)
{
	head->time_ns = now;
	head->len = len;
	head->kind = kind;
	head->cpu = bpf_get_smp_processor_id();
	head->pid = t->pid;
	head->tid = t->tid;
}
