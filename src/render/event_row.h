#pragma once
/*
 * Events as rows of one wide table: the columns of every form that is a table of all events
 * (sqlite, parquet). What an event does not have, or what is not known of it, is absent.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"

struct event_view;
struct render_options;

enum event_column {
	COLUMN_KIND,
	COLUMN_TIMESTAMP,
	COLUMN_DURATION,
	COLUMN_PID,
	COLUMN_TID,
	COLUMN_COMM,
	COLUMN_NAME,
	COLUMN_ARGS,
	COLUMN_RESULT,
	COLUMN_ERRNO,
	COLUMN_ERROR,
	COLUMN_FD,
	COLUMN_PATH,
	COLUMN_MARKS,
	COLUMN_CHILD_PID,
	COLUMN_CHILD_TID,
	COLUMN_EXIT_CODE,
	COLUMN_SIGNAL,
	COLUMN_LOST,
	NR_EVENT_COLUMNS
};

struct event_column_info {
	const char *name;
	bool is_text;  /* UTF-8 (json_add_utf8); else a signed number of 64 bits */
	bool optional; /* may be absent */
};

extern const struct event_column_info event_columns[NR_EVENT_COLUMNS];

struct event_cell {
	bool present;
	int64_t number;
	const char *text;
	size_t len; /* of the text, in bytes */
};

struct event_row {
	struct event_cell cells[NR_EVENT_COLUMNS];
	struct arena scratch; /* for the texts */
	struct buf text;
};

void event_row_deinit(struct event_row *row);

/* False when events of this kind are no rows. Texts live until the next call. */
bool event_row_fill(
	struct event_row *row, const struct render_options *options, const struct event_view *view);

/* What is known of the run as a whole, for tables to keep beside the events. */
struct run_fact {
	const char *key, *text;
};

#define RUN_FACTS_MAX 5

/* `format` names the form; returns how many. In `a` or borrowed from the options. */
size_t run_facts(const struct render_options *options, const char *format, struct arena *a,
	struct run_fact ret[RUN_FACTS_MAX]);
