/* Calls that describe files and file systems. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

#define FILE_DESC (CLASS_FILE | CLASS_DESC)

static void add_time(struct decoder *d, struct value *ret, const char *name, const char *nsec_name,
	const struct timespec *time)
{
	struct value *sec = list_add(d, ret, name);

	value_set_int(sec, time->tv_sec);
	sec->comment = decoder_date(d, time->tv_sec, (uint64_t)time->tv_nsec, 9);
	value_set_uint(list_add(d, ret, nsec_name), (uint64_t)time->tv_nsec);
}

SHAPE(stat, struct stat)
{
	bool verbose = d->opts->verbose;

	if (verbose) {
		ADD_DEV(st_dev);
		ADD_UINT(st_ino);
	}
	value_set_file_mode(d, list_add(d, ret, "st_mode"), from->st_mode);
	if (verbose) {
		ADD_UINT(st_nlink);
		ADD_UINT(st_uid);
		ADD_UINT(st_gid);
		ADD_UINT(st_blksize);
		ADD_UINT(st_blocks);
	}
	if (S_ISCHR(from->st_mode) || S_ISBLK(from->st_mode))
		ADD_DEV(st_rdev);
	else
		ADD_INT(st_size);
	if (!verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	add_time(d, ret, "st_atime", "st_atime_nsec", &from->st_atim);
	add_time(d, ret, "st_mtime", "st_mtime_nsec", &from->st_mtim);
	add_time(d, ret, "st_ctime", "st_ctime_nsec", &from->st_ctim);
}

SYSCALL(stat, CLASS_FILE | CLASS_STAT | CLASS_STAT_LIKE, RET_INT, ARG(pathname, PATH),
	ARG(statbuf, OUT, stat));
SYSCALL(lstat, CLASS_FILE | CLASS_LSTAT | CLASS_STAT_LIKE, RET_INT, ARG(pathname, PATH),
	ARG(statbuf, OUT, stat));
SYSCALL(fstat, CLASS_DESC | CLASS_FSTAT | CLASS_STAT_LIKE | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD),
	ARG(statbuf, OUT, stat));
SYSCALL(newfstatat, FILE_DESC | CLASS_FSTAT | CLASS_STAT_LIKE, RET_INT, ARG(dirfd, DIRFD),
	ARG(pathname, PATH), ARG(statbuf, OUT, stat), ARG(flags, FLAGS, at));

/* Newer than some headers. */
struct statx_time {
	int64_t tv_sec;
	uint32_t tv_nsec;
	int32_t pad;
};

struct statx_arg {
	uint32_t stx_mask;
	uint32_t stx_blksize;
	uint64_t stx_attributes;
	uint32_t stx_nlink;
	uint32_t stx_uid;
	uint32_t stx_gid;
	uint16_t stx_mode;
	uint16_t pad;
	uint64_t stx_ino;
	uint64_t stx_size;
	uint64_t stx_blocks;
	uint64_t stx_attributes_mask;
	struct statx_time stx_atime;
	struct statx_time stx_btime;
	struct statx_time stx_ctime;
	struct statx_time stx_mtime;
	uint32_t stx_rdev_major;
	uint32_t stx_rdev_minor;
	uint32_t stx_dev_major;
	uint32_t stx_dev_minor;
	uint64_t stx_mnt_id;
	uint32_t stx_dio_mem_align;
	uint32_t stx_dio_offset_align;
	uint64_t stx_subvol;
	uint32_t stx_atomic_write_unit_min;
	uint32_t stx_atomic_write_unit_max;
	uint32_t stx_atomic_write_segments_max;
	uint32_t stx_dio_read_offset_align;
	uint32_t stx_atomic_write_unit_max_opt;
	uint32_t spare[17];
};

_Static_assert(sizeof(struct statx_arg) == 256, "as the kernel has it");

enum statx_bit {
	HAS_TYPE_OR_MODE = 0x3,
	HAS_NLINK = 0x4,
	HAS_UID = 0x8,
	HAS_GID = 0x10,
	HAS_ATIME = 0x20,
	HAS_MTIME = 0x40,
	HAS_CTIME = 0x80,
	HAS_INO = 0x100,
	HAS_SIZE = 0x200,
	HAS_BLOCKS = 0x400,
	HAS_BTIME = 0x800,
	HAS_MNT_ID = 0x5000, /* of either kind */
	HAS_DIO_ALIGN = 0x2000,
	HAS_SUBVOL = 0x8000,
	HAS_DIO_READ_ALIGN = 0x20000,
};

#define WRITES_ATOMICALLY 0x400000 /* of stx_attributes */

static void add_statx_time(
	struct decoder *d, struct value *ret, const char *name, const struct statx_time *time)
{
	struct value *item = list_add(d, ret, name);

	value_set_time(d, item, time->tv_sec, time->tv_nsec, "tv_nsec");
	item->comment = decoder_date(d, time->tv_sec, time->tv_nsec, 9);
}

static void add_statx_times(struct decoder *d, struct value *ret, const struct statx_arg *from)
{
	if (from->stx_mask & HAS_ATIME)
		add_statx_time(d, ret, "stx_atime", &from->stx_atime);
	if (from->stx_mask & HAS_BTIME)
		add_statx_time(d, ret, "stx_btime", &from->stx_btime);
	if (from->stx_mask & HAS_CTIME)
		add_statx_time(d, ret, "stx_ctime", &from->stx_ctime);
	if (from->stx_mask & HAS_MTIME)
		add_statx_time(d, ret, "stx_mtime", &from->stx_mtime);
}

static void add_statx_io(struct decoder *d, struct value *ret, const struct statx_arg *from)
{
	bool atomic = from->stx_attributes & WRITES_ATOMICALLY;

	if (from->stx_mask & HAS_DIO_ALIGN) {
		ADD_UINT(stx_dio_mem_align);
		ADD_UINT(stx_dio_offset_align);
	}
	if (from->stx_mask & HAS_SUBVOL)
		ADD_HEX(stx_subvol);
	if (atomic) {
		ADD_UINT(stx_atomic_write_unit_min);
		ADD_UINT(stx_atomic_write_unit_max);
		ADD_UINT(stx_atomic_write_segments_max);
	}
	if (from->stx_mask & HAS_DIO_READ_ALIGN)
		ADD_UINT(stx_dio_read_offset_align);
	if (atomic)
		ADD_UINT(stx_atomic_write_unit_max_opt);
}

/* Only what the mask vouches for. */
SHAPE(statx, struct statx_arg)
{
	bool verbose = d->opts->verbose;

	ADD_FLAGS(stx_mask, statx_mask);
	if (verbose)
		ADD_UINT(stx_blksize);
	ADD_FLAGS(stx_attributes, statx_attr);
	if (verbose && from->stx_mask & HAS_NLINK)
		ADD_UINT(stx_nlink);
	if (verbose && from->stx_mask & HAS_UID)
		ADD_ID(stx_uid);
	if (verbose && from->stx_mask & HAS_GID)
		ADD_ID(stx_gid);
	if (from->stx_mask & HAS_TYPE_OR_MODE)
		value_set_file_mode(d, list_add(d, ret, "stx_mode"), from->stx_mode);
	if (verbose && from->stx_mask & HAS_INO)
		ADD_UINT(stx_ino);
	if (from->stx_mask & HAS_SIZE)
		ADD_UINT(stx_size);
	if (!verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	if (from->stx_mask & HAS_BLOCKS)
		ADD_UINT(stx_blocks);
	ADD_FLAGS(stx_attributes_mask, statx_attr);
	add_statx_times(d, ret, from);
	ADD_UINT(stx_rdev_major);
	ADD_UINT(stx_rdev_minor);
	ADD_UINT(stx_dev_major);
	ADD_UINT(stx_dev_minor);
	if (from->stx_mask & HAS_MNT_ID)
		ADD_HEX(stx_mnt_id);
	add_statx_io(d, ret, from);
}

SYSCALL(statx, FILE_DESC | CLASS_FSTAT | CLASS_STAT_LIKE, RET_INT, ARG(dirfd, DIRFD),
	ARG(pathname, PATH), ARG(flags, FLAGS, at_statx), ARG(mask, FLAGS, statx_mask),
	ARG(statxbuf, OUT, statx));

SHAPE(statfs, struct statfs)
{
	const int *fsid = (const int *)&from->f_fsid;
	struct value *val;

	value_set_enum(list_add(d, ret, "f_type"), (uint32_t)from->f_type, &flags_fs_type);
	ADD_INT(f_bsize);
	ADD_UINT(f_blocks);
	ADD_UINT(f_bfree);
	ADD_UINT(f_bavail);
	ADD_UINT(f_files);
	ADD_UINT(f_ffree);
	val = list_add(d, list_add(d, ret, "f_fsid"), "val");
	list_init(val, VALUE_ARRAY);
	value_set_hex(list_add(d, val, NULL), (uint32_t)fsid[0]);
	value_set_hex(list_add(d, val, NULL), (uint32_t)fsid[1]);
	ADD_INT(f_namelen);
	ADD_INT(f_frsize);
	ADD_FLAGS(f_flags, statfs_flags);
}

SYSCALL(statfs, CLASS_FILE | CLASS_STATFS | CLASS_STATFS_LIKE, RET_INT, ARG(pathname, PATH),
	ARG(buf, OUT, statfs));
SYSCALL(fstatfs, CLASS_DESC | CLASS_FSTATFS | CLASS_STATFS_LIKE | CLASS_WIDE_FILE, RET_INT,
	ARG(fd, FD), ARG(buf, OUT, statfs));

struct kernel_ustat {
	int32_t f_tfree;
	uint64_t f_tinode;
	char f_fname[6];
	char f_fpack[6];
};

SHAPE(ustat, struct kernel_ustat)
{
	ADD_INT(f_tfree);
	ADD_UINT(f_tinode);
}

SYSCALL(ustat, CLASS_STATFS_LIKE, RET_INT, ARG(dev, DEV), ARG(ubuf, OUT, ustat));

/* file attributes, as chattr and projects have them */
#define FILE_ATTR_VER0 24

struct file_attr_arg {
	uint64_t fa_xflags;
	uint32_t fa_extsize;
	uint32_t fa_nextents;
	uint32_t fa_projid;
	uint32_t fa_cowextsize;
};

static void add_file_attr(
	struct decoder *d, struct value *ret, const struct file_attr_arg *from, bool nextents)
{
	ADD_FLAGS(fa_xflags, fs_xflags);
	ADD_UINT(fa_extsize);
	if (nextents)
		ADD_UINT(fa_nextents);
	ADD_HEX(fa_projid);
	ADD_UINT(fa_cowextsize);
}

SHAPE(file_attr, struct file_attr_arg)
{
	add_file_attr(d, ret, from, true);
}

SHAPE(file_attr_set, struct file_attr_arg)
{
	add_file_attr(d, ret, from, false);
}

static void show_attributes(struct decoder *d, const struct shape *shape, unsigned when)
{
	uint64_t size = d->args[3];
	struct value *ret = decoder_arg(d, 2);

	/* more than a page is refused unread */
	if (size > CAPTURE_BYTES_MAX)
		value_set_addr(ret, d->args[2]);
	else
		decoder_show_extensible(d, d->args[2], size, FILE_ATTR_VER0, shape, when, ret);
}

static void decode_file_getattr(struct decoder *d)
{
	if (d->done)
		show_attributes(d, &shape_file_attr, CAPTURE_AT_EXIT);
}

static void decode_file_setattr(struct decoder *d)
{
	show_attributes(d, &shape_file_attr_set, CAPTURE_AT_ENTER);
}

SYSCALL_ODD(file_getattr, FILE_DESC, RET_INT, decode_file_getattr, ARG(dirfd, DIRFD),
	ARG(pathname, PATH), ARG(attr, RAW, ARRAY, EXIT, 3, 1), ARG(size, SIZE),
	ARG(at_flags, FLAGS, at_path));
SYSCALL_ODD(file_setattr, FILE_DESC, RET_INT, decode_file_setattr, ARG(dirfd, DIRFD),
	ARG(pathname, PATH), ARG(attr, RAW, ARRAY, ENTER, 3, 1), ARG(size, SIZE),
	ARG(at_flags, FLAGS, at_path));
