#include "query/want.h"

#include <stdio.h>
#include <string.h>

#include "store/format.h"
#include "util/alloc.h"

void want_init(struct want *w)
{
	*w = (struct want){0};
	for (int key = 0; key < NR_WANT_RANGES; key++)
		w->ranges[key] = (struct want_range){INT64_MIN, INT64_MAX, false};
}

void want_deinit(struct want *w)
{
	struct want_name *name;

	VEC_FOREACH (name, &w->names) {
		for (size_t i = 0; i < name->texts.len; i++)
			free(name->texts.data[i]);
		VEC_DEINIT(&name->texts);
	}
	VEC_DEINIT(&w->names);
}

static bool is_order(int op)
{
	switch (op) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
	case SQLITE_INDEX_CONSTRAINT_LT:
	case SQLITE_INDEX_CONSTRAINT_LE: return true;
	default: return false;
	}
}

bool want_takes(enum want_key key, int op)
{
	switch (key) {
	case WANT_NOTHING: return false;
	case WANT_NAME:
	case WANT_FILE:
		return op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_LIKE ||
		       op == SQLITE_INDEX_CONSTRAINT_GLOB;
	case WANT_ERROR:
		return is_order(op) || op == SQLITE_INDEX_CONSTRAINT_LIKE ||
		       op == SQLITE_INDEX_CONSTRAINT_GLOB || op == SQLITE_INDEX_CONSTRAINT_NE ||
		       op == SQLITE_INDEX_CONSTRAINT_ISNOTNULL;
	case WANT_ERRNO:
	case WANT_DURATION:
	case WANT_TIME: return is_order(op) || op == SQLITE_INDEX_CONSTRAINT_ISNOTNULL;
	default: return is_order(op);
	}
}

void want_add_present(struct want *w, enum want_key key)
{
	if (key == WANT_ERRNO || key == WANT_ERROR)
		w->failed = true;
	else if (key < NR_WANT_RANGES)
		w->ranges[key].given = true;
}

/* The integers next to a number, below it or above: the number itself where it is one. */
static int64_t floor_of(double number)
{
	int64_t whole;

	if (number < -9.2e18)
		return INT64_MIN;
	if (number > 9.2e18)
		return INT64_MAX - 1024; /* no more is certain of numbers of this size */
	whole = (int64_t)number;
	return (double)whole > number ? whole - 1 : whole;
}

static int64_t ceil_of(double number)
{
	if (number < -9.2e18)
		return INT64_MIN + 1024;
	if (number > 9.2e18)
		return INT64_MAX;
	return (double)(int64_t)number < number ? (int64_t)number + 1 : (int64_t)number;
}

/*
 * Text is compared as SQLite's rules for affinities have it: let it do so. No column equals a NULL,
 * or is above it or below.
 */
static void add_bound(struct want *w, enum want_key key, int op, sqlite3_value *value)
{
	struct want_range *range = &w->ranges[key];
	int64_t low, high;

	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER: low = high = sqlite3_value_int64(value); break;
	case SQLITE_FLOAT:
		low = floor_of(sqlite3_value_double(value));
		high = ceil_of(sqlite3_value_double(value));
		break;
	case SQLITE_NULL: w->nothing = true; return;
	default: return;
	}
	range->given = true;
	if (op != SQLITE_INDEX_CONSTRAINT_LT && op != SQLITE_INDEX_CONSTRAINT_LE)
		range->min = MAX(range->min, low);
	if (op != SQLITE_INDEX_CONSTRAINT_GT && op != SQLITE_INDEX_CONSTRAINT_GE)
		range->max = MIN(range->max, high);
}

static void add_text(struct want_name *name, sqlite3_value *value)
{
	const char *text = (const char *)sqlite3_value_text(value);

	/* one with a NUL inside is no name; cut short it is still judged by SQLite */
	if (text)
		VEC_PUSH(&name->texts, xstrdup(text));
}

static void add_name(struct want *w, enum want_key key, int op, sqlite3_value *value, bool in)
{
	struct want_name name = {.key = key, .op = (unsigned char)op};
	sqlite3_value *one = NULL;

	if (!in) {
		add_text(&name, value);
	} else {
		for (int r = sqlite3_vtab_in_first(value, &one); r == SQLITE_OK && one;
			r = sqlite3_vtab_in_next(value, &one))
			add_text(&name, one);
	}
	if (!name.texts.len)
		w->nothing = true;
	VEC_PUSH(&w->names, name);
}

/* From the least of a list to the greatest. */
static void add_bounds_in(struct want *w, enum want_key key, sqlite3_value *value)
{
	struct want_range all = {INT64_MAX, INT64_MIN, true};
	sqlite3_value *one = NULL;

	for (int r = sqlite3_vtab_in_first(value, &one); r == SQLITE_OK && one;
		r = sqlite3_vtab_in_next(value, &one)) {
		if (sqlite3_value_type(one) == SQLITE_NULL)
			continue;
		if (sqlite3_value_type(one) != SQLITE_INTEGER)
			return;
		all.min = MIN(all.min, sqlite3_value_int64(one));
		all.max = MAX(all.max, sqlite3_value_int64(one));
	}
	w->ranges[key].given = true;
	w->ranges[key].min = MAX(w->ranges[key].min, all.min);
	w->ranges[key].max = MIN(w->ranges[key].max, all.max);
}

void want_add(struct want *w, enum want_key key, int op, sqlite3_value *value, bool in)
{
	if (key == WANT_NAME || key == WANT_FILE) {
		add_name(w, key, op, value, in);
		return;
	}
	if (key == WANT_ERRNO || key == WANT_ERROR)
		w->failed = true;
	if (key == WANT_ERROR)
		return;
	if (in)
		add_bounds_in(w, key, value);
	else
		add_bound(w, key, op, value);
}

static bool is_like(const struct want_name *test, const char *name)
{
	for (size_t i = 0; i < test->texts.len; i++) {
		const char *text = test->texts.data[i];

		if (test->op == SQLITE_INDEX_CONSTRAINT_EQ         ? !strcmp(text, name)
			: test->op == SQLITE_INDEX_CONSTRAINT_LIKE ? !sqlite3_strlike(text, name, 0)
								   : !sqlite3_strglob(text, name))
			return true;
	}
	return false;
}

bool want_has_name(const struct want *w, enum want_key key, const char *name)
{
	const struct want_name *test;

	VEC_FOREACH (test, &w->names)
		if (test->key == key && !is_like(test, name))
			return false;
	return true;
}

static bool judge_call(const struct want *w, uint8_t abi, uint32_t nr)
{
	enum call_id id = call_id_of(abi, nr);
	char room[32];

	if (id != CALL_NONE)
		return want_has_name(w, WANT_NAME, call_name(id));
	snprintf(room, sizeof(room), "syscall_0x%x", nr);
	return want_has_name(w, WANT_NAME, room);
}

bool want_has_call(struct want *w, uint8_t abi, uint32_t nr)
{
	uint8_t *verdict;

	if (!w->names.len)
		return true;
	if (abi >= NR_ABIS || nr >= CALL_NR_LIMIT)
		return judge_call(w, abi, nr);
	verdict = &w->verdicts[abi][nr];
	if (!*verdict)
		*verdict = judge_call(w, abi, nr) ? 2 : 1;
	return *verdict == 2;
}

static bool overlaps(const struct want_range *range, uint64_t min, uint64_t max)
{
	/* a file with such numbers was not written by us: let all be read */
	if (min > max || max > INT64_MAX)
		return true;
	return range->min <= (int64_t)max && range->max >= (int64_t)min;
}

static bool may_have_task(const struct want *w, const struct store_zone *zone)
{
	const struct zone_task *task;

	if (!w->ranges[WANT_PID].given && !w->ranges[WANT_TID].given)
		return true;
	VEC_FOREACH (task, &zone->tasks)
		if (want_has(w, WANT_PID, task->pid) && want_has(w, WANT_TID, task->tid))
			return true;
	return false;
}

static bool may_have_call(struct want *w, const struct store_zone *zone)
{
	const uint64_t longest_ns = zone->longest_ns;
	const struct zone_call *call;

	if (!overlaps(&w->ranges[WANT_END], zone->min_ns, zone->max_ns) ||
		!overlaps(&w->ranges[WANT_TIME],
			zone->min_ns > longest_ns ? zone->min_ns - longest_ns : 0, zone->max_ns) ||
		!overlaps(&w->ranges[WANT_DURATION], 0, longest_ns))
		return false;
	if (w->ranges[WANT_UNFINISHED].min > 0 && !(zone->flags & STORE_HAS_UNFINISHED))
		return false;
	/* what lies outside of these numbers may also be another negative result */
	if ((w->failed ||
		    (w->ranges[WANT_RESULT].min >= -ERRNO_MAX && w->ranges[WANT_RESULT].max < 0)) &&
		!(zone->flags & STORE_HAS_FAILED))
		return false;
	if (!w->names.len)
		return true;
	VEC_FOREACH (call, &zone->calls)
		if (call->count && want_has_call(w, call->abi, call->nr))
			return true;
	return false;
}

static bool may_have_kind(const struct want *w, const struct store_zone *zone, uint64_t kinds)
{
	if (!overlaps(&w->ranges[WANT_TIME], zone->min_ns, zone->max_ns))
		return false;
	for (unsigned kind = 0; kind < NR_EVENT_KINDS; kind++)
		if (zone->kinds & kinds & EV_BIT(kind) &&
			want_has_name(w, WANT_NAME, event_kind_name((enum event_kind)kind)))
			return true;
	return false;
}

bool want_may_have(struct want *w, const struct store_zone *zone, uint64_t kinds)
{
	if (w->nothing || !(zone->kinds & kinds) || !may_have_task(w, zone))
		return false;
	return kinds == EV_BIT(EV_CALL) ? may_have_call(w, zone) : may_have_kind(w, zone, kinds);
}

static bool has_times(const struct want *w, const struct event *ev)
{
	const struct event_call *call = &ev->call;
	bool timed = !(call->flags & (CALL_NO_ENTER | CALL_UNTIMED));

	if (!want_has(w, WANT_END, (int64_t)ev->time_ns))
		return false;
	if (w->ranges[WANT_TIME].given &&
		(!timed || !want_has(w, WANT_TIME, (int64_t)call->enter_ns)))
		return false;
	return !w->ranges[WANT_DURATION].given ||
	       (timed && !(call->flags & CALL_UNFINISHED) &&
		       want_has(w, WANT_DURATION, (int64_t)(ev->time_ns - call->enter_ns)));
}

static bool has_result(const struct want *w, const struct event_call *call)
{
	bool returned = !(call->flags & CALL_UNFINISHED),
	     failed = returned && RESULT_IS_ERROR(call->ret);

	if (!want_has(w, WANT_UNFINISHED, !returned))
		return false;
	if (w->failed && (!failed || !want_has(w, WANT_ERRNO, -call->ret)))
		return false;
	return !w->ranges[WANT_RESULT].given || (returned && want_has(w, WANT_RESULT, call->ret));
}

bool want_has_event(struct want *w, const struct event *ev, uint64_t kinds)
{
	if (!(EV_BIT(ev->kind) & kinds) || !want_has(w, WANT_PID, ev->pid) ||
		!want_has(w, WANT_TID, ev->tid))
		return false;
	if (ev->kind == EV_CALL)
		return !(ev->call.flags & CALL_HIDDEN) && has_times(w, ev) &&
		       has_result(w, &ev->call) && want_has_call(w, ev->call.abi, ev->call.nr);
	return want_has(w, WANT_TIME, (int64_t)ev->time_ns) &&
	       want_has_name(w, WANT_NAME, event_kind_name((enum event_kind)ev->kind));
}
