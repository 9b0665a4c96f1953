#pragma once
/* A growing byte buffer. `data` is not NUL-terminated except after buf_cstr. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/macros.h"

struct buf {
	char *data; /* owned */
	size_t len;
	size_t cap;
};

#define BUF_INIT                                                                                   \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void buf_deinit(struct buf *b);
void buf_reset(struct buf *b);

/* Makes `nr` bytes of room where buf_reserve found none. */
void buf_grow(struct buf *b, size_t nr);

/* Room for `nr` more bytes; returns where they go. The caller raises `len`. */
static inline char *buf_reserve(struct buf *b, size_t nr)
{
	if (b->cap - b->len < nr)
		buf_grow(b, nr);
	return b->data + b->len;
}

static inline void buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (!len)
		return;
	memcpy(buf_reserve(b, len), bytes, len);
	b->len += len;
}

static inline void buf_addc(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->len++;
}

static inline void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_add_u64(struct buf *b, uint64_t number);
void buf_add_i64(struct buf *b, int64_t number);
void buf_add_hex(struct buf *b, uint64_t number); /* with 0x in front */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* NUL-terminates (not counted in `len`) and returns the text; valid until the next change. */
const char *buf_cstr(struct buf *b);
