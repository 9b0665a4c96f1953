#pragma once
/*
 * What was usual lately: a sliding window of times, and how far a new one lies outside of it.
 *
 * Of the times t in the window, with m their median:
 *
 *	s = max(1.4826 * median |ln t - ln m|, (ln p95 - ln m) / 1.645, BASELINE_SCALE_MIN)
 *	score of x = (ln x - ln m) / s
 *
 * Logarithms, because times are never below zero and spread by factors. Median and MAD, because up
 * to half of the window may be odd without moving them; both factors make s what the standard
 * deviation would be, were ln t normal. The 95th percentile, because times often have a second
 * hump (what was not in the cache), of which the MAD sees nothing: what happens to one call in
 * twenty is usual. The floor, because many calls take the same time to within a few percent, and
 * twice that is no news.
 */

#include <stddef.h>
#include <stdint.h>

#define BASELINE_SCALE_MIN 0.15

struct baseline {
	size_t window;    /* how many times it holds at most */
	size_t nr;        /* and does */
	size_t room;      /* in the arrays */
	size_t oldest;    /* in `times`, once it is full */
	uint64_t *times;  /* owned; as they came */
	uint64_t *sorted; /* owned; the same */
};

/* `window` is 1 at least. */
void baseline_init(struct baseline *b, size_t window);
void baseline_deinit(struct baseline *b);

/* The oldest goes when there is no room. 0 counts as 1. */
void baseline_add(struct baseline *b, uint64_t time_ns);

/* By nearest rank; the baseline must not be empty. */
uint64_t baseline_quantile(const struct baseline *b, double q);

/*
 * Of a time that is not in it. Negative: less than is usual. The baseline must not be empty. All
 * times below `noise_ns` are the same: what adds that much to a call, or does not, is not the call.
 */
double baseline_score(const struct baseline *b, uint64_t time_ns, uint64_t noise_ns);
