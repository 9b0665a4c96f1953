#pragma once
/*
 * What is to be done to calls, as -e inject= and -e fault= say it:
 *
 *	inject=SET[:error=ERRNO|:retval=VALUE][:syscall=NAME][:signal=SIG][:delay_enter=TIME]
 *		[:delay_exit=TIME][:poke_enter=@argN=HEX,...][:poke_exit=...][:when=EXPR]
 *	fault=SET[:error=ERRNO][:syscall=NAME][:when=EXPR]
 *
 * EXPR is FIRST[..LAST][+[STEP]], counted per task and call.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/calls.h"

enum inject_what {
	INJECT_ERROR = 1,
	INJECT_RETVAL = 2,
	INJECT_SIGNAL = 4,
	INJECT_DELAY_ENTER = 8,
	INJECT_DELAY_EXIT = 16,
	INJECT_POKE_ENTER = 32,
	INJECT_POKE_EXIT = 64,
	INJECT_SYSCALL = 128,
	INJECT_ANYTHING = 255,
};

/* What is written to the memory an argument points to. */
struct inject_poke {
	uint8_t arg;          /* counted from 0 */
	uint8_t what;         /* INJECT_POKE_ENTER or INJECT_POKE_EXIT */
	const uint8_t *bytes; /* borrowed */
	size_t len;
};

struct inject_rule {
	uint32_t what;        /* bits of enum inject_what */
	int64_t result;       /* ERROR (negative errno), RETVAL */
	enum call_id instead; /* SYSCALL: what runs in place of nothing */
	int signo;
	uint64_t delay_enter_ns, delay_exit_ns;
	const struct inject_poke *pokes; /* borrowed */
	size_t nr_pokes;
	uint32_t first, step; /* step 0: that one call only */
	uint32_t last;        /* 0 = there is none */
};

/* Whether the `nth` call, counted from 1, is one that the rule is for. */
bool inject_is_due(const struct inject_rule *rule, uint64_t nth);
