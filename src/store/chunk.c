#include "store/chunk.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

#include "store/format.h"
#include "util/alloc.h"
#include "util/macros.h"

/*
 * Below this all columns of a chunk share one segment: what a compressor learns from one helps with
 * the next, and a reader that wants only a part saves nothing. Small ones are worth the effort of a
 * high level; 64 KiB take it 5 ms.
 */
#define SHARED_BYTES 65536u
#define SHARED_LEVEL 15
#define LEVEL        3

/* In a chunk with a segment for each column, these still share the first. */
#define SMALL_COLUMN_BYTES 2048u

/* Compressing fewer would make them more. */
#define WORTH_BYTES 32u

struct chunk_coder {
	ZSTD_CCtx *context; /* owned */
	struct buf directory, segments, gathered;
	unsigned nr_segments;
};

struct chunk_coder *chunk_coder_create(void)
{
	struct chunk_coder *c = xcalloc(1, sizeof(*c));

	c->context = ZSTD_createCCtx();
	if (!c->context)
		xmalloc(SIZE_MAX); /* says so and ends */
	return c;
}

void chunk_coder_destroy(struct chunk_coder *c)
{
	if (!c)
		return;
	ZSTD_freeCCtx(c->context);
	buf_deinit(&c->directory);
	buf_deinit(&c->segments);
	buf_deinit(&c->gathered);
	free(c);
}

/* Returns the codec; the bytes are appended to `segments`. */
static enum store_codec compress(
	struct chunk_coder *c, const void *bytes, size_t len, int level, size_t *ret_stored)
{
	size_t bound = ZSTD_compressBound(len), stored;

	if (len >= WORTH_BYTES) {
		char *to = buf_reserve(&c->segments, bound);

		stored = ZSTD_compressCCtx(c->context, to, bound, bytes, len, level);
		if (!ZSTD_isError(stored) && stored < len) {
			c->segments.len += stored;
			*ret_stored = stored;
			return STORE_ZSTD;
		}
	}
	buf_add(&c->segments, bytes, len);
	*ret_stored = len;
	return STORE_PLAIN;
}

static void add_segment(struct chunk_coder *c, const void *bytes, size_t len, int level, size_t nr)
{
	size_t stored;

	put_u(&c->directory, compress(c, bytes, len, level, &stored));
	put_u(&c->directory, len);
	put_u(&c->directory, stored);
	put_u(&c->directory, nr);
	c->nr_segments++;
}

static bool shares(const struct buf *col, size_t total)
{
	return col->len && (total < SHARED_BYTES || col->len < SMALL_COLUMN_BYTES);
}

static void add_shared(struct chunk_coder *c, const struct buf *cols, size_t nr, size_t total)
{
	size_t sharing = 0;

	buf_reset(&c->gathered);
	for (size_t i = 0; i < nr; i++) {
		if (!shares(&cols[i], total))
			continue;
		buf_add(&c->gathered, cols[i].data, cols[i].len);
		sharing++;
	}
	if (!sharing)
		return;
	add_segment(c, c->gathered.data, c->gathered.len, SHARED_LEVEL, sharing);
	for (size_t i = 0; i < nr; i++) {
		if (!shares(&cols[i], total))
			continue;
		put_u(&c->directory, i);
		put_u(&c->directory, cols[i].len);
	}
}

static void add_alone(struct chunk_coder *c, const struct buf *col, size_t id)
{
	add_segment(c, col->data, col->len, LEVEL, 1);
	put_u(&c->directory, id);
	put_u(&c->directory, col->len);
}

static void put_le32(char *to, uint32_t number)
{
	number = htole32(number);
	memcpy(to, &number, sizeof(number));
}

static uint32_t get_le32(const uint8_t *from)
{
	uint32_t number;

	memcpy(&number, from, sizeof(number));
	return le32toh(number);
}

static uint64_t body_hash(uint32_t kind, const void *body, size_t len)
{
	return XXH3_64bits_withSeed(body, len, (uint64_t)len << 32 | kind);
}

void chunk_encode(
	struct chunk_coder *c, uint32_t kind, const struct buf *cols, size_t nr, struct buf *out)
{
	size_t total = 0, start = out->len, len;
	struct buf count = BUF_INIT;
	uint64_t hash;
	char *head;

	buf_reset(&c->directory);
	buf_reset(&c->segments);
	c->nr_segments = 0;
	for (size_t i = 0; i < nr; i++)
		total += cols[i].len;
	add_shared(c, cols, nr, total);
	for (size_t i = 0; i < nr; i++)
		if (cols[i].len && !shares(&cols[i], total))
			add_alone(c, &cols[i], i);
	put_u(&count, c->nr_segments);
	len = count.len + c->directory.len + c->segments.len;
	buf_reserve(out, STORE_CHUNK_BYTES + len);
	out->len += STORE_CHUNK_BYTES;
	buf_add(out, count.data, count.len);
	buf_add(out, c->directory.data, c->directory.len);
	buf_add(out, c->segments.data, c->segments.len);
	buf_deinit(&count);
	head = out->data + start;
	put_le32(head, kind);
	put_le32(head + 4, (uint32_t)len);
	hash = htole64(body_hash(kind, head + STORE_CHUNK_BYTES, len));
	memcpy(head + 8, &hash, sizeof(hash));
}

void chunk_file_deinit(struct chunk_file *f)
{
	if (f->fd >= 0 && !f->is_borrowed)
		close(f->fd);
	free(f->room);
	*f = (struct chunk_file){.fd = -1};
}

/*
 * By pread and not from a mapping: a file that somebody makes shorter while it is read then only
 * ends early, where touching a mapped page behind the new end is SIGBUS. And what the hash was
 * taken of is what is decompressed, whatever is written to the file in between. Each byte is looked
 * at for its hash in any case; the copy costs less than the page faults that it spares.
 */
bool chunk_file_read(const struct chunk_file *f, size_t offset, void *ret, size_t len)
{
	size_t done = 0;

	if (offset > f->len || len > f->len - offset)
		return false;
	if (f->bytes) {
		memcpy(ret, f->bytes + offset, len);
		return true;
	}
	while (done < len) {
		ssize_t n = pread(f->fd, (char *)ret + done, len - done, (off_t)(offset + done));

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* NULL = it is not there any more. */
static const uint8_t *read_body(struct chunk_file *f, size_t offset, size_t len)
{
	if (f->bytes)
		return f->bytes + offset;
	if (f->cap < len || !f->room) {
		free(f->room);
		f->cap = MAX(len, (size_t)65536);
		f->room = xmalloc(f->cap);
	}
	return chunk_file_read(f, offset, f->room, len) ? f->room : NULL;
}

enum chunk_state chunk_at(struct chunk_file *f, size_t offset, struct chunk *ret)
{
	uint8_t head[STORE_CHUNK_BYTES];
	uint64_t hash;
	uint32_t body;

	if (offset >= f->len)
		return CHUNK_NONE;
	if (!chunk_file_read(f, offset, head, sizeof(head)))
		return CHUNK_CUT;
	body = get_le32(head + 4);
	if (body > STORE_BODY_MAX)
		return CHUNK_DAMAGED;
	if (body > f->len - offset - STORE_CHUNK_BYTES)
		return CHUNK_CUT;
	*ret = (struct chunk){
		get_le32(head), offset, read_body(f, offset + STORE_CHUNK_BYTES, body), body};
	if (!ret->body)
		return CHUNK_CUT;
	memcpy(&hash, head + 8, sizeof(hash));
	return le64toh(hash) == body_hash(ret->kind, ret->body, body) ? CHUNK_GOOD : CHUNK_DAMAGED;
}

size_t chunk_end(const struct chunk *chunk)
{
	return chunk->offset + STORE_CHUNK_BYTES + chunk->len;
}

void columns_deinit(struct columns *c)
{
	free(c->raw);
	ZSTD_freeDCtx(c->context);
	*c = (struct columns){0};
}

/* What a directory says of one segment. */
struct segment {
	uint64_t codec, raw_len, stored_len;
	struct scan columns; /* its part of the directory */
	uint64_t nr_columns;
};

static bool read_segment_head(struct scan *directory, struct segment *ret)
{
	uint64_t rest;

	ret->codec = scan_u(directory);
	ret->raw_len = rest = scan_max(directory, STORE_RAW_MAX);
	ret->stored_len = scan_max(directory, STORE_BODY_MAX);
	ret->nr_columns = scan_max(directory, scan_left(directory));
	ret->columns = *directory;
	for (uint64_t i = 0; i < ret->nr_columns; i++) {
		scan_u(directory);
		rest -= scan_max(directory, rest);
	}
	ret->columns.end = directory->at;
	return !directory->bad && !rest;
}

/* Any of its columns wanted? */
static bool is_wanted(const struct segment *segment, uint64_t wanted)
{
	struct scan columns = segment->columns;

	for (uint64_t i = 0; i < segment->nr_columns; i++) {
		uint64_t id = scan_u(&columns);

		scan_u(&columns);
		if (id < CHUNK_COLUMNS && wanted >> id & 1)
			return true;
	}
	return false;
}

static bool decompress(
	struct columns *c, const struct segment *segment, const uint8_t *stored, uint8_t *raw)
{
	if (segment->codec == STORE_PLAIN) {
		if (segment->stored_len != segment->raw_len)
			return false;
		if (segment->raw_len)
			memcpy(raw, stored, segment->raw_len);
		return true;
	}
	if (segment->codec != STORE_ZSTD)
		return false;
	return ZSTD_decompressDCtx(c->context, raw, segment->raw_len, stored,
		       segment->stored_len) == segment->raw_len;
}

static void name_columns(struct columns *c, const struct segment *segment, const uint8_t *raw)
{
	struct scan columns = segment->columns;

	for (uint64_t i = 0; i < segment->nr_columns; i++) {
		uint64_t id = scan_u(&columns), len = scan_u(&columns);

		if (id < CHUNK_COLUMNS)
			c->by_id[id] = (struct scan){raw, raw + len, false};
		raw += len;
	}
}

/* Room for the segments that are wanted; SIZE_MAX = they are too much, or make no sense. */
static size_t room_for(struct scan directory, uint64_t nr_segments, uint64_t wanted)
{
	struct segment segment;
	size_t ret = 0;

	for (uint64_t i = 0; i < nr_segments; i++) {
		if (!read_segment_head(&directory, &segment))
			return SIZE_MAX;
		ret += is_wanted(&segment, wanted) ? segment.raw_len : 0;
		if (ret > STORE_RAW_MAX)
			return SIZE_MAX;
	}
	return ret;
}

/* Where the segments' bytes begin. */
static const uint8_t *after_directory(struct scan directory, uint64_t nr_segments)
{
	struct segment segment;

	for (uint64_t i = 0; i < nr_segments; i++)
		read_segment_head(&directory, &segment);
	return directory.at;
}

static void make_room(struct columns *c, size_t need)
{
	if (!c->context)
		c->context = ZSTD_createDCtx();
	if (c->cap < need || !c->raw) {
		free(c->raw);
		c->cap = MAX(need, (size_t)4096);
		c->raw = xmalloc(c->cap);
	}
}

bool columns_read(struct columns *c, const struct chunk *chunk, uint64_t wanted)
{
	struct scan directory = {chunk->body, chunk->body + chunk->len, false}, stored;
	uint64_t nr_segments = scan_max(&directory, chunk->len);
	size_t need = directory.bad ? SIZE_MAX : room_for(directory, nr_segments, wanted);
	struct segment segment;
	uint8_t *raw;

	memset(c->by_id, 0, sizeof(c->by_id));
	if (need == SIZE_MAX)
		return false;
	make_room(c, need);
	raw = c->raw;
	stored = (struct scan){after_directory(directory, nr_segments), directory.end, false};
	for (uint64_t i = 0; i < nr_segments; i++) {
		const uint8_t *bytes;

		read_segment_head(&directory, &segment);
		bytes = scan_bytes(&stored, segment.stored_len);
		if (!bytes)
			return false;
		if (!is_wanted(&segment, wanted))
			continue;
		if (!decompress(c, &segment, bytes, raw))
			return false;
		name_columns(c, &segment, raw);
		raw += segment.raw_len;
	}
	return true;
}
