#include "util/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_BYTES (64 * 1024)

void out_init(struct out *o, int fd)
{
	struct stat st;

	*o = (struct out){.fd = fd};
	o->is_pipe = fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

void out_deinit(struct out *o)
{
	out_flush(o);
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

int out_commit(struct out *o)
{
	/* once the reader lags, asking it again for every line would cost more than the lines */
	if (out_unsent_bytes(o) < FLUSH_BYTES + o->refused_bytes)
		return o->error;
	return out_unsent_bytes(o) < OUT_PATIENCE_BYTES ? out_push(o) : out_flush(o);
}

/* Whether a write of PIPE_BUF bytes would not wait. */
static bool is_writable(const struct out *o)
{
	struct pollfd pfd = {.fd = o->fd, .events = POLLOUT};

	return !o->is_pipe || poll(&pfd, 1, 0) != 0;
}

size_t out_unsent_bytes(const struct out *o)
{
	return o->pending.len - o->sent_bytes;
}

/* Moving the rest to the front for every few pages sent would cost more than sending them. */
static void forget_sent(struct out *o)
{
	size_t rest = out_unsent_bytes(o);

	if (o->sent_bytes < rest)
		return;
	if (rest)
		memmove(o->pending.data, o->pending.data + o->sent_bytes, rest);
	o->pending.len = rest;
	o->sent_bytes = 0;
}

/* Writes from the front; up to everything. */
static int drain(struct out *o, bool wait)
{
	if (o->fd < 0)
		return o->error;
	while (!o->error && out_unsent_bytes(o) && (wait || is_writable(o))) {
		size_t len = out_unsent_bytes(o);
		ssize_t n = write(o->fd, o->pending.data + o->sent_bytes,
			o->is_pipe && !wait ? MIN(len, (size_t)PIPE_BUF) : len);

		if (n >= 0) {
			o->sent_bytes += (size_t)n;
		} else if (errno == EAGAIN) {
			/* somebody shares this descriptor with us and made it non-blocking */
			struct pollfd pfd = {.fd = o->fd, .events = POLLOUT};

			poll(&pfd, 1, 1000);
		} else if (errno != EINTR) {
			o->error = -errno;
		}
	}
	if (o->error)
		o->sent_bytes = o->pending.len;
	forget_sent(o);
	o->refused_bytes = out_unsent_bytes(o);
	return o->error;
}

int out_push(struct out *o)
{
	return drain(o, false);
}

int out_flush(struct out *o)
{
	return drain(o, true);
}
