#pragma once
/* Who consumes events. NULL = not interested. */

#include <stdbool.h>
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
	/* It would have to wait soon: an engine that can keep events for a while should. Quick. */
	bool (*is_full)(void *self);
	/* Once, also after a failure. */
	int (*end)(void *self, struct err *err);
};
