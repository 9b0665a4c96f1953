#include "test.h"

#include <stdio.h>
#include <string.h>

#include "render/parquet_encode.h"
#include "util/buf.h"
#include "util/macros.h"

/* A reader of the hybrid encoding, as Encodings.md describes it. */
static uint64_t read_varint(const uint8_t **at)
{
	uint64_t number = 0;

	for (unsigned shift = 0;; shift += 7) {
		uint8_t byte = *(*at)++;

		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return number;
	}
}

static uint32_t read_bits(const uint8_t *bytes, size_t bit, unsigned width)
{
	uint32_t number = 0;

	for (unsigned i = 0; i < width; i++, bit++)
		number |= (uint32_t)(bytes[bit / 8] >> bit % 8 & 1) << i;
	return number;
}

static void check_decodes(const struct buf *in, const uint32_t *numbers, size_t nr, unsigned width)
{
	const uint8_t *at = (const uint8_t *)in->data, *end = at + in->len;
	size_t done = 0;

	while (at < end) {
		uint64_t head = read_varint(&at), count = head >> 1;

		if (head & 1) {
			for (size_t i = 0; i < count * 8 && done < nr; i++)
				assert_int_equal(read_bits(at, i * width, width), numbers[done++]);
			at += count * width;
			continue;
		}
		for (size_t i = 0; i < count; i++)
			assert_int_equal(read_bits(at, 0, width), numbers[done++]);
		at += (width + 7) / 8;
	}
	assert_ptr_equal(at, end);
	assert_int_equal(done, nr);
}

static void check_runs(const uint32_t *numbers, size_t nr, unsigned width)
{
	struct buf out = BUF_INIT;

	parquet_encode_runs(&out, numbers, nr, width);
	check_decodes(&out, numbers, nr, width);
	buf_deinit(&out);
}

TEST(numbers_come_back)
{
	static uint32_t numbers[3000];
	uint32_t random = 1;

	for (unsigned width = 0; width <= 20; width++) {
		uint32_t number = 0, left = 0;

		for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
			random = random * 1664525 + 1013904223;
			if (!left--) {
				number = width ? random >> (32 - width) : 0;
				left = random % 3 ? random % 5 : random % 40;
			}
			numbers[i] = number;
		}
		for (size_t nr = 0; nr < 40; nr++)
			check_runs(numbers + nr, nr, width);
		check_runs(numbers, ARRAY_SIZE(numbers), width);
	}
}

TEST(long_runs_are_short)
{
	static uint32_t ones[100000];
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(ones); i++)
		ones[i] = 1;
	parquet_encode_runs(&out, ones, ARRAY_SIZE(ones), 1);
	assert_int_equal(out.len, 4);
	buf_deinit(&out);
}

TEST(width_is_that_of_the_largest)
{
	static const struct {
		uint32_t nr;
		unsigned width;
	} cases[] = {
		{0, 0}, {1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {256, 8}, {257, 9}, {65536, 16}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(parquet_width_of(cases[i].nr), cases[i].width);
}

static void add_text(struct buf *plain, const char *text)
{
	uint32_t len = (uint32_t)strlen(text);

	buf_add(plain, &len, sizeof(len));
	buf_adds(plain, text);
}

TEST(texts_that_repeat_make_a_dictionary)
{
	static const char *const texts[] = {"read", "", "write", "read", "", "read"};
	static const uint32_t wanted[] = {0, 1, 2, 0, 1, 0};
	struct buf plain = BUF_INIT, unique = BUF_INIT, made = BUF_INIT;
	parquet_numbers places = {0};
	uint32_t nr;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		add_text(&plain, texts[i]);
	for (size_t i = 0; i < 3; i++)
		add_text(&unique, texts[i]);
	assert_true(parquet_make_dictionary(&plain, &made, &nr, &places));
	assert_int_equal(nr, 3);
	assert_int_equal(places.len, ARRAY_SIZE(wanted));
	assert_memory_equal(places.data, wanted, sizeof(wanted));
	assert_int_equal(made.len, unique.len);
	assert_memory_equal(made.data, unique.data, unique.len);
	buf_deinit(&plain);
	buf_deinit(&unique);
	buf_deinit(&made);
	VEC_DEINIT(&places);
}

TEST(texts_that_differ_do_not)
{
	struct buf plain = BUF_INIT, made = BUF_INIT;
	parquet_numbers places = {0};
	char text[32];
	uint32_t nr;

	assert_false(parquet_make_dictionary(&plain, &made, &nr, &places));
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "text number %d", i);
		add_text(&plain, text);
	}
	assert_false(parquet_make_dictionary(&plain, &made, &nr, &places));
	buf_deinit(&plain);
	buf_deinit(&made);
	VEC_DEINIT(&places);
}
