#include "filter/filter_internal.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "util/err.h"
#include "util/nearest.h"

static size_t common_prefix(const char *a, const char *b)
{
	size_t len = 0;

	while (a[len] && a[len] == b[len])
		len++;
	return len;
}

static size_t distance(const char *a, const char *b)
{
	char lower[2][FILTER_WORD_MAX + 1] = {"", ""};

	if (strlen(a) > FILTER_WORD_MAX || strlen(b) > FILTER_WORD_MAX)
		return SIZE_MAX;
	for (size_t i = 0; a[i]; i++)
		lower[0][i] = (char)tolower((unsigned char)a[i]);
	for (size_t i = 0; b[i]; i++)
		lower[1][i] = (char)tolower((unsigned char)b[i]);
	return nearest_distance(lower[0], strlen(a), lower[1], strlen(b));
}

void suggestion_offer(struct suggestion *s, const char *candidate)
{
	size_t d = distance(s->word, candidate);

	if (s->best &&
		(d > s->distance || (d == s->distance && common_prefix(s->word, candidate) <=
								 common_prefix(s->word, s->best))))
		return;
	s->best = candidate;
	s->distance = d;
}

int word_take(const char **at, const char *extra, char ret[FILTER_WORD_MAX + 1])
{
	const char *from = *at;
	size_t len = 0;

	while (from[len] && (isalnum((unsigned char)from[len]) || strchr(extra, from[len])))
		len++;
	if (len > FILTER_WORD_MAX)
		return -E2BIG;
	memcpy(ret, from, len);
	ret[len] = '\0';
	*at = from + len;
	return len;
}

static int unknown_word(const struct word_set *set, const char *word, struct err *err)
{
	struct arena names = ARENA_INIT;
	struct suggestion nearest = {.word = word};
	int r;

	for (int bit = 0; bit < 64; bit++) {
		const char *name = set->universe >> bit & 1 ? set->name_of(&names, bit) : NULL;

		if (name)
			suggestion_offer(&nearest, name);
	}
	r = err_set(err, -EINVAL, "unknown %s '%s' in -e %s=; did you mean '%s'?", set->what, word,
		set->key, nearest.best ? nearest.best : "all");
	arena_deinit(&names);
	return r;
}

int word_set_parse(const struct word_set *set, const char *text, uint64_t *ret, struct err *err)
{
	uint64_t include = 0, exclude = 0;
	unsigned nr = 0, nr_negated = 0;
	bool first_negated = false, whole_negated;
	const char *at = text;

	for (;; at++) {
		char word[FILTER_WORD_MAX + 1];
		bool negated = false;
		uint64_t bits;
		int bit;

		for (; *at == '!'; at++)
			negated = !negated;
		if (word_take(&at, "_+-", word) <= 0)
			return err_set(err, -EINVAL, "-e %s=: expected a %s as item %u", set->key,
				set->what, nr + 1);
		if (!strcmp(word, "all"))
			bits = set->universe;
		else if (!strcmp(word, "none"))
			bits = 0;
		else if ((bit = set->bit_of(word)) >= 0)
			bits = UINT64_C(1) << bit;
		else
			return unknown_word(set, word, err);
		*(negated ? &exclude : &include) |= bits;
		if (!nr)
			first_negated = negated;
		nr++;
		nr_negated += negated;
		if (!*at)
			break;
		if (*at != ',')
			return err_set(
				err, -EINVAL, "-e %s=: expected ',' after '%s'", set->key, word);
	}
	/* filter.h tells how the two readings of `!a,b` are kept apart */
	whole_negated = first_negated && nr_negated == 1 && !(exclude & include);
	if (whole_negated || nr_negated == nr)
		*ret = set->universe & ~(include | exclude);
	else
		*ret = include & ~exclude;
	return 0;
}
