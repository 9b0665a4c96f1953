#include "util/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

void buf_deinit(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
}

void buf_grow(struct buf *b, size_t nr)
{
	size_t want = b->len + nr;

	if (want < nr)
		want = SIZE_MAX;
	b->cap = MAX(want, b->cap + b->cap / 2 + 64);
	b->data = xrealloc(b->data, b->cap);
}

void buf_add_u64(struct buf *b, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_add_i64(struct buf *b, int64_t number)
{
	if (number < 0) {
		buf_addc(b, '-');
		buf_add_u64(b, 0 - (uint64_t)number);
	} else {
		buf_add_u64(b, (uint64_t)number);
	}
}

void buf_add_hex(struct buf *b, uint64_t number)
{
	char digits[18];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[number & 15];
		number >>= 4;
	} while (number);
	digits[--at] = 'x';
	digits[--at] = '0';
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char *at = buf_reserve(b, 64);
	size_t room = b->cap - b->len;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(at, room, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	if ((size_t)len >= room) {
		at = buf_reserve(b, (size_t)len + 1);
		va_start(ap, fmt);
		vsnprintf(at, (size_t)len + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)len;
}

const char *buf_cstr(struct buf *b)
{
	*buf_reserve(b, 1) = '\0';
	return b->data;
}
