/*
 * Handlers run; blocked signals come when they are let through. With an argument: an ignored one.
 */

#include <signal.h>
#include <stdint.h>
#include <sys/time.h>

#include "expect.h"

static struct expect e;
static volatile sig_atomic_t handled;

static void on_signal(int signo)
{
	handled++;
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	uint64_t mask = 1ull << (SIGUSR2 - 1);
	int uid;

	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGUSR2, &act, NULL);
	sigaction(SIGHUP, &ignore, NULL);

	uid = getuid();
	expect_begin(&e);
	expect_call(&e, kcall(SYS_kill, e.tid, 0), "kill(%d, 0)", e.tid);
	expect_call(&e, kcall(SYS_kill, e.tid, SIGUSR1), "kill(%d, SIGUSR1)", e.tid);
	expect(&e, "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=%d, si_uid=%d} ---",
		e.tid, uid);
	expect(&e, "rt_sigreturn(<*>) = 0");

	expect_call(&e, kcall(SYS_tgkill, e.tid, e.tid, SIGUSR1), "tgkill(%d, %d, SIGUSR1)", e.tid,
		e.tid);
	expect(&e, "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=%d, si_uid=%d} ---",
		e.tid, uid);
	expect(&e, "rt_sigreturn(<*>) = 0");

	/* pending while blocked */
	expect_call(&e, kcall(SYS_rt_sigprocmask, SIG_BLOCK, &mask, NULL, 8),
		"rt_sigprocmask(SIG_BLOCK, [USR2], NULL, 8)");
	expect_call(&e, kcall(SYS_kill, e.tid, SIGUSR2), "kill(%d, SIGUSR2)", e.tid);
	expect_call(&e, kcall(SYS_chdir, "/pending"), "chdir(\"/pending\")");
	expect_call(&e, kcall(SYS_rt_sigprocmask, SIG_UNBLOCK, &mask, NULL, 8),
		"rt_sigprocmask(SIG_UNBLOCK, [USR2], NULL, 8)");
	expect(&e, "--- SIGUSR2 {si_signo=SIGUSR2, si_code=SI_USER, si_pid=%d, si_uid=%d} ---",
		e.tid, uid);
	expect(&e, "rt_sigreturn(<*>) = 0");

	if (handled != 3)
		abort();
	if (argc > 1) {
		/* a tracer hears of a signal that its target ignores */
		expect_call(&e, kcall(SYS_kill, e.tid, SIGHUP), "kill(%d, SIGHUP)", e.tid);
		expect(&e, "--- SIGHUP {si_signo=SIGHUP, si_code=SI_USER, <*>} ---");
	}
	expect_call(&e, kcall(SYS_chdir, "/handled"), "chdir(\"/handled\")");
	expect_end(&e);
	return handled;
}
