#pragma once
/* Structures that more than one family shows. */

#include "decode/decoder.h"

SHAPE_DECLARE(fd, 4)
SHAPE_DECLARE(int, 4)
SHAPE_DECLARE(uint, 4)
SHAPE_DECLARE(id, 4)
SHAPE_DECLARE(pid, 4)
SHAPE_DECLARE(s64, 8)
SHAPE_DECLARE(u64, 8)
SHAPE_DECLARE(addr, 8)
SHAPE_DECLARE(timespec, 16)
SHAPE_DECLARE(timeval, 16)
SHAPE_DECLARE(rusage, 144)
SHAPE_DECLARE(siginfo, 128)
SHAPE_DECLARE(sigevent, 32)
SHAPE_DECLARE(user_desc, 16)
/* Without the data: a buffer that is yet to be filled. */
SHAPE_DECLARE(iovec, 16)
/* What calls with six arguments already pass a signal mask in; the mask is copied by a step. */
SHAPE_DECLARE(sigset_arg, 16)

struct sigset_arg {
	uint64_t sigmask;
	uint64_t sigsetsize;
};

#define STEP_SIGSET_ARG(arg_)                                                                      \
	STEP_AT(STEP_ALL, ENTER, arg_, struct sigset_arg, sigmask, BYTES, LEN_NONE, 8)

/* Of `len` bytes, at most those of a sockaddr_storage. */
void value_set_sockaddr(struct decoder *d, struct value *ret, const void *bytes, size_t len);

/* A socket address of `len` bytes at `addr`. */
void decoder_show_sockaddr(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret);

/* {tv_sec=..., tv_nsec=...} of any pair */
void value_set_time(struct decoder *d, struct value *ret, int64_t sec, int64_t fraction,
	const char *fraction_name);

/* Clock ticks as times(2) counts them, with the seconds they are. */
void value_set_ticks(struct decoder *d, struct value *ret, int64_t ticks);

/*
 * UTC, as "2023-11-14T22:13:20+0000", with a fraction of a second in 6 or 9 digits if it is not 0.
 * NULL when that is no date: all zeros, a fraction above a second, a year without four digits.
 */
const char *decoder_date(struct decoder *d, int64_t sec, uint64_t fraction, unsigned digits);

/* A call's number by its name, of an AUDIT_ARCH_. */
void value_set_call_number(struct decoder *d, struct value *ret, uint32_t arch, uint64_t nr);

/* The attributes of a perf event, before the call. */
void decoder_show_perf_attr(struct decoder *d, uint64_t addr, struct value *ret);
