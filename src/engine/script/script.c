#include "engine/script/script.h"

#include <errno.h>
#include <stdlib.h>

#include "event/stream.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/vec.h"

struct playing {
	struct script_lane lane;
	size_t at;
};

struct engine {
	struct stream *stream;
	VEC(struct playing *) lanes; /* each owned; the stream holds pointers to them */
	uint64_t horizon_ns;
};

static bool lane_peek(void *self, uint64_t *ret_time_ns)
{
	struct playing *p = self;

	if (p->at == p->lane.nr)
		return false;
	*ret_time_ns = p->lane.events[p->at].time_ns;
	return true;
}

static void lane_take(void *self, struct event *ret)
{
	struct playing *p = self;

	*ret = p->lane.events[p->at];
}

static void lane_done(void *self)
{
	((struct playing *)self)->at++;
}

static const struct lane_ops lane_ops = {lane_peek, lane_take, lane_done};

void script_add_lane(struct engine *e, const struct script_lane *lane)
{
	struct playing *p = xcalloc(1, sizeof(*p));

	p->lane = *lane;
	VEC_PUSH(&e->lanes, p);
	stream_add_lane(e->stream, &lane_ops, p);
}

void script_set_horizon(struct engine *e, uint64_t horizon_ns)
{
	e->horizon_ns = horizon_ns;
}

static int script_probe(struct err *err UNUSED)
{
	return 0;
}

static int script_open(struct engine **ret, const struct engine_plan *plan UNUSED,
	struct stream *stream, struct err *err UNUSED)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->stream = stream;
	e->horizon_ns = UINT64_MAX;
	*ret = e;
	return 0;
}

static int script_launch(struct engine *e UNUSED, struct launch *launch UNUSED, struct err *err)
{
	return err_set(err, -ENOTSUP, "a script starts no command");
}

static int script_attach(struct engine *e UNUSED, pid_t pid UNUSED, struct err *err)
{
	return err_set(err, -ENOTSUP, "a script attaches to nothing");
}

static int script_poll(struct engine *e, int timeout_ms UNUSED, struct err *err)
{
	int64_t delivered = stream_pump(e->stream, e->horizon_ns, err);

	if (delivered < 0)
		return (int)delivered;
	for (size_t i = 0; i < e->lanes.len; i++)
		if (e->lanes.data[i]->at < e->lanes.data[i]->lane.nr)
			return 1;
	return 0;
}

static int script_detach(struct engine *e, struct err *err)
{
	int64_t delivered = stream_pump(e->stream, UINT64_MAX, err);

	return delivered < 0 ? (int)delivered : 0;
}

static void script_close(struct engine *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->lanes.len; i++)
		free(e->lanes.data[i]);
	VEC_DEINIT(&e->lanes);
	free(e);
}

const struct engine_ops engine_script = {
	.name = "script",
	.summary = "plays events given in advance",
	.kinds = UINT64_MAX,
	.probe = script_probe,
	.open = script_open,
	.launch = script_launch,
	.attach = script_attach,
	.poll = script_poll,
	.detach = script_detach,
	.close = script_close,
};
