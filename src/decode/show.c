/* How the kinds of row_internal.h are shown. */
#include "decode/row_internal.h"

#include <string.h>
#include <sys/stat.h>

static uint64_t arg_word(const struct decoder *d)
{
	return d->args[d->arg];
}

void show_int(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_int(ret, (int32_t)arg_word(d));
}

void show_uint(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_uint(ret, (uint32_t)arg_word(d));
}

void show_hex32(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_hex(ret, (uint32_t)arg_word(d));
}

void show_long(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_int(ret, d->call->abi == ABI_I386 ? (int32_t)arg_word(d) : (int64_t)arg_word(d));
}

void show_size(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_uint(ret, arg_word(d));
}

void show_hex(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_hex(ret, arg_word(d));
}

void show_addr(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_addr(ret, arg_word(d));
}

void show_fd(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_fd(ret, (int32_t)arg_word(d));
}

void show_dirfd(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_dirfd(ret, (int32_t)arg_word(d));
}

void show_pid(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_pid(ret, (int32_t)arg_word(d));
}

void show_id(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_id(ret, (uint32_t)arg_word(d));
}

void show_signal(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_signal(ret, (int32_t)arg_word(d));
}

void show_mode(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_octal(ret, arg_word(d) & 0xffff);
}

void show_node(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_file_mode(d, ret, arg_word(d) & 0xffff);
}

void show_dev(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_dev(d, ret, (uint32_t)arg_word(d));
}

void show_flags(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_flags(ret, (uint32_t)arg_word(d), row->set);
}

void show_flags64(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_flags(ret, arg_word(d), row->set);
}

void show_enum(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	value_set_enum(ret, (uint32_t)arg_word(d), row->set);
}

void show_string_in(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	decoder_show_string(d, arg_word(d), CAPTURE_AT_ENTER, ret);
}

void show_name_in(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	decoder_show_name(d, arg_word(d), CAPTURE_AT_ENTER, ret);
}

void show_string_out(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	const struct capture *chunk =
		d->done ? decoder_chunk(d, arg_word(d), CAPTURE_AT_EXIT) : NULL;
	size_t len;

	if (!chunk) {
		value_set_addr(ret, arg_word(d));
		return;
	}
	len = MIN((uint64_t)chunk->len, (uint64_t)d->call->ret);
	/* readlink's result ends without a NUL, getcwd's with one */
	value_set_text(ret, chunk->bytes, len);
	if (len < (uint64_t)d->call->ret)
		ret->flags |= VALUE_CUT;
}

/* What a length argument, or the result, says. */
static uint64_t length_of(const struct decoder *d, const struct arg_row *row)
{
	void (*len)(struct decoder *, const struct arg_row *, struct value *);

	if (row->len_arg == CAPTURE_LEN_RESULT)
		return d->done ? (uint64_t)d->call->ret : 0;
	len = d->row->args[row->len_arg].show;
	if (len == show_int || len == show_uint)
		return (uint32_t)d->args[row->len_arg];
	return d->args[row->len_arg];
}

void show_buf_in(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	decoder_show_data(d, arg_word(d), length_of(d, row), CAPTURE_AT_ENTER, ret);
}

void show_buf_out(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	if (d->done)
		decoder_show_data(d, arg_word(d), length_of(d, row), CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, arg_word(d));
}

void show_shape_in(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	decoder_show_shape(d, arg_word(d), row->shape, CAPTURE_AT_ENTER, ret);
}

void show_shape_out(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	if (d->done)
		decoder_show_shape(d, arg_word(d), row->shape, CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, arg_word(d));
}

void show_shape_in_out(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	uint64_t addr = arg_word(d);
	const void *before = decoder_bytes(d, addr, row->shape->size, CAPTURE_AT_ENTER);
	const void *after =
		d->done ? decoder_bytes(d, addr, row->shape->size, CAPTURE_AT_EXIT) : NULL;

	if (!before) {
		show_shape_out(d, row, ret);
		return;
	}
	if (!after || !memcmp(before, after, row->shape->size)) {
		row->shape->show(d, before, ret);
		ret->flags |= VALUE_BY_REF;
		return;
	}
	list_init(ret, VALUE_CHANGE);
	ret->flags |= VALUE_BY_REF;
	for (unsigned i = 0; i < 2; i++)
		row->shape->show(d, i ? after : before, list_add(d, ret, NULL));
}

void show_array_in(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	decoder_show_array(d, arg_word(d), length_of(d, row), row->shape, CAPTURE_AT_ENTER, ret);
}

void show_array_out(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	if (d->done)
		decoder_show_array(
			d, arg_word(d), length_of(d, row), row->shape, CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, arg_word(d));
}

void show_sigset_in(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	decoder_show_sigset(d, arg_word(d), length_of(d, row), CAPTURE_AT_ENTER, ret);
}

void show_sigset_out(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	if (d->done)
		decoder_show_sigset(d, arg_word(d), length_of(d, row), CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, arg_word(d));
}

void show_iovec_in(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	decoder_show_iovec(d, arg_word(d), length_of(d, row), UINT64_MAX, CAPTURE_AT_ENTER, ret);
}

void show_iovec_out(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	if (d->done)
		decoder_show_iovec(d, arg_word(d), length_of(d, row), (uint64_t)d->call->ret,
			CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, arg_word(d));
}

void show_strings(struct decoder *d, const struct arg_row *row, struct value *ret)
{
	uint64_t addr = arg_word(d);
	const struct capture *chunk = addr ? decoder_chunk(d, addr, CAPTURE_AT_ENTER) : NULL;
	bool ended = false;

	if (!chunk || chunk->len < sizeof(uint64_t)) {
		value_set_addr(ret, addr);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	for (size_t at = 0; at + sizeof(uint64_t) <= chunk->len; at += sizeof(uint64_t)) {
		uint64_t text;

		memcpy(&text, chunk->bytes + at, sizeof(text));
		if (!text) {
			ended = true;
			break;
		}
		decoder_show_string(d, text, CAPTURE_AT_ENTER, list_add(d, ret, NULL));
	}
	if (!ended)
		decoder_note_cut(d, chunk, chunk->len / sizeof(uint64_t) * sizeof(uint64_t), ret);
}
