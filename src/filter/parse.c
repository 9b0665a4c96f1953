/*
 * The text of -e, or what else takes calls, to a tree:
 *
 *	expr := both ('|' both)*
 *	both := term ('&' term)*
 *	term := '!'* key operator value | '!'* 'trace=' list | list
 *	list := item (',' item)*
 *	item := '!'* ('(' expr ')' | '?'? (regex | word))
 *
 * The values of the other keys are read in keys.c.
 */

#include "filter/filter_internal.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "decode/row.h"
#include "util/err.h"

#define ALL_ABIS ((1u << NR_ABIS) - 1)

struct class_name {
	const char *name;
	uint32_t strict;    /* %name; 0 = there is no such form */
	uint32_t bare;      /* name; 0 = a bare name is the call's */
	uint32_t if_socket; /* what the bare name has on top, for calls on a socket */
};

static const struct class_name class_names[] = {
	{"file", CLASS_FILE, CLASS_FILE | CLASS_WIDE_FILE},
	{"desc", CLASS_DESC, CLASS_DESC},
	{"network", CLASS_NETWORK, CLASS_NETWORK, CLASS_WIDE_NETWORK},
	{"net", CLASS_NETWORK, CLASS_NETWORK, CLASS_WIDE_NETWORK},
	{"process", CLASS_PROCESS, CLASS_PROCESS | CLASS_WIDE_PROCESS},
	{"memory", CLASS_MEMORY, CLASS_MEMORY | CLASS_WIDE_MEMORY},
	{"signal", CLASS_SIGNAL, CLASS_SIGNAL},
	{"ipc", CLASS_IPC, CLASS_IPC},
	{"creds", CLASS_CREDS, CLASS_CREDS},
	{"clock", CLASS_CLOCK, CLASS_CLOCK},
	{"time", CLASS_TIME, CLASS_TIME},
	{"io_uring", CLASS_IO_URING, CLASS_IO_URING},
	{"pure", CLASS_PURE, CLASS_PURE},
	/* what libc's stat() calls is newfstatat, which %stat does not have */
	{"stat", CLASS_STAT, CLASS_STAT | CLASS_STAT_LIKE},
	{"lstat", CLASS_LSTAT},
	{"fstat", CLASS_FSTAT},
	{"statfs", CLASS_STATFS},
	{"fstatfs", CLASS_FSTATFS},
	{"%stat", CLASS_STAT_LIKE},
	{"%statfs", CLASS_STATFS_LIKE},
};

struct expr *expr_new(struct parser *p, enum expr_kind kind)
{
	struct expr *e = arena_calloc(&p->tree->arena, 1, sizeof(*e));

	e->kind = kind;
	e->abis = ALL_ABIS;
	return e;
}

void parser_skip_blanks(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t')
		p->at++;
}

static int expected(struct parser *p, const char *what)
{
	unsigned char c = *p->at;

	if (!c)
		return err_set(p->err, -EINVAL, "-e %s=: expected %s at the end", p->key, what);
	if (!isprint(c))
		return err_set(
			p->err, -EINVAL, "-e %s=: expected %s, not \\x%02x", p->key, what, c);
	return err_set(p->err, -EINVAL, "-e %s=: expected %s, not '%c'", p->key, what, c);
}

static bool ends_item(const struct parser *p, char c)
{
	return !c || c == p->stop || strchr(",&|) \t", c);
}

/*
 * The end of a regex that starts at `from`: a slash after which an item may end. strace writes no
 * closing slash; then it ends at the next comma.
 */
static const char *regex_end(const struct parser *p, const char *from, bool *ret_closed)
{
	for (const char *at = from; *at; at++) {
		if (*at == '\\' && at[1])
			at++;
		else if (*at == '/' && ends_item(p, at[1])) {
			*ret_closed = true;
			return at;
		}
	}
	*ret_closed = false;
	return from + strcspn(from, (const char[]){',', p->stop, '\0'});
}

static int parse_regex(struct parser *p, struct expr **ret)
{
	const char *from = p->at + 1;
	struct expr *e = expr_new(p, EXPR_REGEX);
	PCRE2_SIZE offset;
	pcre2_code *code;
	const char *end;
	bool closed;
	int error;

	end = regex_end(p, from, &closed);
	if (end == from)
		return err_set(p->err, -EINVAL, "-e %s=: the regular expression is empty", p->key);
	if (p->tree->regexes.len == FILTER_REGEX_MAX)
		return err_set(p->err, -E2BIG, "-e %s=: more than %d regular expressions", p->key,
			FILTER_REGEX_MAX);
	code = pcre2_compile(
		(PCRE2_SPTR)from, end - from, PCRE2_NEVER_BACKSLASH_C, &error, &offset, NULL);
	if (!code) {
		PCRE2_UCHAR reason[128];

		pcre2_get_error_message(error, reason, sizeof(reason));
		return err_set(p->err, -EINVAL, "-e %s=: bad regular expression at offset %zu: %s",
			p->key, offset, (char *)reason);
	}
	VEC_PUSH(&p->tree->regexes, code);
	e->regex = code;
	p->at = end + closed;
	*ret = e;
	return 0;
}

static const struct class_name *class_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(class_names); i++)
		if (!strcmp(class_names[i].name, name))
			return &class_names[i];
	return NULL;
}

static int unknown_name(struct parser *p, const char *word)
{
	struct suggestion nearest = {.word = word};

	for (int id = 1; id < NR_CALL_IDS; id++)
		suggestion_offer(&nearest, call_name(id));
	for (size_t i = 0; i < ARRAY_SIZE(class_names); i++)
		if (class_names[i].bare)
			suggestion_offer(&nearest, class_names[i].name);
	return err_set(p->err, -EINVAL, "unknown system call '%s' in -e %s=; did you mean '%s'?",
		word, p->key, nearest.best);
}

static int unknown_class(struct parser *p, const char *word)
{
	struct suggestion nearest = {.word = word};

	for (size_t i = 0; i < ARRAY_SIZE(class_names); i++)
		suggestion_offer(&nearest, class_names[i].name);
	return err_set(p->err, -EINVAL, "unknown class '%%%s' in -e %s=; did you mean '%%%s'?",
		word, p->key, nearest.best);
}

static bool is_number(const char *word)
{
	return *word && word[strspn(word, "0123456789")] == '\0' && strlen(word) <= 9;
}

/* What a word without % stands for; false = nothing. */
static bool name_leaf(struct expr_tree *tree, struct expr *e, const char *word)
{
	const struct class_name *class = class_by_name(word);

	if (!strcmp(word, "all")) {
		e->kind = EXPR_ALL;
	} else if (!strcmp(word, "none")) {
		e->kind = EXPR_NONE;
	} else if (is_number(word)) {
		e->kind = EXPR_NUMBER;
		e->nr = (uint32_t)strtoul(word, NULL, 10);
	} else {
		e->call.id = call_id_by_name(word, strlen(word));
		e->kind = EXPR_CALL;
		if (class && class->bare) {
			e->kind = EXPR_CLASS;
			e->call.classes = class->bare;
			e->call.if_socket = class->if_socket;
			tree->asks_track |= class->if_socket;
		} else if (e->call.id == CALL_NONE) {
			return false;
		}
	}
	return true;
}

static int parse_word(struct parser *p, bool lenient, struct expr **ret)
{
	struct expr *e = expr_new(p, EXPR_NONE);
	char word[FILTER_WORD_MAX + 1], suffix[FILTER_WORD_MAX + 1];
	bool is_class = *p->at == '%';
	int r;

	p->at += is_class;
	r = word_take(&p->at, "_%", word);
	if (r == -E2BIG)
		return err_set(
			p->err, -EINVAL, "-e %s=: no system call has a name that long", p->key);
	if (r == 0)
		return expected(p, is_class ? "a class" : "a system call");
	if (is_class) {
		const struct class_name *class = class_by_name(word);

		if (class) {
			e->kind = EXPR_CLASS;
			e->call.classes = class->strict;
		} else if (!lenient) {
			return unknown_class(p, word);
		}
	} else if (!name_leaf(p->tree, e, word) && !lenient) {
		return unknown_name(p, word);
	}
	if (*p->at == '@') {
		p->at++;
		if (word_take(&p->at, "", suffix) <= 0)
			return expected(p, "64 or 32");
		if (!strcmp(suffix, "64"))
			e->abis = 1u << ABI_X86_64;
		else if (!strcmp(suffix, "32"))
			e->abis = 1u << ABI_I386;
		else
			return err_set(p->err, -EINVAL, "-e %s=: '@%s' is unknown; use @64 or @32",
				p->key, suffix);
	}
	*ret = e;
	return 0;
}

static int parse_expr(struct parser *p, struct expr **ret);

static int parse_parentheses(struct parser *p, struct expr **ret)
{
	struct expr *inner, *list;
	int r;

	p->at++;
	if (++p->depth > FILTER_DEPTH_MAX)
		return err_set(p->err, -E2BIG, "-e %s=: more than %d parentheses deep", p->key,
			FILTER_DEPTH_MAX);
	r = parse_expr(p, &inner);
	if (r < 0)
		return r;
	p->depth--;
	if (*p->at != ')')
		return expected(p, "')'");
	p->at++;
	/* an item of its own, so that what it is negated by does not mix with the inside */
	list = expr_new(p, EXPR_LIST);
	list->first = inner;
	*ret = list;
	return 0;
}

static int count_item(struct parser *p)
{
	if (++p->nr_items > FILTER_ITEMS_MAX)
		return err_set(
			p->err, -E2BIG, "-e %s=: more than %d items", p->key, FILTER_ITEMS_MAX);
	return 0;
}

/* The `!`s in front of something. */
static bool take_negation(struct parser *p)
{
	bool negated = false;

	for (parser_skip_blanks(p); *p->at == '!'; parser_skip_blanks(p)) {
		negated = !negated;
		p->at++;
	}
	return negated;
}

static int parse_item(struct parser *p, struct expr **ret)
{
	bool negated = take_negation(p), lenient;
	int r = count_item(p);

	if (r < 0)
		return r;
	if (filter_key_len(p->at))
		return err_set(p->err, -EINVAL,
			"-e %s=: '%.*s' is a key of its own: join it with '&' or '|', not ','",
			p->key, (int)MIN(filter_key_len(p->at), (size_t)FILTER_WORD_MAX), p->at);
	lenient = *p->at == '?';
	p->at += lenient;
	if (*p->at == '(')
		r = parse_parentheses(p, ret);
	else if (*p->at == '/')
		r = parse_regex(p, ret);
	else
		r = parse_word(p, lenient, ret);
	if (r < 0)
		return r;
	(*ret)->negated = negated;
	parser_skip_blanks(p);
	return 0;
}

/* One or more of `part`, separated by `separator`, as the operands of one node. */
static int parse_chain(struct parser *p, enum expr_kind kind, char separator,
	int (*part)(struct parser *p, struct expr **ret), struct expr **ret)
{
	struct expr *chain = expr_new(p, kind), **tail = &chain->first;

	for (;;) {
		int r = part(p, tail);

		if (r < 0)
			return r;
		tail = &(*tail)->next;
		if (*p->at != separator)
			break;
		p->at++;
	}
	/* a chain of one is that one; but a list also says what a lone `!` means */
	*ret = kind != EXPR_LIST && !chain->first->next ? chain->first : chain;
	return 0;
}

static bool overlaps(struct expr_tree *tree, const struct expr *a, const struct expr *others)
{
	for (int abi = 0; abi < NR_ABIS; abi++) {
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
			struct expr_subject s;
			char room[32];

			expr_subject_init(&s, abi, nr, room);
			if (s.id == CALL_NONE || !(expr_eval(tree, a, &s) & EXPR_PASS))
				continue;
			for (const struct expr *e = others; e; e = e->next)
				if (expr_eval(tree, e, &s) & EXPR_PASS)
					return true;
		}
	}
	return false;
}

/* strace's `!a,b`: all but the whole list. filter.h tells when it is meant. */
static void negate_whole_list(struct expr_tree *tree, struct expr *list)
{
	struct expr *first = list->first, *e;

	if (!first->negated || !first->next)
		return;
	for (e = first->next; e; e = e->next)
		if (e->negated)
			return;
	if (overlaps(tree, first, first->next))
		return;
	for (e = first->next; e; e = e->next)
		e->negated = true;
}

static int parse_list(struct parser *p, struct expr **ret)
{
	int r = parse_chain(p, EXPR_LIST, ',', parse_item, ret);

	p->tree->keys |= 1u << KEY_TRACE;
	if (r >= 0)
		negate_whole_list(p->tree, *ret);
	return r;
}

static int parse_keyed(struct parser *p, size_t key_len, struct expr **ret)
{
	const struct filter_key *key = filter_key_find(p->at, key_len, p->err);
	int r = key ? count_item(p) : -EINVAL;

	if (r < 0)
		return r;
	if (key->set)
		return err_set(p->err, -EINVAL,
			"-e %s=: %s= says nothing about calls; give it an -e of its own", p->key,
			key->name);
	if (key->at_end && p->stop)
		return err_set(p->err, -EINVAL,
			"-e %s=: what is to be said by '%s' is not known when a call begins",
			p->key, key->name);
	p->tree->keys |= 1u << key->id;
	p->at = filter_key_operator(p->at + key_len);
	if (key->leaf) {
		r = key->leaf(p, key, ret);
	} else {
		p->at++;
		r = parse_list(p, ret);
	}
	parser_skip_blanks(p);
	return r;
}

static int parse_term(struct parser *p, struct expr **ret)
{
	const char *from = p->at;
	bool negated = take_negation(p);
	size_t key_len = filter_key_len(p->at);
	struct expr *list;
	int r;

	if (!key_len) {
		p->at = from; /* of a list, it concerns the first item */
		return parse_list(p, ret);
	}
	r = parse_keyed(p, key_len, ret);
	if (r < 0 || !negated)
		return r;
	list = expr_new(p, EXPR_LIST);
	list->first = *ret;
	list->first->negated = true;
	*ret = list;
	return 0;
}

static int parse_both(struct parser *p, struct expr **ret)
{
	return parse_chain(p, EXPR_AND, '&', parse_term, ret);
}

static int parse_expr(struct parser *p, struct expr **ret)
{
	return parse_chain(p, EXPR_OR, '|', parse_both, ret);
}

int expr_parse(
	struct expr_tree *tree, const char *key, const char **text, char stop, struct err *err)
{
	struct parser p = {.at = *text, .key = key, .stop = stop, .tree = tree, .err = err};
	int r;

	if (strlen(*text) > FILTER_TEXT_MAX)
		return err_set(err, -E2BIG, "-e %s=: longer than %d bytes", key, FILTER_TEXT_MAX);
	r = parse_expr(&p, &tree->root);
	if (r < 0)
		return r;
	if (*p.at && *p.at != stop)
		return expected(&p, "',', '&' or '|'");
	*text = p.at;
	return 0;
}
