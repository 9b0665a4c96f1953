#include "test.h"

#include <math.h>
#include <string.h>

#include "render/rows.h"
#include "util/out.h"

static char first[] = "n", second[] = "what \"it\" is";
static char *const names[] = {first, second};

#define TEXT(bytes)                                                                                \
	{                                                                                          \
		CELL_TEXT, 0, 0, bytes, sizeof(bytes) - 1                                          \
	}

static const struct cell cells[][2] = {
	{{CELL_INTEGER, INT64_MIN}, TEXT("plain")},
	{{CELL_REAL, 0, 0.1}, TEXT("a, \"b\"\n\033[2J\xff\xc2\x9b\xc3\xa9")},
	{{CELL_REAL, 0, 3}, TEXT("")},
	{{CELL_REAL, 0, INFINITY}, {CELL_NONE}},
};

static void check_drawn(const char *format, const char *expected)
{
	struct rows *r;
	struct out out;

	assert_true(rows_has_format(format));
	out_init(&out, -1);
	r = rows_begin(format, &out, names, 2);
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		assert_int_equal(rows_add(r, cells[i]), 0);
	assert_int_equal(rows_end(r), 0);
	assert_string_equal(buf_cstr(&out.pending), expected);
	out_deinit(&out);
}

TEST(csv)
{
	check_drawn("csv", "n,\"what \"\"it\"\" is\"\r\n"
			   "-9223372036854775808,plain\r\n"
			   "0.1,\"a, \"\"b\"\"\n\033[2J\xff\xc2\x9b\xc3\xa9\"\r\n"
			   "3.0,\r\n"
			   "inf,\r\n");
}

TEST(json)
{
	check_drawn("json",
		"[{\"n\":-9223372036854775808,\"what \\\"it\\\" is\":\"plain\"},\n"
		"{\"n\":0.1,\"what \\\"it\\\" is\":\"a, \\\"b\\\"\\n\\u001b[2J\xee\xbf\xbf\xc2\x9b\xc3\xa9\"},\n"
		"{\"n\":3.0,\"what \\\"it\\\" is\":\"\"},\n"
		"{\"n\":null,\"what \\\"it\\\" is\":null}]\n");
}

TEST(table)
{
	check_drawn("table", "                   n  what \"it\" is\n"
			     "-9223372036854775808  plain\n"
			     "                 0.1  a, \"b\"\\n\\x1b[2J\\xff\\xc2\\x9b\xc3\xa9\n"
			     "                 3.0  \n"
			     "                 inf  \n");
}

TEST(no_rows)
{
	struct out out;

	out_init(&out, -1);
	assert_int_equal(rows_end(rows_begin("json", &out, names, 2)), 0);
	assert_int_equal(rows_end(rows_begin("table", &out, names, 1)), 0);
	assert_string_equal(buf_cstr(&out.pending), "[]\nn\n");
	assert_false(rows_has_format("xml"));
	out_deinit(&out);
}
