#pragma once
/*
 * Buffered output to a descriptor. The first write error sticks (`out_error`), later writes are
 * dropped; a caller checks when it flushes. Whole lines reach the descriptor in one write(2) as
 * long as they are added whole between two flushes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/macros.h"

struct out {
	int fd; /* borrowed; -1 = collect in `pending` only */
	int error;
	struct buf pending;
};

void out_init(struct out *o, int fd);
void out_deinit(struct out *o); /* flushes; does not close the descriptor */

void out_write(struct out *o, const void *bytes, size_t len);
void out_puts(struct out *o, const char *text);
void out_printf(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Ends a record: written through when enough has gathered. 0 or the negative errno that sticks. */
int out_commit(struct out *o);
int out_flush(struct out *o);
