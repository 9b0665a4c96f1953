/*
 * percentile(x, p) and median(x), by nearest rank as everywhere: of n numbers the ceil(p/100 *
 * n)-th smallest, the first at least.
 *
 * Whole numbers from 0 to 2^48 go into the histogram that -c uses, and come out as they do there.
 * Others are gathered by sign, power of two and 64th of it: as fine as the histogram, and as
 * bounded.
 */

#include <math.h>
#include <string.h>

#include "query/query_internal.h"
#include "util/alloc.h"
#include "util/histogram.h"
#include "util/map.h"

struct quantile {
	double p;
	bool has_p;
	struct histogram whole;
	struct map others; /* key -> how many */
	uint64_t nr_others;
	double min, max; /* of them */
};

/* What an aggregate keeps: ours is on the heap, SQLite's memory need not be given back by us. */
struct slot {
	struct quantile *quantile;
};

/* All bits of a double but those that tell numbers of one bucket apart. */
#define KEY_SHIFT 46

/* In the order of the numbers. */
static uint64_t key_of(double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
	return bits >> KEY_SHIFT;
}

/* The middle of the bucket. */
static double number_of(uint64_t key)
{
	uint64_t bits = key << KEY_SHIFT | UINT64_C(1) << (KEY_SHIFT - 1);
	double number;

	bits = bits >> 63 ? bits & ~(UINT64_C(1) << 63) : ~bits;
	memcpy(&number, &bits, sizeof(number));
	return number;
}

static void add_other(struct quantile *q, double number, uint64_t nr)
{
	uint64_t key = key_of(number);
	uint64_t before = (uint64_t)(uintptr_t)map_get(&q->others, key);

	map_put(&q->others, key, (void *)(uintptr_t)(before + nr));
	q->min = q->nr_others ? fmin(q->min, number) : number;
	q->max = q->nr_others ? fmax(q->max, number) : number;
	q->nr_others += nr;
}

static struct quantile *quantile_of(sqlite3_context *to, bool make)
{
	struct slot *slot = sqlite3_aggregate_context(to, make ? (int)sizeof(*slot) : 0);

	if (slot && !slot->quantile && make)
		slot->quantile = xcalloc(1, sizeof(*slot->quantile));
	return slot ? slot->quantile : NULL;
}

static bool set_p(struct quantile *q, sqlite3_context *to, sqlite3_value *p)
{
	double number = p ? sqlite3_value_double(p) : 50;

	if (p && sqlite3_value_numeric_type(p) != SQLITE_INTEGER &&
		sqlite3_value_numeric_type(p) != SQLITE_FLOAT)
		number = -1;
	if (!(number >= 0 && number <= 100)) {
		sqlite3_result_error(to, "percentile(x, p): p is a number from 0 to 100", -1);
		return false;
	}
	if (q->has_p && q->p != number) {
		sqlite3_result_error(to, "percentile(x, p): p is the same for all rows", -1);
		return false;
	}
	q->has_p = true;
	q->p = number;
	return true;
}

static void quantile_step(sqlite3_context *to, int argc, sqlite3_value **argv)
{
	struct quantile *q = quantile_of(to, true);
	int64_t whole;

	if (!q || !set_p(q, to, argc > 1 ? argv[1] : NULL))
		return;
	switch (sqlite3_value_type(argv[0])) {
	case SQLITE_NULL: break;
	case SQLITE_INTEGER:
		whole = sqlite3_value_int64(argv[0]);
		if (whole >= 0 && whole >> HISTOGRAM_VALUE_BITS == 0)
			histogram_add(&q->whole, (uint64_t)whole);
		else
			add_other(q, (double)whole, 1);
		break;
	case SQLITE_FLOAT: add_other(q, sqlite3_value_double(argv[0]), 1); break;
	default: sqlite3_result_error(to, "percentile(x, p): x is a number", -1); break;
	}
}

static int compare_keys(const void *a, const void *b)
{
	uint64_t left = ((const struct map_slot *)a)->key,
		 right = ((const struct map_slot *)b)->key;

	return left < right ? -1 : left > right;
}

/* With numbers of both sorts: the whole ones by their buckets among the others. */
static double mixed_quantile(struct quantile *q)
{
	VEC(struct map_slot) sorted = {0};
	uint64_t rank, nr = 0;
	struct map_slot *slot;
	double ret = 0;
	size_t at = 0;

	for (size_t bucket = 0; bucket < HISTOGRAM_NR_BUCKETS; bucket++) {
		const uint64_t *part = q->whole.parts[bucket / HISTOGRAM_PART];

		if (part && part[bucket % HISTOGRAM_PART])
			add_other(q,
				(double)(histogram_bucket_low(bucket) +
					 (histogram_bucket_width(bucket) - 1) / 2),
				part[bucket % HISTOGRAM_PART]);
	}
	while ((slot = map_next(&q->others, &at)))
		VEC_PUSH(&sorted, *slot);
	qsort(sorted.data, sorted.len, sizeof(*sorted.data), compare_keys);
	rank = (uint64_t)ceil(q->p / 100 * (double)q->nr_others - 1e-6);
	for (size_t i = 0; i < sorted.len && nr < MAX(rank, 1); i++) {
		nr += (uint64_t)(uintptr_t)sorted.data[i].value;
		ret = number_of(sorted.data[i].key);
	}
	VEC_DEINIT(&sorted);
	/* these are known exactly */
	if (rank <= 1)
		return q->min;
	return rank >= q->nr_others ? q->max : fmin(fmax(ret, q->min), q->max);
}

/* NULL of no numbers. */
static void quantile_final(sqlite3_context *to)
{
	struct slot *slot = sqlite3_aggregate_context(to, 0);
	struct quantile *q = quantile_of(to, false);

	if (!q)
		return;
	if (q->nr_others)
		sqlite3_result_double(to, mixed_quantile(q));
	else if (q->whole.nr)
		result_u64(to, histogram_quantile(&q->whole, q->p / 100));
	histogram_deinit(&q->whole);
	map_deinit(&q->others);
	free(q);
	slot->quantile = NULL;
}

int query_functions_register(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	int r = sqlite3_create_function(
		db, "percentile", 2, flags, NULL, NULL, quantile_step, quantile_final);

	if (r != SQLITE_OK)
		return r;
	return sqlite3_create_function(
		db, "median", 1, flags, NULL, NULL, quantile_step, quantile_final);
}
