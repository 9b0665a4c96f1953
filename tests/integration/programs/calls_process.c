/* Processes, what can be set about them, signals, scheduling and futexes. */
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "expect.h"

#define NOBODY 0x7fffffff /* no process has this id */

static struct expect e;
static char *page; /* what follows cannot be read */
static void *const bad = (void *)0xdead0000;

/* An object that ends where memory does. */
static void *at_end(size_t len)
{
	return page + 4096 - len;
}

static void names(void)
{
	char name[16] = "", *torn = at_end(4);
	int number = 0;

	expect_call(
		&e, kcall(SYS_prctl, PR_SET_NAME, "walk", 0, 0, 0), "prctl(PR_SET_NAME, \"walk\")");
	expect_call(
		&e, kcall(SYS_prctl, PR_GET_NAME, name, 0, 0, 0), "prctl(PR_GET_NAME, \"walk\")");
	expect_call(&e, kcall(SYS_prctl, PR_SET_NAME, "a name that is too long", 0, 0, 0),
		"prctl(PR_SET_NAME, \"a name that is \"...)");
	memcpy(torn, "torn", 4);
	expect_call(&e, kcall(SYS_prctl, PR_SET_NAME, torn, 0, 0, 0), "prctl(PR_SET_NAME, %p)",
		(void *)torn);
	expect_call(&e, kcall(SYS_prctl, PR_GET_NAME, bad, 0, 0, 0), "prctl(PR_GET_NAME, %p)", bad);
	expect_call(&e, kcall(SYS_prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0),
		"prctl(PR_SET_PDEATHSIG, SIGUSR1)");
	expect_call(&e, kcall(SYS_prctl, PR_GET_PDEATHSIG, &number, 0, 0, 0),
		"prctl(PR_GET_PDEATHSIG, [SIGUSR1])");
	expect_call(
		&e, kcall(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0), "prctl(PR_SET_PDEATHSIG, 0)");
	expect_call(&e, kcall(SYS_prctl, PR_GET_CHILD_SUBREAPER, &number, 0, 0, 0),
		"prctl(PR_GET_CHILD_SUBREAPER, [0])");
	expect_call(&e, kcall(SYS_prctl, PR_GET_CHILD_SUBREAPER, NULL, 0, 0, 0),
		"prctl(PR_GET_CHILD_SUBREAPER, NULL)");
}

static void options(void)
{
	struct sock_filter allow[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
	struct sock_fprog program = {.len = 0, .filter = allow};

	expect(&e, "prctl(PR_GET_DUMPABLE) = %ld (SUID_DUMP_USER)",
		kcall(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0));
	expect_call(&e, kcall(SYS_prctl, PR_SET_DUMPABLE, 9, 0, 0, 0),
		"prctl(PR_SET_DUMPABLE, 0x9 /* SUID_DUMP_??? */)");
	expect_call(&e, kcall(SYS_prctl, PR_CAPBSET_READ, 99, 0, 0, 0),
		"prctl(PR_CAPBSET_READ, 0x63 /* CAP_??? */)");
	expect_call(&e, kcall(SYS_prctl, PR_MCE_KILL, PR_MCE_KILL_SET, 7, 1, 0),
		"prctl(PR_MCE_KILL, PR_MCE_KILL_SET, 0x7 /* PR_MCE_KILL_??? */, 0x1, 0)");
	expect_call(&e, kcall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0),
		"prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=0, filter=%p})", (void *)allow);
	expect_call(&e, kcall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, bad, 0, 0),
		"prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, %p)", bad);
	expect_call(&e, kcall(SYS_prctl, PR_SET_SPECULATION_CTRL, 9, 1, 0, 0),
		"prctl(PR_SET_SPECULATION_CTRL, 0x9 /* PR_SPEC_??? */, 0x1)");
	expect_call(&e, kcall(SYS_prctl, PR_SET_TAGGED_ADDR_CTRL, 0x8b, 0, 0, 0),
		"prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE|PR_MTE_TCF_SYNC|"
		"0x11<<PR_MTE_TAG_SHIFT, 0, 0, 0)");
	expect_call(&e, kcall(SYS_prctl, 0x12345678, 1, 2, 3, 4),
		"prctl(0x12345678 /* PR_??? */, 0x1, 0x2, 0x3, 0x4)");
	expect_call(&e, kcall(SYS_prctl, 0x53564d41 /* PR_SET_VMA */, 0, page, 0, "a name"),
		"prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, %p, 0, \"a name\")", (void *)page);
	if (expect_old())
		return;
	expect_call(&e, kcall(SYS_prctl, 62 /* PR_SCHED_CORE */, 9, NOBODY, 1, 0),
		"prctl(PR_SCHED_CORE, 0x9 /* PR_SCHED_CORE_??? */, %d, 0x1 /* PIDTYPE_TGID */, 0)",
		NOBODY);
	expect_call(&e, kcall(SYS_prctl, 65 /* PR_SET_MDWE */, 0x10, 0, 0, 0),
		"prctl(PR_SET_MDWE, 0x10 /* PR_MDWE_??? */, 0, 0, 0)");
	expect_call(&e, kcall(SYS_arch_prctl, 0x1023, 60),
		"arch_prctl(ARCH_REQ_XCOMP_PERM, 0x3c /* XFEATURE_??? */)");
}

static void made(void)
{
	struct clone_args args = {.flags = CLONE_PIDFD | CLONE_THREAD, .exit_signal = SIGCHLD};
	struct {
		struct clone_args known;
		uint64_t newer;
	} grown = {.known = {.flags = CLONE_THREAD}, .newer = 5};
	pid_t tids[2] = {1, 2};

	args.pidfd = 0x1000;
	expect_call(&e, kcall(SYS_clone3, &args, sizeof(args)),
		"clone3({flags=CLONE_PIDFD|CLONE_THREAD, pidfd=0x1000, exit_signal=SIGCHLD, "
		"stack=NULL, stack_size=0}, %zu)",
		sizeof(args));
	args = (struct clone_args){.flags = CLONE_THREAD,
		.set_tid = (uintptr_t)tids,
		.set_tid_size = 2,
		.stack_size = 16};
	expect_call(&e, kcall(SYS_clone3, &args, sizeof(args)),
		"clone3({flags=CLONE_THREAD, exit_signal=0, stack=NULL, stack_size=0x10, "
		"set_tid=[1, 2], set_tid_size=2}, %zu)",
		sizeof(args));
	expect_call(&e, kcall(SYS_clone3, &grown, sizeof(grown)),
		"clone3({flags=CLONE_THREAD, exit_signal=0, stack=NULL, stack_size=0, "
		"/* bytes 88..95 */ \"\\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, %zu)",
		sizeof(grown));
	expect_call(&e, kcall(SYS_clone3, &args, 8), "clone3(%p, 8)", (void *)&args);
	expect_call(&e, kcall(SYS_clone3, bad, sizeof(args)), "clone3(%p, %zu)", bad, sizeof(args));
	expect_call(&e, kcall(SYS_kcmp, NOBODY, -1, KCMP_FILE, 3, 4),
		"kcmp(%d, -1, KCMP_FILE, 3, 4)", NOBODY);
	expect_call(
		&e, kcall(SYS_kcmp, NOBODY, -1, KCMP_VM, 3, 4), "kcmp(%d, -1, KCMP_VM)", NOBODY);
	expect_call(&e, kcall(SYS_kcmp, NOBODY, -1, 99, 3, 4),
		"kcmp(%d, -1, 0x63 /* KCMP_??? */, 0x3, 0x4)", NOBODY);
	expect_call(&e, kcall(SYS_execve, "", ((char *const[]){(char *)"a", NULL}), NULL),
		"execve(\"\", [\"a\"], NULL)");
	expect_call(&e, kcall(SYS_wait4, NOBODY, NULL, WNOHANG | __WALL, NULL),
		"wait4(%d, NULL, WNOHANG|__WALL, NULL)", NOBODY);
	expect(&e, "personality(0xffffffff) = 0 (PER_LINUX)");
	kcall(SYS_personality, 0xffffffff);
}

static void traced(void)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SEGV_MAPERR};
	struct iovec regs = {bad, 16};
	uint64_t mask = 1 << (SIGINT - 1);

	info.si_addr = bad;
	expect_call(&e, kcall(SYS_ptrace, PTRACE_ATTACH, NOBODY, 0, 0), "ptrace(PTRACE_ATTACH, %d)",
		NOBODY);
	expect_call(&e, kcall(SYS_ptrace, PTRACE_CONT, NOBODY, 0, SIGUSR2),
		"ptrace(PTRACE_CONT, %d, NULL, SIGUSR2)", NOBODY);
	expect_call(&e, kcall(SYS_ptrace, PTRACE_SETOPTIONS, NOBODY, 0, 0x200003),
		"ptrace(PTRACE_SETOPTIONS, %d, NULL, "
		"PTRACE_O_TRACESYSGOOD|PTRACE_O_TRACEFORK|PTRACE_O_SUSPEND_SECCOMP)",
		NOBODY);
	expect_call(&e, kcall(SYS_ptrace, PTRACE_SETSIGINFO, NOBODY, 0, &info),
		"ptrace(PTRACE_SETSIGINFO, %d, NULL, {si_signo=SIGSEGV, si_code=SEGV_MAPERR, "
		"si_addr=%p})",
		NOBODY, bad);
	expect_call(&e, kcall(SYS_ptrace, PTRACE_SETSIGMASK, NOBODY, 8, &mask),
		"ptrace(PTRACE_SETSIGMASK, %d, 8, [INT])", NOBODY);
	expect_call(&e, kcall(SYS_ptrace, PTRACE_GETREGSET, NOBODY, 1, &regs),
		"ptrace(PTRACE_GETREGSET, %d, NT_PRSTATUS, {iov_base=%p, iov_len=16})", NOBODY,
		bad);
	expect_call(&e, kcall(SYS_ptrace, PTRACE_GETREGSET, NOBODY, 99, bad),
		"ptrace(PTRACE_GETREGSET, %d, 0x63 /* NT_??? */, %p)", NOBODY, bad);
	expect_call(&e, kcall(SYS_ptrace, PTRACE_PEEKUSER, NOBODY, 8, bad),
		"ptrace(PTRACE_PEEKUSER, %d, 8*R14, %p)", NOBODY, bad);
	expect_call(&e, kcall(SYS_ptrace, 0x7777, NOBODY, 1, 2),
		"ptrace(0x7777 /* PTRACE_??? */, %d, 0x1, 0x2)", NOBODY);
}

static void signals(void)
{
	siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
	uint64_t set = 1 << (SIGUSR2 - 1), *torn = at_end(4);
	struct timespec now = {0, 0};

	info.si_pid = e.tid;
	info.si_uid = 77;
	info.si_ptr = (void *)0x55;
	expect_call(&e, kcall(SYS_rt_sigqueueinfo, NOBODY, SIGUSR1, &info),
		"rt_sigqueueinfo(%d, SIGUSR1, {si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=%d, "
		"si_uid=%d, si_int=85, si_ptr=0x55})",
		NOBODY, info.si_pid, info.si_uid);
	expect_call(&e, kcall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 8),
		"rt_sigprocmask(SIG_BLOCK, [USR2], NULL, 8)");
	expect_call(&e, kcall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4),
		"rt_sigprocmask(SIG_BLOCK, %p, NULL, 4)", (void *)&set);
	expect_call(&e, kcall(SYS_rt_sigprocmask, 7, torn, NULL, 8),
		"rt_sigprocmask(0x7 /* SIG_??? */, %p, NULL, 8)", (void *)torn);
	*(uint32_t *)torn = 0;
	expect_call(&e, kcall(SYS_rt_sigpending, torn, 4), "rt_sigpending([], 4)");
	expect_call(&e, kcall(SYS_rt_sigtimedwait, &set, NULL, &now, 8),
		"rt_sigtimedwait([USR2], NULL, {tv_sec=0, tv_nsec=0}, 8)");
	expect_call(&e, kcall(SYS_tgkill, NOBODY, NOBODY, SIGKILL), "tgkill(%d, %d, SIGKILL)",
		NOBODY, NOBODY);
	expect_call(&e, kcall(SYS_kill, NOBODY, 64), "kill(%d, SIGRT_32)", NOBODY);
}

static void scheduling(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
		uint32_t util_min, util_max;
	} attr = {.size = 56, .policy = SCHED_BATCH, .flags = 1, .nice = 3, .util_max = 7};
	struct sched_param param = {5};

	expect_call(&e, kcall(SYS_sched_setattr, NOBODY, &attr, 0),
		"sched_setattr(%d, {size=56, sched_policy=SCHED_BATCH, "
		"sched_flags=SCHED_FLAG_RESET_ON_FORK, sched_nice=3, sched_priority=0, "
		"sched_runtime=0, sched_deadline=0, sched_period=0, sched_util_min=0, "
		"sched_util_max=7}, 0)",
		NOBODY);
	expect_call(&e, kcall(SYS_sched_setattr, NOBODY, bad, 0), "sched_setattr(%d, %p, 0)",
		NOBODY, bad);
	expect_call(&e, kcall(SYS_sched_getattr, NOBODY, &attr, 56, 0),
		"sched_getattr(%d, %p, 56, 0)", NOBODY, (void *)&attr);
	if (!expect_old())
		expect_call(&e, kcall(SYS_sched_setscheduler, NOBODY, SCHED_FIFO, &param),
			"sched_setscheduler(%d, SCHED_FIFO, {sched_priority=5})", NOBODY);
	expect_call(&e, kcall(SYS_setpriority, PRIO_USER, NOBODY, 20),
		"setpriority(PRIO_USER, %d, 20)", NOBODY);
}

static void futexes(void)
{
	uint32_t word = 1;
	struct timespec past = {0, 1};

	expect_call(&e, kcall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 2, &past, NULL, 0),
		"futex(%p, FUTEX_WAIT_PRIVATE, 2, {tv_sec=0, tv_nsec=1})", (void *)&word);
	expect_call(&e, kcall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0),
		"futex(%p, FUTEX_WAKE, 1)", (void *)&word);
	expect_call(&e,
		kcall(SYS_futex, &word, FUTEX_WAKE_OP, 1, 2, &word,
			FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_GT, 4)),
		"futex(%p, FUTEX_WAKE_OP, 1, 2, %p, "
		"FUTEX_OP_ADD<<28|0x3<<12|FUTEX_OP_CMP_GT<<24|0x4)",
		(void *)&word, (void *)&word);
	expect_call(&e,
		kcall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 2, bad, NULL, ~0),
		"futex(%p, FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME, 2, %p, FUTEX_BITSET_MATCH_ANY)",
		(void *)&word, bad);
	expect_call(&e, kcall(SYS_futex, &word, 0x7f, 1, NULL, NULL, 0),
		"futex(%p, 0x7f /* FUTEX_??? */, 1, NULL, NULL, 0)", (void *)&word);
}

int main(void)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(page + 4096, 4096, PROT_NONE);
	memset(page, 1, 4096); /* present */
	expect_begin(&e);
	names();
	options();
	made();
	traced();
	signals();
	scheduling();
	futexes();
	expect_end(&e);
	return 0;
}
