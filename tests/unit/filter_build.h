#pragma once
/* Filters for tests. */

#include <string.h>

#include "filter/filter.h"
#include "util/err.h"

static inline void add_to_filter(struct filter *f, const char *spec)
{
	struct err err = {0};

	if (filter_add(f, spec, &err) < 0)
		fail_msg("'%s': %s", spec, err.text);
}

static inline struct filter *filter_of(const char *spec)
{
	struct filter *f = filter_create();

	add_to_filter(f, spec);
	return f;
}

/* In one line, which says this. */
static inline void check_refused(struct filter *f, const char *spec, const char *reason)
{
	struct err err = {0};

	if (filter_add(f, spec, &err) >= 0)
		fail_msg("'%s' was accepted", spec);
	if (err.code >= 0 || !strstr(err.text, reason))
		fail_msg("'%s': '%s'", spec, err.text);
	assert_null(strchr(err.text, '\n'));
}
