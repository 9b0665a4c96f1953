#pragma once
/* A growing array of any element type: VEC(int) numbers = {0}; VEC_PUSH(&numbers, 3). */

#include <stddef.h>
#include <stdlib.h>

#include "util/alloc.h"
#include "util/macros.h"

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *data; /* owned */                                                            \
		size_t len;                                                                        \
		size_t cap;                                                                        \
	}

#define VEC_DEINIT(v)                                                                              \
	do {                                                                                       \
		free((v)->data);                                                                   \
		(v)->data = NULL;                                                                  \
		(v)->len = (v)->cap = 0;                                                           \
	} while (0)

#define VEC_RESERVE(v, nr)                                                                         \
	do {                                                                                       \
		if ((v)->cap < (nr)) {                                                             \
			(v)->cap = MAX((size_t)(nr), (v)->cap * 2);                                \
			(v)->data = xreallocarray((v)->data, (v)->cap, sizeof(*(v)->data));        \
		}                                                                                  \
	} while (0)

#define VEC_PUSH(v, ...)                                                                           \
	do {                                                                                       \
		VEC_RESERVE(v, (v)->len + 1);                                                      \
		(v)->data[(v)->len++] = (__VA_ARGS__);                                             \
	} while (0)

#define VEC_REMOVE_UNORDERED(v, at) ((v)->data[at] = (v)->data[--(v)->len])

/* An empty vector has no storage, and NULL + 0 is undefined. */
#define VEC_FOREACH(it, v) for ((it) = (v)->data; (it) && (it) < (v)->data + (v)->len; (it)++)
