/* Record locks between processes: refused, waited for, lost by closing, and the deadlock told. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int lock(int fd, int cmd, int type, off_t at)
{
	struct flock l = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = at, .l_len = 10};

	return fcntl(fd, cmd, &l);
}

static void in_child(const char *what, int fd, int cmd, int type, off_t at)
{
	fflush(stdout);
	if (!fork()) {
		int r = lock(fd, cmd, type, at);
		printf("%s: %d %s\n", what, r, r < 0 ? strerror(errno) : "");
		fflush(stdout);
		_exit(0);
	}
}

static void nap(void)
{
	nanosleep(&(struct timespec){0, 50000000}, NULL);
}

static void deadlock(int fd)
{
	fflush(stdout);
	lock(fd, F_SETLK, F_WRLCK, 100);
	if (!fork()) {
		lock(fd, F_SETLK, F_WRLCK, 200);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 100) < 0 ? 1 : 2);
	}
	nap();
	int r = lock(fd, F_SETLKW, F_WRLCK, 200), status;
	printf("deadlock: %d %s\n", r, strerror(errno));
	lock(fd, F_SETLK, F_UNLCK, 100);
	wait(&status);
	printf("other: %x\n", status);
}

int main(void)
{
	int fd = open("locked", O_RDWR | O_CREAT, 0600), other = open("locked", O_RDWR);

	lock(fd, F_SETLK, F_WRLCK, 0);
	in_child("refused", fd, F_SETLK, F_RDLCK, 5);
	wait(NULL);
	in_child("beside", fd, F_SETLK, F_WRLCK, 10);
	wait(NULL);
	in_child("waited", fd, F_SETLKW, F_WRLCK, 0);
	nap();
	lock(fd, F_SETLK, F_UNLCK, 0);
	wait(NULL);
	printf("descriptor: %d ", lock(fd, F_OFD_SETLK, F_WRLCK, 0));
	printf("%d %s\n", lock(other, F_OFD_SETLK, F_WRLCK, 0), strerror(errno));
	printf("flock: %d ", flock(fd, LOCK_EX));
	printf("%d %s\n", flock(other, LOCK_EX | LOCK_NB), strerror(errno));
	deadlock(fd);
	return 0;
}
