#pragma once
/* "Did you mean": edit distance between short names. */

#include <stddef.h>

/* Levenshtein distance with transpositions; names over 63 bytes are as far apart as can be. */
size_t nearest_distance(const char *a, size_t a_len, const char *b, size_t b_len);

/* How far a name may be from what was typed to be worth suggesting. */
size_t nearest_limit(const char *typed);
