#include "filter/filter_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "util/alloc.h"
#include "util/err.h"

static void work_out(struct call_set *s)
{
	struct expr_subject any = {.nr = CALL_NR_LIMIT};

	for (int abi = 0; abi < NR_ABIS; abi++) {
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
			struct expr_subject subject;
			char room[32];

			expr_subject_init(&subject, abi, nr, room);
			s->by_nr[abi][nr] = (uint8_t)expr_eval(s->tree, s->tree->root, &subject);
		}
		any.abi = abi;
		s->unknown_pass |= !!(expr_eval(s->tree, s->tree->root, &any) & EXPR_PASS);
	}
}

int call_set_parse(
	struct call_set **ret, const char *key, const char **text, char stop, struct err *err)
{
	struct call_set *s = xcalloc(1, sizeof(*s));
	int r;

	s->tree = expr_tree_create();
	r = s->tree ? expr_parse(s->tree, key, text, stop, err)
		    : err_set(err, -ENOMEM, "-e %s=: out of memory", key);
	if (r >= 0) {
		work_out(s);
		if (s->tree->too_costly)
			r = err_set(err, -E2BIG,
				"-e %s=: a regular expression backtracks without end", key);
	}
	if (r < 0) {
		call_set_destroy(s);
		return r;
	}
	*ret = s;
	return 0;
}

void call_set_destroy(struct call_set *s)
{
	if (!s)
		return;
	expr_tree_destroy(s->tree);
	free(s);
}

/* A number that is too large for the table. */
static unsigned eval_large(const struct call_set *s, enum abi abi, uint32_t nr)
{
	struct expr_subject subject;
	char room[32];

	if ((unsigned)abi >= NR_ABIS)
		return EXPR_FAIL;
	expr_subject_init(&subject, abi, nr, room);
	return expr_eval(s->tree, s->tree->root, &subject);
}

unsigned call_set_verdict(const struct call_set *s, enum abi abi, uint32_t nr)
{
	if ((unsigned)abi < NR_ABIS && nr < CALL_NR_LIMIT)
		return s->by_nr[abi][nr];
	return eval_large(s, abi, nr);
}

unsigned call_set_judge(const struct call_set *s, const struct event *ev, const struct track *t)
{
	unsigned verdict = call_set_verdict(s, ev->call.abi, ev->call.nr);

	if (verdict == (EXPR_PASS | EXPR_FAIL)) {
		struct expr_subject subject;
		char room[32];

		expr_subject_init(&subject, ev->call.abi, ev->call.nr, room);
		subject.ev = ev;
		subject.track = t;
		verdict = expr_eval(s->tree, s->tree->root, &subject);
	}
	return verdict;
}
