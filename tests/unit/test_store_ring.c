#include "test.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "event_build.h"
#include "store_build.h"
#include "track/track.h"

#define RING_BYTES 65536

static const struct store_facts no_facts = {.writer = "renacer"};

static struct store_writer *begin(int *ret_fd)
{
	struct store_writer *w;

	*ret_fd = memfd_create("trace", MFD_CLOEXEC);
	w = store_writer_create(*ret_fd, "trace", &no_facts);
	store_writer_keep_ring(w, RING_BYTES);
	assert_int_equal(store_sink.begin(w, NULL), 0);
	return w;
}

static void add(struct store_writer *w, const struct event *ev)
{
	assert_int_equal(store_sink.event(w, ev, NULL), 0);
}

/* Reads that do not compress well, numbered by the last argument. */
static void add_reads(struct store_writer *w, unsigned from, unsigned to)
{
	uint64_t data[8];
	uint64_t random = from + 1;

	for (unsigned i = from; i < to; i++) {
		struct event *ev = build_call(1, 1, CALL_read, 64, 3, 0, i);

		for (size_t j = 0; j < 8; j++)
			data[j] = random = random * 6364136223846793005u + 1442695040888963407u;
		build_bytes(ev, 1, CAPTURE_AT_EXIT, data, sizeof(data));
		add(w, ev);
		event_build_reset();
	}
}

static struct store_reader *open_fd(int fd)
{
	struct store_reader *r;
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	assert_int_equal(store_reader_open(&r, name, NULL), 0);
	return r;
}

/* Checks that the last of `nr` reads are there without a gap; returns how many. */
static unsigned check_reads(struct store_reader *r, struct track *t, unsigned nr)
{
	unsigned expected = 0, seen = 0;
	struct event ev;

	while (store_reader_next(r, &ev)) {
		track_sink.event(t, &ev, NULL);
		if (ev.kind != EV_CALL || ev.call.nr)
			continue;
		if (seen++)
			assert_int_equal(ev.call.args[2], expected);
		expected = (unsigned)ev.call.args[2] + 1;
		assert_string_equal(track_fd(t, 1, 3, TRACK_AFTER)->path, "/etc/passwd");
	}
	assert_int_equal(store_reader_state(r), STORE_WHOLE);
	assert_int_equal(expected, nr);
	return seen;
}

static void add_open(struct store_writer *w)
{
	add(w, build_string(build_call(1, 1, CALL_openat, 3, AT_FDCWD), 1, "/etc/passwd"));
	event_build_reset();
}

TEST(the_last_events_are_kept_and_what_was_true_before)
{
	struct track *t = track_create();
	const struct store_facts *facts;
	struct store_reader *r;
	struct store_writer *w;
	unsigned seen;
	int fd;

	w = begin(&fd);
	add_open(w);
	add_reads(w, 0, 20000);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	assert_int_equal(store_sink.end(w, NULL), 0);
	store_writer_destroy(w);
	assert_true(lseek(fd, 0, SEEK_END) > RING_BYTES / 2);
	r = open_fd(fd);
	facts = store_reader_facts(r);
	assert_int_equal(facts->ring_bytes, RING_BYTES);
	seen = check_reads(r, t, 20000);
	assert_true(seen > 100);
	/* each read holds 64 bytes that do not compress */
	assert_true(seen < 20000);
	assert_int_equal(facts->nr_dropped, 20001 - seen);
	/* the state is not counted among the calls */
	assert_int_equal(store_reader_end(r)->nr_calls, seen);
	assert_null(store_reader_end(r)->because);
	store_reader_close(r);
	track_destroy(t);
	close(fd);
}

TEST(nothing_dropped_is_nothing_missing)
{
	struct track *t = track_create();
	struct store_reader *r;
	struct store_writer *w;
	int fd;

	w = begin(&fd);
	add_open(w);
	add_reads(w, 0, 10);
	assert_int_equal(store_sink.end(w, NULL), 0);
	store_writer_destroy(w);
	r = open_fd(fd);
	assert_int_equal(check_reads(r, t, 10), 10);
	assert_int_equal(store_reader_facts(r)->nr_dropped, 0);
	assert_int_equal(store_reader_end(r)->nr_events, 11);
	store_reader_close(r);
	track_destroy(t);
	close(fd);
}

TEST(a_ring_goes_on_when_it_was_written)
{
	int fd, other = memfd_create("other", MFD_CLOEXEC);
	struct track *t = track_create(), *later = track_create();
	struct store_writer *w = begin(&fd);
	struct store_reader *r;

	add_open(w);
	add_reads(w, 0, 3000);
	assert_int_equal(store_writer_write_ring(w, other, "somebody asked"), 0);
	r = open_fd(other);
	check_reads(r, t, 3000);
	assert_string_equal(store_reader_end(r)->because, "somebody asked");
	store_reader_close(r);
	add_reads(w, 3000, 6000);
	assert_int_equal(store_writer_finish(w, "enough", NULL), 0);
	add_reads(w, 6000, 6001); /* too late */
	assert_int_equal(store_sink.end(w, NULL), 0);
	store_writer_destroy(w);
	r = open_fd(fd);
	check_reads(r, later, 6000);
	assert_string_equal(store_reader_end(r)->because, "enough");
	store_reader_close(r);
	track_destroy(t);
	track_destroy(later);
	close(fd);
	close(other);
}

TEST(a_ring_that_cannot_be_written_says_so)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct store_writer *w = store_writer_create(full, "/dev/full", &no_facts);

	store_writer_keep_ring(w, RING_BYTES);
	assert_int_equal(store_sink.begin(w, NULL), 0);
	add_open(w);
	assert_int_equal(store_writer_write_ring(w, full, "x"), -28);
	assert_int_equal(store_sink.end(w, NULL), -28);
	store_writer_destroy(w);
	close(full);
}
