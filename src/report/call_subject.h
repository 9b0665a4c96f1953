#pragma once
/* What a call is about: the descriptor and the file that it was given. */

#include <stdint.h>

struct arena;
struct decoded_call;
struct event;
struct track;
struct value;

/* The first argument that is a descriptor, or NULL. */
const struct value *call_subject_fd(const struct decoded_call *call);

/*
 * The file of an EV_CALL: the name it was given, made absolute as far as the tracker knows how,
 * else the path of its descriptor. NULL = neither, or not known. `track` may be NULL; in `a` or
 * valid until the next event.
 */
const char *call_subject_path(struct arena *a, const struct track *track, const struct event *ev,
	const struct decoded_call *call);
