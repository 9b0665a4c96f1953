#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

static void (*failure_handler)(size_t size);

void alloc_set_failure_handler(void (*handler)(size_t size))
{
	failure_handler = handler;
}

static void *checked(void *ptr, size_t size)
{
	if (!ptr && size) {
		if (failure_handler)
			failure_handler(size);
		abort();
	}
	return ptr;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size), size);
}

void *xcalloc(size_t nr, size_t size)
{
	return checked(calloc(nr, size), nr && size ? nr : 0);
}

void *xrealloc(void *ptr, size_t size)
{
	return checked(realloc(ptr, size), size);
}

void *xreallocarray(void *ptr, size_t nr, size_t size)
{
	return checked(reallocarray(ptr, nr, size), nr && size ? nr : 0);
}

void *xmemdup(const void *bytes, size_t len)
{
	void *copy = xmalloc(len ? len : 1);

	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

char *xstrdup(const char *text)
{
	return xmemdup(text, strlen(text) + 1);
}
