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

bool list_take_mark(const char **at, struct list_marks *marks)
{
	bool negated = false;

	for (; **at == '!' || **at == ' ' || **at == '\t'; ++*at)
		negated ^= **at == '!';
	if (!marks->nr++)
		marks->first_negated = negated;
	marks->nr_negated += negated;
	return negated;
}

bool list_means_all_but(const struct list_marks *marks, bool overlap)
{
	return marks->nr_negated == marks->nr ||
	       (marks->first_negated && marks->nr_negated == 1 && !overlap);
}

int word_set_parse(const struct word_set *set, const char **at, uint64_t *ret, struct err *err)
{
	uint64_t include = 0, exclude = 0;
	struct list_marks marks = {0};

	for (;; ++*at) {
		bool negated = list_take_mark(at, &marks);
		char word[FILTER_WORD_MAX + 1];
		uint64_t bits;
		int bit;

		if (word_take(at, "_+-", word) <= 0)
			return err_set(err, -EINVAL, "-e %s=: expected a %s as item %u", set->key,
				set->what, marks.nr);
		if (!strcmp(word, "all"))
			bits = set->universe;
		else if (!strcmp(word, "none"))
			bits = 0;
		else if ((bit = set->bit_of(word)) >= 0)
			bits = UINT64_C(1) << bit;
		else
			return unknown_word(set, word, err);
		*(negated ? &exclude : &include) |= bits;
		if (**at != ',')
			break;
	}
	if (list_means_all_but(&marks, exclude & include))
		*ret = set->universe & ~(include | exclude);
	else
		*ret = include & ~exclude;
	return 0;
}
