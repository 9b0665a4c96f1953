#pragma once
/*
 * The last events of a run, in memory: whole blocks, compressed, of which the oldest go when there
 * are too many; and what was true before the oldest that is left.
 */

#include <stddef.h>
#include <stdint.h>

struct block_writer;
struct store_facts;
struct store_ring;

/* `max_bytes`: of the blocks together. The newest one is kept whatever its size. */
struct store_ring *store_ring_create(uint64_t max_bytes);
void store_ring_destroy(struct store_ring *r);

/* How large a block should get, in block_writer's measure, so that a ring holds several. */
size_t store_ring_block_bytes(uint64_t max_bytes);

/* Takes what has gathered in `b`, which keeps it. */
void store_ring_add(struct store_ring *r, struct block_writer *b);

/*
 * All of it as a trace file: `facts`, with what there is to say of the ring, the state before the
 * first event, the events; `because` as in struct store_end. The ring stays as it is. 0 or a
 * negative errno.
 */
int store_ring_write(
	struct store_ring *r, int fd, const struct store_facts *facts, const char *because);
