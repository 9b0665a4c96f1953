#include "test.h"

#include <arpa/inet.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "decode_build.h"

TEST(addresses)
{
	const struct sockaddr_in in = {AF_INET, htons(80), {htonl(0x7f000001)}, {0}};
	const struct sockaddr_in6 in6 = {AF_INET6, htons(53), 0, IN6ADDR_LOOPBACK_INIT, 2};
	static const struct sockaddr_un un = {AF_UNIX, "/run/x"};
	static const struct sockaddr_un abstract = {AF_UNIX, "\0abc"};
	static const struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_pid = 7, .nl_groups = 1};
	static const struct sockaddr_nl high = {.nl_family = AF_NETLINK, .nl_pid = 0xffffff9c};
	static const sa_family_t unnamed = AF_UNIX;
	static const uint8_t odd[5] = {99, 0, 'a', 'b', 'c'};
	static const socklen_t room = 128, used = 16;
	const struct recorded rows[] = {
		{"connect", {3, 0x1000, sizeof(in)}, 0, {IN(1, in)},
			"connect(3, {sa_family=AF_INET, sin_port=htons(80), "
			"sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0"},
		{"connect", {3, 0x1000, sizeof(in6)}, 0, {IN(1, in6)},
			"connect(3, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), "
			"inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=2}, 28) = 0"},
		{"connect", {3, 0x1000, sizeof(un)}, 0, {IN(1, un)},
			"connect(3, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 110) = 0"},
		{"bind", {3, 0x1000, 6}, 0, {IN(1, abstract)},
			"bind(3, {sa_family=AF_UNIX, sun_path=@\"abc\"}, 6) = 0"},
		{"bind", {3, 0x1000, 2}, 0, {IN(1, unnamed)},
			"bind(3, {sa_family=AF_UNIX}, 2) = 0"},
		{"bind", {3, 0x1000, sizeof(nl)}, 0, {IN(1, nl)},
			"bind(3, {sa_family=AF_NETLINK, nl_pid=7, nl_groups=0x000001}, 12) = 0"},
		/* ids that the kernel makes up are negative */
		{"bind", {3, 0x1000, sizeof(high)}, 0, {IN(1, high)},
			"bind(3, {sa_family=AF_NETLINK, nl_pid=-100, nl_groups=00000000}, 12) = 0"},
		{"bind", {3, 0x1000, 5}, -EINVAL, {IN(1, odd)},
			"bind(3, {sa_family=0x63 /* AF_??? */, sa_data=\"abc\"}, 5) = EINVAL"},
		/* shorter than its family needs */
		{"bind", {3, 0x1000, 4}, -EINVAL, {IN(1, in)},
			"bind(3, {sa_family=AF_INET, sa_data=\"\\0P\"}, 4) = EINVAL"},
		{"bind", {3, 0x1000, 1}, -EINVAL, {IN(1, in)}, "bind(3, 0x1000, 1) = EINVAL"},
		{"getsockname", {3, 0x1000, 0x2000}, 0, {OUT(1, in), OUT(2, used)},
			"getsockname(3, {sa_family=AF_INET, sin_port=htons(80), "
			"sin_addr=inet_addr(\"127.0.0.1\")}, [16]) = 0"},
		{"accept", {3, 0x1000, 0x2000}, -EAGAIN, {OUT(1, in), IN(2, room)},
			"accept(3, 0x1000, [128]) = EAGAIN"},
		{"accept4", {3, 0, 0, SOCK_CLOEXEC}, 5, {{0}},
			"accept4(3, NULL, NULL, SOCK_CLOEXEC) = 5"},
	};

	CHECK(rows);
}

TEST(messages)
{
	static const struct iovec iov[1] = {{(void *)0x3000, 5}};
	static const struct {
		struct cmsghdr head;
		int fd;
	} control = {{20, SOL_SOCKET, SCM_RIGHTS}, 7};
	static const struct cmsghdr endless = {SIZE_MAX, SOL_SOCKET, SCM_RIGHTS};
	static const struct cmsghdr none = {0, SOL_SOCKET, SCM_RIGHTS};
	static const struct msghdr msg = {.msg_iov = (void *)0x2000,
		.msg_iovlen = 1,
		.msg_control = (void *)0x4000,
		.msg_controllen = 20};
	const struct recorded rows[] = {
		{"sendmsg", {3, 0x1000, MSG_NOSIGNAL}, 5,
			{IN(1, msg), IN(1, iov), IN_BYTES(1, "hello"), IN(1, control)},
			"sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", "
			"iov_len=5}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, "
			"cmsg_type=SCM_RIGHTS, cmsg_data=[7]}], msg_controllen=20, msg_flags=0}, "
			"MSG_NOSIGNAL) = 5"},
		{"sendmsg", {3, 0x1000, 0}, 5,
			{IN(1, msg), IN(1, iov), IN_BYTES(1, "hello"), IN(1, endless)},
			"sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", "
			"iov_len=5}], msg_iovlen=1, msg_control=[{cmsg_len=18446744073709551615, "
			"cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS}, ...], msg_controllen=20, "
			"msg_flags=0}, 0) = 5"},
		{"sendmsg", {3, 0x1000, 0}, 5,
			{IN(1, msg), IN(1, iov), IN_BYTES(1, "hello"), IN(1, none)},
			"sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", "
			"iov_len=5}], msg_iovlen=1, msg_control=[{cmsg_len=0, "
			"cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS}, ...], msg_controllen=20, "
			"msg_flags=0}, 0) = 5"},
		{"recvmsg", {3, 0x1000, 0}, -EAGAIN, {OUT(1, msg)},
			"recvmsg(3, 0x1000, 0) = EAGAIN"},
		{"recvmsg", {3, 0x1000, 0}, -EAGAIN, {IN(1, msg)},
			"recvmsg(3, {msg_namelen=0}, 0) = EAGAIN"},
		{"sendto", {3, 0x1000, 2, MSG_DONTWAIT, 0, 0}, 2, {IN_BYTES(1, "hi")},
			"sendto(3, \"hi\", 2, MSG_DONTWAIT, NULL, 0) = 2"},
	};

	CHECK(rows);
}

static void check_call(enum call_id id, const uint64_t *args, int64_t ret,
	const struct capture *captures, size_t nr, const char *expected)
{
	struct event_call call = {.nr = (uint32_t)call_number(ABI_X86_64, id),
		.ret = ret,
		.captures = captures,
		.nr_captures = nr};
	const struct value_text how = {.string_limit = 64};
	const struct decode_options opts = {0};
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct decoded_call decoded;

	memcpy(call.args, args, sizeof(call.args));
	decode_call(&arena, &call, &opts, &decoded);
	value_text_draw(&how, &out, &decoded.args[1], false);
	assert_string_equal(buf_cstr(&out), expected);
	buf_deinit(&out);
	arena_deinit(&arena);
}

/* What came out lies where what went in lay. */
TEST(room_for_a_name_and_what_it_took)
{
	static const struct msghdr before = {.msg_name = (void *)0x4000, .msg_namelen = 128};
	static const struct msghdr after = {.msg_name = (void *)0x4000, .msg_namelen = 2};
	static const sa_family_t unnamed = AF_UNIX;
	const struct capture captures[] = {
		{0x1000, sizeof(before), 1, CAPTURE_AT_ENTER, 0, (const uint8_t *)&before},
		{0x1000, sizeof(after), 1, CAPTURE_AT_EXIT, 0, (const uint8_t *)&after},
		{0x4000, sizeof(unnamed), 1, CAPTURE_AT_EXIT, 0, (const uint8_t *)&unnamed},
	};
	const uint64_t args[CAPTURE_NR_ARGS] = {3, 0x1000};

	check_call(CALL_recvmsg, args, 0, captures, 3,
		"{msg_name={sa_family=AF_UNIX}, msg_namelen=128 => 2, msg_iov=NULL, "
		"msg_iovlen=0, msg_controllen=0, msg_flags=0}");
}

/* As one piece and as a piece for each; the kernel took one of the two messages. */
TEST(several_messages_at_once)
{
	static const struct mmsghdr given[2];
	static const struct mmsghdr taken[1] = {{.msg_len = 7}};
	const struct capture whole[] = {
		{0x1000, sizeof(given), 1, CAPTURE_AT_ENTER, 0, (const uint8_t *)given},
		{0x1000, sizeof(taken), 1, CAPTURE_AT_EXIT, 0, (const uint8_t *)taken},
	};
	const struct capture pieces[] = {
		{0x1000, sizeof(given[0]), 1, CAPTURE_AT_ENTER, 0, (const uint8_t *)&given[0]},
		{0x1040, sizeof(given[1]), 1, CAPTURE_AT_ENTER, 0, (const uint8_t *)&given[1]},
		{0x1000, sizeof(taken), 1, CAPTURE_AT_EXIT, 0, (const uint8_t *)taken},
	};
	const uint64_t args[CAPTURE_NR_ARGS] = {3, 0x1000, 2}, three[] = {3, 0x1000, 3, 0, 0, 0};
	static const char header[] =
		"{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, "
		"msg_controllen=0, msg_flags=0}";
	char expected[400];

	snprintf(expected, sizeof(expected), "[%s, msg_len=7}, %s}]", header, header);
	check_call(CALL_sendmmsg, args, 1, whole, 2, expected);
	check_call(CALL_sendmmsg, args, 1, pieces, 3, expected);
	snprintf(expected, sizeof(expected), "[%s, msg_len=7}, %s}, ...]", header, header);
	check_call(CALL_sendmmsg, three, 1, pieces, 3, expected);
	snprintf(expected, sizeof(expected), "[%s}, %s}]", header, header);
	check_call(CALL_sendmmsg, args, -EPIPE, whole, 1, expected);
}

TEST(options)
{
	static const int on = 1;
	static const struct linger linger = {1, 5};
	static const struct ucred cred = {42, 1000, 1000};
	static const socklen_t len = sizeof(cred);
	const struct recorded rows[] = {
		{"socket", {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP}, 3, {{0}},
			"socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3"},
		{"socket", {AF_NETLINK, SOCK_RAW, NETLINK_ROUTE}, 3, {{0}},
			"socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3"},
		{"setsockopt", {3, SOL_SOCKET, SO_REUSEADDR, 0x1000, 4}, 0, {IN(3, on)},
			"setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0"},
		{"setsockopt", {3, IPPROTO_TCP, TCP_NODELAY, 0x1000, 4}, 0, {IN(3, on)},
			"setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0"},
		{"setsockopt", {3, SOL_SOCKET, SO_LINGER, 0x1000, 8}, 0, {IN(3, linger)},
			"setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0"},
		{"getsockopt", {3, SOL_SOCKET, SO_PEERCRED, 0x1000, 0x2000}, 0,
			{OUT(3, cred), OUT(4, len)},
			"getsockopt(3, SOL_SOCKET, SO_PEERCRED, {pid=42, uid=1000, gid=1000}, [12]) = 0"},
	};

	CHECK(rows);
}

TEST(addresses_of_rarer_families)
{
	static const struct sockaddr_vm vm = {
		.svm_family = AF_VSOCK, .svm_port = VMADDR_PORT_ANY, .svm_cid = VMADDR_CID_HOST};
	static const struct sockaddr_ll ll = {AF_PACKET, 0x0608, 0, 1, 4, 6, {1, 2, 3, 4, 5, 6}};
	static const struct sockaddr_alg alg = {
		.salg_family = AF_ALG, .salg_type = "hash", .salg_name = "sha1"};
	static const uint8_t l2cap[] = {31, 0, 1, 0, 1, 2, 3, 4, 5, 6, 0x41, 0};
	static const struct sockaddr_in6 in6 = {AF_INET6, 0, 0, {{{0xfe, 0x80}}}, 3};
	const struct recorded rows[] = {
		{"connect", {3, 0x1000, sizeof(vm)}, 0, {IN(1, vm)},
			"connect(3, {sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, "
			"svm_port=VMADDR_PORT_ANY, svm_flags=0}, 16) = 0"},
		{"bind", {3, 0x1000, sizeof(ll)}, 0, {IN(1, ll)},
			"bind(3, {sa_family=AF_PACKET, sll_protocol=htons(ETH_P_ARP), sll_ifindex=0, "
			"sll_hatype=ARPHRD_ETHER, sll_pkttype=PACKET_OUTGOING, sll_halen=6, "
			"sll_addr=[0x1, 0x2, 0x3, 0x4, 0x5, 0x6]}, 20) = 0"},
		{"bind", {3, 0x1000, sizeof(alg)}, 0, {IN(1, alg)},
			"bind(3, {sa_family=AF_ALG, salg_type=\"hash\", salg_feat=0, salg_mask=0, "
			"salg_name=\"sha1\"}, 88) = 0"},
		{"connect", {3, 0x1000, sizeof(l2cap)}, 0, {IN(1, l2cap)},
			"connect(3, {sa_family=AF_BLUETOOTH, l2_psm=htobs(L2CAP_PSM_SDP), "
			"l2_bdaddr=01:02:03:04:05:06, l2_cid=htobs(L2CAP_CID_DYN_START+1)}, 12) = 0"},
		{"connect", {3, 0x1000, sizeof(in6)}, 0, {IN(1, in6)},
			"connect(3, {sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0), "
			"inet_pton(AF_INET6, \"fe80::\", &sin6_addr), sin6_scope_id=3}, 28) = 0"},
		/* the length reaches beyond what could be read */
		{"connect", {3, 0x1000, 100}, -EFAULT, {IN(1, ll)},
			"connect(3, 0x1000, 100) = EFAULT"},
		{"connect", {3, 0x1000, (uint64_t)-1}, -EINVAL, {IN(1, ll)},
			"connect(3, 0x1000, -1) = EINVAL"},
	};

	CHECK(rows);
}

TEST(options_by_level)
{
	static const uint32_t icmp = 1u << 8, ports = 2000u << 16 | 1000, importance = 3;
	static const uint32_t stats[2] = {5, 6}, memory[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const struct tpacket_req ring = {4096, 1, 2048, 2};
	static const struct packet_mreq packet = {
		0, PACKET_MR_PROMISC, 200, {1, 2, 3, 4, 5, 6, 7, 8}};
	static const struct ipv6_mreq mreq6 = {IN6ADDR_LOOPBACK_INIT, 0};
	static const struct tcp_info info = {.tcpi_state = 1, .tcpi_options = 3};
	static const socklen_t one = 1, four = 4, six = 6, eight = 8, all = sizeof(memory),
			       most = sizeof(info);
	const struct recorded rows[] = {
		{"setsockopt", {3, SOL_RAW, 1, 0x1000, 4}, 0, {IN(3, icmp)},
			"setsockopt(3, SOL_RAW, ICMP_FILTER, [ICMP_ECHO], 4) = 0"},
		{"setsockopt", {3, IPPROTO_IP, 51, 0x1000, 4}, 0, {IN(3, ports)},
			"setsockopt(3, SOL_IP, IP_LOCAL_PORT_RANGE, [0x7d003e8 /* 1000..2000 */], 4) = 0"},
		{"setsockopt", {3, 271, 127, 0x1000, 4}, 0, {IN(3, importance)},
			"setsockopt(3, SOL_TIPC, TIPC_IMPORTANCE, [TIPC_CRITICAL_IMPORTANCE], 4) = 0"},
		{"setsockopt", {3, SOL_PACKET, PACKET_TX_RING, 0x1000, 16}, 0, {IN(3, ring)},
			"setsockopt(3, SOL_PACKET, PACKET_TX_RING, {tp_block_size=4096, tp_block_nr=1, "
			"tp_frame_size=2048, tp_frame_nr=2}, 16) = 0"},
		{"setsockopt", {3, SOL_PACKET, PACKET_TX_RING, 0x1000, 15}, -EINVAL, {IN(3, ring)},
			"setsockopt(3, SOL_PACKET, PACKET_TX_RING, 0x1000, 15) = EINVAL"},
		/* an address longer than its field */
		{"setsockopt", {3, SOL_PACKET, PACKET_ADD_MEMBERSHIP, 0x1000, 16}, -EINVAL,
			{IN(3, packet)},
			"setsockopt(3, SOL_PACKET, PACKET_ADD_MEMBERSHIP, {mr_ifindex=0, "
			"mr_type=PACKET_MR_PROMISC, mr_alen=200, mr_address=01:02:03:04:05:06:07:08}, "
			"16) = EINVAL"},
		{"setsockopt", {3, IPPROTO_IPV6, IPV6_JOIN_GROUP, 0x1000, 20}, 0, {IN(3, mreq6)},
			"setsockopt(3, SOL_IPV6, IPV6_ADD_MEMBERSHIP, {inet_pton(AF_INET6, \"::1\", "
			"&ipv6mr_multiaddr), ipv6mr_interface=0}, 20) = 0"},
		/* what is filled in in part, and less than a field */
		{"getsockopt", {3, SOL_PACKET, PACKET_STATISTICS, 0x1000, 0x2000}, 0,
			{OUT(3, stats), OUT(4, six)},
			"getsockopt(3, SOL_PACKET, PACKET_STATISTICS, {tp_packets=5, "
			"tp_drops=\"\\x06\\x00\"}, [6]) = 0"},
		{"getsockopt", {3, SOL_SOCKET, SO_ERROR, 0x1000, 0x2000}, 0,
			{OUT(3, icmp), OUT(4, one)},
			"getsockopt(3, SOL_SOCKET, SO_ERROR, \"\\x00\", [1]) = 0"},
		{"getsockopt", {3, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, 0x1000, 0x3000}, 0,
			{OUT(3, stats), IN(4, four), OUT(4, eight)},
			"getsockopt(3, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, [5, 6], [8]) = 0"},
		{"getsockopt", {3, SOL_SOCKET, SO_MEMINFO, 0x1000, 0x2000}, 0,
			{OUT(3, memory), OUT(4, all)},
			"getsockopt(3, SOL_SOCKET, SO_MEMINFO, {rmem_alloc=1, rcvbuf=2, wmem_alloc=3, "
			"sndbuf=4, fwd_alloc=5, wmem_queued=6, optmem=7, backlog=8, drops=9}, [36]) = 0"},
		{"getsockopt", {3, IPPROTO_TCP, TCP_INFO, 0x1000, 0x2000}, 0,
			{OUT(3, info), OUT(4, most)},
			"getsockopt(3, SOL_TCP, TCP_INFO, {tcpi_state=TCP_ESTABLISHED, "
			"tcpi_ca_state=TCP_CA_Open, tcpi_retransmits=0, tcpi_probes=0, tcpi_backoff=0, "
			"tcpi_options=TCPI_OPT_TIMESTAMPS|TCPI_OPT_SACK, tcpi_snd_wscale=0, "
			"tcpi_rcv_wscale=0, ...}, [104]) = 0"},
	};

	CHECK(rows);
}

TEST(control_messages)
{
	static const struct {
		struct cmsghdr head;
		uint64_t times[2];
		struct cmsghdr ttl_head;
		uint32_t ttl;
	} control = {{32, SOL_SOCKET, SO_TIMESTAMP_OLD}, {7, 8}, {20, IPPROTO_IP, IP_TTL}, 64};
	static const struct msghdr msg = {
		.msg_control = (void *)0x2000, .msg_controllen = sizeof(control)};
	const struct recorded rows[] = {
		{"sendmsg", {3, 0x1000, 0}, 0, {IN(1, msg), IN(1, control)},
			"sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, "
			"msg_control=[{cmsg_len=32, cmsg_level=SOL_SOCKET, cmsg_type=SO_TIMESTAMP_OLD, "
			"cmsg_data={tv_sec=7, tv_usec=8}}, {cmsg_len=20, cmsg_level=SOL_IP, "
			"cmsg_type=IP_TTL, cmsg_data=[64]}], msg_controllen=56, msg_flags=0}, 0) = 0"},
	};

	CHECK(rows);
}
