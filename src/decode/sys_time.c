/* Clocks, sleeps and timers. */
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

#define CLOCK_CLASSES (CLASS_CLOCK | CLASS_TIME)

/* Clocks of a process or a descriptor are numbers made of their id. */
static void show_clock_id(struct decoder *d)
{
	int id = arg_int(d, 0);
	struct value *ret;

	if (id >= 0)
		return;
	ret = decoder_arg(d, 0);
	if ((id & 7) == 3) {
		macro_init(ret, "FD_TO_CLOCKID");
		value_set_fd(list_add(d, ret, NULL), ~(id >> 3));
	} else {
		macro_init(ret, (id & 4) ? "MAKE_THREAD_CPUCLOCK" : "MAKE_PROCESS_CPUCLOCK");
		value_set_pid(list_add(d, ret, NULL), ~(id >> 3));
		value_set_int(list_add(d, ret, NULL), id & 3);
	}
}

/* What is left of a sleep is written when a signal ended it. */
static void show_remaining(struct decoder *d, unsigned at)
{
	if (d->out->error == CAPTURE_INTERRUPTED)
		decoder_show_shape(
			d, d->args[at], &shape_timespec, CAPTURE_AT_EXIT, decoder_arg(d, at));
}

static void decode_nanosleep(struct decoder *d)
{
	show_remaining(d, 1);
}

static void decode_clock_nanosleep(struct decoder *d)
{
	show_clock_id(d);
	if (!(arg_u32(d, 1) & TIMER_ABSTIME))
		show_remaining(d, 3);
}

SYSCALL_ODD(nanosleep, CLASS_TIME, RET_INT, decode_nanosleep, ARG(req, IN, timespec),
	ARG(rem, RAW_OUT, SIZE_timespec));
SYSCALL_ODD(clock_nanosleep, CLASS_TIME, RET_INT, decode_clock_nanosleep, ARG(clockid, ENUM, clock),
	ARG(flags, FLAGS, clock_nanosleep), ARG(request, IN, timespec),
	ARG(remain, RAW_OUT, SIZE_timespec));
SYSCALL_ODD(clock_gettime, CLOCK_CLASSES, RET_INT, show_clock_id, ARG(clockid, ENUM, clock),
	ARG(tp, OUT, timespec));
SYSCALL_ODD(clock_settime, CLOCK_CLASSES, RET_INT, show_clock_id, ARG(clockid, ENUM, clock),
	ARG(tp, IN, timespec));
SYSCALL_ODD(clock_getres, CLOCK_CLASSES, RET_INT, show_clock_id, ARG(clockid, ENUM, clock),
	ARG(res, OUT, timespec));

SHAPE(timezone, struct timezone)
{
	ADD_INT(tz_minuteswest);
	ADD_INT(tz_dsttime);
}

SYSCALL(gettimeofday, CLOCK_CLASSES, RET_INT, ARG(tv, OUT, timeval), ARG(tz, OUT, timezone));
SYSCALL(settimeofday, CLOCK_CLASSES, RET_INT, ARG(tv, IN, timeval), ARG(tz, IN, timezone));

SHAPE(time, int64_t)
{
	value_set_int(ret, *from);
	ret->comment = decoder_date(d, *from, 0, 9);
}

static void decode_time(struct decoder *d)
{
	if (d->done)
		d->out->ret_note = decoder_date(d, d->call->ret, 0, 9);
}

SYSCALL_ODD(time, CLOCK_CLASSES, RET_INT, decode_time, ARG(tloc, OUT, time));

SHAPE(timex, struct timex)
{
	ADD_FLAGS(modes, adjtime_modes);
	ADD_INT(offset);
	ADD_INT(freq);
	ADD_INT(maxerror);
	ADD_INT(esterror);
	ADD_FLAGS(status, adjtime_status);
	ADD_INT(constant);
	ADD_INT(precision);
	ADD_INT(tolerance);
	ADD_SHAPE(time, timeval);
	ADD_INT(tick);
	ADD_INT(ppsfreq);
	ADD_INT(jitter);
	ADD_INT(shift);
	ADD_INT(stabil);
	ADD_INT(jitcnt);
	ADD_INT(calcnt);
	ADD_INT(errcnt);
	ADD_INT(stbcnt);
	ADD_INT(tai);
}

static void decode_adjtimex(struct decoder *d)
{
	if (d->done)
		d->out->ret_note = flag_set_exact(&flags_adjtime_state, (uint64_t)d->call->ret);
}

static void decode_clock_adjtime(struct decoder *d)
{
	show_clock_id(d);
	decode_adjtimex(d);
}

SYSCALL_ODD(adjtimex, CLOCK_CLASSES, RET_INT, decode_adjtimex, ARG(buf, OUT, timex));
SYSCALL_ODD(clock_adjtime, CLOCK_CLASSES, RET_INT, decode_clock_adjtime, ARG(clockid, ENUM, clock),
	ARG(buf, OUT, timex));

SHAPE(tms, struct tms)
{
	ADD_TICKS(tms_utime);
	ADD_TICKS(tms_stime);
	ADD_TICKS(tms_cutime);
	ADD_TICKS(tms_cstime);
}

SYSCALL(times, CLASS_TIME, RET_INT, ARG(buf, OUT, tms));

SHAPE(itimerval, struct itimerval)
{
	ADD_SHAPE(it_interval, timeval);
	ADD_SHAPE(it_value, timeval);
}

SHAPE(itimerspec, struct itimerspec)
{
	ADD_SHAPE(it_interval, timespec);
	ADD_SHAPE(it_value, timespec);
}

SYSCALL(alarm, CLASS_TIME, RET_INT, ARG(seconds, UINT));
SYSCALL(getitimer, CLASS_TIME, RET_INT, ARG(which, ENUM, itimer), ARG(curr_value, OUT, itimerval));
SYSCALL(setitimer, CLASS_TIME, RET_INT, ARG(which, ENUM, itimer), ARG(new_value, IN, itimerval),
	ARG(old_value, OUT, itimerval));
SYSCALL_ODD(timer_create, CLASS_TIME, RET_INT, show_clock_id, ARG(clockid, ENUM, clock),
	ARG(sevp, IN, sigevent), ARG(timerid, OUT, int));
SYSCALL(timer_settime, CLASS_TIME, RET_INT, ARG(timerid, INT), ARG(flags, FLAGS, clock_nanosleep),
	ARG(new_value, IN, itimerspec), ARG(old_value, OUT, itimerspec));
SYSCALL(timer_gettime, CLASS_TIME, RET_INT, ARG(timerid, INT), ARG(curr_value, OUT, itimerspec));
SYSCALL(timer_getoverrun, CLASS_TIME, RET_INT, ARG(timerid, INT));
SYSCALL(timer_delete, CLASS_TIME, RET_INT, ARG(timerid, INT));
SYSCALL_ODD(timerfd_create, CLASS_DESC | CLASS_TIME, RET_FD, show_clock_id,
	ARG(clockid, ENUM, clock), ARG(flags, FLAGS, tfd_create));
SYSCALL(timerfd_settime, CLASS_DESC | CLASS_TIME, RET_INT, ARG(fd, FD),
	ARG(flags, FLAGS, tfd_settime), ARG(new_value, IN, itimerspec),
	ARG(old_value, OUT, itimerspec));
SYSCALL(timerfd_gettime, CLASS_DESC | CLASS_TIME, RET_INT, ARG(fd, FD),
	ARG(curr_value, OUT, itimerspec));
