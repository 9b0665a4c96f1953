/* Clocks and sleeps. */
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include "expect.h"

static struct expect e;

int main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct timespec *torn = (void *)(page + 4096 - 8); /* half of it lies on the next page */
	struct timespec now, short_sleep = {0, 1000}, never = {-1, 2000000000};
	struct timeval tv;
	void *bad = (void *)0xdead0000;
	long ret;

	mprotect(page + 4096, 4096, PROT_NONE);
	memset(&tv, 0, sizeof(tv));
	expect_begin(&e);
	ret = kcall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	expect_call(&e, ret, "clock_gettime(CLOCK_MONOTONIC, {tv_sec=%ld, tv_nsec=%ld})",
		now.tv_sec, now.tv_nsec);
	ret = kcall(SYS_clock_getres, CLOCK_REALTIME, &now);
	expect_call(&e, ret, "clock_getres(CLOCK_REALTIME, {tv_sec=%ld, tv_nsec=%ld})", now.tv_sec,
		now.tv_nsec);
	expect_call(&e, kcall(SYS_clock_gettime, 77, &now),
		"clock_gettime(0x4d /* CLOCK_??? */, %p)", (void *)&now);
	expect_call(&e, kcall(SYS_clock_gettime, CLOCK_BOOTTIME, bad),
		"clock_gettime(CLOCK_BOOTTIME, 0xdead0000)");
	expect_call(&e, kcall(SYS_nanosleep, &short_sleep, NULL),
		"nanosleep({tv_sec=0, tv_nsec=1000}, NULL)");
	expect_call(&e, kcall(SYS_nanosleep, &never, bad),
		"nanosleep({tv_sec=-1, tv_nsec=2000000000}, 0xdead0000)");
	expect_call(&e, kcall(SYS_nanosleep, torn, NULL), "nanosleep(%p, NULL)", (void *)torn);
	expect_call(&e,
		kcall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &short_sleep, bad),
		"clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {tv_sec=0, tv_nsec=1000}, "
		"0xdead0000)");
	ret = kcall(SYS_gettimeofday, &tv, NULL);
	expect_call(
		&e, ret, "gettimeofday({tv_sec=%ld, tv_usec=%ld}, NULL)", tv.tv_sec, tv.tv_usec);
	expect_end(&e);
	return 0;
}
