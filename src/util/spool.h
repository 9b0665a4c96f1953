#pragma once
/*
 * A document's body that must wait for its head: bytes go to an unlinked file, so that memory stays
 * flat, and are copied out in order at the end.
 */

#include <stddef.h>

struct out;
struct spool;

/*
 * For what `out` is to get in the end; borrowed, and full when the spool is. Never NULL; a failure
 * to open shows in spool_copy.
 */
struct spool *spool_create(struct out *out);
void spool_destroy(struct spool *s);

/* Likewise of a file that somebody else fills; the descriptor is owned now. */
struct spool *spool_create_of(struct out *out, int fd);

/* What is to be written; fills the spool as an `out` with a descriptor of its own. */
struct out *spool_out(struct spool *s);

/* Appends all to its `out`. 0 or the first negative errno of either side. */
int spool_copy(struct spool *s);
