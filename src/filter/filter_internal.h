#pragma once
/* Between the files of filter/: the tree of a trace= expression, and words. */

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "event/calls.h"
#include "event/event.h"
#include "util/arena.h"
#include "util/vec.h"

struct err;
struct track;

/* Hostile text: longer, deeper or more is refused. */
#define FILTER_TEXT_MAX  65536
#define FILTER_DEPTH_MAX 64
#define FILTER_ITEMS_MAX 4096
#define FILTER_REGEX_MAX 32
#define FILTER_WORD_MAX  63

enum expr_kind {
	EXPR_ALL,
	EXPR_NONE,
	EXPR_CALL,
	EXPR_NUMBER,
	EXPR_CLASS,
	EXPR_REGEX,
	EXPR_LIST, /* of items, some negated */
	EXPR_AND,
	EXPR_OR,
};

struct expr {
	uint8_t kind; /* enum expr_kind */
	uint8_t abis; /* bit per enum abi, for which a leaf can match */
	bool negated; /* as an item of a list */
	struct expr *next;
	union {
		struct expr *first; /* LIST, AND, OR */
		uint32_t nr;
		const pcre2_code *regex; /* borrowed from the tree */
		struct {
			uint32_t classes;   /* enum call_class */
			uint32_t if_socket; /* likewise, for calls on a socket only */
			enum call_id id;    /* CALL, and CLASS for a call of the same name */
		} call;
	};
};

struct expr_tree {
	struct expr *root;
	struct arena arena;
	VEC(pcre2_code *) regexes; /* owned */
	pcre2_match_context *limits;
	pcre2_match_data *match;
	bool too_costly; /* a regex ran into its limits */
};

/* What an expression is asked about. */
struct expr_subject {
	enum abi abi;
	uint32_t nr;
	enum call_id id;
	uint32_t classes;
	const char *name;          /* NULL: some number that is in no table */
	const struct event *ev;    /* NULL: not at hand */
	const struct track *track; /* may be NULL */
};

/* The answer: without the event it may be both. */
enum expr_verdict {
	EXPR_PASS = 1,
	EXPR_FAIL = 2,
};

struct expr_tree *expr_tree_create(void);
void expr_tree_destroy(struct expr_tree *tree);

/*
 * The text of -e `key`= up to its end, or up to `stop` where it cannot belong to the expression;
 * `text` is left there. `tree` is fresh.
 */
int expr_parse(
	struct expr_tree *tree, const char *key, const char **text, char stop, struct err *err);

/* Fills in number, name (which may lie in `name_room`, 32 bytes) and classes. */
void expr_subject_init(struct expr_subject *s, enum abi abi, uint32_t nr, char *name_room);

unsigned expr_eval(struct expr_tree *tree, const struct expr *e, const struct expr_subject *s);

/* Which calls an expression means; by number it is worked out. */
struct call_set {
	struct expr_tree *tree;                /* owned */
	uint8_t by_nr[NR_ABIS][CALL_NR_LIMIT]; /* enum expr_verdict */
	bool unknown_pass;                     /* some number in no table may pass */
	bool asks_track;
};

/* As expr_parse. */
int call_set_parse(
	struct call_set **ret, const char *key, const char **text, char stop, struct err *err);
void call_set_destroy(struct call_set *s);

/* Of the number alone. */
unsigned call_set_verdict(const struct call_set *s, enum abi abi, uint32_t nr);
/* The tracker may be NULL. */
bool call_set_has(const struct call_set *s, const struct event *ev, const struct track *t);

/* Of a signal's name, with or without SIG, or number: its number less one, or -1; and back. */
#define NR_SIGNALS 64
int signal_bit_of(const char *word);
const char *signal_name_of(struct arena *a, int bit);

/* A comma list over up to 64 names, with `!`. `bit_of` returns 0-63, or -1 for an unknown word. */
struct word_set {
	const char *key;
	const char *what;
	uint64_t universe;
	int (*bit_of)(const char *word);
	const char *(*name_of)(struct arena *a, int bit);
};
int word_set_parse(const struct word_set *set, const char *text, uint64_t *ret, struct err *err);

/* The candidate nearest to a word that is in no list, however far it is. */
struct suggestion {
	const char *word;
	size_t distance;  /* of `best` */
	const char *best; /* borrowed from what was offered; NULL = nothing was */
};
void suggestion_offer(struct suggestion *s, const char *candidate);

/* Copies a word of letters, digits and `extra` from *at; 0 = none there, -E2BIG = too long. */
int word_take(const char **at, const char *extra, char ret[FILTER_WORD_MAX + 1]);
