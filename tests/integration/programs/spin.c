/* spin [THREADS]: all threads make calls without end, to be killed in the midst of one. */

#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *spin(void *arg)
{
	for (;;)
		syscall(SYS_getppid);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	for (int i = 1; i < (argc > 1 ? atoi(argv[1]) : 1); i++)
		if (pthread_create(&thread, NULL, spin, NULL))
			return 1;
	spin(NULL);
}
