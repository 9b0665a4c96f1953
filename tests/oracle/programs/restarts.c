/*
 * What a blocked call returns after signals: with a handler that restarts it, with one that does
 * not, with none, and after a stop and a continue.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ends[2], epoll, queue, semaphores;
static char byte;

static long do_read(void)
{
	return read(ends[0], &byte, 1);
}

static long do_recv(void)
{
	return recv(ends[0], &byte, 1, 0);
}

static long do_poll(void)
{
	struct pollfd p = {.fd = ends[0], .events = POLLIN};

	return poll(&p, 1, 5000);
}

static long do_select(void)
{
	struct timeval wait = {5, 0};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	return select(ends[0] + 1, &set, NULL, NULL, &wait);
}

static long do_epoll(void)
{
	struct epoll_event e;

	return epoll_wait(epoll, &e, 1, 5000);
}

static long do_sleep(void)
{
	struct timespec t = {0, 150000000};

	return nanosleep(&t, NULL);
}

static long do_clock_sleep(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec++;
	t.tv_nsec -= t.tv_nsec > 850000000 ? 850000000 : 0;
	return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static long do_futex(void)
{
	struct timespec t = {0, 150000000};
	int word = 1;

	return syscall(SYS_futex, &word, FUTEX_WAIT, 1, &t, NULL, 0);
}

static long do_sigtimedwait(void)
{
	struct timespec t = {0, 150000000};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return sigtimedwait(&set, NULL, &t);
}

static long do_msgrcv(void)
{
	struct {
		long type;
		char text[8];
	} m;

	return msgrcv(queue, &m, sizeof(m.text), 0, 0);
}

static long do_semop(void)
{
	struct sembuf down = {0, -1, 0};

	return semop(semaphores, &down, 1);
}

static long do_accept(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un_any {
		sa_family_t family;
	} name = {AF_UNIX};

	bind(fd, (struct sockaddr *)&name, sizeof(name));
	listen(fd, 1);
	struct timeval wait = {0, 150000};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return accept(fd, NULL, NULL);
}

static const struct {
	const char *name;
	long (*call)(void);
} calls[] = {
	{"read", do_read},
	{"recv", do_recv},
	{"poll", do_poll},
	{"select", do_select},
	{"epoll_wait", do_epoll},
	{"nanosleep", do_sleep},
	{"clock_nanosleep", do_clock_sleep},
	{"futex", do_futex},
	{"sigtimedwait", do_sigtimedwait},
	{"msgrcv", do_msgrcv},
	{"semop", do_semop},
	{"accept", do_accept},
};

static void handler(int signo)
{
	(void)signo;
}

static void pause_ms(long ms)
{
	struct timespec t = {0, ms * 1000000};

	nanosleep(&t, NULL);
}

/* The signals of one round to the child, then what its call waits for. */
static void disturb(pid_t child, int round)
{
	struct {
		long type;
		char text[8];
	} m = {1, "x"};
	struct sembuf up = {0, 1, IPC_NOWAIT};

	pause_ms(25);
	if (round == 2) {
		kill(child, SIGSTOP);
		waitpid(child, NULL, WUNTRACED);
		kill(child, SIGCONT);
	} else {
		kill(child, round == 3 ? SIGWINCH : SIGUSR1);
	}
	pause_ms(25);
	if (write(ends[1], "x", 1) < 0)
		perror("write");
	msgsnd(queue, &m, 1, IPC_NOWAIT);
	semop(semaphores, &up, 1);
}

static void clean(void)
{
	struct {
		long type;
		char text[8];
	} m;
	struct sembuf down = {0, -1, IPC_NOWAIT};

	while (recv(ends[0], &byte, 1, MSG_DONTWAIT) > 0)
		;
	while (msgrcv(queue, &m, sizeof(m.text), 0, IPC_NOWAIT) >= 0)
		;
	while (!semop(semaphores, &down, 1))
		;
}

static void one(size_t i, int round)
{
	static const char *const rounds[] = {"plain", "restarting", "stopped", "ignored"};
	struct sigaction sa = {.sa_handler = handler, .sa_flags = round ? SA_RESTART : 0};
	int status;

	fflush(stdout);
	pid_t child = fork();
	if (!child) {
		sigaction(SIGUSR1, &sa, NULL);
		long r = calls[i].call();
		printf("%s %s: %ld %s\n", calls[i].name, rounds[round], r,
			r < 0 ? strerror(errno) : "");
		fflush(stdout);
		_exit(0);
	}
	disturb(child, round);
	waitpid(child, &status, 0);
	if (status)
		printf("status %x\n", status);
	clean();
}

/* A tracer's process is woken by what it ignores: the kernel makes it so. Asked for apart. */
int main(int argc, char **argv)
{
	bool ignored = argc > 1 && !strcmp(argv[1], "ignored");
	struct epoll_event e = {.events = EPOLLIN};

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 1;
	epoll = epoll_create1(0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &e);
	queue = msgget(IPC_PRIVATE, 0600);
	semaphores = semget(IPC_PRIVATE, 1, 0600);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		for (int round = ignored ? 3 : 0; round < (ignored ? 4 : 3); round++)
			one(i, round);
	msgctl(queue, IPC_RMID, NULL);
	semctl(semaphores, 0, IPC_RMID);
	return 0;
}
