#pragma once
/* Between the files of filter/: the tree of an expression, its keys, words. */

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdbool.h>
#include <stdint.h>

#include "decode/row.h"
#include "event/call_bounds.h"
#include "event/calls.h"
#include "event/event.h"
#include "util/arena.h"
#include "util/vec.h"

struct err;
struct filter;
struct track;

/* Hostile text: longer, deeper or more is refused. */
#define FILTER_TEXT_MAX  65536
#define FILTER_DEPTH_MAX 64
#define FILTER_ITEMS_MAX 4096
#define FILTER_REGEX_MAX 32
#define FILTER_WORD_MAX  63

enum status_bit {
	STATUS_SUCCESSFUL,
	STATUS_FAILED,
	STATUS_UNFINISHED,
	STATUS_UNAVAILABLE, /* strace: it could not fetch the result; ours always can */
	STATUS_DETACHED,
	NR_STATUS_BITS
};

enum expr_kind {
	EXPR_ALL,
	EXPR_NONE,
	EXPR_CALL,
	EXPR_NUMBER,
	EXPR_CLASS,
	EXPR_REGEX,
	EXPR_STATUS,
	EXPR_DURATION,
	EXPR_FD,   /* some descriptor among the arguments is in the set */
	EXPR_PATH, /* some path, or what some descriptor stands for, is */
	EXPR_LIST, /* of items, some negated */
	EXPR_AND,
	EXPR_OR,
};

/* What a list with `!` says of one of its elements: it is in `in` (or that is empty and there are
 * exclusions only), and not in `out`. */
struct fd_set_of {
	const int32_t *fds; /* in the tree's arena */
	uint32_t nr;
	bool inverted; /* those that are not in `fds` */
};

struct path_set {
	const char *const *in; /* patterns; in the tree's arena, like the next */
	const char *const *out;
	uint32_t nr_in, nr_out;
	bool all; /* in place of `in` */
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
		uint64_t status; /* bits of enum status_bit */
		struct {
			uint64_t min_ns, max_ns; /* both included; one of them is no limit */
			bool never;
		} duration;
		struct fd_set_of fd;
		struct path_set path;
	};
};

struct expr_tree {
	struct expr *root;
	struct arena arena;
	VEC(pcre2_code *) regexes; /* owned */
	pcre2_match_context *limits;
	pcre2_match_data *match;
	uint32_t keys;   /* bit per enum filter_key_id that it uses */
	bool asks_track; /* some leaf can tell more with a tracker */
	bool too_costly; /* a regex ran into its limits */
};

/* What an expression is asked about. */
struct expr_subject {
	enum abi abi;
	uint32_t nr;
	enum call_id id;
	uint32_t classes;
	struct syscall_row_files files;
	const char *name;          /* NULL: some number that is in no table */
	const struct event *ev;    /* NULL: not at hand */
	const struct track *track; /* may be NULL */
};

/* The answer: without the event, or at entry, it may be both. */
enum expr_verdict {
	EXPR_PASS = 1,
	EXPR_FAIL = 2,
};

unsigned expr_verdict_not(unsigned v);
unsigned expr_verdict_and(unsigned a, unsigned b);
unsigned expr_verdict_or(unsigned a, unsigned b);

struct expr_tree *expr_tree_create(void);
void expr_tree_destroy(struct expr_tree *tree);

/*
 * The text of -e `key`= up to its end, or up to `stop` where it cannot belong to the expression;
 * `text` is left there. `tree` is fresh.
 */
int expr_parse(
	struct expr_tree *tree, const char *key, const char **text, char stop, struct err *err);

/* Fills in number, name (which may lie in `name_room`, 32 bytes), classes and files. */
void expr_subject_init(struct expr_subject *s, enum abi abi, uint32_t nr, char *name_room);

unsigned expr_eval(struct expr_tree *tree, const struct expr *e, const struct expr_subject *s);

/* Which calls an expression means; by number it is worked out. */
struct call_set {
	struct expr_tree *tree;                /* owned */
	uint8_t by_nr[NR_ABIS][CALL_NR_LIMIT]; /* enum expr_verdict */
	bool unknown_pass;                     /* some number in no table may pass */
};

/* As expr_parse. */
int call_set_parse(
	struct call_set **ret, const char *key, const char **text, char stop, struct err *err);
void call_set_destroy(struct call_set *s);

/* Of the number alone: enum expr_verdict. */
unsigned call_set_verdict(const struct call_set *s, enum abi abi, uint32_t nr);
/* Of a call; of an entry it may be both. The tracker may be NULL. */
unsigned call_set_judge(const struct call_set *s, const struct event *ev, const struct track *t);

/* What the calls must be in: each of these; NULL past the last. */
const struct call_set *filter_set(const struct filter *f, size_t at);

/* Of a signal's name, with or without SIG, or number: its number less one, or -1; and back. */
#define NR_SIGNALS 64
int signal_bit_of(const char *word);
const char *signal_name_of(struct arena *a, int bit);

/* files.c: what the arguments of a call stand for. */

/* Whether the call has descriptors in memory: poll, select. */
bool subject_has_fd_lists(const struct expr_subject *s);

/*
 * Whether `test` says so of some descriptor among the arguments, also of those in the lists of poll
 * and select. `if_unseen`: the answer when there are some that were not recorded.
 */
bool subject_any_fd(const struct expr_subject *s, bool if_unseen,
	bool (*test)(const struct expr_subject *s, int32_t fd, const void *with), const void *with);

/* The calls that count as `network` only when a socket is meant. */
bool subject_touches_socket(const struct expr_subject *s);

bool subject_matches_paths(const struct expr_subject *s, const struct path_set *set);

/* The keys of -e: one row each, in keys.c. */

enum filter_key_id {
	KEY_TRACE,
	KEY_STATUS,
	KEY_FD,
	KEY_PATH,
	KEY_DURATION,
	KEY_SIGNAL,
	KEY_INJECT,
	KEY_FAULT,
	KEY_PATH_OPTION, /* no key: -P */
};

struct parser {
	const char *at;
	const char *key; /* as in -e KEY= */
	char stop;       /* ends the text, too; '\0' = nothing else does */
	struct expr_tree *tree;
	unsigned depth;
	unsigned nr_items;
	struct err *err;
};

struct filter_key {
	const char *name;
	enum filter_key_id id;
	bool alias;            /* another spelling: not in the list of keys */
	const char *operators; /* what may follow the name */
	bool at_end;           /* what it says is known only when a call has ended */
	/*
	 * A key that speaks of calls, and goes with others in expressions: makes a leaf of what
	 * follows the name, from the operator to the end of the value. NULL for trace=, whose value
	 * is what stands without a key, and for the next.
	 */
	int (*leaf)(struct parser *p, const struct filter_key *key, struct expr **ret);
	/* A key that does not, and has an -e of its own: gets all that follows the `=`. */
	int (*set)(struct filter *f, const char *value, struct err *err);
};

/* The length of the word that `text` begins with if an operator comes behind it; else 0. */
size_t filter_key_len(const char *text);
const char *filter_key_operator(const char *after_name);

/* NULL with the reason if there is no such key, or it does not go with that operator. */
const struct filter_key *filter_key_find(const char *text, size_t len, struct err *err);

struct expr *expr_new(struct parser *p, enum expr_kind kind);
void parser_skip_blanks(struct parser *p);

/* filter.c, for keys that have an -e of their own */
int filter_set_signals(struct filter *f, const char *value, struct err *err);
int filter_add_inject(struct filter *f, const char *value, struct err *err);
int filter_add_fault(struct filter *f, const char *value, struct err *err);

/* Lists with `!`, of any kind of element. */
struct list_marks {
	unsigned nr, nr_negated;
	bool first_negated;
};

/* Takes the `!`s in front of the next element; true = it is excluded. */
bool list_take_mark(const char **at, struct list_marks *marks);

/* Whether there are exclusions only: all but those. `overlap`: of what is excluded something is
 * included too. filter.h tells of the two readings of `!a,b`. */
bool list_means_all_but(const struct list_marks *marks, bool overlap);

/* A comma list over up to 64 names, with `!`. `bit_of` returns 0-63, or -1 for an unknown word. */
struct word_set {
	const char *key;
	const char *what;
	uint64_t universe;
	int (*bit_of)(const char *word);
	const char *(*name_of)(struct arena *a, int bit);
};
/* Up to what can be no part of it. */
int word_set_parse(const struct word_set *set, const char **at, uint64_t *ret, struct err *err);

/* The candidate nearest to a word that is in no list, however far it is. */
struct suggestion {
	const char *word;
	size_t distance;  /* of `best` */
	const char *best; /* borrowed from what was offered; NULL = nothing was */
};
void suggestion_offer(struct suggestion *s, const char *candidate);

/* Copies a word of letters, digits and `extra` from *at; 0 = none there, -E2BIG = too long. */
int word_take(const char **at, const char *extra, char ret[FILTER_WORD_MAX + 1]);
