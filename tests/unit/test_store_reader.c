#include "test.h"

#include <string.h>

#include "event_build.h"
#include "store/chunk.h"
#include "store/format.h"
#include "store_build.h"
#include "util/err.h"

/* A small trace of three blocks. */
static uint8_t *small_trace(struct buf *ret_told, size_t *ret_len)
{
	const struct store_facts facts = {.writer = "renacer", .string_limit = 64};
	struct store_build b;
	uint8_t *bytes;

	store_build_begin(&b, &facts);
	for (int i = 0; i < 6; i++) {
		struct event *ev = build_call(1, 1 + i, CALL_openat, i - 2, 0, 0, 0);

		ev->call.queued_ns = (uint64_t)i * 100;

		build_string(ev, 1, i & 1 ? "/etc/passwd" : "/etc/a-rather-long-name/group");
		store_build_add(&b, ev);
		ev = event_build(EV_EXIT, 1, 1 + i);
		ev->exit.status = i << 8;
		store_build_add(&b, ev);
		if (i == 1 || i == 3)
			store_build_split(&b);
	}
	bytes = store_build_end(&b, ret_len);
	*ret_told = b.told;
	event_build_reset();
	return bytes;
}

/* In a block of exactly that size, so that reading past it is noticed. */
static int tell_copy(const uint8_t *bytes, size_t len, struct buf *seen, bool *ret_whole)
{
	uint8_t *copy = malloc(len ? len : 1);
	int r;

	memcpy(copy, bytes, len);
	r = store_tell_all(copy, len, seen, ret_whole);
	free(copy);
	return r;
}

static void check_prefix(const struct buf *seen, const struct buf *told)
{
	assert_true(seen->len <= told->len);
	assert_true(!seen->len || !memcmp(seen->data, told->data, seen->len));
}

TEST(cut_anywhere_it_gives_what_lies_before)
{
	struct buf told, seen = BUF_INIT;
	size_t len, most = 0, different = 0;
	uint8_t *bytes = small_trace(&told, &len);

	for (size_t cut = 0; cut < len; cut++) {
		bool whole = false;

		if (tell_copy(bytes, cut, &seen, &whole) < 0) {
			assert_true(cut < STORE_HEADER_BYTES);
			continue;
		}
		check_prefix(&seen, &told);
		assert_true(seen.len >= most);
		assert_true(!whole || seen.len == told.len);
		different += seen.len > most;
		most = seen.len;
	}
	assert_int_equal(most, told.len);
	assert_int_equal(different, 3); /* block by block */
	free(bytes);
	buf_deinit(&told);
	buf_deinit(&seen);
}

TEST(with_any_byte_changed_it_gives_what_lies_before)
{
	static const uint8_t changes[] = {0x01, 0x80, 0xff};
	struct buf told, seen = BUF_INIT;
	size_t len, harmed = 0;
	uint8_t *bytes = small_trace(&told, &len);

	for (size_t at = 0; at < len; at++)
		for (size_t i = 0; i < sizeof(changes); i++) {
			struct store_reader *r;
			size_t nr;

			bytes[at] ^= changes[i];
			if (tell_copy(bytes, len, &seen, NULL) >= 0) {
				check_prefix(&seen, &told);
				assert_int_equal(
					store_reader_open_bytes(&r, bytes, len, "trace", NULL), 0);
				store_reader_blocks(r, &nr);
				assert_true(nr <= 3);
				store_reader_close(r);
			}
			harmed += seen.len < told.len;
			bytes[at] ^= changes[i];
		}
	assert_true(harmed > len); /* most of the file is events */
	free(bytes);
	buf_deinit(&told);
	buf_deinit(&seen);
}

TEST(says_where_it_ends)
{
	struct buf told, seen = BUF_INIT;
	struct store_reader *r;
	struct event ev;
	size_t len;
	uint8_t *bytes = small_trace(&told, &len);

	assert_int_equal(store_reader_open_bytes(&r, bytes, len - 300, "trace", NULL), 0);
	while (store_reader_next(r, &ev))
		;
	assert_int_equal(store_reader_state(r), STORE_CUT);
	assert_in_range(store_reader_offset(r), 200, len - 300);
	assert_null(store_reader_end(r));
	store_reader_rewind(r);
	assert_int_equal(store_reader_state(r), STORE_READING);
	assert_true(store_reader_next(r, &ev));
	store_reader_close(r);
	free(bytes);
	buf_deinit(&told);
	buf_deinit(&seen);
}

TEST(names_what_is_no_trace_file)
{
	uint8_t header[STORE_HEADER_BYTES] = STORE_MAGIC "\2\0\0";
	struct store_reader *r;
	struct err err = {0};

	assert_int_equal(store_reader_open_bytes(&r, "hello", 5, "x.txt", &err), -EINVAL);
	assert_string_equal(err.text, "'x.txt' is no trace file (renacer record makes them)");
	assert_int_equal(
		store_reader_open_bytes(&r, header, sizeof(header), "x.rnc", &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "format 2"));
	assert_int_equal(store_reader_open(&r, "/nowhere/x.rnc", &err), -ENOENT);
	assert_int_equal(store_reader_open(&r, "/dev/null", &err), -EINVAL);
	assert_int_equal(store_reader_open(&r, "/", &err), -EINVAL);
}

static void check_blocks(const uint8_t *bytes, size_t len)
{
	struct chunk_file file = {.bytes = bytes, .fd = -1, .len = len};
	const struct store_block *blocks;
	struct store_reader *r;
	uint64_t events = 0;
	size_t nr;

	assert_int_equal(store_reader_open_bytes(&r, bytes, len, "trace", NULL), 0);
	blocks = store_reader_blocks(r, &nr);
	assert_int_equal(nr, 3);
	for (size_t i = 0; i < nr; i++) {
		const struct store_zone *zone = &blocks[i].zone;
		struct chunk chunk;

		assert_int_equal(chunk_at(&file, blocks[i].offset, &chunk), CHUNK_GOOD);
		assert_int_equal(chunk.kind, STORE_EVENTS);
		assert_int_equal(chunk_end(&chunk), blocks[i].offset + blocks[i].len);
		assert_int_equal(zone->kinds, EV_BIT(EV_CALL) | EV_BIT(EV_EXIT));
		assert_int_equal(zone->calls.len, 1);
		assert_int_equal(zone->calls.data[0].nr, 257);
		assert_int_equal(zone->calls.data[0].count, 2);
		assert_int_equal(zone->tasks.len, 2);
		assert_int_equal(zone->tasks.data[1].tid, 2 + 2 * i);
		assert_int_equal(zone->flags, i ? 0 : STORE_HAS_FAILED);
		assert_int_equal(zone->longest_ns, 500);
		assert_true(zone->min_ns <= zone->max_ns);
		events += zone->nr_events;
	}
	assert_int_equal(events, 12);
	store_reader_close(r);
}

/* The small trace as a file that can be written to; its name is good while `ret_fd` is open. */
static struct store_reader *open_small_file(struct buf *ret_told, int *ret_fd, size_t *ret_len)
{
	uint8_t *bytes = small_trace(ret_told, ret_len);
	struct store_reader *r;
	char name[64];

	*ret_fd = memfd_create("trace", MFD_CLOEXEC);
	assert_int_equal(write(*ret_fd, bytes, *ret_len), *ret_len);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", *ret_fd);
	assert_int_equal(store_reader_open(&r, name, NULL), 0);
	free(bytes);
	return r;
}

TEST(a_file_made_shorter_while_it_is_read_is_cut)
{
	struct buf told, seen = BUF_INIT;
	struct event ev;
	size_t len;
	int fd;
	struct store_reader *r = open_small_file(&told, &fd, &len);

	assert_true(store_reader_next(r, &ev));
	store_tell(&seen, &ev);
	assert_int_equal(ftruncate(fd, 30), 0);
	while (store_reader_next(r, &ev))
		store_tell(&seen, &ev);
	assert_int_equal(store_reader_state(r), STORE_CUT);
	check_prefix(&seen, &told);
	store_reader_rewind(r);
	store_reader_skip_to_end(r);
	assert_int_equal(store_reader_state(r), STORE_CUT);
	store_reader_blocks(r, &len);
	assert_int_equal(len, 0);
	store_reader_close(r);
	close(fd);
	buf_deinit(&told);
	buf_deinit(&seen);
}

TEST(a_file_overwritten_while_it_is_read_is_damaged)
{
	static const char other[4096];
	struct event ev;
	struct buf told;
	size_t len;
	int fd;
	struct store_reader *r = open_small_file(&told, &fd, &len);

	assert_true(store_reader_next(r, &ev));
	assert_int_equal(pwrite(fd, other, len, 0), len);
	while (store_reader_next(r, &ev))
		;
	assert_int_equal(store_reader_state(r), STORE_DAMAGED);
	store_reader_close(r);
	close(fd);
	buf_deinit(&told);
}

TEST(zones_are_told_with_and_without_an_index)
{
	struct buf told;
	size_t len;
	uint8_t *bytes = small_trace(&told, &len);

	check_blocks(bytes, len);
	check_blocks(bytes, len - 1);
	free(bytes);
	buf_deinit(&told);
}

/* A file of one chunk of events with these columns. */
static int tell_columns(struct buf cols[STORE_NR_COLUMNS], struct buf *seen, bool *ret_whole)
{
	struct chunk_coder *coder = chunk_coder_create();
	struct buf file = BUF_INIT;
	int r;

	buf_add(&file, STORE_MAGIC "\1\0\0\0\0\0\0", STORE_HEADER_BYTES);
	chunk_encode(coder, 99, cols, 0, &file);
	chunk_encode(coder, STORE_EVENTS, cols, STORE_NR_COLUMNS, &file);
	r = tell_copy((uint8_t *)file.data, file.len, seen, ret_whole);
	chunk_coder_destroy(coder);
	buf_deinit(&file);
	return r;
}

static void add_numbers(struct buf *col, const uint64_t *numbers, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		put_u(col, numbers[i]);
}

#define ADD(column, ...)                                                                           \
	add_numbers(&cols[column], (const uint64_t[]){__VA_ARGS__},                                \
		sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/* Three events: a kind from the future, a call of an ABI from the future, an exit. */
static void add_future(struct buf cols[STORE_NR_COLUMNS])
{
	ADD(STORE_ZONE, 3, 1000, 0, 0, 0, 0, 0, 1, 200, 5, 1, 1, 14, 0);
	ADD(STORE_KIND, 60000, EV_CALL, EV_EXIT);
	ADD(STORE_TIME, 0, 2, 2);
	ADD(STORE_CPU, 0, 0, 0);
	ADD(STORE_TASK, 0, 0, 0);
	ADD(STORE_CALL, 0);
	ADD(STORE_FLAGS, 0);
	ADD(STORE_TOOK, 0);
	for (int i = 0; i < 6; i++)
		ADD(STORE_ARG0 + i, 0);
	ADD(STORE_RET, 0);
	ADD(STORE_QUEUED, 300);
	ADD(STORE_NR_CAPTURES, 0);
	ADD(STORE_RECORD_LEN, 5, 3);
	buf_add(&cols[STORE_RECORD], "?????\x02??", 8);
}

static void forget(struct buf cols[STORE_NR_COLUMNS])
{
	for (int i = 0; i < STORE_NR_COLUMNS; i++)
		buf_deinit(&cols[i]);
}

TEST(what_it_does_not_know_is_passed_over_by_size)
{
	struct buf cols[STORE_NR_COLUMNS] = {BUF_INIT}, seen = BUF_INIT;

	add_future(cols);
	assert_int_equal(tell_columns(cols, &seen, NULL), 0);
	assert_string_equal(buf_cstr(&seen), "1002 exit cpu=0 7/7 1\n");
	forget(cols);
	buf_deinit(&seen);
}

/* Two calls; with what they waited for a CPU, or as before there was a column for it. */
static void add_calls(struct buf cols[STORE_NR_COLUMNS], bool queued)
{
	ADD(STORE_ZONE, 2, 1000, 0, 0, 0, 0, 0, 1, ABI_X86_64, 39, 2, 1, 14, 0);
	ADD(STORE_KIND, EV_CALL, EV_CALL);
	ADD(STORE_TIME, 0, 2);
	ADD(STORE_CPU, 0, 0);
	ADD(STORE_TASK, 0, 0);
	ADD(STORE_CALL, 0, 0);
	ADD(STORE_FLAGS, 0, 0);
	ADD(STORE_TOOK, 0, 0);
	for (int i = 0; i < 6; i++)
		ADD(STORE_ARG0 + i, 0, 0);
	ADD(STORE_RET, 0, 0);
	ADD(STORE_NR_CAPTURES, 0, 0);
	if (queued)
		ADD(STORE_QUEUED, 0, 5000);
}

TEST(files_from_before_there_was_waiting_for_a_cpu_are_read)
{
	for (int queued = 0; queued < 2; queued++) {
		struct buf cols[STORE_NR_COLUMNS] = {BUF_INIT}, seen = BUF_INIT;

		add_calls(cols, queued);
		assert_int_equal(tell_columns(cols, &seen, NULL), 0);
		assert_non_null(strstr(buf_cstr(&seen), "1000 call "));
		assert_non_null(strstr(buf_cstr(&seen), "1001 call "));
		assert_true(!strstr(buf_cstr(&seen), " queued=5000 ") == !queued);
		forget(cols);
		buf_deinit(&seen);
	}
}

TEST(a_column_that_is_missing_or_short_ends_it)
{
	for (int missing = STORE_ZONE; missing < STORE_NR_COLUMNS; missing++) {
		struct buf cols[STORE_NR_COLUMNS] = {BUF_INIT}, seen = BUF_INIT;
		bool whole = true;

		add_future(cols);
		if (cols[missing].len) {
			cols[missing].len--;
			assert_int_equal(tell_columns(cols, &seen, &whole), 0);
			assert_false(whole);
			assert_string_equal(buf_cstr(&seen), "");
		}
		forget(cols);
		buf_deinit(&seen);
	}
}

TEST(blocks_by_themselves_and_in_part)
{
	struct buf told;
	size_t len, nr;
	uint8_t *bytes = small_trace(&told, &len);
	const struct store_block *blocks;
	struct store_reader *first, *r;
	struct event ev;
	uint64_t at;

	assert_int_equal(store_reader_open_bytes(&first, bytes, len, "trace", NULL), 0);
	blocks = store_reader_blocks(first, &nr);
	assert_int_equal(nr, 3);
	assert_true(store_reader_has_index(first));
	r = store_reader_open_again(first);
	for (size_t i = nr; i--;) {
		assert_true(store_reader_seek(r, &blocks[i], STORE_PART_RESULT));
		for (uint64_t place = 0; store_reader_next_in_block(r, &ev, &at); place += 2) {
			assert_int_equal(
				at, place); /* what is no call is passed over, and counts */
			assert_int_equal(ev.tid, 1 + (int)(i * 2 + place / 2));
			assert_int_equal(ev.call.ret, ev.tid - 3);
			assert_int_equal(ev.call.nr_captures, 0);
			assert_int_equal(ev.call.args[1], 0);
			assert_int_equal(ev.call.enter_ns, 0);
		}
		assert_int_equal(at, 2);
		assert_int_equal(store_reader_state(r), STORE_READING);
	}
	assert_true(store_reader_seek(r, &blocks[1], STORE_PART_CAPTURES));
	assert_true(store_reader_next_in_block(r, &ev, &at));
	assert_int_equal(ev.call.nr_captures, 1);
	assert_int_equal(ev.call.captures[0].addr, ev.call.args[1]);
	assert_string_equal(
		(const char *)ev.call.captures[0].bytes, "/etc/a-rather-long-name/group");
	assert_int_equal(ev.call.ret, 0);
	store_reader_close(r);
	store_reader_close(first);
	free(bytes);
	buf_deinit(&told);
}

/* What an index says need not be true. */
TEST(places_that_are_no_blocks)
{
	struct buf told;
	size_t len, nr;
	uint8_t *bytes = small_trace(&told, &len);
	struct store_reader *r;
	struct store_block block;

	assert_int_equal(store_reader_open_bytes(&r, bytes, len, "trace", NULL), 0);
	block = store_reader_blocks(r, &nr)[1];
	block.len++;
	assert_false(store_reader_seek(r, &block, STORE_PART_ALL));
	assert_int_equal(store_reader_state(r), STORE_DAMAGED);
	block.len--;
	assert_true(store_reader_seek(r, &block, STORE_PART_ALL));
	block.offset = len;
	assert_false(store_reader_seek(r, &block, STORE_PART_ALL));
	block.offset = UINT64_MAX;
	assert_false(store_reader_seek(r, &block, STORE_PART_ALL));
	block = (struct store_block){.offset = STORE_HEADER_BYTES, .len = 16};
	assert_false(store_reader_seek(r, &block, STORE_PART_ALL));
	store_reader_close(r);
	free(bytes);
	buf_deinit(&told);
}
