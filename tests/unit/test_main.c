#include "test.h"

static struct CMUnitTest tests[256];
static size_t nr_tests;

void test_register(const char *name, void (*body)(void **state))
{
	if (nr_tests == sizeof(tests) / sizeof(tests[0]))
		abort();
	tests[nr_tests++] = (struct CMUnitTest){name, body, NULL, NULL, NULL};
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	/* the macro wants an array it can measure; this is what it expands to */
	return _cmocka_run_group_tests("unit", tests, nr_tests, NULL, NULL);
}
