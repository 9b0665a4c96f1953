#include "util/json.h"

#include <assert.h>
#include <string.h>

#include "util/buf.h"
#include "util/utf8.h"

void json_init(struct json *j, struct buf *out)
{
	*j = (struct json){.out = out};
}

/* What goes in front of a value or key. */
static void separate(struct json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (j->filled[j->depth])
		buf_addc(j->out, ',');
	j->filled[j->depth] = true;
}

static void begin(struct json *j, char bracket)
{
	separate(j);
	buf_addc(j->out, bracket);
	assert(j->depth + 1 < JSON_DEPTH_MAX);
	j->filled[++j->depth] = false;
}

static void end(struct json *j, char bracket)
{
	assert(j->depth && !j->after_key);
	j->depth--;
	buf_addc(j->out, bracket);
}

void json_object_begin(struct json *j)
{
	begin(j, '{');
}

void json_object_end(struct json *j)
{
	end(j, '}');
}

void json_array_begin(struct json *j)
{
	begin(j, '[');
}

void json_array_end(struct json *j)
{
	end(j, ']');
}

void json_key(struct json *j, const char *key)
{
	separate(j);
	buf_addc(j->out, '"');
	buf_adds(j->out, key);
	buf_add(j->out, "\":", 2);
	j->after_key = true;
}

/* U+EF80..U+EFFF is how a stray byte is written. */
static size_t sequence_len(const uint8_t *at, size_t left)
{
	return at[0] == 0xee && left > 1 && at[1] >= 0xbe ? 0 : utf8_sequence_len(at, left);
}

/* What stands in a string as it is. */
static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void add_escaped(struct buf *out, uint8_t c)
{
	switch (c) {
	case '"': buf_adds(out, "\\\""); break;
	case '\\': buf_adds(out, "\\\\"); break;
	case '\n': buf_adds(out, "\\n"); break;
	case '\r': buf_adds(out, "\\r"); break;
	case '\t': buf_adds(out, "\\t"); break;
	default: buf_printf(out, "\\u%04x", c);
	}
}

/* A sequence of UTF-8, or the character that stands for a stray byte; returns how many bytes it
 * was. */
static size_t add_sequence(struct buf *out, const uint8_t *at, size_t left)
{
	size_t len = sequence_len(at, left);
	const char stray[3] = {(char)0xee, (char)(0xbc | *at >> 6), (char)(0x80 | (*at & 0x3f))};

	if (!len) {
		buf_add(out, stray, sizeof(stray));
		return 1;
	}
	buf_add(out, at, len);
	return len;
}

void json_add_utf8(struct buf *out, const void *bytes, size_t len)
{
	const uint8_t *at = len ? bytes : (const void *)"", *stop = at + len;

	while (at < stop) {
		size_t nr = 0;

		while (at + nr < stop && at[nr] < 0x80)
			nr++;
		buf_add(out, at, nr);
		at += nr;
		if (at < stop)
			at += add_sequence(out, at, (size_t)(stop - at));
	}
}

void json_string(struct json *j, const void *bytes, size_t len)
{
	const uint8_t *at = len ? bytes : (const void *)"", *stop = at + len;

	separate(j);
	buf_addc(j->out, '"');
	while (at < stop) {
		size_t nr = 0;

		while (at + nr < stop && is_plain(at[nr]))
			nr++;
		buf_add(j->out, at, nr);
		at += nr;
		if (at == stop)
			break;
		if (*at < 0x80) {
			add_escaped(j->out, *at++);
			continue;
		}
		at += add_sequence(j->out, at, (size_t)(stop - at));
	}
	buf_addc(j->out, '"');
}

void json_text(struct json *j, const char *text)
{
	json_string(j, text, strlen(text));
}

void json_key_text(struct json *j, const char *key)
{
	json_text(j, key);
	buf_addc(j->out, ':');
	j->after_key = true;
}

void json_token(struct json *j, const char *token)
{
	separate(j);
	buf_adds(j->out, token);
}

void json_i64(struct json *j, int64_t number)
{
	separate(j);
	buf_add_i64(j->out, number);
}

void json_u64(struct json *j, uint64_t number)
{
	separate(j);
	buf_add_u64(j->out, number);
}

void json_bool(struct json *j, bool value)
{
	separate(j);
	buf_adds(j->out, value ? "true" : "false");
}

static void add_parts(struct json *j, uint64_t number, uint64_t parts, int digits)
{
	uint64_t rest = number % parts;

	separate(j);
	buf_add_u64(j->out, number / parts);
	for (; rest && rest % 10 == 0; digits--)
		rest /= 10;
	if (rest)
		buf_printf(j->out, ".%0*llu", digits, (unsigned long long)rest);
}

void json_thousandths(struct json *j, uint64_t thousandths)
{
	add_parts(j, thousandths, 1000, 3);
}

void json_millionths(struct json *j, uint64_t millionths)
{
	add_parts(j, millionths, 1000000, 6);
}
