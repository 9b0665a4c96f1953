#include "render/fd_text.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "decode/flags.h"
#include "decode/value.h"
#include "render/value_text.h"
#include "track/track.h"
#include "util/buf.h"

/* Addresses in brackets: what is not known of them is left out, never guessed. */

struct address {
	const uint8_t *bytes;
	uint32_t len;
	bool connected;
};

void fd_text_draw_path(const struct value_text *how, struct buf *out, const char *path)
{
	value_text_escape(how, out, (const uint8_t *)path, strlen(path), "<>");
}

static const char *inet_protocol(int type, int protocol)
{
	switch (type) {
	case SOCK_STREAM:
		switch (protocol) {
		case 0:
		case IPPROTO_TCP: return "TCP";
		case IPPROTO_SCTP: return "SCTP";
		case IPPROTO_MPTCP: return "MPTCP";
		}
		break;
	case SOCK_DGRAM:
		switch (protocol) {
		case 0:
		case IPPROTO_UDP: return "UDP";
		case IPPROTO_UDPLITE: return "UDPLITE";
		case IPPROTO_ICMP:
		case IPPROTO_ICMPV6: return "PING";
		}
		break;
	case SOCK_RAW: return "RAW";
	case SOCK_SEQPACKET: return protocol == IPPROTO_SCTP ? "SCTP" : NULL;
	}
	return NULL;
}

/* NULL = no more is known than that it is a socket. */
static const char *protocol_name(const struct track_file *file)
{
	switch (file->family) {
	case AF_UNIX: return file->type == SOCK_STREAM ? "UNIX-STREAM" : "UNIX";
	case AF_INET:
	case AF_INET6: return inet_protocol(file->type, file->protocol);
	case AF_NETLINK: return "NETLINK";
	default: return NULL;
	}
}

/*
 * Port 0 asks the kernel for one, and the wildcard address stands for one that it chooses when the
 * socket is connected; which one these became is not known.
 */
static void draw_inet(
	struct buf *out, const struct address *from, int family, const void *addr, in_port_t port)
{
	static const struct in6_addr wildcard = IN6ADDR_ANY_INIT;
	size_t len = family == AF_INET6 ? sizeof(wildcard) : sizeof(struct in_addr);
	char text[INET6_ADDRSTRLEN];

	if (!memcmp(addr, &wildcard, len) && (from->connected || !port))
		text[0] = '\0';
	else
		inet_ntop(family, addr, text, sizeof(text));
	if (*text)
		buf_printf(out, family == AF_INET6 ? "[%s]" : "%s", text);
	if (port)
		buf_printf(out, ":%u", ntohs(port));
}

static void draw_unix(const struct value_text *how, struct buf *out, const struct address *from)
{
	const uint8_t *path = from->bytes + offsetof(struct sockaddr_un, sun_path);
	size_t len = from->len - offsetof(struct sockaddr_un, sun_path);

	if (!len)
		return;
	if (*path) {
		len = strnlen((const char *)path, len);
	} else {
		buf_addc(out, '@');
		path++;
		len--;
	}
	buf_addc(out, '"');
	value_text_escape(how, out, path, len, "\"<>");
	buf_addc(out, '"');
}

static void draw_address(const struct value_text *how, struct buf *out, const struct address *from)
{
	union {
		sa_family_t family;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage room;
	} a = {0};

	if (!from->bytes || from->len < sizeof(a.family))
		return;
	memcpy(&a, from->bytes, MIN((size_t)from->len, sizeof(a)));
	if (a.family == AF_UNIX)
		draw_unix(how, out, from);
	else if (a.family == AF_INET && from->len >= offsetof(struct sockaddr_in, sin_zero))
		draw_inet(out, from, AF_INET, &a.in.sin_addr, a.in.sin_port);
	else if (a.family == AF_INET6 && from->len >= offsetof(struct sockaddr_in6, sin6_scope_id))
		draw_inet(out, from, AF_INET6, &a.in6.sin6_addr, a.in6.sin6_port);
}

static void draw_ends(const struct value_text *how, struct buf *out, const struct track_file *file)
{
	const struct address local = {file->local, file->local_len, file->connected};
	const struct address peer = {file->peer, file->peer_len, file->connected};
	size_t before;

	draw_address(how, out, &local);
	before = out->len;
	buf_adds(out, "->");
	draw_address(how, out, &peer);
	if (out->len == before + 2)
		out->len = before;
}

/* The protocol spoken over it, and the number that is this end's address. */
static void draw_netlink(struct buf *out, const struct track_file *file)
{
	static const char prefix[] = "NETLINK_";
	const char *name = flag_set_exact(&flags_netlink_proto, (uint64_t)file->protocol);
	struct sockaddr_nl local = {0};

	if (name && !strncmp(name, prefix, strlen(prefix)))
		buf_adds(out, name + strlen(prefix));
	else
		buf_add_i64(out, file->protocol);
	if (file->local && file->local_len >= sizeof(local))
		memcpy(&local, file->local, sizeof(local));
	if (local.nl_family == AF_NETLINK && local.nl_pid)
		buf_printf(out, ":%u", local.nl_pid);
}

static void draw_socket(
	const struct value_text *how, struct buf *out, const struct track_file *file)
{
	const char *name = protocol_name(file);
	size_t start = out->len, opened;

	buf_adds(out, name ? name : "socket");
	if (name && file->family == AF_INET6)
		buf_adds(out, "v6");
	buf_adds(out, ":[");
	opened = out->len;
	if (file->family == AF_NETLINK)
		draw_netlink(out, file);
	else
		draw_ends(how, out, file);
	if (out->len > opened) {
		buf_addc(out, ']');
		return;
	}
	out->len = opened - strlen(":[");
	if (!name && file->path) {
		out->len = start;
		fd_text_draw_path(how, out, file->path);
	}
}

void fd_text_draw(const struct value_text *how, struct buf *out, const struct track_file *file)
{
	buf_addc(out, '<');
	if (file->kind == TRACK_SOCKET && how->fd_details)
		draw_socket(how, out, file);
	else if (file->target_pid && how->fd_details)
		buf_printf(out, "pid:%d", file->target_pid);
	else if (file->path)
		fd_text_draw_path(how, out, file->path);
	else if (file->kind == TRACK_PIPE)
		buf_adds(out, "pipe");
	else if (file->kind == TRACK_SOCKET)
		buf_adds(out, "socket");
	else
		buf_addc(out, '?');
	if (how->fd_details && (S_ISCHR(file->type_mode) || S_ISBLK(file->type_mode)))
		buf_printf(out, "<%s %u:%u>", S_ISCHR(file->type_mode) ? "char" : "block",
			file->dev_major, file->dev_minor);
	buf_addc(out, '>');
	if (file->deleted)
		buf_adds(out, "(deleted)");
}
