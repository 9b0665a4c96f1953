#include "util/nearest.h"

#include <stdint.h>
#include <string.h>

#include "util/macros.h"

#define NAME_MAX_LEN 63

size_t nearest_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_LEN + 1];

	if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = before[j - 1] + (a[i - 1] != b[j - 1]);
			now[j] = MIN(now[j], MIN(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = MIN(now[j], two[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

size_t nearest_limit(const char *typed)
{
	return strlen(typed) < 5 ? 1 : strlen(typed) / 3;
}
