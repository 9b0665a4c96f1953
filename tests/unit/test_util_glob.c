#include "test.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "util/glob.h"

static const struct {
	const char *pattern, *text;
	bool match;
} cases[] = {
	{"", "", true},
	{"", "a", false},
	{"*", "", true},
	{"*", "/a/b", true},
	{"/etc/*", "/etc/passwd", true},
	{"/etc/*", "/etc/ssl/certs", true},
	{"/etc/*", "/etc", false},
	{"*.conf", "/etc/a.conf", true},
	{"*.conf", "/etc/a.conf.d", false},
	{"a?c", "abc", true},
	{"a?c", "ac", false},
	{"[abc]x", "bx", true},
	{"[!abc]x", "bx", false},
	{"[^abc]x", "dx", true},
	{"[a-c]", "b", true},
	{"[a-]", "-", true},
	{"[]]", "]", true},
	{"[", "[", true},
	{"[a", "[a", true},
	{"\\*", "*", true},
	{"\\*", "a", false},
	{"a\\", "a\\", true},
	{"[\\]]", "]", true},
	{"*\\,*", "a,b", true},
	{"*a*b*c", "xaxbxbxc", true},
	{"*a*b*c", "xaxbxbxcx", false},
};

TEST(patterns)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (glob_match(cases[i].pattern, cases[i].text) != cases[i].match)
			fail_msg("'%s' with '%s'", cases[i].pattern, cases[i].text);
}

static void fill(char *ret, size_t room, const char *letters)
{
	size_t len = (size_t)rand() % room;

	for (size_t i = 0; i < len; i++)
		ret[i] = letters[(size_t)rand() % strlen(letters)];
	ret[len] = '\0';
}

/* Patterns that say nothing clear (sets without an end, escapes in them) are left to the table. */
TEST(agrees_with_fnmatch)
{
	char pattern[10], text[8];

	srand(1);
	for (int i = 0; i < 200000; i++) {
		fill(pattern, sizeof(pattern), "ab/*?");
		fill(text, sizeof(text), "ab/");
		if (glob_match(pattern, text) != !fnmatch(pattern, text, 0))
			fail_msg("'%s' with '%s'", pattern, text);
	}
}

TEST(many_stars_cost_no_more_than_the_product)
{
	enum { LEN = 20000 };
	char *text = malloc(LEN + 1);
	char pattern[201];

	memset(text, 'a', LEN);
	text[LEN] = '\0';
	for (int i = 0; i < 200; i++)
		pattern[i] = "*a"[i % 2];
	strcpy(pattern + 199, "b");
	assert_false(glob_match(pattern, text));
	free(text);
}
