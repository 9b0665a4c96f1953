#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "util/out.h"

TEST(writes_what_was_committed)
{
	struct out out;
	char got[64] = {0};
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	out_init(&out, ends[1]);
	out_puts(&out, "one ");
	out_printf(&out, "%s %d", "two", 3);
	assert_int_equal(out_commit(&out), 0);
	assert_int_equal(out.pending.len, 9);
	assert_int_equal(out_flush(&out), 0);
	assert_int_equal(read(ends[0], got, sizeof(got)), 9);
	assert_string_equal(got, "one two 3");
	out_deinit(&out);
	close(ends[0]);
	close(ends[1]);
}

TEST(formats_longer_than_its_scratch)
{
	struct out out;
	char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	out_init(&out, -1);
	out_printf(&out, "[%s]", text);
	assert_int_equal(out.pending.len, sizeof(text) + 1);
	assert_int_equal(out.pending.data[sizeof(text)], ']');
	out_deinit(&out);
}

TEST(the_first_error_sticks)
{
	int fd = open("/dev/full", O_WRONLY);
	struct out out;

	assert_true(fd >= 0);
	out_init(&out, fd);
	out_puts(&out, "x");
	assert_int_equal(out_flush(&out), -ENOSPC);
	out_puts(&out, "y");
	assert_int_equal(out.pending.len, 0);
	assert_int_equal(out_commit(&out), -ENOSPC);
	out_deinit(&out);
	close(fd);
}

TEST(a_slow_reader_does_not_hold_us_up)
{
	static char block[256 * 1024], got[sizeof(block)];
	struct out out;
	size_t nr = 0;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 7 + i / 251);
	out_init(&out, ends[1]);
	out_write(&out, block, sizeof(block));
	assert_int_equal(out_commit(&out), 0); /* more than a pipe holds: would wait for ever */
	assert_true(out_unsent_bytes(&out) > 0 && out_unsent_bytes(&out) < sizeof(block));
	while (nr < sizeof(block)) {
		ssize_t n = read(ends[0], got + nr, sizeof(got) - nr);

		assert_true(n > 0);
		nr += (size_t)n;
		assert_int_equal(out_push(&out), 0);
	}
	assert_memory_equal(got, block, sizeof(block));
	out_deinit(&out);
	close(ends[0]);
	close(ends[1]);
}
