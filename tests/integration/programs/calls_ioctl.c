/* ioctl: terminals, interfaces, files, and requests on no descriptor with every kind of argument.
 */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/input.h>
#include <linux/loop.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/sockios.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "expect.h"

struct window {
	unsigned short rows, cols, xpixel, ypixel;
};

static struct expect e;
static char *edge; /* the next page is not mapped */

static long request(long fd, unsigned long number, const void *arg)
{
	return kcall(SYS_ioctl, fd, number, arg);
}

/* `len` bytes that end where nothing is mapped any more. */
static void *at_edge(const void *bytes, size_t len)
{
	return memcpy(edge - len, bytes, len);
}

static void terminals(void)
{
	struct window size = {24, 80, 0, 0};
	struct termios mode;
	int locked = 0, number = -1;
	long pty, ret;

	pty = kcall(SYS_openat, AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY);
	expect_call(&e, pty, "openat(AT_FDCWD, \"/dev/ptmx\", O_RDWR|O_NOCTTY)");
	if (pty < 0)
		return;
	expect_call(&e, request(pty, TIOCSPTLCK, &locked), "ioctl(%ld, TIOCSPTLCK, [0])", pty);
	ret = request(pty, TIOCGPTN, &number);
	expect_call(&e, ret, "ioctl(%ld, TIOCGPTN, [%d])", pty, number);
	expect_call(&e, request(pty, TIOCSWINSZ, at_edge(&size, sizeof(size))),
		"ioctl(%ld, TIOCSWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0})", pty);
	expect_call(&e, request(pty, TIOCGWINSZ, &size),
		"ioctl(%ld, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0})", pty);
	expect_call(&e, request(pty, TIOCSWINSZ, edge - 4), "ioctl(%ld, TIOCSWINSZ, %p)", pty,
		edge - 4);
	ret = request(pty, TCGETS, &mode);
	expect_call(&e, ret,
		"ioctl(%ld, TCGETS, {c_iflag=ICRNL|IXON, c_oflag=NL0|CR0|TAB0|BS0|VT0|FF0|OPOST|ONLCR, "
		"c_cflag=B38400%sCS8|CREAD, c_lflag=ISIG|ICANON|ECHO|ECHOE|ECHOK|IEXTEN|ECHOCTL|ECHOKE, "
		"...})",
		pty, mode.c_cflag & CIBAUD ? "|B38400<<IBSHIFT|" : "|");
	expect_call(
		&e, request(pty, TCFLSH, (void *)TCIFLUSH), "ioctl(%ld, TCFLSH, TCIFLUSH)", pty);
	expect_call(&e, request(pty, FIONREAD, &number), "ioctl(%ld, FIONREAD, [0])", pty);
	expect_call(&e, kcall(SYS_close, pty), "close(%ld)", pty);
}

static void interfaces(void)
{
	struct ifreq lo = {.ifr_name = "lo"}, none = {.ifr_name = "no-such-thing"};
	struct ifconf list = {.ifc_len = 40, .ifc_buf = (void *)0xdead0000};
	int owner = 0;
	long sock, ret;

	sock = kcall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	expect_call(&e, sock, "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP)");
	ret = request(sock, SIOCGIFINDEX, &lo);
	if (ret == 0)
		expect(&e, "ioctl(%ld, SIOCGIFINDEX, {ifr_name=\"lo\", ifr_ifindex=%d}) = 0", sock,
			lo.ifr_ifindex);
	else
		expect(&e, "<*>");
	ret = request(sock, SIOCGIFMTU, &lo);
	if (ret == 0)
		expect(&e, "ioctl(%ld, SIOCGIFMTU, {ifr_name=\"lo\", ifr_mtu=%d}) = 0", sock,
			lo.ifr_mtu);
	else
		expect(&e, "<*>");
	none.ifr_mtu = 1400;
	expect_call(&e, request(sock, SIOCSIFMTU, at_edge(&none, sizeof(none))),
		"ioctl(%ld, SIOCSIFMTU, {ifr_name=\"no-such-thing\", ifr_mtu=1400})", sock);
	none.ifr_flags = IFF_UP | IFF_PROMISC;
	expect_call(&e, request(sock, SIOCSIFFLAGS, &none),
		"ioctl(%ld, SIOCSIFFLAGS, {ifr_name=\"no-such-thing\", ifr_flags=IFF_UP|IFF_PROMISC})",
		sock);
	if (!expect_old())
		expect_call(&e, request(sock, SIOCGIFMTU, &none),
			"ioctl(%ld, SIOCGIFMTU, {ifr_name=\"no-such-thing\"})", sock);
	expect_call(&e, request(sock, SIOCGIFCONF, &list),
		"ioctl(%ld, SIOCGIFCONF, {ifc_len=40 /* 1 * sizeof(struct ifreq) */, "
		"ifc_buf=0xdead0000})",
		sock);
	expect_call(&e, request(sock, SIOCSPGRP, &owner), "ioctl(%ld, SIOCSPGRP, [0])", sock);
	expect_call(&e, request(sock, SIOCATMARK, edge), "ioctl(%ld, SIOCATMARK, %p)", sock, edge);
	expect_call(&e, kcall(SYS_close, sock), "close(%ld)", sock);
}

static void block_devices(void)
{
	struct loop_info64 loop = {.lo_offset = 512,
		.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_PARTSCAN,
		.lo_file_name = "/image"};
	uint64_t range[2] = {4096, 512};
	struct fstrim_range trim = {.start = 0x10, .len = 20, .minlen = 30};

	expect_call(&e, request(-1, LOOP_SET_STATUS64, at_edge(&loop, sizeof(loop))),
		"ioctl(-1, LOOP_SET_STATUS64, {lo_offset=0x200, lo_number=0, "
		"lo_flags=LO_FLAGS_READ_ONLY|LO_FLAGS_PARTSCAN, lo_file_name=\"/image\", ...})");
	expect_call(&e, request(-1, LOOP_SET_STATUS64, edge - 100),
		"ioctl(-1, LOOP_SET_STATUS64, %p)", edge - 100);
	expect_call(&e, request(-1, LOOP_SET_FD, (void *)5), "ioctl(-1, LOOP_SET_FD, 5)");
	expect_call(&e, request(-1, LOOP_CLR_FD, (void *)5), "ioctl(-1, LOOP_CLR_FD)");
	expect_call(&e, request(-1, BLKDISCARD, range), "ioctl(-1, BLKDISCARD, [4096, 512])");
	expect_call(
		&e, request(-1, BLKGETSIZE64, range), "ioctl(-1, BLKGETSIZE64, %p)", (void *)range);
	expect_call(&e, request(-1, BLKRASET, (void *)77), "ioctl(-1, BLKRASET, 77)");
	expect_call(
		&e, request(-1, HDIO_GETGEO, range), "ioctl(-1, HDIO_GETGEO, %p)", (void *)range);
	expect_call(&e, request(-1, FITRIM, &trim),
		"ioctl(-1, FITRIM, {start=0x10, len=20, minlen=30})");
}

static void others(void)
{
	struct {
		int bits, len;
		char bytes[4];
	} entropy = {3, 4, "abc"};
	struct uffdio_range range = {0x1000, 0x2000};
	struct rtc_time time = {.tm_sec = 1, .tm_min = 2, .tm_hour = 3, .tm_mday = 4, .tm_year = 5};
	char name[16];

	expect_call(&e, request(-1, EVIOCGNAME(sizeof(name)), name),
		"ioctl(-1, EVIOCGNAME(16), %p)", name);
	expect_call(&e, request(-1, EVIOCGBIT(EV_KEY, 8), NULL),
		"ioctl(-1, EVIOCGBIT(EV_KEY, 8), NULL)");
	expect_call(
		&e, request(-1, EVIOCSABS(ABS_X), edge), "ioctl(-1, EVIOCSABS(ABS_X), %p)", edge);
	expect_call(&e, request(-1, RTC_SET_TIME, &time),
		"ioctl(-1, RTC_SET_TIME, {tm_sec=1, tm_min=2, tm_hour=3, tm_mday=4, tm_mon=0, "
		"tm_year=5, ...})");
	expect_call(&e, request(-1, UFFDIO_WAKE, &range),
		"ioctl(-1, UFFDIO_WAKE, {start=0x1000, len=0x2000})");
	if (!expect_old())
		expect_call(&e, request(-1, RNDADDENTROPY, &entropy),
			"ioctl(-1, RNDADDENTROPY, {entropy_count=3, buf_size=4, buf=\"abc\\0\"})");
	expect_call(
		&e, request(-1, FICLONE, (void *)7), "ioctl(-1, BTRFS_IOC_CLONE or FICLONE, 7)");
	expect_call(&e, request(-1, 0xc0de9999, edge),
		"ioctl(-1, _IOC(_IOC_READ|_IOC_WRITE, 0x99, 0x99, 0xde), %p)", edge);
	expect_call(&e, request(-1, 0, NULL), "ioctl(-1, _IOC(_IOC_NONE, 0, 0, 0), 0)");
}

int main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	edge = page + 4096;
	memset(page, 0, 4096);
	mprotect(edge, 4096, PROT_NONE);
	expect_begin(&e);
	terminals();
	interfaces();
	block_devices();
	others();
	expect_end(&e);
	return 0;
}
