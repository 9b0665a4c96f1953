#include "filter/inject.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "decode/decode.h"
#include "filter/filter_internal.h"
#include "filter/inject_list.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/duration.h"
#include "util/err.h"

/* Each is asked about each call it may concern. */
#define RULES_MAX 256

#define FIRST_MAX 65535
#define LAST_MAX  65534
#define ARGS_MAX  7

/* One -e inject=. */
struct injection {
	struct call_set *set; /* owned */
	struct inject_rule rule;
	struct arena arena; /* of the pokes */
};

static void injection_destroy(struct injection *in)
{
	if (!in)
		return;
	call_set_destroy(in->set);
	arena_deinit(&in->arena);
	free(in);
}

/* A decimal number from *at on; 0 = there is none, or it is above `max`. */
static uint32_t take_number(const char **at, uint32_t max)
{
	uint64_t number = 0;

	for (; isdigit((unsigned char)**at); (*at)++)
		number = MIN(number * 10 + (uint64_t)(**at - '0'), UINT32_MAX);
	return number <= max ? (uint32_t)number : 0;
}

/* An errno by name, its case is no matter; 0 = unknown. */
static int errno_by_name(const char *word)
{
	for (int error = 1; error <= ERRNO_MAX; error++) {
		const char *name = decode_errno_name(error);

		if (name && !strcasecmp(name, word))
			return error;
	}
	return 0;
}

static int unknown_errno(const char *word, struct err *err)
{
	struct suggestion nearest = {.word = word};

	for (int error = 1; error <= ERRNO_MAX; error++)
		if (decode_errno_name(error))
			suggestion_offer(&nearest, decode_errno_name(error));
	return err_set(err, -EINVAL,
		"error=%.63s is neither an error's name nor a number from 1 to %d; did you mean '%s'?",
		word, ERRNO_MAX, nearest.best);
}

static int set_error(struct injection *in, const char *value, struct err *err)
{
	const char *at = value;
	uint32_t error = take_number(&at, ERRNO_MAX);

	if (at == value)
		error = (uint32_t)errno_by_name(value);
	else if (*at)
		error = 0;
	if (!error)
		return unknown_errno(value, err);
	in->rule.result = -(int64_t)error;
	return 0;
}

static int set_retval(struct injection *in, const char *value, struct err *err)
{
	bool negative = *value == '-';
	char *end;
	uint64_t number;

	errno = 0;
	number = strtoull(value + negative, &end, 0);
	if (!isdigit((unsigned char)value[negative]) || *end || errno ||
		(negative && number > (uint64_t)INT64_MAX + 1))
		return err_set(err, -EINVAL,
			"retval=%.63s is no number of 64 bits (decimal, 0x... or 0...)", value);
	in->rule.result = (int64_t)(negative ? 0 - number : number);
	return 0;
}

static int unknown_signal(const char *word, struct err *err)
{
	struct suggestion nearest = {.word = word};
	struct arena names = ARENA_INIT;
	int r;

	for (int bit = 0; bit < NR_SIGNALS; bit++)
		suggestion_offer(&nearest, signal_name_of(&names, bit));
	r = err_set(err, -EINVAL,
		"signal=%.63s is neither a signal's name nor a number from 1 to %d; did you mean "
		"'%s'?",
		word, NR_SIGNALS, nearest.best);
	arena_deinit(&names);
	return r;
}

static int set_signal(struct injection *in, const char *value, struct err *err)
{
	int bit = signal_bit_of(value);

	if (bit < 0)
		return unknown_signal(value, err);
	in->rule.signo = bit + 1;
	return 0;
}

static int set_syscall(struct injection *in, const char *value, struct err *err)
{
	enum call_id id = call_id_by_name(value, strlen(value));
	const struct syscall_row *row = syscall_row_of(id);
	struct suggestion nearest = {.word = value};

	if (row && syscall_row_classes(row) & CLASS_PURE) {
		in->rule.instead = id;
		return 0;
	}
	for (int other = 1; other < NR_CALL_IDS; other++) {
		row = syscall_row_of((enum call_id)other);
		if (row && syscall_row_classes(row) & CLASS_PURE)
			suggestion_offer(&nearest, call_name((enum call_id)other));
	}
	return err_set(err, -EINVAL,
		"syscall=%.63s is no call without effects (%%pure); did you mean '%s'?", value,
		nearest.best);
}

static int set_delay(const char *key, const char *value, uint64_t *ret_ns, struct err *err)
{
	int r = duration_parse(value, ret_ns);

	if (r == -ERANGE)
		return err_set(err, r, "%s=%.63s is too long", key, value);
	if (r < 0)
		return err_set(err, r,
			"%s=%.63s is no time: a number with s, ms, us or ns behind it (without: us)",
			key, value);
	return 0;
}

static int set_delay_enter(struct injection *in, const char *value, struct err *err)
{
	return set_delay("delay_enter", value, &in->rule.delay_enter_ns, err);
}

static int set_delay_exit(struct injection *in, const char *value, struct err *err)
{
	return set_delay("delay_exit", value, &in->rule.delay_exit_ns, err);
}

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* "@argN=HEX" from *at on. */
static int take_poke(struct arena *a, const char **at, struct inject_poke *ret)
{
	const char *from = *at, *hex;
	size_t len = 0;
	uint8_t *bytes;

	if (strncmp(from, "@arg", 4) || from[4] < '1' || from[4] > '0' + ARGS_MAX || from[5] != '=')
		return -EINVAL;
	hex = from + 6;
	while (hex_digit(hex[len]) >= 0)
		len++;
	if (!len || len % 2)
		return -EINVAL;
	bytes = arena_alloc(a, len / 2);
	for (size_t i = 0; i < len; i += 2)
		bytes[i / 2] = (uint8_t)(hex_digit(hex[i]) << 4 | hex_digit(hex[i + 1]));
	*ret = (struct inject_poke){
		.arg = (uint8_t)(from[4] - '1'), .bytes = bytes, .len = len / 2};
	*at = hex + len;
	return 0;
}

static int set_pokes(struct injection *in, uint32_t what, const char *value, struct err *err)
{
	struct inject_poke *pokes =
		arena_calloc(&in->arena, in->rule.nr_pokes + ARGS_MAX, sizeof(*pokes));
	size_t nr = in->rule.nr_pokes;
	uint32_t seen = 0;

	if (nr)
		memcpy(pokes, in->rule.pokes, nr * sizeof(*pokes));
	for (const char *at = value;; at++) {
		int r = take_poke(&in->arena, &at, &pokes[nr]);

		if (r < 0 || (*at && *at != ','))
			return err_set(err, -EINVAL,
				"poke_%s: expected @argN=HEX, N from 1 to %d and two digits a byte, "
				"not '%.63s'",
				what == INJECT_POKE_ENTER ? "enter" : "exit", ARGS_MAX, at);
		if (seen >> pokes[nr].arg & 1)
			return err_set(err, -EINVAL, "poke_%s: @arg%d is given twice",
				what == INJECT_POKE_ENTER ? "enter" : "exit", pokes[nr].arg + 1);
		seen |= 1u << pokes[nr].arg;
		pokes[nr++].what = (uint8_t)what;
		if (!*at || !at[1])
			break;
	}
	in->rule.pokes = pokes;
	in->rule.nr_pokes = nr;
	return 0;
}

static int set_poke_enter(struct injection *in, const char *value, struct err *err)
{
	return set_pokes(in, INJECT_POKE_ENTER, value, err);
}

static int set_poke_exit(struct injection *in, const char *value, struct err *err)
{
	return set_pokes(in, INJECT_POKE_EXIT, value, err);
}

static int set_when(struct injection *in, const char *value, struct err *err)
{
	struct inject_rule *rule = &in->rule;
	const char *at = value;

	rule->first = take_number(&at, FIRST_MAX);
	rule->last = rule->step = 0;
	if (rule->first && !strncmp(at, "..", 2)) {
		at += 2;
		rule->step = 1;
		rule->last = take_number(&at, LAST_MAX);
		if (rule->last < rule->first)
			rule->first = 0;
	}
	if (rule->first && *at == '+') {
		at++;
		rule->step = *at ? take_number(&at, FIRST_MAX) : 1;
		if (!rule->step)
			rule->first = 0;
	}
	if (rule->first && !*at)
		return 0;
	return err_set(err, -EINVAL,
		"when=%.63s is not FIRST[..LAST][+[STEP]], with FIRST and STEP from 1 to %d and LAST "
		"from FIRST to %d",
		value, FIRST_MAX, LAST_MAX);
}

/* What may stand behind the set. */
static const struct inject_key {
	const char *name;
	uint32_t what;     /* enum inject_what; 0 = it qualifies only, and the last one wins */
	uint32_t excludes; /* what may not be there, too */
	bool in_fault;
	int (*set)(struct injection *in, const char *value, struct err *err);
} inject_keys[] = {
	{"error", INJECT_ERROR, INJECT_RETVAL, true, set_error},
	{"retval", INJECT_RETVAL, INJECT_ERROR, false, set_retval},
	{"signal", INJECT_SIGNAL, 0, false, set_signal},
	{"syscall", INJECT_SYSCALL, 0, true, set_syscall},
	{"delay_enter", INJECT_DELAY_ENTER, 0, false, set_delay_enter},
	{"delay_exit", INJECT_DELAY_EXIT, 0, false, set_delay_exit},
	{"poke_enter", INJECT_POKE_ENTER, 0, false, set_poke_enter},
	{"poke_exit", INJECT_POKE_EXIT, 0, false, set_poke_exit},
	{"when", 0, 0, true, set_when},
};

static int unknown_key(const char *word, bool fault, struct err *err)
{
	struct suggestion nearest = {.word = word};

	for (size_t i = 0; i < ARRAY_SIZE(inject_keys); i++)
		if (!fault || inject_keys[i].in_fault)
			suggestion_offer(&nearest, inject_keys[i].name);
	return err_set(err, -EINVAL,
		"'%.63s' is nothing that can be asked for; did you mean '%s='?", word,
		nearest.best);
}

/* One part between colons. */
static int apply(struct injection *in, bool fault, char *part, struct err *err)
{
	char *value = strchr(part, '=');
	size_t len = value ? (size_t)(value - part) : strlen(part);

	part[len] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(inject_keys); i++) {
		const struct inject_key *key = &inject_keys[i];

		if (strcmp(key->name, part))
			continue;
		if (fault && !key->in_fault)
			return err_set(err, -EINVAL,
				"only error=, syscall= and when= belong here; %s= is one of -e inject=",
				part);
		if (!value)
			return err_set(err, -EINVAL, "'%s' needs a value: %s=...", part, part);
		if (in->rule.what & key->what)
			return err_set(err, -EINVAL, "%s= is given twice", part);
		if (in->rule.what & key->excludes)
			return err_set(err, -EINVAL, "error= and retval= exclude each other");
		in->rule.what |= key->what;
		return key->set(in, value + 1, err);
	}
	return unknown_key(part, fault, err);
}

static int check_whole(struct injection *in, bool fault, struct err *err)
{
	const uint32_t results = INJECT_ERROR | INJECT_RETVAL;

	if (fault && !(in->rule.what & INJECT_ERROR)) {
		in->rule.what |= INJECT_ERROR;
		in->rule.result = -ENOSYS;
	}
	if (in->rule.what & INJECT_SYSCALL && !(in->rule.what & results))
		return err_set(err, -EINVAL, "syscall= needs error= or retval= beside it");
	if (!in->rule.what)
		return err_set(err, -EINVAL,
			"what is to be done to the calls? Say error=, retval=, signal=, delay_enter=, "
			"delay_exit=, poke_enter= or poke_exit=");
	return 0;
}

static int parse_rule(struct injection *in, bool fault, const char *text, struct err *err)
{
	CLEANUP_FREE char *copy = xstrdup(text);
	char *rest = copy, *part;
	int r = 0;

	in->rule.first = in->rule.step = 1;
	while (r >= 0 && (part = strsep(&rest, ":")))
		if (*part)
			r = apply(in, fault, part, err);
	return r < 0 ? r : check_whole(in, fault, err);
}

int inject_list_add(struct inject_list *l, bool fault, const char *text, struct err *err)
{
	const char *key = fault ? "fault" : "inject";
	struct injection *in = xcalloc(1, sizeof(*in));
	struct err reason = {0};
	int r = call_set_parse(&in->set, key, &text, ':', err);

	if (r >= 0) {
		r = parse_rule(in, fault, text, &reason);
		if (r < 0)
			err_set(err, r, "-e %s=: %s", key, reason.text);
	}
	if (r >= 0 && l->items.len == RULES_MAX)
		r = err_set(err, -E2BIG, "-e %s=: more than %d of them", key, RULES_MAX);
	if (r < 0) {
		injection_destroy(in);
		return r;
	}
	VEC_PUSH(&l->items, in);
	return 0;
}

void inject_list_deinit(struct inject_list *l)
{
	struct injection **in;

	VEC_FOREACH (in, &l->items)
		injection_destroy(*in);
	VEC_DEINIT(&l->items);
}

bool inject_list_has_number(const struct inject_list *l, enum abi abi, uint32_t nr)
{
	struct injection *const *in;

	if (call_id_of(abi, nr) == CALL_NONE)
		return false;
	VEC_FOREACH (in, &l->items)
		if (call_set_verdict((*in)->set, abi, nr) & EXPR_PASS)
			return true;
	return false;
}

const struct inject_rule *inject_list_find(
	const struct inject_list *l, const struct event *ev, const struct track *t)
{
	if (call_id_of((enum abi)ev->call.abi, ev->call.nr) == CALL_NONE)
		return NULL;
	for (size_t i = l->items.len; i-- > 0;)
		if (call_set_judge(l->items.data[i]->set, ev, t) & EXPR_PASS)
			return &l->items.data[i]->rule;
	return NULL;
}

bool inject_list_asks_track(const struct inject_list *l)
{
	struct injection *const *in;

	VEC_FOREACH (in, &l->items)
		if ((*in)->set->tree->asks_track)
			return true;
	return false;
}

bool inject_list_does(const struct inject_list *l, uint32_t what)
{
	struct injection *const *in;

	VEC_FOREACH (in, &l->items)
		if ((*in)->rule.what & what)
			return true;
	return false;
}

bool inject_is_due(const struct inject_rule *rule, uint64_t nth)
{
	if (nth < rule->first || (rule->last && nth > rule->last))
		return false;
	return rule->step ? (nth - rule->first) % rule->step == 0 : nth == rule->first;
}
