#pragma once
/* Calls counted in the kernel: per CPU, so that nothing is shared and nothing can be lost. */

#include "engine/bpf/ring.bpf.h"

/* By [cpu][abi][nr]. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load */
	__type(key, __u32);
	__type(value, struct wire_sum);
} sums SEC(".maps");

/*
 * The histograms. Few calls are made on each CPU, so these are given out as they are needed.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load */
	__type(key, __u32);
	__type(value, struct wire_histogram);
} histograms SEC(".maps");

/* By CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set at load */
	__type(key, __u32);
	__type(value, struct wire_slot);
} slots SEC(".maps");

/*
 * Counts whatever may make a slot's knowledge wrong: marks that are set, and tasks that end, since
 * others get their stacks, where the registers lie.
 */
volatile __u32 generation = 1;

static __always_inline struct wire_slot *slot_get(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&slots, &cpu);
}

static __always_inline bool slot_is_of(const struct wire_slot *slot, __u64 regs)
{
	return slot->regs == regs && slot->generation == generation;
}

const volatile __u32 nr_histograms; /* set at load */
__u32 nr_histograms_used = 0;

/* floor(log2(i)), for small numbers; the compiler has a builtin that crashes it. */
const volatile __u8 log2_of[256]; /* set at load */

/* The bucket of a time, as in util/histogram.h. */
static __always_inline __u32 bucket_of(__u64 ns)
{
	__u64 rest = ns >> WIRE_SUB_BITS;
	__u32 shift = 0;

	/* most calls take less than 2^14 ns */
	if (rest >= 256) {
		if (ns >> WIRE_VALUE_BITS)
			return WIRE_NR_BUCKETS - 1;
		if (rest >> 24) {
			rest >>= 24;
			shift = 24;
		}
		if (rest >> 16) {
			rest >>= 16;
			shift += 16;
		} else if (rest >> 8) {
			rest >>= 8;
			shift += 8;
		}
	}
	shift += log2_of[rest & 255];
	return (shift << WIRE_SUB_BITS) + (ns >> shift);
}

/* The histogram of a sum; NULL when none is left. */
static __always_inline struct wire_histogram *histogram_get(struct wire_sum *sum)
{
	__u32 at = sum->histogram;

	if (!at) {
		if (nr_histograms_used >= nr_histograms)
			return NULL;
		at = __sync_fetch_and_add(&nr_histograms_used, 1) + 1;
		sum->histogram = at;
	}
	at--;
	return bpf_map_lookup_elem(&histograms, &at);
}

/*
 * A call that returned. False: there is no place to count it in. `ns` is void where the entry was
 * not seen.
 */
static __always_inline bool sum_add(__u32 key, __s64 ret, __u64 ns, bool timed)
{
	__u32 at = bpf_get_smp_processor_id() * WIRE_NR_RULES + key;
	struct wire_sum *sum = bpf_map_lookup_elem(&sums, &at);
	struct wire_histogram *histogram;
	__u64 bucket;

	if (!sum)
		return false;
	if (timed) {
		histogram = histogram_get(sum);
		if (!histogram)
			return false;
		bucket = bucket_of(ns);
		if (bucket < WIRE_NR_BUCKETS)
			histogram->buckets[bucket]++;
		sum->total_ns += ns;
		if (sum->least_ns_inverted < ~ns)
			sum->least_ns_inverted = ~ns;
		if (sum->most_ns < ns)
			sum->most_ns = ns;
	}
	sum->calls++;
	if (ret > 0)
		sum->moved += ret;
	else if (RESULT_IS_ERROR(ret))
		sum->errors++;
	return true;
}
