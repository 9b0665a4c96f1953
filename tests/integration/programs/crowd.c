/*
 * crowd THREADS: all begin to make calls at the same moment, without a pause; the first thread made
 * ends the process with status 7 while the others are in theirs.
 */

#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_barrier_t ready;

static void *work(void *first)
{
	char byte;

	pthread_barrier_wait(&ready);
	if (first)
		syscall(SYS_exit_group, 7);
	while (read(1000, &byte, 1) < 0)
		usleep(1000);
	return first;
}

int main(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 0;
	pthread_attr_t attr;

	if (nr < 2 || pthread_barrier_init(&ready, NULL, (unsigned)nr) ||
		pthread_attr_init(&attr) || pthread_attr_setstacksize(&attr, 65536))
		return 1;
	for (int i = 0; i < nr; i++) {
		pthread_t thread;

		if (pthread_create(&thread, &attr, work, i == 0 ? &thread : NULL))
			return 1;
	}
	pause();
	return 1;
}
