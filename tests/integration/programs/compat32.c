/* Built as a 32-bit program: other numbers, other sizes, the same meaning. */

#include "expect.h"

static struct expect e;

int main(void)
{
	char data[16];
	long fd;

	expect_begin(&e);
	fd = expect_call(&e, kcall(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY),
		"openat(AT_FDCWD, \"/dev/zero\", O_RDONLY)");
	expect_call(&e, kcall(SYS_read, fd, data, 3), "read(%ld, \"\\0\\0\\0\", 3)", fd);
	expect_call(&e, kcall(SYS_close, fd), "close(%ld)", fd);
	expect_call(&e, kcall(SYS_chdir, "/missing"), "chdir(\"/missing\")");
	expect_call(&e, kcall(SYS_write, 99, "hi", 2), "write(99, \"hi\", 2)");
	expect_call(&e, kcall(SYS_getppid), "getppid()");
	expect_later(&e, "exit_group(4) = ?");
	expect_later(&e, "+++ exited with 4 +++");
	expect_end(&e);
	return 4;
}
