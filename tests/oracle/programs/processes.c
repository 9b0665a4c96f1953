/* Ways to start, stop, wait for and lose a process, and what each side is told. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void show(const char *what, int r, const siginfo_t *info)
{
	printf("%s: %d code %d status %d\n", what, r, info->si_code, info->si_status);
}

/* A child stopped, continued and killed: each change is told once. */
static void changes(void)
{
	siginfo_t info = {0};
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	kill(pid, SIGTSTP);
	show("stopped", waitid(P_PID, pid, &info, WSTOPPED), &info);
	kill(pid, SIGCONT);
	show("continued", waitid(P_PID, pid, &info, WCONTINUED), &info);
	kill(pid, SIGTERM);
	show("killed, left", waitid(P_PID, pid, &info, WEXITED | WNOWAIT), &info);
	show("killed", waitid(P_PID, pid, &info, WEXITED), &info);
	printf("gone: %d %s\n", waitid(P_PID, pid, &info, WEXITED), strerror(errno));
}

static void vforked(void)
{
	volatile int shared = 0;
	int status;
	pid_t pid = vfork();

	if (!pid) {
		shared = 5;
		_exit(6);
	}
	waitpid(pid, &status, 0);
	printf("vfork: shared %d status %x\n", shared, status);
}

static void spawned(void)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all;
	int status = 0;
	pid_t pid;

	fflush(stdout);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 3, "spawned", O_CREAT | O_WRONLY, 0600);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	char *argv[] = {"sh", "-c", "echo to file >&3; [ $$ = `ps -o pgid= $$` ] && exit 4", NULL};
	int r = posix_spawn(&pid, "/bin/sh", &files, &attr, argv, environ);
	waitpid(pid, &status, 0);
	printf("spawn: %d status %x\n", r, status);
	printf("spawn: %s\n", strerror(posix_spawn(&pid, "/none", NULL, NULL, argv, environ)));
}

/* The child of a dead parent comes to the subreaper; its death signal comes too. */
static void orphaned(void)
{
	int ends[2], status, count = 0;
	char word[16] = "";

	if (pipe(ends))
		exit(1);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t self = getpid();
	if (!fork()) {
		if (!fork()) {
			while (getppid() != self)
				sched_yield();
			_exit(write(ends[1], "adopted", 7) != 7);
		}
		_exit(0);
	}
	while (waitpid(-1, &status, 0) > 0)
		count++;
	printf("orphan: %zd %s, %d waited for\n", read(ends[0], word, sizeof(word) - 1), word,
		count);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void handles(void)
{
	siginfo_t info = {0};
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	printf("pidfd: %d ", poll(&p, 1, 0));
	printf("%ld ", syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0));
	printf("%d\n", poll(&p, 1, 5000));
	show("pidfd", waitid(P_PIDFD, (id_t)fd, &info, WEXITED), &info);
}

/* With __WCLONE children: no signal at the end, seen only by those who ask. */
static int cloned_main(void *arg)
{
	return *(int *)arg;
}

static void cloned(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status = 0, code = 8;
	int pid = clone(cloned_main, stack + sizeof(stack), CLONE_VM, &code);

	int plain = waitpid(pid, &status, 0) == pid;
	int asked = waitpid(pid, &status, __WCLONE) == pid;
	printf("clone: %d %d status %x\n", plain, asked, status);
}

static void dumped(void)
{
	struct rlimit unlimited = {1 << 20, 1 << 20};
	int status;
	pid_t pid = fork();

	if (!pid) {
		setrlimit(RLIMIT_CORE, &unlimited);
		abort();
	}
	waitpid(pid, &status, 0);
	printf("core: %x %d\n", status & 0x7f, WCOREDUMP(status) != 0);
	unlink("core");
}

static volatile sig_atomic_t queued[8], nr_queued;

static void note(int signo, siginfo_t *info, void *context)
{
	(void)context;
	int us = info->si_pid == getpid() && info->si_uid == getuid();

	if (nr_queued < 8)
		queued[nr_queued++] =
			signo * 1000 + (info->si_code & 15) * 10 + us +
			(info->si_code == SI_QUEUE ? info->si_value.sival_int * 100000 : 0);
}

/* Order, count and contents of signals that waited. */
static void delivered(void)
{
	struct sigaction sa = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
	sigset_t all, old;

	sigemptyset(&all);
	sigfillset(&sa.sa_mask);
	for (int i = 0; i < 3; i++) {
		sigaction(SIGRTMIN + i, &sa, NULL);
		sigaddset(&all, SIGRTMIN + i);
	}
	sigaction(SIGUSR1, &sa, NULL);
	sigaddset(&all, SIGUSR1);
	sigprocmask(SIG_BLOCK, &all, &old);
	for (int i = 2; i >= 0; i--)
		sigqueue(getpid(), SIGRTMIN + i, (union sigval){.sival_int = i});
	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 9});
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	raise(SIGRTMIN + 1);
	sigprocmask(SIG_SETMASK, &old, NULL);
	for (int i = 0; i < nr_queued; i++)
		printf("%d ", queued[i]);
	printf("signals\n");
}

static void *exec_other(void *arg)
{
	(void)arg;
	execl("/bin/sh", "sh", "-c", "[ $$ = $OWN ] && ls /proc/$$/task | wc -l; exit 5",
		(char *)NULL);
	return NULL;
}

/* Last: a thread that is not the first becomes the process. */
static void replaced(void)
{
	char own[16];
	pthread_t thread;

	snprintf(own, sizeof(own), "%d", getpid());
	setenv("OWN", own, 1);
	fflush(stdout);
	for (int i = 0; i < 4; i++)
		pthread_create(
			&thread, NULL, i < 3 ? (void *(*)(void *))(void *)pause : exec_other, NULL);
	for (;;)
		pause();
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	changes();
	vforked();
	spawned();
	orphaned();
	handles();
	cloned();
	dumped();
	delivered();
	replaced();
	return 1;
}
