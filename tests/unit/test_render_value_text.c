#include "test.h"

#include <string.h>
#include <sys/wait.h>

#include "render/value_text.h"
#include "util/buf.h"

static void check(const struct value *value, const char *expected)
{
	struct value_text how = {.string_limit = 8};
	struct buf b = BUF_INIT;

	value_text_draw(&how, &b, value, false);
	assert_string_equal(buf_cstr(&b), expected);
	buf_deinit(&b);
}

static struct value number(enum value_kind kind, uint64_t num)
{
	return (struct value){.kind = (uint8_t)kind, .num = num};
}

static struct value data(enum value_kind kind, const char *text, size_t full_len)
{
	return (struct value){
		.kind = (uint8_t)kind, .data = {(const uint8_t *)text, strlen(text), full_len}};
}

static struct value list(enum value_kind kind, struct value *items, size_t nr)
{
	return (struct value){.kind = (uint8_t)kind, .list = {.items = items, .nr = nr}};
}

TEST(numbers)
{
	static const struct {
		enum value_kind kind;
		uint64_t num;
		const char *expected;
	} rows[] = {
		{VALUE_INT, (uint64_t)-7, "-7"},
		{VALUE_UINT, UINT64_MAX, "18446744073709551615"},
		{VALUE_HEX, 0x1f, "0x1f"},
		{VALUE_OCTAL, 0644, "0644"},
		{VALUE_OCTAL, 0, "000"},
		{VALUE_ADDR, 0, "NULL"},
		{VALUE_ADDR, 0x1000, "0x1000"},
		{VALUE_FD, (uint64_t)-1, "-1"},
		{VALUE_STATUS, W_EXITCODE(3, 0), "{WIFEXITED(s) && WEXITSTATUS(s) == 3}"},
		{VALUE_STATUS, 9, "{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}"},
		{VALUE_STATUS, 11 | 0x80,
			"{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}"},
		{VALUE_STATUS, 0x137f, "{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}"},
		{VALUE_STATUS, 0xffff, "{WIFCONTINUED(s)}"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value value = number(rows[i].kind, rows[i].num);

		check(&value, rows[i].expected);
	}
}

TEST(long_arrays_are_shortened_like_data)
{
	struct value items[9], array;

	for (size_t i = 0; i < 9; i++)
		items[i] = number(VALUE_INT, i);
	array = list(VALUE_ARRAY, items, 9);
	check(&array, "[0, 1, 2, 3, 4, 5, 6, 7, 8]");
	array.flags = VALUE_LONG;
	check(&array, "[0, 1, 2, 3, 4, 5, 6, 7, ...]");
	array.list.nr = 8;
	check(&array, "[0, 1, 2, 3, 4, 5, 6, 7]");
}

TEST(strings_are_whole_and_data_is_shortened)
{
	struct value name = data(VALUE_STRING, "a long file name", 16);
	struct value bytes = data(VALUE_DATA, "0123456789", 10);
	struct value partly = data(VALUE_DATA, "0123", 100);
	struct value cut = data(VALUE_STRING, "abc", 3);

	cut.flags = VALUE_CUT;
	check(&name, "\"a long file name\"");
	check(&bytes, "\"01234567\"...");
	check(&partly, "\"0123\"...");
	check(&cut, "\"abc\"...");
}

TEST(what_is_behind_a_structure)
{
	struct value rest = data(VALUE_REST, "\1\2\3\4\5\6\7\10\11", 9), items[2], all;

	rest.name = "rest";
	rest.data.len = 3;
	rest.data.full_len = 27;
	items[0] = number(VALUE_INT, 7);
	items[0].name = "size";
	items[1] = rest;
	all = list(VALUE_STRUCT, items, 2);
	check(&all, "{size=7, /* bytes 24..26 */ \"\\x01\\x02\\x03\"}");
	items[1].data.len = 9;
	check(&all, "{size=7, /* bytes 18..26 */ \"\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\"...}");
	items[1].data.bytes = NULL;
	check(&all, "{size=7, ???}");
}

TEST(arrays_that_end_at_a_hole)
{
	struct value items[9], array;

	for (size_t i = 0; i < 9; i++)
		items[i] = number(VALUE_INT, i);
	array = list(VALUE_ARRAY, items, 2);
	array.flags = VALUE_CUT | VALUE_LONG;
	array.comment = "0x7000";
	check(&array, "[0, 1, ... /* 0x7000 */]");
	array.list.nr = 9;
	check(&array, "[0, 1, 2, 3, 4, 5, 6, 7, ...]");
}

TEST(escapes_are_the_shortest_that_read_back)
{
	struct value a = data(VALUE_STRING,
		"\1"
		"2\177ELF\"\\\n\t\xff",
		0);
	struct value_text hex = {.string_limit = 8, .hex = true};
	struct buf b = BUF_INIT;

	check(&a, "\"\\0012\\177ELF\\\"\\\\\\n\\t\\377\"");
	value_text_draw(&hex, &b, &a, false);
	assert_string_equal(buf_cstr(&b), "\"\\x012\\x7fELF\\\"\\\\\\n\\t\\xff\"");
	buf_deinit(&b);
}

static void check_hex(enum hex_strings strings, const struct value *value, const char *expected)
{
	struct value_text how = {.string_limit = 3, .hex_strings = strings};
	struct buf b = BUF_INIT;

	value_text_draw(&how, &b, value, false);
	assert_string_equal(buf_cstr(&b), expected);
	buf_deinit(&b);
}

TEST(strings_in_hex)
{
	struct value text = data(VALUE_DATA, "a\t\n", 3), bytes = data(VALUE_DATA, "a\1", 2);
	struct value later = data(VALUE_DATA, "abc\1", 4), name = data(VALUE_STRING, "\xff", 1);
	struct value binary = text;

	check_hex(HEX_BYTES, &bytes, "\"a\\1\"");
	check_hex(HEX_UNPRINTABLE, &text, "\"a\\t\\n\"");
	check_hex(HEX_UNPRINTABLE, &bytes, "\"\\x61\\x01\"");
	check_hex(HEX_UNPRINTABLE, &later, "\"abc\"..."); /* what is not shown does not count */
	check_hex(HEX_UNPRINTABLE, &name, "\"\\xff\"");
	check_hex(HEX_ALL, &text, "\"\\x61\\x09\\x0a\"");
	binary.flags = VALUE_BINARY;
	check_hex(HEX_BYTES, &binary, "\"\\x61\\x09\\x0a\"");
}

static const struct flag_name open_names[] = {
	{0, 3, "O_RDONLY"},
	{1, 3, "O_WRONLY"},
	{2, 3, "O_RDWR"},
	{0100, 0100, "O_CREAT"},
	{04010000, 04010000, "O_SYNC"},
	{010000, 010000, "O_DSYNC"},
};
static const struct flag_set open_set = {"O_???", open_names, 6};
static const struct flag_name prot_names[] = {{0, 0, "PROT_NONE"}, {1, 1, "PROT_READ"}};
static const struct flag_set prot_set = {"PROT_???", prot_names, 2};

TEST(flags_and_enums)
{
	static const struct {
		enum value_kind kind;
		const struct flag_set *set;
		uint64_t bits;
		const char *expected;
	} rows[] = {
		{VALUE_FLAGS, &open_set, 0, "O_RDONLY"},
		{VALUE_FLAGS, &open_set, 0101, "O_WRONLY|O_CREAT"},
		{VALUE_FLAGS, &open_set, 04010002, "O_RDWR|O_SYNC"},
		{VALUE_FLAGS, &open_set, 010000, "O_RDONLY|O_DSYNC"},
		{VALUE_FLAGS, &open_set, 01000000000, "O_RDONLY|0x8000000"},
		{VALUE_FLAGS, &prot_set, 0, "PROT_NONE"},
		{VALUE_FLAGS, &prot_set, 1, "PROT_READ"},
		{VALUE_FLAGS, &prot_set, 0x80, "0x80 /* PROT_??? */"},
		{VALUE_ENUM, &open_set, 2, "O_RDWR"},
		{VALUE_ENUM, &open_set, 77, "0x4d /* O_??? */"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&(struct value){.kind = (uint8_t)rows[i].kind,
			      .bits = {rows[i].bits, rows[i].set}},
			rows[i].expected);
}

TEST(lists)
{
	struct value items[] = {number(VALUE_INT, 1), number(VALUE_HEX, 2)};
	struct value value = list(VALUE_ARRAY, items, 2);

	check(&value, "[1, 0x2]");
	value.flags = VALUE_CUT;
	check(&value, "[1, 0x2, ...]");
	value.flags = 0;
	items[0].name = "a";
	items[1].name = "b";
	value.kind = VALUE_STRUCT;
	check(&value, "{a=1, b=0x2}");
	value.flags = VALUE_ABBREV;
	check(&value, "{a=1, b=0x2, ...}");
	value.kind = VALUE_ARRAY;
	value.flags = 0;
	check(&value, "[a=1, b=0x2]");
	value.flags = VALUE_INVERTED;
	value.kind = VALUE_BITSET;
	check(&value, "~[1 0x2]");
	value.flags = VALUE_BY_REF;
	value.kind = VALUE_CHANGE;
	check(&value, "[a=1 => b=0x2]");
	value.flags = 0;
	value.kind = VALUE_OR;
	check(&value, "1|0x2");
	value.kind = VALUE_MACRO;
	value.list.macro = "makedev";
	value.comment = "tty";
	check(&value, "makedev(1, 0x2) /* tty */");
}

TEST(references_to_scalars_stand_in_brackets)
{
	struct value value = number(VALUE_INT, 5);

	value.flags = VALUE_BY_REF;
	check(&value, "[5]");
	value = data(VALUE_DATA, "x", 1);
	value.flags = VALUE_BY_REF;
	check(&value, "\"x\"");
}

TEST(nesting_ends)
{
	struct value value = number(VALUE_NONE, 0);
	struct value_text how = {.string_limit = 8};
	struct buf b = BUF_INIT;

	value = list(VALUE_ARRAY, &value, 1); /* contains itself */
	value_text_draw(&how, &b, &value, false);
	assert_true(b.len < 100);
	buf_deinit(&b);
}
