#pragma once
/*
 * What the family files (sys_*.c) build values with. Everything here works on one call: `struct
 * decoder` is its context, a `struct value *` is the slot to fill (its name is already set).
 *
 * Pointers are followed through captures only. What was not captured stays an address.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/decode.h"
#include "decode/flags.h"
#include "decode/value.h"
#include "util/macros.h"

struct syscall_row;

struct decoder {
	struct arena *arena;
	const struct event_call *call;
	const struct decode_options *opts;
	struct decoded_call *out;
	const struct syscall_row *row;
	uint64_t args[CAPTURE_NR_ARGS]; /* as the ABI passes them: 32 bits with ABI_I386 */
	unsigned arg;                   /* the one being shown */
	bool done;                      /* returned without error: what it wrote is valid */
};

/* A structure in the tracee's memory. `bytes` are `size` aligned bytes. */
struct shape {
	void (*show)(struct decoder *d, const void *bytes, struct value *ret);
	uint32_t size;
};

/*
 * Defines shape_<id> with its size SIZE_<id>; the body that follows fills `ret` from `from`:
 *
 *	SHAPE(timespec, struct timespec)
 *	{
 *		ADD_INT(tv_sec);
 *		ADD_INT(tv_nsec);
 *	}
 */
#define SHAPE_BODY(id, type)                                                                       \
	static void fill_##id(struct decoder *d, const type *from, struct value *ret);             \
	static void show_##id(struct decoder *d, const void *bytes, struct value *ret)             \
	{                                                                                          \
		fill_##id(d, bytes, ret);                                                          \
	}
#define SHAPE(id, type)                                                                            \
	enum { SIZE_##id = sizeof(type) };                                                         \
	SHAPE_BODY(id, type)                                                                       \
	static const struct shape shape_##id = {show_##id, sizeof(type)};                          \
	static void fill_##id(UNUSED struct decoder *d, UNUSED const type *from, struct value *ret)
/* The same for a shape that a header declares with SHAPE_DECLARE. */
#define SHAPE_SHARED(id, type)                                                                     \
	SHAPE_BODY(id, type)                                                                       \
	_Static_assert(SIZE_##id == sizeof(type), "size in the header");                           \
	const struct shape shape_##id = {show_##id, sizeof(type)};                                 \
	static void fill_##id(UNUSED struct decoder *d, UNUSED const type *from, struct value *ret)
#define SHAPE_DECLARE(id, size)                                                                    \
	enum { SIZE_##id = (size) };                                                               \
	extern const struct shape shape_##id;

/* Inside such a body: one named item of the structure each, from the member of the same name. */
#define ADD_INT(m)        value_set_int(list_add(d, ret, #m), from->m)
#define ADD_UINT(m)       value_set_uint(list_add(d, ret, #m), from->m)
#define ADD_HEX(m)        value_set_hex(list_add(d, ret, #m), from->m)
#define ADD_ADDR(m)       value_set_addr(list_add(d, ret, #m), (uint64_t)from->m)
#define ADD_FD(m)         value_set_fd(list_add(d, ret, #m), from->m)
#define ADD_PID(m)        value_set_pid(list_add(d, ret, #m), from->m)
#define ADD_ID(m)         value_set_id(list_add(d, ret, #m), from->m)
#define ADD_FLAGS(m, set) value_set_flags(list_add(d, ret, #m), from->m, &flags_##set)
#define ADD_ENUM(m, set)  value_set_enum(list_add(d, ret, #m), from->m, &flags_##set)
#define ADD_DEV(m)        value_set_dev(d, list_add(d, ret, #m), from->m)
#define ADD_TICKS(m)      value_set_ticks(d, list_add(d, ret, #m), from->m)
#define ADD_SHAPE(m, id)  shape_##id.show(d, &from->m, list_add(d, ret, #m))
#define ADD_TEXT(m)       value_set_text(list_add(d, ret, #m), from->m, sizeof(from->m))

/* Fillers. None touches the slot's name. */
void value_set_int(struct value *ret, int64_t number);
void value_set_uint(struct value *ret, uint64_t number);
void value_set_hex(struct value *ret, uint64_t number);
void value_set_octal(struct value *ret, uint64_t number);
void value_set_addr(struct value *ret, uint64_t addr);
void value_set_fd(struct value *ret, int fd);
void value_set_dirfd(struct value *ret, int fd); /* AT_FDCWD by name */
void value_set_pid(struct value *ret, int pid);
void value_set_id(struct value *ret, uint32_t id); /* of a user or group; -1 = keep */
void value_set_flags(struct value *ret, uint64_t bits, const struct flag_set *set);
void value_set_enum(struct value *ret, uint64_t number, const struct flag_set *set);
void value_set_name(struct value *ret, const char *text);
void value_set_signal(struct value *ret, int signo);
void value_set_string(struct value *ret, const void *bytes, size_t len);
void value_set_data(struct value *ret, const void *bytes, size_t len, size_t full_len);
/* VALUE_REST; `bytes` NULL = not at hand. */
void value_set_rest(struct value *ret, const void *bytes, size_t len, size_t full_len);
/* A char array that a NUL ends, or its end does. */
void value_set_text(struct value *ret, const void *bytes, size_t room);
/* S_IFREG|0644 */
void value_set_file_mode(struct decoder *d, struct value *ret, uint32_t mode);
/* makedev(0x8, 0x1) of a kernel "huge" device number */
void value_set_dev(struct decoder *d, struct value *ret, uint64_t dev);
/* "-EPERM" for -1; a number that is no negated errno as it is. */
void value_set_negative_errno(struct decoder *d, struct value *ret, int64_t error);
/* A signal mask of up to 8 bytes. */
void value_set_sigset(struct decoder *d, struct value *ret, const void *bytes, size_t len);

/* Appends an item to a list; what was no list yet becomes a VALUE_STRUCT. */
struct value *list_add(struct decoder *d, struct value *list, const char *name);
/* Makes an empty list of that kind. */
void list_init(struct value *ret, enum value_kind kind);
/* Makes an empty VALUE_ARRAY whose length is up to the program: not shown whole without -v. */
void decoder_array_init(const struct decoder *d, struct value *ret);
/* A VALUE_MACRO without items. */
void macro_init(struct value *ret, const char *name);

const char *decoder_printf(struct decoder *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The bytes at `addr`, or NULL; `when` as in capture.h. Any length, of several the most, never
 * faulted ones. */
const struct capture *decoder_chunk(const struct decoder *d, uint64_t addr, unsigned when);

/*
 * `len` bytes at `addr` in aligned storage, or NULL when not all of them are at hand. Also finds
 * ranges in the middle of a chunk.
 */
const void *decoder_bytes(const struct decoder *d, uint64_t addr, size_t len, unsigned when);

/*
 * A structure that grew over time: up to `size` bytes at `addr` into `ret`, of which what was not
 * passed becomes 0. Returns how many there were.
 */
size_t decoder_copy(const struct decoder *d, uint64_t addr, unsigned when, void *ret, size_t size);

/* What is at `addr`, or the address when that is not known. */
void decoder_show_shape(struct decoder *d, uint64_t addr, const struct shape *shape, unsigned when,
	struct value *ret);
void decoder_show_array(struct decoder *d, uint64_t addr, uint64_t nr, const struct shape *shape,
	unsigned when, struct value *ret);
void decoder_show_string(struct decoder *d, uint64_t addr, unsigned when, struct value *ret);
/* A string that was copied as bytes. */
void decoder_show_name(struct decoder *d, uint64_t addr, unsigned when, struct value *ret);
void decoder_show_data(
	struct decoder *d, uint64_t addr, uint64_t full_len, unsigned when, struct value *ret);
void decoder_show_sigset(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret);
/*
 * Adds what a program passes of a structure at `addr`, of `size` bytes, behind the `known` ones
 * that have names: nothing when these are zeros.
 */
void decoder_add_rest(struct decoder *d, uint64_t addr, size_t known, uint64_t size, unsigned when,
	struct value *ret);
/* A structure that grew over the years: `size` bytes of it, its first version having had `min`. */
void decoder_show_extensible(struct decoder *d, uint64_t addr, uint64_t size, size_t min,
	const struct shape *shape, unsigned when, struct value *ret);
/* Says that an array goes on `len` bytes into `chunk`, and where if it is a place to fault at. */
void decoder_note_cut(
	struct decoder *d, const struct capture *chunk, uint64_t len, struct value *ret);
/* `limit` = bytes moved over all elements. */
void decoder_show_iovec(struct decoder *d, uint64_t addr, uint64_t nr, uint64_t limit,
	unsigned when, struct value *ret);
/* The same; `show` (with `with`) shows what an element points to. */
typedef void show_data_at(struct decoder *d, uint64_t addr, uint64_t len, unsigned when,
	const void *with, struct value *ret);
void decoder_show_iovec_as(struct decoder *d, uint64_t addr, uint64_t nr, uint64_t limit,
	unsigned when, show_data_at *show, const void *with, struct value *ret);

/* Of an argument as the call passes it. */
static inline int arg_int(const struct decoder *d, unsigned at)
{
	return (int)d->args[at];
}

static inline uint32_t arg_u32(const struct decoder *d, unsigned at)
{
	return (uint32_t)d->args[at];
}

/* Leaves out arguments from `nr` on. */
static inline void decoder_keep_args(struct decoder *d, size_t nr)
{
	if (d->out->nr_args > nr)
		d->out->nr_args = nr;
}

/* The slot of argument `at`, emptied but for its name. */
static inline struct value *decoder_arg(struct decoder *d, unsigned at)
{
	d->arg = at;
	d->out->args[at] = (struct value){.name = d->out->args[at].name};
	return &d->out->args[at];
}

/* A part of a word that stands `shift` (a number or a name) bits to the left: returns the slots of
 * part and shift. */
struct value *value_set_shift(struct decoder *d, struct value *ret);

/* An item of what stands in parentheses behind the result. */
struct value *decoder_add_detail(struct decoder *d, const char *name);
