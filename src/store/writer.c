#include "store/writer.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "event/event.h"
#include "store/block_writer.h"
#include "store/chunk.h"
#include "store/format.h"
#include "store/varint.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/thread.h"

/* With the pause between two ticks this stays below the second that is promised. */
#define FLUSH_NS 700000000u

/* One is filled, one is compressed, one waits. */
#define NR_BLOCKS 3

struct store_writer {
	int fd; /* borrowed */
	char *name;
	struct store_facts facts;
	struct block_writer blocks[NR_BLOCKS];
	struct block_writer *filling;
	uint64_t waits_ns; /* since when the block being filled has waited; 0 = ask the next tick */
	struct store_end end;

	/* What the thread has to itself while it runs. */
	struct chunk_coder *coder;
	struct buf out, index;
	uint64_t bytes;      /* written */
	uint64_t index_from; /* where the block before ended */

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

	w->fd = fd;
	w->name = xstrdup(name);
	w->facts = *facts;
	w->coder = chunk_coder_create();
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
	w->has_thread = false;
}

void store_writer_destroy(struct store_writer *w)
{
	if (!w)
		return;
	stop_thread(w);
	for (size_t i = 0; i < NR_BLOCKS; i++)
		block_writer_deinit(&w->blocks[i]);
	chunk_coder_destroy(w->coder);
	buf_deinit(&w->out);
	buf_deinit(&w->index);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	free(w->name);
	free(w);
}

uint64_t store_writer_events(const struct store_writer *w)
{
	return w->end.nr_events;
}

uint64_t store_writer_bytes(const struct store_writer *w)
{
	return w->bytes;
}

/* Waits until a descriptor that somebody made non-blocking takes more. */
static int write_some(int fd, const char *bytes, size_t len)
{
	ssize_t n = write(fd, bytes, len);

	if (n >= 0)
		return (int)n;
	if (errno == EAGAIN) {
		struct pollfd pfd = {.fd = fd, .events = POLLOUT};

		poll(&pfd, 1, 1000);
		return 0;
	}
	return errno == EINTR ? 0 : -errno;
}

/* Writes `out`; what cannot be written whole is taken back. */
static int write_out(struct store_writer *w)
{
	size_t done = 0;
	int r = 0;

	while (r >= 0 && done < w->out.len) {
		r = write_some(w->fd, w->out.data + done, w->out.len - done);
		done += r > 0 ? (size_t)r : 0;
	}
	if (r >= 0) {
		w->bytes += w->out.len;
	} else if (done) {
		off_t at = lseek(w->fd, -(off_t)done, SEEK_CUR);

		if (at >= 0 && ftruncate(w->fd, at) < 0)
			done = 0; /* readers can tell where the whole blocks end all the same */
	}
	buf_reset(&w->out);
	return r < 0 ? r : 0;
}

static void put_index_entry(struct store_writer *w, const struct store_zone *zone, size_t len)
{
	put_u(&w->index, w->bytes - w->index_from);
	put_u(&w->index, len);
	store_zone_put(zone, &w->index);
	w->index_from = w->bytes + len;
}

static int write_block(struct store_writer *w, struct block_writer *b)
{
	block_writer_encode(b, w->coder, &w->out);
	put_index_entry(w, &b->zone, w->out.len);
	return write_out(w);
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
			r = write_block(w, b);
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

static int write_only_column(struct store_writer *w, enum store_chunk kind, const struct buf *value)
{
	struct buf cols[] = {BUF_INIT, *value};

	chunk_encode(w->coder, kind, cols, ARRAY_SIZE(cols), &w->out);
	return write_out(w);
}

static void put_le32(struct buf *to, uint32_t number)
{
	number = htole32(number);
	buf_add(to, &number, sizeof(number));
}

static int writer_begin(void *self, struct err *err)
{
	struct store_writer *w = self;
	struct buf value = BUF_INIT;
	int r;

	buf_add(&w->out, STORE_MAGIC, STORE_MAGIC_BYTES);
	put_le32(&w->out, STORE_MAJOR);
	put_le32(&w->out, STORE_MINOR);
	store_facts_put(&w->facts, &value);
	r = write_only_column(w, STORE_FACTS, &value);
	buf_deinit(&value);
	w->error = r;
	return r < 0 ? fail(w, r, err) : 0;
}

static void count(struct store_end *end, const struct event *ev)
{
	end->nr_events++;
	end->end_ns = ev->time_ns > end->end_ns ? ev->time_ns : end->end_ns;
	if (ev->kind == EV_CALL) {
		end->nr_calls++;
		end->nr_unfinished += !!(ev->call.flags & CALL_UNFINISHED);
	} else if (ev->kind == EV_LOST) {
		end->nr_lost += ev->lost.count;
	}
}

static int writer_event(void *self, const struct event *ev, struct err *err)
{
	struct store_writer *w = self;

	if (w->told)
		return 0; /* others may go on */
	block_writer_add(w->filling, ev);
	count(&w->end, ev);
	return block_writer_is_full(w->filling) ? hand_over(w, err) : 0;
}

static int writer_tick(void *self, uint64_t now_ns, struct err *err)
{
	struct store_writer *w = self;

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

static void put_trailer(struct store_writer *w, uint64_t index_at)
{
	uint64_t offset = htole64(index_at), hash = htole64(XXH3_64bits(&offset, sizeof(offset)));

	buf_add(&w->out, &offset, sizeof(offset));
	buf_add(&w->out, &hash, sizeof(hash));
	buf_add(&w->out, STORE_END_MARK, sizeof(STORE_END_MARK) - 1);
}

static int write_end(struct store_writer *w)
{
	struct buf value = BUF_INIT;
	int r = w->filling->zone.nr_events ? write_block(w, w->filling) : 0;

	store_end_put(&w->end, &value);
	if (r >= 0)
		r = write_only_column(w, STORE_END, &value);
	buf_deinit(&value);
	if (r >= 0) {
		uint64_t index_at = w->bytes;

		r = write_only_column(w, STORE_INDEX, &w->index);
		put_trailer(w, index_at);
	}
	return r < 0 ? r : write_out(w);
}

static int writer_end(void *self, struct err *err)
{
	struct store_writer *w = self;

	stop_thread(w);
	if (w->error >= 0)
		w->error = write_end(w);
	return w->error < 0 ? fail(w, w->error, err) : 0;
}

const struct sink_ops store_sink = {
	.name = "store",
	.begin = writer_begin,
	.event = writer_event,
	.tick = writer_tick,
	.is_full = writer_is_full,
	.end = writer_end,
};
