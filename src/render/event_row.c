#include "render/event_row.h"

#include <string.h>
#include <sys/wait.h>

#include "decode/decode.h"
#include "render/renderer.h"
#include "render/value_text.h"
#include "report/call_subject.h"
#include "report/event_view.h"
#include "track/track.h"
#include "util/json.h"
#include "util/macros.h"

const struct event_column_info event_columns[NR_EVENT_COLUMNS] = {
	[COLUMN_KIND] = {"kind", .is_text = true},
	[COLUMN_TIMESTAMP] = {"timestamp_ns", .optional = true},
	[COLUMN_DURATION] = {"duration_ns", .optional = true},
	[COLUMN_PID] = {"pid"},
	[COLUMN_TID] = {"tid"},
	[COLUMN_COMM] = {"comm", .is_text = true, .optional = true},
	[COLUMN_NAME] = {"name", .is_text = true, .optional = true},
	[COLUMN_ARGS] = {"args", .is_text = true, .optional = true},
	[COLUMN_RESULT] = {"result", .optional = true},
	[COLUMN_ERRNO] = {"errno", .optional = true},
	[COLUMN_ERROR] = {"error", .is_text = true, .optional = true},
	[COLUMN_FD] = {"fd", .optional = true},
	[COLUMN_PATH] = {"path", .is_text = true, .optional = true},
	[COLUMN_MARKS] = {"marks", .is_text = true, .optional = true},
	[COLUMN_CHILD_PID] = {"child_pid", .optional = true},
	[COLUMN_CHILD_TID] = {"child_tid", .optional = true},
	[COLUMN_EXIT_CODE] = {"exit_code", .optional = true},
	[COLUMN_SIGNAL] = {"signal", .is_text = true, .optional = true},
	[COLUMN_LOST] = {"lost", .optional = true},
};

void event_row_deinit(struct event_row *row)
{
	arena_deinit(&row->scratch);
	buf_deinit(&row->text);
}

static void put_number(struct event_row *row, enum event_column column, int64_t number)
{
	row->cells[column] = (struct event_cell){.present = true, .number = number};
}

static void put_bytes(
	struct event_row *row, enum event_column column, const void *bytes, size_t len)
{
	struct event_cell *cell = &row->cells[column];

	cell->present = true;
	cell->text = arena_dup(&row->scratch, bytes, len);
	cell->len = len;
}

/* NULL = not known. */
static void put_text(struct event_row *row, enum event_column column, const char *text)
{
	if (!text)
		return;
	buf_reset(&row->text);
	json_add_utf8(&row->text, text, strlen(text));
	put_bytes(row, column, row->text.data, row->text.len);
}

static void put_args(
	struct event_row *row, const struct render_options *options, const struct event_view *view)
{
	const struct value_text how = value_text_for(options, view);

	buf_reset(&row->text);
	if (options->raw)
		value_text_draw_words(&row->text, view);
	else
		value_text_draw_args(&how, &row->text, view, 0, view->call->nr_args);
	put_bytes(row, COLUMN_ARGS, row->text.data, row->text.len);
}

static void put_marks(struct event_row *row, const struct event_call *call)
{
	static const struct {
		unsigned flag;
		const char *word;
	} marks[] = {
		{CALL_UNFINISHED, "unfinished"},
		{CALL_NO_ENTER, "no-entry"},
		{CALL_POKED, "injected-args"},
		{CALL_INJECTED, "injected-result"},
		{CALL_DELAYED, "delayed"},
	};

	buf_reset(&row->text);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (call->flags & marks[i].flag)
			buf_printf(&row->text, "%s%s", row->text.len ? " " : "", marks[i].word);
	if (call->abi == ABI_I386)
		buf_printf(&row->text, "%si386", row->text.len ? " " : "");
	if (row->text.len)
		put_bytes(row, COLUMN_MARKS, row->text.data, row->text.len);
}

static void put_times(struct event_row *row, const struct event *ev)
{
	const struct event_call *call = &ev->call;

	if (call->flags & (CALL_NO_ENTER | CALL_UNTIMED))
		return; /* when it began is not known */
	put_number(row, COLUMN_TIMESTAMP, (int64_t)call->enter_ns);
	if (!(call->flags & CALL_UNFINISHED))
		put_number(row, COLUMN_DURATION, (int64_t)(ev->time_ns - call->enter_ns));
}

static void fill_call(
	struct event_row *row, const struct render_options *options, const struct event_view *view)
{
	const struct decoded_call *call = view->call;
	const struct value *fd = call_subject_fd(call);

	put_times(row, view->ev);
	put_text(row, COLUMN_NAME, call->name);
	put_args(row, options, view);
	if (!(view->ev->call.flags & CALL_UNFINISHED))
		put_number(row, COLUMN_RESULT, view->ev->call.ret);
	if (call->error) {
		put_number(row, COLUMN_ERRNO, call->error);
		put_text(row, COLUMN_ERROR, call->error_name);
	}
	if (fd && (int32_t)fd->num >= 0)
		put_number(row, COLUMN_FD, (int32_t)fd->num);
	put_text(row, COLUMN_PATH, call_subject_path(&row->scratch, view->track, view->ev, call));
	put_marks(row, &view->ev->call);
}

static void put_signal(struct event_row *row, int signo)
{
	const char *name = decode_signal_name(&row->scratch, signo);

	put_text(row, COLUMN_SIGNAL, name ? name : arena_printf(&row->scratch, "%d", signo));
}

static void put_status(struct event_row *row, int status)
{
	if (WIFSIGNALED(status))
		put_signal(row, WTERMSIG(status));
	else
		put_number(row, COLUMN_EXIT_CODE, WEXITSTATUS(status));
}

static void fill_other(struct event_row *row, const struct event *ev)
{
	put_number(row, COLUMN_TIMESTAMP, (int64_t)ev->time_ns);
	switch (ev->kind) {
	case EV_FORK:
		put_number(row, COLUMN_CHILD_PID, ev->fork.child_pid);
		put_number(row, COLUMN_CHILD_TID, ev->fork.child_tid);
		break;
	case EV_EXEC: put_text(row, COLUMN_PATH, ev->exec.path); break;
	case EV_EXIT: put_status(row, ev->exit.status); break;
	case EV_SIGNAL: put_signal(row, ev->signal.signo); break;
	case EV_STOP: put_signal(row, ev->stop_signo); break;
	case EV_LOST: put_number(row, COLUMN_LOST, (int64_t)ev->lost.count); break;
	default: break;
	}
}

bool event_row_fill(
	struct event_row *row, const struct render_options *options, const struct event_view *view)
{
	const struct event *ev = view->ev;

	if (!(EV_BIT(ev->kind) & EVENT_KINDS_OF_RUN))
		return false; /* the tracker's state */
	memset(row->cells, 0, sizeof(row->cells));
	arena_reset(&row->scratch);
	put_text(row, COLUMN_KIND, event_kind_name((enum event_kind)ev->kind));
	put_number(row, COLUMN_PID, ev->pid);
	put_number(row, COLUMN_TID, ev->tid);
	if (view->track)
		put_text(row, COLUMN_COMM, track_comm(view->track, ev->tid));
	if (ev->kind == EV_CALL)
		fill_call(row, options, view);
	else
		fill_other(row, ev);
	return true;
}

static const char *command_text(char *const *command, struct arena *a)
{
	struct buf text = BUF_INIT;
	const char *ret;
	struct json j;

	json_init(&j, &text);
	json_array_begin(&j);
	for (; *command; command++)
		json_text(&j, *command);
	json_array_end(&j);
	ret = arena_strndup(a, text.data, text.len);
	buf_deinit(&text);
	return ret;
}

size_t run_facts(const struct render_options *options, const char *format, struct arena *a,
	struct run_fact ret[RUN_FACTS_MAX])
{
	size_t nr = 0;

	ret[nr++] = (struct run_fact){"format", format};
	ret[nr++] = (struct run_fact){"version", RENACER_VERSION};
	ret[nr++] = (struct run_fact){"trace_id", options->trace_id};
	ret[nr++] = (struct run_fact){"realtime_offset_ns",
		arena_printf(a, "%llu", (unsigned long long)options->realtime_offset_ns)};
	if (options->command)
		ret[nr++] = (struct run_fact){"command", command_text(options->command, a)};
	return nr;
}
