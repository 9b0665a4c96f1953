#include "util/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/out.h"

struct spool {
	struct out out;
	struct out *target; /* borrowed */
	int fd;             /* owned */
	int error;
};

/* A file in the temporary folder; memory only where that cannot be written. */
static int open_unlinked(void)
{
	int fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		fd = memfd_create("spool", MFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

struct spool *spool_create_of(struct out *out, int fd)
{
	struct spool *s = xcalloc(1, sizeof(*s));

	s->fd = fd;
	s->error = s->fd < 0 ? s->fd : 0;
	out_init(&s->out, s->fd);
	s->out.error = s->error;
	s->target = out;
	out->feeder = &s->out;
	return s;
}

struct spool *spool_create(struct out *out)
{
	return spool_create_of(out, open_unlinked());
}

void spool_destroy(struct spool *s)
{
	if (!s)
		return;
	s->target->feeder = NULL;
	out_deinit(&s->out);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

struct out *spool_out(struct spool *s)
{
	return &s->out;
}

int spool_copy(struct spool *s)
{
	off_t at = 0;
	int r = out_flush(&s->out);

	while (r >= 0) {
		char bytes[32768];
		ssize_t n = pread(s->fd, bytes, sizeof(bytes), at);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		if (n > 0) {
			out_write(s->target, bytes, (size_t)n);
			at += n;
			r = out_commit(s->target);
		}
	}
	return r;
}
