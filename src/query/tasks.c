/* The table `tasks`: who was seen, from when to when. Gathered when a statement asks first. */

#include <string.h>
#include <sys/wait.h>

#include "decode/decode.h"
#include "query/query_internal.h"
#include "util/map.h"

enum tasks_column {
	TASKS_FILE,
	TASKS_TID,
	TASKS_PID,
	TASKS_PARENT,
	TASKS_NAME,
	TASKS_START,
	TASKS_END,
	TASKS_EXIT_CODE,
	TASKS_SIGNAL,
	NR_TASKS_COLUMNS
};

static const struct query_column columns[NR_TASKS_COLUMNS + 1] = {
	[TASKS_FILE] = {"file", true, WANT_NOTHING},
	[TASKS_TID] = {"tid", false, WANT_NOTHING},
	[TASKS_PID] = {"pid", false, WANT_NOTHING},
	[TASKS_PARENT] = {"parent", false, WANT_NOTHING},
	[TASKS_NAME] = {"comm", true, WANT_NOTHING},
	[TASKS_START] = {"start_ns", false, WANT_NOTHING},
	[TASKS_END] = {"end_ns", false, WANT_NOTHING},
	[TASKS_EXIT_CODE] = {"exit_code", false, WANT_NOTHING},
	[TASKS_SIGNAL] = {"signal", true, WANT_NOTHING},
};

/* While one file is read. */
struct gathering {
	struct query *q;
	struct query_file *file;
	struct map latest; /* tid -> its place in q->tasks + 1: ids come again */
};

static struct query_task *add(struct gathering *g, int32_t pid, int32_t tid)
{
	struct query_task task = {.file = g->file, .pid = pid, .tid = tid};

	VEC_PUSH(&g->q->tasks, task);
	map_put(&g->latest, (uint32_t)tid, (void *)(uintptr_t)g->q->tasks.len);
	return &g->q->tasks.data[g->q->tasks.len - 1];
}

static struct query_task *find(struct gathering *g, int32_t tid)
{
	uintptr_t place = (uintptr_t)map_get(&g->latest, (uint32_t)tid);

	return place ? &g->q->tasks.data[place - 1] : NULL;
}

static struct query_task *find_or_add(struct gathering *g, int32_t pid, int32_t tid)
{
	struct query_task *task = find(g, tid);

	return task ? task : add(g, pid, tid);
}

static void set_name(struct query_task *task, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : path;

	if (!name)
		return;
	strncpy(task->name, name, sizeof(task->name) - 1);
	task->name[sizeof(task->name) - 1] = '\0';
}

/* Of a task that was not seen to begin the child may be heard of before the fork. */
static void see_fork(struct gathering *g, const struct event *ev)
{
	struct query_task *child = find(g, ev->fork.child_tid), *parent;

	if (!child || child->has_end || child->has_parent)
		child = add(g, ev->fork.child_pid, ev->fork.child_tid);
	child->has_parent = true;
	child->parent = ev->tid;
	child->has_start = true;
	child->start_ns = ev->time_ns;
	parent = find(g, ev->tid);
	if (parent && !child->name[0])
		memcpy(child->name, parent->name, sizeof(child->name));
}

static void see_begin(struct gathering *g, const struct event *ev, const char *name)
{
	struct query_task *task = find_or_add(g, ev->pid, ev->tid);

	if (task->has_end)
		task = add(g, ev->pid, ev->tid);
	if (!task->has_start) {
		task->has_start = true;
		task->start_ns = ev->time_ns;
	}
	set_name(task, name);
}

static void see_end(struct gathering *g, const struct event *ev)
{
	struct query_task *task = find_or_add(g, ev->pid, ev->tid);

	task->has_end = true;
	task->end_ns = ev->time_ns;
	task->detached = ev->kind == EV_DETACH;
	task->status = task->detached ? 0 : ev->exit.status;
}

static void see(struct gathering *g, const struct event *ev)
{
	switch (ev->kind) {
	case EV_FORK: see_fork(g, ev); break;
	case EV_EXEC: see_begin(g, ev, ev->exec.path); break;
	case EV_ATTACH: see_begin(g, ev, ev->state.path); break;
	case EV_EXIT:
	case EV_DETACH: see_end(g, ev); break;
	default: break;
	}
}

#define KINDS_OF_TASKS                                                                             \
	(EV_BIT(EV_FORK) | EV_BIT(EV_EXEC) | EV_BIT(EV_ATTACH) | EV_BIT(EV_EXIT) |                 \
		EV_BIT(EV_DETACH))

static void gather(struct gathering *g)
{
	struct store_reader *r = store_reader_open_again(g->file->reader);

	for (size_t i = 0; i < g->file->nr_blocks && !query_stops(g->q); i++) {
		const struct store_zone *zone = &g->file->blocks[i].zone;
		const struct zone_task *task;
		struct event ev;
		uint64_t place;

		if (zone->kinds & KINDS_OF_TASKS) {
			store_reader_seek(r, &g->file->blocks[i], STORE_PART_RECORDS);
			while (store_reader_next_in_block(r, &ev, &place))
				see(g, &ev);
			if (store_reader_state(r) == STORE_DAMAGED)
				scan_note_damage(g->file, i, r);
		}
		VEC_FOREACH (task, &zone->tasks)
			find_or_add(g, task->pid, task->tid);
	}
	store_reader_close(r);
}

static bool next(struct query_cursor *c)
{
	struct query *q = c->q;

	for (size_t i = 0; i < q->files.len && !q->knows_tasks; i++) {
		struct gathering g = {.q = q, .file = &q->files.data[i]};

		gather(&g);
		map_deinit(&g.latest);
	}
	q->knows_tasks = true;
	if (c->row == q->tasks.len)
		return false;
	c->row++;
	q->notes.data[c->note].nr_rows++;
	return true;
}

static void put_signal(struct query_cursor *c, const struct query_task *task, sqlite3_context *to)
{
	const char *name;

	if (!task->has_end || task->detached || !WIFSIGNALED(task->status))
		return;
	name = decode_signal_name(&c->scratch, WTERMSIG(task->status));
	if (name)
		result_text(to, name, strlen(name));
}

static void column(struct query_cursor *c, sqlite3_context *to, int column)
{
	const struct query_task *task = &c->q->tasks.data[c->row - 1];

	switch ((enum tasks_column)column) {
	case TASKS_FILE: sqlite3_result_text(to, task->file->path, -1, SQLITE_STATIC); break;
	case TASKS_TID: sqlite3_result_int(to, task->tid); break;
	case TASKS_PID: sqlite3_result_int(to, task->pid); break;
	case TASKS_PARENT:
		if (task->has_parent)
			sqlite3_result_int(to, task->parent);
		break;
	case TASKS_NAME:
		if (task->name[0])
			result_text(to, task->name, strlen(task->name));
		break;
	case TASKS_START:
		if (task->has_start)
			result_u64(to, task->start_ns);
		break;
	case TASKS_END:
		if (task->has_end)
			result_u64(to, task->end_ns);
		break;
	case TASKS_EXIT_CODE:
		if (task->has_end && !task->detached && !WIFSIGNALED(task->status))
			sqlite3_result_int(to, WEXITSTATUS(task->status));
		break;
	case TASKS_SIGNAL: put_signal(c, task, to); break;
	default: break;
	}
}

const struct query_table query_tasks = {
	.name = "tasks",
	.columns = columns,
	.next = next,
	.column = column,
};
