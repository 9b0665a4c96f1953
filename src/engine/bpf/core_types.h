#pragma once
/*
 * The kernel types that the programs touch, and what of them depends on the CPU.
 *
 * Where a field lies is not asked of libbpf: its CO-RE relocation parses the whole of the kernel's
 * BTF, 20 ms of start-up. The engine looks up the few offsets itself (kernel_btf.c) and passes them
 * in .rodata, whose frozen contents the verifier knows, so that `KERNEL_FIELD` is a plain load that
 * it checks against the kernel's BTF like any other.
 */

#include <linux/types.h>
#include <stdbool.h>

#define PF_IO_WORKER   0x00000010
#define PF_EXITING     0x00000004
#define PF_USER_WORKER 0x00004000

#define SIGNAL_GROUP_EXIT      4 /* signal_struct.flags: the process is going down */
#define TRACE_SIGNAL_DELIVERED 0 /* `result` of signal_generate */
#define TRACE_SIGNAL_IGNORED   1

#define CLONE_VM     0x00000100
#define CLONE_FS     0x00000200
#define CLONE_FILES  0x00000400
#define CLONE_VFORK  0x00004000
#define CLONE_THREAD 0x00010000

struct task_struct;
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

#define KERNEL_FIELD(type, object, offset) (*(type *)((void *)(object) + (offset)))

#ifdef __TARGET_ARCH_x86
/* The layout is ABI: ptrace and core files expose it. */
struct pt_regs {
	__u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	__u64 orig_ax;
	__u64 ip, cs, flags, sp, ss;
};

/* Stores become visible in their order (TSO); only the compiler must be held back. */
#define RELEASE_BARRIER() asm volatile("" ::: "memory")

/* clone, fork, vfork, clone3 */
#define NR_IS_FORK(nr)        (((nr) >= 56 && (nr) <= 58) || (nr) == 435)
#define NR_IS_FORK_COMPAT(nr) ((nr) == 2 || (nr) == 120 || (nr) == 190 || (nr) == 435)

#define TS_COMPAT 0x0002 /* thread_info.status: in a 32-bit call */

static __always_inline void regs_args(const struct pt_regs *regs, int abi, __u64 *args)
{
	if (abi == 0) {
		args[0] = regs->di;
		args[1] = regs->si;
		args[2] = regs->dx;
		args[3] = regs->r10;
		args[4] = regs->r8;
		args[5] = regs->r9;
	} else {
		args[0] = (__u32)regs->bx;
		args[1] = (__u32)regs->cx;
		args[2] = (__u32)regs->dx;
		args[3] = (__u32)regs->si;
		args[4] = (__u32)regs->di;
		args[5] = (__u32)regs->bp;
	}
}

static __always_inline __u64 regs_sp(const struct pt_regs *regs)
{
	return regs->sp;
}

static __always_inline __u32 regs_nr(const struct pt_regs *regs)
{
	return regs->orig_ax;
}

/*
 * Whether the task whose registers these are is in a call that has not got its result yet: until
 * then that is -ENOSYS. Entries of other kinds leave a negative number. Wrong for a moment after a
 * call that does result in ENOSYS.
 */
static __always_inline bool regs_in_call(const struct pt_regs *regs)
{
	return (__s32)regs->orig_ax >= 0 && (__s32)regs->ax == -38;
}
#else
#error "the registers of this CPU are not described"
#endif
