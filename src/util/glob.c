#include "util/glob.h"

#include <stddef.h>

/* One of a set, which begins with a backslash where the pattern takes it as it is. */
static unsigned char take_member(const char **at)
{
	if (**at == '\\' && (*at)[1])
		++*at;
	return (unsigned char)*(*at)++;
}

/* The set behind a `[`; NULL = it has no end and is no set. */
static const char *match_set(const char *at, unsigned char c, bool *ret_found)
{
	bool inverted = *at == '!' || *at == '^', found = false;
	const char *first;

	at += inverted;
	for (first = at; *at && (*at != ']' || at == first);) {
		unsigned char low = take_member(&at), high = low;

		if (*at == '-' && at[1] && at[1] != ']') {
			at++;
			high = take_member(&at);
		}
		found |= low <= c && c <= high;
	}
	if (*at != ']')
		return NULL;
	*ret_found = found != inverted;
	return at + 1;
}

/* Whether the first of the pattern, which is no star, takes `c`; then moves past it. */
static bool match_one(const char **pattern, unsigned char c)
{
	const char *at = *pattern, *end;
	bool found;

	if (*at == '[' && (end = match_set(at + 1, c, &found))) {
		*pattern = end;
		return found;
	}
	if (*at == '\\' && at[1])
		at++;
	else if (*at == '?')
		c = '?';
	if (!*at || (unsigned char)*at != c)
		return false;
	*pattern = at + 1;
	return true;
}

bool glob_match(const char *pattern, const char *text)
{
	/* behind the last star, and where what it takes ends so far: only that one need give way */
	const char *star = NULL, *taken = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			taken = text;
		} else if (match_one(&pattern, (unsigned char)*text)) {
			text++;
		} else if (star) {
			pattern = star;
			text = ++taken;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
