#include "test.h"

#include "util/map.h"

TEST(finds_what_was_put_and_not_what_was_removed)
{
	static int marks[5000];
	struct map m = MAP_INIT;

	for (uint64_t k = 0; k < 5000; k++)
		assert_null(map_put(&m, k * 0x10000, &marks[k]));
	for (uint64_t k = 0; k < 5000; k += 2)
		assert_ptr_equal(map_remove(&m, k * 0x10000), &marks[k]);
	assert_int_equal(m.len, 2500);
	for (uint64_t k = 0; k < 5000; k++)
		assert_ptr_equal(map_get(&m, k * 0x10000), k % 2 ? &marks[k] : NULL);
	assert_null(map_remove(&m, 0));
	assert_null(map_get(&m, 77));
	map_deinit(&m);
}

TEST(replaces_and_returns_what_was_there)
{
	int a, b;
	struct map m = MAP_INIT;

	assert_null(map_put(&m, 7, &a));
	assert_ptr_equal(map_put(&m, 7, &b), &a);
	assert_ptr_equal(map_get(&m, 7), &b);
	assert_int_equal(m.len, 1);
	map_deinit(&m);
}

TEST(iterates_over_each_entry_once)
{
	int mark;
	struct map m = MAP_INIT;
	struct map_slot *slot;
	uint64_t sum = 0;

	for (uint64_t k = 1; k <= 100; k++)
		map_put(&m, k, &mark);
	for (size_t at = 0; (slot = map_next(&m, &at));)
		sum += slot->key;
	assert_int_equal(sum, 5050);
	map_deinit(&m);
}
