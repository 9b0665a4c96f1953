#pragma once
/*
 * Allocation that does not return NULL. Out of memory calls the handler (the command line prints
 * and exits; the library installs its own), then aborts.
 */

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t nr, size_t size);
void *xrealloc(void *ptr, size_t size);
void *xreallocarray(void *ptr, size_t nr, size_t size);
char *xstrdup(const char *text);
void *xmemdup(const void *bytes, size_t len);

void alloc_set_failure_handler(void (*handler)(size_t size));
