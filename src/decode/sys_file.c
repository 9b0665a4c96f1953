/* Calls on paths and directories: opening, naming, listing. */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

#define FILE_DESC (CLASS_FILE | CLASS_DESC)

/* The mode counts only when a file may be made; O_TMPFILE is this bit and O_DIRECTORY. */
#define MAY_CREATE (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))

static void drop_mode(struct decoder *d, unsigned at)
{
	if (!(arg_u32(d, at) & MAY_CREATE))
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

#define OPEN_HOW_VER0 24

SHAPE(open_how, struct open_how)
{
	ADD_FLAGS(flags, open);
	if (from->mode || from->flags & MAY_CREATE)
		value_set_octal(list_add(d, ret, "mode"), from->mode);
	ADD_FLAGS(resolve, resolve);
}

static void decode_openat2(struct decoder *d)
{
	decoder_show_extensible(d, d->args[2], d->args[3], OPEN_HOW_VER0, &shape_open_how,
		CAPTURE_AT_ENTER, decoder_arg(d, 2));
}

SYSCALL_ODD(openat2, FILE_DESC, RET_FD, decode_openat2, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(how, RAW, ARRAY, ENTER, 3, 1), ARG(size, SIZE));

SYSCALL(access, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(mode, FLAGS, access));
SYSCALL(faccessat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(mode, FLAGS, access));
SYSCALL(faccessat2, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(mode, FLAGS, access), ARG(flags, FLAGS, at_access));

SYSCALL(chmod, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(mode, MODE));
SYSCALL(fchmod, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), ARG(mode, MODE));
SYSCALL(fchmodat, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(mode, MODE));
SYSCALL(fchmodat2, FILE_DESC, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(mode, MODE),
	ARG(flags, FLAGS, at_path));
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

/* The records of a directory buffer; each has its length behind inode and position. */
struct dirent_head {
	uint64_t d_ino;
	uint64_t d_off;
	uint16_t d_reclen;
} __attribute__((packed));

#define DIRENT_NAME_MAX 256

/* `bytes`: a record of `len` bytes, which is as long as its head at least. */
static void add_entry(
	struct decoder *d, struct value *ret, const uint8_t *bytes, size_t len, bool type_first)
{
	size_t name_at = sizeof(struct dirent_head) + type_first;
	struct dirent_head head;

	memcpy(&head, bytes, sizeof(head));
	value_set_uint(list_add(d, ret, "d_ino"), head.d_ino);
	value_set_uint(list_add(d, ret, "d_off"), head.d_off);
	value_set_uint(list_add(d, ret, "d_reclen"), head.d_reclen);
	if (len <= sizeof(head))
		return;
	if (type_first)
		value_set_enum(list_add(d, ret, "d_type"), bytes[sizeof(head)], &flags_dirent_type);
	if (len > sizeof(head) + 1) {
		size_t room = MIN(len - sizeof(head) - 1, (size_t)DIRENT_NAME_MAX);
		struct value *name = list_add(d, ret, "d_name");

		value_set_text(name, bytes + name_at, room);
		if (name->data.len == room)
			name->flags |= VALUE_CUT;
	}
	if (!type_first)
		value_set_enum(list_add(d, ret, "d_type"), bytes[len - 1], &flags_dirent_type);
}

/* What is not at hand whole is neither counted nor shown. */
static void show_entries(struct decoder *d, bool type_first)
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
	if (d->opts->verbose)
		list_init(ret, VALUE_ARRAY);
	while (chunk && chunk->len - at >= sizeof(struct dirent_head)) {
		struct dirent_head head;

		memcpy(&head, chunk->bytes + at, sizeof(head));
		if (head.d_reclen < sizeof(head) || head.d_reclen > chunk->len - at)
			break;
		if (d->opts->verbose)
			add_entry(d, list_add(d, ret, NULL), chunk->bytes + at, head.d_reclen,
				type_first);
		at += head.d_reclen;
		nr++;
	}
	if (at >= (uint64_t)d->call->ret)
		ret->comment = d->opts->verbose ? NULL : decoder_printf(d, "%zu entries", nr);
	else if (d->opts->verbose)
		ret->flags |= VALUE_CUT;
	else
		ret->comment = decoder_printf(d, "%zu+ entries", nr);
}

static void decode_getdents(struct decoder *d)
{
	show_entries(d, false);
}

static void decode_getdents64(struct decoder *d)
{
	show_entries(d, true);
}

#define DIR_DESC (CLASS_DESC | CLASS_WIDE_FILE)
SYSCALL_ODD(getdents, DIR_DESC, RET_INT, decode_getdents, ARG(fd, FD),
	ARG(dirp, RAW, WHOLE, EXIT, CAPTURE_LEN_RESULT, 0), ARG(count, UINT));
SYSCALL_ODD(getdents64, DIR_DESC, RET_INT, decode_getdents64, ARG(fd, FD),
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

SYSCALL(acct, CLASS_FILE, RET_INT, ARG(filename, PATH));
SYSCALL(uselib, CLASS_FILE, RET_INT, ARG(library, PATH));
SYSCALL(sysfs, 0, RET_INT, ARG(option, HEX), ARG(arg1, HEX), ARG(arg2, HEX));
SYSCALL(lookup_dcookie, 0, RET_INT, ARG(cookie, SIZE), ARG(buffer, PATH_OUT), ARG(len, SIZE));

/* file handles */
#define HANDLE_MAX 128

struct handle {
	uint32_t handle_bytes;
	int32_t handle_type;
	uint8_t f_handle[HANDLE_MAX];
};

#define HANDLE_HEAD offsetof(struct handle, f_handle)

static void add_handle(struct decoder *d, struct value *ret, uint64_t addr,
	const struct handle *head, unsigned when)
{
	uint32_t len = MIN(head->handle_bytes, (uint32_t)HANDLE_MAX);
	const void *bytes = decoder_bytes(d, addr + HANDLE_HEAD, len, when);
	struct value *handle;

	value_set_int(list_add(d, ret, "handle_type"), head->handle_type);
	handle = list_add(d, ret, "f_handle");
	if (!bytes) {
		value_set_name(handle, "???");
		return;
	}
	value_set_string(handle, bytes, len);
	handle->flags |= VALUE_BINARY;
	if (head->handle_bytes > len)
		handle->flags |= VALUE_CUT;
}

static void decode_name_to_handle_at(struct decoder *d)
{
	const struct handle *before = decoder_bytes(d, d->args[2], HANDLE_HEAD, CAPTURE_AT_ENTER);
	const struct handle *after = decoder_bytes(d, d->args[2], HANDLE_HEAD, CAPTURE_AT_EXIT);
	struct value *ret, *size;

	if (!before)
		return;
	ret = decoder_arg(d, 2);
	size = list_add(d, ret, "handle_bytes");
	value_set_uint(size, before->handle_bytes);
	if (!d->done || !after)
		return;
	if (after->handle_bytes != before->handle_bytes) {
		list_init(size, VALUE_CHANGE);
		value_set_uint(list_add(d, size, NULL), before->handle_bytes);
		value_set_uint(list_add(d, size, NULL), after->handle_bytes);
	}
	add_handle(d, ret, d->args[2], after, CAPTURE_AT_EXIT);
}

static void decode_open_by_handle_at(struct decoder *d)
{
	const struct handle *head = decoder_bytes(d, d->args[1], HANDLE_HEAD, CAPTURE_AT_ENTER);
	struct value *ret;

	if (!head)
		return;
	ret = decoder_arg(d, 1);
	value_set_uint(list_add(d, ret, "handle_bytes"), head->handle_bytes);
	add_handle(d, ret, d->args[1], head, CAPTURE_AT_ENTER);
}

SYSCALL_ODD(name_to_handle_at, FILE_DESC, RET_INT, decode_name_to_handle_at, ARG(dirfd, DIRFD),
	ARG(pathname, PATH), ARG(handle, RAW_BOTH, sizeof(struct handle)), ARG(mount_id, OUT, int),
	ARG(flags, FLAGS, at_handle));
SYSCALL_ODD(open_by_handle_at, CLASS_DESC, RET_FD, decode_open_by_handle_at, ARG(mount_fd, FD),
	ARG(handle, RAW_IN, sizeof(struct handle)), ARG(flags, FLAGS, open));
