#include "test.h"

#include <string.h>

#include "util/nearest.h"

TEST(distances)
{
	static const struct {
		const char *a, *b;
		size_t expected;
	} rows[] = {
		{"", "", 0},
		{"abc", "", 3},
		{"open", "open", 0},
		{"opne", "open", 1},
		{"openat", "opennat", 1},
		{"kitten", "sitting", 3},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(nearest_distance(rows[i].a, strlen(rows[i].a), rows[i].b,
					 strlen(rows[i].b)),
			rows[i].expected);
		assert_int_equal(nearest_distance(rows[i].b, strlen(rows[i].b), rows[i].a,
					 strlen(rows[i].a)),
			rows[i].expected);
	}
}

TEST(overlong_names_are_far_from_everything)
{
	char name[100];

	memset(name, 'a', sizeof(name));
	assert_int_equal(nearest_distance(name, sizeof(name), "a", 1), SIZE_MAX);
}
