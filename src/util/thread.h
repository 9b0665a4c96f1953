#pragma once
/* Threads beside the one that handles signals. */

#include <pthread.h>
#include <sched.h>

/*
 * A thread in which all signals are blocked, on these CPUs; NULL = on those of the caller, which an
 * engine may have tied to one. 0 or a negative errno.
 */
int thread_start(pthread_t *ret, const cpu_set_t *cpus, void *(*run)(void *), void *arg);
