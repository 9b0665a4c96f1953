/*
 * Calls that somebody may tamper with; prints what came of each. The word on the command line says
 * which: chdir, poke, dup, signal, thread, fork, vfork, exec, sleep.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *who, long result)
{
	printf("%s: %ld %s\n", who, result, result == -1 ? strerror(errno) : "-");
	fflush(stdout);
}

static void six_times(const char *who)
{
	for (int i = 0; i < 6; i++)
		tell(who, syscall(SYS_chdir, "/"));
}

static volatile sig_atomic_t nr_signals;

static void count_signal(int signo)
{
	nr_signals++;
}

static void with_signals(void)
{
	struct sigaction action = {.sa_handler = count_signal};

	sigaction(SIGUSR1, &action, NULL);
	six_times("under signals");
	tell("signals", nr_signals);
}

static void sleeps(void)
{
	struct sigaction action = {.sa_handler = count_signal};
	struct timespec span = {.tv_nsec = 300000000}, left = {0};

	sigaction(SIGUSR1, &action, NULL);
	tell("sleep", syscall(SYS_nanosleep, &span, &left));
	tell("something is left", left.tv_nsec > 0);
}

static void poked(void)
{
	char name[16] = "/name", bytes[16] = "";
	int fd = open("/dev/zero", O_RDONLY);

	tell("writable", syscall(SYS_chdir, name));
	printf("now %s\n", name);
	tell("constant", syscall(SYS_chdir, "/constant"));
	tell("bad address", syscall(SYS_chdir, (char *)8));
	tell("read", read(fd, bytes, 4));
	printf("got %02x%02x%02x%02x%02x\n", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]);
	fflush(stdout);
}

static void duplicates(void)
{
	int first = open("/etc/passwd", O_RDONLY), fd = open("/dev/zero", O_RDONLY);
	char byte;

	tell("dup", dup(fd));
	tell("read", read(first, &byte, 1));
}

static void *in_thread(void *name)
{
	six_times(name);
	return NULL;
}

static void threads(void)
{
	static char name[] = "thread";
	pthread_t thread;

	six_times("main");
	if (!pthread_create(&thread, NULL, in_thread, name))
		pthread_join(thread, NULL);
	six_times("main again");
}

/* The parent is silent until its child has ended: what both print has an order. */
static void tell_child(const char *how, pid_t pid)
{
	int error = errno, status = 0;

	if (pid > 0)
		waitpid(pid, &status, 0);
	errno = error;
	tell(how, pid > 0 ? 0 : pid);
	tell("status", status);
}

static void forked(void)
{
	pid_t pid = (pid_t)syscall(SYS_fork);

	if (pid == 0) {
		six_times("child");
		_exit(3);
	}
	tell_child("fork", pid);
}

static void vforked(char *self)
{
	char *argv[] = {self, (char *)"chdir", NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		execv(self, argv);
		_exit(errno);
	}
	tell_child("vfork", pid);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "chdir")) {
		six_times("chdir");
	} else if (!strcmp(what, "poke")) {
		poked();
	} else if (!strcmp(what, "dup")) {
		duplicates();
	} else if (!strcmp(what, "signal")) {
		with_signals();
	} else if (!strcmp(what, "sleep")) {
		sleeps();
	} else if (!strcmp(what, "thread")) {
		threads();
	} else if (!strcmp(what, "fork")) {
		six_times("parent");
		forked();
		six_times("parent again");
	} else if (!strcmp(what, "vfork")) {
		six_times("parent");
		vforked(argv[0]);
		six_times("parent again");
	} else if (!strcmp(what, "exec")) {
		argv[1] = (char *)"chdir";
		six_times("before");
		execv(argv[0], argv);
		tell("exec", -1);
	} else {
		return 2;
	}
	return 0;
}
