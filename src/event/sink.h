#pragma once
/* Who consumes events. NULL = not interested. */

#include <stdint.h>

struct event;
struct err;

struct sink_ops {
	const char *name;
	int (*begin)(void *self, struct err *err);
	/* In stream order. A failure ends the tracing (the subject runs on). */
	int (*event)(void *self, const struct event *ev, struct err *err);
	/* Now and then, also when nothing happens: flush, redraw. */
	int (*tick)(void *self, uint64_t now_ns, struct err *err);
	/* Once, also after a failure. */
	int (*end)(void *self, struct err *err);
};
