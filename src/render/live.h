#pragma once
/* The sink that shows events as they come: filters, decodes, hands views to a renderer. */

#include <stdbool.h>

#include "decode/decode.h"
#include "event/sink.h"
#include "render/renderer.h"

struct anomalies;
struct filter;
struct out;
struct self_cost;
struct summary;
struct track;

struct live_config {
	const struct renderer *renderer;
	const struct render_options *options; /* borrowed */
	const struct filter *filter;          /* borrowed */
	const struct track *track;            /* borrowed; a sink in front of this one */
	struct summary *summary;   /* borrowed; a sink in front of this one; NULL = nobody asks */
	uint64_t summary_every_ns; /* 0 = only at the end */
	/* Borrowed; a sink in front of this one; NULL = nobody asks. */
	struct anomalies *anomalies;
	bool anomalies_now;  /* show each when it is found */
	bool anomalies_list; /* and the worst at the end */
	struct out *out;     /* borrowed */
	/* borrowed: index, name, index, name... of network interfaces; NULL = ask the kernel */
	char *const *interfaces;
	struct decode_options decode;
	struct self_cost *cost; /* borrowed: to be added to; NULL = nobody asks */
};

struct live;

struct live *live_create(const struct live_config *config);
void live_destroy(struct live *l);

/* After `end`: whether the document's size limit left something out. */
bool live_was_cut(const struct live *l);

/* `self` is a struct live. Fails with the output's error (-EPIPE when the reader went away). */
extern const struct sink_ops live_sink;
