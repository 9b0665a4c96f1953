#include "test.h"

#include <linux/audit.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "decode_build.h"

TEST(registers)
{
	const struct user_regs_struct regs = {.r15 = 1, .gs = 2};
	const struct user_fpregs_struct floats = {.cwd = 0x37f, .mxcsr = 5};
	const struct iovec one = {(void *)(uintptr_t)CHUNK_AT(2), 16},
			   odd = {(void *)(uintptr_t)CHUNK_AT(2), 9},
			   more = {(void *)(uintptr_t)CHUNK_AT(2), sizeof(regs) + 8};
	const struct recorded rows[] = {
		{"ptrace", {PTRACE_GETREGSET, 7, 1, 0x1000}, 0, {IN(3, one), OUT(3, regs)},
			"ptrace(PTRACE_GETREGSET, 7, NT_PRSTATUS, {iov_base={r15=0x1, r14=0}, "
			"iov_len=16}) = 0"},
		/* the kernel tells how much there was; a size that is not of registers */
		{"ptrace", {PTRACE_SETREGSET, 7, 1, 0x1000}, 0, {IN(3, odd), IN(3, regs)},
			"ptrace(PTRACE_SETREGSET, 7, NT_PRSTATUS, {iov_base=0x2000, iov_len=9}) = "
			"0"},
		{"ptrace", {PTRACE_SETREGSET, 7, 0x202, 0x1000}, -ESRCH, {IN(3, one), IN(3, regs)},
			"ptrace(PTRACE_SETREGSET, 7, NT_X86_XSTATE, {iov_base=0x2000, "
			"iov_len=16}) = ESRCH"},
		{"ptrace", {PTRACE_SETREGSET, 7, 1, 0x1000}, 0, {IN(3, more), IN(3, regs)},
			"ptrace(PTRACE_SETREGSET, 7, NT_PRSTATUS, {iov_base={r15=0x1, r14=0, r13=0, "
			"r12=0, rbp=0, rbx=0, r11=0, r10=0, r9=0, r8=0, rax=0, rcx=0, rdx=0, rsi=0, "
			"rdi=0, orig_rax=0, rip=0, cs=0, eflags=0, rsp=0, ss=0, fs_base=0, "
			"gs_base=0, ds=0, es=0, fs=0, gs=0x2, ...}, iov_len=224}) = 0"},
		{"ptrace", {PTRACE_SETREGSET, 7, 1, 0x1000}, 0, {IN_BYTES(3, "short")},
			"ptrace(PTRACE_SETREGSET, 7, NT_PRSTATUS, 0x1000) = 0"},
		{"ptrace", {14, 7, 0, 0x1000}, 0, {{3, CAPTURE_AT_EXIT, 20, &floats}},
			"ptrace(PTRACE_GETFPREGS, 7, 0x1000) = 0"},
		{"ptrace", {12, 7, 0, 0x1000}, -ESRCH, {{0}},
			"ptrace(PTRACE_GETREGS, 7, 0x1000) = ESRCH"},
		{"ptrace", {3, 7, 8, 0x1000}, 0, {OUT(3, odd)},
			"ptrace(PTRACE_PEEKUSER, 7, 8*R14, [0x2000]) = 0"},
		{"ptrace", {6, 7, 9, 5}, 0, {{0}}, "ptrace(PTRACE_POKEUSER, 7, 8*R14+1, 0x5) = 0"},
		{"ptrace", {6, 7, offsetof(struct user, u_debugreg) + 8, 5}, 0, {{0}},
			"ptrace(PTRACE_POKEUSER, 7, offsetof(struct user, u_debugreg)+8, 0x5) = 0"},
		{"ptrace", {6, 7, 0x10000, 5}, 0, {{0}},
			"ptrace(PTRACE_POKEUSER, 7, 0x10000, 0x5) = 0"},
	};

	CHECK(rows);
}

TEST(what_a_task_does)
{
	const struct ptrace_syscall_info enter = {.op = PTRACE_SYSCALL_INFO_ENTRY,
						 .arch = AUDIT_ARCH_X86_64,
						 .entry = {.nr = 39, .args = {1, 2}}},
					 left = {.op = PTRACE_SYSCALL_INFO_EXIT,
						 .exit = {.rval = -2, .is_error = 1}};
	const struct recorded rows[] = {
		{"ptrace", {PTRACE_GET_SYSCALL_INFO, 7, 48, 0x1000}, 80, {OUT(3, enter)},
			"ptrace(PTRACE_GET_SYSCALL_INFO, 7, 48, {op=PTRACE_SYSCALL_INFO_ENTRY, "
			"arch=AUDIT_ARCH_X86_64, instruction_pointer=NULL, stack_pointer=NULL, "
			"entry={nr=__NR_getpid, args=[0x1, 0x2]}}) = 80"},
		{"ptrace", {PTRACE_GET_SYSCALL_INFO, 7, 1, 0x1000}, 33, {OUT(3, left)},
			"ptrace(PTRACE_GET_SYSCALL_INFO, 7, 1, {op=PTRACE_SYSCALL_INFO_EXIT}) = "
			"33"},
		{"ptrace", {PTRACE_GET_SYSCALL_INFO, 7, 88, 0x1000}, 33, {OUT(3, left)},
			"ptrace(PTRACE_GET_SYSCALL_INFO, 7, 88, {op=PTRACE_SYSCALL_INFO_EXIT, "
			"arch=0 /* AUDIT_ARCH_??? */, instruction_pointer=NULL, "
			"stack_pointer=NULL, exit={rval=-ENOENT, is_error=1}}) = 33"},
		{"ptrace", {PTRACE_GET_SYSCALL_INFO, 7, 88, 0x1000}, 33,
			{{3, CAPTURE_AT_EXIT, 12, &left}},
			"ptrace(PTRACE_GET_SYSCALL_INFO, 7, 88, 0x1000) = 33"},
		{"ptrace", {0x4212, 7, 0, 0x1000}, -EINVAL, {{0}},
			"ptrace(PTRACE_SET_SYSCALL_INFO, 7, 0, 0x1000) = EINVAL"},
	};

	CHECK(rows);
}

TEST(signals_of_a_task)
{
	static const struct {
		uint64_t off;
		uint32_t flags;
		uint32_t nr;
	} peek = {3, 1, 2};
	siginfo_t infos[2] = {{.si_signo = SIGUSR1, .si_code = SI_KERNEL}, {.si_signo = SIGHUP}};
	static const uint64_t mask = 1;
	const struct recorded rows[] = {
		{"ptrace", {PTRACE_PEEKSIGINFO, 7, 0x1000, 0x2000}, 2, {IN(2, peek), OUT(3, infos)},
			"ptrace(PTRACE_PEEKSIGINFO, 7, {off=3, flags=PTRACE_PEEKSIGINFO_SHARED, "
			"nr=2}, [{si_signo=SIGUSR1, si_code=SI_KERNEL}, {si_signo=SIGHUP, "
			"si_code=SI_USER, si_pid=0, si_uid=0}]) = 2"},
		{"ptrace", {PTRACE_GETSIGMASK, 7, 8, 0x1000}, 0, {OUT(3, mask)},
			"ptrace(PTRACE_GETSIGMASK, 7, 8, [HUP]) = 0"},
		{"ptrace", {PTRACE_SETSIGMASK, 7, 4, 0x1000}, -EINVAL, {IN(3, mask)},
			"ptrace(PTRACE_SETSIGMASK, 7, 4, 0x1000) = EINVAL"},
		{"ptrace", {PTRACE_GETEVENTMSG, 7, 0, 0x1000}, 0, {OUT(3, mask)},
			"ptrace(PTRACE_GETEVENTMSG, 7, NULL, [1]) = 0"},
		{"ptrace", {PTRACE_SECCOMP_GET_METADATA, 7, 16, 0x1000}, 16, {IN(3, peek)},
			"ptrace(PTRACE_SECCOMP_GET_METADATA, 7, 16, {filter_off=3, "
			"???}) = 16"},
		{"ptrace", {PTRACE_SECCOMP_GET_METADATA, 7, 4, 0x1000}, -EINVAL, {IN(3, peek)},
			"ptrace(PTRACE_SECCOMP_GET_METADATA, 7, 4, 0x1000) = EINVAL"},
		/* all 64 bits count */
		{"ptrace", {0x100000000, 7, 1, 2}, -EIO, {{0}},
			"ptrace(0x100000000 /* PTRACE_??? */, 7, 0x1, 0x2) = EIO"},
	};

	CHECK(rows);
}
