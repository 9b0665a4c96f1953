#include "test.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

#include "engine/ptrace/call_filter.h"

/* The few instructions that filters use. */
static uint32_t run_filter(const struct sock_fprog *prog, uint32_t arch, uint32_t nr)
{
	struct seccomp_data data = {.arch = arch, .nr = (int)nr};
	uint32_t acc = 0;

	for (unsigned at = 0, steps = 0; at < prog->len; at++) {
		const struct sock_filter *i = &prog->filter[at];

		assert_true(++steps < 100);
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS: memcpy(&acc, (char *)&data + i->k, 4); break;
		case BPF_JMP | BPF_JEQ | BPF_K: at += acc == i->k ? i->jt : i->jf; break;
		case BPF_JMP | BPF_JGE | BPF_K: at += acc >= i->k ? i->jt : i->jf; break;
		case BPF_JMP | BPF_JA: at += i->k; break;
		case BPF_RET | BPF_K: return i->k;
		default: fail_msg("instruction %#x", i->code);
		}
	}
	fail_msg("runs past its end");
	return 0;
}

static void check(bool stop[NR_ABIS][CALL_NR_LIMIT], bool stop_unknown)
{
	static const uint32_t beyond[] = {CALL_NR_LIMIT, CALL_NR_LIMIT + 1, 0x40000000, UINT32_MAX};
	static const uint32_t archs[NR_ABIS] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386};
	struct call_filter f;

	call_filter_init(&f, (const bool(*)[CALL_NR_LIMIT])stop, stop_unknown);
	assert_true(f.prog.len > 0 && f.prog.len <= BPF_MAXINSNS);
	for (int abi = 0; abi < NR_ABIS; abi++) {
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
			assert_int_equal(run_filter(&f.prog, archs[abi], nr),
				stop[abi][nr] ? SECCOMP_RET_TRACE | CALL_FILTER_MARK
					      : SECCOMP_RET_ALLOW);
		for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
			assert_int_equal(run_filter(&f.prog, archs[abi], beyond[i]),
				stop_unknown ? SECCOMP_RET_TRACE | CALL_FILTER_MARK
					     : SECCOMP_RET_ALLOW);
	}
	assert_int_equal(run_filter(&f.prog, AUDIT_ARCH_AARCH64, 3), SECCOMP_RET_ALLOW);
	call_filter_deinit(&f);
}

TEST(stops_at_exactly_what_is_asked_for)
{
	bool stop[NR_ABIS][CALL_NR_LIMIT] = {0};

	check(stop, false);
	check(stop, true);
	stop[ABI_X86_64][1] = stop[ABI_X86_64][257] = stop[ABI_I386][4] = true;
	check(stop, false);
	stop[ABI_X86_64][0] = stop[ABI_I386][CALL_NR_LIMIT - 1] = true;
	check(stop, true);
	memset(stop, 1, sizeof(stop));
	check(stop, false);
}

TEST(the_worst_case_fits)
{
	bool stop[NR_ABIS][CALL_NR_LIMIT];

	for (int abi = 0; abi < NR_ABIS; abi++)
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
			stop[abi][nr] = (nr ^ (uint32_t)abi) & 1;
	check(stop, true);
	check(stop, false);
}
