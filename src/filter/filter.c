#include "filter/filter.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "decode/decode.h"
#include "filter/filter_internal.h"
#include "util/alloc.h"
#include "util/err.h"

enum status_bit {
	STATUS_SUCCESSFUL,
	STATUS_FAILED,
	STATUS_UNFINISHED,
	STATUS_UNAVAILABLE, /* strace: it could not fetch the result; ours always can */
	STATUS_DETACHED,
	NR_STATUS_BITS
};

static const char *const status_names[NR_STATUS_BITS] = {
	[STATUS_SUCCESSFUL] = "successful",
	[STATUS_FAILED] = "failed",
	[STATUS_UNFINISHED] = "unfinished",
	[STATUS_UNAVAILABLE] = "unavailable",
	[STATUS_DETACHED] = "detached",
};

#define ALL_STATUS  ((UINT64_C(1) << NR_STATUS_BITS) - 1)
#define NR_SIGNALS  64
#define ALL_SIGNALS UINT64_MAX

/* By how a number may fare, so that a match is one look-up: bits of enum expr_verdict. */
struct verdict_table {
	uint8_t by_nr[NR_ABIS][CALL_NR_LIMIT];
	bool unknown_pass; /* some number in no table may pass */
	bool asks_track;
};

struct filter {
	struct expr_tree *trace;       /* owned; NULL = all */
	struct verdict_table verdicts; /* of `trace` */
	uint64_t status;               /* bits of enum status_bit */
	uint64_t signals;              /* bit signo - 1 */
};

struct filter *filter_create(void)
{
	struct filter *f = xcalloc(1, sizeof(*f));

	f->status = ALL_STATUS;
	f->signals = ALL_SIGNALS;
	return f;
}

void filter_destroy(struct filter *f)
{
	if (!f)
		return;
	expr_tree_destroy(f->trace);
	free(f);
}

static void build_verdicts(struct expr_tree *tree, struct verdict_table *ret)
{
	struct expr_subject any = {.nr = CALL_NR_LIMIT};

	for (int abi = 0; abi < NR_ABIS; abi++) {
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
			struct expr_subject s;
			char room[32];
			unsigned verdict;

			expr_subject_init(&s, abi, nr, room);
			verdict = expr_eval(tree, tree->root, &s);
			ret->by_nr[abi][nr] = verdict;
			ret->asks_track |= verdict == (EXPR_PASS | EXPR_FAIL);
		}
		any.abi = abi;
		ret->unknown_pass |= !!(expr_eval(tree, tree->root, &any) & EXPR_PASS);
	}
}

static int set_trace(struct filter *f, const char *text, struct err *err)
{
	struct expr_tree *tree = expr_tree_create();
	struct verdict_table verdicts = {0};
	int r;

	if (!tree)
		return err_set(err, -ENOMEM, "-e trace=: out of memory");
	r = expr_parse(tree, text, err);
	if (r >= 0) {
		build_verdicts(tree, &verdicts);
		if (tree->too_costly)
			r = err_set(err, -E2BIG,
				"-e trace=: a regular expression backtracks without end");
	}
	if (r < 0) {
		expr_tree_destroy(tree);
		return r;
	}
	expr_tree_destroy(f->trace);
	f->trace = tree;
	f->verdicts = verdicts;
	return 0;
}

static int status_bit_of(const char *word)
{
	for (int bit = 0; bit < NR_STATUS_BITS; bit++)
		if (!strcmp(status_names[bit], word))
			return bit;
	return -1;
}

static const char *status_name_of(struct arena *a, int bit)
{
	return status_names[bit];
}

static const struct word_set status_words = {
	.key = "status",
	.what = "status",
	.universe = ALL_STATUS,
	.bit_of = status_bit_of,
	.name_of = status_name_of,
};

static int set_status(struct filter *f, const char *text, struct err *err)
{
	return word_set_parse(&status_words, text, &f->status, err);
}

static const char *signal_name_of(struct arena *a, int bit)
{
	return decode_signal_name(a, bit + 1);
}

static int signal_bit_of(const char *word)
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

static int set_signals(struct filter *f, const char *text, struct err *err)
{
	return word_set_parse(&signal_words, text, &f->signals, err);
}

static const struct {
	const char *name;
	int (*set)(struct filter *f, const char *value, struct err *err);
} keys[] = {
	{"trace", set_trace},
	{"t", set_trace},
	{"status", set_status},
	{"signal", set_signals},
	{"signals", set_signals},
	{"s", set_signals},
};

/* Not keys, but somebody will try them. */
static const struct {
	const char *name, *instead;
} other_keys[] = {
	{"fd", NULL},
	{"path", NULL},
	{"duration", NULL},
	{"inject", NULL},
	{"fault", NULL},
	{"read", NULL},
	{"write", NULL},
	{"abbrev", "-v"},
	{"verbose", "-v"},
	{"raw", "--raw"},
	{"quiet", "-q"},
	{"decode-fds", "-y and -yy"},
};

static int refuse_key(const char *name, size_t len, struct err *err)
{
	static const char list[] = "the keys are trace=, status= and signal=";
	int shown = (int)MIN(len, (size_t)FILTER_WORD_MAX);

	for (size_t i = 0; i < ARRAY_SIZE(other_keys); i++) {
		if (strlen(other_keys[i].name) != len || strncmp(other_keys[i].name, name, len))
			continue;
		if (other_keys[i].instead)
			return err_set(err, -EINVAL, "no key '%.*s' in -e: that is %s here; %s",
				shown, name, other_keys[i].instead, list);
		return err_set(err, -EINVAL, "-e cannot filter by '%.*s' in this version; %s",
			shown, name, list);
	}
	return err_set(err, -EINVAL, "unknown key '%.*s' in -e; %s", shown, name, list);
}

int filter_add(struct filter *f, const char *spec, struct err *err)
{
	size_t len = 0;

	while (isalnum((unsigned char)spec[len]) || spec[len] == '_' || spec[len] == '-')
		len++;
	if (!len || !spec[len] || !strchr("=<>", spec[len]))
		return set_trace(f, spec, err);
	for (size_t i = 0; spec[len] == '=' && i < ARRAY_SIZE(keys); i++)
		if (strlen(keys[i].name) == len && !strncmp(keys[i].name, spec, len))
			return keys[i].set(f, spec + len + 1, err);
	return refuse_key(spec, len, err);
}

/* A number that is too large for the table. */
static unsigned eval_large(const struct filter *f, enum abi abi, uint32_t nr)
{
	struct expr_subject s;
	char room[32];

	if ((unsigned)abi >= NR_ABIS)
		return EXPR_FAIL;
	expr_subject_init(&s, abi, nr, room);
	return expr_eval(f->trace, f->trace->root, &s);
}

static unsigned number_verdict(const struct filter *f, enum abi abi, uint32_t nr)
{
	if (!f->trace)
		return EXPR_PASS;
	if ((unsigned)abi < NR_ABIS && nr < CALL_NR_LIMIT)
		return f->verdicts.by_nr[abi][nr];
	return eval_large(f, abi, nr);
}

bool filter_wants_number(const struct filter *f, enum abi abi, uint32_t nr)
{
	return number_verdict(f, abi, nr) & EXPR_PASS;
}

bool filter_wants_unknown(const struct filter *f)
{
	return !f->trace || f->verdicts.unknown_pass;
}

bool filter_asks_track(const struct filter *f)
{
	return f->trace && f->verdicts.asks_track;
}

static enum status_bit status_of(const struct event_call *call)
{
	if (call->flags & CALL_DETACHED)
		return STATUS_DETACHED;
	if (call->flags & CALL_UNFINISHED)
		return STATUS_UNFINISHED;
	return call->ret < 0 && call->ret >= -4095 ? STATUS_FAILED : STATUS_SUCCESSFUL;
}

static bool match_call(const struct filter *f, const struct event *ev, const struct track *t)
{
	const struct event_call *call = &ev->call;
	unsigned verdict;

	if (call->flags & CALL_HIDDEN)
		return false;
	verdict = number_verdict(f, call->abi, call->nr);
	if (verdict == (EXPR_PASS | EXPR_FAIL)) {
		struct expr_subject s;
		char room[32];

		expr_subject_init(&s, call->abi, call->nr, room);
		s.ev = ev;
		s.track = t;
		verdict = expr_eval(f->trace, f->trace->root, &s);
	}
	return verdict & EXPR_PASS && f->status >> status_of(call) & 1;
}

bool filter_match(const struct filter *f, const struct event *ev, const struct track *t)
{
	int signo;

	switch (ev->kind) {
	case EV_CALL: return match_call(f, ev, t);
	/* how it will end is not known yet */
	case EV_CALL_ENTER: return f->status == ALL_STATUS && match_call(f, ev, t);
	case EV_SIGNAL:
		signo = ev->signal.signo;
		return signo < 1 || signo > NR_SIGNALS || f->signals >> (signo - 1) & 1;
	default: return true;
	}
}

bool filter_is_empty(const struct filter *f)
{
	return !f->trace && f->status == ALL_STATUS && f->signals == ALL_SIGNALS;
}
