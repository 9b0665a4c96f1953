#include "test.h"

#include <string.h>

#include "engine/bpf/lane.h"
#include "util/macros.h"

#define RING_BYTES 4096

struct ring {
	struct wire_ring ring;
	uint8_t data[RING_BYTES + WIRE_RING_TAIL];
};

static struct ring *ring_create(void)
{
	return calloc(1, sizeof(struct ring));
}

/* As the programs do it. */
static void *ring_write(struct ring *r, uint64_t time_ns, uint16_t kind, uint32_t len)
{
	struct wire_head *head = (struct wire_head *)(r->data + r->ring.head % RING_BYTES);

	memset(head, 0, len);
	*head = (struct wire_head){time_ns, len, kind, 3, 100, 101};
	r->ring.head += (len + 7) & ~7u;
	return head;
}

/* The one lane of these, over `r`. */
static struct ring_lane *lane_open(struct ring_lanes *all, struct ring *r, struct map *tasks)
{
	ring_lanes_init(all, 1, RING_BYTES, 64 << 20);
	ring_lane_init(all, 0, &r->ring, tasks);
	return &all->lanes[0];
}

static struct event take(struct ring_lane *l)
{
	struct event ev;

	ring_lane_ops.take(l, &ev);
	return ev;
}

TEST(shows_records_in_order_and_gives_the_room_back)
{
	struct ring *r = ring_create();
	struct map tasks = MAP_INIT;
	struct ring_lanes all;
	struct ring_lane *l;
	uint64_t time_ns;

	l = lane_open(&all, r, &tasks);
	/* several times round */
	for (uint64_t i = 1; i <= 500; i++) {
		struct wire_call *call =
			ring_write(r, i * 10, EV_CALL_EXIT, sizeof(struct wire_call));

		call->nr = i;
		call->ret = -2;
		assert_false(ring_lane_ops.peek(l, &time_ns));
		ring_lane_refresh(l);
		assert_true(ring_lane_ops.peek(l, &time_ns));
		assert_int_equal(time_ns, i * 10);
		assert_int_equal(take(l).call.nr, i);
		assert_int_equal(take(l).call.ret, -2);
		ring_lane_ops.done(l);
		assert_false(ring_lane_ops.peek(l, &time_ns));
		assert_true(r->ring.head - r->ring.tail <= RING_BYTES / 8);
	}
	ring_lane_release(l);
	assert_int_equal(r->ring.tail, r->ring.head);
	ring_lanes_deinit(&all);
	free(r);
}

TEST(a_ring_that_fills_up_meanwhile_is_moved_to_memory)
{
	const uint32_t len = sizeof(struct wire_call);
	struct ring *r = ring_create();
	struct map tasks = MAP_INIT;
	struct ring_lanes all;
	struct ring_lane *l = lane_open(&all, r, &tasks);
	uint64_t time_ns, written = 0, taken = 0;

	/* 20 come for each that is dealt with, as long as there is room */
	while (taken < 100000) {
		for (int i = 0; i < 20 && written < 100000; i++) {
			struct wire_call *call;

			if (r->ring.head - r->ring.tail + len > RING_BYTES)
				break;
			call = ring_write(r, written + 1, EV_CALL_EXIT, len);
			call->nr = (uint32_t)written++;
		}
		ring_lane_refresh(l);
		assert_true(ring_lane_ops.peek(l, &time_ns));
		assert_int_equal(time_ns, taken + 1);
		assert_int_equal(take(l).call.nr, taken);
		ring_lane_ops.done(l);
		taken++;
	}
	assert_false(ring_lane_ops.peek(l, &time_ns));
	assert_true(all.backlog_peak > 1 << 20);
	assert_int_equal(all.backlog_used, 0);
	ring_lane_release(l);
	assert_int_equal(r->ring.tail, r->ring.head);
	ring_lanes_deinit(&all);
	free(r);
}

TEST(memory_for_what_is_moved_has_a_limit)
{
	struct ring *r = ring_create();
	struct map tasks = MAP_INIT;
	struct ring_lanes all;
	struct ring_lane *l = lane_open(&all, r, &tasks);

	all.backlog_max = 1;
	for (int i = 0; i < RING_BYTES / (int)sizeof(struct wire_call); i++)
		ring_write(r, i + 1, EV_CALL_EXIT, sizeof(struct wire_call));
	ring_lane_refresh(l);
	all.until_look = 1;
	ring_lane_ops.done(l);
	assert_int_equal(all.backlog_peak, 0);
	/* half of the ring lies there still */
	assert_true(r->ring.head - r->ring.tail > RING_BYTES / 2);
	ring_lanes_deinit(&all);
	free(r);
}

TEST(a_record_in_the_making_bounds_what_is_complete)
{
	struct ring *r = ring_create();
	struct ring_lanes all;
	struct ring_lane *l;

	l = lane_open(&all, r, NULL);
	assert_true(ring_lane_refresh(l) == UINT64_MAX);
	r->ring.open_ns = 700;
	assert_int_equal(ring_lane_refresh(l), 699);
	ring_lanes_deinit(&all);
	free(r);
}

static uint32_t put_chunk(uint8_t *at, uint64_t addr, const char *bytes, uint32_t len)
{
	struct wire_chunk chunk = {.addr = addr, .len = len, .arg = 1, .when = CAPTURE_AT_EXIT};

	memcpy(at, &chunk, sizeof(chunk));
	memcpy(at + sizeof(chunk), bytes, len);
	return sizeof(chunk) + ((len + 7) & ~7u);
}

TEST(chunks_become_captures)
{
	struct ring *r = ring_create();
	struct wire_call *call = ring_write(r, 1, EV_CALL_ENTER, sizeof(*call) + 64);
	uint8_t *at = (uint8_t *)(call + 1);
	struct ring_lanes all;
	struct ring_lane *l;
	struct event ev;

	call->nr_chunks = 2;
	at += put_chunk(at, 0x1000, "hello", 5);
	at += put_chunk(at, 0x2000, "", 0);
	call->head.len = at - (uint8_t *)call;
	l = lane_open(&all, r, NULL);
	ring_lane_refresh(l);
	ev = take(l);
	assert_int_equal(ev.call.nr_captures, 2);
	assert_int_equal(ev.call.captures[0].addr, 0x1000);
	assert_int_equal(ev.call.captures[0].len, 5);
	assert_memory_equal(ev.call.captures[0].bytes, "hello", 5);
	assert_int_equal(ev.call.captures[1].addr, 0x2000);
	assert_int_equal(ev.call.captures[1].len, 0);

	/* one that claims more than there is ends the list */
	((struct wire_chunk *)(call + 1))->len = 1000;
	assert_int_equal(take(l).call.nr_captures, 0);
	ring_lanes_deinit(&all);
	free(r);
}

TEST(keeps_the_list_of_tasks)
{
	struct ring *r = ring_create();
	struct map tasks = MAP_INIT;
	struct wire_fork *fork = ring_write(r, 1, EV_FORK, sizeof(*fork));
	struct wire_exec *exec;
	struct ring_lanes all;
	struct ring_lane *l;

	fork->child_pid = 100;
	fork->child_tid = 102;
	exec = ring_write(r, 2, EV_EXEC, sizeof(*exec) + 5);
	exec->old_tid = 102;
	exec->path_len = 5;
	memcpy(exec + 1, "/a/b", 5);
	ring_write(r, 3, EV_EXIT, sizeof(struct wire_exit));
	l = lane_open(&all, r, &tasks);
	ring_lane_refresh(l);

	assert_int_equal(take(l).fork.child_tid, 102);
	assert_ptr_equal(map_get(&tasks, 102), (void *)100);
	ring_lane_ops.done(l);
	assert_string_equal(take(l).exec.path, "/a/b");
	assert_null(map_get(&tasks, 102));
	assert_ptr_equal(map_get(&tasks, 101), (void *)100);
	ring_lane_ops.done(l);
	assert_int_equal(take(l).kind, EV_EXIT);
	assert_null(map_get(&tasks, 101));
	ring_lanes_deinit(&all);
	map_deinit(&tasks);
	free(r);
}

TEST(losses_are_told_once)
{
	struct ring *r = ring_create();
	struct ring_lanes all;
	struct ring_lane *l;
	struct event ev;

	l = lane_open(&all, r, NULL);
	assert_false(ring_lane_lost(l, 3, 1000, &ev));
	r->ring.lost = 7;
	r->ring.lost_first_ns = 500;
	r->ring.lost_last_ns = 600;
	assert_true(ring_lane_lost(l, 3, 1000, &ev));
	assert_int_equal(ev.kind, EV_LOST);
	assert_int_equal(ev.lost.count, 7);
	assert_int_equal(ev.lost.from_ns, 500);
	assert_int_equal(ev.time_ns, 1000);
	assert_false(ring_lane_lost(l, 3, 1001, &ev));

	/* the program had looked at the first time before it was taken away */
	r->ring.lost = 8;
	r->ring.lost_last_ns = 610;
	assert_true(ring_lane_lost(l, 3, 2000, &ev));
	assert_int_equal(ev.lost.count, 1);
	assert_int_equal(ev.lost.from_ns, 600);

	/* lost between the look at the clock and the look at the ring */
	r->ring.lost = 9;
	r->ring.lost_first_ns = r->ring.lost_last_ns = 2100;
	assert_true(ring_lane_lost(l, 3, 2050, &ev));
	assert_int_equal(ev.lost.from_ns, 2100);
	assert_int_equal(ev.time_ns, 2100);
	ring_lanes_deinit(&all);
	free(r);
}

TEST(the_side_lane_sorts)
{
	static const uint64_t times[] = {30, 10, 20, 20, 5};
	static const uint64_t sorted[] = {5, 10, 20, 20, 30};
	struct side_lane l = {0};
	uint64_t time_ns;

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct wire_signal record = {
			.head = {.time_ns = times[i], .kind = EV_SIGNAL, .tid = (int)i},
			.signo = 17,
			.info_len = WIRE_SIGINFO_LEN,
			.info = {(uint8_t)times[i]},
		};

		side_lane_add_record(&l, &record.head, sizeof(record));
	}
	side_lane_add_record(&l, &(struct wire_head){0}, sizeof(struct wire_head));
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
		struct event ev;

		assert_true(side_lane_ops.peek(&l, &time_ns));
		assert_int_equal(time_ns, sorted[i]);
		side_lane_ops.take(&l, &ev);
		assert_int_equal(ev.signal.signo, 17);
		assert_int_equal(ev.signal.info[0], sorted[i]);
		side_lane_ops.done(&l);
	}
	assert_false(side_lane_ops.peek(&l, &time_ns));
	side_lane_deinit(&l);
}
