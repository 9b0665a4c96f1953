#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>

#include "event_build.h"
#include "filter/filter.h"
#include "report/anomaly.h"
#include "report/baseline.h"
#include "track/track.h"
#include "util/macros.h"

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int ascending_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The formula of the header, the long way. */
static double score_of(const uint64_t *times, size_t nr, uint64_t x)
{
	uint64_t sorted[512];
	double off[512], median, s;
	size_t rank95 = (size_t)ceil(0.95 * (double)nr);

	memcpy(sorted, times, nr * sizeof(*times));
	qsort(sorted, nr, sizeof(*sorted), ascending);
	median = log((double)sorted[(nr + 1) / 2 - 1]);
	for (size_t i = 0; i < nr; i++)
		off[i] = fabs(log((double)sorted[i]) - median);
	qsort(off, nr, sizeof(*off), ascending_double);
	s = fmax(1.4826 * off[(nr + 1) / 2 - 1],
		(log((double)sorted[rank95 - 1]) - median) / 1.6449);
	return (log((double)x) - median) / fmax(s, BASELINE_SCALE_MIN);
}

TEST(a_baseline_is_the_last_times_whatever_their_order)
{
	for (size_t window = 1; window <= 100; window = window * 3 / 2 + 1) {
		struct baseline b;
		uint64_t times[512];

		baseline_init(&b, window);
		srand((unsigned)window);
		for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
			size_t nr = i + 1 < window ? i + 1 : window;
			uint64_t least = UINT64_MAX, most = 0;

			times[i] = 1 + (uint64_t)(rand() % (i % 7 ? 40 : 100000));
			baseline_add(&b, times[i]);
			assert_int_equal(b.nr, nr);
			for (size_t at = i + 1 - nr; at <= i; at++) {
				least = MIN(least, times[at]);
				most = MAX(most, times[at]);
			}
			assert_int_equal(baseline_quantile(&b, 0), least);
			assert_int_equal(baseline_quantile(&b, 1), most);
			assert_true(fabs(baseline_score(&b, 77777, 0) -
					    score_of(times + i + 1 - nr, nr, 77777)) < 1e-9);
		}
		baseline_deinit(&b);
	}
}

TEST(what_is_odd_in_less_than_half_of_the_window_moves_no_median)
{
	struct baseline b;

	baseline_init(&b, 100);
	for (int i = 0; i < 100; i++)
		baseline_add(&b, i % 50 == 7 ? 30000000 : (uint64_t)(1000 + i % 10));
	assert_in_range(baseline_quantile(&b, 0.5), 1000, 1010);
	assert_true(baseline_score(&b, 30000000, 0) > 50);
	assert_true(
		baseline_score(&b, 1100, 0) < 1); /* 10 % are no news, however alike the others */
	assert_true(baseline_score(&b, 10, 0) < 0);
	baseline_deinit(&b);
}

TEST(what_happens_to_one_in_ten_is_usual)
{
	struct baseline b;

	baseline_init(&b, 100);
	for (int i = 0; i < 100; i++)
		baseline_add(&b, i % 10 == 7 ? 3000000 : 1000);
	assert_true(baseline_score(&b, 3000000, 0) < 2);
	baseline_deinit(&b);
}

/* A run of anomalies_sink behind the tracker. */
struct run {
	struct track *track;
	struct filter *filter;
	struct anomalies *anomalies;
	unsigned nr_found;
};

static void run_begin(struct run *r, const struct anomaly_config *config)
{
	struct anomaly_config all = *config;

	*r = (struct run){.track = track_create(), .filter = filter_create()};
	all.track = r->track;
	all.filter = r->filter;
	r->anomalies = anomalies_create(&all);
}

static void run_end(struct run *r)
{
	anomalies_destroy(r->anomalies);
	filter_destroy(r->filter);
	track_destroy(r->track);
	event_build_reset();
}

static const struct anomaly *feed(struct run *r, struct event *ev)
{
	track_sink.event(r->track, ev, NULL);
	anomalies_sink.event(r->anomalies, ev, NULL);
	if (anomalies_found(r->anomalies))
		r->nr_found++;
	return anomalies_found(r->anomalies);
}

static struct event *taking(struct event *ev, uint64_t took_ns)
{
	ev->time_ns = event_build_clock += took_ns;
	ev->call.enter_ns = ev->time_ns - took_ns;
	return ev;
}

static void open_path(struct run *r, int fd, const char *path)
{
	struct event *ev = build_call(1, 1, CALL_openat, fd, (uint64_t)AT_FDCWD, 0x5000, O_RDONLY);

	build_bytes_at(ev, 1, CAPTURE_AT_ENTER, 0x5000, path, strlen(path) + 1);
	feed(r, taking(ev, 2000));
}

#define READ(fd, bytes, took) taking(build_call(1, 1, CALL_read, bytes, fd, 0x9000, 4096), took)

static void read_often(struct run *r, int fd, int bytes, int nr)
{
	for (int i = 0; i < nr; i++)
		feed(r, READ((uint64_t)fd, bytes, 1000 + (uint64_t)(i * 37 % 100)));
}

static const struct anomaly_config plain = {.nr_worst = 3};

TEST(a_slow_read_is_found_and_its_figures_are_right)
{
	const struct anomaly *found;
	struct run r;

	run_begin(&r, &plain);
	open_path(&r, 3, "/etc/passwd");
	read_often(&r, 3, 100, 100);
	assert_int_equal(r.nr_found, 0);
	found = feed(&r, READ(3, 100, 5001050));
	assert_non_null(found);
	assert_int_equal(found->id, CALL_read);
	assert_int_equal(found->object, ANOMALY_FILE);
	assert_int_equal(found->fd, 3);
	assert_string_equal(found->path, "/etc/passwd");
	assert_int_equal(found->took_ns, 5001050);
	assert_in_range(found->usual_ns, 1000, 1099);
	assert_int_equal(found->excess_ns, found->took_ns - found->usual_ns);
	assert_in_range(found->p99_ns, found->usual_ns, 1099);
	assert_int_equal(found->nr_samples, 100);
	assert_true(found->score > 50);
	assert_null(feed(&r, READ(3, 100, 1050)));
	run_end(&r);
}

TEST(it_is_not_judged_before_there_is_a_baseline)
{
	struct run r;

	run_begin(&r, &plain);
	open_path(&r, 3, "/etc/passwd");
	read_often(&r, 3, 100, ANOMALY_SAMPLES_MIN - 1);
	assert_null(feed(&r, READ(3, 100, 5000000)));
	/* which was the last that was missing */
	assert_non_null(feed(&r, READ(3, 100, 5000000)));
	run_end(&r);
}

TEST(short_hiccups_and_waiting_for_a_cpu_are_not_slowness)
{
	struct event *ev;
	struct run r;

	run_begin(&r, &plain);
	open_path(&r, 3, "/etc/passwd");
	read_often(&r, 3, 100, 100);
	assert_null(feed(&r, READ(3, 100, ANOMALY_EXCESS_NS)));
	assert_non_null(feed(&r, READ(3, 100, ANOMALY_EXCESS_NS + 2000)));
	ev = READ(3, 100, 50000000);
	ev->call.queued_ns = 49900000;
	assert_null(feed(&r, ev));
	ev = READ(3, 100, 50000000);
	ev->call.queued_ns = 49000000;
	assert_non_null(feed(&r, ev));
	assert_in_range(anomalies_found(r.anomalies)->excess_ns, 990000, 1000000);
	ev = READ(3, 100, 1000);
	ev->call.queued_ns = 5000; /* clocks may differ */
	assert_null(feed(&r, ev));
	run_end(&r);
}

TEST(only_like_is_compared_with_like)
{
	struct run r;

	run_begin(&r, &plain);
	open_path(&r, 3, "/etc/passwd");
	open_path(&r, 4, "/proc/self/maps");
	read_often(&r, 3, 100, 100);
	assert_null(feed(&r, READ(3, 4096, 5000000)));    /* another size */
	assert_null(feed(&r, READ(4, 100, 5000000)));     /* another kind of object */
	assert_null(feed(&r, READ(3, -EFAULT, 5000000))); /* another result */
	assert_null(feed(&r, taking(build_call(1, 1, CALL_pread64, 100, 3), 5000000)));
	assert_non_null(feed(&r, READ(3, 127, 5000000)));
	run_end(&r);
}

TEST(calls_that_wait_for_others_are_not_judged)
{
	struct run r;
	const int pipe_fds[2] = {5, 6};
	struct event *ev = build_call(1, 1, CALL_pipe2, 0, 0x7000, 0);

	run_begin(&r, &plain);
	build_bytes_at(ev, 0, CAPTURE_AT_EXIT, 0x7000, pipe_fds, sizeof(pipe_fds));
	feed(&r, ev);
	feed(&r, build_call(1, 1, CALL_socket, 7, AF_UNIX, SOCK_STREAM, 0));
	feed(&r, build_call(1, 1, CALL_socket, 8, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
	open_path(&r, 9, "/dev/pts/1");
	for (int fd = 5; fd <= 10; fd++) {
		read_often(&r, fd, 100, 50); /* nobody knows what 10 is */
		assert_true(!feed(&r, READ((uint64_t)fd, 100, 5000000)) == (fd != 8));
	}
	for (int i = 0; i < 100; i++) {
		uint64_t took_ns = i == 99 ? 90000000 : 1000;

		feed(&r, taking(build_call(1, 1, CALL_futex, 0, 0x1000, 0), took_ns));
		feed(&r, taking(build_call(1, 1, CALL_wait4, 5, 0x1000, 0), took_ns));
		feed(&r, taking(build_call(1, 1, CALL_fcntl, 0, 3, F_SETLKW), took_ns));
	}
	assert_int_equal(r.nr_found, 1);
	run_end(&r);
}

TEST(calls_whose_time_is_not_known_are_left_out)
{
	static const uint8_t flags[] = {
		CALL_UNFINISHED, CALL_NO_ENTER, CALL_UNTIMED, CALL_INJECTED};
	struct run r;

	run_begin(&r, &plain);
	open_path(&r, 3, "/etc/passwd");
	read_often(&r, 3, 100, 100);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct event *ev = READ(3, 100, 5000000);

		ev->call.flags = flags[i];
		assert_null(feed(&r, ev));
	}
	run_end(&r);
}

TEST(the_worst_are_kept_in_order)
{
	static const uint64_t excess_ms[] = {4, 9, 2, 7, 1, 8, 3};
	const struct anomaly *worst;
	struct run r;
	size_t nr;

	run_begin(&r, &plain);
	open_path(&r, 3, "/etc/passwd");
	read_often(&r, 3, 100, 100);
	for (size_t i = 0; i < ARRAY_SIZE(excess_ms); i++) {
		read_often(&r, 3, 100, 50);
		feed(&r, READ(3, 100, 1500 + excess_ms[i] * 1000000));
	}
	worst = anomalies_worst(r.anomalies, &nr);
	assert_int_equal(anomalies_count(r.anomalies), ARRAY_SIZE(excess_ms));
	assert_int_equal(nr, 3);
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(worst[i].excess_ns / 1000000, 9 - i);
		assert_string_equal(worst[i].path, "/etc/passwd");
	}
	run_end(&r);
}

TEST(threshold_and_window_are_as_asked)
{
	const struct anomaly_config strict = {.threshold = 1000}, brief = {.window = 40};
	struct run r;

	run_begin(&r, &strict);
	open_path(&r, 3, "/etc/passwd");
	read_often(&r, 3, 100, 100);
	assert_null(feed(&r, READ(3, 100, 500000000)));
	run_end(&r);

	/* slow for as long as the window is: that is how it is now */
	run_begin(&r, &brief);
	open_path(&r, 3, "/etc/passwd");
	read_often(&r, 3, 100, 100);
	for (int i = 0; i < 40; i++)
		feed(&r, READ(3, 100, 5000000));
	r.nr_found = 0;
	for (int i = 0; i < 40; i++)
		feed(&r, READ(3, 100, 5000000));
	assert_int_equal(r.nr_found, 0);
	run_end(&r);
}

TEST(a_program_that_makes_up_groups_gets_no_more_memory_than_it_may)
{
	struct run r;

	run_begin(&r, &plain);
	for (uint64_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
		for (unsigned size = 0; size < 64; size++) {
			struct event *ev = READ(3, (int64_t)(UINT64_C(1) << size), 1000);

			ev->call.nr = (uint32_t)nr;
			feed(&r, ev);
		}
		event_build_reset();
	}
	assert_int_equal(r.nr_found, 0);
	run_end(&r);
}
