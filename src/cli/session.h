#pragma once
/*
 * One observed run: an engine, a stream with its sinks, a command or attached processes, and the
 * signals that concern them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/engine.h"

struct err;
struct launch;
struct stream;

struct session {
	const struct engine_ops *ops;
	const struct engine_plan *plan;
	struct stream *stream; /* sinks added already */
	struct launch *launch; /* prepared; NULL = attach */
	const pid_t *pids;     /* to attach to */
	size_t nr_pids;
	/* what SIGUSR2 means to us; NULL = it is passed on, or ends an attached run, as others are
	 */
	void (*on_usr2)(void *self);
	void *usr2_self;       /* borrowed */
	struct engine *engine; /* while it runs */
	/* Results. */
	bool interrupted;    /* a signal came that would end us: Ctrl-C, SIGTERM... */
	uint64_t started_ns; /* when the subject was let run, or attached to; 0 = never */
	struct engine_cost cost;
};

/*
 * Runs it to its end: the tasks ended, a signal asked to let go (attach), or an error, upon which
 * the subject is let go of and a launched command is still waited for. Sinks have ended on return.
 * 0, or the first failure.
 */
int session_run(struct session *s, struct err *err);

/* What the engine has counted itself (engine.h); nothing where it does not, or does not run. */
void session_read_sums(void *session, engine_sum_fn add, void *to);

/*
 * The engine of that name ("auto": the cheapest that this user can use here for `plan`), or NULL
 * with the reason why it cannot be used. The name must be known.
 */
const struct engine_ops *session_choose_engine(
	const char *name, const struct engine_plan *plan, struct err *err);

/* Whether it can do what the plan asks for; else the reason. */
int session_engine_suits(
	const struct engine_ops *ops, const struct engine_plan *plan, struct err *err);
