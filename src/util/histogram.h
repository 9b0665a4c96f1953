#pragma once
/*
 * A log-linear histogram of numbers (nanoseconds, bytes): each power of two has 64 buckets of equal
 * width.
 *
 *	bucket(v) = 64 * s + (v >> s)	with s = max(0, floor(log2 v) - 6)
 *
 * A quantile is by nearest rank: of n numbers the q-quantile is the ceil(q * n)-th smallest, the
 * first at least. It comes as the middle of its bucket, and never outside of [min, max]: below 128
 * that is the number itself, above it is wrong by 1/128 (0.8 %) at most, up to 2^48 - 1 (78 hours,
 * as nanoseconds). What is larger goes into the last bucket. Number, sum, least and greatest are
 * exact.
 *
 * Memory: 22 KiB at most, however many numbers; merging loses nothing.
 */

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS   6
#define HISTOGRAM_VALUE_BITS 48
#define HISTOGRAM_PART       (1 << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_NR_PARTS   (HISTOGRAM_VALUE_BITS - HISTOGRAM_SUB_BITS + 1)
#define HISTOGRAM_NR_BUCKETS (HISTOGRAM_NR_PARTS * HISTOGRAM_PART)

/* All zero: empty. */
struct histogram {
	uint64_t nr, sum;
	uint64_t min, max;                   /* of no meaning while `nr` is 0 */
	uint64_t *parts[HISTOGRAM_NR_PARTS]; /* owned; 64 buckets each; NULL = all 0 */
};

void histogram_deinit(struct histogram *h);

size_t histogram_bucket(uint64_t value);

/* The least value of a bucket, and how many values share it. */
uint64_t histogram_bucket_low(size_t bucket);
uint64_t histogram_bucket_width(size_t bucket);

void histogram_add(struct histogram *h, uint64_t value);
void histogram_merge(struct histogram *h, const struct histogram *other);

/*
 * Numbers that somebody else has sorted into the same buckets: `nr` of them into one; then, once
 * for all of these, their sum and extremes.
 */
void histogram_add_bucket(struct histogram *h, size_t bucket, uint64_t nr);
void histogram_add_totals(
	struct histogram *h, uint64_t nr, uint64_t sum, uint64_t min, uint64_t max);

/* 0 when empty. */
uint64_t histogram_quantile(const struct histogram *h, double q);
double histogram_mean(const struct histogram *h);

/* Of the whole, not of a sample; from the middles of the buckets. */
double histogram_stddev(const struct histogram *h);
