#include "test.h"

#include <string.h>

#include "call_ids_arm64.h"

static int number_of(enum call_id id)
{
	for (int nr = 0; nr < CALL_NR_LIMIT; nr++)
		if (call_ids_arm64[nr] == id)
			return nr;
	return -1;
}

TEST(numbers_and_names_lead_to_each_other)
{
	unsigned known = 0;

	for (int nr = 0; nr < CALL_NR_LIMIT; nr++) {
		enum call_id id = call_ids_arm64[nr];

		if (id == CALL_NONE)
			continue;
		known++;
		assert_int_equal(number_of(id), nr);
		assert_int_equal(call_id_by_name(call_name(id), strlen(call_name(id))), id);
	}
	assert_int_equal(known, 325);
}

TEST(it_is_the_table_of_that_cpu)
{
	assert_int_equal(number_of(CALL_io_setup), 0);
	assert_int_equal(number_of(CALL_openat), 56);
	assert_int_equal(number_of(CALL_read), 63);
	assert_int_equal(number_of(CALL_newfstatat), 79);
	assert_int_equal(number_of(CALL_execve), 221);
	assert_int_equal(number_of(CALL_mmap), 222);
	assert_int_equal(number_of(CALL_prlimit64), 261);
	assert_int_equal(number_of(CALL_rseq), 293);
	/* x86 alone has these */
	assert_int_equal(number_of(CALL_open), -1);
	assert_int_equal(number_of(CALL_fork), -1);
	assert_int_equal(number_of(CALL_arch_prctl), -1);
	assert_int_equal(number_of(CALL_uretprobe), -1);
}

/* Since Linux 5.1 a new call has the same number wherever there is one. */
TEST(new_numbers_are_shared)
{
	for (uint32_t nr = 424; nr < CALL_NR_LIMIT; nr++)
		assert_int_equal(call_ids_arm64[nr], call_id_of(ABI_X86_64, nr));
}
