/* Going through the events of the files, block by block. */

#include "query/past.h"
#include "query/query_internal.h"

void scan_reset(struct query_cursor *c)
{
	past_destroy(c->past);
	store_reader_close(c->reader);
	c->past = NULL;
	c->reader = NULL;
	c->file = c->block = c->row = 0;
	c->in_block = c->at_end = false;
}

static void close_file(struct query_cursor *c)
{
	size_t next = c->file + 1;

	scan_reset(c);
	c->file = next;
}

void scan_note_damage(struct query_file *file, size_t block, const struct store_reader *r)
{
	file->state = STORE_DAMAGED;
	file->offset = store_reader_offset(r);
	if (file->nr_blocks > block)
		file->nr_blocks = block;
}

/* Into the next block that may have what is wanted: false at the end of the file. */
static bool enter_block(struct query_cursor *c)
{
	struct query_file *file = cursor_file(c);
	struct query_note *note = &c->q->notes.data[c->note];

	if (!c->reader)
		c->reader = store_reader_open_again(file->reader);
	while (c->block < file->nr_blocks && !query_stops(c->q)) {
		const struct store_block *block = &file->blocks[c->block++];

		if (!want_may_have(&c->want, &block->zone, c->table->kinds)) {
			note->nr_skipped++;
			continue;
		}
		note->nr_read++;
		if (store_reader_seek(c->reader, block, c->parts)) {
			c->in_block = true;
			return true;
		}
		scan_note_damage(file, c->block - 1, c->reader);
	}
	return false;
}

/* What the block has left of what is wanted. */
static bool next_in_block(struct query_cursor *c)
{
	while (store_reader_next_in_block(c->reader, &c->ev, &c->place)) {
		if (want_has_event(&c->want, &c->ev, c->table->kinds))
			return true;
		if (!(c->place & 1023) && query_stops(c->q))
			return false;
	}
	/* what came before the damage was good, what comes behind it nobody knows */
	if (store_reader_state(c->reader) == STORE_DAMAGED)
		scan_note_damage(cursor_file(c), c->block, c->reader);
	c->in_block = false;
	return false;
}

bool scan_next(struct query_cursor *c)
{
	for (; c->file < c->q->files.len; close_file(c)) {
		if (!want_has_name(&c->want, WANT_FILE, cursor_file(c)->path)) {
			c->q->notes.data[c->note].nr_skipped += cursor_file(c)->nr_blocks;
			continue;
		}
		while (c->in_block || enter_block(c)) {
			if (next_in_block(c)) {
				c->q->notes.data[c->note].nr_rows++;
				return true;
			}
			if (query_stops(c->q))
				return false;
		}
	}
	return false;
}

int64_t scan_rowid(const struct query_cursor *c)
{
	return (int64_t)((uint64_t)c->file << (QUERY_BLOCK_BITS + QUERY_PLACE_BITS) |
			 (uint64_t)(c->block - 1) << QUERY_PLACE_BITS | c->place);
}

const struct track *scan_track(struct query_cursor *c)
{
	if (!c->past)
		c->past = past_create(cursor_file(c), c->q->config.stop);
	return past_at(c->past, c->block - 1, c->place);
}
