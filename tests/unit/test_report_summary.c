#include "test.h"

#include <errno.h>
#include <string.h>

#include "event_build.h"
#include "filter/filter.h"
#include "report/summary.h"
#include "util/macros.h"

static struct filter *everything;

static struct summary *create(struct summary_config config)
{
	struct summary *s;

	everything = filter_create();
	config.filter = everything;
	s = summary_create(&config);
	assert_int_equal(summary_sink.begin(s, NULL), 0);
	return s;
}

static void destroy(struct summary *s)
{
	summary_destroy(s);
	filter_destroy(everything);
	event_build_reset();
}

static void see(struct summary *s, const struct event *ev)
{
	assert_int_equal(summary_sink.event(s, ev, NULL), 0);
}

static struct event *took(struct event *ev, uint64_t ns)
{
	ev->time_ns = ev->call.enter_ns + ns;
	return ev;
}

static struct event *flagged(struct event *ev, uint8_t flags)
{
	ev->call.flags = flags;
	return ev;
}

static const struct summary_row *row_of(const struct summary_table *table, const char *key)
{
	for (size_t i = 0; i < table->nr_rows; i++)
		if (!strcmp(table->rows[i]->key, key))
			return table->rows[i];
	fail_msg("no row %s", key);
	return NULL;
}

TEST(calls_errors_bytes_and_times_are_counted_by_name)
{
	struct summary *s = create((struct summary_config){.sort = SUMMARY_TIME});
	const struct summary_table *table;
	const struct summary_row *row;

	see(s, took(build_call(1, 1, CALL_read, 100, 3), 10));
	see(s, took(build_call(1, 1, CALL_read, -EAGAIN, 3), 30));
	see(s, took(build_call(1, 2, CALL_read, 0, 3), 20));
	see(s, took(build_call(1, 1, CALL_mmap, 0x7f0000000000, 0), 500));
	/* the kernel's own code for a restart counts as strace has it, an address does not */
	see(s, took(build_call(1, 1, CALL_pause, -514), 7));
	table = summary_make(s, 0);
	assert_int_equal(table->nr_rows, 3);
	assert_string_equal(table->rows[0]->key, "mmap");
	assert_int_equal(table->rows[0]->errors, 0);
	assert_false(table->rows[0]->moves_data);
	row = table->rows[1];
	assert_string_equal(row->key, "read");
	assert_int_equal(row->calls, 3);
	assert_int_equal(row->errors, 1);
	assert_int_equal(row->bytes, 100);
	assert_int_equal(row->times.sum, 60);
	assert_true(summary_value(table, row, SUMMARY_AVG) == 20);
	assert_true(summary_value(table, row, SUMMARY_P50) == 20);
	assert_true(summary_value(table, row, SUMMARY_P99) == 30);
	assert_true(summary_value(table, row, SUMMARY_MIN) == 10);
	assert_int_equal(row_of(table, "pause")->errors, 1);
	assert_int_equal(table->calls, 5);
	assert_int_equal(table->errors, 2);
	assert_int_equal(table->time_ns, 567);
	destroy(s);
}

TEST(a_call_that_never_returned_is_in_no_row)
{
	struct summary *s = create((struct summary_config){.sort = SUMMARY_TIME});
	const struct summary_table *table;

	see(s, flagged(build_call(1, 1, CALL_exit_group, 0), CALL_UNFINISHED));
	see(s, build_call(1, 1, CALL_close, 0, 3));
	see(s, flagged(build_call(1, 1, CALL_close, 0, 3), CALL_UNFINISHED));
	table = summary_make(s, 0);
	assert_int_equal(table->nr_rows, 1);
	assert_int_equal(table->nr_all, 2);
	assert_int_equal(table->unfinished, 2);
	assert_int_equal(table->calls, 1);
	assert_string_equal(table->rows[1]->key, "exit_group");
	assert_int_equal(table->rows[1]->unfinished, 1);
	destroy(s);
}

TEST(a_call_whose_entry_was_not_seen_counts_without_a_time)
{
	struct summary *s = create((struct summary_config){.sort = SUMMARY_TIME});
	const struct summary_table *table;

	see(s, flagged(build_call(1, 1, CALL_read, 5, 3), CALL_NO_ENTER));
	table = summary_make(s, 0);
	assert_int_equal(table->rows[0]->calls, 1);
	assert_int_equal(table->rows[0]->bytes, 5);
	assert_int_equal(table->rows[0]->times.nr, 0);
	destroy(s);
}

TEST(rows_are_sorted_by_a_column_and_then_by_key)
{
	struct summary *s = create((struct summary_config){.sort = SUMMARY_CALLS});
	const struct summary_table *table;

	see(s, build_call(1, 1, CALL_write, 1));
	see(s, build_call(1, 1, CALL_close, 0));
	see(s, build_call(1, 1, CALL_brk, 0));
	see(s, build_call(1, 1, CALL_brk, 0));
	table = summary_make(s, 0);
	assert_string_equal(table->rows[0]->key, "brk");
	assert_string_equal(table->rows[1]->key, "close");
	assert_string_equal(table->rows[2]->key, "write");
	destroy(s);
}

TEST(numbers_in_no_table_have_rows_of_their_own)
{
	struct summary *s = create((struct summary_config){.sort = SUMMARY_KEY});
	struct event *first = build_call(1, 1, CALL_read, 0);
	struct event *second = build_call(1, 1, CALL_read, 0);
	const struct summary_table *table;

	first->call.nr = 600;
	second->call.nr = 0x7fffffff;
	see(s, first);
	see(s, second);
	see(s, first);
	table = summary_make(s, 0);
	assert_int_equal(table->nr_rows, 2);
	assert_int_equal(row_of(table, "syscall_0x258")->calls, 2);
	assert_int_equal(row_of(table, "syscall_0x7fffffff")->calls, 1);
	destroy(s);
}

TEST(rows_by_error)
{
	struct summary *s =
		create((struct summary_config){.by = SUMMARY_BY_ERRNO, .sort = SUMMARY_CALLS});
	const struct summary_table *table;

	see(s, build_call(1, 1, CALL_access, -ENOENT));
	see(s, build_call(1, 1, CALL_openat, -ENOENT));
	see(s, build_call(1, 1, CALL_openat, -EACCES));
	see(s, build_call(1, 1, CALL_openat, 3));
	table = summary_make(s, 0);
	assert_int_equal(table->nr_rows, 3);
	assert_string_equal(table->rows[0]->key, "ENOENT");
	assert_int_equal(table->rows[0]->errors, 2);
	assert_int_equal(row_of(table, "(none)")->errors, 0);
	destroy(s);
}

TEST(keys_beyond_a_limit_share_a_row)
{
	struct summary *s =
		create((struct summary_config){.by = SUMMARY_BY_PID, .sort = SUMMARY_NOTHING});
	const struct summary_table *table;
	struct event *ev = build_call(1, 1, CALL_close, 0);

	for (int pid = 1; pid <= 100010; pid++) {
		ev->pid = pid;
		see(s, ev);
	}
	table = summary_make(s, 0);
	assert_int_equal(table->nr_rows, 100001);
	assert_string_equal(table->rows[100000]->key, "(others)");
	assert_int_equal(table->rows[100000]->calls, 10);
	destroy(s);
}

/* What an engine would tell: 3 reads, and the clone of a thread and of a process. */
static void tell(void *self, engine_sum_fn add, void *to)
{
	struct histogram times = {0};
	struct engine_sum sum = {.nr = (uint32_t)call_number(ABI_X86_64, CALL_read),
		.calls = 3,
		.errors = 1,
		.moved = 30,
		.times = &times};

	histogram_add(&times, 1000);
	histogram_add(&times, 3000);
	histogram_add(&times, 2000);
	add(to, &sum);
	sum = (struct engine_sum){.nr = (uint32_t)call_number(ABI_X86_64, CALL_clone),
		.calls = *(uint64_t *)self,
		.times = &times};
	add(to, &sum);
	histogram_deinit(&times);
}

TEST(what_the_engine_counted_and_what_came_as_events_is_one_table)
{
	uint64_t nr_clones = 1;
	struct summary *s = create((struct summary_config){
		.sort = SUMMARY_KEY, .read_sums = tell, .sums_self = &nr_clones});
	struct event *fork = event_build(EV_FORK, 1, 1);
	const struct summary_table *table;

	see(s, fork);
	see(s, took(build_call(1, 1, CALL_read, 7, 3), 4000));
	for (int twice = 0; twice < 2; twice++) {
		const struct summary_row *row;

		table = summary_make(s, 0);
		row = row_of(table, "read");
		assert_int_equal(row->calls, 4);
		assert_int_equal(row->errors, 1);
		assert_int_equal(row->bytes, 37);
		assert_int_equal(row->times.nr, 4);
		assert_int_equal(row->times.sum, 10000);
		assert_int_equal(row->times.max, 4000);
		assert_false(table->forked);
	}
	nr_clones = 2; /* one more than the engine follows */
	assert_true(summary_make(s, 0)->forked);
	destroy(s);
}

TEST(time_runs_from_exec_to_the_last_end)
{
	struct summary *s = create((struct summary_config){.sort = SUMMARY_TIME});
	struct event *exec = event_build(EV_EXEC, 1, 1);
	struct event *exit = event_build(EV_EXIT, 1, 1);

	exec->time_ns = 1000;
	exit->time_ns = 5000;
	see(s, build_call(1, 1, CALL_execve, 0));
	see(s, exec);
	assert_int_equal(summary_make(s, 3000)->elapsed_ns, 2000);
	see(s, exit);
	summary_sink.end(s, NULL);
	assert_int_equal(summary_make(s, 9000)->elapsed_ns, 4000);
	destroy(s);
}

TEST(straces_names_of_columns_are_known)
{
	static const char *const names[] = {"time-percent", "total-time", "avg-time", "min-time",
		"max-time", "calls", "errors", "name", "syscall", "count", "nothing"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_true(summary_column_by_name(names[i]) >= 0);
	assert_int_equal(summary_column_by_name("speed"), -1);
	assert_int_equal(summary_key_by_name("path"), SUMMARY_BY_PATH);
	assert_int_equal(summary_key_by_name("colour"), -1);
}
