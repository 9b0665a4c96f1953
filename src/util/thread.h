#pragma once
/* Threads beside the one that handles signals. */

#include <pthread.h>

/* A thread in which all signals are blocked. 0 or a negative errno. */
int thread_start(pthread_t *ret, void *(*run)(void *), void *arg);
