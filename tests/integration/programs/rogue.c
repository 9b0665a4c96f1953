/*
 * rogue WAY [N]: behaves badly in one way, so that the tracer is tried. Where the lines are certain
 * they are noted (expect.h); else cases/hostile.py knows what to look for.
 */

#include <linux/futex.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "expect.h"

#define PAGE 4096

static struct expect e;
static int count;
static int ends[2];
static char *shared;

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		abort();
	return at;
}

/* `size` bytes of room that end where the mapped memory does. */
static char *last_bytes(size_t size)
{
	size_t pages = (size + PAGE - 1) / PAGE * PAGE;
	char *at = map(pages + PAGE);

	if (mprotect(at + pages, PAGE, PROT_NONE))
		abort();
	return at + pages - size;
}

static void start(void *(*work)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, arg))
		abort();
}

/* Until task `tid` of this process sleeps in system call `nr`. */
static void wait_until_in(int tid, long nr)
{
	char path[64], text[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	do {
		usleep(1000);
		fd = open(path, O_RDONLY);
		len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		close(fd);
		if (len <= 0)
			abort();
		text[len] = 0;
	} while (text[0] == 'r' || strtol(text, NULL, 10) != nr);
}

/* -- vectors: as many elements as the kernel takes, and more; lengths without sense */

static int vectors(void)
{
	static struct iovec iov[1025];
	int null = open("/dev/null", O_WRONLY), zero = open("/dev/zero", O_RDONLY);
	struct iovec *tail = (void *)last_bytes(2 * sizeof(*tail));
	struct iovec wild[2] = {{shared, -1ul}, {shared, 1}};
	struct iovec wide[2] = {{shared, 1ul << 62}, {shared, 1ul << 62}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 1024};
	int self = getpid();

	for (int i = 0; i < 1025; i++)
		iov[i] = (struct iovec){shared + i, 1};
	tail[0] = tail[1] = iov[0];
	memset(shared, 'v', PAGE);
	expect_begin(&e);
	expect_call(&e, kcall(SYS_writev, null, iov, 1024),
		"writev(%d, [{iov_base=\"v\", iov_len=1}, <*>, 1024)", null);
	expect_call(&e, kcall(SYS_writev, null, iov, 1025), "writev(%d, <*>, 1025)", null);
	expect_call(&e, kcall(SYS_readv, zero, iov, 1024),
		"readv(%d, [{iov_base=\"\\0\", iov_len=1}, <*>, 1024)", zero);
	expect_call(&e, kcall(SYS_preadv, zero, iov, 1024, 7),
		"preadv(%d, [{iov_base=\"\\0\", iov_len=1}, <*>, 1024, 7)", zero);
	expect_call(&e, kcall(SYS_writev, null, iov, -1), "writev(%d, <*>, <*>)", null);
	expect_call(&e, kcall(SYS_writev, null, wild, 2),
		"writev(%d, [{iov_base=<*>, iov_len=18446744073709551615}, <*>], 2)", null);
	expect_call(&e, kcall(SYS_writev, null, wide, 2),
		"writev(%d, [{iov_base=<*>, iov_len=4611686018427387904}, <*>], 2)", null);
	expect_call(&e, kcall(SYS_writev, null, tail, 3), "writev(%d, <*>, 3)", null);
	expect_call(&e, kcall(SYS_writev, null, (char *)tail + 1, 2), "writev(%d, <*>, 2)", null);
	expect_call(&e, kcall(SYS_writev, null, -8l, 1024), "writev(%d, <*>, 1024)", null);
	expect_call(&e, kcall(SYS_sendmsg, null, &msg, 0), "sendmsg(%d, <*>, 0)", null);
	msg.msg_iovlen = 1ul << 61;
	expect_call(&e, kcall(SYS_sendmsg, null, &msg, 0), "sendmsg(%d, <*>, 0)", null);
	expect_call(&e, kcall(SYS_process_vm_readv, self, iov, 1024, iov, 1024, 0),
		"process_vm_readv(%d, [{iov_base=<*>, 1024, [{iov_base=<*>, 1024, 0)", self);
	expect_end(&e);
	return 0;
}

/* -- strings: at the end of what is mapped, ended or not, as long as the kernel takes, longer */

static int strings(void)
{
	char *open_end = last_bytes(5), *ended = last_bytes(2), *across = map(2 * PAGE) + PAGE - 3;
	char *longest = last_bytes(PATH_MAX), *too_long = last_bytes(PATH_MAX + 1);

	memset(open_end, 's', 5);
	memcpy(ended, "t", 2);
	memcpy(across, "across", 7);
	memset(longest, 'u', PATH_MAX - 1);
	memset(too_long, 'w', PATH_MAX);
	expect_begin(&e);
	expect_call(&e, kcall(SYS_chdir, open_end), "chdir(%p)", (void *)open_end);
	expect_call(&e, kcall(SYS_chdir, ended), "chdir(\"t\")");
	expect_call(&e, kcall(SYS_chdir, ended + 1), "chdir(\"\")");
	expect_call(&e, kcall(SYS_chdir, ended + 2), "chdir(%p)", (void *)(ended + 2));
	expect_call(&e, kcall(SYS_chdir, across), "chdir(\"across\")");
	expect_call(&e, kcall(SYS_chdir, longest), "chdir(\"%s\")", longest);
	expect_call(&e, kcall(SYS_chdir, too_long), "chdir(\"w<*>w\"...)");
	expect_call(
		&e, kcall(SYS_symlink, open_end, ended), "symlink(%p, \"t\")", (void *)open_end);
	expect_call(&e, kcall(SYS_rename, ended, open_end), "rename(\"t\", %p)", (void *)open_end);
	expect_call(&e, kcall(SYS_mount, open_end, ended, open_end, 0, open_end),
		"mount(%p, \"t\", %p, 0, <*>)", (void *)open_end, (void *)open_end);
	expect_call(&e, kcall(SYS_setxattr, ended, open_end, ended, 2, 0),
		"setxattr(\"t\", %p, <*>, 2, 0)", (void *)open_end);
	expect_call(&e, kcall(SYS_execve, open_end, NULL, NULL), "execve(%p, NULL, NULL)",
		(void *)open_end);
	expect_end(&e);
	return 0;
}

/* -- execs: bad vectors of arguments; none of them may succeed */

static int execs(void)
{
	const char **open_end = (void *)last_bytes(2 * sizeof(char *));
	char *string = last_bytes(3);
	const char *bad[] = {"a", (char *)0x10, NULL}, *cut[] = {string, "b", NULL};
	const char *odd[] = {"c", NULL};
	char unaligned[3 * sizeof(char *) + 1];

	memset(string, 'x', 3);
	open_end[0] = "d";
	open_end[1] = "e";
	memcpy(unaligned + 1, odd, sizeof(odd));
	expect_begin(&e);
	expect_call(&e, kcall(SYS_execve, "/missing", bad, NULL),
		"execve(\"/missing\", [\"a\", 0x10], NULL)");
	expect_call(&e, kcall(SYS_execve, "/missing", cut, odd),
		"execve(\"/missing\", [%p, \"b\"], <*>)", (void *)string);
	expect_call(&e, kcall(SYS_execve, "/missing", open_end, NULL),
		"execve(\"/missing\", [\"d\", \"e\", <*>], NULL)");
	expect_call(&e, kcall(SYS_execve, "/missing", unaligned + 1, NULL),
		"execve(\"/missing\", [\"c\"], NULL)");
	expect_call(
		&e, kcall(SYS_execve, "/missing", 0x10, 0x20), "execve(\"/missing\", 0x10, 0x20)");
	expect_call(
		&e, kcall(SYS_execve, "/missing", NULL, NULL), "execve(\"/missing\", NULL, NULL)");
	expect_call(&e, kcall(SYS_execve, "/missing", odd + 1, odd + 1),
		"execve(\"/missing\", [], <*>)");
	expect_call(&e, kcall(SYS_execve, "/missing", -1l, -8l),
		"execve(\"/missing\", 0xffffffffffffffff, 0xfffffffffffffff8)");
	expect_end(&e);
	return 0;
}

/* -- arguments N: an execve with N arguments and an environment of 2 MB */

static int arguments(void)
{
	static char filler[100000];
	char **args = calloc(count + 3, sizeof(*args)), **env = calloc(22, sizeof(*env));
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	/* a quarter of the stack's limit is what the arguments may take, 6 MB at most */
	setrlimit(RLIMIT_STACK, &all);
	memset(filler, 'E', sizeof(filler) - 1);
	args[0] = (char *)"rogue";
	args[1] = (char *)"nothing";
	for (int i = 2; i < count; i++)
		args[i] = (char *)"argument";
	for (int i = 0; i < 21; i++)
		env[i] = filler;
	execve("/proc/self/exe", args, env);
	return errno == E2BIG ? 77 : 1;
}

/* -- exit: the process ends while its threads are in calls that wait */

static void *reads(void *tid)
{
	*(volatile int *)tid = gettid();
	kcall(SYS_read, ends[0], shared, 4242);
	return NULL;
}

static void *sleeps(void *tid)
{
	*(volatile int *)tid = gettid();
	kcall(SYS_futex, shared, FUTEX_WAIT_PRIVATE, 0, NULL);
	return NULL;
}

static int threads_in_calls(void)
{
	static volatile int tids[2];

	start(reads, (void *)&tids[0]);
	start(sleeps, (void *)&tids[1]);
	while (!tids[0] || !tids[1])
		usleep(1000);
	wait_until_in(tids[0], SYS_read);
	wait_until_in(tids[1], SYS_futex);
	return 7;
}

/* -- stuck: the same, until somebody kills it */

static int stuck(void)
{
	threads_in_calls();
	if (write(STDOUT_FILENO, "up\n", 3) != 3)
		abort();
	for (;;)
		pause();
}

/* -- unmap: the memory of a call goes away while the call waits */

struct victim {
	volatile int tid;
	volatile bool done;
};

static void *polls(void *arg)
{
	struct victim *v = arg;
	struct pollfd *fds = (void *)shared;

	fds[0] = (struct pollfd){ends[0], POLLIN, 0};
	v->tid = gettid();
	kcall(SYS_poll, fds, 1, -1);
	v->done = true;
	return NULL;
}

static void *reads_there(void *arg)
{
	struct victim *v = arg;

	v->tid = gettid();
	kcall(SYS_read, ends[0], shared, 4242);
	v->done = true;
	return NULL;
}

static int unmap(void)
{
	static void *(*const ways[])(void *) = {polls, reads_there};
	static const long nrs[] = {SYS_poll, SYS_read};

	for (int i = 0; i < 2; i++) {
		struct victim v = {0};

		shared = map(2 * PAGE);
		start(ways[i], &v);
		while (!v.tid)
			usleep(1000);
		wait_until_in(v.tid, nrs[i]);
		munmap(shared, 2 * PAGE);
		if (write(ends[1], "x", 1) != 1)
			abort();
		while (!v.done)
			usleep(1000);
		shared = map(PAGE);
		if (read(ends[0], shared, 1) != 1)
			abort();
	}
	return 0;
}

/* -- rewrite N: opens a path N times that another thread changes all the time */

static volatile bool over;

static void *rewrites(void *arg)
{
	volatile char *path = arg;

	for (unsigned i = 0; !over; i++) {
		char letter = 'a' + i % 26;
		size_t len = i % 200;

		for (size_t j = 1; j < len; j++)
			path[j] = letter;
		path[len ? len : 1] = i % 7 ? 0 : '/'; /* ended only now and then */
	}
	return NULL;
}

static int rewrite(void)
{
	memcpy(shared, "/nowhere", 9);
	start(rewrites, shared);
	for (int i = 0; i < count; i++)
		kcall(SYS_openat, AT_FDCWD, shared, O_PATH);
	over = true;
	return 0;
}

/* -- descriptors N: so many of them, all in one poll */

static int descriptors(void)
{
	struct rlimit limit;
	struct pollfd *fds = calloc(count, sizeof(*fds));

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < (rlim_t)count + 20)
		return 77;
	for (int i = 0; i < count; i++)
		fds[i] = (struct pollfd){open("/dev/null", O_RDONLY), POLLIN, 0};
	if (kcall(SYS_poll, fds, count, 0) != count)
		return 1;
	for (int i = 0; i < count; i++)
		close(fds[i].fd);
	return 0;
}

/* -- names: a file for each byte that a name can have, and one whose name has them all */

static int names(void)
{
	char name[256] = "", all[256] = "";

	for (int c = 1; c < 256; c++) {
		if (c == '/')
			continue;
		snprintf(name, sizeof(name), "n%c", c);
		close(open(name, O_CREAT | O_WRONLY, 0600));
		all[strlen(all)] = (char)c;
	}
	close(open(all, O_CREAT | O_WRONLY, 0600));
	return 0;
}

/* -- chain N: each process has one child, N deep, and waits for it */

static int chain(void)
{
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();
		int status;

		if (pid < 0)
			return 77;
		if (pid) {
			waitpid(pid, &status, 0);
			return WEXITSTATUS(status);
		}
	}
	return 5;
}

/* -- storm N: N children at once, each of which has two of its own and waits for none */

static int storm(void)
{
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 77;
		if (!pid) {
			fork();
			if (!fork())
				raise(SIGKILL);
			_exit(6);
		}
	}
	while (wait(NULL) > 0)
		;
	return 5;
}

static int nothing(void)
{
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} ways[] = {
		{"vectors", vectors},
		{"strings", strings},
		{"execs", execs},
		{"arguments", arguments},
		{"exit", threads_in_calls},
		{"stuck", stuck},
		{"unmap", unmap},
		{"rewrite", rewrite},
		{"descriptors", descriptors},
		{"names", names},
		{"chain", chain},
		{"storm", storm},
		{"nothing", nothing},
	};

	shared = map(2 * PAGE);
	if (argc < 2 || pipe(ends))
		return 1;
	count = argc > 2 ? atoi(argv[2]) : 0;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name))
			return ways[i].run();
	return 1;
}
