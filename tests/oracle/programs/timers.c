/* Every kind of timer, and what a sleep that a signal ends has left. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t rings, value;

static void ring(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	rings++;
	value = info->si_code == SI_TIMER ? info->si_value.sival_int : info->si_code == SI_KERNEL;
}

static void interval(int which, const char *name, int busy)
{
	struct itimerval every = {{0, 5000}, {0, 5000}}, off = {{0, 0}, {0, 0}};

	rings = 0;
	setitimer(which, &every, NULL);
	while (rings < 3)
		if (!busy)
			pause();
	setitimer(which, &off, &every);
	printf("%s: %d, every %ld us\n", name, value, (long)every.it_interval.tv_usec);
}

static void posix_timer(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct itimerspec once = {{0, 0}, {0, 5000000}};
	timer_t timer;

	event.sigev_value.sival_int = 77;
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	rings = 0;
	timer_settime(timer, 0, &once, NULL);
	while (!rings)
		pause();
	timer_delete(timer);
	printf("timer: %d\n", value);
}

static void interrupted_sleep(void)
{
	struct itimerval once = {{0, 0}, {0, 20000}};
	struct timespec left, whole = {5, 0};

	setitimer(ITIMER_REAL, &once, NULL);
	int r = nanosleep(&whole, &left);
	printf("sleep: %d %s, left %ld s\n", r, strerror(errno), (long)left.tv_sec);
	setitimer(ITIMER_REAL, &once, NULL);
	r = poll(NULL, 0, 5000);
	printf("poll: %d %s\n", r, strerror(errno));
}

static void descriptor(void)
{
	struct itimerspec once = {{0, 0}, {0, 5000000}};
	uint64_t count = 0;
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	timerfd_settime(fd, 0, &once, NULL);
	printf("read %zd, ", read(fd, &count, sizeof(count)));
	printf("%lu\n", (unsigned long)count);
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = ring, .sa_flags = SA_SIGINFO};

	sigaction(SIGALRM, &sa, NULL);
	sigaction(SIGVTALRM, &sa, NULL);
	sigaction(SIGPROF, &sa, NULL);
	interval(ITIMER_REAL, "real", 0);
	interval(ITIMER_VIRTUAL, "virtual", 1);
	interval(ITIMER_PROF, "prof", 1);
	posix_timer();
	interrupted_sleep();
	descriptor();
	return 0;
}
