#include "render/live.h"

#include <linux/bpf.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "event/event.h"
#include "filter/filter.h"
#include "report/anomaly.h"
#include "report/event_view.h"
#include "report/known.h"
#include "report/self_cost.h"
#include "report/summary.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/map.h"
#include "util/out.h"

/* Whoever watches sees lines about this late at most. */
#define FLUSH_NS 50000000u

struct live {
	struct live_config config;
	struct arena scratch;
	void *document; /* the renderer's state */
	uint64_t flushed_ns;
	uint64_t summary_ns; /* when the statistics were shown last, or the first tick came */
	bool cut;            /* the document did not get all */
	int32_t pid;         /* of the event being shown */
	struct map made; /* pid and descriptor -> enum what_made, or a netlink protocol after it, of
			    those whose making was shown */
	uint64_t lap_ns; /* when the part began that is being measured */
};

/* What there is to know about a descriptor without a tracker. */
enum what_made {
	MADE_UNKNOWN,
	MADE_BPF_MAP,
	MADE_BPF_PROG,
	MADE_NETLINK,
};

static uint64_t descriptor_key(int32_t pid, int fd)
{
	return (uint64_t)(uint32_t)pid << 32 | (uint32_t)fd;
}

static intptr_t what_call_made(const struct event_call *call, enum call_id id)
{
	if (id == CALL_socket && (int)call->args[0] == AF_NETLINK)
		return MADE_NETLINK + (int)call->args[2];
	if (id != CALL_bpf)
		return MADE_UNKNOWN;
	switch ((uint32_t)call->args[0]) {
	case BPF_MAP_CREATE:
	case BPF_MAP_GET_FD_BY_ID: return MADE_BPF_MAP;
	case BPF_PROG_LOAD:
	case BPF_PROG_GET_FD_BY_ID: return MADE_BPF_PROG;
	default: return MADE_UNKNOWN;
	}
}

/*
 * What a message says hangs on its socket's protocol, and what an object is told as on its kind.
 * Without a tracker that is known of descriptors whose making is shown, until some call returns the
 * same number again.
 */
static void note_made(struct live *l, const struct event *ev, enum call_id id)
{
	uint64_t key = descriptor_key(ev->pid, (int)ev->call.ret);
	intptr_t made = what_call_made(&ev->call, id);

	if (ev->call.flags & CALL_INJECTED)
		return; /* it was not made, whatever the result says */
	if (made > MADE_UNKNOWN)
		map_put(&l->made, key, (void *)made);
	else if (l->made.len)
		map_remove(&l->made, key);
}

/* The same of a call that the filter drops: only sockets are recorded all the same. */
static void note_hidden(struct live *l, const struct event *ev)
{
	if (ev->kind != EV_CALL || ev->call.flags & CALL_UNFINISHED || ev->call.ret < 0)
		return;
	if (!l->config.track && call_id_of(ev->call.abi, ev->call.nr) == CALL_socket)
		note_made(l, ev, CALL_socket);
}

static intptr_t what_made(const struct live *l, int fd)
{
	return (intptr_t)map_get(&l->made, descriptor_key(l->pid, fd));
}

static int live_netlink_protocol(void *asked, int fd)
{
	const struct live *l = asked;

	if (!l->config.track) {
		intptr_t made = what_made(l, fd);

		return made >= MADE_NETLINK ? (int)(made - MADE_NETLINK) : -1;
	}
	return known_netlink_protocol(l->config.track, l->pid, fd);
}

static int live_bpf_object(void *asked, int fd)
{
	const struct live *l = asked;

	if (!l->config.track)
		switch (what_made(l, fd)) {
		case MADE_BPF_MAP: return DECODE_BPF_MAP;
		case MADE_BPF_PROG: return DECODE_BPF_PROG;
		default: return DECODE_BPF_UNKNOWN;
		}
	return known_bpf_object(l->config.track, l->pid, fd);
}

/* As of the network that we are in ourselves, which is nearly always that of the process. */
static const char *live_interface_name(void *asked, struct arena *a, uint32_t index)
{
	const struct live *l = asked;
	char name[IF_NAMESIZE];

	if (l->config.interfaces)
		return known_interface(l->config.interfaces, index);
	return if_indextoname(index, name) ? arena_strdup(a, name) : NULL;
}

static void lap_begin(struct live *l)
{
	if (l->config.cost)
		l->lap_ns = clock_now_ns();
}

static void lap_end(struct live *l, enum self_part part)
{
	uint64_t now_ns;

	if (!l->config.cost)
		return;
	now_ns = clock_now_ns();
	l->config.cost->part_ns[part] += now_ns - l->lap_ns;
	l->lap_ns = now_ns;
}

struct live *live_create(const struct live_config *config)
{
	struct live *l = xcalloc(1, sizeof(*l));

	l->config = *config;
	l->config.decode.asked = l;
	l->config.decode.netlink_protocol = live_netlink_protocol;
	l->config.decode.bpf_object = live_bpf_object;
	l->config.decode.interface_name = live_interface_name;
	return l;
}

void live_destroy(struct live *l)
{
	if (!l)
		return;
	if (l->document)
		l->config.renderer->end(l->document);
	arena_deinit(&l->scratch);
	map_deinit(&l->made);
	free(l);
}

bool live_was_cut(const struct live *l)
{
	return l->cut;
}

static int output_status(struct live *l, struct err *err)
{
	int error = l->config.out->error;

	return error ? err_sys(err, error, "cannot write the output") : 0;
}

static int live_begin(void *self, struct err *err)
{
	struct live *l = self;

	l->document = l->config.renderer->begin(l->config.out, l->config.options);
	return output_status(l, err);
}

/* NULL = it was not slow, or nobody wants to know now. */
static const struct anomaly *slow_call(const struct live *l, const struct event *ev)
{
	if (ev->kind != EV_CALL || !l->config.anomalies_now || !l->config.renderer->anomaly)
		return NULL;
	return anomalies_found(l->config.anomalies);
}

/* Statistics alone need no values of calls. */
static bool is_drawn(const struct live *l, const struct event *ev)
{
	return l->config.options->summary != SUMMARY_ONLY || slow_call(l, ev) ||
	       !(EV_BIT(ev->kind) & (EV_BIT(EV_CALL) | EV_BIT(EV_CALL_ENTER) | EV_BIT(EV_SIGNAL)));
}

static int live_event(void *self, const struct event *ev, struct err *err)
{
	struct live *l = self;
	struct event_view view = {.ev = ev, .track = l->config.track};
	struct decoded_call call, whole;
	struct value siginfo;

	if (!is_drawn(l, ev))
		return 0;
	lap_begin(l);
	if (!filter_match(l->config.filter, ev, l->config.track)) {
		note_hidden(l, ev);
		lap_end(l, SELF_FILTER);
		return 0;
	}
	l->pid = ev->pid;
	if (ev->kind == EV_CALL) {
		decode_call(&l->scratch, &ev->call, &l->config.decode, &call);
		if (call.ret.kind == VALUE_FD && !l->config.track)
			note_made(l, ev, call.id);
		view.call = view.whole = &call;
		if (l->config.renderer->whole && !l->config.decode.verbose) {
			struct decode_options all = l->config.decode;

			all.verbose = all.env_names_only = true;
			decode_call(&l->scratch, &ev->call, &all, &whole);
			view.whole = &whole;
		}
	} else if (ev->kind == EV_CALL_ENTER) {
		struct event_call entered = ev->call;

		entered.flags |= CALL_UNFINISHED;
		decode_call(&l->scratch, &entered, &l->config.decode, &call);
		view.call = &call;
	} else if (ev->kind == EV_SIGNAL) {
		decode_siginfo(&l->scratch, &ev->signal, &siginfo);
		view.siginfo = &siginfo;
	}
	lap_end(l, SELF_FILTER);
	l->config.renderer->event(l->document, &view);
	if (slow_call(l, ev))
		l->config.renderer->anomaly(l->document, &view, slow_call(l, ev));
	arena_reset(&l->scratch);
	lap_end(l, SELF_DRAW);
	if (l->config.cost)
		l->config.cost->nr_events++;
	return output_status(l, err);
}

static void draw_summary(struct live *l, uint64_t now_ns)
{
	if (l->config.summary && l->config.renderer->summary)
		l->config.renderer->summary(l->document, summary_make(l->config.summary, now_ns));
}

static void draw_anomalies(struct live *l)
{
	const struct anomaly *list;
	size_t nr;

	if (!l->config.anomalies || !l->config.anomalies_list || !l->config.renderer->anomalies)
		return;
	list = anomalies_worst(l->config.anomalies, &nr);
	l->config.renderer->anomalies(l->document, list, nr, anomalies_count(l->config.anomalies));
}

static int live_tick(void *self, uint64_t now_ns, struct err *err)
{
	struct live *l = self;

	if (!l->summary_ns)
		l->summary_ns = now_ns;
	if (l->config.summary_every_ns && now_ns - l->summary_ns >= l->config.summary_every_ns) {
		draw_summary(l, now_ns);
		l->summary_ns = now_ns;
	}
	if (now_ns - l->flushed_ns >= FLUSH_NS) {
		lap_begin(l);
		out_push(l->config.out);
		lap_end(l, SELF_WRITE);
		l->flushed_ns = now_ns;
	}
	return output_status(l, err);
}

static bool live_is_full(void *self)
{
	const struct live *l = self;

	return out_is_full(l->config.out);
}

static int live_end(void *self, struct err *err)
{
	struct live *l = self;

	lap_begin(l);
	if (l->document) {
		draw_summary(l, clock_now_ns());
		draw_anomalies(l);
		l->cut = !l->config.renderer->end(l->document);
		l->document = NULL;
	}
	out_flush(l->config.out);
	lap_end(l, SELF_WRITE);
	return output_status(l, err);
}

const struct sink_ops live_sink = {
	.name = "live",
	.begin = live_begin,
	.event = live_event,
	.tick = live_tick,
	.is_full = live_is_full,
	.end = live_end,
};
