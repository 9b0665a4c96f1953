#pragma once
/*
 * Renderers: one row per form of output. They turn neutral results into bytes in a `struct out`
 * and compute nothing. The values of --format come from these rows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct anomaly;
struct err;
struct event_view;
struct out;
struct summary_table;

enum render_shape {
	SHAPE_EVENTS = 1u << 0, /* a stream of event_view */
};

enum stamp_style {
	STAMP_NONE = 0,
	STAMP_SECONDS = 1,  /* 13:37:05 */
	STAMP_MICROS = 2,   /* 13:37:05.123456 */
	STAMP_EPOCH = 3,    /* 1790000000.123456 */
	STAMP_RELATIVE = 4, /* seconds since the line before */
};

enum hex_strings {
	HEX_BYTES = 0,   /* no string is written in hex as a whole */
	HEX_UNPRINTABLE, /* those with bytes that are neither printable nor white space */
	HEX_ALL,
};

enum summary_mode {
	SUMMARY_OFF = 0,
	SUMMARY_ONLY, /* in place of the calls */
	SUMMARY_TOO,  /* behind them */
};

struct render_options {
	uint32_t string_limit; /* bytes of data shown */
	enum stamp_style stamp;
	bool timing;       /* time spent in each call */
	bool unfinished;   /* calls that others interrupt in two parts */
	unsigned show_fds; /* what a descriptor is: 1 = names, 2 = details */
	bool raw;          /* arguments as hex words */
	bool hex;          /* \x escapes */
	enum hex_strings hex_strings;
	bool follow;                 /* children are traced too */
	uint64_t realtime_offset_ns; /* monotonic to wall clock */
	uint64_t max_bytes;          /* of a document; 0 = no limit */
	enum summary_mode summary;
	bool summary_strace;            /* as strace's table, where it is text */
	const uint8_t *summary_columns; /* enum summary_column; borrowed; where it is text */
	size_t nr_summary_columns;      /* 0 = those that are usual */
	bool extended;                  /* more of what there is to tell of a row */
	bool anomalies;                 /* slow calls are looked for */
	char *const *command;           /* NULL = attached; borrowed */
	const char *trace_id;           /* W3C trace parent; borrowed */
};

struct renderer {
	const char *name;
	const char *media_type;
	uint32_t shapes; /* enum render_shape */
	bool structured; /* for programs: the command's own output must not get between */
	bool whole;      /* wants calls without abbreviations too */
	bool enters;     /* can show a call's entry apart from its return */
	bool mixes;      /* can show calls and statistics in one document */
	bool repeats;    /* can show statistics several times */
	bool tracks;     /* asks the tracker what descriptors mean and tasks are called */
	bool binary;     /* bytes that are not for a terminal */
	/* Whether it can be used here, before `begin`; NULL = always. */
	int (*probe)(struct err *err);
	/* The state of one document; options and out are borrowed until `end`. */
	void *(*begin)(struct out *out, const struct render_options *options);
	void (*event)(void *self, const struct event_view *view);
	/*
	 * The statistics, before `end`, or now and then (`repeats`). The table is borrowed until
	 * `end`. NULL = no form for it.
	 */
	void (*summary)(void *self, const struct summary_table *table);
	/* The call in view was slow; right behind `event` of it. NULL = only in the list. */
	void (*anomaly)(void *self, const struct event_view *view, const struct anomaly *anomaly);
	/*
	 * Of `count` slow calls those with the largest excess, before `end`. Borrowed until `end`.
	 * NULL = no form for it.
	 */
	void (*anomalies)(void *self, const struct anomaly *list, size_t nr, uint64_t count);
	/* Completes the document and frees the state; false: `max_bytes` cut it short. */
	bool (*end)(void *self);
};

extern const struct renderer *const renderers[]; /* NULL-terminated */
const struct renderer *renderer_by_name(const char *name);
