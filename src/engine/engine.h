#pragma once
/*
 * What an engine is: it watches tasks and hands numbers and bytes to a stream. Nothing is turned
 * into text while a program is traced.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "event/call_bounds.h"
#include "event/calls.h"
#include "event/event.h"

struct engine;
struct err;
struct histogram;
struct inject_rule;
struct launch;
struct stream;

#define ENGINE_BOUNDS_MAX 32 /* a power of two */

/* What to deliver. Calls go by number so that the engine can drop the others at no cost. */
struct engine_plan {
	bool wanted[NR_ABIS][CALL_NR_LIMIT]; /* by number; recipes come from decode/row.h */
	bool want_unknown; /* numbers in no table, and those at or above CALL_NR_LIMIT */
	bool follow;       /* children too; threads always */
	bool want_times;   /* of entry; else calls may come with CALL_UNTIMED, which is cheaper */
	bool want_enters;  /* EV_CALL_ENTER for every call, not only with entry captures */
	bool want_queued;  /* event_call.queued_ns, where the kernel can tell (proc_state.h) */
	bool measure;      /* what it costs, even where that costs more */
	/*
	 * Nobody asks for single calls: an engine with `sums` may count those that return instead
	 * of delivering them. Entries of others (which never return), it delivers as ever.
	 */
	bool sums;
	bool cpu_times;        /* with `sums`: their times are those on the CPU, waiting left out */
	uint64_t kinds;        /* EV_BIT mask of the other kinds wanted */
	uint32_t string_limit; /* bytes of a buffer worth copying */
	const char *cgroup;    /* borrowed; its folder's tasks are traced; NULL = others */
	uint64_t unwanted_signals; /* bit signo - 1: their EV_SIGNAL need not come */
	/* What calls must be like to be wanted: by number, an index into `bounds`, whose first lets
	 * all pass. An engine may deliver others, too. */
	uint8_t bounds_of[NR_ABIS][CALL_NR_LIMIT];
	struct call_bounds bounds[ENGINE_BOUNDS_MAX];
	uint8_t nr_bounds; /* besides the first */
	/*
	 * What is to be done to a wanted call that was just entered (EV_CALL_ENTER, captures
	 * included; all earlier events were pushed); NULL = nothing. NULL = to no call at all.
	 */
	const struct inject_rule *(*injection)(void *injector, const struct event *enter);
	void *injector;                        /* borrowed */
	bool injected[NR_ABIS][CALL_NR_LIMIT]; /* by number: whether it is to be asked at all */
	bool injects_signals;
	/* of each ring, rounded up to a power of two; 0 = as the engine thinks best */
	uint64_t buffer_bytes;
};

/* Of buffer_bytes. */
#define ENGINE_BUFFER_MIN 128000u
#define ENGINE_BUFFER_MAX 256000000u

/* Where there is no room for more different bounds, calls have none: more than wanted will come. */
void engine_plan_bound(
	struct engine_plan *plan, enum abi abi, uint32_t nr, const struct call_bounds *bounds);

/* What an engine can tell of its own cost; 0 = not known, or not its way of working. */
struct engine_cost {
	uint64_t kernel_runs, kernel_ns; /* of programs inside the kernel */
	uint64_t stops;                  /* of tasks */
	uint64_t ring_bytes;             /* memory for what the reader has not read yet */
	uint64_t backlog_bytes;          /* likewise, beyond the rings: the most it came to */
};

/* The calls of one number, as far as an engine has counted them. */
struct engine_sum {
	enum abi abi;
	uint32_t nr;
	uint64_t calls, errors;
	uint64_t moved;                /* sum of the results above 0 */
	const struct histogram *times; /* ns in the call, of those whose entry was seen */
};
typedef void (*engine_sum_fn)(void *self, const struct engine_sum *sum);

struct engine_ops {
	const char *name; /* as --engine names it */
	const char *summary;
	uint64_t kinds; /* EV_BIT mask of what it can deliver */
	bool injects;   /* can change calls, not only watch them */
	bool cpu_times; /* as in the plan */
	bool buffers;   /* has a use for the plan's buffer_bytes */
	/* What its own part in a call may add to the time of one, now and then; 0 = next to nothing
	 */
	uint64_t hiccup_ns;

	/* 0 when this user can use it here; else the reason and what would help. Quick. */
	int (*probe)(struct err *err);

	/* The stream is borrowed. */
	int (*open)(struct engine **ret, const struct engine_plan *plan, struct stream *stream,
		struct err *err);

	/* Starts the prepared command; the first call reported is its execve. Once. */
	int (*launch)(struct engine *e, struct launch *launch, struct err *err);

	/* A process with all its threads. May be called several times. */
	int (*attach)(struct engine *e, pid_t pid, struct err *err);

	/*
	 * All tasks in the folder of a cgroup v2 file system and below, and those that come there,
	 * instead of others; `poll` goes on when none is left. As the plan says, too. NULL = it
	 * cannot.
	 */
	int (*watch_cgroup)(struct engine *e, const char *path, struct err *err);

	/*
	 * Waits up to `timeout_ms` for something to happen, delivers what did. 1 = go on, 0 = no
	 * task is left to watch, negative = failure. Returns early (1) when a signal handler ran.
	 */
	int (*poll)(struct engine *e, int timeout_ms, struct err *err);

	/*
	 * Lets go of every task, leaves none stopped, delivers what is still buffered. Idempotent.
	 * A launched command that cannot be let go (ptrace with a seccomp filter) is served on,
	 * unreported, by launch_reap and `close`.
	 */
	int (*detach)(struct engine *e, struct err *err);

	/*
	 * With `sums` in the plan: what was counted so far; a number may come in several parts. At
	 * any time before `close`. NULL = it delivers every call.
	 */
	void (*sums)(struct engine *e, engine_sum_fn add, void *self);

	/* Before `close`. NULL = nothing to tell. */
	void (*cost)(const struct engine *e, struct engine_cost *ret);

	/*
	 * Detaches if need be; waits for tasks that could not be let go, until a signal handler
	 * runs. Accepts NULL.
	 */
	void (*close)(struct engine *e);
};

/* NULL-terminated, cheapest first. */
extern const struct engine_ops *const engines[];
const struct engine_ops *engine_by_name(const char *name);
