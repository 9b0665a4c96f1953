#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "event_build.h"
#include "query/query.h"
#include "store_build.h"
#include "util/err.h"

/* A trace file that has a name, and how its answers look. */
struct fixture {
	int fd;
	char path[64];
	struct query *q;
	struct buf answer, explained;
	struct err err;
};

#define NR_BLOCKS 24

/* Calls of a few tasks and names, each block with names and tasks of its own. */
static struct event *some_call(unsigned block, unsigned i)
{
	static const enum call_id names[] = {
		CALL_read, CALL_write, CALL_openat, CALL_close, CALL_futex, CALL_lseek};
	enum call_id id = names[(block / 4 + i % 2) % ARRAY_SIZE(names)];
	int tid = 100 + (int)(block / 3) + (int)(i % 2);
	int64_t ret = block % 5 == 2 && i % 3 == 0 ? -(int64_t)(1 + i % 4) : (int64_t)(i * block);
	struct event *ev = build_call(100, tid, id, ret, 3 + i % 2, 0, 8);

	if (id == CALL_openat)
		build_string(ev, 1, i % 2 ? "/etc/passwd" : "/tmp/x");
	ev->call.enter_ns = ev->time_ns - (block % 7) * 100 - i;
	if (id == CALL_futex && i % 4 == 1)
		ev->call.flags = CALL_UNFINISHED;
	if (id == CALL_lseek && i % 4 == 1) {
		ev->call.flags = CALL_NO_ENTER;
		ev->call.enter_ns = 0;
	}
	return ev;
}

static uint8_t *some_trace(size_t *ret_len)
{
	const struct store_facts facts = {.writer = "renacer", .string_limit = 64};
	struct store_build b;
	uint8_t *bytes;

	store_build_begin(&b, &facts);
	for (unsigned block = 0; block < NR_BLOCKS; block++) {
		for (unsigned i = 0; i < 12; i++)
			store_build_add(&b, some_call(block, i));
		if (block % 6 == 5) {
			struct event *ev = event_build(EV_EXIT, 100, 100 + (int)(block / 3));

			ev->exit.status = 3 << 8;
			store_build_add(&b, ev);
		}
		store_build_split(&b);
	}
	bytes = store_build_end(&b, ret_len);
	store_build_deinit(&b);
	event_build_reset();
	return bytes;
}

static void open_bytes(struct fixture *f, const uint8_t *bytes, size_t len, size_t times)
{
	char *paths[] = {f->path, f->path};
	struct query_config config = {.paths = paths, .nr_paths = times, .string_limit = 64};

	*f = (struct fixture){.fd = memfd_create("trace", MFD_CLOEXEC)};
	assert_int_equal(write(f->fd, bytes, len), (ssize_t)len);
	snprintf(f->path, sizeof(f->path), "/proc/self/fd/%d", f->fd);
	assert_int_equal(query_open(&f->q, &config, &f->err), 0);
}

static void open_some(struct fixture *f)
{
	size_t len;
	uint8_t *bytes = some_trace(&len);

	open_bytes(f, bytes, len, 1);
	free(bytes);
}

static void close_fixture(struct fixture *f)
{
	query_close(f->q);
	buf_deinit(&f->answer);
	buf_deinit(&f->explained);
	close(f->fd);
}

static int take_names(void *self, char *const *names, size_t nr)
{
	return 0;
}

static int take_row(void *self, const struct cell *cells, size_t nr)
{
	struct buf *to = self;

	for (size_t i = 0; i < nr; i++) {
		buf_adds(to, i ? "|" : "");
		switch (cells[i].kind) {
		case CELL_NONE: break;
		case CELL_INTEGER: buf_add_i64(to, cells[i].integer); break;
		case CELL_REAL: buf_printf(to, "%g", cells[i].real); break;
		case CELL_TEXT: buf_add(to, cells[i].bytes, cells[i].len); break;
		}
	}
	buf_adds(to, "\n");
	return 0;
}

static const struct query_sink sink = {take_names, take_row};

/* The rows, as lines. */
static const char *ask(struct fixture *f, const char *sql)
{
	buf_reset(&f->answer);
	buf_reset(&f->explained);
	if (query_run(f->q, sql, &sink, &f->answer, &f->err) < 0)
		fail_msg("%s: %s", sql, f->err.text);
	query_explain(f->q, &f->explained);
	buf_cstr(&f->explained);
	return buf_cstr(&f->answer);
}

static void check_refused(struct fixture *f, const char *sql, const char *why)
{
	if (query_run(f->q, sql, &sink, &f->answer, &f->err) != -EINVAL)
		fail_msg("not refused: %s", sql);
	if (!strstr(f->err.text, why))
		fail_msg("%s: %s", sql, f->err.text);
}

TEST(answers)
{
	struct fixture f;

	open_some(&f);
	assert_string_equal(ask(&f, "SELECT count(*), count(DISTINCT tid) FROM calls"), "288|9\n");
	assert_string_equal(
		ask(&f, "SELECT DISTINCT path FROM calls WHERE name = 'openat' ORDER BY 1"),
		"/etc/passwd\n/tmp/x\n");
	assert_string_equal(ask(&f, "SELECT kind, exit_code, count(*) FROM events GROUP BY 1, 2"),
		"exit|3|4\n");
	assert_string_equal(
		ask(&f, "SELECT count(*), count(end_ns), count(parent) FROM tasks"), "9|4|0\n");
	assert_string_equal(ask(&f, "SELECT calls, events, state FROM runs"), "288|292|whole\n");
	assert_string_equal(
		ask(&f, "SELECT count(*) FROM calls WHERE unfinished AND result IS NULL"), "12\n");
	assert_string_equal(ask(&f, "SELECT DISTINCT timestamp_ns, duration_ns FROM calls "
				    "WHERE name = 'lseek' AND timestamp_ns IS NULL"),
		"|\n");
	close_fixture(&f);
}

TEST(blocks_that_cannot_match_are_skipped)
{
	struct fixture f;

	open_some(&f);
	ask(&f, "SELECT count(*) FROM calls WHERE tid = 100");
	assert_string_equal(f.explained.data,
		"calls: handed down: tid = 100; 3 blocks read, 21 skipped; 18 rows\n");
	ask(&f, "SELECT count(*) FROM calls WHERE +tid = 100");
	assert_string_equal(f.explained.data,
		"calls: handed down: nothing; 24 blocks read, 0 skipped; 288 rows\n");
	ask(&f, "SELECT count(*) FROM calls WHERE errno = 3");
	assert_non_null(strstr(f.explained.data, "errno = 3; 5 blocks read, 19 skipped"));
	ask(&f, "SELECT count(*) FROM calls WHERE name IN ('close', 'nothing')");
	assert_non_null(strstr(f.explained.data, "8 blocks read, 16 skipped; 48 rows"));
	ask(&f, "SELECT count(*) FROM calls WHERE name GLOB 'no*'");
	assert_non_null(strstr(f.explained.data, "0 blocks read, 24 skipped; 0 rows"));
	ask(&f, "SELECT count(*) FROM events WHERE kind = 'exit'");
	assert_non_null(strstr(f.explained.data, "4 blocks read, 20 skipped; 4 rows"));
	ask(&f, "SELECT count(*) FROM calls WHERE end_ns <= (SELECT min(end_ns) FROM calls)");
	assert_non_null(strstr(f.explained.data, "1 blocks read, 23 skipped; 1 rows"));
	/* of another collation names are not what they are */
	assert_string_equal(
		ask(&f, "SELECT count(*) FROM calls WHERE name = 'CLOSE' COLLATE NOCASE"), "48\n");
	close_fixture(&f);
}

static uint32_t dice = 1;

static uint32_t chance(uint32_t below)
{
	dice = dice * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)dice * below >> 32);
}

static const char *const numbers[] = {
	"tid", "pid", "duration_ns", "timestamp_ns", "end_ns", "result", "errno", "unfinished"};
static const char *const texts[] = {"name", "error", "file"};
static const char *const operators[] = {"=", "<", "<=", ">", ">=", "<>", "IS", "IS NOT"};

static void put_number(struct buf *to, const char *column)
{
	static const char *const odd[] = {"NULL", "-1", "1e30", "-1e30", "'100'", "'x'", "x'31'",
		"9223372036854775807", "-9223372036854775808", "101.5", "0", "-2.5", "9.3e18"};

	if (!chance(3))
		buf_adds(to, odd[chance(ARRAY_SIZE(odd))]);
	else if (!strcmp(column, "timestamp_ns") || !strcmp(column, "end_ns"))
		buf_printf(to, "(SELECT min(end_ns) FROM calls) + %u", chance(290000));
	else if (!strcmp(column, "tid") || !strcmp(column, "pid"))
		buf_printf(to, "%u", 99 + chance(11));
	else
		buf_printf(to, "%d", (int)chance(620) - 5);
}

static void put_text(struct buf *to)
{
	static const char *const words[] = {"'read'", "'close'", "'r%'", "'*e*'", "'EPERM'", "NULL",
		"'READ'", "7", "'futex'", "''", "'ENOENT'"};

	buf_adds(to, words[chance(ARRAY_SIZE(words))]);
}

static void put_condition(struct buf *to, unsigned depth)
{
	bool text = !chance(3);
	const char *column =
		text ? texts[chance(ARRAY_SIZE(texts))] : numbers[chance(ARRAY_SIZE(numbers))];
	uint32_t how = chance(depth < 3 ? 10 : 6);

	if (how >= 6) {
		buf_adds(to, chance(8) ? "(" : "NOT (");
		put_condition(to, depth + 1);
		buf_adds(to, how > 7 ? " OR " : " AND ");
		put_condition(to, depth + 1);
		buf_adds(to, ")");
		return;
	}
	buf_printf(to, "%s ", column);
	if (how == 0) {
		buf_adds(to, chance(2) ? "IS NOT NULL" : "IS NULL");
		return;
	}
	if (how == 1) {
		buf_adds(to, "IN (");
		for (uint32_t nr = 1 + chance(3); nr; nr--) {
			text ? put_text(to) : put_number(to, column);
			buf_adds(to, nr > 1 ? ", " : ")");
		}
		return;
	}
	buf_adds(to, how == 2 && text ? (chance(2) ? "LIKE" : "GLOB")
				      : operators[chance(ARRAY_SIZE(operators))]);
	buf_adds(to, " ");
	text ? put_text(to) : put_number(to, column);
}

static void put_statement(struct buf *to, const char *table, uint32_t seed)
{
	dice = seed;
	buf_reset(to);
	buf_printf(to, "SELECT count(*), total(end_ns), total(tid), count(result) FROM %s WHERE ",
		table);
	put_condition(to, 0);
}

/* Nothing is handed down past a LIMIT, and unlike +column it leaves affinities as they are. */
#define ALL_OF_IT                                                                                  \
	"(SELECT file, name, error, tid, pid, duration_ns, timestamp_ns, end_ns, result, errno, "  \
	"unfinished FROM calls LIMIT -1)"

TEST(what_is_handed_down_changes_no_answer)
{
	struct buf with = BUF_INIT, without = BUF_INIT;
	unsigned nr_skipped = 0;
	struct fixture f;

	open_some(&f);
	for (uint32_t seed = 1; seed <= 1500; seed++) {
		char *expected;

		put_statement(&with, "calls", seed);
		put_statement(&without, ALL_OF_IT, seed);
		expected = strdup(ask(&f, buf_cstr(&without)));
		assert_null(strstr(f.explained.data, "AND"));
		if (strcmp(ask(&f, buf_cstr(&with)), expected))
			fail_msg("%s: %s instead of %s", with.data, f.answer.data, expected);
		nr_skipped += !strstr(f.explained.data, " 0 skipped");
		free(expected);
	}
	assert_true(nr_skipped > 300);
	buf_deinit(&with);
	buf_deinit(&without);
	close_fixture(&f);
}

TEST(percentiles_are_by_nearest_rank)
{
	static const struct {
		const char *sql, *answer;
	} rows[] = {
		{"percentile(x, 50), percentile(x, 90), percentile(x, 100), percentile(x, 0)",
			"50|90|100|1\n"},
		{"median(x), median(-x), median(x / 2.0)", "50|-51|25\n"},
		{"percentile(x, 99.5), percentile(NULL, 5)", "100|\n"},
		{"median(7.25), median(-3), median(CASE WHEN x < 3 THEN x END)", "7.25|-3|1\n"},
	};
	struct fixture f;
	char sql[400];

	open_some(&f);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		double wrong;

		snprintf(sql, sizeof(sql),
			"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100) "
			"SELECT %s FROM n",
			rows[i].sql);
		/* others than whole numbers are right to 1 % */
		if (sscanf(ask(&f, sql), "50|%lf", &wrong) == 1 && strstr(rows[i].sql, "-x")) {
			assert_true(wrong > -51.6 && wrong < -49.9);
			continue;
		}
		assert_string_equal(f.answer.data, rows[i].answer);
	}
	check_refused(&f, "SELECT percentile(pid, 101) FROM calls", "from 0 to 100");
	check_refused(&f, "SELECT percentile(pid, tid) FROM calls", "from 0 to 100");
	check_refused(&f, "SELECT percentile(name, 5) FROM calls", "x is a number");
	close_fixture(&f);
}

TEST(nothing_but_reading)
{
	struct fixture f;

	open_some(&f);
	check_refused(&f, "ATTACH '/tmp/x.db' AS x", "only reading");
	check_refused(&f, "CREATE TABLE t (a)", "only reading");
	check_refused(&f, "INSERT INTO calls (pid) VALUES (1)", "only reading");
	check_refused(&f, "DELETE FROM calls", "may not be modified");
	check_refused(&f, "VACUUM INTO '/tmp/x.db'", "only reading");
	check_refused(&f, "PRAGMA temp_store_directory = '/tmp'", "only reading");
	check_refused(&f, "SELECT load_extension('x')", "load_extension");
	check_refused(&f, "SELECT 1; SELECT 2", "one statement");
	check_refused(&f, " ; ", "no statement");
	check_refused(&f, "SELECT duraton_ns FROM calls", "did you mean 'duration_ns'");
	check_refused(&f, "SELECT * FROM nonsense_here", "there are the tables");
	check_refused(&f, "SELECT \"no column\" FROM calls", "no such column");
	assert_string_equal(ask(&f, "SELECT 1;  "), "1\n");
	close_fixture(&f);
}

TEST(several_files_have_their_names)
{
	struct fixture f;
	size_t len;
	uint8_t *bytes = some_trace(&len);
	char sql[200];

	open_bytes(&f, bytes, len, 2);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM calls WHERE file = '%s'", f.path);
	assert_string_equal(ask(&f, sql), "576\n");
	assert_string_equal(ask(&f, "SELECT count(*) FROM calls WHERE file = 'other'"), "0\n");
	assert_non_null(strstr(f.explained.data, "0 blocks read, 48 skipped"));
	assert_string_equal(ask(&f, "SELECT count(*), count(DISTINCT file) FROM runs"), "2|1\n");
	free(bytes);
	close_fixture(&f);
}

TEST(damage_ends_the_answer)
{
	struct fixture f;
	size_t len;
	uint8_t *bytes = some_trace(&len);

	open_bytes(&f, bytes, len / 2, 1);
	assert_string_equal(query_harm(f.q, &f.err), f.path);
	assert_non_null(strstr(f.err.text, "was cut off at byte"));
	assert_true(atoi(ask(&f, "SELECT count(*) FROM calls")) > 100);
	close_fixture(&f);

	bytes[len / 3] ^= 1;
	open_bytes(&f, bytes, len, 1);
	assert_null(query_harm(f.q, &f.err)); /* the index is good, and nothing was read yet */
	assert_true(atoi(ask(&f, "SELECT count(*) FROM calls")) < 288);
	assert_string_equal(query_harm(f.q, &f.err), f.path);
	assert_non_null(strstr(f.err.text, "is damaged at byte"));
	free(bytes);
	close_fixture(&f);
}

/* Whatever a byte is changed to, there is an answer or a reason. */
TEST(hostile_files)
{
	size_t len;
	uint8_t *bytes = some_trace(&len);

	for (size_t at = 24; at < len; at += 41) {
		char *paths[1];
		struct fixture f = {.fd = memfd_create("trace", MFD_CLOEXEC)};
		struct query_config config = {.paths = paths, .nr_paths = 1};
		uint8_t good = bytes[at];

		bytes[at] ^= 0x41;
		assert_int_equal(write(f.fd, bytes, len), (ssize_t)len);
		bytes[at] = good;
		snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
		paths[0] = f.path;
		if (query_open(&f.q, &config, &f.err) < 0) {
			close(f.fd);
			continue;
		}
		ask(&f, "SELECT count(*), max(args), max(path) FROM calls");
		ask(&f, "SELECT * FROM tasks JOIN runs");
		close_fixture(&f);
	}
	free(bytes);
}
