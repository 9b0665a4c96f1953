#include "store/file_writer.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/block_writer.h"
#include "store/chunk.h"
#include "store/format.h"
#include "store/varint.h"

void file_writer_init(struct file_writer *f, int fd)
{
	*f = (struct file_writer){.fd = fd, .coder = chunk_coder_create()};
}

void file_writer_deinit(struct file_writer *f)
{
	chunk_coder_destroy(f->coder);
	buf_deinit(&f->out);
	buf_deinit(&f->index);
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
static int write_out(struct file_writer *f)
{
	size_t done = 0;
	int r = 0;

	while (r >= 0 && done < f->out.len) {
		r = write_some(f->fd, f->out.data + done, f->out.len - done);
		done += r > 0 ? (size_t)r : 0;
	}
	if (r >= 0) {
		f->bytes += f->out.len;
	} else if (done) {
		off_t at = lseek(f->fd, -(off_t)done, SEEK_CUR);

		if (at >= 0 && ftruncate(f->fd, at) < 0)
			done = 0; /* readers can tell where the whole blocks end all the same */
	}
	buf_reset(&f->out);
	return r < 0 ? r : 0;
}

static int write_only_column(struct file_writer *f, enum store_chunk kind, const struct buf *value)
{
	struct buf cols[] = {BUF_INIT, *value};

	chunk_encode(f->coder, kind, cols, ARRAY_SIZE(cols), &f->out);
	return write_out(f);
}

static void put_le32(struct buf *to, uint32_t number)
{
	number = htole32(number);
	buf_add(to, &number, sizeof(number));
}

int file_writer_begin(struct file_writer *f, const struct store_facts *facts)
{
	struct buf value = BUF_INIT;
	int r;

	buf_add(&f->out, STORE_MAGIC, STORE_MAGIC_BYTES);
	put_le32(&f->out, STORE_MAJOR);
	put_le32(&f->out, STORE_MINOR);
	store_facts_put(facts, &value);
	r = write_only_column(f, STORE_FACTS, &value);
	buf_deinit(&value);
	return r;
}

/* What is in `out` is a block. */
static int write_block(
	struct file_writer *f, const struct store_zone *zone, const struct store_end *counts)
{
	const size_t len = f->out.len;
	int r;

	put_u(&f->index, f->bytes - f->index_from);
	put_u(&f->index, len);
	store_zone_put(zone, &f->index);
	f->index_from = f->bytes + len;
	r = write_out(f);
	if (r >= 0)
		store_end_add(&f->end, counts);
	return r;
}

int file_writer_block(struct file_writer *f, struct block_writer *b)
{
	block_writer_encode(b, f->coder, &f->out);
	return write_block(f, &b->zone, &b->counts);
}

int file_writer_chunk(struct file_writer *f, const struct store_zone *zone,
	const struct store_end *counts, const void *chunk, size_t len)
{
	buf_add(&f->out, chunk, len);
	return write_block(f, zone, counts);
}

static void put_trailer(struct file_writer *f, uint64_t index_at)
{
	uint64_t offset = htole64(index_at), hash = htole64(XXH3_64bits(&offset, sizeof(offset)));

	buf_add(&f->out, &offset, sizeof(offset));
	buf_add(&f->out, &hash, sizeof(hash));
	buf_add(&f->out, STORE_END_MARK, sizeof(STORE_END_MARK) - 1);
}

int file_writer_end(struct file_writer *f)
{
	struct buf value = BUF_INIT;
	uint64_t index_at;
	int r;

	store_end_put(&f->end, &value);
	r = write_only_column(f, STORE_END, &value);
	buf_deinit(&value);
	if (r < 0)
		return r;
	index_at = f->bytes;
	r = write_only_column(f, STORE_INDEX, &f->index);
	put_trailer(f, index_at);
	return r < 0 ? r : write_out(f);
}
