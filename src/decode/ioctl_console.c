/* ioctl: the console's keyboard, fonts and screens. */
#include <linux/kd.h>
#include <linux/keyboard.h>
#include <linux/vt.h>
#include <stddef.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

#define TIMER_HZ     1193182 /* of the speaker's clock: tones are given as its divisor */
#define FONT_GLYPHS  256
#define GLYPH_BYTES  32
#define PORT_FIRST   0x3b4
#define PORT_LAST    0x3df
#define UNI_DIRECT   0xf000 /* codes from here on are positions in the font */
#define UNI_DIRECT_N 0x200

/* --- keyboard --- */

static void show_sound(struct decoder *d, struct value *ret)
{
	uint64_t count = d->args[2];

	value_set_uint(ret, count);
	ret->comment = count && count <= TIMER_HZ
			       ? decoder_printf(d, "%d Hz", (int)(TIMER_HZ / count))
			       : "off";
}

static void show_tone(struct decoder *d, struct value *ret)
{
	uint32_t word = arg_u32(d, 2), count = word & 0xffff, ms = word >> 16;

	if (ms)
		value_set_name(ret, decoder_printf(d, "%u<<16|%u", ms, count));
	else
		value_set_uint(ret, count);
	ret->comment =
		ms && count ? decoder_printf(d, "%u Hz, %u ms", TIMER_HZ / count, ms) : "off";
}

static void show_port(struct decoder *d, struct value *ret)
{
	value_set_hex(ret, d->args[2]);
	if (d->args[2] >= PORT_FIRST && d->args[2] <= PORT_LAST)
		ret->comment = decoder_printf(d, "GPFIRST + %u", arg_u32(d, 2) - PORT_FIRST);
}

static void show_accepted_signal(struct decoder *d, struct value *ret)
{
	if (d->args[2] && d->args[2] <= 64)
		value_set_signal(ret, arg_int(d, 2));
	else
		value_set_uint(ret, d->args[2]);
}

static void set_signed_enum(struct value *ret, int32_t number, const struct flag_set *set)
{
	value_set_enum(ret, (uint32_t)number, set);
	if (flag_set_exact(set, (uint32_t)number))
		return;
	value_set_int(ret, number);
	ret->comment = set->unknown;
}

static void show_new_key_mode(struct decoder *d, struct value *ret)
{
	set_signed_enum(ret, arg_int(d, 2), &flags_kd_keymode);
}

SHAPE(key_mode, int32_t)
{
	set_signed_enum(ret, *from, &flags_kd_keymode);
}

SHAPE(meta, uint32_t)
{
	value_set_enum(ret, *from, &flags_kd_meta);
}

SHAPE(lights, uint8_t)
{
	value_set_flags(ret, *from, &flags_kd_lights);
}

SHAPE(leds, uint8_t)
{
	value_set_flags(ret, *from, &flags_kd_leds);
}

/* The lamps themselves; what the keyboard thinks (KDSKBLED) also has defaults, in higher bits. */
static void show_new_lights(struct decoder *d, struct value *ret)
{
	value_set_flags(ret, (uint8_t)d->args[2], &flags_kd_lights);
}

static void show_new_leds(struct decoder *d, struct value *ret)
{
	value_set_flags(ret, (uint8_t)d->args[2], &flags_kd_leds);
}

SHAPE(keyboard_type, uint8_t)
{
	value_set_enum(ret, *from, &flags_kd_keyboard);
}

SHAPE(screen_mode, uint32_t)
{
	value_set_enum(ret, *from, &flags_kd_mode);
}

static void show_new_meta(struct decoder *d, struct value *ret)
{
	value_set_enum(ret, arg_u32(d, 2), &flags_kd_meta);
}

static void show_new_mode(struct decoder *d, struct value *ret)
{
	value_set_enum(ret, arg_u32(d, 2), &flags_kd_mode);
}

/* A character as C has it. */
static const char *character(struct decoder *d, uint8_t c)
{
	static const char plain[] = "\t\n\v\f\r'\\", letters[] = "tnvfr'\\";
	const char *at = c ? strchr(plain, c) : NULL;

	if (at)
		return decoder_printf(d, "'\\%c'", letters[at - plain]);
	if (c >= ' ' && c < 0x7f)
		return decoder_printf(d, "'%c'", c);
	return decoder_printf(d, "'\\x%02x'", c);
}

/* What a key means: a type, and a code or a character. */
static const char *symbol(struct decoder *d, uint16_t value)
{
	unsigned type = KTYP(value), code = KVAL(value);
	const char *name = flag_set_exact(&flags_kd_symbol, value);
	const char *type_name = flag_set_exact(&flags_kd_type, type);
	const char *text = code ? decoder_printf(d, "%#x", code) : "0";

	if (name && type != KT_LATIN)
		return name;
	if (type == KT_LATIN || type == KT_META || type == KT_LETTER || type == KT_DEAD2)
		text = character(d, (uint8_t)code);
	return type_name ? decoder_printf(d, "K(%s, %s)", type_name, text)
			 : decoder_printf(d, "K(%#x, %s)", type, text);
}

static void add_key(struct decoder *d, const struct kbentry *from, struct value *ret)
{
	struct value *table = list_add(d, ret, "kb_table");

	if (flag_set_exact(&flags_kd_table_name, from->kb_table))
		value_set_enum(table, from->kb_table, &flags_kd_table_name);
	else
		value_set_flags(table, from->kb_table, &flags_kd_table);
	ADD_UINT(kb_index);
}

static void add_key_value(struct decoder *d, const struct kbentry *from, struct value *ret)
{
	struct value *value = list_add(d, ret, "kb_value");

	value_set_hex(value, from->kb_value);
	value->comment = symbol(d, from->kb_value);
}

SHAPE(key_set, struct kbentry)
{
	add_key(d, from, ret);
	add_key_value(d, from, ret);
}

SHAPE(key_get, struct kbentry)
{
	add_key(d, from, ret);
	if (d->done)
		add_key_value(d, from, ret);
}

/* The string that a function key types. */
static void show_key_string(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2], text = addr + offsetof(struct kbsentry, kb_string);
	bool set = arg_u32(d, 1) == KDSKBSENT;
	const uint8_t *func = decoder_bytes(d, addr, 1, CAPTURE_AT_ENTER), *bytes;
	const char *name;
	size_t at_hand = 0, len;

	if (!func) {
		value_set_addr(ret, addr);
		return;
	}
	name = flag_set_exact(&flags_kd_symbol, K(KT_FN, *func));
	macro_init(list_add(d, ret, "kb_func"), "KVAL");
	if (name)
		value_set_name(list_add(d, &ret->list.items[0], NULL), name);
	else
		value_set_hex(list_add(d, &ret->list.items[0], NULL), *func);
	if (!set && !d->done)
		return;
	ret = list_add(d, ret, "kb_string");
	bytes = ioctl_bytes_from(d, text, set ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT, &at_hand);
	if (!bytes) {
		value_set_addr(ret, text);
		return;
	}
	for (len = 0; len < at_hand && bytes[len]; len++)
		continue;
	value_set_data(ret, bytes, len, len + (len == at_hand));
}

SHAPE(accent, struct kbdiacr)
{
	value_set_name(list_add(d, ret, "diacr"), character(d, from->diacr));
	value_set_name(list_add(d, ret, "base"), character(d, from->base));
	value_set_name(list_add(d, ret, "result"), character(d, from->result));
}

SHAPE(accent_unicode, struct kbdiacruc)
{
	ADD_HEX(diacr);
	ADD_HEX(base);
	ADD_HEX(result);
}

static void show_accents(
	struct decoder *d, bool set, const struct shape *shape, const char *name, struct value *ret)
{
	unsigned when = set ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT;
	uint64_t addr = d->args[2];
	const uint32_t *count =
		set || d->done ? decoder_bytes(d, addr, sizeof(*count), when) : NULL;

	if (!count) {
		value_set_addr(ret, addr);
		return;
	}
	value_set_uint(list_add(d, ret, "kb_cnt"), *count);
	/* 256 at most, else the call fails */
	ioctl_show_array(d, addr + sizeof(*count), *count, shape, when, list_add(d, ret, name));
}

static void show_accents_bytes(struct decoder *d, struct value *ret)
{
	show_accents(d, arg_u32(d, 1) == KDSKBDIACR, &shape_accent, "kbdiacr", ret);
}

static void show_accents_unicode(struct decoder *d, struct value *ret)
{
	show_accents(d, arg_u32(d, 1) == KDSKBDIACRUC, &shape_accent_unicode, "kbdiacruc", ret);
}

SHAPE(keycode, struct kbkeycode)
{
	ADD_HEX(scancode);
	ADD_HEX(keycode);
}

SHAPE(repeat, struct kbd_repeat)
{
	ADD_INT(delay);
	ADD_INT(period);
}

/* --- fonts and character maps --- */

/* Bytes of a table, of which nobody reads more than the beginning. */
static void show_table(struct decoder *d, bool set, size_t len, struct value *ret)
{
	if (set || d->done)
		ioctl_show_data(d, d->args[2], len, set ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, d->args[2]);
	if (ret->kind == VALUE_DATA)
		ret->flags |= VALUE_BINARY;
}

static void show_screen_map(struct decoder *d, struct value *ret)
{
	show_table(d, arg_u32(d, 1) == PIO_SCRNMAP, E_TABSZ, ret);
}

static void show_font(struct decoder *d, struct value *ret)
{
	show_table(d, arg_u32(d, 1) == PIO_FONT, FONT_GLYPHS * GLYPH_BYTES, ret);
}

struct colour_map {
	uint8_t bytes[16 * 3];
};

SHAPE(colours, struct colour_map)
{
	value_set_data(ret, from->bytes, sizeof(*from), sizeof(*from));
	ret->flags |= VALUE_BINARY;
}

SHAPE(position, uint16_t)
{
	if (*from >= UNI_DIRECT && *from < UNI_DIRECT + UNI_DIRECT_N)
		value_set_name(ret, decoder_printf(d, "UNI_DIRECT_BASE+%#x", *from - UNI_DIRECT));
	else
		value_set_hex(ret, *from);
}

static void show_unicode_map(struct decoder *d, struct value *ret)
{
	bool set = arg_u32(d, 1) == PIO_UNISCRNMAP;

	if (set || d->done)
		ioctl_show_array(d, d->args[2], E_TABSZ, &shape_position,
			set ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, d->args[2]);
	if (!d->opts->verbose && ret->kind == VALUE_ARRAY && ret->list.nr > GLYPH_BYTES) {
		ret->list.nr = GLYPH_BYTES;
		ret->flags |= VALUE_ABBREV;
	}
}

SHAPE(unicode_pair, struct unipair)
{
	ADD_HEX(unicode);
	ADD_HEX(fontpos);
}

SHAPE(unicode_table, struct unimapdesc)
{
	bool set = arg_u32(d, 1) == PIO_UNIMAP;
	struct value *entries;

	ADD_UINT(entry_ct);
	entries = list_add(d, ret, "entries");
	if (set || d->done)
		ioctl_show_array(d, (uintptr_t)from->entries, from->entry_ct, &shape_unicode_pair,
			set ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT, entries);
	else
		value_set_addr(entries, (uintptr_t)from->entries);
	if (!d->opts->verbose && entries->kind == VALUE_ARRAY && entries->list.nr > GLYPH_BYTES) {
		entries->list.nr = GLYPH_BYTES;
		entries->flags |= VALUE_ABBREV;
	}
}

SHAPE(unicode_advice, struct unimapinit)
{
	ADD_UINT(advised_hashsize);
	ADD_UINT(advised_hashstep);
	ADD_UINT(advised_hashlevel);
}

static void show_glyphs(
	struct decoder *d, const void *at, uint64_t len, bool set, struct value *ret)
{
	if (set || d->done)
		ioctl_show_data(
			d, (uintptr_t)at, len, set ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, (uintptr_t)at);
	if (ret->kind == VALUE_DATA)
		ret->flags |= VALUE_BINARY;
}

SHAPE(font_set, struct consolefontdesc)
{
	ADD_UINT(charcount);
	ADD_UINT(charheight);
	show_glyphs(d, from->chardata, (uint64_t)MIN(from->charcount, 512) * GLYPH_BYTES, true,
		list_add(d, ret, "chardata"));
}

SHAPE(font_asked, struct consolefontdesc)
{
	ADD_UINT(charcount);
	ADD_UINT(charheight);
	ADD_ADDR(chardata);
}

SHAPE(font_found, struct consolefontdesc)
{
	ADD_UINT(charcount);
	ADD_UINT(charheight);
	show_glyphs(d, from->chardata, (uint64_t)MIN(from->charcount, 512) * GLYPH_BYTES, false,
		list_add(d, ret, "chardata"));
}

static void fill_font(
	struct decoder *d, const struct console_font_op *from, bool after, struct value *ret)
{
	bool set = from->op == KD_FONT_OP_SET;
	struct value *data;

	if (!after) {
		ADD_ENUM(op, kd_font_op);
		ADD_FLAGS(flags, kd_font_flags);
	}
	ADD_UINT(width);
	ADD_UINT(height);
	ADD_UINT(charcount);
	data = list_add(d, ret, "data");
	if ((set && !after) || (after && from->op == KD_FONT_OP_GET))
		show_glyphs(d, from->data,
			(uint64_t)MIN(from->charcount, 512) * ((MIN(from->width, 64) + 7) / 8) *
				GLYPH_BYTES,
			set, data);
	else
		value_set_addr(data, (uintptr_t)from->data);
}

SHAPE(font_op, struct console_font_op)
{
	fill_font(d, from, false, ret);
}

SHAPE(font_op_done, struct console_font_op)
{
	fill_font(d, from, true, ret);
}

/* --- screens --- */

SHAPE(vt_mode, struct vt_mode)
{
	value_set_enum(list_add(d, ret, "mode"), (uint8_t)from->mode, &flags_vt_mode);
	value_set_uint(list_add(d, ret, "waitv"), (uint8_t)from->waitv);
	value_set_signal(list_add(d, ret, "relsig"), from->relsig);
	value_set_signal(list_add(d, ret, "acqsig"), from->acqsig);
	value_set_signal(list_add(d, ret, "frsig"), from->frsig);
}

SHAPE(vt_state, struct vt_stat)
{
	ADD_UINT(v_active);
	value_set_signal(list_add(d, ret, "v_signal"), from->v_signal);
	ADD_HEX(v_state);
}

SHAPE(vt_sizes, struct vt_sizes)
{
	ADD_UINT(v_rows);
	ADD_UINT(v_cols);
	ADD_UINT(v_scrollsize);
}

static const struct ioctl_row rows[] = {
	REQUEST_ODD(KIOCSOUND, show_sound),
	REQUEST_ODD(KDMKTONE, show_tone),
	REQUEST_OUT(KDGETLED, lights),
	REQUEST_ODD(KDSETLED, show_new_lights),
	REQUEST_OUT(KDGKBLED, leds),
	REQUEST_ODD(KDSKBLED, show_new_leds),
	REQUEST_OUT(KDGKBTYPE, keyboard_type),
	REQUEST_ODD(KDADDIO, show_port),
	REQUEST_ODD(KDDELIO, show_port),
	REQUEST(KDENABIO, NONE),
	REQUEST(KDDISABIO, NONE),
	REQUEST_ODD(KDSETMODE, show_new_mode),
	REQUEST_OUT(KDGETMODE, screen_mode),
	REQUEST(KDMAPDISP, NONE),
	REQUEST(KDUNMAPDISP, NONE),
	REQUEST_ODD(GIO_SCRNMAP, show_screen_map),
	REQUEST_ODD(PIO_SCRNMAP, show_screen_map),
	REQUEST_ODD(GIO_UNISCRNMAP, show_unicode_map),
	REQUEST_ODD(PIO_UNISCRNMAP, show_unicode_map),
	REQUEST_OUT(KDGKBMODE, key_mode),
	REQUEST_ODD(KDSKBMODE, show_new_key_mode),
	REQUEST_OUT(KDGKBMETA, meta),
	REQUEST_ODD(KDSKBMETA, show_new_meta),
	REQUEST_FILL(KDGKBENT, key_get),
	REQUEST_IN(KDSKBENT, key_set),
	REQUEST_ODD(KDGKBSENT, show_key_string),
	REQUEST_ODD(KDSKBSENT, show_key_string),
	REQUEST_ODD(KDGKBDIACR, show_accents_bytes),
	REQUEST_ODD(KDSKBDIACR, show_accents_bytes),
	REQUEST_ODD(KDGKBDIACRUC, show_accents_unicode),
	REQUEST_ODD(KDSKBDIACRUC, show_accents_unicode),
	REQUEST_IN_OUT(KDGETKEYCODE, keycode),
	REQUEST_IN(KDSETKEYCODE, keycode),
	REQUEST_ODD(KDSIGACCEPT, show_accepted_signal),
	REQUEST_IN_OUT(KDKBDREP, repeat),
	REQUEST_ODD(GIO_FONT, show_font),
	REQUEST_ODD(PIO_FONT, show_font),
	REQUEST_CHANGE(GIO_FONTX, font_asked, font_found),
	REQUEST_IN(PIO_FONTX, font_set),
	REQUEST(PIO_FONTRESET, NONE),
	REQUEST_CHANGE(KDFONTOP, font_op, font_op_done),
	REQUEST_OUT(GIO_CMAP, colours),
	REQUEST_IN(PIO_CMAP, colours),
	REQUEST_FILL(GIO_UNIMAP, unicode_table),
	REQUEST_IN(PIO_UNIMAP, unicode_table),
	REQUEST_IN(PIO_UNIMAPCLR, unicode_advice),

	REQUEST_OUT(VT_OPENQRY, int),
	REQUEST_OUT(VT_GETMODE, vt_mode),
	REQUEST_IN(VT_SETMODE, vt_mode),
	REQUEST_OUT(VT_GETSTATE, vt_state),
	REQUEST_IN(VT_RESIZE, vt_sizes),
	REQUEST(VT_RELDISP, INT),
	REQUEST(VT_ACTIVATE, INT),
	REQUEST(VT_WAITACTIVE, INT),
	REQUEST(VT_DISALLOCATE, INT),
};

IOCTL_TABLE(console);
