#include "test.h"

#include <errno.h>
#include <string.h>

#include "engine/script/script.h"
#include "event/stream.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"

/* A sink that writes each event as a word. */
static int record(void *self, const struct event *ev, struct err *err)
{
	struct buf *seen = self;

	buf_printf(seen, "%s%s", seen->len ? " " : "", event_kind_name(ev->kind));
	if (ev->kind == EV_CALL) {
		buf_printf(seen, ":%u=%lld", ev->call.nr, (long long)ev->call.ret);
		if (ev->call.flags & CALL_UNFINISHED)
			buf_adds(seen, ev->call.flags & CALL_DETACHED ? "?detached" : "?");
		for (size_t i = 0; i < ev->call.nr_captures; i++)
			buf_printf(seen, "/%.*s", (int)ev->call.captures[i].len,
				(const char *)ev->call.captures[i].bytes);
	}
	buf_printf(seen, "@%d", ev->tid);
	return 0;
}

static int end(void *self, struct err *err)
{
	buf_adds(self, " end");
	return 0;
}

static bool is_always_full(void *self)
{
	return true;
}

static const struct sink_ops lagging = {.name = "lagging", .is_full = is_always_full};
static const struct sink_ops recorder = {.name = "recorder", .event = record, .end = end};

static const struct capture path = {
	.len = 4, .arg = 1, .when = CAPTURE_AT_ENTER, .bytes = (const uint8_t *)"path"};
static const struct capture data = {
	.len = 4, .arg = 1, .when = CAPTURE_AT_EXIT, .bytes = (const uint8_t *)"data"};

static struct event enter(int tid, unsigned nr, uint64_t at)
{
	return (struct event){.time_ns = at,
		.kind = EV_CALL_ENTER,
		.pid = tid,
		.tid = tid,
		.call = {.nr = nr, .enter_ns = at, .captures = &path, .nr_captures = 1}};
}

static struct event leave(int tid, unsigned nr, uint64_t entered, uint64_t at, int ret)
{
	return (struct event){.time_ns = at,
		.kind = EV_CALL_EXIT,
		.pid = tid,
		.tid = tid,
		.call = {.nr = nr,
			.enter_ns = entered,
			.ret = ret,
			.captures = &data,
			.nr_captures = 1}};
}

static struct event plain(enum event_kind kind, int tid, uint64_t at)
{
	return (struct event){.time_ns = at, .kind = (uint16_t)kind, .pid = tid, .tid = tid};
}

struct play {
	struct stream *stream;
	struct engine *engine;
	struct buf seen;
};

static void play_init(struct play *p)
{
	*p = (struct play){.stream = stream_create()};
	stream_add_sink(p->stream, &recorder, &p->seen);
	assert_int_equal(engine_script.open(&p->engine, NULL, p->stream, NULL), 0);
	assert_int_equal(stream_begin(p->stream, NULL), 0);
}

static void play_lane(struct play *p, const struct event *events, size_t nr)
{
	script_add_lane(p->engine, &(struct script_lane){events, nr});
}

/* Plays to the end and compares what the sink saw. */
static void play_check(struct play *p, const char *expected)
{
	while (engine_script.poll(p->engine, 0, NULL) > 0)
		;
	assert_int_equal(stream_end(p->stream, 1000, NULL), 0);
	assert_string_equal(buf_cstr(&p->seen), expected);
	engine_script.close(p->engine);
	stream_destroy(p->stream);
	buf_deinit(&p->seen);
}

TEST(pairs_entry_and_exit_with_both_captures)
{
	const struct event lane[] = {enter(1, 2, 10), leave(1, 2, 10, 20, 3)};
	struct play p;

	play_init(&p);
	play_lane(&p, lane, 2);
	play_check(&p, "call:2=3/path/data@1 end");
}

TEST(entries_are_delivered_to_who_wants_them)
{
	const struct event lane[] = {enter(1, 2, 10), leave(1, 2, 10, 20, 3)};
	struct play p;

	play_init(&p);
	stream_want_enters(p.stream, true);
	play_lane(&p, lane, 2);
	play_check(&p, "call-enter@1 call:2=3/path/data@1 end");
}

TEST(exit_without_entry_stands_alone)
{
	const struct event lane[] = {leave(1, 2, 10, 20, 3)};
	struct play p;

	play_init(&p);
	play_lane(&p, lane, 1);
	play_check(&p, "call:2=3/data@1 end");
}

TEST(entry_of_another_call_is_not_paired)
{
	/* the exit of call 2 was lost: its captures must not appear in call 5 */
	const struct event lane[] = {enter(1, 2, 10), leave(1, 5, 30, 40, 0)};
	struct play p;

	play_init(&p);
	play_lane(&p, lane, 2);
	play_check(&p, "call:5=0/data@1 end");
}

TEST(merges_lanes_by_time)
{
	const struct event a[] = {leave(1, 1, 5, 10, 0), leave(1, 1, 25, 30, 0)};
	const struct event b[] = {leave(2, 2, 15, 20, 0), leave(2, 2, 35, 40, 0)};
	struct play p;

	play_init(&p);
	play_lane(&p, a, 2);
	play_lane(&p, b, 2);
	play_check(&p, "call:1=0/data@1 call:2=0/data@2 call:1=0/data@1 call:2=0/data@2 end");
}

TEST(a_task_that_moves_between_lanes_is_paired)
{
	const struct event a[] = {enter(1, 7, 10)};
	const struct event b[] = {leave(1, 7, 10, 20, 1)};
	struct play p;

	play_init(&p);
	play_lane(&p, b, 1);
	play_lane(&p, a, 1);
	play_check(&p, "call:7=1/path/data@1 end");
}

TEST(holds_back_what_lies_beyond_the_horizon)
{
	const struct event lane[] = {leave(1, 1, 5, 10, 0), leave(1, 2, 25, 30, 0)};
	struct play p;

	play_init(&p);
	play_lane(&p, lane, 2);
	script_set_horizon(p.engine, 29);
	assert_int_equal(engine_script.poll(p.engine, 0, NULL), 1);
	assert_string_equal(buf_cstr(&p.seen), "call:1=0/data@1");
	script_set_horizon(p.engine, 30);
	play_check(&p, "call:1=0/data@1 call:2=0/data@1 end");
}

TEST(task_exit_reports_the_call_it_died_in)
{
	const struct event lane[] = {enter(1, 231, 10), plain(EV_EXIT, 1, 20)};
	struct play p;

	play_init(&p);
	play_lane(&p, lane, 2);
	play_check(&p, "call:231=0?/path@1 exit@1 end");
}

TEST(a_call_whose_return_was_lost_did_not_end_with_its_task)
{
	struct event lane[] = {enter(1, 21, 10), plain(EV_EXIT, 1, 20)};
	struct play p;

	lane[1].exit.idle = true;
	play_init(&p);
	play_lane(&p, lane, 2);
	play_check(&p, "exit@1 end");
}

TEST(a_full_sink_is_given_little_at_a_time_until_the_end)
{
	struct event lane[1000];
	struct play p;
	int64_t got;

	for (int i = 0; i < 1000; i++)
		lane[i] = plain(EV_FORK, 1, 10 + i);
	play_init(&p);
	stream_add_sink(p.stream, &lagging, NULL);
	play_lane(&p, lane, 1000);
	assert_int_equal(stream_pump(p.stream, 5, NULL), 0);
	assert_true(stream_is_full(p.stream));
	got = stream_pump(p.stream, 2000, NULL);
	assert_in_range(got, 1, 999);
	assert_int_equal(stream_pump(p.stream, UINT64_MAX, NULL), 1000 - got);
	buf_reset(&p.seen);
	play_check(&p, " end");
}

TEST(detach_reports_calls_in_flight)
{
	const struct event lane[] = {enter(1, 35, 10), enter(2, 36, 11), plain(EV_DETACH, 1, 20)};
	struct play p;

	play_init(&p);
	play_lane(&p, lane, 3);
	play_check(&p, "call:35=0?detached/path@1 detach@1 call:36=0?detached/path@2 end");
}

TEST(exec_from_a_thread_returns_under_the_leaders_id)
{
	struct event exec = plain(EV_EXEC, 1, 30);
	struct event lane[] = {
		enter(5, 59, 10), plain(EV_EXIT, 1, 20), exec, leave(1, 59, 10, 40, 0)};
	struct play p;

	lane[2].exec.old_tid = 5;
	play_init(&p);
	play_lane(&p, lane, 4);
	play_check(&p, "exit@1 exec@1 call:59=0/path/data@1 end");
}

TEST(exec_from_a_thread_ends_the_leaders_call)
{
	struct event lane[] = {
		enter(1, 202, 5), enter(5, 59, 10), plain(EV_EXEC, 1, 30), leave(1, 59, 10, 40, 0)};
	struct play p;

	lane[2].exec.old_tid = 5;
	play_init(&p);
	play_lane(&p, lane, 4);
	play_check(&p, "call:202=0?/path@1 exec@1 call:59=0/path/data@1 end");
}

TEST(counts_losses_and_late_events)
{
	struct event lost = plain(EV_LOST, 0, 20);
	struct event lane[] = {lost, plain(EV_FORK, 1, 5)};
	struct play p;

	lane[0].lost.count = 7;
	play_init(&p);
	play_lane(&p, lane, 2);
	while (engine_script.poll(p.engine, 0, NULL) > 0)
		;
	assert_int_equal(stream_counts(p.stream)->lost, 7);
	assert_int_equal(stream_counts(p.stream)->late, 1);
	play_check(&p, "lost@0 fork@1 end");
}

static int refuse(void *self, const struct event *ev, struct err *err)
{
	return err_set(err, -EPIPE, "no more");
}

TEST(a_sinks_failure_stops_the_pump_and_still_ends_all)
{
	static const struct sink_ops refuser = {.name = "refuser", .event = refuse};
	const struct event lane[] = {plain(EV_FORK, 1, 5), plain(EV_FORK, 1, 6)};
	struct err err = {0};
	struct play p;

	play_init(&p);
	stream_add_sink(p.stream, &refuser, NULL);
	play_lane(&p, lane, 2);
	assert_int_equal(engine_script.poll(p.engine, 0, &err), -EPIPE);
	assert_string_equal(err.text, "no more");
	assert_int_equal(stream_end(p.stream, 1000, NULL), 0);
	assert_string_equal(buf_cstr(&p.seen), "fork@1 end");
	engine_script.close(p.engine);
	stream_destroy(p.stream);
	buf_deinit(&p.seen);
}

TEST(copies_are_deep)
{
	struct arena arena = {0};
	struct capture capture = path;
	char bytes[] = "abc";
	struct event ev = enter(1, 2, 3), *copy;

	capture.bytes = (const uint8_t *)bytes;
	capture.len = 3;
	ev.call.captures = &capture;
	copy = event_copy(&arena, &ev);
	memset(bytes, 'x', 3);
	capture.len = 0;
	assert_memory_equal(copy->call.captures[0].bytes, "abc", 3);
	assert_int_equal(copy->call.captures[0].len, 3);
	arena_deinit(&arena);
}
