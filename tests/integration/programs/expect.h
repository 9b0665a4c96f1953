#pragma once
/*
 * For programs that know what a tracer must show of them. The lines gather in memory, so that
 * noting them makes no system call; expect_end hands them to the runner through EXPECT_FD.
 *
 * Each task (single-threaded process, or thread between its own marks) brackets the calls it
 * vouches for: everything shown between its two marks must have been expected, in that order.
 * expect_later names lines that must come after the closing mark. `<*>` stands for anything.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPECT_FD 9 /* appends to the runner's file */

struct expect {
	int tid;
	size_t len;
	char text[1 << 16];
};

static inline void expect_vadd(struct expect *e, char mark, const char *fmt, va_list ap)
{
	size_t cap = sizeof(e->text) - e->len;
	int head = snprintf(e->text + e->len, cap, "%d%c", e->tid, mark);
	int body = vsnprintf(e->text + e->len + head, cap - head, fmt, ap);

	if ((size_t)(head + body + 1) >= cap)
		abort();
	e->len += head + body;
	e->text[e->len++] = '\n';
}

/* The next line of this task. */
__attribute__((format(printf, 2, 3))) static inline void expect(
	struct expect *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	expect_vadd(e, '>', fmt, ap);
	va_end(ap);
}

/* A line of this task that comes at any time after expect_end. */
__attribute__((format(printf, 2, 3))) static inline void expect_later(
	struct expect *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	expect_vadd(e, '+', fmt, ap);
	va_end(ap);
}

/* The call's line but for its result, which is added as the kernel gave it. */
__attribute__((format(printf, 3, 4))) static inline long expect_call(
	struct expect *e, long ret, const char *fmt, ...)
{
	char line[PATH_MAX + 1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (ret < 0)
		expect(e, "%s = %ld %s (%s)", line, ret, strerrorname_np(-ret), strerror(-ret));
	else
		expect(e, "%s = %ld", line, ret);
	return ret;
}

/* A call without libc in between: what goes in and comes out is what the kernel sees. */
#define kcall(nr, ...)                                                                             \
	({                                                                                         \
		long kcall_ret = syscall(nr, ##__VA_ARGS__);                                       \
		kcall_ret == -1 ? -(long)errno : kcall_ret;                                        \
	})

/* Whether the judge is a tracer that lacks the newest calls and names: then leave those out. */
static inline bool expect_old(void)
{
	return getenv("EXPECT_OLD") != NULL;
}

static inline void expect_begin(struct expect *e)
{
	e->len = 0;
	e->tid = syscall(SYS_gettid);
	syscall(SYS_access, "/expect/begin", F_OK);
}

/*
 * Returns when the parent sleeps, in the wait for this child: else it is chance whether SIGCHLD
 * comes before the parent's wait4 or ends it.
 */
static inline void expect_parent_waits(void)
{
	char path[64], stat[256], *state;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", getppid());
	for (;;) {
		fd = open(path, O_RDONLY);
		len = read(fd, stat, sizeof(stat) - 1);
		close(fd);
		if (len <= 0)
			abort();
		stat[len] = 0;
		state = strrchr(stat, ')');
		if (state && state[2] == 'S')
			return;
		usleep(1000);
	}
}

static inline void expect_end(struct expect *e)
{
	syscall(SYS_access, "/expect/end", F_OK);
	if (write(EXPECT_FD, e->text, e->len) != (ssize_t)e->len)
		abort();
}
