#include "decode/fields.h"

#include <string.h>

#include "decode/net.h"
#include "util/arena.h"

uint64_t field_number(const struct field *field, const void *from)
{
	uint64_t number = 0;

	memcpy(&number, (const uint8_t *)from + field->at, MIN(field->bytes, sizeof(number)));
	return number;
}

static int64_t field_signed(const struct field *field, const void *from)
{
	unsigned shift = 64 - 8 * MIN(field->bytes, 8u);

	return (int64_t)(field_number(field, from) << shift) >> shift;
}

void field_uint(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_uint(ret, field_number(field, from));
}

void field_int(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_int(ret, field_signed(field, from));
}

void field_hex(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_hex(ret, field_number(field, from));
}

void field_addr(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_addr(ret, field_number(field, from));
}

void field_fd(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_fd(ret, (int)field_number(field, from));
}

void field_dirfd(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_dirfd(ret, (int)field_number(field, from));
}

void field_pid(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_pid(ret, (int)field_number(field, from));
}

void field_ifindex(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_ifindex(d, ret, (uint32_t)field_number(field, from));
}

void field_flags(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_flags(ret, field_number(field, from), field->detail);
}

void field_enum(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	value_set_enum(ret, field_number(field, from), field->detail);
}

void field_name(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct flag_set *set = field->detail;
	uint64_t number = field_number(field, from);

	if (flag_set_exact(set, number)) {
		value_set_enum(ret, number, set);
	} else {
		value_set_uint(ret, number);
		ret->comment = set->unknown;
	}
}

void field_text(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const uint8_t *text = (const uint8_t *)from + field->at;

	/* without a NUL it is no name to the kernel, which keeps the last byte for one */
	value_set_text(ret, text, field->bytes - 1);
	if (text[field->bytes - 1] && ret->data.len == field->bytes - 1u)
		ret->flags |= VALUE_CUT;
}

void field_path(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	decoder_show_string(d, field_number(field, from), CAPTURE_AT_ENTER, ret);
}

void field_string(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	decoder_show_text(d, field_number(field, from), SIZE_MAX, CAPTURE_AT_ENTER, ret);
}

void field_odd(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	if (field_number(field, from))
		field_hex(d, field, from, ret);
}

static void show_odd_list(struct decoder *d, const struct field *field, const void *from,
	unsigned width, struct value *ret)
{
	struct field item = {.bytes = (uint16_t)width};
	bool any = false;

	for (unsigned at = 0; at < field->bytes; at++)
		any |= ((const uint8_t *)from)[field->at + at] != 0;
	if (!any)
		return;
	list_init(ret, VALUE_ARRAY);
	for (item.at = field->at; item.at < field->at + field->bytes; item.at += (uint16_t)width)
		field_hex(d, &item, from, list_add(d, ret, NULL));
}

void field_odd8s(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	show_odd_list(d, field, from, 1, ret);
}

void field_odd32s(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	show_odd_list(d, field, from, 4, ret);
}

void field_odd64s(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	show_odd_list(d, field, from, 8, ret);
}

static uint64_t list_length(const struct field *field, const void *from)
{
	uint32_t nr;

	memcpy(&nr, (const uint8_t *)from + field->count_at, sizeof(nr));
	return nr;
}

void field_list(struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	decoder_show_array(d, field_number(field, from), list_length(field, from), field->detail,
		CAPTURE_AT_ENTER, ret);
}

void field_list_out(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	uint64_t addr = field_number(field, from);

	decoder_show_array(d, addr, list_length(field, from), field->detail,
		decoder_chunk(d, addr, CAPTURE_AT_EXIT) ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER, ret);
}

bool fields_add(struct decoder *d, const struct field *fields, size_t nr, const void *from,
	size_t size, struct value *ret)
{
	for (size_t i = 0; i < nr; i++) {
		struct value *item;

		if (fields[i].grew && size <= fields[i].at)
			return false;
		item = list_add(d, ret, fields[i].name);
		fields[i].show(d, &fields[i], from, item);
		if (item->kind == VALUE_NONE)
			ret->list.nr--;
	}
	return true;
}

void fields_add_extra(
	struct decoder *d, const uint8_t *bytes, size_t len, size_t known, struct value *ret)
{
	struct value *extra;
	size_t at = known;

	while (at < len && !bytes[at])
		at++;
	if (at >= len)
		return;
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	extra = list_add(d, ret, "extra_data");
	value_set_string(extra, arena_dup(d->arena, bytes + known, len - known), len - known);
	extra->flags |= VALUE_BINARY;
	extra->comment = decoder_printf(d, "bytes %zu..%zu", known, len - 1);
}

const void *fields_copy(struct decoder *d, const struct capture *chunk, size_t size, size_t full)
{
	uint8_t *copy;

	size = MIN(size, (size_t)chunk->len);
	copy = arena_calloc(d->arena, 1, MAX(size, full));
	memcpy(copy, chunk->bytes, size);
	return copy;
}

void decoder_show_text(
	struct decoder *d, uint64_t addr, size_t max, unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	size_t len, room;

	if (!chunk) {
		value_set_addr(ret, addr);
		return;
	}
	room = MIN((size_t)chunk->len, max);
	len = strnlen((const char *)chunk->bytes, room);
	value_set_data(ret, chunk->bytes, len, len + (len == room)); /* no end in sight */
}
