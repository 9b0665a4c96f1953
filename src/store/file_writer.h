#pragma once
/* One trace file being written, chunk after chunk, with the index of its blocks at the end. */

#include <stddef.h>
#include <stdint.h>

#include "store/facts.h"
#include "util/buf.h"

struct block_writer;
struct chunk_coder;
struct store_zone;

struct file_writer {
	int fd;                    /* borrowed; may be a pipe */
	uint64_t bytes;            /* written */
	uint64_t index_from;       /* where the block before ended */
	struct store_end end;      /* of all blocks so far */
	struct chunk_coder *coder; /* owned */
	struct buf out, index;
};

void file_writer_init(struct file_writer *f, int fd);
void file_writer_deinit(struct file_writer *f);

/*
 * All return 0 or a negative errno, upon which the file ends with the last chunk that was written
 * whole, where it can be cut at all.
 */
int file_writer_begin(struct file_writer *f, const struct store_facts *facts);
int file_writer_block(struct file_writer *f, struct block_writer *b);

/* The same of a block that was encoded before, as `counts` has it. */
int file_writer_chunk(struct file_writer *f, const struct store_zone *zone,
	const struct store_end *counts, const void *chunk, size_t len);
int file_writer_end(struct file_writer *f);
