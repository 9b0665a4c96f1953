#include "render/renderer.h"

#include <stdlib.h>
#include <string.h>

#include "render/call_json.h"
#include "render/event_json.h"
#include "report/event_view.h"
#include "track/track.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/map.h"
#include "util/out.h"

/*
 * Chrome's Trace Event Format, the JSON object form, for chrome://tracing, Perfetto and others: a
 * complete event ("X") per call, an instant one ("i") per other event, and metadata ("M") with the
 * names of processes and threads when these are seen first or change. Times are microseconds with
 * three decimals.
 */

struct chrome {
	struct out *out;
	const struct render_options *options;
	struct arena arena;
	struct buf scratch;
	struct map names; /* task -> its name as told last, owned */
	bool begun;       /* an event stands in the list */
};

static void member_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}

static void draw_run(struct chrome *c, struct json *j)
{
	json_object_begin(j);
	member_text(j, "version", RENACER_VERSION);
	member_text(j, "format", "renacer-chrome-v1");
	member_text(j, "trace_id", c->options->trace_id);
	json_key(j, "realtime_offset_nanos");
	json_u64(j, c->options->realtime_offset_ns);
	if (c->options->command) {
		json_key(j, "command");
		json_array_begin(j);
		for (char *const *word = c->options->command; *word; word++)
			json_text(j, *word);
		json_array_end(j);
	}
	json_object_end(j);
}

static void *chrome_begin(struct out *out, const struct render_options *options)
{
	struct chrome *c = xcalloc(1, sizeof(*c));
	struct json j;

	c->out = out;
	c->options = options;
	json_init(&j, &out->pending);
	json_object_begin(&j);
	member_text(&j, "displayTimeUnit", "ns");
	json_key(&j, "otherData");
	draw_run(c, &j);
	out_puts(out, ",\"traceEvents\":["); /* closed at the end */
	return c;
}

static void event_begin(
	struct chrome *c, struct json *j, const char *phase, int32_t pid, int32_t tid)
{
	out_puts(c->out, c->begun ? ",\n" : "\n");
	c->begun = true;
	json_init(j, &c->out->pending);
	json_object_begin(j);
	member_text(j, "ph", phase);
	json_key(j, "pid");
	json_i64(j, pid);
	json_key(j, "tid");
	json_i64(j, tid);
}

static void event_end(struct chrome *c, struct json *j)
{
	json_object_end(j);
	out_commit(c->out);
}

static void draw_name(struct chrome *c, const char *what, const struct event *ev, const char *name)
{
	struct json j;

	event_begin(c, &j, "M", ev->pid, ev->tid);
	member_text(&j, "cat", "__metadata"); /* as Chrome has it: some readers want it */
	member_text(&j, "name", what);
	json_key(&j, "args");
	json_object_begin(&j);
	member_text(&j, "name", name);
	json_object_end(&j);
	event_end(c, &j);
}

/* A process is called what its first thread is. */
static void tell_names(struct chrome *c, const struct event_view *view)
{
	const struct event *ev = view->ev;
	const char *comm = view->track ? track_comm(view->track, ev->tid) : NULL;
	const char *told = map_get(&c->names, (uint32_t)ev->tid);

	if (!comm || (told && !strcmp(told, comm)))
		return;
	free(map_put(&c->names, (uint32_t)ev->tid, xstrdup(comm)));
	if (ev->pid == ev->tid)
		draw_name(c, "process_name", ev, comm);
	draw_name(c, "thread_name", ev, comm);
}

static void draw_time(struct json *j, const char *key, uint64_t ns)
{
	json_key(j, key);
	json_thousandths(j, ns);
}

/* One that never returned lasts until its task ended, or watching did. */
static void draw_call(struct chrome *c, const struct event_view *view)
{
	const struct event *ev = view->ev;
	const struct event_call *call = &ev->call;
	bool is_timed = !(call->flags & (CALL_NO_ENTER | CALL_UNTIMED));
	struct json j;

	event_begin(c, &j, is_timed ? "X" : "i", ev->pid, ev->tid);
	member_text(&j, "cat", "syscall");
	member_text(&j, "name", view->call->name);
	if (is_timed) {
		draw_time(&j, "ts", call->enter_ns);
		draw_time(
			&j, "dur", ev->time_ns > call->enter_ns ? ev->time_ns - call->enter_ns : 0);
	} else {
		draw_time(&j, "ts", ev->time_ns);
		member_text(&j, "s", "t");
	}
	json_key(&j, "args");
	json_object_begin(&j);
	call_json_draw_named(&j, c->options, &c->scratch, view);
	call_json_draw_outcome(&j, view);
	json_object_end(&j);
	event_end(c, &j);
}

static void draw_instant(struct chrome *c, const struct event_view *view)
{
	const struct event *ev = view->ev;
	struct json j;

	event_begin(c, &j, "i", ev->pid, ev->tid);
	member_text(&j, "cat", "event");
	member_text(&j, "name", event_kind_name((enum event_kind)ev->kind));
	draw_time(&j, "ts", ev->time_ns);
	member_text(&j, "s", ev->kind == EV_LOST ? "g" : "t"); /* concerns all, or the thread */
	json_key(&j, "args");
	json_object_begin(&j);
	if (ev->kind == EV_LOST) {
		json_key(&j, "count");
		json_u64(&j, ev->lost.count);
	}
	event_json_draw_particulars(&j, &c->arena, view);
	json_object_end(&j);
	event_end(c, &j);
	arena_reset(&c->arena);
}

static void chrome_event(void *self, const struct event_view *view)
{
	struct chrome *c = self;

	if (c->out->error || !(EV_BIT(view->ev->kind) & EVENT_KINDS_OF_RUN))
		return;
	if (view->ev->kind != EV_LOST)
		tell_names(c, view);
	if (view->ev->kind == EV_CALL)
		draw_call(c, view);
	else
		draw_instant(c, view);
}

static bool chrome_end(void *self)
{
	struct chrome *c = self;
	struct map_slot *slot;

	out_puts(c->out, "\n]}\n");
	for (size_t at = 0; (slot = map_next(&c->names, &at));)
		free(slot->value);
	map_deinit(&c->names);
	arena_deinit(&c->arena);
	buf_deinit(&c->scratch);
	free(c);
	return true;
}

const struct renderer renderer_chrome = {
	.name = "chrome",
	.media_type = "application/json",
	.shapes = SHAPE_EVENTS,
	.structured = true,
	.whole = true,
	.tracks = true,
	.begin = chrome_begin,
	.event = chrome_event,
	.end = chrome_end,
};
