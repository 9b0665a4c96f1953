#include "engine/bpf/sums.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/err.h"
#include "util/histogram.h"
#include "util/macros.h"

static_assert(WIRE_SUB_BITS == HISTOGRAM_SUB_BITS && WIRE_VALUE_BITS == HISTOGRAM_VALUE_BITS &&
		      WIRE_NR_BUCKETS == HISTOGRAM_NR_BUCKETS,
	"the same buckets");

/*
 * 22 KB each. Programs make 30 to 60 different calls, hardly any more than 120; where they are made
 * on so many CPUs that the histograms do not suffice, the rest comes as events.
 */
#define PER_CPU        96
#define HISTOGRAMS_MIN 256
#define HISTOGRAMS_MAX 2900

size_t sums_nr_histograms(size_t nr_cpus)
{
	return MIN(MAX(nr_cpus * PER_CPU, (size_t)HISTOGRAMS_MIN), (size_t)HISTOGRAMS_MAX);
}

static const void *map_pages(int fd, size_t bytes, size_t *ret_len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t len = (bytes + page - 1) / page * page;
	void *at = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return NULL;
	madvise(at, len, MADV_DONTFORK);
	*ret_len = len;
	return at;
}

int sums_open(struct sums *s, size_t nr_cpus, int sums_fd, int histograms_fd, struct err *err)
{
	s->nr_cpus = nr_cpus;
	s->nr_histograms = sums_nr_histograms(nr_cpus);
	s->sums = map_pages(sums_fd, nr_cpus * WIRE_NR_RULES * sizeof(*s->sums), &s->sums_len);
	if (s->sums)
		s->histograms = map_pages(histograms_fd, s->nr_histograms * sizeof(*s->histograms),
			&s->histograms_len);
	return s->histograms ? 0 : err_sys(err, -errno, "cannot map the sums");
}

void sums_close(struct sums *s)
{
	if (s->sums)
		munmap((void *)s->sums, s->sums_len);
	if (s->histograms)
		munmap((void *)s->histograms, s->histograms_len);
	memset(s, 0, sizeof(*s));
}

/* The program may be at work on it: a call more or less in one of the numbers is no harm. */
static void add_cpu(const struct sums *s, const struct wire_sum *from, struct engine_sum *sum,
	struct histogram *times)
{
	const struct wire_histogram *histogram;
	uint64_t nr = 0;

	sum->calls += from->calls;
	sum->errors += from->errors;
	sum->moved += from->moved;
	if (!from->histogram || from->histogram > s->nr_histograms)
		return;
	histogram = &s->histograms[from->histogram - 1];
	for (size_t i = 0; i < WIRE_NR_BUCKETS; i++) {
		uint64_t in_bucket = histogram->buckets[i];

		histogram_add_bucket(times, i, in_bucket);
		nr += in_bucket;
	}
	histogram_add_totals(times, nr, from->total_ns, ~from->least_ns_inverted, from->most_ns);
}

static void read_number(
	const struct sums *s, enum abi abi, uint32_t nr, engine_sum_fn add, void *self)
{
	struct engine_sum sum = {.abi = abi, .nr = nr};
	struct histogram times = {0};

	for (size_t cpu = 0; cpu < s->nr_cpus; cpu++) {
		const struct wire_sum *from =
			&s->sums[cpu * WIRE_NR_RULES + abi * WIRE_NR_LIMIT + nr];

		if (from->calls)
			add_cpu(s, from, &sum, &times);
	}
	if (!sum.calls)
		return;
	sum.times = &times;
	add(self, &sum);
	histogram_deinit(&times);
}

void sums_read(const struct sums *s, engine_sum_fn add, void *self)
{
	if (!s->histograms)
		return;
	for (enum abi abi = 0; abi < NR_ABIS; abi++)
		for (uint32_t nr = 0; nr < WIRE_NR_LIMIT; nr++)
			read_number(s, abi, nr, add, self);
}
