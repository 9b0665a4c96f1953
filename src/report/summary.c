#include "report/summary.h"

#include <stdlib.h>
#include <string.h>

#include "engine/proc_state.h"
#include "event/calls.h"
#include "event/event.h"
#include "filter/filter.h"
#include "report/summary_key.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/vec.h"

/* Keys may be names that a program makes up: beyond so many they share a row. */
#define ROWS_MAX   100000
#define OTHERS_KEY "(others)"

struct row {
	struct summary_row public;
	struct row *next; /* of the same hash */
};

struct rows {
	VEC(struct row *) list;         /* owned, as they came */
	struct map by_hash;             /* first of a chain */
	struct row *by_id[NR_CALL_IDS]; /* by name: a short way there */
};

struct summary {
	struct summary_config config;
	struct rows rows;               /* of what came as events */
	struct rows total;              /* of that and what the engine has counted */
	struct summary_key_maker *keys; /* owned */
	struct buf key;
	uint64_t lost;
	uint64_t nr_followed;       /* tasks that traced ones made, and that are traced */
	uint64_t start_ns, last_ns; /* 0 = not seen yet */
	bool ended;
	VEC(struct launch_usage) marks; /* of the attached processes, when watching began */
	VEC(struct summary_row *) sorted;
	struct summary_table table;
};

static const char *const key_names[NR_SUMMARY_KEYS] = {
	[SUMMARY_BY_NAME] = "name",
	[SUMMARY_BY_PATH] = "path",
	[SUMMARY_BY_FD] = "fd",
	[SUMMARY_BY_PID] = "pid",
	[SUMMARY_BY_COMM] = "comm",
	[SUMMARY_BY_ERRNO] = "errno",
};

const char *summary_key_name(enum summary_key key)
{
	return key < NR_SUMMARY_KEYS ? key_names[key] : NULL;
}

int summary_key_by_name(const char *name)
{
	for (int i = 0; i < NR_SUMMARY_KEYS; i++)
		if (!strcmp(key_names[i], name))
			return i;
	return -1;
}

int summary_column_by_name(const char *name)
{
	static const struct {
		const char *name;
		enum summary_column column;
	} names[] = {
		{"name", SUMMARY_KEY},
		{"calls", SUMMARY_CALLS},
		{"errors", SUMMARY_ERRORS},
		{"time", SUMMARY_TIME},
		{"percent", SUMMARY_PERCENT},
		{"avg", SUMMARY_AVG},
		{"min", SUMMARY_MIN},
		{"p50", SUMMARY_P50},
		{"p75", SUMMARY_P75},
		{"p90", SUMMARY_P90},
		{"p95", SUMMARY_P95},
		{"p99", SUMMARY_P99},
		{"p99.9", SUMMARY_P999},
		{"max", SUMMARY_MAX},
		{"stddev", SUMMARY_STDDEV},
		{"bytes", SUMMARY_BYTES},
		{"nothing", SUMMARY_NOTHING},
		/* strace's */
		{"syscall", SUMMARY_KEY},
		{"syscall-name", SUMMARY_KEY},
		{"count", SUMMARY_CALLS},
		{"error", SUMMARY_ERRORS},
		{"total-time", SUMMARY_TIME},
		{"time-total", SUMMARY_TIME},
		{"time-percent", SUMMARY_PERCENT},
		{"time_percent", SUMMARY_PERCENT},
		{"avg-time", SUMMARY_AVG},
		{"time-avg", SUMMARY_AVG},
		{"mean", SUMMARY_AVG},
		{"min-time", SUMMARY_MIN},
		{"shortest", SUMMARY_MIN},
		{"max-time", SUMMARY_MAX},
		{"longest", SUMMARY_MAX},
		{"none", SUMMARY_NOTHING},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i].name, name))
			return (int)names[i].column;
	return -1;
}

double summary_value(const struct summary_table *table, const struct summary_row *row,
	enum summary_column column)
{
	const struct histogram *times = &row->times;

	switch (column) {
	case SUMMARY_CALLS: return (double)row->calls;
	case SUMMARY_ERRORS: return (double)row->errors;
	case SUMMARY_TIME: return (double)times->sum;
	case SUMMARY_PERCENT:
		return table->time_ns ? 100.0 * (double)times->sum / (double)table->time_ns : 0;
	case SUMMARY_AVG: return histogram_mean(times);
	case SUMMARY_MIN: return times->nr ? (double)times->min : 0;
	case SUMMARY_P50: return (double)histogram_quantile(times, 0.5);
	case SUMMARY_P75: return (double)histogram_quantile(times, 0.75);
	case SUMMARY_P90: return (double)histogram_quantile(times, 0.9);
	case SUMMARY_P95: return (double)histogram_quantile(times, 0.95);
	case SUMMARY_P99: return (double)histogram_quantile(times, 0.99);
	case SUMMARY_P999: return (double)histogram_quantile(times, 0.999);
	case SUMMARY_MAX: return times->nr ? (double)times->max : 0;
	case SUMMARY_STDDEV: return histogram_stddev(times);
	case SUMMARY_BYTES: return (double)row->bytes;
	default: return 0;
	}
}

/* FNV-1a */
static uint64_t hash_of(const char *key)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *key; key++)
		hash = (hash ^ (uint8_t)*key) * 0x100000001b3u;
	return hash;
}

static struct row *rows_get(struct rows *rows, const char *key)
{
	uint64_t hash = hash_of(key);
	struct row *first = map_get(&rows->by_hash, hash), *row;

	for (row = first; row; row = row->next)
		if (!strcmp(row->public.key, key))
			return row;
	if (rows->list.len >= ROWS_MAX && strcmp(key, OTHERS_KEY))
		return rows_get(rows, OTHERS_KEY);
	row = xcalloc(1, sizeof(*row));
	row->public.key = xstrdup(key);
	row->next = first;
	map_put(&rows->by_hash, hash, row);
	VEC_PUSH(&rows->list, row);
	return row;
}

static struct row *rows_get_call(struct rows *rows, enum abi abi, uint32_t nr)
{
	enum call_id id = call_id_of(abi, nr);
	char room[32];
	struct row *row = rows->by_id[id];

	if (row)
		return row;
	row = rows_get(rows, summary_key_of_call(abi, nr, room, sizeof(room)));
	if (id != CALL_NONE) /* many numbers */
		rows->by_id[id] = row;
	return row;
}

static void rows_deinit(struct rows *rows)
{
	for (size_t i = 0; i < rows->list.len; i++) {
		histogram_deinit(&rows->list.data[i]->public.times);
		free(rows->list.data[i]->public.key);
		free(rows->list.data[i]);
	}
	VEC_DEINIT(&rows->list);
	map_deinit(&rows->by_hash);
	*rows = (struct rows){0};
}

static void rows_merge(struct rows *rows, const struct rows *other)
{
	for (size_t i = 0; i < other->list.len; i++) {
		const struct summary_row *from = &other->list.data[i]->public;
		struct summary_row *to = &rows_get(rows, from->key)->public;

		to->calls += from->calls;
		to->errors += from->errors;
		to->unfinished += from->unfinished;
		to->bytes += from->bytes;
		to->moves_data |= from->moves_data;
		histogram_merge(&to->times, &from->times);
	}
	for (int id = 0; id < NR_CALL_IDS; id++)
		if (other->by_id[id])
			rows->by_id[id] = rows_get(rows, other->by_id[id]->public.key);
}

struct summary *summary_create(const struct summary_config *config)
{
	struct summary *s = xcalloc(1, sizeof(*s));

	s->config = *config;
	s->keys = summary_key_maker_create(config->by, config->track);
	return s;
}

void summary_destroy(struct summary *s)
{
	if (!s)
		return;
	rows_deinit(&s->rows);
	rows_deinit(&s->total);
	summary_key_maker_destroy(s->keys);
	buf_deinit(&s->key);
	VEC_DEINIT(&s->marks);
	VEC_DEINIT(&s->sorted);
	free(s);
}

static int summary_begin(void *self, struct err *err)
{
	struct summary *s = self;

	for (size_t i = 0; i < s->config.nr_pids; i++) {
		struct launch_usage mark = {0};

		proc_state_usage(s->config.pids[i], &mark);
		VEC_PUSH(&s->marks, mark);
	}
	return 0;
}

static struct summary_row *row_of(struct summary *s, const struct event *ev)
{
	if (s->config.by == SUMMARY_BY_NAME)
		return &rows_get_call(&s->rows, ev->call.abi, ev->call.nr)->public;
	summary_key_of(s->keys, ev, &s->key);
	return &rows_get(&s->rows, buf_cstr(&s->key))->public;
}

static void count_call(struct summary *s, const struct event *ev)
{
	const struct event_call *call = &ev->call;
	struct summary_row *row = row_of(s, ev);

	if (call->flags & CALL_UNFINISHED) {
		row->unfinished++;
		return;
	}
	row->calls++;
	row->errors += RESULT_IS_ERROR(call->ret);
	if (summary_key_moves_data(call_id_of(call->abi, call->nr))) {
		row->moves_data = true;
		row->bytes += call->ret > 0 ? (uint64_t)call->ret : 0;
	}
	if (!(call->flags & (CALL_NO_ENTER | CALL_UNTIMED)))
		histogram_add(&row->times, ev->time_ns - call->enter_ns);
}

static int summary_event(void *self, const struct event *ev, struct err *err)
{
	struct summary *s = self;

	switch (ev->kind) {
	case EV_EXEC:
	case EV_ATTACH:
		if (!s->start_ns)
			s->start_ns = ev->time_ns;
		break;
	case EV_EXIT:
	case EV_DETACH: s->last_ns = MAX(s->last_ns, ev->time_ns); break;
	case EV_FORK: s->nr_followed++; break;
	case EV_LOST: s->lost += ev->lost.count; break;
	case EV_CALL:
		if (filter_match(s->config.filter, ev, s->config.track))
			count_call(s, ev);
		break;
	}
	return 0;
}

static int summary_end(void *self, struct err *err)
{
	struct summary *s = self;

	s->ended = true;
	return 0;
}

const struct sink_ops summary_sink = {
	.name = "summary",
	.begin = summary_begin,
	.event = summary_event,
	.end = summary_end,
};

static void add_sum(void *self, const struct engine_sum *sum)
{
	struct summary *s = self;
	struct summary_row *row;

	if (!filter_wants_number(s->config.filter, sum->abi, sum->nr))
		return;
	row = &rows_get_call(&s->total, sum->abi, sum->nr)->public;
	row->calls += sum->calls;
	row->errors += sum->errors;
	if (summary_key_moves_data(call_id_of(sum->abi, sum->nr))) {
		row->moves_data = true;
		row->bytes += sum->moved;
	}
	histogram_merge(&row->times, sum->times);
}

static void add_totals(struct summary_table *table, const struct rows *rows)
{
	for (size_t i = 0; i < rows->list.len; i++) {
		const struct summary_row *row = &rows->list.data[i]->public;

		table->calls += row->calls;
		table->errors += row->errors;
		table->unfinished += row->unfinished;
		table->time_ns += row->times.sum;
		table->nr_rows += row->calls > 0;
	}
}

/* Calls that made tasks, by the names of the rows. */
static uint64_t count_made(const struct rows *rows)
{
	static const enum call_id makers[] = {CALL_clone, CALL_clone3, CALL_fork, CALL_vfork};
	uint64_t nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		const struct row *row = rows->by_id[makers[i]];

		nr += row ? row->public.calls - row->public.errors : 0;
	}
	return nr;
}

static void find_usage(const struct summary *s, struct launch_usage *ret)
{
	if (s->config.launch) {
		*ret = s->config.launch->usage;
		return;
	}
	*ret = (struct launch_usage){.known = s->marks.len > 0};
	for (size_t i = 0; i < s->marks.len; i++) {
		const struct launch_usage *old = &s->marks.data[i];
		struct launch_usage now = {0};

		proc_state_usage(s->config.pids[i], &now);
		ret->known &= old->known && now.known;
		ret->user_ns += now.user_ns - old->user_ns;
		ret->system_ns += now.system_ns - old->system_ns;
		ret->minor_faults += now.minor_faults - old->minor_faults;
		ret->major_faults += now.major_faults - old->major_faults;
	}
}

/* The largest first, names as in the dictionary; the same in the order of their keys. */
static int compare_rows(const void *a, const void *b)
{
	const struct summary_row *x = *(struct summary_row *const *)a;
	const struct summary_row *y = *(struct summary_row *const *)b;

	if (!x->calls != !y->calls)
		return !x->calls - !y->calls;
	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return strcmp(x->key, y->key);
}

static void sort_rows(struct summary *s, const struct rows *rows)
{
	enum summary_column by = s->config.sort;

	s->sorted.len = 0;
	for (size_t i = 0; i < rows->list.len; i++) {
		struct summary_row *row = &rows->list.data[i]->public;

		row->rank = by == SUMMARY_NOTHING ? -(double)i : summary_value(&s->table, row, by);
		VEC_PUSH(&s->sorted, row);
	}
	if (s->sorted.len)
		qsort(s->sorted.data, s->sorted.len, sizeof(*s->sorted.data), compare_rows);
}

const struct summary_table *summary_make(struct summary *s, uint64_t now_ns)
{
	struct summary_table *table = &s->table;
	const struct rows *rows = &s->rows;
	uint64_t end_ns = s->ended && s->last_ns ? s->last_ns : now_ns;

	if (s->config.read_sums) {
		rows_deinit(&s->total);
		rows_merge(&s->total, &s->rows);
		s->config.read_sums(s->config.sums_self, add_sum, s);
		rows = &s->total;
	}
	*table = (struct summary_table){.by = s->config.by, .cpu = s->config.cpu, .lost = s->lost};
	add_totals(table, rows);
	if (s->start_ns && end_ns > s->start_ns)
		table->elapsed_ns = end_ns - s->start_ns;
	find_usage(s, &table->usage);
	table->forked = count_made(rows) > s->nr_followed;
	sort_rows(s, rows);
	table->rows = s->sorted.data;
	table->nr_all = s->sorted.len;
	return table;
}
