#pragma once
/*
 * What a trace file says about the run as a whole: of what, where, when and how it was recorded.
 * Every fact may be absent (NULL, 0).
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

struct arena;
struct scan;

/* Known at the start. All pointers are borrowed; read facts live in the reader. */
struct store_facts {
	const char *writer; /* "renacer 0.1.0" */
	const char *trace_id;
	const char *engine;
	const char *folder;
	char *const *command; /* NULL = attached; the lists end with NULL */
	char *const *filter;
	char *const *system;      /* sysname, release, version, machine, node name */
	char *const *environment; /* names, or NAME=VALUE */
	char *const *interfaces;  /* index, name, index, name... */
	uint64_t realtime_offset_ns, start_ns;
	uint64_t string_limit, nr_cpus, page_bytes;
	uint64_t options; /* enum store_option */
	/* of the end of a ring */
	uint64_t ring_bytes, nr_dropped;
};

/* Known at the end. */
struct store_end {
	uint64_t nr_events, nr_calls, nr_unfinished, nr_lost;
	uint64_t end_ns;
	const char
		*because; /* something made the recording end before the run did; NULL = not so */
};

/* Adds what `more` counts, to its end. */
void store_end_add(struct store_end *end, const struct store_end *more);

void store_facts_put(const struct store_facts *facts, struct buf *to);
void store_end_put(const struct store_end *end, struct buf *to);

/* Texts and lists are copied into `a`. False when the bytes make no sense. */
bool store_facts_read(struct store_facts *ret, struct scan *from, struct arena *a);
bool store_end_read(struct store_end *ret, struct scan *from, struct arena *a);
