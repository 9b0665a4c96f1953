/*
 * A thread that is not the leader replaces the program while others wait: the new image goes by
 * the leader's id, all other threads end.
 */

#include <pthread.h>

#include "expect.h"

static struct expect e;

static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *executor(void *arg)
{
	char *const argv[] = {(char *)"exec_thread", (char *)"after", NULL};

	usleep(20000);
	execve("/proc/self/exe", argv, environ);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int code;

	if (argc > 1) {
		code = getpid() == gettid() ? 6 : 1;
		expect_begin(&e);
		expect_call(&e, kcall(SYS_chdir, "/after"), "chdir(\"/after\")");
		expect_later(&e, "exit_group(6) = ?");
		expect_later(&e, "+++ exited with 6 +++");
		expect_end(&e);
		return code;
	}
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, sleeper, NULL))
			return 1;
	if (pthread_create(&thread, NULL, executor, NULL))
		return 1;
	sleeper(NULL);
}
