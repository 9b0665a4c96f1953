/*
 * ticker [THREADS [spawn]]: each thread makes a call every few milliseconds, until SIGTERM ends the
 * process with status 0. An interrupted sleep is none of our signals' doing: then it ends with 1.
 */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void on_term(int signo)
{
	over = 1;
}

static void *short_lived(void *arg)
{
	if (chdir("/ticker/thread") == 0)
		exit(1);
	return arg;
}

static void spawn(void)
{
	pthread_t thread;
	pid_t pid = fork();

	if (pid == 0)
		_exit(chdir("/ticker/child") == 0);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (pthread_create(&thread, NULL, short_lived, NULL) == 0)
		pthread_join(thread, NULL);
}

static void *tick(void *arg)
{
	struct timespec pause = {0, 5000000};

	while (!over) {
		if (nanosleep(&pause, NULL) && !over)
			exit(1);
		if (arg)
			spawn();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 1;
	void *arg = argc > 2 ? argv[2] : NULL;
	struct sigaction act = {.sa_handler = on_term};
	pthread_t thread;

	sigaction(SIGTERM, &act, NULL);
	for (int i = 1; i < nr; i++)
		if (pthread_create(&thread, NULL, tick, arg))
			return 1;
	if (write(1, "up\n", 3) != 3)
		return 1;
	tick(arg);
	return 0;
}
