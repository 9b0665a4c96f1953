#include "test.h"

#include <string.h>

#include "render/renderer.h"
#include "render/summary_json.h"
#include "render/summary_text.h"
#include "report/summary.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/macros.h"

static struct summary_row read_row = {
	.key = (char *)"read", .calls = 4, .errors = 1, .moves_data = true, .bytes = 10};
static struct summary_row brk_row = {.key = (char *)"brk", .calls = 1};
static struct summary_row gone_row = {.key = (char *)"futex", .unfinished = 2};
static struct summary_row *rows[] = {&read_row, &brk_row, &gone_row};

static void fill(struct summary_table *ret)
{
	static const uint64_t times[] = {40, 50, 60, 2345670000};

	histogram_deinit(&read_row.times);
	histogram_deinit(&brk_row.times);
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		histogram_add(&read_row.times, times[i]);
	histogram_add(&brk_row.times, 1881234);
	*ret = (struct summary_table){
		.rows = rows,
		.nr_rows = 2,
		.nr_all = 3,
		.calls = 5,
		.errors = 1,
		.unfinished = 2,
		.time_ns = read_row.times.sum + brk_row.times.sum,
		.elapsed_ns = 5200000000,
		.usage = {true, 1000000, 2000, 12, 3},
	};
}

static void check_text(const struct summary_table *table, const struct render_options *options,
	const char *expected)
{
	struct buf out = BUF_INIT;

	summary_text_draw(&out, table, options);
	assert_string_equal(buf_cstr(&out), expected);
	buf_deinit(&out);
	histogram_deinit(&read_row.times);
	histogram_deinit(&brk_row.times);
}

TEST(table)
{
	static const struct render_options options = {0};
	struct summary_table table;

	fill(&table);
	check_text(&table, &options,
		"System Call Summary:\n"
		"====================\n"
		"Syscall          Calls    Errors    Total Time    Avg Time    p50         p90       "
		"p99\n"
		"read             4        1         2345.67ms     586.42ms    0.0000500ms 2345.67ms "
		"2345.67ms\n"
		"brk              1        0         1.881ms       1.881ms     -           -         "
		"-\n"
		"\n"
		"Total: 5 calls, 1 errors\n"
		"Total syscall time: 2.35s\n"
		"Latency: read p50 0.0000500ms p90 2345.67ms p99 2345.67ms\n"
		"Never returned: futex 2\n"
		"Page faults: 12 minor, 3 major\n"
		"Elapsed: 5.20s (user 0.00100s, system 0.00000200s, waiting 5.20s)\n");
}

TEST(what_is_not_known_is_left_out)
{
	static const uint8_t columns[] = {SUMMARY_CALLS, SUMMARY_BYTES, SUMMARY_KEY};
	static const struct render_options options = {
		.summary_columns = columns, .nr_summary_columns = ARRAY_SIZE(columns)};
	struct summary_table table;

	fill(&table);
	histogram_deinit(&read_row.times);
	table.nr_all = 2;
	table.usage.known = false;
	table.by = SUMMARY_BY_PATH;
	check_text(&table, &options,
		"System Call Summary:\n"
		"====================\n"
		"Calls    Bytes       Path\n"
		"4        10          read\n"
		"1        -           brk\n"
		"\n"
		"Total: 5 calls, 1 errors\n"
		"Total syscall time: 2.35s\n"
		"Elapsed: 5.20s\n");
}

TEST(straces_table)
{
	static const struct render_options options = {.summary_strace = true};
	struct summary_table table;

	fill(&table);
	check_text(&table, &options,
		"% time     seconds  usecs/call     calls    errors syscall\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		" 99.92    2.345670      586417         4         1 read\n"
		"  0.08    0.001881        1881         1           brk\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		"100.00    2.347551      469510         5         1 total\n"
		"Elapsed: 5.20s (user 0.00100s, system 0.00000200s, waiting 5.20s)\n");
}

TEST(rows_as_json)
{
	struct render_options options = {0};
	struct summary_table table;
	struct buf out = BUF_INIT;
	struct json j;

	fill(&table);
	json_init(&j, &out);
	json_object_begin(&j);
	summary_json_draw_row(&j, &read_row, &options);
	json_object_end(&j);
	assert_string_equal(buf_cstr(&out),
		"{\"name\":\"read\",\"calls\":4,\"errors\":1,\"duration_ns\":2345670150,\"avg_ms\":"
		"586.417538,\"p50_ms\":0.00005,\"p90_ms\":2345.67,\"p95_ms\":2345.67,\"p99_ms\":"
		"2345.67,\"min_ns\":40,\"max_ns\":2345670000,\"bytes\":10,\"avg_bytes\":2.5}");
	buf_reset(&out);
	options.extended = true;
	json_init(&j, &out);
	json_object_begin(&j);
	summary_json_draw_row(&j, &read_row, &options);
	json_object_end(&j);
	assert_non_null(strstr(buf_cstr(&out), ",\"stddev_ms\":"));
	assert_non_null(strstr(buf_cstr(&out), ",\"p75_ms\":0."));
	assert_non_null(strstr(buf_cstr(&out), ",\"p999_ms\":2345.67,"));
	buf_reset(&out);
	json_init(&j, &out);
	json_object_begin(&j);
	summary_json_draw_totals(&j, &table);
	json_object_end(&j);
	assert_string_equal(buf_cstr(&out),
		"{\"total_errors\":1,\"clock\":\"wall\",\"user_nanos\":1000000,\"system_nanos\":2000,"
		"\"minor_faults\":12,\"major_faults\":3}");
	buf_deinit(&out);
	histogram_deinit(&read_row.times);
	histogram_deinit(&brk_row.times);
}
