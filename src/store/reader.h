#pragma once
/*
 * Reads a trace file, event by event or by its blocks. Whatever the bytes are, this ends and stays
 * within them; a file that is cut or damaged gives what lies before the damage.
 *
 * A reader belongs to one thread. Several may read one file, also while it is being written: what
 * is there when it is opened counts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/facts.h"
#include "store/zone.h"

struct err;
struct event;
struct store_reader;

/*
 * A pipe is read to its end first; a file is read as it is asked for, and one that is made shorter
 * meanwhile is one that was cut. Fails when it cannot be read, is no trace file, or is of a later
 * major version.
 */
int store_reader_open(struct store_reader **ret, const char *path, struct err *err);

/* The same of bytes that the caller keeps until the reader is closed; `name` is for messages. */
int store_reader_open_bytes(struct store_reader **ret, const void *bytes, size_t len,
	const char *name, struct err *err);

/* Another reader of what `r` reads, to be closed before it. */
struct store_reader *store_reader_open_again(const struct store_reader *r);

void store_reader_close(struct store_reader *r);

/* Whether a file begins as trace files do. */
bool store_is_trace(const void *bytes, size_t len);

/* Live as long as the reader. */
const struct store_facts *store_reader_facts(const struct store_reader *r);
uint32_t store_reader_version(const struct store_reader *r); /* minor */
size_t store_reader_bytes(const struct store_reader *r);     /* of the file */

/*
 * The next event in stream order: true, or false at the end. It lives until the next call.
 * Sinks consume events as the stream delivered them; kinds that this program does not know are
 * passed over.
 */
bool store_reader_next(struct store_reader *r, struct event *ret);

/* To the end without looking into the blocks: only their hashes are checked. */
void store_reader_skip_to_end(struct store_reader *r);

/* From the first event again. */
void store_reader_rewind(struct store_reader *r);

/* After the last event: how the file ends. */
enum store_state {
	STORE_READING, /* there may be more events */
	STORE_WHOLE,   /* the recording ended in good order */
	STORE_CUT,     /* it did not: the file ends early */
	STORE_DAMAGED, /* what follows is not what was written */
};

enum store_state store_reader_state(const struct store_reader *r);

/* The place of a cut or damage. */
uint64_t store_reader_offset(const struct store_reader *r);

/* What the end says; NULL before the last event, or when the end is missing. */
const struct store_end *store_reader_end(const struct store_reader *r);

/* Of an event there is always its kind, time, task and, of a call, which it is and its flags. */
enum store_part {
	STORE_PART_CPU = 1,
	STORE_PART_ENTRY = 2, /* the time of entry */
	STORE_PART_RESULT = 4,
	STORE_PART_ARGS = 8,
	STORE_PART_CAPTURES = 16, /* with the arguments */
	STORE_PART_RECORDS = 32,  /* events that are no calls; without, they are passed over */
	STORE_PART_QUEUED = 64,
	STORE_PART_ALL = 127,
};

struct store_block {
	uint64_t offset, len; /* in the file, the chunk's head included */
	struct store_zone zone;
};

/*
 * The blocks and what they hold, without reading events: from the index, or where there is none
 * from the blocks themselves. Live as long as the reader.
 */
const struct store_block *store_reader_blocks(struct store_reader *r, size_t *ret_nr);

/* Whether these came from an index: no block has been looked into, and no hash of one checked. */
bool store_reader_has_index(const struct store_reader *r);

/*
 * From the first event of that block on, only so much of each event (enum store_part; what is not
 * read is 0). False, with the state STORE_DAMAGED, when the block is not what was written.
 */
bool store_reader_seek(struct store_reader *r, const struct store_block *block, uint32_t parts);

/*
 * As store_reader_next, but to the end of the block. `ret_at`: the place in the block of the event,
 * counting those that are passed over.
 */
bool store_reader_next_in_block(struct store_reader *r, struct event *ret, uint64_t *ret_at);
