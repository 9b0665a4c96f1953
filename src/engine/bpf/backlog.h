#pragma once
/*
 * Records that were moved out of a ring before they could be dealt with, oldest first. Copying one
 * costs a twentieth of drawing it, so a reader that is outrun for a while loses nothing: it pays
 * with memory, which it gives back.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backlog_block;
struct wire_head;

struct backlog {
	struct backlog_block *first, *last; /* owned */
};

void backlog_deinit(struct backlog *b);

/* Bytes of memory that adding `len` bytes would take. */
size_t backlog_cost(const struct backlog *b, size_t len);

void backlog_add(struct backlog *b, const struct wire_head *record, size_t len);

/* NULL = empty. It stays where it is until it is dropped. */
const struct wire_head *backlog_first(const struct backlog *b);

/* Returns the bytes of memory that became free. */
size_t backlog_drop(struct backlog *b, size_t len);
