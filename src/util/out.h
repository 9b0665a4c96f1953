#pragma once
/*
 * Buffered output to a descriptor. The first write error sticks (`error`), later writes are
 * dropped; a caller checks when it commits.
 *
 * Whoever takes the bytes does not hold the caller up: up to OUT_PATIENCE_BYTES gather in memory
 * first. A tracer that waits loses events. Small outputs are written by the caller, who asks first
 * where that could mean to wait; large ones by a thread of their own.
 */

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/macros.h"

struct writer;

#define OUT_PATIENCE_BYTES (64u << 20)

struct out {
	int fd;                   /* borrowed; -1 = collect in `pending` only */
	int error;                /* negative errno */
	bool is_pipe;             /* may make us wait */
	struct buf pending;       /* append here; the front may have been written already */
	size_t sent_bytes;        /* of `pending` */
	size_t refused_bytes;     /* of `pending`: the reader was not ready for them */
	size_t direct_bytes;      /* written by the caller */
	struct writer *writer;    /* owned; NULL = not worth while yet */
	bool alone;               /* there can be no writer */
	cpu_set_t cpus;           /* for the writer: the caller may move about */
	const struct out *feeder; /* borrowed; what will be copied here in the end */
};

void out_init(struct out *o, int fd);
void out_deinit(struct out *o); /* flushes; does not close the descriptor */

void out_write(struct out *o, const void *bytes, size_t len);
void out_puts(struct out *o, const char *text);
void out_printf(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Ends a record: written through when enough has gathered. 0 or the negative errno that sticks. */
int out_commit(struct out *o);

/* What has not been written yet. */
size_t out_unsent_bytes(const struct out *o);

/*
 * Nearly as much waits to be written, here or in the feeder, as may gather: a caller that can put
 * its work off had better, for soon a commit will wait.
 */
bool out_is_full(const struct out *o);

/* Writes what the reader takes without delay; the rest stays. */
int out_push(struct out *o);

/* Writes everything, however long the reader makes us wait. */
int out_flush(struct out *o);
