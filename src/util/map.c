#include "util/map.h"

#include <assert.h>
#include <stdlib.h>

#include "util/alloc.h"

void map_deinit(struct map *m)
{
	free(m->slots);
	m->slots = NULL;
	m->cap = m->len = 0;
}

static size_t slot_of(const struct map *m, uint64_t key)
{
	/* splitmix64's finisher: neighbours in key space must not be neighbours in the table */
	key ^= key >> 30;
	key *= 0xbf58476d1ce4e5b9ULL;
	key ^= key >> 27;
	key *= 0x94d049bb133111ebULL;
	key ^= key >> 31;
	return (size_t)key & (m->cap - 1);
}

static struct map_slot *find(const struct map *m, uint64_t key)
{
	size_t at = slot_of(m, key);

	while (m->slots[at].value && m->slots[at].key != key)
		at = (at + 1) & (m->cap - 1);
	return &m->slots[at];
}

void *map_get(const struct map *m, uint64_t key)
{
	return m->len ? find(m, key)->value : NULL;
}

static void grow(struct map *m)
{
	struct map old = *m;

	m->cap = old.cap ? old.cap * 2 : 16;
	m->slots = xcalloc(m->cap, sizeof(*m->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].value)
			*find(m, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void *map_put(struct map *m, uint64_t key, void *value)
{
	struct map_slot *slot;
	void *before;

	assert(value);
	if ((m->len + 1) * 4 > m->cap * 3)
		grow(m);
	slot = find(m, key);
	before = slot->value;
	slot->key = key;
	slot->value = value;
	m->len += !before;
	return before;
}

void *map_remove(struct map *m, uint64_t key)
{
	struct map_slot *slot;
	size_t hole, at;
	void *before;

	if (!m->len)
		return NULL;
	slot = find(m, key);
	before = slot->value;
	if (!before)
		return NULL;
	hole = at = (size_t)(slot - m->slots);
	for (;;) {
		size_t home;

		at = (at + 1) & (m->cap - 1);
		if (!m->slots[at].value)
			break;
		home = slot_of(m, m->slots[at].key);
		if (((at - home) & (m->cap - 1)) >= ((at - hole) & (m->cap - 1))) {
			m->slots[hole] = m->slots[at];
			hole = at;
		}
	}
	m->slots[hole].value = NULL;
	m->len--;
	return before;
}

struct map_slot *map_next(const struct map *m, size_t *at)
{
	while (*at < m->cap)
		if (m->slots[(*at)++].value)
			return &m->slots[*at - 1];
	return NULL;
}
