#include "cli/command.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/exit_status.h"
#include "cli/option.h"
#include "event/event.h"
#include "store/format.h"
#include "store/reader.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/err.h"
#include "util/map.h"
#include "util/out.h"

/* What a trace file is of, without showing its events. */

struct info_options {
	bool help, blocks;
};

static const struct option options[] = {
	{OPTION_FLAG, 0, "blocks", NULL, "each block of events and what it holds",
		offsetof(struct info_options, blocks), .common = true},
	{OPTION_FLAG, 'h', "help", NULL, "this text", offsetof(struct info_options, help),
		.common = true},
	OPTION_END};

#define LABEL "  %-13s "

/* What all blocks hold together. */
struct totals {
	uint64_t nr_events, nr_calls, min_ns, max_ns, flags;
	struct map tasks; /* -> itself */
};

static void add_zone(struct totals *t, const struct store_zone *zone)
{
	const struct zone_call *call;
	const struct zone_task *task;

	if (!zone->nr_events)
		return;
	t->min_ns = t->nr_events ? MIN(t->min_ns, zone->min_ns) : zone->min_ns;
	t->max_ns = MAX(t->max_ns, zone->max_ns);
	t->nr_events += zone->nr_events;
	t->flags |= zone->flags;
	VEC_FOREACH (call, &zone->calls)
		t->nr_calls += call->count;
	VEC_FOREACH (task, &zone->tasks)
		map_put(&t->tasks, (uint32_t)task->tid, t);
}

/* As in messages and lines: what cannot be printed is a question mark. */
static void draw_text(struct out *out, const char *text)
{
	for (; *text; text++)
		out_printf(out, "%c", *text >= 0x20 && *text != 0x7f ? *text : '?');
}

static void draw_texts(struct out *out, const char *label, char *const *texts)
{
	if (!texts || !*texts)
		return;
	out_printf(out, LABEL, label);
	for (size_t i = 0; texts[i]; i++) {
		out_puts(out, i ? " " : "");
		draw_text(out, texts[i]);
	}
	out_puts(out, "\n");
}

static void draw_text_row(struct out *out, const char *label, const char *text)
{
	char *const texts[] = {(char *)text, NULL};

	draw_texts(out, label, texts);
}

static void draw_time(struct out *out, const struct store_facts *facts, const struct totals *t)
{
	uint64_t real_ns = facts->start_ns + facts->realtime_offset_ns;
	time_t seconds = (time_t)(real_ns / 1000000000u);
	char day[64] = "";
	struct tm tm;

	if (facts->start_ns && gmtime_r(&seconds, &tm) &&
		strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm))
		out_printf(out, LABEL "%s.%03u UTC\n", "recorded", day,
			(unsigned)(real_ns / 1000000u % 1000u));
	if (t->nr_events)
		out_printf(out, LABEL "%.6f s from the first event to the last\n", "time",
			(double)(t->max_ns - t->min_ns) / 1e9);
}

static void draw_machine(struct out *out, const struct store_facts *facts)
{
	char *const *names = facts->system;

	if (!names || !names[0] || !names[1] || !names[2] || !names[3])
		return;
	out_printf(out, LABEL, "machine");
	draw_text(out, names[0]);
	out_puts(out, " ");
	draw_text(out, names[1]);
	out_puts(out, " ");
	draw_text(out, names[3]);
	out_printf(out, ", %llu CPUs\n", (unsigned long long)facts->nr_cpus);
}

static void draw_facts(struct out *out, const struct store_facts *facts, const struct totals *t)
{
	if (facts->command)
		draw_texts(out, "command", facts->command);
	else
		draw_text_row(out, "command", "none: attached to what ran");
	draw_text_row(out, "in", facts->folder);
	draw_time(out, facts, t);
	draw_machine(out, facts);
	draw_text_row(out, "engine", facts->engine);
	draw_texts(out, "filter", facts->filter);
	draw_text_row(out, "children", facts->options & STORE_FOLLOWED ? "traced" : "not traced");
	out_printf(out, LABEL "%llu bytes of a buffer at most\n", "data",
		(unsigned long long)facts->string_limit);
	draw_text_row(out, "environment",
		facts->options & STORE_ENV_VALUES ? "names and values" : "names");
}

static void draw_ring(struct out *out, const struct store_facts *facts)
{
	if (!facts->ring_bytes)
		return;
	out_printf(out, LABEL "the end of a ring of %llu bytes; %llu events before were dropped\n",
		"recording", (unsigned long long)facts->ring_bytes,
		(unsigned long long)facts->nr_dropped);
}

static void draw_contents(
	struct out *out, struct store_reader *r, const struct totals *t, size_t nr_blocks)
{
	const struct store_end *end = store_reader_end(r);
	size_t bytes = store_reader_bytes(r);

	out_printf(out, LABEL "%llu in %zu block%s, of %zu task%s\n", "events",
		(unsigned long long)t->nr_events, nr_blocks, nr_blocks == 1 ? "" : "s",
		t->tasks.len, t->tasks.len == 1 ? "" : "s");
	out_printf(out, LABEL "%llu%s\n", "calls", (unsigned long long)t->nr_calls,
		t->flags & STORE_HAS_UNFINISHED ? ", some of which never returned" : "");
	if (end)
		out_printf(out, LABEL "%llu\n", "lost events", (unsigned long long)end->nr_lost);
	else if (t->flags & STORE_HAS_LOST)
		out_printf(out, LABEL "some\n", "lost events");
	out_printf(out, LABEL "%zu bytes", "size", bytes);
	if (t->nr_events)
		out_printf(out, ", %.1f for each event", (double)bytes / (double)t->nr_events);
	out_puts(out, "\n");
	if (end)
		draw_text_row(out, "ended by", end->because);
	switch (store_reader_state(r)) {
	case STORE_CUT:
		out_printf(out, LABEL "cut off at byte %llu; what is before can be read\n", "state",
			(unsigned long long)store_reader_offset(r));
		break;
	case STORE_DAMAGED:
		out_printf(out, LABEL "damaged at byte %llu; what is before can be read\n", "state",
			(unsigned long long)store_reader_offset(r));
		break;
	default: draw_text_row(out, "state", "whole");
	}
}

static void draw_blocks(struct out *out, const struct store_block *blocks, size_t nr)
{
	out_puts(out, "\n      offset      bytes   events  calls  tasks   seconds  kinds\n");
	for (size_t i = 0; i < nr; i++) {
		const struct store_zone *zone = &blocks[i].zone;

		out_printf(out, "%12llu %10llu %8llu %6zu %6zu %9.6f ",
			(unsigned long long)blocks[i].offset, (unsigned long long)blocks[i].len,
			(unsigned long long)zone->nr_events, zone->calls.len, zone->tasks.len,
			(double)(zone->max_ns - zone->min_ns) / 1e9);
		for (unsigned kind = 0; kind < NR_EVENT_KINDS; kind++)
			if (zone->kinds & EV_BIT(kind))
				out_printf(out, " %s", event_kind_name((enum event_kind)kind));
		out_puts(out, "\n");
	}
}

static int draw_file(struct store_reader *r, const char *path, bool with_blocks)
{
	const struct store_facts *facts = store_reader_facts(r);
	const struct store_block *blocks;
	struct totals totals = {0};
	struct out out;
	size_t nr;
	int status;

	store_reader_skip_to_end(r);
	blocks = store_reader_blocks(r, &nr);
	for (size_t i = 0; i < nr; i++)
		add_zone(&totals, &blocks[i].zone);
	out_init(&out, STDOUT_FILENO);
	draw_text(&out, path);
	out_printf(&out, ": renacer trace, format %d.%u", STORE_MAJOR, store_reader_version(r));
	if (facts->writer) {
		out_puts(&out, ", written by ");
		draw_text(&out, facts->writer);
	}
	out_puts(&out, "\n");
	draw_facts(&out, facts, &totals);
	draw_ring(&out, facts);
	draw_contents(&out, r, &totals, nr);
	if (with_blocks)
		draw_blocks(&out, blocks, nr);
	status =
		out_flush(&out) < 0 || store_reader_state(r) != STORE_WHOLE ? EXIT_FAILED : EXIT_OK;
	out_deinit(&out);
	map_deinit(&totals.tasks);
	return status;
}

static int run_info(const struct command *self, int argc, char **argv)
{
	CLEANUP_FREE char **words = xcalloc((size_t)argc + 1, sizeof(*words));
	struct info_options o = {0};
	struct store_reader *r;
	struct err err = {0};
	int status, nr = option_parse(self->options, argc, argv, false, &o, words, &err);

	if (nr < 0)
		return command_fail(EXIT_USAGE, "info: %s", err.text);
	if (o.help)
		return command_help(self, true);
	if (nr != 1)
		return command_fail(EXIT_USAGE, "info takes one trace file");
	if (store_reader_open(&r, words[0], &err) < 0)
		return command_fail(EXIT_FAILED, "%s", err.text);
	status = draw_file(r, words[0], o.blocks);
	store_reader_close(r);
	return status;
}

const struct command command_info = {
	.name = "info",
	.synopsis = "[--blocks] FILE",
	.summary = "Tells what a trace file is of, and whether it is whole",
	.options = options,
	.completes = "file",
	.run = run_info,
};
