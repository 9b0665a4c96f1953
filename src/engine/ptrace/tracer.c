#include "engine/ptrace/tracer.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/launch.h"
#include "engine/proc_state.h"
#include "event/stream.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/macros.h"
#include "util/vec.h"

/* The tick that follows a missed one: a signal that arrives just before waitid blocks is lost. */
#define TICK_MS 10

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

/* With another child of this process lying dead; see wait_crowded. */
#define CROWDED_TICK_MS 2

/* Stops between two sweeps. */
#define SWEEP_EVERY 64

struct stop {
	pid_t tid;
	int code;  /* signal number, ptrace event in bits 8-15 */
	bool died; /* then `code` is void */
};

/* Failures and events */

static void fail(struct engine *e, int code, const char *what)
{
	if (!e->failure)
		e->failure = err_sys(e->err, code, "%s", what);
}

void tracer_emit(struct engine *e, const struct event *ev)
{
	int rc;

	if (e->failure || e->quiet)
		return;
	rc = stream_push(e->stream, ev, e->err);
	if (rc < 0)
		e->failure = rc;
}

static bool wants_kind(const struct engine *e, const struct task *t, enum event_kind kind)
{
	return !t->hidden && e->kinds & EV_BIT(kind);
}

static struct event task_event(const struct task *t, enum event_kind kind, uint64_t time_ns)
{
	return (struct event){
		.time_ns = time_ns, .kind = (uint16_t)kind, .pid = t->pid, .tid = t->tid};
}

/* Tasks */

struct task *tracer_add(struct engine *e, pid_t tid, pid_t pid)
{
	struct task *t = xcalloc(1, sizeof(*t));

	t->queued_fd = -1;
	t->tid = tid;
	t->pid = pid;
	map_put(&e->tasks, (uint32_t)tid, t);
	return t;
}

static struct task *find_task(const struct engine *e, pid_t tid)
{
	return map_get(&e->tasks, (uint32_t)tid);
}

static struct task *any_task(const struct engine *e)
{
	size_t at = 0;
	struct map_slot *slot = map_next(&e->tasks, &at);

	return slot ? slot->value : NULL;
}

/* Opened once, as that takes four times as long as a reading; but not for all of a thousand tasks.
 */
#define QUEUED_FDS_MAX 256

static void close_queued(struct engine *e, struct task *t)
{
	if (t->queued_fd < 0)
		return;
	close(t->queued_fd);
	t->queued_fd = -1;
	e->nr_queued_fds--;
}

/* While we wait for a CPU a task waits for us. */
static uint64_t queued_ns(struct engine *e, struct task *t)
{
	uint64_t own_ns = proc_state_queued_ns(e->queued_fd);

	if (t->queued_fd < 0 && e->nr_queued_fds == QUEUED_FDS_MAX) {
		CLEANUP_CLOSE int fd = proc_state_open_queued(t->tid);

		return own_ns + proc_state_queued_ns(fd);
	}
	if (t->queued_fd < 0) {
		t->queued_fd = proc_state_open_queued(t->tid);
		e->nr_queued_fds += t->queued_fd >= 0;
	}
	return own_ns + proc_state_queued_ns(t->queued_fd);
}

static void remove_task(struct engine *e, struct task *t)
{
	map_remove(&e->tasks, (uint32_t)t->tid);
	e->nr_filtered -= t->filtered;
	e->nr_fresh -= t->hold == HOLD_FRESH;
	e->nr_delayed -= t->hold == HOLD_DELAYED;
	task_injection_deinit(&t->inject);
	close_queued(e, t);
	free(t->exec_path);
	free(t);
}

static void set_filtered(struct engine *e, struct task *t)
{
	e->nr_filtered += !t->filtered;
	t->filtered = true;
}

uintptr_t tracer_options(const struct engine *e, bool filtered)
{
	uintptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

	/* an untraced task gets ENOSYS from the filter: stay with the children, go down together */
	if (e->follow || filtered)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
	if (filtered)
		options |= PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
	return options;
}

/* Calls */

static uint8_t plan_of(const struct engine *e, uint8_t abi, uint32_t nr)
{
	return nr < CALL_NR_LIMIT ? e->call_plan[abi][nr] : e->unknown_plan;
}

/* What the call must be like to be reported. */
static const struct call_bounds *bounds_of(const struct engine *e, const struct task *t)
{
	uint32_t nr = t->call.nr;

	return &e->bounds[nr < CALL_NR_LIMIT ? e->bounds_of[t->call.abi][nr] : 0];
}

/* The stream needs to have seen the entry to report a call that never returns. */
static void emit_enter(struct engine *e, struct task *t, const struct capture_run *run)
{
	struct event ev = task_event(t, EV_CALL_ENTER, t->call.enter_ns);

	ev.call = t->call;
	if (run) {
		ev.call.captures = run->chunks.data;
		ev.call.nr_captures = (uint16_t)run->chunks.len;
	}
	t->enter_sent = true;
	tracer_emit(e, &ev);
}

static void emit_late_enter(struct engine *e, struct task *t)
{
	if (t->in_call && t->wanted && !t->enter_sent)
		emit_enter(e, t, t->starting ? &e->launch_run : NULL);
}

static enum call_id task_call(const struct task *t)
{
	return call_id_of((enum abi)t->call.abi, t->call.nr);
}

/* The file of an execve, for EV_EXEC: asked before the old image with the string is gone. */
static char *read_exec_path(struct engine *e, const struct task *t)
{
	struct capture_recipe recipe = {.pick = CAPTURE_PICK_NOTHING};
	const struct capture *path;

	recipe.args[task_call(t) == CALL_execveat] =
		(struct capture_spec){.op = CAPTURE_STRING, .when = CAPTURE_AT_ENTER};
	capture_run_take(&e->run, t->tid, &recipe, &t->call, CAPTURE_AT_ENTER, 0);
	path = e->run.chunks.data;
	if (!e->run.chunks.len || path->len < 2 || path->flags)
		return NULL;
	return xstrdup((const char *)path->bytes);
}

static int push_state(void *self, const struct event *ev, struct err *err)
{
	struct engine *e = self;

	tracer_emit(e, ev);
	return e->failure;
}

static void capture_enter(struct engine *e, const struct task *t, struct capture_run *run)
{
	if (t->wanted && plan_of(e, t->call.abi, t->call.nr) & PLAN_ENTER)
		capture_run_take(run, t->tid, e->recipes[t->call.abi][t->call.nr], &t->call,
			CAPTURE_AT_ENTER, e->string_limit);
	else
		run->chunks.len = 0;
}

static void on_enter(struct engine *e, struct task *t, const struct __ptrace_syscall_info *info)
{
	uint64_t nr = info->entry.nr; /* where `seccomp` has it, too */
	struct capture_run *run = &e->run;
	uint8_t plan;

	memset(&t->call, 0, sizeof(t->call));
	t->call.abi = info->arch == AUDIT_ARCH_I386 ? ABI_I386 : ABI_X86_64;
	t->call.nr = (uint32_t)nr;
	memcpy(t->call.args, info->entry.args, sizeof(t->call.args));
	t->enter_sent = false;
	t->inject.rule = NULL;
	plan = plan_of(e, t->call.abi, t->call.nr);
	if (plan & PLAN_STACK)
		t->call.args[0] = info->stack_pointer;

	if (plan & PLAN_PROCESS && (!t->hidden || t->starting)) {
		enum call_id id = task_call(t);
		bool exec = id == CALL_execve || id == CALL_execveat;

		if (exec && t->starting) {
			/* reported when it has succeeded: nothing is known of a failed one */
			t->hidden = false;
			run = &e->launch_run;
			proc_state_emit(t->pid, t->tid, e->kinds & (EV_BIT(EV_FD) | EV_BIT(EV_CWD)),
				clock_now_ns(), push_state, e, e->err);
		}
		if (exec && e->kinds & EV_BIT(EV_EXEC)) {
			free(t->exec_path);
			t->exec_path = read_exec_path(e, t);
		}
	}
	t->wanted = plan & PLAN_WANTED && !t->hidden && !e->quiet &&
		    call_bounds_enter(bounds_of(e, t), t->call.args);
	t->in_call = t->wanted || !t->filtered;
	capture_enter(e, t, run);
	if (t->wanted && plan & PLAN_INJECT && !t->starting && !e->detaching) {
		inject_enter(e, t, run);
		if (t->call.flags & CALL_POKED)
			capture_enter(e, t, run);
	}
	t->call.queued_ns = 0;
	if (e->want_queued && t->wanted)
		t->queued_before_ns = queued_ns(e, t);
	t->call.enter_ns = clock_now_ns();
	if (t->wanted && !t->starting && (plan & PLAN_ENTER || e->want_enters))
		emit_enter(e, t, run);
}

static void emit_exit(struct engine *e, struct task *t, int64_t rval, uint64_t now_ns)
{
	struct event ev = task_event(t, EV_CALL_EXIT, now_ns);

	inject_exit(t, &rval);
	t->call.ret = rval;
	if (e->want_queued) {
		uint64_t queued = queued_ns(e, t);

		/* less after an execve by another thread, whose figures go on as this one's */
		t->call.queued_ns = queued - MIN(queued, t->queued_before_ns);
	}
	ev.call = t->call;
	if (!call_bounds_exit(bounds_of(e, t), rval, true, now_ns - t->call.enter_ns)) {
		/* the stream waits for the end of what it saw begin */
		if (t->enter_sent)
			tracer_emit(e, &ev);
		return;
	}
	if (plan_of(e, t->call.abi, t->call.nr) & PLAN_EXIT && !CAPTURE_WROTE_NOTHING(rval)) {
		capture_run_take(&e->run, t->tid, e->recipes[t->call.abi][t->call.nr], &t->call,
			CAPTURE_AT_EXIT, e->string_limit);
		ev.call.captures = e->run.chunks.data;
		ev.call.nr_captures = (uint16_t)e->run.chunks.len;
	}
	tracer_emit(e, &ev);
}

/* A call of the launched process before its program runs. */
static void on_starting_exit(
	struct engine *e, struct task *t, const struct __ptrace_syscall_info *info)
{
	t->hidden = true; /* again: it was an execve that failed */
	if (task_call(t) == CALL_seccomp && !info->exit.is_error && e->filter.prog.filter) {
		if (ptrace(PTRACE_SETOPTIONS, t->tid, 0, tracer_options(e, true)) < 0) {
			if (errno != ESRCH)
				fail(e, -errno, "ptrace(PTRACE_SETOPTIONS)");
			return;
		}
		set_filtered(e, t);
	}
}

/* False when the task is gone. */
static bool get_syscall_info(
	struct engine *e, const struct task *t, struct __ptrace_syscall_info *info)
{
	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof(*info), info) >= 0)
		return true;
	if (errno == EIO || errno == EINVAL)
		fail(e, -errno, "ptrace(PTRACE_GET_SYSCALL_INFO), which needs Linux 5.3");
	else if (errno != ESRCH)
		fail(e, -errno, "ptrace(PTRACE_GET_SYSCALL_INFO)");
	return false;
}

static void on_syscall_stop(struct engine *e, struct task *t, uint64_t now_ns)
{
	struct __ptrace_syscall_info info;

	if (t->in_call && !t->wanted && !t->starting) {
		t->in_call = false;
		return;
	}
	if (!get_syscall_info(e, t, &info))
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		on_enter(e, t, &info);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && t->in_call) {
		/* interrupted by ourselves: the call goes on when we are gone */
		if (e->detaching && info.exit.rval <= -512 && info.exit.rval >= -516)
			return;
		t->in_call = false;
		if (t->starting)
			on_starting_exit(e, t, &info);
		else
			emit_exit(e, t, info.exit.rval, now_ns);
	}
}

/*
 * A filter of the program's own asks for a tracer. Without one the kernel answers ENOSYS, which on
 * this CPU stands in the result already; being that tracer, we would let the call through.
 */
static void refuse_call(struct engine *e, const struct task *t)
{
	if (ptrace(PTRACE_POKEUSER, t->tid, offsetof(struct user, regs.orig_rax), -1L) < 0 &&
		errno != ESRCH)
		fail(e, -errno, "ptrace(PTRACE_POKEUSER)");
}

static void on_seccomp_stop(struct engine *e, struct task *t)
{
	struct __ptrace_syscall_info info;

	if (!get_syscall_info(e, t, &info))
		return;
	if (info.op == PTRACE_SYSCALL_INFO_SECCOMP && info.seccomp.ret_data != CALL_FILTER_MARK)
		refuse_call(e, t);
	if (t->in_call || e->quiet || (t->hidden && !t->starting))
		return;
	/* number and arguments lie where those of an entry do */
	if (info.op == PTRACE_SYSCALL_INFO_SECCOMP || info.op == PTRACE_SYSCALL_INFO_ENTRY)
		on_enter(e, t, &info);
	/* to see what becomes of it */
	if (t->starting)
		t->in_call = true;
}

/* Resuming */

void tracer_resume(struct engine *e, struct task *t, int signo)
{
	bool detach = (t->unwanted || (e->detaching && !t->filtered)) && !inject_owes_result(t);
	int request = detach                       ? PTRACE_DETACH
		      : t->filtered && !t->in_call ? PTRACE_CONT
						   : PTRACE_SYSCALL;

	if (ptrace(request, t->tid, 0, signo) < 0 && errno != ESRCH)
		fail(e, -errno, "ptrace: cannot resume a task");
	else if (detach && t->unwanted)
		remove_task(e, t);
	else if (detach)
		tracer_forget(e, t);
}

void tracer_consume_stop(pid_t tid)
{
	siginfo_t info;

	waitid(P_PID, (id_t)tid, &info, WSTOPPED | WNOHANG | __WALL | __WNOTHREAD);
}

void tracer_report_detach(struct engine *e, struct task *t)
{
	struct event ev = task_event(t, EV_DETACH, clock_now_ns());

	if (t->hidden)
		return;
	emit_late_enter(e, t);
	tracer_emit(e, &ev);
}

void tracer_forget(struct engine *e, struct task *t)
{
	tracer_report_detach(e, t);
	remove_task(e, t);
}

/* Processes */

/* From the call the parent is in; 0 when it does not say. */
static uint32_t fork_share(const struct task *parent)
{
	uint64_t flags = 0;
	struct iovec local = {&flags, sizeof(flags)};
	struct iovec remote = {(void *)(uintptr_t)parent->call.args[0], sizeof(flags)};
	uint32_t share = 0;

	switch (task_call(parent)) {
	case CALL_vfork: return FORK_VFORK | FORK_SHARES_VM;
	case CALL_clone: flags = parent->call.args[0]; break;
	case CALL_clone3:
		if (process_vm_readv(parent->tid, &local, 1, &remote, 1, 0) != sizeof(flags))
			return 0;
		break;
	default: return 0;
	}
	if (flags & CLONE_VM)
		share |= FORK_SHARES_VM;
	if (flags & CLONE_FILES)
		share |= FORK_SHARES_FILES;
	if (flags & CLONE_FS)
		share |= FORK_SHARES_FS;
	if (flags & CLONE_VFORK)
		share |= FORK_VFORK;
	return share;
}

static void on_fork(struct engine *e, struct task *parent, uint64_t now_ns)
{
	unsigned long message;
	struct task *child;
	bool thread, orphan;
	pid_t tid;

	if (ptrace(PTRACE_GETEVENTMSG, parent->tid, 0, &message) < 0)
		return; /* killed; the child is found by tracer_adopt_orphans */
	tid = (pid_t)message;
	/* the flags of clone3 lie in memory that anybody may change: ask the kernel */
	thread = !tgkill(parent->pid, tid, 0) || errno == EPERM;
	child = find_task(e, tid);
	orphan = child && child->hold == HOLD_ORPHAN;
	if (child && !orphan)
		return;
	if (!child)
		child = tracer_add(e, tid, tid);
	child->pid = thread ? parent->pid : tid;
	child->hidden = parent->hidden || (!thread && !e->follow);
	child->unwanted = !thread && !e->follow && !parent->filtered;
	if (parent->filtered)
		set_filtered(e, child);
	if (!child->hidden && wants_kind(e, parent, EV_FORK)) {
		struct event ev = task_event(parent, EV_FORK, now_ns);

		ev.fork.child_pid = child->pid;
		ev.fork.child_tid = tid;
		ev.fork.share = fork_share(parent) | (thread ? FORK_THREAD : 0);
		tracer_emit(e, &ev);
	}
	if (orphan)
		tracer_unhold(e, child);
}

/* `t` is the leader's entry; returns the entry that goes on. */
static struct task *on_exec(struct engine *e, struct task *t, uint64_t now_ns)
{
	unsigned long message = 0;
	struct task *caller;
	struct event ev;
	pid_t old_tid;

	if (ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &message) < 0)
		return t;
	old_tid = (pid_t)message;
	caller = old_tid == t->tid ? NULL : find_task(e, old_tid);
	if (caller) {
		/*
		 * Another thread called: it goes on under the leader's id, and the leader's own
		 * end is never reported. All other threads have been reaped by now; the kernel
		 * waits for that.
		 */
		pid_t tid = t->tid;

		if (!t->hidden)
			emit_late_enter(e, t);
		map_remove(&e->tasks, (uint32_t)old_tid);
		remove_task(e, t);
		t = caller;
		close_queued(e, t);
		t->tid = tid;
		map_put(&e->tasks, (uint32_t)tid, t);
	}
	if (t->starting) {
		t->starting = false;
		if (t->wanted && (e->launch_run.chunks.len || e->want_enters))
			emit_enter(e, t, &e->launch_run);
	}
	if (!t->hidden) {
		ev = task_event(t, EV_EXEC, now_ns);
		ev.exec.old_tid = old_tid;
		ev.exec.path = t->exec_path;
		tracer_emit(e, &ev);
	}
	free(t->exec_path);
	t->exec_path = NULL;
	return t;
}

static void on_death(struct engine *e, pid_t tid)
{
	struct task *t = find_task(e, tid);
	uint64_t now_ns = clock_now_ns();
	struct rusage usage;
	int status;

	if (wait4(tid, &status, __WALL | __WNOTHREAD | WNOHANG, &usage) != tid)
		return;
	if (e->launch && tid == e->launch->pid)
		launch_note_status(e->launch, status, &usage);
	if (!t)
		return;
	if (!t->hidden) {
		struct event ev = task_event(t, EV_EXIT, now_ns);

		emit_late_enter(e, t);
		ev.exit.status = status;
		tracer_emit(e, &ev);
	}
	remove_task(e, t);
}

/* Stops */

static bool is_stop_signal(int signo)
{
	return signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
}

static void on_group_stop(struct engine *e, struct task *t, int signo, uint64_t now_ns)
{
	if (wants_kind(e, t, EV_STOP) && !t->stopped) {
		struct event ev = task_event(t, EV_STOP, now_ns);

		ev.stop_signo = signo;
		tracer_emit(e, &ev);
	}
	t->stopped = true; /* told again when we interrupt it */
	if (t->unwanted || (e->detaching && !t->filtered)) {
		tracer_resume(e, t, 0); /* detached, it goes on being stopped */
		return;
	}
	tracer_consume_stop(t->tid);
	/* leaves it stopped, and tells when SIGCONT comes */
	if (ptrace(PTRACE_LISTEN, t->tid, 0, 0) < 0 && errno != ESRCH)
		fail(e, -errno, "ptrace(PTRACE_LISTEN)");
}

static bool wants_signal(const struct engine *e, const struct task *t, int signo)
{
	return wants_kind(e, t, EV_SIGNAL) &&
	       !(signo >= 1 && signo <= 64 && e->unwanted_signals >> (signo - 1) & 1);
}

static void on_signal(struct engine *e, struct task *t, int signo, uint64_t now_ns)
{
	siginfo_t info;

	if (wants_signal(e, t, signo) && !ptrace(PTRACE_GETSIGINFO, t->tid, 0, &info)) {
		struct event ev = task_event(t, EV_SIGNAL, now_ns);

		ev.signal.signo = signo;
		ev.signal.info = (const uint8_t *)&info;
		ev.signal.info_len = sizeof(info);
		tracer_emit(e, &ev);
	}
}

static void handle_stop(struct engine *e, struct task *t, int code)
{
	int signo = code & 0xff, event = code >> 8;
	bool call = code == (SIGTRAP | 0x80);
	/* the time of an entry is taken as late as can be */
	uint64_t now_ns = call && !t->in_call ? 0 : clock_now_ns();

	if (t->hold == HOLD_FRESH) {
		e->nr_fresh--;
		t->hold = HOLD_STOPPED;
		t->held_code = code;
		tracer_consume_stop(t->tid);
		return;
	}
	if (call) {
		on_syscall_stop(e, t, now_ns);
		signo = t->inject.signo;
		t->inject.signo = 0;
	} else if (event) {
		switch (event) {
		case PTRACE_EVENT_FORK:
		case PTRACE_EVENT_VFORK:
		case PTRACE_EVENT_CLONE: on_fork(e, t, now_ns); break;
		case PTRACE_EVENT_EXEC: t = on_exec(e, t, now_ns); break;
		case PTRACE_EVENT_SECCOMP: on_seccomp_stop(e, t); break;
		case PTRACE_EVENT_STOP:
			if (is_stop_signal(signo)) {
				on_group_stop(e, t, signo, now_ns);
				return;
			}
			t->stopped = false; /* interrupted, newly born, or told of a SIGCONT */
			break;
		}
		signo = 0;
	} else {
		on_signal(e, t, signo, now_ns);
	}
	if (!inject_hold(e, t, signo))
		tracer_resume(e, t, signo);
}

void tracer_unhold(struct engine *e, struct task *t)
{
	t->hold = HOLD_NONE;
	handle_stop(e, t, t->held_code);
}

static void on_stop(struct engine *e, pid_t tid, int code)
{
	struct task *t = find_task(e, tid);

	if (!t) {
		t = tracer_add(e, tid, tid);
		t->hidden = true;
		/* a thread that execs takes over the id of a leader that had ended before we came
		 */
		if (code >> 8 != PTRACE_EVENT_EXEC) {
			/* its parent, still on its way to the stop that tells us, knows what it is
			 */
			t->hold = HOLD_ORPHAN;
			t->held_code = code;
			tracer_consume_stop(tid);
			return;
		}
	}
	handle_stop(e, t, code);
}

void tracer_adopt_orphans(struct engine *e)
{
	struct map_slot *slot;
	struct task *found;

	do {
		found = NULL;
		for (size_t at = 0; !found && (slot = map_next(&e->tasks, &at));) {
			struct task *t = slot->value;

			if (t->hold == HOLD_ORPHAN && t->age++)
				found = t;
		}
		if (found) {
			long tgid = proc_state_status(found->tid, "Tgid:");
			struct event ev;

			found->pid = tgid > 0 ? (pid_t)tgid : found->tid;
			found->hidden = !e->follow && found->pid == found->tid;
			found->unwanted = found->hidden && !e->filter.prog.filter;
			if (e->filter.prog.filter)
				set_filtered(e, found);
			ev = task_event(found, EV_ATTACH, clock_now_ns());
			if (wants_kind(e, found, EV_ATTACH))
				tracer_emit(e, &ev);
			tracer_unhold(e, found);
		}
	} while (found);
}

/* Time limits */

static void set_timer(struct engine *e, uint64_t first_ns, uint64_t again_ns)
{
	struct itimerspec spec = {
		.it_value = {(time_t)(first_ns / NS_PER_S), (long)(first_ns % NS_PER_S)},
		.it_interval = {0, (long)again_ns},
	};

	if (e->timer_signo > 0)
		timer_settime(e->timer, 0, &spec, NULL);
}

void tracer_arm(struct engine *e, int first_ms)
{
	first_ms = MAX(first_ms, 1);
	e->timer_ns = clock_now_ns() + (uint64_t)first_ms * NS_PER_MS;
	set_timer(e, (uint64_t)first_ms * NS_PER_MS, (uint64_t)MIN(first_ms, TICK_MS) * NS_PER_MS);
}

/* Not to sleep past the end of a delay. */
static void arm_for_delay(struct engine *e, uint64_t now_ns)
{
	if (e->next_delay_ns >= e->timer_ns)
		return;
	e->timer_ns = e->next_delay_ns;
	set_timer(e, e->next_delay_ns - now_ns, NS_PER_MS);
}

void tracer_disarm(struct engine *e)
{
	set_timer(e, 0, 0);
	e->crowded = false; /* to be found out again */
}

/* Waiting */

static bool is_death(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
	       info->si_code == CLD_DUMPED;
}

/* Whether a dead task that is in no table is a tracee: born and killed before its first stop. */
static bool is_ours(const struct engine *e, pid_t tid)
{
	return find_task(e, tid) || proc_state_status(tid, "TracerPid:") == e->self;
}

static int find_death(struct engine *e, struct stop *ret)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&e->tasks, &at));) {
		siginfo_t info = {0};

		if (!waitid(P_PID, (id_t)slot->key, &info,
			    WEXITED | WNOHANG | WNOWAIT | __WALL | __WNOTHREAD) &&
			info.si_pid && is_death(&info)) {
			*ret = (struct stop){.tid = info.si_pid, .died = true};
			return 1;
		}
	}
	return 0;
}

/*
 * A dead child of this process that is not a tracee belongs to others, must not be reaped, and
 * would be found first for ever. Without WEXITED it is not found, but neither are deaths of
 * tracees: these are looked up one by one whenever nothing stops, at least with every tick.
 */
static int wait_crowded(struct engine *e, struct stop *ret, bool block)
{
	for (int options = WNOHANG;;) {
		siginfo_t info = {0};

		/* some flag there must be; stops are found with any */
		if (waitid(P_ALL, 0, &info, WCONTINUED | options | __WALL | __WNOTHREAD) < 0)
			return -errno;
		if (info.si_pid && info.si_code != CLD_CONTINUED) {
			*ret = (struct stop){.tid = info.si_pid, .code = info.si_status};
			return 1;
		}
		if (options && (find_death(e, ret) || !block))
			return ret->died;
		options = 0;
	}
}

static int wait_stop(struct engine *e, struct stop *ret, bool block)
{
	siginfo_t info = {0};

	*ret = (struct stop){0};
	if (e->crowded)
		return wait_crowded(e, ret, block);
	/*
	 * Stops of tracees are found without WSTOPPED, which would find stopped children of others.
	 * __WNOTHREAD: other threads of this process may trace, too.
	 */
	if (waitid(P_ALL, 0, &info,
		    WEXITED | WNOWAIT | (block ? 0 : WNOHANG) | __WALL | __WNOTHREAD) < 0)
		return -errno;
	if (!info.si_pid)
		return 0;
	if (is_death(&info) && !is_ours(e, info.si_pid)) {
		e->crowded = true;
		tracer_arm(e, CROWDED_TICK_MS);
		return wait_crowded(e, ret, block);
	}
	*ret = (struct stop){.tid = info.si_pid, .code = info.si_status, .died = is_death(&info)};
	return 1;
}

static void handle(struct engine *e, const struct stop *stop)
{
	if (stop->died)
		on_death(e, stop->tid);
	else
		on_stop(e, stop->tid, stop->code);
}

static void drop_stop(struct stop *stops, size_t *nr, pid_t tid)
{
	for (size_t i = 0; i < *nr; i++)
		if (stops[i].tid == tid)
			stops[i--] = stops[--*nr];
}

/*
 * The kernel finds the first stopped task in its list: with many busy tasks those at the end of it
 * would starve (of 1,000 threads, for minutes). So now and then all that are stopped get their
 * turn.
 */
static void sweep(struct engine *e)
{
	VEC(struct stop) stops = {0};
	struct stop stop, *at;

	while (wait_stop(e, &stop, false) == 1) {
		if (stop.died) {
			/* maybe killed in the stop that was taken off a moment ago */
			drop_stop(stops.data, &stops.len, stop.tid);
			on_death(e, stop.tid);
		} else {
			tracer_consume_stop(stop.tid);
			VEC_PUSH(&stops, stop);
		}
	}
	VEC_FOREACH (at, &stops)
		handle(e, at);
	VEC_DEINIT(&stops);
}

int tracer_step(struct engine *e, bool block)
{
	struct stop stop;
	int rc;

	if (e->nr_delayed) {
		uint64_t now_ns = clock_now_ns();

		if (now_ns >= e->next_delay_ns)
			inject_release_due(e, now_ns);
		if (block && e->nr_delayed)
			arm_for_delay(e, now_ns);
	}
	rc = wait_stop(e, &stop, block);

	if (rc == -ECHILD) {
		/* no tracee is left, whatever the table says */
		while (e->tasks.len)
			remove_task(e, any_task(e));
		return 0;
	}
	if (rc <= 0)
		return rc;
	handle(e, &stop);
	e->nr_stops++;
	if (e->nr_stops % PLACEMENT_WINDOW == 0)
		placement_window(&e->placement, stop.tid, clock_now_ns());
	if (e->nr_stops % SWEEP_EVERY == 0 && e->tasks.len > 1)
		sweep(e);
	return 1;
}

/* Set-up */

static void wake_up(int signo)
{
}

/* A real-time signal nobody uses. */
static int free_signal(void)
{
	for (int signo = SIGRTMAX; signo >= SIGRTMIN; signo--) {
		struct sigaction sa;

		if (!sigaction(signo, NULL, &sa) && sa.sa_handler == SIG_DFL)
			return signo;
	}
	return -1;
}

/*
 * waitid has no time limit, and a descriptor to poll would cost two more system calls per stop. A
 * timer that runs while the engine is polled costs nothing in between: its signal, caught without
 * SA_RESTART, ends the wait.
 */
int tracer_init(struct engine *e, struct err *err)
{
	struct sigaction sa = {.sa_handler = wake_up};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID};
	sigset_t unblock;

	e->self = gettid();
	e->queued_fd = e->want_queued ? proc_state_open_queued(e->self) : -1;
	e->timer_signo = free_signal();
	if (e->timer_signo < 0)
		return err_set(err, -EAGAIN, "no real-time signal is free for a timer");
	event.sigev_signo = e->timer_signo;
	event._sigev_un._tid = e->self;
	if (timer_create(CLOCK_MONOTONIC, &event, &e->timer) < 0) {
		e->timer_signo = 0;
		return err_sys(err, -errno, "cannot make a timer");
	}
	sigaction(e->timer_signo, &sa, &e->old_timer_action);
	sigemptyset(&unblock);
	sigaddset(&unblock, e->timer_signo);
	pthread_sigmask(SIG_UNBLOCK, &unblock, &e->old_mask);

	/* a SIGCHLD per stop, even an ignored one, costs 0.3 us */
	sigaction(SIGCHLD, NULL, &e->old_child_action);
	sa = e->old_child_action;
	sa.sa_flags |= SA_NOCLDSTOP;
	sigaction(SIGCHLD, &sa, NULL);
	placement_init(&e->placement);
	return 0;
}

void tracer_deinit(struct engine *e)
{
	while (e->tasks.len)
		remove_task(e, any_task(e));
	map_deinit(&e->tasks);
	if (e->queued_fd >= 0)
		close(e->queued_fd);
	capture_run_deinit(&e->run);
	capture_run_deinit(&e->launch_run);
	if (e->timer_signo <= 0)
		return;
	placement_deinit(&e->placement);
	timer_delete(e->timer);
	sigaction(e->timer_signo, &e->old_timer_action, NULL);
	sigaction(SIGCHLD, &e->old_child_action, NULL);
	pthread_sigmask(SIG_SETMASK, &e->old_mask, NULL);
}
