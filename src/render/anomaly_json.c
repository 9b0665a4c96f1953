#include "render/anomaly_json.h"

#include "event/calls.h"
#include "report/anomaly.h"
#include "util/json.h"

static void member_u64(struct json *j, const char *key, uint64_t number)
{
	json_key(j, key);
	json_u64(j, number);
}

void anomaly_json_draw(struct json *j, const struct anomaly *a)
{
	json_key(j, "name");
	json_text(j, call_name(a->id));
	json_key(j, "object");
	json_text(j, anomaly_object_name(a->object));
	if (a->fd >= 0)
		member_u64(j, "fd", (uint64_t)a->fd);
	if (a->path) {
		json_key(j, "path");
		json_text(j, a->path);
	}
	json_key(j, "pid");
	json_i64(j, a->pid);
	json_key(j, "tid");
	json_i64(j, a->tid);
	member_u64(j, "timestamp_nanos", a->enter_ns);
	member_u64(j, "duration_ns", a->took_ns);
	member_u64(j, "queued_ns", a->queued_ns);
	member_u64(j, "usual_ns", a->usual_ns);
	member_u64(j, "p99_ns", a->p99_ns);
	member_u64(j, "excess_ns", a->excess_ns);
	json_key(j, "score");
	json_thousandths(j, (uint64_t)(a->score * 1000));
	member_u64(j, "samples", a->nr_samples);
}
