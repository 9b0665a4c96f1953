#include "util/histogram.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/macros.h"

void histogram_deinit(struct histogram *h)
{
	for (size_t i = 0; i < HISTOGRAM_NR_PARTS; i++)
		free(h->parts[i]);
	memset(h, 0, sizeof(*h));
}

static unsigned shift_of(uint64_t value)
{
	unsigned log2 = value ? 63 - (unsigned)__builtin_clzll(value) : 0;

	return log2 > HISTOGRAM_SUB_BITS ? log2 - HISTOGRAM_SUB_BITS : 0;
}

size_t histogram_bucket(uint64_t value)
{
	unsigned shift;

	value = MIN(value, (UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1);
	shift = shift_of(value);
	return ((size_t)shift << HISTOGRAM_SUB_BITS) + (size_t)(value >> shift);
}

static unsigned bucket_shift(size_t bucket)
{
	return bucket < 2 * HISTOGRAM_PART ? 0 : (unsigned)(bucket / HISTOGRAM_PART) - 1;
}

uint64_t histogram_bucket_low(size_t bucket)
{
	unsigned shift = bucket_shift(bucket);

	return (uint64_t)(bucket - ((size_t)shift << HISTOGRAM_SUB_BITS)) << shift;
}

uint64_t histogram_bucket_width(size_t bucket)
{
	return UINT64_C(1) << bucket_shift(bucket);
}

static uint64_t bucket_middle(size_t bucket)
{
	return histogram_bucket_low(bucket) + (histogram_bucket_width(bucket) - 1) / 2;
}

void histogram_add_bucket(struct histogram *h, size_t bucket, uint64_t nr)
{
	size_t part = bucket / HISTOGRAM_PART;

	if (!nr || part >= HISTOGRAM_NR_PARTS)
		return;
	if (!h->parts[part])
		h->parts[part] = xcalloc(HISTOGRAM_PART, sizeof(*h->parts[part]));
	h->parts[part][bucket % HISTOGRAM_PART] += nr;
}

void histogram_add_totals(
	struct histogram *h, uint64_t nr, uint64_t sum, uint64_t min, uint64_t max)
{
	if (!nr)
		return;
	h->min = h->nr ? MIN(h->min, min) : min;
	h->max = h->nr ? MAX(h->max, max) : max;
	h->nr += nr;
	h->sum += sum;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	histogram_add_bucket(h, histogram_bucket(value), 1);
	histogram_add_totals(h, 1, value, value, value);
}

void histogram_merge(struct histogram *h, const struct histogram *other)
{
	for (size_t part = 0; part < HISTOGRAM_NR_PARTS; part++)
		for (size_t i = 0; other->parts[part] && i < HISTOGRAM_PART; i++)
			histogram_add_bucket(h, part * HISTOGRAM_PART + i, other->parts[part][i]);
	histogram_add_totals(h, other->nr, other->sum, other->min, other->max);
}

/* Calls `see` for each bucket that is not empty, in order, until it returns false. */
static void each_bucket(
	const struct histogram *h, bool (*see)(void *self, size_t bucket, uint64_t nr), void *self)
{
	for (size_t part = 0; part < HISTOGRAM_NR_PARTS; part++)
		for (size_t i = 0; h->parts[part] && i < HISTOGRAM_PART; i++)
			if (h->parts[part][i] &&
				!see(self, part * HISTOGRAM_PART + i, h->parts[part][i]))
				return;
}

struct search {
	uint64_t left; /* up to the rank wanted */
	size_t bucket;
};

static bool search_bucket(void *self, size_t bucket, uint64_t nr)
{
	struct search *s = self;

	s->bucket = bucket;
	if (s->left <= nr)
		return false;
	s->left -= nr;
	return true;
}

uint64_t histogram_quantile(const struct histogram *h, double q)
{
	struct search s = {0};
	/* 0.99 * 100 may come out a little above 99 */
	double rank = ceil(q * (double)h->nr - 1e-6);

	if (!h->nr)
		return 0;
	s.left = rank < 1 ? 1 : rank >= (double)h->nr ? h->nr : (uint64_t)rank;
	/* these are known exactly */
	if (s.left == 1)
		return h->min;
	if (s.left == h->nr)
		return h->max;
	each_bucket(h, search_bucket, &s);
	return MIN(MAX(bucket_middle(s.bucket), h->min), h->max);
}

double histogram_mean(const struct histogram *h)
{
	return h->nr ? (double)h->sum / (double)h->nr : 0;
}

struct spread {
	double mean, squares;
};

static bool add_square(void *self, size_t bucket, uint64_t nr)
{
	struct spread *s = self;
	double distance = (double)bucket_middle(bucket) - s->mean;

	s->squares += distance * distance * (double)nr;
	return true;
}

double histogram_stddev(const struct histogram *h)
{
	struct spread s = {.mean = histogram_mean(h)};

	if (h->nr < 2 || h->min == h->max)
		return 0;
	each_bucket(h, add_square, &s);
	return sqrt(s.squares / (double)h->nr);
}
