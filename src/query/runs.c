/* The table `runs`: one row per file. */

#include <string.h>

#include "query/query_internal.h"

enum runs_column {
	RUNS_FILE,
	RUNS_COMMAND,
	RUNS_FOLDER,
	RUNS_ENGINE,
	RUNS_WRITER,
	RUNS_TRACE_ID,
	RUNS_START,
	RUNS_END,
	RUNS_REALTIME,
	RUNS_CALLS,
	RUNS_EVENTS,
	RUNS_LOST,
	RUNS_SIZE,
	RUNS_STATE,
	NR_RUNS_COLUMNS
};

static const struct query_column columns[NR_RUNS_COLUMNS + 1] = {
	[RUNS_FILE] = {"file", true, WANT_NOTHING},
	[RUNS_COMMAND] = {"command", true, WANT_NOTHING},
	[RUNS_FOLDER] = {"folder", true, WANT_NOTHING},
	[RUNS_ENGINE] = {"engine", true, WANT_NOTHING},
	[RUNS_WRITER] = {"writer", true, WANT_NOTHING},
	[RUNS_TRACE_ID] = {"trace_id", true, WANT_NOTHING},
	[RUNS_START] = {"start_ns", false, WANT_NOTHING},
	[RUNS_END] = {"end_ns", false, WANT_NOTHING},
	[RUNS_REALTIME] = {"realtime_offset_ns", false, WANT_NOTHING},
	[RUNS_CALLS] = {"calls", false, WANT_NOTHING},
	[RUNS_EVENTS] = {"events", false, WANT_NOTHING},
	[RUNS_LOST] = {"lost", false, WANT_NOTHING},
	[RUNS_SIZE] = {"size_bytes", false, WANT_NOTHING},
	[RUNS_STATE] = {"state", true, WANT_NOTHING},
};

static bool next(struct query_cursor *c)
{
	if (c->row == c->q->files.len)
		return false;
	c->row++;
	c->q->notes.data[c->note].nr_rows++;
	return true;
}

static void put_text(sqlite3_context *to, const char *text)
{
	if (text)
		result_text(to, text, strlen(text));
}

static void put_command(struct query_cursor *c, sqlite3_context *to, char *const *words)
{
	if (!words)
		return;
	buf_reset(&c->text);
	for (size_t i = 0; words[i]; i++) {
		buf_adds(&c->text, i ? " " : "");
		buf_adds(&c->text, words[i]);
	}
	result_text(to, c->text.data, c->text.len);
}

static uint64_t end_of(const struct query_file *file)
{
	uint64_t end_ns = 0;

	for (size_t i = 0; i < file->nr_blocks; i++)
		end_ns = MAX(end_ns, file->blocks[i].zone.max_ns);
	return end_ns;
}

static void put_lost(const struct query_file *file, sqlite3_context *to)
{
	struct store_reader *r = store_reader_open_again(file->reader);

	store_reader_skip_to_end(r);
	if (store_reader_end(r))
		result_u64(to, store_reader_end(r)->nr_lost);
	store_reader_close(r);
}

static void column(struct query_cursor *c, sqlite3_context *to, int column)
{
	const struct query_file *file = &c->q->files.data[c->row - 1];
	const struct store_facts *facts = store_reader_facts(file->reader);

	switch ((enum runs_column)column) {
	case RUNS_FILE: put_text(to, file->path); break;
	case RUNS_COMMAND: put_command(c, to, facts->command); break;
	case RUNS_FOLDER: put_text(to, facts->folder); break;
	case RUNS_ENGINE: put_text(to, facts->engine); break;
	case RUNS_WRITER: put_text(to, facts->writer); break;
	case RUNS_TRACE_ID: put_text(to, facts->trace_id); break;
	case RUNS_START: result_u64(to, facts->start_ns); break;
	case RUNS_END: result_u64(to, end_of(file)); break;
	case RUNS_REALTIME: result_u64(to, facts->realtime_offset_ns); break;
	case RUNS_CALLS: result_u64(to, file->nr_calls); break;
	case RUNS_EVENTS: result_u64(to, file->nr_events); break;
	case RUNS_LOST: put_lost(file, to); break;
	case RUNS_SIZE: result_u64(to, store_reader_bytes(file->reader)); break;
	case RUNS_STATE:
		result_name(to, file->state == STORE_CUT       ? "cut off"
				: file->state == STORE_DAMAGED ? "damaged"
							       : "whole");
		break;
	default: break;
	}
}

const struct query_table query_runs = {
	.name = "runs",
	.columns = columns,
	.next = next,
	.column = column,
};
