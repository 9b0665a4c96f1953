#pragma once
/*
 * What may stand where an option or a word asks for one of several names, so that --help, errors
 * and completion say the same as the rows. `completes` is as in struct option: names separated by
 * spaces, or "@formats", "@engines".
 */

#include <stdbool.h>

struct buf;

/* False for NULL and for what is no list: "file", "command", "pid". */
bool alternatives_known(const char *completes);

/* Adds the names with `separator` between them. */
void alternatives_add(struct buf *out, const char *completes, const char *separator);
