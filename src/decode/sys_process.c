/* Calls that make, replace, end, await and control processes. */
#include <asm/ldt.h>
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <stddef.h>
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
			decoder_show_shape(d, d->args[2],
				flags & CLONE_PIDFD ? &shape_fd : &shape_int, CAPTURE_AT_EXIT, tid);
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

/* What the kernel looks at of `set_tid`, and more than there are levels of namespaces. */
#define SET_TID_MAX 32

static void add_set_tid(struct decoder *d, const struct clone_args *from, struct value *ret)
{
	struct value *tids = list_add(d, ret, "set_tid");

	if (from->set_tid_size && from->set_tid_size <= SET_TID_MAX)
		decoder_show_array(
			d, from->set_tid, from->set_tid_size, &shape_int, CAPTURE_AT_ENTER, tids);
	else
		value_set_addr(tids, from->set_tid);
	ADD_UINT(set_tid_size);
}

static void add_clone_args(
	struct decoder *d, const struct clone_args *from, size_t len, struct value *ret)
{
	ADD_FLAGS(flags, clone3);
	if (from->flags & CLONE_PIDFD)
		ADD_ADDR(pidfd);
	if (from->flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID))
		ADD_ADDR(child_tid);
	if (from->flags & CLONE_PARENT_SETTID)
		ADD_ADDR(parent_tid);
	if (from->exit_signal < INT32_MAX)
		value_set_signal(list_add(d, ret, "exit_signal"), (int)from->exit_signal);
	else
		ADD_UINT(exit_signal);
	ADD_ADDR(stack);
	ADD_HEX(stack_size);
	if (from->flags & CLONE_SETTLS)
		ADD_ADDR(tls);
	if (from->set_tid || from->set_tid_size)
		add_set_tid(d, from, ret);
	if (len > offsetof(struct clone_args, cgroup) &&
		(from->cgroup || (from->flags & CLONE_INTO_CGROUP))) {
		if (from->cgroup <= INT32_MAX)
			ADD_FD(cgroup);
		else
			ADD_UINT(cgroup);
	}
}

/* What the kernel wrote where members of the structure point. */
static void add_clone_results(struct decoder *d, const struct clone_args *from, struct value *ret)
{
	struct value *item;
	const int *fd;

	if (from->flags & CLONE_PIDFD) {
		fd = decoder_bytes(d, from->pidfd, sizeof(*fd), CAPTURE_AT_EXIT);
		item = list_add(d, ret, "pidfd");
		value_set_addr(item, from->pidfd);
		if (fd) {
			value_set_fd(item, *fd);
			item->flags |= VALUE_BY_REF;
		}
	}
	if (from->flags & CLONE_PARENT_SETTID) {
		/* what was written there is what was returned */
		item = list_add(d, ret, "parent_tid");
		value_set_addr(item, from->parent_tid);
		if (from->parent_tid) {
			value_set_pid(item, (int)d->call->ret);
			item->flags |= VALUE_BY_REF;
		}
	}
}

/* Programs pass what their headers know; a shorter structure is the older one. */
static void decode_clone3(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 0), *before = ret;
	struct clone_args args;
	uint64_t size = d->args[1];
	size_t wanted = MIN(size, (uint64_t)sizeof(args));

	value_set_addr(ret, d->args[0]);
	if (wanted < CLONE_ARGS_SIZE_VER0 ||
		decoder_copy(d, d->args[0], CAPTURE_AT_ENTER, &args, wanted) < wanted)
		return;
	memset((uint8_t *)&args + wanted, 0, sizeof(args) - wanted);
	if (d->done && (args.flags & (CLONE_PARENT_SETTID | CLONE_PIDFD))) {
		list_init(ret, VALUE_CHANGE);
		before = list_add(d, ret, NULL);
	}
	add_clone_args(d, &args, wanted, before);
	decoder_add_rest(d, d->args[0], sizeof(args), size, CAPTURE_AT_ENTER, before);
	if (before != ret)
		add_clone_results(d, &args, list_add(d, ret, NULL));
}

static const struct capture_step clone3_steps[] = {
	STEP_AT(STEP_ALL, ENTER, 0, struct clone_args, set_tid, ARRAY,
		LEN_AT(struct clone_args, set_tid_size), 4),
	STEP_AT(STEP_ALL, EXIT, 0, struct clone_args, pidfd, BYTES, LEN_NONE, 4),
};

SYSCALL_STEPS(clone3, CLASS_PROCESS, RET_PID, decode_clone3, PICK_NOTHING, clone3_steps,
	ARG(cl_args, RAW, ARRAY, ENTER, 1, 1), ARG(size, SIZE));
SYSCALL(fork, CLASS_PROCESS, RET_PID);
SYSCALL(vfork, CLASS_PROCESS, RET_PID);

static void keep_names(struct value *env)
{
	for (size_t i = 0; i < env->list.nr; i++) {
		struct value *var = &env->list.items[i];
		const uint8_t *end = var->kind == VALUE_STRING && var->data.len
					     ? memchr(var->data.bytes, '=', var->data.len)
					     : NULL;

		if (!end)
			continue;
		var->data.len = var->data.full_len = (size_t)(end - var->data.bytes);
		var->flags &= ~VALUE_CUT;
	}
}

/* The environment as its size, unless all of it is wanted. */
static void show_environment(struct decoder *d, unsigned at)
{
	struct value *env = &d->out->args[at];
	size_t nr = env->list.nr;
	bool cut = env->flags & VALUE_CUT, unterminated = env->comment;

	if (env->kind != VALUE_ARRAY)
		return;
	if (d->opts->verbose) {
		if (d->opts->env_names_only)
			keep_names(env);
		return;
	}
	value_set_addr(env, d->args[at]);
	env->comment = decoder_printf(d, "%zu%s var%s%s", nr, cut && !unterminated ? "+" : "",
		nr == 1 ? "" : "s", unterminated ? ", unterminated" : "");
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
	ARG(flags, FLAGS, at_exec));
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

SHAPE(epoll_slot, struct kcmp_epoll_slot)
{
	value_set_fd(list_add(d, ret, "efd"), (int)from->efd);
	value_set_fd(list_add(d, ret, "tfd"), (int)from->tfd);
	ADD_UINT(toff);
}

static void decode_kcmp(struct decoder *d)
{
	switch (arg_u32(d, 2)) {
	case KCMP_FILE:
		value_set_fd(decoder_arg(d, 3), arg_int(d, 3));
		value_set_fd(decoder_arg(d, 4), arg_int(d, 4));
		break;
	case KCMP_EPOLL_TFD:
		value_set_fd(decoder_arg(d, 3), arg_int(d, 3));
		decoder_show_shape(
			d, d->args[4], &shape_epoll_slot, CAPTURE_AT_ENTER, decoder_arg(d, 4));
		break;
	case KCMP_VM:
	case KCMP_FILES:
	case KCMP_FS:
	case KCMP_SIGHAND:
	case KCMP_IO:
	case KCMP_SYSVSEM: decoder_keep_args(d, 3); break;
	default: break;
	}
}

static const struct capture_step kcmp_steps[] = {
	STEP_ARG(KCMP_EPOLL_TFD, ENTER, 4, BYTES, LEN_NONE, sizeof(struct kcmp_epoll_slot)),
};

SYSCALL_STEPS(kcmp, 0, RET_INT, decode_kcmp, PICK_ARG(2), kcmp_steps, ARG(pid1, PID),
	ARG(pid2, PID), ARG(type, ENUM, kcmp), ARG(idx1, HEX), ARG(idx2, HEX));

#define PURE (CLASS_PURE | CLASS_NEVER_FAILS)
SYSCALL(getpid, PURE, RET_PID);
SYSCALL(getppid, PURE, RET_PID);
SYSCALL(gettid, PURE, RET_PID);
SYSCALL(getpgrp, PURE, RET_PID);
SYSCALL(getpgid, 0, RET_PID, ARG(pid, PID));
SYSCALL(setpgid, 0, RET_INT, ARG(pid, PID), ARG(pgid, PID));
SYSCALL(getsid, 0, RET_PID, ARG(pid, PID));
SYSCALL(setsid, 0, RET_PID);
SYSCALL(set_tid_address, 0, RET_PID, ARG(tidptr, ADDR));
SYSCALL(set_robust_list, 0, RET_INT, ARG(head, ADDR), ARG(len, SIZE));
SYSCALL(get_robust_list, 0, RET_INT, ARG(pid, PID), ARG(head_ptr, OUT, addr),
	ARG(len_ptr, OUT, u64));

/* ---- restartable sequences ---- */

/* Both structures as the kernel documents them; the headers of some systems lack the later half. */
struct rseq_area {
	uint32_t cpu_id_start;
	uint32_t cpu_id;
	uint64_t rseq_cs;
	uint32_t flags;
	uint32_t node_id;
	uint32_t mm_cid;
	uint8_t slice_request;
	uint8_t slice_granted;
	uint16_t slice_reserved;
	uint8_t reserved;
	uint8_t padding[31];
};

#define RSEQ_AREA_BYTES 32 /* the first version, and what it has to be aligned to */

struct rseq_section {
	uint32_t version;
	uint32_t flags;
	uint64_t start_ip;
	uint64_t post_commit_offset;
	uint64_t abort_ip;
};

SHAPE(rseq_section, struct rseq_section)
{
	ADD_UINT(version);
	ADD_FLAGS(flags, rseq_cs);
	ADD_HEX(start_ip);
	ADD_HEX(post_commit_offset);
	ADD_HEX(abort_ip);
}

static void set_rseq_cpu(struct value *ret, uint32_t cpu)
{
	if (flag_set_exact(&flags_rseq_cpu, cpu))
		value_set_enum(ret, cpu, &flags_rseq_cpu);
	else
		value_set_uint(ret, cpu);
}

static void add_rseq_section(struct decoder *d, const struct rseq_area *from, struct value *ret)
{
	struct value *section = list_add(d, ret, "rseq_cs");

	decoder_show_shape(d, from->rseq_cs, &shape_rseq_section, CAPTURE_AT_ENTER, section);
	if (section->kind == VALUE_STRUCT)
		section->comment = decoder_printf(d, "%#llx", (unsigned long long)from->rseq_cs);
}

static void add_rseq_slice(struct decoder *d, const struct rseq_area *from, struct value *ret)
{
	struct value *slice = list_add(d, ret, "slice_ctrl");

	value_set_uint(list_add(d, slice, "request"), from->slice_request);
	value_set_uint(list_add(d, slice, "granted"), from->slice_granted);
	value_set_hex(list_add(d, slice, "__reserved"), from->slice_reserved);
}

/* What the kernel refuses by its size or place is not looked at. */
static void decode_rseq(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 0);
	uint32_t len = arg_u32(d, 1);
	struct rseq_area area, *from = &area;
	size_t wanted = MIN(len, sizeof(area));

	value_set_addr(ret, d->args[0]);
	if (len < RSEQ_AREA_BYTES || d->args[0] % RSEQ_AREA_BYTES ||
		decoder_copy(d, d->args[0], CAPTURE_AT_ENTER, &area, wanted) < wanted)
		return;
	set_rseq_cpu(list_add(d, ret, "cpu_id_start"), from->cpu_id_start);
	set_rseq_cpu(list_add(d, ret, "cpu_id"), from->cpu_id);
	add_rseq_section(d, from, ret);
	ADD_FLAGS(flags, rseq_cs);
	ADD_UINT(node_id);
	ADD_UINT(mm_cid);
	add_rseq_slice(d, from, ret);
	value_set_hex(list_add(d, ret, "__reserved"),
		wanted > offsetof(struct rseq_area, reserved) ? from->reserved : 0);
}

static const struct capture_step rseq_steps[] = {
	STEP_AT(STEP_ALL, ENTER, 0, struct rseq_area, rseq_cs, BYTES, LEN_NONE,
		sizeof(struct rseq_section)),
};

SYSCALL_STEPS(rseq, 0, RET_INT, decode_rseq, PICK_NOTHING, rseq_steps,
	ARG(rseq, RAW, ARRAY, ENTER, 1, 1), ARG(rseq_len, UINT), ARG(flags, FLAGS, rseq),
	ARG(sig, HEX32));

/* ---- segments ---- */

static void set_padded_hex(struct decoder *d, struct value *ret, uint32_t number)
{
	value_set_name(ret, number ? decoder_printf(d, "%#010x", number) : "00000000");
}

SHAPE_SHARED(user_desc, struct user_desc)
{
	value_set_id(list_add(d, ret, "entry_number"), from->entry_number);
	set_padded_hex(d, list_add(d, ret, "base_addr"), from->base_addr);
	set_padded_hex(d, list_add(d, ret, "limit"), from->limit);
	ADD_UINT(seg_32bit);
	ADD_UINT(contents);
	ADD_UINT(read_exec_only);
	ADD_UINT(limit_in_pages);
	ADD_UINT(seg_not_present);
	ADD_UINT(useable);
	ADD_UINT(lm);
}

SYSCALL(set_thread_area, 0, RET_INT, ARG(u_info, IN_OUT, user_desc));
SYSCALL(get_thread_area, 0, RET_INT, ARG(u_info, IN_OUT, user_desc));

/* ---- personality ---- */

/* Asks what it is. */
#define PERSONALITY_QUERY 0xffffffff
#define PERSONALITY_TYPE  0xff

/* A type, and flags beside it. */
static void set_personality(struct decoder *d, uint32_t word, struct value *ret)
{
	uint32_t flags = word & ~(uint32_t)PERSONALITY_TYPE;

	if (!flags) {
		value_set_enum(ret, word, &flags_personality_type);
		return;
	}
	list_init(ret, VALUE_OR);
	value_set_enum(list_add(d, ret, NULL), word & PERSONALITY_TYPE, &flags_personality_type);
	value_set_flags(list_add(d, ret, NULL), flags, &flags_personality);
}

static void decode_personality(struct decoder *d)
{
	if (arg_u32(d, 0) != PERSONALITY_QUERY)
		set_personality(d, arg_u32(d, 0), decoder_arg(d, 0));
	if (!d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	set_personality(d, (uint32_t)d->call->ret, decoder_add_detail(d, NULL));
}

SYSCALL_ODD(personality, 0, RET_HEX, decode_personality, ARG(persona, HEX32));

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
