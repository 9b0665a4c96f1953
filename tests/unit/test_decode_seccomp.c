#include "test.h"

#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "decode/bpf_filter.h"
#include "decode_build.h"

/* Its program is what the second chunk of a recorded call holds. */
static struct sock_fprog program_of(unsigned short nr)
{
	return (struct sock_fprog){nr, (struct sock_filter *)(uintptr_t)CHUNK_AT(2)};
}

TEST(filter_programs)
{
	static const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x3e, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 38),
		BPF_STMT(BPF_RET | BPF_A, 0x12340000),
		BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 1),
		BPF_STMT(BPF_MISC | BPF_TXA, 0),
	};
	static const struct sock_filter odd[] = {
		BPF_STMT(BPF_RET | 0xf0, 0),
		BPF_STMT(BPF_ST | 0x100, 2),
		BPF_STMT(BPF_LDX | 0xe0, 3),
	};
	const struct sock_fprog whole = program_of(7), oddly = program_of(3), none = program_of(0);
	const struct recorded rows[] = {
		{"seccomp", {SECCOMP_SET_MODE_FILTER, 1, 0x1000}, 0, {IN(2, whole), IN(2, program)},
			"seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, {len=7, "
			"filter=0x2000}) = 0"},
		{"seccomp", {SECCOMP_SET_MODE_FILTER, 0, 0x1000}, 0, {IN(2, whole), IN(2, program)},
			"seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=7, filter=["
			"BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0x4), "
			"BPF_JUMP(BPF_JMP|BPF_K|BPF_JEQ, 0x3e, 0x1, 0), "
			"BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW), "
			"BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|0x26), "
			"BPF_STMT(BPF_RET|BPF_A, 0x12340000 /* SECCOMP_RET_??? */), "
			"BPF_STMT(BPF_ALU|BPF_X|BPF_XOR, 0x1), "
			"BPF_STMT(BPF_MISC|BPF_TXA, 0)]}) = 0",
			.verbose = true},
		{"seccomp", {SECCOMP_SET_MODE_FILTER, 0, 0x1000}, -EINVAL,
			{IN(2, oddly), IN(2, odd)},
			"seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=3, filter=["
			"BPF_STMT(BPF_RET|BPF_A|0xe0 /* BPF_??? */, "
			"SECCOMP_RET_KILL_THREAD), "
			"BPF_STMT(BPF_ST|0x100 /* BPF_??? */, 0x2), "
			"BPF_STMT(BPF_LDX|BPF_W|0xe0 /* BPF_??? */, 0x3)]}) = EINVAL",
			.verbose = true},
		/* fewer instructions at hand than there are; none; no program */
		{"seccomp", {SECCOMP_SET_MODE_FILTER, 0, 0x1000}, -EINVAL,
			{IN(2, whole), {2, CAPTURE_AT_ENTER, 12, program}},
			"seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=7, filter=["
			"BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0x4), ...]}) = EINVAL",
			.verbose = true},
		{"seccomp", {SECCOMP_SET_MODE_FILTER, 0, 0x1000}, -EINVAL, {IN(2, none)},
			"seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=0, filter=[]}) = EINVAL",
			.verbose = true},
		{"seccomp", {SECCOMP_SET_MODE_FILTER, 0, 0x1000}, -EFAULT,
			{{2, CAPTURE_AT_ENTER, 8, &whole}},
			"seccomp(SECCOMP_SET_MODE_FILTER, 0, 0x1000) = EFAULT"},
	};

	CHECK(rows);
}

TEST(other_operations)
{
	static const uint32_t action = SECCOMP_RET_KILL_PROCESS, unknown = 7;
	static const struct seccomp_notif_sizes sizes = {80, 24, 64};
	const struct recorded rows[] = {
		{"seccomp", {SECCOMP_SET_MODE_STRICT, 0, 0}, 0, {{0}},
			"seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL) = 0"},
		{"seccomp", {SECCOMP_GET_ACTION_AVAIL, 0, 0x1000}, 0, {IN(2, action)},
			"seccomp(SECCOMP_GET_ACTION_AVAIL, 0, [SECCOMP_RET_KILL_PROCESS]) = 0"},
		{"seccomp", {SECCOMP_GET_ACTION_AVAIL, 0, 0x1000}, -EOPNOTSUPP, {IN(2, unknown)},
			"seccomp(SECCOMP_GET_ACTION_AVAIL, 0, [0x7 /* SECCOMP_RET_??? */]) = "
			"EOPNOTSUPP"},
		{"seccomp", {SECCOMP_GET_NOTIF_SIZES, 0, 0x1000}, 0, {OUT(2, sizes)},
			"seccomp(SECCOMP_GET_NOTIF_SIZES, 0, {seccomp_notif=80, "
			"seccomp_notif_resp=24, seccomp_data=64}) = 0"},
		{"seccomp", {99, 0xff, 0x1000}, -EINVAL, {{0}},
			"seccomp(0x63 /* SECCOMP_??? */, 0xff, 0x1000) = EINVAL"},
	};

	CHECK(rows);
}

static void draw_filter(const struct sock_filter *filter, size_t nr, struct buf *out)
{
	struct capture captures[] = {{.addr = 0x1000,
		.len = (uint32_t)(nr * sizeof(*filter)),
		.when = CAPTURE_AT_EXIT,
		.bytes = (const uint8_t *)filter}};
	struct event_call call = {.captures = captures, .nr_captures = 1};
	const struct decode_options opts = {.verbose = true};
	const struct value_text how = {.string_limit = 64};
	struct arena arena = ARENA_INIT;
	struct decoder d = {.arena = &arena, .call = &call, .opts = &opts};
	struct value value = {0};

	decoder_show_filter(&d, 0x1000, nr, CAPTURE_AT_EXIT, FILTER_OF_SOCKET, &value);
	value_text_draw(&how, out, &value, false);
	arena_deinit(&arena);
}

TEST(socket_filters_load_from_special_areas)
{
	static const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_AD_OFF + 0x33),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_NET_OFF + 12),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_LL_OFF + 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 12),
		BPF_STMT(BPF_RET | BPF_K, 0x7fff0000),
	};
	struct buf out = BUF_INIT;

	draw_filter(filter, 6, &out);
	assert_string_equal(buf_cstr(&out),
		"[BPF_STMT(BPF_LD|BPF_B|BPF_ABS, SKF_AD_OFF+SKF_AD_PKTTYPE), "
		"BPF_STMT(BPF_LD|BPF_B|BPF_ABS, SKF_AD_OFF+0x33 /* SKF_AD_??? */), "
		"BPF_STMT(BPF_LD|BPF_W|BPF_ABS, SKF_NET_OFF+12), "
		"BPF_STMT(BPF_LD|BPF_W|BPF_ABS, SKF_LL_OFF+3), "
		"BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0xc), BPF_STMT(BPF_RET|BPF_K, 0x7fff0000)]");
	buf_deinit(&out);
}
