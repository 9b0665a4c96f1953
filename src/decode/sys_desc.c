/* Calls on descriptors: moving data, positions, duplication, fcntl, watches. */
#include <fcntl.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

#define DESC_DATA (CLASS_DESC | CLASS_WIDE_FILE)

SYSCALL(read, DESC_DATA, RET_INT, ARG(fd, FD), ARG(buf, BUF_OUT), ARG(count, SIZE));
SYSCALL(write, DESC_DATA, RET_INT, ARG(fd, FD), ARG(buf, BUF_IN, 2), ARG(count, SIZE));
SYSCALL(pread64, DESC_DATA, RET_INT, ARG(fd, FD), ARG(buf, BUF_OUT), ARG(count, SIZE),
	ARG(offset, LONG));
SYSCALL(pwrite64, DESC_DATA, RET_INT, ARG(fd, FD), ARG(buf, BUF_IN, 2), ARG(count, SIZE),
	ARG(offset, LONG));
SYSCALL(readv, DESC_DATA, RET_INT, ARG(fd, FD), ARG(iov, IOVEC_OUT, 2), ARG(iovcnt, SIZE));
SYSCALL(writev, DESC_DATA, RET_INT, ARG(fd, FD), ARG(iov, IOVEC_IN, 2), ARG(iovcnt, SIZE));
SYSCALL(preadv, DESC_DATA, RET_INT, ARG(fd, FD), ARG(iov, IOVEC_OUT, 2), ARG(iovcnt, SIZE),
	ARG(offset, LONG));
SYSCALL(pwritev, DESC_DATA, RET_INT, ARG(fd, FD), ARG(iov, IOVEC_IN, 2), ARG(iovcnt, SIZE),
	ARG(offset, LONG));

/* The fifth argument is the upper half of the offset, of no effect where a word has 64 bits. */
static void decode_offset_pair(struct decoder *d)
{
	d->out->args[4] = d->out->args[5];
	decoder_keep_args(d, 5);
}

SYSCALL_ODD(preadv2, DESC_DATA, RET_INT, decode_offset_pair, ARG(fd, FD), ARG(iov, IOVEC_OUT, 2),
	ARG(iovcnt, SIZE), ARG(offset, LONG), ARG(offset_high, LONG), ARG(flags, FLAGS, rwf));
SYSCALL_ODD(pwritev2, DESC_DATA, RET_INT, decode_offset_pair, ARG(fd, FD), ARG(iov, IOVEC_IN, 2),
	ARG(iovcnt, SIZE), ARG(offset, LONG), ARG(offset_high, LONG), ARG(flags, FLAGS, rwf));

SYSCALL(close, CLASS_DESC | CLASS_WIDE_FILE | CLASS_WIDE_NETWORK, RET_INT, ARG(fd, FD));
SYSCALL(close_range, 0, RET_INT, ARG(first, UINT), ARG(last, UINT), ARG(flags, FLAGS, close_range));
SYSCALL(lseek, DESC_DATA, RET_INT, ARG(fd, FD), ARG(offset, LONG), ARG(whence, ENUM, seek));
SYSCALL(dup, CLASS_DESC, RET_FD, ARG(oldfd, FD));
SYSCALL(dup2, CLASS_DESC, RET_FD, ARG(oldfd, FD), ARG(newfd, FD));
SYSCALL(dup3, CLASS_DESC, RET_FD, ARG(oldfd, FD), ARG(newfd, FD), ARG(flags, FLAGS, fd_open));

struct fd_pair {
	int32_t fd[2];
};

SHAPE(fd_pair, struct fd_pair)
{
	list_init(ret, VALUE_ARRAY);
	value_set_fd(list_add(d, ret, NULL), from->fd[0]);
	value_set_fd(list_add(d, ret, NULL), from->fd[1]);
}

SYSCALL(pipe, CLASS_DESC, RET_INT, ARG(pipefd, OUT, fd_pair));
SYSCALL(pipe2, CLASS_DESC, RET_INT, ARG(pipefd, OUT, fd_pair), ARG(flags, FLAGS, fd_open));

SYSCALL(fsync, DESC_DATA, RET_INT, ARG(fd, FD));
SYSCALL(fdatasync, DESC_DATA, RET_INT, ARG(fd, FD));
SYSCALL(sync, CLASS_WIDE_FILE, RET_INT);
SYSCALL(syncfs, DESC_DATA, RET_INT, ARG(fd, FD));
SYSCALL(sync_file_range, DESC_DATA, RET_INT, ARG(fd, FD), ARG(offset, LONG), ARG(nbytes, LONG),
	ARG(flags, FLAGS, sync_range));
SYSCALL(ftruncate, DESC_DATA, RET_INT, ARG(fd, FD), ARG(length, LONG));
SYSCALL(fallocate, DESC_DATA, RET_INT, ARG(fd, FD), ARG(mode, FLAGS, fallocate), ARG(offset, LONG),
	ARG(len, LONG));
SYSCALL(fadvise64, DESC_DATA, RET_INT, ARG(fd, FD), ARG(offset, LONG), ARG(len, LONG),
	ARG(advice, ENUM, fadvise));
SYSCALL(readahead, DESC_DATA, RET_INT, ARG(fd, FD), ARG(offset, LONG), ARG(count, SIZE));
SYSCALL(flock, DESC_DATA, RET_INT, ARG(fd, FD), ARG(operation, FLAGS, flock_op));

SYSCALL(sendfile, CLASS_DESC | CLASS_NETWORK | CLASS_WIDE_FILE, RET_INT, ARG(out_fd, FD),
	ARG(in_fd, FD), ARG(offset, IN_OUT, s64), ARG(count, SIZE));
SYSCALL(copy_file_range, DESC_DATA, RET_INT, ARG(fd_in, FD), ARG(off_in, IN, s64), ARG(fd_out, FD),
	ARG(off_out, IN, s64), ARG(len, SIZE), ARG(flags, UINT));
SYSCALL(splice, DESC_DATA, RET_INT, ARG(fd_in, FD), ARG(off_in, IN, s64), ARG(fd_out, FD),
	ARG(off_out, IN, s64), ARG(len, SIZE), ARG(flags, FLAGS, splice));
SYSCALL(tee, DESC_DATA, RET_INT, ARG(fd_in, FD), ARG(fd_out, FD), ARG(len, SIZE),
	ARG(flags, FLAGS, splice));
SYSCALL(vmsplice, DESC_DATA, RET_INT, ARG(fd, FD), ARG(iov, IOVEC_IN, 2), ARG(nr_segs, SIZE),
	ARG(flags, FLAGS, splice));

struct cachestat_range_arg {
	uint64_t off;
	uint64_t len;
};

SHAPE(cachestat_range, struct cachestat_range_arg)
{
	ADD_UINT(off);
	ADD_UINT(len);
}

struct cachestat_arg {
	uint64_t nr_cache;
	uint64_t nr_dirty;
	uint64_t nr_writeback;
	uint64_t nr_evicted;
	uint64_t nr_recently_evicted;
};

SHAPE(cachestat, struct cachestat_arg)
{
	ADD_UINT(nr_cache);
	ADD_UINT(nr_dirty);
	ADD_UINT(nr_writeback);
	ADD_UINT(nr_evicted);
	ADD_UINT(nr_recently_evicted);
}

SYSCALL(cachestat, CLASS_DESC, RET_INT, ARG(fd, FD), ARG(cstat_range, IN, cachestat_range),
	ARG(cstat, OUT, cachestat), ARG(flags, HEX32));

/* fcntl: the third argument is what the command makes of it. */

SHAPE(flock, struct flock)
{
	ADD_ENUM(l_type, lock_type);
	ADD_ENUM(l_whence, seek);
	ADD_INT(l_start);
	ADD_INT(l_len);
}

SHAPE(flock_owner, struct flock)
{
	fill_flock(d, from, ret);
	ADD_PID(l_pid);
}

SHAPE(owner_ex, struct f_owner_ex)
{
	ADD_ENUM(type, owner_type);
	ADD_PID(pid);
}

static void show_fcntl_struct(struct decoder *d, const struct shape *shape, bool out)
{
	struct value *ret = decoder_arg(d, 2);

	if (d->call->abi != ABI_X86_64 || (out && !d->done))
		value_set_addr(ret, d->args[2]);
	else
		decoder_show_shape(
			d, d->args[2], shape, out ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER, ret);
}

/* "(flags O_RDWR|O_APPEND)" behind the result */
static void detail_flags(struct decoder *d, const char *what, const struct flag_set *set)
{
	if (!d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	if (d->call->ret || set == &flags_open)
		value_set_flags(decoder_add_detail(d, what), (uint32_t)d->call->ret, set);
}

static void detail_name(struct decoder *d, const struct flag_set *set)
{
	if (!d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	value_set_enum(decoder_add_detail(d, NULL), (uint64_t)d->call->ret, set);
}

static void decode_fcntl(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 2);

	switch (arg_int(d, 1)) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		value_set_int(ret, arg_int(d, 2));
		if (d->done)
			value_set_fd(&d->out->ret, (int)d->call->ret);
		break;
	case F_SETFD: value_set_flags(ret, arg_u32(d, 2), &flags_fd_flags); break;
	case F_SETFL: value_set_flags(ret, arg_u32(d, 2), &flags_open); break;
	case F_GETFD:
		decoder_keep_args(d, 2);
		detail_flags(d, "flags", &flags_fd_flags);
		break;
	case F_GETFL:
		decoder_keep_args(d, 2);
		detail_flags(d, "flags", &flags_open);
		break;
	case F_GETLK:
	case F_OFD_GETLK: show_fcntl_struct(d, &shape_flock_owner, true); break;
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW: show_fcntl_struct(d, &shape_flock, false); break;
	case F_SETOWN_EX: show_fcntl_struct(d, &shape_owner_ex, false); break;
	case F_GETOWN_EX: show_fcntl_struct(d, &shape_owner_ex, true); break;
	case F_SETOWN: value_set_pid(ret, arg_int(d, 2)); break;
	case F_SETSIG: value_set_signal(ret, arg_int(d, 2)); break;
	case F_NOTIFY: value_set_flags(ret, arg_u32(d, 2), &flags_notify); break;
	case F_SETLEASE: value_set_enum(ret, arg_u32(d, 2), &flags_lock_type); break;
	case F_ADD_SEALS: value_set_flags(ret, arg_u32(d, 2), &flags_seals); break;
	case F_SETPIPE_SZ: value_set_uint(ret, arg_u32(d, 2)); break;
	case F_GET_SEALS:
		decoder_keep_args(d, 2);
		detail_flags(d, "seals", &flags_seals);
		break;
	case F_GETLEASE:
		decoder_keep_args(d, 2);
		detail_name(d, &flags_lock_type);
		break;
	case F_GETSIG:
		decoder_keep_args(d, 2);
		if (d->done && d->call->ret > 0)
			value_set_signal(decoder_add_detail(d, NULL), (int)d->call->ret);
		break;
	case F_GETOWN:
	case F_GETPIPE_SZ: decoder_keep_args(d, 2); break;
	case F_GET_RW_HINT:
	case F_GET_FILE_RW_HINT:
	case F_SET_RW_HINT:
	case F_SET_FILE_RW_HINT:
	default: value_set_hex(ret, d->args[2]); break;
	}
}

SYSCALL_ODD(fcntl, CLASS_DESC, RET_INT, decode_fcntl, ARG(fd, FD), ARG(cmd, ENUM, fcntl_cmd),
	ARG(arg, RAW_BOTH, sizeof(struct flock)));

/* inotify, fanotify */
SYSCALL(inotify_init, CLASS_DESC, RET_FD);
SYSCALL(inotify_init1, CLASS_DESC, RET_FD, ARG(flags, FLAGS, inotify_init));
SYSCALL(inotify_add_watch, CLASS_DESC | CLASS_FILE, RET_INT, ARG(fd, FD), ARG(pathname, PATH),
	ARG(mask, FLAGS, inotify_mask));
SYSCALL(inotify_rm_watch, CLASS_DESC, RET_INT, ARG(fd, FD), ARG(wd, INT));
SYSCALL(fanotify_init, CLASS_DESC, RET_FD, ARG(flags, FLAGS, fanotify_class),
	ARG(event_f_flags, FLAGS, open));
SYSCALL(fanotify_mark, CLASS_DESC | CLASS_FILE, RET_INT, ARG(fanotify_fd, FD),
	ARG(flags, FLAGS, fanotify_mark), ARG(mask, FLAGS64, fanotify_events), ARG(dirfd, DIRFD),
	ARG(pathname, PATH));

SYSCALL(eventfd, CLASS_DESC, RET_FD, ARG(initval, UINT));
SYSCALL(eventfd2, CLASS_DESC, RET_FD, ARG(initval, UINT), ARG(flags, FLAGS, efd));
SYSCALL(memfd_create, CLASS_DESC, RET_FD, ARG(name, PATH), ARG(flags, FLAGS, memfd));
SYSCALL(memfd_secret, CLASS_DESC, RET_FD, ARG(flags, FLAGS, fd_open));
SYSCALL(userfaultfd, CLASS_DESC, RET_FD, ARG(flags, FLAGS, uffd));
