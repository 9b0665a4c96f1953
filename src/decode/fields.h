#pragma once
/*
 * Structures as tables of their fields: those that grew over the years, which programs pass with
 * the size that their headers knew.
 *
 *	static const struct field thing_fields[] = {
 *		FIELD(struct thing, type, enum, &flags_thing_type),
 *		FIELD(struct thing, size, uint),
 *		GREW(struct thing, flags, flags, &flags_thing_flags),
 *	};
 *
 * GREW marks a member in front of which the structure once ended: one that is no longer than that
 * ends there still. What is cut between such places reads as if zeros followed, as it does for the
 * kernel.
 */

#include "decode/decoder.h"

struct field {
	const char *name;
	void (*show)(
		struct decoder *d, const struct field *field, const void *from, struct value *ret);
	const void *detail; /* for `show`: a set of names, a shape */
	uint16_t at;
	uint16_t bytes;
	uint16_t count_at; /* arrays: where in the structure the u32 is that counts elements */
	bool grew;
};

/* name in the structure, name as shown */
#define FIELD(type_, member_, ...) FIELD_AS(#member_, type_, member_, __VA_ARGS__)
#define FIELD_AS(name_, type_, member_, ...)                                                       \
	{                                                                                          \
		FIELD_PARTS(name_, type_, member_, __VA_ARGS__)                                    \
	}
#define GREW(type_, member_, ...) GREW_AS(#member_, type_, member_, __VA_ARGS__)
#define GREW_AS(name_, type_, member_, ...)                                                        \
	{                                                                                          \
		.grew = true, FIELD_PARTS(name_, type_, member_, __VA_ARGS__)                      \
	}
/* a pointer to an array of shapes, and the member that counts them */
#define FIELD_LIST(type_, member_, ...) FIELD_LIST_AS(#member_, type_, member_, __VA_ARGS__)
#define FIELD_LIST_AS(name_, type_, member_, ...)                                                  \
	{                                                                                          \
		LIST_PARTS(name_, type_, member_, __VA_ARGS__)                                     \
	}
#define GREW_LIST(type_, member_, ...)                                                             \
	{                                                                                          \
		.grew = true, LIST_PARTS(#member_, type_, member_, __VA_ARGS__)                    \
	}
#define FIELD_PARTS(name_, type_, member_, show_, ...)                                             \
	.name = name_, .show = field_##show_, .at = offsetof(type_, member_),                      \
	.bytes = sizeof(((type_ *)0)->member_) __VA_OPT__(, .detail =) __VA_ARGS__
#define LIST_PARTS(name_, type_, member_, count_, show_, element_)                                 \
	FIELD_PARTS(name_, type_, member_, show_, &shape_##element_),                              \
		.count_at = offsetof(type_, count_)

/* Unsigned integers of any width up to 8 bytes, and what they stand for. */
uint64_t field_number(const struct field *field, const void *from);
void field_uint(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_int(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_hex(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_addr(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_fd(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_dirfd(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_pid(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_ifindex(
	struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_flags(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_enum(struct decoder *d, const struct field *field, const void *from, struct value *ret);
/* the same, where an unknown number is shown in decimal */
void field_name(struct decoder *d, const struct field *field, const void *from, struct value *ret);
/* words that have no meaning yet, alone or in arrays: in hex, when they are not zero */
void field_odd(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_odd8s(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_odd32s(
	struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_odd64s(
	struct decoder *d, const struct field *field, const void *from, struct value *ret);
/* characters up to a NUL or the end */
void field_text(struct decoder *d, const struct field *field, const void *from, struct value *ret);
/* pointers, followed as things were at entry: to a path; to text */
void field_path(struct decoder *d, const struct field *field, const void *from, struct value *ret);
void field_string(
	struct decoder *d, const struct field *field, const void *from, struct value *ret);

/* pointers to arrays, as they were at entry: `detail` is the shape, `count_at` tells how many */
void field_list(struct decoder *d, const struct field *field, const void *from, struct value *ret);
/* the same as the call left them */
void field_list_out(
	struct decoder *d, const struct field *field, const void *from, struct value *ret);

/*
 * Adds the fields that a structure of `size` bytes has, from its bytes `from`, which the caller has
 * filled with zeros to the full size; not those that a `show` left VALUE_NONE. Returns whether the
 * structure had all of them.
 */
bool fields_add(struct decoder *d, const struct field *fields, size_t nr, const void *from,
	size_t size, struct value *ret);

/* A shape that is nothing but a table, in one file or declared in a header. */
#define FIELDS_SHAPE(id_, type_, fields_)        FIELDS_BODY(SHAPE(id_, type_), fields_)
#define FIELDS_SHAPE_SHARED(id_, type_, fields_) FIELDS_BODY(SHAPE_SHARED(id_, type_), fields_)
#define FIELDS_BODY(head_, fields_)                                                                \
	head_                                                                                      \
	{                                                                                          \
		list_init(ret, VALUE_STRUCT);                                                      \
		fields_add(d, fields_, ARRAY_SIZE(fields_), from, sizeof(*from), ret);             \
	}

/* Non-zero bytes from `known` on, of `len` at `bytes`: extra_data="..." with -v, else "...". */
void fields_add_extra(
	struct decoder *d, const uint8_t *bytes, size_t len, size_t known, struct value *ret);

/*
 * Up to `size` bytes of what `chunk` holds, followed by zeros to at least `full` bytes. Aligned, in
 * the arena.
 */
const void *fields_copy(struct decoder *d, const struct capture *chunk, size_t size, size_t full);

/* Text that was at `addr`, to its NUL or `max` bytes; shortened like data when shown. */
void decoder_show_text(
	struct decoder *d, uint64_t addr, size_t max, unsigned when, struct value *ret);
