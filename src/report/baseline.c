#include "report/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/macros.h"

#define MAD_TO_SIGMA  1.4826 /* 1 / the normal distribution's 75 % quantile */
#define SIGMAS_TO_P95 1.6449
#define FIRST_ROOM    32

void baseline_init(struct baseline *b, size_t window)
{
	*b = (struct baseline){.window = MAX(window, (size_t)1)};
}

void baseline_deinit(struct baseline *b)
{
	free(b->times);
	free(b->sorted);
}

/* Doubles: most baselines never fill. */
static void make_room(struct baseline *b)
{
	if (b->nr < b->room)
		return;
	b->room = MIN(b->window, MAX(b->room * 2, (size_t)FIRST_ROOM));
	b->times = xreallocarray(b->times, b->room, sizeof(*b->times));
	b->sorted = xreallocarray(b->sorted, b->room, sizeof(*b->sorted));
}

/* Where `time_ns` is in `sorted`, or belongs. */
static size_t place_of(const struct baseline *b, uint64_t time_ns)
{
	size_t low = 0, high = b->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->sorted[middle] < time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void baseline_add(struct baseline *b, uint64_t time_ns)
{
	size_t to, from = b->nr;

	time_ns = MAX(time_ns, UINT64_C(1));
	to = place_of(b, time_ns);
	if (b->nr == b->window) {
		from = place_of(b, b->times[b->oldest]);
		b->times[b->oldest] = time_ns;
		b->oldest = (b->oldest + 1) % b->window;
		to -= to > from; /* its own place becomes free */
	} else {
		make_room(b);
		b->times[b->nr++] = time_ns;
	}
	if (to < from)
		memmove(b->sorted + to + 1, b->sorted + to, (from - to) * sizeof(*b->sorted));
	else
		memmove(b->sorted + from, b->sorted + from + 1, (to - from) * sizeof(*b->sorted));
	b->sorted[to] = time_ns;
}

uint64_t baseline_quantile(const struct baseline *b, double q)
{
	size_t rank = (size_t)ceil(q * (double)b->nr);

	return b->sorted[MIN(MAX(rank, (size_t)1), b->nr) - 1];
}

/*
 * The median of |ln t - ln m|, as a factor: outwards from the median, whichever side is nearer next
 * (up / m against m / down), until half of the window is passed. Times below `noise` count as that.
 */
static double median_factor(const struct baseline *b, double median, double noise)
{
	size_t up = (b->nr + 1) / 2 - 1, down = up;
	double factor = 1;

	for (size_t left = (b->nr + 1) / 2; left; left--) {
		double above = up < b->nr ? MAX((double)b->sorted[up], noise) / median : INFINITY;
		double below = down ? median / MAX((double)b->sorted[down - 1], noise) : INFINITY;

		factor = MIN(above, below);
		if (above <= below)
			up++;
		else
			down--;
	}
	return factor;
}

double baseline_score(const struct baseline *b, uint64_t time_ns, uint64_t noise_ns)
{
	double noise = (double)MAX(noise_ns, UINT64_C(1));
	double median = MAX((double)baseline_quantile(b, 0.5), noise);
	double body = MAD_TO_SIGMA * log(median_factor(b, median, noise));
	double tail = log(MAX((double)baseline_quantile(b, 0.95), noise) / median) / SIGMAS_TO_P95;

	return log(MAX((double)time_ns, noise) / median) / MAX(BASELINE_SCALE_MIN, MAX(body, tail));
}
