#include "test.h"

#include <errno.h>

#include "util/duration.h"

static const struct {
	const char *text;
	int status;
	uint64_t ns;
} cases[] = {
	{"0", 0, 0},
	{"1", 0, 1000},
	{"250", 0, 250000},
	{"1s", 0, 1000000000},
	{"1.5ms", 0, 1500000},
	{".5", 0, 500},
	{"2.", 0, 2000},
	{"1e3us", 0, 1000000},
	{"5ns", 0, 5},
	{"0.4ns", 0, 0},
	{"0.1us", 0, 100},
	{"1000000000s", 0, 1000000000000000000},
	{"", -EINVAL, 0},
	{".", -EINVAL, 0},
	{"-1", -EINVAL, 0},
	{"+1", -EINVAL, 0},
	{" 1", -EINVAL, 0},
	{"1 s", -EINVAL, 0},
	{"1m", -EINVAL, 0},
	{"1h", -EINVAL, 0},
	{"1sec", -EINVAL, 0},
	{"0x10", -EINVAL, 0},
	{"0X10", -EINVAL, 0},
	{"nan", -EINVAL, 0},
	{"inf", -EINVAL, 0},
	{"ms", -EINVAL, 0},
	{"1,5", -EINVAL, 0},
	{"1000000001s", -ERANGE, 0},
	{"1e30", -ERANGE, 0},
	{"1e999", -ERANGE, 0},
};

TEST(as_people_write_them)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t ns = 77;
		int r = duration_parse(cases[i].text, &ns);

		if (r != cases[i].status || ns != (r < 0 ? 77 : cases[i].ns))
			fail_msg("'%s': %d, %llu ns", cases[i].text, r, (unsigned long long)ns);
	}
}
