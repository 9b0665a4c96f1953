#include "test.h"

#include <string.h>

#include "util/buf.h"
#include "util/json.h"

static void check_string(const char *bytes, size_t len, const char *expected)
{
	struct buf b = BUF_INIT;
	struct json j;

	json_init(&j, &b);
	json_string(&j, bytes, len);
	assert_string_equal(buf_cstr(&b), expected);
	buf_deinit(&b);
}

TEST(no_bytes_at_all)
{
	check_string(NULL, 0, "\"\"");
}

TEST(separates_and_nests)
{
	struct buf b = BUF_INIT;
	struct json j;

	json_init(&j, &b);
	json_object_begin(&j);
	json_key(&j, "a");
	json_array_begin(&j);
	json_array_end(&j);
	json_key(&j, "b");
	json_array_begin(&j);
	json_i64(&j, INT64_MIN);
	json_u64(&j, UINT64_MAX);
	json_bool(&j, true);
	json_object_begin(&j);
	json_object_end(&j);
	json_array_end(&j);
	json_key(&j, "c");
	json_text(&j, "x");
	json_object_end(&j);
	assert_string_equal(buf_cstr(&b),
		"{\"a\":[],\"b\":[-9223372036854775808,18446744073709551615,true,{}],"
		"\"c\":\"x\"}");
	buf_deinit(&b);
}

TEST(thousandths_have_the_decimals_they_need)
{
	static const struct {
		uint64_t thousandths;
		const char *expected;
	} rows[] = {
		{0, "0"},
		{1, "0.001"},
		{1050, "1.05"},
		{700, "0.7"},
		{12000, "12"},
		{UINT64_MAX, "18446744073709551.615"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT;
		struct json j;

		json_init(&j, &b);
		json_thousandths(&j, rows[i].thousandths);
		assert_string_equal(buf_cstr(&b), rows[i].expected);
		buf_deinit(&b);
	}
}

TEST(escapes_what_json_demands)
{
	check_string("a\"\\\n\t\r\0\x1f\x7f", 9, "\"a\\\"\\\\\\n\\t\\r\\u0000\\u001f\\u007f\"");
}

TEST(utf8_stays_and_strays_become_private_characters)
{
	check_string("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9,
		"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
	check_string("\xff", 1, "\"\xee\xbf\xbf\"");                                 /* U+EFFF */
	check_string("\x80x", 2, "\"\xee\xbe\x80x\"");                               /* U+EF80 */
	check_string("\xc3", 1, "\"\xee\xbf\x83\"");                                 /* cut short */
	check_string("\xc0\xaf", 2, "\"\xee\xbf\x80\xee\xbe\xaf\"");                 /* overlong */
	check_string("\xed\xa0\x80", 3, "\"\xee\xbf\xad\xee\xbe\xa0\xee\xbe\x80\""); /* surrogate */
	check_string(
		"\xee\xbe\x80", 3, "\"\xee\xbf\xae\xee\xbe\xbe\xee\xbe\x80\""); /* U+EF80 itself */
}

TEST(bytes_that_are_no_utf8_become_private_characters)
{
	struct buf out = BUF_INIT;

	json_add_utf8(&out, "a\"\n\xc3\xa4\xff", 6);
	json_add_utf8(&out, "\xe2\x82", 2);
	json_add_utf8(&out, NULL, 0);
	assert_string_equal(buf_cstr(&out), "a\"\n\xc3\xa4\xee\xbf\xbf\xee\xbf\xa2\xee\xbe\x82");
	buf_deinit(&out);
}
