#include "test.h"

#include <signal.h>

#include "decode_build.h"

static void check(const siginfo_t *info, uint32_t len, const char *expected)
{
	const struct event_signal signal = {
		.signo = info->si_signo, .info = (const uint8_t *)info, .info_len = len};
	const struct value_text how = {.string_limit = 64};
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct value value;

	decode_siginfo(&arena, &signal, &value);
	value_text_draw(&how, &out, &value, false);
	assert_string_equal(buf_cstr(&out), expected);
	buf_deinit(&out);
	arena_deinit(&arena);
}

TEST(siginfo_of_a_child)
{
	siginfo_t info = {.si_signo = SIGCHLD, .si_code = CLD_EXITED};

	info.si_pid = 42;
	info.si_uid = 1000;
	info.si_status = 3;
	info.si_utime = 150;
	check(&info, sizeof(info),
		"{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=42, si_uid=1000, si_status=3, "
		"si_utime=150 /* 1.50 s */, si_stime=0}");
	info.si_code = CLD_KILLED;
	info.si_status = SIGKILL;
	info.si_utime = 0;
	check(&info, sizeof(info),
		"{si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=42, si_uid=1000, si_status=SIGKILL, "
		"si_utime=0, si_stime=0}");
}

TEST(siginfo_of_faults_and_senders)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SEGV_MAPERR};

	info.si_addr = (void *)0x10;
	check(&info, sizeof(info), "{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10}");
	info.si_addr = NULL;
	check(&info, sizeof(info), "{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL}");
	info.si_code = SI_KERNEL;
	check(&info, sizeof(info), "{si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL}");

	info = (siginfo_t){.si_signo = SIGUSR1, .si_code = SI_USER};
	info.si_pid = 7;
	check(&info, sizeof(info), "{si_signo=SIGUSR1, si_code=SI_USER, si_pid=7, si_uid=0}");
	info.si_code = SI_TKILL;
	check(&info, sizeof(info), "{si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=7, si_uid=0}");
	info.si_code = SI_QUEUE;
	info.si_value.sival_ptr = (void *)9;
	check(&info, sizeof(info),
		"{si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=7, si_uid=0, si_int=9, si_ptr=0x9}");
}

TEST(siginfo_that_is_cut)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SEGV_MAPERR};

	check(&info, 8, "{si_signo=SIGSEGV, ...}");
	check(&info, 0, "{si_signo=SIGSEGV, ...}");
}

TEST(names)
{
	struct arena arena = ARENA_INIT;

	assert_string_equal(decode_signal_name(&arena, SIGINT), "SIGINT");
	assert_string_equal(decode_signal_name(&arena, 32), "SIGRTMIN");
	assert_string_equal(decode_signal_name(&arena, 34), "SIGRT_2");
	assert_string_equal(decode_signal_name(&arena, 64), "SIGRT_32");
	assert_null(decode_signal_name(&arena, 0));
	assert_null(decode_signal_name(&arena, 65));
	assert_null(decode_signal_name(&arena, -1));
	arena_deinit(&arena);
}

struct kernel_action {
	uint64_t handler, flags, restorer, mask;
};

TEST(handlers_and_masks)
{
	static const struct kernel_action ignore = {1, 0x10000000, 0, 0};
	static const struct kernel_action own = {0x5000, 0x14000004, 0x6000, 1u << (SIGINT - 1)};
	static const uint64_t few = 1u << (SIGINT - 1) | 1u << (SIGTERM - 1) | UINT64_C(1) << 32;
	static const uint64_t most = ~(UINT64_C(1) << (SIGKILL - 1));
	const struct recorded rows[] = {
		{"rt_sigaction", {SIGPIPE, 0x1000, 0, 8}, 0, {IN(1, ignore)},
			"rt_sigaction(SIGPIPE, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=SA_RESTART}, NULL, "
			"8) = 0"},
		{"rt_sigaction", {SIGUSR1, 0, 0x1000, 8}, 0, {OUT(2, own)},
			"rt_sigaction(SIGUSR1, NULL, {sa_handler=0x5000, sa_mask=[INT], "
			"sa_flags=SA_RESTORER|SA_RESTART|SA_SIGINFO, sa_restorer=0x6000}, 8) = 0"},
		{"rt_sigprocmask", {SIG_BLOCK, 0x1000, 0, 8}, 0, {IN(1, few)},
			"rt_sigprocmask(SIG_BLOCK, [INT TERM RT_1], NULL, 8) = 0"},
		{"rt_sigprocmask", {SIG_SETMASK, 0, 0x1000, 8}, 0, {OUT(2, most)},
			"rt_sigprocmask(SIG_SETMASK, NULL, ~[KILL], 8) = 0"},
		{"rt_sigtimedwait", {0x1000, 0, 0, 8}, SIGTERM, {IN(0, few)},
			"rt_sigtimedwait([INT TERM RT_1], NULL, NULL, 8) = 15 (SIGTERM)"},
		{"rt_sigtimedwait", {0x1000, 0, 0, 8}, -EAGAIN, {IN(0, few)},
			"rt_sigtimedwait([INT TERM RT_1], NULL, NULL, 8) = EAGAIN"},
		{"kill", {(uint64_t)-5, 34}, 0, {{0}}, "kill(-5, SIGRT_2) = 0"},
		{"kill", {5, 0}, 0, {{0}}, "kill(5, 0) = 0"},
		{"kill", {5, 99}, -EINVAL, {{0}}, "kill(5, 99) = EINVAL"},
	};

	CHECK(rows);
}
