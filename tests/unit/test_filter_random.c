/*
 * Random expressions over scripted events: what passes is what the expression says, worked out here
 * from the tree that its text was made from; and nothing that passes lies outside the bounds that
 * engines are given.
 */

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/script/script.h"
#include "event/call_bounds.h"
#include "event/calls.h"
#include "event/stream.h"
#include "filter/filter.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/macros.h"

#define NR_EXPRESSIONS 3000
#define NR_EVENTS      120
#define NODES_MAX      64

static const struct {
	enum call_id id;
	unsigned fd_args; /* as the manual page has them */
} pool[] = {
	{CALL_read, 1},
	{CALL_close, 1},
	{CALL_dup2, 3},
	{CALL_openat, 1},
	{CALL_getpid, 0},
	{CALL_mmap, 16},
};

static const char *const statuses[] = {"successful", "failed", "unfinished", "detached"};

enum node_kind { NODE_CALLS, NODE_STATUS, NODE_FD, NODE_DURATION, NODE_AND, NODE_OR, NR_NODES };

struct node {
	enum node_kind kind;
	bool negated;
	unsigned set; /* bit per call of the pool, status, or descriptor below 32 */
	bool others;  /* descriptors: those not in the set */
	const char *op;
	uint64_t ns;
	struct node *left, *right;
};

struct tree {
	struct node nodes[NODES_MAX];
	unsigned nr;
	struct buf text;
};

static unsigned below(unsigned limit)
{
	return (unsigned)rand() % limit;
}

/* "a,b" or "!a,!b" of the names in `set`, which becomes what that means. */
static void write_names(struct tree *t, struct node *n, unsigned nr, const char *(*name)(unsigned))
{
	bool excludes = below(3) == 0;
	const char *comma = "";

	n->set = 1 + below((1u << nr) - 1);
	for (unsigned i = 0; i < nr; i++) {
		if (!(n->set >> i & 1))
			continue;
		buf_printf(&t->text, "%s%s%s", comma, excludes ? "!" : "", name(i));
		comma = ",";
	}
	n->others = excludes;
}

static const char *pool_name(unsigned i)
{
	return call_name(pool[i].id);
}

static const char *status_name(unsigned i)
{
	return statuses[i];
}

static const char *fd_name(unsigned i)
{
	static const char *const names[] = {"0", "3", "4", "70"};

	return names[i];
}

static void write_leaf(struct tree *t, struct node *n)
{
	static const char *const ops[] = {">", ">=", "<", "<="};

	switch (n->kind) {
	case NODE_CALLS:
		if (n->negated || below(2))
			buf_adds(&t->text, "trace=");
		write_names(t, n, ARRAY_SIZE(pool), pool_name);
		break;
	case NODE_STATUS:
		buf_adds(&t->text, "status=");
		write_names(t, n, ARRAY_SIZE(statuses), status_name);
		break;
	case NODE_FD:
		buf_adds(&t->text, "fd=");
		write_names(t, n, 4, fd_name);
		break;
	default:
		n->op = ops[below(4)];
		n->ns = below(6) * 100;
		buf_printf(&t->text, "duration%s%uns", n->op, (unsigned)n->ns);
		break;
	}
}

static struct node *write_node(struct tree *t, unsigned depth)
{
	struct node *n = &t->nodes[t->nr++];
	bool leaf = !depth || below(4) == 0;

	n->kind = leaf ? below(NODE_AND) : NODE_AND + below(2);
	n->negated = below(4) == 0;
	if (n->negated)
		buf_addc(&t->text, '!');
	if (leaf) {
		write_leaf(t, n);
		return n;
	}
	buf_addc(&t->text, '(');
	n->left = write_node(t, depth - 1);
	buf_adds(&t->text, n->kind == NODE_AND ? " & " : "|");
	n->right = write_node(t, depth - 1);
	buf_addc(&t->text, ')');
	return n;
}

static unsigned pool_index(const struct event *ev)
{
	for (unsigned i = 0; i < ARRAY_SIZE(pool); i++)
		if (call_id_of(ev->call.abi, ev->call.nr) == pool[i].id)
			return i;
	fail_msg("no call of ours");
	return 0;
}

static unsigned status_index(const struct event *ev)
{
	if (ev->call.flags & CALL_DETACHED)
		return 3;
	if (ev->call.flags & CALL_UNFINISHED)
		return 2;
	return ev->call.ret < 0 && ev->call.ret >= -4095;
}

static bool has_fd(const struct node *n, const struct event *ev)
{
	unsigned args = pool[pool_index(ev)].fd_args;

	for (unsigned arg = 0; arg < 6; arg++) {
		bool named = false;

		if (!(args >> arg & 1) || (int32_t)ev->call.args[arg] < 0)
			continue;
		for (unsigned i = 0; i < 4; i++)
			named |= n->set >> i & 1 && atoi(fd_name(i)) == (int)ev->call.args[arg];
		if (named != n->others)
			return true;
	}
	return false;
}

static bool took(const struct node *n, const struct event *ev)
{
	uint64_t ns = ev->time_ns - ev->call.enter_ns;

	if (ev->call.flags & (CALL_UNFINISHED | CALL_NO_ENTER))
		return false;
	if (*n->op == '>')
		return n->op[1] ? ns >= n->ns : ns > n->ns;
	return n->op[1] ? ns <= n->ns : ns < n->ns;
}

static bool holds(const struct node *n, const struct event *ev)
{
	bool ret = false;

	switch (n->kind) {
	case NODE_CALLS: ret = (n->set >> pool_index(ev) & 1) != n->others; break;
	case NODE_STATUS: ret = (n->set >> status_index(ev) & 1) != n->others; break;
	case NODE_FD: ret = has_fd(n, ev); break;
	case NODE_DURATION: ret = took(n, ev); break;
	case NODE_AND: ret = holds(n->left, ev) && holds(n->right, ev); break;
	case NODE_OR: ret = holds(n->left, ev) || holds(n->right, ev); break;
	default: break;
	}
	return ret != n->negated;
}

/* Entry and exit of calls, one after the other; some never return, of some the entry is not seen.
 */
static size_t script(struct event *ret)
{
	static const int fds[] = {-1, 0, 3, 4, 5, 63, 64, 70};
	uint64_t now_ns = 1000;
	size_t nr = 0;

	while (nr + 2 <= NR_EVENTS) {
		unsigned which = below(ARRAY_SIZE(pool)), fate = below(10);
		struct event ev = {.time_ns = now_ns, .pid = 1, .tid = 1 + (int)nr};

		ev.call.nr = (uint32_t)call_number(ABI_X86_64, pool[which].id);
		ev.call.enter_ns = now_ns;
		for (unsigned arg = 0; arg < 6; arg++)
			ev.call.args[arg] = (uint64_t)fds[below(ARRAY_SIZE(fds))];
		now_ns += below(6) * 100 + below(3) - 1;
		ev.kind = EV_CALL_ENTER;
		if (fate)
			ret[nr++] = ev;
		ev.kind = EV_CALL_EXIT;
		if (!fate) {
			ev.call.flags = CALL_NO_ENTER;
			ev.call.enter_ns = 0;
		}
		ev.time_ns = now_ns;
		ev.call.ret = below(2) ? 5 : -2;
		if (fate == 1)
			ev = (struct event){
				.kind = EV_EXIT, .time_ns = now_ns, .pid = 1, .tid = ev.tid};
		if (fate != 2)
			ret[nr++] = ev;
		now_ns += 10;
	}
	return nr;
}

struct judge {
	const struct tree *tree;
	const struct filter *filter;
	const char *text;
	unsigned nr_passed, nr_dropped;
};

static void check_bounds(const struct judge *j, const struct event *ev)
{
	const struct event_call *call = &ev->call;
	struct call_bounds bounds;
	bool timed = !(call->flags & CALL_NO_ENTER);

	if (!filter_wants_number(j->filter, call->abi, call->nr))
		fail_msg(
			"%s: its number is not wanted", call_name(call_id_of(call->abi, call->nr)));
	filter_bounds(j->filter, call->abi, call->nr, &bounds);
	if (!call_bounds_enter(&bounds, call->args))
		fail_msg("'%s': bounds of descriptors", j->text);
	if (!(call->flags & CALL_UNFINISHED) &&
		!call_bounds_exit(&bounds, call->ret, timed, ev->time_ns - call->enter_ns))
		fail_msg("'%s': bounds of result or duration", j->text);
}

static int judge_event(void *self, const struct event *ev, struct err *err)
{
	struct judge *j = self;
	struct event enter = *ev;
	bool pass;

	if (ev->kind != EV_CALL)
		return 0;
	pass = holds(&j->tree->nodes[0], ev);
	if (filter_match(j->filter, ev, NULL) != pass)
		fail_msg("'%s': %s, status %u, should %spass", j->text, pool_name(pool_index(ev)),
			status_index(ev), pass ? "" : "not ");
	*(pass ? &j->nr_passed : &j->nr_dropped) += 1;
	if (!pass) {
		enter.kind = EV_CALL_ENTER;
		assert_false(filter_match(j->filter, &enter, NULL));
		return 0;
	}
	check_bounds(j, ev);
	return 0;
}

static const struct sink_ops judge_sink = {.name = "judge", .event = judge_event};

static void play(struct judge *j, const struct event *events, size_t nr)
{
	struct stream *stream = stream_create();
	struct engine *engine;

	stream_add_sink(stream, &judge_sink, j);
	assert_int_equal(engine_script.open(&engine, NULL, stream, NULL), 0);
	script_add_lane(engine, &(struct script_lane){events, nr});
	while (engine_script.poll(engine, 0, NULL) > 0)
		;
	assert_int_equal(stream_end(stream, UINT64_MAX, NULL), 0);
	engine_script.close(engine);
	stream_destroy(stream);
}

TEST(random_expressions_mean_what_they_say)
{
	struct judge total = {0};
	struct event events[NR_EVENTS];

	srand(7);
	for (int i = 0; i < NR_EXPRESSIONS; i++) {
		struct tree *tree = calloc(1, sizeof(*tree));
		struct judge j = {.tree = tree, .filter = filter_create()};
		struct err err = {0};

		write_node(tree, below(5));
		if (filter_add((struct filter *)j.filter, buf_cstr(&tree->text), &err) < 0)
			fail_msg("'%s': %s", buf_cstr(&tree->text), err.text);
		j.text = buf_cstr(&tree->text);
		play(&j, events, script(events));
		total.nr_passed += j.nr_passed;
		total.nr_dropped += j.nr_dropped;
		filter_destroy((struct filter *)j.filter);
		buf_deinit(&tree->text);
		free(tree);
	}
	/* it was put to the test */
	assert_true(total.nr_passed > 10 * NR_EXPRESSIONS);
	assert_true(total.nr_dropped > 10 * NR_EXPRESSIONS);
}

TEST(plans_share_bounds_and_have_no_more_than_there_is_room_for)
{
	struct engine_plan *plan = calloc(1, sizeof(*plan));
	struct call_bounds bounds = {.ends = 1, .results = BOUNDS_SUCCESS};

	engine_plan_bound(plan, ABI_X86_64, 1, &(struct call_bounds){0});
	assert_int_equal(plan->bounds_of[ABI_X86_64][1], 0);
	for (uint32_t nr = 0; nr < 100; nr++) {
		bounds.max_ns = nr / 2;
		engine_plan_bound(plan, ABI_X86_64, nr, &bounds);
		if (nr / 2 + 1 < ENGINE_BOUNDS_MAX)
			assert_int_equal(plan->bounds_of[ABI_X86_64][nr], nr / 2 + 1);
		else
			assert_int_equal(plan->bounds_of[ABI_X86_64][nr], 0);
	}
	assert_int_equal(plan->nr_bounds, ENGINE_BOUNDS_MAX - 1);
	free(plan);
}
