#pragma once
/*
 * A seccomp filter that stops a task (SECCOMP_RET_TRACE) at the calls of interest and lets all
 * others run at full speed.
 */

#include <linux/filter.h>
#include <stdbool.h>

#include "event/calls.h"

/* What the stop of our filter carries: another value belongs to a filter of the program's own. */
enum { CALL_FILTER_MARK = 0x526e };

struct call_filter {
	struct sock_fprog prog; /* `filter` is owned */
};

/* `stop` by number; `stop_unknown` for numbers at or above CALL_NR_LIMIT. */
void call_filter_init(
	struct call_filter *f, const bool stop[NR_ABIS][CALL_NR_LIMIT], bool stop_unknown);
void call_filter_deinit(struct call_filter *f);

/* Whether this process may install one without no_new_privs, which would break setuid children. */
bool call_filter_permitted(void);
