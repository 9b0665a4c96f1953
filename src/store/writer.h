#pragma once
/*
 * Writes a trace file while events come in: the sink of a recording. Columns gather on the thread
 * that feeds it; compressing and writing happen on a thread of their own, a few blocks behind at
 * most, so memory stays flat. Nothing that came in more than a second ago is only in memory.
 *
 * When the file cannot be written any further (a full disk) it is cut back to its last whole block,
 * and the sink fails once with the reason.
 */

#include <stdint.h>

#include "event/sink.h"
#include "store/facts.h"

struct err;
struct store_writer;

/*
 * The file is what `fd` is: written from where it stands to its end, not closed here. It may be a
 * pipe. `name` is for messages; both it and what `facts` points to are borrowed until `begin`.
 */
struct store_writer *store_writer_create(int fd, const char *name, const struct store_facts *facts);

/*
 * Before `begin`: keeps only the last events, `bytes` of compressed blocks in memory, and writes
 * nothing until `end` or store_writer_finish. What `facts` points to is then borrowed as long as
 * the writer lives.
 */
void store_writer_keep_ring(struct store_writer *w, uint64_t bytes);

/* What a ring holds now as another file, `because` of what; the ring goes on. Waits for it. */
int store_writer_write_ring(struct store_writer *w, int fd, const char *because);

/*
 * The file ends here, `because` of what; what comes in later is left out.
 * As `end`.
 */
int store_writer_finish(struct store_writer *w, const char *because, struct err *err);

/* Waits for the thread; what was not written by `end` is lost. */
void store_writer_destroy(struct store_writer *w);

/* After `end`. */
uint64_t store_writer_events(const struct store_writer *w);
uint64_t store_writer_bytes(const struct store_writer *w); /* of the file */

/* `self` is a struct store_writer. */
extern const struct sink_ops store_sink;
