/*
 * mixed_calls FOLDER: calls that differ in name, descriptor, path, result, duration and signals;
 * the same ones each time.
 */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void ignore(int signo)
{
}

static void pause_ms(long ms)
{
	struct timespec time = {0, ms * 1000000};

	syscall(SYS_nanosleep, &time, NULL);
}

int main(int argc, char **argv)
{
	struct pollfd polled[2] = {{.events = POLLIN}, {.events = POLLIN}};
	char absolute[4096], bytes[16];
	struct stat st;
	int a, b;

	if (argc < 2 || chdir(argv[1]))
		return 1;
	signal(SIGUSR1, ignore);
	signal(SIGUSR2, ignore);
	snprintf(absolute, sizeof(absolute), "%s/b", argv[1]);
	a = open("a", O_RDWR | O_CREAT | O_TRUNC, 0600);
	b = open(absolute, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (write(a, "hello", 5) != 5 || write(b, "you", 3) != 3)
		return 1;
	dup2(a, 9);
	dup2(b, 70);
	lseek(9, 0, SEEK_SET);
	syscall(SYS_read, 9, bytes, sizeof(bytes));
	syscall(SYS_read, 70, bytes, sizeof(bytes));
	syscall(SYS_read, 99, bytes, sizeof(bytes));
	open("missing", O_RDONLY);
	open("/missing/too", O_RDONLY);
	access(absolute, R_OK);
	access("./missing", R_OK);
	stat("../", &st);
	fstat(a, &st);
	pause_ms(2);
	raise(SIGUSR1);
	polled[0].fd = a;
	polled[1].fd = 70;
	poll(polled, 2, 0);
	polled[1].fd = -1;
	poll(polled, 2, 0);
	close(a);
	syscall(SYS_close, a);
	dup2(70, a);
	write(a, "!", 1);
	raise(SIGUSR2);
	mkdir("d", 0700);
	chdir("d");
	open("../a", O_RDONLY);
	open("a", O_RDONLY);
	rmdir("../d");
	unlink("../a");
	close(9);
	close(70);
	return 0;
}
