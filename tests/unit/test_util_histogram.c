#include "test.h"

#include <math.h>
#include <stdlib.h>

#include "util/histogram.h"
#include "util/macros.h"

static uint64_t random_state;

static uint64_t next_random(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return random_state >> 11;
}

/* In (0, 1]. */
static double next_unit(void)
{
	return ((double)(next_random() & 0xffffffffu) + 1) / 4294967296.0;
}

static uint64_t uniform(void)
{
	return 1 + next_random() % 1000000;
}

static uint64_t small(void)
{
	return next_random() % 100;
}

/* Every size from 1 ns to 20 hours alike. */
static uint64_t any_size(void)
{
	return (uint64_t)exp(next_unit() * log(7.2e13));
}

static uint64_t exponential(void)
{
	return (uint64_t)(-log(next_unit()) * 50000);
}

/* Cached, from the disk, waiting. */
static uint64_t three_modes(void)
{
	uint64_t which = next_random() % 100;

	return which < 89   ? 150 + next_random() % 20
	       : which < 98 ? 80000 + next_random() % 10000
			    : 10000000000u + next_random() % 1000000000;
}

static uint64_t constant(void)
{
	return 123456789;
}

static uint64_t (*const distributions[])(void) = {
	uniform, small, any_size, exponential, three_modes, constant};

static const double quantiles[] = {0, 0.001, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* By nearest rank, from the numbers themselves, in whole per mille. */
static uint64_t exact(const uint64_t *sorted, uint64_t nr, double q)
{
	uint64_t rank = ((uint64_t)lround(q * 1000) * nr + 999) / 1000;

	return sorted[MAX(rank, 1) - 1];
}

static void check_quantiles(const struct histogram *h, uint64_t *values, uint64_t nr)
{
	qsort(values, nr, sizeof(*values), compare);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		double wanted = (double)exact(values, nr, quantiles[i]);
		double got = (double)histogram_quantile(h, quantiles[i]);

		if (fabs(got - wanted) > wanted / 128)
			fail_msg("of %llu the %g-quantile: %.0f, wanted %.0f",
				(unsigned long long)nr, quantiles[i], got, wanted);
	}
}

TEST(quantiles_are_within_a_128th_of_the_exact_ones)
{
	static const uint64_t sizes[] = {1, 2, 3, 10, 99, 100, 1000, 50000};
	static uint64_t values[50000];

	for (size_t d = 0; d < ARRAY_SIZE(distributions); d++) {
		for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
			struct histogram h = {0};

			random_state = d + s;
			for (uint64_t i = 0; i < sizes[s]; i++)
				histogram_add(&h, values[i] = distributions[d]());
			check_quantiles(&h, values, sizes[s]);
			histogram_deinit(&h);
		}
	}
}

TEST(every_value_lies_in_its_bucket_and_buckets_are_without_gaps)
{
	uint64_t low = 0;

	for (size_t b = 0; b < HISTOGRAM_NR_BUCKETS; b++) {
		uint64_t width = histogram_bucket_width(b);

		assert_int_equal(histogram_bucket_low(b), low);
		assert_int_equal(histogram_bucket(low), b);
		assert_int_equal(histogram_bucket(low + width - 1), b);
		assert_true(width == 1 || low / width >= 64);
		low += width;
	}
	assert_int_equal(low, UINT64_C(1) << 48);
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_NR_BUCKETS - 1);
}

TEST(merging_loses_nothing)
{
	struct histogram all = {0}, odd = {0}, even = {0};

	random_state = 7;
	for (int i = 0; i < 10000; i++) {
		uint64_t value = any_size();

		histogram_add(&all, value);
		histogram_add(i % 2 ? &odd : &even, value);
	}
	histogram_merge(&odd, &even);
	assert_int_equal(odd.nr, all.nr);
	assert_int_equal(odd.sum, all.sum);
	assert_int_equal(odd.min, all.min);
	assert_int_equal(odd.max, all.max);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		assert_int_equal(histogram_quantile(&odd, quantiles[i]),
			histogram_quantile(&all, quantiles[i]));
	histogram_deinit(&all);
	histogram_deinit(&odd);
	histogram_deinit(&even);
}

TEST(sorted_elsewhere_is_the_same)
{
	struct histogram h = {0}, direct = {0};
	uint64_t sum = 0, min = UINT64_MAX, max = 0;

	random_state = 3;
	for (int i = 0; i < 500; i++) {
		uint64_t value = exponential();

		histogram_add(&direct, value);
		histogram_add_bucket(&h, histogram_bucket(value), 1);
		sum += value;
		min = MIN(min, value);
		max = MAX(max, value);
	}
	histogram_add_totals(&h, 500, sum, min, max);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		assert_int_equal(histogram_quantile(&h, quantiles[i]),
			histogram_quantile(&direct, quantiles[i]));
	assert_true(histogram_mean(&h) == histogram_mean(&direct));
	histogram_deinit(&h);
	histogram_deinit(&direct);
}

TEST(what_lies_outside_the_buckets_is_ignored)
{
	struct histogram h = {0};

	histogram_add_bucket(&h, HISTOGRAM_NR_BUCKETS, 1);
	histogram_add_bucket(&h, SIZE_MAX, 1);
	assert_int_equal(histogram_quantile(&h, 0.5), 0);
	histogram_deinit(&h);
}

TEST(spread_is_that_of_the_numbers)
{
	struct histogram h = {0};
	double mean = 0, squares = 0;
	static uint64_t values[1000];

	random_state = 11;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		histogram_add(&h, values[i] = three_modes());
		mean += (double)values[i] / ARRAY_SIZE(values);
	}
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		squares += ((double)values[i] - mean) * ((double)values[i] - mean);
	squares = sqrt(squares / ARRAY_SIZE(values));
	assert_true(fabs(histogram_mean(&h) / mean - 1) < 1e-9);
	assert_true(fabs(histogram_stddev(&h) / squares - 1) < 0.01);
	histogram_deinit(&h);
}
