/* Signals: sending, masks, handlers, and what a siginfo says. */
#include <signal.h>
#include <string.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

static const struct flag_set *codes_of(int signo)
{
	switch (signo) {
	case SIGCHLD: return &flags_si_code_chld;
	case SIGSEGV: return &flags_si_code_segv;
	case SIGBUS: return &flags_si_code_bus;
	case SIGFPE: return &flags_si_code_fpe;
	case SIGILL: return &flags_si_code_ill;
	case SIGTRAP: return &flags_si_code_trap;
	case SIGIO: return &flags_si_code_poll;
	case SIGSYS: return &flags_si_code_sys;
	default: return NULL;
	}
}

static void set_code(struct value *ret, int signo, int code)
{
	uint32_t word = (uint32_t)code;
	const struct flag_set *set = codes_of(signo);

	if (flag_set_exact(&flags_si_code, word))
		set = &flags_si_code;
	if (set && flag_set_exact(set, word))
		value_set_enum(ret, word, set);
	else
		value_set_hex(ret, word);
}

static void set_errno(struct value *ret, uint32_t error)
{
	if (flag_set_exact(&flags_errno, error))
		value_set_enum(ret, error, &flags_errno);
	else
		value_set_uint(ret, error);
}

/* newer than some headers */
#define SI_CODE_TRAP_PERF 6

static void add_sender(struct decoder *d, const siginfo_t *from, struct value *ret)
{
	ADD_PID(si_pid);
	ADD_ID(si_uid);
}

static void add_sigval(struct decoder *d, const siginfo_t *from, struct value *ret)
{
	value_set_int(list_add(d, ret, "si_int"), from->si_int);
	value_set_addr(list_add(d, ret, "si_ptr"), (uint64_t)(uintptr_t)from->si_ptr);
}

static void add_child(struct decoder *d, const siginfo_t *from, struct value *ret)
{
	add_sender(d, from, ret);
	if (from->si_code == CLD_EXITED)
		ADD_INT(si_status);
	else
		value_set_signal(list_add(d, ret, "si_status"), from->si_status);
	ADD_TICKS(si_utime);
	ADD_TICKS(si_stime);
}

static void add_band(struct decoder *d, const siginfo_t *from, struct value *ret)
{
	ADD_INT(si_band);
	ADD_FD(si_fd);
}

/* Codes below or at zero mean the same for every signal. */
static void add_by_code(struct decoder *d, const siginfo_t *from, struct value *ret)
{
	switch (from->si_code) {
	case SI_USER:
	case SI_TKILL: add_sender(d, from, ret); break;
	case SI_TIMER:
		value_set_hex(list_add(d, ret, "si_timerid"), (uint32_t)from->si_timerid);
		ADD_INT(si_overrun);
		add_sigval(d, from, ret);
		break;
	case SI_SIGIO: add_band(d, from, ret); break;
	default:
		add_sender(d, from, ret);
		if (from->si_ptr)
			add_sigval(d, from, ret);
		break;
	}
}

/* What the kernel sends with a fault: where, and what more a code has. */
static void add_fault(struct decoder *d, const siginfo_t *from, struct value *ret)
{
	/* behind the address, on x86: what perf_event_open was asked to send, and flags of that */
	const struct {
		uint64_t data;
		uint32_t type;
		uint32_t flags;
	} *perf = (const void *)((const uint8_t *)from + 24);

	ADD_ADDR(si_addr);
	if (from->si_signo == SIGSEGV && from->si_code == SEGV_BNDERR) {
		ADD_ADDR(si_lower);
		ADD_ADDR(si_upper);
	} else if (from->si_signo == SIGSEGV && from->si_code == SEGV_PKUERR) {
		value_set_uint(list_add(d, ret, "si_pkey"), from->si_pkey);
	} else if (from->si_signo == SIGBUS &&
		   (from->si_code == BUS_MCEERR_AR || from->si_code == BUS_MCEERR_AO)) {
		value_set_hex(list_add(d, ret, "si_addr_lsb"), (uint16_t)from->si_addr_lsb);
	} else if (from->si_signo == SIGTRAP && from->si_code == SI_CODE_TRAP_PERF) {
		value_set_hex(list_add(d, ret, "si_perf_data"), perf->data);
		value_set_enum(list_add(d, ret, "si_perf_type"), perf->type, &flags_perf_type);
		value_set_flags(list_add(d, ret, "si_perf_flags"), perf->flags, &flags_trap_perf);
	}
}

static bool is_poll_code(int code)
{
	return code >= POLL_IN && code <= POLL_HUP;
}

SHAPE_SHARED(siginfo, siginfo_t)
{
	list_init(ret, VALUE_STRUCT);
	if (!from->si_signo)
		return; /* waitid with WNOHANG and nothing to tell */
	value_set_signal(list_add(d, ret, "si_signo"), from->si_signo);
	set_code(list_add(d, ret, "si_code"), from->si_signo, from->si_code);
	if (from->si_errno)
		set_errno(list_add(d, ret, "si_errno"), (uint32_t)from->si_errno);
	if (from->si_code <= 0) {
		add_by_code(d, from, ret);
		return;
	}
	switch (from->si_signo) {
	case SIGCHLD: add_child(d, from, ret); break;
	case SIGSEGV:
	case SIGILL:
	case SIGFPE:
	case SIGBUS:
	case SIGTRAP: add_fault(d, from, ret); break;
	case SIGIO:
		if (is_poll_code(from->si_code))
			add_band(d, from, ret);
		break;
	case SIGSYS:
		ADD_ADDR(si_call_addr);
		value_set_call_number(d, list_add(d, ret, "si_syscall"), from->si_arch,
			(uint32_t)from->si_syscall);
		ADD_ENUM(si_arch, audit_arch);
		break;
	default:
		if (from->si_pid || from->si_uid)
			add_sender(d, from, ret);
		if (from->si_ptr)
			add_sigval(d, from, ret);
		break;
	}
}

void decode_siginfo(struct arena *a, const struct event_signal *signal, struct value *ret)
{
	static const struct decode_options opts;
	static const struct event_call no_call;
	struct decoder d = {.arena = a, .call = &no_call, .opts = &opts};
	siginfo_t info = {.si_signo = signal->signo};

	*ret = (struct value){.kind = VALUE_NONE};
	if (signal->info)
		memcpy(&info, signal->info, MIN((size_t)signal->info_len, sizeof(info)));
	info.si_signo = signal->signo;
	list_init(ret, VALUE_STRUCT);
	/* the three leading words are all that holds without the rest */
	if (!signal->info || signal->info_len < 12) {
		value_set_signal(list_add(&d, ret, "si_signo"), signal->signo);
		ret->flags |= VALUE_CUT;
		return;
	}
	show_siginfo(&d, &info, ret);
}

SYSCALL(kill, CLASS_SIGNAL | CLASS_PROCESS, RET_INT, ARG(pid, PID), ARG(sig, SIGNAL));
SYSCALL(tkill, CLASS_SIGNAL | CLASS_PROCESS, RET_INT, ARG(tid, PID), ARG(sig, SIGNAL));
SYSCALL(tgkill, CLASS_SIGNAL | CLASS_PROCESS, RET_INT, ARG(tgid, PID), ARG(tid, PID),
	ARG(sig, SIGNAL));
SYSCALL(rt_sigqueueinfo, CLASS_SIGNAL | CLASS_PROCESS, RET_INT, ARG(tgid, PID), ARG(sig, SIGNAL),
	ARG(uinfo, IN, siginfo));
SYSCALL(rt_tgsigqueueinfo, CLASS_SIGNAL | CLASS_PROCESS, RET_INT, ARG(tgid, PID), ARG(tid, PID),
	ARG(sig, SIGNAL), ARG(uinfo, IN, siginfo));
SYSCALL(pidfd_send_signal, CLASS_SIGNAL | CLASS_PROCESS | CLASS_DESC, RET_INT, ARG(pidfd, FD),
	ARG(sig, SIGNAL), ARG(info, IN, siginfo), ARG(flags, FLAGS, pidfd_signal));

struct kernel_sigaction {
	uint64_t handler;
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

#define KERNEL_SA_RESTORER 0x04000000

SHAPE(sigaction, struct kernel_sigaction)
{
	struct value *handler = list_add(d, ret, "sa_handler");

	if (from->handler == 0)
		value_set_name(handler, "SIG_DFL");
	else if (from->handler == 1)
		value_set_name(handler, "SIG_IGN");
	else if (from->handler == UINT64_MAX)
		value_set_name(handler, "SIG_ERR");
	else
		value_set_addr(handler, from->handler);
	value_set_sigset(d, list_add(d, ret, "sa_mask"), &from->mask, sizeof(from->mask));
	value_set_flags(list_add(d, ret, "sa_flags"), from->flags, &flags_sa);
	if (from->flags & KERNEL_SA_RESTORER)
		value_set_addr(list_add(d, ret, "sa_restorer"), from->restorer);
}

SYSCALL(rt_sigaction, CLASS_SIGNAL, RET_INT, ARG(signum, SIGNAL), ARG(act, IN, sigaction),
	ARG(oldact, OUT, sigaction), ARG(sigsetsize, SIZE));
SYSCALL(rt_sigprocmask, CLASS_SIGNAL, RET_INT, ARG(how, ENUM, sigprocmask), ARG(set, SIGSET_IN, 3),
	ARG(oldset, SIGSET_OUT, 3), ARG(sigsetsize, SIZE));

/* The one call that also writes the beginning of a mask. */
static void decode_rt_sigpending(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 0);
	uint64_t len = d->args[1];
	const void *bytes = d->done && len && len <= sizeof(uint64_t)
				    ? decoder_bytes(d, d->args[0], len, CAPTURE_AT_EXIT)
				    : NULL;

	value_set_addr(ret, d->args[0]);
	if (bytes)
		value_set_sigset(d, ret, bytes, len);
}

SYSCALL_ODD(rt_sigpending, CLASS_SIGNAL, RET_INT, decode_rt_sigpending, ARG(set, SIGSET_OUT, 1),
	ARG(sigsetsize, SIZE));
SYSCALL(rt_sigsuspend, CLASS_SIGNAL, RET_INT, ARG(mask, SIGSET_IN, 1), ARG(sigsetsize, SIZE));
static void decode_rt_sigtimedwait(struct decoder *d)
{
	if (d->done)
		d->out->ret_note = decode_signal_name(d->arena, (int)d->call->ret);
}

SYSCALL_ODD(rt_sigtimedwait, CLASS_SIGNAL, RET_INT, decode_rt_sigtimedwait, ARG(set, SIGSET_IN, 3),
	ARG(info, OUT, siginfo), ARG(timeout, IN, timespec), ARG(sigsetsize, SIZE));
/* What the handler was given a pointer to; the mask in it will be in force again. */
struct signal_frame {
	uint8_t context[296]; /* of ucontext: flags, link, stack, registers */
	uint64_t mask;
};

static void decode_rt_sigreturn(struct decoder *d)
{
	const struct signal_frame *frame =
		decoder_bytes(d, d->args[0], sizeof(*frame), CAPTURE_AT_ENTER);
	struct value *ret = decoder_arg(d, 0);

	if (frame)
		value_set_sigset(d, list_add(d, ret, "mask"), &frame->mask, sizeof(frame->mask));
	else
		decoder_keep_args(d, 0);
}

/* the result is a register of the interrupted code, of no meaning of its own */
SYSCALL_ODD(rt_sigreturn, CLASS_SIGNAL, RET_INT, decode_rt_sigreturn,
	ARG(frame, STACK, sizeof(struct signal_frame)));
SYSCALL(pause, CLASS_SIGNAL, RET_INT);

SHAPE(stack, stack_t)
{
	ADD_ADDR(ss_sp);
	value_set_flags(list_add(d, ret, "ss_flags"), (uint32_t)from->ss_flags, &flags_ss);
	ADD_UINT(ss_size);
}

SYSCALL(sigaltstack, CLASS_SIGNAL, RET_INT, ARG(ss, IN, stack), ARG(old_ss, OUT, stack));
SYSCALL(signalfd, CLASS_SIGNAL | CLASS_DESC, RET_FD, ARG(fd, FD), ARG(mask, SIGSET_IN, 2),
	ARG(sizemask, SIZE));
SYSCALL(signalfd4, CLASS_SIGNAL | CLASS_DESC, RET_FD, ARG(fd, FD), ARG(mask, SIGSET_IN, 2),
	ARG(sizemask, SIZE), ARG(flags, FLAGS, sfd));
SYSCALL(restart_syscall, 0, RET_INT);
