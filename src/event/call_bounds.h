#pragma once
/*
 * What calls of a number must be like to pass a filter at all, as far as an engine can tell at once
 * and cheaply: which descriptors they are given, whether they failed, how long they took. What is
 * within the bounds may still be dropped later; what is outside never passes. Both engines ask the
 * same two functions, which are also compiled for BPF.
 */

#include "event/capture.h"

#ifndef __bpf__
#include <stdbool.h>
#define BOUNDS_U64 uint64_t
#define BOUNDS_S64 int64_t
#else
#define BOUNDS_U64 __u64
#define BOUNDS_S64 __s64
#endif

enum bounds_result {
	BOUNDS_SUCCESS = 1,
	BOUNDS_FAILURE = 2,
	BOUNDS_ANY_RESULT = 3,
};

/* Descriptors from here on are not told apart. */
#define BOUNDS_LOW_FDS 64

struct call_bounds {
	BOUNDS_U64 min_ns; /* how long it took, both included */
	BOUNDS_U64 max_ns;
	BOUNDS_U64 low_fds;  /* bit per descriptor below BOUNDS_LOW_FDS */
	CAPTURE_U8 high_fds; /* 1 = and all others */
	CAPTURE_U8 fd_args;  /* one of these arguments (a bit each) must be such a descriptor;
				0 = they do not matter */
	CAPTURE_U8 results;  /* enum bounds_result */
	CAPTURE_U8 ends;     /* 1 = `results`, `min_ns` and `max_ns` matter */
	CAPTURE_U32 reserved;
};

static inline __attribute__((always_inline)) bool call_bounds_fd(
	const volatile struct call_bounds *b, BOUNDS_U64 arg)
{
	CAPTURE_U32 fd = (CAPTURE_U32)arg;

	if (fd < BOUNDS_LOW_FDS)
		return b->low_fds >> fd & 1;
	return b->high_fds && !(fd >> 31);
}

/* At entry; `args` are CAPTURE_NR_ARGS words. */
static inline __attribute__((always_inline)) bool call_bounds_enter(
	const volatile struct call_bounds *b, const BOUNDS_U64 *args)
{
	CAPTURE_U8 fd_args = b->fd_args;

	if (!fd_args)
		return true;
	for (int i = 0; i < CAPTURE_NR_ARGS; i++)
		if (fd_args >> i & 1 && call_bounds_fd(b, args[i]))
			return true;
	return false;
}

/* Of a call that returned. `timed` = `duration_ns` is known. */
static inline __attribute__((always_inline)) bool call_bounds_exit(
	const volatile struct call_bounds *b, BOUNDS_S64 ret, bool timed, BOUNDS_U64 duration_ns)
{
	bool failed = RESULT_IS_ERROR(ret);

	if (!b->ends)
		return true;
	if (!(b->results & (failed ? BOUNDS_FAILURE : BOUNDS_SUCCESS)))
		return false;
	return !timed || (duration_ns >= b->min_ns && duration_ns <= b->max_ns);
}
