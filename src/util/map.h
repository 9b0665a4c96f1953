#pragma once
/*
 * Hash map from a 64-bit key to a pointer: open addressing, linear probing, backward-shift
 * deletion. The values belong to the caller. Any change may move entries, so the one change
 * allowed while iterating is none.
 */

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL = free slot */
};

struct map {
	struct map_slot *slots; /* owned */
	size_t cap;             /* power of two or 0 */
	size_t len;
};

#define MAP_INIT                                                                                   \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void map_deinit(struct map *m);
void *map_get(const struct map *m, uint64_t key);

/* `value` must not be NULL. Returns what was there before, or NULL. */
void *map_put(struct map *m, uint64_t key, void *value);
void *map_remove(struct map *m, uint64_t key);

/* Visits each entry: for (size_t at = 0; (slot = map_next(m, &at));) */
struct map_slot *map_next(const struct map *m, size_t *at);
