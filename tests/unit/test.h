#pragma once
/*
 * A unit test: TEST(name) { assert_...(); }. Tests register themselves; one binary per source file
 * tested; cmocka runs them and prints TAP.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

void test_register(const char *name, void (*body)(void **state));

#define TEST(id)                                                                                   \
	static void test_##id(void **state);                                                       \
	__attribute__((constructor)) static void register_##id(void)                               \
	{                                                                                          \
		test_register(#id, test_##id);                                                     \
	}                                                                                          \
	static void test_##id(__attribute__((unused)) void **state)
