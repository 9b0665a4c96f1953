#pragma once
/*
 * Keeps the tracer on the CPU of the task that stops most. A stop whose two sides sit on two CPUs
 * wakes an idle CPU twice: 80-110 us per call instead of 12-15 us (virtual machine, 2 CPUs).
 *
 * Only the calling thread is moved, never a tracee, and it gets back what it had.
 */

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What the scheduler gave a task so far. */
struct schedule {
	uint64_t run_ns;
	uint64_t wait_ns; /* runnable but not running */
};

struct placement {
	cpu_set_t own; /* the thread's affinity as found */
	bool usable;   /* `own` is known */
	int cpu;       /* pinned to it; -1 = not pinned */
	bool yielding; /* runs as SCHED_IDLE */
	bool may_yield_known, may_yield;
	uint64_t shun_until_ns; /* others want the CPU; no SCHED_IDLE before that */
	uint64_t shun_ns;       /* for how long it was the last time */
	uint64_t window_ns;     /* when this window of stops began; 0 = none did */
	unsigned nr_windows;    /* since the last rest */
	pid_t tid;              /* who made the stop it began with */
	bool judging;           /* at its end it is looked for others; as it began: */
	struct schedule own_before, tracee_before;
};

void placement_init(struct placement *p);
void placement_deinit(struct placement *p); /* restores */

/* Asked after every PLACEMENT_WINDOW stops, the last of them by `tid`. */
#define PLACEMENT_WINDOW 16
void placement_window(struct placement *p, pid_t tid, uint64_t now_ns);

/* Nothing has stopped for a while. */
void placement_rest(struct placement *p);
