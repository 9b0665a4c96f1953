#include "cli/trigger.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "engine/launch.h"
#include "event/event.h"
#include "filter/filter.h"
#include "filter/inject.h"
#include "store/writer.h"
#include "track/track.h"
#include "util/cleanup.h"
#include "util/err.h"

/* The last words of a process that was killed come from all its tasks; for so long they are
 * awaited. */
#define LAST_WORDS_NS 300000000u

#define ALL_SIGNALS UINT64_MAX

void trigger_deinit(struct trigger *t)
{
	filter_destroy(t->until);
	VEC_DEINIT(&t->processes);
	buf_deinit(&t->because);
}

int trigger_set_until(struct trigger *t, const char *text, struct err *err)
{
	struct err why = {0};
	int r;

	t->until = filter_create();
	t->until_text = text;
	r = filter_add(t->until, text, &why);
	if (r < 0)
		return err_set(err, r, "--until: %s", why.text);
	if (filter_injects(t->until, INJECT_ANYTHING))
		return err_set(err, -EINVAL,
			"--until: '%s' says what to do with calls, not which to wait for", text);
	return 0;
}

void trigger_ask(void *self)
{
	struct trigger *t = self;

	t->asked = true;
}

void trigger_number_name(struct buf *out, const char *path, unsigned number)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	size_t len = dot && dot != base ? (size_t)(dot - path) : strlen(path);

	buf_reset(out);
	buf_add(out, path, len);
	buf_printf(out, ".%u%s", number, path + len);
}

/* Those that run already are told of by their tasks. */
static struct trigger_process *process_of(struct trigger *t, int32_t pid)
{
	struct trigger_process *p;

	VEC_FOREACH (p, &t->processes)
		if (p->pid == pid)
			return p;
	return NULL;
}

static void note_attached(struct trigger *t, const struct event *ev)
{
	struct trigger_process *p = process_of(t, ev->pid);

	if (p)
		p->nr_tasks++;
	else if (!t->launch)
		VEC_PUSH(&t->processes, (struct trigger_process){.pid = ev->pid, .nr_tasks = 1});
}

static void note_exit(struct trigger *t, const struct event *ev)
{
	struct trigger_process *p = process_of(t, ev->pid);

	if (!p)
		return;
	p->nr_tasks--;
	if (!p->signo && WIFSIGNALED(ev->exit.status)) {
		p->signo = WTERMSIG(ev->exit.status);
		p->died_ns = ev->time_ns;
	}
}

static void note(struct trigger *t, const struct event *ev)
{
	struct trigger_process *p;

	if (t->launch && !t->processes.len && t->launch->pid > 0)
		VEC_PUSH(&t->processes,
			(struct trigger_process){.pid = t->launch->pid, .nr_tasks = 1});
	switch (ev->kind) {
	case EV_ATTACH: note_attached(t, ev); break;
	case EV_EXIT: note_exit(t, ev); break;
	case EV_FORK:
		p = process_of(t, ev->pid);
		if (p && ev->fork.share & FORK_THREAD)
			p->nr_tasks++;
		break;
	case EV_EXEC:
		p = process_of(t, ev->pid);
		if (p)
			p->nr_tasks = 1;
		break;
	default: break;
	}
}

static int finish(struct trigger *t, struct err *err)
{
	int r = store_writer_finish(t->writer, buf_cstr(&t->because), err);

	return r < 0 ? r : -EPIPE;
}

static int finish_at_death(struct trigger *t, const struct trigger_process *p, struct err *err)
{
	buf_printf(&t->because, "process %d was killed by SIG%s", p->pid,
		sigabbrev_np(p->signo) ? sigabbrev_np(p->signo) : "?");
	return finish(t, err);
}

/* A filter of signals says nothing about calls. */
static bool is_awaited(const struct trigger *t, const struct event *ev)
{
	if (!t->until)
		return false;
	return ev->kind == (filter_signals(t->until) == ALL_SIGNALS ? EV_CALL : EV_SIGNAL) &&
	       filter_match(t->until, ev, t->track);
}

static int trigger_event(void *self, const struct event *ev, struct err *err)
{
	struct trigger *t = self;
	struct trigger_process *p;

	if (is_awaited(t, ev)) {
		buf_printf(&t->because, "--until %s", t->until_text);
		return finish(t, err);
	}
	if (!t->keeps_ring)
		return 0;
	note(t, ev);
	if (ev->kind != EV_EXIT)
		return 0;
	p = process_of(t, ev->pid);
	return p && p->signo && p->nr_tasks <= 0 ? finish_at_death(t, p, err) : 0;
}

/* Under another name first: nobody is to find half a file. */
static int write_beside(struct trigger *t, const char *path)
{
	struct buf part = BUF_INIT;
	CLEANUP_CLOSE int fd = -1;
	int r = 0;

	buf_printf(&part, "%s.part", path);
	fd = open(buf_cstr(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		r = -errno;
	else
		r = store_writer_write_ring(t->writer, fd, "SIGUSR2");
	if (r >= 0 && rename(buf_cstr(&part), path) < 0)
		r = -errno;
	if (r < 0 && fd >= 0)
		unlink(buf_cstr(&part));
	buf_deinit(&part);
	return r;
}

/* What goes wrong here ends nothing: the ring is still there. */
static void write_now(struct trigger *t)
{
	struct buf name = BUF_INIT;
	int r;

	trigger_number_name(&name, t->path, ++t->nr_written);
	r = write_beside(t, buf_cstr(&name));
	if (r < 0)
		command_fail(0, "cannot write '%s': %s", buf_cstr(&name), strerror(-r));
	else if (!t->quiet)
		command_fail(0, "wrote '%s'", buf_cstr(&name));
	buf_deinit(&name);
}

static int trigger_tick(void *self, uint64_t now_ns, struct err *err)
{
	struct trigger *t = self;
	struct trigger_process *p;

	if (t->asked && t->keeps_ring)
		write_now(t);
	t->asked = false;
	VEC_FOREACH (p, &t->processes)
		if (p->signo && now_ns - p->died_ns >= LAST_WORDS_NS && now_ns > p->died_ns)
			return finish_at_death(t, p, err);
	return 0;
}

const struct sink_ops trigger_sink = {
	.name = "trigger",
	.event = trigger_event,
	.tick = trigger_tick,
};
