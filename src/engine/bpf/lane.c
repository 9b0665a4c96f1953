#include "engine/bpf/lane.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/alloc.h"
#include "util/clock.h"
#include "util/macros.h"

/* The room is given back in parts: each time costs the programs a cache miss. */
#define RELEASE_PARTS 16

/*
 * A real-time reader that never rests is made to: the kernel takes it off its CPU for 50 ms of each
 * second, and in that time a ring overflows.
 */
#define WORK_NS 8000000
#define REST_NS 600000

/* Records between two looks at how full the rings are, times their number. */
#define LOOK_EVERY 32

static void read_call(struct event *ev, const struct wire_call *w, struct lane_captures *captures)
{
	const uint8_t *at = (const uint8_t *)(w + 1);
	const uint8_t *end = (const uint8_t *)w + w->head.len;
	size_t nr = 0;

	ev->call.nr = w->nr;
	ev->call.abi = w->abi;
	ev->call.flags = w->flags;
	ev->call.enter_ns = w->enter_ns;
	ev->call.ret = w->ret;
	ev->call.queued_ns = w->queued_ns;
	memcpy(ev->call.args, w->args, sizeof(ev->call.args));
	VEC_RESERVE(&captures->list, w->nr_chunks);
	for (; nr < w->nr_chunks && end - at >= (ptrdiff_t)sizeof(struct wire_chunk); nr++) {
		const struct wire_chunk *chunk = (const struct wire_chunk *)at;

		at += sizeof(*chunk);
		if (chunk->len > end - at)
			break;
		captures->list.data[nr] = (struct capture){
			.addr = chunk->addr,
			.len = chunk->len,
			.arg = chunk->arg,
			.when = chunk->when,
			.flags = chunk->flags,
			.bytes = at,
		};
		at += (chunk->len + 7) & ~7u;
	}
	ev->call.nr_captures = nr;
	ev->call.captures = captures->list.data;
}

static void read_signal(struct event *ev, const struct wire_signal *w)
{
	if (ev->kind == EV_STOP) {
		ev->stop_signo = w->signo;
		return;
	}
	ev->signal.signo = w->signo;
	ev->signal.info = w->info;
	ev->signal.info_len = MIN(w->info_len, sizeof(w->info));
}

/* The programs write whole records of their kind's size, so only the parts that vary are checked.
 */
static void read_record(
	struct event *ev, const struct wire_head *head, struct lane_captures *captures)
{
	memset(ev, 0, sizeof(*ev));
	ev->time_ns = head->time_ns;
	ev->kind = head->kind;
	ev->cpu = head->cpu;
	ev->pid = head->pid;
	ev->tid = head->tid;
	switch (head->kind) {
	case EV_CALL_ENTER:
	case EV_CALL_EXIT: read_call(ev, (const struct wire_call *)head, captures); break;
	case EV_FORK: {
		const struct wire_fork *w = (const struct wire_fork *)head;

		ev->fork.child_pid = w->child_pid;
		ev->fork.child_tid = w->child_tid;
		ev->fork.share = w->share;
		break;
	}
	case EV_EXEC: {
		const struct wire_exec *w = (const struct wire_exec *)head;

		ev->exec.old_tid = w->old_tid;
		ev->exec.path = w->path_len ? (const char *)(w + 1) : NULL;
		break;
	}
	case EV_EXIT: {
		const struct wire_exit *w = (const struct wire_exit *)head;

		ev->exit.status = w->status;
		ev->exit.idle = w->idle;
		break;
	}
	case EV_ATTACH:
	case EV_DETACH: ev->state.fd = -1; break;
	case EV_SIGNAL:
	case EV_STOP: read_signal(ev, (const struct wire_signal *)head); break;
	}
}

static void note_task(struct map *tasks, const struct event *ev)
{
	switch (ev->kind) {
	case EV_FORK:
		map_put(tasks, ev->fork.child_tid, (void *)(uintptr_t)ev->fork.child_pid);
		break;
	case EV_EXEC:
		map_remove(tasks, ev->exec.old_tid);
		map_put(tasks, ev->tid, (void *)(uintptr_t)ev->pid);
		break;
	case EV_ATTACH: map_put(tasks, ev->tid, (void *)(uintptr_t)ev->pid); break;
	case EV_EXIT:
	case EV_DETACH: map_remove(tasks, ev->tid); break;
	}
}

static const struct wire_head *ring_at(const struct ring_lane *l, uint64_t pos)
{
	return (const struct wire_head *)((const uint8_t *)(l->ring + 1) + (pos & l->mask));
}

static const struct wire_head *ring_head(const struct ring_lane *l)
{
	return l->pos < l->moved ? backlog_first(&l->backlog) : ring_at(l, l->pos);
}

static uint64_t record_len(const struct wire_head *head)
{
	return (head->len + 7) & ~7u;
}

static bool ring_peek(void *lane, uint64_t *ret_time_ns)
{
	struct ring_lane *l = lane;

	if (l->pos >= l->limit)
		return false;
	*ret_time_ns = ring_head(l)->time_ns;
	return true;
}

static void ring_take(void *lane, struct event *ret)
{
	struct ring_lane *l = lane;

	read_record(ret, ring_head(l), &l->captures);
	if (ret->kind != EV_CALL_EXIT && ret->kind != EV_CALL_ENTER)
		note_task(l->tasks, ret);
}

/* Makes room in a ring that is half full, so that dealing with the others may take its time. */
static void move_to_backlog(struct ring_lane *l)
{
	uint64_t head = __atomic_load_n(&l->ring->head, __ATOMIC_ACQUIRE);
	uint64_t from = MAX(l->moved, l->pos);

	if (head - from <= (l->mask + 1) / 2)
		return;
	while (from < head) {
		const struct wire_head *record = ring_at(l, from);
		uint64_t len = record_len(record);
		size_t cost = backlog_cost(&l->backlog, len);

		if (l->all->backlog_used + cost > l->all->backlog_max)
			break;
		l->all->backlog_used += cost;
		backlog_add(&l->backlog, record, len);
		from += len;
	}
	l->moved = from;
	l->all->backlog_peak = MAX(l->all->backlog_peak, l->all->backlog_used);
	ring_lane_release(l);
}

void ring_lanes_make_room(struct ring_lanes *all)
{
	for (size_t i = 0; i < all->nr; i++)
		move_to_backlog(&all->lanes[i]);
}

static void look_at_levels(struct ring_lanes *all)
{
	/* their heads are in other CPUs' caches */
	all->until_look = LOOK_EVERY * (uint32_t)all->nr;
	ring_lanes_make_room(all);
	if (all->rests && clock_now_ns() - all->rested_ns > WORK_NS)
		ring_lanes_rest(all);
}

void ring_lanes_rest(struct ring_lanes *all)
{
	static const struct timespec rest = {.tv_nsec = REST_NS};

	nanosleep(&rest, NULL);
	all->rested_ns = clock_now_ns();
}

static void ring_done(void *lane)
{
	struct ring_lane *l = lane;
	uint64_t len = record_len(ring_head(l));

	if (l->pos < l->moved)
		l->all->backlog_used -= backlog_drop(&l->backlog, len);
	l->pos += len;
	if (l->pos > l->moved && l->pos - l->ring->tail > l->mask / RELEASE_PARTS)
		ring_lane_release(l);
	if (!--l->all->until_look)
		look_at_levels(l->all);
}

const struct lane_ops ring_lane_ops = {ring_peek, ring_take, ring_done};

void ring_lanes_init(struct ring_lanes *all, size_t nr, uint64_t ring_bytes, uint64_t backlog_max)
{
	*all = (struct ring_lanes){.lanes = xcalloc(nr, sizeof(*all->lanes)),
		.nr = nr,
		.backlog_max = backlog_max,
		.until_look = LOOK_EVERY};
	for (size_t i = 0; i < nr; i++)
		all->lanes[i] = (struct ring_lane){.mask = ring_bytes - 1, .all = all};
}

void ring_lanes_deinit(struct ring_lanes *all)
{
	for (size_t i = 0; i < all->nr; i++) {
		VEC_DEINIT(&all->lanes[i].captures.list);
		backlog_deinit(&all->lanes[i].backlog);
	}
	free(all->lanes);
	*all = (struct ring_lanes){0};
}

void ring_lane_init(struct ring_lanes *all, size_t at, struct wire_ring *ring, struct map *tasks)
{
	all->lanes[at].ring = ring;
	all->lanes[at].tasks = tasks;
}

uint64_t ring_lane_refresh(struct ring_lane *l)
{
	/* in this order: what was open and is not any more lies before `head` */
	uint64_t open_ns = __atomic_load_n(&l->ring->open_ns, __ATOMIC_ACQUIRE);

	l->limit = __atomic_load_n(&l->ring->head, __ATOMIC_ACQUIRE);
	return open_ns ? open_ns - 1 : UINT64_MAX;
}

void ring_lane_release(struct ring_lane *l)
{
	uint64_t free_to = MAX(l->pos, l->moved);

	if (l->ring->tail != free_to)
		__atomic_store_n(&l->ring->tail, free_to, __ATOMIC_RELEASE);
}

bool ring_lane_lost(struct ring_lane *l, int32_t cpu, uint64_t now_ns, struct event *ret)
{
	uint64_t lost = __atomic_load_n(&l->ring->lost, __ATOMIC_ACQUIRE);
	uint64_t first_ns, last_ns;

	if (lost == l->lost)
		return false;
	/* a program that has seen the old value meanwhile was no earlier than what was told last */
	first_ns = __atomic_exchange_n(&l->ring->lost_first_ns, 0, __ATOMIC_ACQ_REL);
	last_ns = __atomic_load_n(&l->ring->lost_last_ns, __ATOMIC_RELAXED);
	*ret = (struct event){
		/* it may have been younger than what was now when the rings were looked at */
		.time_ns = MAX(now_ns, last_ns),
		.kind = EV_LOST,
		.cpu = cpu,
		.lost = {lost - l->lost, first_ns ? first_ns : l->lost_ns, cpu},
	};
	l->lost = lost;
	l->lost_ns = last_ns;
	return true;
}

static bool side_peek(void *lane, uint64_t *ret_time_ns)
{
	struct side_lane *l = lane;

	if (l->at == l->list.len)
		return false;
	*ret_time_ns = l->list.data[l->at].ev.time_ns;
	return true;
}

static void side_take(void *lane, struct event *ret)
{
	struct side_lane *l = lane;
	struct side_event *first = &l->list.data[l->at];

	*ret = first->ev;
	if (ret->kind == EV_SIGNAL)
		ret->signal.info = first->info;
}

static void side_done(void *lane)
{
	struct side_lane *l = lane;

	if (++l->at == l->list.len)
		l->at = l->list.len = 0;
}

const struct lane_ops side_lane_ops = {side_peek, side_take, side_done};

void side_lane_deinit(struct side_lane *l)
{
	VEC_DEINIT(&l->list);
}

void side_lane_add(struct side_lane *l, const struct event *ev)
{
	struct side_event new = {.ev = *ev};
	size_t at;

	if (ev->kind == EV_SIGNAL)
		memcpy(new.info, ev->signal.info, MIN(ev->signal.info_len, sizeof(new.info)));
	VEC_PUSH(&l->list, new);
	for (at = l->list.len - 1; at > l->at && l->list.data[at - 1].ev.time_ns > ev->time_ns;
		at--)
		l->list.data[at] = l->list.data[at - 1];
	l->list.data[at] = new;
}

void side_lane_add_record(struct side_lane *l, const struct wire_head *head, size_t len)
{
	struct event ev;

	if (len < sizeof(struct wire_signal) || head->kind != EV_SIGNAL)
		return; /* it only woke the engine */
	read_record(&ev, head, NULL);
	side_lane_add(l, &ev);
}
