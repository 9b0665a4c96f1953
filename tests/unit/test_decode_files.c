#include "test.h"

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/mount.h>
#include <linux/quota.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "decode_build.h"

/* the header's own shifts a signed number into its sign */
#undef QCMD
#define QCMD(cmd, type) ((uint32_t)(cmd) << SUBCMDSHIFT | ((type)&SUBCMDMASK))

#define FDCWD (uint64_t)(int64_t) AT_FDCWD
#define MINUS UINT64_MAX

TEST(structures_that_grow)
{
	static const uint64_t how[4] = {O_RDWR | O_CREAT, 0640, 0x08, 0x1122};
	static const uint64_t zeros[4] = {O_RDWR, 0, 0, 0};
	static const uint64_t attr[4] = {0x4 | 0x100000, 0x70, 1 << 18, 7};
	static const uint64_t no_map[4] = {0x1, 0x10, 3, 7};
	const struct recorded rows[] = {
		{"openat2", {FDCWD, 0x1000, 0x2000, 24}, 3, {IN_TEXT(1, "x"), IN(2, how)},
			"openat2(AT_FDCWD, \"x\", {flags=O_RDWR|O_CREAT, mode=0640, "
			"resolve=RESOLVE_BENEATH}, 24) = 3"},
		{"openat2", {FDCWD, 0x1000, 0x2000, 32}, -E2BIG, {IN_TEXT(1, "x"), IN(2, how)},
			"openat2(AT_FDCWD, \"x\", {flags=O_RDWR|O_CREAT, mode=0640, "
			"resolve=RESOLVE_BENEATH, /* bytes 24..31 */ "
			"\"\\x22\\x11\\x00\\x00\\x00\\x00\\x00\\x00\"}, 32) = E2BIG"},
		{"openat2", {FDCWD, 0x1000, 0x2000, 32}, 3, {IN_TEXT(1, "x"), IN(2, zeros)},
			"openat2(AT_FDCWD, \"x\", {flags=O_RDWR, resolve=0}, 32) = 3"},
		{"openat2", {FDCWD, 0x1000, 0x2000, 48}, -EFAULT, {IN_TEXT(1, "x"), IN(2, how)},
			"openat2(AT_FDCWD, \"x\", {flags=O_RDWR|O_CREAT, mode=0640, "
			"resolve=RESOLVE_BENEATH, ???}, 48) = EFAULT"},
		{"openat2", {FDCWD, 0x1000, 0x2000, 23}, -EINVAL, {IN_TEXT(1, "x"), IN(2, how)},
			"openat2(AT_FDCWD, \"x\", 0x2000, 23) = EINVAL"},
		{"openat2", {FDCWD, 0x1000, 0x9000, MINUS}, -E2BIG, {IN_TEXT(1, "x")},
			"openat2(AT_FDCWD, \"x\", 0x9000, 18446744073709551615) = E2BIG"},
		{"mount_setattr", {3, 0x1000, 0x8000, 0x2000, 32}, 0, {IN_TEXT(1, ""), IN(3, attr)},
			"mount_setattr(3, \"\", AT_RECURSIVE, {attr_set=MOUNT_ATTR_NODEV|"
			"MOUNT_ATTR_IDMAP, attr_clr=MOUNT_ATTR__ATIME, propagation=MS_PRIVATE, "
			"userns_fd=7}, 32) = 0"},
		{"open_tree_attr", {3, 0x1000, 1, 0x2000, 32}, 4, {IN_TEXT(1, ""), IN(3, no_map)},
			"open_tree_attr(3, \"\", OPEN_TREE_CLONE, {attr_set=MOUNT_ATTR_RDONLY, "
			"attr_clr=MOUNT_ATTR_NOATIME, propagation=0x3 /* MS_??? */, userns_fd=7}, "
			"32) = 4"},
	};

	CHECK(rows);
}

TEST(file_attributes)
{
	static const struct {
		uint64_t xflags;
		uint32_t extsize, nextents, projid, cowextsize;
	} attr = {0x28, 1, 2, 3, 4};
	const struct recorded rows[] = {
		{"file_getattr", {FDCWD, 0x1000, 0x2000, 24, 0x100}, 0,
			{IN_TEXT(1, "x"), OUT(2, attr)},
			"file_getattr(AT_FDCWD, \"x\", {fa_xflags=FS_XFLAG_IMMUTABLE|FS_XFLAG_SYNC, "
			"fa_extsize=1, fa_nextents=2, fa_projid=0x3, fa_cowextsize=4}, 24, "
			"AT_SYMLINK_NOFOLLOW) = 0"},
		{"file_getattr", {FDCWD, 0x1000, 0x2000, 24}, -ENOENT, {IN_TEXT(1, "x")},
			"file_getattr(AT_FDCWD, \"x\", 0x2000, 24, 0) = ENOENT"},
		{"file_setattr", {FDCWD, 0x1000, 0x2000, 24}, 0, {IN_TEXT(1, "x"), IN(2, attr)},
			"file_setattr(AT_FDCWD, \"x\", {fa_xflags=FS_XFLAG_IMMUTABLE|FS_XFLAG_SYNC, "
			"fa_extsize=1, fa_projid=0x3, fa_cowextsize=4}, 24, 0) = 0"},
		{"file_setattr", {FDCWD, 0x1000, 0x2000, 8192}, -E2BIG,
			{IN_TEXT(1, "x"), IN(2, attr)},
			"file_setattr(AT_FDCWD, \"x\", 0x2000, 8192, 0) = E2BIG"},
	};

	CHECK(rows);
}

/* as the kernel lays it out */
struct statx_bytes {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	struct {
		int64_t sec;
		uint32_t nsec, pad;
	} times[4];
	uint32_t rdev[2], dev[2];
	uint64_t mnt_id;
	uint32_t dio[2];
	uint64_t subvol;
	uint32_t atomic[3], dio_read, atomic_opt, spare[17];
};

TEST(statx_shows_what_the_mask_vouches_for)
{
	static const struct statx_bytes full = {.mask = 0x3f800 | 0x7ff,
		.blksize = 4096,
		.attributes = 0x400000,
		.nlink = 1,
		.uid = 1000,
		.gid = 100,
		.mode = S_IFREG | 0600,
		.ino = 7,
		.size = 8,
		.blocks = 9,
		.times = {{1, 2, 0}, {0, 0, 0}, {3, 0, 0}, {4, 0, 0}},
		.dev = {8, 1},
		.mnt_id = 0x123,
		.dio = {512, 4096},
		.subvol = 0x456,
		.atomic = {1, 2, 3},
		.dio_read = 64,
		.atomic_opt = 5};
	static const struct statx_bytes little = {.mask = 0x200, .size = 8, .mode = S_IFREG};
	const struct recorded rows[] = {
		{"statx", {FDCWD, 0x1000, 0x6000, 0x200, 0x2000}, 0,
			{IN_TEXT(1, "x"), OUT(4, little)},
			"statx(AT_FDCWD, \"x\", AT_STATX_FORCE_SYNC|AT_STATX_DONT_SYNC, STATX_SIZE, "
			"{stx_mask=STATX_SIZE, stx_attributes=0, stx_size=8, ...}) = 0"},
		{"statx", {FDCWD, 0x1000, 0, 0x200, 0x2000}, 0, {IN_TEXT(1, "x"), OUT(4, little)},
			"statx(AT_FDCWD, \"x\", AT_STATX_SYNC_AS_STAT, STATX_SIZE, "
			"{stx_mask=STATX_SIZE, stx_blksize=0, stx_attributes=0, stx_size=8, "
			"stx_attributes_mask=0, stx_rdev_major=0, stx_rdev_minor=0, stx_dev_major=0, "
			"stx_dev_minor=0}) = 0",
			.verbose = true},
		{"statx", {FDCWD, 0x1000, 0x100, 1, 0x2000}, 0, {IN_TEXT(1, "x"), OUT(4, full)},
			"statx(AT_FDCWD, \"x\", AT_STATX_SYNC_AS_STAT|AT_SYMLINK_NOFOLLOW, STATX_TYPE, "
			"{stx_mask=STATX_ALL|STATX_MNT_ID|STATX_DIOALIGN|STATX_MNT_ID_UNIQUE|"
			"STATX_SUBVOL|STATX_WRITE_ATOMIC|STATX_DIO_READ_ALIGN, stx_blksize=4096, "
			"stx_attributes=STATX_ATTR_WRITE_ATOMIC, stx_nlink=1, stx_uid=1000, "
			"stx_gid=100, stx_mode=S_IFREG|0600, stx_ino=7, stx_size=8, stx_blocks=9, "
			"stx_attributes_mask=0, stx_atime={tv_sec=1, tv_nsec=2} "
			"/* 1970-01-01T00:00:01.000000002+0000 */, stx_btime={tv_sec=0, tv_nsec=0}, "
			"stx_ctime={tv_sec=3, tv_nsec=0} /* 1970-01-01T00:00:03+0000 */, "
			"stx_mtime={tv_sec=4, tv_nsec=0} /* 1970-01-01T00:00:04+0000 */, "
			"stx_rdev_major=0, stx_rdev_minor=0, stx_dev_major=8, stx_dev_minor=1, "
			"stx_mnt_id=0x123, stx_dio_mem_align=512, stx_dio_offset_align=4096, "
			"stx_subvol=0x456, stx_atomic_write_unit_min=1, stx_atomic_write_unit_max=2, "
			"stx_atomic_write_segments_max=3, stx_dio_read_offset_align=64, "
			"stx_atomic_write_unit_max_opt=5}) = 0",
			.verbose = true},
	};

	CHECK(rows);
}

TEST(directories)
{
#define ENTRY(reclen) "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0" reclen
	static const char two[] =
		ENTRY("\x18\0") "\4.\0\0\0\0" ENTRY("\x20\0") "\10name\0\0\0\0\0\0\0\0\0";
	static const char old[] = ENTRY("\x18\0") ".\0\0\0\0\4";
	static const char overlong[] = ENTRY("\xff\xff") "\4.\0\0\0\0";
	static const char empty[] = ENTRY("\0\0");
	const struct recorded rows[] = {
		{"getdents64", {3, 0x1000, 99}, 56, {OUT_BYTES(1, two)},
			"getdents64(3, 0x1000 /* 2 entries */, 99) = 56"},
		{"getdents64", {3, 0x1000, 99}, 56, {OUT_BYTES(1, two)},
			"getdents64(3, [{d_ino=1, d_off=2, d_reclen=24, d_type=DT_DIR, d_name=\".\"}, "
			"{d_ino=1, d_off=2, d_reclen=32, d_type=DT_REG, d_name=\"name\"}], 99) = 56",
			.verbose = true},
		{"getdents", {3, 0x1000, 99}, 24, {OUT_BYTES(1, old)},
			"getdents(3, [{d_ino=1, d_off=2, d_reclen=24, d_name=\".\", d_type=DT_DIR}], "
			"99) = 24",
			.verbose = true},
		{"getdents64", {3, 0x1000, 99}, 0, {{0}}, "getdents64(3, [], 99) = 0",
			.verbose = true},
		{"getdents64", {3, 0x1000, 99}, 80, {OUT_BYTES(1, two)},
			"getdents64(3, 0x1000 /* 2+ entries */, 99) = 80"},
		{"getdents64", {3, 0x1000, 99}, 24, {OUT_BYTES(1, overlong)},
			"getdents64(3, [...], 99) = 24", .verbose = true},
		{"getdents64", {3, 0x1000, 99}, 18, {OUT_BYTES(1, empty)},
			"getdents64(3, 0x1000 /* 0+ entries */, 99) = 18"},
		{"getdents64", {3, 0x1000, 99}, 24, {{0}}, "getdents64(3, 0x1000, 99) = 24"},
	};

	CHECK(rows);
}

TEST(file_handles)
{
	static const int id = 7;
	static const char before[] = "\x80\0\0\0\xff\0\0\0junk";
	static const char after[] = "\4\0\0\0\1\0\0\0\1\2\3\4";
	static const char only_head[] = "\4\0\0\0\1\0\0\0";
	static const char same[] = "\4\0\0\0\0\0\0\0";
	const struct recorded rows[] = {
		{"name_to_handle_at", {FDCWD, 0x1000, 0x2000, 0, 0x1000}, -EINVAL,
			{IN_TEXT(1, "x"), IN_BYTES(2, before)},
			"name_to_handle_at(AT_FDCWD, \"x\", {handle_bytes=128}, NULL, AT_EMPTY_PATH) "
			"= EINVAL"},
		{"name_to_handle_at", {FDCWD, 0x1000, 0x2000, 0x4000, 0}, 0,
			{IN_TEXT(1, "x"), IN_BYTES(2, before), OUT_OVER(2, 2, after), OUT(3, id)},
			"name_to_handle_at(AT_FDCWD, \"x\", {handle_bytes=128 => 4, handle_type=1, "
			"f_handle=\"\\x01\\x02\\x03\\x04\"}, [7], 0) = 0"},
		{"name_to_handle_at", {FDCWD, 0x1000, 0x2000, 0x4000, 0}, 0,
			{IN_TEXT(1, "x"), IN_BYTES(2, same), OUT_OVER(2, 2, after), OUT(3, id)},
			"name_to_handle_at(AT_FDCWD, \"x\", {handle_bytes=4, handle_type=1, "
			"f_handle=\"\\x01\\x02\\x03\\x04\"}, [7], 0) = 0"},
		{"open_by_handle_at", {3, 0x1000, O_RDONLY}, 4, {IN_BYTES(1, after)},
			"open_by_handle_at(3, {handle_bytes=4, handle_type=1, "
			"f_handle=\"\\x01\\x02\\x03\\x04\"}, O_RDONLY) = 4"},
		{"open_by_handle_at", {3, 0x1000, O_RDONLY}, -EFAULT, {IN_BYTES(1, only_head)},
			"open_by_handle_at(3, {handle_bytes=4, handle_type=1, f_handle=???}, O_RDONLY) "
			"= EFAULT"},
		{"open_by_handle_at", {3, 0x1000, O_RDONLY}, -EFAULT, {IN_SHORT(1, "\4\0\0\0")},
			"open_by_handle_at(3, 0x1000, O_RDONLY) = EFAULT"},
	};

	CHECK(rows);
}

TEST(extended_attributes)
{
	static const struct {
		uint64_t value;
		uint32_t size, flags;
	} args = {0x3000, 4, 1}, asks = {0x3000, 0, 0}, huge = {0x3000, 70000, 0};
	const struct recorded rows[] = {
		{"setxattr", {0x1000, 0x2000, 0x3000, 4, 1}, 0,
			{IN_TEXT(0, "f"), IN_TEXT(1, "user.a"), IN_TEXT(2, "abc")},
			"setxattr(\"f\", \"user.a\", \"abc\", 4, XATTR_CREATE) = 0"},
		{"setxattr", {0x1000, 0x2000, 0x3000, 2, 0}, 0,
			{IN_TEXT(0, "f"), IN_TEXT(1, "user.a"), IN_BYTES(2, "\0\1")},
			"setxattr(\"f\", \"user.a\", \"\\0\\1\", 2, 0) = 0"},
		{"setxattr", {0x1000, 0x2000, 0x3000, 8, 0}, -EFAULT,
			{IN_TEXT(0, "f"), IN_TEXT(1, "user.a"), IN_SHORT(2, "abc")},
			"setxattr(\"f\", \"user.a\", 0x3000, 8, 0) = EFAULT"},
		{"setxattr", {0x1000, 0x2000, 0x3000, 65537, 0}, -E2BIG,
			{IN_TEXT(0, "f"), IN_TEXT(1, "user.a"), IN_TEXT(2, "abc")},
			"setxattr(\"f\", \"user.a\", 0x3000, 65537, 0) = E2BIG"},
		{"getxattr", {0x1000, 0x2000, 0x3000, 9}, 4,
			{IN_TEXT(0, "f"), IN_TEXT(1, "user.a"), OUT_BYTES(2, "abc\0")},
			"getxattr(\"f\", \"user.a\", \"abc\", 9) = 4"},
		{"getxattr", {0x1000, 0x2000, 0x3000, 0}, 4,
			{IN_TEXT(0, "f"), IN_TEXT(1, "user.a")},
			"getxattr(\"f\", \"user.a\", 0x3000, 0) = 4"},
		{"flistxattr", {3, 0x1000, 9}, 4, {OUT_BYTES(1, "a\0b\0")},
			"flistxattr(3, \"a\\0b\\0\", 9) = 4"},
		{"setxattrat", {FDCWD, 0x1000, 0x1000, 0x2000, 0x4000, 16}, 0,
			{IN_TEXT(1, "f"), IN_TEXT(3, "user.a"), IN_TEXT(4, "abc"), IN(4, args)},
			"setxattrat(AT_FDCWD, \"f\", AT_EMPTY_PATH, \"user.a\", {value=\"abc\", size=4, "
			"flags=XATTR_CREATE}, 16) = 0"},
		{"setxattrat", {FDCWD, 0x1000, 0, 0x2000, 0x4000, 16}, -E2BIG,
			{IN_TEXT(1, "f"), IN_TEXT(3, "user.a"), IN_TEXT(4, "abc"), IN(4, huge)},
			"setxattrat(AT_FDCWD, \"f\", 0, \"user.a\", {value=0x3000, size=70000, "
			"flags=0}, 16) = E2BIG"},
		{"setxattrat", {FDCWD, 0x1000, 0, 0x2000, 0x4000, 15}, -EINVAL,
			{IN_TEXT(1, "f"), IN_TEXT(3, "user.a"), IN_TEXT(4, "abc"), IN(4, args)},
			"setxattrat(AT_FDCWD, \"f\", 0, \"user.a\", 0x4000, 15) = EINVAL"},
		{"getxattrat", {FDCWD, 0x1000, 0, 0x2000, 0x4000, 16}, 3,
			{IN_TEXT(1, "f"), IN_TEXT(3, "user.a"), OUT_BYTES(4, "abc"), IN(4, args)},
			"getxattrat(AT_FDCWD, \"f\", 0, \"user.a\", {value=\"abc\", size=4, "
			"flags=XATTR_CREATE}, 16) = 3"},
		{"getxattrat", {FDCWD, 0x1000, 0, 0x2000, 0x4000, 16}, 3,
			{IN_TEXT(1, "f"), IN_TEXT(3, "user.a"), OUT_BYTES(4, "abc"), IN(4, asks)},
			"getxattrat(AT_FDCWD, \"f\", 0, \"user.a\", {value=0x3000, size=0, flags=0}, "
			"16) = 3"},
		{"getxattrat", {FDCWD, 0x1000, 0, 0x2000, 0x4000, 16}, -ENODATA,
			{IN_TEXT(1, "f"), IN_TEXT(3, "user.a"), IN_TEXT(4, "x"), IN(4, args)},
			"getxattrat(AT_FDCWD, \"f\", 0, \"user.a\", {value=0x3000, size=4, "
			"flags=XATTR_CREATE}, 16) = ENODATA"},
	};

	CHECK(rows);
}

TEST(mounting)
{
	const struct recorded rows[] = {
		{"mount", {0x1000, 0x2000, 0x3000, 0x401, 0x4000}, 0,
			{IN_TEXT(0, "dev"), IN_TEXT(1, "/mnt"), IN_TEXT(2, "ext4"),
				IN_TEXT(4, "a=b")},
			"mount(\"dev\", \"/mnt\", \"ext4\", MS_RDONLY|MS_NOATIME, \"a=b\") = 0"},
		{"mount", {0x1000, 0x2000, 0x3000, 0x1000, 0x4000}, 0,
			{IN_TEXT(0, "a"), IN_TEXT(1, "b"), IN_TEXT(2, "none"), IN_TEXT(4, "x")},
			"mount(\"a\", \"b\", 0x3000, MS_BIND, 0x4000) = 0"},
		{"mount", {0x1000, 0x2000, 0, 0xc0ed0020, 0x3000}, 0,
			{IN_TEXT(0, "a"), IN_TEXT(1, "b"), IN_TEXT(4, "x")},
			"mount(\"a\", \"b\", NULL, MS_MGC_VAL|MS_REMOUNT, \"x\") = 0"},
		{"mount", {0x1000, 0x9000, 0x9000, 0xc0ed0000, 0}, -EPERM, {IN_TEXT(0, "a")},
			"mount(\"a\", 0x9000, 0x9000, MS_MGC_VAL, NULL) = EPERM"},
		{"fsconfig", {3, 1, 0x1000, 0x2000, 0}, 0,
			{IN_TEXT(2, "source"), IN_TEXT(3, "tmp")},
			"fsconfig(3, FSCONFIG_SET_STRING, \"source\", \"tmp\", 0) = 0"},
		{"fsconfig", {3, 2, 0x1000, 0x2000, 3}, 0,
			{IN_TEXT(2, "blob"), IN_BYTES(3, "\1ab")},
			"fsconfig(3, FSCONFIG_SET_BINARY, \"blob\", \"\\x01\\x61\\x62\", 3) = 0"},
		{"fsconfig", {3, 2, 0x1000, 0x2000, MINUS}, -EINVAL,
			{IN_TEXT(2, "blob"), IN_BYTES(3, "\1ab")},
			"fsconfig(3, FSCONFIG_SET_BINARY, \"blob\", 0x2000, -1) = EINVAL"},
		{"fsconfig", {3, 3, 0x1000, 0x2000, FDCWD}, 0, {IN_TEXT(2, "k"), IN_TEXT(3, "/p")},
			"fsconfig(3, FSCONFIG_SET_PATH, \"k\", \"/p\", AT_FDCWD) = 0"},
		{"fsconfig", {3, 5, 0x1000, 0, 4}, 0, {IN_TEXT(2, "k")},
			"fsconfig(3, FSCONFIG_SET_FD, \"k\", NULL, 4) = 0"},
		{"fsconfig", {3, 6, 0x1000, 0x2000, 5}, 0, {IN_TEXT(2, "k"), IN_TEXT(3, "v")},
			"fsconfig(3, FSCONFIG_CMD_CREATE, 0x1000, 0x2000, 5) = 0"},
		{"fsconfig", {3, 0, 0x1000, 0, 0}, -EFAULT, {IN_SHORT(2, "no end")},
			"fsconfig(3, FSCONFIG_SET_FLAG, 0x1000, NULL, 0) = EFAULT"},
		{"fsmount", {3, 1, 0x30}, 4, {{0}},
			"fsmount(3, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOATIME|MOUNT_ATTR_STRICTATIME) = 4"},
	};

	CHECK(rows);
}

/* as the kernel lays it out, with strings behind it */
struct statmount_bytes {
	uint32_t size, mnt_opts;
	uint64_t mask;
	uint32_t sb_dev[2];
	uint64_t sb_magic;
	uint32_t sb_flags, fs_type;
	uint64_t mnt_id, parent_id;
	uint32_t old_id, old_parent_id;
	uint64_t attr, propagation, peer_group, master, propagate_from;
	uint32_t mnt_root, mnt_point;
	uint64_t ns_id;
	uint32_t fs_subtype, sb_source, opt_num, opt_array, opt_sec_num, opt_sec_array;
	uint64_t supported;
	uint32_t uidmap_num, uidmap, gidmap_num, gidmap;
	uint64_t spare[43];
	char text[16];
};

TEST(mounts_described)
{
	static const struct {
		uint32_t size, fd;
		uint64_t id, param, ns;
	} request = {32, 5, 0x7, 0x11, 0x99}, older = {24, 0, MINUS, 0, 0}, tiny = {23, 0, 0, 0, 0};
	static const struct statmount_bytes st = {.size = 528,
		.mask = 0x20 | 0x1 | 0x2 | 0x400 | 0x10 | 0x2000,
		.sb_dev = {0, 4},
		.sb_magic = 0x1021994,
		.sb_flags = 1,
		.fs_type = 0,
		.mnt_id = 0x10,
		.parent_id = 0x11,
		.old_id = 1,
		.old_parent_id = 2,
		.attr = 4,
		.propagation = 1 << 20,
		.peer_group = 3,
		.mnt_point = 6,
		.opt_num = 2,
		.opt_array = 9,
		.uidmap_num = 3,
		.uidmap = 99,
		.text = "tmpfs\0/m\0ab\0no"};
	static const uint64_t ids[2] = {0x21, 0x22};
	struct statmount_bytes endless = st;
	const struct recorded rows[] = {
		{"statmount", {0x1000, 0x2000, 4096, 0}, 0, {IN(0, request), OUT(1, st)},
			"statmount({size=32, mnt_ns_fd=5, mnt_id=0x7, "
			"param=STATMOUNT_SB_BASIC|STATMOUNT_MNT_POINT, mnt_ns_id=0x99}, {size=528, "
			"mask=STATMOUNT_SB_BASIC|STATMOUNT_MNT_BASIC|STATMOUNT_MNT_POINT|"
			"STATMOUNT_FS_TYPE|STATMOUNT_OPT_ARRAY|STATMOUNT_MNT_UIDMAP, sb_dev_major=0, "
			"sb_dev_minor=4, sb_magic=TMPFS_MAGIC, sb_flags=MS_RDONLY, fs_type=\"tmpfs\", "
			"mnt_id=0x10, mnt_parent_id=0x11, mnt_id_old=0x1, mnt_parent_id_old=0x2, "
			"mnt_attr=MOUNT_ATTR_NODEV, mnt_propagation=MS_SHARED, mnt_peer_group=0x3, "
			"mnt_master=0, mnt_point=\"/m\", opt_num=2, opt_array=[\"ab\", \"no\"], "
			"mnt_uidmap_num=3, mnt_uidmap=0x63}, 4096, 0) = 0"},
		{"statmount", {0x1000, 0x2000, 4096, 1}, -ENOENT, {IN(0, older), OUT(1, st)},
			"statmount({size=24, mnt_ns_fd=0, mnt_id=0xffffffffffffffff, param=0}, 0x2000, "
			"4096, STATMOUNT_BY_FD) = ENOENT"},
		{"statmount", {0x1000, 0x9000, 4096, 2}, -EINVAL, {IN(0, tiny)},
			"statmount({size=23}, 0x9000, 4096, 0x2 /* STATMOUNT_??? */) = EINVAL"},
		{"statmount", {0x1000, 0, 0, 0}, -EFAULT, {IN_SHORT(0, "\x18\0\0\0\1\2")},
			"statmount({size=24, ???}, NULL, 0, 0) = EFAULT"},
		{"statmount", {0x1000, 0x2000, 512, 0}, 0, {IN(0, tiny), OUT(1, endless)},
			"statmount({size=23}, {size=528, mask=STATMOUNT_FS_TYPE|STATMOUNT_OPT_ARRAY, "
			"fs_type=0, opt_num=2, opt_array=0x9}, 512, 0) = 0"},
		{"listmount", {0x1000, 0x2000, 4, 1}, 2, {IN(0, older), OUT(1, ids)},
			"listmount({size=24, mnt_ns_fd=0, mnt_id=LSMT_ROOT, param=0}, [0x21, 0x22], 4, "
			"LISTMOUNT_REVERSE) = 2"},
		{"listmount", {0x1000, 0x2000, 4, 0}, -EPERM, {IN(0, tiny)},
			"listmount({size=23}, 0x2000, 4, 0) = EPERM"},
		{"listmount", {0, 0x2000, 0, 0}, -EFAULT, {{0}},
			"listmount(NULL, [], 0, 0) = EFAULT"},
	};

	endless.mask = 0x420;
	CHECK(rows);
}

TEST(quotas)
{
	static const uint64_t limits[9] = {1, 2, 3, 4, 5, 6, 7, 8, 0x10};
	static const uint64_t info[3] = {1, 2, 0x300000001};
	static const uint32_t format = 4, flags = 3;
	static const char xfs[112] = {1, 2, 3, 0, 5};
	const struct recorded rows[] = {
		{"quotactl", {QCMD(Q_SYNC, USRQUOTA), 0, 1, 2}, 0, {{0}},
			"quotactl(QCMD(Q_SYNC, USRQUOTA), NULL) = 0"},
		{"quotactl", {QCMD(Q_QUOTAON, GRPQUOTA), 0x1000, 2, 0x2000}, 0,
			{IN_TEXT(1, "/dev/x"), IN_TEXT(3, "/q")},
			"quotactl(QCMD(Q_QUOTAON, GRPQUOTA), \"/dev/x\", QFMT_VFS_V0, \"/q\") = 0"},
		{"quotactl", {QCMD(Q_SETQUOTA, USRQUOTA), 0x1000, MINUS, 0x2000}, 0,
			{IN_TEXT(1, "d"), IN(3, limits)},
			"quotactl(QCMD(Q_SETQUOTA, USRQUOTA), \"d\", -1, {dqb_bhardlimit=1, "
			"dqb_bsoftlimit=2, dqb_curspace=3, dqb_ihardlimit=4, dqb_isoftlimit=5, "
			"dqb_curinodes=6, ...}) = 0"},
		{"quotactl", {QCMD(Q_GETQUOTA, USRQUOTA), 0x1000, 7, 0x2000}, 0,
			{IN_TEXT(1, "d"), OUT(3, limits)},
			"quotactl(QCMD(Q_GETQUOTA, USRQUOTA), \"d\", 7, {dqb_bhardlimit=1, "
			"dqb_bsoftlimit=2, dqb_curspace=3, dqb_ihardlimit=4, dqb_isoftlimit=5, "
			"dqb_curinodes=6, dqb_btime=7, dqb_itime=8, dqb_valid=QIF_BTIME}) = 0",
			.verbose = true},
		{"quotactl", {QCMD(Q_GETQUOTA, USRQUOTA), 0x1000, 7, 0x2000}, -ESRCH,
			{IN_TEXT(1, "d"), IN(3, limits)},
			"quotactl(QCMD(Q_GETQUOTA, USRQUOTA), \"d\", 7, 0x2000) = ESRCH"},
		{"quotactl_fd", {3, QCMD(Q_GETFMT, PRJQUOTA), 7, 0x1000}, 0, {OUT(3, format)},
			"quotactl_fd(3, QCMD(Q_GETFMT, PRJQUOTA), [QFMT_VFS_V1]) = 0"},
		{"quotactl_fd", {3, QCMD(Q_SETINFO, 9), 7, 0x1000}, 0, {IN(3, info)},
			"quotactl_fd(3, QCMD(Q_SETINFO, 0x9 /* ???QUOTA */), {dqi_bgrace=1, "
			"dqi_igrace=2, dqi_flags=DQF_ROOT_SQUASH, dqi_valid=IIF_BGRACE|IIF_IGRACE}) = 0"},
		{"quotactl", {0x580100, 0x1000, 0, 0x2000}, 0, {IN_TEXT(1, "d"), IN(3, flags)},
			"quotactl(QCMD(Q_XQUOTAON, USRQUOTA), \"d\", "
			"[FS_QUOTA_UDQ_ACCT|FS_QUOTA_UDQ_ENFD]) = 0"},
		{"quotactl", {0x580300, 0x1000, 3, 0x2000}, 0, {IN_TEXT(1, "d"), OUT(3, xfs)},
			"quotactl(QCMD(Q_XGETQUOTA, USRQUOTA), \"d\", 3, {d_version=1, "
			"d_flags=FS_PROJ_QUOTA, d_fieldmask=0x3, d_id=5, d_blk_hardlimit=0, "
			"d_blk_softlimit=0, d_ino_hardlimit=0, d_ino_softlimit=0, d_bcount=0, "
			"d_icount=0, ...}) = 0"},
		{"quotactl", {0x12345600, 0, 3, 0x1000}, -EINVAL, {{0}},
			"quotactl(QCMD(0x123456 /* Q_??? */, USRQUOTA), NULL, 3, 0x1000) = EINVAL"},
	};

	CHECK(rows);
}

TEST(fcntl_commands)
{
	static const uint64_t hint = 3, no_hint = 1000;
	static const struct {
		uint32_t flags;
		uint16_t type, pad;
	} delegation = {0, F_WRLCK, 0};
	const struct recorded rows[] = {
		{"fcntl", {3, F_SET_RW_HINT, 0x1000}, 0, {IN(2, hint)},
			"fcntl(3, F_SET_RW_HINT, [RWH_WRITE_LIFE_MEDIUM]) = 0"},
		{"fcntl", {3, F_GET_RW_HINT, 0x1000}, 0, {OUT(2, no_hint)},
			"fcntl(3, F_GET_RW_HINT, [0x3e8 /* RWH_WRITE_LIFE_??? */]) = 0"},
		{"fcntl", {3, F_GET_RW_HINT, 0x1000}, -EBADF, {{0}},
			"fcntl(3, F_GET_RW_HINT, 0x1000) = EBADF"},
		{"fcntl", {3, 1027, 4}, 1, {{0}}, "fcntl(3, F_DUPFD_QUERY, 4) = 1"},
		{"fcntl", {3, 1028, 0}, 0, {{0}}, "fcntl(3, F_CREATED_QUERY, 0) = 0"},
		{"fcntl", {3, 1040, 0x1000}, 0, {IN(2, delegation)},
			"fcntl(3, F_SETDELEG, {d_flags=0, d_type=F_WRLCK, __pad=0}) = 0"},
		{"fcntl", {3, F_SETPIPE_SZ, MINUS}, -EPERM, {{0}},
			"fcntl(3, F_SETPIPE_SZ, -1) = EPERM"},
		{"fcntl", {3, F_SETFD, UINT64_C(0x100000001)}, 0, {{0}},
			"fcntl(3, F_SETFD, FD_CLOEXEC|0x100000000) = 0"},
	};

	CHECK(rows);
}

TEST(asynchronous_requests)
{
	static const struct iovec iov[1] = {{(void *)0x4000, 3}};
	static const struct iocb write = {.aio_data = 1,
		.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_fildes = 3,
		.aio_buf = 0x4000,
		.aio_nbytes = 3,
		.aio_offset = -1,
		.aio_flags = 3,
		.aio_reqprio = 0x4001,
		.aio_resfd = 5};
	static const struct iocb writev = {.aio_lio_opcode = IOCB_CMD_PWRITEV,
		.aio_reqprio = -1,
		.aio_rw_flags = 1,
		.aio_key = 9,
		.aio_buf = 0x5000,
		.aio_nbytes = 1};
	static const struct iocb poll = {.aio_lio_opcode = IOCB_CMD_POLL, .aio_buf = POLLIN};
	static const struct iocb odd = {.aio_lio_opcode = 99, .aio_fildes = UINT32_MAX};
	static const uint64_t pointers[2] = {0x2000, 0x3000}, bad[2] = {0, 0x77};
	static const uint64_t event[4] = {1, 2, MINUS, 0}, sig[2] = {0x3000, 8};
	static const uint64_t set = 1, time[2] = {1, MINUS};
	const struct recorded rows[] = {
		{"io_submit", {0x9000, 2, 0x1000}, 2,
			{IN(2, pointers), IN(2, write), IN(2, writev), IN_BYTES(2, "abc"),
				IN(2, iov)},
			"io_submit(0x9000, 2, [{aio_data=0x1, aio_lio_opcode=IOCB_CMD_PWRITE, "
			"aio_reqprio=IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 1), aio_fildes=3, "
			"aio_buf=\"abc\", aio_nbytes=3, aio_offset=-1, "
			"aio_flags=IOCB_FLAG_RESFD|IOCB_FLAG_IOPRIO, aio_resfd=5}, {aio_data=0, "
			"aio_key=9, aio_rw_flags=RWF_HIPRI, aio_lio_opcode=IOCB_CMD_PWRITEV, "
			"aio_reqprio=-1, aio_fildes=0, aio_buf=[{iov_base=\"abc\", iov_len=3}], "
			"aio_offset=0}]) = 2"},
		{"io_submit", {0x9000, 2, 0x1000}, 2, {IN(2, pointers), IN(2, poll), IN(2, odd)},
			"io_submit(0x9000, 2, [{aio_data=0, aio_lio_opcode=IOCB_CMD_POLL, aio_fildes=0, "
			"aio_buf=POLLIN}, {aio_data=0, aio_lio_opcode=99 /* IOCB_CMD_??? */, "
			"aio_fildes=-1}]) = 2"},
		{"io_submit", {0x9000, 9, 0x1000}, -EFAULT, {IN(2, bad)},
			"io_submit(0x9000, 9, [NULL, 0x77, ...]) = EFAULT"},
		{"io_submit", {0x9000, MINUS, 0x1000}, -EINVAL, {IN(2, bad)},
			"io_submit(0x9000, -1, 0x1000) = EINVAL"},
		{"io_cancel", {0x9000, 0x1000, 0x2000}, 0, {IN(1, poll), OUT(2, event)},
			"io_cancel(0x9000, {aio_data=0, aio_lio_opcode=IOCB_CMD_POLL, aio_fildes=0}, "
			"{data=0x1, obj=0x2, res=-1, res2=0}) = 0"},
		{"io_pgetevents", {0x9000, 1, 1, 0x1000, 0x4000, 0x2000}, 1,
			{OUT(3, event), IN(5, sig), IN(5, set), IN(4, time)},
			"io_pgetevents(0x9000, 1, 1, [{data=0x1, obj=0x2, res=-1, res2=0}], {tv_sec=1, "
			"tv_nsec=18446744073709551615}, {sigmask=[HUP], sigsetsize=8}) = 1"},
	};

	CHECK(rows);
}

TEST(waiting)
{
	static const struct pollfd fds[2] = {{3, POLLIN, POLLIN}, {4, POLLIN, POLLHUP}};
	static const uint64_t set[1] = {0x18}, ready[1] = {0x8}, none[1] = {0};
	static const uint64_t sig[2] = {0x3000, 8}, odd_sig[2] = {0x3000, 9}, mask = 1;
	const struct recorded rows[] = {
		/* the kernel looks at 32 bits of the count */
		{"poll", {0x1000, UINT64_C(0xdead00000001), 0}, 1, {IN(0, fds), OUT(0, fds)},
			"poll([{fd=3, events=POLLIN}], 1, 0) = 1"},
		{"select", {5, 0x1000, 0, 0, 0}, 1, {IN(1, set), OUT_OVER(1, 1, ready)},
			"select(5, [3 4], NULL, NULL, NULL) = 1 in [3]"},
		{"select", {5, 0x1000, 0, 0, 0}, 1, {IN(1, set), OUT_OVER(1, 1, none)},
			"select(5, [3 4], NULL, NULL, NULL) = 1"},
		{"select", {MINUS, 0x1000, 0, 0, 0}, -EINVAL, {IN(1, set)},
			"select(-1, 0x1000, NULL, NULL, NULL) = EINVAL"},
		{"select", {65, 0x1000, 0, 0, 0}, -EFAULT, {IN(1, set)},
			"select(65, 0x1000, NULL, NULL, NULL) = EFAULT"},
		{"select", {1 << 20, 0x1000, 0, 0, 0}, 0, {IN(1, set)},
			"select(1048576, 0x1000, NULL, NULL, NULL) = 0 (Timeout)"},
		{"pselect6", {5, 0x1000, 0, 0, 0, 0x2000}, 1, {IN(1, set), IN(5, sig), IN(5, mask)},
			"pselect6(5, [3 4], NULL, NULL, NULL, {sigmask=[HUP], sigsetsize=8}) = 1"},
		{"pselect6", {5, 0x1000, 0, 0, 0, 0x2000}, -EINVAL,
			{IN(1, set), IN(5, odd_sig), IN(5, mask)},
			"pselect6(5, [3 4], NULL, NULL, NULL, {sigmask=0x3000, sigsetsize=9}) = "
			"EINVAL"},
		{"ppoll", {0, 0, 0, 0x1000, 256}, -EINVAL, {IN(3, mask)},
			"ppoll(NULL, 0, NULL, 0x1000, 256) = EINVAL"},
	};

	CHECK(rows);
}

TEST(descriptors)
{
	static const struct iovec iov[1] = {{(void *)0x7000, 8}};
	static const uint64_t before = 5, after = 14, offset = UINT64_C(1) << 63;
	const struct recorded rows[] = {
		{"fanotify_init", {0xc, O_RDONLY}, -EINVAL, {{0}},
			"fanotify_init(0xc /* FAN_CLASS_??? */, O_RDONLY) = EINVAL"},
		{"fanotify_init", {0x5, O_RDWR}, 3, {{0}},
			"fanotify_init(FAN_CLASS_CONTENT|FAN_CLOEXEC, O_RDWR) = 3"},
		{"fanotify_mark", {3, 0x111, 1, MINUS, 0}, 0, {{0}},
			"fanotify_mark(3, FAN_MARK_ADD|FAN_MARK_MNTNS, FAN_ACCESS, FAN_NOFD, NULL) = 0"},
		{"fanotify_mark", {3, 0x101, 1, FDCWD, 0x1000}, 0, {IN_TEXT(4, "/")},
			"fanotify_mark(3, FAN_MARK_ADD|FAN_MARK_FILESYSTEM, FAN_ACCESS, AT_FDCWD, "
			"\"/\") = 0"},
		{"memfd_create", {0x1000, 0x54000004}, 3, {IN_TEXT(0, "n")},
			"memfd_create(\"n\", MFD_HUGETLB|21<<MFD_HUGE_SHIFT) = 3"},
		{"memfd_create", {0x1000, 0x54000000}, -EINVAL, {IN_BYTES(0, "long")},
			"memfd_create(\"long\"..., 21<<MFD_HUGE_SHIFT) = EINVAL"},
		{"memfd_create", {0x1000, 0}, -EFAULT, {IN_SHORT(0, "torn")},
			"memfd_create(0x1000, 0) = EFAULT"},
		{"memfd_secret", {0x80001}, -EINVAL, {{0}}, "memfd_secret(O_CLOEXEC|0x1) = EINVAL"},
		{"readv", {3, 0x1000, 1}, -EAGAIN, {IN(1, iov)},
			"readv(3, [{iov_base=0x7000, iov_len=8}], 1) = EAGAIN"},
		{"writev", {3, 0x1000, 2}, -EFAULT,
			{{1, CAPTURE_AT_ENTER, sizeof(iov), iov, CAPTURE_CUT | CAPTURE_SHORT}},
			"writev(3, [{iov_base=0x7000, iov_len=8}, ... /* 0x1010 */], 2) = EFAULT"},
		{"sendfile", {1, 3, 0x1000, 9}, -EINVAL, {IN(2, offset)},
			"sendfile(1, 3, [9223372036854775808], 9) = EINVAL"},
		{"sendfile", {1, 3, 0x1000, 9}, 0, {IN(2, before), OUT_OVER(1, 2, before)},
			"sendfile(1, 3, [5], 9) = 0"},
		{"sendfile", {1, 3, 0x1000, 9}, 9, {IN(2, before), OUT_OVER(1, 2, after)},
			"sendfile(1, 3, [5 => 14], 9) = 9"},
		{"dup3", {1, 2, O_CLOEXEC | O_TRUNC}, -EINVAL, {{0}},
			"dup3(1, 2, O_TRUNC|O_CLOEXEC) = EINVAL"},
	};

	CHECK(rows);
}
