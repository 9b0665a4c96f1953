#include "test.h"

#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "decode_build.h"

TEST(names)
{
	const struct recorded rows[] = {
		{"prctl", {PR_SET_NAME, 0x1000}, 0, {IN_TEXT(1, "short")},
			"prctl(PR_SET_NAME, \"short\") = 0"},
		{"prctl", {PR_SET_NAME, 0x1000}, 0, {IN_BYTES(1, "sixteen bytes...")},
			"prctl(PR_SET_NAME, \"sixteen bytes..\"...) = 0"},
		/* memory ends before the name does */
		{"prctl", {PR_SET_NAME, 0x1000}, -EFAULT, {IN_BYTES(1, "cut")},
			"prctl(PR_SET_NAME, 0x1000) = EFAULT"},
		{"prctl", {PR_GET_NAME, 0x1000}, 0, {OUT_BYTES(1, "sixteen\0bytes...")},
			"prctl(PR_GET_NAME, \"sixteen\") = 0"},
		{"prctl", {PR_GET_NAME, 0x1000}, 0, {OUT_BYTES(1, "sixteen")},
			"prctl(PR_GET_NAME, 0x1000) = 0"},
		{"prctl", {PR_GET_NAME, 0x1000}, -EFAULT, {{0}},
			"prctl(PR_GET_NAME, 0x1000) = EFAULT"},
		{"prctl", {0x53564d41, 0, 0x7000, 4096, 0x1000}, 0, {IN_TEXT(4, "heap")},
			"prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0x7000, 4096, \"heap\") = 0"},
		{"prctl", {0x53564d41, 1, 2, 3, 4}, -EINVAL, {{0}},
			"prctl(PR_SET_VMA, 0x1 /* PR_SET_VMA_??? */, 0x2, 0x3, 0x4) = EINVAL"},
	};

	CHECK(rows);
}

TEST(words_of_several_parts)
{
	const struct recorded rows[] = {
		{"prctl", {PR_SVE_SET_VL, 0x60010}, 0x20010, {{0}},
			"prctl(PR_SVE_SET_VL, PR_SVE_SET_VL_ONEXEC|PR_SVE_VL_INHERIT|0x10) = "
			"0x20010  PR_SVE_VL_INHERIT|0x10"},
		{"prctl", {PR_SVE_GET_VL}, 16, {{0}}, "prctl(PR_SVE_GET_VL) = 0x10"},
		{"prctl", {PR_SET_TAGGED_ADDR_CTRL, 0x10f, 1, 2, 3}, 0, {{0}},
			"prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE|PR_MTE_TCF_MASK|"
			"0x21<<PR_MTE_TAG_SHIFT, 0x1, 0x2, 0x3) = 0"},
		{"prctl", {PR_GET_TAGGED_ADDR_CTRL, 0, 0, 0, 0}, 0x1000000, {{0}},
			"prctl(PR_GET_TAGGED_ADDR_CTRL, 0, 0, 0, 0) = 0x1000000  "
			"!PR_TAGGED_ADDR_ENABLE|PR_MTE_TCF_NONE|0x1000000"},
		{"prctl", {69, 0x36}, 0, {{0}},
			"prctl(PR_RISCV_V_SET_CONTROL, PR_RISCV_V_VSTATE_CTRL_ON|"
			"PR_RISCV_V_VSTATE_CTRL_OFF<<2|PR_RISCV_V_VSTATE_CTRL_INHERIT|0x20) = 0"},
		{"prctl", {PR_GET_SECUREBITS}, 5, {{0}},
			"prctl(PR_GET_SECUREBITS) = 0x5  SECBIT_NOROOT|SECBIT_NO_SETUID_FIXUP"},
		{"prctl", {PR_MCE_KILL_GET}, 2, {{0}},
			"prctl(PR_MCE_KILL_GET, 0, 0, 0, 0) = 2 (PR_MCE_KILL_DEFAULT)"},
		{"prctl", {PR_GET_SPECULATION_CTRL, 0}, 0, {{0}},
			"prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS) = 0  "
			"PR_SPEC_NOT_AFFECTED"},
	};

	CHECK(rows);
}

TEST(pointers_by_option)
{
	static const struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	const struct sock_fprog program = {1, (struct sock_filter *)(uintptr_t)CHUNK_AT(2)};
	const struct prctl_mm_map map = {.start_code = 1, .exe_fd = -1, .auxv_size = 3};
	static const uint32_t number = 2;
	static const uint64_t cookie = 0xabc;
	const struct recorded rows[] = {
		{"prctl", {PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0x1000}, 0,
			{IN(2, program), IN(2, allow)},
			"prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=1, filter=["
			"BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW)]}) = 0",
			.verbose = true},
		{"prctl", {PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0x1000}, -EFAULT, {{0}},
			"prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0x1000) = EFAULT"},
		{"prctl", {PR_SET_SECCOMP, 77, 1, 2, 3}, -EINVAL, {{0}},
			"prctl(PR_SET_SECCOMP, 0x4d /* SECCOMP_MODE_??? */, 0x1, 0x2, 0x3) = "
			"EINVAL"},
		{"prctl", {PR_SET_MM, PR_SET_MM_MAP, 0x1000, sizeof(map)}, 0, {IN(2, map)},
			"prctl(PR_SET_MM, PR_SET_MM_MAP, {start_code=0x1, end_code=0, "
			"start_data=0, end_data=0, start_brk=0, brk=0, start_stack=0, "
			"arg_start=0, arg_end=0, env_start=0, env_end=0, auxv=NULL, auxv_size=3, "
			"exe_fd=-1}, 104, 0) = 0"},
		{"prctl", {PR_SET_MM, PR_SET_MM_BRK, 0x1000}, 0, {IN(2, map)},
			"prctl(PR_SET_MM, PR_SET_MM_BRK, 0x1000, 0, 0) = 0"},
		{"prctl", {PR_GET_TSC, 0x1000}, 0, {OUT(1, number)},
			"prctl(PR_GET_TSC, [PR_TSC_SIGSEGV]) = 0"},
		{"prctl", {PR_GET_PDEATHSIG, 0x1000}, 0, {OUT(1, number)},
			"prctl(PR_GET_PDEATHSIG, [SIGINT]) = 0"},
		{"prctl", {PR_GET_UNALIGN, 0x1000}, 0, {{1, CAPTURE_AT_EXIT, 3, &number}},
			"prctl(PR_GET_UNALIGN, 0x1000) = 0"},
		{"prctl", {62, 0, 7, 1, 0x1000}, 0, {OUT(4, cookie)},
			"prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET, 7, 0x1 /* PIDTYPE_TGID */, "
			"[0xabc]) = 0"},
		{"prctl", {62, 1, 7, 9, 0x1000}, -EINVAL, {{0}},
			"prctl(PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 7, 0x9 /* PIDTYPE_??? */, "
			"0x1000) = EINVAL"},
		/* in a program of another word size */
		{"prctl", {PR_GET_TSC, 0x1000}, 0, {{0}}, "prctl(PR_GET_TSC, 0x1000) = 0",
			.abi = ABI_I386},
	};

	CHECK(rows);
}

TEST(what_a_processor_has)
{
	static const uint64_t mask = 0xe7;
	const struct recorded rows[] = {
		{"arch_prctl", {0x1021, 0x1000}, 0, {OUT(1, mask)},
			"arch_prctl(ARCH_GET_XCOMP_SUPP, [0xe7 /* XFEATURE_MASK_FPSSE|"
			"XFEATURE_MASK_YMM|XFEATURE_MASK_AVX512 */]) = 0"},
		{"arch_prctl", {0x1021, 0x1000}, 0, {{1, CAPTURE_AT_EXIT, 7, &mask}},
			"arch_prctl(ARCH_GET_XCOMP_SUPP, 0x1000) = 0"},
		{"arch_prctl", {0x1023, 18}, 0, {{0}},
			"arch_prctl(ARCH_REQ_XCOMP_PERM, 0x12 /* XFEATURE_XTILE_DATA */) = 0"},
		{"arch_prctl", {0x1011, 5}, 1, {{0}}, "arch_prctl(ARCH_GET_CPUID) = 1"},
		{"arch_prctl", {0x1003, 0x1000}, 0, {OUT(1, mask)},
			"arch_prctl(ARCH_GET_FS, [0xe7]) = 0"},
	};

	CHECK(rows);
}
