/* Calls on paths and directories: opening, naming, describing, mounting. */
#include <fcntl.h>
#include <string.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <utime.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

#define FILE_DESC (CLASS_FILE | CLASS_DESC)

/* The mode counts only when a file may be made. */
static void drop_mode(struct decoder *d, unsigned at)
{
	uint32_t flags = arg_u32(d, at);

	if (!(flags & O_CREAT) && (flags & O_TMPFILE) != O_TMPFILE)
		decoder_keep_args(d, at + 1);
}

static void decode_open(struct decoder *d)
{
	drop_mode(d, 1);
}

static void decode_openat(struct decoder *d)
{
	drop_mode(d, 2);
}

SYSCALL_ODD(open, CLASS_FILE | CLASS_DESC, RET_FD, decode_open, ARG(pathname, PATH),
	ARG(flags, FLAGS, open), ARG(mode, MODE));
SYSCALL_ODD(openat, FILE_DESC, RET_FD, decode_openat, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(flags, FLAGS, open), ARG(mode, MODE));
SYSCALL(creat, FILE_DESC, RET_FD, ARG(pathname, PATH), ARG(mode, MODE));

SHAPE(open_how, struct open_how)
{
	ADD_FLAGS(flags, open);
	if (from->mode || (from->flags & O_CREAT) || (from->flags & O_TMPFILE) == O_TMPFILE)
		value_set_octal(list_add(d, ret, "mode"), from->mode);
	ADD_FLAGS(resolve, resolve);
}

SYSCALL(openat2, FILE_DESC, RET_FD, ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(how, IN, open_how),
	ARG(size, SIZE));

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

static void add_statx_time(
	struct decoder *d, struct value *ret, const char *name, const struct statx_timestamp *time)
{
	struct value *item = list_add(d, ret, name);

	value_set_time(d, item, time->tv_sec, time->tv_nsec, "tv_nsec");
	item->comment = decoder_date(d, time->tv_sec, time->tv_nsec, 9);
}

SHAPE(statx, struct statx)
{
	bool verbose = d->opts->verbose;

	ADD_FLAGS(stx_mask, statx_mask);
	if (verbose)
		ADD_UINT(stx_blksize);
	ADD_FLAGS(stx_attributes, statx_attr);
	if (verbose) {
		ADD_UINT(stx_nlink);
		ADD_UINT(stx_uid);
		ADD_UINT(stx_gid);
	}
	value_set_file_mode(d, list_add(d, ret, "stx_mode"), from->stx_mode);
	if (verbose)
		ADD_UINT(stx_ino);
	ADD_UINT(stx_size);
	if (!verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_UINT(stx_blocks);
	ADD_FLAGS(stx_attributes_mask, statx_attr);
	add_statx_time(d, ret, "stx_atime", &from->stx_atime);
	add_statx_time(d, ret, "stx_btime", &from->stx_btime);
	add_statx_time(d, ret, "stx_ctime", &from->stx_ctime);
	add_statx_time(d, ret, "stx_mtime", &from->stx_mtime);
	ADD_UINT(stx_rdev_major);
	ADD_UINT(stx_rdev_minor);
	ADD_UINT(stx_dev_major);
	ADD_UINT(stx_dev_minor);
	ADD_HEX(stx_mnt_id);
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

SYSCALL(access, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(mode, FLAGS, access));
SYSCALL(faccessat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(mode, FLAGS, access));
SYSCALL(faccessat2, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(mode, FLAGS, access), ARG(flags, FLAGS, at_access));

SYSCALL(chmod, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(mode, MODE));
SYSCALL(fchmod, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), ARG(mode, MODE));
SYSCALL(fchmodat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(mode, MODE));
SYSCALL(fchmodat2, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(mode, MODE),
	ARG(flags, FLAGS, at));
SYSCALL(chown, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(owner, ID), ARG(group, ID));
SYSCALL(lchown, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(owner, ID), ARG(group, ID));
SYSCALL(fchown, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), ARG(owner, ID), ARG(group, ID));
SYSCALL(fchownat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(owner, ID),
	ARG(group, ID), ARG(flags, FLAGS, at));
SYSCALL(umask, 0, RET_OCTAL, ARG(mask, MODE));

SYSCALL(truncate, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(length, LONG));
SYSCALL(link, CLASS_FILE, RET_INT, ARG(oldpath, PATH), ARG(newpath, PATH));
SYSCALL(linkat, FILE_DESC, RET_INT, ARG(olddirfd, DIRFD), ARG(oldpath, PATH), ARG(newdirfd, DIRFD),
	ARG(newpath, PATH), ARG(flags, FLAGS, at));
SYSCALL(symlink, CLASS_FILE, RET_INT, ARG(target, PATH), ARG(linkpath, PATH));
SYSCALL(symlinkat, FILE_DESC, RET_INT, ARG(target, PATH), ARG(newdirfd, DIRFD),
	ARG(linkpath, PATH));
SYSCALL(unlink, CLASS_FILE, RET_INT, ARG(pathname, PATH));
SYSCALL(unlinkat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(flags, FLAGS, at));
SYSCALL(readlink, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(buf, PATH_OUT), ARG(bufsiz, SIZE));
SYSCALL(readlinkat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(buf, PATH_OUT),
	ARG(bufsiz, SIZE));
SYSCALL(rename, CLASS_FILE, RET_INT, ARG(oldpath, PATH), ARG(newpath, PATH));
SYSCALL(renameat, FILE_DESC, RET_INT, ARG(olddirfd, DIRFD), ARG(oldpath, PATH),
	ARG(newdirfd, DIRFD), ARG(newpath, PATH));
SYSCALL(renameat2, FILE_DESC, RET_INT, ARG(olddirfd, DIRFD), ARG(oldpath, PATH),
	ARG(newdirfd, DIRFD), ARG(newpath, PATH), ARG(flags, FLAGS, rename));
SYSCALL(mkdir, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(mode, MODE));
SYSCALL(mkdirat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(mode, MODE));
SYSCALL(rmdir, CLASS_FILE, RET_INT, ARG(pathname, PATH));

/* The device counts only for device files. */
static void drop_dev(struct decoder *d, unsigned mode_at)
{
	uint32_t mode = arg_u32(d, mode_at);

	if (!S_ISCHR(mode) && !S_ISBLK(mode))
		decoder_keep_args(d, mode_at + 1);
}

static void decode_mknod(struct decoder *d)
{
	drop_dev(d, 1);
}

static void decode_mknodat(struct decoder *d)
{
	drop_dev(d, 2);
}

SYSCALL_ODD(mknod, CLASS_FILE, RET_INT, decode_mknod, ARG(pathname, PATH), ARG(mode, NODE),
	ARG(dev, DEV));
SYSCALL_ODD(mknodat, FILE_DESC, RET_INT, decode_mknodat, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(mode, NODE), ARG(dev, DEV));

SYSCALL(getcwd, CLASS_FILE, RET_INT, ARG(buf, PATH_OUT), ARG(size, SIZE));
SYSCALL(chdir, CLASS_FILE, RET_INT, ARG(path, PATH));
SYSCALL(fchdir, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD));
SYSCALL(chroot, CLASS_FILE, RET_INT, ARG(path, PATH));

/*
 * Counts the records of a directory buffer; each has its length at `len_at`. What is not at hand
 * whole is not counted.
 */
static void count_entries(struct decoder *d, size_t len_at)
{
	uint64_t addr = d->args[1];
	const struct capture *chunk;
	struct value *ret;
	size_t at = 0, nr = 0;

	if (!d->done)
		return;
	ret = decoder_arg(d, 1);
	value_set_addr(ret, addr);
	chunk = decoder_chunk(d, addr, CAPTURE_AT_EXIT);
	if (!chunk && d->call->ret)
		return;
	while (chunk && at + len_at + sizeof(uint16_t) <= chunk->len) {
		uint16_t len;

		memcpy(&len, chunk->bytes + at + len_at, sizeof(len));
		if (!len)
			break;
		at += len;
		nr += at <= chunk->len;
	}
	ret->comment =
		decoder_printf(d, "%zu%s entries", nr, at < (uint64_t)d->call->ret ? "+" : "");
}

static void decode_getdents(struct decoder *d)
{
	count_entries(d, 16);
}

#define DIR_DESC (CLASS_DESC | CLASS_WIDE_FILE)
SYSCALL_ODD(getdents, DIR_DESC, RET_INT, decode_getdents, ARG(fd, FD),
	ARG(dirp, RAW, WHOLE, EXIT, CAPTURE_LEN_RESULT, 0), ARG(count, UINT));
SYSCALL_ODD(getdents64, DIR_DESC, RET_INT, decode_getdents, ARG(fd, FD),
	ARG(dirp, RAW, WHOLE, EXIT, CAPTURE_LEN_RESULT, 0), ARG(count, UINT));

static void show_utime(struct decoder *d, const struct timespec *time, struct value *ret)
{
	if (time->tv_nsec == UTIME_NOW || time->tv_nsec == UTIME_OMIT) {
		value_set_name(ret, time->tv_nsec == UTIME_NOW ? "UTIME_NOW" : "UTIME_OMIT");
		return;
	}
	value_set_time(d, ret, time->tv_sec, time->tv_nsec, "tv_nsec");
	ret->comment = decoder_date(d, time->tv_sec, (uint64_t)time->tv_nsec, 9);
}

struct utimens {
	struct timespec times[2];
};

SHAPE(utimens, struct utimens)
{
	list_init(ret, VALUE_ARRAY);
	for (unsigned i = 0; i < 2; i++)
		show_utime(d, &from->times[i], list_add(d, ret, NULL));
}

struct utimes {
	struct timeval times[2];
};

SHAPE(utimes, struct utimes)
{
	list_init(ret, VALUE_ARRAY);
	for (unsigned i = 0; i < 2; i++) {
		const struct timeval *time = &from->times[i];
		struct value *item = list_add(d, ret, NULL);

		value_set_time(d, item, time->tv_sec, time->tv_usec, "tv_usec");
		item->comment = decoder_date(d, time->tv_sec, (uint64_t)time->tv_usec, 6);
	}
}

SHAPE(utimbuf, struct utimbuf)
{
	value_set_int(list_add(d, ret, "actime"), from->actime);
	ret->list.items[0].comment = decoder_date(d, from->actime, 0, 9);
	value_set_int(list_add(d, ret, "modtime"), from->modtime);
	ret->list.items[1].comment = decoder_date(d, from->modtime, 0, 9);
}

SYSCALL(utime, CLASS_FILE, RET_INT, ARG(filename, PATH), ARG(times, IN, utimbuf));
SYSCALL(utimes, CLASS_FILE, RET_INT, ARG(filename, PATH), ARG(times, IN, utimes));
SYSCALL(futimesat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(times, IN, utimes));
SYSCALL(utimensat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(times, IN, utimens), ARG(flags, FLAGS, at));

/* extended attributes */
#define XATTR_SET ARG(name, PATH), ARG(value, BUF_IN, 3), ARG(size, SIZE), ARG(flags, FLAGS, xattr)
#define XATTR_GET ARG(name, PATH), ARG(value, BUF_OUT), ARG(size, SIZE)

/* A size of 0 asks how much room is needed: nothing is written then. */
static void decode_xattr_get(struct decoder *d)
{
	unsigned size_at = d->out->nr_args - 1;

	if (d->done && !d->args[size_at])
		value_set_addr(decoder_arg(d, size_at - 1), d->args[size_at - 1]);
}

SYSCALL(setxattr, CLASS_FILE, RET_INT, ARG(path, PATH), XATTR_SET);
SYSCALL(lsetxattr, CLASS_FILE, RET_INT, ARG(path, PATH), XATTR_SET);
SYSCALL(fsetxattr, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), XATTR_SET);
SYSCALL_ODD(getxattr, CLASS_FILE, RET_INT, decode_xattr_get, ARG(path, PATH), XATTR_GET);
SYSCALL_ODD(lgetxattr, CLASS_FILE, RET_INT, decode_xattr_get, ARG(path, PATH), XATTR_GET);
SYSCALL_ODD(
	fgetxattr, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, decode_xattr_get, ARG(fd, FD), XATTR_GET);
SYSCALL_ODD(listxattr, CLASS_FILE, RET_INT, decode_xattr_get, ARG(path, PATH), ARG(list, BUF_OUT),
	ARG(size, SIZE));
SYSCALL_ODD(llistxattr, CLASS_FILE, RET_INT, decode_xattr_get, ARG(path, PATH), ARG(list, BUF_OUT),
	ARG(size, SIZE));
SYSCALL_ODD(flistxattr, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, decode_xattr_get, ARG(fd, FD),
	ARG(list, BUF_OUT), ARG(size, SIZE));
SYSCALL(removexattr, CLASS_FILE, RET_INT, ARG(path, PATH), ARG(name, PATH));
SYSCALL(lremovexattr, CLASS_FILE, RET_INT, ARG(path, PATH), ARG(name, PATH));
SYSCALL(fremovexattr, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), ARG(name, PATH));

struct xattr_args {
	uint64_t value;
	uint32_t size;
	uint32_t flags;
};

SHAPE(xattr_args, struct xattr_args)
{
	ADD_ADDR(value);
	ADD_UINT(size);
	ADD_FLAGS(flags, xattr);
}

SYSCALL(setxattrat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(at_flags, FLAGS, at), ARG(name, PATH), ARG(args, IN, xattr_args), ARG(size, SIZE));
SYSCALL(getxattrat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(at_flags, FLAGS, at), ARG(name, PATH), ARG(args, IN, xattr_args), ARG(size, SIZE));
SYSCALL(listxattrat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(at_flags, FLAGS, at), ARG(list, BUF_OUT), ARG(size, SIZE));
SYSCALL(removexattrat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(at_flags, FLAGS, at), ARG(name, PATH));

struct file_attr_arg {
	uint64_t fa_xflags;
	uint32_t fa_extsize;
	uint32_t fa_nextents;
	uint32_t fa_projid;
	uint32_t fa_cowextsize;
};

SHAPE(file_attr, struct file_attr_arg)
{
	ADD_HEX(fa_xflags);
	ADD_UINT(fa_extsize);
	ADD_UINT(fa_nextents);
	ADD_UINT(fa_projid);
	ADD_UINT(fa_cowextsize);
}

SYSCALL(file_getattr, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(attr, OUT, file_attr), ARG(size, SIZE), ARG(at_flags, FLAGS, at));
SYSCALL(file_setattr, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(attr, IN, file_attr), ARG(size, SIZE), ARG(at_flags, FLAGS, at));

/* file handles */
struct handle_head {
	uint32_t handle_bytes;
	int32_t handle_type;
};

SHAPE(file_handle, struct handle_head)
{
	ADD_UINT(handle_bytes);
	ADD_INT(handle_type);
}

SYSCALL(name_to_handle_at, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(handle, IN_OUT, file_handle), ARG(mount_id, OUT, int), ARG(flags, FLAGS, at_handle));
SYSCALL(open_by_handle_at, CLASS_DESC, RET_FD, ARG(mount_fd, FD), ARG(handle, IN, file_handle),
	ARG(flags, FLAGS, open));

/* mounts */
SYSCALL(mount, CLASS_FILE, RET_INT, ARG(source, PATH), ARG(target, PATH), ARG(filesystemtype, PATH),
	ARG(mountflags, FLAGS64, mount), ARG(data, PATH));
SYSCALL(umount2, CLASS_FILE, RET_INT, ARG(target, PATH), ARG(flags, FLAGS, umount));
SYSCALL(pivot_root, CLASS_FILE, RET_INT, ARG(new_root, PATH), ARG(put_old, PATH));
SYSCALL(open_tree, FILE_DESC, RET_FD, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(flags, FLAGS, open_tree));

SHAPE(mount_attr, struct mount_attr)
{
	ADD_FLAGS(attr_set, mount_attr);
	ADD_FLAGS(attr_clr, mount_attr);
	ADD_FLAGS(propagation, mount);
	ADD_FD(userns_fd);
}

SYSCALL(open_tree_attr, FILE_DESC, RET_FD, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(flags, FLAGS, open_tree), ARG(attr, IN, mount_attr), ARG(size, SIZE));
SYSCALL(mount_setattr, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(flags, FLAGS, at_tree), ARG(attr, IN, mount_attr), ARG(size, SIZE));
SYSCALL(move_mount, FILE_DESC, RET_INT, ARG(from_dirfd, DIRFD), ARG(from_pathname, PATH),
	ARG(to_dirfd, DIRFD), ARG(to_pathname, PATH), ARG(flags, FLAGS, move_mount));
SYSCALL(fsopen, CLASS_DESC, RET_FD, ARG(fs_name, PATH), ARG(flags, FLAGS, fsopen));
SYSCALL(fspick, FILE_DESC, RET_FD, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(flags, FLAGS, fspick));
SYSCALL(fsmount, CLASS_DESC, RET_FD, ARG(fs_fd, FD), ARG(flags, FLAGS, fsmount),
	ARG(attr_flags, FLAGS, mount_attr));

/* Which of key, value and aux mean anything depends on the command. */
static void decode_fsconfig(struct decoder *d)
{
	struct value *value;

	switch (arg_u32(d, 1)) {
	case FSCONFIG_SET_STRING:
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		value = decoder_arg(d, 3);
		decoder_show_string(d, d->args[3], CAPTURE_AT_ENTER, value);
		break;
	default: break;
	}
}

SYSCALL_ODD(fsconfig, FILE_DESC, RET_INT, decode_fsconfig, ARG(fs_fd, FD),
	ARG(cmd, ENUM, fsconfig_cmd), ARG(key, PATH), ARG(value, RAW, STRING, ENTER, 0, 0),
	ARG(aux, FD));
SYSCALL(statmount, 0, RET_INT, ARG(req, ADDR), ARG(buf, ADDR), ARG(bufsize, SIZE),
	ARG(flags, HEX32));
SYSCALL(listmount, 0, RET_INT, ARG(req, ADDR), ARG(mnt_ids, ADDR), ARG(nr_mnt_ids, SIZE),
	ARG(flags, HEX32));

/* SWAP_FLAG_PREFER|5: the low bits are a priority */
static void decode_swapon(struct decoder *d)
{
	uint32_t flags = arg_u32(d, 1);
	struct value *ret = decoder_arg(d, 1);

	list_init(ret, VALUE_OR);
	if (flags & ~SWAP_FLAG_PRIO_MASK)
		value_set_flags(list_add(d, ret, NULL), flags & ~SWAP_FLAG_PRIO_MASK, &flags_swap);
	value_set_uint(list_add(d, ret, NULL), flags & SWAP_FLAG_PRIO_MASK);
}

SYSCALL_ODD(swapon, CLASS_FILE, RET_INT, decode_swapon, ARG(path, PATH), ARG(swapflags, HEX32));
SYSCALL(swapoff, CLASS_FILE, RET_INT, ARG(path, PATH));
SYSCALL(acct, CLASS_FILE, RET_INT, ARG(filename, PATH));
SYSCALL(uselib, CLASS_FILE, RET_INT, ARG(library, PATH));
SYSCALL(sysfs, 0, RET_INT, ARG(option, HEX), ARG(arg1, HEX), ARG(arg2, HEX));
SYSCALL(lookup_dcookie, 0, RET_INT, ARG(cookie, SIZE), ARG(buffer, PATH_OUT), ARG(len, SIZE));

static void decode_quotactl(struct decoder *d)
{
	struct value *cmd = decoder_arg(d, d->out->id == CALL_quotactl ? 0 : 1);
	uint32_t word = arg_u32(d, d->arg);

	macro_init(cmd, "QCMD");
	value_set_enum(list_add(d, cmd, NULL), word >> 8, &flags_quota_cmd);
	value_set_enum(list_add(d, cmd, NULL), word & 0xff, &flags_quota_type);
}

SYSCALL_ODD(quotactl, CLASS_FILE, RET_INT, decode_quotactl, ARG(cmd, HEX32), ARG(special, PATH),
	ARG(id, UINT), ARG(addr, ADDR));
SYSCALL_ODD(quotactl_fd, CLASS_DESC, RET_INT, decode_quotactl, ARG(fd, FD), ARG(cmd, HEX32),
	ARG(id, UINT), ARG(addr, ADDR));
