#pragma once
/*
 * Filter expressions (-e, -z, -Z, -P): parsed once, asked about call numbers and bounds (what an
 * engine applies by itself, at once and cheaply) and about recorded events (everything else). All
 * give one meaning: what an engine drops on account of numbers and bounds, no event that it would
 * have been would have passed.
 *
 *	trace=LIST	which calls: names, classes, regular expressions and numbers, `a,b,%c,/x/`.
 *			`?name` may be unknown. `name@64`, `name@32` mean one ABI
 *	status=LIST	how they ended: successful, failed, unfinished, unavailable, detached
 *	fd=LIST		some argument is one of these descriptors
 *	path=LIST	some argument names a file that is like one of these patterns, or is a
 *			descriptor that stands for one
 *	duration>TIME	how long they took, also >= < <=
 *	signal=LIST	which signals; says nothing about calls and goes with no other key
 *	inject=, fault=	what is done to calls; goes with no other key; see filter/inject.h
 *
 * What has no key is a value of trace=. `&`, `|`, `!` and parentheses combine them, `,` binds
 * tightest, then `!` before a key, then `&`.
 *
 * `!` in lists: each item may be negated; what is excluded stays out wherever it stands; a list of
 * exclusions only means everything but those. strace instead reads one `!` at the front as "all but
 * the whole list". Both readings hold: if a list starts with its only `!` and that exclusion would
 * take nothing away from the rest (`!open,close`), it can only be meant as strace means it: all but
 * open and close. If it does take something away (`!close,file`, `!read,read`) it excludes just
 * that. In strace's reading that item would say nothing new, so nobody writes it for that.
 */

#include <stdbool.h>
#include <stdint.h>

#include "event/calls.h"
#include "event/event.h"

struct call_bounds;
struct err;
struct filter;
struct inject_rule;
struct track;

struct filter *filter_create(void);
void filter_destroy(struct filter *f);

/*
 * One -e argument. It replaces the earlier ones that use no key but keys which it uses itself; what
 * is left must all hold. On error the reason suggests the nearest name and the filter is as before.
 */
int filter_add(struct filter *f, const char *spec, struct err *err);

/*
 * The files of -P: of calls that name none of them, and have no descriptor that stands for one,
 * none passes. Names are taken as they are.
 */
int filter_add_path(struct filter *f, const char *path, struct err *err);

/* The same as a path= for filter_add; "" = there are none. Valid until the next filter_add_path. */
const char *filter_paths(struct filter *f);

/* Whether a call of this number can pass at all; `nr` may be in no table. */
bool filter_wants_number(const struct filter *f, enum abi abi, uint32_t nr);

/* Whether some number that is in no table might pass. */
bool filter_wants_unknown(const struct filter *f);

/*
 * What calls of this number must be like to pass, of what an engine can tell by itself; no call
 * outside the bounds passes. `nr` is below CALL_NR_LIMIT.
 */
void filter_bounds(const struct filter *f, enum abi abi, uint32_t nr, struct call_bounds *ret);

/* Whether filter_match can tell more with a tracker. */
bool filter_asks_track(const struct filter *f);

/* Whether it asks how long calls took. */
bool filter_asks_times(const struct filter *f);

/* Bit signo - 1 of those that pass; others than 1 to 64 always do. */
uint64_t filter_signals(const struct filter *f);

/*
 * Whether this event passes; an entry does only if the call will, however it ends. Kinds that the
 * filter does not speak of pass; calls that were recorded for the tracker only (CALL_HIDDEN) do
 * not. The tracker, which must have seen the event already, tells whether a descriptor is a socket
 * (bare `network`); without it (NULL), or where it does not know, the descriptor is taken for one.
 * It tells as well what descriptors and relative paths mean; without it path= knows paths as given.
 */
bool filter_match(const struct filter *f, const struct event *ev, const struct track *t);

/* Whether anything of `what` (bits of enum inject_what) is to be done to calls. */
bool filter_injects(const struct filter *f, uint32_t what);

/* Whether anything may be done to calls of this number; what does not pass is left alone. */
bool filter_injects_number(const struct filter *f, enum abi abi, uint32_t nr);

/*
 * What is to be done to a call that was just entered (an EV_CALL_ENTER with its captures), if its
 * turn has come; NULL = nothing. How calls end is no matter. Lives as long as the filter.
 */
const struct inject_rule *filter_injection(
	const struct filter *f, const struct event *enter, const struct track *t);

/* True when filter_wants_number tells of every call whether it passes. */
bool filter_is_by_name(const struct filter *f);

/* True when everything passes. */
bool filter_is_empty(const struct filter *f);
