#include "engine/ptrace/attach.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "engine/proc_state.h"
#include "engine/ptrace/tracer.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/vec.h"

/*
 * A task in uninterruptible sleep (or waiting for its vfork child) does not stop when told to. The
 * process runs on meanwhile, or is left to the kernel, which lets go of it when we end.
 */
#define ATTACH_WAIT_MS 100
#define DETACH_WAIT_MS 1000

static int yama_scope(void)
{
	CLEANUP_CLOSE int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
	char digit;

	return fd >= 0 && read(fd, &digit, 1) == 1 && isdigit((unsigned char)digit) ? digit - '0'
										    : 0;
}

static int explain(struct engine *e, pid_t tid, int code)
{
	long tracer = proc_state_status(tid, "TracerPid:");
	int scope = yama_scope();
	char yama[80] = "";

	if (code != -EPERM)
		return err_sys(e->err, code, "cannot attach to process %d", tid);
	if (tracer > 0)
		return err_set(e->err, code,
			"ptrace: Operation not permitted: process %d is already traced by process "
			"%ld",
			tid, tracer);
	if (tid == getpid())
		return err_set(e->err, code,
			"ptrace: Operation not permitted: a process cannot trace itself");
	if (proc_state_status(tid, "Kthread:") == 1)
		return err_set(e->err, code,
			"ptrace: Operation not permitted: process %d is a kernel thread", tid);
	if (scope > 0)
		snprintf(yama, sizeof(yama),
			"set kernel.yama.ptrace_scope=0 with sysctl (it is %d), ", scope);
	return err_set(e->err, code,
		"ptrace: Operation not permitted (process %d): %s%s"
		"or setcap cap_sys_ptrace,cap_bpf,cap_perfmon+ep on the renacer executable",
		tid, geteuid() ? "use sudo, " : "give this container CAP_SYS_PTRACE, ", yama);
}

int attach_seize(struct engine *e, pid_t tid, unsigned long options)
{
	if (!ptrace(PTRACE_SEIZE, tid, 0, options))
		return 0;
	return explain(e, tid, -errno);
}

/* 1 = a new task, 0 = known or gone, negative = refused. */
static int seize_thread(struct engine *e, pid_t pid, pid_t tid)
{
	struct task *t;

	if (map_get(&e->tasks, (uint32_t)tid))
		return 0;
	if (ptrace(PTRACE_SEIZE, tid, 0, tracer_options(e, false)) < 0) {
		int code = -errno;

		/* ended (a leader may be, before its threads), or made by a thread we have? */
		if (code == -ESRCH || !proc_state_is_alive(tid) ||
			proc_state_status(tid, "TracerPid:") == e->self)
			return 0;
		return code;
	}
	t = tracer_add(e, tid, pid);
	t->hold = HOLD_FRESH;
	e->nr_fresh++;
	ptrace(PTRACE_INTERRUPT, tid, 0, 0);
	return 1;
}

/* One pass over the threads: how many are new. Only the first refusal of all counts. */
static int seize_threads(struct engine *e, pid_t pid, size_t *nr_seized)
{
	char path[64];
	struct dirent *entry;
	int nr = 0, rc = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return err_sys(e->err, -ESRCH, "cannot attach to process %d", pid);
	while ((entry = readdir(dir))) {
		pid_t tid = atoi(entry->d_name);

		if (tid <= 0)
			continue;
		rc = seize_thread(e, pid, tid);
		if (rc > 0)
			nr++;
		else if (rc < 0 && !*nr_seized && !nr)
			break;
	}
	closedir(dir);
	*nr_seized += (size_t)nr;
	if (rc < 0 && !*nr_seized)
		return explain(e, pid, rc);
	return nr;
}

static int push(void *self, const struct event *ev, struct err *err)
{
	struct engine *e = self;

	tracer_emit(e, ev);
	return e->failure;
}

static bool awaits_first_stops(const struct engine *e)
{
	return e->nr_fresh;
}

static bool has_tasks_to_release(const struct engine *e)
{
	return e->tasks.len > e->nr_filtered;
}

static void serve_while(struct engine *e, bool (*busy)(const struct engine *), int limit_ms)
{
	uint64_t end_ns = clock_now_ns() + (uint64_t)limit_ms * 1000000;

	tracer_arm(e, limit_ms);
	while (busy(e) && clock_now_ns() < end_ns) {
		int rc = tracer_step(e, true);

		if (rc < 0 && rc != -EINTR)
			break;
	}
	tracer_disarm(e);
}

static void report_state(struct engine *e, pid_t pid)
{
	uint64_t now_ns = clock_now_ns();
	struct map_slot *slot;
	pid_t live = pid;

	for (size_t at = 0; (slot = map_next(&e->tasks, &at));) {
		const struct task *t = slot->value;
		char comm[64];
		struct event ev = {.time_ns = now_ns, .kind = EV_ATTACH};

		if (t->pid != pid)
			continue;
		live = t->tid;
		if (!(e->kinds & EV_BIT(EV_ATTACH)))
			continue;
		proc_state_comm(t->tid, comm, sizeof(comm));
		ev.pid = t->pid;
		ev.tid = t->tid;
		ev.state.fd = -1;
		ev.state.path = comm;
		tracer_emit(e, &ev);
	}
	if (map_get(&e->tasks, (uint32_t)pid))
		live = pid;
	proc_state_emit(pid, live, e->kinds, now_ns, push, e, e->err);
}

int attach_process(struct engine *e, pid_t pid)
{
	VEC(pid_t) held = {0};
	long tgid = proc_state_status(pid, "Tgid:");
	struct map_slot *slot;
	size_t nr_seized = 0;
	pid_t *tid;
	int rc;

	if (tgid > 0)
		pid = (pid_t)tgid; /* any thread will do as its name */
	/* threads may make threads while we look */
	do
		rc = seize_threads(e, pid, &nr_seized);
	while (rc > 0);
	if (!nr_seized && map_get(&e->tasks, (uint32_t)pid))
		return 0; /* named twice */
	if (!nr_seized)
		return rc < 0 ? rc : explain(e, pid, -ESRCH);
	/* only a stopped process has a state to describe */
	serve_while(e, awaits_first_stops, ATTACH_WAIT_MS);
	report_state(e, pid);
	for (size_t at = 0; (slot = map_next(&e->tasks, &at));) {
		struct task *t = slot->value;

		if (t->hold == HOLD_FRESH) {
			t->hold = HOLD_NONE;
			e->nr_fresh--;
		} else if (t->hold == HOLD_STOPPED) {
			VEC_PUSH(&held, t->tid);
		}
	}
	VEC_FOREACH (tid, &held)
		tracer_unhold(e, map_get(&e->tasks, (uint32_t)*tid));
	VEC_DEINIT(&held);
	return e->failure;
}

void attach_detach_all(struct engine *e)
{
	VEC(struct task *) tasks = {0};
	struct map_slot *slot;
	struct task **t;

	e->detaching = true;
	for (size_t at = 0; (slot = map_next(&e->tasks, &at));)
		VEC_PUSH(&tasks, slot->value);
	VEC_FOREACH (t, &tasks) {
		if ((*t)->hold == HOLD_ORPHAN)
			tracer_unhold(e, *t);
		else if ((*t)->hold == HOLD_DELAYED)
			inject_release(e, *t);
		else if (!(*t)->filtered)
			ptrace(PTRACE_INTERRUPT, (*t)->tid, 0, 0); /* fails if it is dying */
	}
	serve_while(e, has_tasks_to_release, DETACH_WAIT_MS);

	tasks.len = 0;
	for (size_t at = 0; (slot = map_next(&e->tasks, &at));)
		VEC_PUSH(&tasks, slot->value);
	VEC_FOREACH (t, &tasks) {
		if ((*t)->filtered)
			tracer_report_detach(e, *t);
		else
			tracer_forget(e, *t);
	}
	VEC_DEINIT(&tasks);
	e->quiet = true;
}
