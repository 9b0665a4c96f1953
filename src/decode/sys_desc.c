/* Calls on descriptors: moving data, positions, duplication, watches. */
#include <linux/fanotify.h>
#include <linux/memfd.h>
#include <sys/uio.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

#define DESC_DATA (CLASS_DESC | CLASS_WIDE_FILE)

SYSCALL(read, DESC_DATA, RET_INT, ARG(fd, FD), ARG(buf, BUF_OUT), ARG(count, SIZE));
SYSCALL(write, DESC_DATA, RET_INT, ARG(fd, FD), ARG(buf, BUF_IN, 2), ARG(count, SIZE));
SYSCALL(pread64, DESC_DATA, RET_INT, ARG(fd, FD), ARG(buf, BUF_OUT), ARG(count, SIZE),
	ARG(offset, LONG));
SYSCALL(pwrite64, DESC_DATA, RET_INT, ARG(fd, FD), ARG(buf, BUF_IN, 2), ARG(count, SIZE),
	ARG(offset, LONG));
/* A call that failed was given buffers all the same. */
static void decode_readv(struct decoder *d)
{
	if (!d->done)
		decoder_show_array(d, d->args[1], d->args[2], &shape_iovec, CAPTURE_AT_ENTER,
			decoder_arg(d, 1));
}

static const struct capture_step readv_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 1, ARRAY, LEN_ARG(2), sizeof(struct iovec)),
};

SYSCALL_STEPS(readv, DESC_DATA, RET_INT, decode_readv, PICK_NOTHING, readv_steps, ARG(fd, FD),
	ARG(iov, IOVEC_OUT, 2), ARG(iovcnt, SIZE));
SYSCALL(writev, DESC_DATA, RET_INT, ARG(fd, FD), ARG(iov, IOVEC_IN, 2), ARG(iovcnt, SIZE));
SYSCALL_STEPS(preadv, DESC_DATA, RET_INT, decode_readv, PICK_NOTHING, readv_steps, ARG(fd, FD),
	ARG(iov, IOVEC_OUT, 2), ARG(iovcnt, SIZE), ARG(offset, LONG));
SYSCALL(pwritev, DESC_DATA, RET_INT, ARG(fd, FD), ARG(iov, IOVEC_IN, 2), ARG(iovcnt, SIZE),
	ARG(offset, LONG));

/* The fifth argument is the upper half of the offset, of no effect where a word has 64 bits. */
static void decode_offset_pair(struct decoder *d)
{
	d->out->args[4] = d->out->args[5];
	decoder_keep_args(d, 5);
}

static void decode_preadv2(struct decoder *d)
{
	decode_readv(d);
	decode_offset_pair(d);
}

SYSCALL_STEPS(preadv2, DESC_DATA, RET_INT, decode_preadv2, PICK_NOTHING, readv_steps, ARG(fd, FD),
	ARG(iov, IOVEC_OUT, 2), ARG(iovcnt, SIZE), ARG(offset, LONG), ARG(offset_high, LONG),
	ARG(flags, FLAGS, rwf));
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
SYSCALL(fadvise64, DESC_DATA, RET_INT, ARG(fd, FD), ARG(offset, LONG), ARG(len, SIZE),
	ARG(advice, ENUM, fadvise));
SYSCALL(readahead, DESC_DATA, RET_INT, ARG(fd, FD), ARG(offset, LONG), ARG(count, SIZE));
SYSCALL(flock, DESC_DATA, RET_INT, ARG(fd, FD), ARG(operation, FLAGS, flock_op));

SYSCALL(sendfile, CLASS_DESC | CLASS_NETWORK | CLASS_WIDE_FILE, RET_INT, ARG(out_fd, FD),
	ARG(in_fd, FD), ARG(offset, IN_OUT, u64), ARG(count, SIZE));
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
	ADD_HEX(off);
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

/* inotify, fanotify */
SYSCALL(inotify_init, CLASS_DESC, RET_FD);
SYSCALL(inotify_init1, CLASS_DESC, RET_FD, ARG(flags, FLAGS, inotify_init));
SYSCALL(inotify_add_watch, CLASS_DESC | CLASS_FILE, RET_INT, ARG(fd, FD), ARG(pathname, PATH),
	ARG(mask, FLAGS, inotify_mask));
SYSCALL(inotify_rm_watch, CLASS_DESC, RET_INT, ARG(fd, FD), ARG(wd, INT));
/* The class is a number of its own within the flags. */
static void decode_fanotify_init(struct decoder *d)
{
	uint32_t flags = arg_u32(d, 0);
	struct value *ret = decoder_arg(d, 0);

	list_init(ret, VALUE_OR);
	value_set_enum(list_add(d, ret, NULL), flags & FAN_ALL_CLASS_BITS, &flags_fanotify_class);
	if (flags & ~FAN_ALL_CLASS_BITS)
		value_set_flags(
			list_add(d, ret, NULL), flags & ~FAN_ALL_CLASS_BITS, &flags_fanotify_init);
}

static void decode_fanotify_mark(struct decoder *d)
{
	if (arg_int(d, 3) == FAN_NOFD)
		value_set_name(decoder_arg(d, 3), "FAN_NOFD");
}

SYSCALL_ODD(fanotify_init, CLASS_DESC, RET_FD, decode_fanotify_init, ARG(flags, HEX32),
	ARG(event_f_flags, FLAGS, open));
SYSCALL_ODD(fanotify_mark, CLASS_DESC | CLASS_FILE, RET_INT, decode_fanotify_mark,
	ARG(fanotify_fd, FD), ARG(flags, FLAGS, fanotify_mark), ARG(mask, FLAGS64, fanotify_events),
	ARG(dirfd, DIRFD), ARG(pathname, PATH));

/* MFD_HUGETLB|21<<MFD_HUGE_SHIFT: the upper bits are the binary logarithm of a page size */
static void decode_memfd_create(struct decoder *d)
{
	const uint32_t huge_bits = (uint32_t)MFD_HUGE_MASK << MFD_HUGE_SHIFT;
	uint32_t flags = arg_u32(d, 1), huge = flags & huge_bits;
	struct value *ret;

	if (!huge)
		return;
	ret = decoder_arg(d, 1);
	list_init(ret, VALUE_OR);
	if (flags & ~huge_bits)
		value_set_flags(list_add(d, ret, NULL), flags & ~huge_bits, &flags_memfd);
	value_set_name(list_add(d, ret, NULL),
		decoder_printf(d, "%u<<MFD_HUGE_SHIFT", huge >> MFD_HUGE_SHIFT));
}

/* what the kernel reads of a name, its NUL included */
#define MEMFD_NAME_MAX 250

SYSCALL(eventfd, CLASS_DESC, RET_FD, ARG(initval, UINT));
SYSCALL(eventfd2, CLASS_DESC, RET_FD, ARG(initval, UINT), ARG(flags, FLAGS, efd));
SYSCALL_ODD(memfd_create, CLASS_DESC, RET_FD, decode_memfd_create, ARG(name, NAME, MEMFD_NAME_MAX),
	ARG(flags, FLAGS, memfd));
SYSCALL(memfd_secret, CLASS_DESC, RET_FD, ARG(flags, FLAGS, memfd_secret));
SYSCALL(userfaultfd, CLASS_DESC, RET_FD, ARG(flags, FLAGS, uffd));
