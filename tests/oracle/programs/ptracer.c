/* A debugger in small: stops a child at calls and at instructions, changes and releases it. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile long word = 0x1234;

static void child(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	for (int i = 0; i < 3; i++)
		syscall(SYS_getppid);
	syscall(SYS_getpgrp);
	_exit(word == 0x5678 ? 3 : 4);
}

static int wait_for(pid_t pid)
{
	int status = -1;

	return waitpid(pid, &status, __WALL) == pid ? status : -1;
}

/* Counts the calls up to getpgrp. */
static int calls_until(pid_t pid, long nr)
{
	struct user_regs_struct regs;
	int count = 0;

	do {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		if (wait_for(pid) != ((SIGTRAP | 0x80) << 8 | 0x7f))
			return -1;
		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		count++;
	} while ((long)regs.orig_rax != nr);
	return count;
}

static void traced_from_birth(void)
{
	struct user_regs_struct regs;
	pid_t pid = fork();

	if (!pid)
		child();
	printf("first stop %x\n", wait_for(pid));
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT);
	printf("stops %d\n", calls_until(pid, SYS_getpgrp));
	printf("word %lx\n", ptrace(PTRACE_PEEKDATA, pid, &word, NULL));
	ptrace(PTRACE_POKEDATA, pid, &word, 0x5678L);
	for (int i = 0; i < 3; i++) {
		ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL);
		printf("step %x\n", wait_for(pid));
	}
	printf("registers %ld\n", ptrace(PTRACE_GETREGS, pid, NULL, &regs));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	printf("exit event %x\n", wait_for(pid));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	printf("status %x\n", wait_for(pid));
}

static void seized(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	printf("seize %ld\n", ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD));
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	printf("interrupt %x\n", wait_for(pid));
	printf("again %ld %s\n", ptrace(PTRACE_SEIZE, pid, NULL, 0), strerror(errno));
	kill(pid, SIGUSR1);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	printf("signal %x\n", wait_for(pid));
	ptrace(PTRACE_CONT, pid, NULL, NULL); /* without the signal */
	kill(pid, SIGTERM);
	printf("signal %x\n", wait_for(pid));
	ptrace(PTRACE_DETACH, pid, NULL, SIGTERM);
	printf("status %x\n", wait_for(pid));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	traced_from_birth();
	seized();
	return 0;
}
