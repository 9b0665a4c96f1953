#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/bpf/lane.h"
#include "engine/bpf/load.h"
#include "engine/engine.h"
#include "engine/launch.h"
#include "engine/proc_state.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/cleanup.h"
#include "util/err.h"
#include "util/log.h"
#include "util/macros.h"

/*
 * A program reads the clock a few instructions before its ring shows that it works on a record.
 * Only an interrupt or a stolen virtual CPU makes that long; events of different tasks are ordered
 * right as long as it is shorter than this.
 */
#define SLACK_NS UINT64_C(1000000)

/*
 * Between two looks at rings that are not yet a quarter full: after a look that found much, one
 * that found something, and at most. Looking more often at what a program of some ms does made it
 * run 3 % longer.
 */
#define BUSY_MS     4
#define BUSY_EVENTS 2000
#define CALM_MS     20
#define IDLE_MS     50

/* The same while the output lags. */
#define FULL_MS 1

/* What may gather in memory while the reader is outrun: 5 million calls without captures. */
#define BACKLOG_MAX (UINT64_C(512) << 20)

/* Inode of the initial PID namespace's /proc/PID/ns/pid; fixed since Linux 3.8. */
#define INIT_PID_NS 0xeffffffcu

struct engine {
	struct load load;
	struct stream *stream; /* borrowed */
	struct ring_lanes rings;
	struct side_lane side;
	struct ring_buffer *side_ring; /* owned */
	struct map tasks;              /* tid -> pid of the tasks that live, as the stream told */
	struct launch *launch;         /* borrowed */
	uint64_t kinds;
	int epoll; /* owned */
	int pidfd; /* owned; of the launched command, until it is reaped */
	int interval_ms;
	bool raised; /* our priority */
	bool detached;
	bool endless; /* tasks may come when none is left */
};

/* Whether this user may load tracing programs: asks the kernel, which knows best. */
static int try_load(void)
{
	struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	CLEANUP_CLOSE int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "renacer_probe",
		"Dual MIT/GPL", insns, ARRAY_SIZE(insns), NULL);

	return fd < 0 ? fd : 0;
}

static int bpf_probe(struct err *err)
{
	struct stat st;
	int rc;

	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		return err_set(err, -errno,
			"eBPF: cannot read /sys/kernel/btf/vmlinux: %s; it takes a kernel with "
			"CONFIG_DEBUG_INFO_BTF and /sys mounted",
			strerror(errno));
	/* records carry the kernel's own numbers, which mean nothing in a container */
	if (!stat("/proc/self/ns/pid", &st) && (uint32_t)st.st_ino != INIT_PID_NS)
		return err_set(err, -EOPNOTSUPP,
			"eBPF: not from inside a PID namespace; run renacer on the host");
	rc = try_load();
	if (rc == -EPERM || rc == -EACCES)
		return err_set(err, rc,
			"eBPF: Operation not permitted; run as root, or give renacer the "
			"privilege: setcap cap_sys_ptrace,cap_bpf,cap_perfmon+ep");
	if (rc < 0)
		return err_sys(err, rc, "eBPF: the kernel takes no tracing programs");
	return 0;
}

/*
 * The reader must get a CPU as soon as a ring fills, or records are lost while the traced tasks
 * keep all CPUs busy. Children do not inherit it.
 */
static void raise_priority(struct engine *e)
{
	struct sched_param param = {.sched_priority = 1};

	if (!sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		e->raised = e->rings.rests = true;
	else
		log_debug("bpf", "no real-time priority: %s", strerror(errno));
}

static void restore_priority(struct engine *e)
{
	struct sched_param param = {.sched_priority = 0};

	if (e->raised)
		sched_setscheduler(0, SCHED_OTHER, &param);
	e->raised = e->rings.rests = false;
}

static int side_record(void *self, void *data, size_t len)
{
	struct engine *e = self;

	side_lane_add_record(&e->side, data, len);
	return 0;
}

static void bpf_close(struct engine *e);

static int open_reader(struct engine *e, struct err *err)
{
	struct epoll_event event = {.events = EPOLLIN};
	int rc;

	ring_lanes_init(&e->rings, e->load.nr_rings, e->load.ring_bytes, BACKLOG_MAX);
	for (size_t cpu = 0; cpu < e->rings.nr; cpu++) {
		ring_lane_init(&e->rings, cpu, load_ring(&e->load, cpu), &e->tasks);
		stream_add_lane(e->stream, &ring_lane_ops, &e->rings.lanes[cpu]);
	}
	stream_add_lane(e->stream, &side_lane_ops, &e->side);
	e->side_ring = ring_buffer__new(load_side_fd(&e->load), side_record, e, NULL);
	if (!e->side_ring)
		return err_sys(err, -errno, "cannot map the ring at the side");
	e->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (e->epoll < 0)
		return err_sys(err, -errno, "epoll_create");
	rc = epoll_ctl(e->epoll, EPOLL_CTL_ADD, load_side_fd(&e->load), &event);
	return rc < 0 ? err_sys(err, -errno, "epoll_ctl") : 0;
}

static int bpf_open(
	struct engine **ret, const struct engine_plan *plan, struct stream *stream, struct err *err)
{
	struct engine *e = xcalloc(1, sizeof(*e));
	int rc;

	e->stream = stream;
	e->kinds = plan->kinds;
	e->epoll = e->pidfd = -1;
	e->interval_ms = CALM_MS;
	rc = load_open(&e->load, plan, err);
	if (rc >= 0)
		rc = open_reader(e, err);
	if (rc < 0) {
		bpf_close(e);
		return rc;
	}
	*ret = e;
	return 0;
}

static int add_state(void *self, const struct event *ev, struct err *err)
{
	struct engine *e = self;

	return stream_push(e->stream, ev, err);
}

/* Of the child at the gate: our own descriptors do not pass the execve. */
static int add_inherited(void *self, const struct event *ev, struct err *err)
{
	return ev->kind == EV_FD && ev->state.flags & O_CLOEXEC ? 0 : add_state(self, ev, err);
}

static int bpf_launch(struct engine *e, struct launch *launch, struct err *err)
{
	struct epoll_event event = {.events = EPOLLIN};
	int rc;

	if (!launch->pid) {
		rc = launch_fork(launch, err);
		if (rc < 0)
			return rc;
	}
	e->launch = launch;
	e->pidfd = syscall(SYS_pidfd_open, launch->pid, 0);
	if (e->pidfd < 0 || epoll_ctl(e->epoll, EPOLL_CTL_ADD, e->pidfd, &event) < 0)
		return err_sys(err, -errno, "pidfd_open");
	rc = load_mark_launched(&e->load, e->pidfd, launch->pid, err);
	if (rc < 0)
		return rc;
	map_put(&e->tasks, launch->pid, (void *)(uintptr_t)launch->pid);
	rc = load_attach(&e->load, err);
	if (rc < 0)
		return rc;
	/* not the mappings: they are ours, until the execve */
	rc = proc_state_emit(launch->pid, launch->pid, e->kinds & ~EV_BIT(EV_MAP), clock_now_ns(),
		add_inherited, e, err);
	if (rc < 0)
		return rc;
	raise_priority(e);
	return launch_release(launch, err);
}

static int note_attached(void *self, const struct wire_attached *task, struct err *err)
{
	struct engine *e = self;
	char comm[64];
	struct event ev = {
		.time_ns = clock_now_ns(),
		.kind = EV_ATTACH,
		.pid = task->pid,
		.tid = task->tid,
		.state = {.fd = -1, .path = comm},
	};

	map_put(&e->tasks, task->tid, (void *)(uintptr_t)task->pid);
	if (!(e->kinds & EV_BIT(EV_ATTACH)))
		return 0;
	proc_state_comm(task->tid, comm, sizeof(comm));
	return stream_push(e->stream, &ev, err);
}

static int bpf_attach(struct engine *e, pid_t pid, struct err *err)
{
	pid_t tgid = proc_state_status(pid, "Tgid:");
	int rc;

	if (tgid < 0)
		return err_sys(err, -ESRCH, "cannot attach to process %d", pid);
	if (tgid == getpid())
		return err_set(err, -EPERM, "renacer cannot trace itself");
	rc = load_attach(&e->load, err);
	if (rc < 0)
		return rc;
	rc = load_mark_process(&e->load, tgid, note_attached, e, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return err_sys(err, -ESRCH, "cannot attach to process %d", pid);
	raise_priority(e);
	return proc_state_emit(tgid, pid, e->kinds, clock_now_ns(), add_state, e, err);
}

/* One that has ended meanwhile is none; threads that were marked already are told of already. */
static int attach_member(struct engine *e, pid_t pid, struct err *err)
{
	int rc;

	if (pid <= 0 || pid == getpid())
		return 0;
	rc = load_mark_process(&e->load, pid, note_attached, e, err);
	if (rc <= 0)
		return rc;
	rc = proc_state_emit(pid, pid, e->kinds, clock_now_ns(), add_state, e, err);
	return rc == -ESRCH || rc == -ENOENT ? 0 : rc;
}

/* How deep folders may lie in each other. */
#define CGROUP_DEPTH_MAX 64

/* The tasks that are in the folder now; others are found when they make a call. */
static int attach_members(struct engine *e, int folder, unsigned depth, struct err *err)
{
	CLEANUP_CLOSE int procs = openat(folder, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *list = procs < 0 ? NULL : fdopen(dup(procs), "r");
	struct dirent *entry;
	int pid, rc = 0;
	DIR *dir;

	while (list && rc >= 0 && fscanf(list, "%d", &pid) == 1)
		rc = attach_member(e, pid, err);
	if (list)
		fclose(list);
	dir = depth ? fdopendir(dup(folder)) : NULL;
	while (dir && rc >= 0 && (entry = readdir(dir))) {
		CLEANUP_CLOSE int below = -1;

		if (entry->d_type != DT_DIR || *entry->d_name == '.')
			continue;
		below = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = below < 0 ? 0 : attach_members(e, below, depth - 1, err);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static int bpf_watch_cgroup(struct engine *e, const char *path, struct err *err)
{
	CLEANUP_CLOSE int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (folder < 0)
		return err_sys(err, -errno, "--cgroup: cannot open '%s'", path);
	rc = load_watch_cgroup(&e->load, folder, path, err);
	if (rc >= 0)
		rc = load_attach(&e->load, err);
	if (rc < 0)
		return rc;
	e->endless = true;
	raise_priority(e);
	return attach_members(e, folder, CGROUP_DEPTH_MAX, err);
}

/* Everything at or before the time returned lies in the lanes. */
static uint64_t refresh(struct engine *e)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t horizon_ns = now_ns - SLACK_NS;

	for (size_t cpu = 0; cpu < e->rings.nr; cpu++) {
		struct ring_lane *lane = &e->rings.lanes[cpu];
		uint64_t complete_ns = ring_lane_refresh(lane);
		struct event lost;

		horizon_ns = MIN(horizon_ns, complete_ns);
		if (ring_lane_lost(lane, cpu, now_ns, &lost))
			side_lane_add(&e->side, &lost);
	}
	ring_buffer__consume(e->side_ring);
	return horizon_ns;
}

static int64_t pump(struct engine *e, bool to_the_end, struct err *err)
{
	uint64_t horizon_ns = refresh(e);
	int64_t nr = stream_pump(e->stream, to_the_end ? UINT64_MAX : horizon_ns, err);

	for (size_t cpu = 0; cpu < e->rings.nr; cpu++)
		ring_lane_release(&e->rings.lanes[cpu]);
	return nr;
}

/* The output lags, and memory holds a record better than what it becomes. */
static void keep_for_later(struct engine *e)
{
	refresh(e); /* what was lost; and what woke us would do so again */
	ring_lanes_make_room(&e->rings);
	e->interval_ms = FULL_MS;
}

static void reap_command(struct engine *e)
{
	if (e->pidfd < 0 || launch_reap(e->launch, false) == 0)
		return;
	close(e->pidfd); /* and out of the epoll set */
	e->pidfd = -1;
}

static int bpf_poll(struct engine *e, int timeout_ms, struct err *err)
{
	struct epoll_event events[2];
	int64_t nr;
	bool ended;

	if (epoll_wait(e->epoll, events, ARRAY_SIZE(events),
		    MIN(MAX(timeout_ms, 0), e->interval_ms)) < 0 &&
		errno != EINTR)
		return err_sys(err, -errno, "epoll_wait");
	reap_command(e);
	/* the count drops after the last record was written: asked first, nothing is missed */
	ended = !e->endless && load_nr_live(&e->load) <= 0;
	if (!ended && stream_is_full(e->stream)) {
		keep_for_later(e);
		return 1;
	}
	nr = pump(e, ended, err);
	if (nr < 0)
		return (int)nr;
	if (e->rings.backlog_used)
		e->interval_ms = 0; /* and so is, most likely, more than that */
	else if (ended || nr >= BUSY_EVENTS)
		e->interval_ms = BUSY_MS;
	else
		e->interval_ms = nr ? CALM_MS : MIN(MAX(e->interval_ms, CALM_MS) * 2, IDLE_MS);
	return !ended || e->pidfd >= 0;
}

static int say_detached(struct engine *e, struct err *err)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&e->tasks, &at));) {
		struct event ev = {
			.time_ns = clock_now_ns(),
			.kind = EV_DETACH,
			.pid = (int32_t)(uintptr_t)slot->value,
			.tid = (int32_t)slot->key,
		};
		int rc;

		if (syscall(SYS_tgkill, ev.pid, ev.tid, 0) < 0 && errno == ESRCH)
			continue;
		rc = stream_push(e->stream, &ev, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int bpf_detach(struct engine *e, struct err *err)
{
	int64_t nr;

	if (e->detached)
		return 0;
	e->detached = true;
	load_detach(&e->load);
	restore_priority(e);
	if (!e->rings.nr)
		return 0;
	nr = pump(e, true, err);
	return nr < 0 ? (int)nr : say_detached(e, err);
}

static void bpf_close(struct engine *e)
{
	if (!e)
		return;
	load_detach(&e->load);
	restore_priority(e);
	if (e->rings.backlog_peak)
		log_debug("bpf", "the reader was outrun: %llu MiB gathered",
			(unsigned long long)e->rings.backlog_peak >> 20);
	ring_lanes_deinit(&e->rings);
	side_lane_deinit(&e->side);
	ring_buffer__free(e->side_ring);
	load_close(&e->load);
	map_deinit(&e->tasks);
	if (e->epoll >= 0)
		close(e->epoll);
	if (e->pidfd >= 0)
		close(e->pidfd);
	free(e);
}

static void bpf_sums(struct engine *e, engine_sum_fn add, void *self)
{
	sums_read(&e->load.sums, add, self);
}

static void bpf_cost(const struct engine *e, struct engine_cost *ret)
{
	load_cost(&e->load, &ret->kernel_runs, &ret->kernel_ns);
	ret->ring_bytes = e->load.ring_stride * e->load.nr_rings;
	ret->backlog_bytes = e->rings.backlog_peak;
}

const struct engine_ops engine_bpf = {
	.name = "bpf",
	.summary = "watches from inside the kernel; needs privilege, costs least",
	.kinds = EV_BIT(EV_CALL_ENTER) | EV_BIT(EV_CALL_EXIT) | EV_BIT(EV_FORK) | EV_BIT(EV_EXEC) |
		 EV_BIT(EV_EXIT) | EV_BIT(EV_SIGNAL) | EV_BIT(EV_STOP) | EV_BIT(EV_LOST) |
		 EV_BIT(EV_ATTACH) | EV_BIT(EV_DETACH) | EV_BIT(EV_FD) | EV_BIT(EV_CWD) |
		 EV_BIT(EV_MAP),
	.cpu_times = true,
	.buffers = true,
	.probe = bpf_probe,
	.open = bpf_open,
	.launch = bpf_launch,
	.attach = bpf_attach,
	.watch_cgroup = bpf_watch_cgroup,
	.poll = bpf_poll,
	.detach = bpf_detach,
	.sums = bpf_sums,
	.cost = bpf_cost,
	.close = bpf_close,
};
