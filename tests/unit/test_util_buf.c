#include "test.h"

#include "util/buf.h"

TEST(numbers_as_printf_writes_them)
{
	struct buf b = BUF_INIT;

	buf_add_u64(&b, 0);
	buf_addc(&b, ' ');
	buf_add_u64(&b, UINT64_MAX);
	buf_addc(&b, ' ');
	buf_add_i64(&b, INT64_MIN);
	buf_addc(&b, ' ');
	buf_add_hex(&b, 0xdeadbeef);
	buf_addc(&b, ' ');
	buf_add_hex(&b, 0);
	assert_string_equal(
		buf_cstr(&b), "0 18446744073709551615 -9223372036854775808 0xdeadbeef 0x0");
	buf_deinit(&b);
}

TEST(grows_past_any_reserve)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i % 10);
	assert_int_equal(b.len, 2000);
	assert_memory_equal(b.data + 1996, "8,9,", 4);
	buf_deinit(&b);
}
