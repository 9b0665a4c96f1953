/* Control messages: what goes with a message beside its data. */
#include <time.h>

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "decode/net.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "decode/socket.h"
#include "util/arena.h"

/* `bytes`: aligned; `len` of them, as many as the row asks for at least. */
struct control_row {
	int level;
	int type;
	size_t min_len;
	void (*show)(struct decoder *d, const void *bytes, size_t len, struct value *ret);
};

static void show_fds(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const int32_t *fds = bytes;

	decoder_array_init(d, ret);
	for (size_t i = 0; i < len / sizeof(*fds); i++)
		value_set_fd(list_add(d, ret, NULL), fds[i]);
}

static void show_credentials(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct ucred *from = bytes;

	ADD_PID(pid);
	ADD_ID(uid);
	ADD_ID(gid);
}

static void show_text(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	value_set_string(ret, bytes, len);
}

static void show_pidfd(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const int32_t *fd = bytes;

	value_set_fd(ret, *fd);
}

static void show_timeval(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	if (len < shape_timeval.size)
		value_set_binary(ret, bytes, len);
	else
		shape_timeval.show(d, bytes, ret);
}

static void show_timespec(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	if (len < shape_timespec.size)
		value_set_binary(ret, bytes, len);
	else
		shape_timespec.show(d, bytes, ret);
}

#define NR_TIMESTAMPS 3 /* by software, unused, by hardware */

static void show_timestamps(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct timespec *from = bytes;

	if (len < NR_TIMESTAMPS * sizeof(*from)) {
		value_set_binary(ret, bytes, len);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	for (unsigned i = 0; i < NR_TIMESTAMPS; i++)
		shape_timespec.show(d, &from[i], list_add(d, ret, NULL));
}

static void show_pktinfo(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct in_pktinfo *from = bytes;

	ADD_IFINDEX(ipi_ifindex);
	list_add_inet_addr(d, ret, "ipi_spec_dst", AF_INET, &from->ipi_spec_dst);
	list_add_inet_addr(d, ret, "ipi_addr", AF_INET, &from->ipi_addr);
}

static void show_pktinfo6(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct in6_pktinfo *from = bytes;

	list_add_inet_addr(d, ret, "ipi6_addr", AF_INET6, &from->ipi6_addr);
	ADD_IFINDEX(ipi6_ifindex);
}

static void show_numbers(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const uint32_t *numbers = bytes;

	decoder_array_init(d, ret);
	for (size_t i = 0; i < len / sizeof(*numbers); i++)
		value_set_uint(list_add(d, ret, NULL), numbers[i]);
}

static void show_hex_bytes(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const uint8_t *at = bytes;

	decoder_array_init(d, ret);
	for (size_t i = 0; i < len; i++)
		value_set_hex(list_add(d, ret, NULL), at[i]);
}

static void show_queued_error(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sock_extended_err *from = bytes;

	ADD_UINT(ee_errno);
	ADD_UINT(ee_origin);
	ADD_UINT(ee_type);
	ADD_UINT(ee_code);
	ADD_UINT(ee_info);
	ADD_UINT(ee_data);
	value_set_sockaddr(d, list_add(d, ret, "offender"), from + 1,
		MIN(len - sizeof(*from), sizeof(struct sockaddr_in)));
}

static void show_address(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	value_set_sockaddr(d, ret, bytes, len);
}

static void show_protocol(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const uint32_t *protocol = bytes;

	value_set_enum(ret, *protocol, &flags_ipproto);
	ret->flags |= VALUE_BY_REF;
}

#define CONTROL_PIDFD    4  /* newer than Debian 12's headers */
#define CONTROL_PROTOCOL 52 /* IP_PROTOCOL: likewise */

static const struct control_row control_rows[] = {
	{SOL_SOCKET, SCM_RIGHTS, sizeof(int), show_fds},
	{SOL_SOCKET, SCM_CREDENTIALS, sizeof(struct ucred), show_credentials},
	{SOL_SOCKET, 3 /* SCM_SECURITY */, 1, show_text},
	{SOL_SOCKET, CONTROL_PIDFD, sizeof(int), show_pidfd},
	{SOL_SOCKET, SO_TIMESTAMP_OLD, 1, show_timeval},
	{SOL_SOCKET, SO_TIMESTAMPNS_OLD, 1, show_timespec},
	{SOL_SOCKET, SO_TIMESTAMPING_OLD, 1, show_timestamps},
	{SOL_SOCKET, SO_TIMESTAMP_NEW, 1, show_timeval},
	{SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1, show_timespec},
	{SOL_SOCKET, SO_TIMESTAMPING_NEW, 1, show_timestamps},
	{IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo), show_pktinfo},
	{IPPROTO_IP, IP_TTL, sizeof(uint32_t), show_numbers},
	{IPPROTO_IP, IP_TOS, 1, show_hex_bytes},
	{IPPROTO_IP, IP_RECVOPTS, 1, show_hex_bytes},
	{IPPROTO_IP, IP_RETOPTS, 1, show_hex_bytes},
	{IPPROTO_IP, IP_RECVERR, sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in),
		show_queued_error},
	{IPPROTO_IP, IP_ORIGDSTADDR, sizeof(struct sockaddr_in), show_address},
	{IPPROTO_IP, IP_CHECKSUM, sizeof(uint32_t), show_numbers},
	{IPPROTO_IP, CONTROL_PROTOCOL, sizeof(uint32_t), show_protocol},
	{IPPROTO_IP, 3 /* SCM_SECURITY */, 1, show_text},
	{IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo), show_pktinfo6},
	{IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(uint32_t), show_numbers},
	{IPPROTO_IPV6, IPV6_TCLASS, sizeof(uint32_t), show_numbers},
};

static void show_data(struct decoder *d, const struct cmsghdr *head, const uint8_t *bytes,
	size_t len, struct value *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(control_rows); i++) {
		const struct control_row *row = &control_rows[i];

		if (row->level == head->cmsg_level && row->type == head->cmsg_type &&
			len >= row->min_len) {
			row->show(d, arena_dup(d->arena, bytes, len), len, ret);
			return;
		}
	}
	value_set_binary(ret, bytes, len);
}

static void show_head(struct decoder *d, const struct cmsghdr *from, struct value *ret)
{
	struct value *type;

	ADD_UINT(cmsg_len);
	value_set_enum(list_add(d, ret, "cmsg_level"), (uint32_t)from->cmsg_level, &flags_sol);
	type = list_add(d, ret, "cmsg_type");
	switch (from->cmsg_level) {
	case SOL_SOCKET: value_set_enum(type, (uint32_t)from->cmsg_type, &flags_scm); break;
	case IPPROTO_IP: value_set_enum(type, (uint32_t)from->cmsg_type, &flags_ip_cmsg); break;
	case IPPROTO_IPV6:
		value_set_enum(type, (uint32_t)from->cmsg_type, &flags_ipv6_option);
		break;
	default: value_set_hex(type, (uint32_t)from->cmsg_type); break;
	}
}

#define PAGE 4096

void decoder_show_control(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	size_t wanted = MIN(len, CAPTURE_CONTROL_MAX), at = 0;

	/* what ends with a page could not be read any further, which the call did not like either
	 */
	if (!chunk || (chunk->len < wanted && !((addr + chunk->len) % PAGE)))
		wanted = 0;
	else
		wanted = MIN(wanted, chunk->len);
	if (wanted < sizeof(struct cmsghdr)) {
		value_set_addr(ret, addr);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	while (wanted - at >= sizeof(struct cmsghdr)) {
		struct value *item = list_add(d, ret, NULL);
		struct cmsghdr head;
		size_t have;

		memcpy(&head, chunk->bytes + at, sizeof(head));
		show_head(d, &head, item);
		have = MIN(head.cmsg_len, wanted - at);
		if (have < sizeof(head)) {
			at += sizeof(head);
			break;
		}
		if (have > sizeof(head))
			show_data(d, &head, chunk->bytes + at + sizeof(head), have - sizeof(head),
				list_add(d, item, "cmsg_data"));
		if (head.cmsg_len > wanted - at || CMSG_ALIGN(head.cmsg_len) >= wanted - at) {
			at = wanted;
			break;
		}
		at += CMSG_ALIGN(head.cmsg_len);
	}
	if (at < wanted && wanted == len) {
		/* no message any more */
		struct value *rest = list_add(d, ret, NULL);

		value_set_name(rest, "...");
		rest->comment = decoder_printf(d, "%#llx", (unsigned long long)(addr + at));
	} else if (at < len) {
		ret->flags |= VALUE_CUT;
	}
}
