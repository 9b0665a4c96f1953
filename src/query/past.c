#include "query/past.h"

#include "event/calls.h"
#include "query/query_internal.h"
#include "track/track.h"
#include "util/alloc.h"

struct past {
	const struct query_file *file;     /* borrowed */
	const volatile sig_atomic_t *stop; /* NULL = nobody says so */
	struct store_reader *reader;       /* owned */
	struct track *track;               /* owned */
	size_t block;
	bool in_block;    /* the reader is in `block` */
	uint64_t nr_seen; /* places of it */
};

struct past *past_create(const struct query_file *file, const volatile sig_atomic_t *stop)
{
	struct past *p = xcalloc(1, sizeof(*p));

	p->file = file;
	p->stop = stop;
	p->reader = store_reader_open_again(file->reader);
	p->track = track_create();
	return p;
}

void past_destroy(struct past *p)
{
	if (!p)
		return;
	track_destroy(p->track);
	store_reader_close(p->reader);
	free(p);
}

static void restart(struct past *p)
{
	track_destroy(p->track);
	p->track = track_create();
	p->block = 0;
	p->in_block = false;
	p->nr_seen = 0;
}

#define KINDS_THAT_TELL                                                                            \
	(EV_BIT(EV_FORK) | EV_BIT(EV_EXEC) | EV_BIT(EV_EXIT) | EV_BIT(EV_ATTACH) |                 \
		EV_BIT(EV_DETACH) | EV_BIT(EV_FD) | EV_BIT(EV_CWD) | EV_BIT(EV_ROOT))
#define PARTS_THAT_MATTER (TRACK_FILES | TRACK_PASSING | TRACK_DEVICES | TRACK_NAMES)

static bool tells(const struct store_zone *zone)
{
	const struct zone_call *call;

	if (zone->kinds & KINDS_THAT_TELL)
		return true;
	VEC_FOREACH (call, &zone->calls)
		if (track_call_parts(call_id_of(call->abi, call->nr)) & PARTS_THAT_MATTER)
			return true;
	return false;
}

/* On to that place of the block, it included, or to the block's end. */
static void feed(struct past *p, uint64_t place)
{
	struct event ev;
	uint64_t at;

	if (!p->in_block)
		p->in_block =
			store_reader_seek(p->reader, &p->file->blocks[p->block], STORE_PART_ALL);
	while (p->nr_seen <= place && store_reader_next_in_block(p->reader, &ev, &at)) {
		track_sink.event(p->track, &ev, NULL);
		p->nr_seen = at + 1;
	}
}

const struct track *past_at(struct past *p, size_t block, uint64_t place)
{
	if (block < p->block || (block == p->block && p->nr_seen > place + 1))
		restart(p);
	for (; p->block < block && !(p->stop && *p->stop); p->block++) {
		if (p->in_block || tells(&p->file->blocks[p->block].zone))
			feed(p, UINT64_MAX);
		p->in_block = false;
		p->nr_seen = 0;
	}
	if (p->block == block)
		feed(p, place);
	return p->track;
}
