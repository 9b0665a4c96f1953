/*
 * A parent, two children and a grandchild, each with calls of its own; the parent waits for each.
 * Raw fork, so that libc's work in a new child is not in the way.
 */

#include <signal.h>
#include <sys/wait.h>

#include "expect.h"

static struct expect e;
static int uid;

static void child_exits(int pid, int code)
{
	int status;

	expect_call(&e, kcall(SYS_wait4, pid, &status, 0, NULL),
		"wait4(%d, [{WIFEXITED(s) && WEXITSTATUS(s) == %d}], 0, NULL)", pid, code);
	/* the kernel counts its processor time, which is not known here */
	expect(&e,
		"--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=%d, si_uid=%d, "
		"si_status=%d, si_utime=<*>, si_stime=<*>} ---",
		pid, uid, code);
	expect_call(&e, kcall(SYS_getuid), "getuid()");
}

static void leave(int code)
{
	expect_later(&e, "exit_group(%d) = ?", code);
	expect_later(&e, "+++ exited with %d +++", code);
	expect_end(&e);
}

static void child_leaves(int code)
{
	leave(code);
	expect_parent_waits();
	syscall(SYS_exit_group, code);
}

static int spawn(void)
{
	long pid = kcall(SYS_fork);

	if (pid > 0)
		expect(&e, "fork() = %ld", pid);
	return pid;
}

int main(void)
{
	int pid;

	uid = getuid();
	expect_begin(&e);
	pid = spawn();
	if (pid == 0) {
		expect_begin(&e);
		expect_call(&e, kcall(SYS_chdir, "/first"), "chdir(\"/first\")");
		child_leaves(11);
	}
	child_exits(pid, 11);

	pid = spawn();
	if (pid == 0) {
		expect_begin(&e);
		expect_call(&e, kcall(SYS_chdir, "/second"), "chdir(\"/second\")");
		pid = spawn();
		if (pid == 0) {
			expect_begin(&e);
			expect_call(&e, kcall(SYS_chdir, "/third"), "chdir(\"/third\")");
			child_leaves(33);
		}
		child_exits(pid, 33);
		child_leaves(22);
	}
	child_exits(pid, 22);
	leave(3);
	return 3;
}
