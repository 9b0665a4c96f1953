#include "render/renderer.h"

#include <stdlib.h>

#include "render/anomaly_json.h"
#include "render/call_json.h"
#include "render/event_json.h"
#include "render/summary_json.h"
#include "report/anomaly.h"
#include "report/event_view.h"
#include "report/summary.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/out.h"

/* One object per line as it happens; `type` says what it is. The first line names the format. */

struct jsonl {
	struct out *out;
	const struct render_options *options;
	struct arena arena;
	struct buf scratch;
};

static void end_line(struct jsonl *l)
{
	out_puts(l->out, "\n");
	out_commit(l->out);
}

static void *jsonl_begin(struct out *out, const struct render_options *options)
{
	struct jsonl *l = xcalloc(1, sizeof(*l));
	struct json j;

	l->out = out;
	l->options = options;
	json_init(&j, &out->pending);
	json_object_begin(&j);
	json_key(&j, "type");
	json_text(&j, "header");
	json_key(&j, "version");
	json_text(&j, RENACER_VERSION);
	json_key(&j, "format");
	json_text(&j, "renacer-jsonl-v1");
	json_key(&j, "trace_id");
	json_text(&j, options->trace_id);
	json_key(&j, "realtime_offset_nanos");
	json_u64(&j, options->realtime_offset_ns);
	json_object_end(&j);
	end_line(l);
	return l;
}

static void draw_lost(struct json *j, const struct event *ev)
{
	json_key(j, "count");
	json_u64(j, ev->lost.count);
	if (ev->lost.cpu >= 0) {
		json_key(j, "cpu");
		json_i64(j, ev->lost.cpu);
	}
	json_key(j, "from_nanos");
	json_u64(j, ev->lost.from_ns);
	json_key(j, "timestamp_nanos");
	json_u64(j, ev->time_ns);
}

static void draw_event(struct jsonl *l, struct json *j, const struct event_view *view)
{
	const struct event *ev = view->ev;

	json_object_begin(j);
	json_key(j, "type");
	json_text(j, event_kind_name((enum event_kind)ev->kind));
	if (ev->kind == EV_CALL) {
		call_json_draw(j, l->options, &l->scratch, view);
	} else if (ev->kind == EV_LOST) {
		draw_lost(j, ev);
	} else {
		event_json_draw_particulars(j, &l->arena, view);
		json_key(j, "pid");
		json_i64(j, ev->pid);
		json_key(j, "tid");
		json_i64(j, ev->tid);
		json_key(j, "timestamp_nanos");
		json_u64(j, ev->time_ns);
	}
	json_object_end(j);
}

static void jsonl_event(void *self, const struct event_view *view)
{
	struct jsonl *l = self;
	struct json j;

	if (!(EV_BIT(view->ev->kind) & EVENT_KINDS_OF_RUN))
		return;
	if (l->out->error || l->options->summary == SUMMARY_ONLY)
		return;
	json_init(&j, &l->out->pending);
	draw_event(l, &j, view);
	end_line(l);
	arena_reset(&l->arena);
}

static void draw_totals(struct json *j, const struct summary_table *table)
{
	json_key(j, "total_syscalls");
	json_u64(j, table->calls);
	json_key(j, "total_duration_nanos");
	json_u64(j, table->elapsed_ns);
	json_key(j, "syscall_time_nanos");
	json_u64(j, table->time_ns);
	json_key(j, "unfinished");
	json_u64(j, table->unfinished);
	summary_json_draw_totals(j, table);
	json_key(j, "lost_events");
	json_u64(j, table->lost);
}

/* A line per row, then the totals. */
static void jsonl_summary(void *self, const struct summary_table *table)
{
	struct jsonl *l = self;

	for (size_t i = 0; i <= table->nr_rows; i++) {
		struct json j;

		json_init(&j, &l->out->pending);
		json_object_begin(&j);
		json_key(&j, "type");
		json_text(&j, i < table->nr_rows ? "summary" : "totals");
		if (i < table->nr_rows)
			summary_json_draw_row(&j, table->rows[i], l->options);
		else
			draw_totals(&j, table);
		json_object_end(&j);
		end_line(l);
	}
}

static void draw_anomaly(struct jsonl *l, const char *type, const struct anomaly *anomaly)
{
	struct json j;

	if (l->out->error)
		return;
	json_init(&j, &l->out->pending);
	json_object_begin(&j);
	json_key(&j, "type");
	json_text(&j, type);
	anomaly_json_draw(&j, anomaly);
	json_object_end(&j);
	end_line(l);
}

static void jsonl_anomaly(
	void *self, const struct event_view *view UNUSED, const struct anomaly *anomaly)
{
	draw_anomaly(self, "anomaly", anomaly);
}

static void jsonl_anomalies(
	void *self, const struct anomaly *list, size_t nr, uint64_t count UNUSED)
{
	for (size_t i = 0; i < nr; i++)
		draw_anomaly(self, "outlier", &list[i]);
}

static bool jsonl_end(void *self)
{
	struct jsonl *l = self;

	arena_deinit(&l->arena);
	buf_deinit(&l->scratch);
	free(l);
	return true;
}

const struct renderer renderer_jsonl = {
	.name = "jsonl",
	.media_type = "application/jsonl",
	.shapes = SHAPE_EVENTS,
	.structured = true,
	.whole = true,
	.mixes = true,
	.repeats = true,
	.begin = jsonl_begin,
	.event = jsonl_event,
	.summary = jsonl_summary,
	.anomaly = jsonl_anomaly,
	.anomalies = jsonl_anomalies,
	.end = jsonl_end,
};
