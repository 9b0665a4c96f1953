#pragma once
/* Encodings of Parquet's pages (Encodings.md of apache/parquet-format). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/vec.h"

struct buf;

typedef VEC(uint32_t) parquet_numbers;

/* RLE: runs of equal numbers, and numbers of `width` bits, eight at a time. */
void parquet_encode_runs(struct buf *out, const uint32_t *numbers, size_t nr, unsigned width);

/* Bits of the largest of `nr` numbers from 0 on. */
unsigned parquet_width_of(uint32_t nr);

/*
 * Of texts as PLAIN has them (u32 length, bytes; one after another): each text once, in the order
 * of first appearance, and for each its place among these. False when that is not worth while;
 * what was appended is void then.
 */
bool parquet_make_dictionary(const struct buf *plain, struct buf *ret_texts, uint32_t *ret_nr,
	parquet_numbers *ret_places);
