#pragma once
/* Between the files of query/: files, tables, cursors, and what a statement wants of them. */

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "query/query.h"
#include "query/want.h"
#include "query/sqlite.h"
#include "store/reader.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/vec.h"

struct filter;
struct past;
struct summary;
struct summary_table;
struct track;

/* Rows are numbered by file, block and place in it; none of the three reaches its limit. */
#define QUERY_FILES_MAX  16384u
#define QUERY_BLOCK_BITS 23
#define QUERY_PLACE_BITS 26

struct query_file {
	const char *path;            /* borrowed */
	struct store_reader *reader; /* owned */
	const struct store_block *blocks;
	size_t nr_blocks; /* a damaged one ends them */
	uint64_t nr_calls, nr_events;
	bool moves_roots; /* absolute paths need not mean what they say */
	enum store_state state;
	uint64_t offset;                   /* of a cut or damage */
	struct summary *summary;           /* owned; NULL = nobody has asked yet */
	const struct summary_table *stats; /* of `summary` */
};

/* A task of the table `tasks`. */
struct query_task {
	const struct query_file *file;
	int32_t tid, pid, parent;
	bool has_start, has_end, has_parent;
	uint64_t start_ns, end_ns;
	int32_t status; /* as wait(2) has it; with has_end */
	bool detached;  /* with has_end: watching ended, the task did not */
	char name[16];
};

/* How one table was asked, for query_explain. */
struct query_note {
	const struct query_table *table;
	char *plan;      /* owned: as xBestIndex made it */
	struct buf text; /* the conditions of the first scan */
	uint64_t nr_scans, nr_read, nr_skipped, nr_rows;
};

struct query {
	struct query_config config;
	sqlite3 *db;
	VEC(struct query_file) files;
	VEC(struct query_task) tasks;
	bool knows_tasks;
	struct filter *everything; /* owned; NULL = not needed yet */
	VEC(struct query_note) notes;
	struct err *err; /* borrowed, while a statement runs */
	bool is_set_up;  /* from here on nothing is created any more */
};

struct query_column {
	const char *name;
	bool text;     /* else an integer */
	uint8_t want;  /* enum want_key */
	uint8_t parts; /* enum store_part that it needs */
};

struct query_cursor;

struct query_table {
	const char *name;
	const struct query_column *columns; /* the first is `file`; the last has no name */
	uint64_t kinds; /* EV_BIT mask: rows are events of these; 0 = it is no table of events */
	/* The first row, or the next: false at the end. */
	bool (*next)(struct query_cursor *c);
	void (*column)(struct query_cursor *c, sqlite3_context *to, int column);
};

extern const struct query_table query_calls, query_events, query_tasks, query_runs, query_stats;

struct query_cursor {
	sqlite3_vtab_cursor base;
	struct query *q;
	const struct query_table *table;
	struct want want;
	uint32_t parts;
	size_t note; /* in q->notes */
	bool at_end;
	bool failed; /* the statement cannot go on: see q->err */
	/* Tables of events: where the scan is. */
	size_t file, block; /* `block`: the next one */
	bool in_block;
	struct store_reader *reader; /* owned; of `file` */
	struct event ev;
	uint64_t place; /* of `ev`, in block - 1 */
	/* Other tables. */
	size_t row;        /* the next one */
	struct past *past; /* owned; of `file`; NULL = not asked yet */
	struct arena scratch;
	struct buf text;
};

static inline struct query_file *cursor_file(const struct query_cursor *c)
{
	return &c->q->files.data[c->file];
}

static inline bool query_stops(const struct query *q)
{
	return q->config.stop && *q->config.stop;
}

/* scan.c: on to the next event of the table's kinds that `want` does not rule out. */
bool scan_next(struct query_cursor *c);
void scan_reset(struct query_cursor *c);
void scan_note_damage(struct query_file *file, size_t block, const struct store_reader *r);
int64_t scan_rowid(const struct query_cursor *c);

/* What the tracker says when the cursor's event has just happened. */
const struct track *scan_track(struct query_cursor *c);

/* table.c */
int query_table_register(struct query *q, const struct query_table *table);

/* functions.c */
int query_functions_register(sqlite3 *db);

/* Cells: 64 bits without a sign do not exist in SQL, so what is above becomes negative. */
static inline void result_u64(sqlite3_context *to, uint64_t number)
{
	sqlite3_result_int64(to, (int64_t)number);
}

static inline void result_text(sqlite3_context *to, const char *text, size_t len)
{
	sqlite3_result_text64(to, text ? text : "", len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* For good, or NULL. */
void result_name(sqlite3_context *to, const char *name);
