#include "store/ring.h"

#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "store/block_reader.h"
#include "store/block_writer.h"
#include "store/chunk.h"
#include "store/file_writer.h"
#include "store/reader.h"
#include "track/track.h"
#include "util/alloc.h"

/*
 * A file that begins in the midst of a run must say what its first event finds: which descriptors
 * are open and what they mean, directories, mappings, tasks. Copying the tracker's picture at the
 * start of each block would cost each block the whole of it, kept or not: a server has tens of
 * thousands of descriptors. So a second tracker stays behind, at the oldest block: whatever is
 * dropped is read once more, by it. It always holds what was true before the first event that is
 * left, however that changed, and is told as events at the front of the file, where any reader
 * takes them as it takes the state of a process that was attached to. Reading a block back costs
 * about a tenth of what compressing it did, on the same thread, which the traced program does not
 * wait for.
 */

struct kept_block {
	char *chunk; /* owned */
	size_t len;
	struct store_zone zone;
	struct store_end counts;
};

struct store_ring {
	uint64_t max_bytes;
	struct chunk_coder *coder;
	struct buf out;                /* a block being encoded */
	VEC(struct kept_block) blocks; /* from `first` on, oldest first */
	size_t first;
	uint64_t bytes;
	uint64_t nr_dropped;  /* events */
	struct track *before; /* what was true before the first block */
	struct block_reader reader;
};

#define BLOCK_BYTES_MIN (256u << 10)
#define BLOCKS_LEAST    4

size_t store_ring_block_bytes(uint64_t max_bytes)
{
	return (size_t)MAX(MIN(max_bytes / BLOCKS_LEAST, (uint64_t)STORE_BLOCK_BYTES),
		(uint64_t)BLOCK_BYTES_MIN);
}

struct store_ring *store_ring_create(uint64_t max_bytes)
{
	struct store_ring *r = xcalloc(1, sizeof(*r));

	r->max_bytes = max_bytes;
	r->coder = chunk_coder_create();
	r->before = track_create();
	return r;
}

static void kept_block_deinit(struct kept_block *b)
{
	free(b->chunk);
	store_zone_deinit(&b->zone);
}

void store_ring_destroy(struct store_ring *r)
{
	if (!r)
		return;
	for (size_t i = r->first; i < r->blocks.len; i++)
		kept_block_deinit(&r->blocks.data[i]);
	VEC_DEINIT(&r->blocks);
	block_reader_deinit(&r->reader);
	track_destroy(r->before);
	chunk_coder_destroy(r->coder);
	buf_deinit(&r->out);
	free(r);
}

/* In memory. */
static uint64_t size_of(const struct kept_block *b)
{
	return sizeof(*b) + b->len + b->zone.calls.len * sizeof(*b->zone.calls.data) +
	       b->zone.tasks.len * sizeof(*b->zone.tasks.data);
}

/* What a tracker looks at. */
#define PARTS_TRACKED                                                                              \
	(STORE_PART_ENTRY | STORE_PART_RESULT | STORE_PART_ARGS | STORE_PART_CAPTURES |            \
		STORE_PART_RECORDS)

static void learn(struct store_ring *r, const struct kept_block *b)
{
	const struct chunk chunk = {.kind = STORE_EVENTS,
		.body = (const uint8_t *)b->chunk + STORE_CHUNK_BYTES,
		.len = b->len - STORE_CHUNK_BYTES};
	enum block_state state;
	struct event ev;

	if (!block_reader_begin(&r->reader, &chunk, PARTS_TRACKED))
		return;
	do {
		state = block_reader_next(&r->reader, &ev);
		if (state == BLOCK_EVENT)
			track_sink.event(r->before, &ev, NULL);
	} while (state == BLOCK_EVENT || state == BLOCK_SKIPPED);
}

static void drop_oldest(struct store_ring *r)
{
	struct kept_block *b = &r->blocks.data[r->first++];

	learn(r, b);
	r->bytes -= size_of(b);
	r->nr_dropped += b->zone.nr_events;
	kept_block_deinit(b);
	if (r->first < r->blocks.len / 2)
		return;
	r->blocks.len -= r->first;
	memmove(r->blocks.data, r->blocks.data + r->first, r->blocks.len * sizeof(*r->blocks.data));
	r->first = 0;
}

void store_ring_add(struct store_ring *r, struct block_writer *b)
{
	struct kept_block kept = {.counts = b->counts};

	if (!b->zone.nr_events)
		return;
	buf_reset(&r->out);
	block_writer_encode(b, r->coder, &r->out);
	kept.chunk = xmemdup(r->out.data, r->out.len);
	kept.len = r->out.len;
	store_zone_copy(&kept.zone, &b->zone);
	VEC_PUSH(&r->blocks, kept);
	r->bytes += size_of(&kept);
	while (r->bytes > r->max_bytes && r->blocks.len - r->first > 1)
		drop_oldest(r);
}

struct state_writer {
	struct file_writer *file;
	struct block_writer block;
};

static int write_state_block(struct state_writer *s)
{
	int r = s->block.zone.nr_events ? file_writer_block(s->file, &s->block) : 0;

	block_writer_reset(&s->block);
	return r;
}

static int add_state(void *self, const struct event *ev)
{
	struct state_writer *s = self;

	block_writer_add(&s->block, ev);
	return block_writer_is_full(&s->block) ? write_state_block(s) : 0;
}

static int write_state(struct store_ring *r, struct file_writer *file)
{
	struct state_writer *s = xcalloc(1, sizeof(*s));
	uint64_t time_ns = r->first < r->blocks.len ? r->blocks.data[r->first].zone.first_ns : 0;
	int status;

	s->file = file;
	status = track_tell(r->before, time_ns, add_state, s);
	if (status >= 0)
		status = write_state_block(s);
	block_writer_deinit(&s->block);
	free(s);
	return status;
}

int store_ring_write(
	struct store_ring *r, int fd, const struct store_facts *facts, const char *because)
{
	struct store_facts all = *facts;
	struct file_writer file;
	int status;

	all.ring_bytes = r->max_bytes;
	all.nr_dropped = r->nr_dropped;
	file_writer_init(&file, fd);
	file.end.because = because;
	status = file_writer_begin(&file, &all);
	if (status >= 0)
		status = write_state(r, &file);
	for (size_t i = r->first; status >= 0 && i < r->blocks.len; i++) {
		const struct kept_block *b = &r->blocks.data[i];

		status = file_writer_chunk(&file, &b->zone, &b->counts, b->chunk, b->len);
	}
	if (status >= 0)
		status = file_writer_end(&file);
	file_writer_deinit(&file);
	return status;
}
