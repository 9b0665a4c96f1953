#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "event_build.h"
#include "track/track.h"
#include "util/arena.h"

#define CWD ((uint64_t)AT_FDCWD)

static void feed(struct track *t, const struct event *ev)
{
	assert_int_equal(track_sink.event(t, ev, NULL), 0);
}

/* As an engine tells it at start: tasks 1 with descriptors 0-2 and a working directory. */
static struct track *track_with(int pid, const char *cwd)
{
	struct track *t = track_create();
	struct event *ev = event_build(EV_ATTACH, pid, pid);

	ev->state.path = "start";
	feed(t, ev);
	for (int fd = 0; fd < 3; fd++) {
		ev = event_build(EV_FD, pid, pid);
		ev->state.fd = fd;
		ev->state.flags = O_RDWR;
		ev->state.path = "/dev/tty";
		feed(t, ev);
	}
	ev = event_build(EV_CWD, pid, pid);
	ev->state.path = cwd;
	feed(t, ev);
	return t;
}

static void finish(struct track *t)
{
	track_destroy(t);
	event_build_reset();
}

static void feed_open(struct track *t, int pid, const char *path, int flags, int ret)
{
	feed(t, build_string(build_call(pid, pid, CALL_openat, ret, CWD, 0, flags), 1, path));
}

static void feed_close(struct track *t, int pid, int fd)
{
	feed(t, build_call(pid, pid, CALL_close, 0, fd));
}

static void feed_exec(struct track *t, int pid, int old_tid, const char *path)
{
	struct event *ev = event_build(EV_EXEC, pid, pid);

	ev->exec.old_tid = old_tid;
	ev->exec.path = path;
	feed(t, ev);
}

static void feed_exit(struct track *t, int pid, int tid)
{
	feed(t, event_build(EV_EXIT, pid, tid));
}

static void feed_paths(struct track *t, int pid, enum call_id id, const char *from, const char *to)
{
	struct event *ev = build_call(pid, pid, id, 0);

	build_string(ev, 0, from);
	if (to)
		build_string(ev, 1, to);
	feed(t, ev);
}

/* So that the views of what a call found and left are the same. */
static void feed_nothing(struct track *t)
{
	feed(t, build_call(9999, 9999, CALL_getpid, 9999));
}

static void expect_path(struct track *t, int pid, int fd, const char *path)
{
	const struct track_file *f = track_fd(t, pid, fd, TRACK_AFTER);

	if (!path) {
		if (f)
			fail_msg("%d of %d is open: %s", fd, pid, f->path ? f->path : "?");
		return;
	}
	if (!f)
		fail_msg("%d of %d is not open, should be %s", fd, pid, path);
	if (!f->path)
		fail_msg("%d of %d is not known, should be %s", fd, pid, path);
	assert_string_equal(f->path, path);
}

static void expect_kind(struct track *t, int pid, int fd, enum track_kind kind)
{
	const struct track_file *f = track_fd(t, pid, fd, TRACK_AFTER);

	if (!f)
		fail_msg("%d of %d is not open", fd, pid);
	assert_int_equal(f->kind, kind);
}

static uint64_t id_of(struct track *t, int pid, int fd)
{
	const struct track_file *f = track_fd(t, pid, fd, TRACK_AFTER);

	if (!f)
		fail_msg("%d of %d is not open", fd, pid);
	return f->id;
}

static void expect_cwd(struct track *t, int pid, const char *path)
{
	const char *cwd = track_cwd(t, pid);

	if (!path) {
		assert_null(cwd);
		return;
	}
	if (!cwd)
		fail_msg("the working directory of %d is not known, should be %s", pid, path);
	assert_string_equal(cwd, path);
}

TEST(state_at_start)
{
	struct track *t = track_with(1, "/home/me");
	struct event *ev = event_build(EV_FD, 1, 1);

	expect_path(t, 1, 0, "/dev/tty");
	expect_path(t, 1, 3, NULL);
	expect_cwd(t, 1, "/home/me");
	assert_int_equal(track_pid_of(t, 1), 1);
	assert_int_equal(track_pid_of(t, 2), -1);
	assert_string_equal(track_comm(t, 1), "start");
	assert_null(track_comm(t, 2));
	assert_null(track_fd(t, 2, 0, TRACK_AFTER));
	assert_null(track_cwd(t, 2));
	ev->state.fd = 7;
	ev->state.path = "socket:[12]";
	ev->state.flags = O_RDWR | O_CLOEXEC;
	feed(t, ev);
	expect_kind(t, 1, 7, TRACK_SOCKET);
	expect_path(t, 1, 7, "socket:[12]");
	assert_true(track_fd_cloexec(t, 1, 7));
	assert_int_equal(track_fd(t, 1, 7, TRACK_AFTER)->flags, O_RDWR);
	assert_int_equal(track_fd(t, 1, 7, TRACK_AFTER)->family, -1);
	ev = event_build(EV_FD, 1, 1);
	ev->state.fd = 8;
	ev->state.path = "/tmp/gone (deleted)";
	feed(t, ev);
	expect_path(t, 1, 8, "/tmp/gone");
	assert_true(track_fd(t, 1, 8, TRACK_AFTER)->deleted);
	finish(t);
}

static const struct {
	const char *cwd, *path, *expected;
} names[] = {
	{"/a/b", "x", "/a/b/x"},
	{"/a/b", "./x", "/a/b/x"},
	{"/a/b", "../x", "/a/x"},
	{"/a/b", "../../../x", "/x"},
	{"/a/b", "c/../d//e/./f/", "/a/b/d/e/f"},
	{"/a/b", "/x//y", "/x/y"},
	{"/a/b", "/", "/"},
	{"/a/b", "//", "/"},
	{"/a/b", "..", "/a"},
	{"/a/b", "../..", "/"},
	{"/a/b", ".", "/a/b"},
	{"/a/b", "", "/a/b"},
	{"/a/b", "...", "/a/b/..."},
	{"/a/b", "..x/.y", "/a/b/..x/.y"},
	{"/", "x", "/x"},
	{"/", "..", "/"},
};

TEST(names_are_made_absolute)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct track *t = track_with(1, names[i].cwd);
		struct arena a = ARENA_INIT;

		assert_string_equal(
			track_resolve(t, &a, 1, AT_FDCWD, names[i].path), names[i].expected);
		feed_open(t, 1, names[i].path, O_RDONLY, 3);
		expect_path(t, 1, 3, names[i].expected);
		/* and against a descriptor, whatever the working directory */
		feed_open(t, 1, names[i].cwd, O_RDONLY, 4);
		feed_paths(t, 1, CALL_chdir, "/elsewhere", NULL);
		feed(t, build_string(build_call(1, 1, CALL_openat, 5, 4, 0, 0), 1, names[i].path));
		expect_path(t, 1, 5, names[i].expected);
		arena_deinit(&a);
		finish(t);
	}
}

TEST(unknown_bases_give_no_names)
{
	struct track *t = track_create();
	struct arena a = ARENA_INIT;

	/* a process whose start was not seen */
	feed_open(t, 5, "x", O_RDONLY, 3);
	expect_kind(t, 5, 3, TRACK_FILE);
	assert_null(track_fd(t, 5, 3, TRACK_AFTER)->path);
	assert_string_equal(track_resolve(t, &a, 5, AT_FDCWD, "x/../y"), "x/../y");
	feed_open(t, 5, "/x", O_RDONLY, 4);
	expect_path(t, 5, 4, "/x");
	/* a path that was not captured, one that was cut */
	feed(t, build_call(5, 5, CALL_openat, 6, CWD, 0x1000));
	assert_null(track_fd(t, 5, 6, TRACK_AFTER)->path);
	feed(t, build_bytes(build_call(5, 5, CALL_openat, 7, CWD), 1, CAPTURE_AT_ENTER, "/abc", 4));
	assert_null(track_fd(t, 5, 7, TRACK_AFTER)->path);
	/* against a descriptor that is no file */
	feed(t, build_call(5, 5, CALL_epoll_create1, 8));
	feed(t, build_string(build_call(5, 5, CALL_openat, 9, 8), 1, "x"));
	assert_null(track_fd(t, 5, 9, TRACK_AFTER)->path);
	arena_deinit(&a);
	finish(t);
}

TEST(ways_to_open)
{
	struct track *t = track_with(1, "/w");
	struct {
		uint64_t flags, mode, resolve;
	} how = {O_RDWR | O_CLOEXEC | O_CREAT, 0, 0}, in_root = {0, 0, 0x10};
	struct event *ev;

	feed(t, build_string(
			build_call(1, 1, CALL_open, 3, 0, O_RDWR | O_CREAT | O_TRUNC), 0, "a"));
	expect_path(t, 1, 3, "/w/a");
	assert_int_equal(track_fd(t, 1, 3, TRACK_AFTER)->flags, O_RDWR);
	assert_false(track_fd_cloexec(t, 1, 3));
	feed(t, build_string(build_call(1, 1, CALL_creat, 4, 0, 0644), 0, "b"));
	expect_path(t, 1, 4, "/w/b");
	assert_int_equal(track_fd(t, 1, 4, TRACK_AFTER)->flags, O_WRONLY);
	ev = build_string(build_call(1, 1, CALL_openat2, 5, CWD), 1, "c");
	build_bytes(ev, 2, CAPTURE_AT_ENTER, &how, sizeof(how));
	feed(t, ev);
	expect_path(t, 1, 5, "/w/c");
	assert_true(track_fd_cloexec(t, 1, 5));
	assert_int_equal(track_fd(t, 1, 5, TRACK_AFTER)->flags, O_RDWR);
	ev = build_string(build_call(1, 1, CALL_openat2, 6, 3), 1, "/../../x/../y");
	build_bytes(ev, 2, CAPTURE_AT_ENTER, &in_root, sizeof(in_root));
	feed(t, ev);
	expect_path(t, 1, 6, "/w/a/y");
	feed_open(t, 1, "/tmp", O_TMPFILE | O_RDWR, 7);
	expect_kind(t, 1, 7, TRACK_FILE);
	assert_null(track_fd(t, 1, 7, TRACK_AFTER)->path);
	assert_true(track_fd(t, 1, 7, TRACK_AFTER)->deleted);
	finish(t);
}

TEST(failed_and_unfinished_calls_change_nothing)
{
	struct track *t = track_with(1, "/w");
	struct event *ev;

	feed_open(t, 1, "x", O_RDONLY, -2);
	feed_open(t, 1, "x", O_RDONLY, -512); /* to be restarted */
	feed(t, build_call(1, 1, CALL_dup2, -EBADF, 0, 1));
	feed(t, build_call(1, 1, CALL_close, -EBADF, 0));
	feed(t, build_string(build_call(1, 1, CALL_chdir, -2), 0, "/x"));
	ev = build_call(1, 1, CALL_close, 0, 0);
	ev->call.flags = CALL_UNFINISHED;
	feed(t, ev);
	ev = build_string(build_call(1, 1, CALL_openat, 3, CWD), 1, "y");
	ev->call.flags = CALL_UNFINISHED | CALL_DETACHED;
	feed(t, ev);
	for (int fd = 0; fd < 3; fd++)
		expect_path(t, 1, fd, "/dev/tty");
	expect_path(t, 1, 3, NULL);
	feed_nothing(t);
	expect_cwd(t, 1, "/w");
	/* whatever else close reports, the number is free */
	feed(t, build_call(1, 1, CALL_close, -EIO, 2));
	expect_path(t, 1, 2, NULL);
	/* no entry was seen: there is a descriptor, but of what */
	ev = build_call(1, 1, CALL_openat, 3, CWD, 0, O_CLOEXEC);
	ev->call.flags = CALL_NO_ENTER;
	feed(t, ev);
	expect_kind(t, 1, 3, TRACK_UNKNOWN);
	ev = build_call(1, 1, CALL_close, 0, 0);
	ev->call.flags = CALL_NO_ENTER;
	feed(t, ev);
	expect_path(t, 1, 0, "/dev/tty");
	finish(t);
}

TEST(a_call_that_was_not_made_changes_nothing)
{
	struct track *t = track_create();
	struct event *ev;

	feed(t, build_string(build_call(1, 1, CALL_open, 3, 0, 0), 0, "/first"));
	ev = build_call(1, 1, CALL_close, 0, 3);
	ev->call.flags |= CALL_INJECTED;
	feed(t, ev);
	ev = build_string(build_call(1, 1, CALL_open, 3, 0, 0), 0, "/second");
	ev->call.flags |= CALL_INJECTED;
	feed(t, ev);
	assert_string_equal(track_fd(t, 1, 3, TRACK_AFTER)->path, "/first");
	track_destroy(t);
	event_build_reset();
}

TEST(before_and_after)
{
	struct track *t = track_with(1, "/w");
	struct arena a = ARENA_INIT;

	feed_open(t, 1, "a", O_RDONLY, 3);
	assert_null(track_fd(t, 1, 3, TRACK_BEFORE));
	expect_path(t, 1, 3, "/w/a");
	feed_close(t, 1, 3);
	assert_string_equal(track_fd(t, 1, 3, TRACK_BEFORE)->path, "/w/a");
	assert_null(track_fd(t, 1, 3, TRACK_AFTER));
	/* the same number again */
	feed_open(t, 1, "b", O_RDONLY, 3);
	assert_null(track_fd(t, 1, 3, TRACK_BEFORE));
	expect_path(t, 1, 3, "/w/b");
	feed(t, build_call(1, 1, CALL_dup2, 3, 0, 3));
	assert_string_equal(track_fd(t, 1, 3, TRACK_BEFORE)->path, "/w/b");
	assert_string_equal(track_fd(t, 1, 3, TRACK_AFTER)->path, "/dev/tty");
	feed(t, build_call(1, 1, CALL_close_range, 0, 0, UINT32_MAX));
	for (int fd = 0; fd < 4; fd++) {
		assert_string_equal(track_fd(t, 1, fd, TRACK_BEFORE)->path, "/dev/tty");
		assert_null(track_fd(t, 1, fd, TRACK_AFTER));
	}
	feed_nothing(t);
	assert_null(track_fd(t, 1, 0, TRACK_BEFORE));
	/* directories: what a call's own arguments meant */
	feed_paths(t, 1, CALL_chdir, "sub", NULL);
	expect_cwd(t, 1, "/w");
	assert_string_equal(track_resolve(t, &a, 1, AT_FDCWD, "sub"), "/w/sub");
	feed_nothing(t);
	expect_cwd(t, 1, "/w/sub");
	/* renamed by the call itself */
	feed_open(t, 1, "/w/sub", O_DIRECTORY, 4);
	feed_paths(t, 1, CALL_rename, "../sub", "/z/other");
	assert_string_equal(track_fd(t, 1, 4, TRACK_BEFORE)->path, "/w/sub");
	assert_string_equal(track_resolve(t, &a, 1, AT_FDCWD, "../sub"), "/w/sub");
	expect_path(t, 1, 4, "/z/other");
	feed_paths(t, 1, CALL_rmdir, "/z/other", NULL);
	assert_false(track_fd(t, 1, 4, TRACK_BEFORE)->deleted);
	assert_true(track_fd(t, 1, 4, TRACK_AFTER)->deleted);
	/* the process is asked about when it has ended */
	feed_exit(t, 1, 1);
	expect_path(t, 1, 4, "/z/other");
	assert_int_equal(track_pid_of(t, 1), 1);
	feed_nothing(t);
	assert_null(track_fd(t, 1, 4, TRACK_BEFORE));
	assert_int_equal(track_pid_of(t, 1), -1);
	arena_deinit(&a);
	finish(t);
}

TEST(copies_are_one_description)
{
	struct track *t = track_with(1, "/w");
	uint64_t id;

	feed_open(t, 1, "a", O_RDONLY | O_CLOEXEC, 3);
	id = id_of(t, 1, 3);
	feed(t, build_call(1, 1, CALL_dup, 4, 3));
	feed(t, build_call(1, 1, CALL_dup2, 10, 3, 10));
	feed(t, build_call(1, 1, CALL_dup3, 11, 3, 11, O_CLOEXEC));
	feed(t, build_call(1, 1, CALL_fcntl, 12, 3, F_DUPFD, 12));
	feed(t, build_call(1, 1, CALL_fcntl, 13, 3, F_DUPFD_CLOEXEC, 12));
	for (int fd = 10; fd < 14; fd++) {
		assert_int_equal(id_of(t, 1, fd), id);
		expect_path(t, 1, fd, "/w/a");
	}
	assert_true(track_fd_cloexec(t, 1, 3));
	assert_false(track_fd_cloexec(t, 1, 4));
	assert_false(track_fd_cloexec(t, 1, 10));
	assert_true(track_fd_cloexec(t, 1, 11));
	assert_false(track_fd_cloexec(t, 1, 12));
	assert_true(track_fd_cloexec(t, 1, 13));
	/* onto itself: nothing changes, FD_CLOEXEC neither */
	feed(t, build_call(1, 1, CALL_dup2, 3, 3, 3));
	assert_true(track_fd_cloexec(t, 1, 3));
	feed(t, build_call(1, 1, CALL_fcntl, 0, 3, F_SETFD, 0));
	assert_false(track_fd_cloexec(t, 1, 3));
	feed(t, build_call(1, 1, CALL_fcntl, 0, 3, F_SETFD, FD_CLOEXEC));
	assert_true(track_fd_cloexec(t, 1, 3));
	feed(t, build_call(1, 1, CALL_ioctl, 0, 3, 0x5450)); /* FIONCLEX */
	assert_false(track_fd_cloexec(t, 1, 3));
	feed(t, build_call(1, 1, CALL_ioctl, 0, 3, 0x5451)); /* FIOCLEX */
	assert_true(track_fd_cloexec(t, 1, 3));
	/* status flags belong to the description */
	feed(t, build_call(1, 1, CALL_fcntl, 0, 3, F_SETFL, O_APPEND | O_NONBLOCK | O_RDWR));
	assert_int_equal(track_fd(t, 1, 12, TRACK_AFTER)->flags, O_APPEND | O_NONBLOCK);
	feed(t, build_call(1, 1, CALL_fcntl, 0, 12, F_SETFL, 0));
	assert_int_equal(track_fd(t, 1, 3, TRACK_AFTER)->flags, O_RDONLY);
	/* a copy of what is not known is open too */
	feed(t, build_call(1, 1, CALL_dup, 14, 77));
	expect_kind(t, 1, 14, TRACK_UNKNOWN);
	feed_close(t, 1, 3);
	expect_path(t, 1, 4, "/w/a");
	finish(t);
}

TEST(close_range_flags)
{
	struct track *t = track_with(1, "/w");

	for (int fd = 3; fd < 10; fd++)
		feed_open(t, 1, "a", O_RDONLY, fd);
	feed_open(t, 1, "a", O_RDONLY, 500000);
	feed(t, build_call(1, 1, CALL_close_range, 0, 5, 7, CLOSE_RANGE_CLOEXEC));
	assert_false(track_fd_cloexec(t, 1, 4));
	assert_true(track_fd_cloexec(t, 1, 5));
	assert_true(track_fd_cloexec(t, 1, 7));
	assert_false(track_fd_cloexec(t, 1, 8));
	feed(t, build_call(1, 1, CALL_close_range, 0, 8, UINT32_MAX));
	expect_path(t, 1, 7, "/w/a");
	expect_path(t, 1, 8, NULL);
	expect_path(t, 1, 500000, NULL);
	/* shared tables: with UNSHARE only the caller's changes */
	feed(t, build_fork(1, 2, 2, FORK_SHARES_FILES));
	feed(t, build_call(2, 2, CALL_close_range, 0, 3, 4, 0));
	expect_path(t, 1, 3, NULL);
	feed(t, build_call(2, 2, CALL_close_range, 0, 5, 5, CLOSE_RANGE_UNSHARE));
	expect_path(t, 2, 5, NULL);
	expect_path(t, 1, 5, "/w/a");
	finish(t);
}

TEST(pipes_and_other_kinds)
{
	static const struct {
		enum call_id id;
		uint64_t args[5];
		const char *path;
		bool cloexec;
	} kinds[] = {
		{CALL_eventfd, {0}, "anon_inode:[eventfd]", false},
		{CALL_eventfd2, {0, O_CLOEXEC}, "anon_inode:[eventfd]", true},
		{CALL_epoll_create, {1}, "anon_inode:[eventpoll]", false},
		{CALL_epoll_create1, {O_CLOEXEC}, "anon_inode:[eventpoll]", true},
		{CALL_timerfd_create, {1, O_NONBLOCK}, "anon_inode:[timerfd]", false},
		{CALL_signalfd4, {UINT64_MAX, 0, 8, O_CLOEXEC}, "anon_inode:[signalfd]", true},
		{CALL_inotify_init1, {O_CLOEXEC}, "anon_inode:inotify", true},
		{CALL_fanotify_init, {1}, "anon_inode:[fanotify]", true},
		{CALL_userfaultfd, {0}, "anon_inode:[userfaultfd]", false},
		{CALL_io_uring_setup, {8}, "anon_inode:[io_uring]", true},
		{CALL_perf_event_open, {0, 0, 0, 0, 8}, "anon_inode:[perf_event]", true},
		{CALL_pidfd_open, {1}, "anon_inode:[pidfd]", true},
		{CALL_bpf, {5}, "anon_inode:bpf-prog", true},
	};
	struct track *t = track_with(1, "/w");
	int32_t ends[2] = {20, 21};
	const struct track_file *f;
	struct event *ev;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const uint64_t *args = kinds[i].args;

		feed(t, build_call(
				1, 1, kinds[i].id, 3, args[0], args[1], args[2], args[3], args[4]));
		expect_kind(t, 1, 3, TRACK_ANON);
		expect_path(t, 1, 3, kinds[i].path);
		assert_int_equal(track_fd_cloexec(t, 1, 3), kinds[i].cloexec);
	}
	feed(t, build_call(1, 1, CALL_signalfd4, 3, 3)); /* an existing one: no change */
	expect_path(t, 1, 3, "anon_inode:bpf-prog");
	feed(t, build_call(1, 1, CALL_bpf, 3, 1)); /* look up an element: no descriptor */
	expect_path(t, 1, 3, "anon_inode:bpf-prog");
	feed(t, build_bytes(build_call(1, 1, CALL_pipe2, 0, 0, O_CLOEXEC), 0, CAPTURE_AT_EXIT, ends,
			sizeof(ends)));
	expect_kind(t, 1, 20, TRACK_PIPE);
	expect_kind(t, 1, 21, TRACK_PIPE);
	assert_true(track_fd_cloexec(t, 1, 20));
	f = track_fd(t, 1, 20, TRACK_AFTER);
	assert_null(f->path);
	assert_int_equal(f->flags, O_RDONLY);
	assert_int_equal(f->peer_id, id_of(t, 1, 21));
	assert_int_equal(track_fd(t, 1, 21, TRACK_AFTER)->flags, O_WRONLY);
	assert_int_equal(track_fd(t, 1, 21, TRACK_AFTER)->peer_id, f->id);
	feed(t, build_call(1, 1, CALL_pipe, 0, 0x1000)); /* not captured */
	ev = build_string(build_call(1, 1, CALL_memfd_create, 5, 0, 1), 0, "shm");
	feed(t, ev);
	expect_kind(t, 1, 5, TRACK_MEMFD);
	expect_path(t, 1, 5, "/memfd:shm");
	assert_true(track_fd(t, 1, 5, TRACK_AFTER)->deleted);
	assert_true(track_fd_cloexec(t, 1, 5));
	finish(t);
}

TEST(fork_copies_or_shares)
{
	struct track *t = track_with(1, "/w");

	feed_open(t, 1, "a", O_RDONLY, 3);
	feed(t, build_fork(1, 2, 2, 0));
	assert_int_equal(id_of(t, 1, 3), id_of(t, 2, 3));
	feed_close(t, 2, 3);
	expect_path(t, 1, 3, "/w/a");
	feed_open(t, 2, "b", O_RDONLY, 3);
	expect_path(t, 1, 3, "/w/a");
	expect_path(t, 2, 3, "/w/b");
	feed_paths(t, 2, CALL_chdir, "/x", NULL);
	feed_nothing(t);
	expect_cwd(t, 1, "/w");
	expect_cwd(t, 2, "/x");
	assert_string_equal(track_comm(t, 2), "start");
	/* clone(CLONE_FILES | CLONE_FS) without CLONE_THREAD */
	feed(t, build_fork(1, 4, 4, FORK_SHARES_FILES | FORK_SHARES_FS));
	feed_close(t, 4, 3);
	expect_path(t, 1, 3, NULL);
	feed_paths(t, 4, CALL_chdir, "/y", NULL);
	feed_nothing(t);
	expect_cwd(t, 1, "/y");
	/* unshare, then each has its own */
	feed(t, build_call(4, 4, CALL_unshare, 0, CLONE_FILES | CLONE_FS));
	feed_open(t, 4, "c", O_RDONLY, 5);
	expect_path(t, 1, 5, NULL);
	feed_paths(t, 4, CALL_chdir, "/z", NULL);
	feed_nothing(t);
	expect_cwd(t, 1, "/y");
	expect_cwd(t, 4, "/z");
	feed_exit(t, 4, 4);
	feed_exit(t, 2, 2);
	feed_nothing(t);
	expect_path(t, 1, 0, "/dev/tty");
	finish(t);
}

TEST(threads_share)
{
	struct track *t = track_with(1, "/w");

	feed(t, build_fork(1, 1, 11,
			FORK_THREAD | FORK_SHARES_VM | FORK_SHARES_FILES | FORK_SHARES_FS));
	assert_int_equal(track_pid_of(t, 11), 1);
	feed(t, build_string(build_call(1, 11, CALL_openat, 3, CWD), 1, "a"));
	expect_path(t, 1, 3, "/w/a");
	feed(t, build_string(build_call(1, 11, CALL_chdir, 0), 0, "/x"));
	feed_nothing(t);
	expect_cwd(t, 1, "/x");
	/* the leader may end first */
	feed_exit(t, 1, 1);
	feed_nothing(t);
	expect_path(t, 1, 3, "/w/a");
	assert_int_equal(track_pid_of(t, 1), -1);
	feed_exit(t, 1, 11);
	feed_nothing(t);
	expect_path(t, 1, 3, NULL);
	finish(t);
}

TEST(a_thread_may_unshare)
{
	struct track *t = track_with(1, "/w");

	feed(t, build_fork(1, 1, 11,
			FORK_THREAD | FORK_SHARES_VM | FORK_SHARES_FILES | FORK_SHARES_FS));
	feed_open(t, 1, "a", O_RDONLY, 3);
	feed(t, build_call(1, 11, CALL_unshare, 0, CLONE_FILES | CLONE_FS));
	feed(t, build_call(1, 11, CALL_close, 0, 3));
	assert_null(track_fd(t, 1, 3, TRACK_AFTER)); /* as the thread sees it */
	assert_string_equal(track_fd(t, 1, 3, TRACK_BEFORE)->path, "/w/a");
	feed(t, build_string(build_call(1, 11, CALL_chdir, 0), 0, "/x"));
	feed(t, build_call(1, 11, CALL_getpid, 1));
	expect_cwd(t, 1, "/x");
	feed(t, build_call(1, 1, CALL_getpid, 1));
	expect_path(t, 1, 3, "/w/a");
	expect_cwd(t, 1, "/w");
	/* its children inherit what is its own */
	{
		struct event *ev = event_build(EV_FORK, 1, 11);

		ev->fork.child_pid = ev->fork.child_tid = 20;
		feed(t, ev);
	}
	expect_path(t, 20, 3, NULL);
	expect_cwd(t, 20, "/x");
	/* it execs: what is its own becomes the process's */
	feed_exit(t, 1, 1);
	feed_exec(t, 1, 11, "/bin/x");
	assert_int_equal(track_pid_of(t, 11), -1);
	assert_int_equal(track_pid_of(t, 1), 1);
	expect_path(t, 1, 3, NULL);
	expect_path(t, 1, 0, "/dev/tty");
	expect_cwd(t, 1, "/x");
	finish(t);
}

TEST(exec_closes_and_unshares)
{
	struct track *t = track_with(1, "/w");

	feed_open(t, 1, "keep", O_RDONLY, 3);
	feed_open(t, 1, "close", O_RDONLY | O_CLOEXEC, 4);
	feed_open(t, 1, "far", O_RDONLY | O_CLOEXEC, 70000);
	feed(t, build_fork(1, 2, 2, FORK_SHARES_FILES | FORK_SHARES_VM | FORK_VFORK));
	feed(t, build_call(2, 2, CALL_dup2, 5, 4, 5));
	expect_path(t, 1, 5, "/w/close"); /* still shared */
	feed_exec(t, 2, 2, "/usr/bin/a-rather-long-name");
	assert_string_equal(track_fd(t, 2, 4, TRACK_BEFORE)->path, "/w/close");
	expect_path(t, 2, 3, "/w/keep");
	expect_path(t, 2, 4, NULL);
	expect_path(t, 2, 5, "/w/close");
	expect_path(t, 2, 70000, NULL);
	expect_path(t, 1, 4, "/w/close");
	expect_path(t, 1, 70000, "/w/far");
	assert_string_equal(track_comm(t, 2), "a-rather-long-n");
	assert_string_equal(track_comm(t, 1), "start");
	feed_close(t, 2, 3);
	expect_path(t, 1, 3, "/w/keep");
	finish(t);
}

TEST(exec_from_a_thread)
{
	struct track *t = track_with(1, "/w");

	feed(t, build_fork(1, 1, 11,
			FORK_THREAD | FORK_SHARES_VM | FORK_SHARES_FILES | FORK_SHARES_FS));
	feed(t, build_fork(1, 1, 12,
			FORK_THREAD | FORK_SHARES_VM | FORK_SHARES_FILES | FORK_SHARES_FS));
	feed_open(t, 1, "a", O_RDONLY, 3);
	feed_exit(t, 1, 1);
	feed_exit(t, 1, 12);
	feed_exec(t, 1, 11, "/bin/x");
	expect_path(t, 1, 3, "/w/a");
	assert_int_equal(track_pid_of(t, 1), 1);
	assert_int_equal(track_pid_of(t, 11), -1);
	assert_int_equal(track_pid_of(t, 12), -1);
	assert_string_equal(track_comm(t, 1), "x");
	feed_exit(t, 1, 1);
	feed_nothing(t);
	expect_path(t, 1, 3, NULL);
	finish(t);
}

TEST(fork_dup_cloexec_exec_chain)
{
	struct track *t = track_with(1, "/w");
	int32_t ends[2] = {3, 4};

	/* a shell's `a | b` */
	feed(t, build_bytes(build_call(1, 1, CALL_pipe2, 0, 0, O_CLOEXEC), 0, CAPTURE_AT_EXIT, ends,
			sizeof(ends)));
	feed(t, build_fork(1, 2, 2, 0));
	feed(t, build_call(2, 2, CALL_dup2, 1, 4, 1));
	feed_exec(t, 2, 2, "/bin/a");
	feed(t, build_fork(1, 3, 3, 0));
	feed(t, build_call(3, 3, CALL_dup2, 0, 3, 0));
	feed_exec(t, 3, 3, "/bin/b");
	feed_close(t, 1, 3);
	feed_close(t, 1, 4);
	feed_nothing(t);
	expect_kind(t, 2, 1, TRACK_PIPE);
	expect_kind(t, 3, 0, TRACK_PIPE);
	expect_path(t, 2, 3, NULL);
	expect_path(t, 2, 4, NULL);
	expect_path(t, 3, 3, NULL);
	expect_path(t, 2, 0, "/dev/tty");
	assert_int_equal(track_fd(t, 2, 1, TRACK_AFTER)->peer_id, id_of(t, 3, 0));
	finish(t);
}

TEST(renames_reach_everything_below)
{
	struct track *t = track_with(1, "/w");
	struct track_mapping map;

	feed_open(t, 1, "dir", O_DIRECTORY, 3);
	feed_open(t, 1, "dir/a", O_RDONLY, 4);
	feed_open(t, 1, "dir2/a", O_RDONLY, 5);
	feed(t, build_call(1, 1, CALL_mmap, 0x10000, 0, 0x1000, 1, 2, 4));
	feed(t, build_fork(1, 2, 2, 0));
	feed_paths(t, 2, CALL_chdir, "dir/sub", NULL);
	feed_paths(t, 1, CALL_rename, "dir", "/new/place");
	feed_nothing(t);
	for (int pid = 1; pid < 3; pid++) {
		expect_path(t, pid, 3, "/new/place");
		expect_path(t, pid, 4, "/new/place/a");
		expect_path(t, pid, 5, "/w/dir2/a");
		assert_true(track_mapping_at(t, pid, 0x10000, &map));
		assert_string_equal(map.path, "/new/place/a");
	}
	expect_cwd(t, 2, "/new/place/sub");
	expect_cwd(t, 1, "/w");
	/* what is opened under the old name is another file */
	feed_open(t, 1, "dir/a", O_RDONLY, 6);
	expect_path(t, 1, 6, "/w/dir/a");
	expect_path(t, 1, 4, "/new/place/a");
	/* relative to descriptors */
	{
		struct event *ev = build_call(1, 1, CALL_renameat, 0, 3, 0, CWD, 0);

		build_string(ev, 1, "a");
		build_string(ev, 3, "b");
		feed(t, ev);
	}
	expect_path(t, 1, 4, "/w/b");
	assert_false(track_fd(t, 1, 4, TRACK_AFTER)->deleted);
	/* to a place that is not known */
	feed(t, build_string(build_call(1, 1, CALL_rename, 0, 0, 0x1000), 0, "/w/b"));
	assert_null(track_fd(t, 1, 4, TRACK_AFTER)->path);
	assert_string_equal(track_fd(t, 1, 4, TRACK_BEFORE)->path, "/w/b");
	feed_nothing(t);
	assert_null(track_fd(t, 1, 4, TRACK_BEFORE)->path);
	finish(t);
}

TEST(rename_over_and_exchange)
{
	struct track *t = track_with(1, "/w");
	struct event *ev;

	feed_open(t, 1, "new", O_RDWR, 3);
	feed_open(t, 1, "old", O_RDWR, 4);
	feed_paths(t, 1, CALL_rename, "new", "old");
	expect_path(t, 1, 3, "/w/old");
	assert_false(track_fd(t, 1, 3, TRACK_AFTER)->deleted);
	expect_path(t, 1, 4, "/w/old");
	assert_true(track_fd(t, 1, 4, TRACK_AFTER)->deleted);
	/* onto itself */
	feed_paths(t, 1, CALL_rename, "old", "./old");
	assert_false(track_fd(t, 1, 3, TRACK_AFTER)->deleted);
	feed_open(t, 1, "x/1", O_RDWR, 5);
	feed_open(t, 1, "y/2", O_RDWR, 6);
	ev = build_call(1, 1, CALL_renameat2, 0, CWD, 0, CWD, 0, 2);
	build_string(ev, 1, "x");
	build_string(ev, 3, "y");
	feed(t, ev);
	expect_path(t, 1, 5, "/w/y/1");
	expect_path(t, 1, 6, "/w/x/2");
	assert_false(track_fd(t, 1, 6, TRACK_AFTER)->deleted);
	finish(t);
}

TEST(unlink_marks_deleted)
{
	struct track *t = track_with(1, "/w");

	feed_open(t, 1, "a", O_RDWR, 3);
	feed_open(t, 1, "a", O_RDWR, 4);
	assert_int_not_equal(id_of(t, 1, 3), id_of(t, 1, 4));
	feed_paths(t, 1, CALL_unlink, "a", NULL);
	assert_true(track_fd(t, 1, 3, TRACK_AFTER)->deleted);
	assert_true(track_fd(t, 1, 4, TRACK_AFTER)->deleted);
	feed_open(t, 1, "a", O_RDWR, 5);
	assert_false(track_fd(t, 1, 5, TRACK_AFTER)->deleted);
	assert_true(track_fd(t, 1, 3, TRACK_AFTER)->deleted);
	/* a deleted file no longer moves with its directory */
	feed_paths(t, 1, CALL_rename, "/w", "/v");
	expect_path(t, 1, 3, "/w/a");
	expect_path(t, 1, 5, "/v/a");
	feed(t, build_string(build_call(1, 1, CALL_unlinkat, 0, CWD, 0, 0), 1, "a"));
	assert_true(track_fd(t, 1, 5, TRACK_AFTER)->deleted);
	finish(t);
}

TEST(other_roots)
{
	struct track *t = track_with(1, "/");
	struct arena a = ARENA_INIT;

	feed_open(t, 1, "/etc", O_DIRECTORY, 3);
	feed_paths(t, 1, CALL_chroot, "/jail", NULL);
	feed_paths(t, 1, CALL_chdir, "/", NULL);
	feed_open(t, 1, "/etc/passwd", O_RDONLY, 4);
	expect_path(t, 1, 4, "/jail/etc/passwd");
	feed_open(t, 1, "../../x", O_RDONLY, 5);
	expect_path(t, 1, 5, "/jail/x");
	/* what was open before still leads outside */
	feed(t, build_string(build_call(1, 1, CALL_openat, 6, 3), 1, "../x"));
	expect_path(t, 1, 6, "/x");
	/* another tree of mounts */
	feed_paths(t, 1, CALL_pivot_root, ".", "old");
	feed_nothing(t);
	expect_cwd(t, 1, NULL);
	feed_open(t, 1, "/etc/passwd", O_RDONLY, 7);
	expect_kind(t, 1, 7, TRACK_FILE);
	assert_null(track_fd(t, 1, 7, TRACK_AFTER)->path);
	assert_string_equal(track_resolve(t, &a, 1, AT_FDCWD, "/etc"), "/etc");
	arena_deinit(&a);
	finish(t);
	t = track_with(1, "/w");
	feed(t, build_call(1, 1, CALL_setns, 0, 9, CLONE_NEWNET));
	feed_nothing(t);
	expect_cwd(t, 1, "/w");
	feed(t, build_call(1, 1, CALL_setns, 0, 9, CLONE_NEWNS));
	feed_nothing(t);
	expect_cwd(t, 1, NULL);
	finish(t);
}

TEST(fchdir_follows_the_descriptor)
{
	struct track *t = track_with(1, "/w");

	feed_open(t, 1, "d", O_DIRECTORY, 3);
	feed(t, build_call(1, 1, CALL_fchdir, 0, 3));
	feed_nothing(t);
	expect_cwd(t, 1, "/w/d");
	feed(t, build_call(1, 1, CALL_fchdir, 0, 77));
	feed_nothing(t);
	expect_cwd(t, 1, NULL);
	finish(t);
}

TEST(command_names)
{
	struct track *t = track_with(1, "/w");

	feed(t, build_string(build_call(1, 1, CALL_prctl, 0, PR_SET_NAME), 1, "worker"));
	assert_string_equal(track_comm(t, 1), "worker");
	feed(t, build_call(1, 1, CALL_prctl, 0, PR_SET_NAME, 0x1000));
	assert_string_equal(track_comm(t, 1), "worker");
	feed(t, build_bytes(build_call(1, 1, CALL_prctl, 0, PR_SET_NAME), 1, CAPTURE_AT_ENTER,
			"0123456789abcdefgh", 18));
	assert_string_equal(track_comm(t, 1), "0123456789abcde");
	feed_exec(t, 1, 1, NULL);
	assert_string_equal(track_comm(t, 1), "0123456789abcde");
	feed_exec(t, 1, 1, "script.sh");
	assert_string_equal(track_comm(t, 1), "script.sh");
	finish(t);
}

TEST(i386_calls_of_the_same_shape)
{
	struct track *t = track_with(1, "/w");
	struct event *ev = build_string(build_call(1, 1, CALL_openat, 3, CWD), 1, "a");

	ev->call.abi = ABI_I386;
	ev->call.nr = (uint32_t)call_number(ABI_I386, CALL_openat);
	ev->call.args[0] = 0xffffff9c; /* AT_FDCWD in 32 bits */
	feed(t, ev);
	expect_path(t, 1, 3, "/w/a");
	ev = build_call(1, 1, CALL_close, 0, 3);
	ev->call.abi = ABI_I386;
	ev->call.nr = (uint32_t)call_number(ABI_I386, CALL_close);
	feed(t, ev);
	expect_path(t, 1, 3, NULL);
	/* its mmap takes one pointer */
	ev = build_call(1, 1, CALL_mmap, 0x10000, 0x8000, 0x1000);
	ev->call.abi = ABI_I386;
	ev->call.nr = (uint32_t)call_number(ABI_I386, CALL_mmap);
	feed(t, ev);
	assert_false(track_mapping_at(t, 1, 0x10000, &(struct track_mapping){0}));
	finish(t);
}

TEST(which_calls_are_needed)
{
	assert_true(track_needs_call(CALL_openat));
	assert_true(track_needs_call(CALL_close));
	assert_true(track_needs_call(CALL_renameat2));
	assert_true(track_needs_call(CALL_mmap));
	assert_false(track_needs_call(CALL_read));
	assert_false(track_needs_call(CALL_write));
	assert_false(track_needs_call(CALL_futex));
	assert_false(track_needs_call(CALL_NONE));
	assert_int_equal(track_call_parts(CALL_mmap), TRACK_MAPPINGS);
	assert_int_equal(track_call_parts(CALL_sendmsg), TRACK_PASSING);
	assert_int_equal(track_call_parts(CALL_prctl), TRACK_NAMES);
	assert_int_equal(track_call_parts(CALL_dup2), TRACK_FILES);
}

TEST(hostile_numbers)
{
	struct track *t = track_with(1, "/w");
	static const int32_t fds[] = {-1, INT32_MIN, INT32_MAX, 1 << 20, 1 << 30, 4096, 1023, 1024};
	struct event *ev;

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		feed(t, build_call(1, 1, CALL_dup2, (uint32_t)fds[i], 0, fds[i]));
		feed(t, build_call(1, 1, CALL_dup2, fds[i], 0, fds[i]));
		if (fds[i] < 0)
			expect_path(t, 1, fds[i], NULL);
		else
			expect_path(t, 1, fds[i], "/dev/tty");
		feed(t, build_fork(1, 2, 2, 0));
		if (fds[i] >= 0)
			expect_path(t, 2, fds[i], "/dev/tty");
		feed(t, build_call(1, 1, CALL_close, 0, fds[i]));
		expect_path(t, 1, fds[i], NULL);
		feed(t, build_call(1, 1, CALL_close, 0, 0xffffffff00000000u | (uint32_t)fds[i]));
	}
	feed(t, build_call(1, 1, CALL_openat, INT64_MAX, CWD));
	feed(t, build_call(1, 1, CALL_openat, INT64_MIN, CWD));
	feed(t, build_call(1, 1, CALL_dup, 0x100000003, 0));
	expect_path(t, 1, 3, NULL);
	feed(t, build_call(1, 1, CALL_close_range, 0, UINT64_MAX, 0));
	feed(t, build_call(1, 1, CALL_munmap, 0, 0, UINT64_MAX));
	feed(t, build_call(1, 1, CALL_munmap, 0, 0x1000, UINT64_MAX - 0xfff));
	feed(t, build_call(1, 1, CALL_mmap, -4096, 0, UINT64_MAX, 0, 0x22));
	feed(t, build_call(1, 1, CALL_mremap, 0, 0, 0, UINT64_MAX, 0));
	feed(t, build_call(1, 1, CALL_brk, INT64_MAX));
	feed(t, build_call(1, 1, CALL_brk, 1));
	/* no such ABI, no such number */
	ev = build_call(1, 1, CALL_close, 0, 0);
	ev->call.abi = 200;
	feed(t, ev);
	ev = build_call(1, 1, CALL_close, 0, 0);
	ev->call.nr = UINT32_MAX;
	feed(t, ev);
	expect_path(t, 1, 0, "/dev/tty");
	/* tasks that are their own children, that change process, that exec from nowhere */
	feed(t, build_fork(1, 1, 1, 0));
	feed(t, build_fork(1, 1, 5, 0));
	feed(t, build_fork(1, 7, 1, 0));
	feed(t, build_fork(5, 5, 6, FORK_THREAD));
	feed(t, build_fork(-1, INT32_MIN, 0, FORK_SHARES_VM));
	feed_exec(t, 1, 99, "");
	feed_exec(t, 3, 6, "///");
	feed_exec(t, 6, 5, "a/");
	feed_exit(t, 77, 77);
	feed_exit(t, 1, 6);
	feed_exit(t, 1, 1);
	feed_exit(t, 1, 1);
	feed_nothing(t);
	finish(t);
}

TEST(paths_do_not_grow_without_end)
{
	struct track *t = track_with(1, "/w");
	char name[201];

	memset(name, 'a', 200);
	name[200] = '\0';
	for (int i = 0; i < 1000; i++)
		feed_paths(t, 1, CALL_chdir, name, NULL);
	feed_nothing(t);
	expect_cwd(t, 1, NULL);
	finish(t);
	t = track_with(1, "/w");
	feed_open(t, 1, "a/b", O_RDONLY, 3);
	for (int i = 0; i < 300; i++) {
		char from[16], to[256];

		snprintf(from, sizeof(from), "/%c", i % 2 ? 'b' : 'a');
		snprintf(to, sizeof(to), "/%c/%s", i % 2 ? 'a' : 'b', name);
		feed_paths(t, 1, CALL_rename, i ? from : "/w", i ? to : "/b");
		feed_nothing(t);
		event_build_reset();
	}
	assert_null(track_fd(t, 1, 3, TRACK_AFTER)->path);
	finish(t);
}

TEST(devices_are_learned_from_stat)
{
	struct track *t = track_with(1, "/");
	struct stat st = {.st_mode = S_IFCHR | 0600, .st_rdev = makedev(5, 2)};
	struct statx stx = {.stx_mask = STATX_TYPE,
		.stx_mode = S_IFBLK | 0600,
		.stx_rdev_major = 254,
		.stx_rdev_minor = 300};
	const struct track_file *f = track_fd(t, 1, 0, TRACK_AFTER);
	struct event *ev;

	assert_int_equal(f->type_mode, 0);
	feed(t, build_bytes(build_call(1, 1, CALL_fstat, -EFAULT, 0), 1, CAPTURE_AT_EXIT, &st,
			sizeof(st)));
	assert_int_equal(f->type_mode, 0);
	feed(t, build_bytes(
			build_call(1, 1, CALL_fstat, 0, 0), 1, CAPTURE_AT_EXIT, &st, sizeof(st)));
	assert_int_equal(f->type_mode, S_IFCHR);
	assert_int_equal(f->dev_major, 5);
	assert_int_equal(f->dev_minor, 2);
	f = track_fd(t, 1, 1, TRACK_AFTER);
	ev = build_call(1, 1, CALL_newfstatat, 0, 1, 0, 0, 0);
	build_string(ev, 1, "below");
	feed(t, build_bytes(ev, 2, CAPTURE_AT_EXIT, &st, sizeof(st)));
	assert_int_equal(f->type_mode, 0);
	ev = build_call(1, 1, CALL_newfstatat, 0, 1, 0, 0, AT_EMPTY_PATH);
	build_string(ev, 1, "");
	feed(t, build_bytes(ev, 2, CAPTURE_AT_EXIT, &st, sizeof(st)));
	assert_int_equal(f->type_mode, S_IFCHR);
	f = track_fd(t, 1, 2, TRACK_AFTER);
	ev = build_call(1, 1, CALL_statx, 0, 2, 0, AT_EMPTY_PATH, STATX_TYPE);
	build_string(ev, 1, "");
	feed(t, build_bytes(ev, 4, CAPTURE_AT_EXIT, &stx, sizeof(stx) - 1)); /* cut */
	assert_int_equal(f->type_mode, 0);
	ev = build_call(1, 1, CALL_statx, 0, 2, 0, AT_EMPTY_PATH, STATX_TYPE);
	build_string(ev, 1, "");
	feed(t, build_bytes(ev, 4, CAPTURE_AT_EXIT, &stx, sizeof(stx)));
	assert_int_equal(f->type_mode, S_IFBLK);
	assert_int_equal(f->dev_major, 254);
	assert_int_equal(f->dev_minor, 300);
	finish(t);
}
