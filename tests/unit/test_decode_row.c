#include "test.h"

#include <string.h>

#include "decode/row_internal.h"

TEST(every_call_has_a_row_of_its_own)
{
	for (unsigned abi = 0; abi < NR_ABIS; abi++) {
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
			enum call_id id = call_id_of(abi, nr);

			if (id == CALL_NONE)
				continue;
			assert_non_null(syscall_row_of(id));
			assert_int_equal(syscall_row_of(id)->id, id);
		}
	}
	assert_null(syscall_row_of(CALL_NONE));
	assert_null(syscall_row_of(NR_CALL_IDS));
	assert_null(syscall_row_of((enum call_id) - 1));
}

static bool needs_length(const struct capture_spec *spec)
{
	switch (spec->op) {
	case CAPTURE_BUFFER:
	case CAPTURE_ARRAY:
	case CAPTURE_LENPTR:
	case CAPTURE_IOVEC:
	case CAPTURE_DATAGRAM:
	case CAPTURE_WHOLE:
	case CAPTURE_IOCBS:
	case CAPTURE_MMSGHDR: return true;
	default: return false;
	}
}

static void check_specs(const struct syscall_row *row, const struct capture_spec *specs)
{
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++) {
		const struct capture_spec *spec = &specs[i];

		if (spec->op == CAPTURE_NONE)
			continue;
		assert_in_range(i, 0, row->nr_args - 1);
		assert_in_range(spec->op, CAPTURE_STRING, CAPTURE_LAST);
		assert_in_range(spec->when, CAPTURE_AT_ENTER, CAPTURE_AT_BOTH);
		if (spec->op == CAPTURE_BYTES || spec->op == CAPTURE_ARRAY)
			assert_in_range(spec->size, 1, CAPTURE_BYTES_MAX);
		if (!needs_length(spec)) {
			assert_int_equal(spec->len_arg, 0);
		} else if (spec->len_arg == CAPTURE_LEN_RESULT) {
			assert_int_equal(spec->when, CAPTURE_AT_EXIT);
		} else {
			assert_in_range(spec->len_arg, 0, row->nr_args - 1);
			assert_int_not_equal(spec->len_arg, i);
		}
	}
}

static unsigned nr_that_apply(const struct capture_recipe *recipe, uint32_t pick)
{
	unsigned ret = 0;

	for (unsigned i = 0; i < recipe->nr_steps; i++)
		ret += recipe->steps[i].pick == pick || recipe->steps[i].pick == CAPTURE_STEP_ALL;
	return ret;
}

static void check_steps(const struct syscall_row *row)
{
	const struct capture_recipe *recipe = &row->captures;

	assert_in_range(recipe->pick, 0, CAPTURE_PICK_NOTHING);
	assert_int_equal(row->captures_i386.nr_steps, 0);
	if (!recipe->nr_steps || recipe->pick < CAPTURE_NR_ARGS)
		assert_true(!recipe->nr_steps || recipe->pick < row->nr_args);
	for (unsigned i = 0; i < recipe->nr_steps; i++) {
		const struct capture_step *step = &recipe->steps[i];

		assert_in_range(step->arg, 0, row->nr_args - 1);
		assert_in_range(step->when, CAPTURE_AT_ENTER, CAPTURE_AT_BOTH);
		assert_true(nr_that_apply(recipe, step->pick) <= CAPTURE_STEPS_MAX);
		switch (step->len) {
		case CAPTURE_LEN_RESULT: assert_int_equal(step->when, CAPTURE_AT_EXIT); break;
		case CAPTURE_LEN_FIELD + 1:
		case CAPTURE_LEN_FIELD + 2:
		case CAPTURE_LEN_FIELD + 4:
		case CAPTURE_LEN_FIELD + 8: break;
		default: assert_in_range(step->len, 0, row->nr_args - 1); break;
		}
		switch (step->op) {
		case CAPTURE_ARRAY:
		case CAPTURE_BYTES: assert_in_range(step->size, 1, CAPTURE_BYTES_MAX); break;
		case CAPTURE_STRING:
		case CAPTURE_STRINGS:
		case CAPTURE_BUFFER:
		case CAPTURE_IOVEC: break;
		default: fail_msg("%s: step %u cannot do that", call_name(row->id), i);
		}
	}
}

TEST(recipes_are_sane)
{
	for (int id = 1; id < NR_CALL_IDS; id++) {
		const struct syscall_row *row = syscall_row_of(id);

		check_specs(row, row->captures.args);
		check_specs(row, row->captures_i386.args);
		check_steps(row);
		for (unsigned i = 0; i < row->nr_args; i++) {
			assert_non_null(row->args[i].name);
			assert_true(row->args[i].name[0] != '\0');
			assert_non_null(row->args[i].show);
		}
	}
}

TEST(i386_takes_only_what_has_no_word_size)
{
	for (int id = 1; id < NR_CALL_IDS; id++) {
		const struct capture_recipe *recipe = syscall_row_captures(ABI_I386, id);
		const struct capture_spec *specs = recipe ? recipe->args : NULL;

		for (unsigned i = 0; specs && i < CAPTURE_NR_ARGS; i++) {
			assert_int_not_equal(specs[i].op, CAPTURE_IOVEC);
			assert_int_not_equal(specs[i].op, CAPTURE_MSGHDR);
			assert_int_not_equal(specs[i].op, CAPTURE_MMSGHDR);
			assert_int_not_equal(specs[i].op, CAPTURE_STRINGS);
			if (specs[i].op == CAPTURE_BYTES)
				assert_true(specs[i].size == 4 ||
					    syscall_row_of(id)->args[i].show == show_name_in);
			if (specs[i].op != CAPTURE_NONE)
				assert_true(i < row_args_in(ABI_I386, syscall_row_of(id)).nr_same);
		}
	}
	/* the path is the fifth argument here and the sixth there */
	assert_non_null(syscall_row_captures(ABI_X86_64, CALL_fanotify_mark));
	assert_null(syscall_row_captures(ABI_I386, CALL_fanotify_mark));
}

TEST(calls_that_take_no_memory_have_no_recipes)
{
	assert_null(syscall_row_captures(ABI_X86_64, CALL_getpid));
	assert_null(syscall_row_captures(ABI_X86_64, CALL_close));
	assert_null(syscall_row_captures(ABI_X86_64, CALL_NONE));
	assert_non_null(syscall_row_captures(ABI_X86_64, CALL_openat));
}

TEST(wide_classes_go_beyond_the_narrow_ones)
{
	static const enum call_id wide[] = {CALL_read, CALL_pwritev2, CALL_copy_file_range,
		CALL_ftruncate, CALL_fsync, CALL_getdents64};

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		uint32_t classes = syscall_row_classes(syscall_row_of(wide[i]));

		assert_true(classes & CLASS_WIDE_FILE);
		assert_false(classes & CLASS_FILE);
	}
	assert_true(syscall_row_classes(syscall_row_of(CALL_close)) & CLASS_WIDE_NETWORK);
	assert_true(syscall_row_classes(syscall_row_of(CALL_poll)) & CLASS_WIDE_NETWORK);
	assert_false(syscall_row_classes(syscall_row_of(CALL_open)) & CLASS_NETWORK);
}
