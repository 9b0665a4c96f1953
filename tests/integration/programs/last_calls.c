/*
 * last_calls HOW: descriptors and a directory from long ago, 100,000 calls, a few that use what is
 * from long ago, and an end: by SIGSEGV ("crash"), the same in a second thread ("thread"), or well
 * ("exit").
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NR_CALLS 100000

static int file, copy, folder, ends[2], udp;

static int prepare(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(5353),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};

	file = open("/etc/passwd", O_RDONLY);
	copy = dup(file);
	folder = open("/usr/share", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (chdir("/usr") || pipe(ends) || file < 0 || copy < 0 || folder < 0 || udp < 0)
		return -1;
	return connect(udp, (struct sockaddr *)&to, sizeof(to));
}

static void *work(void *how)
{
	volatile int *volatile nowhere = NULL;
	char byte;

	for (int i = 0; i < NR_CALLS; i++)
		if (pread(file, &byte, 1, i % 100) != 1)
			_exit(2);
	fcntl(udp, F_GETFL);
	fcntl(folder, F_GETFD);
	fcntl(ends[1], F_GETFD);
	lseek(copy, 5, SEEK_SET);
	close(open("lib", O_RDONLY));
	if (write(ends[1], "last", 4) != 4)
		_exit(2);
	if (strcmp(how, "exit") != 0)
		*nowhere = 1;
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2 || prepare())
		return 1;
	if (strcmp(argv[1], "thread") != 0) {
		work(argv[1]);
		return 0;
	}
	if (pthread_create(&thread, NULL, work, argv[1]))
		return 1;
	pthread_join(thread, NULL);
	return 0;
}
