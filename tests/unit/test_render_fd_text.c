#include "test.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "render/fd_text.h"
#include "render/value_text.h"
#include "track/track.h"
#include "util/buf.h"

static void check(bool details, const struct track_file *file, const char *expected)
{
	struct value_text how = {.string_limit = 8, .fd_details = details};
	struct buf b = BUF_INIT;

	fd_text_draw(&how, &b, file);
	assert_string_equal(buf_cstr(&b), expected);
	buf_deinit(&b);
}

struct address {
	union {
		uint8_t bytes[128];
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_nl nl;
	};
	uint32_t len;
};

static struct address inet_address(const char *text, unsigned port)
{
	struct address a = {0};

	if (strchr(text, ':')) {
		a.in6.sin6_family = AF_INET6;
		a.in6.sin6_port = htons((uint16_t)port);
		assert_int_equal(inet_pton(AF_INET6, text, &a.in6.sin6_addr), 1);
		a.len = sizeof(a.in6);
	} else {
		a.in.sin_family = AF_INET;
		a.in.sin_port = htons((uint16_t)port);
		assert_int_equal(inet_pton(AF_INET, text, &a.in.sin_addr), 1);
		a.len = sizeof(a.in);
	}
	return a;
}

static struct address unix_address(const char *path, size_t len)
{
	struct address a = {.un = {.sun_family = AF_UNIX}};

	memcpy(a.un.sun_path, path, len);
	a.len = (uint32_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return a;
}

static struct track_file socket_of(int family, int type, int protocol)
{
	return (struct track_file){
		.kind = TRACK_SOCKET, .family = family, .type = type, .protocol = protocol};
}

static void check_ends(struct track_file file, const struct address *local,
	const struct address *peer, bool connected, const char *expected)
{
	file.connected = connected;
	if (local) {
		file.local = local->bytes;
		file.local_len = local->len;
	}
	if (peer) {
		file.peer = peer->bytes;
		file.peer_len = peer->len;
	}
	check(true, &file, expected);
}

TEST(protocols)
{
	static const struct {
		int family, type, protocol;
		const char *expected;
	} rows[] = {
		{AF_INET, SOCK_STREAM, 0, "<TCP>"},
		{AF_INET6, SOCK_STREAM, IPPROTO_TCP, "<TCPv6>"},
		{AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "<MPTCP>"},
		{AF_INET, SOCK_STREAM, IPPROTO_SCTP, "<SCTP>"},
		{AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP, "<SCTP>"},
		{AF_INET, SOCK_STREAM, 250, "<socket>"},
		{AF_INET, SOCK_DGRAM, 0, "<UDP>"},
		{AF_INET6, SOCK_DGRAM, IPPROTO_UDP, "<UDPv6>"},
		{AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, "<PINGv6>"},
		{AF_INET, SOCK_RAW, 255, "<RAW>"},
		{AF_UNIX, SOCK_STREAM, 0, "<UNIX-STREAM>"},
		{AF_UNIX, SOCK_DGRAM, 0, "<UNIX>"},
		{AF_UNIX, SOCK_SEQPACKET, 0, "<UNIX>"},
		{AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, "<NETLINK:[ROUTE]>"},
		{AF_NETLINK, SOCK_RAW, 999, "<NETLINK:[999]>"},
		{AF_PACKET, SOCK_RAW, 0, "<socket>"},
		{-1, -1, -1, "<socket>"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct track_file file = socket_of(rows[i].family, rows[i].type, rows[i].protocol);

		check(true, &file, rows[i].expected);
		check(false, &file, "<socket>");
	}
}

TEST(inet_addresses)
{
	const struct track_file tcp = socket_of(AF_INET, SOCK_STREAM, 0);
	const struct track_file tcp6 = socket_of(AF_INET6, SOCK_STREAM, 0);
	struct address near = inet_address("127.0.0.1", 41234), far = inet_address("10.1.2.3", 80);
	struct address near6 = inet_address("::1", 1), far6 = inet_address("2001:db8::2", 443);
	struct address mapped = inet_address("::ffff:1.2.3.4", 9);

	check_ends(tcp, &near, &far, true, "<TCP:[127.0.0.1:41234->10.1.2.3:80]>");
	check_ends(tcp, &near, NULL, false, "<TCP:[127.0.0.1:41234]>");
	check_ends(tcp, NULL, &far, true, "<TCP:[->10.1.2.3:80]>");
	check_ends(tcp6, &near6, &far6, true, "<TCPv6:[[::1]:1->[2001:db8::2]:443]>");
	check_ends(tcp6, &near6, &mapped, true, "<TCPv6:[[::1]:1->[::ffff:1.2.3.4]:9]>");
	near.len = 6; /* cut */
	check_ends(tcp, &near, NULL, false, "<TCP>");
	near.len = 1;
	check_ends(tcp, &near, &near, false, "<TCP>");
}

TEST(what_the_kernel_chose_is_left_out)
{
	const struct track_file tcp = socket_of(AF_INET, SOCK_STREAM, 0);
	const struct track_file tcp6 = socket_of(AF_INET6, SOCK_STREAM, 0);
	struct address any = inet_address("0.0.0.0", 80), far = inet_address("10.1.2.3", 99);
	struct address any6 = inet_address("::", 80), nothing = inet_address("0.0.0.0", 0);
	struct address no_port = inet_address("127.0.0.1", 0);

	check_ends(tcp, &any, NULL, false, "<TCP:[0.0.0.0:80]>");
	check_ends(tcp6, &any6, NULL, false, "<TCPv6:[[::]:80]>");
	check_ends(tcp, &any, &far, true, "<TCP:[:80->10.1.2.3:99]>");
	check_ends(tcp, &any, NULL, true, "<TCP:[:80]>");
	check_ends(tcp, &no_port, NULL, false, "<TCP:[127.0.0.1]>");
	check_ends(tcp, &nothing, NULL, false, "<TCP>");
	check_ends(tcp, &nothing, &far, true, "<TCP:[->10.1.2.3:99]>");
}

TEST(unix_addresses)
{
	const struct track_file file = socket_of(AF_UNIX, SOCK_STREAM, 0);
	struct address path = unix_address("/run/s\0junk", 11), name = unix_address("\0abs\0x", 6);
	struct address none = unix_address("", 0), odd = unix_address("a\n<\">", 5);

	check_ends(file, &path, NULL, false, "<UNIX-STREAM:[\"/run/s\"]>");
	check_ends(file, &name, NULL, false, "<UNIX-STREAM:[@\"abs\\0x\"]>");
	check_ends(file, NULL, &path, true, "<UNIX-STREAM:[->\"/run/s\"]>");
	check_ends(file, &path, &name, true, "<UNIX-STREAM:[\"/run/s\"->@\"abs\\0x\"]>");
	check_ends(file, &none, &none, true, "<UNIX-STREAM>");
	check_ends(file, &odd, NULL, false, "<UNIX-STREAM:[\"a\\n\\74\\\"\\76\"]>");
}

TEST(netlink_addresses)
{
	const struct track_file file = socket_of(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	struct address a = {.nl = {.nl_family = AF_NETLINK, .nl_pid = 77}, .len = sizeof(a.nl)};

	check_ends(file, &a, NULL, false, "<NETLINK:[ROUTE:77]>");
	a.nl.nl_pid = 0;
	check_ends(file, &a, NULL, false, "<NETLINK:[ROUTE]>");
	a.nl.nl_pid = 77;
	a.len = 4;
	check_ends(file, &a, NULL, false, "<NETLINK:[ROUTE]>");
}

TEST(sockets_that_were_there_before)
{
	struct track_file file = socket_of(-1, -1, -1);
	struct address far = inet_address("10.1.2.3", 99);

	file.path = "socket:[123]";
	check(false, &file, "<socket:[123]>");
	check(true, &file, "<socket:[123]>");
	check_ends(file, NULL, &far, true, "<socket:[->10.1.2.3:99]>");
}

TEST(files)
{
	struct track_file file = {.kind = TRACK_FILE, .path = "/dev/null"};

	check(true, &file, "</dev/null>");
	file.type_mode = S_IFCHR;
	file.dev_major = 1;
	file.dev_minor = 3;
	check(true, &file, "</dev/null<char 1:3>>");
	check(false, &file, "</dev/null>");
	file.type_mode = S_IFBLK;
	check(true, &file, "</dev/null<block 1:3>>");
	file.type_mode = S_IFREG;
	check(true, &file, "</dev/null>");
	file.deleted = true;
	check(true, &file, "</dev/null>(deleted)");
	file = (struct track_file){.kind = TRACK_FILE, .path = "/a\n<b>\xff"};
	check(false, &file, "</a\\n\\74b\\76\\377>");
	file = (struct track_file){.kind = TRACK_PIPE};
	check(true, &file, "<pipe>");
	file = (struct track_file){.kind = TRACK_UNKNOWN};
	check(true, &file, "<?>");
	file = (struct track_file){
		.kind = TRACK_ANON, .path = "anon_inode:[pidfd]", .target_pid = 17};
	check(true, &file, "<pid:17>");
	check(false, &file, "<anon_inode:[pidfd]>");
}
