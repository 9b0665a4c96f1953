#include "test.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cli/option.h"
#include "util/err.h"

struct config {
	bool flag, other;
	unsigned count, number;
	const char *text;
	struct option_list list;
	uint64_t size, room;
};

#define AT(field) offsetof(struct config, field)

static const struct option table[] = {
	{OPTION_SECTION, .help = "Things"},
	{OPTION_FLAG, 'f', "follow", NULL, "", AT(flag)},
	{OPTION_FLAG, 'T', "timing", NULL, "", AT(other)},
	{OPTION_COUNT, 't', NULL, NULL, "", AT(count)},
	{OPTION_TEXT, 'o', "output", "FILE", "", AT(text)},
	{OPTION_LIST, 'e', "expr", "SPEC", "", AT(list)},
	{OPTION_NUMBER, 0, "limit", "N", "", AT(number), .max = 100},
	{OPTION_SIZE, 0, "size", "SIZE", "", AT(size)},
	{OPTION_SIZE, 0, "room", "SIZE", "", AT(room), .min = 64000, .max = 256000000},
	OPTION_END,
};

struct parsed {
	struct config config;
	struct err err;
	char *words[16];
	int nr;
};

static struct parsed parse(bool stop_at_word, const char *const *argv)
{
	struct parsed p = {0};
	int argc = 0;

	while (argv[argc])
		argc++;
	p.nr = option_parse(table, argc, (char **)argv, stop_at_word, &p.config, p.words, &p.err);
	return p;
}

#define PARSE(stop, ...) parse(stop, (const char *[]){"renacer", __VA_ARGS__, NULL})

TEST(letters_combine_and_take_values_either_way)
{
	struct parsed p = PARSE(true, "-fTo", "x", "-ttt", "-ofile", "-e", "a", "-eb", "ls", "-l");

	assert_int_equal(p.nr, 2);
	assert_true(p.config.flag && p.config.other);
	assert_int_equal(p.config.count, 3);
	assert_string_equal(p.config.text, "file");
	assert_int_equal(p.config.list.texts.len, 2);
	assert_string_equal(p.config.list.texts.data[1], "b");
	assert_string_equal(p.words[0], "ls");
	assert_string_equal(p.words[1], "-l");
	assert_null(p.words[2]);
	VEC_DEINIT(&p.config.list.texts);
}

TEST(long_names_take_values_either_way)
{
	struct parsed p = PARSE(true, "--output=a=b", "--limit", "7", "--", "--follow");

	assert_int_equal(p.nr, 1);
	assert_string_equal(p.config.text, "a=b");
	assert_int_equal(p.config.number, 7);
	assert_false(p.config.flag);
	assert_string_equal(p.words[0], "--follow");
}

TEST(words_permute_for_subcommands)
{
	struct parsed p = PARSE(false, "file", "-f", "-", "--", "-T");

	assert_int_equal(p.nr, 3);
	assert_true(p.config.flag);
	assert_false(p.config.other);
	assert_string_equal(p.words[1], "-");
	assert_string_equal(p.words[2], "-T");
}

TEST(sizes_take_units)
{
	static const struct {
		const char *word;
		uint64_t expected;
	} rows[] = {
		{"--size=512", 512},
		{"--size=4k", 4000},
		{"--size=100MB", 100000000},
		{"--size=2G", 2000000000},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(PARSE(true, rows[i].word).config.size, rows[i].expected);
	assert_int_equal(PARSE(true, "--room=64K").config.room, 64000);
	assert_int_equal(PARSE(true, "--room=256M").config.room, 256000000);
}

TEST(mistakes_say_what_would_be_right)
{
	static const struct {
		const char *word;
		const char *expected;
	} rows[] = {
		{"--folow", "unknown option '--folow'; did you mean '--follow'?"},
		{"--zzzzzzz", "unknown option '--zzzzzzz'; see --help"},
		{"-s", "unknown option '-s'; strace's '-s N' is '--string-limit N' here; see --help"},
		{"--follow=1", "--follow takes no value"},
		{"--output", "--output needs a value: FILE"},
		{"-o", "-o needs a value: FILE"},
		{"--limit=101", "--limit=101: '101' is not a number from 0 to 100"},
		{"--limit=-1", "--limit=-1: '-1' is not a number from 0 to 100"},
		{"--size=5x", "--size=5x: '5x' is not a size such as 512, 64K or 100MB"},
		{"--size=20000000T",
			"--size=20000000T: '20000000T' is not a size such as 512, 64K or 100MB"},
		{"--room=63K", "--room=63K: '63K' is not a size from 64K to 256M"},
		{"--room=0", "--room=0: '0' is not a size from 64K to 256M"},
		{"--room=1G", "--room=1G: '1G' is not a size from 64K to 256M"},
		{"--limit=5x", "--limit=5x: '5x' is not a number from 0 to 100"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct parsed p = PARSE(true, rows[i].word);

		assert_int_equal(p.nr, -EINVAL);
		assert_string_equal(p.err.text, rows[i].expected);
	}
}
