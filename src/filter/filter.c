#include "filter/filter.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "decode/decode.h"
#include "filter/filter_internal.h"
#include "filter/inject_list.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/vec.h"

#define ALL_SIGNALS UINT64_MAX

struct filter {
	VEC(struct call_set *) sets; /* owned; calls must be in all of them */
	uint64_t signals;            /* bit signo - 1 */
	struct inject_list injections;
	struct buf paths; /* all that was given to filter_add_path, as the value of path= */
};

struct filter *filter_create(void)
{
	struct filter *f = xcalloc(1, sizeof(*f));

	f->signals = ALL_SIGNALS;
	return f;
}

void filter_destroy(struct filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->sets.len; i++)
		call_set_destroy(f->sets.data[i]);
	VEC_DEINIT(&f->sets);
	inject_list_deinit(&f->injections);
	buf_deinit(&f->paths);
	free(f);
}

const struct call_set *filter_set(const struct filter *f, size_t at)
{
	return at < f->sets.len ? f->sets.data[at] : NULL;
}

/* In place of those that use no key but keys of the new one. */
static void add_set(struct filter *f, struct call_set *new)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->sets.len; i++) {
		struct call_set *old = f->sets.data[i];

		if (old->tree->keys & ~new->tree->keys)
			f->sets.data[kept++] = old;
		else
			call_set_destroy(old);
	}
	f->sets.len = kept;
	VEC_PUSH(&f->sets, new);
}

int filter_add_path(struct filter *f, const char *path, struct err *err)
{
	struct call_set *set;
	const char *text;
	int r;

	buf_adds(&f->paths, f->paths.len ? "," : "path=");
	for (const char *at = path; *at; at++) {
		if (strchr("\\*?[]!,&|() \t", *at))
			buf_addc(&f->paths, '\\');
		buf_addc(&f->paths, *at);
	}
	text = buf_cstr(&f->paths);
	r = call_set_parse(&set, "path", &text, '\0', err);
	if (r < 0)
		return r;
	set->tree->keys = 1u << KEY_PATH_OPTION;
	add_set(f, set);
	return 0;
}

const char *filter_paths(struct filter *f)
{
	return buf_cstr(&f->paths);
}

static int add_expr(struct filter *f, const char *text, struct err *err)
{
	struct call_set *set;
	int r = call_set_parse(&set, "trace", &text, '\0', err);

	if (r >= 0)
		add_set(f, set);
	return r;
}

const char *signal_name_of(struct arena *a, int bit)
{
	return decode_signal_name(a, bit + 1);
}

int signal_bit_of(const char *word)
{
	struct arena names = ARENA_INIT;
	int ret = -1;

	if (word[strspn(word, "0123456789")] == '\0' && strlen(word) <= 2) {
		ret = atoi(word) - 1;
		return ret < NR_SIGNALS ? ret : -1;
	}
	for (int bit = 0; bit < NR_SIGNALS && ret < 0; bit++) {
		const char *name = signal_name_of(&names, bit);

		if (name && (!strcasecmp(name, word) ||
				    (!strncmp(name, "SIG", 3) && !strcasecmp(name + 3, word))))
			ret = bit;
	}
	arena_deinit(&names);
	return ret;
}

static const struct word_set signal_words = {
	.key = "signal",
	.what = "signal",
	.universe = ALL_SIGNALS,
	.bit_of = signal_bit_of,
	.name_of = signal_name_of,
};

int filter_set_signals(struct filter *f, const char *value, struct err *err)
{
	uint64_t signals;
	int r = word_set_parse(&signal_words, &value, &signals, err);

	if (r < 0)
		return r;
	if (*value)
		return err_set(err, -EINVAL, "-e signal=: expected ',', not '%c'",
			isprint((unsigned char)*value) ? *value : '?');
	f->signals = signals;
	return 0;
}

int filter_add_inject(struct filter *f, const char *value, struct err *err)
{
	return inject_list_add(&f->injections, false, value, err);
}

int filter_add_fault(struct filter *f, const char *value, struct err *err)
{
	return inject_list_add(&f->injections, true, value, err);
}

int filter_add(struct filter *f, const char *spec, struct err *err)
{
	size_t len = filter_key_len(spec);
	const struct filter_key *key = len ? filter_key_find(spec, len, err) : NULL;

	if (len && !key)
		return -EINVAL;
	return key && key->set ? key->set(f, filter_key_operator(spec + len) + 1, err)
			       : add_expr(f, spec, err);
}

bool filter_wants_number(const struct filter *f, enum abi abi, uint32_t nr)
{
	for (size_t i = 0; i < f->sets.len; i++)
		if (!(call_set_verdict(f->sets.data[i], abi, nr) & EXPR_PASS))
			return false;
	return true;
}

bool filter_wants_unknown(const struct filter *f)
{
	for (size_t i = 0; i < f->sets.len; i++)
		if (!f->sets.data[i]->unknown_pass)
			return false;
	return true;
}

bool filter_asks_track(const struct filter *f)
{
	for (size_t i = 0; i < f->sets.len; i++)
		if (f->sets.data[i]->tree->asks_track)
			return true;
	return inject_list_asks_track(&f->injections);
}

bool filter_asks_times(const struct filter *f)
{
	for (size_t i = 0; i < f->sets.len; i++)
		if (f->sets.data[i]->tree->keys & 1u << KEY_DURATION)
			return true;
	return false;
}

bool filter_injects(const struct filter *f, uint32_t what)
{
	return inject_list_does(&f->injections, what);
}

bool filter_injects_number(const struct filter *f, enum abi abi, uint32_t nr)
{
	return filter_wants_number(f, abi, nr) && inject_list_has_number(&f->injections, abi, nr);
}

/* Of a call; of an entry it may be both. */
static unsigned judge(const struct filter *f, const struct event *ev, const struct track *t)
{
	unsigned verdict = EXPR_PASS;

	for (size_t i = 0; i < f->sets.len && verdict & EXPR_PASS; i++)
		verdict = expr_verdict_and(verdict, call_set_judge(f->sets.data[i], ev, t));
	return verdict;
}

const struct inject_rule *filter_injection(
	const struct filter *f, const struct event *enter, const struct track *t)
{
	return judge(f, enter, t) & EXPR_PASS ? inject_list_find(&f->injections, enter, t) : NULL;
}

uint64_t filter_signals(const struct filter *f)
{
	return f->signals;
}

bool filter_match(const struct filter *f, const struct event *ev, const struct track *t)
{
	int signo;

	switch (ev->kind) {
	case EV_CALL:
	/* how it will end is not known yet */
	case EV_CALL_ENTER: return !(ev->call.flags & CALL_HIDDEN) && judge(f, ev, t) == EXPR_PASS;
	case EV_SIGNAL:
		signo = ev->signal.signo;
		return signo < 1 || signo > NR_SIGNALS || f->signals >> (signo - 1) & 1;
	default: return true;
	}
}

bool filter_is_by_name(const struct filter *f)
{
	for (size_t i = 0; i < f->sets.len; i++)
		if (f->sets.data[i]->tree->keys != 1u << KEY_TRACE)
			return false;
	return !filter_asks_track(f);
}

bool filter_is_empty(const struct filter *f)
{
	return !f->sets.len && f->signals == ALL_SIGNALS;
}
