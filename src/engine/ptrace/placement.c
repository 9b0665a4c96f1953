#include "engine/ptrace/placement.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "util/macros.h"

/*
 * Pinning alone is not enough while another CPU idles: the scheduler wakes the tracee, whose CPU is
 * busy running the tracer, on the idle one (measured: 25-90 us per call, moving to and fro with
 * every window). A CPU that runs nothing but SCHED_IDLE tasks counts as free, so a tracer of that
 * class lets the tracee wake, preempt and stop in place: 12.5 us, better than both pinned (14.7
 * us).
 *
 * The price: anybody else who wants that CPU starves the tracer (3,460 us per call beside a busy
 * loop). So the class is left when a slow window shows that somebody else runs there, shunned for a
 * while, longer each time, and then entered again only when a window has shown the contrary. It is
 * entered only if it can be left: that takes CAP_SYS_NICE or RLIMIT_NICE.
 */

#define FAST_WINDOW_NS    (UINT64_C(50000) * PLACEMENT_WINDOW) /* nobody starves at this pace */
#define REST_WINDOW_NS    (UINT64_C(1000000) * PLACEMENT_WINDOW)
#define SHUN_MIN_NS       UINT64_C(500000000)
#define SHUN_MAX_NS       UINT64_C(60000000000)
#define JUDGE_MIN_NS      UINT64_C(10000000) /* others show themselves within a few time slices */
#define CPU_CHECK_WINDOWS 4                  /* reading a CPU from /proc takes as long as a stop */

static int set_idle(bool on)
{
	struct sched_param param = {0};

	return sched_setscheduler(0, on ? SCHED_IDLE : SCHED_OTHER, &param);
}

static void *try_yielding(void *ret)
{
	*(bool *)ret = !set_idle(true) && !set_idle(false);
	return NULL;
}

/* In a thread of its own: a failure leaves it in the class for good. */
static bool find_may_yield(void)
{
	pthread_t thread;
	bool may = false;

	if (sched_getscheduler(0) != SCHED_OTHER)
		return false;
	if (pthread_create(&thread, NULL, try_yielding, &may))
		return false;
	pthread_join(thread, NULL);
	return may;
}

static void set_yielding(struct placement *p, bool on)
{
	if (p->yielding == on)
		return;
	if (!p->may_yield_known) {
		p->may_yield = find_may_yield();
		p->may_yield_known = true;
	}
	if (p->may_yield && !set_idle(on)) {
		p->yielding = on;
		log_debug("ptrace", "tracer %s SCHED_IDLE", on ? "enters" : "leaves");
	}
}

static void pin(struct placement *p, int cpu)
{
	cpu_set_t one;

	if (p->cpu == cpu)
		return;
	CPU_ZERO(&one);
	if (cpu >= 0)
		CPU_SET(cpu, &one);
	if (!sched_setaffinity(0, sizeof(p->own), cpu < 0 ? &p->own : &one))
		p->cpu = cpu;
}

void placement_init(struct placement *p)
{
	*p = (struct placement){.cpu = -1};
	/* fails on machines with more CPUs than the set holds; then it stays as it is */
	p->usable = !sched_getaffinity(0, sizeof(p->own), &p->own);
}

void placement_deinit(struct placement *p)
{
	if (p->usable)
		placement_rest(p);
}

void placement_rest(struct placement *p)
{
	set_yielding(p, false);
	pin(p, -1);
	p->window_ns = p->nr_windows = 0;
}

static bool read_proc(pid_t tid, const char *name, char *text, size_t cap)
{
	char path[64];
	CLEANUP_CLOSE int fd = -1;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, cap - 1);
	if (len <= 0)
		return false;
	text[len] = '\0';
	return true;
}

/* The CPU a task ran on last; -1 = not known. */
static int cpu_of(pid_t tid)
{
	char text[1024], *at;

	if (!read_proc(tid, "stat", text, sizeof(text)))
		return -1;
	at = strrchr(text, ')'); /* ends field 2, which may hold anything */
	for (int field = 2; at && field < 39; field++)
		at = strchr(at + 1, ' ');
	return at ? atoi(at) : -1;
}

static bool read_schedule(pid_t tid, struct schedule *ret)
{
	char text[128];

	return read_proc(tid, "schedstat", text, sizeof(text)) &&
	       sscanf(text, "%" SCNu64 " %" SCNu64, &ret->run_ns, &ret->wait_ns) == 2;
}

static void begin_window(struct placement *p, pid_t tid, uint64_t now_ns, bool judge)
{
	p->window_ns = now_ns;
	p->tid = tid;
	p->judging = judge && read_schedule(gettid(), &p->own_before) &&
		     read_schedule(tid, &p->tracee_before);
}

/*
 * Each side waits for the CPU while the other has it; more waiting than that is somebody else's
 * doing. Says yes, too, when several tasks stopped: their shares are not known.
 */
static bool is_contended(const struct placement *p, pid_t tid, uint64_t now_ns)
{
	struct schedule own, tracee;
	uint64_t waited_ns, ran_ns;

	if (tid != p->tid || !read_schedule(gettid(), &own) || !read_schedule(tid, &tracee))
		return true;
	waited_ns = own.wait_ns - p->own_before.wait_ns + tracee.wait_ns - p->tracee_before.wait_ns;
	ran_ns = own.run_ns - p->own_before.run_ns + tracee.run_ns - p->tracee_before.run_ns;
	return waited_ns > ran_ns + (now_ns - p->window_ns) / 4;
}

/* True: the next window is to be judged. */
static bool decide_yielding(struct placement *p, pid_t tid, uint64_t now_ns)
{
	bool slow = now_ns - p->window_ns > FAST_WINDOW_NS;

	if ((p->yielding && !slow) || now_ns < p->shun_until_ns)
		return false;
	if (!p->judging)
		return true;
	if (is_contended(p, tid, now_ns)) {
		set_yielding(p, false);
		p->shun_ns = MIN(MAX(p->shun_ns * 2, SHUN_MIN_NS), SHUN_MAX_NS);
		p->shun_until_ns = now_ns + p->shun_ns;
		return false;
	}
	if (!p->yielding)
		set_yielding(p, true);
	else
		p->shun_ns = 0;
	return true;
}

void placement_window(struct placement *p, pid_t tid, uint64_t now_ns)
{
	if (!p->usable)
		return;
	if (now_ns - p->window_ns > REST_WINDOW_NS) {
		/* not worth a CPU of our own; or the first window */
		placement_rest(p);
		begin_window(p, tid, now_ns, false);
		return;
	}
	if (p->nr_windows++ % CPU_CHECK_WINDOWS == 0) {
		int cpu = cpu_of(tid);

		if (cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, &p->own))
			pin(p, cpu);
	}
	/* a short window proves nothing to one who has been wrong before */
	if (!p->judging || p->yielding || !p->shun_ns || now_ns - p->window_ns >= JUDGE_MIN_NS)
		begin_window(p, tid, now_ns, decide_yielding(p, tid, now_ns));
}
