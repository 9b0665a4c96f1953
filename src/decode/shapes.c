#include "decode/shapes.h"

#include <linux/audit.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>

#include "util/macros.h"

SHAPE_SHARED(fd, int32_t)
{
	value_set_fd(ret, *from);
}

SHAPE_SHARED(int, int32_t)
{
	value_set_int(ret, *from);
}

SHAPE_SHARED(uint, uint32_t)
{
	value_set_uint(ret, *from);
}

SHAPE_SHARED(id, uint32_t)
{
	value_set_id(ret, *from);
}

SHAPE_SHARED(pid, int32_t)
{
	value_set_pid(ret, *from);
}

SHAPE_SHARED(s64, int64_t)
{
	value_set_int(ret, *from);
}

SHAPE_SHARED(u64, uint64_t)
{
	value_set_uint(ret, *from);
}

SHAPE_SHARED(addr, uint64_t)
{
	value_set_addr(ret, *from);
}

void value_set_time(struct decoder *d, struct value *ret, int64_t sec, int64_t fraction,
	const char *fraction_name)
{
	list_init(ret, VALUE_STRUCT);
	value_set_int(list_add(d, ret, "tv_sec"), sec);
	/* never negative: what is out of range shows best as what the kernel compares */
	value_set_uint(list_add(d, ret, fraction_name), (uint64_t)fraction);
}

#define USER_TICKS_PER_SECOND 100 /* USER_HZ: the same on every x86 kernel */

void value_set_ticks(struct decoder *d, struct value *ret, int64_t ticks)
{
	value_set_int(ret, ticks);
	if (ticks)
		ret->comment = decoder_printf(d, "%.2f s", (double)ticks / USER_TICKS_PER_SECOND);
}

SHAPE_SHARED(timespec, struct timespec)
{
	value_set_time(d, ret, from->tv_sec, from->tv_nsec, "tv_nsec");
}

SHAPE_SHARED(timeval, struct timeval)
{
	value_set_time(d, ret, from->tv_sec, from->tv_usec, "tv_usec");
}

const char *decoder_date(struct decoder *d, int64_t sec, uint64_t fraction, unsigned digits)
{
	time_t time = sec;
	struct tm tm;
	char text[32];

	if ((!sec && !fraction) || fraction >= (digits == 6 ? 1000000u : 1000000000u))
		return NULL;
	if (!gmtime_r(&time, &tm) || tm.tm_year > 9999 - 1900 || tm.tm_year < -1900)
		return NULL;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	if (fraction)
		return decoder_printf(
			d, "%s.%0*llu+0000", text, (int)digits, (unsigned long long)fraction);
	return decoder_printf(d, "%s+0000", text);
}

SHAPE_SHARED(rusage, struct rusage)
{
	ADD_SHAPE(ru_utime, timeval);
	ADD_SHAPE(ru_stime, timeval);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_UINT(ru_maxrss);
	ADD_UINT(ru_ixrss);
	ADD_UINT(ru_idrss);
	ADD_UINT(ru_isrss);
	ADD_UINT(ru_minflt);
	ADD_UINT(ru_majflt);
	ADD_UINT(ru_nswap);
	ADD_UINT(ru_inblock);
	ADD_UINT(ru_oublock);
	ADD_UINT(ru_msgsnd);
	ADD_UINT(ru_msgrcv);
	ADD_UINT(ru_nsignals);
	ADD_UINT(ru_nvcsw);
	ADD_UINT(ru_nivcsw);
}

/* Without the padding, which no kernel looks at. */
struct kernel_sigevent {
	union {
		int32_t number;
		uint64_t pointer;
	} value;
	int32_t signo;
	int32_t notify;
	union {
		int32_t tid;
		struct {
			uint64_t function;
			uint64_t attributes;
		} thread;
	} how;
};

SHAPE_SHARED(sigevent, struct kernel_sigevent)
{
	struct value *signo;
	bool is_signal = from->notify == SIGEV_SIGNAL || from->notify == SIGEV_THREAD_ID ||
			 from->notify == SIGEV_THREAD;

	if (from->value.pointer) {
		struct value *value = list_add(d, ret, "sigev_value");

		value_set_int(list_add(d, value, "sival_int"), from->value.number);
		value_set_addr(list_add(d, value, "sival_ptr"), from->value.pointer);
	}
	signo = list_add(d, ret, "sigev_signo");
	if (is_signal)
		value_set_signal(signo, from->signo);
	else
		value_set_uint(signo, (uint32_t)from->signo);
	value_set_enum(
		list_add(d, ret, "sigev_notify"), (uint32_t)from->notify, &flags_sigev_notify);
	if (from->notify == SIGEV_THREAD_ID)
		value_set_pid(list_add(d, ret, "sigev_notify_thread_id"), from->how.tid);
	if (from->notify != SIGEV_THREAD)
		return;
	value_set_addr(list_add(d, ret, "sigev_notify_function"), from->how.thread.function);
	value_set_addr(list_add(d, ret, "sigev_notify_attributes"), from->how.thread.attributes);
}

void value_set_call_number(struct decoder *d, struct value *ret, uint32_t arch, uint64_t nr)
{
	enum abi abi = arch == AUDIT_ARCH_I386 ? ABI_I386 : ABI_X86_64;
	enum call_id id = CALL_NONE;

	if ((arch == AUDIT_ARCH_X86_64 || arch == AUDIT_ARCH_I386) && nr <= UINT32_MAX)
		id = call_id_of(abi, (uint32_t)nr);
	value_set_uint(ret, nr);
	if (id == CALL_NONE)
		return;
	if (abi == d->call->abi)
		value_set_name(ret, decoder_printf(d, "__NR_%s", call_name(id)));
	else
		ret->comment = call_name(id);
}

SHAPE_SHARED(iovec, struct iovec)
{
	ADD_ADDR(iov_base);
	ADD_UINT(iov_len);
}

SHAPE_SHARED(sigset_arg, struct sigset_arg)
{
	decoder_show_sigset(
		d, from->sigmask, from->sigsetsize, CAPTURE_AT_ENTER, list_add(d, ret, "sigmask"));
	ADD_UINT(sigsetsize);
}
