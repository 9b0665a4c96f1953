#include "query/query.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "filter/filter.h"
#include "query/query_internal.h"
#include "report/summary.h"
#include "store/format.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/nearest.h"

/* Whatever a statement does: sorting beyond this goes to temporary files of SQLite's. */
#define HEAP_MAX_BYTES   (256 << 20)
#define SQL_MAX_BYTES    (1 << 20)
#define VALUE_MAX_BYTES  (64 << 20)
#define STEPS_UNTIL_STOP 10000 /* of SQLite's machine; some 100 us */

static const struct query_table *const tables[] = {
	&query_calls, &query_events, &query_tasks, &query_runs, &query_stats};

/* A question that many will ask. */
static const char *const view_files =
	"CREATE TEMP VIEW files AS SELECT path, count(*) AS calls, count(errno) AS errors, "
	"sum(duration_ns) AS total_ns, sum(bytes) AS bytes FROM calls WHERE path IS NOT NULL "
	"GROUP BY path";

static bool moves_roots(const struct store_zone *zone)
{
	const struct zone_call *call;

	VEC_FOREACH (call, &zone->calls)
		switch (call_id_of(call->abi, call->nr)) {
		case CALL_chroot:
		case CALL_pivot_root:
		case CALL_setns: return true;
		default: break;
		}
	return false;
}

static int open_file(struct query *q, const char *path, struct err *err)
{
	struct query_file file = {.path = path, .state = STORE_WHOLE};
	const struct zone_call *call;
	int r = store_reader_open(&file.reader, path, err);

	if (r < 0)
		return r;
	file.blocks = store_reader_blocks(file.reader, &file.nr_blocks);
	/* an index stands at the end of what is whole */
	if (!store_reader_has_index(file.reader)) {
		store_reader_skip_to_end(file.reader);
		file.state = store_reader_state(file.reader);
		file.offset = store_reader_offset(file.reader);
	}
	for (size_t i = 0; i < file.nr_blocks; i++) {
		file.nr_events += file.blocks[i].zone.nr_events;
		file.moves_roots |= moves_roots(&file.blocks[i].zone);
		VEC_FOREACH (call, &file.blocks[i].zone.calls)
			file.nr_calls += call->count;
	}
	VEC_PUSH(&q->files, file);
	if (file.nr_blocks >= 1u << QUERY_BLOCK_BITS)
		return err_set(err, -E2BIG, "'%s' has more blocks than can be counted", path);
	return 0;
}

/* Reading, functions, and what a table looks like: nothing else. */
static int authorize(void *self, int action, const char *one, const char *two, const char *db,
	const char *trigger)
{
	const struct query *q = self;

	if (!q->is_set_up)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE: return SQLITE_OK;
	case SQLITE_FUNCTION:
		return two && !sqlite3_stricmp(two, "load_extension") ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_PRAGMA:
		return one && (!sqlite3_stricmp(one, "table_info") ||
				      !sqlite3_stricmp(one, "table_xinfo"))
			       ? SQLITE_OK
			       : SQLITE_DENY;
	default: return SQLITE_DENY;
	}
}

static int stop_if_asked(void *self)
{
	return query_stops(self);
}

/* Its columns are declared on first use, which later would be refused. */
static int add_table(struct query *q, const struct query_table *table)
{
	sqlite3_stmt *statement = NULL;
	char *sql = sqlite3_mprintf("SELECT * FROM %s", table->name);
	int r = query_table_register(q, table);

	if (r == SQLITE_OK)
		r = sqlite3_prepare_v2(q->db, sql, -1, &statement, NULL);
	sqlite3_finalize(statement);
	sqlite3_free(sql);
	return r;
}

static int set_up(struct query *q, struct err *err)
{
	int r = sqlite3_open_v2(":memory:", &q->db, SQLITE_OPEN_READWRITE, NULL);

	sqlite3_hard_heap_limit64(HEAP_MAX_BYTES);
	if (r == SQLITE_OK) {
		sqlite3_limit(q->db, SQLITE_LIMIT_SQL_LENGTH, SQL_MAX_BYTES);
		sqlite3_limit(q->db, SQLITE_LIMIT_LENGTH, VALUE_MAX_BYTES);
		sqlite3_limit(q->db, SQLITE_LIMIT_ATTACHED, 0);
		sqlite3_db_config(q->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		/* a word in double quotes that is no column is a mistake, not a text */
		sqlite3_db_config(q->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
		sqlite3_db_config(q->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
		sqlite3_set_authorizer(q->db, authorize, q);
		sqlite3_progress_handler(q->db, STEPS_UNTIL_STOP, stop_if_asked, q);
		r = query_functions_register(q->db);
	}
	for (size_t i = 0; r == SQLITE_OK && i < ARRAY_SIZE(tables); i++)
		r = add_table(q, tables[i]);
	if (r == SQLITE_OK)
		r = sqlite3_exec(q->db, view_files, NULL, NULL, NULL);
	q->is_set_up = true;
	if (r == SQLITE_OK)
		return 0;
	return err_set(err, -EIO, "cannot set up SQLite: %s", sqlite3_errmsg(q->db));
}

int query_open(struct query **ret, const struct query_config *config, struct err *err)
{
	struct query *q = xcalloc(1, sizeof(*q));
	int r = 0;

	q->config = *config;
	if (config->nr_paths > QUERY_FILES_MAX)
		r = err_set(err, -E2BIG, "more than %u files at once", QUERY_FILES_MAX);
	for (size_t i = 0; r >= 0 && i < config->nr_paths; i++)
		r = open_file(q, config->paths[i], err);
	if (r >= 0)
		r = query_sqlite_load(err);
	if (r >= 0)
		r = set_up(q, err);
	if (r < 0)
		query_close(q);
	else
		*ret = q;
	return r;
}

static void forget_notes(struct query *q)
{
	struct query_note *note;

	VEC_FOREACH (note, &q->notes) {
		free(note->plan);
		buf_deinit(&note->text);
	}
	q->notes.len = 0;
}

void query_close(struct query *q)
{
	struct query_file *file;

	if (!q)
		return;
	if (q->db)
		sqlite3_close(q->db);
	VEC_FOREACH (file, &q->files) {
		summary_destroy(file->summary);
		store_reader_close(file->reader);
	}
	filter_destroy(q->everything);
	VEC_DEINIT(&q->files);
	VEC_DEINIT(&q->tasks);
	forget_notes(q);
	VEC_DEINIT(&q->notes);
	free(q);
}

/* The name in "no such column: x" or "no such table: x", and what it may have been meant to be. */
static const char *nearest_name(const char *word)
{
	size_t least = nearest_limit(word) + 1;
	const char *best = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		const struct query_column *column = tables[i]->columns;
		const char *name = tables[i]->name;

		for (; name; name = (column++)->name) {
			size_t distance = nearest_distance(word, strlen(word), name, strlen(name));

			if (distance < least) {
				least = distance;
				best = name;
			}
		}
	}
	return best;
}

static int fail(struct query *q, struct err *err)
{
	const char *why = sqlite3_errmsg(q->db), *word, *near;

	if (query_stops(q))
		return err_set(err, -EINTR, "interrupted");
	if (sqlite3_errcode(q->db) == SQLITE_NOMEM)
		return err_set(err, -EINVAL, "the statement needs more than %d MiB of memory",
			HEAP_MAX_BYTES >> 20);
	if (sqlite3_errcode(q->db) == SQLITE_AUTH)
		return err_set(err, -EINVAL, "only reading is allowed: %s", why);
	if (strncmp(why, "no such column: ", 16) && strncmp(why, "no such table: ", 15))
		return err_set(err, -EINVAL, "%s", why);
	word = strchr(why, ':') + 2;
	near = nearest_name(strrchr(word, '.') ? strrchr(word, '.') + 1 : word);
	if (near)
		return err_set(err, -EINVAL, "%s; did you mean '%s'?", why, near);
	return err_set(err, -EINVAL,
		"%s; there are the tables calls, events, tasks, runs, stats, files", why);
}

static int check(struct query *q, sqlite3_stmt *statement, const char *rest, struct err *err)
{
	if (!statement)
		return err_set(err, -EINVAL, "there is no statement: try 'SELECT * FROM calls'");
	while (isspace((unsigned char)*rest) || *rest == ';')
		rest++;
	if (*rest)
		return err_set(
			err, -EINVAL, "one statement at a time: there is more behind the ';'");
	if (!sqlite3_stmt_readonly(statement))
		return err_set(err, -EINVAL, "only reading is allowed");
	return 0;
}

static struct cell cell_of(sqlite3_stmt *statement, int column)
{
	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_INTEGER:
		return (struct cell){
			.kind = CELL_INTEGER, .integer = sqlite3_column_int64(statement, column)};
	case SQLITE_FLOAT:
		return (struct cell){
			.kind = CELL_REAL, .real = sqlite3_column_double(statement, column)};
	case SQLITE_NULL: return (struct cell){.kind = CELL_NONE};
	default: break;
	}
	return (struct cell){.kind = CELL_TEXT,
		.bytes = sqlite3_column_blob(statement, column),
		.len = (size_t)sqlite3_column_bytes(statement, column)};
}

static int begin(sqlite3_stmt *statement, int nr, const struct query_sink *sink, void *self)
{
	VEC(char *) names = {0};
	int r;

	for (int i = 0; i < nr; i++)
		VEC_PUSH(&names, (char *)sqlite3_column_name(statement, i));
	r = sink->begin(self, names.data, (size_t)nr);
	VEC_DEINIT(&names);
	return r;
}

static int give(struct query *q, sqlite3_stmt *statement, const struct query_sink *sink, void *self,
	struct err *err)
{
	int nr = sqlite3_column_count(statement), step = sqlite3_step(statement), r = 0;
	VEC(struct cell) cells = {0};

	if (step == SQLITE_ROW || step == SQLITE_DONE)
		r = begin(statement, nr, sink, self);
	for (; r >= 0 && step != SQLITE_DONE; step = sqlite3_step(statement)) {
		if (step != SQLITE_ROW) {
			r = fail(q, err);
			break;
		}
		cells.len = 0;
		for (int i = 0; i < nr; i++)
			VEC_PUSH(&cells, cell_of(statement, i));
		r = sink->row(self, cells.data, (size_t)nr);
	}
	VEC_DEINIT(&cells);
	return r;
}

int query_run(struct query *q, const char *sql, const struct query_sink *sink, void *self,
	struct err *err)
{
	sqlite3_stmt *statement = NULL;
	const char *rest = NULL;
	int r;

	forget_notes(q);
	if (sqlite3_prepare_v2(q->db, sql, -1, &statement, &rest) != SQLITE_OK)
		return fail(q, err);
	r = check(q, statement, rest, err);
	if (r >= 0)
		r = give(q, statement, sink, self, err);
	sqlite3_finalize(statement);
	return r < 0 ? r : 0;
}

void query_explain(const struct query *q, struct buf *ret)
{
	const struct query_note *note;

	VEC_FOREACH (note, &q->notes) {
		buf_printf(ret, "%s: handed down: ", note->table->name);
		if (note->text.len)
			buf_add(ret, note->text.data, note->text.len);
		else
			buf_adds(ret, "nothing");
		if (note->table->kinds)
			buf_printf(ret, "; %llu blocks read, %llu skipped",
				(unsigned long long)note->nr_read,
				(unsigned long long)note->nr_skipped);
		buf_printf(ret, "; %llu rows", (unsigned long long)note->nr_rows);
		if (note->nr_scans > 1)
			buf_printf(ret, " in %llu scans", (unsigned long long)note->nr_scans);
		buf_addc(ret, '\n');
	}
}

const char *query_harm(const struct query *q, struct err *ret)
{
	const struct query_file *file;

	VEC_FOREACH (file, &q->files)
		if (file->state != STORE_WHOLE) {
			err_set(ret, -EIO,
				"%s at byte %llu of %zu: what is answered came before that",
				file->state == STORE_CUT ? "was cut off" : "is damaged",
				(unsigned long long)file->offset, store_reader_bytes(file->reader));
			return file->path;
		}
	return NULL;
}
