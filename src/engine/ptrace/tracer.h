#pragma once
/*
 * The tracer proper: waits for stops of traced tasks, turns them into events, resumes the tasks.
 * Inside the ptrace engine only. All of it belongs to one thread: ptrace requests are bound to the
 * thread that attached.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "engine/capture_run.h"
#include "engine/engine.h"
#include "engine/ptrace/call_filter.h"
#include "engine/ptrace/inject.h"
#include "engine/ptrace/placement.h"
#include "util/map.h"

struct launch;

enum task_hold {
	HOLD_NONE = 0,
	HOLD_FRESH,   /* attach waits for its first stop */
	HOLD_STOPPED, /* had it: kept stopped until all are */
	HOLD_ORPHAN,  /* stopped before the event of its parent came */
	HOLD_DELAYED, /* kept in its stop for a while; see inject.h */
};

struct task {
	pid_t tid;
	pid_t pid;
	uint8_t hold;    /* enum task_hold */
	bool in_call;    /* the next stop of this kind is the call's exit */
	bool wanted;     /* the call is to be reported */
	bool enter_sent; /* as EV_CALL_ENTER */
	bool hidden;     /* none of its events are reported */
	bool starting;   /* the launched process, before its execve succeeded */
	bool filtered;   /* has our seccomp filter: stops at the calls of interest only */
	bool stopped;    /* by job control, and reported so */
	bool unwanted;   /* to be let go at its first stop */
	int held_code;   /* of the stop it is held in */
	unsigned age;    /* HOLD_ORPHAN: polls survived */
	char *exec_path; /* owned; of the execve in progress */
	struct event_call call;
	int queued_fd;             /* owned; proc_state.h; -1 = not open */
	uint64_t queued_before_ns; /* want_queued: what it and we had waited for a CPU, at entry */
	struct task_injection inject;
};

/* What is to be done at a call, by number. */
enum call_plan {
	PLAN_WANTED = 1,
	PLAN_ENTER = 2,   /* has captures at entry */
	PLAN_EXIT = 4,    /* has captures at exit */
	PLAN_PROCESS = 8, /* makes or replaces a process: its arguments are needed in any case */
	PLAN_STACK = 16,  /* argument word 0 is to be the stack pointer */
	PLAN_INJECT = 32, /* something may be done to it */
};

struct engine {
	struct stream *stream; /* borrowed */
	bool follow, want_enters, want_queued;
	uint64_t kinds;
	uint32_t string_limit;
	uint8_t call_plan[NR_ABIS][CALL_NR_LIMIT]; /* enum call_plan */
	uint8_t unknown_plan;                      /* of numbers in no table */
	uint8_t bounds_of[NR_ABIS][CALL_NR_LIMIT]; /* as in the plan */
	struct call_bounds bounds[ENGINE_BOUNDS_MAX];
	uint64_t unwanted_signals;
	const struct capture_recipe *recipes[NR_ABIS][CALL_NR_LIMIT];
	/* As in the plan. */
	const struct inject_rule *(*injection)(void *injector, const struct event *enter);
	void *injector;
	bool injects_signals;

	struct map tasks;       /* tid -> struct task, owned */
	size_t nr_filtered;     /* of these, tasks with our filter */
	size_t nr_fresh;        /* in HOLD_FRESH */
	size_t nr_delayed;      /* in HOLD_DELAYED */
	uint64_t next_delay_ns; /* when the first of them is to go on */
	struct launch *launch;  /* borrowed; NULL = nothing launched */
	struct call_filter filter;
	struct capture_run run;        /* of the current event */
	struct capture_run launch_run; /* of the execve of the launched process */

	bool crowded;    /* a dead child of others lies in the way; see tracer.c */
	bool detaching;  /* tasks are let go instead of resumed */
	bool quiet;      /* what is left is served without reporting */
	int failure;     /* first failure; sticks, nothing is reported after it */
	struct err *err; /* borrowed, during an operation: where its reason goes */

	pid_t self;             /* the tracing thread */
	int queued_fd;          /* owned; of `self`; -1 = nobody asks, or not there */
	unsigned nr_queued_fds; /* of tasks that are open */
	unsigned nr_stops;
	struct placement placement;
	timer_t timer;
	uint64_t timer_ns; /* when it rings first */
	int timer_signo;   /* 0 = none was found: then there are no time limits */
	struct sigaction old_timer_action, old_child_action;
	sigset_t old_mask;
};

/* Waiting can be interrupted by time; also silences SIGCHLD for stops. */
int tracer_init(struct engine *e, struct err *err);
void tracer_deinit(struct engine *e);

struct task *tracer_add(struct engine *e, pid_t tid, pid_t pid);

/* The ptrace options for a task that is (or will be) under our seccomp filter, or not. */
uintptr_t tracer_options(const struct engine *e, bool filtered);

/* While armed, waiting ends (-EINTR) after `first_ms` and again and again from then on. */
void tracer_arm(struct engine *e, int first_ms);
void tracer_disarm(struct engine *e);

/*
 * Handles one stop or death; waits for it if `block`. 1 = did, 0 = nothing is there, -EINTR = a
 * signal came first.
 */
int tracer_step(struct engine *e, bool block);

/* Handles the stop (kernel's stop code) that a held task is in. */
void tracer_unhold(struct engine *e, struct task *t);

/* Orphans whose parent died before it could tell. */
void tracer_adopt_orphans(struct engine *e);

/* The last thing done with a task in its stop: it may be forgotten here. */
void tracer_resume(struct engine *e, struct task *t, int signo);

/*
 * Stops are looked at with WNOWAIT: what is resumed need not be taken off first. What stays stopped
 * must be, or it would be found again and again.
 */
void tracer_consume_stop(pid_t tid);

/* Reports that observation ends; the second also forgets the task. */
void tracer_report_detach(struct engine *e, struct task *t);
void tracer_forget(struct engine *e, struct task *t);

/* Hands an event to the stream unless something failed before. */
void tracer_emit(struct engine *e, const struct event *ev);
