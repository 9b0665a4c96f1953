#pragma once
/* The events of one block, one after another. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "store/chunk.h"
#include "store/record.h"
#include "store/zone.h"
#include "util/vec.h"

struct block_content {
	const uint8_t *bytes;
	uint32_t len;
};

struct block_call_before {
	uint64_t args[CAPTURE_NR_ARGS];
	uint64_t ret;
};

struct block_reader {
	struct columns columns;
	uint32_t parts; /* enum store_part */
	struct store_zone zone;
	uint64_t nr_read; /* events */
	uint64_t last_ns;
	bool has_queued;                     /* STORE_QUEUED is not empty: older files lack it */
	VEC(struct block_call_before) calls; /* beside zone.calls */
	VEC(struct block_content) contents;
	VEC(struct capture) captures; /* of the current event */
	struct record_room room;      /* likewise */
};

void block_reader_deinit(struct block_reader *b);

/*
 * Begins with a chunk of events, to read these parts of them; false when it makes no sense. Borrows
 * the chunk until the next.
 */
bool block_reader_begin(struct block_reader *b, const struct chunk *chunk, uint32_t parts);

enum block_state {
	BLOCK_EVENT,
	BLOCK_SKIPPED, /* an event that this program does not know, or nobody wants */
	BLOCK_ENDS,
	BLOCK_BAD, /* what follows makes no sense */
};

/* The event and all it points to live until the next call. */
enum block_state block_reader_next(struct block_reader *b, struct event *ret);
