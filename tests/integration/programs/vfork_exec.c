/* vfork and exec of itself: the parent is held until the child has its own image. */

#include <sys/wait.h>

#include "expect.h"

static struct expect e;

int main(int argc, char **argv)
{
	static char self[] = "/proc/self/exe";
	char *const child_argv[] = {self, (char *)"child", NULL};
	int status;
	pid_t pid;

	if (argc > 1) {
		expect_begin(&e);
		expect_call(&e, kcall(SYS_chdir, "/child"), "chdir(\"/child\")");
		expect_later(&e, "+++ exited with 5 +++");
		expect_end(&e);
		expect_parent_waits();
		_exit(5);
	}
	expect_begin(&e);
	pid = vfork();
	if (pid == 0) {
		execve(self, child_argv, environ);
		_exit(127);
	}
	expect(&e, "vfork() = %d", pid);
	expect_call(&e, kcall(SYS_wait4, pid, &status, 0, NULL),
		"wait4(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == 5}], 0, NULL)", pid);
	expect(&e, "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=%d, <*>} ---", pid);
	expect_call(&e, kcall(SYS_chdir, "/parent"), "chdir(\"/parent\")");
	expect_end(&e);
	return 0;
}
