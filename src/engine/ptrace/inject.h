#pragma once
/*
 * What -e inject= asks for, done to a stopped task. Inside the ptrace engine only.
 *
 * A call that is not to run gets a number that no call has, and its result is put where the kernel
 * leaves it. Delays keep the task in the stop it is in; nobody waits for it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "event/calls.h"

struct capture_run;
struct engine;
struct inject_rule;
struct task;

struct task_injection {
	const struct inject_rule *rule; /* of the call it is in; NULL = none. Borrowed */
	uint64_t *counts[NR_ABIS];      /* owned; of calls that have a rule, by number */
	int signo;                      /* to be sent when it is resumed */
	uint64_t delay_ns;              /* to be kept in this stop */
	uint64_t until_ns;              /* HOLD_DELAYED */
};

void task_injection_deinit(struct task_injection *ti);

/* Of a call that was just entered, with what `run` has captured. May change memory and `t->call`.
 */
void inject_enter(struct engine *e, struct task *t, const struct capture_run *run);

/* Of a call that returns, before it is reported. */
void inject_exit(struct task *t, int64_t *rval);

/* True: the task stays in its stop, `signo` is for later. */
bool inject_hold(struct engine *e, struct task *t, int signo);

/* Resumes a task in HOLD_DELAYED; the second all whose time is over. */
void inject_release(struct engine *e, struct task *t);
void inject_release_due(struct engine *e, uint64_t now_ns);

/* Whether the result of the call it is in is still to be put in its place. */
bool inject_owes_result(const struct task *t);
