#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/macros.h"
#include "util/out.h"
#include "util/spool.h"
#include "util/writer.h"

#define MIB ((size_t)1 << 20)

static uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 7 + at / 251 + at / 65521);
}

static void fill(char *bytes, size_t from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)byte_at(from + i);
}

/* Records of odd lengths until `len` bytes are there. Returns the first error. */
static int write_records(struct out *o, size_t len)
{
	char record[1500];
	int r = 0;

	for (size_t at = 0; at < len && !r;) {
		size_t nr = MIN(len - at, 1 + at * 31 % sizeof(record));

		fill(record, at, nr);
		out_write(o, record, nr);
		r = out_commit(o);
		at += nr;
	}
	return r;
}

static struct writer *create(int fd)
{
	cpu_set_t cpus;
	struct writer *w;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	w = writer_create(fd, &cpus);
	assert_non_null(w);
	return w;
}

static int temporary(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void assert_holds(int fd, size_t len)
{
	static char got[65536];
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, len);
	for (size_t at = 0; at < len;) {
		ssize_t n = pread(fd, got, sizeof(got), (off_t)at);

		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++, at++)
			if ((uint8_t)got[i] != byte_at(at))
				fail_msg("byte %zu is wrong", at);
	}
}

TEST(keeps_the_order_of_more_buffers_than_it_has_places)
{
	int fd = temporary();
	struct writer *w = create(fd);
	struct buf bytes = BUF_INIT;
	size_t at = 0;

	for (size_t i = 0; i < 5000; i++) {
		size_t len = 1 + i * 13 % 700;

		fill(buf_reserve(&bytes, len), at, len);
		bytes.len = len;
		at += len;
		writer_add(w, &bytes);
		assert_int_equal(bytes.len, 0);
	}
	writer_wait(w, 0);
	assert_int_equal(writer_queued_bytes(w), 0);
	assert_holds(fd, at);
	writer_destroy(w);
	buf_deinit(&bytes);
	close(fd);
}

TEST(writes_all_before_it_ends)
{
	int fd = temporary();
	struct writer *w = create(fd);
	struct buf bytes = BUF_INIT;

	fill(buf_reserve(&bytes, 8 * MIB), 0, 8 * MIB);
	bytes.len = 8 * MIB;
	writer_add(w, &bytes);
	writer_destroy(w);
	buf_deinit(&bytes);
	assert_holds(fd, 8 * MIB);
	close(fd);
}

TEST(a_small_output_needs_no_thread)
{
	int fd = temporary();
	struct out o;

	out_init(&o, fd);
	assert_int_equal(write_records(&o, MIB / 2), 0);
	assert_null(o.writer);
	assert_int_equal(out_flush(&o), 0);
	assert_holds(fd, MIB / 2);
	out_deinit(&o);
	close(fd);
}

TEST(a_large_output_arrives_whole_and_in_order)
{
	int fd = temporary();
	struct out o;

	out_init(&o, fd);
	assert_int_equal(write_records(&o, 20 * MIB), 0);
	assert_non_null(o.writer);
	assert_int_equal(out_push(&o), 0);
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(out_unsent_bytes(&o), 0);
	assert_holds(fd, 20 * MIB);
	assert_int_equal(write_records(&o, 1000), 0);
	out_deinit(&o); /* flushes */
	assert_int_equal(lseek(fd, 0, SEEK_END), 20 * MIB + 1000);
	close(fd);
}

TEST(a_full_disk_shows_at_a_commit_or_the_flush)
{
	int fd = open("/dev/full", O_WRONLY);
	struct out o;

	assert_true(fd >= 0);
	out_init(&o, fd);
	o.direct_bytes = 2 * MIB; /* as if these had found room */
	write_records(&o, 3 * MIB);
	assert_non_null(o.writer);
	assert_int_equal(out_flush(&o), -ENOSPC);
	assert_int_equal(o.error, -ENOSPC);
	out_puts(&o, "more");
	assert_int_equal(o.pending.len, 0);
	assert_int_equal(out_commit(&o), -ENOSPC);
	out_deinit(&o);
	close(fd);
}

TEST(a_reader_that_goes_away_is_an_error_and_no_signal)
{
	struct out o;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	out_init(&o, ends[1]);
	assert_int_equal(write_records(&o, 4 * MIB), 0);
	assert_non_null(o.writer);
	close(ends[0]); /* SIGPIPE is at its default here, and would end the test */
	for (int i = 0; i < 1000 && write_records(&o, MIB) != -EPIPE; i++)
		;
	assert_int_equal(out_flush(&o), -EPIPE);
	out_deinit(&o);
	close(ends[1]);
}

TEST(a_reader_that_sleeps_fills_it_up_but_makes_no_commit_wait)
{
	struct out o;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	out_init(&o, ends[1]);
	assert_int_equal(write_records(&o, OUT_PATIENCE_BYTES / 2), 0);
	assert_false(out_is_full(&o));
	assert_int_equal(write_records(&o, OUT_PATIENCE_BYTES / 2 - MIB), 0);
	assert_true(out_is_full(&o));
	assert_true(out_unsent_bytes(&o) > OUT_PATIENCE_BYTES - 2 * MIB);
	close(ends[0]);
	assert_int_equal(out_flush(&o), -EPIPE);
	assert_false(out_is_full(&o));
	out_deinit(&o);
	close(ends[1]);
}

static void *read_all(void *fd)
{
	static char got[9000];
	size_t at = 0;
	ssize_t n;

	while ((n = read(*(int *)fd, got, sizeof(got))) > 0)
		for (ssize_t i = 0; i < n; i++, at++)
			if ((uint8_t)got[i] != byte_at(at))
				return NULL;
	return (void *)at;
}

TEST(waits_for_a_slow_reader_once_its_patience_ends)
{
	const size_t len = OUT_PATIENCE_BYTES + 8 * MIB;
	pthread_t reader;
	void *nr_read;
	struct out o;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	out_init(&o, ends[1]);
	assert_int_equal(pthread_create(&reader, NULL, read_all, &ends[0]), 0);
	assert_int_equal(write_records(&o, len), 0);
	out_deinit(&o);
	close(ends[1]);
	pthread_join(reader, &nr_read);
	assert_int_equal((size_t)nr_read, len);
	close(ends[0]);
}

TEST(a_spool_counts_for_the_output_it_is_for)
{
	int fd = temporary();
	struct spool *spool;
	struct out o;

	out_init(&o, fd);
	spool = spool_create(&o);
	assert_ptr_equal(o.feeder, spool_out(spool));
	assert_int_equal(write_records(spool_out(spool), 5 * MIB), 0);
	assert_non_null(spool_out(spool)->writer);
	assert_int_equal(spool_copy(spool), 0);
	spool_destroy(spool);
	assert_null(o.feeder);
	assert_int_equal(out_flush(&o), 0);
	assert_holds(fd, 5 * MIB);
	out_deinit(&o);
	close(fd);
}
