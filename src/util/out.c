#include "util/out.h"

#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/writer.h"

#define FLUSH_BYTES (64 * 1024)

/* Most outputs are smaller and need no thread. */
#define DIRECT_BYTES (1024 * 1024)

#define FULL_BYTES (OUT_PATIENCE_BYTES / 4 * 3)

void out_init(struct out *o, int fd)
{
	struct stat st;

	*o = (struct out){.fd = fd};
	o->is_pipe = fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
	sched_getaffinity(0, sizeof(o->cpus), &o->cpus);
}

void out_deinit(struct out *o)
{
	out_flush(o);
	writer_destroy(o->writer);
	o->writer = NULL;
	buf_deinit(&o->pending);
}

void out_write(struct out *o, const void *bytes, size_t len)
{
	if (!o->error)
		buf_add(&o->pending, bytes, len);
}

void out_puts(struct out *o, const char *text)
{
	out_write(o, text, strlen(text));
}

void out_printf(struct out *o, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (len > 0 && (size_t)len < sizeof(line)) {
		out_write(o, line, (size_t)len);
	} else if (len > 0 && !o->error) {
		char *room = buf_reserve(&o->pending, (size_t)len + 1);

		va_start(ap, fmt);
		vsnprintf(room, (size_t)len + 1, fmt, ap);
		va_end(ap);
		o->pending.len += (size_t)len;
	}
}

/* Whether a write of PIPE_BUF bytes would not wait. */
static bool is_writable(const struct out *o)
{
	struct pollfd pfd = {.fd = o->fd, .events = POLLOUT};

	return !o->is_pipe || poll(&pfd, 1, 0) != 0;
}

static size_t pending_bytes(const struct out *o)
{
	return o->pending.len - o->sent_bytes;
}

size_t out_unsent_bytes(const struct out *o)
{
	return pending_bytes(o) + (o->writer ? writer_queued_bytes(o->writer) : 0);
}

bool out_is_full(const struct out *o)
{
	return (o->writer && writer_queued_bytes(o->writer) >= FULL_BYTES) ||
	       (o->feeder && out_is_full(o->feeder));
}

static void move_to_front(struct out *o)
{
	size_t rest = pending_bytes(o);

	if (rest)
		memmove(o->pending.data, o->pending.data + o->sent_bytes, rest);
	o->pending.len = rest;
	o->sent_bytes = 0;
}

static void drop_pending(struct out *o)
{
	o->pending.len = o->sent_bytes = o->refused_bytes = 0;
}

/* Writes from the front; up to everything. */
static int drain(struct out *o, bool wait)
{
	if (o->fd < 0)
		return o->error;
	while (!o->error && pending_bytes(o) && (wait || is_writable(o))) {
		size_t len = pending_bytes(o);
		ssize_t n = writer_write(o->fd, o->pending.data + o->sent_bytes,
			o->is_pipe && !wait ? MIN(len, (size_t)PIPE_BUF) : len);

		if (n < 0) {
			o->error = (int)n;
		} else {
			o->sent_bytes += (size_t)n;
			o->direct_bytes += (size_t)n;
		}
	}
	if (o->error)
		drop_pending(o);
	/* moving the rest for every few pages sent would cost more than sending them */
	if (o->sent_bytes >= pending_bytes(o))
		move_to_front(o);
	o->refused_bytes = pending_bytes(o);
	return o->error;
}

/* From here on the thread writes. False = there is none. */
static bool has_writer(struct out *o)
{
	if (o->writer || o->alone || o->fd < 0)
		return o->writer;
	if (o->direct_bytes + pending_bytes(o) < DIRECT_BYTES)
		return false;
	o->writer = writer_create(o->fd, &o->cpus);
	o->alone = !o->writer;
	return o->writer;
}

/* To the thread, once no more than `queue_bytes` wait there. */
static int hand_over(struct out *o, size_t queue_bytes)
{
	writer_wait(o->writer, queue_bytes);
	o->error = writer_error(o->writer);
	if (o->error) {
		drop_pending(o);
	} else if (pending_bytes(o)) {
		move_to_front(o);
		writer_add(o->writer, &o->pending);
		buf_reserve(&o->pending, FLUSH_BYTES + FLUSH_BYTES / 8);
	}
	return o->error;
}

int out_commit(struct out *o)
{
	/* once the reader lags, asking it again for every line would cost more than the lines */
	if (pending_bytes(o) < FLUSH_BYTES + (o->writer ? 0 : o->refused_bytes))
		return o->error;
	if (has_writer(o))
		return hand_over(o, OUT_PATIENCE_BYTES);
	return pending_bytes(o) < OUT_PATIENCE_BYTES ? out_push(o) : out_flush(o);
}

int out_push(struct out *o)
{
	if (!o->writer)
		return drain(o, false);
	if (out_is_full(o) || !writer_has_place(o->writer))
		return o->error;
	return hand_over(o, OUT_PATIENCE_BYTES);
}

int out_flush(struct out *o)
{
	if (!o->writer)
		return drain(o, true);
	hand_over(o, OUT_PATIENCE_BYTES);
	return hand_over(o, 0);
}
