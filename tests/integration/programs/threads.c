/* threads [N [CALLS]]: each thread makes calls that only it makes; then the process ends. */

#include <pthread.h>

#include "expect.h"

static int nr_calls = 50;

static void *work(void *arg)
{
	struct expect *e = malloc(sizeof(*e));
	long me = (long)arg;
	char path[64];

	expect_begin(e);
	for (int i = 0; i < nr_calls; i++) {
		snprintf(path, sizeof(path), "/thread/%ld/%d", me, i);
		expect_call(e, kcall(SYS_chdir, path), "chdir(\"%s\")", path);
	}
	expect_later(e, "exit(0) = ?");
	expect_later(e, "+++ exited with 0 +++");
	expect_end(e);
	return NULL;
}

int main(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 16;
	pthread_t threads[256];

	if (argc > 2)
		nr_calls = atoi(argv[2]);
	for (int i = 0; i < nr; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)(long)i))
			abort();
	for (int i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
