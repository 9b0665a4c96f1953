#pragma once
/* Values as text, in the notation engineers know from strace. */

#include <stdbool.h>
#include <stdint.h>

#include "decode/value.h"

#include "render/renderer.h"

struct buf;
struct event_view;
struct track;

struct value_text {
	uint32_t string_limit; /* bytes of VALUE_DATA shown */
	bool hex;              /* \x escapes instead of octal ones */
	enum hex_strings hex_strings;
	const struct track *track; /* describes descriptors; NULL = plain numbers */
	bool fd_details;           /* protocols, addresses, device numbers */
	int32_t pid;               /* whose descriptors */
};

/* For the values of this event, as the user wants them. */
struct value_text value_text_for(
	const struct render_options *options, const struct event_view *view);

/* Without the value's own name. Arguments are described as the call found them (`returned` false),
 * results as it left them. */
void value_text_draw(
	const struct value_text *how, struct buf *out, const struct value *value, bool returned);

/* `bytes` in quotes, at most `limit` of them, "..." behind the quotes if `cut` or shortened. */
void value_text_quote(const struct value_text *how, struct buf *out, const uint8_t *bytes,
	size_t len, size_t limit, bool cut);

/* Without quotes, and with escapes for the bytes of `special` too. */
void value_text_escape(const struct value_text *how, struct buf *out, const uint8_t *bytes,
	size_t len, const char *special);

/* All argument words in hexadecimal. */
void value_text_draw_words(struct buf *out, const struct event_view *view);

/* The arguments from..to-1 of a call, separated by ", ". */
void value_text_draw_args(const struct value_text *how, struct buf *out,
	const struct event_view *view, size_t from, size_t to);
