#include "test.h"

#include <asm/unistd.h>
#include <string.h>

#include "event/calls.h"

TEST(numbers_agree_with_the_headers)
{
	assert_int_equal(call_id_of(ABI_X86_64, __NR_openat), CALL_openat);
	assert_int_equal(call_id_of(ABI_X86_64, __NR_clone3), CALL_clone3);
	assert_int_equal(call_number(ABI_X86_64, CALL_execve), __NR_execve);
	assert_int_equal(call_number(ABI_I386, CALL_execve), 11);
	assert_int_equal(call_number(ABI_X86_64, CALL_mseal), 462);
}

TEST(numbers_outside_the_table_have_no_id)
{
	assert_int_equal(call_id_of(ABI_X86_64, 400), CALL_NONE);
	assert_int_equal(call_id_of(ABI_X86_64, 1u << 30), CALL_NONE);
	assert_int_equal(call_id_of(ABI_X86_64, UINT32_MAX), CALL_NONE);
	assert_int_equal(call_id_of((enum abi)99, 0), CALL_NONE);
	assert_int_equal(call_number(ABI_X86_64, CALL_socketcall), -1);
}

TEST(every_id_is_found_by_its_name)
{
	for (int id = 1; id < NR_CALL_IDS; id++) {
		const char *name = call_name((enum call_id)id);

		assert_true(*name);
		assert_int_equal(call_id_by_name(name, strlen(name)), id);
	}
	assert_int_equal(call_id_by_name("open", 3), CALL_NONE);
	assert_string_equal(call_name(CALL_NONE), "");
}
