#include "test.h"

#include <linux/bpf.h>

#include "decode/bpf_attr.h"
#include "decode_build.h"

TEST(maps)
{
	static const struct bpf_map_create map = {BPF_MAP_TYPE_HASH, 4, 8, 100,
		BPF_F_NUMA_NODE | BPF_F_MMAPABLE | 0x80000000, 7, 3, "counts"};
	static const struct bpf_map_create anywhere = {.map_flags = BPF_F_NUMA_NODE,
		.numa_node = UINT32_MAX,
		.map_name = "0123456789abcdef"};
	static const struct bpf_map_elem elem = {3, 0x10, {0x20}, BPF_F_LOCK | BPF_NOEXIST};
	static const struct bpf_batch before = {1, 2, 3, 4, 5, 6, 0, 0}, after = {.count = 2};
	const struct recorded rows[] = {
		{"bpf", {BPF_MAP_CREATE, 0x1000, 16}, 4, {IN(1, map)},
			"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_HASH, key_size=4, value_size=8, "
			"max_entries=100}, 16) = 4"},
		{"bpf", {BPF_MAP_CREATE, 0x1000, 48}, -EINVAL, {IN(1, map)},
			"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_HASH, key_size=4, value_size=8, "
			"max_entries=100, map_flags=BPF_F_NUMA_NODE|BPF_F_MMAPABLE|0x80000000, "
			"inner_map_fd=7, numa_node=3, map_name=\"counts\", map_ifindex=0}, 48) = EINVAL"},
		{"bpf", {BPF_MAP_CREATE, 0x1000, 44}, -EINVAL, {IN(1, anywhere)},
			"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_UNSPEC, key_size=0, value_size=0, "
			"max_entries=0, map_flags=BPF_F_NUMA_NODE, inner_map_fd=0, "
			"numa_node=4294967295 /* NUMA_NO_NODE */, map_name=\"0123456789abcde\"...}, 44) "
			"= EINVAL"},
		/* no size, an unreasonable one, more than was copied */
		{"bpf", {BPF_MAP_CREATE, 0x1000, 0}, -EINVAL, {IN(1, map)},
			"bpf(BPF_MAP_CREATE, 0x1000, 0) = EINVAL"},
		{"bpf", {BPF_MAP_CREATE, 0x1000, 5000}, -E2BIG, {IN(1, map)},
			"bpf(BPF_MAP_CREATE, 0x1000, 5000) = E2BIG"},
		{"bpf", {BPF_MAP_CREATE, 0, 72}, -EFAULT, {{0}},
			"bpf(BPF_MAP_CREATE, NULL, 72) = EFAULT"},
		{"bpf", {99, 0x1000, 72}, -EINVAL, {IN(1, map)},
			"bpf(0x63 /* BPF_??? */, 0x1000, 72) = EINVAL"},
		{"bpf", {BPF_MAP_UPDATE_ELEM, 0x1000, 32}, 0, {IN(1, elem)},
			"bpf(BPF_MAP_UPDATE_ELEM, {map_fd=3, key=0x10, value=0x20, "
			"flags=BPF_F_LOCK|BPF_NOEXIST}, 32) = 0"},
		{"bpf", {BPF_MAP_LOOKUP_ELEM, 0x1000, 24}, 0, {IN(1, elem)},
			"bpf(BPF_MAP_LOOKUP_ELEM, {map_fd=3, key=0x10, value=0x20}, 24) = 0"},
		{"bpf", {BPF_MAP_DELETE_ELEM, 0x1000, 16}, -ENOENT, {IN(1, elem)},
			"bpf(BPF_MAP_DELETE_ELEM, {map_fd=3, key=0x10}, 16) = ENOENT"},
		{"bpf", {BPF_MAP_GET_NEXT_KEY, 0x1000, 24}, 0, {IN(1, elem)},
			"bpf(BPF_MAP_GET_NEXT_KEY, {map_fd=3, key=0x10, next_key=0x20}, 24) = 0"},
		{"bpf", {BPF_MAP_FREEZE, 0x1000, 4}, 0, {IN(1, elem)},
			"bpf(BPF_MAP_FREEZE, {map_fd=3}, 4) = 0"},
		{"bpf", {BPF_MAP_LOOKUP_BATCH, 0x1000, 56}, 0, {IN(1, before), OUT(1, before)},
			"bpf(BPF_MAP_LOOKUP_BATCH, {batch={in_batch=0x1, out_batch=0x2, keys=0x3, "
			"values=0x4, count=5, map_fd=6, elem_flags=BPF_ANY, flags=0}}, 56) = 0"},
		{"bpf", {BPF_MAP_DELETE_BATCH, 0x1000, 56}, 0,
			{IN(1, before), OUT_OVER(1, 1, after)},
			"bpf(BPF_MAP_DELETE_BATCH, {batch={keys=0x3, count=5, map_fd=6, "
			"elem_flags=BPF_ANY, flags=0}} => {batch={count=2}}, 56) = 0"},
	};

	CHECK(rows);
}

TEST(what_is_newer_than_we_are)
{
	uint8_t later[100] = {[72] = 0, [98] = 0xab};
	const struct recorded rows[] = {
		{"bpf", {BPF_LINK_DETACH, 0x1000, 100}, -E2BIG, {IN(1, later)},
			"bpf(BPF_LINK_DETACH, {link_detach={link_fd=0}, ...}, 100) = E2BIG"},
		{"bpf", {BPF_LINK_DETACH, 0x1000, 98}, 0, {IN(1, later)},
			"bpf(BPF_LINK_DETACH, {link_detach={link_fd=0}}, 98) = 0"},
		{"bpf", {BPF_OBJ_GET, 0x1000, 100}, -E2BIG, {IN(1, later)},
			"bpf(BPF_OBJ_GET, {pathname=NULL, bpf_fd=0, file_flags=0, path_fd=0, "
			"extra_data=\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
			"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
			"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
			"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
			"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
			"\\x00\\xab\\x00\" /* bytes 20..99 */}, 100) = E2BIG",
			.verbose = true},
	};

	CHECK(rows);
}

TEST(programs)
{
	static const uint8_t code[] = {0xb7, 0x01, 0, 0, 5, 0, 0, 0, 0x7b, 0x1a, 0xf8, 0xff, 0, 0,
		0, 0, 0x56, 0x01, 2, 0, 0xff, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0};
	const struct bpf_prog_load load = {BPF_PROG_TYPE_KPROBE, 4, CHUNK_AT(2), CHUNK_AT(3), 1, 99,
		CHUNK_AT(4), 0x60112, BPF_F_SLEEPABLE, "probe"};
	const struct bpf_prog_load plain = {BPF_PROG_TYPE_XDP, 4, CHUNK_AT(2), CHUNK_AT(3)};
	const struct recorded rows[] = {
		{"bpf", {BPF_PROG_LOAD, 0x1000, 64}, 3,
			{IN(1, load), IN(1, code), IN_TEXT(1, "GPL"),
				{1, CAPTURE_AT_EXIT, 5, "fine"}},
			"bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_KPROBE, insn_cnt=4, insns=["
			"{code=BPF_ALU64|BPF_K|BPF_MOV, dst_reg=BPF_REG_1, src_reg=BPF_REG_0, off=0, "
			"imm=0x5}, "
			"{code=BPF_STX|BPF_DW|BPF_MEM, dst_reg=BPF_REG_10, src_reg=BPF_REG_1, off=-8, "
			"imm=0}, "
			"{code=BPF_JMP32|BPF_K|BPF_JNE, dst_reg=BPF_REG_1, src_reg=BPF_REG_0, off=2, "
			"imm=0xff}, "
			"{code=BPF_JMP|BPF_K|BPF_EXIT, dst_reg=BPF_REG_0, src_reg=BPF_REG_0, off=0, "
			"imm=0}], license=\"GPL\", log_level=1, log_size=99, log_buf=\"fine\", "
			"kern_version=KERNEL_VERSION(6, 1, 18), prog_flags=BPF_F_SLEEPABLE, "
			"prog_name=\"probe\"}, 64) = 3",
			.verbose = true},
		/* nothing followed */
		{"bpf", {BPF_PROG_LOAD, 0x1000, 24}, -EFAULT, {IN(1, plain)},
			"bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_XDP, insn_cnt=4, insns=0x2000, "
			"license=0x3000}, 24) = EFAULT",
			.verbose = true},
	};

	CHECK(rows);
}

TEST(objects)
{
	static const struct bpf_id id = {5, 0, BPF_F_RDONLY, -1};
	static const struct bpf_id next = {5, 6, 0, 0};
	const struct bpf_obj pin = {CHUNK_AT(2), 4, 0, 0};
	static const struct bpf_info info = {3, 80, 0x40};

	const struct bpf_prog_query query = {4, BPF_CGROUP_DEVICE, 1, 0, CHUNK_AT(3), 2};
	const struct bpf_raw_tracepoint tp = {CHUNK_AT(2), 7, 0};
	const struct recorded rows[] = {
		{"bpf", {BPF_MAP_GET_NEXT_ID, 0x1000, 8}, 0, {IN(1, id)},
			"bpf(BPF_MAP_GET_NEXT_ID, {start_id=5, next_id=0}, 8) = 0"},
		{"bpf", {BPF_LINK_GET_FD_BY_ID, 0x1000, 4}, 4, {IN(1, next)},
			"bpf(BPF_LINK_GET_FD_BY_ID, {link_id=5}, 4) = 4"},
		{"bpf", {BPF_MAP_GET_FD_BY_ID, 0x1000, 12}, -ENOENT, {IN(1, id)},
			"bpf(BPF_MAP_GET_FD_BY_ID, {map_id=5, open_flags=BPF_F_RDONLY}, 12) = ENOENT"},
		{"bpf", {BPF_OBJ_PIN, 0x1000, 12}, 0, {IN(1, pin), IN_TEXT(1, "/sys/fs/bpf/x")},
			"bpf(BPF_OBJ_PIN, {pathname=\"/sys/fs/bpf/x\", bpf_fd=4}, 12) = 0"},
		{"bpf", {BPF_OBJ_GET_INFO_BY_FD, 0x1000, 16}, -EINVAL, {IN(1, info)},
			"bpf(BPF_OBJ_GET_INFO_BY_FD, {info={bpf_fd=3, info_len=80, info=0x40}}, 16) = "
			"EINVAL"},
		{"bpf", {BPF_PROG_QUERY, 0x1000, 28}, -EPERM, {IN(1, query)},
			"bpf(BPF_PROG_QUERY, {query={target_fd=4, attach_type=BPF_CGROUP_DEVICE, "
			"query_flags=BPF_F_QUERY_EFFECTIVE, attach_flags=0, prog_ids=0x3000, "
			"prog_cnt=2}}, 28) = EPERM"},
		{"bpf", {BPF_RAW_TRACEPOINT_OPEN, 0x1000, 16}, 5,
			{IN(1, tp), IN_TEXT(1, "sys_enter")},
			"bpf(BPF_RAW_TRACEPOINT_OPEN, {raw_tracepoint={name=\"sys_enter\", "
			"prog_fd=7}}, 16) = 5"},
	};

	CHECK(rows);
}

TEST(what_the_kernel_wrote)
{
	static const struct bpf_id id = {5, 0, 0, 0}, next = {5, 6, 0, 0};
	static const struct bpf_info info = {3, 80, 0x40}, shorter = {3, 64, 0x40};
	static const struct bpf_test_run run = {3, 0, 14, 64}, ran = {3, 2, 14, 20};
	const struct bpf_prog_query query = {.target = 4,
					    .attach_type = BPF_CGROUP_DEVICE,
					    .prog_ids = CHUNK_AT(3),
					    .prog_cnt = 2,
					    .prog_attach_flags = CHUNK_AT(4)},
				    filled = {.target = 4,
					    .attach_type = BPF_CGROUP_DEVICE,
					    .prog_ids = CHUNK_AT(3),
					    .prog_cnt = 1,
					    .prog_attach_flags = CHUNK_AT(4),
					    .revision = 7};
	const struct bpf_task_fd_query asked = {9, 3, 0, 32, CHUNK_AT(3)},
				       told = {9, 3, 0, 8, CHUNK_AT(3), 77, 2, 0x10};
	static const uint32_t ids[] = {11}, flags[] = {2};
	const struct recorded rows[] = {
		{"bpf", {BPF_PROG_GET_NEXT_ID, 0x1000, 8}, 0, {IN(1, id), OUT_OVER(1, 1, next)},
			"bpf(BPF_PROG_GET_NEXT_ID, {start_id=5, next_id=6}, 8) = 0"},
		{"bpf", {BPF_OBJ_GET_INFO_BY_FD, 0x1000, 16}, 0,
			{IN(1, info), OUT_OVER(1, 1, shorter)},
			"bpf(BPF_OBJ_GET_INFO_BY_FD, {info={bpf_fd=3, info_len=80 => 64, info=0x40}}, "
			"16) = 0"},
		{"bpf", {BPF_PROG_TEST_RUN, 0x1000, 40}, 0, {IN(1, run), OUT_OVER(1, 1, ran)},
			"bpf(BPF_PROG_TEST_RUN, {test={prog_fd=3, retval=0 => 2, data_size_in=14, "
			"data_size_out=64 => 20, data_in=NULL, data_out=NULL, repeat=0, duration=0}}, "
			"40) = 0"},
		{"bpf", {BPF_PROG_QUERY, 0x1000, 64}, 0,
			{IN(1, query), OUT_OVER(1, 1, filled), OUT(1, ids), OUT(1, flags)},
			"bpf(BPF_PROG_QUERY, {query={target_fd=4, attach_type=BPF_CGROUP_DEVICE, "
			"query_flags=0, attach_flags=0, prog_ids=[11], prog_cnt=2 => 1, "
			"prog_attach_flags=[BPF_F_ALLOW_MULTI], link_ids=NULL, link_attach_flags=NULL, "
			"revision=0x7}}, 64) = 0"},
		{"bpf", {BPF_TASK_FD_QUERY, 0x1000, 48}, 0,
			{IN(1, asked), OUT_OVER(1, 1, told), {1, CAPTURE_AT_EXIT, 9, "do_exit\0"}},
			"bpf(BPF_TASK_FD_QUERY, {task_fd_query={pid=9, fd=3, flags=0, buf_len=32 => "
			"8, buf=\"do_exit\", prog_id=77, fd_type=BPF_FD_TYPE_KPROBE, "
			"probe_offset=0x10, probe_addr=0}}, 48) = 0"},
	};

	CHECK(rows);
}

TEST(links_by_what_they_attach_to)
{
	struct bpf_link_create tracing = {3, 4, BPF_TRACE_FENTRY, 0, .tracing = {77, 0xc0}};
	struct bpf_link_create tcx = {3, 1, 46, 1 << 5, .relative = {9, 2}};
	struct bpf_link_create cgroup = {3, 4, BPF_CGROUP_DEVICE, 0, .target_btf_id = 0};
	struct bpf_link_create unknown = {3, 4, 1000, 0, .target_btf_id = 5};
	const uint64_t names[] = {CHUNK_AT(3), 0x66};
	const struct bpf_link_create kprobes = {
		3, 0, BPF_TRACE_KPROBE_MULTI, 0, .kprobe = {1, 2, CHUNK_AT(2), 0, 0x99}};
	const struct recorded rows[] = {
		{"bpf", {BPF_LINK_CREATE, 0x1000, 32}, 5, {IN(1, tracing)},
			"bpf(BPF_LINK_CREATE, {link_create={prog_fd=3, target_fd=4, "
			"attach_type=BPF_TRACE_FENTRY, flags=0, tracing={target_btf_id=77, "
			"cookie=0xc0}}}, 32) = 5"},
		{"bpf", {BPF_LINK_CREATE, 0x1000, 16}, 5, {IN(1, tracing)},
			"bpf(BPF_LINK_CREATE, {link_create={prog_fd=3, target_fd=4, "
			"attach_type=BPF_TRACE_FENTRY, flags=0}}, 16) = 5"},
		{"bpf", {BPF_LINK_CREATE, 0x1000, 32}, 5, {IN(1, tcx)},
			"bpf(BPF_LINK_CREATE, {link_create={prog_fd=3, target_ifindex=1, "
			"attach_type=BPF_TCX_INGRESS, flags=BPF_F_ID, tcx={relative_id=9, "
			"expected_revision=0x2}}}, 32) = 5"},
		{"bpf", {BPF_LINK_CREATE, 0x1000, 32}, 5, {IN(1, cgroup)},
			"bpf(BPF_LINK_CREATE, {link_create={prog_fd=3, target_fd=4, "
			"attach_type=BPF_CGROUP_DEVICE, flags=0}}, 32) = 5"},
		{"bpf", {BPF_LINK_CREATE, 0x1000, 32}, -EINVAL, {IN(1, unknown)},
			"bpf(BPF_LINK_CREATE, {link_create={prog_fd=3, target_fd=4, "
			"attach_type=0x3e8 /* BPF_??? */, flags=0}, ...}, 32) = EINVAL"},
		{"bpf", {BPF_LINK_CREATE, 0x1000, 48}, -EINVAL,
			{IN(1, kprobes), IN(1, names), IN_TEXT(1, "do_exit")},
			"bpf(BPF_LINK_CREATE, {link_create={prog_fd=3, target_fd=0, "
			"attach_type=BPF_TRACE_KPROBE_MULTI, flags=0, kprobe_multi={"
			"flags=BPF_F_KPROBE_MULTI_RETURN, cnt=2, syms=[\"do_exit\", 0x66], addrs=NULL, "
			"cookies=0x99}}}, 48) = EINVAL"},
	};

	CHECK(rows);
}

static int object_by_number(void *asked, int fd)
{
	return fd; /* as enum decode_bpf has them */
}

static void draw_info(int fd, const void *told, uint32_t len, bool verbose, struct buf *out)
{
	const struct bpf_info info = {(uint32_t)fd, len, 0x2000};
	struct capture captures[] = {
		{0x1000, sizeof(info), 1, CAPTURE_AT_ENTER, 0, (const uint8_t *)&info},
		{0x2000, len, 1, CAPTURE_AT_EXIT, 0, told}};
	struct event_call call = {.nr = (uint32_t)call_number(ABI_X86_64, CALL_bpf),
		.args = {BPF_OBJ_GET_INFO_BY_FD, 0x1000, sizeof(info)},
		.captures = captures,
		.nr_captures = 2};
	const struct decode_options opts = {.verbose = verbose, .bpf_object = object_by_number};
	const struct value_text how = {.string_limit = 64};
	struct arena arena = ARENA_INIT;
	struct decoded_call decoded;

	buf_reset(out);
	decode_call(&arena, &call, &opts, &decoded);
	value_text_draw(&how, out, &decoded.args[1], false);
	arena_deinit(&arena);
}

TEST(objects_are_told_by_their_kind)
{
	static const struct bpf_map_told map = {BPF_MAP_TYPE_ARRAY, 7, 4, 8, 1, 0, "counts"};
	static const struct bpf_prog_told prog = {
		BPF_PROG_TYPE_XDP, 9, {1, 2, 3, 4, 5, 6, 7, 255}, 86, 136, 0, 0x5000};
	struct buf out = BUF_INIT;

	draw_info(DECODE_BPF_MAP, &map, 40, true, &out);
	assert_string_equal(buf_cstr(&out),
		"{info={bpf_fd=1, info_len=40, info={type=BPF_MAP_TYPE_ARRAY, id=7, key_size=4, "
		"value_size=8, max_entries=1, map_flags=0, name=\"counts\"}}}");
	draw_info(DECODE_BPF_PROG, &prog, 40, true, &out);
	assert_string_equal(buf_cstr(&out),
		"{info={bpf_fd=2, info_len=40, info={type=BPF_PROG_TYPE_XDP, id=9, "
		"tag=\"\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\xff\", jited_prog_len=86, "
		"jited_prog_insns=NULL, xlated_prog_len=136, xlated_prog_insns=0x5000}}}");
	draw_info(DECODE_BPF_UNKNOWN, &prog, 40, true, &out);
	assert_string_equal(buf_cstr(&out), "{info={bpf_fd=0, info_len=40, info=0x2000}}");
	draw_info(DECODE_BPF_MAP, &map, 40, false, &out);
	assert_string_equal(buf_cstr(&out), "{info={bpf_fd=1, info_len=40, info=0x2000}}");
	buf_deinit(&out);
}
