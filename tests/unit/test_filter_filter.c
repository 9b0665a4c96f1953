#include "test.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

#include "decode/row.h"
#include "event_build.h"
#include "filter/filter.h"
#include "filter_build.h"
#include "track/track.h"
#include "util/err.h"

static bool wants(const struct filter *f, const char *name)
{
	enum call_id id = call_id_by_name(name, strlen(name));
	int nr = call_number(ABI_X86_64, id);

	if (nr < 0)
		fail_msg("no call %s", name);
	return filter_wants_number(f, ABI_X86_64, nr);
}

/* yes: calls that pass, no: calls that do not; both separated by blanks */
static const struct {
	const char *spec, *yes, *no;
} lists[] = {
	{"trace=openat", "openat", "open close read"},
	{"openat", "openat", "open"},
	{"t=openat", "openat", "open"},
	{"trace=write,read", "write read", "openat"},
	{"trace= write , read ", "write read", "openat"},
	{"trace=all", "openat getpid", ""},
	{"trace=none", "", "openat getpid"},
	{"trace=!none", "openat", ""},
	{"trace=!all", "", "openat"},
	/* one by one, and as strace means it */
	{"trace=!open", "close", "open"},
	{"trace=!open,!close", "read", "open close"},
	{"trace=!open,close", "read", "open close"},
	{"!open,close", "read", "open close"},
	{"trace=!open,close,read", "write", "open close read"},
	{"trace=!!open", "open", "close"},
	{"trace=!!!open", "close", "open"},
	/* exclusion wins, wherever it stands */
	{"trace=file,!openat", "stat unlink", "openat getpid"},
	{"trace=!openat,file", "stat unlink", "openat getpid"},
	{"trace=read,!read", "", "read write"},
	{"trace=!read,read", "", "read write"},
	{"trace=!read,write,!close", "write", "read close open"},
	/* classes: strict and wide */
	{"trace=%file", "openat unlink execve", "read close"},
	{"trace=file", "openat unlink read pwritev2 getdents64 copy_file_range ftruncate fsync",
		"socket getpid mmap"},
	{"trace=%network", "socket connect shutdown", "close poll read"},
	{"trace=network", "socket connect shutdown close poll", "openat getpid"},
	{"trace=%net", "socket", "close"},
	{"trace=memory", "mmap munmap mprotect brk", "read"},
	{"trace=process", "execve fork clone exit_group wait4", "read"},
	{"trace=signal", "kill rt_sigaction", "read"},
	{"trace=ipc", "shmget semop msgsnd", "read"},
	{"trace=creds", "getuid setresgid", "read"},
	{"trace=clock", "clock_gettime gettimeofday", "read"},
	{"trace=stat", "stat newfstatat", "read"},
	{"trace=%stat", "stat", "newfstatat read"},
	{"trace=%%stat", "stat fstat lstat newfstatat statx", "statfs"},
	{"trace=%%statfs", "statfs fstatfs", "stat"},
	{"trace=lstat", "lstat", "stat newfstatat"},
	{"trace=time", "time nanosleep", "read"},
	{"trace=io_uring", "io_uring_setup io_uring_enter", "read"},
	{"trace=pure", "getpid", "read"},
	{"trace=desc", "read close openat", "getpid"},
	{"trace=!file,!network", "getpid", "openat socket"},
	/* regular expressions */
	{"trace=/^open/", "open openat open_by_handle_at", "close"},
	{"trace=/open/", "open mq_open pidfd_open", "close"},
	{"trace=/^(read|write)v?$/", "read writev", "pread64"},
	{"trace=/^r.{3,4}$/,close", "read readv close", "rename"},
	{"trace=!/^open/", "close", "openat"},
	{"trace=/at$/,!/stat/", "openat", "newfstatat read"},
	{"trace=/^open/|/^close/", "open close", "read"},
	/* strace writes no closing slash */
	{"trace=/^open", "openat", "close"},
	{"trace=/^open,/^close", "openat close_range", "read"},
	{"trace=/^(open|close)$", "open close", "openat"},
	/* operators */
	{"trace=file&desc", "openat", "unlink getpid"},
	{"trace=%file|socket", "openat socket", "read"},
	{"trace=%file&!openat", "open unlink", "openat read"},
	{"trace=read|%file&/^open/", "read openat", "unlink"},
	{"trace=(read|%file)&/e/", "read rename", "link getpid"},
	{"trace=!(read|write)", "openat", "read write"},
	{"trace=(read,write),close", "read close", "open"},
	{"trace=%file,read&%desc", "read openat", "unlink write"},
	{"(read|write)&!write", "read", "write"},
	/* unknown ones that may be */
	{"trace=?no_such_call,read", "read", "write"},
	{"trace=?read", "read", "write"},
	{"trace=?%no_such_class,read", "read", "write"},
	/* numbers, one ABI */
	{"trace=0", "read", "write"},
	{"trace=read@64", "read", "write"},
	{"trace=read@32", "", "read"},
};

static void check_each(const struct filter *f, const char *spec, const char *names, bool expected)
{
	char *copy = strdup(names), *save = NULL;

	for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		if (wants(f, name) != expected)
			fail_msg("'%s': %s should %spass", spec, name, expected ? "" : "not ");
	free(copy);
}

TEST(lists_name_calls)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct filter *f = filter_of(lists[i].spec);

		check_each(f, lists[i].spec, lists[i].yes, true);
		check_each(f, lists[i].spec, lists[i].no, false);
		filter_destroy(f);
	}
}

static const struct {
	const char *spec, *reason;
} bad[] = {
	{"trace=opennat", "unknown system call 'opennat' in -e trace=; did you mean 'openat'?"},
	{"opnat", "did you mean 'openat'?"},
	{"trace=read,wirte", "unknown system call 'wirte' in -e trace=; did you mean 'write'?"},
	{"trace=READ", "did you mean 'read'?"},
	{"trace=flie", "did you mean 'file'?"},
	{"trace=%netwrok", "unknown class '%netwrok' in -e trace=; did you mean '%network'?"},
	{"trace=", "expected a system call at the end"},
	{"", "expected a system call at the end"},
	{"trace=read,", "expected a system call at the end"},
	{"trace=,read", "expected a system call, not ','"},
	{"trace=(read", "expected ')' at the end"},
	{"trace=read)", "not ')'"},
	{"trace=read write", "not 'w'"},
	{"trace=read&", "expected a system call"},
	{"trace=\001", "not \\x01"},
	{"trace=/(/", "bad regular expression at offset 1"},
	{"trace=//", "regular expression is empty"},
	{"trace=/(([a-z_]+)+)+[^a-z_]/", "backtracks without end"},
	{"trace=read@x32", "use @64 or @32"},
	{"trace=%", "expected a class"},
	{"status=faild", "unknown status 'faild' in -e status=; did you mean 'failed'?"},
	{"status=", "expected a status"},
	{"status=failed;", "expected ',', '&' or '|', not ';'"},
	{"signal=SIGTREM", "unknown signal 'SIGTREM' in -e signal=; did you mean 'SIGTERM'?"},
	{"signal=65", "unknown signal '65'"},
	{"signal=0", "unknown signal '0'"},
	{"frobnicate=1",
		"unknown key 'frobnicate' in -e; did you mean 'trace'? The keys are trace=, "
		"status=, fd=, path=, duration<>, signal=, inject= and fault="},
	{"stauts=failed", "unknown key 'stauts' in -e; did you mean 'status'?"},
	{"trace=read & durtaion>1ms", "unknown key 'durtaion' in -e; did you mean 'duration'?"},
	{"trace=read,status=failed", "'status' is a key of its own: join it with '&' or '|'"},
	{"status=failed fd=3", "expected ',', '&' or '|', not 'f'"},
	{"trace=read & signal=INT", "signal= says nothing about calls; give it an -e of its own"},
	{"signal=INT & trace=read", "-e signal=: expected ',', not ' '"},
	{"status>3", "-e status: expected '=', not '>'"},
	{"duration=1ms", "-e duration: expected '<', '<=', '>' or '>=', not '='"},
	{"duration>1", "-e duration: a unit is missing: ns, us, ms or s"},
	{"duration>1sec", "unknown unit 'sec' in -e duration; did you mean 's'?"},
	{"duration>1mx", "unknown unit 'mx' in -e duration; did you mean 'ms'?"},
	{"duration>", "-e duration: expected a time, as in >1.5ms"},
	{"duration>1.2.3ms", "'1.2.3' is not a number"},
	{"duration>12345678901s", "12345678901s is too long a time"},
	{"duration>1ms,2ms", "not ','"},
	{"fd=x", "-e fd=: 'x' is not the number of a descriptor"},
	{"fd=-1", "-e fd=: '-1' is not the number of a descriptor"},
	{"fd=2147483648", "-e fd=: '2147483648' is not the number of a descriptor"},
	{"fd=", "-e fd=: expected the number of a descriptor"},
	{"fd=3,", "-e fd=: expected the number of a descriptor"},
	{"path=", "-e path=: expected a path"},
	{"path=/a,", "-e path=: expected a path"},
	{"inject=status=failed:error=EIO",
		"-e inject=: what is to be said by 'status' is not known "
		"when a call begins"},
	{"read=3", "-e cannot filter by 'read' in this version"},
	{"raw=all", "no key 'raw' in -e: that is --raw here; the keys are"},
};

TEST(bad_specs_say_what_would_be_right)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct filter *f = filter_of("trace=read");

		check_refused(f, bad[i].spec, bad[i].reason);
		/* as before */
		assert_true(wants(f, "read"));
		assert_false(wants(f, "write"));
		filter_destroy(f);
	}
}

TEST(hostile_text_is_refused)
{
	size_t len = 100000;
	char *text = malloc(len + 1);
	struct filter *f = filter_create();

	memset(text, '(', len);
	text[len] = '\0';
	assert_true(filter_add(f, text, NULL) < 0);
	text[60000] = '\0';
	assert_true(filter_add(f, text, NULL) < 0);
	memset(text, '!', 60000);
	assert_true(filter_add(f, text, NULL) < 0);
	memset(text, 'a', 60000);
	assert_true(filter_add(f, text, NULL) < 0);
	for (size_t i = 0; i < 60000; i++)
		text[i] = "read,"[i % 5];
	assert_true(filter_add(f, text, NULL) < 0);
	for (size_t i = 0; i < 60000; i++)
		text[i] = "/a/,"[i % 4];
	assert_true(filter_add(f, text, NULL) < 0);
	text[0] = '/';
	memset(text + 1, '(', 59999);
	assert_true(filter_add(f, text, NULL) < 0);
	assert_true(filter_is_empty(f));
	filter_destroy(f);
	free(text);
}

TEST(last_trace_wins)
{
	struct filter *f = filter_of("trace=read");

	assert_int_equal(filter_add(f, "trace=write", NULL), 0);
	assert_true(wants(f, "write"));
	assert_false(wants(f, "read"));
	assert_int_equal(filter_add(f, "close", NULL), 0);
	assert_true(wants(f, "close"));
	assert_false(wants(f, "write"));
	filter_destroy(f);
}

TEST(empty_filter_passes_all)
{
	struct filter *f = filter_create();

	assert_true(filter_is_empty(f));
	assert_true(wants(f, "read"));
	assert_true(filter_wants_number(f, ABI_X86_64, 100000));
	assert_true(filter_wants_unknown(f));
	assert_int_equal(filter_add(f, "status=failed", NULL), 0);
	assert_false(filter_is_empty(f));
	filter_destroy(f);
}

static const struct {
	const char *spec;
	bool nr_511, nr_5000, any;
} unknown[] = {
	{"trace=all", true, true, true},
	{"trace=none", false, false, false},
	{"trace=read", false, false, false},
	{"trace=!read", true, true, true},
	{"trace=!read,write", true, true, true},
	{"trace=%file", false, false, false},
	{"trace=!%file", true, true, true},
	{"trace=/^syscall_0x/", true, true, true},
	{"trace=/^syscall_0x1ff$/", true, false, true},
	{"trace=/0x1388$/", false, true, true},
	{"trace=!/syscall/", false, false, true}, /* a regex might spare some number */
	{"trace=511", true, false, true},
	{"trace=read&/x/", false, false, false},
	{"status=failed", true, true, true},
	{"fd=3", false, false, false},
	{"path=/etc/*", false, false, false},
	{"!fd=3", true, true, true},
	{"trace=!read&!write", true, true, true},
};

TEST(numbers_in_no_table)
{
	assert_int_equal(call_id_of(ABI_X86_64, 511), CALL_NONE);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		struct filter *f = filter_of(unknown[i].spec);

		if (filter_wants_number(f, ABI_X86_64, 511) != unknown[i].nr_511 ||
			filter_wants_number(f, ABI_X86_64, 5000) != unknown[i].nr_5000 ||
			filter_wants_unknown(f) != unknown[i].any)
			fail_msg("'%s'", unknown[i].spec);
		filter_destroy(f);
	}
}

TEST(i386_names_are_known)
{
	struct filter *f = filter_of("trace=socketcall,read,mmap2");

	assert_true(filter_wants_number(f, ABI_I386, 102)); /* socketcall */
	assert_true(filter_wants_number(f, ABI_I386, 3));   /* read */
	assert_false(filter_wants_number(f, ABI_I386, 4));
	assert_true(filter_wants_number(f, ABI_X86_64, 0));
	filter_destroy(f);
	f = filter_of("trace=read@32");
	assert_true(filter_wants_number(f, ABI_I386, 3));
	filter_destroy(f);
}

static const struct {
	const char *spec;
	bool ok, failed, unfinished, detached;
} statuses[] = {
	{"status=successful", true, false, false, false},
	{"status=failed", false, true, false, false},
	{"status=unfinished", false, false, true, false},
	{"status=detached", false, false, false, true},
	{"status=unavailable", false, false, false, false},
	{"status=failed,unfinished", false, true, true, false},
	{"status=!failed", true, false, true, true},
	{"status=!failed,unfinished", true, false, false, true},
	{"status=!failed,!unfinished", true, false, false, true},
	{"status=all", true, true, true, true},
	{"status=none", false, false, false, false},
	{"status=all,!failed", true, false, true, true},
};

TEST(status_looks_at_the_result)
{
	struct event *ok = build_call(1, 1, CALL_openat, 3);
	struct event *failed = build_call(1, 1, CALL_openat, -2);
	struct event *unfinished = build_call(1, 1, CALL_openat, 0);
	struct event *detached = build_call(1, 1, CALL_openat, 0);

	unfinished->call.flags = CALL_UNFINISHED;
	detached->call.flags = CALL_UNFINISHED | CALL_DETACHED;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct filter *f = filter_of(statuses[i].spec);

		if (filter_match(f, ok, NULL) != statuses[i].ok ||
			filter_match(f, failed, NULL) != statuses[i].failed ||
			filter_match(f, unfinished, NULL) != statuses[i].unfinished ||
			filter_match(f, detached, NULL) != statuses[i].detached)
			fail_msg("'%s'", statuses[i].spec);
		/* and it does not replace trace= */
		assert_int_equal(filter_add(f, "trace=read", NULL), 0);
		assert_false(filter_match(f, ok, NULL));
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(large_results_are_no_errors)
{
	struct filter *f = filter_of("status=failed");

	assert_false(filter_match(f, build_call(1, 1, CALL_mmap, INT64_MIN), NULL));
	assert_false(filter_match(f, build_call(1, 1, CALL_mmap, -4096), NULL));
	assert_true(filter_match(f, build_call(1, 1, CALL_mmap, -4095), NULL));
	assert_true(filter_match(f, build_call(1, 1, CALL_mmap, -1), NULL));
	assert_false(filter_match(f, build_call(1, 1, CALL_mmap, 0), NULL));
	filter_destroy(f);
	event_build_reset();
}

static bool signal_passes(const struct filter *f, int signo)
{
	struct event *ev = event_build(EV_SIGNAL, 1, 1);

	ev->signal.signo = signo;
	return filter_match(f, ev, NULL);
}

TEST(signals_by_name_and_number)
{
	static const struct {
		const char *spec;
		int yes, no;
	} cases[] = {
		{"signal=SIGINT", 2, 15},
		{"signal=int", 2, 15},
		{"signals=2", 2, 15},
		{"s=TERM,INT", 15, 1},
		{"signal=!TERM", 2, 15},
		{"signal=!TERM,INT", 1, 2},
		{"signal=all,!INT", 15, 2},
		{"signal=64", 64, 63},
		{"signal=!none", 64, -1},
		{"trace=none", 15, -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *f = filter_of(cases[i].spec);

		if (!signal_passes(f, cases[i].yes))
			fail_msg("'%s': %d", cases[i].spec, cases[i].yes);
		if (cases[i].no > 0 && signal_passes(f, cases[i].no))
			fail_msg("'%s': %d", cases[i].spec, cases[i].no);
		/* not a signal any table knows */
		assert_true(signal_passes(f, 99));
		assert_true(signal_passes(f, INT32_MIN));
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(other_kinds_and_hidden_calls)
{
	struct filter *f = filter_of("trace=none");
	struct event *hidden = build_call(1, 1, CALL_read, 0);

	assert_true(filter_match(f, event_build(EV_EXIT, 1, 1), NULL));
	assert_true(filter_match(f, event_build(EV_LOST, 1, 1), NULL));
	filter_destroy(f);
	f = filter_create();
	assert_true(filter_match(f, hidden, NULL));
	hidden->call.flags = CALL_HIDDEN;
	assert_false(filter_match(f, hidden, NULL));
	filter_destroy(f);
	event_build_reset();
}

/* Process 7 has a file as 3, a socket as 4, and something as 5. */
static struct track *track_with_descriptors(void)
{
	struct track *t = track_create();
	static const char *const paths[] = {"/etc/passwd", "socket:[77]", NULL};

	for (int i = 0; i < 3; i++) {
		struct event *ev = event_build(EV_FD, 7, 7);

		ev->state.fd = 3 + i;
		ev->state.path = paths[i];
		assert_int_equal(track_sink.event(t, ev, NULL), 0);
	}
	return t;
}

TEST(bare_network_asks_what_a_descriptor_is)
{
	struct filter *f = filter_of("trace=network");
	struct track *t = track_with_descriptors();
	struct pollfd file = {3, POLLIN, 0}, both[2] = {{3, POLLIN, 0}, {4, POLLIN, 0}};
	struct event *poll_file, *poll_both, *poll_cut, *sleep_only, *closing;

	assert_true(filter_asks_track(f));
	assert_false(filter_match(f, build_call(7, 7, CALL_close, 0, 3), t));
	assert_true(filter_match(f, build_call(7, 7, CALL_close, 0, 4), t));
	assert_true(filter_match(f, build_call(7, 7, CALL_close, 0, 5), t));
	/* not known: taken for one, unless the kernel said that it is nothing */
	assert_true(filter_match(f, build_call(7, 7, CALL_close, 0, 9), t));
	assert_false(filter_match(f, build_call(7, 7, CALL_close, -EBADF, 9), t));
	assert_true(filter_match(f, build_call(8, 8, CALL_close, 0, 3), t));
	assert_true(filter_match(f, build_call(7, 7, CALL_close, 0, 3), NULL));
	assert_true(filter_match(f, build_call(7, 7, CALL_connect, 0, 3), t));
	poll_file = build_call(7, 7, CALL_poll, 1, 0, 1);
	build_bytes(poll_file, 0, CAPTURE_AT_ENTER, &file, sizeof(file));
	assert_false(filter_match(f, poll_file, t));
	poll_both = build_call(7, 7, CALL_poll, 1, 0, 2);
	build_bytes(poll_both, 0, CAPTURE_AT_ENTER, both, sizeof(both));
	assert_true(filter_match(f, poll_both, t));
	poll_cut = build_call(7, 7, CALL_poll, 1, 0, 2);
	build_bytes(poll_cut, 0, CAPTURE_AT_ENTER, both, sizeof(both[0]));
	assert_true(filter_match(f, poll_cut, t));
	assert_true(filter_match(f, build_call(7, 7, CALL_poll, 1, 0x1000, 0xffffffff), t));
	sleep_only = build_call(7, 7, CALL_poll, 0, 0, 0, 100);
	assert_false(filter_match(f, sleep_only, t));
	/* the descriptor as the call found it, not as it left it */
	closing = build_call(7, 7, CALL_close, 0, 4);
	assert_int_equal(track_sink.event(t, closing, NULL), 0);
	assert_true(filter_match(f, closing, t));
	track_destroy(t);
	filter_destroy(f);
	f = filter_of("trace=%network");
	assert_false(filter_asks_track(f));
	filter_destroy(f);
	event_build_reset();
}

TEST(negated_network_is_its_complement)
{
	struct filter *f = filter_of("trace=!network");
	struct track *t = track_with_descriptors();

	assert_true(filter_match(f, build_call(7, 7, CALL_close, 0, 3), t));
	assert_false(filter_match(f, build_call(7, 7, CALL_close, 0, 4), t));
	assert_false(filter_match(f, build_call(7, 7, CALL_socket, 4), t));
	assert_true(filter_match(f, build_call(7, 7, CALL_getpid, 7), t));
	track_destroy(t);
	filter_destroy(f);
	event_build_reset();
}

static struct event *timed_call(enum call_id id, int64_t ret, uint64_t took_ns, uint64_t fd)
{
	struct event *ev = build_call(1, 1, id, ret, fd);

	ev->call.enter_ns = ev->time_ns - took_ns;
	return ev;
}

TEST(durations)
{
	static const struct {
		const char *spec;
		uint64_t yes, no;
	} cases[] = {
		{"duration>5ns", 6, 5},
		{"duration>=5ns", 5, 4},
		{"duration<5ns", 4, 5},
		{"duration<=5ns", 5, 6},
		{"duration>1us", 1001, 1000},
		{"duration>=1us", 1000, 999},
		{"duration<1ms", 999999, 1000000},
		{"duration<=1.5ms", 1500000, 1500001},
		{"duration>0.25s", 250000001, 250000000},
		{"duration > 2 us", 2001, 2000},
		{"duration>=0ns", 0, UINT64_MAX},
		{"duration<0ns", UINT64_MAX, 0},
		{"!duration>5ns", 5, 6},
		{"duration>2ns & duration<5ns", 3, 5},
		{"duration<2ns | duration>5ns", 1, 3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *f = filter_of(cases[i].spec);

		assert_true(filter_asks_times(f));
		if (cases[i].yes != UINT64_MAX &&
			!filter_match(f, timed_call(CALL_read, 0, cases[i].yes, 3), NULL))
			fail_msg("'%s': %llu ns", cases[i].spec, (unsigned long long)cases[i].yes);
		if (cases[i].no != UINT64_MAX &&
			filter_match(f, timed_call(CALL_read, 0, cases[i].no, 3), NULL))
			fail_msg("'%s': not %llu ns", cases[i].spec,
				(unsigned long long)cases[i].no);
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(unknown_durations_are_none)
{
	static const uint8_t flags[] = {CALL_UNFINISHED, CALL_NO_ENTER, CALL_UNTIMED};
	struct filter *f = filter_of("duration>=0ns"), *not = filter_of("!duration>=0ns");

	for (size_t i = 0; i < sizeof(flags); i++) {
		struct event *ev = timed_call(CALL_read, 0, 100, 3);

		ev->call.flags = flags[i];
		assert_false(filter_match(f, ev, NULL));
		assert_true(filter_match(not, ev, NULL));
	}
	filter_destroy(f);
	filter_destroy(not );
	event_build_reset();
}

TEST(descriptors_by_number)
{
	static const struct {
		const char *spec;
		const char *passes; /* descriptors of read, of 0 to 5 */
	} cases[] = {
		{"fd=3", "3"},
		{"fd=3,4", "34"},
		{"fd= 3 , 4 ", ""},
		{"fd=!3", "01245"},
		{"fd=!3,4", "0125"},
		{"fd=3,!3", ""},
		{"fd=3,4,!3", "4"},
		{"fd=!3,3", ""},
		{"!fd=3", "01245"},
		{"fd=3|fd=5", "35"},
		{"fd=3&fd=5", ""},
		{"fds=1", "1"},
		{"trace-fds=1", "1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *f = filter_create();

		if (filter_add(f, cases[i].spec, NULL) < 0) {
			assert_string_equal(cases[i].passes, "");
			filter_destroy(f);
			continue;
		}
		for (uint64_t fd = 0; fd < 6; fd++)
			if (filter_match(f, build_call(1, 1, CALL_read, 0, fd), NULL) !=
				!!strchr(cases[i].passes, '0' + (int)fd))
				fail_msg("'%s': %d", cases[i].spec, (int)fd);
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(descriptors_wherever_the_row_says)
{
	struct filter *f = filter_of("fd=3"), *both = filter_of("fd=3 & fd=4");
	struct pollfd polled[2] = {{4, POLLIN, 0}, {3, POLLIN, 0}};
	struct event *poll = build_call(1, 1, CALL_poll, 1, 0, 2);
	fd_set set;
	struct event *select = build_call(1, 1, CALL_select, 1, 8);

	assert_true(filter_match(f, build_call(1, 1, CALL_dup2, 3, 4, 3), NULL));
	assert_false(filter_match(f, build_call(1, 1, CALL_dup2, 5, 4, 5), NULL));
	assert_true(filter_match(both, build_call(1, 1, CALL_dup2, 3, 4, 3), NULL));
	assert_true(filter_match(f, build_call(1, 1, CALL_mmap, 0, 0, 1, 1, 1, 3), NULL));
	assert_false(filter_match(f, build_call(1, 1, CALL_mmap, 0, 0, 3, 3, 3, -1), NULL));
	assert_true(filter_match(f, build_call(1, 1, CALL_openat, 5, 3), NULL));
	/* what it returns is no argument */
	assert_false(filter_match(f, build_call(1, 1, CALL_openat, 3, -100), NULL));
	assert_false(wants(f, "getpid"));
	assert_true(wants(f, "poll"));
	build_bytes(poll, 0, CAPTURE_AT_ENTER, polled, sizeof(polled));
	assert_true(filter_match(f, poll, NULL));
	poll->call.args[1] = 1;
	assert_false(filter_match(f, poll, NULL));
	FD_ZERO(&set);
	FD_SET(3, &set);
	build_bytes(select, 1, CAPTURE_AT_ENTER, &set, 8);
	assert_true(filter_match(f, select, NULL));
	FD_CLR(3, &set);
	assert_false(filter_match(f, select, NULL));
	filter_destroy(f);
	filter_destroy(both);
	event_build_reset();
}

static bool path_passes(const char *spec, const char *path, const struct track *t)
{
	struct filter *f = filter_of(spec);
	struct event *ev = build_call(7, 7, CALL_openat, 6, (uint64_t)-100);
	bool ret;

	ret = filter_match(f, build_string(ev, 1, path), t);
	filter_destroy(f);
	return ret;
}

TEST(paths_by_pattern)
{
	static const struct {
		const char *spec, *path;
		bool pass;
	} cases[] = {
		{"path=/etc/*", "/etc/passwd", true},
		{"path=/etc/*", "/etc/ssl/certs", true},
		{"path=/etc/*", "/usr/etc/x", false},
		{"path=/etc/*", "passwd", true}, /* in /etc */
		{"path=/etc/*", "../usr/x", false},
		{"path=*.conf", "a.conf", true},
		{"path=*.conf,/x", "/x", true},
		{"path=/etc/*,!*.conf", "/etc/a.conf", false},
		{"path=/etc/*,!*.conf", "/etc/passwd", true},
		{"path=!/etc/*", "/usr/x", true},
		{"path=!/etc/*", "passwd", false},
		{"path=!/etc/*,/usr/*", "/usr/x", false},
		{"path=/a\\,b", "/a,b", true},
		{"path=/a\\ b & fd=3", "/a b", false},
		{"path=/a\\ b | fd=3", "/a b", true},
		{"(path=/a?)", "/ab", true},
		{"!path=/etc/*", "/etc/passwd", false},
		{"path=*", "", false},
	};
	struct track *t = track_with_descriptors();
	struct event *cwd = event_build(EV_CWD, 7, 7);

	cwd->state.path = "/etc";
	assert_int_equal(track_sink.event(t, cwd, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (path_passes(cases[i].spec, cases[i].path, t) != cases[i].pass)
			fail_msg("'%s': '%s'", cases[i].spec, cases[i].path);
	track_destroy(t);
	event_build_reset();
}

TEST(paths_through_descriptors)
{
	struct track *t = track_with_descriptors();
	struct filter *f = filter_of("path=/etc/passwd");
	struct event *at = build_call(7, 7, CALL_newfstatat, 0, 3);

	assert_true(filter_asks_track(f));
	assert_true(filter_match(f, build_call(7, 7, CALL_read, 0, 3), t));
	assert_false(filter_match(f, build_call(7, 7, CALL_read, 0, 4), t));
	assert_false(filter_match(f, build_call(7, 7, CALL_read, 0, 9), t));
	assert_false(filter_match(f, build_call(7, 7, CALL_read, 0, 3), NULL));
	build_string(at, 1, "x");
	assert_true(filter_match(f, at, t));
	assert_true(wants(f, "read"));
	assert_false(wants(f, "getpid"));
	filter_destroy(f);
	track_destroy(t);
	event_build_reset();
}

/* Calls: read that succeeded fast, openat that failed, close that took long. */
TEST(keys_mix)
{
	static const struct {
		const char *spec, *passes;
	} cases[] = {
		{"trace=read & status=successful", "r"},
		{"trace=read | status=failed", "ro"},
		{"trace=read,close & duration>1us", "c"},
		{"trace=read|trace=close&duration>1us", "rc"},
		{"(trace=read|trace=openat)&status=failed", "o"},
		{"!status=failed", "rc"},
		{"!trace=read,close", "o"},
		{"!(trace=read|status=failed)", "c"},
		{"trace=!read & status=successful", "c"},
		{"trace=!read,close & status=failed", "o"},
		{"status=failed|(fd=3&duration>1us)", "oc"},
		{"read | status=failed", "ro"},
		{"status=failed | read", "ro"},
		{"%desc & !(duration<1us)", "c"},
		{"trace=none | fd=3", "rc"},
		{"trace=(openat|status=successful)&/^[oc]/", "oc"},
	};
	struct event *calls[] = {timed_call(CALL_read, 1, 100, 3),
		timed_call(CALL_openat, -2, 200, (uint64_t)-100),
		timed_call(CALL_close, 0, 5000, 3)};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *f = filter_of(cases[i].spec);

		for (size_t j = 0; j < 3; j++)
			if (filter_match(f, calls[j], NULL) != !!strchr(cases[i].passes, "roc"[j]))
				fail_msg("'%s': %c", cases[i].spec, "roc"[j]);
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(a_later_one_replaces_those_whose_keys_it_has)
{
	static const struct {
		const char *first, *second, *passes;
	} cases[] = {
		{"trace=read", "trace=close", "c"},
		{"trace=read,openat", "status=failed", "o"},
		{"status=failed", "status=successful", "rc"},
		{"trace=read", "trace=close|status=failed", "oc"},
		{"trace=close|status=failed", "trace=openat,read", "o"},
		{"duration>1us|status=failed", "status=failed|duration<150ns", "ro"},
	};
	struct event *calls[] = {timed_call(CALL_read, 1, 100, 3),
		timed_call(CALL_openat, -2, 200, (uint64_t)-100),
		timed_call(CALL_close, 0, 5000, 3)};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *f = filter_of(cases[i].first);

		assert_int_equal(filter_add(f, cases[i].second, NULL), 0);
		for (size_t j = 0; j < 3; j++)
			if (filter_match(f, calls[j], NULL) != !!strchr(cases[i].passes, "roc"[j]))
				fail_msg("'%s', '%s': %c", cases[i].first, cases[i].second,
					"roc"[j]);
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(entries_pass_if_the_call_will)
{
	static const struct {
		const char *spec;
		bool pass;
	} cases[] = {
		{"trace=read", true},
		{"status=all", true},
		{"status=failed", false},
		{"duration>1ms", false},
		{"fd=3", true},
		{"fd=4", false},
		{"trace=read | status=failed", true},
		{"trace=close & status=failed", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *f = filter_of(cases[i].spec);
		struct event *ev = build_call(1, 1, CALL_read, 0, 3);

		ev->kind = EV_CALL_ENTER;
		if (filter_match(f, ev, NULL) != cases[i].pass)
			fail_msg("'%s'", cases[i].spec);
		filter_destroy(f);
	}
	event_build_reset();
}
