#include "track/path.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t hash = len * 0x9e3779b97f4a7c15ULL, word;

	for (; len; text += sizeof(word)) {
		size_t nr = MIN(len, sizeof(word));

		word = 0;
		memcpy(&word, text, nr);
		hash = (hash ^ word) * 0xbf58476d1ce4e5b9ULL;
		hash ^= hash >> 29;
		len -= nr;
	}
	return hash;
}

static struct path **bucket_of(const struct path_table *table, uint64_t hash)
{
	return &table->buckets[(hash ^ hash >> 32) & (table->nr_buckets - 1)];
}

static void grow(struct path_table *table)
{
	struct path **old = table->buckets;
	size_t nr_old = table->nr_buckets;

	table->nr_buckets = MAX(nr_old * 2, (size_t)64);
	table->buckets = xcalloc(table->nr_buckets, sizeof(*table->buckets));
	for (size_t i = 0; i < nr_old; i++) {
		while (old[i]) {
			struct path *p = old[i], **bucket = bucket_of(table, p->hash);

			old[i] = p->next;
			p->next = *bucket;
			*bucket = p;
		}
	}
	free(old);
}

static void link_path(struct path_table *table, struct path *p)
{
	struct path **bucket;

	if (table->len >= table->nr_buckets)
		grow(table);
	bucket = bucket_of(table, p->hash);
	p->next = *bucket;
	*bucket = p;
	p->linked = true;
	table->len++;
}

static void unlink_path(struct path_table *table, struct path *p)
{
	struct path **at = bucket_of(table, p->hash);

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->linked = false;
	table->len--;
}

static struct path *find(
	const struct path_table *table, const char *text, size_t len, uint64_t hash)
{
	if (!table->nr_buckets)
		return NULL;
	for (struct path *p = *bucket_of(table, hash); p; p = p->next)
		if (p->hash == hash && p->len == len && !memcmp(p->text, text, len))
			return p;
	return NULL;
}

static char *copy_text(const char *text, size_t len)
{
	char *ret = xmalloc(len + 1);

	memcpy(ret, text, len);
	ret[len] = '\0';
	return ret;
}

struct path *path_create_unlinked(const char *text, size_t len, bool deleted)
{
	struct path *p = xcalloc(1, sizeof(*p));

	p->text = copy_text(text, len);
	p->len = (uint32_t)len;
	p->hash = hash_of(text, len);
	p->refs = 1;
	p->deleted = deleted;
	return p;
}

struct path *path_intern(struct path_table *table, const char *text, size_t len)
{
	struct path *p = find(table, text, len, hash_of(text, len));

	if (p)
		return path_ref(p);
	p = path_create_unlinked(text, len, false);
	link_path(table, p);
	return p;
}

void path_unref(struct path_table *table, struct path *p)
{
	if (!p || --p->refs)
		return;
	if (p->linked)
		unlink_path(table, p);
	free(p->text);
	free(p);
}

/* Notes how it was, for the views of what the current event found. */
static void touch(struct path_table *table, struct path *p)
{
	if (p->touched)
		return;
	p->touched = true;
	p->was_deleted = p->deleted;
	p->old_text = p->text;
	VEC_PUSH(&table->touched, path_ref(p));
}

void path_table_settle(struct path_table *table)
{
	while (table->touched.len) {
		struct path *p = table->touched.data[--table->touched.len];

		if (p->old_text != p->text)
			free(p->old_text);
		p->old_text = NULL;
		p->touched = false;
		path_unref(table, p);
	}
}

void path_table_deinit(struct path_table *table)
{
	path_table_settle(table);
	VEC_DEINIT(&table->touched);
	assert(!table->len);
	free(table->buckets);
	table->buckets = NULL;
	table->nr_buckets = 0;
}

/* Takes what is called `from`, or lies below it, out of the table and onto a list. */
static struct path *take_below(struct path_table *table, const char *from)
{
	size_t len = strlen(from);
	struct path *taken = NULL;

	for (size_t i = 0; i < table->nr_buckets; i++) {
		struct path **at = &table->buckets[i];

		while (*at) {
			struct path *p = *at;

			if (p->len < len || memcmp(p->text, from, len) ||
				(p->text[len] && p->text[len] != '/')) {
				at = &p->next;
				continue;
			}
			*at = p->next;
			p->linked = false;
			table->len--;
			p->next = taken;
			taken = p;
		}
	}
	return taken;
}

static void set_text(struct path *p, char *text)
{
	if (p->old_text != p->text)
		free(p->text);
	p->text = text;
}

/* Puts them back with `to` in the place of the first `from_len` bytes; NULL = not known. */
static void put_below(struct path_table *table, struct path *taken, size_t from_len, const char *to)
{
	size_t to_len = to ? strlen(to) : 0;

	while (taken) {
		struct path *p = taken, *other;
		size_t rest = p->len - from_len;
		char *text = NULL;

		taken = p->next;
		p->next = NULL;
		touch(table, p);
		if (to && to_len + rest <= PATH_TEXT_MAX) {
			text = xmalloc(to_len + rest + 1);
			memcpy(text, to, to_len);
			memcpy(text + to_len, p->text + from_len, rest + 1);
		}
		set_text(p, text);
		p->len = text ? (uint32_t)(to_len + rest) : 0;
		if (!text)
			continue;
		p->hash = hash_of(text, p->len);
		other = find(table, text, p->len, p->hash);
		if (other)
			unlink_path(table, other);
		link_path(table, p);
	}
}

void path_table_unlink(struct path_table *table, const char *text)
{
	size_t len = strlen(text);
	struct path *p = find(table, text, len, hash_of(text, len));

	if (!p)
		return;
	touch(table, p);
	p->deleted = true;
	unlink_path(table, p);
}

void path_table_rename(struct path_table *table, const char *from, const char *to, bool exchange)
{
	struct path *taken, *swapped = NULL;

	if (to && !strcmp(from, to))
		return;
	taken = take_below(table, from);
	if (to && exchange)
		swapped = take_below(table, to);
	else if (to)
		path_table_unlink(table, to);
	put_below(table, taken, strlen(from), to);
	put_below(table, swapped, to ? strlen(to) : 0, from);
}
