/*
 * flood NR CALLS [NAME [PACE]]: NR threads make CALLS calls each, all at the same time, of getppid
 * or, with a name that is not "-", of access(NAME); with a pace, that many and then none for a
 * millisecond. Nothing else is reported while they do, nor until the tracer had time to take a
 * breath: of what is lost, all are these calls.
 */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_barrier_t start, end, leave;
static long nr_calls, pace;
static const char *name;

static void *work(void *arg)
{
	const struct timespec rest = {.tv_nsec = 1000000};

	pthread_barrier_wait(&start);
	for (long i = 0; i < nr_calls; i++) {
		if (name)
			syscall(SYS_access, name, R_OK);
		else
			syscall(SYS_getppid);
		if (pace && i % pace == pace - 1)
			nanosleep(&rest, NULL);
	}
	pthread_barrier_wait(&end);
	pthread_barrier_wait(&leave);
	return NULL;
}

int main(int argc, char **argv)
{
	const struct timespec breath = {.tv_nsec = 300000000};
	long nr = argc > 2 ? atol(argv[1]) : 0;
	pthread_t threads[64];

	if (nr < 1 || nr > 64)
		return 2;
	nr_calls = atol(argv[2]);
	name = argc > 3 && strcmp(argv[3], "-") != 0 ? argv[3] : NULL;
	pace = argc > 4 ? atol(argv[4]) : 0;
	pthread_barrier_init(&start, NULL, (unsigned)nr + 1);
	pthread_barrier_init(&end, NULL, (unsigned)nr + 1);
	pthread_barrier_init(&leave, NULL, (unsigned)nr + 1);
	for (long i = 0; i < nr; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			return 1;
	nanosleep(&breath, NULL);
	pthread_barrier_wait(&start);
	pthread_barrier_wait(&end);
	nanosleep(&breath, NULL);
	pthread_barrier_wait(&leave);
	for (long i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
