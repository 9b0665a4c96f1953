#include "test.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "event_build.h"
#include "store/format.h"
#include "store_build.h"
#include "util/err.h"

static const struct store_facts no_facts;

/* What is written comes back, event for event. */
static void check_same(struct store_build *b)
{
	struct buf seen = BUF_INIT;
	bool whole = false;
	size_t len;
	uint8_t *bytes = store_build_end(b, &len);

	assert_int_equal(store_tell_all(bytes, len, &seen, &whole), 0);
	assert_true(whole);
	assert_string_equal(buf_cstr(&seen), buf_cstr(&b->told));
	free(bytes);
	buf_deinit(&seen);
	store_build_deinit(b);
	event_build_reset();
}

static struct event *numbered(enum event_kind kind, int task)
{
	return event_build(kind, 100 + task / 2, 100 + task);
}

static void add_state(struct store_build *b, enum event_kind kind, int fd, const char *path)
{
	struct event *ev = numbered(kind, 0);

	ev->state.fd = fd;
	ev->state.flags = 02000000;
	ev->state.path = path;
	store_build_add(b, ev);
}

static void add_processes(struct store_build *b)
{
	struct event *ev = numbered(EV_FORK, 0);

	ev->fork.child_pid = ev->fork.child_tid = 101;
	ev->fork.share = FORK_VFORK | FORK_SHARES_VM;
	store_build_add(b, ev);
	ev = numbered(EV_EXEC, 1);
	ev->exec.path = "/bin/true";
	store_build_add(b, ev);
	ev = numbered(EV_EXEC, 1);
	ev->exec.old_tid = 103;
	store_build_add(b, ev);
	ev = numbered(EV_EXIT, 1);
	ev->exit.status = 0x8b;
	store_build_add(b, ev);
	store_build_add(b, numbered(EV_DETACH, 0));
}

static void add_signals(struct store_build *b)
{
	static const uint8_t info[] = {17, 0, 0, 0, 0, 0, 0, 0, 1};
	struct event *ev = numbered(EV_SIGNAL, 0);

	ev->signal.signo = 17;
	ev->signal.info = info;
	ev->signal.info_len = sizeof(info);
	store_build_add(b, ev);
	ev = numbered(EV_SIGNAL_SENT, 0);
	ev->signal.signo = 9;
	ev->signal.peer_tid = -1;
	store_build_add(b, ev);
	ev = numbered(EV_STOP, 0);
	ev->stop_signo = 19;
	store_build_add(b, ev);
}

static void add_others(struct store_build *b)
{
	static const uint64_t stack[] = {0x7f0000001000, 0x400123, 0xffffffffffffffff};
	struct event *ev = numbered(EV_WAKEUP, 0);

	ev->wakeup.target_pid = ev->wakeup.target_tid = 7;
	ev->wakeup.from_interrupt = true;
	store_build_add(b, ev);
	ev = numbered(EV_SWITCH, 0);
	ev->sw.state = SWITCH_OUT_BLOCKED;
	store_build_add(b, ev);
	ev = numbered(EV_MAP, 0);
	ev->map.addr = 0x7f0000000000;
	ev->map.len = 4096;
	ev->map.offset = UINT64_MAX;
	ev->map.prot = 5;
	ev->map.path = "/lib/libc.so";
	store_build_add(b, ev);
	store_build_add(b, numbered(EV_UNMAP, 0));
	ev = numbered(EV_LOST, 0);
	ev->lost.count = 12;
	ev->lost.from_ns = ev->time_ns - 777;
	ev->lost.cpu = -1;
	store_build_add(b, ev);
	ev = numbered(EV_SAMPLE, 0);
	ev->sample.ip = 0x7f0000000010;
	ev->sample.stack = stack;
	ev->sample.stack_len = 3;
	ev->sample.weight_ns = 1000000;
	store_build_add(b, ev);
}

static void add_described(struct store_build *b)
{
	static const struct event_file file = {.id = 1ull << 40,
		.peer_id = 3,
		.kind = 3,
		.connected = true,
		.family = 2,
		.type = 1,
		.protocol = -1,
		.type_mode = 0140000,
		.dev_major = 1,
		.dev_minor = 77,
		.target_pid = 9,
		.local = (const uint8_t *)"\2\0\1",
		.local_len = 3};
	struct event *ev = numbered(EV_FD, 0);

	ev->state.fd = 5;
	ev->state.path = "";
	ev->state.file = &file;
	store_build_add(b, ev);
}

TEST(every_kind_comes_back)
{
	struct store_build b;

	store_build_begin(&b, &no_facts);
	add_state(&b, EV_ATTACH, 0, "demo");
	add_state(&b, EV_ATTACH, 0, NULL);
	add_state(&b, EV_CWD, 0, "/tmp");
	add_state(&b, EV_ROOT, -1, "/jail");
	add_state(&b, EV_ROOT, -1, NULL);
	add_state(&b, EV_FD, 3, "socket:[12]");
	add_described(&b);
	add_processes(&b);
	add_signals(&b);
	add_others(&b);
	check_same(&b);
}

static void add_calls(struct store_build *b)
{
	static const uint8_t data[] = "some bytes";
	struct event *ev = build_call(100, 100, CALL_openat, 3, 0xffffff9c, 0, 02000000);

	build_string(ev, 1, "/etc/passwd");
	store_build_add(b, ev);
	ev = build_call(100, 101, CALL_openat, -2, 0xffffff9c, 0, 02000000);
	build_string(ev, 1, "/etc/passwd");
	ev->cpu = 3;
	store_build_add(b, ev);
	ev = build_call(100, 100, CALL_read, 10, 3, 0, 4096);
	build_bytes(ev, 1, CAPTURE_AT_EXIT, data, sizeof(data));
	build_bytes_at(ev, 1, CAPTURE_AT_EXIT, (uintptr_t)data + sizeof(data), data, 4);
	build_bytes_at(ev, 1, CAPTURE_AT_ENTER, 0, NULL, 0);
	((struct capture *)ev->call.captures)[2].flags = CAPTURE_FAULT;
	store_build_add(b, ev);
	ev = build_call(-1, 0, CALL_write, INT64_MIN, UINT64_MAX, 1, 2);
	ev->call.flags = CALL_UNFINISHED | CALL_DETACHED | CALL_NO_ENTER;
	ev->call.enter_ns = 0;
	store_build_add(b, ev);
	ev = build_call(100, 100, CALL_close, 0, 3);
	ev->kind = EV_CALL_ENTER;
	store_build_add(b, ev);
}

TEST(calls_come_back_with_their_bytes)
{
	struct store_build b;

	store_build_begin(&b, &no_facts);
	add_calls(&b);
	check_same(&b);
}

TEST(calls_in_no_table_keep_all_their_words)
{
	struct store_build b;

	store_build_begin(&b, &no_facts);
	for (int i = 0; i < 3; i++) {
		struct event *ev = build_call(1, 1, CALL_close, -38, 1, 2, 3, 4, 5, 0xdeadbeef);

		ev->call.nr = (uint32_t[]){511, 512, UINT32_MAX}[i];
		ev->call.abi = i & 1 ? ABI_I386 : ABI_X86_64;
		store_build_add(&b, ev);
	}
	check_same(&b);
}

TEST(words_that_a_call_does_not_take_are_left_out)
{
	struct buf seen = BUF_INIT;
	struct store_build b;
	uint8_t *bytes;
	size_t len;

	store_build_begin(&b, &no_facts);
	store_build_add(&b, build_call(1, 1, CALL_close, 0, 3, 0x1111));
	bytes = store_build_end(&b, &len);
	assert_int_equal(store_tell_all(bytes, len, &seen, NULL), 0);
	assert_non_null(strstr(buf_cstr(&b.told), " 3 1111 0"));
	assert_non_null(strstr(buf_cstr(&seen), " 3 0 0"));
	free(bytes);
	buf_deinit(&seen);
	store_build_deinit(&b);
	event_build_reset();
}

TEST(more_events_than_a_block_takes)
{
	struct store_build b;

	store_build_begin(&b, &no_facts);
	for (unsigned i = 0; i < STORE_BLOCK_EVENTS * 2 + 7; i++) {
		struct event *ev = build_call(1, 1 + (int)(i % 5), CALL_read, i, i % 7, 0, i);

		ev->time_ns -= i % 3; /* late ones */
		store_build_add(&b, ev);
	}
	check_same(&b);
}

TEST(more_bytes_than_a_block_takes)
{
	static uint8_t data[1 << 20];
	struct store_build b;
	struct buf seen = BUF_INIT;
	struct store_reader *r;
	uint8_t *bytes;
	size_t len, nr;

	store_build_begin(&b, &no_facts);
	for (unsigned i = 0; i < 9; i++) {
		struct event *ev = build_call(1, 1, CALL_read, 1 << 20, 3, 0, 1 << 20);

		data[0] = (uint8_t)i;
		build_bytes(ev, 1, CAPTURE_AT_EXIT, data, sizeof(data));
		assert_int_equal(store_sink.event(b.writer, ev, NULL), 0);
	}
	bytes = store_build_end(&b, &len);
	assert_int_equal(store_reader_open_bytes(&r, bytes, len, "trace", NULL), 0);
	store_reader_blocks(r, &nr);
	assert_int_equal(nr, 3);
	store_reader_close(r);
	free(bytes);
	buf_deinit(&seen);
	store_build_deinit(&b);
	event_build_reset();
}

/* An environment as engines capture it: its pointers, then the strings they point to. */
static struct event *exec_with_environment(void)
{
	/* one of their bytes is a '=', and the strings lie right behind */
	static const uint64_t pointers[] = {0x7ffd00003d18, 0x7ffd00003d25, 0};
	struct event *ev = build_call(1, 1, CALL_execve, 0, 0, 0, 0x7ffd00003d00);

	build_bytes_at(ev, 2, CAPTURE_AT_ENTER, 0x7ffd00003d00, pointers, sizeof(pointers));
	build_bytes_at(ev, 2, CAPTURE_AT_ENTER, pointers[0], "TOKEN=secret", 13);
	build_bytes_at(ev, 2, CAPTURE_AT_ENTER, pointers[1], "ODD", 4);
	return ev;
}

static void record_environment(uint64_t options, struct capture *ret, char text[64])
{
	struct store_facts facts = {.options = options};
	struct store_reader *r;
	struct store_build b;
	struct event ev;
	uint8_t *bytes;
	size_t len;

	store_build_begin(&b, &facts);
	store_build_add(&b, exec_with_environment());
	bytes = store_build_end(&b, &len);
	assert_int_equal(store_reader_open_bytes(&r, bytes, len, "trace", NULL), 0);
	assert_true(store_reader_next(r, &ev));
	assert_int_equal(ev.call.nr_captures, 3);
	*ret = ev.call.captures[1];
	memcpy(text, ret->bytes, ret->len);
	text[ret->len] = '\0';
	assert_int_equal(ev.call.captures[2].len, 4);
	assert_int_equal(ev.call.captures[2].addr, 0x7ffd00003d25);
	assert_int_equal(ev.call.captures[0].len, 24);
	store_reader_close(r);
	free(bytes);
	store_build_deinit(&b);
	event_build_reset();
}

TEST(values_of_environments_are_kept_on_request_only)
{
	struct capture c;
	char text[64];

	record_environment(0, &c, text);
	assert_string_equal(text, "TOKEN=");
	assert_int_equal(c.flags, CAPTURE_CUT);
	record_environment(STORE_ENV_VALUES, &c, text);
	assert_string_equal(text, "TOKEN=secret");
	assert_int_equal(c.flags, 0);
}

TEST(facts_and_end_come_back)
{
	static const char *const command[] = {"echo", "", "a b", NULL};
	const struct store_facts facts = {.writer = "renacer 9",
		.trace_id = "00-1-2-01",
		.command = (char *const *)command,
		.realtime_offset_ns = 1790000000000000000,
		.string_limit = 64,
		.options = STORE_FOLLOWED};
	const struct store_facts *seen;
	struct store_reader *r;
	struct store_build b;
	struct event *ev;
	struct event last;
	uint8_t *bytes;
	size_t len;

	store_build_begin(&b, &facts);
	store_build_add(&b, build_call(1, 1, CALL_close, 0, 3));
	ev = event_build(EV_LOST, 0, 0);
	ev->lost.count = 5;
	store_build_add(&b, ev);
	bytes = store_build_end(&b, &len);
	assert_int_equal(store_reader_open_bytes(&r, bytes, len, "trace", NULL), 0);
	seen = store_reader_facts(r);
	assert_string_equal(seen->writer, facts.writer);
	assert_string_equal(seen->trace_id, facts.trace_id);
	for (int i = 0; command[i]; i++)
		assert_string_equal(seen->command[i], command[i]);
	assert_null(seen->command[3]);
	assert_null(seen->folder);
	assert_int_equal(seen->realtime_offset_ns, facts.realtime_offset_ns);
	assert_int_equal(seen->options, STORE_FOLLOWED);
	assert_null(store_reader_end(r));
	while (store_reader_next(r, &last))
		;
	assert_int_equal(store_reader_end(r)->nr_events, 2);
	assert_int_equal(store_reader_end(r)->nr_calls, 1);
	assert_int_equal(store_reader_end(r)->nr_lost, 5);
	assert_int_equal(store_reader_end(r)->end_ns, ev->time_ns);
	store_reader_close(r);
	free(bytes);
	store_build_deinit(&b);
	event_build_reset();
}

TEST(a_full_disk_leaves_a_file_that_reads)
{
	const struct rlimit small = {300000, RLIM_INFINITY};
	struct rlimit old;
	struct store_build b;
	struct buf seen = BUF_INIT;
	struct err err = {0};
	struct stat st;
	uint64_t noise = 1;
	uint8_t *bytes;
	int r = 0;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	store_build_begin(&b, &no_facts);
	setrlimit(RLIMIT_FSIZE, &small);
	for (int i = 0; i < 400000 && r >= 0; i++) {
		struct event *ev = build_call(1, 1, CALL_close, i, noise >> 7);

		noise = noise * 6364136223846793005u + 1442695040888963407u;
		r = store_sink.event(b.writer, ev, &err);
		if (i % 1000 == 0)
			event_build_reset();
	}
	assert_int_equal(r, -EFBIG);
	assert_non_null(strstr(err.text, "'trace'"));
	assert_int_equal(store_sink.end(b.writer, NULL), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &old);
	store_writer_destroy(b.writer);
	assert_int_equal(fstat(b.fd, &st), 0);
	assert_in_range(st.st_size, 100000, 300000);
	bytes = malloc((size_t)st.st_size);
	assert_int_equal(pread(b.fd, bytes, (size_t)st.st_size, 0), st.st_size);
	assert_int_equal(store_tell_all(bytes, (size_t)st.st_size, &seen, NULL), 0);
	assert_true(seen.len > 0);
	close(b.fd);
	free(bytes);
	buf_deinit(&seen);
	store_build_deinit(&b);
	event_build_reset();
}
