#pragma once
/* Calls that were slow, as text. */

#include <stddef.h>
#include <stdint.h>

struct anomaly;
struct buf;
struct event_view;
struct render_options;

/* "slow: read(3</x>, ...) took 12.3 ms, usually ...", of the call in view. */
void anomaly_text_draw(struct buf *out, const struct anomaly *a, const struct event_view *view,
	const struct render_options *options);

/* The list at the end of statistics: of `count` calls the worst `nr`. */
void anomaly_text_draw_list(struct buf *out, const struct anomaly *list, size_t nr, uint64_t count);
