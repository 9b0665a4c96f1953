#pragma once
/* Spans of time as people write them. */

#include <stdint.h>

/*
 * A decimal number, fractions and exponents included, with s, ms, us or ns behind it; without, of
 * microseconds. -EINVAL: it is no such thing; -ERANGE: longer than 10^9 seconds.
 */
int duration_parse(const char *text, uint64_t *ret_ns);
