#include "util/thrift.h"

#include <assert.h>
#include <string.h>

#include "util/buf.h"

static void put_unsigned(struct buf *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		buf_addc(out, (char)(number | 0x80));
	buf_addc(out, (char)number);
}

static void put_signed(struct buf *out, int64_t number)
{
	put_unsigned(out, (uint64_t)number << 1 ^ (uint64_t)(number >> 63));
}

static void put_binary(struct buf *out, const void *bytes, size_t len)
{
	put_unsigned(out, len);
	buf_add(out, bytes, len);
}

void thrift_init(struct thrift *t, struct buf *out)
{
	*t = (struct thrift){.out = out};
}

void thrift_struct_begin(struct thrift *t)
{
	assert(t->depth < THRIFT_DEPTH_MAX);
	t->last[t->depth++] = 0;
}

void thrift_struct_end(struct thrift *t)
{
	buf_addc(t->out, 0);
	t->depth--;
}

/* The number is told as the distance to the one before, where that fits. */
static void begin_field(struct thrift *t, int field, enum thrift_type type)
{
	int *last = &t->last[t->depth - 1], distance = field - *last;

	if (distance > 0 && distance < 16) {
		buf_addc(t->out, (char)(distance << 4 | (int)type));
	} else {
		buf_addc(t->out, (char)type);
		put_signed(t->out, field);
	}
	*last = field;
}

void thrift_i32(struct thrift *t, int field, int32_t number)
{
	begin_field(t, field, THRIFT_I32);
	put_signed(t->out, number);
}

void thrift_i64(struct thrift *t, int field, int64_t number)
{
	begin_field(t, field, THRIFT_I64);
	put_signed(t->out, number);
}

void thrift_binary(struct thrift *t, int field, const void *bytes, size_t len)
{
	begin_field(t, field, THRIFT_BINARY);
	put_binary(t->out, bytes, len);
}

void thrift_text(struct thrift *t, int field, const char *text)
{
	thrift_binary(t, field, text, strlen(text));
}

void thrift_struct(struct thrift *t, int field)
{
	begin_field(t, field, THRIFT_STRUCT);
	thrift_struct_begin(t);
}

void thrift_list(struct thrift *t, int field, enum thrift_type type, size_t nr)
{
	begin_field(t, field, THRIFT_LIST);
	if (nr < 15) {
		buf_addc(t->out, (char)(nr << 4 | (unsigned)type));
	} else {
		buf_addc(t->out, (char)(0xf0 | type));
		put_unsigned(t->out, nr);
	}
}

void thrift_element_i32(struct thrift *t, int32_t number)
{
	put_signed(t->out, number);
}

void thrift_element_text(struct thrift *t, const char *text)
{
	put_binary(t->out, text, strlen(text));
}
