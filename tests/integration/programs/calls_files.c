/* Files, descriptors, directories, mounts, waiting. Run in an empty, writable folder. */
#include <linux/aio_abi.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/quota.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "expect.h"

#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_getxattrat 464
#endif
#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif
#ifndef SYS_file_setattr
#define SYS_file_setattr 469
#endif

static struct expect e;
static char *edge; /* nothing can be read from here on */

#define BAD ((void *)0xdead0000)

/* Text without an end. */
static char *endless(size_t len)
{
	return memset(edge - len, 'E', len);
}

/* A copy that ends `missing` bytes into what cannot be read. */
static void *torn(const void *from, size_t len, size_t missing)
{
	return memcpy(edge - (len - missing), from, len - missing);
}

static void opens(void)
{
	uint64_t how[4] = {O_RDONLY | O_CLOEXEC, 0, RESOLVE_BENEATH, 0x2211};
	void *at;

	expect_call(&e, kcall(SYS_openat2, AT_FDCWD, "none", how, 24),
		"openat2(AT_FDCWD, \"none\", {flags=O_RDONLY|O_CLOEXEC, resolve=RESOLVE_BENEATH}, "
		"24)");
	expect_call(&e, kcall(SYS_openat2, -1, "none", how, 23), "openat2(-1, \"none\", %p, 23)",
		(void *)how);
	expect_call(&e, kcall(SYS_openat2, -1, "none", how, 32),
		"openat2(-1, \"none\", {flags=O_RDONLY|O_CLOEXEC, resolve=RESOLVE_BENEATH, "
		"/* bytes 24..31 */ \"\\x11\\x22\\x00\\x00\\x00\\x00\\x00\\x00\"}, 32)");
	at = torn(how, 32, 8);
	expect_call(&e, kcall(SYS_openat2, -1, "none", at, 32),
		"openat2(-1, \"none\", {flags=O_RDONLY|O_CLOEXEC, resolve=RESOLVE_BENEATH, ???}, "
		"32)");
	at = torn(how, 24, 8);
	expect_call(
		&e, kcall(SYS_openat2, -1, "none", at, 24), "openat2(-1, \"none\", %p, 24)", at);
	expect_call(&e, kcall(SYS_open, "none", O_RDWR | O_TMPFILE, 0600),
		"open(\"none\", O_RDWR|O_TMPFILE, 0600)");
	expect_call(&e, kcall(SYS_mkdirat, -1L, "none", 0700), "mkdirat(-1, \"none\", 0700)");
}

static void attributes(void)
{
	static const char name[] = "user.expect";
	char value[8];
	long ret;

	expect_call(&e, kcall(SYS_setxattr, ".", name, "abc", 4, 0),
		"setxattr(\".\", \"user.expect\", \"abc\", 4, 0)");
	expect_call(&e, kcall(SYS_fsetxattr, -1, name, "a\0b", 3, 3),
		"fsetxattr(-1, \"user.expect\", \"a\\0b\", 3, XATTR_CREATE|XATTR_REPLACE)");
	expect_call(&e, kcall(SYS_fsetxattr, -1, name, edge - 2, 3, 0),
		"fsetxattr(-1, \"user.expect\", %p, 3, 0)", edge - 2);
	expect_call(&e, kcall(SYS_fsetxattr, -1, name, value, 65537, 0),
		"fsetxattr(-1, \"user.expect\", %p, 65537, 0)", value);
	ret = kcall(SYS_getxattr, ".", name, value, sizeof(value));
	if (ret == 4)
		expect_call(&e, ret, "getxattr(\".\", \"user.expect\", \"abc\", 8)");
	else
		expect_call(&e, ret, "getxattr(\".\", \"user.expect\", %p, 8)", value);
	if (!expect_old()) /* which shows what was there before */
		expect_call(&e, kcall(SYS_getxattr, ".", name, value, 0),
			"getxattr(\".\", \"user.expect\", %p, 0)", value);
	expect_call(&e, kcall(SYS_fgetxattr, -1, name, BAD, 9),
		"fgetxattr(-1, \"user.expect\", %p, 9)", BAD);
	expect_call(&e, kcall(SYS_removexattr, ".", name), "removexattr(\".\", \"user.expect\")");
}

static void attributes_of_places(void)
{
	struct {
		uint64_t value;
		uint32_t size, flags;
		uint64_t more;
	} args = {(uintptr_t) "abc", 4, 1, 7};
	struct {
		uint64_t xflags;
		uint32_t extsize, nextents, projid, cowextsize;
	} attr = {8, 1, 2, 3, 4};

	if (expect_old())
		return;
	expect_call(&e, kcall(SYS_setxattrat, -1, "x", 0x100, "user.a", &args, 16),
		"setxattrat(-1, \"x\", AT_SYMLINK_NOFOLLOW, \"user.a\", {value=\"abc\", size=4, "
		"flags=XATTR_CREATE}, 16)");
	expect_call(&e, kcall(SYS_setxattrat, -1, "x", 0, "user.a", &args, 24),
		"setxattrat(-1, \"x\", 0, \"user.a\", {value=\"abc\", size=4, flags=XATTR_CREATE, "
		"/* bytes 16..23 */ \"\\x07\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, 24)");
	expect_call(&e, kcall(SYS_getxattrat, -1, "x", 0, "user.a", &args, 16),
		"getxattrat(-1, \"x\", 0, \"user.a\", {value=%p, size=4, flags=XATTR_CREATE}, 16)",
		(void *)(uintptr_t)args.value);
	expect_call(&e, kcall(SYS_file_setattr, -1, "x", &attr, 24, 0),
		"file_setattr(-1, \"x\", {fa_xflags=FS_XFLAG_IMMUTABLE, fa_extsize=1, "
		"fa_projid=0x3, fa_cowextsize=4}, 24, 0)");
}

static void handles(void)
{
	struct {
		uint32_t bytes;
		int32_t type;
		char handle[8];
	} handle = {8, 1, "\1\2\3\4\5\6\7\10"};
	void *at = torn(&handle, 16, 8);

	expect_call(&e, kcall(SYS_name_to_handle_at, -1, "x", &handle, NULL, 0),
		"name_to_handle_at(-1, \"x\", {handle_bytes=8}, NULL, 0)");
	expect_call(&e, kcall(SYS_open_by_handle_at, -1, at, O_RDONLY),
		"open_by_handle_at(-1, {handle_bytes=8, handle_type=1, f_handle=???}, O_RDONLY)");
	if (!expect_old())
		expect_call(&e, kcall(SYS_open_by_handle_at, -1, &handle, O_RDONLY),
			"open_by_handle_at(-1, {handle_bytes=8, handle_type=1, "
			"f_handle=\"\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\"}, O_RDONLY)");
}

static void commands(void)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_END, .l_start = -1, .l_len = 1};
	void *at = torn(&lock, sizeof(lock), 8);
	uint64_t hint = 2;

	expect_call(&e, kcall(SYS_fcntl, -1, F_SETLK, &lock),
		"fcntl(-1, F_SETLK, {l_type=F_RDLCK, l_whence=SEEK_END, l_start=-1, l_len=1})");
	expect_call(&e, kcall(SYS_fcntl, -1, F_OFD_SETLK, at), "fcntl(-1, F_OFD_SETLK, %p)", at);
	expect_call(
		&e, kcall(SYS_fcntl, -1, F_NOTIFY, 3), "fcntl(-1, F_NOTIFY, DN_ACCESS|DN_MODIFY)");
	expect_call(&e, kcall(SYS_fcntl, -1, F_ADD_SEALS, 5),
		"fcntl(-1, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_GROW)");
	expect_call(&e, kcall(SYS_fcntl, -1, F_SETPIPE_SZ, -1L), "fcntl(-1, F_SETPIPE_SZ, -1)");
	expect_call(&e, kcall(SYS_fcntl, -1, 12345, 6), "fcntl(-1, 0x3039 /* F_??? */, 0x6)");
	if (expect_old())
		return;
	expect_call(&e, kcall(SYS_fcntl, -1, 1036, &hint),
		"fcntl(-1, F_SET_RW_HINT, [RWH_WRITE_LIFE_SHORT])");
	expect_call(&e, kcall(SYS_fcntl, -1, 1035, &hint), "fcntl(-1, F_GET_RW_HINT, %p)",
		(void *)&hint);
	expect_call(&e, kcall(SYS_fcntl, -1, 1027, 2), "fcntl(-1, F_DUPFD_QUERY, 2)");
}

static void mounts(void)
{
	uint64_t attr[4] = {4, 0x10, 1 << 18, 7};
	struct {
		uint32_t size, fd;
		uint64_t id, param, ns;
	} request = {24, 0, UINT64_MAX, 1, 9};

	expect_call(&e, kcall(SYS_mount, "a", "/no/b", "c", MS_BIND, "d"),
		"mount(\"a\", \"/no/b\", %p, MS_BIND, %p)", "c", "d");
	expect_call(&e, kcall(SYS_mount, "a", "/no/b", "c", MS_RDONLY | 0xc0ed0000, "d"),
		"mount(\"a\", \"/no/b\", \"c\", MS_MGC_VAL|MS_RDONLY, \"d\")");
	expect_call(&e, kcall(SYS_umount2, "/no/b", 2), "umount2(\"/no/b\", MNT_DETACH)");
	expect_call(&e, kcall(SYS_fsconfig, -1, FSCONFIG_SET_STRING, "key", "value", 0),
		"fsconfig(-1, FSCONFIG_SET_STRING, \"key\", \"value\", 0)");
	expect_call(&e, kcall(SYS_fsconfig, -1, FSCONFIG_SET_BINARY, "key", "\1\2", 2),
		"fsconfig(-1, FSCONFIG_SET_BINARY, \"key\", \"\\x01\\x02\", 2)");
	expect_call(&e, kcall(SYS_fsconfig, -1, FSCONFIG_SET_PATH, endless(1), "/p", AT_FDCWD),
		"fsconfig(-1, FSCONFIG_SET_PATH, %p, \"/p\", AT_FDCWD)", edge - 1);
	expect_call(&e, kcall(SYS_fsconfig, -1, FSCONFIG_SET_FD, "key", NULL, -1),
		"fsconfig(-1, FSCONFIG_SET_FD, \"key\", NULL, -1)");
	expect_call(&e, kcall(SYS_mount_setattr, -1, "x", 0x1000, attr, 32),
		"mount_setattr(-1, \"x\", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_NODEV, "
		"attr_clr=MOUNT_ATTR_NOATIME, propagation=MS_PRIVATE, userns_fd=7}, 32)");
	if (expect_old())
		return;
	expect_call(&e, kcall(SYS_statmount, &request, NULL, 0, -1),
		"statmount({size=24, mnt_ns_fd=0, mnt_id=0xffffffffffffffff, "
		"param=STATMOUNT_SB_BASIC}, NULL, 0, STATMOUNT_BY_FD|0xfffffffe)");
	request.size = 32;
	expect_call(&e, kcall(SYS_listmount, &request, BAD, 1, -1),
		"listmount({size=32, mnt_ns_fd=0, mnt_id=LSMT_ROOT, param=0x1, mnt_ns_id=0x9}, "
		"0xdead0000, 1, LISTMOUNT_REVERSE|0xfffffffe)");
}

static void quotas(void)
{
	uint64_t limits[9] = {1, 2, 3, 4, 5, 6, 7, 8, 1};

	expect_call(&e, kcall(SYS_quotactl, QCMD(Q_QUOTAON, USRQUOTA), "/no/dev", 4, "/no/quota"),
		"quotactl(QCMD(Q_QUOTAON, USRQUOTA), \"/no/dev\", QFMT_VFS_V1, \"/no/quota\")");
	expect_call(&e, kcall(SYS_quotactl, QCMD(Q_SETQUOTA, GRPQUOTA), "/no/dev", -1, limits),
		"quotactl(QCMD(Q_SETQUOTA, GRPQUOTA), \"/no/dev\", -1, {dqb_bhardlimit=1, "
		"dqb_bsoftlimit=2, dqb_curspace=3, dqb_ihardlimit=4, dqb_isoftlimit=5, "
		"dqb_curinodes=6, ...})");
	expect_call(&e, kcall(SYS_quotactl, QCMD(Q_GETFMT, 5), "/no/dev", 1, limits),
		"quotactl(QCMD(Q_GETFMT, 0x5 /* ???QUOTA */), \"/no/dev\", %p)", (void *)limits);
}

static void asynchronous(void)
{
	struct iocb write = {.aio_data = 1,
		.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_fildes = -1,
		.aio_buf = (uintptr_t) "text",
		.aio_nbytes = 4,
		.aio_offset = 2};
	struct iocb *all[2] = {&write, BAD};
	struct timespec time = {1, -1};

	expect_call(&e, kcall(SYS_io_submit, BAD, 2, all),
		"io_submit(0xdead0000, 2, [{aio_data=0x1, aio_lio_opcode=IOCB_CMD_PWRITE, "
		"aio_fildes=-1, aio_buf=\"text\", aio_nbytes=4, aio_offset=2}, 0xdead0000])");
	expect_call(&e, kcall(SYS_io_submit, BAD, -1L, all), "io_submit(0xdead0000, -1, %p)",
		(void *)all);
	expect_call(&e, kcall(SYS_io_cancel, BAD, &write, NULL),
		"io_cancel(0xdead0000, {aio_data=0x1, aio_lio_opcode=IOCB_CMD_PWRITE, "
		"aio_fildes=-1}, NULL)");
	expect_call(&e, kcall(SYS_io_getevents, BAD, 1, 1, NULL, &time),
		"io_getevents(0xdead0000, 1, 1, NULL, {tv_sec=1, tv_nsec=18446744073709551615})");
}

static void waiting(void)
{
	struct pollfd fds[2] = {{-2, POLLIN, 0}, {-1, POLLIN, 0}};
	struct timespec none = {0, 0};
	struct epoll_event event = {EPOLLIN | EPOLLET, {.u64 = 1}};
	uint64_t mask = 1 << (1 - 1), set = 1 << 5;
	struct {
		uint64_t mask, size;
	} sig = {(uintptr_t)&mask, 8};
	void *at = torn(fds, sizeof(fds), 8);

	expect_call(&e, kcall(SYS_poll, at, 2, 0), "poll([{fd=-2}, ... /* %p */], 2, 0)", edge);
	expect(&e, "ppoll([{fd=-2}], 1, {tv_sec=0, tv_nsec=0}, [HUP], 8) = %ld (Timeout)",
		kcall(SYS_ppoll, fds, 1, &none, &mask, 8));
	expect_call(&e, kcall(SYS_ppoll, NULL, 0, NULL, &mask, 9), "ppoll(NULL, 0, NULL, %p, 9)",
		(void *)&mask);
	at = torn(&set, 8, 0); /* no whole fd_set: only what the count reaches is there */
	expect(&e,
		"pselect6(5, [], NULL, NULL, {tv_sec=0, tv_nsec=0}, {sigmask=[HUP], "
		"sigsetsize=8}) = %ld (Timeout)",
		kcall(SYS_pselect6, 5, at, NULL, NULL, &none, &sig));
	expect_call(&e, kcall(SYS_pselect6, -1, at, NULL, NULL, &none, NULL),
		"pselect6(-1, %p, NULL, NULL, {tv_sec=0, tv_nsec=0}, NULL)", at);
	expect_call(&e, kcall(SYS_epoll_ctl, -1, EPOLL_CTL_MOD, -2, &event),
		"epoll_ctl(-1, EPOLL_CTL_MOD, -2, {events=EPOLLIN|EPOLLET, data={u32=1, u64=1}})");
	expect_call(&e, kcall(SYS_epoll_ctl, -1, EPOLL_CTL_DEL, -2, &event),
		"epoll_ctl(-1, EPOLL_CTL_DEL, -2, %p)", (void *)&event);
}

static void moving(void)
{
	struct iovec iov[2] = {{(char *)"one", 3}, {(char *)"two", 3}};
	uint64_t offset = 5;
	struct timeval times[2] = {{1000000000, 5}, {0, 0}};
	struct timespec now[2] = {{7, UTIME_NOW}, {1000000000, 0}};
	void *at = torn(iov, sizeof(iov), 16);

	expect_call(&e, kcall(SYS_writev, -1, at, 2),
		"writev(-1, [{iov_base=\"one\", iov_len=3}, ... /* %p */], 2)", edge);
	expect_call(&e, kcall(SYS_preadv, -1, iov, 1, 7),
		"preadv(-1, [{iov_base=%p, iov_len=3}], 1, 7)", iov[0].iov_base);
	expect_call(&e, kcall(SYS_readv, -1, BAD, 1), "readv(-1, 0xdead0000, 1)");
	expect_call(&e, kcall(SYS_sendfile, -1, -2, &offset, 9), "sendfile(-1, -2, [5], 9)");
	expect_call(&e, kcall(SYS_write, -1, edge - 2, 3), "write(-1, %p, 3)", edge - 2);
	expect_call(&e, kcall(SYS_utimes, "none", times),
		"utimes(\"none\", [{tv_sec=1000000000, tv_usec=5} "
		"/* 2001-09-09T01:46:40.000005+0000 */, {tv_sec=0, tv_usec=0}])");
	expect_call(&e, kcall(SYS_utimensat, AT_FDCWD, "none", now, 0),
		"utimensat(AT_FDCWD, \"none\", [UTIME_NOW, {tv_sec=1000000000, tv_nsec=0} "
		"/* 2001-09-09T01:46:40+0000 */], 0)");
	expect_call(&e, kcall(SYS_memfd_create, "name", 0x54000004 | 0x80),
		"memfd_create(\"name\", MFD_HUGETLB|0x80|21<<MFD_HUGE_SHIFT)");
	expect_call(&e, kcall(SYS_memfd_create, endless(3), 0), "memfd_create(%p, 0)", edge - 3);
	expect_call(&e, kcall(SYS_fanotify_init, 12, 0),
		"fanotify_init(0xc /* FAN_CLASS_??? */, O_RDONLY)");
	expect_call(&e, kcall(SYS_fanotify_mark, -1, FAN_MARK_ADD, FAN_OPEN, -1, "none"),
		"fanotify_mark(-1, FAN_MARK_ADD, FAN_OPEN, FAN_NOFD, \"none\")");
}

/* With -v: a folder of one file, and the file's times. */
static void verbose(void)
{
	struct stat st;
	char list[1024];
	long fd, ret;

	kcall(SYS_mkdir, "sub", 0700);
	ret = open("sub/file", O_CREAT | O_WRONLY, 0600);
	close(ret);
	kcall(SYS_utimensat, AT_FDCWD, "sub/file",
		(struct timespec[]){{1000000000, 1}, {1000000001, 0}}, 0);
	fd = open("sub", O_RDONLY | O_DIRECTORY);
	lstat("sub/file", &st);
	expect_begin(&e);
	ret = kcall(SYS_lstat, "sub/file", &st);
	expect_call(&e, ret,
		"lstat(\"sub/file\", {st_dev=makedev(<*>), st_ino=%lu, st_mode=S_IFREG|0600, "
		"st_nlink=1, st_uid=%u, st_gid=%u, st_blksize=%lu, st_blocks=0, st_size=0, "
		"st_atime=1000000000 /* 2001-09-09T01:46:40.000000001+0000 */, st_atime_nsec=1, "
		"st_mtime=1000000001 /* 2001-09-09T01:46:41+0000 */, st_mtime_nsec=0, "
		"st_ctime=%ld /* <*> */, st_ctime_nsec=%ld})",
		st.st_ino, st.st_uid, st.st_gid, st.st_blksize, st.st_ctim.tv_sec,
		st.st_ctim.tv_nsec);
	ret = kcall(SYS_getdents64, fd, list, sizeof(list));
	expect_call(&e, ret,
		"getdents64(%ld, [<*>{d_ino=%lu, d_off=<*>, d_reclen=24, d_type=DT_REG, "
		"d_name=\"file\"}<*>], 1024)",
		fd, st.st_ino);
	ret = kcall(SYS_getdents64, fd, list, sizeof(list));
	expect_call(&e, ret, "getdents64(%ld, [], 1024)", fd);
	expect_call(&e, kcall(SYS_getdents, -1, list, 9), "getdents(-1, %p, 9)", (void *)list);
	expect_end(&e);
}

int main(int argc, char **argv)
{
	edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(edge, 'E', 8192);
	edge += 4096;
	mprotect(edge, 4096, PROT_NONE);
	setenv("TZ", "UTC", 1);
	if (argc > 1) {
		verbose();
		return 0;
	}
	expect_begin(&e);
	opens();
	attributes();
	attributes_of_places();
	handles();
	commands();
	mounts();
	quotas();
	asynchronous();
	waiting();
	moving();
	expect_end(&e);
	return 0;
}
