/*
 * The trace file's reader: the input is a file whose hashes are made right, so that what is behind
 * them is reached. Every byte that an event points to is looked at.
 */

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "event/event.h"
#include "store/format.h"
#include "store/reader.h"
#include "util/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t get_le32(const uint8_t *from)
{
	uint32_t number;

	memcpy(&number, from, sizeof(number));
	return le32toh(number);
}

/* A fuzzer finds no hash by chance. */
static void correct_hashes(uint8_t *file, size_t len)
{
	size_t at = STORE_HEADER_BYTES;

	while (len >= STORE_CHUNK_BYTES && at <= len - STORE_CHUNK_BYTES) {
		uint64_t body = get_le32(file + at + 4), hash;

		if (body > len - at - STORE_CHUNK_BYTES)
			break;
		hash = htole64(XXH3_64bits_withSeed(
			file + at + STORE_CHUNK_BYTES, body, body << 32 | get_le32(file + at)));
		memcpy(file + at + 8, &hash, sizeof(hash));
		at += STORE_CHUNK_BYTES + body;
	}
	if (len >= STORE_TRAILER_BYTES) {
		uint8_t *trailer = file + len - STORE_TRAILER_BYTES;
		uint64_t hash = htole64(XXH3_64bits(trailer, sizeof(uint64_t)));

		memcpy(trailer + 8, &hash, sizeof(hash));
	}
}

static volatile uint64_t looked; /* the looking has a purpose */

static void look(struct store_reader *r)
{
	struct arena arena = ARENA_INIT;
	const struct store_block *blocks;
	uint64_t sum = 0, at;
	struct event ev;
	size_t nr;

	while (store_reader_next(r, &ev)) {
		if (ev.kind >= NR_EVENT_KINDS)
			abort();
		/* reads all that there is to read */
		sum += event_copy(&arena, &ev)->time_ns;
		arena_reset(&arena);
	}
	if (store_reader_state(r) == STORE_READING ||
		store_reader_offset(r) > store_reader_bytes(r))
		abort();
	blocks = store_reader_blocks(r, &nr);
	for (size_t i = 0; i < nr; i++) {
		for (size_t j = 0; j < blocks[i].zone.calls.len; j++)
			sum += blocks[i].zone.calls.data[j].nr;
		if (i >= 64 || !store_reader_seek(r, &blocks[i], (uint32_t)i & STORE_PART_ALL))
			continue;
		while (store_reader_next_in_block(r, &ev, &at)) {
			sum += event_copy(&arena, &ev)->time_ns + at;
			arena_reset(&arena);
		}
	}
	for (char *const *text = store_reader_facts(r)->command; text && *text; text++)
		sum += strlen(*text);
	arena_deinit(&arena);
	looked = sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct store_reader *r;
	uint8_t *file = malloc(size ? size : 1);

	if (size)
		memcpy(file, data, size);
	correct_hashes(file, size);
	if (store_reader_open_bytes(&r, file, size, "input", NULL) >= 0) {
		look(r);
		store_reader_close(r);
	}
	free(file);
	return 0;
}
