#pragma once
/*
 * An engine that plays events given in advance, for tests of everything behind the stream. Not in
 * the list of --engine. Each lane is one source that is ordered in itself, as a CPU's ring is.
 */

#include <stddef.h>

#include "engine/engine.h"

struct script_lane {
	const struct event *events; /* borrowed; EV_CALL_ENTER, EV_CALL_EXIT and the rest */
	size_t nr;
};

/* Lanes are added between `open` and the first `poll`; each poll delivers up to the horizon. */
void script_add_lane(struct engine *e, const struct script_lane *lane);

/* What the engine vouches for in the next polls; UINT64_MAX from the start. */
void script_set_horizon(struct engine *e, uint64_t horizon_ns);

extern const struct engine_ops engine_script;
