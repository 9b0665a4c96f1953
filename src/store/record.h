#pragma once
/* Events of other kinds than calls: a record of numbers each, as long as it says it is. */

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "store/varint.h"
#include "util/vec.h"

/* What events that were read point to. */
struct record_room {
	VEC(uint64_t) words;
	struct event_file file;
};

/* Appends what `ev` holds beyond what all events have. */
void record_put(const struct event *ev, struct buf *to);

/*
 * Fills in the same of `ret`, whose kind is set. Bytes and texts are borrowed from the record,
 * what is
 * no bytes in the file lies in `room`. What is behind the fields known here is passed over. False
 * when the record makes no sense.
 */
bool record_read(struct event *ret, struct scan *from, struct record_room *room);
