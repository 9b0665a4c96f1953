/*
 * The programs inside the kernel: they see every call of the traced tasks, copy what the recipes
 * ask for and put records into the ring of the CPU they run on.
 *
 * The hot path (a call without memory arguments) is two clock reads, two task storage look-ups and
 * one record written in place.
 */

#include "engine/bpf/capture.bpf.h"
#include "engine/bpf/ring.bpf.h"
#include "engine/bpf/sums.bpf.h"

/* enum event_kind and fork_share, which this side cannot include; load.c asserts that they agree */
enum {
	EV_CALL_ENTER = 1,
	EV_CALL_EXIT = 2,
	EV_FORK = 4,
	EV_EXEC = 5,
	EV_EXIT = 6,
	EV_SIGNAL = 8,
	EV_ATTACH = 15,
	EV_DETACH = 16,
	EV_STOP = 19,
};
enum {
	FORK_THREAD = 1,
	FORK_SHARES_VM = 2,
	FORK_SHARES_FILES = 4,
	FORK_SHARES_FS = 8,
	FORK_VFORK = 16
};
enum { CALL_NO_ENTER = 2, CALL_UNTIMED = 16 };
enum { SIGNAL_KILL = 9, SIGNAL_STOP = 19, SIGNAL_TTOU = 22 };

char LICENSE[] SEC("license") = "Dual MIT/GPL";

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
	return rules[INDEX(abi * WIRE_NR_LIMIT + nr, WIRE_NR_RULES)];
}

/* Only where something is `bounded`. */
static __always_inline const volatile struct call_bounds *bounds_at(__u32 abi, __u32 nr)
{
	__u32 at = 0;

	if (nr < WIRE_NR_LIMIT)
		at = bounds_of[INDEX(abi * WIRE_NR_LIMIT + nr, WIRE_NR_RULES)];
	return &bounds[INDEX(at, WIRE_NR_BOUNDS)];
}

/*
 * Most calls that a filter drops end here, before anything is called: on CPUs that need safe
 * returns each call of a helper costs 10 ns.
 */
static __always_inline bool is_dropped(__u32 nr, enum wire_look look)
{
	return nr < WIRE_NR_LIMIT && !(looks[INDEX(nr, WIRE_NR_LIMIT)] & look);
}

/* NULL when the task is not traced. */
static __always_inline struct wire_task *task_get(struct task_struct *task)
{
	return bpf_task_storage_get(&tasks, task, 0, 0);
}

/*
 * Not by KERNEL_FIELD: to judge the pointer loaded, the verifier searches all of the kernel's BTF,
 * some ms each time.
 */
static __always_inline __u64 task_signal(struct task_struct *task)
{
	__u64 signal = 0;

	bpf_probe_read_kernel(&signal, sizeof(signal), (void *)task + off_task_signal);
	return signal;
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
	call->queued_ns = t->queued_ns;
	for (int i = 0; i < CAPTURE_NR_ARGS; i++)
		call->args[i] = t->args[i];
}

/* A call's record without chunks. Returns whether there was room. */
static __always_inline bool send_call(
	const struct wire_task *t, __u64 now, __u16 kind, __u8 flags, __s64 ret)
{
	struct wire_ring *r = ring_get();
	struct wire_call *call;

	if (!r)
		return false;
	call = ring_open(r, sizeof(*call), now);
	if (!call)
		return false;
	fill_head(&call->head, now, kind, sizeof(*call), t);
	fill_call(call, t, flags, 0, ret);
	ring_close(r, sizeof(*call));
	return true;
}

/* Begins one with chunks. NULL when there is no room, which is not counted. */
static __always_inline struct wire_ring *chunks_try(const struct wire_task *t, __u64 now, __s64 ret)
{
	struct wire_ring *r = ring_get();

	if (!r || !ring_try(r, WIRE_RECORD_MAX, now))
		return NULL;
	r->used = sizeof(struct wire_call);
	r->nr_chunks = 0;
	r->key = t->abi * WIRE_NR_LIMIT + t->nr;
	r->ret = ret;
	for (int i = 0; i < CAPTURE_NR_ARGS; i++)
		r->args[i] = t->args[i];
	return r;
}

static __always_inline void lose(__u64 now)
{
	struct wire_ring *r = ring_get();

	if (r)
		ring_lose(r, now);
}

static __always_inline struct wire_ring *chunks_open(
	const struct wire_task *t, __u64 now, __s64 ret)
{
	struct wire_ring *r = chunks_try(t, now, ret);

	if (!r)
		lose(now);
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
 * A call whose arguments cannot be kept is lost as a whole, so that it counts once: by its exit
 * they may have been overwritten. An exec has another chance, and what copied nothing lacks
 * nothing.
 */
static __always_inline void enter_found_no_room(struct wire_task *t, __u64 now)
{
	if (t->rule & WIRE_RULE_EXEC) {
		t->retry = t->rule & WIRE_RULE_ENTER_ARGS;
	} else if (t->rule & WIRE_RULE_ENTER_ARGS) {
		t->phase = WIRE_PHASE_DROPPED;
		lose(now);
	}
}

/*
 * The entry, with what can be copied of it. Input that is not in memory yet (1.4 % of path strings)
 * is left for the exit, when the kernel has faulted it in. An exec has no such exit: it is sent
 * from sched_prepare_exec, when the kernel has read the strings and the old image still stands.
 */
static __always_inline void send_enter(struct wire_task *t, __u64 now)
{
	struct wire_ring *r = chunks_try(t, now, 0);

	if (!r) {
		enter_found_no_room(t, now);
		return;
	}
	t->retry = capture_args(r, t->rule & WIRE_RULE_ENTER_ARGS, CAPTURE_AT_ENTER, false);
	if (t->retry && (t->rule & WIRE_RULE_EXEC)) {
		r->open_ns = 0; /* not sent */
		return;
	}
	t->sent = 1;
	chunks_send(r, t, now, EV_CALL_ENTER, 0);
}

/*
 * A siginfo as user space sees it; kernel_siginfo begins like siginfo_t. 0 and 1 in place of a
 * pointer stand for "from a process, nothing else is known" and "from the kernel".
 */
static __always_inline void fill_siginfo(__u8 *ret, int signo, __u64 info)
{
	__s32 *fields = (__s32 *)ret;

	__builtin_memset(ret, 0, WIRE_SIGINFO_LEN);
	if (info > 1 && !bpf_probe_read_kernel(ret, WIRE_SIGINFO_LEN, (void *)info))
		return;
	fields[0] = signo;
	if (info == 1) {
		fields[2] = 0x80; /* SI_KERNEL */
	} else {
		fields[4] = bpf_get_current_pid_tgid() >> 32; /* SI_USER */
		fields[5] = bpf_get_current_uid_gid();
	}
}

/* Into a record of the ring at the side. */
static __always_inline void send_signal_aside(
	const struct wire_task *t, __u64 now, int signo, __u64 info)
{
	struct wire_signal *record = bpf_ringbuf_reserve(&side, sizeof(*record), 0);
	struct wire_ring *r;

	if (record) {
		fill_head(&record->head, now, EV_SIGNAL, sizeof(*record), t);
		record->signo = signo;
		record->info_len = WIRE_SIGINFO_LEN;
		fill_siginfo(record->info, signo, info);
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
		return;
	}
	r = ring_get();
	if (r)
		ring_lose(r, now);
}

/* The signal that came during the call. */
static __always_inline void send_pending(struct wire_task *t, __u64 now)
{
	struct wire_signal *record;
	struct wire_ring *r;

	if (__sync_val_compare_and_swap(&t->pending, WIRE_PENDING_FULL, WIRE_PENDING_NONE) !=
		WIRE_PENDING_FULL)
		return;
	r = ring_get();
	record = r ? ring_open(r, sizeof(*record), now) : NULL;
	if (!record)
		return;
	fill_head(&record->head, now, EV_SIGNAL, sizeof(*record), t);
	record->signo = t->pending_signo;
	record->info_len = WIRE_SIGINFO_LEN;
	__builtin_memcpy(record->info, t->pending_info, WIRE_SIGINFO_LEN);
	ring_close(r, sizeof(*record));
}

static __always_inline void send_head(const struct wire_task *t, __u16 kind)
{
	__u64 now = bpf_ktime_get_ns();
	struct wire_ring *r = ring_get();
	struct wire_head *head = r ? ring_open(r, sizeof(*head), now) : NULL;

	if (!head)
		return;
	fill_head(head, now, kind, sizeof(*head), t);
	ring_close(r, sizeof(*head));
}

/*
 * The running task is traced as long as it is in the folder, however it came there: by fork, or
 * moved by somebody. Asked at each wanted call, which takes no hook in the kernel's moving of
 * tasks.
 */
static __always_inline struct wire_task *task_by_cgroup(
	struct task_struct *task, struct wire_task *t)
{
	bool inside = bpf_current_task_under_cgroup(&cgroups, 0) == 1;

	if (inside == (t && t->mark == WIRE_MARK_ACTIVE))
		return t;
	if (!inside) {
		if (!t || __sync_val_compare_and_swap(&t->mark, WIRE_MARK_ACTIVE, WIRE_MARK_NONE) !=
				  WIRE_MARK_ACTIVE)
			return NULL;
		__sync_fetch_and_add(&nr_live, -1);
		send_head(t, EV_DETACH);
		return NULL;
	}
	if (bpf_get_current_pid_tgid() >> 32 == own_pid)
		return NULL;
	t = bpf_task_storage_get(&tasks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t || __sync_val_compare_and_swap(&t->mark, WIRE_MARK_NONE, WIRE_MARK_ACTIVE) !=
			  WIRE_MARK_NONE)
		return NULL;
	t->pid = KERNEL_FIELD(__s32, task, off_task_tgid);
	t->tid = KERNEL_FIELD(__s32, task, off_task_pid);
	__sync_fetch_and_add(&nr_live, 1);
	send_head(t, EV_ATTACH);
	return t;
}

/*
 * tp_btf where the programs need an argument's type, raw_tp elsewhere: for a tp_btf program the
 * kernel (since 6.13) searches all of its BTF by name, 1 ms for each of them at load.
 */
SEC("tp_btf/sys_enter")
int sys_enter(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	struct task_struct *task;
	struct wire_task *t;
	__u32 abi, rule, nr = ctx[1];
	__u64 now;

	if (is_dropped(nr, WIRE_LOOK_ENTER))
		return 0;
	task = bpf_get_current_task_btf();
	t = task_get(task);
	if (by_cgroup)
		t = task_by_cgroup(task, t);
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
	if (off_task_run_delay)
		t->run_delay_ns = KERNEL_FIELD(__u64, task, off_task_run_delay);
	t->queued_ns = 0;
	now = bpf_ktime_get_ns();
	t->phase = WIRE_PHASE_WANTED;
	t->abi = abi;
	t->retry = 0;
	t->sent = 0;
	t->nr = nr;
	t->rule = rule;
	t->enter_ns = now;
	regs_args(regs, abi, t->args);
	if (bounded && !call_bounds_enter(bounds_at(abi, nr), t->args)) {
		t->phase = WIRE_PHASE_DROPPED;
		return 0;
	}
	if (rule & WIRE_RULE_STACK)
		t->args[0] = regs_sp(regs);
	if (rule & WIRE_RULE_SEND_ENTER)
		send_enter(t, now);
	return 0;
}

/*
 * Whether the task goes from here to its death, without coming back to user mode: killed, or its
 * process ends by another thread's exit or exec. A tracer that stops tasks does not see such calls
 * return. The signal that a process dies of is another thing: one thread gets it, after its call.
 */
static __always_inline bool is_dying(struct task_struct *task)
{
	__u64 signal, exec_task = 0;
	__u32 flags = 0;

	/* a signal is pending, and a few other things: which bit says what differs by version */
	if (!(KERNEL_FIELD(__u64, task, off_task_work) & 0xff))
		return false;
	signal = task_signal(task);
	bpf_probe_read_kernel(&flags, sizeof(flags), (void *)(signal + off_signal_flags));
	if (off_signal_exec_task)
		bpf_probe_read_kernel(
			&exec_task, sizeof(exec_task), (void *)(signal + off_signal_exec_task));
	return (flags & SIGNAL_GROUP_EXIT) || (exec_task && exec_task != (__u64)task);
}

/*
 * What the entry would have noted of the call whose registers these are. Returns how much of it is
 * known (enum call_flag), 0 when the call is not wanted. Without times this is the rule; else the
 * call was refused by seccomp, or entered before the task was marked.
 */
static __always_inline __u8 enter_late(
	struct wire_task *t, struct task_struct *task, const struct pt_regs *regs)
{
	t->abi = KERNEL_FIELD(__u32, task, off_task_status) & TS_COMPAT ? 1 : 0;
	t->nr = regs_nr(regs);
	t->rule = rule_of(t->abi, t->nr);
	if (!(t->rule & WIRE_RULE_WANTED))
		return 0;
	regs_args(regs, t->abi, t->args);
	t->retry = t->rule & WIRE_RULE_ENTER_ARGS;
	t->sent = 0;
	if (bounded && !call_bounds_enter(bounds_at(t->abi, t->nr), t->args))
		return 0;
	return untimed && is_dropped(t->nr, WIRE_LOOK_ENTER) ? CALL_UNTIMED : CALL_NO_ENTER;
}

static __always_inline bool is_fork(struct task_struct *task, const struct pt_regs *regs)
{
	__u32 nr = regs_nr(regs);

	return KERNEL_FIELD(__u32, task, off_task_status) & TS_COMPAT ? NR_IS_FORK_COMPAT(nr)
								      : NR_IS_FORK(nr);
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

	/* sigreturn leaves -1 for a number, which passes, and so does exec, maybe into another ABI
	 */
	if (is_dropped(regs_nr(regs), WIRE_LOOK_EXIT))
		return 0;
	task = bpf_get_current_task_btf();
	t = task_get(task);
	if (!t)
		return 0;
	phase = t->phase;
	if (phase == WIRE_PHASE_CHILD)
		phase = is_fork(task, regs) ? WIRE_PHASE_DROPPED : WIRE_PHASE_NONE;
	if (phase == WIRE_PHASE_NONE && t->mark == WIRE_MARK_ACTIVE)
		flags = enter_late(t, task, regs);
	if ((phase == WIRE_PHASE_WANTED || flags == CALL_UNTIMED) && !t->pending &&
		is_dying(task)) {
		t->phase = WIRE_PHASE_WANTED;
		return 0; /* the rest is up to sched_process_exit */
	}
	t->phase = WIRE_PHASE_NONE;
	if (phase != WIRE_PHASE_WANTED && !flags) {
		/* of a call that was thought to be wanted until its arguments were looked at */
		if (bounded && t->pending)
			send_pending(t, bpf_ktime_get_ns());
		return 0;
	}
	ret = ctx[1];
	now = bpf_ktime_get_ns();
	if (flags)
		t->enter_ns = flags == CALL_UNTIMED ? now : 0;
	else if (off_task_run_delay)
		t->queued_ns = KERNEL_FIELD(__u64, task, off_task_run_delay) - t->run_delay_ns;
	/* a 32-bit call's result has 32 bits, but an error mostly comes as 64 */
	if (t->abi == 1)
		ret = RESULT_IS_ERROR((__s32)ret) ? (__s64)(__s32)ret : (__s64)(__u32)ret;
	if (bounded &&
		!call_bounds_exit(bounds_at(t->abi, t->nr), ret, !flags, now - t->enter_ns)) {
		/* the stream waits for the end of what it saw begin */
		if (t->sent)
			send_call(t, now, EV_CALL_EXIT, flags, ret);
		if (t->pending)
			send_pending(t, now);
		return 0;
	}
	if (t->retry) {
		retry = t->retry;
		if (t->rule & WIRE_RULE_EXEC) /* failed; its entry was held back or was complete */
			retry = t->sent ? 0 : t->rule & WIRE_RULE_ENTER_ARGS;
	}
	exit_args = CAPTURE_WROTE_NOTHING(ret)
			    ? 0
			    : (t->rule & WIRE_RULE_EXIT_ARGS) >> WIRE_RULE_EXIT_SHIFT;
	if (!(retry | exit_args)) {
		send_call(t, now, EV_CALL_EXIT, flags, ret);
	} else {
		r = chunks_open(t, now, ret);
		if (r) {
			if (retry)
				capture_args(r, retry, CAPTURE_AT_ENTER, true);
			if (exit_args)
				capture_args(r, exit_args, CAPTURE_AT_EXIT, true);
			chunks_send(r, t, now, EV_CALL_EXIT, flags);
		}
	}
	if (t->pending)
		send_pending(t, now);
	return 0;
}

static __always_inline __u32 abi_of(struct task_struct *task)
{
	return KERNEL_FIELD(__u32, task, off_task_status) & TS_COMPAT ? 1 : 0;
}

static __always_inline __u32 slot_abi(const struct wire_slot *slot, struct task_struct *task)
{
	return slot->abi ? slot->abi - 1 : abi_of(task);
}

/* Moves the call in flight to where it can wait. */
static __always_inline void slot_flush(
	struct wire_slot *slot, struct task_struct *task, struct wire_task *t)
{
	slot->in_call = 0;
	t->abi = slot_abi(slot, task);
	t->nr = slot->nr;
	t->rule = rule_of(t->abi, t->nr);
	t->phase = t->rule & WIRE_RULE_WANTED ? WIRE_PHASE_WANTED : WIRE_PHASE_DROPPED;
	t->sent = 0;
	t->enter_ns = slot->enter_ns;
	t->off_ns = t->away_ns = 0;
}

/* Who makes calls on this CPU now. */
static __always_inline void slot_learn(struct wire_slot *slot, __u64 regs)
{
	/* before the look: what changes meanwhile has another one */
	__u32 now = generation;
	struct wire_task *t = task_get(bpf_get_current_task_btf());

	slot->regs = regs;
	slot->generation = now;
	slot->mark = t ? t->mark : WIRE_MARK_NONE;
}

/*
 * In place of sys_enter and sys_exit where calls are only counted (engine_plan.sums): of 3 calls of
 * helpers in all that are left, 2 read the clock, last at the entry and first at the exit.
 */
SEC("tp_btf/sys_enter")
int sum_enter(__u64 *ctx)
{
	__u64 regs = ctx[0];
	__u32 nr = ctx[1];
	struct wire_slot *slot;

	if (is_dropped(nr, WIRE_LOOK_ENTER))
		return 0;
	slot = slot_get();
	if (!slot)
		return 0;
	if (!slot_is_of(slot, regs))
		slot_learn(slot, regs);
	if (slot->mark != WIRE_MARK_ACTIVE &&
		(slot->mark != WIRE_MARK_ARMED || !(rule_of(0, nr) & WIRE_RULE_EXEC)))
		return 0;
	slot->abi = 0;
	if (!is_dropped(nr, WIRE_LOOK_EXEC))
		slot->abi = abi_of(bpf_get_current_task_btf()) + 1;
	slot->nr = nr;
	slot->in_call = 1;
	slot->enter_ns = bpf_ktime_get_ns();
	return 0;
}

/* Counts it, or sends it where there is no place to. */
static __always_inline void sum_call(struct task_struct *task, struct wire_task *t, __u32 abi,
	__u32 nr, __s64 ret, __u64 now, __u64 took, __u8 flags)
{
	if (abi == 1)
		ret = RESULT_IS_ERROR((__s32)ret) ? (__s64)(__s32)ret : (__s64)(__u32)ret;
	/* numbers beyond the table, and what finds no room, go the long way */
	if (nr < WIRE_NR_LIMIT && sum_add(abi * WIRE_NR_LIMIT + nr, ret, took, !flags))
		return;
	if (!t)
		t = task_get(task);
	if (!t)
		return;
	t->abi = abi;
	t->nr = nr;
	t->enter_ns = flags ? 0 : now - took;
	send_call(t, now, EV_CALL_EXIT, flags, ret);
}

/* A call that has been off the CPU, or whose entry was not seen; a task that may not be traced. */
static __always_inline void sum_stored(
	struct task_struct *task, const struct pt_regs *regs, __s64 ret, __u64 now)
{
	struct wire_task *t = task_get(task);
	__u8 phase, flags = 0;

	if (!t)
		return;
	phase = t->phase;
	if (phase == WIRE_PHASE_CHILD)
		phase = is_fork(task, regs) ? WIRE_PHASE_DROPPED : WIRE_PHASE_NONE;
	if (phase == WIRE_PHASE_NONE && t->mark == WIRE_MARK_ACTIVE)
		flags = enter_late(t, task, regs);
	if (phase == WIRE_PHASE_WANTED && is_dying(task))
		return; /* the rest is up to sched_process_exit */
	t->phase = WIRE_PHASE_NONE;
	if (phase == WIRE_PHASE_WANTED || flags)
		sum_call(task, t, t->abi, t->nr, ret, now, now - t->enter_ns - t->away_ns, flags);
}

SEC("tp_btf/sys_exit")
int sum_exit(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	struct task_struct *task;
	struct wire_slot *slot;
	__u64 now;
	__u32 abi;

	if (is_dropped(regs_nr(regs), WIRE_LOOK_EXIT))
		return 0;
	slot = slot_get();
	if (!slot)
		return 0;
	if (!slot->in_call) {
		if (!slot_is_of(slot, ctx[0]) || slot->mark != WIRE_MARK_NONE)
			sum_stored(bpf_get_current_task_btf(), regs, ctx[1], bpf_ktime_get_ns());
		return 0;
	}
	now = bpf_ktime_get_ns();
	task = bpf_get_current_task_btf();
	if (is_dying(task))
		return 0;
	slot->in_call = 0;
	abi = slot_abi(slot, task);
	if (rule_of(abi, slot->nr) & WIRE_RULE_WANTED)
		sum_call(task, NULL, abi, slot->nr, ctx[1], now, now - slot->enter_ns, 0);
	return 0;
}

SEC("tp_btf/sched_switch")
int sum_switch(__u64 *ctx)
{
	struct task_struct *from = (struct task_struct *)ctx[1];
	struct wire_slot *slot = slot_get();
	struct wire_task *t;

	if (slot && slot->in_call) {
		t = task_get(from);
		slot->in_call = 0;
		if (t) {
			slot_flush(slot, from, t);
			if (cpu_times)
				t->off_ns = bpf_ktime_get_ns();
		}
	} else if (cpu_times) {
		t = task_get(from);
		if (t && t->phase == WIRE_PHASE_WANTED)
			t->off_ns = bpf_ktime_get_ns();
	}
	if (!cpu_times)
		return 0;
	t = task_get((struct task_struct *)ctx[2]);
	if (t && t->off_ns) {
		t->away_ns += bpf_ktime_get_ns() - t->off_ns;
		t->off_ns = 0;
	}
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
	new->phase = WIRE_PHASE_CHILD;
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

/* Whether the task is in a call that is reported although nobody looked at its entry. */
static __always_inline bool in_unseen_call(struct task_struct *task, const struct wire_task *t)
{
	struct pt_regs *regs;
	__u32 abi;

	if (t->phase != WIRE_PHASE_NONE)
		return false;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	if (!regs_in_call(regs) || !is_dropped(regs_nr(regs), WIRE_LOOK_ENTER))
		return false;
	abi = KERNEL_FIELD(__u32, task, off_task_status) & TS_COMPAT ? 1 : 0;
	return rule_of(abi, regs_nr(regs)) & WIRE_RULE_WANTED;
}

static __always_inline bool in_wanted_call(struct task_struct *task, const struct wire_task *t)
{
	return t->phase == WIRE_PHASE_WANTED || (untimed && in_unseen_call(task, t));
}

/* Path, argv and envp follow one another; execveat has a descriptor before them. */
static __always_inline __u32 exec_path_arg(const struct wire_task *t)
{
	return t->rule & 1 ? 0 : 1;
}

/*
 * The exec will succeed; its arguments have been read and the old image still stands. What they are
 * is plain here, which spares the load another check of all that the recipes can ask for.
 */
SEC("raw_tp/sched_prepare_exec")
int sched_prepare_exec(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_task *t = task_get(task);
	struct wire_ring *r;
	__u32 path;
	__u64 now;

	if (!t || t->phase != WIRE_PHASE_WANTED || !t->retry || t->sent)
		return 0;
	now = bpf_ktime_get_ns();
	r = chunks_try(t, now, 0);
	if (!r)
		return 0; /* sched_process_exec tries once more */
	r->when = CAPTURE_AT_ENTER;
	r->final = true;
	path = exec_path_arg(t);
	for (int i = 0; i < 3; i++) {
		__u32 arg = path + i;

		r->arg = arg;
		if (!(t->rule & (1u << arg)))
			continue;
		if (i == 0)
			chunk_string(t->args[arg & 3], CAPTURE_PATH_MAX);
		else
			chunk_strings(t->args[arg & 3]);
	}
	t->sent = 1;
	chunks_send(r, t, now, EV_CALL_ENTER, 0);
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
	r->arg = exec_path_arg(t);
	chunk = ring_record(r) + sizeof(struct wire_call);
	len = bpf_probe_read_kernel_str(chunk + 1, CAPTURE_PATH_MAX, (void *)name);
	if (len > 0)
		chunk_add(r, chunk, r->args[r->arg & 1], len, 0);
	t->sent = 1;
	chunks_send(r, t, now, EV_CALL_ENTER, 0);
}

SEC("raw_tp/sched_process_exec")
int sched_process_exec(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_task *t = task_get(task);
	struct wire_exec *exec;
	struct wire_ring *r;
	__u64 now, name = 0;
	__s64 len;

	if (!t)
		return 0;
	if (t->mark == WIRE_MARK_ARMED) {
		t->mark = WIRE_MARK_ACTIVE;
		if (summing)
			__sync_fetch_and_add(&generation, 1);
	}
	if (t->mark != WIRE_MARK_ACTIVE)
		return 0;
	r = ring_get();
	if (!r)
		return 0;
	now = bpf_ktime_get_ns();
	bpf_probe_read_kernel(&name, sizeof(name), (void *)(ctx[2] + off_bprm_filename));
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

SEC("raw_tp/sched_process_exit")
int sched_process_exit(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct wire_task *t = task_get(task);
	struct wire_exit *exit;
	struct wire_ring *r;
	__u32 mark;
	__u64 now;

	if (summing)
		__sync_fetch_and_add(&generation, 1);
	if (!t)
		return 0;
	if (summing) {
		struct wire_slot *slot = slot_get();

		if (slot && slot->in_call)
			slot_flush(slot, task, t);
	}
	/* whoever turns the mark counts the task out: this, or an attach that found it dying */
	mark = __sync_lock_test_and_set(&t->mark, WIRE_MARK_GONE);
	if (mark != WIRE_MARK_ACTIVE && mark != WIRE_MARK_ARMED)
		return 0;
	now = bpf_ktime_get_ns();
	if (untimed && in_unseen_call(task, t)) {
		t->phase = WIRE_PHASE_WANTED;
		enter_late(t, task, (struct pt_regs *)bpf_task_pt_regs(task));
	}
	if (t->phase == WIRE_PHASE_WANTED && !t->sent) {
		__u8 flags = is_dropped(t->nr, WIRE_LOOK_ENTER) ? CALL_UNTIMED : 0;

		if (flags)
			t->enter_ns = now;
		t->sent = send_call(t, now, EV_CALL_ENTER, flags, 0);
	}
	if (t->pending)
		send_pending(t, now);
	r = ring_get();
	exit = r ? ring_open(r, sizeof(*exit), now) : NULL;
	if (exit) {
		fill_head(&exit->head, now, EV_EXIT, sizeof(*exit), t);
		exit->status = KERNEL_FIELD(__s32, task, off_task_exit_code);
		exit->idle = t->phase != WIRE_PHASE_WANTED || !t->sent;
		ring_close(r, sizeof(*exit));
	}
	/* after the record, so that nothing is left to read when this says 0 */
	if (__sync_fetch_and_add(&nr_live, -1) == 1)
		wake_reader();
	return 0;
}

static __always_inline bool is_unwanted(int signo)
{
	return unwanted_signals && unwanted_signals >> ((signo - 1) & 63) & 1;
}

SEC("raw_tp/signal_deliver")
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
	if (!is_unwanted(signo)) {
		record = ring_open(r, sizeof(*record), now);
		if (!record)
			return 0;
		fill_head(&record->head, now, EV_SIGNAL, sizeof(*record), t);
		record->signo = signo;
		record->info_len = WIRE_SIGINFO_LEN;
		fill_siginfo(record->info, signo, ctx[1]);
		ring_close(r, sizeof(*record));
	}

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
 * Two kinds of signals are never delivered here, but would be under ptrace, to let the tracer
 * judge: those that the target ignores, and those that kill it without a core dump (the kernel
 * turns them into a SIGKILL for each thread at once). So that both engines tell the same, they
 * count as delivered when the target comes out of the call it is in.
 *
 * Runs in interrupts as well, hence the ring at the side.
 */
SEC("tp_btf/signal_generate")
int signal_generate(__u64 *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[2];
	int signo = ctx[0], result = ctx[4];
	__u32 flags = 0, exit_code = 0;
	struct wire_task *t;
	__u64 signal;

	if (signo == SIGNAL_KILL || is_unwanted(signo) ||
		(result != TRACE_SIGNAL_IGNORED && result != TRACE_SIGNAL_DELIVERED))
		return 0;
	t = task_get(task);
	if (!t || t->mark != WIRE_MARK_ACTIVE)
		return 0;
	signal = task_signal(task);
	bpf_probe_read_kernel(&flags, sizeof(flags), (void *)(signal + off_signal_flags));
	if (result == TRACE_SIGNAL_DELIVERED) {
		bpf_probe_read_kernel(
			&exit_code, sizeof(exit_code), (void *)(signal + off_signal_exit_code));
		if (!(flags & SIGNAL_GROUP_EXIT) || exit_code != signo)
			return 0;
	} else if ((flags & SIGNAL_GROUP_EXIT) ||
		   (KERNEL_FIELD(__u32, task, off_task_flags) & PF_EXITING)) {
		return 0; /* a process on its way out takes no signals, from nobody */
	}

	if (!in_wanted_call(task, t)) {
		send_signal_aside(t, bpf_ktime_get_ns(), signo, ctx[1]);
		return 0;
	}
	if (__sync_val_compare_and_swap(&t->pending, WIRE_PENDING_NONE, WIRE_PENDING_MADE)) {
		/* as in the kernel, a second one of the same kind is none */
		if (t->pending_signo != signo)
			send_signal_aside(t, bpf_ktime_get_ns(), signo, ctx[1]);
		return 0;
	}
	t->pending_signo = signo;
	fill_siginfo(t->pending_info, signo, ctx[1]);
	__sync_lock_test_and_set(&t->pending, WIRE_PENDING_FULL);
	/* the call may have ended meanwhile, and nobody would look */
	if (!in_wanted_call(task, t) && __sync_val_compare_and_swap(&t->pending, WIRE_PENDING_FULL,
						WIRE_PENDING_NONE) == WIRE_PENDING_FULL)
		send_signal_aside(t, bpf_ktime_get_ns(), signo, ctx[1]);
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
	if (summing)
		__sync_fetch_and_add(&generation, 1);
	/* its exit may have been seen before the mark: then nobody else counts it out */
	if ((KERNEL_FIELD(__u32, task, off_task_flags) & PF_EXITING) &&
		__sync_lock_test_and_set(&t->mark, WIRE_MARK_GONE) == WIRE_MARK_ACTIVE) {
		__sync_fetch_and_add(&nr_live, -1);
		return 0;
	}
	bpf_seq_write(meta->seq, &answer, sizeof(answer));
	return 0;
}
