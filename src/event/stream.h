#pragma once
/*
 * From what engines report to what sinks see: one sequence in time order, entries paired with
 * exits, losses counted.
 *
 * An engine hands events in through lanes, one per source that is ordered in itself (a CPU's ring;
 * a ptrace loop). stream_pump merges the lanes up to a horizon. Events stay where they are (in the
 * ring) while they are merged and consumed; nothing is copied but entry captures of calls that
 * have not returned yet.
 *
 * Not thread-safe; one thread pumps.
 */

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/sink.h"

struct err;
struct stream;

struct lane_ops {
	/* The time of the lane's oldest event; false = none at hand. */
	bool (*peek)(void *lane, uint64_t *ret_time_ns);
	/* Fills in that event. Its bytes stay valid until `done`. */
	void (*take)(void *lane, struct event *ret);
	/* The event has been consumed. */
	void (*done)(void *lane);
};

struct stream_counts {
	uint64_t calls;      /* EV_CALL delivered, unfinished ones included */
	uint64_t unfinished; /* of these, never returned */
	uint64_t no_enter;   /* exits without an entry */
	uint64_t lost;       /* sum of EV_LOST */
	uint64_t late;       /* delivered after a younger event */
};

struct stream *stream_create(void);
void stream_destroy(struct stream *s);

/* The sink is borrowed. Sinks get each event in the order they were added. */
void stream_add_sink(struct stream *s, const struct sink_ops *ops, void *self);

/* Entries are delivered too (as EV_CALL_ENTER, before the EV_CALL): --unfinished, live views. */
void stream_want_enters(struct stream *s, bool on);

/* The lane is borrowed and must outlive the stream's last pump. */
void stream_add_lane(struct stream *s, const struct lane_ops *ops, void *lane);

int stream_begin(struct stream *s, struct err *err);

/*
 * Delivers what lies at or before `horizon_ns`. The engine vouches that no lane will later show an
 * event older than that; if one does it is delivered at once and counted as late. Stops early when
 * a sink is full, except with UINT64_MAX: all that there is. Returns the number of events delivered
 * or the first sink error.
 */
int64_t stream_pump(struct stream *s, uint64_t horizon_ns, struct err *err);

bool stream_is_full(const struct stream *s);

/* One event past the lanes, delivered at once: engines that are in order by nature, tests. */
int stream_push(struct stream *s, const struct event *ev, struct err *err);

/* An event as a stream delivered it once, from a file: it goes to the sinks as it is. */
int stream_replay(struct stream *s, const struct event *ev, struct err *err);

int stream_tick(struct stream *s, uint64_t now_ns, struct err *err);

/*
 * Ends it: calls in flight become EV_CALL with CALL_UNFINISHED|CALL_DETACHED, then sinks end. Also
 * right after an error: every sink's `end` runs. Returns the first failure.
 */
int stream_end(struct stream *s, uint64_t now_ns, struct err *err);

const struct stream_counts *stream_counts(const struct stream *s);
