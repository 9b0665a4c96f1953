/* The keys of -e, and how their values are read. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "filter/filter_internal.h"
#include "util/buf.h"
#include "util/duration.h"
#include "util/err.h"

/* status= */

static const char *const status_names[NR_STATUS_BITS] = {
	[STATUS_SUCCESSFUL] = "successful",
	[STATUS_FAILED] = "failed",
	[STATUS_UNFINISHED] = "unfinished",
	[STATUS_UNAVAILABLE] = "unavailable",
	[STATUS_DETACHED] = "detached",
};

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
	.universe = (UINT64_C(1) << NR_STATUS_BITS) - 1,
	.bit_of = status_bit_of,
	.name_of = status_name_of,
};

static int parse_status(struct parser *p, const struct filter_key *key, struct expr **ret)
{
	struct expr *e = expr_new(p, EXPR_STATUS);

	p->at++;
	*ret = e;
	return word_set_parse(&status_words, &p->at, &e->status, p->err);
}

/* fd= */

typedef VEC(int32_t) fd_vec;

static bool has_fd(const fd_vec *fds, int32_t fd)
{
	for (size_t i = 0; i < fds->len; i++)
		if (fds->data[i] == fd)
			return true;
	return false;
}

static int take_fd(struct parser *p, int32_t *ret)
{
	char word[FILTER_WORD_MAX + 1], *end;
	long fd;

	if (word_take(&p->at, "_-", word) <= 0)
		return err_set(p->err, -EINVAL, "-e fd=: expected the number of a descriptor");
	fd = strtol(word, &end, 10);
	if (!isdigit((unsigned char)*word) || *end || strlen(word) > 10 || fd > INT32_MAX)
		return err_set(p->err, -EINVAL,
			"-e fd=: '%s' is not the number of a descriptor, such as 3", word);
	*ret = (int32_t)fd;
	return 0;
}

static int take_fds(struct parser *p, struct list_marks *marks, fd_vec *in, fd_vec *out)
{
	for (;; p->at++) {
		bool negated = list_take_mark(&p->at, marks);
		int32_t fd = 0;
		int r;

		if (++p->nr_items > FILTER_ITEMS_MAX)
			return err_set(p->err, -E2BIG, "-e %s=: more than %d items", p->key,
				FILTER_ITEMS_MAX);
		r = take_fd(p, &fd);
		if (r < 0)
			return r;
		VEC_PUSH(negated ? out : in, fd);
		if (*p->at != ',')
			return 0;
	}
}

static bool vecs_overlap(const fd_vec *in, const fd_vec *out)
{
	for (size_t i = 0; i < out->len; i++)
		if (has_fd(in, out->data[i]))
			return true;
	return false;
}

static int parse_fd(struct parser *p, const struct filter_key *key, struct expr **ret)
{
	struct expr *e = expr_new(p, EXPR_FD);
	struct list_marks marks = {0};
	fd_vec in = {0}, out = {0};
	int32_t *fds;
	int r;

	p->at++;
	r = take_fds(p, &marks, &in, &out);
	if (r >= 0) {
		e->fd.inverted = list_means_all_but(&marks, vecs_overlap(&in, &out));
		fds = arena_calloc(&p->tree->arena, in.len + out.len, sizeof(*fds));
		for (size_t i = 0; i < in.len; i++)
			if (e->fd.inverted || !has_fd(&out, in.data[i]))
				fds[e->fd.nr++] = in.data[i];
		for (size_t i = 0; e->fd.inverted && i < out.len; i++)
			fds[e->fd.nr++] = out.data[i];
		e->fd.fds = fds;
		*ret = e;
	}
	VEC_DEINIT(&in);
	VEC_DEINIT(&out);
	return r;
}

/* path= */

typedef VEC(const char *) pattern_vec;

/* Up to what can be no part of it, unless a backslash stands before it. */
static const char *take_pattern(struct parser *p)
{
	const char *from = p->at;

	while (*p->at && *p->at != p->stop && !strchr(",&|() \t", *p->at))
		p->at += *p->at == '\\' && p->at[1] ? 2 : 1;
	return p->at == from ? NULL : arena_strndup(&p->tree->arena, from, (size_t)(p->at - from));
}

static bool patterns_overlap(const pattern_vec *in, const pattern_vec *out)
{
	for (size_t i = 0; i < out->len; i++)
		for (size_t j = 0; j < in->len; j++)
			if (!strcmp(out->data[i], in->data[j]))
				return true;
	return false;
}

static int take_patterns(
	struct parser *p, struct list_marks *marks, pattern_vec *in, pattern_vec *out)
{
	for (;; p->at++) {
		bool negated = list_take_mark(&p->at, marks);
		const char *pattern = take_pattern(p);

		if (!pattern)
			return err_set(
				p->err, -EINVAL, "-e path=: expected a path, such as /etc/*");
		if (++p->nr_items > FILTER_ITEMS_MAX)
			return err_set(p->err, -E2BIG, "-e %s=: more than %d items", p->key,
				FILTER_ITEMS_MAX);
		VEC_PUSH(negated ? out : in, pattern);
		if (*p->at != ',')
			return 0;
	}
}

static const char *const *keep(struct arena *a, const pattern_vec *patterns, uint32_t *ret_nr)
{
	const char **ret = arena_calloc(a, patterns->len + 1, sizeof(*ret));

	for (size_t i = 0; i < patterns->len; i++)
		ret[i] = patterns->data[i];
	*ret_nr = (uint32_t)patterns->len;
	return ret;
}

static int parse_path(struct parser *p, const struct filter_key *key, struct expr **ret)
{
	struct expr *e = expr_new(p, EXPR_PATH);
	struct list_marks marks = {0};
	pattern_vec in = {0}, out = {0};
	int r;

	p->at++;
	p->tree->asks_track = true;
	r = take_patterns(p, &marks, &in, &out);
	if (list_means_all_but(&marks, patterns_overlap(&in, &out))) {
		for (size_t i = 0; i < in.len; i++)
			VEC_PUSH(&out, in.data[i]);
		in.len = 0;
		e->path.all = true;
	}
	e->path.in = keep(&p->tree->arena, &in, &e->path.nr_in);
	e->path.out = keep(&p->tree->arena, &out, &e->path.nr_out);
	VEC_DEINIT(&in);
	VEC_DEINIT(&out);
	*ret = e;
	return r;
}

/* duration> */

static int bad_unit(struct parser *p, const char *unit)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	struct suggestion nearest = {.word = unit};

	if (!*unit)
		return err_set(p->err, -EINVAL, "-e duration: a unit is missing: ns, us, ms or s");
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		suggestion_offer(&nearest, units[i]);
	return err_set(p->err, -EINVAL, "unknown unit '%s' in -e duration; did you mean '%s'?",
		unit, nearest.best);
}

static int take_time(struct parser *p, uint64_t *ret_ns)
{
	char number[FILTER_WORD_MAX + 1], unit[FILTER_WORD_MAX + 1], text[2 * sizeof(number)];
	int r;

	parser_skip_blanks(p);
	*number = *unit = '\0';
	if (isdigit((unsigned char)*p->at)) {
		size_t len = strspn(p->at, "0123456789.");

		snprintf(number, sizeof(number), "%.*s", (int)MIN(len, sizeof(number)), p->at);
		p->at += len;
	}
	if (!*number)
		return err_set(p->err, -EINVAL, "-e duration: expected a time, as in >1.5ms");
	parser_skip_blanks(p);
	if (word_take(&p->at, "", unit) <= 0)
		return bad_unit(p, unit);
	snprintf(text, sizeof(text), "%s%s", number, unit);
	r = duration_parse(text, ret_ns);
	if (r == -ERANGE)
		return err_set(p->err, r, "-e duration: %s is too long a time", text);
	if (r < 0 && number[strspn(number, "0123456789")] == '.' &&
		strchr(strchr(number, '.') + 1, '.'))
		return err_set(p->err, r, "-e duration: '%s' is not a number", number);
	return r < 0 ? bad_unit(p, unit) : 0;
}

static int parse_duration(struct parser *p, const struct filter_key *key, struct expr **ret)
{
	struct expr *e = expr_new(p, EXPR_DURATION);
	char operator= * p->at++;
	bool equal = *p->at == '=';
	uint64_t ns = 0;
	int r;

	p->at += equal;
	r = take_time(p, &ns);
	if (r < 0)
		return r;
	e->duration.max_ns = UINT64_MAX;
	if (operator== '>')
		e->duration.min_ns = ns + !equal;
	else if (!equal && !ns)
		e->duration.never = true;
	else
		e->duration.max_ns = ns - !equal;
	*ret = e;
	return 0;
}

/* The table */

static const struct filter_key keys[] = {
	{"trace", KEY_TRACE, .operators = "="},
	{"t", KEY_TRACE, .operators = "=", .alias = true},
	{"status", KEY_STATUS, .operators = "=", .at_end = true, .leaf = parse_status},
	{"fd", KEY_FD, .operators = "=", .leaf = parse_fd},
	{"fds", KEY_FD, .operators = "=", .leaf = parse_fd, .alias = true},
	{"trace-fd", KEY_FD, .operators = "=", .leaf = parse_fd, .alias = true},
	{"trace-fds", KEY_FD, .operators = "=", .leaf = parse_fd, .alias = true},
	{"path", KEY_PATH, .operators = "=", .leaf = parse_path},
	{"duration", KEY_DURATION, .operators = "<>", .at_end = true, .leaf = parse_duration},
	{"signal", KEY_SIGNAL, .operators = "=", .set = filter_set_signals},
	{"signals", KEY_SIGNAL, .operators = "=", .set = filter_set_signals, .alias = true},
	{"s", KEY_SIGNAL, .operators = "=", .set = filter_set_signals, .alias = true},
	{"inject", KEY_INJECT, .operators = "=", .set = filter_add_inject},
	{"fault", KEY_FAULT, .operators = "=", .set = filter_add_fault},
};

/* Not keys, but somebody will try them. */
static const struct {
	const char *name, *instead;
} other_keys[] = {
	{"read", NULL},
	{"write", NULL},
	{"abbrev", "-v"},
	{"verbose", "-v"},
	{"raw", "--raw"},
	{"quiet", "-q"},
	{"decode-fds", "-y and -yy"},
};

const char *filter_key_operator(const char *after_name)
{
	const char *at = after_name + strspn(after_name, " \t");

	return *at ? at : "?";
}

size_t filter_key_len(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || text[len] == '_' || text[len] == '-')
		len++;
	return strchr("=<>", *filter_key_operator(text + len)) ? len : 0;
}

static bool is_name(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && !strncmp(name, text, len);
}

/* "trace=, status=, duration<> and signal=" */
static void list_keys(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		bool last = true;

		if (keys[i].alias)
			continue;
		for (size_t j = i + 1; j < ARRAY_SIZE(keys); j++)
			last &= keys[j].alias;
		if (out->len)
			buf_adds(out, last ? " and " : ", ");
		buf_adds(out, keys[i].name);
		buf_adds(out, keys[i].operators);
	}
}

static int unknown_key(const char *text, size_t len, struct err *err)
{
	char word[FILTER_WORD_MAX + 1] = "";
	struct suggestion nearest = {.word = word};
	struct buf list = BUF_INIT;
	const char *instead = NULL;
	bool other = false;

	memcpy(word, text, MIN(len, (size_t)FILTER_WORD_MAX));
	list_keys(&list);
	for (size_t i = 0; i < ARRAY_SIZE(other_keys) && !other; i++) {
		other = is_name(other_keys[i].name, text, len);
		instead = other_keys[i].instead;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		suggestion_offer(&nearest, keys[i].name);
	if (!other)
		err_set(err, -EINVAL, "unknown key '%s' in -e; did you mean '%s'? The keys are %s",
			word, nearest.best, buf_cstr(&list));
	else if (instead)
		err_set(err, -EINVAL, "no key '%s' in -e: that is %s here; the keys are %s", word,
			instead, buf_cstr(&list));
	else
		err_set(err, -EINVAL, "-e cannot filter by '%s' in this version; the keys are %s",
			word, buf_cstr(&list));
	buf_deinit(&list);
	return -EINVAL;
}

const struct filter_key *filter_key_find(const char *text, size_t len, struct err *err)
{
	char operator= * filter_key_operator(text + len);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!is_name(keys[i].name, text, len))
			continue;
		if (strchr(keys[i].operators, operator))
			return &keys[i];
		if (*keys[i].operators == '=')
			err_set(err, -EINVAL, "-e %s: expected '=', not '%c'",
				keys[i].name, operator);
		else
			err_set(err, -EINVAL, "-e %s: expected '<', '<=', '>' or '>=', not '%c'",
				keys[i].name, operator);
		return NULL;
	}
	unknown_key(text, len, err);
	return NULL;
}
