#pragma once
/*
 * Names of files, each stored once for as long as something refers to it: descriptors, working
 * directories and mappings of all processes share the same `struct path`. What happens to the name
 * (a rename of it or of a directory above it, an unlink) is written there and so seen by all of
 * them. A path that was unlinked or replaced stays with its holders but leaves the table: the next
 * file of that name is another one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/vec.h"

/* No name gets longer than this; what would is not known. */
#define PATH_TEXT_MAX 32768

struct path {
	struct path *next; /* in the same bucket */
	uint64_t hash;
	char *text; /* owned; NULL = not known any more */
	uint32_t len;
	uint32_t refs;
	bool linked; /* in the table: what is opened by this name is this file */
	bool deleted;
	/* as it was before the current event, until path_table_settle */
	bool touched;
	bool was_deleted;
	char *old_text; /* owned; == text when that did not change */
};

struct path_table {
	struct path **buckets; /* owned */
	size_t nr_buckets;     /* power of two or 0 */
	size_t len;
	VEC(struct path *) touched; /* owns a reference each */
};

void path_table_deinit(struct path_table *table);

/* A reference to the file of that name. */
struct path *path_intern(struct path_table *table, const char *text, size_t len);

/* One that no name leads to: deleted files, "pipe:[5]", "anon_inode:[eventfd]". */
struct path *path_create_unlinked(const char *text, size_t len, bool deleted);

static inline struct path *path_ref(struct path *p)
{
	if (p)
		p->refs++;
	return p;
}

void path_unref(struct path_table *table, struct path *p); /* accepts NULL */

/* Text and fate before the current event (`before`), or now. */
static inline const char *path_text(const struct path *p, bool before)
{
	return before && p->touched ? p->old_text : p->text;
}

static inline bool path_deleted(const struct path *p, bool before)
{
	return before && p->touched ? p->was_deleted : p->deleted;
}

/*
 * What rename(2) does to names; with `exchange` both exist and swap. `to` == NULL: a place that is
 * not known.
 */
void path_table_rename(struct path_table *table, const char *from, const char *to, bool exchange);
void path_table_unlink(struct path_table *table, const char *text);

/* Forgets how things were before the current event. */
void path_table_settle(struct path_table *table);
