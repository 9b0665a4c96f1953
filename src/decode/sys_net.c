/* Sockets: making them, their addresses, and messages. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "decode/net.h"
#include "decode/netlink.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "decode/socket.h"

/* An address of the length that a further argument holds. */
static void show_address_in(struct decoder *d, unsigned at, unsigned len_at)
{
	struct value *ret = decoder_arg(d, at);

	decoder_show_sockaddr(d, d->args[at], arg_u32(d, len_at), CAPTURE_AT_ENTER, ret);
}

bool decoder_show_length(struct decoder *d, unsigned at, int32_t *ret_before, int32_t *ret_after)
{
	const int32_t *before, *after;
	struct value *ret = decoder_arg(d, at);

	before = d->args[at] ? decoder_bytes(d, d->args[at], 4, CAPTURE_AT_ENTER) : NULL;
	after = d->args[at] && d->done ? decoder_bytes(d, d->args[at], 4, CAPTURE_AT_EXIT) : NULL;
	*ret_before = before ? *before : after ? *after : 0;
	*ret_after = after ? *after : 0;
	if (before && after && *before != *after) {
		list_init(ret, VALUE_CHANGE);
		value_set_int(list_add(d, ret, NULL), *before);
		value_set_int(list_add(d, ret, NULL), *after);
		ret->flags |= VALUE_BY_REF;
	} else if (before || after) {
		value_set_int(ret, before ? *before : *after);
		ret->flags |= VALUE_BY_REF;
	} else {
		value_set_addr(ret, d->args[at]);
	}
	return after;
}

static void show_address_out(struct decoder *d, unsigned at)
{
	int32_t before, after;
	bool known = decoder_show_length(d, at + 1, &before, &after);
	struct value *ret = decoder_arg(d, at);

	if (known)
		decoder_show_sockaddr(
			d, d->args[at], (uint32_t)MIN(before, after), CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, d->args[at]);
}

/* ---- sockets ---- */

/* How the protocols of a family are named. */
static const struct {
	int family;
	const struct flag_set *set;
} protocol_sets[] = {
	{AF_INET, &flags_ipproto},
	{AF_INET6, &flags_ipproto},
	{AF_NETLINK, &flags_netlink_proto},
	{AF_IRDA, &flags_irda_protocol},
	{AF_CAN, &flags_can_protocol},
	{AF_BLUETOOTH, &flags_bt_protocol},
	{AF_RXRPC, &flags_af},
	{AF_ISDN, &flags_isdn_protocol},
	{AF_PHONET, &flags_phonet_protocol},
	{AF_CAIF, &flags_caif_protocol},
	{AF_NFC, &flags_nfc_protocol},
	{AF_KCM, &flags_kcm_protocol},
	{AF_SMC, &flags_smc_protocol},
};

static void decode_socket(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 2);

	if (arg_int(d, 0) == AF_PACKET) {
		value_set_eth_protocol(d, ret, (uint16_t)arg_u32(d, 2));
		return;
	}
	if (arg_int(d, 0) == AF_AX25) {
		value_set_hex_named(d, ret, arg_u32(d, 2), &flags_ax25_protocol);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(protocol_sets); i++)
		if (protocol_sets[i].family == arg_int(d, 0)) {
			value_set_enum(ret, arg_u32(d, 2), protocol_sets[i].set);
			return;
		}
	value_set_uint(ret, arg_u32(d, 2));
}

struct socket_pair {
	int32_t fd[2];
};

SHAPE(socket_pair, struct socket_pair)
{
	list_init(ret, VALUE_ARRAY);
	value_set_fd(list_add(d, ret, NULL), from->fd[0]);
	value_set_fd(list_add(d, ret, NULL), from->fd[1]);
}

SYSCALL_ODD(socket, CLASS_NETWORK, RET_FD, decode_socket, ARG(domain, ENUM, af),
	ARG(type, FLAGS, sock_type), ARG(protocol, INT));
SYSCALL(socketpair, CLASS_NETWORK, RET_INT, ARG(domain, ENUM, af), ARG(type, FLAGS, sock_type),
	ARG(protocol, INT), ARG(sv, OUT, socket_pair));

static void decode_address_1(struct decoder *d)
{
	show_address_in(d, 1, 2);
}

SYSCALL_ODD(bind, CLASS_NETWORK, RET_INT, decode_address_1, ARG(sockfd, FD),
	ARG(addr, SOCKADDR_IN, 2), ARG(addrlen, INT));
SYSCALL_ODD(connect, CLASS_NETWORK, RET_INT, decode_address_1, ARG(sockfd, FD),
	ARG(addr, SOCKADDR_IN, 2), ARG(addrlen, INT));
SYSCALL(listen, CLASS_NETWORK, RET_INT, ARG(sockfd, FD), ARG(backlog, INT));
SYSCALL(shutdown, CLASS_NETWORK | CLASS_WIDE_NETWORK, RET_INT, ARG(sockfd, FD),
	ARG(how, ENUM, shutdown));

static void decode_address_out_1(struct decoder *d)
{
	show_address_out(d, 1);
}

#define ADDRESS_OUT(at) ARG(addr, SOCKADDR_OUT, at), ARG(addrlen, LENGTH)
SYSCALL_ODD(accept, CLASS_NETWORK, RET_FD, decode_address_out_1, ARG(sockfd, FD), ADDRESS_OUT(2));
SYSCALL_ODD(accept4, CLASS_NETWORK, RET_FD, decode_address_out_1, ARG(sockfd, FD), ADDRESS_OUT(2),
	ARG(flags, FLAGS, sock_flags));
SYSCALL_ODD(
	getsockname, CLASS_NETWORK, RET_INT, decode_address_out_1, ARG(sockfd, FD), ADDRESS_OUT(2));
SYSCALL_ODD(
	getpeername, CLASS_NETWORK, RET_INT, decode_address_out_1, ARG(sockfd, FD), ADDRESS_OUT(2));

static void decode_sendto(struct decoder *d)
{
	int protocol = decoder_netlink_protocol(d, arg_int(d, 0));

	if (protocol >= 0)
		decoder_show_netlink(
			d, protocol, d->args[1], d->args[2], CAPTURE_AT_ENTER, decoder_arg(d, 1));
	show_address_in(d, 4, 5);
}

static void decode_recvfrom(struct decoder *d)
{
	int protocol = decoder_netlink_protocol(d, arg_int(d, 0));

	/* MSG_TRUNC makes the result that of the whole message */
	if (protocol >= 0 && d->done)
		decoder_show_netlink(d, protocol, d->args[1],
			MIN((uint64_t)d->call->ret, d->args[2]), CAPTURE_AT_EXIT,
			decoder_arg(d, 1));
	show_address_out(d, 4);
}

SYSCALL_ODD(sendto, CLASS_NETWORK, RET_INT, decode_sendto, ARG(sockfd, FD),
	ARG(buf, DATAGRAM_IN, 2), ARG(len, SIZE), ARG(flags, FLAGS, msg), ARG(addr, SOCKADDR_IN, 5),
	ARG(addrlen, INT));
SYSCALL_ODD(recvfrom, CLASS_NETWORK, RET_INT, decode_recvfrom, ARG(sockfd, FD),
	ARG(buf, DATAGRAM_OUT), ARG(len, SIZE), ARG(flags, FLAGS, msg), ADDRESS_OUT(5));

/* ---- messages ---- */

struct native_msghdr {
	uint64_t msg_name;
	uint32_t msg_namelen;
	uint32_t pad1;
	uint64_t msg_iov;
	uint64_t msg_iovlen;
	uint64_t msg_control;
	uint64_t msg_controllen;
	uint32_t msg_flags;
	uint32_t pad2;
};

static void show_netlink_data(struct decoder *d, uint64_t addr, uint64_t len, unsigned when,
	const void *with, struct value *ret)
{
	const int *protocol = with;

	decoder_show_netlink(d, *protocol, addr, len, when, ret);
}

/* A socket's address shows what it is also when nobody saw it being made. */
static void add_data(struct decoder *d, const struct native_msghdr *from, uint64_t limit,
	unsigned when, struct value *ret)
{
	int protocol = decoder_netlink_protocol(d, arg_int(d, 0));
	const sa_family_t *family = NULL;

	if (from->msg_name && from->msg_namelen >= sizeof(*family))
		family = decoder_bytes(d, from->msg_name, sizeof(*family), when);
	if (protocol >= 0 || (family && *family == AF_NETLINK))
		decoder_show_iovec_as(d, from->msg_iov, from->msg_iovlen, limit, when,
			show_netlink_data, &protocol, ret);
	else
		decoder_show_iovec(d, from->msg_iov, from->msg_iovlen, limit, when, ret);
}

/* `room`: what msg_namelen said before the call; `limit`: bytes that were moved. */
static void fill_msghdr(struct decoder *d, const struct native_msghdr *from, uint32_t room,
	uint64_t limit, unsigned when, struct value *ret)
{
	struct value *namelen;

	decoder_show_sockaddr(d, from->msg_name, MIN(room, from->msg_namelen), when,
		list_add(d, ret, "msg_name"));
	namelen = list_add(d, ret, "msg_namelen");
	if (room != from->msg_namelen) {
		list_init(namelen, VALUE_CHANGE);
		value_set_int(list_add(d, namelen, NULL), (int32_t)room);
		namelen = list_add(d, namelen, NULL);
	}
	value_set_int(namelen, (int32_t)from->msg_namelen);
	add_data(d, from, limit, when, list_add(d, ret, "msg_iov"));
	ADD_UINT(msg_iovlen);
	if (from->msg_controllen)
		decoder_show_control(d, from->msg_control, from->msg_controllen, when,
			list_add(d, ret, "msg_control"));
	ADD_UINT(msg_controllen);
	ADD_FLAGS(msg_flags, msg);
}

static const struct native_msghdr *message_at(struct decoder *d, unsigned when)
{
	return d->args[1] ? decoder_bytes(d, d->args[1], sizeof(struct native_msghdr), when) : NULL;
}

static void decode_sendmsg(struct decoder *d)
{
	const struct native_msghdr *msg = message_at(d, CAPTURE_AT_ENTER);

	if (msg)
		fill_msghdr(
			d, msg, msg->msg_namelen, UINT64_MAX, CAPTURE_AT_ENTER, decoder_arg(d, 1));
}

/* Of what the program gave, only the room for the name means something. */
static void decode_recvmsg(struct decoder *d)
{
	const struct native_msghdr *before = message_at(d, CAPTURE_AT_ENTER);
	const struct native_msghdr *after = d->done ? message_at(d, CAPTURE_AT_EXIT) : NULL;
	struct value *ret = decoder_arg(d, 1);

	if (after)
		fill_msghdr(d, after, before ? before->msg_namelen : after->msg_namelen,
			(uint64_t)d->call->ret, CAPTURE_AT_EXIT, ret);
	else if (before && d->call->ret < 0)
		value_set_int(list_add(d, ret, "msg_namelen"), (int32_t)before->msg_namelen);
	else
		value_set_addr(ret, d->args[1]);
}

SYSCALL_ODD(sendmsg, CLASS_NETWORK, RET_INT, decode_sendmsg, ARG(sockfd, FD),
	ARG(msg, RAW, MSGHDR, ENTER, 0, 0), ARG(flags, FLAGS, msg));
SYSCALL_ODD(recvmsg, CLASS_NETWORK, RET_INT, decode_recvmsg, ARG(sockfd, FD),
	ARG(msg, RAW, MSGHDR, BOTH, 0, 0), ARG(flags, FLAGS, msg));

struct native_mmsghdr {
	struct native_msghdr msg_hdr;
	uint32_t msg_len;
	uint32_t pad;
};

static const struct native_mmsghdr *message_of(struct decoder *d, uint64_t at, unsigned when)
{
	uint64_t addr = d->args[1] + at * sizeof(struct native_mmsghdr);

	/* one piece, or a piece for each: engines differ */
	return decoder_bytes(d, addr, sizeof(struct native_mmsghdr), when);
}

/* The first `nr_moved` of them have their length, which the call wrote. */
static void show_messages(struct decoder *d, uint64_t nr, uint64_t nr_moved, unsigned when)
{
	const struct native_mmsghdr *message = d->args[1] ? message_of(d, 0, when) : NULL;
	struct value *ret = decoder_arg(d, 1);
	uint64_t i;

	if (!message && (nr || !d->args[1])) {
		value_set_addr(ret, d->args[1]);
		return;
	}
	decoder_array_init(d, ret);
	for (i = 0; i < nr && message; i++) {
		struct value *item = list_add(d, ret, NULL);
		const struct native_mmsghdr *moved =
			i < nr_moved ? message_of(d, i, CAPTURE_AT_EXIT) : NULL;
		const struct native_mmsghdr *before = message_of(d, i, CAPTURE_AT_ENTER);

		fill_msghdr(d, &message->msg_hdr,
			before ? before->msg_hdr.msg_namelen : message->msg_hdr.msg_namelen,
			when == CAPTURE_AT_EXIT ? message->msg_len : UINT64_MAX, when,
			list_add(d, item, "msg_hdr"));
		if (moved)
			value_set_uint(list_add(d, item, "msg_len"), moved->msg_len);
		message = message_of(d, i + 1, when);
	}
	if (i < nr)
		ret->flags |= VALUE_CUT;
}

static void decode_sendmmsg(struct decoder *d)
{
	show_messages(d, arg_u32(d, 2), d->done ? (uint64_t)d->call->ret : 0, CAPTURE_AT_ENTER);
}

static void decode_recvmmsg(struct decoder *d)
{
	const struct timespec *left;

	if (!d->done)
		return;
	show_messages(d, (uint64_t)d->call->ret, (uint64_t)d->call->ret, CAPTURE_AT_EXIT);
	if (!d->call->ret) {
		d->out->ret_note = "Timeout";
		return;
	}
	d->arg = 4;
	left = d->args[4] ? decoder_bytes(d, d->args[4], sizeof(*left), CAPTURE_AT_EXIT) : NULL;
	if (left)
		shape_timespec.show(d, left, decoder_add_detail(d, "left"));
}

SYSCALL_ODD(sendmmsg, CLASS_NETWORK, RET_INT, decode_sendmmsg, ARG(sockfd, FD),
	ARG(msgvec, RAW, MMSGHDR, BOTH, 2, 0), ARG(vlen, UINT), ARG(flags, FLAGS, msg));

/* Before the call only the room for names means something. */
static const struct capture_step recvmmsg_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 1, ARRAY, LEN_ARG(2), sizeof(struct native_mmsghdr)),
};

SYSCALL_STEPS(recvmmsg, CLASS_NETWORK, RET_INT, decode_recvmmsg, PICK_NOTHING, recvmmsg_steps,
	ARG(sockfd, FD), ARG(msgvec, RAW, MMSGHDR, EXIT, 2, 0), ARG(vlen, UINT),
	ARG(flags, FLAGS, msg), ARG(timeout, IN_LEFT, timespec));
