#pragma once
/*
 * Writes to a descriptor from a thread of its own, in order, so that who makes the bytes does not
 * wait for whoever takes them. One thread adds; all signals are blocked in the one that writes.
 */

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "util/buf.h"

struct writer;

/*
 * The descriptor is borrowed; the thread runs on these CPUs, as far as it may. NULL when there can
 * be no thread.
 */
struct writer *writer_create(int fd, const cpu_set_t *cpus);

/* Waits until all is written. Accepts NULL. */
void writer_destroy(struct writer *w);

/* Whether another buffer finds a place; one does for many MiB. */
bool writer_has_place(const struct writer *w);

/* Takes what `bytes` holds and leaves an empty buffer in its place. Waits for a place. */
void writer_add(struct writer *w, struct buf *bytes);

/* Bytes added and not written yet. */
size_t writer_queued_bytes(const struct writer *w);

/* Until `bytes` or fewer are left. */
void writer_wait(struct writer *w, size_t bytes);

/* The negative errno that ended the writing, or 0. What comes after it is dropped. */
int writer_error(const struct writer *w);

/* One write(2), with a wait where the descriptor does not block; may come to 0 bytes. */
ssize_t writer_write(int fd, const void *bytes, size_t len);
