#include "filter/filter_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <poll.h>

#include "decode/row.h"
#include "track/track.h"
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
	if (s->id != CALL_NONE) {
		s->name = call_name(s->id);
	} else {
		snprintf(name_room, 32, "syscall_0x%x", nr);
		s->name = name_room;
	}
}

static bool may_be_socket(const struct expr_subject *s, int32_t fd)
{
	const struct event *ev = s->ev;
	const struct track_file *file =
		s->track ? track_fd(s->track, ev->pid, fd, TRACK_BEFORE) : NULL;

	if (!file)
		return ev->call.ret != -EBADF;
	return file->kind == TRACK_SOCKET || file->kind == TRACK_UNKNOWN;
}

static const struct capture *find_capture(const struct event_call *call, unsigned arg)
{
	for (unsigned i = 0; i < call->nr_captures; i++) {
		const struct capture *c = &call->captures[i];

		if (c->arg == arg && c->addr == call->args[arg] && !(c->flags & CAPTURE_FAULT))
			return c;
	}
	return NULL;
}

static bool polls_socket(const struct expr_subject *s)
{
	const struct event_call *call = &s->ev->call;
	uint32_t nr = (uint32_t)call->args[1];
	const struct capture *c = find_capture(call, 0);
	struct pollfd fd;

	if (!nr)
		return false;
	if (!c)
		return true;
	for (uint32_t i = 0; i < nr; i++) {
		if ((uint64_t)(i + 1) * sizeof(fd) > c->len)
			return true; /* what was not captured may be one */
		memcpy(&fd, c->bytes + i * sizeof(fd), sizeof(fd));
		if (fd.fd >= 0 && may_be_socket(s, fd.fd))
			return true;
	}
	return false;
}

static bool selects_socket(const struct expr_subject *s)
{
	const struct event_call *call = &s->ev->call;
	uint64_t nr = MIN((uint32_t)call->args[0], 65536u);

	for (unsigned arg = 1; arg <= 3; arg++) {
		const struct capture *c;

		if (!call->args[arg] || !nr)
			continue;
		c = find_capture(call, arg);
		if (!c)
			return true;
		for (uint64_t fd = 0; fd < nr; fd++) {
			if (fd / 8 >= c->len)
				return true;
			if (c->bytes[fd / 8] >> fd % 8 & 1 && may_be_socket(s, (int32_t)fd))
				return true;
		}
	}
	return false;
}

/* The calls that count as `network` only when a socket is meant. */
static bool touches_socket(const struct expr_subject *s)
{
	switch (s->id) {
	case CALL_poll:
	case CALL_ppoll: return polls_socket(s);
	case CALL_select:
		if (s->abi == ABI_I386)
			return true; /* one pointer to all five arguments, which is not captured */
		return selects_socket(s);
	case CALL_pselect6: return selects_socket(s);
	default: return may_be_socket(s, (int32_t)s->ev->call.args[0]);
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
	return s->ev ? verdict_of(touches_socket(s)) : EXPR_PASS | EXPR_FAIL;
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
	default: return EXPR_FAIL;
	}
}

static unsigned verdict_not(unsigned v)
{
	return (v & EXPR_PASS ? EXPR_FAIL : 0) | (v & EXPR_FAIL ? EXPR_PASS : 0);
}

static unsigned verdict_and(unsigned a, unsigned b)
{
	return (a & b & EXPR_PASS) | ((a | b) & EXPR_FAIL);
}

static unsigned verdict_or(unsigned a, unsigned b)
{
	return verdict_not(verdict_and(verdict_not(a), verdict_not(b)));
}

static unsigned eval_list(
	struct expr_tree *tree, const struct expr *e, const struct expr_subject *s)
{
	unsigned included = EXPR_FAIL, excluded = EXPR_FAIL;
	bool includes = false;

	for (const struct expr *item = e->first; item; item = item->next) {
		unsigned v = expr_eval(tree, item, s);

		if (item->negated) {
			excluded = verdict_or(excluded, v);
		} else {
			included = verdict_or(included, v);
			includes = true;
		}
	}
	return verdict_and(includes ? included : EXPR_PASS, verdict_not(excluded));
}

unsigned expr_eval(struct expr_tree *tree, const struct expr *e, const struct expr_subject *s)
{
	unsigned v;

	switch (e->kind) {
	case EXPR_LIST: return eval_list(tree, e, s);
	case EXPR_AND:
		v = EXPR_PASS;
		for (const struct expr *part = e->first; part; part = part->next)
			v = verdict_and(v, expr_eval(tree, part, s));
		return v;
	case EXPR_OR:
		v = EXPR_FAIL;
		for (const struct expr *part = e->first; part; part = part->next)
			v = verdict_or(v, expr_eval(tree, part, s));
		return v;
	default: return eval_leaf(tree, e, s);
	}
}
