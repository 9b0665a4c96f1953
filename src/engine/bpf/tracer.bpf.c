/*
 * The programs inside the kernel: they see every call of the traced tasks, copy what the recipes
 * ask for and put records into the ring of the CPU they run on.
 *
 * The hot path (a call without memory arguments) is two clock reads, two task storage look-ups and
 * one record written in place. All that copies memory is in global functions: the verifier checks
 * each of them once, by itself, instead of once per way of getting there; it also keeps the load
 * quick.
 */

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "engine/bpf/core_types.h"
#include "engine/bpf/wire.h"

/* enum event_kind and fork_share, which this side cannot include; load.c asserts that they agree */
enum {
	EV_CALL_ENTER = 1,
	EV_CALL_EXIT = 2,
	EV_FORK = 4,
	EV_EXEC = 5,
	EV_EXIT = 6,
	EV_SIGNAL = 8,
	EV_STOP = 19,
};
enum {
	FORK_THREAD = 1,
	FORK_SHARES_VM = 2,
	FORK_SHARES_FILES = 4,
	FORK_SHARES_FS = 8,
	FORK_VFORK = 16
};
enum { CALL_NO_ENTER = 2 };
enum { SIGNAL_KILL = 9, SIGNAL_STOP = 19, SIGNAL_TTOU = 22 };

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* Set before loading. */
const volatile __u32 off_task_flags;
const volatile __u32 off_task_pid;
const volatile __u32 off_task_tgid;
const volatile __u32 off_task_exit_code;
const volatile __u32 off_task_status; /* thread_info.status */
const volatile __u32 off_task_signal;
const volatile __u32 off_task_storage; /* task_struct.bpf_storage */
const volatile __u32 off_signal_flags;
const volatile __u32 off_bprm_filename;

const volatile bool follow;
const volatile __u16 unknown_rule; /* enum wire_rule of numbers at or above WIRE_NR_LIMIT */
const volatile __u16 rules[WIRE_NR_ABIS * WIRE_NR_LIMIT];
const volatile __u8 any_rule[WIRE_NR_LIMIT]; /* whether the number has a rule in some ABI */
const volatile __u32 string_limit;
const volatile __u64 ring_bytes; /* a power of two */
const volatile __u64 ring_mask;
const volatile __u64 wake_bytes; /* wake the reader when this much lies in a ring */

/* Marked tasks that have not ended: exact, whatever is lost. */
__s64 nr_live = 0;

/* The thread group that the iterator is to mark. */
__s32 attach_pid = 0;

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wire_task);
} tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: one per CPU */
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct wire_ring)); /* set at load: ring_bytes + WIRE_RING_TAIL */
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} side SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WIRE_NR_ABIS *WIRE_NR_LIMIT);
	__type(key, __u32);
	__type(value, struct wire_recipe);
} recipes SEC(".maps");

/* Rings. */

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
 * Makes room for a record; NULL (counted as a loss) when there is none. What uses the rings runs in
 * task context with preemption off, so nothing interrupts it that would use the same ring; should a
 * kernel come that lets it, the loser of the exchange counts as lost and the ring stays whole.
 */
static __always_inline void *ring_open(struct wire_ring *r, __u32 room, __u64 now)
{
	__u64 head;

	if (__sync_val_compare_and_swap(&r->open_ns, 0, now)) {
		ring_lose(r, now);
		return NULL;
	}
	head = r->head;
	if (head - r->tail + room > ring_bytes) {
		r->open_ns = 0;
		ring_lose(r, now);
		return NULL;
	}
	return (void *)(r + 1) + (head & ring_mask);
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

/*
 * An index that is known to lie below `limit`, a power of two. The compiler would leave the mask
 * away, or bound a copy; the verifier wants to see it on the very register.
 */
#define INDEX(at, limit)                                                                           \
	({                                                                                         \
		__u64 at_ = (at);                                                                  \
		asm volatile("%0 &= %1" : "+r"(at_) : "i"((limit)-1));                             \
		at_;                                                                               \
	})

static __always_inline __u32 rule_of(__u32 abi, __u32 nr)
{
	if (nr >= WIRE_NR_LIMIT)
		return unknown_rule;
	return rules[INDEX(abi * WIRE_NR_LIMIT + nr, WIRE_NR_ABIS * WIRE_NR_LIMIT)];
}

/*
 * Most calls that a filter drops end here, before anything is called: on CPUs that need safe
 * returns each call of a helper costs 10 ns.
 */
static __always_inline bool is_dropped(__u32 nr)
{
	return nr < WIRE_NR_LIMIT && !any_rule[INDEX(nr, WIRE_NR_LIMIT)];
}

/* NULL when the current task is not traced. Bystanders are told by a load. */
static __always_inline struct wire_task *task_get(struct task_struct *task)
{
	if (!KERNEL_FIELD(__u64, task, off_task_storage))
		return NULL;
	return bpf_task_storage_get(&tasks, task, 0, 0);
}

static __always_inline bool is_error(__s64 ret)
{
	return (__u64)ret >= (__u64)-4095;
}

/* Copying of memory. */

/* Keeps the compiler from deriving the bounded value anew from one the verifier lost track of. */
#define BOUND(var, max)                                                                            \
	do {                                                                                       \
		asm volatile("" : "+r"(var));                                                      \
		if ((var) > (max))                                                                 \
			(var) = (max);                                                             \
	} while (0)

/* The next chunk; NULL when the record is full. */
static __always_inline struct wire_chunk *chunk_next(struct wire_ring *r, __u64 *ret_room)
{
	__u64 used = r->used;

	if (used > WIRE_RECORD_MAX - sizeof(struct wire_chunk))
		return NULL;
	*ret_room = WIRE_RECORD_MAX - sizeof(struct wire_chunk) - used;
	return ring_record(r) + used;
}

static __always_inline void chunk_add(
	struct wire_ring *r, struct wire_chunk *chunk, __u64 addr, __u32 len, __u32 flags)
{
	chunk->addr = addr;
	chunk->len = len;
	chunk->arg = r->arg;
	chunk->when = r->when;
	chunk->flags = flags;
	chunk->reserved = 0;
	r->used += sizeof(*chunk) + ((len + 7) & ~7u);
	r->nr_chunks++;
}

/* `addr` could not be read. */
static __always_inline int chunk_fault(struct wire_ring *r, struct wire_chunk *chunk, __u64 addr)
{
	r->faults |= 1u << (r->arg & 7);
	if (r->final)
		chunk_add(r, chunk, addr, 0, CAPTURE_FAULT);
	return -1;
}

/* `len` bytes at `addr`. Returns 0, -1 when they cannot be read. */
__noinline int chunk_bytes(__u64 addr, __u32 len, __u32 flags)
{
	struct wire_ring *r = ring_get();
	struct wire_chunk *chunk;
	__u64 size = len, room;

	if (!r)
		return -1;
	chunk = chunk_next(r, &room);
	if (!chunk || !addr)
		return 0;
	if (size > WIRE_BUFFER_MAX) {
		size = WIRE_BUFFER_MAX;
		flags |= CAPTURE_CUT;
	}
	if (size > room) {
		size = room;
		flags |= CAPTURE_CUT;
	}
	BOUND(size, WIRE_BUFFER_MAX);
	if (bpf_probe_read_user(chunk + 1, size, (void *)addr)) {
		/* all or nothing: the page after may be missing, take what lies in this one */
		__u64 first = 4096 - (addr & 4095);

		if (!r->final || first >= size)
			return chunk_fault(r, chunk, addr);
		size = first;
		BOUND(size, 4096);
		if (bpf_probe_read_user(chunk + 1, size, (void *)addr))
			return chunk_fault(r, chunk, addr);
		flags |= CAPTURE_CUT;
	}
	chunk_add(r, chunk, addr, size, flags);
	return 0;
}

/* The string at `addr`, of `cap` bytes at most, NUL included. */
__noinline int chunk_string(__u64 addr, __u32 cap)
{
	struct wire_ring *r = ring_get();
	struct wire_chunk *chunk;
	__u64 size = cap, room;
	__u32 flags = 0;
	char last;
	__s64 len;

	if (!r)
		return -1;
	chunk = chunk_next(r, &room);
	if (!chunk || !addr)
		return 0;
	if (size > room)
		size = room;
	BOUND(size, CAPTURE_PATH_MAX);
	len = bpf_probe_read_user_str(chunk + 1, size, (void *)addr);
	if (len < 0)
		return chunk_fault(r, chunk, addr);
	/* the helper ends what it cuts with a NUL of its own */
	if (len && len == size && (bpf_probe_read_user(&last, 1, (void *)(addr + len - 1)) || last))
		flags = CAPTURE_CUT;
	chunk_add(r, chunk, addr, len, flags);
	return 0;
}

/* argv, envp: the vector up to and including its NULL, then the strings. */
__noinline int chunk_strings(__u64 addr)
{
	__u64 string = 0;
	__u32 nr = 0;

	if (!addr)
		return 0;
	for (int i = 0; i <= CAPTURE_STRINGS_MAX; i++) {
		nr++;
		/* where it cannot be read, chunk_bytes will find out as well */
		if (bpf_probe_read_user(&string, sizeof(string), (void *)(addr + i * 8)) || !string)
			break;
	}
	if (chunk_bytes(addr, nr * 8, string ? CAPTURE_CUT : 0))
		return -1;
	for (int i = 0; i < CAPTURE_STRINGS_MAX; i++) {
		if (bpf_probe_read_user(&string, sizeof(string), (void *)(addr + i * 8)) || !string)
			break;
		chunk_string(string, CAPTURE_ARG_BYTES_MAX);
	}
	return 0;
}

/* What one struct iovec points to, `left` bytes at most. Returns what is left then. */
__noinline __u64 chunk_iovec_element(__u64 addr, __u64 left)
{
	struct {
		__u64 base, len;
	} iov;
	__u64 len;

	if (bpf_probe_read_user(&iov, sizeof(iov), (void *)addr))
		return 0;
	len = iov.len < left ? iov.len : left;
	if (len)
		chunk_bytes(iov.base, len, len < iov.len ? CAPTURE_CUT : 0);
	return left - len;
}

/* struct iovec[nr], then the first string_limit of the `total` bytes behind them. */
__noinline int chunk_iovec(__u64 addr, __u64 nr, __u64 total)
{
	__u64 left = string_limit;
	__u32 flags = 0;

	if (!addr || !nr)
		return 0;
	if (total < left)
		left = total;
	if (nr > CAPTURE_IOV_MAX) {
		nr = CAPTURE_IOV_MAX;
		flags = CAPTURE_CUT;
	}
	if (chunk_bytes(addr, nr * 16, flags))
		return -1;
	for (int i = 0; i < CAPTURE_IOV_MAX && i < nr && left; i++)
		left = chunk_iovec_element(addr + i * 16, left);
	return 0;
}

/* struct msghdr (of which `size` bytes are taken: an mmsghdr has a length behind it). */
__noinline int chunk_msghdr(__u64 addr, __u32 size, __u64 total)
{
	struct {
		__u64 name;
		__u32 name_len, pad;
		__u64 iov, nr_iov, control, control_len;
	} msg;

	if (!addr)
		return 0;
	if (chunk_bytes(addr, size, 0) || bpf_probe_read_user(&msg, sizeof(msg), (void *)addr))
		return -1;
	if (msg.name_len)
		chunk_bytes(msg.name, msg.name_len < 128 ? msg.name_len : 128, 0);
	chunk_iovec(msg.iov, msg.nr_iov, total);
	if (msg.control_len > CAPTURE_CONTROL_MAX)
		chunk_bytes(msg.control, CAPTURE_CONTROL_MAX, CAPTURE_CUT);
	else if (msg.control_len)
		chunk_bytes(msg.control, msg.control_len, 0);
	return 0;
}

__noinline int chunk_mmsghdr(__u64 addr, __u64 nr, __u32 at_exit)
{
	if (!addr)
		return 0;
	for (int i = 0; i < CAPTURE_MMSG_MAX; i++) {
		__u64 message = addr + i * 64;
		__u32 len = ~0u;

		if (i >= nr)
			break;
		if (at_exit && bpf_probe_read_user(&len, sizeof(len), (void *)(message + 56)))
			break;
		chunk_msghdr(message, 64, len);
	}
	return 0;
}

/* One argument by its recipe. */
__noinline int capture_arg(__u32 arg)
{
	struct wire_ring *r = ring_get();
	const struct capture_spec *spec;
	struct wire_recipe *recipe;
	__u64 addr, len = 0;
	__u32 key, flags = 0, len_arg;
	bool at_exit;

	if (!r || arg >= CAPTURE_NR_ARGS)
		return 0;
	key = r->key;
	recipe = bpf_map_lookup_elem(&recipes, &key);
	if (!recipe)
		return 0;
	spec = &recipe->args[arg];
	addr = r->args[arg & 7];
	if (!addr)
		return 0;
	r->arg = arg;
	at_exit = r->when == CAPTURE_AT_EXIT;
	len_arg = spec->len_arg;
	if (len_arg < CAPTURE_NR_ARGS)
		len = r->args[len_arg & 7];
	else if (at_exit)
		len = r->ret;

	switch (spec->op) {
	case CAPTURE_STRING: return chunk_string(addr, CAPTURE_PATH_MAX);
	case CAPTURE_BYTES: len = spec->size; break;
	case CAPTURE_BUFFER:
		if (len > string_limit) {
			len = string_limit;
			flags = CAPTURE_CUT;
		}
		if (!len)
			return 0;
		return chunk_bytes(addr, len, flags);
	case CAPTURE_ARRAY:
		/* a count that overflows the product is nonsense or above the limit anyway */
		len = len > CAPTURE_BYTES_MAX ? (__u64)CAPTURE_BYTES_MAX + 1 : len * spec->size;
		break;
	case CAPTURE_LENPTR: {
		__u32 size;

		if (len_arg >= CAPTURE_NR_ARGS || !len)
			return 0;
		if (bpf_probe_read_user(&size, sizeof(size), (void *)len))
			return chunk_bytes(len, sizeof(size), 0);
		chunk_bytes(len, sizeof(size), 0);
		len = size;
		break;
	}
	case CAPTURE_STRINGS: return chunk_strings(addr);
	case CAPTURE_IOVEC: return chunk_iovec(addr, len, at_exit ? (__u64)r->ret : ~0ull);
	case CAPTURE_MSGHDR: return chunk_msghdr(addr, 56, at_exit ? (__u64)r->ret : ~0ull);
	case CAPTURE_MMSGHDR: return chunk_mmsghdr(addr, at_exit ? (__u64)r->ret : len, at_exit);
	case CAPTURE_IOCTL: {
		__u32 request = r->args[1], type = (request >> 8) & 0xff;

		len = (request >> 16) & 0x3fff;
		if (!len && (type == 'T' || type == 0x89))
			len = 64;
		break;
	}
	default: return 0;
	}
	if (len > CAPTURE_BYTES_MAX) {
		len = CAPTURE_BYTES_MAX;
		flags = CAPTURE_CUT;
	}
	if (!len)
		return 0;
	return chunk_bytes(addr, len, flags);
}

/* The arguments in `mask`. Returns which could not be read. */
static __always_inline __u32 capture_args(struct wire_ring *r, __u32 mask, __u8 when, bool final)
{
	r->when = when;
	r->final = final;
	r->faults = 0;
	for (int i = 0; i < CAPTURE_NR_ARGS; i++)
		if (mask & (1 << i))
			capture_arg(i);
	return r->faults;
}

static __always_inline void fill_call(
	struct wire_call *call, const struct wire_task *t, __u8 flags, __u16 nr_chunks, __s64 ret)
{
	call->nr = t->nr;
	call->abi = t->abi;
	call->flags = flags;
	call->nr_chunks = nr_chunks;
	call->enter_ns = t->enter_ns;
	call->ret = ret;
	for (int i = 0; i < CAPTURE_NR_ARGS; i++)
		call->args[i] = t->args[i];
}

/* A call's record without chunks. */
static __always_inline void send_call(
	const struct wire_task *t, __u64 now, __u16 kind, __u8 flags, __s64 ret)
{
	struct wire_ring *r = ring_get();
	struct wire_call *call;

	if (!r)
		return;
	call = ring_open(r, sizeof(*call), now);
	if (!call)
		return;
	fill_head(&call->head, now, kind, sizeof(*call), t);
	fill_call(call, t, flags, 0, ret);
	ring_close(r, sizeof(*call));
}

/* Begins one with chunks. */
static __always_inline struct wire_ring *chunks_open(
	const struct wire_task *t, __u64 now, __s64 ret)
{
	struct wire_ring *r = ring_get();

	if (!r || !ring_open(r, WIRE_RECORD_MAX, now))
		return NULL;
	r->used = sizeof(struct wire_call);
	r->nr_chunks = 0;
	r->key = t->abi * WIRE_NR_LIMIT + t->nr;
	r->ret = ret;
	for (int i = 0; i < CAPTURE_NR_ARGS; i++)
		r->args[i] = t->args[i];
	return r;
}

static __always_inline void chunks_send(
	struct wire_ring *r, const struct wire_task *t, __u64 now, __u16 kind, __u8 flags)
{
	struct wire_call *call = ring_record(r);

	fill_head(&call->head, now, kind, r->used, t);
	fill_call(call, t, flags, r->nr_chunks, r->ret);
	ring_close(r, r->used);
}

/*
 * The entry, with what can be copied of it. Input that is not in memory yet (1.4 % of path strings)
 * is left for the exit, when the kernel has faulted it in. An exec has no such exit: it is sent
 * from sched_prepare_exec, when the kernel has read the strings and the old image still stands.
 */
static __always_inline void send_enter(struct wire_task *t, __u64 now, bool final)
{
	struct wire_ring *r = chunks_open(t, now, 0);
	__u32 faults;

	if (!r)
		return;
	faults = capture_args(r, t->rule & WIRE_RULE_ENTER_ARGS, CAPTURE_AT_ENTER, final);
	if (!final) {
		t->retry = faults;
		if (faults && (t->rule & WIRE_RULE_EXEC)) {
			r->open_ns = 0; /* not sent */
			return;
		}
	}
	t->sent = 1;
	chunks_send(r, t, now, EV_CALL_ENTER, 0);
}

SEC("tp_btf/sys_enter")
int sys_enter(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	struct task_struct *task;
	struct wire_task *t;
	__u32 abi, rule, nr = ctx[1];
	__u64 now;

	if (is_dropped(nr))
		return 0;
	task = bpf_get_current_task_btf();
	t = task_get(task);
	if (!t)
		return 0;
	abi = KERNEL_FIELD(__u32, task, off_task_status) & TS_COMPAT ? 1 : 0;
	rule = rule_of(abi, nr);
	if (t->mark != WIRE_MARK_ACTIVE && (t->mark != WIRE_MARK_ARMED || !(rule & WIRE_RULE_EXEC)))
		return 0;
	if (!(rule & WIRE_RULE_WANTED)) {
		t->phase = WIRE_PHASE_DROPPED;
		return 0;
	}
	now = bpf_ktime_get_ns();
	t->phase = WIRE_PHASE_WANTED;
	t->abi = abi;
	t->retry = 0;
	t->sent = 0;
	t->nr = nr;
	t->rule = rule;
	t->enter_ns = now;
	regs_args(regs, abi, t->args);
	if (rule & WIRE_RULE_SEND_ENTER)
		send_enter(t, now, false);
	return 0;
}

SEC("tp_btf/sys_exit")
int sys_exit(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	__u32 exit_args, retry = 0;
	struct task_struct *task;
	__u8 phase, flags = 0;
	struct wire_ring *r;
	struct wire_task *t;
	__u64 now;
	__s64 ret;

	/* sigreturn leaves -1 for a number, which passes, and so does exec, maybe into another ABI */
	if (is_dropped(regs_nr(regs)))
		return 0;
	task = bpf_get_current_task_btf();
	t = task_get(task);
	if (!t)
		return 0;
	phase = t->phase;
	t->phase = WIRE_PHASE_NONE;
	if (phase == WIRE_PHASE_DROPPED)
		return 0;
	ret = ctx[1];
	if (phase == WIRE_PHASE_NONE) {
		/* refused by seccomp, or entered before the task was marked */
		if (t->mark != WIRE_MARK_ACTIVE)
			return 0;
		t->abi = KERNEL_FIELD(__u32, task, off_task_status) & TS_COMPAT ? 1 : 0;
		t->nr = regs_nr(regs);
		t->rule = rule_of(t->abi, t->nr);
		if (!(t->rule & WIRE_RULE_WANTED))
			return 0;
		t->enter_ns = 0;
		regs_args(regs, t->abi, t->args);
		t->retry = t->rule & WIRE_RULE_ENTER_ARGS;
		t->sent = 0;
		flags = CALL_NO_ENTER;
	}
	now = bpf_ktime_get_ns();
	/* a 32-bit call's result has 32 bits, but an error mostly comes as 64 */
	if (t->abi == 1)
		ret = is_error((__s32)ret) ? (__s64)(__s32)ret : (__s64)(__u32)ret;
	if (t->retry) {
		retry = t->retry;
		if (t->rule & WIRE_RULE_EXEC) /* failed; its entry was held back or was complete */
			retry = t->sent ? 0 : t->rule & WIRE_RULE_ENTER_ARGS;
	}
	exit_args = is_error(ret) ? 0 : (t->rule & WIRE_RULE_EXIT_ARGS) >> WIRE_RULE_EXIT_SHIFT;
	if (!(retry | exit_args)) {
		send_call(t, now, EV_CALL_EXIT, flags, ret);
		return 0;
	}
	r = chunks_open(t, now, ret);
	if (!r)
		return 0;
	if (retry)
		capture_args(r, retry, CAPTURE_AT_ENTER, true);
	if (exit_args)
		capture_args(r, exit_args, CAPTURE_AT_EXIT, true);
	chunks_send(r, t, now, EV_CALL_EXIT, flags);
	return 0;
}

/*
 * task_newtask and not sched_process_fork: it tells the clone flags. It also sees the workers of
 * io_uring and vhost, which never run in user mode.
 */
SEC("tp_btf/task_newtask")
int task_newtask(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_task *t = task_get(task);
	struct task_struct *child = (struct task_struct *)ctx[0];
	__u64 now, clone_flags = ctx[1];
	struct wire_fork *fork;
	struct wire_task *new;
	struct wire_ring *r;
	__u32 share = 0;

	if (!t || t->mark != WIRE_MARK_ACTIVE)
		return 0;
	if (!(clone_flags & CLONE_THREAD) && !follow)
		return 0;
	if (KERNEL_FIELD(__u32, child, off_task_flags) & (PF_IO_WORKER | PF_USER_WORKER))
		return 0;
	r = ring_get();
	if (!r)
		return 0;
	now = bpf_ktime_get_ns();
	new = bpf_task_storage_get(&tasks, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!new) {
		ring_lose(r, now); /* no memory: the child goes unseen */
		return 0;
	}
	new->pid = KERNEL_FIELD(__s32, child, off_task_tgid);
	new->tid = KERNEL_FIELD(__s32, child, off_task_pid);
	/* its first exit is the parent's clone returning 0, which no tracer counts */
	new->phase = WIRE_PHASE_DROPPED;
	new->mark = WIRE_MARK_ACTIVE;
	__sync_fetch_and_add(&nr_live, 1);

	share |= clone_flags & CLONE_THREAD ? FORK_THREAD : 0;
	share |= clone_flags & CLONE_VM ? FORK_SHARES_VM : 0;
	share |= clone_flags & CLONE_FILES ? FORK_SHARES_FILES : 0;
	share |= clone_flags & CLONE_FS ? FORK_SHARES_FS : 0;
	share |= clone_flags & CLONE_VFORK ? FORK_VFORK : 0;
	fork = ring_open(r, sizeof(*fork), now);
	if (!fork)
		return 0;
	fill_head(&fork->head, now, EV_FORK, sizeof(*fork), t);
	fork->child_pid = new->pid;
	fork->child_tid = new->tid;
	fork->share = share;
	fork->reserved = 0;
	ring_close(r, sizeof(*fork));
	return 0;
}

/* The exec will succeed; its arguments have been read and the old image still stands. */
SEC("tp_btf/sched_prepare_exec")
int sched_prepare_exec(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_task *t = task_get(task);

	if (t && t->phase == WIRE_PHASE_WANTED && t->retry && !t->sent)
		send_enter(t, bpf_ktime_get_ns(), true);
	return 0;
}

/*
 * Where there is no sched_prepare_exec (before Linux 6.11): of an entry that was held back the path
 * at least, as the new image knows it.
 */
static __always_inline void send_exec_enter(struct wire_task *t, __u64 now, __u64 name)
{
	struct wire_ring *r = chunks_open(t, now, 0);
	struct wire_chunk *chunk;
	__s64 len;

	if (!r)
		return;
	r->when = CAPTURE_AT_ENTER;
	r->arg = t->rule & 1 ? 0 : 1; /* execve, execveat */
	chunk = ring_record(r) + sizeof(struct wire_call);
	len = bpf_probe_read_kernel_str(chunk + 1, CAPTURE_PATH_MAX, (void *)name);
	if (len > 0)
		chunk_add(r, chunk, r->args[r->arg & 1], len, 0);
	t->sent = 1;
	chunks_send(r, t, now, EV_CALL_ENTER, 0);
}

SEC("tp_btf/sched_process_exec")
int sched_process_exec(__u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	struct linux_binprm *bprm = (struct linux_binprm *)ctx[2];
	struct wire_task *t = task_get(task);
	struct wire_exec *exec;
	struct wire_ring *r;
	__u64 now, name;
	__s64 len;

	if (!t)
		return 0;
	if (t->mark == WIRE_MARK_ARMED)
		t->mark = WIRE_MARK_ACTIVE;
	if (t->mark != WIRE_MARK_ACTIVE)
		return 0;
	r = ring_get();
	if (!r)
		return 0;
	now = bpf_ktime_get_ns();
	name = KERNEL_FIELD(__u64, bprm, off_bprm_filename);
	if (t->phase == WIRE_PHASE_WANTED && t->retry && !t->sent)
		send_exec_enter(t, now, name);
	t->retry = 0;
	/* the thread that calls exec becomes the leader; its entry went under the old number */
	t->tid = KERNEL_FIELD(__s32, task, off_task_pid);

	exec = ring_open(r, sizeof(*exec) + CAPTURE_PATH_MAX, now);
	if (!exec)
		return 0;
	len = bpf_probe_read_kernel_str(exec + 1, CAPTURE_PATH_MAX, (void *)name);
	if (len < 0)
		len = 0;
	fill_head(&exec->head, now, EV_EXEC, sizeof(*exec) + len, t);
	exec->old_tid = ctx[1];
	exec->path_len = len;
	ring_close(r, sizeof(*exec) + len);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int sched_process_exit(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_task *t = task_get(task);
	struct wire_exit *exit;
	struct wire_ring *r;
	__u32 mark;
	__u64 now;

	if (!t)
		return 0;
	/* whoever turns the mark counts the task out: this, or an attach that found it dying */
	mark = __sync_lock_test_and_set(&t->mark, WIRE_MARK_GONE);
	if (mark != WIRE_MARK_ACTIVE && mark != WIRE_MARK_ARMED)
		return 0;
	now = bpf_ktime_get_ns();
	if (t->phase == WIRE_PHASE_WANTED && !t->sent)
		send_call(t, now, EV_CALL_ENTER, 0, 0);
	r = ring_get();
	exit = r ? ring_open(r, sizeof(*exit), now) : NULL;
	if (exit) {
		fill_head(&exit->head, now, EV_EXIT, sizeof(*exit), t);
		exit->status = KERNEL_FIELD(__s32, task, off_task_exit_code);
		exit->reserved = 0;
		ring_close(r, sizeof(*exit));
	}
	/* after the record, so that nothing is left to read when this says 0 */
	if (__sync_fetch_and_add(&nr_live, -1) == 1)
		wake_reader();
	return 0;
}

/*
 * A siginfo as user space sees it; kernel_siginfo begins like siginfo_t. 0 and 1 in place of a
 * pointer stand for "from a process, nothing else is known" and "from the kernel".
 */
static __always_inline void fill_signal(struct wire_signal *record, int signo, __u64 info)
{
	__s32 *fields = (__s32 *)record->info;

	record->signo = signo;
	record->info_len = WIRE_SIGINFO_LEN;
	__builtin_memset(record->info, 0, WIRE_SIGINFO_LEN);
	if (info > 1 && !bpf_probe_read_kernel(record->info, WIRE_SIGINFO_LEN, (void *)info))
		return;
	fields[0] = signo;
	if (info == 1) {
		fields[2] = 0x80; /* SI_KERNEL */
	} else {
		fields[4] = bpf_get_current_pid_tgid() >> 32; /* SI_USER */
		fields[5] = bpf_get_current_uid_gid();
	}
}

SEC("tp_btf/signal_deliver")
int signal_deliver(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_task *t = task_get(task);
	struct wire_signal *record;
	__u64 now, handler = 1;
	struct wire_ring *r;
	int signo = ctx[0];

	if (!t || t->mark != WIRE_MARK_ACTIVE || signo == SIGNAL_KILL)
		return 0;
	r = ring_get();
	if (!r)
		return 0;
	now = bpf_ktime_get_ns();
	record = ring_open(r, sizeof(*record), now);
	if (!record)
		return 0;
	fill_head(&record->head, now, EV_SIGNAL, sizeof(*record), t);
	fill_signal(record, signo, ctx[1]);
	ring_close(r, sizeof(*record));

	/* SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU at their default stop the process */
	if (signo < SIGNAL_STOP || signo > SIGNAL_TTOU)
		return 0;
	bpf_probe_read_kernel(&handler, sizeof(handler), (void *)ctx[2]);
	if (handler)
		return 0;
	record = ring_open(r, sizeof(*record), now);
	if (!record)
		return 0;
	fill_head(&record->head, now, EV_STOP, sizeof(*record), t);
	record->signo = signo;
	record->info_len = 0;
	ring_close(r, sizeof(*record));
	return 0;
}

/*
 * A signal that its target ignores is never delivered, but under ptrace it is, to let the tracer
 * judge. So that both engines tell the same, it counts as delivered here too. Runs in interrupts as
 * well, hence the ring at the side.
 */
SEC("tp_btf/signal_generate")
int signal_generate(__u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[2];
	struct wire_signal *record;
	__u64 now, signal;
	struct wire_task *t;
	__u32 flags = 0;

	if ((int)ctx[4] != TRACE_SIGNAL_IGNORED || (int)ctx[0] == SIGNAL_KILL)
		return 0;
	t = task_get(task);
	if (!t || t->mark != WIRE_MARK_ACTIVE)
		return 0;
	/* a process on its way out takes no signals, from nobody */
	signal = KERNEL_FIELD(__u64, task, off_task_signal);
	bpf_probe_read_kernel(&flags, sizeof(flags), (void *)(signal + off_signal_flags));
	if ((flags & SIGNAL_GROUP_EXIT) || (KERNEL_FIELD(__u32, task, off_task_flags) & PF_EXITING))
		return 0;
	now = bpf_ktime_get_ns();
	record = bpf_ringbuf_reserve(&side, sizeof(*record), 0);
	if (!record) {
		struct wire_ring *r = ring_get();

		if (r)
			ring_lose(r, now);
		return 0;
	}
	fill_head(&record->head, now, EV_SIGNAL, sizeof(*record), t);
	fill_signal(record, ctx[0], ctx[1]);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

/*
 * Marks the threads of `attach_pid`; reading it lists those that were not marked before. An
 * iterator and not user space, because a pidfd of a thread that leads no group needs Linux 6.9.
 */
SEC("iter/task")
int mark_threads(__u64 *ctx)
{
	struct bpf_iter_meta *meta = (struct bpf_iter_meta *)ctx[0];
	struct task_struct *task = (struct task_struct *)ctx[1];
	struct wire_attached answer = {};
	struct wire_task *t;

	if (!task || KERNEL_FIELD(__s32, task, off_task_tgid) != attach_pid)
		return 0;
	if (KERNEL_FIELD(__u32, task, off_task_flags) &
		(PF_EXITING | PF_IO_WORKER | PF_USER_WORKER))
		return 0;
	t = bpf_task_storage_get(&tasks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t || t->mark != WIRE_MARK_NONE)
		return 0;
	t->pid = answer.pid = KERNEL_FIELD(__s32, task, off_task_tgid);
	t->tid = answer.tid = KERNEL_FIELD(__s32, task, off_task_pid);
	__sync_fetch_and_add(&nr_live, 1);
	__sync_lock_test_and_set(&t->mark, WIRE_MARK_ACTIVE);
	/* its exit may have been seen before the mark: then nobody else counts it out */
	if ((KERNEL_FIELD(__u32, task, off_task_flags) & PF_EXITING) &&
		__sync_lock_test_and_set(&t->mark, WIRE_MARK_GONE) == WIRE_MARK_ACTIVE) {
		__sync_fetch_and_add(&nr_live, -1);
		return 0;
	}
	bpf_seq_write(meta->seq, &answer, sizeof(answer));
	return 0;
}
