#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "decode/decode.h"
#include "decode/flags.h"

static const struct {
	const char *name;
	const struct flag_set *set;
} sets[] = {
#define SET(name) {#name, &flags_##name},
	FLAG_SETS(SET)
#undef SET
};

#define NR_SETS (sizeof(sets) / sizeof(sets[0]))

TEST(sets_are_well_formed)
{
	for (size_t s = 0; s < NR_SETS; s++) {
		const struct flag_set *set = sets[s].set;

		assert_true(set->nr_names > 0);
		for (size_t i = 0; i < set->nr_names; i++) {
			const struct flag_name *name = &set->names[i];

			assert_non_null(name->name);
			/* else it could never match */
			if (name->value & ~name->mask)
				fail_msg("%s: %s has bits outside its mask", sets[s].name,
					name->name);
			for (size_t j = 0; j < i; j++)
				if (!strcmp(set->names[j].name, name->name))
					fail_msg("%s: %s twice", sets[s].name, name->name);
		}
	}
}

TEST(no_name_hides_another)
{
	for (size_t s = 0; s < NR_SETS; s++) {
		const struct flag_set *set = sets[s].set;

		if (set == &flags_ioctl)
			continue; /* all of a number's names are shown */
		for (size_t i = 0; i < set->nr_names; i++)
			for (size_t j = 0; j < i; j++)
				if (set->names[j].value == set->names[i].value &&
					set->names[j].mask == set->names[i].mask)
					fail_msg("%s: %s is %s", sets[s].name, set->names[i].name,
						set->names[j].name);
	}
}

TEST(values_are_the_headers)
{
	assert_string_equal(flag_set_exact(&flags_errno, ENOENT), "ENOENT");
	assert_string_equal(flag_set_exact(&flags_signal, SIGTERM), "SIGTERM");
	assert_string_equal(flag_set_exact(&flags_fcntl_cmd, F_DUPFD_CLOEXEC), "F_DUPFD_CLOEXEC");
	assert_null(flag_set_exact(&flags_errno, 4000));
}

TEST(errors_have_names_and_texts)
{
	for (int error = 1; error <= 133; error++) {
		if (error == 41 || error == 58)
			continue; /* holes in the kernel's list */
		assert_non_null(decode_errno_name(error));
		assert_non_null(decode_errno_text(error));
	}
	assert_string_equal(decode_errno_text(ENOENT), "No such file or directory");
	assert_string_equal(decode_errno_name(512), "ERESTARTSYS");
	assert_string_equal(decode_errno_text(512), "To be restarted if SA_RESTART is set");
	assert_string_equal(decode_errno_name(516), "ERESTART_RESTARTBLOCK");
	assert_string_equal(decode_errno_text(516), "Interrupted by signal");
	assert_null(decode_errno_name(0));
	assert_null(decode_errno_name(-2));
}
