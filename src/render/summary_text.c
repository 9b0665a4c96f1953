#include "render/summary_text.h"

#include <math.h>
#include <string.h>

#include "render/renderer.h"
#include "render/value_text.h"
#include "report/summary.h"
#include "util/buf.h"
#include "util/macros.h"

/* What a row's calls waited for most. */
#define NR_LATENCIES 3

struct heading {
	const char *text;
	unsigned width; /* with the gap behind it */
	const char *strace_text;
	unsigned strace_width;
};

static const struct heading headings[NR_SUMMARY_COLUMNS] = {
	[SUMMARY_KEY] = {NULL, 17, NULL, 16},
	[SUMMARY_CALLS] = {"Calls", 9, "calls", 9},
	[SUMMARY_ERRORS] = {"Errors", 10, "errors", 9},
	[SUMMARY_TIME] = {"Total Time", 14, "seconds", 11},
	[SUMMARY_PERCENT] = {"%Time", 8, "% time", 6},
	[SUMMARY_AVG] = {"Avg Time", 12, "usecs/call", 11},
	[SUMMARY_MIN] = {"Min", 12, "shortest", 11},
	[SUMMARY_P50] = {"p50", 9, "p50", 11},
	[SUMMARY_P75] = {"p75", 9, "p75", 11},
	[SUMMARY_P90] = {"p90", 9, "p90", 11},
	[SUMMARY_P95] = {"p95", 9, "p95", 11},
	[SUMMARY_P99] = {"p99", 9, "p99", 11},
	[SUMMARY_P999] = {"p99.9", 9, "p99.9", 11},
	[SUMMARY_MAX] = {"Max", 12, "longest", 11},
	[SUMMARY_STDDEV] = {"Stddev", 12, "stddev", 11},
	[SUMMARY_BYTES] = {"Bytes", 12, "bytes", 11},
};

static const struct {
	const char *text, *strace_text;
} key_headings[NR_SUMMARY_KEYS] = {
	[SUMMARY_BY_NAME] = {"Syscall", "syscall"},
	[SUMMARY_BY_PATH] = {"Path", "path"},
	[SUMMARY_BY_FD] = {"Descriptor", "descriptor"},
	[SUMMARY_BY_PID] = {"PID", "pid"},
	[SUMMARY_BY_COMM] = {"Command", "command"},
	[SUMMARY_BY_ERRNO] = {"Error", "error"},
};

static const uint8_t usual_columns[] = {SUMMARY_KEY, SUMMARY_CALLS, SUMMARY_ERRORS, SUMMARY_TIME,
	SUMMARY_AVG, SUMMARY_P50, SUMMARY_P90, SUMMARY_P99};
/* names of any length, with spaces in them, go last */
static const uint8_t usual_for_names[] = {SUMMARY_CALLS, SUMMARY_ERRORS, SUMMARY_TIME, SUMMARY_AVG,
	SUMMARY_P50, SUMMARY_P90, SUMMARY_P99, SUMMARY_KEY};
/* the key in front, or behind */
static const uint8_t extended_columns[] = {SUMMARY_KEY, SUMMARY_CALLS, SUMMARY_ERRORS, SUMMARY_TIME,
	SUMMARY_AVG, SUMMARY_STDDEV, SUMMARY_MIN, SUMMARY_P50, SUMMARY_P75, SUMMARY_P90,
	SUMMARY_P95, SUMMARY_P99, SUMMARY_P999, SUMMARY_MAX, SUMMARY_KEY};
static const uint8_t strace_columns[] = {
	SUMMARY_PERCENT, SUMMARY_TIME, SUMMARY_AVG, SUMMARY_CALLS, SUMMARY_ERRORS, SUMMARY_KEY};

struct table {
	const struct summary_table *data;
	const uint8_t *columns;
	size_t nr_columns;
};

/* At least three significant digits; with more of them where `least` decimals show more. */
static void add_digits(struct buf *out, double number, int least)
{
	int decimals = number > 0 ? 2 - (int)floor(log10(number)) : 0;

	buf_printf(out, "%.*f", number > 0 ? MAX(decimals, least) : 0, number);
}

static void add_ms(struct buf *out, double ns)
{
	double ms = ns / 1e6;

	add_digits(out, ms, ms >= 100 ? 2 : 3);
	buf_adds(out, "ms");
}

static void add_seconds(struct buf *out, double ns)
{
	add_digits(out, ns / 1e9, 0);
	buf_addc(out, 's');
}

/* A key may hold whatever a program names its files. */
static void add_key(struct buf *out, const char *key)
{
	static const struct value_text how = {0};

	value_text_escape(&how, out, (const uint8_t *)key, strlen(key), "\\");
}

static bool is_quantile(enum summary_column column)
{
	switch (column) {
	case SUMMARY_P50:
	case SUMMARY_P75:
	case SUMMARY_P90:
	case SUMMARY_P95:
	case SUMMARY_P99:
	case SUMMARY_P999:
	case SUMMARY_STDDEV: return true;
	default: return false;
	}
}

static void add_cell(struct buf *out, const struct summary_table *data,
	const struct summary_row *row, enum summary_column column)
{
	double value = summary_value(data, row, column);

	switch (column) {
	case SUMMARY_KEY: add_key(out, row->key); break;
	case SUMMARY_CALLS: buf_add_u64(out, row->calls); break;
	case SUMMARY_ERRORS: buf_add_u64(out, row->errors); break;
	case SUMMARY_PERCENT: buf_printf(out, "%.2f", value); break;
	case SUMMARY_BYTES:
		if (row->moves_data)
			buf_add_u64(out, row->bytes);
		else
			buf_addc(out, '-');
		break;
	default:
		if (!row->times.nr || (is_quantile(column) && row->calls == 1))
			buf_addc(out, '-');
		else
			add_ms(out, value);
	}
}

static const char *heading_of(const struct table *t, enum summary_column column, bool strace)
{
	if (column == SUMMARY_KEY)
		return strace ? key_headings[t->data->by].strace_text
			      : key_headings[t->data->by].text;
	return strace ? headings[column].strace_text : headings[column].text;
}

static size_t width_of(const struct table *t, struct buf *cell, enum summary_column column)
{
	size_t width = headings[column].width;

	for (size_t i = 0; i < t->data->nr_rows; i++) {
		buf_reset(cell);
		add_cell(cell, t->data, t->data->rows[i], column);
		width = MAX(width, cell->len + 1);
	}
	return width;
}

static void add_padding(struct buf *out, size_t begin, size_t width)
{
	while (out->len - begin < width)
		buf_addc(out, ' ');
}

static void draw_rows(struct buf *out, const struct table *t)
{
	struct buf cell = BUF_INIT;
	size_t widths[NR_SUMMARY_COLUMNS];

	/* behind the last one there is no gap */
	for (size_t c = 0; c < t->nr_columns; c++)
		widths[c] = c + 1 < t->nr_columns ? width_of(t, &cell, t->columns[c]) : 0;
	for (size_t c = 0; c < t->nr_columns; c++) {
		size_t begin = out->len;

		buf_adds(out, heading_of(t, t->columns[c], false));
		add_padding(out, begin, widths[c]);
	}
	buf_addc(out, '\n');
	for (size_t i = 0; i < t->data->nr_rows; i++) {
		for (size_t c = 0; c < t->nr_columns; c++) {
			size_t begin = out->len;

			add_cell(out, t->data, t->data->rows[i], t->columns[c]);
			add_padding(out, begin, widths[c]);
		}
		buf_addc(out, '\n');
	}
	buf_deinit(&cell);
}

static void draw_latencies(struct buf *out, const struct summary_table *data)
{
	const struct summary_row *worst[NR_LATENCIES] = {NULL};

	for (size_t i = 0; i < data->nr_rows; i++) {
		const struct summary_row *row = data->rows[i];

		if (row->times.nr < 2)
			continue;
		for (size_t at = 0; at < NR_LATENCIES; at++) {
			const struct summary_row *old = worst[at];

			if (old && summary_value(data, old, SUMMARY_P99) >=
					   summary_value(data, row, SUMMARY_P99))
				continue;
			worst[at] = row;
			row = old;
			if (!row)
				break;
		}
	}
	for (size_t at = 0; at < NR_LATENCIES && worst[at]; at++) {
		buf_adds(out, "Latency: ");
		add_key(out, worst[at]->key);
		buf_adds(out, " p50 ");
		add_ms(out, summary_value(data, worst[at], SUMMARY_P50));
		buf_adds(out, " p90 ");
		add_ms(out, summary_value(data, worst[at], SUMMARY_P90));
		buf_adds(out, " p99 ");
		add_ms(out, summary_value(data, worst[at], SUMMARY_P99));
		buf_addc(out, '\n');
	}
}

/* Of a process that goes by itself these never return, which is no news. */
static bool is_end(const char *key)
{
	return !strcmp(key, "exit_group") || !strcmp(key, "exit");
}

static void draw_unfinished(struct buf *out, const struct summary_table *data)
{
	const char *before = "Never returned: ";

	for (size_t i = 0; i < data->nr_all; i++) {
		const struct summary_row *row = data->rows[i];

		if (!row->unfinished || is_end(row->key))
			continue;
		buf_adds(out, before);
		add_key(out, row->key);
		buf_printf(out, " %llu", (unsigned long long)row->unfinished);
		before = ", ";
	}
	if (*before == ',')
		buf_addc(out, '\n');
}

static void draw_elapsed(struct buf *out, const struct summary_table *data)
{
	const struct launch_usage *usage = &data->usage;
	uint64_t busy_ns = usage->user_ns + usage->system_ns;

	buf_adds(out, "Elapsed: ");
	add_seconds(out, (double)data->elapsed_ns);
	if (usage->known) {
		buf_adds(out, " (user ");
		add_seconds(out, (double)usage->user_ns);
		buf_adds(out, ", system ");
		add_seconds(out, (double)usage->system_ns);
		buf_adds(out, ", waiting ");
		/* several tasks at once leave none */
		add_seconds(
			out, data->elapsed_ns > busy_ns ? (double)(data->elapsed_ns - busy_ns) : 0);
		buf_addc(out, ')');
	}
	buf_addc(out, '\n');
}

static void draw_usual(struct buf *out, const struct table *t)
{
	const struct summary_table *data = t->data;

	buf_adds(out, "System Call Summary:\n====================\n");
	draw_rows(out, t);
	buf_printf(out, "\nTotal: %llu calls, %llu errors\n", (unsigned long long)data->calls,
		(unsigned long long)data->errors);
	buf_adds(out, "Total syscall time: ");
	add_seconds(out, (double)data->time_ns);
	buf_adds(out, data->cpu ? " on the CPU\n" : "\n");
	draw_latencies(out, data);
	draw_unfinished(out, data);
	if (data->usage.known)
		buf_printf(out, "Page faults: %llu minor, %llu major\n",
			(unsigned long long)data->usage.minor_faults,
			(unsigned long long)data->usage.major_faults);
	draw_elapsed(out, data);
}

static void add_strace_cell(struct buf *out, const struct summary_table *data,
	const struct summary_row *row, enum summary_column column)
{
	double value = summary_value(data, row, column);
	int width = (int)headings[column].strace_width;

	switch (column) {
	case SUMMARY_KEY: add_key(out, row->key); break;
	case SUMMARY_CALLS:
	case SUMMARY_ERRORS:
	case SUMMARY_BYTES: buf_printf(out, "%*.0f", width, value); break;
	case SUMMARY_PERCENT: buf_printf(out, "%*.2f", width, value); break;
	case SUMMARY_AVG: buf_printf(out, "%*.0f", width, floor(value / 1e3)); break;
	default: buf_printf(out, "%*.6f", width, value / 1e9);
	}
}

static void draw_strace_row(struct buf *out, const struct table *t, const struct summary_row *row)
{
	for (size_t c = 0; c < t->nr_columns; c++) {
		enum summary_column column = t->columns[c];
		size_t begin;

		if (c)
			buf_addc(out, ' ');
		begin = out->len;
		if (column == SUMMARY_ERRORS && !row->errors)
			add_padding(out, begin, headings[column].strace_width);
		else
			add_strace_cell(out, t->data, row, column);
		if (column == SUMMARY_KEY && c + 1 < t->nr_columns)
			add_padding(out, begin, headings[column].strace_width);
	}
	buf_addc(out, '\n');
}

static void draw_strace_rule(struct buf *out, const struct table *t)
{
	for (size_t c = 0; c < t->nr_columns; c++) {
		if (c)
			buf_addc(out, ' ');
		for (unsigned i = 0; i < headings[t->columns[c]].strace_width; i++)
			buf_addc(out, '-');
	}
	buf_addc(out, '\n');
}

static void draw_strace_headings(struct buf *out, const struct table *t)
{
	for (size_t c = 0; c < t->nr_columns; c++) {
		enum summary_column column = t->columns[c];
		const char *text = heading_of(t, column, true);
		int width = (int)headings[column].strace_width;

		if (column == SUMMARY_KEY)
			width = c + 1 < t->nr_columns ? -width : 0;
		buf_printf(out, "%s%*s", c ? " " : "", width, text);
	}
	buf_addc(out, '\n');
}

static void draw_strace(struct buf *out, const struct table *t)
{
	struct summary_row all = {.key = (char *)"total"};

	for (size_t i = 0; i < t->data->nr_rows; i++) {
		all.calls += t->data->rows[i]->calls;
		all.errors += t->data->rows[i]->errors;
		all.bytes += t->data->rows[i]->bytes;
		histogram_merge(&all.times, &t->data->rows[i]->times);
	}
	draw_strace_headings(out, t);
	draw_strace_rule(out, t);
	for (size_t i = 0; i < t->data->nr_rows; i++)
		draw_strace_row(out, t, t->data->rows[i]);
	draw_strace_rule(out, t);
	draw_strace_row(out, t, &all);
	draw_elapsed(out, t->data);
	histogram_deinit(&all.times);
}

void summary_text_draw(
	struct buf *out, const struct summary_table *data, const struct render_options *options)
{
	struct table t = {data, options->summary_columns, options->nr_summary_columns};
	bool named = data->by == SUMMARY_BY_PATH || data->by == SUMMARY_BY_FD;

	if (!t.nr_columns && options->summary_strace)
		t = (struct table){data, strace_columns, ARRAY_SIZE(strace_columns)};
	else if (!t.nr_columns && options->extended)
		t = (struct table){
			data, extended_columns + named, ARRAY_SIZE(extended_columns) - 1};
	else if (!t.nr_columns && named)
		t = (struct table){data, usual_for_names, ARRAY_SIZE(usual_for_names)};
	else if (!t.nr_columns)
		t = (struct table){data, usual_columns, ARRAY_SIZE(usual_columns)};
	if (options->summary_strace)
		draw_strace(out, &t);
	else
		draw_usual(out, &t);
}
