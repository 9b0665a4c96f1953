#include "test.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "engine/capture_run.h"

/* The task whose memory is read is this one. */

#define PAGE 4096u

/* Two readable pages, then nothing. */
static uint8_t *map_edge(void)
{
	uint8_t *pages =
		mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(pages != MAP_FAILED);
	assert_int_equal(munmap(pages + 2 * PAGE, PAGE), 0);
	memset(pages, 'x', 2 * PAGE);
	return pages;
}

static void unmap_edge(uint8_t *pages)
{
	munmap(pages, 2 * PAGE);
}

static struct event_call call_with(uint64_t a0, uint64_t a1, uint64_t a2, int64_t ret)
{
	return (struct event_call){.args = {a0, a1, a2}, .ret = ret};
}

static void take(struct capture_run *r, const struct capture_spec *specs,
	const struct event_call *call, uint8_t when, uint32_t limit)
{
	struct capture_recipe recipe = {.pick = CAPTURE_PICK_NOTHING};

	memcpy(recipe.args, specs, sizeof(recipe.args));
	capture_run_take(r, getpid(), &recipe, call, when, limit);
}

static const struct capture *chunk_at(const struct capture_run *r, const void *addr)
{
	for (size_t i = 0; i < r->chunks.len; i++)
		if (r->chunks.data[i].addr == (uintptr_t)addr)
			return &r->chunks.data[i];
	return NULL;
}

static void expect_chunk(const struct capture_run *r, const void *addr, uint32_t len, uint8_t flags)
{
	const struct capture *c = chunk_at(r, addr);

	assert_non_null(c);
	assert_int_equal(c->len, len);
	assert_int_equal(c->flags, flags);
	if (len)
		assert_memory_equal(c->bytes, addr, len);
}

TEST(strings)
{
	static const struct capture_spec specs[CAPTURE_NR_ARGS] = {
		{CAPTURE_STRING, CAPTURE_AT_ENTER}};
	static const size_t lens[] = {0, 1, 5, 255, 256, 1000, CAPTURE_PATH_MAX - 1};
	struct capture_run r = {0};
	uint8_t *pages = map_edge(), *end = pages + 2 * PAGE;

	/* the last byte before the hole is the NUL */
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		uint8_t *text = end - 1 - lens[i];
		struct event_call call = call_with((uintptr_t)text, 0, 0, 0);

		end[-1] = '\0';
		take(&r, specs, &call, CAPTURE_AT_ENTER, 64);
		assert_int_equal(r.chunks.len, 1);
		expect_chunk(&r, text, (uint32_t)lens[i] + 1, 0);
	}
	/* longer than a path can be: without what would be its NUL */
	struct event_call call = call_with((uintptr_t)end - CAPTURE_PATH_MAX - 10, 0, 0, 0);

	take(&r, specs, &call, CAPTURE_AT_ENTER, 64);
	expect_chunk(&r, end - CAPTURE_PATH_MAX - 10, CAPTURE_PATH_MAX - 1, CAPTURE_CUT);
	/* no NUL before the hole */
	end[-1] = 'x';
	call.args[0] = (uintptr_t)end - 3;
	take(&r, specs, &call, CAPTURE_AT_ENTER, 64);
	expect_chunk(&r, end - 3, 0, CAPTURE_FAULT);
	/* nothing at all */
	call.args[0] = 0;
	take(&r, specs, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.len, 0);
	call.args[0] = UINT64_MAX - 2;
	take(&r, specs, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.data[0].flags, CAPTURE_FAULT);
	unmap_edge(pages);
	capture_run_deinit(&r);
}

TEST(a_fault_spoils_one_argument_only)
{
	static const struct capture_spec specs[CAPTURE_NR_ARGS] = {
		{CAPTURE_BYTES, CAPTURE_AT_ENTER, .size = 16},
		{CAPTURE_STRING, CAPTURE_AT_ENTER},
		{CAPTURE_BYTES, CAPTURE_AT_ENTER, .size = 16},
	};
	struct capture_run r = {0};
	uint8_t *pages = map_edge(), *end = pages + 2 * PAGE;
	const char *text = "hello";
	struct event_call call =
		call_with((uintptr_t)end - 8, (uintptr_t)text, (uintptr_t)pages, 0);

	take(&r, specs, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.len, 3);
	expect_chunk(&r, end - 8, 8, CAPTURE_CUT | CAPTURE_SHORT);
	expect_chunk(&r, text, 6, 0);
	expect_chunk(&r, pages, 16, 0);
	call.args[0] = (uintptr_t)end;
	take(&r, specs, &call, CAPTURE_AT_ENTER, 64);
	expect_chunk(&r, end, 0, CAPTURE_FAULT);
	expect_chunk(&r, pages, 16, 0);
	unmap_edge(pages);
	capture_run_deinit(&r);
}

TEST(buffers)
{
	static const struct capture_spec at_enter[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_BUFFER, CAPTURE_AT_ENTER, .len_arg = 2}};
	static const struct capture_spec by_result[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_BUFFER, CAPTURE_AT_EXIT, .len_arg = CAPTURE_LEN_RESULT}};
	static const struct {
		const struct capture_spec *specs;
		uint8_t when;
		uint64_t count;
		int64_t ret;
		bool any;
		uint32_t len;
		uint8_t flags;
	} cases[] = {
		{at_enter, CAPTURE_AT_ENTER, 10, 0, true, 10, 0},
		{at_enter, CAPTURE_AT_ENTER, 64, 0, true, 64, 0},
		{at_enter, CAPTURE_AT_ENTER, 65, 0, true, 64, CAPTURE_CUT},
		{at_enter, CAPTURE_AT_ENTER, INT64_MAX, 0, true, 64, CAPTURE_CUT},
		{at_enter, CAPTURE_AT_ENTER, 0, 0, false, 0, 0},
		{at_enter, CAPTURE_AT_ENTER, (uint64_t)-1, 0, false, 0, 0},
		/* an int behind what a register held before */
		{at_enter, CAPTURE_AT_ENTER, UINT64_C(0xdeadbeef00000003), 0, true, 3, 0},
		{at_enter, CAPTURE_AT_ENTER, UINT64_C(0xdeadbeef80000003), 0, false, 0, 0},
		{at_enter, CAPTURE_AT_EXIT, 10, 10, false, 0, 0},
		{by_result, CAPTURE_AT_EXIT, 100, 7, true, 7, 0},
		{by_result, CAPTURE_AT_EXIT, 100, 0, false, 0, 0},
		{by_result, CAPTURE_AT_EXIT, 100, -EIO, false, 0, 0},
		{by_result, CAPTURE_AT_EXIT, 100, -512, false, 0, 0},
		{by_result, CAPTURE_AT_ENTER, 100, 0, false, 0, 0},
	};
	struct capture_run r = {0};
	uint8_t bytes[128] = "some bytes";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_call call =
			call_with(1, (uintptr_t)bytes, cases[i].count, cases[i].ret);

		take(&r, cases[i].specs, &call, cases[i].when, 64);
		assert_int_equal(r.chunks.len, cases[i].any);
		if (cases[i].any)
			expect_chunk(&r, bytes, cases[i].len, cases[i].flags);
	}
	capture_run_deinit(&r);
}

TEST(arrays_are_cut_at_an_element)
{
	static const struct capture_spec specs[CAPTURE_NR_ARGS] = {
		{CAPTURE_ARRAY, CAPTURE_AT_ENTER, .len_arg = 1, .size = 24}};
	struct capture_run r = {0};
	uint8_t *pages = map_edge();
	struct event_call call = call_with((uintptr_t)pages, 2, 0, 0);

	take(&r, specs, &call, CAPTURE_AT_ENTER, 0);
	expect_chunk(&r, pages, 48, 0);
	call.args[1] = UINT64_MAX / 24 + 3; /* overflows to a small number */
	take(&r, specs, &call, CAPTURE_AT_ENTER, 0);
	expect_chunk(&r, pages, CAPTURE_BYTES_MAX / 24 * 24, CAPTURE_CUT);
	unmap_edge(pages);
	capture_run_deinit(&r);
}

TEST(length_behind_a_pointer)
{
	static const struct capture_spec specs[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_LENPTR, CAPTURE_AT_EXIT, .len_arg = 2, .size = 128}};
	struct capture_run r = {0};
	uint8_t address[200] = "\2\0somewhere";
	uint32_t len = 16;
	struct event_call call = call_with(3, (uintptr_t)address, (uintptr_t)&len, 4);

	take(&r, specs, &call, CAPTURE_AT_EXIT, 0);
	assert_int_equal(r.chunks.len, 2);
	expect_chunk(&r, &len, 4, 0);
	expect_chunk(&r, address, 16, 0);
	len = UINT32_MAX;
	take(&r, specs, &call, CAPTURE_AT_EXIT, 0);
	expect_chunk(&r, address, 128, CAPTURE_CUT);
	capture_run_deinit(&r);
}

TEST(string_vectors)
{
	static const struct capture_spec specs[CAPTURE_NR_ARGS] = {
		{CAPTURE_STRINGS, CAPTURE_AT_ENTER}};
	struct capture_run r = {0};
	static const char *many[CAPTURE_STRINGS_MAX + 10];
	char longer[CAPTURE_ARG_BYTES_MAX + 100];
	uint8_t *pages = map_edge();
	const char **edge = (const char **)(pages + 2 * PAGE) - 3;
	struct event_call call = call_with((uintptr_t)edge, 0, 0, 0);

	memset(longer, 'y', sizeof(longer));
	edge[0] = "first";
	edge[1] = longer;
	edge[2] = NULL;
	take(&r, specs, &call, CAPTURE_AT_ENTER, 0);
	assert_int_equal(r.chunks.len, 3);
	expect_chunk(&r, edge, 24, 0);
	expect_chunk(&r, edge[0], 6, 0);
	expect_chunk(&r, longer, CAPTURE_ARG_BYTES_MAX - 1, CAPTURE_CUT);

	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		many[i] = "s";
	call.args[0] = (uintptr_t)many;
	take(&r, specs, &call, CAPTURE_AT_ENTER, 0);
	assert_int_equal(r.chunks.len, 1 + CAPTURE_STRINGS_MAX);
	expect_chunk(&r, many, CAPTURE_STRINGS_MAX * sizeof(char *), CAPTURE_CUT);

	edge[2] = "no end"; /* runs into the hole */
	call.args[0] = (uintptr_t)edge;
	take(&r, specs, &call, CAPTURE_AT_ENTER, 0);
	assert_int_equal(r.chunks.len, 4);
	expect_chunk(&r, edge, 24, CAPTURE_CUT | CAPTURE_SHORT);
	expect_chunk(&r, edge[2], 7, 0);
	unmap_edge(pages);
	capture_run_deinit(&r);
}

TEST(vectors_of_buffers)
{
	static const struct capture_spec at_enter[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_IOVEC, CAPTURE_AT_ENTER, .len_arg = 2}};
	static const struct capture_spec at_exit[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_IOVEC, CAPTURE_AT_EXIT, .len_arg = 2}};
	struct capture_run r = {0};
	char a[40] = "aaa", b[40] = "bbb", c[40] = "ccc";
	struct iovec iov[3] = {{a, 40}, {b, 40}, {c, 40}};
	struct event_call call = call_with(1, (uintptr_t)iov, 3, 45);

	take(&r, at_enter, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.len, 4);
	expect_chunk(&r, iov, sizeof(iov), 0);
	expect_chunk(&r, a, 40, 0);
	expect_chunk(&r, b, 40, 0);
	expect_chunk(&r, c, 40, 0);
	/* 45 bytes were read, so no more than that is data */
	take(&r, at_exit, &call, CAPTURE_AT_EXIT, 64);
	assert_int_equal(r.chunks.len, 3);
	expect_chunk(&r, b, 5, 0);
	/* lengths and counts that lie */
	iov[0].iov_len = SIZE_MAX;
	call.args[2] = 1u << 30;
	take(&r, at_enter, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, a, 16, CAPTURE_CUT);
	capture_run_deinit(&r);
}

TEST(messages)
{
	static const struct capture_spec one[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_MSGHDR, CAPTURE_AT_ENTER}};
	static const struct capture_spec several[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_MMSGHDR, CAPTURE_AT_EXIT, .len_arg = 2}};
	struct capture_run r = {0};
	char name[16] = "name", control[1000] = "control", data[2][32] = {"zero", "one"};
	struct iovec iov[2] = {{data[0], 32}, {data[1], 32}};
	struct mmsghdr msgs[2] = {
		{{name, sizeof(name), &iov[0], 1, control, sizeof(control), 0}, 4},
		{{NULL, 0, &iov[1], 1, NULL, 0, 0}, 3},
	};
	struct event_call call = call_with(1, (uintptr_t)msgs, 2, 2);

	take(&r, one, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.len, 5);
	expect_chunk(&r, msgs, sizeof(struct msghdr), 0);
	expect_chunk(&r, name, 16, 0);
	expect_chunk(&r, control, CAPTURE_CONTROL_MAX, CAPTURE_CUT);
	expect_chunk(&r, &iov[0], 16, 0);
	expect_chunk(&r, data[0], 32, 0);

	take(&r, several, &call, CAPTURE_AT_EXIT, 64);
	expect_chunk(&r, msgs, sizeof(msgs), 0);
	expect_chunk(&r, data[0], 4, 0);
	expect_chunk(&r, data[1], 3, 0);
	call.ret = 1;
	take(&r, several, &call, CAPTURE_AT_EXIT, 64);
	expect_chunk(&r, msgs, sizeof(msgs[0]), 0);
	assert_null(chunk_at(&r, data[1]));
	capture_run_deinit(&r);
}

TEST(netlink_messages_are_taken_whole)
{
	static const struct capture_spec message[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_MSGHDR, CAPTURE_AT_ENTER}};
	static const struct capture_spec datagram[CAPTURE_NR_ARGS] = {
		[1] = {CAPTURE_DATAGRAM, CAPTURE_AT_ENTER, .len_arg = 2}};
	struct capture_run r = {0};
	char data[200] = "data";
	uint16_t family[6] = {AF_NETLINK};
	struct iovec iov = {data, sizeof(data)};
	struct msghdr msg = {family, sizeof(family), &iov, 1, NULL, 0, 0};
	struct event_call call = call_with(1, (uintptr_t)&msg, 0, 0);

	take(&r, message, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, data, sizeof(data), 0);
	family[0] = AF_INET;
	take(&r, message, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, data, 16, CAPTURE_CUT);

	call = call_with(1, (uintptr_t)data, sizeof(data), 0);
	take(&r, datagram, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, data, 16, CAPTURE_CUT);
	call.args[4] = (uintptr_t)family;
	family[0] = AF_NETLINK;
	take(&r, datagram, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, data, sizeof(data), 0);
	call.args[4] = 1;
	take(&r, datagram, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, data, 16, CAPTURE_CUT);
	/* without an address the beginning tells */
	call.args[4] = 0;
	memcpy(data, &(uint32_t){sizeof(data)}, 4);
	take(&r, datagram, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, data, sizeof(data), 0);
	memcpy(data, &(uint32_t){sizeof(data) + 1}, 4);
	take(&r, datagram, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, data, 16, CAPTURE_CUT);
	capture_run_deinit(&r);
}

TEST(asynchronous_requests)
{
	static const struct capture_spec specs[CAPTURE_NR_ARGS] = {
		[2] = {CAPTURE_IOCBS, CAPTURE_AT_ENTER, .len_arg = 1}};
	struct capture_run r = {0};
	char data[40] = "written", other[8] = "vector";
	struct iovec iov = {other, sizeof(other)};
	struct iocb write = {.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_buf = (uintptr_t)data,
		.aio_nbytes = sizeof(data)};
	struct iocb writev = {
		.aio_lio_opcode = IOCB_CMD_PWRITEV, .aio_buf = (uintptr_t)&iov, .aio_nbytes = 1};
	struct iocb read = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_buf = (uintptr_t)&r};
	const struct iocb *all[] = {&write, &writev, &read, NULL, (void *)1};
	struct event_call call = call_with(0, 5, (uintptr_t)all, 0);

	take(&r, specs, &call, CAPTURE_AT_ENTER, 16);
	expect_chunk(&r, all, sizeof(all), 0);
	expect_chunk(&r, &write, sizeof(write), 0);
	expect_chunk(&r, data, 16, CAPTURE_CUT);
	expect_chunk(&r, &iov, sizeof(iov), 0);
	expect_chunk(&r, other, 8, 0);
	expect_chunk(&r, &read, sizeof(read), 0);
	expect_chunk(&r, (void *)1, 0, CAPTURE_FAULT);
	assert_null(chunk_at(&r, &r));
	capture_run_deinit(&r);
}

struct outer {
	uint64_t pad;
	const char *text;
	uint16_t len;
	const uint32_t *numbers;
};

TEST(steps)
{
	static const struct capture_step steps[] = {
		{.pick = 1,
			.op = CAPTURE_STRING,
			.when = CAPTURE_AT_ENTER,
			.arg = 1,
			.at = offsetof(struct outer, text)},
		{.pick = 2,
			.op = CAPTURE_ARRAY,
			.when = CAPTURE_AT_BOTH,
			.arg = 1,
			.at = offsetof(struct outer, numbers),
			.len = CAPTURE_LEN_FIELD + sizeof(uint16_t),
			.len_at = offsetof(struct outer, len),
			.size = sizeof(uint32_t)},
		{.pick = 3,
			.op = CAPTURE_STRING,
			.when = CAPTURE_AT_ENTER,
			.arg = 1,
			.at = CAPTURE_ITSELF},
		{.pick = CAPTURE_STEP_ALL,
			.op = CAPTURE_BUFFER,
			.when = CAPTURE_AT_EXIT,
			.arg = 2,
			.at = CAPTURE_ITSELF,
			.len = CAPTURE_LEN_RESULT},
	};
	const struct capture_recipe recipe = {
		.steps = steps, .nr_steps = sizeof(steps) / sizeof(steps[0]), .pick = 0};
	const uint32_t numbers[3] = {7, 8, 9};
	char buffer[10] = "buffer";
	struct outer outer = {0, "text", 3, numbers};
	struct event_call call = call_with(1, (uintptr_t)&outer, (uintptr_t)buffer, 6);
	struct capture_run r = {0};

	assert_int_equal(capture_recipe_args(&recipe, CAPTURE_AT_ENTER), 1u << 1);
	assert_int_equal(capture_recipe_args(&recipe, CAPTURE_AT_EXIT), 1u << 1 | 1u << 2);
	capture_run_take(&r, getpid(), &recipe, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.len, 1);
	expect_chunk(&r, outer.text, 5, 0);
	capture_run_take(&r, getpid(), &recipe, &call, CAPTURE_AT_EXIT, 64);
	assert_int_equal(r.chunks.len, 1);
	expect_chunk(&r, buffer, 6, 0);

	call.args[0] = UINT64_C(0x500000002); /* an int: only its lower half counts */
	capture_run_take(&r, getpid(), &recipe, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.len, 1);
	expect_chunk(&r, numbers, sizeof(numbers), 0);
	outer.len = UINT16_MAX;
	outer.numbers = (void *)1;
	capture_run_take(&r, getpid(), &recipe, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.data[0].flags, CAPTURE_FAULT);

	/* no structure there at all */
	call.args[1] = 1;
	capture_run_take(&r, getpid(), &recipe, &call, CAPTURE_AT_ENTER, 64);
	assert_int_equal(r.chunks.len, 0);
	call.args[0] = 3;
	call.args[1] = (uintptr_t)outer.text;
	capture_run_take(&r, getpid(), &recipe, &call, CAPTURE_AT_ENTER, 64);
	expect_chunk(&r, outer.text, 5, 0);
	capture_run_deinit(&r);
}

TEST(ioctls)
{
	static const struct capture_spec specs[CAPTURE_NR_ARGS] = {
		[2] = {CAPTURE_IOCTL, CAPTURE_AT_BOTH}};
	struct capture_run r = {0};
	uint8_t *pages = map_edge(), *end = pages + 2 * PAGE;
	struct event_call call = call_with(1, _IOW('x', 1, uint64_t[3]), (uintptr_t)pages, 0);

	take(&r, specs, &call, CAPTURE_AT_ENTER, 0);
	expect_chunk(&r, pages, 24, 0);
	call.args[1] = 0x5413; /* TIOCGWINSZ: no size in it, and the struct may end at a hole */
	call.args[2] = (uintptr_t)end - 8;
	take(&r, specs, &call, CAPTURE_AT_EXIT, 0);
	expect_chunk(&r, end - 8, 8, 0);
	call.args[1] = 0x1261; /* BLKFLSBUF: takes nothing */
	take(&r, specs, &call, CAPTURE_AT_EXIT, 0);
	assert_int_equal(r.chunks.len, 0);
	unmap_edge(pages);
	capture_run_deinit(&r);
}

TEST(i386_pointers_have_32_bits)
{
	static const struct capture_spec specs[CAPTURE_NR_ARGS] = {
		{CAPTURE_BUFFER, CAPTURE_AT_ENTER, .len_arg = 1}};
	struct capture_run r = {0};
	uint8_t *low = mmap(
		NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct event_call call;

	assert_true(low != MAP_FAILED);
	call = call_with((uintptr_t)low | UINT64_C(0xabc) << 32, UINT64_C(0x700000004), 0, 0);
	call.abi = ABI_I386;
	take(&r, specs, &call, CAPTURE_AT_ENTER, 64);
	expect_chunk(&r, low, 4, 0);
	munmap(low, PAGE);
	capture_run_deinit(&r);
}
