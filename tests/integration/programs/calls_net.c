/* Sockets: addresses, options, control messages and netlink, well formed and not. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>

#include "expect.h"

static struct expect e;
static char *page; /* what follows cannot be read */
static void *const bad = (void *)0xdead0000;

/* A copy that ends where memory does. */
static void *at_end(const void *bytes, size_t len)
{
	return memcpy(page + 4096 - len, bytes, len);
}

static void addresses(void)
{
	struct sockaddr_un un = {AF_UNIX, "/nowhere"};
	struct sockaddr_in in = {AF_INET, htons(4242), {htonl(INADDR_LOOPBACK)}, {0}};
	struct sockaddr_in6 in6 = {AF_INET6, htons(53), htonl(7), IN6ADDR_LOOPBACK_INIT, 9};
	struct sockaddr_nl nl = {AF_NETLINK, 0, 77, 0x1234};
	struct sockaddr_ll ll = {
		AF_PACKET, htons(ETH_P_IP), 0, 1, PACKET_OTHERHOST, 2, {0xab, 0xcd}};
	struct sockaddr_vm vm = {.svm_family = AF_VSOCK, .svm_port = 9, .svm_cid = VMADDR_CID_HOST};
	struct sockaddr odd = {250, "\1\2abc"};
	void *there = at_end(&in, sizeof(in));
	int len = 16;

	expect_call(&e, kcall(SYS_connect, -1, &un, sizeof(un)),
		"connect(-1, {sa_family=AF_UNIX, sun_path=\"/nowhere\"}, 110)");
	memcpy(un.sun_path, "\0a\0b", 4);
	expect_call(&e, kcall(SYS_bind, -1, &un, 6),
		"bind(-1, {sa_family=AF_UNIX, sun_path=@\"a\\0b\"}, 6)");
	expect_call(&e, kcall(SYS_bind, -1, &un, 2), "bind(-1, {sa_family=AF_UNIX}, 2)");
	expect_call(&e, kcall(SYS_connect, -1, &in, sizeof(in)),
		"connect(-1, {sa_family=AF_INET, sin_port=htons(4242), "
		"sin_addr=inet_addr(\"127.0.0.1\")}, 16)");
	expect_call(&e, kcall(SYS_connect, -1, &in, 8),
		"connect(-1, {sa_family=AF_INET, sa_data=\"\\20\\222\\177\\0\\0\\1\"}, 8)");
	expect_call(&e, kcall(SYS_connect, -1, there, 17), "connect(-1, %p, 17)", there);
	expect_call(&e, kcall(SYS_connect, -1, &in6, sizeof(in6)),
		"connect(-1, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(7), "
		"inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=9}, 28)");
	expect_call(&e, kcall(SYS_connect, -1, &ll, sizeof(ll)),
		"connect(-1, {sa_family=AF_PACKET, sll_protocol=htons(ETH_P_IP), sll_ifindex=0, "
		"sll_hatype=ARPHRD_ETHER, sll_pkttype=PACKET_OTHERHOST, sll_halen=2, "
		"sll_addr=[0xab, 0xcd]}, 20)");
	if (!expect_old()) { /* which shows them in another form */
		expect_call(&e, kcall(SYS_connect, -1, &nl, sizeof(nl)),
			"connect(-1, {sa_family=AF_NETLINK, nl_pid=77, nl_groups=0x001234}, 12)");
		expect_call(&e, kcall(SYS_connect, -1, &vm, sizeof(vm)),
			"connect(-1, {sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, svm_port=0x9, "
			"svm_flags=0}, 16)");
	}
	expect_call(&e, kcall(SYS_connect, -1, &odd, 7),
		"connect(-1, {sa_family=0xfa /* AF_??? */, sa_data=\"\\1\\2abc\"}, 7)");
	expect_call(&e, kcall(SYS_connect, -1, bad, 16), "connect(-1, %p, 16)", bad);
	expect_call(&e, kcall(SYS_connect, -1, &in, -1L), "connect(-1, %p, -1)", (void *)&in);
	expect_call(&e, kcall(SYS_getsockname, -1, &in, &len), "getsockname(-1, %p, [16])",
		(void *)&in);
	expect_call(&e, kcall(SYS_accept4, -1, &in, bad, SOCK_CLOEXEC | 1),
		"accept4(-1, %p, %p, SOCK_CLOEXEC|0x1)", (void *)&in, bad);
	expect_call(&e, kcall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK | 0x10, 300),
		"socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK|0x10, 0x12c /* IPPROTO_??? */)");
	expect_call(&e, kcall(SYS_shutdown, -1, 7), "shutdown(-1, 0x7 /* SHUT_??? */)");
}

static void options(void)
{
	int on = 1, len = 4;
	struct linger linger = {1, 9};
	struct ip_mreq mreq = {{htonl(0xe0000001)}, {htonl(INADDR_LOOPBACK)}};
	struct packet_mreq packet = {0, PACKET_MR_MULTICAST, 3, {1, 2, 255}};
	struct tpacket_req ring = {4096, 1, 2048, 2};
	struct sock_filter code = {BPF_RET | BPF_K, 0, 0, 7};
	struct sock_fprog filter = {1, &code};
	uint32_t icmp = ~(1u << 8);
	void *torn = at_end(&linger, 7);

	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_SOCKET, SO_REUSEADDR, &on, 4),
		"setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, [1], 4)");
	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_SOCKET, SO_REUSEADDR, &on, 3),
		"setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, %p, 3)", (void *)&on);
	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_SOCKET, SO_LINGER, &linger, 8),
		"setsockopt(-1, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=9}, 8)");
	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_SOCKET, SO_LINGER, torn, 8),
		"setsockopt(-1, SOL_SOCKET, SO_LINGER, %p, 8)", torn);
	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_SOCKET, SO_ATTACH_FILTER, &filter, 16),
		"setsockopt(-1, SOL_SOCKET, SO_ATTACH_FILTER, {len=1, filter=%p}, 16)",
		(void *)&code);
	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_SOCKET, 999, &on, 4),
		"setsockopt(-1, SOL_SOCKET, 0x3e7 /* SO_??? */, [1], 4)");
	expect_call(&e, kcall(SYS_setsockopt, -1, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, 8),
		"setsockopt(-1, SOL_IP, IP_ADD_MEMBERSHIP, "
		"{imr_multiaddr=inet_addr(\"224.0.0.1\"), imr_interface=inet_addr(\"127.0.0.1\")}, "
		"8)");
	expect_call(&e, kcall(SYS_setsockopt, -1, IPPROTO_TCP, 1, &on, 4),
		"setsockopt(-1, SOL_TCP, TCP_NODELAY, [1], 4)");
	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_PACKET, PACKET_RX_RING, &ring, 16),
		"setsockopt(-1, SOL_PACKET, PACKET_RX_RING, {tp_block_size=4096, tp_block_nr=1, "
		"tp_frame_size=2048, tp_frame_nr=2}, 16)");
	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &packet, 16),
		"setsockopt(-1, SOL_PACKET, PACKET_ADD_MEMBERSHIP, {mr_ifindex=0, "
		"mr_type=PACKET_MR_MULTICAST, mr_alen=3, mr_address=01:02:ff}, 16)");
	expect_call(&e, kcall(SYS_setsockopt, -1, SOL_RAW, 1, &icmp, 4),
		"setsockopt(-1, SOL_RAW, ICMP_FILTER, ~[ICMP_ECHO], 4)");
	expect_call(&e, kcall(SYS_setsockopt, -1, 5000, 6, "text", 5),
		"setsockopt(-1, 0x1388 /* SOL_?? */, 6, \"text\\0\", 5)");
	expect_call(&e, kcall(SYS_getsockopt, -1, SOL_SOCKET, SO_ERROR, &on, &len),
		"getsockopt(-1, SOL_SOCKET, SO_ERROR, %p, [4])", (void *)&on);
	expect_call(&e, kcall(SYS_getsockopt, -1, SOL_SOCKET, SO_ERROR, &on, bad),
		"getsockopt(-1, SOL_SOCKET, SO_ERROR, %p, %p)", (void *)&on, bad);
}

static void pair(void)
{
	struct {
		struct cmsghdr head;
		int fd;
	} rights = {{20, SOL_SOCKET, SCM_RIGHTS}, 0};
	struct iovec iov = {(char *)"hello", 5};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	int fds[2], size, len = 4;

	size = kcall(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, fds);
	expect_call(&e, size, "socketpair(AF_UNIX, SOCK_DGRAM, 0, [%d, %d])", fds[0], fds[1]);
	expect_call(&e, kcall(SYS_getsockopt, fds[0], SOL_SOCKET, SO_LINGER, &size, &len),
		"getsockopt(%d, SOL_SOCKET, SO_LINGER, {l_onoff=0}, [4])", fds[0]);
	len = 100;
	expect_call(&e, kcall(SYS_getsockopt, fds[0], SOL_SOCKET, SO_ERROR, &size, &len),
		"getsockopt(%d, SOL_SOCKET, SO_ERROR, [0], [100 => 4])", fds[0]);
	rights.fd = fds[1];
	msg.msg_control = &rights;
	msg.msg_controllen = 20;
	expect_call(&e, kcall(SYS_sendmsg, fds[0], &msg, MSG_NOSIGNAL),
		"sendmsg(%d, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", "
		"iov_len=5}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, "
		"cmsg_type=SCM_RIGHTS, cmsg_data=[%d]}], msg_controllen=20, msg_flags=0}, "
		"MSG_NOSIGNAL)",
		fds[0], fds[1]);
	/* one that claims to go on where there is nothing */
	rights.head.cmsg_len = 5;
	expect_call(&e, kcall(SYS_sendmsg, fds[0], &msg, 0),
		"sendmsg(%d, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", "
		"iov_len=5}], msg_iovlen=1, msg_control=[{cmsg_len=5, cmsg_level=SOL_SOCKET, "
		"cmsg_type=SCM_RIGHTS}, ... /* %p */], msg_controllen=20, msg_flags=0}, 0)",
		fds[0], (void *)&rights.fd);
	msg.msg_control = bad;
	expect_call(&e, kcall(SYS_sendmsg, fds[0], &msg, 0),
		"sendmsg(%d, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", "
		"iov_len=5}], msg_iovlen=1, msg_control=%p, msg_controllen=20, msg_flags=0}, 0)",
		fds[0], bad);
	close(fds[0]);
	close(fds[1]);
	expect(&e, "close(%d) = 0", fds[0]);
	expect(&e, "close(%d) = 0", fds[1]);
}

#define HEAD(type, len)                                                                            \
	"nlmsg_len=" #len ", nlmsg_type=" type ", nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=5, "        \
	"nlmsg_pid=0}"

/* To no one: the kernel drops what is not flagged as a request, and refuses what it does not know.
 */
static void netlink(void)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg body;
		struct nlattr dst_head;
		uint8_t dst[4];
		struct nlattr odd_head;
		uint8_t odd[4];
	} route = {{sizeof(route), RTM_GETROUTE, NLM_F_REQUEST, 5, 0}, {.rtm_family = AF_INET},
		{8, RTA_DST}, {10, 0, 0, 1}, {8, 500}, {1, 2, 3, 4}};
	struct nlmsghdr empty = {16, RTM_GETLINK, 0, 0, 0};
	struct sockaddr_nl any = {.nl_family = AF_NETLINK};
	void *there;
	int fd = kcall(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	expect_call(&e, fd, "socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE)");
	/* before that it is none for those who ask the kernel for netlink sockets */
	expect_call(&e, kcall(SYS_bind, fd, &any, sizeof(any)),
		"bind(%d, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12)", fd);
	expect_call(&e, kcall(SYS_sendto, fd, &empty, 16, MSG_DONTWAIT, NULL, 0),
		"sendto(%d, {nlmsg_len=16, nlmsg_type=RTM_GETLINK, nlmsg_flags=0, nlmsg_seq=0, "
		"nlmsg_pid=0}, 16, MSG_DONTWAIT, NULL, 0)",
		fd);
	route.head.nlmsg_type = RTM_GETROUTE;
	there = at_end(&route, sizeof(route) - 2);
	expect_call(&e, kcall(SYS_sendto, fd, there, sizeof(route), MSG_DONTWAIT, NULL, 0),
		"sendto(%d, [{" HEAD("RTM_GETROUTE",
			44) ", {rtm_family=AF_INET, rtm_dst_len=0, "
			    "rtm_src_len=0, rtm_tos=0, rtm_table=RT_TABLE_UNSPEC, rtm_protocol=RTPROT_UNSPEC, "
			    "rtm_scope=RT_SCOPE_UNIVERSE, rtm_type=RTN_UNSPEC, rtm_flags=0}, [[{nla_len=8, "
			    "nla_type=RTA_DST}, inet_addr(\"10.0.0.1\")], [{nla_len=8, nla_type=0x1f4 /* "
			    "RTA_??? */}, %p]]], 44, MSG_DONTWAIT, NULL, 0)",
		fd, (char *)there + 40);
	route.head.nlmsg_flags = 0;
	route.head.nlmsg_len = 20;
	expect_call(&e, kcall(SYS_sendto, fd, &route, 20, MSG_DONTWAIT, NULL, 0),
		"sendto(%d, [{nlmsg_len=20, nlmsg_type=RTM_GETROUTE, nlmsg_flags=0, nlmsg_seq=5, "
		"nlmsg_pid=0}, {rtm_family=AF_INET, ...}], 20, MSG_DONTWAIT, NULL, 0)",
		fd);
	expect_call(&e, kcall(SYS_sendto, fd, "1234", 4, MSG_DONTWAIT, NULL, 0),
		"sendto(%d, \"\\x31\\x32\\x33\\x34\", 4, MSG_DONTWAIT, NULL, 0)", fd);
	expect_call(&e, kcall(SYS_sendto, fd, bad, 16, MSG_DONTWAIT, NULL, 0),
		"sendto(%d, %p, 16, MSG_DONTWAIT, NULL, 0)", fd, bad);
	close(fd);
	expect(&e, "close(%d) = 0", fd);
}

int main(void)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(page + 4096, 4096, PROT_NONE);
	memset(page, 1, 4096); /* present */
	expect_begin(&e);
	addresses();
	options();
	pair();
	netlink();
	expect_end(&e);
	return 0;
}
