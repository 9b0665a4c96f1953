#include "event/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/map.h"
#include "util/vec.h"

#define NO_EVENT UINT64_MAX

/* Events between two looks at whether a sink is full; a power of two. */
#define LOOK_EVERY 64

struct sink {
	const struct sink_ops *ops;
	void *self;
};

struct lane {
	const struct lane_ops *ops;
	void *self;
	uint64_t head_ns; /* NO_EVENT = nothing at hand */
};

/* A call that has been entered and not returned; one per task, reused call after call. */
struct flight {
	struct arena arena;
	struct event *enter; /* in `arena`; NULL = none */
};

struct stream {
	VEC(struct sink) sinks;
	VEC(struct lane) lanes;
	struct map flights; /* tid -> struct flight, owned */
	VEC(struct capture) merged;
	struct stream_counts counts;
	uint64_t last_ns;
	bool want_enters;
};

struct stream *stream_create(void)
{
	return xcalloc(1, sizeof(struct stream));
}

static void flight_destroy(struct flight *f)
{
	if (!f)
		return;
	arena_deinit(&f->arena);
	free(f);
}

void stream_destroy(struct stream *s)
{
	struct map_slot *slot;

	if (!s)
		return;
	for (size_t at = 0; (slot = map_next(&s->flights, &at));)
		flight_destroy(slot->value);
	map_deinit(&s->flights);
	VEC_DEINIT(&s->sinks);
	VEC_DEINIT(&s->lanes);
	VEC_DEINIT(&s->merged);
	free(s);
}

void stream_add_sink(struct stream *s, const struct sink_ops *ops, void *self)
{
	VEC_PUSH(&s->sinks, (struct sink){ops, self});
}

void stream_want_enters(struct stream *s, bool on)
{
	s->want_enters = on;
}

void stream_add_lane(struct stream *s, const struct lane_ops *ops, void *lane)
{
	VEC_PUSH(&s->lanes, (struct lane){ops, lane, NO_EVENT});
}

const struct stream_counts *stream_counts(const struct stream *s)
{
	return &s->counts;
}

int stream_begin(struct stream *s, struct err *err)
{
	struct sink *sink;

	VEC_FOREACH (sink, &s->sinks) {
		int r = sink->ops->begin ? sink->ops->begin(sink->self, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int deliver(struct stream *s, const struct event *ev, struct err *err)
{
	struct sink *sink;

	if (ev->time_ns < s->last_ns)
		s->counts.late++;
	else
		s->last_ns = ev->time_ns;
	if (ev->kind == EV_CALL) {
		s->counts.calls++;
		s->counts.unfinished += !!(ev->call.flags & CALL_UNFINISHED);
		s->counts.no_enter += !!(ev->call.flags & CALL_NO_ENTER);
	} else if (ev->kind == EV_LOST) {
		s->counts.lost += ev->lost.count;
	}
	VEC_FOREACH (sink, &s->sinks) {
		int r = sink->ops->event ? sink->ops->event(sink->self, ev, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int note_enter(struct stream *s, const struct event *ev, struct err *err)
{
	struct flight *f = map_get(&s->flights, (uint32_t)ev->tid);

	if (!f) {
		f = xcalloc(1, sizeof(*f));
		map_put(&s->flights, (uint32_t)ev->tid, f);
	}
	/* an entry that is still there lost its exit; the loss is reported as such */
	arena_reset(&f->arena);
	f->enter = event_copy(&f->arena, ev);
	return s->want_enters ? deliver(s, ev, err) : 0;
}

static int deliver_call(struct stream *s, const struct event *ev, struct err *err)
{
	struct flight *f = map_get(&s->flights, (uint32_t)ev->tid);
	struct event call = *ev;

	call.kind = EV_CALL;
	if (f && f->enter) {
		const struct event_call *enter = &f->enter->call;

		if (enter->nr == ev->call.nr && enter->abi == ev->call.abi &&
			enter->enter_ns == ev->call.enter_ns) {
			size_t nr = enter->nr_captures + ev->call.nr_captures;

			VEC_RESERVE(&s->merged, nr);
			if (enter->nr_captures)
				memcpy(s->merged.data, enter->captures,
					enter->nr_captures * sizeof(*s->merged.data));
			if (ev->call.nr_captures)
				memcpy(s->merged.data + enter->nr_captures, ev->call.captures,
					ev->call.nr_captures * sizeof(*s->merged.data));
			call.call.captures = s->merged.data;
			call.call.nr_captures = (uint16_t)MIN(nr, UINT16_MAX);
		}
		f->enter = NULL;
	}
	return deliver(s, &call, err);
}

/* The task will not return from the call it is in. */
static int deliver_unfinished(
	struct stream *s, struct flight *f, uint64_t now_ns, uint8_t flags, struct err *err)
{
	struct event call;

	if (!f || !f->enter)
		return 0;
	call = *f->enter;
	f->enter = NULL;
	call.kind = EV_CALL;
	call.time_ns = now_ns;
	call.call.flags |= CALL_UNFINISHED | flags;
	call.call.ret = 0;
	return deliver(s, &call, err);
}

static int note_task_gone(struct stream *s, const struct event *ev, struct err *err)
{
	struct flight *f = map_remove(&s->flights, (uint32_t)ev->tid);
	int r;

	/* what it entered did return, but that was lost and counted so */
	if (f && ev->kind == EV_EXIT && ev->exit.idle)
		f->enter = NULL;
	r = deliver_unfinished(s, f, ev->time_ns, ev->kind == EV_DETACH ? CALL_DETACHED : 0, err);

	flight_destroy(f);
	return r < 0 ? r : deliver(s, ev, err);
}

static int note_exec(struct stream *s, const struct event *ev, struct err *err)
{
	/*
	 * Exec from another thread: that thread's execve returns under the leader's id, and the
	 * leader's own call never does.
	 */
	if (ev->exec.old_tid && ev->exec.old_tid != ev->tid) {
		struct flight *leader = map_get(&s->flights, (uint32_t)ev->tid);
		struct flight *f = map_remove(&s->flights, (uint32_t)ev->exec.old_tid);
		int r = deliver_unfinished(s, leader, ev->time_ns, 0, err);

		if (f && f->enter)
			f->enter->tid = ev->tid;
		if (f)
			flight_destroy(map_put(&s->flights, (uint32_t)ev->tid, f));
		if (r < 0)
			return r;
	}
	return deliver(s, ev, err);
}

int stream_push(struct stream *s, const struct event *ev, struct err *err)
{
	switch (ev->kind) {
	case EV_CALL_ENTER: return note_enter(s, ev, err);
	case EV_CALL_EXIT: return deliver_call(s, ev, err);
	case EV_EXEC: return note_exec(s, ev, err);
	case EV_EXIT:
	case EV_DETACH: return note_task_gone(s, ev, err);
	default: return deliver(s, ev, err);
	}
}

int stream_replay(struct stream *s, const struct event *ev, struct err *err)
{
	return deliver(s, ev, err);
}

static void lane_peek(struct lane *lane)
{
	if (!lane->ops->peek(lane->self, &lane->head_ns))
		lane->head_ns = NO_EVENT;
}

bool stream_is_full(const struct stream *s)
{
	const struct sink *sink;

	VEC_FOREACH (sink, &s->sinks)
		if (sink->ops->is_full && sink->ops->is_full(sink->self))
			return true;
	return false;
}

int64_t stream_pump(struct stream *s, uint64_t horizon_ns, struct err *err)
{
	int64_t delivered = 0;
	struct lane *lane;

	VEC_FOREACH (lane, &s->lanes)
		lane_peek(lane);
	for (;;) {
		struct lane *first = NULL;
		uint64_t limit_ns = horizon_ns;

		VEC_FOREACH (lane, &s->lanes)
			if (lane->head_ns != NO_EVENT && (!first || lane->head_ns < first->head_ns))
				first = lane;
		if (!first || first->head_ns > horizon_ns)
			return delivered;
		/* up to where the next lane begins there is nothing to compare with */
		VEC_FOREACH (lane, &s->lanes)
			if (lane != first && lane->head_ns < limit_ns)
				limit_ns = lane->head_ns;
		do {
			struct event ev;
			int r;

			first->ops->take(first->self, &ev);
			r = stream_push(s, &ev, err);
			first->ops->done(first->self);
			if (r < 0)
				return r;
			if (++delivered % LOOK_EVERY == 0 && horizon_ns != UINT64_MAX &&
				stream_is_full(s))
				return delivered;
			lane_peek(first);
		} while (first->head_ns != NO_EVENT && first->head_ns <= limit_ns);
	}
}

int stream_tick(struct stream *s, uint64_t now_ns, struct err *err)
{
	struct sink *sink;

	VEC_FOREACH (sink, &s->sinks) {
		int r = sink->ops->tick ? sink->ops->tick(sink->self, now_ns, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int stream_end(struct stream *s, uint64_t now_ns, struct err *err)
{
	struct map_slot *slot;
	struct sink *sink;
	int ret = 0;

	for (size_t at = 0; ret >= 0 && (slot = map_next(&s->flights, &at));)
		ret = deliver_unfinished(s, slot->value, now_ns, CALL_DETACHED, err);
	VEC_FOREACH (sink, &s->sinks) {
		int r = sink->ops->end ? sink->ops->end(sink->self, ret < 0 ? NULL : err) : 0;

		if (r < 0 && ret >= 0)
			ret = r;
	}
	return ret;
}
