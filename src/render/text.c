#include "render/renderer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "event/calls.h"
#include "render/anomaly_text.h"
#include "render/summary_text.h"
#include "render/value_text.h"
#include "report/event_view.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/out.h"

/* The line form: what strace's users read without learning anything. */

/* With --unfinished: the first part of a call that has not returned. */
struct half {
	struct buf shown; /* of the arguments */
	size_t nr_shown;
};

struct text {
	struct out *out;
	const struct render_options *options;
	struct arena scratch;
	struct map halves; /* tid -> struct half, owned */
	int32_t open_tid;  /* whose half is the line that is being written; 0 = nobody's */
	struct buf args;
	int32_t first_tid;
	bool many_tasks; /* a second task exists or existed: lines say whose they are */
	uint64_t last_stamp_ns;
};

static void *text_begin(struct out *out, const struct render_options *options)
{
	struct text *t = xcalloc(1, sizeof(*t));

	t->out = out;
	t->options = options;
	return t;
}

static void draw_stamp(struct text *t, struct buf *line, uint64_t time_ns)
{
	uint64_t wall_ns = time_ns + t->options->realtime_offset_ns;
	time_t seconds = (time_t)(wall_ns / 1000000000u);
	unsigned micros = (unsigned)(wall_ns % 1000000000u / 1000u);
	struct tm tm;

	switch (t->options->stamp) {
	case STAMP_NONE: return;
	case STAMP_SECONDS:
	case STAMP_MICROS:
		localtime_r(&seconds, &tm);
		buf_printf(line, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
		if (t->options->stamp == STAMP_MICROS)
			buf_printf(line, ".%06u", micros);
		break;
	case STAMP_EPOCH: buf_printf(line, "%lld.%06u", (long long)seconds, micros); break;
	case STAMP_RELATIVE: {
		uint64_t since_ns = t->last_stamp_ns && time_ns > t->last_stamp_ns
					    ? time_ns - t->last_stamp_ns
					    : 0;

		buf_printf(line, "%6llu.%06u", (unsigned long long)(since_ns / 1000000000u),
			(unsigned)(since_ns % 1000000000u / 1000u));
		t->last_stamp_ns = time_ns;
		break;
	}
	}
	buf_addc(line, ' ');
}

static void draw_prefix(struct text *t, struct buf *line, const struct event *ev, uint64_t time_ns)
{
	if (t->many_tasks) {
		buf_adds(line, "[pid ");
		buf_add_i64(line, ev->tid);
		buf_adds(line, "] ");
	}
	draw_stamp(t, line, time_ns);
}

static void draw_result(
	struct buf *line, const struct event_view *view, const struct value_text *how, bool raw)
{
	const struct decoded_call *call = view->call;

	buf_adds(line, " = ");
	if (view->ev->call.flags & CALL_UNFINISHED) {
		buf_addc(line, '?');
		if (view->ev->call.flags & CALL_DETACHED)
			buf_adds(line, " <detached ...>");
		return;
	}
	if (call->error) {
		/* the call is restarted, nobody sees -512 */
		if (call->error >= 512 && call->error <= 516)
			buf_addc(line, '?');
		else
			buf_add_i64(line, view->ev->call.ret);
		if (call->error_name) {
			buf_addc(line, ' ');
			buf_adds(line, call->error_name);
			buf_adds(line, " (");
			if (call->error_text)
				buf_adds(line, call->error_text);
			else
				buf_printf(line, "Unknown error %d", call->error);
			buf_addc(line, ')');
		}
	} else if (raw) {
		value_text_draw(how, line,
			&(struct value){.kind = VALUE_HEX, .num = (uint64_t)view->ev->call.ret},
			true);
	} else {
		value_text_draw(how, line, &call->ret, true);
	}
	if (raw)
		return;
	if (call->ret_note)
		buf_printf(line, " (%s)", call->ret_note);
	if (call->ret_detail.kind != VALUE_ARRAY)
		return;
	buf_adds(line, " (");
	for (size_t i = 0; i < call->ret_detail.list.nr; i++) {
		const struct value *item = &call->ret_detail.list.items[i];

		buf_adds(line, i ? ", " : "");
		if (item->name)
			buf_printf(line, "%s ", item->name);
		value_text_draw(how, line, item, true);
	}
	buf_addc(line, ')');
}

static void draw_args(struct text *t, struct buf *line, const struct event_view *view,
	const struct value_text *how)
{
	if (t->options->raw)
		value_text_draw_words(line, view);
	else
		value_text_draw_args(how, line, view, 0, view->call->nr_args);
}

static uint64_t entered_ns(const struct event *ev)
{
	return ev->call.enter_ns ? ev->call.enter_ns : ev->time_ns;
}

static void draw_begin(struct text *t, struct buf *line, const struct event_view *view)
{
	draw_prefix(t, line, view->ev, entered_ns(view->ev));
	if (view->ev->call.abi == ABI_I386)
		buf_adds(line, "[i386] ");
	buf_adds(line, view->call->name);
	buf_addc(line, '(');
}

/* What was done to the call on request, as strace says it. */
static void draw_tampering(struct buf *line, uint8_t flags)
{
	if (flags & CALL_POKED)
		buf_adds(line,
			flags & CALL_INJECTED ? " (INJECTED: args, retval)" : " (INJECTED: args)");
	else if (flags & CALL_INJECTED)
		buf_adds(line, " (INJECTED)");
	if (flags & CALL_DELAYED)
		buf_adds(line, " (DELAYED)");
}

static void draw_return(struct text *t, struct buf *line, const struct event_view *view,
	const struct value_text *how)
{
	const struct event *ev = view->ev;

	buf_addc(line, ')');
	draw_result(line, view, how, t->options->raw);
	if (!(ev->call.flags & CALL_UNFINISHED))
		draw_tampering(line, ev->call.flags);
	if (t->options->timing && !(ev->call.flags & CALL_UNFINISHED)) {
		uint64_t took_ns = ev->time_ns - entered_ns(ev);

		if (ev->call.flags & CALL_NO_ENTER)
			buf_adds(line, " <unavailable>");
		else
			buf_printf(line, " <%llu.%06u>",
				(unsigned long long)(took_ns / 1000000000u),
				(unsigned)(took_ns % 1000000000u / 1000u));
	}
}

static void half_destroy(struct half *h)
{
	if (!h)
		return;
	buf_deinit(&h->shown);
	free(h);
}

/* The line that is open ends here, and its call goes on in another. */
static void interrupt(struct text *t, struct buf *line)
{
	if (!t->open_tid)
		return;
	t->open_tid = 0;
	buf_adds(line, " <unfinished ...>\n");
	out_commit(t->out);
}

static void draw_enter(struct text *t, struct buf *line, const struct event_view *view)
{
	const struct value_text how = value_text_for(t->options, view);
	struct half *h = xcalloc(1, sizeof(*h));
	bool grows = false;

	if (t->options->raw) {
		h->nr_shown = view->call->nr_args;
		value_text_draw_words(&h->shown, view);
	} else {
		h->nr_shown = decode_nr_known(&view->ev->call, view->call, &grows);
		value_text_draw_args(&how, &h->shown, view, 0, h->nr_shown);
	}
	if (h->nr_shown && h->nr_shown < view->call->nr_args && !grows)
		buf_adds(&h->shown, ", ");
	half_destroy(map_put(&t->halves, (uint32_t)view->ev->tid, h));
	draw_begin(t, line, view);
	buf_add(line, h->shown.data, h->shown.len);
	t->open_tid = view->ev->tid;
}

/* What the first part lacks. Arguments are not all as they were expected to become: then those that
 * it did not show at all. */
static void draw_rest(struct text *t, struct buf *line, const struct event_view *view,
	const struct value_text *how, const struct half *h)
{
	size_t nr_args = view->call->nr_args;

	if (view->ev->call.flags & CALL_UNFINISHED) {
		if (h->nr_shown < nr_args)
			buf_adds(line, " <unfinished ...>");
		return;
	}
	if (t->options->raw)
		return;
	buf_reset(&t->args);
	value_text_draw_args(how, &t->args, view, 0, nr_args);
	if (t->args.len >= h->shown.len &&
		(!h->shown.len || !memcmp(t->args.data, h->shown.data, h->shown.len)))
		buf_add(line, t->args.data + h->shown.len, t->args.len - h->shown.len);
	else
		value_text_draw_args(how, line, view, h->nr_shown, nr_args);
}

static void draw_call(struct text *t, struct buf *line, const struct event_view *view)
{
	const struct value_text how = value_text_for(t->options, view);
	const struct event *ev = view->ev;
	struct half *h = map_remove(&t->halves, (uint32_t)ev->tid);

	if (!h) {
		draw_begin(t, line, view);
		draw_args(t, line, view, &how);
	} else {
		if (t->open_tid != ev->tid) {
			draw_prefix(t, line, ev, ev->time_ns);
			if (ev->call.abi == ABI_I386)
				buf_adds(line, "[i386] ");
			buf_printf(line, "<... %s resumed>", view->call->name);
		}
		draw_rest(t, line, view, &how, h);
		half_destroy(h);
	}
	t->open_tid = 0;
	draw_return(t, line, view, &how);
}

/* An exec in a thread that is not the leader returns under the leader's id. */
static void move_half(struct text *t, const struct event *ev)
{
	struct half *h;

	if (!ev->exec.old_tid || ev->exec.old_tid == ev->tid)
		return;
	h = map_remove(&t->halves, (uint32_t)ev->exec.old_tid);
	if (h)
		half_destroy(map_put(&t->halves, (uint32_t)ev->tid, h));
}

static const char *signal_name(struct text *t, int signo)
{
	const char *name = decode_signal_name(&t->scratch, signo);

	return name ? name : arena_printf(&t->scratch, "signal %d", signo);
}

static void draw_exit(struct text *t, struct buf *line, int status)
{
	if (WIFSIGNALED(status))
		buf_printf(line, "+++ killed by %s%s +++", signal_name(t, WTERMSIG(status)),
			WCOREDUMP(status) ? " (core dumped)" : "");
	else
		buf_printf(line, "+++ exited with %d +++", WEXITSTATUS(status));
}

static void draw_lost(struct buf *line, const struct event_lost *lost, uint64_t time_ns)
{
	buf_printf(line, "!!! %llu events lost", (unsigned long long)lost->count);
	if (lost->cpu >= 0)
		buf_printf(line, " on CPU %d", lost->cpu);
	buf_printf(line, " within %.6f s !!!", (double)(time_ns - lost->from_ns) / 1e9);
}

static bool is_shown(const struct event *ev)
{
	return EV_BIT(ev->kind) & (EV_BIT(EV_CALL) | EV_BIT(EV_CALL_ENTER) | EV_BIT(EV_SIGNAL) |
					  EV_BIT(EV_STOP) | EV_BIT(EV_EXIT) | EV_BIT(EV_LOST));
}

static void text_event(void *self, const struct event_view *view)
{
	struct text *t = self;
	struct buf *line = &t->out->pending;
	const struct event *ev = view->ev;

	if (ev->kind != EV_LOST) {
		if (!t->first_tid)
			t->first_tid = ev->tid;
		if (ev->kind == EV_FORK || (ev->tid != t->first_tid && ev->kind != EV_FD &&
						   ev->kind != EV_CWD && ev->kind != EV_MAP))
			t->many_tasks = true;
	}
	if (t->out->error || t->options->summary == SUMMARY_ONLY)
		return;
	if (ev->kind == EV_EXEC)
		move_half(t, ev);
	if (is_shown(ev) && (ev->kind != EV_CALL || ev->tid != t->open_tid))
		interrupt(t, line);
	switch (ev->kind) {
	case EV_CALL: draw_call(t, line, view); break;
	case EV_CALL_ENTER:
		draw_enter(t, line, view);
		arena_reset(&t->scratch);
		return;
	case EV_SIGNAL:
		draw_prefix(t, line, ev, ev->time_ns);
		buf_printf(line, "--- %s ", signal_name(t, ev->signal.signo));
		value_text_draw(&(struct value_text){.string_limit = t->options->string_limit},
			line, view->siginfo, true);
		buf_adds(line, " ---");
		break;
	case EV_STOP:
		draw_prefix(t, line, ev, ev->time_ns);
		buf_printf(line, "--- stopped by %s ---", signal_name(t, ev->stop_signo));
		break;
	case EV_EXIT:
		draw_prefix(t, line, ev, ev->time_ns);
		draw_exit(t, line, ev->exit.status);
		break;
	case EV_LOST: draw_lost(line, &ev->lost, ev->time_ns); break;
	default: return;
	}
	buf_addc(line, '\n');
	out_commit(t->out);
	arena_reset(&t->scratch);
}

static void text_summary(void *self, const struct summary_table *table)
{
	struct text *t = self;

	interrupt(t, &t->out->pending);
	summary_text_draw(&t->out->pending, table, t->options);
	out_commit(t->out);
}

static void text_anomaly(void *self, const struct event_view *view, const struct anomaly *anomaly)
{
	struct text *t = self;
	struct buf *line = &t->out->pending;

	if (t->out->error)
		return;
	interrupt(t, line);
	draw_prefix(t, line, view->ev, view->ev->time_ns);
	buf_adds(line, "!!! ");
	anomaly_text_draw(line, anomaly, view, t->options);
	buf_adds(line, " !!!\n");
	out_commit(t->out);
}

static void text_anomalies(void *self, const struct anomaly *list, size_t nr, uint64_t count)
{
	struct text *t = self;

	interrupt(t, &t->out->pending);
	anomaly_text_draw_list(&t->out->pending, list, nr, count);
	out_commit(t->out);
}

static bool text_end(void *self)
{
	struct text *t = self;
	struct map_slot *slot;

	interrupt(t, &t->out->pending);
	for (size_t at = 0; (slot = map_next(&t->halves, &at));)
		half_destroy(slot->value);
	map_deinit(&t->halves);
	buf_deinit(&t->args);
	arena_deinit(&t->scratch);
	free(t);
	return true;
}

const struct renderer renderer_text = {
	.name = "text",
	.media_type = "text/plain",
	.shapes = SHAPE_EVENTS,
	.enters = true,
	.mixes = true,
	.repeats = true,
	.begin = text_begin,
	.event = text_event,
	.summary = text_summary,
	.anomaly = text_anomaly,
	.anomalies = text_anomalies,
	.end = text_end,
};
