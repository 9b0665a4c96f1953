/* Calls that make, replace, end, await and control processes. */
#include <asm/prctl.h>
#include <linux/kcmp.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

/* {child_stack, flags, parent_tid, child_tidptr, tls}, by name and only those that mean anything */
static void decode_clone(struct decoder *d)
{
	uint64_t flags = d->args[0];
	struct value args[5], *out = d->out->args;
	size_t nr = 0;

	value_set_flags(&out[0], flags, &flags_clone);
	args[nr++] = out[1];
	args[nr++] = out[0];
	if (flags & (CLONE_PARENT_SETTID | CLONE_PIDFD)) {
		struct value *tid = decoder_arg(d, 2);

		if (d->done)
			decoder_show_shape(d, d->args[2], &shape_int, CAPTURE_AT_EXIT, tid);
		else
			value_set_addr(tid, d->args[2]);
		args[nr++] = out[2];
	}
	if (flags & CLONE_SETTLS)
		args[nr++] = out[4];
	if (flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID))
		args[nr++] = out[3];
	memcpy(out, args, nr * sizeof(*args));
	for (size_t i = 0; i < nr; i++)
		out[i].flags |= VALUE_NAMED;
	d->out->nr_args = nr;
}

SYSCALL_ODD(clone, CLASS_PROCESS, RET_PID, decode_clone, ARG(flags, HEX), ARG(child_stack, ADDR),
	ARG(parent_tid, RAW_OUT, 4), ARG(child_tidptr, ADDR), ARG(tls, ADDR));

SHAPE(clone_args, struct clone_args)
{
	ADD_FLAGS(flags, clone3);
	if (from->flags & CLONE_PIDFD)
		ADD_ADDR(pidfd);
	if (from->flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID))
		ADD_ADDR(child_tid);
	if (from->flags & CLONE_PARENT_SETTID)
		ADD_ADDR(parent_tid);
	if (from->exit_signal <= INT32_MAX)
		value_set_signal(list_add(d, ret, "exit_signal"), (int)from->exit_signal);
	else
		ADD_UINT(exit_signal);
	ADD_ADDR(stack);
	ADD_HEX(stack_size);
	if (from->flags & CLONE_SETTLS)
		ADD_ADDR(tls);
	if (from->set_tid || from->set_tid_size) {
		ADD_ADDR(set_tid);
		ADD_UINT(set_tid_size);
	}
	if (from->cgroup || (from->flags & CLONE_INTO_CGROUP))
		ADD_FD(cgroup);
}

/* Programs pass what their headers know; a shorter structure is the older one. */
static void decode_clone3(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 0);
	const struct capture *chunk = decoder_chunk(d, d->args[0], CAPTURE_AT_ENTER);
	struct clone_args args = {0};

	if (!chunk || chunk->len < CLONE_ARGS_SIZE_VER0) {
		value_set_addr(ret, d->args[0]);
		return;
	}
	memcpy(&args, chunk->bytes, MIN(chunk->len, sizeof(args)));
	if (d->done && (args.flags & CLONE_PARENT_SETTID)) {
		struct value *tid;

		/* what was written there is what was returned */
		list_init(ret, VALUE_CHANGE);
		shape_clone_args.show(d, &args, list_add(d, ret, NULL));
		tid = list_add(d, list_add(d, ret, NULL), "parent_tid");
		value_set_pid(tid, (int)d->call->ret);
		tid->flags |= VALUE_BY_REF;
	} else {
		shape_clone_args.show(d, &args, ret);
	}
}

SYSCALL_ODD(clone3, CLASS_PROCESS, RET_PID, decode_clone3, ARG(cl_args, RAW, ARRAY, ENTER, 1, 1),
	ARG(size, SIZE));
SYSCALL(fork, CLASS_PROCESS, RET_PID);
SYSCALL(vfork, CLASS_PROCESS, RET_PID);

/* The environment as its size, unless all of it is wanted. */
static void show_environment(struct decoder *d, unsigned at)
{
	struct value *env = &d->out->args[at];

	if (d->opts->verbose || env->kind != VALUE_ARRAY)
		return;
	size_t nr = env->list.nr;
	bool cut = env->flags & VALUE_CUT;

	value_set_addr(env, d->args[at]);
	env->comment = decoder_printf(d, "%zu%s var%s", nr, cut ? "+" : "", nr == 1 ? "" : "s");
}

static void decode_execve(struct decoder *d)
{
	show_environment(d, 2);
}

static void decode_execveat(struct decoder *d)
{
	show_environment(d, 3);
}

SYSCALL_ODD(execve, CLASS_FILE | CLASS_PROCESS, RET_INT, decode_execve, ARG(pathname, PATH),
	ARG(argv, STRINGS), ARG(envp, STRINGS));
SYSCALL_ODD(execveat, CLASS_FILE | CLASS_DESC | CLASS_PROCESS, RET_INT, decode_execveat,
	ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(argv, STRINGS), ARG(envp, STRINGS),
	ARG(flags, FLAGS, at));
SYSCALL(exit, CLASS_PROCESS, RET_INT, ARG(status, INT));
SYSCALL(exit_group, CLASS_PROCESS, RET_INT, ARG(status, INT));

SHAPE(wait_status, uint32_t)
{
	ret->kind = VALUE_STATUS;
	ret->num = *from;
}

/* Nothing is written when nobody had anything to tell. */
static void decode_wait4(struct decoder *d)
{
	if (!d->done || d->call->ret != 0)
		return;
	value_set_addr(decoder_arg(d, 1), d->args[1]);
	value_set_addr(decoder_arg(d, 3), d->args[3]);
}

SYSCALL_ODD(wait4, CLASS_PROCESS, RET_PID, decode_wait4, ARG(pid, PID),
	ARG(wstatus, OUT, wait_status), ARG(options, FLAGS, wait), ARG(rusage, OUT, rusage));

static void decode_waitid(struct decoder *d)
{
	if (arg_u32(d, 0) == P_ALL)
		value_set_int(decoder_arg(d, 1), arg_int(d, 1));
	else if (arg_u32(d, 0) == P_PIDFD)
		value_set_fd(decoder_arg(d, 1), arg_int(d, 1));
}

SYSCALL_ODD(waitid, CLASS_PROCESS, RET_INT, decode_waitid, ARG(idtype, ENUM, wait_id), ARG(id, PID),
	ARG(infop, OUT, siginfo), ARG(options, FLAGS, wait), ARG(rusage, OUT, rusage));

SYSCALL(unshare, 0, RET_INT, ARG(flags, FLAGS64, unshare));
SYSCALL(setns, CLASS_DESC, RET_INT, ARG(fd, FD), ARG(nstype, FLAGS, namespace));
SYSCALL(pidfd_open, CLASS_DESC, RET_FD, ARG(pid, PID), ARG(flags, FLAGS, pidfd_open));
SYSCALL(pidfd_getfd, CLASS_DESC, RET_FD, ARG(pidfd, FD), ARG(targetfd, INT), ARG(flags, HEX32));
static void decode_kcmp(struct decoder *d)
{
	switch (arg_u32(d, 2)) {
	case KCMP_FILE:
		for (unsigned at = 3; at < 5; at++)
			value_set_fd(decoder_arg(d, at), arg_int(d, at));
		break;
	case KCMP_EPOLL_TFD: break;
	case KCMP_VM:
	case KCMP_FILES:
	case KCMP_FS:
	case KCMP_SIGHAND:
	case KCMP_IO:
	case KCMP_SYSVSEM: decoder_keep_args(d, 3); break;
	default: break;
	}
}

SYSCALL_ODD(kcmp, 0, RET_INT, decode_kcmp, ARG(pid1, PID), ARG(pid2, PID), ARG(type, ENUM, kcmp),
	ARG(idx1, HEX), ARG(idx2, HEX));

#define PURE (CLASS_PURE | CLASS_NEVER_FAILS)
SYSCALL(getpid, PURE, RET_PID);
SYSCALL(getppid, PURE, RET_PID);
SYSCALL(gettid, PURE, RET_PID);
SYSCALL(getpgrp, PURE, RET_PID);
SYSCALL(getpgid, 0, RET_PID, ARG(pid, PID));
SYSCALL(setpgid, 0, RET_INT, ARG(pid, PID), ARG(pgid, PID));
SYSCALL(getsid, 0, RET_PID, ARG(pid, PID));
SYSCALL(setsid, 0, RET_PID);
SYSCALL(set_tid_address, 0, RET_PID, ARG(tidptr, HEX));
SYSCALL(set_robust_list, 0, RET_INT, ARG(head, ADDR), ARG(len, SIZE));
SYSCALL(get_robust_list, 0, RET_INT, ARG(pid, PID), ARG(head_ptr, OUT, addr),
	ARG(len_ptr, OUT, u64));
SYSCALL(rseq, 0, RET_INT, ARG(rseq, HEX), ARG(rseq_len, HEX32), ARG(flags, FLAGS, rseq),
	ARG(sig, HEX32));
SYSCALL(set_thread_area, 0, RET_INT, ARG(u_info, ADDR));
SYSCALL(get_thread_area, 0, RET_INT, ARG(u_info, ADDR));
/* Asks what it is. */
#define PERSONALITY_QUERY 0xffffffff

static void decode_personality(struct decoder *d)
{
	if (arg_u32(d, 0) == PERSONALITY_QUERY)
		value_set_hex(decoder_arg(d, 0), PERSONALITY_QUERY);
	if (!d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	value_set_flags(decoder_add_detail(d, NULL), (uint32_t)d->call->ret, &flags_personality);
}

SYSCALL_ODD(personality, 0, RET_HEX, decode_personality, ARG(persona, FLAGS, personality));

/* limits and usage */
SHAPE(rlimit, struct rlimit)
{
	const struct {
		const char *name;
		uint64_t limit;
	} items[] = {{"rlim_cur", from->rlim_cur}, {"rlim_max", from->rlim_max}};

	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		struct value *item = list_add(d, ret, items[i].name);
		uint64_t limit = items[i].limit;

		if (limit == RLIM_INFINITY)
			value_set_name(item, "RLIM64_INFINITY");
		else if (limit > 1024 && limit % 1024 == 0)
			value_set_name(item,
				decoder_printf(d, "%llu*1024", (unsigned long long)limit / 1024));
		else
			value_set_uint(item, limit);
	}
}

SYSCALL(getrlimit, 0, RET_INT, ARG(resource, ENUM, rlimit), ARG(rlim, OUT, rlimit));
SYSCALL(setrlimit, 0, RET_INT, ARG(resource, ENUM, rlimit), ARG(rlim, IN, rlimit));
SYSCALL(prlimit64, 0, RET_INT, ARG(pid, PID), ARG(resource, ENUM, rlimit),
	ARG(new_limit, IN, rlimit), ARG(old_limit, OUT, rlimit));
SYSCALL(getrusage, 0, RET_INT, ARG(who, ENUM, rusage_who), ARG(usage, OUT, rusage));

/* prctl: everything hangs on the option. */

struct task_name {
	char text[16];
};

SHAPE(task_name, struct task_name)
{
	value_set_text(ret, from->text, sizeof(from->text));
}

static void prctl_flags(struct decoder *d, unsigned at, const struct flag_set *set)
{
	value_set_flags(decoder_arg(d, at), d->args[at], set);
}

static void prctl_enum(struct decoder *d, unsigned at, const struct flag_set *set)
{
	value_set_enum(decoder_arg(d, at), d->args[at], set);
}

static void prctl_number_out(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 1);

	if (d->done)
		decoder_show_shape(d, d->args[1], &shape_int, CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, d->args[1]);
	decoder_keep_args(d, 2);
}

static void decode_prctl(struct decoder *d)
{
	struct value *name;

	/* pointers of other word sizes are numbers here */
	switch (arg_u32(d, 0)) {
	case PR_GET_DUMPABLE:
		decoder_keep_args(d, 1);
		if (d->done)
			d->out->ret_note =
				flag_set_exact(&flags_prctl_dumpable, (uint64_t)d->call->ret);
		break;
	case PR_GET_KEEPCAPS:
	case PR_GET_SECCOMP:
	case PR_GET_SECUREBITS:
	case PR_GET_TIMERSLACK:
	case PR_GET_TIMING:
	case PR_TASK_PERF_EVENTS_DISABLE:
	case PR_TASK_PERF_EVENTS_ENABLE: decoder_keep_args(d, 1); break;
	case PR_SET_NAME:
		name = decoder_arg(d, 1);
		decoder_show_string(d, d->args[1], CAPTURE_AT_ENTER, name);
		decoder_keep_args(d, 2);
		break;
	case PR_GET_NAME:
		name = decoder_arg(d, 1);
		if (d->done)
			decoder_show_shape(d, d->args[1], &shape_task_name, CAPTURE_AT_EXIT, name);
		else
			value_set_addr(name, d->args[1]);
		decoder_keep_args(d, 2);
		break;
	case PR_GET_PDEATHSIG:
		prctl_number_out(d);
		name = &d->out->args[1];
		if (name->kind == VALUE_INT) {
			value_set_signal(name, (int)name->num);
			name->flags |= VALUE_BY_REF;
		}
		break;
	case PR_SET_PDEATHSIG:
		value_set_signal(decoder_arg(d, 1), arg_int(d, 1));
		decoder_keep_args(d, 2);
		break;
	case PR_GET_UNALIGN:
	case PR_GET_FPEMU:
	case PR_GET_FPEXC:
	case PR_GET_ENDIAN:
	case PR_GET_CHILD_SUBREAPER:
	case PR_GET_TSC: prctl_number_out(d); break;
	case PR_SET_DUMPABLE:
		prctl_enum(d, 1, &flags_prctl_dumpable);
		decoder_keep_args(d, 2);
		break;
	case PR_SET_KEEPCAPS:
	case PR_SET_CHILD_SUBREAPER:
	case PR_SET_TIMERSLACK:
	case PR_SET_TIMING:
	case PR_SET_FPEMU:
	case PR_SET_FPEXC:
	case PR_SET_ENDIAN:
		value_set_uint(decoder_arg(d, 1), d->args[1]);
		decoder_keep_args(d, 2);
		break;
	case PR_SET_PTRACER:
		value_set_pid(decoder_arg(d, 1), arg_int(d, 1));
		decoder_keep_args(d, 2);
		break;
	case PR_CAPBSET_READ:
	case PR_CAPBSET_DROP:
		prctl_enum(d, 1, &flags_capability);
		decoder_keep_args(d, 2);
		break;
	case PR_CAP_AMBIENT:
		prctl_enum(d, 1, &flags_prctl_ambient);
		prctl_enum(d, 2, &flags_capability);
		break;
	case PR_SET_SECUREBITS:
		prctl_flags(d, 1, &flags_secure_bits);
		decoder_keep_args(d, 2);
		break;
	case PR_SET_SECCOMP:
		prctl_enum(d, 1, &flags_seccomp_mode);
		decoder_keep_args(d, d->args[1] == 2 ? 3 : 2);
		break;
	case PR_SET_NO_NEW_PRIVS:
	case PR_SET_THP_DISABLE: value_set_uint(decoder_arg(d, 1), d->args[1]); break;
	case PR_SET_TSC:
		prctl_enum(d, 1, &flags_prctl_tsc);
		decoder_keep_args(d, 2);
		break;
	case PR_MCE_KILL:
		prctl_enum(d, 1, &flags_prctl_mce);
		if (d->args[1] == PR_MCE_KILL_SET)
			prctl_enum(d, 2, &flags_prctl_mce_set);
		break;
	case PR_GET_TID_ADDRESS:
		if (d->done)
			decoder_show_shape(
				d, d->args[1], &shape_addr, CAPTURE_AT_EXIT, decoder_arg(d, 1));
		decoder_keep_args(d, 2);
		break;
	case PR_SET_MM: prctl_enum(d, 1, &flags_prctl_mm); break;
	case PR_SET_VMA:
		prctl_enum(d, 1, &flags_prctl_vma);
		value_set_addr(decoder_arg(d, 2), d->args[2]);
		value_set_uint(decoder_arg(d, 3), d->args[3]);
		name = decoder_arg(d, 4);
		decoder_show_string(d, d->args[4], CAPTURE_AT_ENTER, name);
		break;
	default: break;
	}
}

SYSCALL_ODD(prctl, CLASS_CREDS, RET_INT, decode_prctl, ARG(option, ENUM, prctl),
	ARG(arg2, RAW_NUMBER, BOTH, 16), ARG(arg3, HEX), ARG(arg4, HEX), ARG(arg5, RAW_STRING));

static void decode_arch_prctl(struct decoder *d)
{
	switch (arg_u32(d, 0)) {
	case ARCH_GET_FS:
	case ARCH_GET_GS:
		if (d->done)
			decoder_show_shape(
				d, d->args[1], &shape_addr, CAPTURE_AT_EXIT, decoder_arg(d, 1));
		break;
	default: break;
	}
}

SYSCALL_ODD(arch_prctl, 0, RET_INT, decode_arch_prctl, ARG(code, ENUM, arch_prctl),
	ARG(addr, RAW_NUMBER, EXIT, 8));

/* Up to which argument a request of ptrace has a meaning, and what data is. */
static void decode_ptrace(struct decoder *d)
{
	struct value *data = &d->out->args[3];

	switch (arg_u32(d, 0)) {
	case PTRACE_TRACEME: decoder_keep_args(d, 1); break;
	case PTRACE_CONT:
	case PTRACE_SINGLESTEP:
	case PTRACE_SYSCALL:
	case PTRACE_DETACH:
	case PTRACE_LISTEN:
		if (arg_u32(d, 3) <= 64)
			value_set_signal(decoder_arg(d, 3), arg_int(d, 3));
		break;
	case PTRACE_SETOPTIONS:
	case PTRACE_SEIZE:
		value_set_flags(decoder_arg(d, 3), arg_u32(d, 3), &flags_ptrace_options);
		break;
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		value_set_enum(decoder_arg(d, 2), arg_u32(d, 2), &flags_regset);
		value_set_addr(data, d->args[3]);
		break;
	case PTRACE_ATTACH:
	case PTRACE_INTERRUPT:
	case PTRACE_KILL: decoder_keep_args(d, 2); break;
	default: value_set_addr(data, d->args[3]); break;
	}
}

SYSCALL_ODD(ptrace, 0, RET_INT, decode_ptrace, ARG(request, ENUM, ptrace), ARG(pid, PID),
	ARG(addr, ADDR), ARG(data, HEX));
