#pragma once
/* Between the files about sockets. */

#include "decode/decoder.h"

/*
 * [128 => 16]: the room there was, argument `at` points to it, and what was needed of it. False
 * when that is not known.
 */
bool decoder_show_length(struct decoder *d, unsigned at, int32_t *ret_before, int32_t *ret_after);

/* The control messages in `len` bytes at `addr`. */
void decoder_show_control(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret);
