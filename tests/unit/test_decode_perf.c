#include "test.h"

#include <linux/perf_event.h>

#include "decode_build.h"

TEST(attributes)
{
	static const struct perf_event_attr cycles = {.type = PERF_TYPE_HARDWARE,
		.size = PERF_ATTR_SIZE_VER1,
		.config = 5ULL << 32 | PERF_COUNT_HW_INSTRUCTIONS,
		.sample_freq = 99,
		.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID,
		.freq = 1,
		.precise_ip = 2,
		.config2 = 7};
	static const struct perf_event_attr cache = {
		.type = PERF_TYPE_HW_CACHE, .config = 1 << 16 | 9 << 8 | PERF_COUNT_HW_CACHE_LL};
	static const struct perf_event_attr point = {.type = PERF_TYPE_BREAKPOINT,
		.size = PERF_ATTR_SIZE_VER0,
		.bp_type = 4,
		.bp_addr = 0x400,
		.watermark = 1,
		.wakeup_watermark = 3};
	static const uint32_t known[2] = {PERF_TYPE_HARDWARE, PERF_ATTR_SIZE_VER0};
	/* the newest fields; the system's structure ends before them */
	static const uint32_t newest[36] = {[0] = PERF_TYPE_RAW,
		[1] = 144,
		[6] = 0x800 | 0x2000,
		[10] = 0x80,
		[11] = 0x20,
		[18] = 1,
		[20] = 2,
		[22] = 3,
		[23] = 1,
		[26] = 5,
		[27] = 6 | 7 << 16,
		[28] = 8,
		[29] = 2 | 8,
		[30] = 9,
		[32] = 10,
		[34] = 11};
	static const struct perf_event_attr small = {.size = 20};
	const struct recorded rows[] = {
		{"perf_event_open", {0x1000, 0, -1, -1, PERF_FLAG_FD_CLOEXEC}, 3, {IN(0, cycles)},
			"perf_event_open({type=PERF_TYPE_HARDWARE, size=PERF_ATTR_SIZE_VER1, "
			"config=0x5<<32|PERF_COUNT_HW_INSTRUCTIONS, sample_freq=99, "
			"sample_type=PERF_SAMPLE_IP|PERF_SAMPLE_TID, read_format=0, freq=1, "
			"precise_ip=2 /* requested to have 0 skid */, ...}, 0, -1, -1, "
			"PERF_FLAG_FD_CLOEXEC) = 3"},
		{"perf_event_open", {0x1000, 0, -1, -1, 0}, -E2BIG,
			{IN(0, cycles), OUT_OVER(1, 0, known)},
			"perf_event_open({type=PERF_TYPE_HARDWARE, "
			"size=PERF_ATTR_SIZE_VER1 => PERF_ATTR_SIZE_VER0, "
			"config=0x5<<32|PERF_COUNT_HW_INSTRUCTIONS, sample_freq=99, "
			"sample_type=PERF_SAMPLE_IP|PERF_SAMPLE_TID, read_format=0, freq=1, "
			"precise_ip=2 /* requested to have 0 skid */, ...}, 0, -1, -1, 0) = E2BIG"},
		{"perf_event_open", {0x1000, 0, -1, -1, 0}, -EINVAL, {IN(0, cache)},
			"perf_event_open({type=PERF_TYPE_HW_CACHE, size=0 /* PERF_ATTR_SIZE_??? */, "
			"config=PERF_COUNT_HW_CACHE_RESULT_MISS<<16|0x9 /* "
			"PERF_COUNT_HW_CACHE_OP_??? */<<8|PERF_COUNT_HW_CACHE_LL, sample_period=0, "
			"sample_type=0, read_format=0, precise_ip=0 /* arbitrary skid */, ...}, 0, -1, "
			"-1, 0) = EINVAL"},
		{"perf_event_open", {0x1000, 0, -1, -1, 0}, -EINVAL, {IN(0, point)},
			"perf_event_open({type=PERF_TYPE_BREAKPOINT, size=PERF_ATTR_SIZE_VER0, "
			"config=0, sample_period=0, sample_type=0, read_format=0, disabled=0, "
			"inherit=0, pinned=0, exclusive=0, exclude_user=0, exclude_kernel=0, "
			"exclude_hv=0, exclude_idle=0, mmap=0, comm=0, freq=0, inherit_stat=0, "
			"enable_on_exec=0, task=0, watermark=1, precise_ip=0 /* arbitrary skid */, "
			"mmap_data=0, sample_id_all=0, exclude_host=0, exclude_guest=0, "
			"exclude_callchain_kernel=0, exclude_callchain_user=0, mmap2=0, comm_exec=0, "
			"use_clockid=0, context_switch=0, write_backward=0, namespaces=0, ksymbol=0, "
			"bpf_event=0, aux_output=0, cgroup=0, text_poke=0, build_id=0, "
			"inherit_thread=0, remove_on_exec=0, sigtrap=0, wakeup_watermark=3, "
			"bp_type=HW_BREAKPOINT_X, bp_addr=0x400}, 0, -1, -1, 0) = EINVAL",
			.verbose = true},
		{"perf_event_open", {0x1000, 0, -1, -1, 0}, -E2BIG, {IN(0, newest)},
			"perf_event_open({type=PERF_TYPE_RAW, size=PERF_ATTR_SIZE_VER9, config=0, "
			"sample_period=0, sample_type=PERF_SAMPLE_BRANCH_STACK|PERF_SAMPLE_STACK_USER, "
			"read_format=0, disabled=0, inherit=0, pinned=0, exclusive=0, exclude_user=0, "
			"exclude_kernel=0, exclude_hv=0, exclude_idle=1, mmap=0, comm=0, freq=0, "
			"inherit_stat=0, enable_on_exec=0, task=0, watermark=0, precise_ip=0 /* "
			"arbitrary skid */, mmap_data=0, sample_id_all=0, exclude_host=0, "
			"exclude_guest=0, exclude_callchain_kernel=0, exclude_callchain_user=0, "
			"mmap2=0, comm_exec=0, use_clockid=0, context_switch=0, write_backward=0, "
			"namespaces=0, ksymbol=0, bpf_event=0, aux_output=0, cgroup=0, text_poke=0, "
			"build_id=0, inherit_thread=0, remove_on_exec=0, sigtrap=1, wakeup_events=0, "
			"config1=0, config2=0, branch_sample_type=PERF_SAMPLE_BRANCH_USER, "
			"sample_regs_user=0x2, sample_stack_user=0x3, sample_regs_intr=0, "
			"aux_watermark=5, sample_max_stack=6 /* bytes 110..111: 0x7 */, "
			"aux_sample_size=8, aux_start_paused=0, aux_pause=1, aux_resume=0, "
			"__reserved_3=0x1 /* Bits 931..959 */, sig_data=0x9, config3=0xa, "
			"config4=0xb}, 0, -1, -1, 0) = E2BIG",
			.verbose = true},
		/* too small to be one; not at hand as far as it says */
		{"perf_event_open", {0x1000, 0, -1, -1, 0}, -EINVAL, {IN(0, small)},
			"perf_event_open(0x1000, 0, -1, -1, 0) = EINVAL"},
		{"perf_event_open", {0x1000, 0, -1, -1, 0}, -EFAULT,
			{{0, CAPTURE_AT_ENTER, 60, &cycles}},
			"perf_event_open(0x1000, 0, -1, -1, 0) = EFAULT", .verbose = true},
		{"perf_event_open", {0, 0, -1, -1, 0}, -EFAULT, {{0}},
			"perf_event_open(NULL, 0, -1, -1, 0) = EFAULT"},
	};

	CHECK(rows);
}
