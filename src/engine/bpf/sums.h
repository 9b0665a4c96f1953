#pragma once
/* What the programs have counted, per CPU: mapped, and read while they go on counting. */

#include <stddef.h>
#include <stdint.h>

#include "engine/bpf/wire.h"
#include "engine/engine.h"

struct err;

struct sums {
	size_t nr_cpus;
	const struct wire_sum *sums; /* owned; by [cpu][abi][nr] */
	size_t sums_len;
	const struct wire_histogram *histograms; /* owned */
	size_t nr_histograms, histograms_len;
};

/* How many histograms are worth their memory. */
size_t sums_nr_histograms(size_t nr_cpus);

/* `s` is all zero before; the descriptors are those of the maps. */
int sums_open(struct sums *s, size_t nr_cpus, int sums_fd, int histograms_fd, struct err *err);
void sums_close(struct sums *s);

/* Calls `add` for each number that has calls. */
void sums_read(const struct sums *s, engine_sum_fn add, void *self);
