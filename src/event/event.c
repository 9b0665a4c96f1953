#include "event/event.h"

#include <string.h>

#include "util/arena.h"
#include "util/macros.h"

static const char *const kind_names[NR_EVENT_KINDS] = {
	[EV_NONE] = "none",
	[EV_CALL_ENTER] = "call-enter",
	[EV_CALL_EXIT] = "call-exit",
	[EV_CALL] = "call",
	[EV_FORK] = "fork",
	[EV_EXEC] = "exec",
	[EV_EXIT] = "exit",
	[EV_SIGNAL_SENT] = "signal-sent",
	[EV_SIGNAL] = "signal",
	[EV_WAKEUP] = "wakeup",
	[EV_SWITCH] = "switch",
	[EV_MAP] = "map",
	[EV_UNMAP] = "unmap",
	[EV_LOST] = "lost",
	[EV_SAMPLE] = "sample",
	[EV_ATTACH] = "attach",
	[EV_DETACH] = "detach",
	[EV_FD] = "fd",
	[EV_CWD] = "cwd",
	[EV_STOP] = "stop",
	[EV_ROOT] = "root",
};

const char *event_kind_name(enum event_kind kind)
{
	return (unsigned)kind < NR_EVENT_KINDS ? kind_names[kind] : NULL;
}

static const char *copy_text(struct arena *a, const char *text)
{
	return text ? arena_strdup(a, text) : NULL;
}

static const struct event_file *copy_file(struct arena *a, const struct event_file *file)
{
	struct event_file *ret;

	if (!file)
		return NULL;
	ret = arena_dup(a, file, sizeof(*file));
	ret->local = arena_dup(a, file->local, file->local_len);
	ret->peer = arena_dup(a, file->peer, file->peer_len);
	return ret;
}

struct event *event_copy(struct arena *a, const struct event *ev)
{
	struct event *ret = arena_dup(a, ev, sizeof(*ev));

	switch (ev->kind) {
	case EV_CALL_ENTER:
	case EV_CALL_EXIT:
	case EV_CALL: {
		struct capture *captures =
			arena_dup(a, ev->call.captures, ev->call.nr_captures * sizeof(*captures));

		for (size_t i = 0; i < ev->call.nr_captures; i++)
			captures[i].bytes = arena_dup(a, captures[i].bytes, captures[i].len);
		ret->call.captures = captures;
		break;
	}
	case EV_EXEC: ret->exec.path = copy_text(a, ev->exec.path); break;
	case EV_SIGNAL:
	case EV_SIGNAL_SENT:
		ret->signal.info = arena_dup(a, ev->signal.info, ev->signal.info_len);
		break;
	case EV_MAP: ret->map.path = copy_text(a, ev->map.path); break;
	case EV_FD:
	case EV_CWD:
	case EV_ROOT:
	case EV_ATTACH:
		ret->state.path = copy_text(a, ev->state.path);
		ret->state.file = copy_file(a, ev->state.file);
		break;
	case EV_SAMPLE:
		ret->sample.stack = arena_dup(
			a, ev->sample.stack, ev->sample.stack_len * sizeof(*ev->sample.stack));
		break;
	default: break;
	}
	return ret;
}
