#pragma once
/* The one clock of all events: CLOCK_MONOTONIC in nanoseconds, as bpf_ktime_get_ns gives it. */

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_read_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static inline uint64_t clock_now_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

/* What to add to a monotonic time to get the wall-clock time (ns since 1970). */
uint64_t clock_realtime_offset_ns(void);
