#pragma once
/*
 * What a block holds, in few words: enough to pass over a block that cannot answer a question. The
 * lists are also what the block's columns refer to by place.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/vec.h"

struct scan;

struct zone_call {
	uint8_t abi; /* enum abi */
	uint32_t nr;
	uint64_t count; /* events of it */
};

struct zone_task {
	int32_t pid, tid;
};

struct store_zone {
	uint64_t nr_events;
	uint64_t first_ns; /* time of the first event, which need not be the oldest */
	uint64_t min_ns, max_ns;
	uint64_t kinds;      /* EV_BIT mask */
	uint64_t flags;      /* enum store_zone_flag */
	uint64_t longest_ns; /* the longest call */
	VEC(struct zone_call) calls;
	VEC(struct zone_task) tasks;
};

void store_zone_deinit(struct store_zone *z);

/* Empties it and keeps the room. */
void store_zone_reset(struct store_zone *z);

/* `ret` is empty. */
void store_zone_copy(struct store_zone *ret, const struct store_zone *z);

void store_zone_put(const struct store_zone *z, struct buf *to);

/* False when there is no zone there; `z` is then empty. */
bool store_zone_read(struct store_zone *z, struct scan *from);
