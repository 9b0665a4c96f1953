#include "render/renderer.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "decode/decode.h"
#include "render/anomaly_json.h"
#include "render/call_json.h"
#include "render/summary_json.h"
#include "report/anomaly.h"
#include "report/event_view.h"
#include "report/summary.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/out.h"
#include "util/spool.h"

/*
 * renacer-json-v1 as one document (docs/json.md). The exit status stands in front of the calls, so
 * these wait in a spool until the end: memory stays flat however long the run is.
 */

/* What the members around the calls take at most, command line apart. */
#define FRAME_BYTES 65536

struct document {
	struct out *out;
	const struct render_options *options;
	struct spool *spool; /* owned */
	struct buf scratch;
	uint64_t body_bytes, nr_drawn;
	bool truncated;

	int32_t pid; /* of the first process; 0 = not seen yet */
	bool forked;
	uint64_t start_ns, end_ns;
	bool ended;
	int status;
	uint64_t nr_unfinished, nr_calls, call_time_ns;
	uint64_t nr_lost, lost_from_ns, lost_until_ns;
	uint64_t nr_by_id[NR_CALL_IDS];    /* CALL_NONE: in no table */
	const struct summary_table *table; /* borrowed; NULL = nobody asked */
	const struct anomaly *anomalies;   /* borrowed; the worst ones */
	size_t nr_listed;
	uint64_t nr_anomalies;
};

/* Statistics stand in place of the calls. */
static bool is_summed(const struct document *d)
{
	return d->options->summary == SUMMARY_ONLY && d->table;
}

static void *json_begin(struct out *out, const struct render_options *options)
{
	struct document *d = xcalloc(1, sizeof(*d));

	d->out = out;
	d->options = options;
	d->spool = spool_create(out);
	return d;
}

static void count_call(struct document *d, const struct event_view *view)
{
	const struct event_call *call = &view->ev->call;

	if (call->flags & CALL_UNFINISHED) {
		d->nr_unfinished++;
		return;
	}
	d->nr_calls++;
	d->nr_by_id[view->call->id]++;
	if (!(call->flags & (CALL_NO_ENTER | CALL_UNTIMED)))
		d->call_time_ns += view->ev->time_ns - call->enter_ns;
}

/* Engines tell of children that they follow; the calls tell of all. */
static bool makes_process(const struct event_call *call)
{
	uint64_t flags = 0;

	if (call->ret <= 0 || (call->flags & CALL_UNFINISHED))
		return false;
	switch (call_id_of((enum abi)call->abi, call->nr)) {
	case CALL_fork:
	case CALL_vfork: return true;
	case CALL_clone: return !(call->args[0] & CLONE_THREAD);
	case CALL_clone3:
		for (size_t i = 0; i < call->nr_captures; i++)
			if (call->captures[i].arg == 0 && call->captures[i].len >= sizeof(flags))
				memcpy(&flags, call->captures[i].bytes, sizeof(flags));
		return !(flags & CLONE_THREAD);
	default: return false;
	}
}

static void draw_call(struct document *d, const struct event_view *view)
{
	struct out *body = spool_out(d->spool);
	size_t before = body->pending.len;
	struct json j;

	if (d->truncated)
		return;
	if (d->nr_drawn)
		out_puts(body, ",");
	json_init(&j, &body->pending);
	json_object_begin(&j);
	call_json_draw(&j, d->options, &d->scratch, view);
	json_object_end(&j);
	d->body_bytes += body->pending.len - before;
	if (d->options->max_bytes && d->body_bytes + FRAME_BYTES > d->options->max_bytes) {
		/* a document that parses, and says what it lacks */
		body->pending.len = before;
		d->truncated = true;
		return;
	}
	d->nr_drawn++;
	out_commit(body);
}

static void note_exit(struct document *d, const struct event *ev)
{
	d->end_ns = MAX(d->end_ns, ev->time_ns);
	if (ev->pid == d->pid && ev->tid == d->pid) {
		d->ended = true;
		d->status = ev->exit.status;
	}
}

static void note_loss(struct document *d, const struct event *ev)
{
	d->lost_from_ns = d->nr_lost ? MIN(d->lost_from_ns, ev->lost.from_ns) : ev->lost.from_ns;
	d->lost_until_ns = MAX(d->lost_until_ns, ev->time_ns);
	d->nr_lost += ev->lost.count;
}

static void json_event(void *self, const struct event_view *view)
{
	struct document *d = self;
	const struct event *ev = view->ev;

	if (!d->pid && ev->kind != EV_LOST) {
		d->pid = ev->pid;
		d->start_ns =
			ev->kind == EV_CALL && ev->call.enter_ns ? ev->call.enter_ns : ev->time_ns;
	}
	d->end_ns = MAX(d->end_ns, ev->time_ns);
	switch (ev->kind) {
	case EV_CALL:
		d->forked |= makes_process(&ev->call);
		count_call(d, view);
		draw_call(d, view);
		break;
	case EV_EXIT: note_exit(d, ev); break;
	case EV_LOST: note_loss(d, ev); break;
	default: break;
	}
}

static void member_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}

static void member_u64(struct json *j, const char *key, uint64_t number)
{
	json_key(j, key);
	json_u64(j, number);
}

static int exit_code(const struct document *d)
{
	return WIFSIGNALED(d->status) ? 128 + WTERMSIG(d->status) : WEXITSTATUS(d->status);
}

static void draw_process(struct document *d, struct json *j)
{
	char *const *command = d->options->command;

	json_object_begin(j);
	member_u64(j, "pid", (uint64_t)d->pid);
	if (command) {
		const char *slash = strrchr(command[0], '/');

		member_text(j, "name", slash ? slash + 1 : command[0]);
		json_key(j, "command");
		json_array_begin(j);
		for (; *command; command++)
			json_text(j, *command);
		json_array_end(j);
	}
	member_u64(j, "start_time_nanos", d->start_ns);
	member_u64(j, "start_realtime_nanos", d->start_ns + d->options->realtime_offset_ns);
	if (d->ended) {
		json_key(j, "exit_code");
		json_i64(j, exit_code(d));
	}
	if (d->ended && WIFSIGNALED(d->status)) {
		struct arena arena = ARENA_INIT;
		const char *name = decode_signal_name(&arena, WTERMSIG(d->status));

		if (name)
			member_text(j, "signal", name);
		arena_deinit(&arena);
	}
	if (d->forked && !d->options->follow)
		member_text(j, "children", "not traced");
	json_object_end(j);
}

static void draw_rows(const struct document *d, struct json *j)
{
	json_array_begin(j);
	for (size_t i = 0; i < d->table->nr_rows; i++) {
		json_object_begin(j);
		summary_json_draw_row(j, d->table->rows[i], d->options);
		json_object_end(j);
	}
	json_array_end(j);
}

static void draw_statistics(struct document *d, struct json *j)
{
	json_object_begin(j);
	member_u64(j, "total_syscalls", d->nr_calls);
	member_u64(j, "total_duration_nanos", d->end_ns - d->start_ns);
	member_u64(j, "syscall_time_nanos", d->call_time_ns);
	member_u64(j, "unfinished", d->nr_unfinished);
	json_key(j, "syscall_counts");
	json_object_begin(j);
	for (int id = 0; id < NR_CALL_IDS; id++)
		if (d->nr_by_id[id])
			member_u64(
				j, id ? call_name((enum call_id)id) : "unknown", d->nr_by_id[id]);
	json_object_end(j);
	if (d->table) {
		summary_json_draw_totals(j, d->table);
		json_key(j, "by_call");
		draw_rows(d, j);
	}
	json_object_end(j);
}

static void draw_summed_statistics(const struct summary_table *table, struct json *j)
{
	json_object_begin(j);
	member_u64(j, "total_syscalls", table->calls);
	member_u64(j, "total_duration_nanos", table->elapsed_ns);
	member_u64(j, "syscall_time_nanos", table->time_ns);
	member_u64(j, "unfinished", table->unfinished);
	if (table->by == SUMMARY_BY_NAME) {
		json_key(j, "syscall_counts");
		json_object_begin(j);
		for (size_t i = 0; i < table->nr_rows; i++)
			member_u64(j, table->rows[i]->key, table->rows[i]->calls);
		json_object_end(j);
	}
	summary_json_draw_totals(j, table);
	json_object_end(j);
}

static void draw_summary(struct document *d, struct json *j)
{
	bool summed = is_summed(d);

	json_object_begin(j);
	member_u64(j, "total_syscalls", summed ? d->table->calls : d->nr_calls);
	json_key(j, "total_time_us");
	json_thousandths(j, summed ? d->table->elapsed_ns : d->end_ns - d->start_ns);
	if (d->ended) {
		json_key(j, "exit_code");
		json_i64(j, exit_code(d));
	}
	json_object_end(j);
}

static void draw_calls(struct document *d, struct json *j)
{
	int r;

	json_array_begin(j);
	r = spool_copy(d->spool);
	if (r < 0 && !d->out->error)
		d->out->error = r;
	json_array_end(j);
}

static void json_summary(void *self, const struct summary_table *table)
{
	struct document *d = self;

	d->table = table;
	d->forked |= table->forked;
}

static void json_anomalies(void *self, const struct anomaly *list, size_t nr, uint64_t count)
{
	struct document *d = self;

	d->anomalies = list;
	d->nr_listed = nr;
	d->nr_anomalies = count;
}

static void draw_anomalies(const struct document *d, struct json *j)
{
	json_object_begin(j);
	member_u64(j, "count", d->nr_anomalies);
	json_key(j, "worst");
	json_array_begin(j);
	for (size_t i = 0; i < d->nr_listed; i++) {
		json_object_begin(j);
		anomaly_json_draw(j, &d->anomalies[i]);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

static bool json_end(void *self)
{
	struct document *d = self;
	struct json j;
	bool whole;

	json_init(&j, &d->out->pending);
	json_object_begin(&j);
	member_text(&j, "version", RENACER_VERSION);
	member_text(&j, "format", "renacer-json-v1");
	member_text(&j, "trace_id", d->options->trace_id);
	if (d->pid) {
		json_key(&j, "process");
		draw_process(d, &j);
	}
	json_key(&j, "syscalls");
	if (is_summed(d))
		draw_rows(d, &j);
	else
		draw_calls(d, &j);
	json_key(&j, "statistics");
	if (is_summed(d))
		draw_summed_statistics(d->table, &j);
	else
		draw_statistics(d, &j);
	if (d->options->anomalies) {
		json_key(&j, "anomalies");
		draw_anomalies(d, &j);
	}
	json_key(&j, "summary");
	draw_summary(d, &j);
	member_u64(&j, "lost_events", d->nr_lost);
	if (d->nr_lost) {
		member_u64(&j, "lost_from_nanos", d->lost_from_ns);
		member_u64(&j, "lost_until_nanos", d->lost_until_ns);
	}
	json_key(&j, "truncated");
	json_bool(&j, d->truncated);
	json_object_end(&j);
	out_puts(d->out, "\n");
	whole = !d->truncated;
	spool_destroy(d->spool);
	buf_deinit(&d->scratch);
	free(d);
	return whole;
}

const struct renderer renderer_json = {
	.name = "json",
	.media_type = "application/json",
	.shapes = SHAPE_EVENTS,
	.structured = true,
	.whole = true,
	.mixes = true,
	.begin = json_begin,
	.event = json_event,
	.summary = json_summary,
	.anomalies = json_anomalies,
	.end = json_end,
};
