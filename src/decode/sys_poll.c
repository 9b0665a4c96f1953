/* Waiting for descriptors: poll, select, epoll. */
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

SHAPE(pollfd, struct pollfd)
{
	ADD_FD(fd);
	if (from->fd < 0)
		return; /* skipped by the call */
	value_set_flags(list_add(d, ret, "events"), (uint16_t)from->events, &flags_poll_events);
}

static void note_timeout(struct decoder *d)
{
	if (d->done && d->call->ret == 0)
		d->out->ret_note = "Timeout";
}

/* Behind the result: what was reported, of those that something was reported of. */
static void detail_pollfds(struct decoder *d)
{
	const struct capture *chunk = decoder_chunk(d, d->args[0], CAPTURE_AT_EXIT);
	struct value *list = NULL;
	int64_t nr_left = d->call->ret;
	uint32_t nr;

	if (!d->done || d->call->ret <= 0 || !chunk)
		return;
	nr = MIN((uint32_t)(chunk->len / sizeof(struct pollfd)), arg_u32(d, 1));
	for (uint32_t i = 0; i < nr; i++) {
		struct pollfd pfd;
		struct value *item;

		memcpy(&pfd, chunk->bytes + i * sizeof(pfd), sizeof(pfd));
		if (!pfd.revents)
			continue;
		if (!list) {
			list = decoder_add_detail(d, NULL);
			decoder_array_init(d, list);
		}
		item = list_add(d, list, NULL);
		value_set_fd(list_add(d, item, "fd"), pfd.fd);
		value_set_flags(
			list_add(d, item, "revents"), (uint16_t)pfd.revents, &flags_poll_events);
		nr_left--;
	}
	if (list && nr_left > 0)
		list->flags |= VALUE_CUT;
}

static void show_pollfds(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 0);

	decoder_show_array(d, d->args[0], arg_u32(d, 1), &shape_pollfd, CAPTURE_AT_ENTER, ret);
	note_timeout(d);
	detail_pollfds(d);
}

static void decode_poll(struct decoder *d)
{
	show_pollfds(d);
}

static void detail_left(struct decoder *d, unsigned at, const struct shape *shape)
{
	d->arg = at;
	if (d->done && d->args[at] && d->call->ret > 0 &&
		decoder_bytes(d, d->args[at], shape->size, CAPTURE_AT_EXIT))
		decoder_show_shape(
			d, d->args[at], shape, CAPTURE_AT_EXIT, decoder_add_detail(d, "left"));
}

static void decode_ppoll(struct decoder *d)
{
	show_pollfds(d);
	detail_left(d, 2, &shape_timespec);
}

#define POLL_CLASSES (CLASS_DESC | CLASS_WIDE_NETWORK)
SYSCALL_ODD(poll, POLL_CLASSES, RET_INT, decode_poll,
	ARG(fds, RAW, ARRAY, BOTH, 1, sizeof(struct pollfd)), ARG(nfds, UINT), ARG(timeout, INT));
SYSCALL_ODD(ppoll, POLL_CLASSES, RET_INT, decode_ppoll,
	ARG(fds, RAW, ARRAY, BOTH, 1, sizeof(struct pollfd)), ARG(nfds, UINT),
	ARG(tmo_p, IN_LEFT, timespec), ARG(sigmask, SIGSET_IN, 4), ARG(sigsetsize, SIZE));

/*
 * The members of a set, as far as `nfds` reaches; false when it is not at hand. It was copied as if
 * each descriptor had a byte, which is enough for 32768 of them.
 */
static bool show_fd_set(struct decoder *d, unsigned at, unsigned when, struct value *ret)
{
	int nfds = MIN(MAX(arg_int(d, 0), 0), CAPTURE_BYTES_MAX * 8);
	const uint8_t *bits = d->args[at] && nfds
				      ? decoder_bytes(d, d->args[at], (size_t)(nfds + 7) / 8, when)
				      : NULL;

	if (!bits)
		return false;
	list_init(ret, VALUE_BITSET);
	for (int fd = 0; fd < nfds; fd++)
		if (bits[fd / 8] >> (fd % 8) & 1)
			value_set_fd(list_add(d, ret, NULL), fd);
	if (arg_int(d, 0) > nfds)
		ret->flags |= VALUE_CUT;
	return true;
}

static void show_select(struct decoder *d, const struct shape *timeout)
{
	static const char *const names[] = {NULL, "in", "out", "except"};

	for (unsigned at = 1; at <= 3; at++) {
		struct value *ret = decoder_arg(d, at);

		if (!show_fd_set(d, at, CAPTURE_AT_ENTER, ret))
			value_set_addr(ret, d->args[at]);
	}
	note_timeout(d);
	if (!d->done || d->call->ret <= 0)
		return;
	list_init(&d->out->ret_detail, VALUE_ARRAY);
	for (unsigned at = 1; at <= 3; at++) {
		struct value ready = {.kind = VALUE_NONE};

		d->arg = at;
		if (!show_fd_set(d, at, CAPTURE_AT_EXIT, &ready) || !ready.list.nr)
			continue;
		ready.name = names[at];
		*decoder_add_detail(d, NULL) = ready;
	}
	detail_left(d, 4, timeout);
}

static void decode_select(struct decoder *d)
{
	show_select(d, &shape_timeval);
}

static void decode_pselect6(struct decoder *d)
{
	show_select(d, &shape_timespec);
}

SYSCALL_ODD(select, CLASS_DESC, RET_INT, decode_select, ARG(nfds, INT),
	ARG(readfds, RAW, ARRAY, BOTH, 0, 1), ARG(writefds, RAW, ARRAY, BOTH, 0, 1),
	ARG(exceptfds, RAW, ARRAY, BOTH, 0, 1), ARG(timeout, IN_LEFT, timeval));
static const struct capture_step pselect6_steps[] = {STEP_SIGSET_ARG(5)};

SYSCALL_STEPS(pselect6, CLASS_DESC, RET_INT, decode_pselect6, PICK_NOTHING, pselect6_steps,
	ARG(nfds, INT), ARG(readfds, RAW, ARRAY, BOTH, 0, 1), ARG(writefds, RAW, ARRAY, BOTH, 0, 1),
	ARG(exceptfds, RAW, ARRAY, BOTH, 0, 1), ARG(timeout, IN_LEFT, timespec),
	ARG(sigmask, IN, sigset_arg));

SHAPE(epoll_event, struct epoll_event)
{
	struct value *data;

	ADD_FLAGS(events, epoll_events);
	data = list_add(d, ret, "data");
	value_set_uint(list_add(d, data, "u32"), from->data.u32);
	value_set_uint(list_add(d, data, "u64"), from->data.u64);
}

#define EPOLL_WAIT ARG(epfd, FD), ARG(events, ARRAY_RESULT, epoll_event), ARG(maxevents, INT)

SYSCALL(epoll_create, CLASS_DESC, RET_FD, ARG(size, INT));
SYSCALL(epoll_create1, CLASS_DESC, RET_FD, ARG(flags, FLAGS, epoll_create));
/* EPOLL_CTL_DEL does not read the event, so what is there means nothing. */
static void decode_epoll_ctl(struct decoder *d)
{
	if (arg_int(d, 1) == EPOLL_CTL_DEL)
		value_set_addr(decoder_arg(d, 3), d->args[3]);
}

SYSCALL_ODD(epoll_ctl, CLASS_DESC, RET_INT, decode_epoll_ctl, ARG(epfd, FD),
	ARG(op, ENUM, epoll_ctl), ARG(fd, FD), ARG(event, IN, epoll_event));
SYSCALL(epoll_wait, CLASS_DESC, RET_INT, EPOLL_WAIT, ARG(timeout, INT));
SYSCALL(epoll_pwait, CLASS_DESC, RET_INT, EPOLL_WAIT, ARG(timeout, INT), ARG(sigmask, SIGSET_IN, 5),
	ARG(sigsetsize, SIZE));
SYSCALL(epoll_pwait2, CLASS_DESC, RET_INT, EPOLL_WAIT, ARG(timeout, IN, timespec),
	ARG(sigmask, SIGSET_IN, 5), ARG(sigsetsize, SIZE));
SYSCALL(epoll_ctl_old, 0, RET_INT, ARG(epfd, HEX), ARG(op, HEX), ARG(fd, HEX), ARG(event, HEX));
SYSCALL(epoll_wait_old, 0, RET_INT, ARG(epfd, HEX), ARG(events, HEX), ARG(maxevents, HEX),
	ARG(timeout, HEX));
