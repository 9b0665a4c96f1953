#include "engine/bpf/backlog.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/macros.h"

/* Large enough for malloc to give it back to the kernel when it is freed. */
#define BLOCK_BYTES (UINT64_C(1) << 20)

struct backlog_block {
	struct backlog_block *next;
	size_t cap, used, at; /* bytes of `bytes`; those before `at` were dropped */
	_Alignas(8) uint8_t bytes[];
};

void backlog_deinit(struct backlog *b)
{
	while (b->first) {
		struct backlog_block *next = b->first->next;

		free(b->first);
		b->first = next;
	}
	b->last = NULL;
}

static bool fits(const struct backlog *b, size_t len)
{
	return b->last && b->last->cap - b->last->used >= len;
}

static size_t block_bytes(size_t len)
{
	return sizeof(struct backlog_block) + MAX(len, BLOCK_BYTES);
}

size_t backlog_cost(const struct backlog *b, size_t len)
{
	return fits(b, len) ? 0 : block_bytes(len);
}

void backlog_add(struct backlog *b, const struct wire_head *record, size_t len)
{
	if (!fits(b, len)) {
		struct backlog_block *block = xmalloc(block_bytes(len));

		*block = (struct backlog_block){.cap = block_bytes(len) - sizeof(*block)};
		if (b->last)
			b->last->next = block;
		else
			b->first = block;
		b->last = block;
	}
	memcpy(b->last->bytes + b->last->used, record, len);
	b->last->used += len;
}

const struct wire_head *backlog_first(const struct backlog *b)
{
	return b->first ? (const struct wire_head *)(b->first->bytes + b->first->at) : NULL;
}

size_t backlog_drop(struct backlog *b, size_t len)
{
	struct backlog_block *block = b->first;
	size_t freed;

	block->at += len;
	if (block->at < block->used)
		return 0;
	freed = sizeof(*block) + block->cap;
	b->first = block->next;
	if (!b->first)
		b->last = NULL;
	free(block);
	return freed;
}
