#include "render/renderer.h"

#include <stdlib.h>

#include "render/value_text.h"
#include "report/event_view.h"
#include "report/summary.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/out.h"

/*
 * One call per record, as RFC 4180 has it (CRLF included); other events have no columns here. Or
 * one row of statistics per record.
 */

struct csv {
	struct out *out;
	const struct render_options *options;
	struct buf arguments;
};

/* Of statistics, behind the sum of the times; all in milliseconds. */
static const struct {
	const char *name;
	enum summary_column column;
	bool extended;
} times[] = {
	{"avg_time_ms", SUMMARY_AVG, false},
	{"stddev_ms", SUMMARY_STDDEV, true},
	{"min_ms", SUMMARY_MIN, true},
	{"p50_ms", SUMMARY_P50, false},
	{"p75_ms", SUMMARY_P75, true},
	{"p90_ms", SUMMARY_P90, false},
	{"p95_ms", SUMMARY_P95, true},
	{"p99_ms", SUMMARY_P99, false},
	{"p999_ms", SUMMARY_P999, true},
	{"max_ms", SUMMARY_MAX, true},
};

static void draw_summary_head(struct csv *c)
{
	out_puts(c->out, "syscall,calls,errors,total_time_ms");
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		if (c->options->extended || !times[i].extended)
			out_printf(c->out, ",%s", times[i].name);
	out_puts(c->out, "\r\n");
}

static void *csv_begin(struct out *out, const struct render_options *options)
{
	struct csv *c = xcalloc(1, sizeof(*c));

	c->out = out;
	c->options = options;
	if (options->summary)
		draw_summary_head(c);
	else
		out_puts(out, "syscall,arguments,result,duration_us,pid,tid,timestamp_ns,"
			      "source_location\r\n");
	return c;
}

static void draw_quoted(struct out *out, const struct buf *text)
{
	out_puts(out, "\"");
	for (size_t i = 0; i < text->len; i++) {
		if (text->data[i] == '"')
			out_puts(out, "\"");
		out_write(out, text->data + i, 1);
	}
	out_puts(out, "\"");
}

static void csv_event(void *self, const struct event_view *view)
{
	struct csv *c = self;
	const struct event *ev = view->ev;
	const struct event_call *call = &ev->call;
	struct value_text how;

	if (ev->kind != EV_CALL)
		return;
	how = value_text_for(c->options, view);
	buf_reset(&c->arguments);
	if (c->options->raw)
		value_text_draw_words(&c->arguments, view);
	else
		value_text_draw_args(&how, &c->arguments, view, 0, view->call->nr_args);
	out_printf(c->out, "%s,", view->call->name);
	draw_quoted(c->out, &c->arguments);
	out_puts(c->out, ",");
	/* what is not known is an empty field */
	if (!(call->flags & CALL_UNFINISHED))
		out_printf(c->out, "%lld", (long long)call->ret);
	out_puts(c->out, ",");
	if (!(call->flags & (CALL_UNFINISHED | CALL_NO_ENTER | CALL_UNTIMED)))
		out_printf(c->out, "%.3f", (double)(ev->time_ns - call->enter_ns) / 1e3);
	out_printf(c->out, ",%d,%d,", ev->pid, ev->tid);
	if (call->enter_ns)
		out_printf(c->out, "%llu", (unsigned long long)call->enter_ns);
	out_puts(c->out, ",\r\n");
	out_commit(c->out);
}

static void draw_ms(struct out *out, double ns)
{
	out_printf(out, ",%.6f", ns / 1e6);
}

static void draw_row(
	struct csv *c, const struct summary_table *table, const struct summary_row *row)
{
	buf_reset(&c->arguments);
	buf_adds(&c->arguments, row->key);
	if (table->by == SUMMARY_BY_NAME)
		out_puts(c->out, row->key);
	else
		draw_quoted(c->out, &c->arguments);
	out_printf(c->out, ",%llu,%llu", (unsigned long long)row->calls,
		(unsigned long long)row->errors);
	draw_ms(c->out, (double)row->times.sum);
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		if (times[i].extended && !c->options->extended)
			continue;
		if (row->times.nr)
			draw_ms(c->out, summary_value(table, row, times[i].column));
		else
			out_puts(c->out, ",");
	}
	out_puts(c->out, "\r\n");
	out_commit(c->out);
}

static void csv_summary(void *self, const struct summary_table *table)
{
	for (size_t i = 0; i < table->nr_rows; i++)
		draw_row(self, table, table->rows[i]);
}

static bool csv_end(void *self)
{
	struct csv *c = self;

	buf_deinit(&c->arguments);
	free(c);
	return true;
}

const struct renderer renderer_csv = {
	.name = "csv",
	.media_type = "text/csv",
	.shapes = SHAPE_EVENTS,
	.structured = true,
	.begin = csv_begin,
	.event = csv_event,
	.summary = csv_summary,
	.end = csv_end,
};
