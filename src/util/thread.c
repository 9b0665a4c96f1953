#include "util/thread.h"

#include <signal.h>

int thread_start(pthread_t *ret, const cpu_set_t *cpus, void *(*run)(void *), void *arg)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	rc = pthread_create(ret, NULL, run, arg);
	if (!rc && cpus)
		pthread_setaffinity_np(*ret, sizeof(*cpus), cpus);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -rc;
}
