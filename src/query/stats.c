/* The table `stats`: the statistics of each file, as -c has them. Gathered when they are asked for.
 */

#include <string.h>

#include "filter/filter.h"
#include "query/query_internal.h"
#include "report/summary.h"

enum stats_column {
	STATS_FILE,
	STATS_NAME,
	STATS_CALLS,
	STATS_ERRORS,
	STATS_UNFINISHED,
	STATS_TOTAL,
	STATS_AVG,
	STATS_MIN,
	STATS_P50,
	STATS_P90,
	STATS_P99,
	STATS_MAX,
	STATS_BYTES,
	NR_STATS_COLUMNS
};

static const struct query_column columns[NR_STATS_COLUMNS + 1] = {
	[STATS_FILE] = {"file", true, WANT_NOTHING},
	[STATS_NAME] = {"name", true, WANT_NOTHING},
	[STATS_CALLS] = {"calls", false, WANT_NOTHING},
	[STATS_ERRORS] = {"errors", false, WANT_NOTHING},
	[STATS_UNFINISHED] = {"unfinished", false, WANT_NOTHING},
	[STATS_TOTAL] = {"total_ns", false, WANT_NOTHING},
	[STATS_AVG] = {"avg_ns", false, WANT_NOTHING},
	[STATS_MIN] = {"min_ns", false, WANT_NOTHING},
	[STATS_P50] = {"p50_ns", false, WANT_NOTHING},
	[STATS_P90] = {"p90_ns", false, WANT_NOTHING},
	[STATS_P99] = {"p99_ns", false, WANT_NOTHING},
	[STATS_MAX] = {"max_ns", false, WANT_NOTHING},
	[STATS_BYTES] = {"bytes", false, WANT_NOTHING},
};

static void gather(struct query *q, struct query_file *file)
{
	const struct summary_config config = {.filter = q->everything};
	struct summary *s = summary_create(&config);
	struct store_reader *r = store_reader_open_again(file->reader);
	struct event ev;
	uint64_t place;

	for (size_t i = 0; i < file->nr_blocks && !query_stops(q); i++) {
		if (!(file->blocks[i].zone.kinds & EV_BIT(EV_CALL)))
			continue;
		store_reader_seek(r, &file->blocks[i], STORE_PART_ENTRY | STORE_PART_RESULT);
		while (store_reader_next_in_block(r, &ev, &place))
			summary_sink.event(s, &ev, NULL);
		if (store_reader_state(r) == STORE_DAMAGED)
			scan_note_damage(file, i, r);
	}
	store_reader_close(r);
	file->summary = s;
	file->stats = summary_make(s, 0);
}

static bool next(struct query_cursor *c)
{
	struct query *q = c->q;

	if (!q->everything)
		q->everything = filter_create();
	for (; c->file < q->files.len; c->file++, c->row = 0) {
		if (!cursor_file(c)->summary)
			gather(q, cursor_file(c));
		if (c->row < cursor_file(c)->stats->nr_all) {
			c->row++;
			q->notes.data[c->note].nr_rows++;
			return true;
		}
	}
	return false;
}

static void put_time(const struct summary_row *row, sqlite3_context *to, enum stats_column column)
{
	const struct histogram *times = &row->times;

	if (!times->nr)
		return; /* none is known */
	switch (column) {
	case STATS_TOTAL: result_u64(to, times->sum); break;
	case STATS_AVG: result_u64(to, (uint64_t)(histogram_mean(times) + 0.5)); break;
	case STATS_MIN: result_u64(to, times->min); break;
	case STATS_P50: result_u64(to, histogram_quantile(times, 0.5)); break;
	case STATS_P90: result_u64(to, histogram_quantile(times, 0.9)); break;
	case STATS_P99: result_u64(to, histogram_quantile(times, 0.99)); break;
	default: result_u64(to, times->max); break;
	}
}

static void column(struct query_cursor *c, sqlite3_context *to, int column)
{
	const struct summary_row *row = cursor_file(c)->stats->rows[c->row - 1];

	switch ((enum stats_column)column) {
	case STATS_FILE: result_name(to, cursor_file(c)->path); break;
	case STATS_NAME: result_text(to, row->key, strlen(row->key)); break;
	case STATS_CALLS: result_u64(to, row->calls); break;
	case STATS_ERRORS: result_u64(to, row->errors); break;
	case STATS_UNFINISHED: result_u64(to, row->unfinished); break;
	case STATS_BYTES:
		if (row->moves_data)
			result_u64(to, row->bytes);
		break;
	default: put_time(row, to, (enum stats_column)column); break;
	}
}

const struct query_table query_stats = {
	.name = "stats",
	.columns = columns,
	.next = next,
	.column = column,
};
