#include "render/parquet_encode.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/map.h"

#define GROUP 8 /* numbers that are packed together */

/* Of texts, that may all be different without harm. */
#define SMALL_BYTES 64

static void put_varint(struct buf *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		buf_addc(out, (char)(number | 0x80));
	buf_addc(out, (char)number);
}

static size_t run_len(const uint32_t *numbers, size_t nr)
{
	size_t len = 1;

	while (len < nr && numbers[len] == numbers[0])
		len++;
	return len;
}

static void put_run(struct buf *out, uint32_t number, size_t len, unsigned width)
{
	put_varint(out, (uint64_t)len << 1);
	for (unsigned bits = 0; bits < width; bits += 8)
		buf_addc(out, (char)(number >> bits));
}

/* The last group is filled up with zeros. */
static void put_packed(struct buf *out, const uint32_t *numbers, size_t nr, unsigned width)
{
	size_t nr_groups = (nr + GROUP - 1) / GROUP;
	uint64_t word = 0;
	unsigned bits = 0;

	put_varint(out, (uint64_t)nr_groups << 1 | 1);
	for (size_t i = 0; i < nr_groups * GROUP; i++) {
		word |= (uint64_t)(i < nr ? numbers[i] : 0) << bits;
		for (bits += width; bits >= 8; bits -= 8, word >>= 8)
			buf_addc(out, (char)word);
	}
}

void parquet_encode_runs(struct buf *out, const uint32_t *numbers, size_t nr, unsigned width)
{
	size_t at = 0;

	while (at < nr) {
		size_t len = run_len(numbers + at, nr - at), end = at;

		if (len >= GROUP) {
			put_run(out, numbers[at], len, width);
			at += len;
			continue;
		}
		/* whole groups, up to where a run is worth while */
		while (end < nr && run_len(numbers + end, MIN(nr - end, GROUP)) < GROUP)
			end += GROUP;
		end = MIN(end, nr);
		put_packed(out, numbers + at, end - at, width);
		at = end;
	}
}

unsigned parquet_width_of(uint32_t nr)
{
	return nr > 1 ? 32u - (unsigned)__builtin_clz(nr - 1) : 0;
}

struct dictionary {
	struct buf *texts;
	VEC(size_t) offsets; /* of the texts */
	struct map places;   /* hash -> place + 1 */
};

/* The place of a text with its length in front, or -1 when another one has its hash. */
static int64_t place_of(struct dictionary *d, const char *text, size_t bytes)
{
	uint64_t hash = XXH3_64bits(text, bytes);
	size_t place = (size_t)map_get(&d->places, hash);

	if (!place) {
		VEC_PUSH(&d->offsets, d->texts->len);
		buf_add(d->texts, text, bytes);
		map_put(&d->places, hash, (void *)d->offsets.len);
		return (int64_t)d->offsets.len - 1;
	}
	place--;
	if (d->texts->len - d->offsets.data[place] < bytes ||
		memcmp(d->texts->data + d->offsets.data[place], text, bytes) != 0)
		return -1;
	return (int64_t)place;
}

bool parquet_make_dictionary(const struct buf *plain, struct buf *ret_texts, uint32_t *ret_nr,
	parquet_numbers *ret_places)
{
	struct dictionary d = {.texts = ret_texts};
	bool worth = plain->len;

	for (size_t at = 0; worth && at < plain->len;) {
		uint32_t len;
		int64_t place;

		memcpy(&len, plain->data + at, sizeof(len));
		place = place_of(&d, plain->data + at, sizeof(len) + len);
		at += sizeof(len) + len;
		if (place >= 0)
			VEC_PUSH(ret_places, (uint32_t)place);
		worth = place >= 0 && ret_texts->len <= plain->len / 2 + SMALL_BYTES;
	}
	*ret_nr = (uint32_t)d.offsets.len;
	map_deinit(&d.places);
	VEC_DEINIT(&d.offsets);
	return worth;
}
