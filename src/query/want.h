#pragma once
/*
 * What a statement's conditions leave of a table: bounds for numbers, tests for names. Everything
 * that a condition can mean lies within; what lies outside no row can be.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "event/calls.h"
#include "query/sqlite.h"
#include "store/zone.h"
#include "util/buf.h"
#include "util/vec.h"

enum want_key {
	WANT_NOTHING, /* conditions on it are SQLite's business */
	WANT_TIME,    /* when a call began; of other events, when they happened */
	WANT_END,     /* when a call ended */
	WANT_DURATION,
	WANT_PID,
	WANT_TID,
	WANT_RESULT,
	WANT_ERRNO,
	WANT_UNFINISHED,
	NR_WANT_RANGES,
	WANT_NAME = NR_WANT_RANGES, /* names: of calls, or of kinds */
	WANT_FILE,
	WANT_ERROR, /* the name of an error: there is one */
	NR_WANT_KEYS
};

struct want_range {
	int64_t min, max; /* both included */
	bool given;
};

/* One condition on a name: it is one of these, or is like the first. */
struct want_name {
	enum want_key key; /* WANT_NAME, WANT_FILE */
	unsigned char op;  /* SQLITE_INDEX_CONSTRAINT_EQ, _LIKE, _GLOB */
	VEC(char *) texts; /* owned */
};

struct want {
	struct want_range ranges[NR_WANT_RANGES];
	VEC(struct want_name) names;
	bool failed;                              /* only calls that failed */
	bool nothing;                             /* no row at all */
	uint8_t verdicts[NR_ABIS][CALL_NR_LIMIT]; /* of calls: 0 = not asked yet, 1 no, 2 yes */
};

/* Everything. */
void want_init(struct want *w);
void want_deinit(struct want *w);

/* Whether conditions with this operator on such a column can be handed down. */
bool want_takes(enum want_key key, int op);

/* A condition more. `in`: `value` is the right side of IN. */
void want_add(struct want *w, enum want_key key, int op, sqlite3_value *value, bool in);

/* A condition that has no right side, or one that does not matter: the column is not NULL. */
void want_add_present(struct want *w, enum want_key key);

bool want_has_name(const struct want *w, enum want_key key, const char *name);
bool want_has_call(struct want *w, uint8_t abi, uint32_t nr);

static inline bool want_has(const struct want *w, enum want_key key, int64_t number)
{
	return number >= w->ranges[key].min && number <= w->ranges[key].max;
}

/* Whether a block may hold events of one of these kinds that are wanted. */
bool want_may_have(struct want *w, const struct store_zone *zone, uint64_t kinds);

/* What is wanted of an event; `kinds` as above. */
bool want_has_event(struct want *w, const struct event *ev, uint64_t kinds);
