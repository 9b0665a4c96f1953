#include "cli/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/launch.h"
#include "event/stream.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/log.h"
#include "util/macros.h"

#define POLL_MS 100

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE};

enum origin { NOT_SEEN, FROM_KERNEL, FROM_PROCESS };

/* What arrived since the loop last looked: enum origin by signal. */
static volatile sig_atomic_t seen[NSIG];

static void note_signal(int signo, siginfo_t *info, void *context UNUSED)
{
	seen[signo] = info->si_code == SI_KERNEL ? FROM_KERNEL : FROM_PROCESS;
}

/*
 * What the user had us ignore stays ignored, for the command too: a handler would become the
 * default action in it. With `once` a second signal of a kind ends us: we may be stuck in a write
 * that nobody reads. The kernel lets go of attached processes then.
 */
static void catch_signals(const struct session *s, bool once)
{
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++) {
		struct sigaction action = {.sa_sigaction = note_signal, .sa_flags = SA_SIGINFO};
		struct sigaction now;

		if (once && watched[i] != SIGPIPE && !(watched[i] == SIGUSR2 && s->on_usr2))
			action.sa_flags |= SA_RESETHAND;
		sigaction(watched[i], NULL, &now);
		if (now.sa_handler != SIG_IGN)
			sigaction(watched[i], &action, NULL);
	}
}

static void watch_signals(const struct session *s, struct sigaction *old)
{
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		sigaction(watched[i], NULL, &old[i]);
	catch_signals(s, !s->launch);
}

static void unwatch_signals(const struct sigaction *old)
{
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		sigaction(watched[i], &old[i], NULL);
}

/* Passes on what was meant for the command; true when an attached run is to end. */
static bool handle_signals(struct session *s)
{
	bool stop = false;

	for (size_t i = 0; i < ARRAY_SIZE(watched); i++) {
		int signo = watched[i];
		enum origin origin = (enum origin)seen[signo];

		seen[signo] = NOT_SEEN;
		if (origin == NOT_SEEN || signo == SIGPIPE)
			continue;
		log_debug("session", "%s from %s", strsignal(signo),
			origin == FROM_KERNEL ? "the terminal" : "a process");
		s->interrupted |= signo != SIGUSR1 && signo != SIGUSR2;
		if (signo == SIGUSR2 && s->on_usr2)
			s->on_usr2(s->usr2_self);
		else if (!s->launch)
			stop = true;
		else if (origin == FROM_PROCESS && s->launch->pid > 0 && !s->launch->reaped)
			kill(s->launch->pid, signo); /* the terminal sent its own to both of us */
	}
	return stop;
}

static int start(struct session *s, struct engine *engine, struct err *err)
{
	if (s->launch) {
		int r = launch_fork(s->launch, err);

		return r < 0 ? r : s->ops->launch(engine, s->launch, err);
	}
	if (s->plan->cgroup)
		return s->ops->watch_cgroup(engine, s->plan->cgroup, err);
	for (size_t i = 0; i < s->nr_pids; i++) {
		int r = s->ops->attach(engine, s->pids[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int run(struct session *s, struct engine *engine, struct err *err)
{
	int r = start(s, engine, err);

	s->started_ns = r < 0 ? 0 : clock_now_ns();
	while (r >= 0) {
		if (handle_signals(s))
			return 0;
		r = s->ops->poll(engine, POLL_MS, err);
		if (r <= 0)
			return r;
		r = stream_tick(s->stream, clock_now_ns(), err);
	}
	return r;
}

/* The command runs on untraced, ended a moment ago, or was never let through the gate. */
static void wait_for_command(struct session *s)
{
	if (s->launch->pid > 0 && !s->launch->opened)
		launch_cancel(s->launch);
	while (s->launch->pid > 0 && !launch_reap(s->launch, false)) {
		handle_signals(s);
		poll(NULL, 0, 20);
	}
}

int session_run(struct session *s, struct err *err)
{
	struct sigaction old[ARRAY_SIZE(watched)];
	struct engine *engine = NULL;
	int r, ended;

	/* inherited as ignored, it would keep statuses from us; launch has noted it for the command
	 */
	signal(SIGCHLD, SIG_DFL);
	watch_signals(s, old);
	r = s->ops->open(&engine, s->plan, s->stream, err);
	s->engine = engine;
	if (r >= 0)
		r = stream_begin(s->stream, err);
	if (r >= 0)
		r = run(s, engine, err);
	if (engine) {
		ended = s->ops->detach(engine, r < 0 ? NULL : err);
		r = r < 0 ? r : ended;
	}
	if (s->launch && s->launch->reaped)
		catch_signals(s, true);
	ended = stream_end(s->stream, clock_now_ns(), r < 0 ? NULL : err);
	r = r < 0 ? r : ended;
	if (s->launch)
		wait_for_command(s);
	if (engine && s->ops->cost)
		s->ops->cost(engine, &s->cost);
	s->engine = NULL;
	s->ops->close(engine);
	unwatch_signals(old);
	return r < 0 ? r : 0;
}

void session_read_sums(void *session, engine_sum_fn add, void *to)
{
	struct session *s = session;

	if (s->engine && s->plan->sums && s->ops->sums)
		s->ops->sums(s->engine, add, to);
}

int session_engine_suits(
	const struct engine_ops *ops, const struct engine_plan *plan, struct err *err)
{
	if (plan->cgroup && !ops->watch_cgroup)
		return err_set(err, -EOPNOTSUPP,
			"--cgroup: the %s engine can watch a command or processes only; use --engine bpf",
			ops->name);
	if (plan->cpu_times && !ops->cpu_times)
		return err_set(err, -EOPNOTSUPP,
			"--cpu: the %s engine cannot tell time on the CPU from waiting; use --engine "
			"bpf",
			ops->name);
	if (!plan->injection || ops->injects)
		return 0;
	return err_set(err, -EOPNOTSUPP,
		"-e inject=: the %s engine cannot change what calls do, only watch; use --engine "
		"ptrace",
		ops->name);
}

const struct engine_ops *session_choose_engine(
	const char *name, const struct engine_plan *plan, struct err *err)
{
	for (size_t i = 0; engines[i]; i++) {
		if (strcmp(name, "auto") && strcmp(name, engines[i]->name))
			continue;
		if (session_engine_suits(engines[i], plan, err) >= 0 &&
			engines[i]->probe(err) >= 0) {
			log_debug("session", "engine %s", engines[i]->name);
			return engines[i];
		}
		log_debug("session", "engine %s cannot be used: %s", engines[i]->name, err->text);
	}
	return NULL;
}
