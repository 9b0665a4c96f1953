#pragma once
/*
 * Numbers in files: seven bits a byte, the lowest first, the high bit says that more follow. Signed
 * ones with the sign in the lowest bit. Reading is checked: past the end, or after something wrong,
 * every number is 0 and `bad` stays set.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define VARINT_BYTES_MAX 10

static inline void put_u(struct buf *b, uint64_t number)
{
	char *at = buf_reserve(b, VARINT_BYTES_MAX), *start = at;

	for (; number >= 0x80; number >>= 7)
		*at++ = (char)(number | 0x80);
	*at++ = (char)number;
	b->len += (size_t)(at - start);
}

static inline void put_i(struct buf *b, int64_t number)
{
	put_u(b, (uint64_t)number << 1 ^ (uint64_t)(number >> 63));
}

/* `to - from` as a signed number; wraps as the reader's addition does. */
static inline void put_delta(struct buf *b, uint64_t from, uint64_t to)
{
	put_i(b, (int64_t)(to - from));
}

struct scan {
	const uint8_t *at, *end; /* borrowed */
	bool bad;
};

static inline size_t scan_left(const struct scan *s)
{
	return (size_t)(s->end - s->at);
}

static inline uint64_t scan_fail(struct scan *s)
{
	s->bad = true;
	s->at = s->end;
	return 0;
}

static inline uint64_t scan_u(struct scan *s)
{
	uint64_t number = 0;

	for (unsigned shift = 0; s->at < s->end; shift += 7) {
		uint8_t byte = *s->at++;

		if (shift == 63 && byte > 1)
			break;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return number;
	}
	return scan_fail(s);
}

static inline int64_t scan_i(struct scan *s)
{
	uint64_t number = scan_u(s);

	return (int64_t)(number >> 1 ^ (0 - (number & 1)));
}

static inline uint64_t scan_delta(struct scan *s, uint64_t from)
{
	return from + (uint64_t)scan_i(s);
}

/* A number that must not be above `max`. */
static inline uint64_t scan_max(struct scan *s, uint64_t max)
{
	uint64_t number = scan_u(s);

	return number <= max ? number : scan_fail(s);
}

/* A signed number of 32 bits. */
static inline int32_t scan_i32(struct scan *s)
{
	int64_t number = scan_i(s);

	return number == (int32_t)number ? (int32_t)number : (int32_t)scan_fail(s);
}

/* The next `len` bytes; NULL when there are not so many. */
static inline const uint8_t *scan_bytes(struct scan *s, uint64_t len)
{
	const uint8_t *ret = s->at;

	if (s->bad || len > scan_left(s)) {
		scan_fail(s);
		return NULL;
	}
	if (len) /* nothing may be added to NULL, which an empty column is */
		s->at += len;
	return ret;
}
