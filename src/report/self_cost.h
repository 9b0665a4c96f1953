#pragma once
/* What watching costs the watcher, by part. Filled only when asked for: to measure costs too. */

#include <stdint.h>

/* Of the reading side. */
enum self_part {
	SELF_FILTER, /* and decoding */
	SELF_DRAW,
	SELF_WRITE,
	NR_SELF_PARTS
};

struct self_cost {
	uint64_t part_ns[NR_SELF_PARTS]; /* time on the clock, in which others may have run */
	uint64_t nr_events;              /* that were drawn, whether or not they make a line */
};
