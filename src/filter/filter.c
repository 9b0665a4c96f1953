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
#define ALL_SIGNALS UINT64_MAX

struct filter {
	struct call_set *trace; /* owned; NULL = all */
	uint64_t status;        /* bits of enum status_bit */
	uint64_t signals;       /* bit signo - 1 */
	struct inject_list injections;
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
	call_set_destroy(f->trace);
	inject_list_deinit(&f->injections);
	free(f);
}

static int set_trace(struct filter *f, const char *text, struct err *err)
{
	struct call_set *set;
	int r = call_set_parse(&set, "trace", &text, '\0', err);

	if (r < 0)
		return r;
	call_set_destroy(f->trace);
	f->trace = set;
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

static int set_signals(struct filter *f, const char *text, struct err *err)
{
	return word_set_parse(&signal_words, text, &f->signals, err);
}

static int add_inject(struct filter *f, const char *text, struct err *err)
{
	return inject_list_add(&f->injections, false, text, err);
}

static int add_fault(struct filter *f, const char *text, struct err *err)
{
	return inject_list_add(&f->injections, true, text, err);
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
	{"inject", add_inject},
	{"fault", add_fault},
};

/* Not keys, but somebody will try them. */
static const struct {
	const char *name, *instead;
} other_keys[] = {
	{"fd", NULL},
	{"path", NULL},
	{"duration", NULL},
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
	static const char list[] = "the keys are trace=, status=, signal=, inject= and fault=";
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

bool filter_wants_number(const struct filter *f, enum abi abi, uint32_t nr)
{
	return !f->trace || call_set_verdict(f->trace, abi, nr) & EXPR_PASS;
}

bool filter_wants_unknown(const struct filter *f)
{
	return !f->trace || f->trace->unknown_pass;
}

bool filter_asks_track(const struct filter *f)
{
	return (f->trace && f->trace->asks_track) || inject_list_asks_track(&f->injections);
}

bool filter_injects(const struct filter *f, uint32_t what)
{
	return inject_list_does(&f->injections, what);
}

bool filter_injects_number(const struct filter *f, enum abi abi, uint32_t nr)
{
	return filter_wants_number(f, abi, nr) && inject_list_has_number(&f->injections, abi, nr);
}

const struct inject_rule *filter_injection(
	const struct filter *f, const struct event *enter, const struct track *t)
{
	if (f->trace && !call_set_has(f->trace, enter, t))
		return NULL;
	return inject_list_find(&f->injections, enter, t);
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
	if (ev->call.flags & CALL_HIDDEN)
		return false;
	if (f->trace && !call_set_has(f->trace, ev, t))
		return false;
	return f->status >> status_of(&ev->call) & 1;
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

bool filter_is_by_name(const struct filter *f)
{
	return f->status == ALL_STATUS && !filter_asks_track(f);
}

bool filter_is_empty(const struct filter *f)
{
	return !f->trace && f->status == ALL_STATUS && f->signals == ALL_SIGNALS;
}
