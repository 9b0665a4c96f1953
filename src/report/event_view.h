#pragma once
/* An event with its meaning, as renderers of the shape "events" receive it. */

#include <stdint.h>

#include "decode/decode.h"
#include "event/event.h"

struct track;

/* What happens in a run; the others are the tracker's state. */
#define EVENT_KINDS_OF_RUN                                                                         \
	(EV_BIT(EV_CALL) | EV_BIT(EV_FORK) | EV_BIT(EV_EXEC) | EV_BIT(EV_EXIT) |                   \
		EV_BIT(EV_SIGNAL) | EV_BIT(EV_STOP) | EV_BIT(EV_ATTACH) | EV_BIT(EV_DETACH) |      \
		EV_BIT(EV_LOST))

struct event_view {
	const struct event *ev;
	const struct decoded_call *call;  /* EV_CALL and EV_CALL_ENTER, else NULL */
	const struct decoded_call *whole; /* likewise, nothing abbreviated; if the renderer asked */
	const struct value *siginfo;      /* EV_SIGNAL, else NULL */
	const struct track *track;        /* the tracker, already past this event */
};
