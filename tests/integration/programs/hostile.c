/*
 * Arguments that no honest program passes. What is printed on EXPECT_FD are the calls whose line
 * is certain; the rest must merely not upset the tracer.
 */

#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "expect.h"

static struct expect e;

/* Read memory by their arguments, and do no harm whatever those are: no descriptor is open. */
static const int fuzzed[] = {
	SYS_write,
	SYS_open,
	SYS_stat,
	SYS_lstat,
	SYS_fstat,
	SYS_lseek,
	SYS_ioctl,
	SYS_pread64,
	SYS_pwrite64,
	SYS_readv,
	SYS_writev,
	SYS_access,
	SYS_sendto,
	SYS_recvfrom,
	SYS_sendmsg,
	SYS_recvmsg,
	SYS_bind,
	SYS_connect,
	SYS_accept,
	SYS_getsockname,
	SYS_getpeername,
	SYS_setsockopt,
	SYS_getsockopt,
	SYS_socketpair,
	SYS_fcntl,
	SYS_getdents64,
	SYS_getcwd,
	SYS_readlink,
	SYS_statfs,
	SYS_fstatfs,
	SYS_utimensat,
	SYS_epoll_ctl,
	SYS_preadv,
	SYS_pwritev,
	SYS_sendmmsg,
	SYS_recvmmsg,
	SYS_copy_file_range,
	SYS_splice,
	SYS_tee,
	SYS_vmsplice,
	SYS_statx,
	SYS_openat,
	SYS_openat2,
	SYS_readlinkat,
	SYS_faccessat,
	SYS_newfstatat,
	SYS_name_to_handle_at,
	SYS_clock_gettime,
	SYS_uname,
	SYS_sysinfo,
	SYS_times,
	SYS_getrusage,
	SYS_sigaltstack,
	SYS_rt_sigpending,
	SYS_getrandom,
	SYS_pipe2,
	SYS_fsetxattr,
	SYS_getxattr,
	SYS_listxattr,
	SYS_mq_timedsend,
	SYS_io_submit,
	SYS_get_robust_list,
	SYS_sched_getaffinity,
	SYS_sched_getparam,
	SYS_io_uring_enter,
	SYS_io_uring_register,
	SYS_fsconfig,
	SYS_move_mount,
	SYS_mincore,
	SYS_process_vm_readv,
};

int main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *tail = page + 4096 - 8; /* 8 bytes, then nothing */
	void *bad = (void *)0xdead0000;
	struct iovec wild[3] = {{bad, 10}, {NULL, -1ul}, {page, 4}};
	struct msghdr msg = {bad, 0x7fffffff, bad, -1ul, bad, -1ul, -1};
	char *args[2] = {bad, NULL};
	uint64_t seed = 88172645463325252ull;
	char *path;
	int fd;

	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	mprotect(page + 4096, 4096, PROT_NONE);
	memset(page, 'p', 4096);

	expect_begin(&e);
	expect_call(&e, kcall(SYS_openat, AT_FDCWD, bad, O_RDONLY),
		"openat(AT_FDCWD, 0xdead0000, O_RDONLY)");
	expect_call(&e, kcall(SYS_openat, AT_FDCWD, NULL, O_RDONLY),
		"openat(AT_FDCWD, NULL, O_RDONLY)");
	expect_call(&e, kcall(SYS_openat, AT_FDCWD, -1l, O_RDONLY),
		"openat(AT_FDCWD, 0xffffffffffffffff, O_RDONLY)");
	/* not terminated before the page ends */
	expect_call(&e, kcall(SYS_chdir, tail), "chdir(%p)", (void *)tail);
	expect_call(&e, kcall(SYS_write, fd, NULL, 7), "write(%d, NULL, 7)", fd);
	expect_call(&e, kcall(SYS_read, fd, bad, 7), "read(%d, \"\", 7)", fd);
	expect_call(&e, kcall(SYS_chdir, bad), "chdir(0xdead0000)");
	/* in no table */
	expect_call(
		&e, kcall(500, 1, 2, 3, 4, 5, 6), "syscall_0x1f4(0x1, 0x2, 0x3, 0x4, 0x5, 0x6)");
	expect_end(&e);

	/* the path that is too long, ended at the last byte of the page */
	path = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(path, 'q', 1 << 20);
	kcall(SYS_openat, AT_FDCWD, path, O_RDONLY);
	path[(1 << 20) - 1] = 0;
	kcall(SYS_openat, AT_FDCWD, path, O_RDONLY);
	path[4095] = 0;
	kcall(SYS_openat, AT_FDCWD, path, O_RDONLY);

	kcall(SYS_writev, fd, wild, 3);
	kcall(SYS_writev, fd, wild, 1024);
	kcall(SYS_writev, fd, wild, -1);
	kcall(SYS_writev, fd, bad, 3);
	kcall(SYS_writev, fd, tail - 8, 2);
	kcall(SYS_sendmsg, fd, &msg, -1);
	kcall(SYS_recvmsg, fd, &msg, -1);
	kcall(SYS_sendmmsg, fd, &msg, -1, -1);
	kcall(SYS_sendto, fd, bad, -1ul, -1, bad, 0x7fffffff);
	kcall(SYS_bind, fd, tail, 4096);
	kcall(SYS_connect, fd, tail, 0xffffffff);
	kcall(SYS_execve, bad, bad, bad);
	kcall(SYS_execve, "/missing", args, tail);
	kcall(SYS_execve, path, bad, args);
	kcall(SYS_clone3, bad, -1ul);
	kcall(SYS_clone3, tail, 8);
	kcall(SYS_openat2, AT_FDCWD, "x", tail, 1 << 30);
	kcall(SYS_rt_sigaction, 12345, tail, bad, 8);
	kcall(SYS_rt_sigprocmask, 99, tail, bad, 8);
	kcall(SYS_poll, bad, 0x7fffffff, 0);
	kcall(SYS_poll, tail, 1 << 20, 0);
	kcall(SYS_select, 0x7fffffff, bad, tail, bad, bad);
	kcall(SYS_epoll_ctl, -1, 77, -2, bad);
	kcall(SYS_epoll_wait, fd, bad, 0x7fffffff, 0);
	kcall(SYS_ioctl, fd, -1ul, bad);
	kcall(SYS_ioctl, 0x7fffffff, 0x5401, tail);
	kcall(SYS_fcntl, fd, 0x7fffffff, bad);
	kcall(SYS_futex, tail, 0xffffffff, -1, bad, bad, -1);
	kcall(SYS_prctl, 0x7fffffff, -1l, -1l, -1l, -1l);
	kcall(SYS_setsockopt, fd, -1, -1, bad, 0x7fffffff);
	kcall(SYS_getsockopt, fd, -1, -1, bad, bad);
	kcall(SYS_mount, bad, tail, bad, -1l, bad);
	kcall(SYS_bpf, 5, bad, 0x7fffffff);
	kcall(SYS_io_uring_enter, -1, -1, -1, -1, bad, -1);
	kcall(SYS_getdents64, fd, bad, 0xffffffff);
	kcall(-1);
	kcall(0x7fffffff, -1l, -1l, -1l, -1l, -1l, -1l);
	kcall(0x40000000 | SYS_getpid);
	kcall(0xffffffff00000000 | SYS_getpid);

	for (size_t i = 0; i < sizeof(fuzzed) / sizeof(fuzzed[0]) * 20; i++) {
		uint64_t arg[6];

		for (int j = 0; j < 6; j++) {
			seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
			arg[j] = seed % 5 == 0 ? (uint64_t)tail - seed % 32 : seed >> seed % 64;
			if (arg[j] < 64) /* may be an open descriptor, a small address is none */
				arg[j] += 64;
		}
		kcall(fuzzed[i % (sizeof(fuzzed) / sizeof(fuzzed[0]))], arg[0], arg[1], arg[2],
			arg[3], arg[4], arg[5]);
	}
	syscall(SYS_chdir, "/hostile/survived");
	return 0;
}
