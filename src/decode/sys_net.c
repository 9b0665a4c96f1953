/* Sockets: addresses, messages, options. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "util/arena.h"

/* ---- addresses ---- */

static void set_be16(struct decoder *d, struct value *ret, const char *macro, uint16_t number)
{
	macro_init(ret, macro);
	value_set_uint(list_add(d, ret, NULL), ntohs(number));
}

static void set_be32(struct decoder *d, struct value *ret, const char *macro, uint32_t number)
{
	macro_init(ret, macro);
	value_set_uint(list_add(d, ret, NULL), ntohl(number));
}

static void add_address_text(struct decoder *d, struct value *list, int family, const void *addr)
{
	char *text = arena_alloc(d->arena, INET6_ADDRSTRLEN);

	inet_ntop(family, addr, text, INET6_ADDRSTRLEN);
	value_set_string(list_add(d, list, NULL), text, strlen(text));
}

static void set_inet_addr(struct decoder *d, struct value *ret, const struct in_addr *addr)
{
	macro_init(ret, "inet_addr");
	add_address_text(d, ret, AF_INET, addr);
}

static void set_inet_pton(
	struct decoder *d, struct value *ret, const struct in6_addr *addr, const char *where)
{
	macro_init(ret, "inet_pton");
	value_set_enum(list_add(d, ret, NULL), AF_INET6, &flags_af);
	add_address_text(d, ret, AF_INET6, addr);
	value_set_name(list_add(d, ret, NULL), where);
}

static void show_unix(struct decoder *d, const uint8_t *bytes, size_t len, struct value *ret)
{
	const uint8_t *path = bytes + offsetof(struct sockaddr_un, sun_path);
	size_t room = len - offsetof(struct sockaddr_un, sun_path);
	struct value *item;

	if (!room)
		return; /* unnamed */
	item = list_add(d, ret, "sun_path");
	if (*path) {
		value_set_text(item, path, room);
	} else {
		/* in the abstract namespace every byte counts */
		value_set_string(item, path + 1, room - 1);
		item->flags |= VALUE_ABSTRACT;
	}
}

static void show_inet(struct decoder *d, const void *bytes, struct value *ret)
{
	const struct sockaddr_in *sin = bytes;

	set_be16(d, list_add(d, ret, "sin_port"), "htons", sin->sin_port);
	set_inet_addr(d, list_add(d, ret, "sin_addr"), &sin->sin_addr);
}

static void show_inet6(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_in6 *sin6 = bytes;

	set_be16(d, list_add(d, ret, "sin6_port"), "htons", sin6->sin6_port);
	set_be32(d, list_add(d, ret, "sin6_flowinfo"), "htonl", sin6->sin6_flowinfo);
	set_inet_pton(d, list_add(d, ret, NULL), &sin6->sin6_addr, "&sin6_addr");
	if (len >= sizeof(*sin6))
		value_set_uint(list_add(d, ret, "sin6_scope_id"), sin6->sin6_scope_id);
}

static void show_netlink(struct decoder *d, const struct sockaddr_nl *from, struct value *ret)
{
	value_set_int(list_add(d, ret, "nl_pid"), (int32_t)from->nl_pid);
	value_set_name(list_add(d, ret, "nl_groups"), decoder_printf(d, "%08x", from->nl_groups));
}

static void show_packet(struct decoder *d, const struct sockaddr_ll *from, struct value *ret)
{
	struct value *protocol = list_add(d, ret, "sll_protocol");

	macro_init(protocol, "htons");
	value_set_hex(list_add(d, protocol, NULL), ntohs(from->sll_protocol));
	ADD_UINT(sll_ifindex);
	ADD_UINT(sll_hatype);
	ADD_UINT(sll_pkttype);
	ADD_UINT(sll_halen);
	value_set_data(list_add(d, ret, "sll_addr"), from->sll_addr,
		MIN(from->sll_halen, sizeof(from->sll_addr)),
		MIN(from->sll_halen, sizeof(from->sll_addr)));
}

static void show_vsock(struct decoder *d, const struct sockaddr_vm *from, struct value *ret)
{
	ADD_HEX(svm_cid);
	ADD_HEX(svm_port);
}

/* `bytes`: aligned storage of the size of the largest address. */
static void show_sockaddr(struct decoder *d, const uint8_t *bytes, size_t len, struct value *ret)
{
	sa_family_t family;
	size_t head = sizeof(family);

	memcpy(&family, bytes, sizeof(family));
	list_init(ret, VALUE_STRUCT);
	value_set_enum(list_add(d, ret, "sa_family"), family, &flags_af);
	if (family == AF_UNIX)
		show_unix(d, bytes, len, ret);
	else if (family == AF_INET && len >= offsetof(struct sockaddr_in, sin_zero))
		show_inet(d, bytes, ret);
	else if (family == AF_INET6 && len >= offsetof(struct sockaddr_in6, sin6_scope_id))
		show_inet6(d, bytes, len, ret);
	else if (family == AF_NETLINK && len >= sizeof(struct sockaddr_nl))
		show_netlink(d, (const struct sockaddr_nl *)bytes, ret);
	else if (family == AF_PACKET && len >= offsetof(struct sockaddr_ll, sll_addr))
		show_packet(d, (const struct sockaddr_ll *)bytes, ret);
	else if (family == AF_VSOCK && len >= offsetof(struct sockaddr_vm, svm_zero))
		show_vsock(d, (const struct sockaddr_vm *)bytes, ret);
	else if (len > head)
		value_set_data(list_add(d, ret, "sa_data"), bytes + head, len - head, len - head);
}

void value_set_sockaddr(struct decoder *d, struct value *ret, const void *bytes, size_t len)
{
	/* zero behind the end, so that fields beyond a short address are harmless */
	uint8_t *copy = arena_calloc(d->arena, 1, sizeof(struct sockaddr_storage) + 1);

	len = MIN(len, sizeof(struct sockaddr_storage));
	memcpy(copy, bytes, len);
	show_sockaddr(d, copy, len, ret);
}

void decoder_show_sockaddr(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	size_t at_hand = chunk ? MIN(len, (uint64_t)chunk->len) : 0;

	if (at_hand < sizeof(sa_family_t))
		value_set_addr(ret, addr);
	else
		value_set_sockaddr(d, ret, chunk->bytes, at_hand);
}

/* An address of the length that a further argument holds. */
static void show_address_in(struct decoder *d, unsigned at, unsigned len_at)
{
	struct value *ret = decoder_arg(d, at);

	decoder_show_sockaddr(d, d->args[at], arg_u32(d, len_at), CAPTURE_AT_ENTER, ret);
}

/* [128 => 16]: the room there was and what was needed of it. False when it is not known. */
static bool show_length(struct decoder *d, unsigned at, uint32_t *ret_before, uint32_t *ret_after)
{
	const uint32_t *before, *after;
	struct value *ret = decoder_arg(d, at);

	before = d->args[at] ? decoder_bytes(d, d->args[at], 4, CAPTURE_AT_ENTER) : NULL;
	after = d->args[at] && d->done ? decoder_bytes(d, d->args[at], 4, CAPTURE_AT_EXIT) : NULL;
	*ret_before = before ? *before : 0;
	*ret_after = after ? *after : 0;
	if (before && after && *before != *after) {
		list_init(ret, VALUE_CHANGE);
		value_set_uint(list_add(d, ret, NULL), *before);
		value_set_uint(list_add(d, ret, NULL), *after);
		ret->flags |= VALUE_BY_REF;
	} else if (before || after) {
		value_set_uint(ret, before ? *before : *after);
		ret->flags |= VALUE_BY_REF;
	} else {
		value_set_addr(ret, d->args[at]);
	}
	return after;
}

static void show_address_out(struct decoder *d, unsigned at)
{
	uint32_t before, after;
	bool known = show_length(d, at + 1, &before, &after);
	struct value *ret = decoder_arg(d, at);

	if (known)
		decoder_show_sockaddr(
			d, d->args[at], before ? MIN(before, after) : after, CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, d->args[at]);
}

/* ---- sockets ---- */

static void decode_socket(struct decoder *d)
{
	struct value *protocol = decoder_arg(d, 2);

	switch (arg_int(d, 0)) {
	case AF_INET:
	case AF_INET6: value_set_enum(protocol, arg_u32(d, 2), &flags_ipproto); break;
	case AF_NETLINK: value_set_enum(protocol, arg_u32(d, 2), &flags_netlink_proto); break;
	case AF_PACKET:
		macro_init(protocol, "htons");
		value_set_hex(list_add(d, protocol, NULL), ntohs((uint16_t)arg_u32(d, 2)));
		break;
	default: value_set_uint(protocol, arg_u32(d, 2)); break;
	}
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
	show_address_in(d, 4, 5);
}

static void decode_recvfrom(struct decoder *d)
{
	show_address_out(d, 4);
}

SYSCALL_ODD(sendto, CLASS_NETWORK, RET_INT, decode_sendto, ARG(sockfd, FD),
	ARG(buf, DATAGRAM_IN, 2), ARG(len, SIZE), ARG(flags, FLAGS, msg), ARG(addr, SOCKADDR_IN, 5),
	ARG(addrlen, INT));
SYSCALL_ODD(recvfrom, CLASS_NETWORK, RET_INT, decode_recvfrom, ARG(sockfd, FD),
	ARG(buf, DATAGRAM_OUT), ARG(len, SIZE), ARG(flags, FLAGS, msg), ADDRESS_OUT(5));

/* ---- messages ---- */

/* One control message; `len` bytes of data are at hand. */
static void show_control_data(struct decoder *d, const struct cmsghdr *head, const uint8_t *bytes,
	size_t len, struct value *ret)
{
	if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
		list_init(ret, VALUE_ARRAY);
		for (size_t at = 0; at + sizeof(int) <= len; at += sizeof(int)) {
			int fd;

			memcpy(&fd, bytes + at, sizeof(fd));
			value_set_fd(list_add(d, ret, NULL), fd);
		}
	} else if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_CREDENTIALS &&
		   len >= sizeof(struct ucred)) {
		struct ucred cred;

		memcpy(&cred, bytes, sizeof(cred));
		value_set_pid(list_add(d, ret, "pid"), cred.pid);
		value_set_uint(list_add(d, ret, "uid"), cred.uid);
		value_set_uint(list_add(d, ret, "gid"), cred.gid);
	} else {
		value_set_data(ret, bytes, len, len);
	}
}

static const struct flag_set *options_of(int level)
{
	switch (level) {
	case SOL_SOCKET: return &flags_so;
	case IPPROTO_IP: return &flags_ip_option;
	case IPPROTO_IPV6: return &flags_ipv6_option;
	case IPPROTO_TCP: return &flags_tcp_option;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE: return &flags_udp_option;
	case SOL_PACKET: return &flags_packet_option;
	case SOL_NETLINK: return &flags_netlink_option;
	default: return NULL;
	}
}

static void set_option(struct value *ret, int level, uint32_t option, const struct flag_set *set)
{
	if (set)
		value_set_enum(ret, option, set);
	else
		value_set_uint(ret, option);
}

static void show_control(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	size_t at_hand = chunk ? MIN(len, (uint64_t)chunk->len) : 0;
	size_t at = 0;

	if (at_hand < sizeof(struct cmsghdr)) {
		value_set_addr(ret, addr);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	while (at_hand - at >= sizeof(struct cmsghdr)) {
		struct value *item = list_add(d, ret, NULL);
		struct cmsghdr head;
		size_t have;

		memcpy(&head, chunk->bytes + at, sizeof(head));
		value_set_uint(list_add(d, item, "cmsg_len"), head.cmsg_len);
		value_set_enum(
			list_add(d, item, "cmsg_level"), (uint32_t)head.cmsg_level, &flags_sol);
		set_option(list_add(d, item, "cmsg_type"), head.cmsg_level,
			(uint32_t)head.cmsg_type,
			head.cmsg_level == SOL_SOCKET ? &flags_scm : options_of(head.cmsg_level));
		if (head.cmsg_len < sizeof(head))
			break;
		have = MIN(head.cmsg_len, at_hand - at) - sizeof(head);
		if (have)
			show_control_data(d, &head, chunk->bytes + at + sizeof(head), have,
				list_add(d, item, "cmsg_data"));
		if (head.cmsg_len > at_hand - at || CMSG_ALIGN(head.cmsg_len) >= at_hand - at)
			break;
		at += CMSG_ALIGN(head.cmsg_len);
	}
	if (at_hand < len)
		ret->flags |= VALUE_CUT;
}

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
	decoder_show_iovec(
		d, from->msg_iov, from->msg_iovlen, limit, when, list_add(d, ret, "msg_iov"));
	ADD_UINT(msg_iovlen);
	if (from->msg_controllen)
		show_control(d, from->msg_control, from->msg_controllen, when,
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

	if (!message) {
		value_set_addr(ret, d->args[1]);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	for (i = 0; i < nr && message; i++) {
		struct value *item = list_add(d, ret, NULL);
		const struct native_mmsghdr *moved =
			i < nr_moved ? message_of(d, i, CAPTURE_AT_EXIT) : NULL;

		fill_msghdr(d, &message->msg_hdr, message->msg_hdr.msg_namelen,
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
	if (d->done)
		show_messages(d, (uint64_t)d->call->ret, (uint64_t)d->call->ret, CAPTURE_AT_EXIT);
}

SYSCALL_ODD(sendmmsg, CLASS_NETWORK, RET_INT, decode_sendmmsg, ARG(sockfd, FD),
	ARG(msgvec, RAW, MMSGHDR, BOTH, 2, 0), ARG(vlen, UINT), ARG(flags, FLAGS, msg));
SYSCALL_ODD(recvmmsg, CLASS_NETWORK, RET_INT, decode_recvmmsg, ARG(sockfd, FD),
	ARG(msgvec, RAW, MMSGHDR, EXIT, 2, 0), ARG(vlen, UINT), ARG(flags, FLAGS, msg),
	ARG(timeout, IN, timespec));

/* ---- options ---- */

SHAPE(linger, struct linger)
{
	ADD_INT(l_onoff);
	ADD_INT(l_linger);
}

SHAPE(ucred, struct ucred)
{
	ADD_PID(pid);
	ADD_UINT(uid);
	ADD_UINT(gid);
}

SHAPE(ip_mreq, struct ip_mreq)
{
	set_inet_addr(d, list_add(d, ret, "imr_multiaddr"), &from->imr_multiaddr);
	set_inet_addr(d, list_add(d, ret, "imr_interface"), &from->imr_interface);
}

SHAPE(ipv6_mreq, struct ipv6_mreq)
{
	set_inet_pton(d, list_add(d, ret, NULL), &from->ipv6mr_multiaddr, "&ipv6mr_multiaddr");
	ADD_UINT(ipv6mr_interface);
}

/* What an option holds when it is not a plain number; NULL = a number, or unknown bytes. */
static const struct shape *option_shape(int level, int option)
{
	if (level == SOL_SOCKET)
		switch (option) {
		case SO_LINGER: return &shape_linger;
		case SO_PEERCRED: return &shape_ucred;
		case SO_RCVTIMEO:
		case SO_SNDTIMEO: return &shape_timeval;
		default: return NULL;
		}
	if (level == IPPROTO_IP && (option == IP_ADD_MEMBERSHIP || option == IP_DROP_MEMBERSHIP))
		return &shape_ip_mreq;
	if (level == IPPROTO_IPV6 &&
		(option == IPV6_ADD_MEMBERSHIP || option == IPV6_DROP_MEMBERSHIP))
		return &shape_ipv6_mreq;
	return NULL;
}

static bool is_text_option(int level, int option)
{
	return (level == SOL_SOCKET && option == SO_BINDTODEVICE) ||
	       (level == IPPROTO_TCP && (option == 13 || option == 31)); /* CONGESTION, ULP */
}

static void show_option(struct decoder *d, uint32_t len, unsigned when)
{
	int level = arg_int(d, 1), option = arg_int(d, 2);
	const struct shape *shape = option_shape(level, option);
	struct value *ret = decoder_arg(d, 3);
	const struct capture *chunk = d->args[3] ? decoder_chunk(d, d->args[3], when) : NULL;

	if (!chunk && len) {
		value_set_addr(ret, d->args[3]);
		return;
	}
	if (shape && len >= shape->size) {
		decoder_show_shape(d, d->args[3], shape, when, ret);
	} else if (is_text_option(level, option)) {
		decoder_show_data(d, d->args[3], len, when, ret);
	} else if (len == sizeof(int)) {
		decoder_show_shape(d, d->args[3], &shape_int, when, ret);
		if (level == SOL_SOCKET && ret->kind == VALUE_INT && option == SO_ERROR && ret->num)
			value_set_enum(ret, ret->num, &flags_errno);
		ret->flags |= ret->kind == VALUE_ADDR ? 0 : VALUE_BY_REF;
	} else {
		decoder_show_data(d, d->args[3], len, when, ret);
	}
}

static void show_option_name(struct decoder *d)
{
	set_option(decoder_arg(d, 2), arg_int(d, 1), arg_u32(d, 2), options_of(arg_int(d, 1)));
}

static void decode_setsockopt(struct decoder *d)
{
	show_option_name(d);
	show_option(d, arg_u32(d, 4), CAPTURE_AT_ENTER);
}

static void decode_getsockopt(struct decoder *d)
{
	uint32_t before, after;

	show_option_name(d);
	if (show_length(d, 4, &before, &after))
		show_option(d, after, CAPTURE_AT_EXIT);
}

SYSCALL_ODD(setsockopt, CLASS_NETWORK, RET_INT, decode_setsockopt, ARG(sockfd, FD),
	ARG(level, ENUM, sol), ARG(optname, HEX32), ARG(optval, RAW, ARRAY, ENTER, 4, 1),
	ARG(optlen, INT));
SYSCALL_ODD(getsockopt, CLASS_NETWORK, RET_INT, decode_getsockopt, ARG(sockfd, FD),
	ARG(level, ENUM, sol), ARG(optname, HEX32), ARG(optval, RAW, LENPTR, EXIT, 4, 0),
	ARG(optlen, LENGTH));
