/*
 * calls KIND N [ROUNDS]: makes N calls of a kind, times itself, prints the nanoseconds per call of
 * each round, one per line. Nothing else runs in between, so a tracer's cost is the difference to
 * an untraced run.
 * calls threads N NR: NR threads make N calls of getppid each; prints the seconds that took.
 *
 * calls run CMD...: runs it, output to /dev/null; prints the seconds from its fork to its end and
 * its peak memory in KiB.
 *
 * calls small N: about 70 calls, those of its start included, among N rounds of arithmetic.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static int call_getppid(void)
{
	return syscall(SYS_getppid) < 0;
}

static int null_fd;

static int call_write(void)
{
	return write(null_fd, "x", 1) != 1;
}

static int call_openat(void)
{
	return openat(AT_FDCWD, "/no-such-file", O_RDONLY) >= 0;
}

static const struct {
	const char *name;
	int (*call)(void);
} kinds[] = {
	{"getppid", call_getppid},
	{"write", call_write},
	{"openat", call_openat},
};

static void *thread(void *nr)
{
	for (long i = 0; i < *(long *)nr; i++)
		call_getppid();
	return NULL;
}

static int threads(long nr_calls, int nr)
{
	pthread_t ids[64];
	long start = now_ns();

	if (nr < 1 || nr > 64)
		return 2;
	for (int i = 0; i < nr; i++)
		if (pthread_create(&ids[i], NULL, thread, &nr_calls))
			return 1;
	for (int i = 0; i < nr; i++)
		pthread_join(ids[i], NULL);
	return printf("%.3f\n", (double)(now_ns() - start) / 1e9) < 0;
}

static int run(char **command)
{
	long start = now_ns();
	struct rusage usage;
	pid_t pid = fork();

	if (!pid) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execvp(command[0], command);
		_exit(127);
	}
	if (wait4(pid, NULL, 0, &usage) < 0)
		return 1;
	return printf("%.6f %ld\n", (double)(now_ns() - start) / 1e9, usage.ru_maxrss) < 0;
}

static int small(long nr_rounds)
{
	static volatile unsigned long sum;
	char byte;

	for (int i = 0; i < 14; i++) {
		int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

		if (fd < 0 || read(fd, &byte, 1) != 1 || close(fd))
			return 1;
		for (long k = 0; k < nr_rounds / 14; k++)
			sum += k ^ sum << 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	long nr = argc > 2 ? atol(argv[2]) : 0;
	int rounds = argc > 3 ? atoi(argv[3]) : 1;

	if (argc > 2 && strcmp(argv[1], "run") == 0)
		return run(argv + 2);
	if (argc == 3 && strcmp(argv[1], "small") == 0)
		return small(nr);
	if (argc == 4 && strcmp(argv[1], "threads") == 0)
		return threads(nr, rounds);
	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (argc < 3 || strcmp(argv[1], kinds[k].name))
			continue;
		for (int r = 0; r < rounds; r++) {
			long start = now_ns();

			for (long i = 0; i < nr; i++)
				if (kinds[k].call())
					return 1;
			printf("%.2f\n", (double)(now_ns() - start) / nr);
		}
		return 0;
	}
	fprintf(stderr, "usage: calls small N | threads N NR | run CMD... | getppid|write|openat N "
			"[ROUNDS]\n");
	return 2;
}
