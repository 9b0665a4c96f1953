#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "decode/row.h"
#include "engine/engine.h"
#include "engine/launch.h"
#include "engine/ptrace/attach.h"
#include "engine/ptrace/tracer.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/log.h"

/* How often the time is looked at while stops keep coming. */
#define STOPS_PER_CHECK 64

static int ptrace_probe(struct err *err)
{
	/* no such process: so it was at least looked for */
	if (ptrace(PTRACE_GET_SYSCALL_INFO, 0, 0, 0) < 0 && errno != ESRCH)
		return err_sys(err, -errno, "ptrace");
	return 0;
}

static uint8_t plan_call(
	struct engine *e, const struct engine_plan *plan, enum abi abi, uint32_t nr)
{
	enum call_id id = call_id_of(abi, nr);
	const struct capture_recipe *recipe;
	uint8_t call_plan = 0;

	switch (id) {
	case CALL_NONE: return plan->want_unknown ? PLAN_WANTED : 0;
	case CALL_clone:
	case CALL_clone3:
	case CALL_vfork:
	case CALL_execve:
	case CALL_execveat: call_plan = PLAN_PROCESS; break;
	default: break;
	}
	if (!plan->wanted[abi][nr])
		return call_plan;
	call_plan |= PLAN_WANTED | (plan->injection && plan->injected[abi][nr] ? PLAN_INJECT : 0);
	recipe = e->recipes[abi][nr] = syscall_row_captures(abi, id);
	if (!recipe)
		return call_plan;
	call_plan |= capture_recipe_args(recipe, CAPTURE_AT_ENTER) ? PLAN_ENTER : 0;
	call_plan |= capture_recipe_args(recipe, CAPTURE_AT_EXIT) ? PLAN_EXIT : 0;
	call_plan |= recipe->args[0].op == CAPTURE_STACK ? PLAN_STACK : 0;
	return call_plan;
}

/* True when the plan leaves out a call that exists. */
static bool drops_calls(const struct engine *e)
{
	for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
		if (call_id_of(ABI_X86_64, nr) != CALL_NONE &&
			!(e->call_plan[ABI_X86_64][nr] & PLAN_WANTED))
			return true;
	return false;
}

static void ptrace_close(struct engine *e);

static int ptrace_open(
	struct engine **ret, const struct engine_plan *plan, struct stream *stream, struct err *err)
{
	struct engine *e = xcalloc(1, sizeof(*e));
	int rc;

	e->stream = stream;
	e->follow = plan->follow;
	e->want_enters = plan->want_enters;
	e->want_queued = plan->want_queued;
	e->kinds = plan->kinds;
	e->string_limit = plan->string_limit;
	e->unwanted_signals = plan->unwanted_signals;
	memcpy(e->bounds_of, plan->bounds_of, sizeof(e->bounds_of));
	memcpy(e->bounds, plan->bounds, sizeof(e->bounds));
	e->injection = plan->injection;
	e->injector = plan->injector;
	e->injects_signals = plan->injects_signals;
	e->unknown_plan = plan->want_unknown ? PLAN_WANTED : 0;
	for (int abi = 0; abi < NR_ABIS; abi++)
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
			e->call_plan[abi][nr] = plan_call(e, plan, (enum abi)abi, nr);
	rc = tracer_init(e, err);
	if (rc < 0) {
		ptrace_close(e);
		return rc;
	}
	*ret = e;
	return 0;
}

static void prepare_filter(struct engine *e)
{
	bool stop[NR_ABIS][CALL_NR_LIMIT];

	if (!drops_calls(e))
		return;
	if (e->injects_signals) {
		log_debug("ptrace", "no seccomp filter: no signal can be sent from its stops");
		return;
	}
	if (!call_filter_permitted()) {
		log_debug("ptrace", "no seccomp filter: it would break setuid programs");
		return;
	}
	for (int abi = 0; abi < NR_ABIS; abi++)
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
			stop[abi][nr] = e->call_plan[abi][nr] & (PLAN_WANTED | PLAN_PROCESS);
	call_filter_init(&e->filter, stop, e->unknown_plan & PLAN_WANTED);
	log_debug("ptrace", "seccomp filter of %u instructions", e->filter.prog.len);
}

static int start_watching(struct engine *e, struct launch *launch, struct err *err)
{
	struct task *t;
	int rc = 0;

	if (!launch->pid)
		rc = launch_fork(launch, err);
	if (!rc)
		launch_await_gate(launch);
	if (!rc)
		rc = attach_seize(e, launch->pid, tracer_options(e, false));
	if (rc < 0)
		return rc;
	e->launch = launch;
	t = tracer_add(e, launch->pid, launch->pid);
	t->hidden = t->starting = true;
	/* it stops before it leaves the gate, and from then on at each call */
	if (ptrace(PTRACE_INTERRUPT, launch->pid, 0, 0) < 0 && errno != ESRCH)
		return err_sys(err, -errno, "ptrace(PTRACE_INTERRUPT)");
	prepare_filter(e);
	launch->seccomp = e->filter.prog.filter ? &e->filter.prog : NULL;
	return launch_release(launch, err);
}

static int ptrace_launch(struct engine *e, struct launch *launch, struct err *err)
{
	int rc;

	e->err = err;
	rc = start_watching(e, launch, err);
	if (rc < 0)
		launch_cancel(launch);
	return rc;
}

static int ptrace_attach(struct engine *e, pid_t pid, struct err *err)
{
	e->err = err;
	return attach_process(e, pid);
}

/* False: only children remain that nobody asked for, and cannot be let go. */
static bool has_reported_tasks(const struct engine *e)
{
	struct map_slot *slot;

	for (size_t at = 0; (slot = map_next(&e->tasks, &at));) {
		const struct task *t = slot->value;

		if (!t->hidden || t->starting || t->hold == HOLD_ORPHAN)
			return true;
	}
	return false;
}

static int ptrace_poll(struct engine *e, int timeout_ms, struct err *err)
{
	uint64_t end_ns = clock_now_ns() + (uint64_t)MAX(timeout_ms, 0) * 1000000;
	unsigned nr = 0;
	int rc = 0;

	e->err = err;
	if (!has_reported_tasks(e))
		return 0;
	if (timeout_ms > 0)
		tracer_arm(e, timeout_ms);
	while (e->tasks.len && !e->failure) {
		rc = tracer_step(e, timeout_ms > 0);
		if (rc <= 0 || (++nr % STOPS_PER_CHECK == 0 && clock_now_ns() >= end_ns))
			break;
	}
	tracer_disarm(e);
	if (!nr)
		placement_rest(&e->placement);
	tracer_adopt_orphans(e);
	if (e->failure)
		return e->failure;
	if (rc < 0 && rc != -EINTR)
		return err_sys(err, rc, "cannot wait for traced tasks");
	return has_reported_tasks(e);
}

/* For launch_reap, once nothing is reported any more. */
static void serve(void *self, int timeout_ms)
{
	struct engine *e = self;

	e->failure = 0; /* was reported; the command is not to blame */
	ptrace_poll(e, timeout_ms, NULL);
	if (!e->tasks.len)
		e->launch->serve = NULL;
}

static int ptrace_detach(struct engine *e, struct err *err)
{
	e->err = err;
	if (e->detaching)
		return 0;
	attach_detach_all(e);
	if (e->nr_filtered) {
		e->launch->serve = serve;
		e->launch->server = e;
	}
	return 0;
}

static void ptrace_close(struct engine *e)
{
	if (!e)
		return;
	ptrace_detach(e, NULL);
	if (e->launch)
		e->launch->serve = NULL;
	/* what is left would end with us: a signal, but no time limit, ends the waiting */
	e->failure = 0;
	while (e->tasks.len && !e->failure && tracer_step(e, true) > 0)
		;
	call_filter_deinit(&e->filter);
	tracer_deinit(e);
	free(e);
}

static void ptrace_cost(const struct engine *e, struct engine_cost *ret)
{
	ret->stops = e->nr_stops;
}

const struct engine_ops engine_ptrace = {
	.name = "ptrace",
	.summary = "stops the program at each call; works everywhere",
	.kinds = EV_BIT(EV_CALL_ENTER) | EV_BIT(EV_CALL_EXIT) | EV_BIT(EV_FORK) | EV_BIT(EV_EXEC) |
		 EV_BIT(EV_EXIT) | EV_BIT(EV_SIGNAL) | EV_BIT(EV_ATTACH) | EV_BIT(EV_DETACH) |
		 EV_BIT(EV_FD) | EV_BIT(EV_CWD) | EV_BIT(EV_MAP) | EV_BIT(EV_STOP),
	.injects = true,
	/*
	 * A traced program is inside calls for most of the time, so that what takes a CPU away, as
	 * the host of a virtual machine does, mostly hits one: 0.6 to 2.5 ms, one call in 60,000.
	 */
	.hiccup_ns = 3000000,
	.probe = ptrace_probe,
	.open = ptrace_open,
	.launch = ptrace_launch,
	.attach = ptrace_attach,
	.poll = ptrace_poll,
	.detach = ptrace_detach,
	.cost = ptrace_cost,
	.close = ptrace_close,
};
