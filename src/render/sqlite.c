#include "render/renderer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "render/event_row.h"
#include "render/sqlite_library.h"
#include "report/event_view.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/out.h"
#include "util/spool.h"

/*
 * A SQLite database (docs/tables.md). SQLite wants a file of its own to write to and fro in, and
 * keeps no more of it in memory than a few MiB; what it has made is copied to the output at the
 * end. There is nothing to fall back to when that fails, hence neither journal nor syncing.
 */

struct database {
	struct out *out;
	const struct render_options *options;
	struct sqlite_library lib;
	sqlite3 *db;          /* owned */
	sqlite3_stmt *insert; /* owned */
	struct spool *spool;  /* owned: of the file; NULL = there is none */
	struct event_row row;
};

static int sqlite_probe(struct err *err)
{
	struct sqlite_library lib;
	int r = sqlite_library_open(&lib, err);

	if (r >= 0)
		sqlite_library_close(&lib);
	return r;
}

/* The first failure sticks to the output, where callers look for it. */
static bool holds(struct database *d, int result)
{
	int error = 0;

	if (result == SQLITE_OK || result == SQLITE_DONE)
		return true;
	if (d->db)
		error = d->lib.system_errno(d->db);
	if (result == SQLITE_FULL)
		error = ENOSPC;
	if (!d->out->error)
		d->out->error = error > 0 ? -error : -EIO;
	return false;
}

static void run_sql(struct database *d, const char *sql)
{
	if (!d->out->error)
		holds(d, d->lib.exec(d->db, sql, NULL, NULL, NULL));
}

static void bind_text(struct database *d, sqlite3_stmt *to, int place, const char *text, size_t len)
{
	holds(d, d->lib.bind_text64(to, place, text, len, SQLITE_STATIC, SQLITE_UTF8));
}

static void bind_cell(struct database *d, int place, const struct event_cell *cell, bool is_text)
{
	if (!cell->present)
		holds(d, d->lib.bind_null(d->insert, place));
	else if (is_text)
		bind_text(d, d->insert, place, cell->text, cell->len);
	else
		holds(d, d->lib.bind_int64(d->insert, place, cell->number));
}

static void step(struct database *d, sqlite3_stmt *statement)
{
	if (!d->out->error)
		holds(d, d->lib.step(statement));
	d->lib.reset(statement);
}

static sqlite3_stmt *prepare(struct database *d, const char *sql)
{
	sqlite3_stmt *ret = NULL;

	if (!d->out->error)
		holds(d, d->lib.prepare_v2(d->db, sql, -1, &ret, NULL));
	return ret;
}

static void add_facts(struct database *d)
{
	sqlite3_stmt *statement = prepare(d, "INSERT INTO run VALUES (?, ?)");
	struct run_fact facts[RUN_FACTS_MAX];
	struct arena arena = ARENA_INIT;
	size_t nr = run_facts(d->options, "renacer-sqlite-v1", &arena, facts);

	for (size_t i = 0; statement && i < nr; i++) {
		bind_text(d, statement, 1, facts[i].key, strlen(facts[i].key));
		bind_text(d, statement, 2, facts[i].text, strlen(facts[i].text));
		step(d, statement);
	}
	if (statement)
		d->lib.finalize(statement);
	arena_deinit(&arena);
}

static void make_tables(struct database *d)
{
	struct buf sql = BUF_INIT, values = BUF_INIT;

	run_sql(d,
		"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
		"PRAGMA locking_mode = EXCLUSIVE; BEGIN;"
		"CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
		"CREATE VIEW calls AS SELECT id, timestamp_ns, duration_ns, pid, tid, comm, name,"
		" args, result, errno, error, fd, path, marks FROM events WHERE kind = 'call';"
		"CREATE VIEW stats AS SELECT name, count(*) AS calls, count(errno) AS errors,"
		" sum(duration_ns) AS total_ns, avg(duration_ns) AS avg_ns,"
		" min(duration_ns) AS min_ns, max(duration_ns) AS max_ns"
		" FROM calls WHERE result IS NOT NULL GROUP BY name;");
	buf_adds(&sql, "CREATE TABLE events (id INTEGER PRIMARY KEY");
	buf_adds(&values, "INSERT INTO events VALUES (NULL");
	for (int i = 0; i < NR_EVENT_COLUMNS; i++) {
		buf_printf(&sql, ", %s %s%s", event_columns[i].name,
			event_columns[i].is_text ? "TEXT" : "INTEGER",
			event_columns[i].optional ? "" : " NOT NULL");
		buf_adds(&values, ", ?");
	}
	buf_addc(&sql, ')');
	buf_addc(&values, ')');
	run_sql(d, buf_cstr(&sql));
	d->insert = prepare(d, buf_cstr(&values));
	buf_deinit(&sql);
	buf_deinit(&values);
}

/* A name that SQLite can open; nobody needs it once that has happened. */
static void open_file(struct database *d)
{
	char path[] = P_tmpdir "/renacer-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0) {
		d->out->error = -errno;
		return;
	}
	d->spool = spool_create_of(d->out, fd);
	holds(d, d->lib.open_v2(path, &d->db, SQLITE_OPEN_READWRITE, NULL));
	unlink(path);
}

static void *sqlite_begin(struct out *out, const struct render_options *options)
{
	struct database *d = xcalloc(1, sizeof(*d));
	int r = sqlite_library_open(&d->lib, NULL);

	d->out = out;
	d->options = options;
	if (r < 0) {
		out->error = r;
		return d;
	}
	open_file(d);
	make_tables(d);
	add_facts(d);
	return d;
}

static void sqlite_event(void *self, const struct event_view *view)
{
	struct database *d = self;

	if (d->out->error || !event_row_fill(&d->row, d->options, view))
		return;
	for (int i = 0; i < NR_EVENT_COLUMNS; i++)
		bind_cell(d, i + 1, &d->row.cells[i], event_columns[i].is_text);
	step(d, d->insert);
}

static bool sqlite_end(void *self)
{
	struct database *d = self;

	run_sql(d, "COMMIT");
	if (d->lib.handle) {
		d->lib.finalize(d->insert);
		d->lib.close_v2(d->db);
	}
	if (!d->out->error) {
		int r = spool_copy(d->spool);

		if (r < 0 && !d->out->error)
			d->out->error = r;
	}
	spool_destroy(d->spool);
	sqlite_library_close(&d->lib);
	event_row_deinit(&d->row);
	free(d);
	return true;
}

const struct renderer renderer_sqlite = {
	.name = "sqlite",
	.media_type = "application/vnd.sqlite3",
	.shapes = SHAPE_EVENTS,
	.structured = true,
	.tracks = true,
	.binary = true,
	.probe = sqlite_probe,
	.begin = sqlite_begin,
	.event = sqlite_event,
	.end = sqlite_end,
};
