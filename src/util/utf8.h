#pragma once
/* Bytes that are to be text. */

#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed UTF-8 sequence of several at `at` (RFC 3629), 0 = not one. */
size_t utf8_sequence_len(const uint8_t *at, size_t left);
