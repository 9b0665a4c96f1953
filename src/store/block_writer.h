#pragma once
/* Gathers events as columns, until there are enough for a block. */

#include <stdbool.h>
#include <stdint.h>

#include "event/calls.h"
#include "store/facts.h"
#include "store/format.h"
#include "store/zone.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/vec.h"

struct chunk_coder;
struct event;

/* What the next call of the same kind is compared with. */
struct block_call {
	uint64_t args[CAPTURE_NR_ARGS];
	int64_t ret;
	uint8_t nr_words; /* that it takes; the others are not kept */
	int8_t env_arg;   /* the argument that is an environment; -1 = none */
};

struct block_span {
	size_t offset, len;
};

struct block_writer {
	bool env_values;    /* kept; else only the names */
	size_t limit_bytes; /* in the measure of weight_bytes; 0 = STORE_BLOCK_BYTES */
	struct store_end counts;
	struct store_zone zone;
	struct buf cols[STORE_NR_COLUMNS];
	size_t weight_bytes; /* about what the block comes to in memory */
	uint64_t last_ns;
	VEC(struct block_call) calls;                 /* beside zone.calls */
	uint16_t call_places[NR_ABIS][CALL_NR_LIMIT]; /* + 1; 0 = not in zone.calls */
	struct map other_calls, tasks;                /* -> place + 1 */
	struct map contents;                          /* hash -> place + 1 */
	VEC(struct block_span) spans;                 /* of contents, by place */
	uint64_t last_task_key;
	size_t last_task;
};

void block_writer_deinit(struct block_writer *b);

/* Empties it and keeps the room. */
void block_writer_reset(struct block_writer *b);

void block_writer_add(struct block_writer *b, const struct event *ev);
bool block_writer_is_full(const struct block_writer *b);

/* Appends the block as a chunk. */
void block_writer_encode(struct block_writer *b, struct chunk_coder *coder, struct buf *out);
