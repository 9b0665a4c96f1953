#pragma once
/*
 * Writes JSON (RFC 8259) into a buffer: commas and nesting are the writer's business, the caller
 * says what comes next. Compact: no white space.
 *
 * Bytes that are not UTF-8 become characters of the private use area, byte 0xNN as U+EFNN (always
 * 80-FF); characters U+EF80..U+EFFF that are really in the text are escaped byte by byte the same
 * way. So every byte string has one JSON string and comes back from it: replace each U+EF80..U+EFFF
 * by the byte in its low eight bits.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define JSON_DEPTH_MAX 32

struct json {
	struct buf *out; /* borrowed */
	unsigned depth;
	bool filled[JSON_DEPTH_MAX]; /* something stands at this depth already */
	bool after_key;
};

void json_init(struct json *j, struct buf *out);

void json_object_begin(struct json *j);
void json_object_end(struct json *j);
void json_array_begin(struct json *j);
void json_array_end(struct json *j);

/* `key` is one of ours: nothing in it needs an escape. */
void json_key(struct json *j, const char *key);

/* One that comes from elsewhere. */
void json_key_text(struct json *j, const char *key);

void json_string(struct json *j, const void *bytes, size_t len);
void json_text(struct json *j, const char *text);

/* Not JSON: the bytes as UTF-8, those that are none by the same private characters. */
void json_add_utf8(struct buf *out, const void *bytes, size_t len);

void json_i64(struct json *j, int64_t number);
void json_u64(struct json *j, uint64_t number);
void json_bool(struct json *j, bool value);
void json_token(struct json *j, const char *token); /* a number, or null, that is text already */

/* `thousandths` / 1000 with exactly as many decimals as it needs, three at most. */
void json_thousandths(struct json *j, uint64_t thousandths);

/* `millionths` / 1000000 likewise. */
void json_millionths(struct json *j, uint64_t millionths);
