#pragma once
/* Lanes of the stream over the rings: records become events where they lie. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bpf/backlog.h"
#include "engine/bpf/wire.h"
#include "event/stream.h"
#include "util/map.h"
#include "util/vec.h"

/* Chunks of the record at hand. */
struct lane_captures {
	VEC(struct capture) list;
};

struct ring_lane;

/* What the lanes of one engine have in common. */
struct ring_lanes {
	struct ring_lane *lanes; /* owned */
	size_t nr;
	uint64_t backlog_max; /* bytes of memory */
	uint64_t backlog_used, backlog_peak;
	uint32_t until_look; /* records until the rings' levels are looked at */
	bool rests;          /* the reader has real-time priority, and sleeps now and then */
	uint64_t rested_ns;
};

/* The ring of one CPU. */
struct ring_lane {
	struct wire_ring *ring; /* borrowed */
	uint64_t mask;
	uint64_t pos;   /* bytes consumed */
	uint64_t moved; /* bytes that have left the ring; what lies between is in the backlog */
	uint64_t limit; /* bytes that may be looked at */
	struct backlog backlog;
	struct ring_lanes *all; /* borrowed */
	struct lane_captures captures;
	struct map *tasks; /* borrowed: tid -> pid of the tasks that live */
	uint64_t lost;     /* of the ring's losses, told */
	uint64_t lost_ns;  /* when the last of these was */
};

/* What comes by another way, is rare and not quite in order: sorted here. Owns its bytes. */
struct side_event {
	struct event ev;
	uint8_t info[WIRE_SIGINFO_LEN];
};

struct side_lane {
	VEC(struct side_event) list;
	size_t at; /* the oldest */
};

extern const struct lane_ops ring_lane_ops;
extern const struct lane_ops side_lane_ops;

/* `ring_bytes` of each ring. The lanes themselves are added by ring_lane_init. */
void ring_lanes_init(struct ring_lanes *all, size_t nr, uint64_t ring_bytes, uint64_t backlog_max);
void ring_lanes_deinit(struct ring_lanes *all);

/* Makes room in rings that are filling up, where there is memory for it. */
void ring_lanes_make_room(struct ring_lanes *all);

/* Leaves the CPU to others for a moment. */
void ring_lanes_rest(struct ring_lanes *all);

void ring_lane_init(struct ring_lanes *all, size_t at, struct wire_ring *ring, struct map *tasks);

/*
 * Lets the lane show what lies in the ring now. Returns a time up to which that is complete: what
 * is younger than that may still be on its way.
 */
uint64_t ring_lane_refresh(struct ring_lane *l);

/* Gives the programs the room back that was consumed. */
void ring_lane_release(struct ring_lane *l);

/* True when records were lost that have not been told: then as EV_LOST at `now_ns`. */
bool ring_lane_lost(struct ring_lane *l, int32_t cpu, uint64_t now_ns, struct event *ret);

void side_lane_deinit(struct side_lane *l);
void side_lane_add(struct side_lane *l, const struct event *ev);
void side_lane_add_record(struct side_lane *l, const struct wire_head *head, size_t len);
