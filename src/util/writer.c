#include "util/writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/macros.h"
#include "util/thread.h"

/* A power of two. */
#define NR_PLACES 1024

/*
 * A queue without a lock, and without memory that one thread frees and the other allocates: who
 * adds may have real-time priority, and would wait for a writer that gets no CPU.
 *
 * Places from `reclaimed` to `nr_written` hold buffers to be used again, those from there to
 * `nr_added` hold what is to be written.
 */
struct writer {
	struct buf places[NR_PLACES]; /* owned */
	uint32_t reclaimed;           /* of who adds */
	_Atomic uint32_t nr_added, nr_written;
	_Atomic size_t queued_bytes;
	_Atomic int error;
	sem_t added;   /* one for each buffer, and one to end */
	sem_t written; /* something has been; may be more than there is to see */
	pthread_t thread;
	int fd; /* borrowed */
};

ssize_t writer_write(int fd, const void *bytes, size_t len)
{
	ssize_t n = write(fd, bytes, len);

	if (n >= 0)
		return n;
	if (errno == EAGAIN) {
		/* somebody shares this descriptor with us and made it non-blocking */
		struct pollfd pfd = {.fd = fd, .events = POLLOUT};

		poll(&pfd, 1, 1000);
		return 0;
	}
	return errno == EINTR ? 0 : -errno;
}

static void write_all(struct writer *w, const struct buf *bytes)
{
	size_t at = 0;

	while (at < bytes->len && !atomic_load_explicit(&w->error, memory_order_relaxed)) {
		ssize_t n = writer_write(w->fd, bytes->data + at, bytes->len - at);

		if (n < 0)
			atomic_store(&w->error, (int)n);
		else
			at += (size_t)n;
	}
}

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem) < 0 && errno == EINTR)
		;
}

static void *run(void *arg)
{
	struct writer *w = arg;
	uint32_t at = 0;

	for (;;) {
		struct buf *bytes = &w->places[at % NR_PLACES];

		wait_for(&w->added);
		if (at == atomic_load(&w->nr_added))
			return NULL;
		write_all(w, bytes);
		atomic_fetch_sub(&w->queued_bytes, bytes->len);
		buf_reset(bytes);
		atomic_store(&w->nr_written, ++at);
		sem_post(&w->written);
	}
}

struct writer *writer_create(int fd, const cpu_set_t *cpus)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	w->fd = fd;
	sem_init(&w->added, 0, 0);
	sem_init(&w->written, 0, 0);
	if (thread_start(&w->thread, cpus, run, w) == 0)
		return w;
	free(w);
	return NULL;
}

void writer_destroy(struct writer *w)
{
	if (!w)
		return;
	sem_post(&w->added);
	pthread_join(w->thread, NULL);
	for (size_t i = 0; i < NR_PLACES; i++)
		buf_deinit(&w->places[i]);
	sem_destroy(&w->added);
	sem_destroy(&w->written);
	free(w);
}

bool writer_has_place(const struct writer *w)
{
	return atomic_load(&w->nr_added) - atomic_load(&w->nr_written) < NR_PLACES;
}

/* An empty buffer that was written before, if there is one; more of them are given back. */
static struct buf reclaim(struct writer *w)
{
	uint32_t nr_written = atomic_load(&w->nr_written);
	struct buf ret = BUF_INIT;

	for (; w->reclaimed != nr_written; w->reclaimed++) {
		struct buf *place = &w->places[w->reclaimed % NR_PLACES];

		buf_deinit(&ret);
		ret = *place;
		*place = (struct buf)BUF_INIT;
	}
	return ret;
}

void writer_add(struct writer *w, struct buf *bytes)
{
	uint32_t at = atomic_load(&w->nr_added);
	struct buf empty;

	while (!writer_has_place(w))
		wait_for(&w->written);
	empty = reclaim(w);
	atomic_fetch_add(&w->queued_bytes, bytes->len);
	w->places[at % NR_PLACES] = *bytes;
	*bytes = empty;
	atomic_store(&w->nr_added, at + 1);
	sem_post(&w->added);
}

size_t writer_queued_bytes(const struct writer *w)
{
	return atomic_load(&w->queued_bytes);
}

void writer_wait(struct writer *w, size_t bytes)
{
	while (writer_queued_bytes(w) > bytes)
		wait_for(&w->written);
}

int writer_error(const struct writer *w)
{
	return atomic_load(&w->error);
}
