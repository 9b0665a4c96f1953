#include "test.h"

#include <stdlib.h>

#include "engine/bpf/sums.h"
#include "util/histogram.h"
#include "util/macros.h"

#define NR_CPUS 3

struct seen {
	size_t nr;
	struct engine_sum sum[4];
	struct histogram times[4];
};

static void note(void *self, const struct engine_sum *sum)
{
	struct seen *seen = self;

	assert_true(seen->nr < ARRAY_SIZE(seen->sum));
	seen->sum[seen->nr] = *sum;
	histogram_merge(&seen->times[seen->nr++], sum->times);
}

/* As the programs do it. */
static void count(struct wire_sum *sum, struct wire_histogram *histograms, uint32_t histogram,
	uint64_t ns, bool failed)
{
	sum->histogram = histogram;
	sum->calls++;
	sum->errors += failed;
	sum->moved += failed ? 0 : 5;
	sum->total_ns += ns;
	sum->least_ns_inverted = MAX(sum->least_ns_inverted, ~ns);
	sum->most_ns = MAX(sum->most_ns, ns);
	histograms[histogram - 1].buckets[histogram_bucket(ns)]++;
}

TEST(what_several_cpus_have_counted_is_added_up)
{
	struct wire_sum *sums = calloc(NR_CPUS * WIRE_NR_RULES, sizeof(*sums));
	struct wire_histogram *histograms = calloc(4, sizeof(*histograms));
	struct sums s = {
		.nr_cpus = NR_CPUS, .sums = sums, .histograms = histograms, .nr_histograms = 4};
	struct seen seen = {0};

	for (uint64_t ns = 1; ns <= 100; ns++)
		count(&sums[7], histograms, 2, ns, ns > 90);
	count(&sums[2 * WIRE_NR_RULES + 7], histograms, 1, 3600000000000, false);
	count(&sums[WIRE_NR_RULES + WIRE_NR_LIMIT + 3], histograms, 4, 12345, false);
	/* no entry was seen, and so no histogram taken */
	sums[WIRE_NR_RULES + WIRE_NR_LIMIT + 3].calls++;

	sums_read(&s, note, &seen);
	assert_int_equal(seen.nr, 2);
	assert_int_equal(seen.sum[0].abi, ABI_X86_64);
	assert_int_equal(seen.sum[0].nr, 7);
	assert_int_equal(seen.sum[0].calls, 101);
	assert_int_equal(seen.sum[0].errors, 10);
	assert_int_equal(seen.sum[0].moved, 91 * 5);
	assert_int_equal(seen.times[0].nr, 101);
	assert_int_equal(seen.times[0].min, 1);
	assert_int_equal(seen.times[0].max, 3600000000000);
	assert_int_equal(seen.times[0].sum, 5050 + 3600000000000);
	assert_int_equal(histogram_quantile(&seen.times[0], 0.5), 51);
	assert_int_equal(seen.sum[1].abi, ABI_I386);
	assert_int_equal(seen.sum[1].nr, 3);
	assert_int_equal(seen.sum[1].calls, 2);
	assert_int_equal(seen.times[1].nr, 1);
	for (size_t i = 0; i < seen.nr; i++)
		histogram_deinit(&seen.times[i]);
	free(sums);
	free(histograms);
}

TEST(a_number_of_no_histogram_is_not_followed)
{
	struct wire_sum *sums = calloc(WIRE_NR_RULES, sizeof(*sums));
	struct wire_histogram *histograms = calloc(1, sizeof(*histograms));
	struct sums s = {.nr_cpus = 1, .sums = sums, .histograms = histograms, .nr_histograms = 1};
	struct seen seen = {0};

	sums[0] = (struct wire_sum){.calls = 3, .histogram = 2};
	sums_read(&s, note, &seen);
	assert_int_equal(seen.nr, 1);
	assert_int_equal(seen.sum[0].calls, 3);
	assert_int_equal(seen.times[0].nr, 0);
	free(sums);
	free(histograms);
}
