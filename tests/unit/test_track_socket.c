#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>

#include "event_build.h"
#include "track/track.h"

#define CWD ((uint64_t)AT_FDCWD)

static void feed(struct track *t, const struct event *ev)
{
	assert_int_equal(track_sink.event(t, ev, NULL), 0);
}

static void finish(struct track *t)
{
	track_destroy(t);
	event_build_reset();
}

static void feed_socketpair(struct track *t, int pid, int type, int a, int b)
{
	int32_t *fds = (int32_t[2]){a, b};

	feed(t, build_bytes(build_call(pid, pid, CALL_socketpair, 0, AF_UNIX, type), 3,
			CAPTURE_AT_EXIT, fds, sizeof(int32_t[2])));
}

static void feed_open(struct track *t, int pid, const char *path, int fd)
{
	feed(t, build_string(build_call(pid, pid, CALL_openat, fd, CWD), 1, path));
}

/* A message with descriptors, as both sides' calls see it. */
struct message {
	struct msghdr header;
	struct mmsghdr vector;
	char control[CMSG_SPACE(sizeof(int32_t[8]))];
};

static struct event *message_call(struct message *m, int pid, enum call_id id, int fd, int nr,
	const int32_t *fds, int msg_flags)
{
	bool many = id == CALL_sendmmsg || id == CALL_recvmmsg;
	enum capture_when when =
		id == CALL_recvmsg || id == CALL_recvmmsg ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER;
	struct event *ev = build_call(pid, pid, id, 1, fd, 0, many ? 1 : 0);
	struct cmsghdr *c;

	memset(m, 0, sizeof(*m));
	m->header.msg_flags = msg_flags;
	if (nr) {
		m->header.msg_control = m->control;
		m->header.msg_controllen = CMSG_SPACE(sizeof(int32_t) * (size_t)nr);
		c = CMSG_FIRSTHDR(&m->header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int32_t) * (size_t)nr);
		memcpy(CMSG_DATA(c), fds, sizeof(int32_t) * (size_t)nr);
	}
	m->vector.msg_hdr = m->header;
	if (many)
		build_bytes(ev, 1, when, &m->vector, sizeof(m->vector));
	else
		build_bytes(ev, 1, when, &m->header, sizeof(m->header));
	if (nr)
		build_bytes_at(
			ev, 1, when, (uintptr_t)m->control, m->control, m->header.msg_controllen);
	return ev;
}

static void feed_send(struct track *t, int pid, int fd, int32_t passed)
{
	struct message m;

	feed(t, message_call(&m, pid, CALL_sendmsg, fd, 1, &passed, 0));
}

static void feed_receive(struct track *t, int pid, int fd, int32_t received)
{
	struct message m;

	feed(t, message_call(&m, pid, CALL_recvmsg, fd, 1, &received, 0));
}

static const struct track_file *file_at(struct track *t, int pid, int fd)
{
	const struct track_file *f = track_fd(t, pid, fd, TRACK_AFTER);

	if (!f)
		fail_msg("%d of %d is not open", fd, pid);
	return f;
}

static void expect_path(struct track *t, int pid, int fd, const char *path)
{
	const struct track_file *f = file_at(t, pid, fd);

	if (!f->path)
		fail_msg("%d of %d is not known, should be %s", fd, pid, path);
	assert_string_equal(f->path, path);
}

TEST(addresses)
{
	struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = 80}, peer = local;
	struct track *t = track_create();
	const struct track_file *f;
	struct event *ev;

	peer.sin_port = 4711;
	feed(t, build_call(1, 1, CALL_socket, 3, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 6));
	f = file_at(t, 1, 3);
	assert_int_equal(f->kind, TRACK_SOCKET);
	assert_int_equal(f->family, AF_INET);
	assert_int_equal(f->type, SOCK_STREAM);
	assert_int_equal(f->protocol, 6);
	assert_null(f->local);
	assert_null(f->peer);
	assert_true(track_fd_cloexec(t, 1, 3));
	ev = build_call(1, 1, CALL_bind, 0, 3, 0, sizeof(local));
	feed(t, build_bytes(ev, 1, CAPTURE_AT_ENTER, &local, sizeof(local)));
	f = file_at(t, 1, 3);
	assert_int_equal(f->local_len, sizeof(local));
	assert_memory_equal(f->local, &local, sizeof(local));
	ev = build_call(1, 1, CALL_accept4, 4, 3, 0, 0x1000, SOCK_NONBLOCK);
	feed(t, build_bytes(ev, 1, CAPTURE_AT_EXIT, &peer, sizeof(peer)));
	f = file_at(t, 1, 4);
	assert_int_equal(f->family, AF_INET);
	assert_int_equal(f->type, SOCK_STREAM);
	assert_memory_equal(f->local, &local, sizeof(local));
	assert_memory_equal(f->peer, &peer, sizeof(peer));
	assert_int_equal(f->flags, O_NONBLOCK);
	assert_false(track_fd_cloexec(t, 1, 4));
	feed(t, build_call(1, 1, CALL_accept, 5, 3, 0, 0)); /* nobody asked for the address */
	assert_null(file_at(t, 1, 5)->peer);
	/* a connect that goes on in the background knows its peer, one that failed does not */
	feed(t, build_call(1, 1, CALL_socket, 6, AF_INET, SOCK_STREAM, 0));
	ev = build_call(1, 1, CALL_connect, -ECONNREFUSED, 6, 0, sizeof(peer));
	feed(t, build_bytes(ev, 1, CAPTURE_AT_ENTER, &peer, sizeof(peer)));
	assert_null(file_at(t, 1, 6)->peer);
	ev = build_call(1, 1, CALL_connect, -EINPROGRESS, 6, 0, sizeof(peer));
	feed(t, build_bytes(ev, 1, CAPTURE_AT_ENTER, &peer, sizeof(peer)));
	assert_memory_equal(file_at(t, 1, 6)->peer, &peer, sizeof(peer));
	ev = build_call(1, 1, CALL_getsockname, 0, 6, 0, 0x1000);
	feed(t, build_bytes(ev, 1, CAPTURE_AT_EXIT, &local, sizeof(local)));
	assert_memory_equal(file_at(t, 1, 6)->local, &local, sizeof(local));
	finish(t);
}

static struct event *inet_call(
	enum call_id id, int64_t ret, int fd, const struct sockaddr_in *address)
{
	return build_bytes(build_call(1, 1, id, ret, fd, 0, sizeof(*address)), 1, CAPTURE_AT_ENTER,
		address, sizeof(*address));
}

TEST(calls_find_the_addresses_of_before)
{
	const struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = 1};
	const struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = 2};
	struct track *t = track_create();
	const struct track_file *f;

	feed(t, build_call(1, 1, CALL_socket, 3, AF_INET, SOCK_STREAM, 0));
	feed(t, inet_call(CALL_bind, 0, 3, &local));
	assert_null(track_fd(t, 1, 3, TRACK_BEFORE)->local);
	assert_non_null(file_at(t, 1, 3)->local);
	feed(t, inet_call(CALL_connect, 0, 3, &peer));
	f = track_fd(t, 1, 3, TRACK_BEFORE);
	assert_null(f->peer);
	assert_false(f->connected);
	assert_int_equal(f->id, file_at(t, 1, 3)->id);
	assert_memory_equal(f->local, &local, sizeof(local));
	assert_true(file_at(t, 1, 3)->connected);
	feed(t, build_call(1, 1, CALL_getpid, 1));
	assert_memory_equal(track_fd(t, 1, 3, TRACK_BEFORE)->peer, &peer, sizeof(peer));
	/* the last descriptor goes away while its state of before can still be asked for */
	feed(t, inet_call(CALL_bind, 0, 3, &local));
	feed(t, build_call(1, 1, CALL_close, 0, 3));
	assert_null(track_fd(t, 1, 3, TRACK_AFTER));
	assert_memory_equal(track_fd(t, 1, 3, TRACK_BEFORE)->peer, &peer, sizeof(peer));
	finish(t);
}

TEST(disconnecting_forgets_addresses)
{
	const struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = 1};
	const struct sockaddr_in nowhere = {.sin_family = AF_UNSPEC};
	struct track *t = track_create();

	feed(t, build_call(1, 1, CALL_socket, 3, AF_INET, SOCK_DGRAM, 0));
	feed(t, inet_call(CALL_connect, 0, 3, &local));
	feed(t, inet_call(CALL_getsockname, 0, 3, &local));
	assert_true(file_at(t, 1, 3)->connected);
	feed(t, inet_call(CALL_connect, 0, 3, &nowhere));
	assert_false(file_at(t, 1, 3)->connected);
	assert_null(file_at(t, 1, 3)->local);
	assert_null(file_at(t, 1, 3)->peer);
	assert_non_null(track_fd(t, 1, 3, TRACK_BEFORE)->peer);
	finish(t);
}

TEST(addresses_are_no_longer_than_they_can_be)
{
	struct track *t = track_create();
	uint8_t big[4096] = {AF_INET};
	struct event *ev;

	feed(t, build_call(1, 1, CALL_socket, 3, AF_INET, SOCK_DGRAM, 0));
	ev = build_call(1, 1, CALL_bind, 0, 3, 0, UINT64_MAX);
	feed(t, build_bytes(ev, 1, CAPTURE_AT_ENTER, big, sizeof(big)));
	assert_int_equal(file_at(t, 1, 3)->local_len, 128);
	ev = build_call(1, 1, CALL_connect, 0, 3, 0, 16);
	feed(t, build_bytes(ev, 1, CAPTURE_AT_ENTER, big, 1));
	assert_null(file_at(t, 1, 3)->peer);
	ev = build_call(1, 1, CALL_connect, 0, 3, 0, 16);
	feed(t, build_bytes(ev, 1, CAPTURE_AT_ENTER, big, sizeof(big)));
	assert_int_equal(file_at(t, 1, 3)->peer_len, 16);
	finish(t);
}

TEST(descriptors_are_passed)
{
	struct track *t = track_create();
	uint64_t id;

	feed_socketpair(t, 1, SOCK_STREAM, 3, 4);
	assert_int_equal(file_at(t, 1, 3)->peer_id, file_at(t, 1, 4)->id);
	feed(t, build_fork(1, 2, 2, 0));
	feed_open(t, 1, "/secret", 5);
	id = file_at(t, 1, 5)->id;
	feed_send(t, 1, 3, 5);
	feed(t, build_call(1, 1, CALL_close, 0, 5));
	feed_receive(t, 2, 4, 9);
	expect_path(t, 2, 9, "/secret");
	assert_int_equal(file_at(t, 2, 9)->id, id);
	assert_null(track_fd(t, 1, 9, TRACK_AFTER));
	assert_null(track_fd(t, 2, 9, TRACK_BEFORE));
	/* in order, and the other way round */
	feed_open(t, 2, "/one", 10);
	feed_open(t, 2, "/two", 11);
	feed_send(t, 2, 4, 10);
	feed_send(t, 2, 4, 11);
	feed_receive(t, 1, 3, 20);
	feed_receive(t, 1, 3, 21);
	expect_path(t, 1, 20, "/one");
	expect_path(t, 1, 21, "/two");
	finish(t);
}

TEST(several_in_one_message_and_vectors_of_messages)
{
	struct track *t = track_create();
	struct message m;

	feed_socketpair(t, 1, SOCK_SEQPACKET, 3, 4);
	feed_open(t, 1, "/a", 5);
	feed_open(t, 1, "/b", 6);
	feed(t, message_call(&m, 1, CALL_sendmmsg, 3, 2, (int32_t[]){5, 6}, 0));
	feed(t, message_call(&m, 1, CALL_recvmmsg, 4, 2, (int32_t[]){7, 8}, 0));
	expect_path(t, 1, 7, "/a");
	expect_path(t, 1, 8, "/b");
	/* MSG_CMSG_CLOEXEC; what was not open over there is not known here */
	feed(t, message_call(&m, 1, CALL_sendmsg, 3, 2, (int32_t[]){6, 99}, 0));
	{
		struct event *ev = message_call(&m, 1, CALL_recvmsg, 4, 2, (int32_t[]){10, 11}, 0);

		ev->call.args[2] = MSG_CMSG_CLOEXEC;
		feed(t, ev);
	}
	expect_path(t, 1, 10, "/b");
	assert_true(track_fd_cloexec(t, 1, 10));
	assert_int_equal(file_at(t, 1, 11)->kind, TRACK_UNKNOWN);
	finish(t);
}

TEST(the_receiver_may_return_first)
{
	struct track *t = track_create();
	struct event *send, *receive;
	struct message sent, received;

	feed_socketpair(t, 1, SOCK_STREAM, 3, 4);
	feed(t, build_fork(1, 2, 2, 0));
	feed_open(t, 1, "/secret", 5);
	receive = message_call(&received, 2, CALL_recvmsg, 4, 1, (int32_t[]){9}, 0);
	send = message_call(&sent, 1, CALL_sendmsg, 3, 1, (int32_t[]){5}, 0);
	send->call.enter_ns = receive->time_ns - 1;
	feed(t, receive);
	assert_int_equal(file_at(t, 2, 9)->kind, TRACK_UNKNOWN);
	feed(t, build_call(2, 2, CALL_dup, 10, 9));
	feed(t, send);
	expect_path(t, 2, 9, "/secret");
	expect_path(t, 2, 10, "/secret");
	assert_int_equal(file_at(t, 2, 9)->id, file_at(t, 1, 5)->id);
	/* but not before the sender began: that one came from elsewhere */
	receive = message_call(&received, 2, CALL_recvmsg, 4, 1, (int32_t[]){11}, 0);
	send = message_call(&sent, 1, CALL_sendmsg, 3, 1, (int32_t[]){5}, 0);
	feed(t, receive);
	feed(t, send);
	assert_int_equal(file_at(t, 2, 11)->kind, TRACK_UNKNOWN);
	feed_receive(t, 2, 4, 12);
	expect_path(t, 2, 12, "/secret");
	finish(t);
}

TEST(unknown_rather_than_wrong)
{
	struct track *t = track_create();
	struct message m;

	/* over a socket whose other end is not known */
	feed(t, build_call(1, 1, CALL_socket, 3, AF_UNIX, SOCK_STREAM, 0));
	feed_receive(t, 1, 3, 9);
	assert_int_equal(file_at(t, 1, 9)->kind, TRACK_UNKNOWN);
	feed_receive(t, 1, 77, 10);
	assert_int_equal(file_at(t, 1, 10)->kind, TRACK_UNKNOWN);
	/* one message was read without its descriptors, then the numbers do not match */
	feed_socketpair(t, 1, SOCK_STREAM, 4, 5);
	feed_open(t, 1, "/a", 6);
	feed_open(t, 1, "/b", 7);
	feed_send(t, 1, 4, 6);
	feed(t, message_call(&m, 1, CALL_sendmsg, 4, 2, (int32_t[]){6, 7}, 0));
	feed(t, message_call(&m, 1, CALL_recvmsg, 5, 2, (int32_t[]){20, 21}, 0));
	assert_int_equal(file_at(t, 1, 20)->kind, TRACK_UNKNOWN);
	assert_int_equal(file_at(t, 1, 21)->kind, TRACK_UNKNOWN);
	/* cut: there was no room for all, or for any */
	feed(t, message_call(&m, 1, CALL_sendmsg, 4, 2, (int32_t[]){6, 7}, 0));
	feed(t, message_call(&m, 1, CALL_recvmsg, 5, 1, (int32_t[]){22}, MSG_CTRUNC));
	expect_path(t, 1, 22, "/a");
	feed_send(t, 1, 4, 7);
	feed(t, message_call(&m, 1, CALL_recvmsg, 5, 0, NULL, MSG_CTRUNC));
	feed_send(t, 1, 4, 6);
	feed_receive(t, 1, 5, 23);
	expect_path(t, 1, 23, "/a");
	/* a look without taking */
	feed_send(t, 1, 4, 7);
	{
		struct event *ev = message_call(&m, 1, CALL_recvmsg, 5, 1, (int32_t[]){24}, 0);

		ev->call.args[2] = MSG_PEEK;
		feed(t, ev);
	}
	feed_receive(t, 1, 5, 25);
	expect_path(t, 1, 24, "/b");
	expect_path(t, 1, 25, "/b");
	finish(t);
}

static struct event *address_call(
	int pid, enum call_id id, int fd, struct sockaddr_un *address, const char *path)
{
	struct event *ev = build_call(pid, pid, id, 0, fd, 0, sizeof(*address));

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	return build_bytes(ev, 1, CAPTURE_AT_ENTER, address, sizeof(*address));
}

TEST(connections_by_name)
{
	struct track *t = track_create();
	struct sockaddr_un address;
	struct event *connect, *accept;

	feed(t, build_call(1, 1, CALL_socket, 3, AF_UNIX, SOCK_STREAM, 0));
	feed(t, address_call(1, CALL_bind, 3, &address, "/run/s"));
	feed(t, build_call(2, 2, CALL_socket, 5, AF_UNIX, SOCK_STREAM, 0));
	feed(t, build_call(2, 2, CALL_socket, 6, AF_UNIX, SOCK_STREAM, 0));
	feed(t, address_call(2, CALL_connect, 5, &address, "/run/s"));
	feed(t, address_call(2, CALL_connect, 6, &address, "/run/s"));
	feed(t, build_call(1, 1, CALL_accept, 10, 3));
	feed(t, build_call(1, 1, CALL_accept, 11, 3));
	assert_int_equal(file_at(t, 2, 5)->peer_id, file_at(t, 1, 10)->id);
	assert_int_equal(file_at(t, 2, 6)->peer_id, file_at(t, 1, 11)->id);
	feed_open(t, 2, "/file", 7);
	feed_send(t, 2, 6, 7);
	feed_receive(t, 1, 11, 20);
	expect_path(t, 1, 20, "/file");
	/* accept returns before connect does */
	feed(t, build_call(2, 2, CALL_socket, 8, AF_UNIX, SOCK_STREAM, 0));
	accept = build_call(1, 1, CALL_accept, 12, 3);
	connect = address_call(2, CALL_connect, 8, &address, "/run/s");
	connect->call.enter_ns = accept->time_ns - 1;
	feed(t, accept);
	feed(t, connect);
	assert_int_equal(file_at(t, 2, 8)->peer_id, file_at(t, 1, 12)->id);
	/* a stranger was accepted: from then on it is not known who is who */
	feed(t, build_call(1, 1, CALL_accept, 13, 3));
	feed(t, build_call(2, 2, CALL_socket, 9, AF_UNIX, SOCK_STREAM, 0));
	feed(t, address_call(2, CALL_connect, 9, &address, "/run/s"));
	feed(t, build_call(1, 1, CALL_accept, 14, 3));
	assert_int_equal(file_at(t, 2, 9)->peer_id, 0);
	assert_int_equal(file_at(t, 1, 13)->peer_id, 0);
	assert_int_equal(file_at(t, 1, 14)->peer_id, 0);
	finish(t);
}

static struct track *track_with_listener(struct sockaddr_un *address)
{
	struct track *t = track_create();

	feed(t, build_call(1, 1, CALL_socket, 3, AF_UNIX, SOCK_STREAM, 0));
	feed(t, address_call(1, CALL_bind, 3, address, "/run/s"));
	for (int fd = 5; fd < 9; fd++)
		feed(t, build_call(2, 2, CALL_socket, fd, AF_UNIX, SOCK_STREAM, 0));
	feed_open(t, 2, "/file", 4);
	return t;
}

TEST(sent_before_it_was_accepted)
{
	struct sockaddr_un address;
	struct track *t = track_with_listener(&address);

	feed(t, address_call(2, CALL_connect, 5, &address, "/run/s"));
	feed_send(t, 2, 5, 4);
	feed_send(t, 2, 5, 5); /* itself */
	feed(t, build_call(2, 2, CALL_close, 0, 5));
	feed(t, build_call(2, 2, CALL_close, 0, 4));
	feed(t, build_call(1, 1, CALL_accept, 10, 3));
	feed_receive(t, 1, 10, 11);
	expect_path(t, 1, 11, "/file");
	feed_receive(t, 1, 10, 12);
	assert_int_equal(file_at(t, 1, 12)->peer_id, file_at(t, 1, 10)->id);
	/* never accepted: nothing may be left behind */
	feed(t, address_call(2, CALL_connect, 6, &address, "/run/s"));
	feed_send(t, 2, 6, 6);
	feed(t, build_call(2, 2, CALL_close, 0, 6));
	feed(t, build_call(1, 1, CALL_close, 0, 3));
	feed(t, build_call(2, 2, CALL_getpid, 2));
	finish(t);
}

TEST(connects_that_overlap_are_not_paired)
{
	struct sockaddr_un address;
	struct track *t = track_with_listener(&address);
	struct event *first, *second;

	first = address_call(2, CALL_connect, 5, &address, "/run/s");
	second = address_call(2, CALL_connect, 6, &address, "/run/s");
	second->call.enter_ns = first->time_ns - 1;
	feed(t, first);
	feed(t, second);
	feed(t, build_call(1, 1, CALL_accept, 10, 3));
	feed(t, build_call(1, 1, CALL_accept, 11, 3));
	assert_int_equal(file_at(t, 2, 5)->peer_id, 0);
	assert_int_equal(file_at(t, 2, 6)->peer_id, 0);
	finish(t);
	/* one that was under way when another was paired */
	t = track_with_listener(&address);
	first = address_call(2, CALL_connect, 5, &address, "/run/s");
	second = address_call(2, CALL_connect, 6, &address, "/run/s");
	second->call.enter_ns = first->time_ns - 1;
	feed(t, first);
	feed(t, build_call(1, 1, CALL_accept, 10, 3));
	feed(t, second);
	feed(t, build_call(1, 1, CALL_accept, 11, 3));
	assert_int_equal(file_at(t, 2, 6)->peer_id, 0);
	finish(t);
}

TEST(queues_do_not_keep_each_other_alive)
{
	struct track *t = track_create();
	struct message m;

	/* each end travels to itself and to the other; then all are closed. Leaks would show. */
	for (int round = 0; round < 50; round++) {
		feed_socketpair(t, 1, SOCK_STREAM, 3, 4);
		feed(t, message_call(&m, 1, CALL_sendmsg, 3, 2, (int32_t[]){3, 4}, 0));
		feed(t, message_call(&m, 1, CALL_sendmsg, 4, 2, (int32_t[]){3, 4}, 0));
		feed(t, build_call(1, 1, CALL_close, 0, 3));
		feed(t, build_call(1, 1, CALL_close, 0, 4));
	}
	/* more than anybody reads */
	feed_socketpair(t, 1, SOCK_STREAM, 3, 4);
	for (int i = 0; i < 1000; i++)
		feed_send(t, 1, 3, 3);
	for (int i = 0; i < 1000; i++)
		feed_receive(t, 1, 3, 5);
	finish(t);
}

TEST(hostile_messages)
{
	struct track *t = track_create();
	static const uint64_t lengths[] = {0, 1, 15, 16, 17, 20, 40, 0x1000, UINT64_MAX};
	struct message m;

	feed_socketpair(t, 1, SOCK_STREAM, 3, 4);
	feed_open(t, 1, "/a", 5);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct event *ev;
		uint64_t len = lengths[i];

		ev = message_call(&m, 1, CALL_sendmsg, 3, 2, (int32_t[]){5, -1}, 0);
		memcpy(m.control, &len, sizeof(len));
		feed(t, ev);
		ev = message_call(&m, 1, CALL_recvmsg, 4, 2, (int32_t[]){-5, INT32_MAX}, 0);
		memcpy(m.control, &len, sizeof(len));
		feed(t, ev);
		ev = message_call(&m, 1, CALL_sendmsg, 3, 2, (int32_t[]){5, -1}, 0);
		m.header.msg_controllen = len;
		feed(t, ev);
		ev = message_call(&m, 1, CALL_recvmsg, 4, 2, (int32_t[]){6, 6}, 0);
		m.header.msg_controllen = len;
		feed(t, ev);
	}
	feed(t, build_call(1, 1, CALL_recvmmsg, INT64_MAX, 4, UINT64_MAX));
	feed(t, build_call(1, 1, CALL_recvmsg, 1, 4, UINT64_MAX - 8));
	finish(t);
}
