#include "render/value_text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "decode/decode.h"
#include "render/fd_text.h"
#include "report/event_view.h"
#include "track/track.h"
#include "util/arena.h"
#include "util/buf.h"

/* Deeper than any real argument; hostile nesting ends here. */
#define DEPTH_MAX 16

static void draw(const struct value_text *how, struct buf *out, const struct value *value,
	bool returned, int depth);

static bool is_text(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((bytes[i] < ' ' && (bytes[i] < '\t' || bytes[i] > '\r')) || bytes[i] >= 0x7f)
			return false;
	return true;
}

static void draw_hex_byte(struct buf *out, uint8_t c)
{
	const char text[] = {'\\', 'x', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};

	buf_add(out, text, sizeof(text));
}

/* The shortest octal escape, or all of its three digits. */
static void draw_octal_byte(struct buf *out, uint8_t c, bool whole)
{
	const char text[] = {'\\', '0' + (c >> 6), '0' + (c >> 3 & 7), '0' + (c & 7)};
	size_t left_out = whole || c >> 6 ? 0 : c >> 3 ? 1 : 2;

	buf_addc(out, text[0]);
	buf_add(out, text + 1 + left_out, 3 - left_out);
}

/* One that does not stand for itself. */
static void draw_byte(const struct value_text *how, struct buf *out, uint8_t c, bool digit_follows)
{
	static const char letters[] = {['\t'] = 't',
		['\n'] = 'n',
		['\v'] = 'v',
		['\f'] = 'f',
		['\r'] = 'r',
		['"'] = '"',
		['\\'] = '\\'};

	if (c < sizeof(letters) && letters[c]) {
		buf_addc(out, '\\');
		buf_addc(out, letters[c]);
	} else if (how->hex) {
		draw_hex_byte(out, c);
	} else {
		/* whole where the next character would extend it */
		draw_octal_byte(out, c, digit_follows);
	}
}

/* One bit per ASCII character: those that stand for themselves. */
struct plain_set {
	uint64_t bits[2];
};

static struct plain_set plain_but_for(const char *special)
{
	struct plain_set ret = {{UINT64_MAX << ' ', UINT64_MAX >> 1}};

	ret.bits['\\' / 64] &= ~(UINT64_C(1) << '\\' % 64);
	for (; *special; special++)
		ret.bits[*special / 64] &= ~(UINT64_C(1) << *special % 64);
	return ret;
}

static bool is_in(const struct plain_set *set, uint8_t c)
{
	return c < 128 && set->bits[c / 64] >> c % 64 & 1;
}

void value_text_escape(const struct value_text *how, struct buf *out, const uint8_t *bytes,
	size_t len, const char *special)
{
	const struct plain_set plain = plain_but_for(special);
	bool all = how->hex_strings == HEX_ALL ||
		   (how->hex_strings == HEX_UNPRINTABLE && !is_text(bytes, len));

	for (size_t i = 0; all && i < len; i++)
		draw_hex_byte(out, bytes[i]);
	for (size_t i = 0, run; !all && i < len; i += run) {
		bool digit_follows = i + 1 < len && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';

		for (run = 0; i + run < len && is_in(&plain, bytes[i + run]); run++)
			;
		if (run) {
			buf_add(out, bytes + i, run);
			continue;
		}
		draw_byte(how, out, bytes[i], digit_follows);
		run = 1;
	}
}

void value_text_quote(const struct value_text *how, struct buf *out, const uint8_t *bytes,
	size_t len, size_t limit, bool cut)
{
	size_t shown = MIN(len, limit);

	buf_addc(out, '"');
	value_text_escape(how, out, bytes, shown, "\"");
	buf_addc(out, '"');
	if (cut || shown < len)
		buf_adds(out, "...");
}

static void draw_hex(struct buf *out, uint64_t number)
{
	if (number)
		buf_add_hex(out, number);
	else
		buf_addc(out, '0');
}

static void draw_unknown(struct buf *out, uint64_t bits, const struct flag_set *set)
{
	draw_hex(out, bits);
	if (set->unknown)
		buf_printf(out, " /* %s */", set->unknown);
}

static void draw_flags(struct buf *out, uint64_t bits, const struct flag_set *set)
{
	uint64_t rest = bits, decided = 0;
	bool any = false;

	for (size_t i = 0; i < set->nr_names; i++) {
		const struct flag_name *name = &set->names[i];

		if (!flag_name_matches(name, bits, decided))
			continue;
		if (any)
			buf_addc(out, '|');
		buf_adds(out, name->name);
		any = true;
		rest &= ~name->mask;
		decided |= name->mask;
	}
	if (!any && !rest)
		buf_addc(out, '0');
	else if (!any)
		draw_unknown(out, rest, set);
	else if (rest) {
		buf_addc(out, '|');
		buf_add_hex(out, rest);
	}
}

static void draw_enum(struct buf *out, uint64_t number, const struct flag_set *set)
{
	const char *name = flag_set_exact(set, number);

	if (name)
		buf_adds(out, name);
	else
		draw_unknown(out, number, set);
}

static bool has_name(const struct value *value)
{
	uint64_t bits = value->bits.bits;
	const struct flag_set *set = value->bits.set;

	if (value->kind == VALUE_ENUM)
		return flag_set_exact(set, bits);
	for (size_t i = 0; i < set->nr_names; i++)
		if (flag_name_matches(&set->names[i], bits, 0))
			return true;
	return false;
}

static void draw_names(struct buf *out, const struct value *value)
{
	bool remark = value->flags & VALUE_REMARK && has_name(value);

	if (remark) {
		draw_hex(out, value->bits.bits);
		buf_adds(out, " /* ");
	}
	if (value->kind == VALUE_ENUM)
		draw_enum(out, value->bits.bits, value->bits.set);
	else
		draw_flags(out, value->bits.bits, value->bits.set);
	if (remark)
		buf_adds(out, " */");
}

static void draw_fd(const struct value_text *how, struct buf *out, const struct value *value,
	bool returned, int depth)
{
	const struct track_file *file;
	int32_t fd = (int32_t)value->num;

	buf_add_i64(out, (int64_t)value->num);
	if (!how->track)
		return;
	file = track_fd(how->track, how->pid, fd, returned ? TRACK_AFTER : TRACK_BEFORE);
	/* within what the call filled in: pipe2, socketpair, messages with descriptors */
	if (!file && depth)
		file = track_fd(how->track, how->pid, fd, TRACK_AFTER);
	if (file)
		fd_text_draw(how, out, file);
}

static void draw_list(const struct value_text *how, struct buf *out, const struct value *value,
	bool returned, int depth, const char *separator)
{
	bool more = value->flags & (VALUE_CUT | VALUE_ABBREV);
	size_t nr = value->list.nr;

	if (value->flags & VALUE_LONG && nr > how->string_limit) {
		nr = how->string_limit;
		more = true;
	}
	for (size_t i = 0; i < nr; i++) {
		const struct value *item = &value->list.items[i];

		if (i)
			buf_adds(out, separator);
		if (item->name && item->kind != VALUE_REST && !(item->flags & VALUE_BARE) &&
			(value->kind == VALUE_STRUCT || value->kind == VALUE_ARRAY ||
				value->kind == VALUE_CHANGE)) {
			buf_adds(out, item->name);
			buf_addc(out, '=');
		}
		draw(how, out, item, returned, depth + 1);
	}
	if (more) {
		if (nr)
			buf_adds(out, separator);
		buf_adds(out, "...");
		if (value->comment && value->flags & VALUE_CUT && nr == value->list.nr)
			buf_printf(out, " /* %s */", value->comment);
	}
}

static void draw_signal(struct buf *out, int signo)
{
	struct arena scratch = ARENA_INIT;
	const char *name = decode_signal_name(&scratch, signo);

	if (name)
		buf_adds(out, name);
	else
		buf_add_i64(out, signo);
	arena_deinit(&scratch);
}

static void draw_status(struct buf *out, int status)
{
	int event = status >> 16;

	if (WIFSTOPPED(status)) {
		buf_adds(out, "{WIFSTOPPED(s) && WSTOPSIG(s) == ");
		draw_signal(out, WSTOPSIG(status));
		buf_addc(out, '}');
		if (event)
			buf_printf(out, " | %#x", (unsigned)event << 16);
	} else if (WIFSIGNALED(status)) {
		buf_adds(out, "{WIFSIGNALED(s) && WTERMSIG(s) == ");
		draw_signal(out, WTERMSIG(status));
		buf_adds(out, WCOREDUMP(status) ? " && WCOREDUMP(s)}" : "}");
	} else if (WIFCONTINUED(status)) {
		buf_adds(out, "{WIFCONTINUED(s)}");
	} else {
		buf_printf(out, "{WIFEXITED(s) && WEXITSTATUS(s) == %d}", WEXITSTATUS(status));
	}
}

static void draw_rest(const struct value_text *how, struct buf *out, const struct value *value)
{
	struct value_text quote = *how;

	if (!value->data.bytes) {
		buf_adds(out, "???");
		return;
	}
	quote.hex_strings = HEX_ALL;
	buf_printf(out, "/* bytes %zu..%zu */ ", value->data.full_len - value->data.len,
		value->data.full_len - 1);
	value_text_quote(&quote, out, value->data.bytes, value->data.len, how->string_limit, false);
}

static bool is_scalar(const struct value *value)
{
	switch (value->kind) {
	case VALUE_STRUCT:
	case VALUE_ARRAY:
	case VALUE_BITSET:
	case VALUE_STRING:
	case VALUE_DATA:
	case VALUE_REST: return false;
	default: return true;
	}
}

static void draw(const struct value_text *how, struct buf *out, const struct value *value,
	bool returned, int depth)
{
	bool brackets = (value->flags & VALUE_BY_REF) && is_scalar(value);

	if (depth > DEPTH_MAX) {
		buf_adds(out, "...");
		return;
	}
	if (brackets)
		buf_addc(out, '[');
	switch ((enum value_kind)value->kind) {
	case VALUE_NONE: buf_addc(out, '?'); break;
	case VALUE_INT:
	case VALUE_PID: buf_add_i64(out, (int64_t)value->num); break;
	case VALUE_UINT: buf_add_u64(out, value->num); break;
	case VALUE_HEX: draw_hex(out, value->num); break;
	case VALUE_OCTAL: buf_printf(out, "%#03llo", (unsigned long long)value->num); break;
	case VALUE_ADDR:
		if (value->num)
			buf_add_hex(out, value->num);
		else
			buf_adds(out, "NULL");
		break;
	case VALUE_FLAGS:
	case VALUE_ENUM: draw_names(out, value); break;
	case VALUE_FD: draw_fd(how, out, value, returned, depth); break;
	case VALUE_STATUS: draw_status(out, (int)value->num); break;
	case VALUE_STRING:
	case VALUE_DATA: {
		bool whole = value->kind == VALUE_STRING;
		struct value_text quote = *how;

		if (value->flags & VALUE_BINARY)
			quote.hex_strings = HEX_ALL;
		if (value->flags & VALUE_ABSTRACT)
			buf_addc(out, '@');
		value_text_quote(&quote, out, value->data.bytes, value->data.len,
			whole ? SIZE_MAX : how->string_limit,
			whole ? value->flags & VALUE_CUT : value->data.full_len > value->data.len);
		break;
	}
	case VALUE_REST: draw_rest(how, out, value); break;
	case VALUE_STRUCT:
		buf_addc(out, '{');
		draw_list(how, out, value, returned, depth, ", ");
		buf_addc(out, '}');
		break;
	case VALUE_ARRAY:
		buf_addc(out, '[');
		draw_list(how, out, value, returned, depth, ", ");
		buf_addc(out, ']');
		break;
	case VALUE_BITSET:
		if (value->flags & VALUE_INVERTED)
			buf_addc(out, '~');
		buf_addc(out, '[');
		draw_list(how, out, value, returned, depth, " ");
		buf_addc(out, ']');
		break;
	case VALUE_NAME: {
		const char *cwd = NULL;

		buf_adds(out, value->text);
		if (how->track && !strcmp(value->text, "AT_FDCWD"))
			cwd = track_cwd(how->track, how->pid);
		if (cwd) {
			buf_addc(out, '<');
			fd_text_draw_path(how, out, cwd);
			buf_addc(out, '>');
		}
		break;
	}
	case VALUE_MACRO:
		buf_adds(out, value->list.macro);
		buf_addc(out, '(');
		draw_list(how, out, value, returned, depth, ", ");
		buf_addc(out, ')');
		break;
	case VALUE_CHANGE: draw_list(how, out, value, returned, depth, " => "); break;
	case VALUE_OR: draw_list(how, out, value, returned, depth, "|"); break;
	case VALUE_SHIFT: draw_list(how, out, value, returned, depth, "<<"); break;
	}
	if (value->comment && !(value->kind >= VALUE_STRUCT && value->flags & VALUE_CUT))
		buf_printf(out, " /* %s */", value->comment);
	if (brackets)
		buf_addc(out, ']');
}

void value_text_draw(
	const struct value_text *how, struct buf *out, const struct value *value, bool returned)
{
	draw(how, out, value, returned, 0);
}

void value_text_draw_words(struct buf *out, const struct event_view *view)
{
	for (size_t i = 0; i < view->call->nr_words; i++) {
		if (i)
			buf_adds(out, ", ");
		draw_hex(out, view->ev->call.args[i]);
	}
}

void value_text_draw_args(const struct value_text *how, struct buf *out,
	const struct event_view *view, size_t from, size_t to)
{
	const struct decoded_call *call = view->call;

	for (size_t i = from; i < to; i++) {
		if (i > from)
			buf_adds(out, ", ");
		if (call->args[i].flags & VALUE_NAMED)
			buf_printf(out, "%s=", call->args[i].name);
		value_text_draw(how, out, &call->args[i], false);
	}
}

struct value_text value_text_for(
	const struct render_options *options, const struct event_view *view)
{
	return (struct value_text){
		.string_limit = options->string_limit,
		.hex = options->hex,
		.hex_strings = options->hex_strings,
		.fd_details = options->show_fds > 1,
		.track = options->show_fds ? view->track : NULL,
		.pid = view->ev->pid,
	};
}
