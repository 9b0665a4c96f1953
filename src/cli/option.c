#include "cli/option.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/macros.h"
#include "util/nearest.h"

bool option_is_end(const struct option *option)
{
	return option->kind != OPTION_SECTION && !option->letter && !option->name;
}

#define OPTIONS_FOREACH(it, table) for ((it) = (table); !option_is_end(it); (it)++)

const struct option *option_nearest(const struct option *table, const char *name)
{
	const struct option *option, *best = NULL;
	size_t best_distance = nearest_limit(name);

	OPTIONS_FOREACH(option, table)
	{
		size_t distance;

		if (!option->name || option->kind == OPTION_SECTION)
			continue;
		distance = nearest_distance(name, strlen(name), option->name, strlen(option->name));
		if (distance <= best_distance) {
			best = option;
			best_distance = distance ? distance - 1 : 0;
		}
	}
	return best;
}

/* What people type out of habit and what it is called here. */
static const char *habit_hint(char letter)
{
	switch (letter) {
	case 's': return "; strace's '-s N' is '--string-limit N' here";
	default: return "";
	}
}

/* "100MB", "4k", "512": SI multiples; a B behind them is allowed. */
static int parse_size(const char *text, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	uint64_t bytes;
	char *end;

	errno = 0;
	bytes = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || errno)
		return -EINVAL;
	if (*end) {
		const char *unit = strchr(units, toupper((unsigned char)*end));

		if (unit)
			end++;
		for (; unit && unit >= units; unit--)
			if (__builtin_mul_overflow(bytes, 1000u, &bytes))
				return -EINVAL;
		end += *end == 'B' || *end == 'b';
	}
	if (*end)
		return -EINVAL;
	*ret_bytes = bytes;
	return 0;
}

/* 64000 as 64K. */
static void print_size(char *ret, size_t cap, unsigned bytes)
{
	static const char *const units[] = {"", "K", "M", "G"};
	size_t unit = 0;

	for (; bytes && bytes % 1000 == 0 && unit + 1 < ARRAY_SIZE(units); unit++)
		bytes /= 1000;
	snprintf(ret, cap, "%u%s", bytes, units[unit]);
}

static int set_size(const struct option *option, const char *spelled, const char *value,
	uint64_t *ret_bytes, struct err *err)
{
	char min[16], max[16];
	uint64_t bytes;

	if (parse_size(value, &bytes) < 0)
		return err_set(err, -EINVAL, "%s: '%s' is not a size such as 512, 64K or 100MB",
			spelled, value);
	if (option->max && (bytes < option->min || bytes > option->max)) {
		print_size(min, sizeof(min), option->min);
		print_size(max, sizeof(max), option->max);
		return err_set(err, -EINVAL, "%s: '%s' is not a size from %s to %s", spelled, value,
			min, max);
	}
	*ret_bytes = bytes;
	return 0;
}

static int set(const struct option *option, const char *spelled, const char *value, void *config,
	struct err *err)
{
	void *slot = (char *)config + option->offset;

	switch (option->kind) {
	case OPTION_FLAG: *(bool *)slot = true; break;
	case OPTION_COUNT: ++*(unsigned *)slot; break;
	case OPTION_TEXT: *(const char **)slot = value; break;
	case OPTION_LIST: VEC_PUSH(&((struct option_list *)slot)->texts, value); break;
	case OPTION_NUMBER: {
		char *end;
		unsigned long number;

		errno = 0;
		number = strtoul(value, &end, 10);
		if (*value < '0' || *value > '9' || *end || errno || number > option->max)
			return err_set(err, -EINVAL, "%s: '%s' is not a number from 0 to %u",
				spelled, value, option->max);
		*(unsigned *)slot = (unsigned)number;
		break;
	}
	case OPTION_SIZE: return set_size(option, spelled, value, slot, err);
	case OPTION_SECTION: break;
	}
	return 0;
}

static int parse_long(
	const struct option *table, char **argv, int *at, void *config, struct err *err)
{
	const char *word = argv[*at], *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) - 2 : strlen(word) - 2;
	const struct option *option, *near;
	char name[64];

	OPTIONS_FOREACH(option, table)
	{
		if (!option->name || strlen(option->name) != len ||
			memcmp(option->name, word + 2, len))
			continue;
		if (value && !option->value)
			return err_set(err, -EINVAL, "--%s takes no value", option->name);
		if (value)
			value++;
		else if (option->value && !(value = argv[++*at]))
			return err_set(err, -EINVAL, "--%s needs a value: %s", option->name,
				option->value);
		return set(option, word, value, config, err);
	}
	snprintf(name, sizeof(name), "%.*s", (int)MIN(len, sizeof(name) - 1), word + 2);
	near = option_nearest(table, name);
	if (near)
		return err_set(err, -EINVAL, "unknown option '--%s'; did you mean '--%s'?", name,
			near->name);
	return err_set(err, -EINVAL, "unknown option '--%s'; see --help", name);
}

static int parse_letters(
	const struct option *table, char **argv, int *at, void *config, struct err *err)
{
	const char *letter = argv[*at] + 1;

	while (*letter) {
		const struct option *option, *found = NULL;
		char spelled[3] = {'-', *letter, 0};
		const char *value = NULL;
		int r;

		OPTIONS_FOREACH(option, table)
		if (option->letter == *letter)
			found = option;
		if (!found)
			return err_set(err, -EINVAL, "unknown option '-%c'%s; see --help", *letter,
				habit_hint(*letter));
		letter++;
		if (found->value) {
			value = *letter ? letter : argv[++*at];
			if (!value)
				return err_set(err, -EINVAL, "%s needs a value: %s", spelled,
					found->value);
			letter = "";
		}
		r = set(found, spelled, value, config, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int option_parse(const struct option *table, int argc, char **argv, bool stop_at_word, void *config,
	char **ret_words, struct err *err)
{
	int nr_words = 0, at = 1;

	for (; at < argc; at++) {
		int r = 0;

		if (!strcmp(argv[at], "--")) {
			at++;
			break;
		}
		if (argv[at][0] != '-' || !argv[at][1]) {
			if (stop_at_word)
				break;
			ret_words[nr_words++] = argv[at];
		} else if (argv[at][1] == '-') {
			r = parse_long(table, argv, &at, config, err);
		} else {
			r = parse_letters(table, argv, &at, config, err);
		}
		if (r < 0)
			return r;
	}
	for (; at < argc; at++)
		ret_words[nr_words++] = argv[at];
	ret_words[nr_words] = NULL;
	return nr_words;
}
