#pragma once
/*
 * Chunks: the pieces of a trace file, each checked by a hash, each a set of numbered columns of
 * bytes in compressed segments. What the columns mean is the business of others.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/varint.h"
#include "util/buf.h"

struct err;

#define CHUNK_COLUMNS 64 /* numbers below this are told apart; others are passed over */

struct chunk_coder;

struct chunk_coder *chunk_coder_create(void);
void chunk_coder_destroy(struct chunk_coder *c);

/* Appends a chunk to `out`: column i is cols[i]; empty ones are left out. */
void chunk_encode(
	struct chunk_coder *c, uint32_t kind, const struct buf *cols, size_t nr, struct buf *out);

/* A chunk as it lies in the file. */
struct chunk {
	uint32_t kind;
	size_t offset;
	const uint8_t *body; /* borrowed from the file's structure */
	size_t len;
};

enum chunk_state {
	CHUNK_GOOD,
	CHUNK_NONE,    /* the file ends here */
	CHUNK_CUT,     /* the file ends within it */
	CHUNK_DAMAGED, /* its hash is wrong */
};

/* A trace file as chunks are taken from it: bytes at hand, or those behind a descriptor. */
struct chunk_file {
	const uint8_t *bytes; /* borrowed; NULL = they are read from `fd` as they are asked for */
	int fd;               /* owned unless negative */
	bool is_borrowed;     /* it is not owned after all */
	size_t len;           /* when it was opened; what is written later does not count */
	uint8_t *room;        /* owned: a chunk's body */
	size_t cap;
};

void chunk_file_deinit(struct chunk_file *f);

/* Copies `len` bytes at `offset`; false when they are not there, or not there any more. */
bool chunk_file_read(const struct chunk_file *f, size_t offset, void *ret, size_t len);

/* The chunk's body lives until the next one of this file is asked for. */
enum chunk_state chunk_at(struct chunk_file *f, size_t offset, struct chunk *ret);

/* Where the next one begins. */
size_t chunk_end(const struct chunk *chunk);

/* The decompressed columns of one chunk. */
struct columns {
	struct scan by_id[CHUNK_COLUMNS];
	uint8_t *raw; /* owned */
	size_t cap;
	void *context; /* owned; of the decompressor */
};

void columns_deinit(struct columns *c);

/*
 * The columns whose bits are in `wanted`; others may come along. `c` is used again and again. False
 * when the body makes no sense.
 */
bool columns_read(struct columns *c, const struct chunk *chunk, uint64_t wanted);
