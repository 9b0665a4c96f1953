#pragma once
/* Shell patterns. */

#include <stdbool.h>

/*
 * Whether all of `text` is as the pattern says: `*` any bytes, slashes included (as with find
 * -path), `?` one, `[a-z]`, `[!a-z]`, `\` takes what follows as it is. Bytes, whatever the locale;
 * never more than the product of both lengths in steps.
 */
bool glob_match(const char *pattern, const char *text);
