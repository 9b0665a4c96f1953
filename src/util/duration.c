#include "util/duration.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/macros.h"

#define MAX_NS 1e18

static const struct {
	const char *name;
	double ns;
} units[] = {
	{"", 1e3},
	{"s", 1e9},
	{"ms", 1e6},
	{"us", 1e3},
	{"ns", 1},
};

int duration_parse(const char *text, uint64_t *ret_ns)
{
	double number;
	char *end;

	/* strtod also takes blanks, signs, hexadecimal numbers, and words such as "inf" */
	if (!isdigit((unsigned char)text[*text == '.']) ||
		(text[0] == '0' && (text[1] | 32) == 'x'))
		return -EINVAL;
	number = strtod(text, &end);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name))
			continue;
		number *= units[i].ns;
		if (!(number <= MAX_NS))
			return -ERANGE;
		*ret_ns = (uint64_t)(number + 0.5);
		return 0;
	}
	return -EINVAL;
}
