#pragma once
/*
 * A document's body that must wait for its head: bytes go to an unlinked file, so that memory stays
 * flat, and are copied out in order at the end.
 */

#include <stddef.h>

struct out;
struct spool;

struct spool *spool_create(void); /* never NULL; a failure to open shows in spool_copy */
void spool_destroy(struct spool *s);

/* What is to be written; fills the spool as an `out` with a descriptor of its own. */
struct out *spool_out(struct spool *s);

/* Appends all to `out`. 0 or the first negative errno of either side. */
int spool_copy(struct spool *s, struct out *out);
