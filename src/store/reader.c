#include "store/reader.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "event/event.h"
#include "store/block_reader.h"
#include "store/chunk.h"
#include "store/format.h"
#include "store/varint.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/cleanup.h"
#include "util/err.h"
#include "util/vec.h"

struct store_reader {
	struct chunk_file file;
	uint32_t minor;
	struct arena arena; /* facts, messages */
	struct store_facts facts;
	struct store_end end;
	enum store_state state;
	size_t start; /* the first chunk behind the facts */
	size_t at;    /* the next chunk */
	bool in_block;
	struct block_reader block;
	VEC(struct store_block) blocks;
	bool knows_blocks, has_index;
};

bool store_is_trace(const void *bytes, size_t len)
{
	return len >= STORE_MAGIC_BYTES && !memcmp(bytes, STORE_MAGIC, STORE_MAGIC_BYTES);
}

static uint32_t get_le32(const uint8_t *from)
{
	uint32_t number;

	memcpy(&number, from, sizeof(number));
	return le32toh(number);
}

/* A chunk whose columns are one. */
static bool read_only_column(const struct chunk *chunk, struct columns *c, struct scan *ret)
{
	if (!columns_read(c, chunk, UINT64_C(1) << STORE_COLUMN_ONLY))
		return false;
	*ret = c->by_id[STORE_COLUMN_ONLY];
	return true;
}

/* The facts stand at the front; a file that lacks them is not worth less. */
static void read_facts(struct store_reader *r)
{
	struct columns columns = {0};
	struct chunk chunk;
	struct scan from;

	if (chunk_at(&r->file, r->at, &chunk) == CHUNK_GOOD && chunk.kind == STORE_FACTS) {
		if (!read_only_column(&chunk, &columns, &from) ||
			!store_facts_read(&r->facts, &from, &r->arena))
			r->facts = (struct store_facts){0};
		r->at = chunk_end(&chunk);
	}
	columns_deinit(&columns);
}

static int check_header(
	const struct chunk_file *file, const char *name, uint32_t *ret_minor, struct err *err)
{
	uint8_t head[STORE_HEADER_BYTES] = {0};
	size_t len = MIN(file->len, sizeof(head));
	uint32_t major;

	if (!chunk_file_read(file, 0, head, len) || !store_is_trace(head, len))
		return err_set(
			err, -EINVAL, "'%s' is no trace file (renacer record makes them)", name);
	if (len < STORE_HEADER_BYTES)
		return err_set(err, -EINVAL, "'%s' ends within its header", name);
	major = get_le32(head + STORE_MAGIC_BYTES);
	if (major != STORE_MAJOR)
		return err_set(err, -ENOTSUP,
			"'%s' has format %u, this renacer reads format %u: a %s renacer reads it",
			name, major, STORE_MAJOR, major > STORE_MAJOR ? "later" : "former");
	*ret_minor = get_le32(head + STORE_MAGIC_BYTES + sizeof(major));
	return 0;
}

/* Takes over the file, whose header has been found good. */
static struct store_reader *create(const struct chunk_file *file, uint32_t minor)
{
	struct store_reader *r = xcalloc(1, sizeof(*r));

	r->file = *file;
	r->minor = minor;
	r->at = STORE_HEADER_BYTES;
	read_facts(r);
	r->start = r->at;
	return r;
}

/* Takes over the file, in case of failure too. */
static int open_file(
	struct store_reader **ret, struct chunk_file *file, const char *name, struct err *err)
{
	uint32_t minor = 0;
	int status = check_header(file, name, &minor, err);

	if (status < 0) {
		chunk_file_deinit(file);
		return status;
	}
	*ret = create(file, minor);
	return 0;
}

int store_reader_open_bytes(
	struct store_reader **ret, const void *bytes, size_t len, const char *name, struct err *err)
{
	struct chunk_file file = {.bytes = bytes, .fd = -1, .len = len};

	return open_file(ret, &file, name, err);
}

/* What comes out of a pipe, as a file. Returns its descriptor. */
static int gather(int pipe)
{
	CLEANUP_CLOSE int fd = memfd_create("trace", MFD_CLOEXEC);
	char bytes[65536];
	ssize_t n = fd < 0 ? -1 : 0;

	while (n >= 0) {
		n = read(pipe, bytes, sizeof(bytes));
		if (n == 0)
			return TAKE_FD(fd);
		if (n < 0 && errno == EINTR)
			n = 0;
		for (ssize_t done = 0, more = 1; done < n; done += more) {
			more = write(fd, bytes + done, (size_t)(n - done));
			if (more < 0)
				return -errno;
		}
	}
	return -errno;
}

int store_reader_open(struct store_reader **ret, const char *path, struct err *err)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC), gathered = -1;
	struct chunk_file file;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, -errno, "cannot open '%s'", path);
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return err_set(err, -EINVAL, "'%s' is neither a file nor a pipe", path);
	if (S_ISFIFO(st.st_mode)) {
		gathered = gather(fd);
		if (gathered < 0 || fstat(gathered, &st) < 0)
			return err_sys(
				err, gathered < 0 ? gathered : -errno, "cannot read '%s'", path);
	}
	if (!st.st_size)
		return err_set(err, -EINVAL, "'%s' is empty", path);
	file = (struct chunk_file){
		.fd = gathered < 0 ? TAKE_FD(fd) : TAKE_FD(gathered), .len = (size_t)st.st_size};
	return open_file(ret, &file, path, err);
}

struct store_reader *store_reader_open_again(const struct store_reader *r)
{
	return create(&(struct chunk_file){.bytes = r->file.bytes,
			      .fd = r->file.fd,
			      .is_borrowed = true,
			      .len = r->file.len},
		r->minor);
}

void store_reader_close(struct store_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->blocks.len; i++)
		store_zone_deinit(&r->blocks.data[i].zone);
	VEC_DEINIT(&r->blocks);
	block_reader_deinit(&r->block);
	arena_deinit(&r->arena);
	chunk_file_deinit(&r->file);
	free(r);
}

const struct store_facts *store_reader_facts(const struct store_reader *r)
{
	return &r->facts;
}

uint32_t store_reader_version(const struct store_reader *r)
{
	return r->minor;
}

size_t store_reader_bytes(const struct store_reader *r)
{
	return r->file.len;
}

enum store_state store_reader_state(const struct store_reader *r)
{
	return r->state;
}

uint64_t store_reader_offset(const struct store_reader *r)
{
	return r->at;
}

const struct store_end *store_reader_end(const struct store_reader *r)
{
	return r->state == STORE_WHOLE ? &r->end : NULL;
}

void store_reader_rewind(struct store_reader *r)
{
	r->at = r->start;
	r->in_block = false;
	r->state = STORE_READING;
}

static void read_end(struct store_reader *r, const struct chunk *chunk)
{
	struct columns columns = {0};
	struct scan from;

	r->state = read_only_column(chunk, &columns, &from) &&
				   store_end_read(&r->end, &from, &r->arena)
			   ? STORE_WHOLE
			   : STORE_DAMAGED;
	columns_deinit(&columns);
}

/* On to the next chunk; `state` tells when there is none. With `skip` not into a block. */
static void next_chunk(struct store_reader *r, bool skip)
{
	struct chunk chunk;

	switch (chunk_at(&r->file, r->at, &chunk)) {
	case CHUNK_GOOD: break;
	case CHUNK_DAMAGED: r->state = STORE_DAMAGED; return;
	default: r->state = STORE_CUT; return;
	}
	if (chunk.kind == STORE_END) {
		read_end(r, &chunk);
		return;
	}
	if (chunk.kind == STORE_EVENTS && !skip) {
		r->in_block = block_reader_begin(&r->block, &chunk, STORE_PART_ALL);
		r->state = r->in_block ? STORE_READING : STORE_DAMAGED;
	}
	if (r->state == STORE_READING)
		r->at = chunk_end(&chunk);
}

static bool next_in_block(struct store_reader *r, struct event *ret)
{
	while (r->in_block && r->state == STORE_READING)
		switch (block_reader_next(&r->block, ret)) {
		case BLOCK_EVENT: return true;
		case BLOCK_SKIPPED: break;
		case BLOCK_ENDS: r->in_block = false; break;
		case BLOCK_BAD: r->state = STORE_DAMAGED; break;
		}
	return false;
}

bool store_reader_next(struct store_reader *r, struct event *ret)
{
	while (!next_in_block(r, ret)) {
		if (r->state != STORE_READING)
			return false;
		next_chunk(r, false);
	}
	return true;
}

bool store_reader_seek(struct store_reader *r, const struct store_block *block, uint32_t parts)
{
	struct chunk chunk;

	r->at = block->offset;
	/* an index may say anything: with these lengths no two blocks of it overlap */
	r->in_block = chunk_at(&r->file, r->at, &chunk) == CHUNK_GOOD &&
		      chunk.kind == STORE_EVENTS && chunk_end(&chunk) - r->at == block->len &&
		      block_reader_begin(&r->block, &chunk, parts);
	r->state = r->in_block ? STORE_READING : STORE_DAMAGED;
	if (r->in_block)
		r->at = chunk_end(&chunk);
	return r->in_block;
}

bool store_reader_next_in_block(struct store_reader *r, struct event *ret, uint64_t *ret_at)
{
	if (!next_in_block(r, ret))
		return false;
	*ret_at = r->block.nr_read - 1;
	return true;
}

void store_reader_skip_to_end(struct store_reader *r)
{
	r->in_block = false;
	while (r->state == STORE_READING)
		next_chunk(r, true);
}

/* Where the trailer says that the index is; 0 = there is none. */
static uint64_t offset_of_index(const struct store_reader *r)
{
	uint8_t trailer[STORE_TRAILER_BYTES];
	uint64_t offset, hash;

	if (r->file.len < STORE_HEADER_BYTES + STORE_TRAILER_BYTES ||
		!chunk_file_read(
			&r->file, r->file.len - sizeof(trailer), trailer, sizeof(trailer)) ||
		memcmp(trailer + 16, STORE_END_MARK, sizeof(STORE_END_MARK) - 1))
		return 0;
	memcpy(&offset, trailer, sizeof(offset));
	memcpy(&hash, trailer + 8, sizeof(hash));
	if (le64toh(hash) != XXH3_64bits(trailer, sizeof(offset)))
		return 0;
	offset = le64toh(offset);
	return offset < r->file.len ? offset : 0;
}

static bool read_index_entry(struct store_reader *r, struct scan *from, uint64_t *at)
{
	struct store_block block = {0};

	block.offset = *at + scan_max(from, r->file.len);
	block.len = scan_max(from, r->file.len);
	*at = block.offset + block.len;
	if (!store_zone_read(&block.zone, from) || *at > r->file.len) {
		store_zone_deinit(&block.zone);
		return false;
	}
	VEC_PUSH(&r->blocks, block);
	return true;
}

static bool read_index(struct store_reader *r)
{
	uint64_t offset = offset_of_index(r), at = 0;
	struct columns columns = {0};
	struct chunk chunk;
	struct scan from;
	bool good = offset && chunk_at(&r->file, offset, &chunk) == CHUNK_GOOD &&
		    chunk.kind == STORE_INDEX && read_only_column(&chunk, &columns, &from);

	while (good && scan_left(&from))
		good = read_index_entry(r, &from, &at);
	columns_deinit(&columns);
	return good;
}

/* Without an index: what each good block says of itself. */
static void walk_blocks(struct store_reader *r)
{
	struct columns columns = {0};
	struct chunk chunk;

	for (size_t at = r->start; chunk_at(&r->file, at, &chunk) == CHUNK_GOOD;
		at = chunk_end(&chunk)) {
		struct store_block block = {at, chunk_end(&chunk) - at, {0}};

		if (chunk.kind == STORE_END)
			break;
		if (chunk.kind != STORE_EVENTS)
			continue;
		if (!columns_read(&columns, &chunk, UINT64_C(1) << STORE_ZONE) ||
			!store_zone_read(&block.zone, &columns.by_id[STORE_ZONE])) {
			store_zone_deinit(&block.zone);
			break;
		}
		VEC_PUSH(&r->blocks, block);
	}
	columns_deinit(&columns);
}

const struct store_block *store_reader_blocks(struct store_reader *r, size_t *ret_nr)
{
	if (!r->knows_blocks)
		r->has_index = read_index(r);
	if (!r->knows_blocks && !r->has_index) {
		for (size_t i = 0; i < r->blocks.len; i++)
			store_zone_deinit(&r->blocks.data[i].zone);
		r->blocks.len = 0;
		walk_blocks(r);
	}
	r->knows_blocks = true;
	*ret_nr = r->blocks.len;
	return r->blocks.data;
}

bool store_reader_has_index(const struct store_reader *r)
{
	return r->has_index;
}
