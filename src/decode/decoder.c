#include "decode/decoder.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "decode/row_internal.h"
#include "util/arena.h"

/* Room for one more word than a mask of this size has bits would be shown for nothing. */
#define SIGSET_BYTES 8

/* Fillers keep the name, drop everything else. */
static struct value *reset(struct value *ret, enum value_kind kind)
{
	*ret = (struct value){.kind = kind, .name = ret->name};
	return ret;
}

void value_set_int(struct value *ret, int64_t number)
{
	reset(ret, VALUE_INT)->num = (uint64_t)number;
}

void value_set_uint(struct value *ret, uint64_t number)
{
	reset(ret, VALUE_UINT)->num = number;
}

void value_set_hex(struct value *ret, uint64_t number)
{
	reset(ret, VALUE_HEX)->num = number;
}

void value_set_octal(struct value *ret, uint64_t number)
{
	reset(ret, VALUE_OCTAL)->num = number;
}

void value_set_addr(struct value *ret, uint64_t addr)
{
	reset(ret, VALUE_ADDR)->num = addr;
}

void value_set_fd(struct value *ret, int fd)
{
	reset(ret, VALUE_FD)->num = (uint64_t)(int64_t)fd;
}

void value_set_dirfd(struct value *ret, int fd)
{
	if (fd == AT_FDCWD)
		value_set_name(ret, "AT_FDCWD");
	else
		value_set_fd(ret, fd);
}

void value_set_pid(struct value *ret, int pid)
{
	reset(ret, VALUE_PID)->num = (uint64_t)(int64_t)pid;
}

void value_set_id(struct value *ret, uint32_t id)
{
	if (id == UINT32_MAX)
		value_set_int(ret, -1);
	else
		value_set_uint(ret, id);
}

void value_set_flags(struct value *ret, uint64_t bits, const struct flag_set *set)
{
	reset(ret, VALUE_FLAGS);
	ret->bits.bits = bits;
	ret->bits.set = set;
}

void value_set_enum(struct value *ret, uint64_t number, const struct flag_set *set)
{
	reset(ret, VALUE_ENUM);
	ret->bits.bits = number;
	ret->bits.set = set;
}

void value_set_name(struct value *ret, const char *text)
{
	reset(ret, VALUE_NAME)->text = text;
}

void value_set_signal(struct value *ret, int signo)
{
	if (flag_set_exact(&flags_signal, (uint32_t)signo))
		value_set_enum(ret, (uint32_t)signo, &flags_signal);
	else
		value_set_int(ret, signo);
}

void value_set_string(struct value *ret, const void *bytes, size_t len)
{
	reset(ret, VALUE_STRING);
	ret->data.bytes = bytes;
	ret->data.len = ret->data.full_len = len;
}

void value_set_data(struct value *ret, const void *bytes, size_t len, size_t full_len)
{
	reset(ret, VALUE_DATA);
	ret->data.bytes = bytes;
	ret->data.len = MIN(len, full_len);
	ret->data.full_len = full_len;
	if (len < full_len)
		ret->flags |= VALUE_CUT;
}

void value_set_rest(struct value *ret, const void *bytes, size_t len, size_t full_len)
{
	reset(ret, VALUE_REST);
	ret->data.bytes = bytes;
	ret->data.len = len;
	ret->data.full_len = full_len;
}

void value_set_text(struct value *ret, const void *bytes, size_t room)
{
	value_set_string(ret, bytes, strnlen(bytes, room));
}

void value_set_file_mode(struct decoder *d, struct value *ret, uint32_t mode)
{
	static const uint32_t special[] = {S_ISUID, S_ISGID, S_ISVTX};
	static const char *const names[] = {"S_ISUID", "S_ISGID", "S_ISVTX"};
	const char *type = flag_set_exact(&flags_file_type, mode & S_IFMT);

	if (!type && ((mode & S_IFMT) || !(mode & ~(uint32_t)0777))) {
		value_set_octal(ret, mode);
		return;
	}
	list_init(ret, VALUE_OR);
	if (type) {
		value_set_enum(list_add(d, ret, NULL), mode & S_IFMT, &flags_file_type);
		mode &= ~(uint32_t)S_IFMT;
	}
	for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
		if (!(mode & special[i]))
			continue;
		value_set_name(list_add(d, ret, NULL), names[i]);
		mode &= ~special[i];
	}
	value_set_octal(list_add(d, ret, NULL), mode);
}

void value_set_dev(struct decoder *d, struct value *ret, uint64_t dev)
{
	macro_init(ret, "makedev");
	value_set_hex(list_add(d, ret, NULL), major(dev));
	value_set_hex(list_add(d, ret, NULL), minor(dev));
}

static void add_signal_of_set(struct decoder *d, struct value *ret, int signo)
{
	const char *name = flag_set_exact(&flags_signal, (uint32_t)signo);

	/* the brackets say that these are signals: their common prefix would only be noise */
	value_set_name(list_add(d, ret, NULL), name + (strncmp(name, "SIG", 3) ? 0 : 3));
}

void value_set_sigset(struct decoder *d, struct value *ret, const void *bytes, size_t len)
{
	uint64_t mask = 0, all;

	len = MIN(len, (size_t)SIGSET_BYTES);
	memcpy(&mask, bytes, len);
	all = len == SIGSET_BYTES ? UINT64_MAX : (UINT64_C(1) << (len * 8)) - 1;
	list_init(ret, VALUE_BITSET);
	/* shown by what is missing when that is shorter */
	if (__builtin_popcountll(mask) > (int)(len * 8) * 2 / 3) {
		ret->flags |= VALUE_INVERTED;
		mask = ~mask & all;
	}
	for (int signo = 1; signo <= 64; signo++)
		if (mask >> (signo - 1) & 1)
			add_signal_of_set(d, ret, signo);
}

void list_init(struct value *ret, enum value_kind kind)
{
	reset(ret, kind);
	ret->list.items = NULL;
	ret->list.nr = 0;
	ret->list.macro = NULL;
}

void macro_init(struct value *ret, const char *name)
{
	list_init(ret, VALUE_MACRO);
	ret->list.macro = name;
}

struct value *value_set_shift(struct decoder *d, struct value *ret)
{
	list_init(ret, VALUE_SHIFT);
	list_add(d, ret, NULL);
	list_add(d, ret, NULL);
	return ret->list.items;
}

struct value *list_add(struct decoder *d, struct value *list, const char *name)
{
	size_t nr;

	if (list->kind < VALUE_STRUCT)
		list_init(list, VALUE_STRUCT);
	nr = list->list.nr;
	/* room is the next power of two from 4 on, so it needs no field of its own */
	if (nr == 0 || (nr >= 4 && !(nr & (nr - 1)))) {
		struct value *items = arena_alloc(d->arena, MAX(nr * 2, 4) * sizeof(*items));

		if (nr)
			memcpy(items, list->list.items, nr * sizeof(*items));
		list->list.items = items;
	}
	list->list.nr++;
	list->list.items[nr] = (struct value){.name = name};
	return &list->list.items[nr];
}

void decoder_array_init(const struct decoder *d, struct value *ret)
{
	list_init(ret, VALUE_ARRAY);
	if (!d->opts->verbose)
		ret->flags |= VALUE_LONG;
}

const char *decoder_printf(struct decoder *d, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return arena_strdup(d->arena, text);
}

void value_set_negative_errno(struct decoder *d, struct value *ret, int64_t error)
{
	const char *name = RESULT_IS_ERROR(error) ? decode_errno_name((int)-error) : NULL;

	if (name)
		value_set_name(ret, decoder_printf(d, "-%s", name));
	else
		value_set_int(ret, error);
}

const struct capture *decoder_chunk(const struct decoder *d, uint64_t addr, unsigned when)
{
	const struct capture *own = NULL, *other = NULL;

	for (unsigned i = 0; i < d->call->nr_captures; i++) {
		const struct capture *c = &d->call->captures[i];

		if (c->addr != addr || c->when != when || (c->flags & CAPTURE_FAULT))
			continue;
		if (c->arg != d->arg)
			other = other ? other : c;
		else if (!own || own->len < c->len)
			own = c;
	}
	return own ? own : other;
}

const void *decoder_bytes(const struct decoder *d, uint64_t addr, size_t len, unsigned when)
{
	for (unsigned i = 0; i < d->call->nr_captures; i++) {
		const struct capture *c = &d->call->captures[i];
		uint64_t skip = addr - c->addr;

		if (c->when != when || (c->flags & CAPTURE_FAULT) || addr < c->addr ||
			skip > c->len || c->len - skip < len)
			continue;
		return arena_dup(d->arena, c->bytes + skip, len);
	}
	return NULL;
}

size_t decoder_copy(const struct decoder *d, uint64_t addr, unsigned when, void *ret, size_t size)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	size_t len = chunk ? MIN((size_t)chunk->len, size) : 0;

	memset(ret, 0, size);
	if (len)
		memcpy(ret, chunk->bytes, len);
	return len;
}

void decoder_show_shape(struct decoder *d, uint64_t addr, const struct shape *shape, unsigned when,
	struct value *ret)
{
	const void *bytes = addr ? decoder_bytes(d, addr, shape->size, when) : NULL;

	if (bytes) {
		shape->show(d, bytes, ret);
		ret->flags |= VALUE_BY_REF;
	} else {
		value_set_addr(ret, addr);
	}
}

void decoder_note_cut(
	struct decoder *d, const struct capture *chunk, uint64_t len, struct value *ret)
{
	ret->flags |= VALUE_CUT;
	if (chunk->flags & CAPTURE_SHORT)
		ret->comment = decoder_printf(d, "%#llx", (unsigned long long)(chunk->addr + len));
}

void decoder_show_array(struct decoder *d, uint64_t addr, uint64_t nr, const struct shape *shape,
	unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	uint64_t at_hand = chunk ? chunk->len / shape->size : 0;

	if (!addr || (!at_hand && nr)) {
		value_set_addr(ret, addr);
		return;
	}
	decoder_array_init(d, ret);
	ret->flags |= VALUE_BY_REF;
	for (uint64_t i = 0; i < MIN(nr, at_hand); i++) {
		const void *bytes =
			arena_dup(d->arena, chunk->bytes + i * shape->size, shape->size);

		shape->show(d, bytes, list_add(d, ret, NULL));
	}
	if (at_hand < nr)
		decoder_note_cut(d, chunk, at_hand * shape->size, ret);
}

void decoder_show_string(struct decoder *d, uint64_t addr, unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	const uint8_t *end;

	/* a page that was not present at entry is read again at exit */
	if (!chunk && addr && when == CAPTURE_AT_ENTER)
		chunk = decoder_chunk(d, addr, CAPTURE_AT_EXIT);
	if (!chunk) {
		value_set_addr(ret, addr);
		return;
	}
	end = memchr(chunk->bytes, 0, chunk->len);
	value_set_string(ret, chunk->bytes, end ? (size_t)(end - chunk->bytes) : chunk->len);
	if (!end)
		ret->flags |= VALUE_CUT;
}

void decoder_show_name(struct decoder *d, uint64_t addr, unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;

	/* no end, and nothing to read behind it */
	if (chunk && chunk->flags & CAPTURE_SHORT && !memchr(chunk->bytes, 0, chunk->len))
		value_set_addr(ret, addr);
	else
		decoder_show_string(d, addr, when, ret);
}

void decoder_show_data(
	struct decoder *d, uint64_t addr, uint64_t full_len, unsigned when, struct value *ret)
{
	const struct capture *chunk = addr && full_len ? decoder_chunk(d, addr, when) : NULL;

	/* bytes that the kernel could not read either are no data */
	if (chunk && (chunk->len >= full_len || !(chunk->flags & CAPTURE_SHORT)))
		value_set_data(ret, chunk->bytes, chunk->len, full_len);
	else if (addr && !full_len)
		value_set_data(ret, "", 0, 0);
	else
		value_set_addr(ret, addr);
}

void decoder_show_sigset(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret)
{
	const void *bytes = addr && len == SIGSET_BYTES ? decoder_bytes(d, addr, len, when) : NULL;

	/* the kernel takes no other size */
	if (bytes)
		value_set_sigset(d, ret, bytes, len);
	else
		value_set_addr(ret, addr);
}

struct native_iovec {
	uint64_t base;
	uint64_t len;
};

static void show_data(struct decoder *d, uint64_t addr, uint64_t len, unsigned when,
	const void *with, struct value *ret)
{
	decoder_show_data(d, addr, len, when, ret);
}

void decoder_show_iovec(struct decoder *d, uint64_t addr, uint64_t nr, uint64_t limit,
	unsigned when, struct value *ret)
{
	decoder_show_iovec_as(d, addr, nr, limit, when, show_data, NULL, ret);
}

void decoder_show_iovec_as(struct decoder *d, uint64_t addr, uint64_t nr, uint64_t limit,
	unsigned when, show_data_at *show, const void *with, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	uint64_t at_hand = chunk ? chunk->len / sizeof(struct native_iovec) : 0;

	if (!addr || (!at_hand && nr)) {
		value_set_addr(ret, addr);
		return;
	}
	decoder_array_init(d, ret);
	for (uint64_t i = 0; i < MIN(nr, at_hand); i++) {
		struct value *item = list_add(d, ret, NULL);
		struct native_iovec iov;
		uint64_t used;

		memcpy(&iov, chunk->bytes + i * sizeof(iov), sizeof(iov));
		used = MIN(iov.len, limit);
		if (limit != UINT64_MAX)
			limit -= used;
		show(d, iov.base, used, when, with, list_add(d, item, "iov_base"));
		value_set_uint(list_add(d, item, "iov_len"), iov.len);
	}
	if (at_hand < nr)
		decoder_note_cut(d, chunk, at_hand * sizeof(struct native_iovec), ret);
}

void decoder_add_rest(struct decoder *d, uint64_t addr, size_t known, uint64_t size, unsigned when,
	struct value *ret)
{
	const uint8_t *bytes;
	size_t len;

	size = MIN(size, (uint64_t)CAPTURE_BYTES_MAX);
	if (size <= known)
		return;
	len = size - known;
	bytes = decoder_bytes(d, addr + known, len, when);
	if (!bytes) {
		value_set_rest(list_add(d, ret, "rest"), NULL, 0, size);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (bytes[i]) {
			value_set_rest(list_add(d, ret, "rest"), bytes, len, size);
			return;
		}
	}
}

void decoder_show_extensible(struct decoder *d, uint64_t addr, uint64_t size, size_t min,
	const struct shape *shape, unsigned when, struct value *ret)
{
	size_t len = MIN(size, (uint64_t)shape->size);
	const void *bytes = addr && size >= min ? decoder_bytes(d, addr, len, when) : NULL;
	uint8_t *whole;

	if (!bytes) {
		value_set_addr(ret, addr);
		return;
	}
	/* what an older program does not pass reads as zeros, as it does for the kernel */
	whole = arena_calloc(d->arena, 1, shape->size);
	memcpy(whole, bytes, len);
	shape->show(d, whole, ret);
	decoder_add_rest(d, addr, shape->size, size, when, ret);
}

struct value *decoder_add_detail(struct decoder *d, const char *name)
{
	struct value *list = &d->out->ret_detail;

	if (list->kind == VALUE_NONE)
		list_init(list, VALUE_ARRAY);
	return list_add(d, list, name);
}
