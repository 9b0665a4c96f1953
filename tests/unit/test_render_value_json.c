#include "test.h"

#include <string.h>
#include <sys/wait.h>

#include "decode/value.h"
#include "render/value_json.h"
#include "util/buf.h"
#include "util/json.h"

/* docs/json.md, "Values", row by row. */

static void check(const struct value *value, const char *expected)
{
	struct buf b = BUF_INIT;
	struct json j;

	json_init(&j, &b);
	value_json_draw(&j, value);
	assert_string_equal(buf_cstr(&b), expected);
	buf_deinit(&b);
}

static struct value number(enum value_kind kind, uint64_t num)
{
	return (struct value){.kind = (uint8_t)kind, .num = num};
}

static struct value text(enum value_kind kind, const char *bytes, unsigned flags)
{
	return (struct value){.kind = (uint8_t)kind,
		.flags = (uint8_t)flags,
		.data = {(const uint8_t *)bytes, strlen(bytes), strlen(bytes)}};
}

static void check_list(enum value_kind kind, unsigned flags, const char *expected)
{
	struct value items[2] = {number(VALUE_INT, (uint64_t)-1), number(VALUE_UINT, 2)};
	struct value list = {.kind = (uint8_t)kind,
		.flags = (uint8_t)flags,
		.list = {.items = items, .nr = 2, .macro = "makedev"}};

	if (kind == VALUE_STRUCT) {
		items[0].name = "a";
		items[1].name = "b";
	}
	check(&list, expected);
}

TEST(numbers_are_exact)
{
	static const struct {
		enum value_kind kind;
		uint64_t num;
		const char *expected;
	} rows[] = {
		{VALUE_INT, (uint64_t)INT64_MIN, "-9223372036854775808"},
		{VALUE_INT, INT64_MAX, "9223372036854775807"},
		{VALUE_UINT, UINT64_MAX, "18446744073709551615"},
		{VALUE_UINT, 1ull << 63, "9223372036854775808"},
		{VALUE_HEX, (1ull << 53) + 1, "9007199254740993"},
		{VALUE_OCTAL, 0644, "420"},
		{VALUE_ADDR, 0, "0"},
		{VALUE_ADDR, UINT64_MAX, "18446744073709551615"},
		{VALUE_FD, (uint64_t)-1, "-1"},
		{VALUE_PID, (uint64_t)-7, "-7"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value value = number(rows[i].kind, rows[i].num);

		check(&value, rows[i].expected);
	}
}

TEST(statuses)
{
	static const struct {
		int status;
		const char *expected;
	} rows[] = {
		{W_EXITCODE(3, 0), "{\"status\":768,\"exit_code\":3}"},
		{9, "{\"status\":9,\"signal\":\"SIGKILL\",\"core\":false}"},
		{11 | 0x80, "{\"status\":139,\"signal\":\"SIGSEGV\",\"core\":true}"},
		{0x137f, "{\"status\":4991,\"stopped\":\"SIGSTOP\"}"},
		{0xffff, "{\"status\":65535,\"continued\":true}"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value value = number(VALUE_STATUS, (uint64_t)rows[i].status);

		check(&value, rows[i].expected);
	}
}

TEST(names_and_data)
{
	struct value value = text(VALUE_STRING, "a\"\n", 0);

	check(&value, "\"a\\\"\\n\"");
	value = text(VALUE_STRING, "long", VALUE_CUT);
	check(&value, "{\"string\":\"long\",\"cut\":true}");
	value = text(VALUE_STRING, "bus", VALUE_ABSTRACT);
	check(&value, "{\"abstract\":\"bus\"}");
	value = text(VALUE_DATA, "hello", 0);
	check(&value, "{\"data\":\"hello\",\"length\":5}");
	value.data.full_len = UINT64_MAX;
	check(&value, "{\"data\":\"hello\",\"length\":18446744073709551615}");
	value = (struct value){.kind = VALUE_NAME, .text = "AT_FDCWD"};
	check(&value, "\"AT_FDCWD\"");
}

TEST(flags_and_names)
{
	static const struct flag_name names[] = {{0, 3, "R"}, {1, 3, "W"}, {8, 8, "X"}};
	static const struct flag_set set = {"?", names, 3};
	struct value value = {.kind = VALUE_FLAGS, .bits = {9, &set}};

	check(&value, "{\"bits\":9,\"flags\":[\"W\",\"X\"]}");
	value.bits.bits = 1ull << 63 | 8;
	check(&value, "{\"bits\":9223372036854775816,\"flags\":[\"R\",\"X\"],"
		      "\"unknown\":9223372036854775808}");
	value.kind = VALUE_ENUM;
	value.bits.bits = 8;
	check(&value, "{\"value\":8,\"name\":\"X\"}");
	value.bits.bits = 77;
	check(&value, "{\"value\":77}");
}

TEST(lists)
{
	check_list(VALUE_STRUCT, 0, "{\"a\":-1,\"b\":2}");
	check_list(VALUE_ARRAY, 0, "[-1,2]");
	check_list(VALUE_BITSET, 0, "{\"set\":[-1,2]}");
	check_list(VALUE_BITSET, VALUE_INVERTED, "{\"all_but\":[-1,2]}");
	check_list(VALUE_MACRO, 0, "{\"makedev\":[-1,2]}");
	check_list(VALUE_OR, 0, "{\"or\":[-1,2]}");
	check_list(VALUE_CHANGE, 0, "{\"change\":[-1,2]}");
	check_list(VALUE_SHIFT, 0, "{\"shift\":[-1,2]}");
}

TEST(items_with_places_of_their_own)
{
	struct value items[2] = {number(VALUE_HEX, 3), number(VALUE_HEX, 4)};
	struct value list = {.kind = VALUE_ARRAY, .list = {.items = items, .nr = 2}};

	items[0].name = "[VINTR]";
	items[1].name = "[17]";
	check(&list, "{\"VINTR\":3,\"17\":4}");
	list.kind = VALUE_STRUCT;
	items[0].name = items[1].name = "data";
	check(&list, "{\"data\":3,\"data_2\":4}");
}

TEST(what_lies_behind_the_known_fields)
{
	struct value rest = text(VALUE_REST, "xy", 0);

	rest.data.full_len = 32;
	check(&rest, "{\"data\":\"xy\",\"length\":32}");
	rest.data.bytes = NULL;
	check(&rest, "\"???\"");
}

TEST(what_is_missing_is_told)
{
	check_list(VALUE_STRUCT, VALUE_CUT, "{\"a\":-1,\"b\":2,\"cut\":true}");
	check_list(VALUE_STRUCT, VALUE_ABBREV, "{\"a\":-1,\"b\":2,\"cut\":true}");
	check_list(VALUE_ARRAY, VALUE_CUT, "{\"items\":[-1,2],\"cut\":true}");
	check_list(VALUE_BITSET, VALUE_CUT, "{\"set\":[-1,2],\"cut\":true}");
	/* long arrays are only shown short, as text */
	check_list(VALUE_ARRAY, VALUE_LONG, "[-1,2]");
}

TEST(nesting_ends_before_the_writer_does)
{
	struct value levels[64];
	struct buf b = BUF_INIT;
	struct json j;

	for (size_t i = 0; i < 64; i++)
		levels[i] = (struct value){.kind = VALUE_OR,
			.flags = VALUE_CUT,
			.list = {.items = &levels[i + 1], .nr = i < 63}};
	json_init(&j, &b);
	/* as deep as a call's values lie in a document */
	for (int i = 0; i < 4; i++)
		json_array_begin(&j);
	value_json_draw(&j, &levels[0]);
	for (int i = 0; i < 4; i++)
		json_array_end(&j);
	assert_non_null(strstr(buf_cstr(&b), "[\"...\"]"));
	buf_deinit(&b);
}
