#pragma once
/*
 * SQL over trace files. The tables and what their columns hold are in renacer-query(1).
 *
 * Conditions on time, duration, task, call, kind, result and file are handed down: blocks that by
 * their zones cannot hold an answer are not read, and of those that are read only the columns of
 * bytes that the statement needs. SQLite judges every row again, so what is handed down can only
 * save work.
 */

#include <signal.h>
#include <stddef.h>

#include "report/cell.h"

struct buf;
struct err;
struct query;

struct query_config {
	char *const *paths; /* of trace files; borrowed */
	size_t nr_paths;
	unsigned string_limit;             /* bytes of data shown in `args` */
	const volatile sig_atomic_t *stop; /* not 0: give up; NULL = nobody says so */
};

/* Who gets the answer. A failure ends the statement. */
struct query_sink {
	int (*begin)(void *self, char *const *names, size_t nr);
	int (*row)(void *self, const struct cell *cells, size_t nr);
};

int query_open(struct query **ret, const struct query_config *config, struct err *err);
void query_close(struct query *q);

/*
 * One statement, which can only read. -EINTR: `stop` was set; -EINVAL: the statement is wrong, or
 * came to nothing; else what the sink returned.
 */
int query_run(struct query *q, const char *sql, const struct query_sink *sink, void *self,
	struct err *err);

/* After a statement: what was handed down, and which blocks were read; a line per table. */
void query_explain(const struct query *q, struct buf *ret);

/*
 * The first file that is not whole, as far as is known: a damaged block is noticed when it is
 * read. NULL = none; `ret` says what is wrong.
 */
const char *query_harm(const struct query *q, struct err *ret);
