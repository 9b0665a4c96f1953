#pragma once
/*
 * A region that is freed as a whole. Everything handed out is 16-byte aligned and lives until
 * arena_reset or arena_deinit. Not thread-safe.
 */

#include <stddef.h>

#include "util/macros.h"

struct arena_block;

struct arena {
	struct arena_block *head; /* owned; newest block */
	size_t used;              /* bytes used in `head` */
};

#define ARENA_INIT                                                                                 \
	{                                                                                          \
		NULL, 0                                                                            \
	}

void arena_deinit(struct arena *a);

/* Forgets all contents, keeps one block for reuse. */
void arena_reset(struct arena *a);

void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t nr, size_t size);
void *arena_dup(struct arena *a, const void *bytes, size_t len);
char *arena_strndup(struct arena *a, const char *text, size_t len);
char *arena_strdup(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
