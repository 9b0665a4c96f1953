/* Calls on files, with good and with bad arguments. Run in an empty, writable folder. */

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "expect.h"

static struct expect e;

static void opens(void)
{
	long fd;

	fd = expect_call(&e, kcall(SYS_openat, AT_FDCWD, "made", O_RDWR | O_CREAT | O_EXCL, 0640),
		"openat(AT_FDCWD, \"made\", O_RDWR|O_CREAT|O_EXCL, 0640)");
	expect_call(&e, kcall(SYS_openat, AT_FDCWD, "made", O_WRONLY | O_CREAT | O_EXCL, 0600),
		"openat(AT_FDCWD, \"made\", O_WRONLY|O_CREAT|O_EXCL, 0600)");
	expect_call(&e, kcall(SYS_openat, AT_FDCWD, "missing", O_RDONLY),
		"openat(AT_FDCWD, \"missing\", O_RDONLY)");
	expect_call(&e, kcall(SYS_open, "/dev/null", O_WRONLY | O_APPEND | O_CLOEXEC),
		"open(\"/dev/null\", O_WRONLY|O_APPEND|O_CLOEXEC)");
	expect_call(&e, kcall(SYS_openat, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK),
		"openat(AT_FDCWD, \".\", O_RDONLY|O_NONBLOCK|O_DIRECTORY)");
	expect_call(&e, kcall(SYS_openat, 77, "x", O_RDONLY), "openat(77, \"x\", O_RDONLY)");
	expect_call(
		&e, kcall(SYS_openat, AT_FDCWD, "", O_RDONLY), "openat(AT_FDCWD, \"\", O_RDONLY)");
	expect_call(&e, kcall(SYS_close, fd), "close(%ld)", fd);
	expect_call(&e, kcall(SYS_close, fd), "close(%ld)", fd);
	expect_call(&e, kcall(SYS_close, -1), "close(-1)");
}

static void moves(void)
{
	char data[128], shown[65];
	struct iovec iov[2] = {{(char *)"one", 3}, {(char *)"three", 5}};
	long fd;

	fd = expect_call(&e, kcall(SYS_openat, AT_FDCWD, "made", O_RDWR),
		"openat(AT_FDCWD, \"made\", O_RDWR)");
	expect_call(&e, kcall(SYS_write, fd, "a\tb\n\"\\\1\0017\377", 10),
		"write(%ld, \"a\\tb\\n\\\"\\\\\\1\\0017\\377\", 10)", fd);
	expect_call(&e, kcall(SYS_writev, fd, iov, 2),
		"writev(%ld, [{iov_base=\"one\", iov_len=3}, {iov_base=\"three\", iov_len=5}], 2)",
		fd);
	expect_call(&e, kcall(SYS_lseek, fd, 10, SEEK_SET), "lseek(%ld, 10, SEEK_SET)", fd);
	expect_call(&e, kcall(SYS_read, fd, data, 100), "read(%ld, \"onethree\", 100)", fd);
	expect_call(&e, kcall(SYS_read, fd, data, 100), "read(%ld, \"\", 100)", fd);
	expect_call(&e, kcall(SYS_pread64, fd, data, 3, 13), "pread64(%ld, \"thr\", 3, 13)", fd);
	expect_call(&e, kcall(SYS_pwrite64, fd, "X", 1, 2), "pwrite64(%ld, \"X\", 1, 2)", fd);

	/* longer than what is shown of data by default: 64 bytes */
	memset(data, 'L', sizeof(data));
	memset(shown, 'L', 64);
	shown[64] = 0;
	expect_call(&e, kcall(SYS_write, fd, data, 100), "write(%ld, \"%s\"..., 100)", fd, shown);
	expect_call(&e, kcall(SYS_write, fd, data, 64), "write(%ld, \"%s\", 64)", fd, shown);

	expect_call(&e, kcall(SYS_read, 99, data, 5), "read(99, %p, 5)", (void *)data);
	expect_call(&e, kcall(SYS_write, 99, "hello", 5), "write(99, \"hello\", 5)");
	expect_call(&e, kcall(SYS_ftruncate, fd, 4), "ftruncate(%ld, 4)", fd);
	expect_call(&e, kcall(SYS_fsync, fd), "fsync(%ld)", fd);
	expect_call(&e, kcall(SYS_close, fd), "close(%ld)", fd);
}

static void names(void)
{
	char target[32];

	expect_call(&e, kcall(SYS_access, "made", R_OK | W_OK), "access(\"made\", R_OK|W_OK)");
	expect_call(&e, kcall(SYS_access, "missing", F_OK), "access(\"missing\", F_OK)");
	expect_call(&e, kcall(SYS_mkdir, "folder", 0755), "mkdir(\"folder\", 0755)");
	expect_call(&e, kcall(SYS_mkdir, "folder", 0755), "mkdir(\"folder\", 0755)");
	expect_call(&e, kcall(SYS_rename, "made", "folder/moved"),
		"rename(\"made\", \"folder/moved\")");
	expect_call(&e, kcall(SYS_symlink, "folder/moved", "link"),
		"symlink(\"folder/moved\", \"link\")");
	expect_call(&e, kcall(SYS_readlink, "link", target, sizeof(target)),
		"readlink(\"link\", \"folder/moved\", %zu)", sizeof(target));
	expect_call(&e, kcall(SYS_chmod, "folder/moved", 04600), "chmod(\"folder/moved\", 04600)");
	expect_call(&e, kcall(SYS_unlink, "link"), "unlink(\"link\")");
	expect_call(&e, kcall(SYS_unlink, "link"), "unlink(\"link\")");
	expect_call(&e, kcall(SYS_rmdir, "folder"), "rmdir(\"folder\")");
	expect_call(&e, kcall(SYS_unlinkat, AT_FDCWD, "folder/moved", 0),
		"unlinkat(AT_FDCWD, \"folder/moved\", 0)");
	expect_call(&e, kcall(SYS_unlinkat, AT_FDCWD, "folder", AT_REMOVEDIR),
		"unlinkat(AT_FDCWD, \"folder\", AT_REMOVEDIR)");
	expect_call(&e, kcall(SYS_chdir, "/"), "chdir(\"/\")");
	expect_call(&e, kcall(SYS_getcwd, target, sizeof(target)), "getcwd(\"/\", %zu)",
		sizeof(target));
	expect(&e, "umask(022) = 0%lo", kcall(SYS_umask, 022));
}

static void stats(void)
{
	struct stat st;
	long fd;

	fd = expect_call(&e, kcall(SYS_openat, AT_FDCWD, "sized", O_WRONLY | O_CREAT, 0600),
		"openat(AT_FDCWD, \"sized\", O_WRONLY|O_CREAT, 0600)");
	expect_call(&e, kcall(SYS_write, fd, "12345", 5), "write(%ld, \"12345\", 5)", fd);
	expect_call(&e, kcall(SYS_fstat, fd, &st),
		"fstat(%ld, {st_mode=S_IFREG|0600, st_size=5, ...})", fd);
	expect_call(&e, kcall(SYS_newfstatat, AT_FDCWD, "sized", &st, AT_SYMLINK_NOFOLLOW),
		"newfstatat(AT_FDCWD, \"sized\", {st_mode=S_IFREG|0600, st_size=5, ...}, "
		"AT_SYMLINK_NOFOLLOW)");
	expect_call(&e, kcall(SYS_stat, "missing", &st), "stat(\"missing\", %p)", (void *)&st);
	expect_call(&e, kcall(SYS_stat, "/dev/null", &st),
		"stat(\"/dev/null\", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...})");
	expect_call(&e, kcall(SYS_close, fd), "close(%ld)", fd);
}

static void descriptors(void)
{
	int ends[2];
	long ret;

	ret = kcall(SYS_pipe2, ends, O_CLOEXEC);
	expect_call(&e, ret, "pipe2([%d, %d], O_CLOEXEC)", ends[0], ends[1]);
	expect_call(&e, kcall(SYS_pipe2, ends, 0x4), "pipe2(%p, 0x4 /* O_??? */)", (void *)ends);
	expect_call(&e, kcall(SYS_dup, ends[0]), "dup(%d)", ends[0]);
	expect_call(&e, kcall(SYS_dup2, ends[0], 40), "dup2(%d, 40)", ends[0]);
	expect_call(
		&e, kcall(SYS_dup3, ends[0], 41, O_CLOEXEC), "dup3(%d, 41, O_CLOEXEC)", ends[0]);
	expect_call(&e, kcall(SYS_dup, 99), "dup(99)");
	expect_call(&e, kcall(SYS_fcntl, ends[0], F_SETFD, FD_CLOEXEC),
		"fcntl(%d, F_SETFD, FD_CLOEXEC)", ends[0]);
	expect_call(&e, kcall(SYS_fcntl, 40, F_DUPFD, 60), "fcntl(40, F_DUPFD, 60)");
}

static void memory(void)
{
	long addr;

	/* results of mmap and brk are addresses */
	addr = kcall(
		SYS_mmap, NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect(&e,
		"mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = %#lx",
		addr);
	expect_call(&e, kcall(SYS_mprotect, addr, 4096, PROT_NONE),
		"mprotect(%#lx, 4096, PROT_NONE)", addr);
	expect_call(&e, kcall(SYS_madvise, addr, 8192, MADV_DONTNEED),
		"madvise(%#lx, 8192, MADV_DONTNEED)", addr);
	expect_call(&e, kcall(SYS_munmap, addr, 8192), "munmap(%#lx, 8192)", addr);
	expect_call(&e, kcall(SYS_mmap, NULL, 0, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
		"mmap(NULL, 0, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0)");
}

int main(void)
{
	expect_begin(&e);
	opens();
	moves();
	stats();
	names();
	descriptors();
	memory();
	expect_later(&e, "exit_group(0) = ?");
	expect_later(&e, "+++ exited with 0 +++");
	expect_end(&e);
	return 0;
}
