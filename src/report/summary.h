#pragma once
/*
 * Statistics of calls (-c): a sink that counts, and the table made of what it and the engine have
 * counted. Renderers draw the table; nothing here is text of a form of output, but for the keys.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/engine.h"
#include "engine/launch.h"
#include "event/sink.h"
#include "util/histogram.h"

struct filter;
struct track;

/* What makes a row. */
enum summary_key {
	SUMMARY_BY_NAME,
	SUMMARY_BY_PATH,
	SUMMARY_BY_FD,
	SUMMARY_BY_PID,
	SUMMARY_BY_COMM,
	SUMMARY_BY_ERRNO,
	NR_SUMMARY_KEYS
};

/* How --by spells it; NULL past the last. */
const char *summary_key_name(enum summary_key key);

/* -1 when there is no such key. */
int summary_key_by_name(const char *name);

struct summary_row {
	char *key;              /* owned; bytes of the subject's, maybe */
	uint64_t calls, errors; /* that returned */
	uint64_t unfinished;    /* that never did */
	bool moves_data;
	uint64_t bytes;         /* moved */
	struct histogram times; /* ns, of the calls whose time is known */
	double rank;            /* of the column that the table is sorted by */
};

enum summary_column {
	SUMMARY_KEY,
	SUMMARY_CALLS,
	SUMMARY_ERRORS,
	SUMMARY_TIME,
	SUMMARY_PERCENT, /* of the time of all */
	SUMMARY_AVG,
	SUMMARY_MIN,
	SUMMARY_P50,
	SUMMARY_P75,
	SUMMARY_P90,
	SUMMARY_P95,
	SUMMARY_P99,
	SUMMARY_P999,
	SUMMARY_MAX,
	SUMMARY_STDDEV,
	SUMMARY_BYTES,
	SUMMARY_NOTHING, /* to sort by: as they came */
	NR_SUMMARY_COLUMNS
};

/* By its name or one of strace's; -1 when there is no such column. */
int summary_column_by_name(const char *name);

struct summary_table {
	enum summary_key by;
	struct summary_row **rows; /* sorted; all have calls, but for those at the end */
	size_t nr_rows;            /* with calls */
	size_t nr_all;             /* with those that only have unfinished ones */
	uint64_t calls, errors, unfinished, time_ns;
	uint64_t lost; /* events that are missing in this */
	/* Wall time: from the first exec or attaching to the end of the last task, or to now. */
	uint64_t elapsed_ns;
	struct launch_usage usage;
	bool cpu;    /* times are those on the CPU */
	bool forked; /* calls made processes that were not followed */
};

/* In ns or as a plain number; a percentile of a row without times is 0. */
double summary_value(const struct summary_table *table, const struct summary_row *row,
	enum summary_column column);

struct summary_config {
	enum summary_key by;
	enum summary_column sort;
	bool cpu;
	const struct filter *filter; /* borrowed */
	const struct track *track;   /* borrowed; a sink in front of this one; NULL if the key needs
					none */
	const struct launch *launch; /* borrowed; NULL = attached to `pids` */
	const pid_t *pids;           /* borrowed */
	size_t nr_pids;
	/* Tells what the engine has counted itself. */
	void (*read_sums)(void *self, engine_sum_fn add, void *to);
	void *sums_self;
};

struct summary;

struct summary *summary_create(const struct summary_config *config);
void summary_destroy(struct summary *s);

/* `self` is a struct summary. */
extern const struct sink_ops summary_sink;

/* As of `now_ns`; stays valid until the next one is made. */
const struct summary_table *summary_make(struct summary *s, uint64_t now_ns);
