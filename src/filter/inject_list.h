#pragma once
/* Inside filter/: all that was given of -e inject= and -e fault=. */

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "filter/inject.h"
#include "util/vec.h"

struct err;
struct injection;
struct track;

struct inject_list {
	VEC(struct injection *) items; /* owned */
};

void inject_list_deinit(struct inject_list *l);

/* `fault`: the text is fault='s. */
int inject_list_add(struct inject_list *l, bool fault, const char *text, struct err *err);

/* Whether a call of this number may be in a set; numbers in no table, as with strace, are in none.
 */
bool inject_list_has_number(const struct inject_list *l, enum abi abi, uint32_t nr);

/* Of several rules for a call the last one holds; NULL = there is none. */
const struct inject_rule *inject_list_find(
	const struct inject_list *l, const struct event *ev, const struct track *t);

/* Whether some set asks what the tracker knows. */
bool inject_list_asks_track(const struct inject_list *l);

/* Whether some rule does any of `what` (enum inject_what). */
bool inject_list_does(const struct inject_list *l, uint32_t what);
