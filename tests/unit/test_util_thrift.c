#include "test.h"

#include "util/buf.h"
#include "util/thrift.h"

/* The expected bytes follow from the description of the compact protocol. */
static void check(struct buf *out, const char *expected, size_t len)
{
	assert_int_equal(out->len, len);
	assert_memory_equal(out->data, expected, len);
	buf_deinit(out);
}

#define CHECK(out, bytes) check(out, bytes, sizeof(bytes) - 1)

TEST(fields_tell_the_distance_to_the_one_before)
{
	struct buf out = BUF_INIT;
	struct thrift t;

	thrift_init(&t, &out);
	thrift_struct_begin(&t);
	thrift_i32(&t, 1, 0);
	thrift_i32(&t, 4, -1);
	thrift_i64(&t, 19, 300);
	thrift_i32(&t, 35, 1); /* 16 further: in full */
	thrift_struct_end(&t);
	CHECK(&out, "\x15\x00\x35\x01\xf6\xd8\x04\x05\x46\x02\x00");
}

TEST(structs_count_fields_of_their_own)
{
	struct buf out = BUF_INIT;
	struct thrift t;

	thrift_init(&t, &out);
	thrift_struct_begin(&t);
	thrift_struct(&t, 5);
	thrift_text(&t, 1, "ab");
	thrift_struct_end(&t);
	thrift_binary(&t, 6, "\0", 1);
	thrift_struct_end(&t);
	CHECK(&out, "\x5c\x18\x02"
		    "ab\x00\x18\x01\x00\x00");
}

TEST(lists_of_fifteen_or_more_say_their_length_apart)
{
	struct buf out = BUF_INIT;
	struct thrift t;

	thrift_init(&t, &out);
	thrift_struct_begin(&t);
	thrift_list(&t, 1, THRIFT_I32, 14);
	thrift_list(&t, 2, THRIFT_I32, 15);
	thrift_list(&t, 3, THRIFT_BINARY, 200);
	thrift_element_i32(&t, -2);
	thrift_element_text(&t, "x");
	thrift_struct_end(&t);
	CHECK(&out, "\x19\xe5\x19\xf5\x0f\x19\xf8\xc8\x01\x03\x01x\x00");
}
