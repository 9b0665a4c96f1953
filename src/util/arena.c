#include "util/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

#define BLOCK_BYTES 16384

struct arena_block {
	struct arena_block *next;
	size_t cap;
	_Alignas(16) char bytes[];
};

static void free_chain(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void arena_deinit(struct arena *a)
{
	free_chain(a->head);
	a->head = NULL;
	a->used = 0;
}

void arena_reset(struct arena *a)
{
	if (a->head) {
		free_chain(a->head->next);
		a->head->next = NULL;
	}
	a->used = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = (size + 15) & ~(size_t)15;
	void *ret;

	if (need < size)
		need = SIZE_MAX; /* xmalloc reports it */
	if (!a->head || a->head->cap - a->used < need) {
		size_t cap = MAX(need, (size_t)BLOCK_BYTES);
		struct arena_block *block =
			xmalloc(cap > SIZE_MAX - sizeof(*block) ? SIZE_MAX : sizeof(*block) + cap);

		block->next = a->head;
		block->cap = cap;
		a->head = block;
		a->used = 0;
	}
	ret = a->head->bytes + a->used;
	a->used += need;
	return ret;
}

void *arena_calloc(struct arena *a, size_t nr, size_t size)
{
	size_t total;
	void *ret;

	if (__builtin_mul_overflow(nr, size, &total))
		total = SIZE_MAX;
	ret = arena_alloc(a, total);
	memset(ret, 0, total);
	return ret;
}

void *arena_dup(struct arena *a, const void *bytes, size_t len)
{
	void *ret = arena_alloc(a, len);

	if (len)
		memcpy(ret, bytes, len);
	return ret;
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
	char *ret = arena_alloc(a, len + 1);

	if (len)
		memcpy(ret, text, len);
	ret[len] = '\0';
	return ret;
}

char *arena_strdup(struct arena *a, const char *text)
{
	return arena_strndup(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *ret;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return arena_strdup(a, "");
	ret = arena_alloc(a, (size_t)len + 1);
	va_start(ap, fmt);
	vsnprintf(ret, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return ret;
}
