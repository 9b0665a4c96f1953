/*
 * Reads of a file of which some are slow, really: the page that they copy to is missing, and
 * whoever has to supply it (userfaultfd) takes its time. Usage:
 *
 *	slow_reads FILE NR EVERY MICROSECONDS...
 *
 * NR reads of 64 bytes; each EVERY-th but the first takes longer, by the given times in turn. In
 * between come reads of 64 KiB, reads that fail and waits for a pipe, which are no such reads.
 * Prints the number (from 0) and the microseconds of each read that it made slow, at the end.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define BIG  65536

static int faults;
static atomic_long delay_us;

static void die(const char *what)
{
	perror(what);
	exit(errno == EPERM || errno == ENOSYS ? 77 : 1); /* 77: not here */
}

static void sleep_us(long us)
{
	struct timespec span = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&span, NULL);
}

static void *supply_pages(void *unused)
{
	struct uffd_msg msg;

	while (read(faults, &msg, sizeof(msg)) == sizeof(msg)) {
		struct uffdio_zeropage zero = {
			.range = {msg.arg.pagefault.address & ~(PAGE - 1UL), PAGE}};

		sleep_us(delay_us);
		if (ioctl(faults, UFFDIO_ZEROPAGE, &zero) && errno != EEXIST)
			die("UFFDIO_ZEROPAGE");
	}
	return unused;
}

static char *make_lazy_page(void)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {
		.range = {(unsigned long)page, PAGE}, .mode = UFFDIO_REGISTER_MODE_MISSING};
	pthread_t thread;

	faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (faults < 0)
		die("userfaultfd");
	if (page == MAP_FAILED || ioctl(faults, UFFDIO_API, &api) ||
		ioctl(faults, UFFDIO_REGISTER, &range))
		die("UFFDIO_REGISTER");
	if (pthread_create(&thread, NULL, supply_pages, NULL))
		die("pthread_create");
	page[0] = 1;
	return page;
}

/* What must not count. */
static void do_other_things(int fd, char *big, const int *pipe_fds, int i)
{
	pid_t writer;

	if (i % 3 == 0 && pread(fd, big, BIG, 0) < 0)
		die("pread");
	if (i % 5 == 0)
		pread(-1, big, 64, 0);
	if (i % 1000 != 999)
		return;
	writer = fork();
	if (!writer) {
		sleep_us(20000);
		_exit(write(pipe_fds[1], "x", 1) != 1);
	}
	if (read(pipe_fds[0], big, 1) != 1)
		die("read");
}

int main(int argc, char **argv)
{
	static char big[BIG];
	int fd = argc > 4 ? open(argv[1], O_RDONLY) : -1, pipe_fds[2];
	int nr = argc > 4 ? atoi(argv[2]) : 0, every = argc > 4 ? atoi(argv[3]) : 0, nr_slow = 0;
	long *slow = calloc((size_t)nr + 1, sizeof(*slow));
	char *page;

	if (fd < 0 || every <= 0 || !slow || pipe(pipe_fds))
		die("usage: slow_reads FILE NR EVERY MICROSECONDS...");
	page = make_lazy_page();
	for (int i = 0; i < nr; i++) {
		if (i && i % every == 0) {
			slow[i] = atol(argv[4 + nr_slow++ % (argc - 4)]);
			delay_us = slow[i];
			madvise(page, PAGE, MADV_DONTNEED);
		}
		if (pread(fd, page, 64, 0) != 64)
			die("pread");
		do_other_things(fd, big, pipe_fds, i);
	}
	for (int i = 0; i < nr; i++)
		if (slow[i])
			printf("%d %ld\n", i, slow[i]);
	return 0;
}
