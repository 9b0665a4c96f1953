/* Filter text: lines of the input are -e arguments, or behind "-P " paths, one after the other. */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event/call_bounds.h"
#include "filter/filter.h"
#include "filter/inject.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rule for a call that may have none, or none that can be followed, must not come out. */
static void check_injection(const struct filter *f, const struct event *ev)
{
	const struct inject_rule *rule = filter_injection(f, ev, NULL);

	if (!rule)
		return;
	if (ev->call.nr < CALL_NR_LIMIT &&
		!filter_injects_number(f, (enum abi)ev->call.abi, ev->call.nr))
		abort();
	if (!rule->what || !filter_injects(f, rule->what) || !rule->first ||
		(rule->last && rule->last < rule->first) || rule->signo < 0 || rule->signo > 64 ||
		!inject_is_due(rule, rule->first) || inject_is_due(rule, rule->first - 1))
		abort();
	for (size_t i = 0; i < rule->nr_pokes; i++)
		if (!rule->pokes[i].len || rule->pokes[i].arg > 6)
			abort();
}

/* What passes must lie within the bounds. */
static void check_bounds(const struct filter *f, const struct event *ev)
{
	const struct event_call *call = &ev->call;
	struct call_bounds bounds;

	if (call->nr >= CALL_NR_LIMIT)
		return;
	filter_bounds(f, (enum abi)call->abi, call->nr, &bounds);
	if (!call_bounds_enter(&bounds, call->args) ||
		!call_bounds_exit(&bounds, call->ret, true, ev->time_ns - call->enter_ns))
		abort();
}

/* All answers must have one meaning. */
static void check(const struct filter *f)
{
	struct event ev = {.kind = EV_CALL, .pid = 1, .tid = 1, .time_ns = 5000000};

	for (unsigned abi = 0; abi < NR_ABIS; abi++) {
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT + 8; nr++) {
			ev.call.abi = (uint8_t)abi;
			ev.call.nr = nr;
			ev.call.ret = nr % 3 ? 1 : -(int)nr;
			ev.call.enter_ns = nr * 10000;
			for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
				ev.call.args[i] = nr * 7 % 11 + i;
			if (filter_match(f, &ev, NULL)) {
				if (!filter_wants_number(f, abi, nr))
					abort();
				check_bounds(f, &ev);
			}
			if (call_id_of(abi, nr) == CALL_NONE && filter_wants_number(f, abi, nr) &&
				!filter_wants_unknown(f))
				abort();
			check_injection(f, &ev);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter *f = filter_create();

	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) : size;
		char *spec = malloc(len + 1);
		struct err err = {0};

		if (!spec)
			abort();
		memcpy(spec, data, len);
		spec[len] = '\0';
		if ((strncmp(spec, "-P ", 3) ? filter_add(f, spec, &err)
					     : filter_add_path(f, spec + 3, &err)) < 0 &&
			(!err.code || strchr(err.text, '\n')))
			abort();
		free(spec);
		len += !!end;
		data += len;
		size -= len;
	}
	check(f);
	filter_destroy(f);
	return 0;
}
