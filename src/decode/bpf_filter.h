#pragma once
/*
 * Classic BPF programs, as seccomp, prctl and socket options take them, and the instruction codes
 * that they share with eBPF.
 *
 * A row that takes a `struct sock_fprog` captures these 16 bytes itself; the program behind it
 * comes with FILTER_STEP(pick, argument) in the row's steps.
 */

#include <linux/filter.h>

#include "decode/decoder.h"

#define FILTER_STEP(pick, arg)                                                                     \
	STEP_AT(pick, ENTER, arg, struct sock_fprog, filter, ARRAY,                                \
		LEN_AT(struct sock_fprog, len), sizeof(struct sock_filter))

/* What the program's results, and the offsets it loads from, mean. */
enum filter_use {
	FILTER_OF_SECCOMP,
	FILTER_OF_SOCKET,
};

/* A struct sock_fprog at `addr`: {len=1, filter=[...]}. Only verbose shows instructions. */
void decoder_show_filter_program(
	struct decoder *d, uint64_t addr, unsigned when, enum filter_use use, struct value *ret);

/* The `nr` instructions at `addr` alone. */
void decoder_show_filter(struct decoder *d, uint64_t addr, uint64_t nr, unsigned when,
	enum filter_use use, struct value *ret);

/* BPF_LD|BPF_W|BPF_ABS */
void value_set_bpf_code(struct decoder *d, struct value *ret, uint32_t code, bool extended);

/* One instruction. */
const struct shape *decoder_filter_shape(enum filter_use use);
