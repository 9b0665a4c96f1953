/* What each action of a seccomp filter does to a child that makes a filtered call. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CODE_SECCOMP = 1 }; /* glibc has no name for it */

static void filter(unsigned nr, unsigned action)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {sizeof(f) / sizeof(*f), f};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		perror("seccomp");
}

static void trapped(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	static const char text[] = "trapped\n";

	if (info->si_code == CODE_SECCOMP && info->si_syscall == SYS_getpgrp && info->si_errno == 5)
		if (write(1, text, sizeof(text) - 1) < 0)
			_exit(9);
}

static void child(const char *name, unsigned action)
{
	struct sigaction sa = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};

	if (action == (SECCOMP_RET_TRAP | 5))
		sigaction(SIGSYS, &sa, NULL);
	filter(SYS_getpgrp, action);
	if (!strcmp(name, "two"))
		filter(SYS_getpgrp, SECCOMP_RET_ERRNO | 78);
	errno = 0;
	long r = syscall(SYS_getpgrp);
	printf("%s: %s %s, mode %d\n", name, r > 0 ? "id" : "none", strerror(errno),
		prctl(PR_GET_SECCOMP));
	fflush(stdout);
	if (!strcmp(name, "exec"))
		execl("/bin/echo", "echo", "executed", (char *)NULL);
	_exit(3);
}

int main(void)
{
	static const struct {
		const char *name;
		unsigned action;
	} rows[] = {
		{"allow", SECCOMP_RET_ALLOW},
		{"exec", SECCOMP_RET_ALLOW},
		{"log", SECCOMP_RET_LOG},
		{"errno", SECCOMP_RET_ERRNO | 77},
		{"two", SECCOMP_RET_ERRNO | 77},
		{"trap", SECCOMP_RET_TRAP | 5},
		{"trap, no handler", SECCOMP_RET_TRAP | 6},
		{"kill thread", SECCOMP_RET_KILL_THREAD},
		{"kill process", SECCOMP_RET_KILL_PROCESS},
		{"trace", SECCOMP_RET_TRACE | 7},
	};
	int status;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		fflush(stdout);
		pid_t pid = fork();
		if (!pid)
			child(rows[i].name, rows[i].action);
		waitpid(pid, &status, 0);
		printf("%s: status %x\n", rows[i].name, status & ~0x80);
	}
	return 0;
}
