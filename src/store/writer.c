#include "store/writer.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "store/block_writer.h"
#include "store/file_writer.h"
#include "store/format.h"
#include "store/ring.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/thread.h"

/* With the pause between two ticks this stays below the second that is promised. */
#define FLUSH_NS 700000000u

/* One is filled, one is compressed, one waits. */
#define NR_BLOCKS 3

struct store_writer {
	char *name;
	struct store_facts facts;
	struct block_writer blocks[NR_BLOCKS];
	struct block_writer *filling;
	uint64_t waits_ns; /* since when the block being filled has waited; 0 = ask the next tick */
	bool is_finished;

	/* What the thread has to itself while it runs. */
	struct file_writer file;
	struct store_ring *ring; /* owned; NULL = blocks go to the file at once */

	/* Shared, under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct block_writer *idle[NR_BLOCKS], *full[NR_BLOCKS];
	size_t nr_idle, nr_full;
	bool stop;
	int error; /* negative errno of the first failure */

	bool has_thread;
	pthread_t thread;
	cpu_set_t cpus; /* those that this process may use */
	bool knows_cpus;
	bool told; /* the error has been returned once */
};

struct store_writer *store_writer_create(int fd, const char *name, const struct store_facts *facts)
{
	struct store_writer *w = xcalloc(1, sizeof(*w));

	file_writer_init(&w->file, fd);
	w->name = xstrdup(name);
	w->facts = *facts;
	w->filling = &w->blocks[0];
	for (size_t i = 0; i < NR_BLOCKS; i++) {
		w->blocks[i].env_values = facts->options & STORE_ENV_VALUES;
		if (i)
			w->idle[w->nr_idle++] = &w->blocks[i];
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	/* an engine may tie the thread that feeds us to one CPU later on */
	w->knows_cpus = !sched_getaffinity(0, sizeof(w->cpus), &w->cpus);
	return w;
}

static void stop_thread(struct store_writer *w)
{
	if (!w->has_thread)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	w->has_thread = w->stop = false;
}

void store_writer_destroy(struct store_writer *w)
{
	if (!w)
		return;
	stop_thread(w);
	for (size_t i = 0; i < NR_BLOCKS; i++)
		block_writer_deinit(&w->blocks[i]);
	file_writer_deinit(&w->file);
	store_ring_destroy(w->ring);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	free(w->name);
	free(w);
}

uint64_t store_writer_events(const struct store_writer *w)
{
	return w->file.end.nr_events;
}

uint64_t store_writer_bytes(const struct store_writer *w)
{
	return w->file.bytes;
}

void store_writer_keep_ring(struct store_writer *w, uint64_t bytes)
{
	w->ring = store_ring_create(bytes);
	for (size_t i = 0; i < NR_BLOCKS; i++)
		w->blocks[i].limit_bytes = store_ring_block_bytes(bytes);
}

static int take_block(struct store_writer *w, struct block_writer *b)
{
	int r = 0;

	if (w->ring)
		store_ring_add(w->ring, b);
	else
		r = file_writer_block(&w->file, b);
	block_writer_reset(b);
	return r;
}

static void *compress_and_write(void *self)
{
	struct store_writer *w = self;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		struct block_writer *b;
		int r = w->error;

		while (!w->nr_full && !w->stop)
			pthread_cond_wait(&w->changed, &w->lock);
		if (!w->nr_full)
			break;
		b = w->full[0];
		w->full[0] = w->full[1];
		w->full[1] = w->full[2];
		w->nr_full--;
		pthread_mutex_unlock(&w->lock);
		if (r >= 0)
			r = take_block(w, b);
		else
			block_writer_reset(b);
		pthread_mutex_lock(&w->lock);
		w->error = r;
		w->idle[w->nr_idle++] = b;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static int fail(struct store_writer *w, int error, struct err *err)
{
	if (w->told)
		return error;
	w->told = true;
	return err_sys(err, error, "cannot write the trace file '%s' any further", w->name);
}

/* Hands the block on to the thread, which starts with the first one. */
static int hand_over(struct store_writer *w, struct err *err)
{
	int error;

	if (!w->has_thread) {
		int r = thread_start(
			&w->thread, w->knows_cpus ? &w->cpus : NULL, compress_and_write, w);

		if (r < 0)
			return err_sys(err, r, "cannot start the thread that writes '%s'", w->name);
		w->has_thread = true;
	}
	pthread_mutex_lock(&w->lock);
	w->full[w->nr_full++] = w->filling;
	pthread_cond_broadcast(&w->changed);
	while (!w->nr_idle)
		pthread_cond_wait(&w->changed, &w->lock);
	w->filling = w->idle[--w->nr_idle];
	w->waits_ns = 0;
	error = w->error;
	pthread_mutex_unlock(&w->lock);
	return error < 0 ? fail(w, error, err) : 0;
}

static int writer_begin(void *self, struct err *err)
{
	struct store_writer *w = self;

	w->error = w->ring ? 0 : file_writer_begin(&w->file, &w->facts);
	return w->error < 0 ? fail(w, w->error, err) : 0;
}

static int writer_event(void *self, const struct event *ev, struct err *err)
{
	struct store_writer *w = self;

	if (w->told || w->is_finished)
		return 0; /* others may go on */
	block_writer_add(w->filling, ev);
	return block_writer_is_full(w->filling) ? hand_over(w, err) : 0;
}

static int writer_tick(void *self, uint64_t now_ns, struct err *err)
{
	struct store_writer *w = self;

	if (w->ring || w->is_finished)
		return 0;
	if (!w->filling->zone.nr_events || !w->waits_ns || w->told)
		w->waits_ns = now_ns;
	return now_ns - w->waits_ns < FLUSH_NS ? 0 : hand_over(w, err);
}

static bool writer_is_full(void *self)
{
	struct store_writer *w = self;
	bool waits;

	if (w->filling->zone.nr_events < STORE_BLOCK_EVENTS / 2)
		return false;
	pthread_mutex_lock(&w->lock);
	waits = !w->nr_idle;
	pthread_mutex_unlock(&w->lock);
	return waits;
}

/* All that came in is in the ring, or in the file. */
static int settle(struct store_writer *w)
{
	stop_thread(w);
	if (w->error >= 0 && w->filling->zone.nr_events)
		w->error = take_block(w, w->filling);
	return w->error;
}

int store_writer_write_ring(struct store_writer *w, int fd, const char *because)
{
	int r = settle(w);

	return r < 0 ? r : store_ring_write(w->ring, fd, &w->facts, because);
}

static int write_end(struct store_writer *w, const char *because)
{
	if (w->ring)
		return store_ring_write(w->ring, w->file.fd, &w->facts, because);
	w->file.end.because = because;
	return file_writer_end(&w->file);
}

int store_writer_finish(struct store_writer *w, const char *because, struct err *err)
{
	if (w->is_finished)
		return 0;
	w->is_finished = true;
	if (settle(w) >= 0)
		w->error = write_end(w, because);
	return w->error < 0 ? fail(w, w->error, err) : 0;
}

static int writer_end(void *self, struct err *err)
{
	return store_writer_finish(self, NULL, err);
}

const struct sink_ops store_sink = {
	.name = "store",
	.begin = writer_begin,
	.event = writer_event,
	.tick = writer_tick,
	.is_full = writer_is_full,
	.end = writer_end,
};
