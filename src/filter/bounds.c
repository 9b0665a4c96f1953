/*
 * From an expression to the bounds of calls of one number (event/call_bounds.h). A region holds all
 * calls that the expression passes, and maybe others: of what a region cannot say, it takes in
 * everything.
 */

#include "filter/filter.h"

#include <string.h>

#include "filter/filter_internal.h"
#include "util/macros.h"

struct region {
	/* calls whose descriptors do not matter, or with one of these among them */
	bool any_fds;
	uint64_t low_fds;
	bool high_fds;
	/* and, if they returned, with one of these results (none: only calls that never return),
	 * after such a time */
	uint8_t results; /* enum bounds_result */
	uint64_t min_ns, max_ns;
};

static const struct region everything = {
	.any_fds = true, .results = BOUNDS_ANY_RESULT, .max_ns = UINT64_MAX};
static const struct region nothing = {0};

static bool one_fd(const struct expr_subject *s)
{
	return !(s->files.fds & (s->files.fds - 1)) && !subject_has_fd_lists(s);
}

static struct region region_and(
	const struct expr_subject *s, const struct region *a, const struct region *b)
{
	struct region ret = a->any_fds ? *b : *a;

	/* with several descriptors each side may mean another of them */
	if (!a->any_fds && !b->any_fds && one_fd(s)) {
		ret.low_fds = a->low_fds & b->low_fds;
		ret.high_fds = a->high_fds && b->high_fds;
	}
	ret.results = a->results & b->results;
	ret.min_ns = MAX(a->min_ns, b->min_ns);
	ret.max_ns = MIN(a->max_ns, b->max_ns);
	return ret;
}

static struct region region_or(const struct region *a, const struct region *b)
{
	struct region ret = {
		.any_fds = a->any_fds || b->any_fds,
		.low_fds = a->low_fds | b->low_fds,
		.high_fds = a->high_fds || b->high_fds,
	};
	const struct region *only = !a->results ? b : !b->results ? a : NULL;

	ret.results = only ? only->results : a->results | b->results;
	ret.min_ns = only ? only->min_ns : MIN(a->min_ns, b->min_ns);
	ret.max_ns = only ? only->max_ns : MAX(a->max_ns, b->max_ns);
	return ret;
}

static struct region status_region(const struct expr *e, bool negated)
{
	uint64_t status = negated ? ~e->status : e->status;
	struct region ret = everything;

	ret.results = (status >> STATUS_SUCCESSFUL & 1 ? BOUNDS_SUCCESS : 0) |
		      (status >> STATUS_FAILED & 1 ? BOUNDS_FAILURE : 0);
	return ret;
}

static struct region duration_region(const struct expr *e, bool negated)
{
	uint64_t min_ns = e->duration.min_ns, max_ns = e->duration.max_ns;
	struct region ret = everything;

	if (e->duration.never)
		min_ns = 1, max_ns = 0;
	if (!negated) {
		ret.min_ns = min_ns;
		ret.max_ns = max_ns;
	} else if (min_ns) {
		ret.max_ns = e->duration.never ? UINT64_MAX : min_ns - 1;
	} else if (max_ns != UINT64_MAX) {
		ret.min_ns = max_ns + 1;
	}
	/* negated without any limit: no call that returned. Those without a known time pass, but
	 * bounds say nothing of them */
	if (negated && !min_ns && max_ns == UINT64_MAX)
		ret.min_ns = 1, ret.max_ns = 0;
	return ret;
}

static struct region fd_region(const struct expr *e, const struct expr_subject *s, bool negated)
{
	struct region ret = everything;
	uint64_t named = 0;

	if (negated || subject_has_fd_lists(s))
		return everything;
	if (!s->files.fds)
		return nothing;
	ret.any_fds = false;
	ret.high_fds = e->fd.inverted;
	for (uint32_t i = 0; i < e->fd.nr; i++) {
		if (e->fd.fds[i] < BOUNDS_LOW_FDS)
			named |= UINT64_C(1) << e->fd.fds[i];
		else
			ret.high_fds = true;
	}
	ret.low_fds = e->fd.inverted ? ~named : named;
	return ret;
}

static struct region region_of(
	struct expr_tree *tree, const struct expr *e, const struct expr_subject *s, bool negated);

/* All of the parts, or one of them. */
static struct region chain_region(
	struct expr_tree *tree, const struct expr *e, const struct expr_subject *s, bool negated)
{
	bool all = (e->kind == EXPR_AND) != negated;
	struct region ret = all ? everything : nothing;

	for (const struct expr *part = e->first; part; part = part->next) {
		struct region r = region_of(tree, part, s, negated);

		ret = all ? region_and(s, &ret, &r) : region_or(&ret, &r);
	}
	return ret;
}

/* One of what is included, and none of what is not: the latter by what is left of it. */
static struct region list_region(
	struct expr_tree *tree, const struct expr *e, const struct expr_subject *s, bool negated)
{
	struct region in = negated ? everything : nothing, out = negated ? nothing : everything;
	bool includes = false;

	for (const struct expr *item = e->first; item; item = item->next) {
		struct region r = region_of(tree, item, s, negated != item->negated);
		struct region *to = item->negated ? &out : &in;

		includes |= !item->negated;
		*to = negated == item->negated ? region_or(to, &r) : region_and(s, to, &r);
	}
	if (!includes)
		return out;
	return negated ? region_or(&in, &out) : region_and(s, &in, &out);
}

static struct region region_of(
	struct expr_tree *tree, const struct expr *e, const struct expr_subject *s, bool negated)
{
	unsigned verdict;

	switch (e->kind) {
	case EXPR_AND:
	case EXPR_OR: return chain_region(tree, e, s, negated);
	case EXPR_LIST: return list_region(tree, e, s, negated);
	case EXPR_STATUS: return status_region(e, negated);
	case EXPR_DURATION: return duration_region(e, negated);
	case EXPR_FD: return fd_region(e, s, negated);
	default: break;
	}
	verdict = expr_eval(tree, e, s);
	if (negated)
		verdict = expr_verdict_not(verdict);
	return verdict & EXPR_PASS ? everything : nothing;
}

void filter_bounds(const struct filter *f, enum abi abi, uint32_t nr, struct call_bounds *ret)
{
	struct region all = everything;
	const struct call_set *set;
	struct expr_subject s;
	char room[32];

	*ret = (struct call_bounds){0};
	expr_subject_init(&s, abi, nr, room);
	for (size_t i = 0; (set = filter_set(f, i)); i++) {
		struct region r = region_of(set->tree, set->tree->root, &s, false);

		all = region_and(&s, &all, &r);
	}
	if (!all.any_fds) {
		ret->fd_args = s.files.fds;
		ret->low_fds = all.low_fds;
		ret->high_fds = all.high_fds;
	}
	if (all.results != BOUNDS_ANY_RESULT || all.min_ns || all.max_ns != UINT64_MAX) {
		ret->ends = 1;
		ret->results = all.results;
		ret->min_ns = all.min_ns;
		ret->max_ns = all.max_ns;
	}
}
