/* The table `events`: what happened that is no call. */

#include <string.h>
#include <sys/wait.h>

#include "decode/decode.h"
#include "query/query_internal.h"

enum events_column {
	EVENTS_FILE,
	EVENTS_TIME,
	EVENTS_KIND,
	EVENTS_PID,
	EVENTS_TID,
	EVENTS_CPU,
	EVENTS_CHILD_PID,
	EVENTS_CHILD_TID,
	EVENTS_TARGET,
	EVENTS_SIGNAL,
	EVENTS_EXIT_CODE,
	EVENTS_FD,
	EVENTS_PATH,
	EVENTS_LOST,
	NR_EVENTS_COLUMNS
};

static const struct query_column columns[NR_EVENTS_COLUMNS + 1] = {
	[EVENTS_FILE] = {"file", true, WANT_FILE},
	[EVENTS_TIME] = {"timestamp_ns", false, WANT_TIME},
	[EVENTS_KIND] = {"kind", true, WANT_NAME},
	[EVENTS_PID] = {"pid", false, WANT_PID},
	[EVENTS_TID] = {"tid", false, WANT_TID},
	[EVENTS_CPU] = {"cpu", false, WANT_NOTHING, STORE_PART_CPU},
	[EVENTS_CHILD_PID] = {"child_pid", false, WANT_NOTHING},
	[EVENTS_CHILD_TID] = {"child_tid", false, WANT_NOTHING},
	[EVENTS_TARGET] = {"target", false, WANT_NOTHING},
	[EVENTS_SIGNAL] = {"signal", true, WANT_NOTHING},
	[EVENTS_EXIT_CODE] = {"exit_code", false, WANT_NOTHING},
	[EVENTS_FD] = {"fd", false, WANT_NOTHING},
	[EVENTS_PATH] = {"path", true, WANT_NOTHING},
	[EVENTS_LOST] = {"lost", false, WANT_NOTHING},
};

static void put_target(const struct event *ev, sqlite3_context *to)
{
	switch (ev->kind) {
	case EV_SIGNAL_SENT: sqlite3_result_int(to, ev->signal.peer_tid); break;
	case EV_WAKEUP: sqlite3_result_int(to, ev->wakeup.target_tid); break;
	default: break;
	}
}

static void put_signal(struct query_cursor *c, sqlite3_context *to)
{
	const struct event *ev = &c->ev;
	const char *name;
	int signo;

	switch (ev->kind) {
	case EV_SIGNAL:
	case EV_SIGNAL_SENT: signo = ev->signal.signo; break;
	case EV_STOP: signo = ev->stop_signo; break;
	case EV_EXIT:
		if (!WIFSIGNALED(ev->exit.status))
			return;
		signo = WTERMSIG(ev->exit.status);
		break;
	default: return;
	}
	name = decode_signal_name(&c->scratch, signo);
	if (!name)
		name = arena_printf(&c->scratch, "%d", signo);
	result_text(to, name, strlen(name));
}

static void put_path(const struct event *ev, sqlite3_context *to)
{
	const char *path = NULL;

	switch (ev->kind) {
	case EV_EXEC: path = ev->exec.path; break;
	case EV_MAP:
	case EV_UNMAP: path = ev->map.path; break;
	case EV_ATTACH:
	case EV_FD:
	case EV_CWD: path = ev->state.path; break;
	default: break;
	}
	if (path)
		result_text(to, path, strlen(path));
}

static void column(struct query_cursor *c, sqlite3_context *to, int column)
{
	const struct event *ev = &c->ev;

	switch ((enum events_column)column) {
	case EVENTS_FILE: sqlite3_result_text(to, cursor_file(c)->path, -1, SQLITE_STATIC); break;
	case EVENTS_TIME: result_u64(to, ev->time_ns); break;
	case EVENTS_KIND: result_name(to, event_kind_name((enum event_kind)ev->kind)); break;
	case EVENTS_PID: sqlite3_result_int(to, ev->pid); break;
	case EVENTS_TID: sqlite3_result_int(to, ev->tid); break;
	case EVENTS_CPU: sqlite3_result_int(to, ev->cpu); break;
	case EVENTS_CHILD_PID:
	case EVENTS_CHILD_TID:
		if (ev->kind == EV_FORK)
			sqlite3_result_int(to, column == EVENTS_CHILD_PID ? ev->fork.child_pid
									  : ev->fork.child_tid);
		break;
	case EVENTS_TARGET: put_target(ev, to); break;
	case EVENTS_SIGNAL: put_signal(c, to); break;
	case EVENTS_EXIT_CODE:
		if (ev->kind == EV_EXIT && !WIFSIGNALED(ev->exit.status))
			sqlite3_result_int(to, WEXITSTATUS(ev->exit.status));
		break;
	case EVENTS_FD:
		if (ev->kind == EV_FD)
			sqlite3_result_int(to, ev->state.fd);
		break;
	case EVENTS_PATH: put_path(ev, to); break;
	case EVENTS_LOST:
		if (ev->kind == EV_LOST)
			result_u64(to, ev->lost.count);
		break;
	default: break;
	}
}

const struct query_table query_events = {
	.name = "events",
	.columns = columns,
	.kinds = ~(EV_BIT(EV_CALL) | EV_BIT(EV_CALL_ENTER)),
	.next = scan_next,
	.column = column,
};
