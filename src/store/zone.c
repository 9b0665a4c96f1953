#include "store/zone.h"

#include <string.h>

#include "event/event.h"
#include "store/format.h"
#include "store/varint.h"

void store_zone_deinit(struct store_zone *z)
{
	VEC_DEINIT(&z->calls);
	VEC_DEINIT(&z->tasks);
}

void store_zone_reset(struct store_zone *z)
{
	struct store_zone empty = {.calls = z->calls, .tasks = z->tasks};

	*z = empty;
	z->calls.len = z->tasks.len = 0;
}

void store_zone_copy(struct store_zone *ret, const struct store_zone *z)
{
	const struct zone_call *call;
	const struct zone_task *task;

	*ret = *z;
	memset(&ret->calls, 0, sizeof(ret->calls));
	memset(&ret->tasks, 0, sizeof(ret->tasks));
	VEC_FOREACH (call, &z->calls)
		VEC_PUSH(&ret->calls, *call);
	VEC_FOREACH (task, &z->tasks)
		VEC_PUSH(&ret->tasks, *task);
}

void store_zone_put(const struct store_zone *z, struct buf *to)
{
	struct zone_call *call;
	struct zone_task *task;
	int32_t tid = 0;

	put_u(to, z->nr_events);
	put_u(to, z->first_ns);
	put_u(to, z->first_ns - z->min_ns);
	put_u(to, z->max_ns - z->first_ns);
	put_u(to, z->kinds);
	put_u(to, z->flags);
	put_u(to, z->longest_ns);
	put_u(to, z->calls.len);
	VEC_FOREACH (call, &z->calls) {
		put_u(to, call->abi);
		put_u(to, call->nr);
		put_u(to, call->count);
	}
	put_u(to, z->tasks.len);
	VEC_FOREACH (task, &z->tasks) {
		put_i(to, (int64_t)task->tid - tid);
		put_i(to, (int64_t)task->pid - task->tid);
		tid = task->tid;
	}
}

static void read_calls(struct store_zone *z, struct scan *from)
{
	uint64_t nr = scan_max(from, STORE_LIST_MAX);

	for (uint64_t i = 0; i < nr && !from->bad; i++) {
		struct zone_call call;

		call.abi = (uint8_t)scan_max(from, UINT8_MAX);
		call.nr = (uint32_t)scan_max(from, UINT32_MAX);
		call.count = scan_u(from);
		VEC_PUSH(&z->calls, call);
	}
}

static void read_tasks(struct store_zone *z, struct scan *from)
{
	uint64_t nr = scan_max(from, STORE_LIST_MAX);
	int32_t tid = 0;

	for (uint64_t i = 0; i < nr && !from->bad; i++) {
		struct zone_task task;

		/* hostile numbers may wrap; so did theirs, if a writer made them */
		task.tid = (int32_t)(uint32_t)scan_delta(from, (uint64_t)(int64_t)tid);
		task.pid = (int32_t)(uint32_t)scan_delta(from, (uint64_t)(int64_t)task.tid);
		VEC_PUSH(&z->tasks, task);
		tid = task.tid;
	}
}

bool store_zone_read(struct store_zone *z, struct scan *from)
{
	store_zone_reset(z);
	z->nr_events = scan_u(from);
	z->first_ns = scan_u(from);
	z->min_ns = z->first_ns - scan_u(from);
	z->max_ns = z->first_ns + scan_u(from);
	z->kinds = scan_u(from);
	z->flags = scan_u(from);
	z->longest_ns = scan_u(from);
	read_calls(z, from);
	read_tasks(z, from);
	if (from->bad)
		store_zone_reset(z);
	return !from->bad;
}
