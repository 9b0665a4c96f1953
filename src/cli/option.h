#pragma once
/*
 * Options as tables: one row per option says how it is spelled, what it sets and how --help, the
 * man page check and shell completion know it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/vec.h"

struct err;

enum option_kind {
	OPTION_FLAG,   /* bool at `offset` */
	OPTION_COUNT,  /* unsigned: how often given */
	OPTION_TEXT,   /* const char *: the last one wins */
	OPTION_LIST,   /* struct option_list: all of them */
	OPTION_NUMBER, /* unsigned, decimal, `max` at most */
	/* uint64_t, bytes: a number with K, M or G behind it, powers of 1000; `min` to `max` */
	OPTION_SIZE,
	OPTION_SECTION, /* not an option: a heading in --help */
};

typedef VEC(const char *) option_list_storage;
struct option_list {
	option_list_storage texts; /* borrowed texts */
};

struct option {
	enum option_kind kind;
	char letter;       /* 0 = none */
	const char *name;  /* without dashes; NULL = only the letter */
	const char *value; /* what --help calls its value; NULL = takes none */
	const char *help;  /* one line */
	size_t offset;     /* of what it sets in the configuration */
	unsigned max;      /* OPTION_NUMBER; OPTION_SIZE, 0 = any */
	unsigned min;      /* OPTION_SIZE */
	bool common;       /* in --help; the others in --help-all only */
	/* completion: NULL, "file", "command", "pid", or alternatives separated by spaces */
	const char *completes;
};

#define OPTION_END                                                                                 \
	{                                                                                          \
		OPTION_FLAG, 0, NULL, NULL, NULL, 0, 0, 0, false, NULL                             \
	}

/* Neither letter nor name nor heading: the end of a table. */
bool option_is_end(const struct option *option);

/*
 * Reads options of `table` from argv[1...] into `config`. With `stop_at_word` the first word that
 * is no option ends them (and belongs to a command); without, words may stand anywhere; `--` ends
 * the options in both. Returns the number of words put into `ret_words` (room for argc; NULL-
 * terminated), or a negative errno with a reason that says what would be right.
 */
int option_parse(const struct option *table, int argc, char **argv, bool stop_at_word, void *config,
	char **ret_words, struct err *err);

/* Edit distance, for suggestions. */
const struct option *option_nearest(const struct option *table, const char *name);
