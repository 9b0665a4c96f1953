#include "filter/filter_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/row.h"
#include "util/alloc.h"

/* Steps of one match: names are short, so an honest expression needs a few dozen. */
#define REGEX_STEPS_MAX   2000
#define REGEX_DEPTH_MAX   500
#define REGEX_HEAP_KBYTES 1024

struct expr_tree *expr_tree_create(void)
{
	struct expr_tree *tree = xcalloc(1, sizeof(*tree));

	tree->limits = pcre2_match_context_create(NULL);
	/* no groups are asked for, the overall match is enough */
	tree->match = pcre2_match_data_create(1, NULL);
	if (!tree->limits || !tree->match) {
		expr_tree_destroy(tree);
		return NULL;
	}
	pcre2_set_match_limit(tree->limits, REGEX_STEPS_MAX);
	pcre2_set_depth_limit(tree->limits, REGEX_DEPTH_MAX);
	pcre2_set_heap_limit(tree->limits, REGEX_HEAP_KBYTES);
	return tree;
}

void expr_tree_destroy(struct expr_tree *tree)
{
	if (!tree)
		return;
	for (size_t i = 0; i < tree->regexes.len; i++)
		pcre2_code_free(tree->regexes.data[i]);
	VEC_DEINIT(&tree->regexes);
	pcre2_match_data_free(tree->match);
	pcre2_match_context_free(tree->limits);
	arena_deinit(&tree->arena);
	free(tree);
}

void expr_subject_init(struct expr_subject *s, enum abi abi, uint32_t nr, char *name_room)
{
	const struct syscall_row *row;

	*s = (struct expr_subject){.abi = abi, .nr = nr, .id = call_id_of(abi, nr)};
	row = syscall_row_of(s->id);
	if (row)
		s->classes = syscall_row_classes(row);
	s->files = syscall_row_files(abi, s->id);
	if (s->id != CALL_NONE) {
		s->name = call_name(s->id);
	} else {
		snprintf(name_room, 32, "syscall_0x%x", nr);
		s->name = name_room;
	}
}

static unsigned verdict_of(bool pass)
{
	return pass ? EXPR_PASS : EXPR_FAIL;
}

static unsigned eval_class(const struct expr *e, const struct expr_subject *s)
{
	if (s->classes & e->call.classes)
		return EXPR_PASS;
	if (e->call.id != CALL_NONE && e->call.id == s->id)
		return EXPR_PASS;
	if (!(s->classes & e->call.if_socket))
		return EXPR_FAIL;
	return s->ev ? verdict_of(subject_touches_socket(s)) : EXPR_PASS | EXPR_FAIL;
}

static unsigned eval_regex(
	struct expr_tree *tree, const struct expr *e, const struct expr_subject *s)
{
	int r;

	if (!s->name)
		return EXPR_PASS | EXPR_FAIL;
	r = pcre2_match(
		e->regex, (PCRE2_SPTR)s->name, strlen(s->name), 0, 0, tree->match, tree->limits);
	if (r < 0 && r != PCRE2_ERROR_NOMATCH)
		tree->too_costly = true;
	return verdict_of(r >= 0);
}

static unsigned eval_status(const struct expr *e, const struct expr_subject *s)
{
	const uint64_t all = (UINT64_C(1) << NR_STATUS_BITS) - 1;
	const struct event_call *call = s->ev ? &s->ev->call : NULL;
	enum status_bit status;

	if (!e->status || e->status == all)
		return verdict_of(e->status);
	if (!call || s->ev->kind == EV_CALL_ENTER)
		return EXPR_PASS | EXPR_FAIL;
	if (call->flags & CALL_DETACHED)
		status = STATUS_DETACHED;
	else if (call->flags & CALL_UNFINISHED)
		status = STATUS_UNFINISHED;
	else
		status = call->ret < 0 && call->ret >= -4095 ? STATUS_FAILED : STATUS_SUCCESSFUL;
	return verdict_of(e->status >> status & 1);
}

/* What never returned, or was entered before anybody looked, took no time that is known. */
static unsigned eval_duration(const struct expr *e, const struct expr_subject *s)
{
	const struct event_call *call = s->ev ? &s->ev->call : NULL;
	uint64_t took_ns;

	if (!call || s->ev->kind == EV_CALL_ENTER)
		return EXPR_PASS | EXPR_FAIL;
	if (call->flags & (CALL_UNFINISHED | CALL_NO_ENTER | CALL_UNTIMED))
		return EXPR_FAIL;
	took_ns = s->ev->time_ns - call->enter_ns;
	return verdict_of(!e->duration.never && took_ns >= e->duration.min_ns &&
			  took_ns <= e->duration.max_ns);
}

static bool fd_is_in(const struct expr_subject *s, int32_t fd, const void *with)
{
	const struct fd_set_of *set = with;

	for (uint32_t i = 0; i < set->nr; i++)
		if (set->fds[i] == fd)
			return !set->inverted;
	return set->inverted;
}

static unsigned eval_fd(const struct expr *e, const struct expr_subject *s)
{
	if (!s->files.fds && !subject_has_fd_lists(s))
		return EXPR_FAIL;
	if (!s->ev)
		return EXPR_PASS | EXPR_FAIL;
	return verdict_of(subject_any_fd(s, false, fd_is_in, &e->fd));
}

static unsigned eval_path(const struct expr *e, const struct expr_subject *s)
{
	if (!s->files.fds && !s->files.paths && !subject_has_fd_lists(s))
		return EXPR_FAIL;
	if (!s->ev)
		return EXPR_PASS | EXPR_FAIL;
	return verdict_of(subject_matches_paths(s, &e->path));
}

static unsigned eval_leaf(
	struct expr_tree *tree, const struct expr *e, const struct expr_subject *s)
{
	if (!(e->abis >> s->abi & 1))
		return EXPR_FAIL;
	switch (e->kind) {
	case EXPR_ALL: return EXPR_PASS;
	case EXPR_CALL: return verdict_of(s->id == e->call.id);
	case EXPR_NUMBER: return s->name ? verdict_of(s->nr == e->nr) : EXPR_PASS | EXPR_FAIL;
	case EXPR_CLASS: return eval_class(e, s);
	case EXPR_REGEX: return eval_regex(tree, e, s);
	case EXPR_STATUS: return eval_status(e, s);
	case EXPR_DURATION: return eval_duration(e, s);
	case EXPR_FD: return eval_fd(e, s);
	case EXPR_PATH: return eval_path(e, s);
	default: return EXPR_FAIL;
	}
}

unsigned expr_verdict_not(unsigned v)
{
	return (v & EXPR_PASS ? EXPR_FAIL : 0) | (v & EXPR_FAIL ? EXPR_PASS : 0);
}

unsigned expr_verdict_and(unsigned a, unsigned b)
{
	return (a & b & EXPR_PASS) | ((a | b) & EXPR_FAIL);
}

unsigned expr_verdict_or(unsigned a, unsigned b)
{
	return expr_verdict_not(expr_verdict_and(expr_verdict_not(a), expr_verdict_not(b)));
}

static unsigned eval_list(
	struct expr_tree *tree, const struct expr *e, const struct expr_subject *s)
{
	unsigned included = EXPR_FAIL, excluded = EXPR_FAIL;
	bool includes = false;

	for (const struct expr *item = e->first; item; item = item->next) {
		unsigned v = expr_eval(tree, item, s);

		if (item->negated) {
			excluded = expr_verdict_or(excluded, v);
		} else {
			included = expr_verdict_or(included, v);
			includes = true;
		}
	}
	return expr_verdict_and(includes ? included : EXPR_PASS, expr_verdict_not(excluded));
}

unsigned expr_eval(struct expr_tree *tree, const struct expr *e, const struct expr_subject *s)
{
	unsigned v;

	switch (e->kind) {
	case EXPR_LIST: return eval_list(tree, e, s);
	case EXPR_AND:
		v = EXPR_PASS;
		for (const struct expr *part = e->first; part; part = part->next)
			v = expr_verdict_and(v, expr_eval(tree, part, s));
		return v;
	case EXPR_OR:
		v = EXPR_FAIL;
		for (const struct expr *part = e->first; part; part = part->next)
			v = expr_verdict_or(v, expr_eval(tree, part, s));
		return v;
	default: return eval_leaf(tree, e, s);
	}
}
