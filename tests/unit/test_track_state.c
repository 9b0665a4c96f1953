#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "event_build.h"
#include "track/track.h"
#include "util/arena.h"

#define CWD ((uint64_t)AT_FDCWD)

static int feed(void *t, const struct event *ev)
{
	return track_sink.event(t, ev, NULL);
}

static struct track *begin(void)
{
	struct track *t = track_create();
	struct event *ev = event_build(EV_CWD, 1, 1);

	ev->state.path = "/home";
	feed(t, ev);
	return t;
}

/* Another tracker that was told what `t` knows, which goes. */
static struct track *retell(struct track *t)
{
	struct track *ret = track_create();

	assert_int_equal(track_tell(t, 5, feed, ret), 0);
	track_destroy(t);
	return ret;
}

static void feed_open(struct track *t, int pid, const char *path, int flags, int fd)
{
	feed(t, build_string(build_call(pid, pid, CALL_openat, fd, CWD, 0, flags), 1, path));
}

static const char *path_at(struct track *t, int pid, int fd)
{
	const struct track_file *f = track_fd(t, pid, fd, TRACK_AFTER);

	return f ? f->path : NULL;
}

static uint64_t id_at(struct track *t, int pid, int fd)
{
	const struct track_file *f = track_fd(t, pid, fd, TRACK_AFTER);

	return f ? f->id : 0;
}

static void finish(struct track *t)
{
	track_destroy(t);
	event_build_reset();
}

TEST(descriptors_are_told_with_what_they_share)
{
	struct track *t = begin();

	feed_open(t, 1, "a", O_RDWR | O_CLOEXEC | O_APPEND, 3);
	feed_open(t, 1, "/x/gone", O_RDONLY, 5000);
	feed(t, build_call(1, 1, CALL_dup, 4, 3));
	feed(t, build_string(build_call(1, 1, CALL_unlink, 0), 0, "/x/gone"));
	feed(t, build_fork(1, 2, 2, 0));
	t = retell(t);
	assert_string_equal(path_at(t, 1, 3), "/home/a");
	assert_true(track_fd_cloexec(t, 1, 3));
	assert_false(track_fd_cloexec(t, 1, 4));
	assert_int_equal(track_fd(t, 1, 3, TRACK_AFTER)->flags, O_RDWR | O_APPEND);
	assert_int_equal(id_at(t, 1, 4), id_at(t, 1, 3));
	assert_int_equal(id_at(t, 2, 4), id_at(t, 1, 3));
	assert_string_equal(path_at(t, 1, 5000), "/x/gone");
	assert_true(track_fd(t, 1, 5000, TRACK_AFTER)->deleted);
	assert_null(path_at(t, 1, 6));
	/* names go on as they would have */
	feed(t, build_string(build_string(build_call(2, 2, CALL_rename, 0), 0, "a"), 1, "b"));
	assert_string_equal(path_at(t, 1, 4), "/home/b");
	finish(t);
}

TEST(sockets_and_pipes_are_told_with_their_other_ends)
{
	static const struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
	static const int32_t pair[2] = {3, 4}, pipe[2] = {5, 6};
	const struct track_file *a, *b;
	struct track *t = begin();

	feed(t, build_bytes(build_call(1, 1, CALL_socketpair, 0, AF_UNIX, SOCK_STREAM), 3,
			CAPTURE_AT_EXIT, pair, sizeof(pair)));
	feed(t, build_bytes(build_call(1, 1, CALL_pipe2, 0, 0, O_NONBLOCK), 0, CAPTURE_AT_EXIT,
			pipe, sizeof(pipe)));
	feed(t, build_call(1, 1, CALL_socket, 7, AF_UNIX, SOCK_DGRAM, 0));
	feed(t, build_bytes(build_call(1, 1, CALL_bind, 0, 7, 0, sizeof(name)), 1, CAPTURE_AT_ENTER,
			&name, sizeof(name)));
	t = retell(t);
	a = track_fd(t, 1, 3, TRACK_AFTER);
	b = track_fd(t, 1, 4, TRACK_AFTER);
	assert_int_equal(a->kind, TRACK_SOCKET);
	assert_int_equal(a->family, AF_UNIX);
	assert_int_equal(a->type, SOCK_STREAM);
	assert_true(a->connected);
	assert_int_equal(a->peer_id, b->id);
	assert_int_equal(b->peer_id, a->id);
	assert_int_equal(track_fd(t, 1, 5, TRACK_AFTER)->kind, TRACK_PIPE);
	assert_int_equal(track_fd(t, 1, 5, TRACK_AFTER)->peer_id, id_at(t, 1, 6));
	a = track_fd(t, 1, 7, TRACK_AFTER);
	assert_int_equal(a->type, SOCK_DGRAM);
	assert_int_equal(a->local_len, sizeof(name));
	assert_memory_equal(a->local, &name, sizeof(name));
	assert_int_equal(a->peer_len, 0);
	finish(t);
}

TEST(tasks_are_told_with_the_tables_they_share)
{
	struct track *t = begin();
	struct event *ev;

	feed_open(t, 1, "/old", O_RDONLY, 3);
	/* a thread, a process with the same descriptors, one with its own */
	feed(t, build_fork(1, 1, 11,
			FORK_THREAD | FORK_SHARES_VM | FORK_SHARES_FILES | FORK_SHARES_FS));
	feed(t, build_fork(1, 2, 2, FORK_SHARES_FILES));
	feed(t, build_fork(1, 3, 3, FORK_SHARES_FS));
	/* a thread with descriptors of its own */
	feed(t, build_fork(1, 1, 12,
			FORK_THREAD | FORK_SHARES_VM | FORK_SHARES_FILES | FORK_SHARES_FS));
	feed(t, build_call(1, 12, CALL_unshare, 0, CLONE_FILES));
	ev = event_build(EV_EXEC, 3, 3);
	ev->exec.path = "/bin/three";
	feed(t, ev);
	t = retell(t);
	assert_int_equal(track_pid_of(t, 11), 1);
	assert_int_equal(track_pid_of(t, 12), 1);
	assert_int_equal(track_pid_of(t, 2), 2);
	assert_string_equal(track_comm(t, 3), "three");
	assert_int_equal(track_pid_of(t, 4), -1);
	feed_open(t, 1, "/new", O_RDONLY, 4);
	assert_string_equal(path_at(t, 2, 4), "/new");
	assert_null(path_at(t, 3, 4));
	assert_string_equal(path_at(t, 3, 3), "/old");
	feed(t, build_call(1, 12, CALL_close, 0, 3));
	assert_null(path_at(t, 1, 3)); /* as task 12 sees it */
	feed(t, build_call(1, 11, CALL_getpid, 1));
	assert_string_equal(path_at(t, 1, 3), "/old");
	feed(t, build_string(build_call(3, 3, CALL_chdir, 0), 0, "/usr"));
	assert_string_equal(track_cwd(t, 1), "/home");
	feed(t, build_call(1, 1, CALL_getpid, 1));
	assert_string_equal(track_cwd(t, 1), "/usr");
	assert_string_equal(track_cwd(t, 2), "/home");
	finish(t);
}

TEST(directories_are_told_with_the_root)
{
	struct track *t = begin();
	struct arena a = ARENA_INIT;

	feed(t, build_string(build_call(1, 1, CALL_chroot, 0), 0, "jail"));
	feed(t, build_string(build_call(1, 1, CALL_chdir, 0), 0, "/in"));
	feed(t, build_fork(1, 2, 2, 0));
	feed(t, build_call(2, 2, CALL_setns, 0, 3, CLONE_NEWNS));
	t = retell(t);
	assert_string_equal(track_cwd(t, 1), "/home/jail/in");
	assert_string_equal(track_resolve(t, &a, 1, AT_FDCWD, "/x"), "/home/jail/x");
	assert_null(track_cwd(t, 2));
	assert_string_equal(track_resolve(t, &a, 2, AT_FDCWD, "/x"), "/x");
	feed_open(t, 2, "/x", O_RDONLY, 3);
	assert_null(path_at(t, 2, 3));
	arena_deinit(&a);
	finish(t);
}

TEST(mappings_are_told_with_the_end_of_the_heap)
{
	struct track *t = begin();
	struct track_mapping m;

	feed_open(t, 1, "/lib/x", O_RDONLY, 3);
	feed(t, build_call(1, 1, CALL_brk, 0x10000, 0));
	feed(t, build_call(1, 1, CALL_brk, 0x13000, 0x13000));
	feed(t, build_call(1, 1, CALL_mmap, 0x7000000, 0, 8192, PROT_READ, MAP_PRIVATE, 3, 4096));
	feed(t, build_call(1, 1, CALL_close, 0, 3));
	t = retell(t);
	assert_true(track_mapping_at(t, 1, 0x7001fff, &m));
	assert_string_equal(m.path, "/lib/x");
	assert_int_equal(m.offset, 4096);
	assert_int_equal(m.prot, PROT_READ);
	assert_true(track_mapping_at(t, 1, 0x12fff, &m));
	assert_false(track_mapping_at(t, 1, 0x13000, &m));
	feed(t, build_call(1, 1, CALL_brk, 0x15000, 0x15000));
	assert_true(track_mapping_at(t, 1, 0x14fff, &m));
	finish(t);
}

TEST(who_has_ended_is_not_told_of)
{
	struct track *t = begin();

	feed(t, build_fork(1, 2, 2, 0));
	feed(t, event_build(EV_EXIT, 2, 2));
	t = retell(t);
	assert_int_equal(track_pid_of(t, 2), -1);
	assert_int_equal(track_pid_of(t, 1), 1);
	finish(t);
}

static int refuse(void *self, const struct event *ev)
{
	(void)ev;
	++*(int *)self;
	return -28;
}

TEST(telling_ends_where_it_fails)
{
	struct track *t = begin();
	int nr = 0;

	feed_open(t, 1, "/a", O_RDONLY, 3);
	assert_int_equal(track_tell(t, 5, refuse, &nr), -28);
	assert_int_equal(nr, 1);
	finish(t);
}
