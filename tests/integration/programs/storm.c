/*
 * storm [N]: a child sends N queued and N ordinary signals, which merge while pending, and the
 * parent, under a fast timer too, makes calls. Says on EXPECT_FD how often each handler ran.
 */

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "expect.h"

static volatile sig_atomic_t alarms, users, queued, done;

static void on_signal(int signo)
{
	if (signo == SIGALRM)
		alarms++;
	else if (signo == SIGUSR1)
		users++;
	else if (signo == SIGRTMIN)
		queued++;
	else
		done++;
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_signal};
	struct itimerval fast = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};
	int nr = argc > 1 ? atoi(argv[1]) : 1000;
	pid_t child;

	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGUSR2, &act, NULL);
	sigaction(SIGALRM, &act, NULL);
	sigaction(SIGRTMIN, &act, NULL);
	child = fork();
	if (child == 0) {
		for (int i = 0; i < nr; i++) {
			kill(getppid(), SIGUSR1);
			while (kill(getppid(), SIGRTMIN))
				usleep(1000); /* the queue is full */
		}
		kill(getppid(), SIGUSR2);
		_exit(0);
	}
	setitimer(ITIMER_REAL, &fast, NULL);
	while (!done)
		syscall(SYS_getppid);
	setitimer(ITIMER_REAL, &off, NULL);
	while (waitpid(child, NULL, 0) != child)
		;
	dprintf(EXPECT_FD, "SIGALRM %d\nSIGUSR1 %d\nSIGUSR2 %d\nSIGRT %d\n", alarms, users, done,
		queued);
	return queued != nr;
}
