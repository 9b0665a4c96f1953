/*
 * flood NR CALLS [NAME]: NR threads make CALLS calls each, all at the same time, of getppid or,
 * with a name, of access(NAME). Nothing else happens while they do, nor until the tracer had time
 * to take a breath: of what is lost, all are these calls.
 */

#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_barrier_t start, end, leave;
static long nr_calls;
static const char *name;

static void *work(void *arg)
{
	pthread_barrier_wait(&start);
	for (long i = 0; i < nr_calls; i++)
		if (name)
			syscall(SYS_access, name, R_OK);
		else
			syscall(SYS_getppid);
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
	name = argc > 3 ? argv[3] : NULL;
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
