#include "test.h"

#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <linux/dm-ioctl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/input.h>
#include <linux/kd.h>
#include <linux/keyboard.h>
#include <linux/loop.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/sockios.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <netinet/in.h>
#include <scsi/sg.h>

#include "decode_build.h"

TEST(names_of_requests)
{
	const struct recorded rows[] = {
		/* one number, several subsystems */
		{"ioctl", {3, 0x4008af03, 0x1000}, -EBADF, {{0}},
			"ioctl(3, VHOST_SET_MEM_TABLE, 0x1000) = EBADF"},
		{"ioctl", {3, FICLONE, 4}, 0, {{0}}, "ioctl(3, BTRFS_IOC_CLONE or FICLONE, 4) = 0"},
		{"ioctl", {-1, TCSETS, 0}, -EBADF, {{0}},
			"ioctl(-1, SNDCTL_TMR_START or TCSETS, NULL) = EBADF"},
		{"ioctl", {3, TCSETS, 0}, -EFAULT, {{0}}, "ioctl(3, TCSETS, NULL) = EFAULT"},
		{"ioctl", {3, _IOC(_IOC_READ, 'M', 13, 4), 0}, -EBADF, {{0}},
			"ioctl(3, MIXER_READ(13) or OTPSELECT, NULL) = EBADF"},
		/* numbers that hold a length, or more */
		{"ioctl", {3, EVIOCGNAME(256), 0x1000}, -ENOTTY, {{0}},
			"ioctl(3, EVIOCGNAME(256), 0x1000) = ENOTTY"},
		{"ioctl", {3, EVIOCGABS(ABS_Y), 0}, -ENOTTY, {{0}},
			"ioctl(3, EVIOCGABS(ABS_Y), NULL) = ENOTTY"},
		{"ioctl", {3, EVIOCGBIT(0, 4), 0}, -ENOTTY, {{0}},
			"ioctl(3, EVIOCGBIT(0, 4), NULL) = ENOTTY"},
		/* unknown */
		{"ioctl", {3, 0xffffffff, 0}, -ENOTTY, {{0}},
			"ioctl(3, _IOC(_IOC_READ|_IOC_WRITE, 0xff, 0xff, 0x3fff), 0) = ENOTTY"},
		{"ioctl", {3, 0, 0}, -ENOTTY, {{0}},
			"ioctl(3, _IOC(_IOC_NONE, 0, 0, 0), 0) = ENOTTY"},
		/* of another word size only the name is sure */
		{"ioctl", {3, TCGETS, 0x1000}, 0, {{0}}, "ioctl(3, TCGETS, 0x1000) = 0",
			.abi = ABI_I386},
	};

	CHECK(rows);
}

TEST(terminals)
{
	static const struct termios raw = {.c_iflag = IGNBRK,
		.c_oflag = OPOST | XTABS,
		.c_cflag = B9600 | B1200 << IBSHIFT | CS8,
		.c_lflag = ICANON | ECHO,
		.c_cc = {3, [VEOF] = 4, [18] = 0xff}};
	static const struct termios2 two = {.c_line = 3, .c_ispeed = 10, .c_ospeed = 20};
	static const uint32_t lines = 0x2 | 0x40000;
	const struct recorded rows[] = {
		{"ioctl", {0, TCGETS, 0x1000}, 0, {OUT(2, raw)},
			"ioctl(0, TCGETS, {c_iflag=IGNBRK, c_oflag=NL0|CR0|XTABS|BS0|VT0|FF0|OPOST, "
			"c_cflag=B9600|B1200<<IBSHIFT|CS8, c_lflag=ICANON|ECHO, ...}) = 0"},
		{"ioctl", {0, TCSETS, 0x1000}, -EIO, {IN(2, raw)},
			"ioctl(0, TCSETS, {c_iflag=IGNBRK, c_oflag=NL0|CR0|XTABS|BS0|VT0|FF0|OPOST, "
			"c_cflag=B9600|B1200<<IBSHIFT|CS8, c_lflag=ICANON|ECHO, c_line=N_TTY, "
			"c_cc=[[VINTR]=0x3, [VQUIT]=0, [VERASE]=0, [VKILL]=0, [VEOF]=0x4, [VTIME]=0, "
			"[VMIN]=0, [VSWTC]=0, [VSTART]=0, [VSTOP]=0, [VSUSP]=0, [VEOL]=0, "
			"[VREPRINT]=0, [VDISCARD]=0, [VWERASE]=0, [VLNEXT]=0, [VEOL2]=0, [17]=0, "
			"[18]=0xff]}) = EIO",
			.verbose = true},
		{"ioctl", {0, TCGETS, 0x1000}, 0, {{2, CAPTURE_AT_EXIT, 20, &raw}},
			"ioctl(0, TCGETS, 0x1000) = 0"},
		{"ioctl", {0, TCSETS2, 0x1000}, 0, {IN(2, two)},
			"ioctl(0, TCSETS2, {c_iflag=0, c_oflag=NL0|CR0|TAB0|BS0|VT0|FF0, "
			"c_cflag=B0|CS5, c_lflag=0, ...}) = 0"},
		{"ioctl", {0, TIOCMBIS, 0x1000}, 0, {IN(2, lines)},
			"ioctl(0, TIOCMBIS, [TIOCM_DTR|0x40000]) = 0"},
		{"ioctl", {0, TCFLSH, TCIOFLUSH}, 0, {{0}}, "ioctl(0, TCFLSH, TCIOFLUSH) = 0"},
		{"ioctl", {0, TCXONC, 9}, -EINVAL, {{0}},
			"ioctl(0, TCXONC, 0x9 /* TC??? */) = EINVAL"},
	};

	CHECK(rows);
}

TEST(interfaces)
{
	static const struct ifreq lo = {.ifr_name = "lo"};
	static const struct ifreq lo_mtu = {.ifr_name = "lo", .ifr_mtu = 65536};
	static const struct ifreq up = {.ifr_name = "eth0", .ifr_flags = IFF_UP | IFF_RUNNING};
	static const struct ifreq first = {.ifr_ifindex = 1};
	static const struct ifconf used = {.ifc_len = 80, .ifc_buf = (char *)0x3000};
	const struct recorded rows[] = {
		{"ioctl", {3, SIOCGIFMTU, 0x1000}, 0, {IN(2, lo), {2, CAPTURE_AT_EXIT, 0, &lo}},
			"ioctl(3, SIOCGIFMTU, {ifr_name=\"lo\"}) = 0"},
		{"ioctl", {3, SIOCGIFMTU, 0x1000}, -ENODEV, {IN(2, lo)},
			"ioctl(3, SIOCGIFMTU, {ifr_name=\"lo\"}) = ENODEV"},
		{"ioctl", {3, SIOCSIFFLAGS, 0x1000}, -EPERM, {IN(2, up)},
			"ioctl(3, SIOCSIFFLAGS, {ifr_name=\"eth0\", ifr_flags=IFF_UP|IFF_RUNNING}) = "
			"EPERM"},
		{"ioctl", {3, SIOCSIFMTU, 0x1000}, 0, {IN(2, lo_mtu)},
			"ioctl(3, SIOCSIFMTU, {ifr_name=\"lo\", ifr_mtu=65536}) = 0"},
		{"ioctl", {3, SIOCGIFNAME, 0x1000}, -ENODEV, {IN(2, first)},
			"ioctl(3, SIOCGIFNAME, {ifr_ifindex=1}) = ENODEV"},
		{"ioctl", {3, SIOCGIFNAME, 0x1000}, -EFAULT, {{2, CAPTURE_AT_ENTER, 30, &first}},
			"ioctl(3, SIOCGIFNAME, 0x1000) = EFAULT"},
		{"ioctl", {3, SIOCGIFCONF, 0x1000}, -EFAULT, {IN(2, used)},
			"ioctl(3, SIOCGIFCONF, {ifc_len=80 /* 2 * sizeof(struct ifreq) */, "
			"ifc_buf=0x3000}) = EFAULT"},
	};

	CHECK(rows);
}

/* A structure that is changed in place has one address, which the table above cannot say. */
static void check_change(uint32_t request, const void *before, const void *after, size_t len,
	const void *behind, size_t behind_len, bool verbose, const char *expected)
{
	enum { ADDR = 0x5000, POINTER = 0x9000 };
	struct capture captures[] = {
		{.addr = ADDR, .len = len, .arg = 2, .when = CAPTURE_AT_ENTER, .bytes = before},
		{.addr = ADDR, .len = len, .arg = 2, .when = CAPTURE_AT_EXIT, .bytes = after},
		{.addr = POINTER,
			.len = behind_len,
			.arg = 2,
			.when = CAPTURE_AT_EXIT,
			.bytes = behind},
	};
	struct event_call call = {.nr = (uint32_t)call_number(ABI_X86_64, CALL_ioctl),
		.args = {3, request, ADDR},
		.captures = captures,
		.nr_captures = behind ? 3 : 2};
	const struct decode_options opts = {.verbose = verbose};
	const struct value_text how = {.string_limit = 64};
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct decoded_call decoded;

	decode_call(&arena, &call, &opts, &decoded);
	value_text_draw(&how, &out, &decoded.args[2], false);
	assert_string_equal(buf_cstr(&out), expected);
	buf_deinit(&out);
	arena_deinit(&arena);
}

TEST(structures_that_are_changed)
{
	const struct ifreq asked = {.ifr_name = "lo"}, mtu = {.ifr_name = "lo", .ifr_mtu = 65536};
	const struct ifconf room = {.ifc_len = 90, .ifc_buf = (char *)0x9000};
	const struct ifconf used = {.ifc_len = 80, .ifc_buf = (char *)0x9000};
	struct ifreq found[2] = {{.ifr_name = "lo"}, {.ifr_name = "a"}};
	const struct uffdio_api api = {.api = UFFD_API};
	const struct uffdio_api api_got = {.api = UFFD_API,
		.features = UFFD_FEATURE_EVENT_FORK,
		.ioctls = 1ULL << _UFFDIO_API | 1 << _UFFDIO_REGISTER};
	const struct fstrim_range range = {.start = 0, .len = 4096, .minlen = 1};
	const struct fstrim_range trimmed = {.start = 0, .len = 1024, .minlen = 1};
	const struct rtc_param param = {.param = RTC_PARAM_CORRECTION};
	const struct rtc_param param_got = {.param = RTC_PARAM_CORRECTION, .svalue = -5};

	found[0].ifr_addr.sa_family = AF_INET;
	check_change(SIOCGIFMTU, &asked, &mtu, sizeof(asked), NULL, 0, false,
		"{ifr_name=\"lo\", ifr_mtu=65536}");
	check_change(SIOCGIFCONF, &room, &used, sizeof(room), found, sizeof(found), false,
		"{ifc_len=90 => 80 /* 2 * sizeof(struct ifreq) */, ifc_buf=[{ifr_name=\"lo\", "
		"ifr_addr={sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\"0.0.0.0\")}}, "
		"{ifr_name=\"a\", ifr_addr={sa_family=AF_UNSPEC, "
		"sa_data=\"\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}}]}");
	check_change(SIOCGIFCONF, &room, &used, sizeof(room), found, sizeof(found[0]) + 3, false,
		"{ifc_len=90 => 80 /* 2 * sizeof(struct ifreq) */, ifc_buf=[{ifr_name=\"lo\", "
		"ifr_addr={sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\"0.0.0.0\")}}, "
		"...]}");
	check_change(UFFDIO_API, &api, &api_got, sizeof(api), NULL, 0, false,
		"{api=0xaa, features=0 => features=UFFD_FEATURE_EVENT_FORK, "
		"ioctls=1<<_UFFDIO_REGISTER|1<<_UFFDIO_API}");
	check_change(FITRIM, &range, &trimmed, sizeof(range), NULL, 0, false,
		"{start=0, len=4096, minlen=1} => {start=0, len=1024, minlen=1}");
	check_change(FITRIM, &range, &range, sizeof(range), NULL, 0, false,
		"{start=0, len=4096, minlen=1}");
	check_change(RTC_PARAM_GET, &param, &param_got, sizeof(param), NULL, 0, false,
		"{param=RTC_PARAM_CORRECTION, index=0} => {svalue=-5}");
}

TEST(what_lies_behind_structures)
{
	struct {
		struct fiemap head;
		struct fiemap_extent extents[2];
	} map = {{.fm_mapped_extents = 2, .fm_extent_count = 9},
		{{.fe_logical = 1, .fe_physical = 2, .fe_length = 3},
			{.fe_flags = FIEMAP_EXTENT_LAST}}};
	struct {
		struct file_dedupe_range head;
		struct file_dedupe_range_info info[1];
	} dedupe = {{.src_length = 7, .dest_count = 1}, {{.dest_fd = 5}}}, deduped = dedupe;
	struct {
		struct dm_ioctl head;
		struct dm_target_spec spec;
		char params[8];
	} table = {{.version = {4, 0, 0},
			   .data_size = sizeof(table),
			   .data_start = sizeof(struct dm_ioctl),
			   .name = "swap",
			   .target_count = 1},
		{.length = 8, .target_type = "zero"}, "x y"};

	deduped.info[0].bytes_deduped = 7;
	check_change(FS_IOC_FIEMAP, &map, &map, sizeof(map), NULL, 0, true,
		"{fm_start=0, fm_length=0, fm_flags=0, fm_extent_count=9} => {fm_flags=0, "
		"fm_mapped_extents=2, fm_extents=[{fe_logical=1, fe_physical=2, fe_length=3, "
		"fe_flags=0}, {fe_logical=0, fe_physical=0, fe_length=0, "
		"fe_flags=FIEMAP_EXTENT_LAST}]}");
	check_change(FS_IOC_FIEMAP, &map, &map, sizeof(map.head), NULL, 0, true,
		"{fm_start=0, fm_length=0, fm_flags=0, fm_extent_count=9} => {fm_flags=0, "
		"fm_mapped_extents=2, fm_extents=0x5020}");
	check_change(FIDEDUPERANGE, &dedupe, &deduped, sizeof(dedupe), NULL, 0, false,
		"{src_offset=0, src_length=7, dest_count=1, info=[{dest_fd=5, dest_offset=0}]} => "
		"{info=[{bytes_deduped=7, status=0}]}");
	check_change(DM_TABLE_STATUS, &table, &table, sizeof(table), NULL, 0, true,
		"[{version=[4, 0, 0], data_size=360, data_start=312, name=\"swap\", flags=0}] => "
		"[{version=[4, 0, 0], data_size=360, data_start=312, name=\"swap\", "
		"target_count=1, open_count=0, event_nr=0, flags=0}, {sector_start=0, length=8, "
		"status=0, target_type=\"zero\", string=\"x y\"}]");
	table.head.target_count = 3;
	check_change(DM_TABLE_STATUS, &table, &table, sizeof(table), NULL, 0, true,
		"[{version=[4, 0, 0], data_size=360, data_start=312, name=\"swap\", flags=0}] => "
		"[{version=[4, 0, 0], data_size=360, data_start=312, name=\"swap\", "
		"target_count=3, open_count=0, event_nr=0, flags=0}, {sector_start=0, length=8, "
		"status=0, target_type=\"zero\", string=\"x y\"}, ??? /* misplaced struct "
		"dm_target_spec */]");
}

TEST(devices)
{
	static const struct loop_info64 loop = {
		.lo_offset = 512, .lo_flags = LO_FLAGS_AUTOCLEAR, .lo_file_name = "image"};
	static const struct hd_geometry geometry = {255, 63, 1000, 2048};
	static const struct kbentry key = {K_NORMTAB, 9, K(KT_LATIN, 'a')};
	static const uint8_t keys[2] = {0x02, 0x80};
	static const struct {
		int bits, len;
		char data[4];
	} entropy = {8, 4, "abc"};
	static const sg_io_hdr_t inquiry = {.interface_id = 'S',
		.dxfer_direction = SG_DXFER_FROM_DEV,
		.cmd_len = 2,
		.cmdp = (unsigned char *)0x2000,
		.dxfer_len = 8,
		.dxferp = (void *)0x3000};
	const struct recorded rows[] = {
		{"ioctl", {3, LOOP_SET_STATUS64, 0x1000}, 0, {IN(2, loop)},
			"ioctl(3, LOOP_SET_STATUS64, {lo_offset=0x200, lo_number=0, "
			"lo_flags=LO_FLAGS_AUTOCLEAR, lo_file_name=\"image\", ...}) = 0"},
		{"ioctl", {3, LOOP_SET_STATUS64, 0x1000}, -EBADF,
			{{2, CAPTURE_AT_ENTER, 100, &loop}},
			"ioctl(3, LOOP_SET_STATUS64, 0x1000) = EBADF"},
		{"ioctl", {3, HDIO_GETGEO, 0x1000}, 0, {OUT(2, geometry)},
			"ioctl(3, HDIO_GETGEO, {heads=255, sectors=63, cylinders=1000, start=2048}) = "
			"0"},
		{"ioctl", {3, KDSKBENT, 0x1000}, 0, {IN(2, key)},
			"ioctl(3, KDSKBENT, {kb_table=K_NORMTAB, kb_index=9, kb_value=0x61 /* "
			"K(KT_LATIN, 'a') */}) = 0"},
		{"ioctl", {3, EVIOCGKEY(2), 0x1000}, 2, {OUT(2, keys)},
			"ioctl(3, EVIOCGKEY(2), [KEY_ESC KEY_TAB]) = 2"},
		{"ioctl", {3, EVIOCGNAME(2), 0x1000}, 2, {OUT_BYTES(2, "ab")},
			"ioctl(3, EVIOCGNAME(2), \"ab\") = 2"},
		{"ioctl", {3, RNDADDENTROPY, 0x1000}, -EPERM, {IN(2, entropy)},
			"ioctl(3, RNDADDENTROPY, {entropy_count=8, buf_size=4, buf=\"abc\\0\"}) = "
			"EPERM"},
		{"ioctl", {3, RNDADDENTROPY, 0x1000}, -EPERM, {{2, CAPTURE_AT_ENTER, 8, &entropy}},
			"ioctl(3, RNDADDENTROPY, {entropy_count=8, buf_size=4, buf=0x1008}) = EPERM"},
		{"ioctl", {3, SG_IO, 0x1000}, -ENOTTY, {IN(2, inquiry), IN_BYTES(2, "\x12\0")},
			"ioctl(3, SG_IO, {interface_id='S', dxfer_direction=SG_DXFER_FROM_DEV, "
			"cmd_len=2, cmdp=\"\\x12\\x00\", mx_sb_len=0, iovec_count=0, dxfer_len=8, "
			"timeout=0, flags=0, dxferp=0x3000}) = ENOTTY"},
		{"ioctl", {3, SG_IO, 0x1000}, -ENOTTY, {{2, CAPTURE_AT_ENTER, 4, &inquiry}},
			"ioctl(3, SG_IO, {interface_id='S', ...}) = ENOTTY"},
	};

	CHECK(rows);
}
