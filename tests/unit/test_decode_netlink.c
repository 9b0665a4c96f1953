#include "test.h"

#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <net/if.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "decode_build.h"

#define HEAD "nlmsg_seq=1, nlmsg_pid=0}"

/* sendto(3, ...) of these bytes over a socket of this protocol */
#define SEND(object, protocol_, text)                                                              \
	{                                                                                          \
		"sendto", {3, 0x1000, sizeof(object)}, sizeof(object), {IN(1, object)},            \
			"sendto(3, " text, .netlink = true, .protocol = protocol_                  \
	}

static const struct {
	struct nlmsghdr head;
	struct ifinfomsg body;
	struct nlattr name_head;
	char name[4];
	struct nlattr info_head;
	struct nlattr kind_head;
	char kind[8];
	struct nlattr data_head;
	struct nlattr delay_head;
	uint32_t delay;
} link = {
	{sizeof(link), RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE, 1, 0},
	{.ifi_index = 7, .ifi_flags = IFF_UP},
	{8, IFLA_IFNAME},
	"br0",
	{28, IFLA_LINKINFO | NLA_F_NESTED},
	{11, IFLA_INFO_KIND},
	"bridge",
	{12, IFLA_INFO_DATA},
	{8, IFLA_BR_FORWARD_DELAY},
	1500,
};

TEST(routes)
{
	static const struct {
		struct nlmsghdr head;
		struct rtgenmsg body;
	} dump = {{17, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {AF_INET6}};
	static const struct {
		struct nlmsghdr head;
		struct ifaddrmsg body;
		struct nlattr local_head;
		uint8_t local[4];
		struct nlattr odd_head;
		uint8_t odd[4];
	} address = {{sizeof(address), RTM_DELADDR, NLM_F_REQUEST | 0x100, 1, 0},
		{AF_INET, 8, 0, RT_SCOPE_HOST, 0}, {8, IFA_LOCAL}, {127, 0, 0, 1}, {7, 200},
		{1, 2, 3}};
	const struct recorded rows[] = {
		SEND(dump, NETLINK_ROUTE,
			"[{nlmsg_len=17, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, " HEAD
			", {ifi_family=AF_INET6, ...}], 20, 0, NULL, 0) = 20"),
		SEND(link, NETLINK_ROUTE,
			"[{nlmsg_len=68, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_CREATE, " HEAD
			", {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=7, "
			"ifi_flags=IFF_UP, ifi_change=0}, [[{nla_len=8, nla_type=IFLA_IFNAME}, "
			"\"br0\"], [{nla_len=28, nla_type=NLA_F_NESTED|IFLA_LINKINFO}, "
			"[[{nla_len=11, nla_type=IFLA_INFO_KIND}, \"bridge\"], [{nla_len=12, "
			"nla_type=IFLA_INFO_DATA}, [{nla_len=8, nla_type=IFLA_BR_FORWARD_DELAY}, "
			"1500 /* 15.00 s */]]]]]], 68, 0, NULL, 0) = 68"),
		SEND(address, NETLINK_ROUTE,
			"[{nlmsg_len=40, nlmsg_type=RTM_DELADDR, "
			"nlmsg_flags=NLM_F_REQUEST|NLM_F_NONREC, " HEAD ", {ifa_family=AF_INET, "
			"ifa_prefixlen=8, ifa_flags=0, ifa_scope=RT_SCOPE_HOST, ifa_index=0}, "
			"[[{nla_len=8, nla_type=IFA_LOCAL}, inet_addr(\"127.0.0.1\")], [{nla_len=7, "
			"nla_type=0xc8 /* IFA_??? */}, \"\\x01\\x02\\x03\"]]], 40, 0, NULL, 0) = 40"),
	};

	CHECK(rows);
}

/* Of a message that goes on where nothing was copied, that place is shown. */
TEST(messages_cut_short)
{
	const struct recorded rows[] = {
		/* in the body */
		{"sendto", {3, 0x1000, sizeof(link)}, -EFAULT, {{1, CAPTURE_AT_ENTER, 24, &link}},
			"sendto(3, [{nlmsg_len=68, nlmsg_type=RTM_NEWLINK, "
			"nlmsg_flags=NLM_F_REQUEST|NLM_F_CREATE, " HEAD ", {ifi_family=AF_UNSPEC, "
			"0x1011}], 68, 0, NULL, 0) = EFAULT",
			.netlink = true},
		/* between an attribute's header and its data */
		{"sendto", {3, 0x1000, sizeof(link)}, -EFAULT, {{1, CAPTURE_AT_ENTER, 36, &link}},
			"sendto(3, [{nlmsg_len=68, nlmsg_type=RTM_NEWLINK, "
			"nlmsg_flags=NLM_F_REQUEST|NLM_F_CREATE, " HEAD ", {ifi_family=AF_UNSPEC, "
			"ifi_type=ARPHRD_NETROM, ifi_index=7, ifi_flags=IFF_UP, ifi_change=0}, "
			"[[{nla_len=8, nla_type=IFLA_IFNAME}, 0x1024], ... /* 0x1028 */]], 68, 0, "
			"NULL, 0) = EFAULT",
			.netlink = true},
		/* less than a header */
		{"sendto", {3, 0x1000, 4}, 4, {{1, CAPTURE_AT_ENTER, 4, &link}},
			"sendto(3, \"\\x44\\x00\\x00\\x00\", 4, 0, NULL, 0) = 4", .netlink = true},
		/* nothing at all */
		{"sendto", {3, 0x1000, sizeof(link)}, -EFAULT, {{0}},
			"sendto(3, 0x1000, 68, 0, NULL, 0) = EFAULT", .netlink = true},
		/* no netlink socket, as far as is known: bytes, whatever they look like */
		{"sendto", {3, 0x1000, 4}, 4, {{1, CAPTURE_AT_ENTER, 4, &link}},
			"sendto(3, \"D\\0\\0\\0\", 4, 0, NULL, 0) = 4"},
	};

	CHECK(rows);
}

TEST(answers)
{
	static const struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		struct nlattr text_head;
		char text[4];
	} error = {{sizeof(error), NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, 1, 0},
		{-2, {16, RTM_GETLINK, NLM_F_REQUEST, 1, 0}}, {8, 1}, "no!"};
	static const struct {
		struct nlmsghdr head[2];
		int32_t status;
	} done = {{{16, NLMSG_NOOP, 0, 1, 0}, {20, NLMSG_DONE, NLM_F_MULTI, 1, 0}}, -1};
	static const struct {
		struct nlmsghdr head;
		struct genlmsghdr body;
		struct nlattr attr;
		char name[8];
	} generic = {{sizeof(generic), GENL_ID_CTRL, NLM_F_REQUEST, 1, 0},
		{CTRL_CMD_GETFAMILY, 1, 0}, {12, CTRL_ATTR_FAMILY_NAME}, "nl80211"};
	static const struct {
		struct nlmsghdr head;
		struct unix_diag_msg body;
	} socket = {{sizeof(socket), SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, 1, 0},
		{AF_UNIX, SOCK_STREAM, 10, 0, 99, {1, 2}}};
	const struct recorded rows[] = {
		SEND(error, NETLINK_ROUTE,
			"[{nlmsg_len=44, nlmsg_type=NLMSG_ERROR, "
			"nlmsg_flags=NLM_F_CAPPED|NLM_F_ACK_TLVS, " HEAD ", [{error=-ENOENT, "
			"msg={nlmsg_len=16, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST, " HEAD
			"}, [{nla_len=8, nla_type=NLMSGERR_ATTR_MSG}, \"no!\"]]], 44, 0, NULL, 0) = 44"),
		SEND(done, NETLINK_ROUTE,
			"[{nlmsg_len=16, nlmsg_type=NLMSG_NOOP, nlmsg_flags=0, " HEAD
			", [{nlmsg_len=20, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, " HEAD
			", -1]], 36, 0, NULL, 0) = 36"),
		SEND(generic, NETLINK_GENERIC,
			"[{nlmsg_len=32, nlmsg_type=nlctrl, nlmsg_flags=NLM_F_REQUEST, " HEAD
			", {cmd=CTRL_CMD_GETFAMILY, version=1}, [{nla_len=12, "
			"nla_type=CTRL_ATTR_FAMILY_NAME}, \"nl80211\"]], 32, 0, NULL, 0) = 32"),
		SEND(socket, NETLINK_SOCK_DIAG,
			"[{nlmsg_len=32, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_MULTI, " HEAD
			", {udiag_family=AF_UNIX, udiag_type=SOCK_STREAM, udiag_state=TCP_LISTEN, "
			"udiag_ino=99, udiag_cookie=[1, 2]}], 32, 0, NULL, 0) = 32"),
	};

	CHECK(rows);
}

/* The address tells of a socket that nobody saw being made; not which protocol it speaks. */
TEST(sockets_known_by_address)
{
	static const struct nlmsghdr head = {20, 18, NLM_F_REQUEST, 1, 0};
	static const struct {
		struct nlmsghdr head;
		uint8_t body[4];
	} message = {{20, 18, NLM_F_REQUEST, 1, 0}, {1, 2, 3, 4}};
	static const uint16_t family = AF_NETLINK;
	static const struct iovec iov[2] = {{(void *)0x4000, 16}, {(void *)0x5000, 20}};
	static const struct msghdr msg = {.msg_name = (void *)0x2000,
		.msg_namelen = 2,
		.msg_iov = (void *)0x3000,
		.msg_iovlen = 2};
	const struct recorded rows[] = {
		{"sendmsg", {3, 0x1000}, 36,
			{IN(1, msg), IN(1, family), IN(1, iov), IN(1, head), IN(1, message)},
			"sendmsg(3, {msg_name={sa_family=AF_NETLINK}, msg_namelen=2, "
			"msg_iov=[{iov_base={nlmsg_len=20, nlmsg_type=0x12 /* NLMSG_??? */, "
			"nlmsg_flags=NLM_F_REQUEST, " HEAD
			", iov_len=16}, {iov_base=[{nlmsg_len=20, "
			"nlmsg_type=0x12 /* NLMSG_??? */, nlmsg_flags=NLM_F_REQUEST, " HEAD
			", \"\\x01\\x02\\x03\\x04\"], iov_len=20}], msg_iovlen=2, msg_controllen=0, "
			"msg_flags=0}, 0) = 36"},
	};

	CHECK(rows);
}

/* Attributes within attributes, as deep as a message can be. */
TEST(hostile_nesting)
{
	static uint16_t message[2048];
	struct buf out = BUF_INIT;
	struct recorded row = {"sendto", {3, 0x1000, sizeof(message)}, sizeof(message),
		{IN(1, message)}, NULL, .netlink = true, .protocol = NETLINK_ROUTE};
	const struct nlmsghdr head = {sizeof(message), RTM_NEWACTION, 0, 1, 0};

	memcpy(message, &head, sizeof(head));
	for (size_t at = 10; at < 2048; at += 2) {
		message[at] = (uint16_t)(sizeof(message) - at * 2);
		message[at + 1] = 1;
	}
	recorded_draw(&row, &out);
	assert_non_null(strstr(buf_cstr(&out), "nla_type=TCA_ROOT_TAB"));
	/* messages without end, and ones that do not go on */
	for (size_t at = 0; at < 2048; at += 8)
		memcpy(message + at, &(struct nlmsghdr){16, 2, 0, 0, 0}, 16);
	recorded_draw(&row, &out);
	memset(message, 0xff, sizeof(message));
	recorded_draw(&row, &out);
	row.args[2] = UINT64_MAX;
	recorded_draw(&row, &out);
	memset(message, 0, sizeof(message));
	recorded_draw(&row, &out);
	buf_deinit(&out);
}
