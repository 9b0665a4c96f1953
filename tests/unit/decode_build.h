#pragma once
/* Recorded calls for the decoder's tests, and what it makes of them as text. */

#include <errno.h>
#include <string.h>

#include "decode/decode.h"
#include "render/value_text.h"
#include "util/arena.h"
#include "util/buf.h"

/* Captured bytes; a test's tracee has them at 0x1000, 0x2000, ... by their place in the list. */
struct chunk {
	uint8_t arg;
	uint8_t when;
	uint32_t len;
	const void *bytes;
	uint8_t flags; /* enum capture_flag */
	uint8_t place; /* where another chunk is, if not 0 */
};

#define CHUNK_AT(place) (0x1000u * (place))
#define MAX_CHUNKS      8

struct recorded {
	const char *name;
	uint64_t args[CAPTURE_NR_ARGS];
	int64_t ret;
	struct chunk chunks[MAX_CHUNKS];
	const char *expected;
	uint8_t abi;
	uint8_t flags;
	bool verbose;
	bool netlink; /* descriptors are netlink sockets, */
	int protocol; /* of this */
};

#define IN(arg, object)                                                                            \
	{                                                                                          \
		arg, CAPTURE_AT_ENTER, sizeof(object), &(object)                                   \
	}
#define OUT(arg, object)                                                                           \
	{                                                                                          \
		arg, CAPTURE_AT_EXIT, sizeof(object), &(object)                                    \
	}
#define IN_TEXT(arg, text)                                                                         \
	{                                                                                          \
		arg, CAPTURE_AT_ENTER, sizeof(text), text                                          \
	} /* with its NUL */
#define OUT_BYTES(arg, text)                                                                       \
	{                                                                                          \
		arg, CAPTURE_AT_EXIT, sizeof(text) - 1, text                                       \
	}
#define IN_BYTES(arg, text)                                                                        \
	{                                                                                          \
		arg, CAPTURE_AT_ENTER, sizeof(text) - 1, text                                      \
	}

/* what became of chunk `place` */
#define OUT_OVER(place, arg, object)                                                               \
	{                                                                                          \
		arg, CAPTURE_AT_EXIT, sizeof(object), &(object), 0, place                          \
	}
/* of which the end could not be read */
#define IN_SHORT(arg, text)                                                                        \
	{                                                                                          \
		arg, CAPTURE_AT_ENTER, sizeof(text) - 1, text, CAPTURE_CUT | CAPTURE_SHORT         \
	}

static inline int recorded_protocol(void *asked, int fd)
{
	const struct recorded *r = asked;

	return r->netlink ? r->protocol : -1;
}

/* "name(args) = result (note)" */
static inline void recorded_draw(const struct recorded *r, struct buf *out)
{
	struct capture captures[MAX_CHUNKS];
	enum call_id id = call_id_by_name(r->name, strlen(r->name));
	struct event_call call = {.nr = (uint32_t)call_number(r->abi, id),
		.abi = r->abi,
		.flags = r->flags,
		.ret = r->ret,
		.captures = captures};
	const struct value_text how = {.string_limit = 64};
	const struct decode_options opts = {.verbose = r->verbose,
		.asked = (void *)(uintptr_t)r,
		.netlink_protocol = recorded_protocol};
	struct arena arena = ARENA_INIT;
	struct decoded_call decoded;

	memcpy(call.args, r->args, sizeof(call.args));
	for (size_t i = 0; i < MAX_CHUNKS && r->chunks[i].bytes; i++)
		captures[call.nr_captures++] = (struct capture){
			.addr = CHUNK_AT(r->chunks[i].place ? r->chunks[i].place : i + 1),
			.len = r->chunks[i].len,
			.arg = r->chunks[i].arg,
			.when = r->chunks[i].when,
			.flags = r->chunks[i].flags,
			.bytes = r->chunks[i].bytes};
	decode_call(&arena, &call, &opts, &decoded);
	buf_printf(out, "%s(", decoded.name);
	for (size_t i = 0; i < decoded.nr_args; i++) {
		buf_adds(out, i ? ", " : "");
		if (decoded.args[i].flags & VALUE_NAMED)
			buf_printf(out, "%s=", decoded.args[i].name);
		value_text_draw(&how, out, &decoded.args[i], false);
	}
	buf_adds(out, ") = ");
	if (decoded.error_name)
		buf_adds(out, decoded.error_name);
	else
		value_text_draw(&how, out, &decoded.ret, true);
	if (decoded.ret_note)
		buf_printf(out, " (%s)", decoded.ret_note);
	for (size_t i = 0; decoded.ret_detail.kind && i < decoded.ret_detail.list.nr; i++) {
		const struct value *item = &decoded.ret_detail.list.items[i];

		buf_printf(out, " %s ", item->name ? item->name : "");
		value_text_draw(&how, out, item, true);
	}
	arena_deinit(&arena);
}

static inline void recorded_check(const struct recorded *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct buf out = BUF_INIT;

		recorded_draw(&rows[i], &out);
		assert_string_equal(buf_cstr(&out), rows[i].expected);
		buf_deinit(&out);
	}
}

#define CHECK(rows) recorded_check(rows, sizeof(rows) / sizeof((rows)[0]))
