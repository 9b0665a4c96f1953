/* ioctl: input devices, and the names of raw HID devices. */
#include <linux/hidraw.h>
#include <linux/input.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

/* Numbers that hold a length: the event interface's, ... */
enum {
	NR_NAME = 0x06,
	NR_PHYS = 0x07,
	NR_UNIQ = 0x08,
	NR_PROP = 0x09,
	NR_SLOTS = 0x0a,
	NR_KEY = 0x18,
	NR_LED = 0x19,
	NR_SND = 0x1a,
	NR_SW = 0x1b,
	NR_BITS = 0x20, /* + event type */
	NR_BITS_END = 0x40,
	NR_ABS = 0x40, /* + axis */
	NR_ABS_END = 0x80,
	NR_SET_ABS = 0xc0,
	NR_SET_ABS_END = 0x100,
};

/* Names of the numbers that hold a length and nothing else. */
struct length_name {
	uint8_t type;
	uint8_t dir;
	uint8_t nr;
	const char *name;
};

static const struct length_name length_names[] = {
	{'E', _IOC_READ, NR_NAME, "EVIOCGNAME"},
	{'E', _IOC_READ, NR_PHYS, "EVIOCGPHYS"},
	{'E', _IOC_READ, NR_UNIQ, "EVIOCGUNIQ"},
	{'E', _IOC_READ, NR_PROP, "EVIOCGPROP"},
	{'E', _IOC_READ, NR_SLOTS, "EVIOCGMTSLOTS"},
	{'E', _IOC_READ, NR_KEY, "EVIOCGKEY"},
	{'E', _IOC_READ, NR_LED, "EVIOCGLED"},
	{'E', _IOC_READ, NR_SND, "EVIOCGSND"},
	{'E', _IOC_READ, NR_SW, "EVIOCGSW"},
	{'H', _IOC_READ, 0x04, "HIDIOCGRAWNAME"},
	{'H', _IOC_READ, 0x05, "HIDIOCGRAWPHYS"},
	{'H', _IOC_READ, 0x06, "HIDIOCGNAME"},
	{'H', _IOC_READ, 0x08, "HIDIOCGRAWUNIQ"},
	{'H', _IOC_READ, 0x12, "HIDIOCGPHYS"},
	{'H', _IOC_READ | _IOC_WRITE, 0x06, "HIDIOCSFEATURE"},
	{'H', _IOC_READ | _IOC_WRITE, 0x07, "HIDIOCGFEATURE"},
	{'H', _IOC_READ | _IOC_WRITE, 0x09, "HIDIOCSINPUT"},
	{'H', _IOC_READ | _IOC_WRITE, 0x0a, "HIDIOCGINPUT"},
	{'H', _IOC_READ | _IOC_WRITE, 0x0b, "HIDIOCSOUTPUT"},
	{'H', _IOC_READ | _IOC_WRITE, 0x0c, "HIDIOCGOUTPUT"},
	{'U', _IOC_READ, 0x2c, "UI_GET_SYSNAME"},
	{'j', _IOC_READ, 0x13, "JSIOCGNAME"},
	{'k', _IOC_WRITE, 0x00, "SPI_IOC_MESSAGE"},
};

static const struct length_name *length_name_of(uint32_t request)
{
	for (size_t i = 0; i < ARRAY_SIZE(length_names); i++) {
		const struct length_name *row = &length_names[i];

		if (row->type == _IOC_TYPE(request) && row->dir == _IOC_DIR(request) &&
			row->nr == _IOC_NR(request))
			return row;
	}
	return NULL;
}

static bool name_input(struct decoder *d, uint32_t request, struct value *ret)
{
	const struct length_name *row = length_name_of(request);
	unsigned nr = _IOC_NR(request), dir = _IOC_DIR(request);

	if (row) {
		macro_init(ret, row->name);
	} else if (_IOC_TYPE(request) == 'E' && dir == _IOC_READ && nr >= NR_BITS &&
		   nr < NR_BITS_END) {
		macro_init(ret, "EVIOCGBIT");
		if (nr == NR_BITS) /* of which types there are events at all */
			value_set_uint(list_add(d, ret, NULL), 0);
		else
			value_set_enum(list_add(d, ret, NULL), nr - NR_BITS, &flags_input_event);
	} else if (_IOC_TYPE(request) == 'E' && dir == _IOC_READ && nr >= NR_ABS &&
		   nr < NR_ABS_END) {
		macro_init(ret, "EVIOCGABS");
		value_set_enum(list_add(d, ret, NULL), nr - NR_ABS, &flags_input_axis);
		return true;
	} else if (_IOC_TYPE(request) == 'E' && dir == _IOC_WRITE && nr >= NR_SET_ABS) {
		macro_init(ret, "EVIOCSABS");
		value_set_enum(list_add(d, ret, NULL), nr - NR_SET_ABS, &flags_input_axis);
		return true;
	} else {
		return false;
	}
	value_set_uint(list_add(d, ret, NULL), _IOC_SIZE(request));
	return true;
}

SHAPE(axis, struct input_absinfo)
{
	ADD_UINT(value);
	ADD_UINT(minimum);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_UINT(maximum);
	ADD_UINT(fuzz);
	ADD_UINT(flat);
	ADD_UINT(resolution);
}

#define BITS_SHOWN 4 /* without -v */

/* The set bits of a map, by name. */
static void show_bits(struct decoder *d, const struct flag_set *set, struct value *ret)
{
	size_t len = MIN((uint64_t)d->call->ret, (uint64_t)_IOC_SIZE(arg_u32(d, 1)));
	const uint8_t *bits = d->done ? decoder_bytes(d, d->args[2], len, CAPTURE_AT_EXIT) : NULL;

	if (!bits) {
		value_set_addr(ret, d->args[2]);
		return;
	}
	list_init(ret, VALUE_BITSET);
	for (size_t i = 0; i < len * 8; i++) {
		if (!(bits[i / 8] >> i % 8 & 1))
			continue;
		if (ret->list.nr == BITS_SHOWN && !d->opts->verbose) {
			ret->flags |= VALUE_ABBREV;
			return;
		}
		value_set_enum(list_add(d, ret, NULL), i, set);
	}
}

static const struct flag_set *bits_of(unsigned event)
{
	switch (event) {
	case EV_SYN: return &flags_input_event;
	case EV_KEY: return &flags_input_key;
	case EV_REL: return &flags_input_rel;
	case EV_ABS: return &flags_input_axis;
	case EV_MSC: return &flags_input_misc;
	case EV_SW: return &flags_input_switch;
	case EV_LED: return &flags_input_led;
	case EV_SND: return &flags_input_sound;
	case EV_REP: return &flags_input_repeat;
	case EV_FF: return &flags_input_ff;
	default: return NULL;
	}
}

static void show_text(struct decoder *d, struct value *ret)
{
	size_t len = MIN((uint64_t)d->call->ret, (uint64_t)_IOC_SIZE(arg_u32(d, 1)));
	const uint8_t *text = d->done ? decoder_bytes(d, d->args[2], len, CAPTURE_AT_EXIT) : NULL;

	if (text)
		value_set_text(ret, text, len);
	else
		value_set_addr(ret, d->args[2]);
}

/* An axis, and its value for each finger. */
static void show_slots(struct decoder *d, struct value *ret)
{
	size_t nr = _IOC_SIZE(arg_u32(d, 1)) / sizeof(int32_t);
	const int32_t *slots = nr ? decoder_bytes(d, d->args[2], nr * sizeof(*slots),
					    d->done ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER)
				  : NULL;
	struct value *values;

	if (!slots) {
		value_set_addr(ret, d->args[2]);
		return;
	}
	value_set_enum(list_add(d, ret, "code"), (uint32_t)slots[0], &flags_input_axis);
	if (!d->done)
		return;
	values = list_add(d, ret, "values");
	list_init(values, VALUE_ARRAY);
	for (size_t i = 1; i < nr; i++)
		value_set_int(list_add(d, values, NULL), slots[i]);
}

static bool show_input(struct decoder *d, uint32_t request, struct value *ret)
{
	unsigned nr = _IOC_NR(request), dir = _IOC_DIR(request);
	const struct flag_set *set = NULL;

	if (_IOC_TYPE(request) == 'H' && length_name_of(request) && dir == _IOC_READ) {
		show_text(d, ret);
		return true;
	}
	if (_IOC_TYPE(request) != 'E')
		return false;
	if (dir == _IOC_WRITE && nr >= NR_SET_ABS) {
		decoder_show_shape(d, d->args[2], &shape_axis, CAPTURE_AT_ENTER, ret);
		return true;
	}
	if (dir != _IOC_READ)
		return false;
	switch (nr) {
	case NR_NAME:
	case NR_PHYS:
	case NR_UNIQ: show_text(d, ret); return true;
	case NR_SLOTS: show_slots(d, ret); return true;
	case NR_PROP: set = &flags_input_prop; break;
	case NR_KEY: set = &flags_input_key; break;
	case NR_LED: set = &flags_input_led; break;
	case NR_SND: set = &flags_input_sound; break;
	case NR_SW: set = &flags_input_switch; break;
	default:
		if (nr >= NR_ABS && nr < NR_ABS_END) {
			if (d->done)
				decoder_show_shape(
					d, d->args[2], &shape_axis, CAPTURE_AT_EXIT, ret);
			else
				value_set_addr(ret, d->args[2]);
			return true;
		}
		if (nr < NR_BITS || nr >= NR_BITS_END)
			return false;
		set = bits_of(nr - NR_BITS);
	}
	if (set)
		show_bits(d, set, ret);
	else
		value_set_addr(ret, d->args[2]);
	return true;
}

SHAPE(input_id, struct input_id)
{
	ADD_UINT(bustype);
	ADD_UINT(vendor);
	ADD_UINT(product);
	ADD_UINT(version);
}

struct number_pair {
	uint32_t words[2];
};

SHAPE(two_numbers, struct number_pair)
{
	list_init(ret, VALUE_ARRAY);
	value_set_uint(list_add(d, ret, NULL), from->words[0]);
	value_set_uint(list_add(d, ret, NULL), from->words[1]);
}

SHAPE(keycode, struct number_pair)
{
	list_init(ret, VALUE_ARRAY);
	value_set_uint(list_add(d, ret, NULL), from->words[0]);
	value_set_enum(list_add(d, ret, NULL), from->words[1], &flags_input_key);
}

SHAPE(keymap_entry, struct input_keymap_entry)
{
	ADD_UINT(flags);
	ADD_UINT(len);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_UINT(index);
	ADD_ENUM(keycode, input_key);
	{
		struct value *codes = list_add(d, ret, "scancode");

		list_init(codes, VALUE_ARRAY);
		for (size_t i = 0; i < MIN(from->len, ARRAY_SIZE(from->scancode)); i++)
			value_set_hex(list_add(d, codes, NULL), from->scancode[i]);
	}
}

SHAPE(ff_trigger, struct ff_trigger)
{
	ADD_UINT(button);
	ADD_UINT(interval);
}

SHAPE(ff_replay, struct ff_replay)
{
	ADD_UINT(length);
	ADD_UINT(delay);
}

SHAPE(ff_envelope, struct ff_envelope)
{
	ADD_UINT(attack_length);
	ADD_UINT(attack_level);
	ADD_UINT(fade_length);
	ADD_HEX(fade_level);
}

SHAPE(ff_constant, struct ff_constant_effect)
{
	ADD_INT(level);
	ADD_SHAPE(envelope, ff_envelope);
}

SHAPE(ff_ramp, struct ff_ramp_effect)
{
	ADD_INT(start_level);
	ADD_INT(end_level);
	ADD_SHAPE(envelope, ff_envelope);
}

SHAPE(ff_periodic, struct ff_periodic_effect)
{
	ADD_UINT(waveform);
	ADD_UINT(period);
	ADD_INT(magnitude);
	ADD_INT(offset);
	ADD_UINT(phase);
	ADD_SHAPE(envelope, ff_envelope);
	ADD_UINT(custom_len);
	ADD_ADDR(custom_data);
}

SHAPE(ff_rumble, struct ff_rumble_effect)
{
	ADD_UINT(strong_magnitude);
	ADD_UINT(weak_magnitude);
}

SHAPE(effect, struct ff_effect)
{
	ADD_ENUM(type, input_ff);
	ADD_INT(id);
	ADD_UINT(direction);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_SHAPE(trigger, ff_trigger);
	ADD_SHAPE(replay, ff_replay);
	switch (from->type) {
	case FF_CONSTANT: shape_ff_constant.show(d, &from->u, list_add(d, ret, "constant")); break;
	case FF_RAMP: shape_ff_ramp.show(d, &from->u, list_add(d, ret, "ramp")); break;
	case FF_PERIODIC: shape_ff_periodic.show(d, &from->u, list_add(d, ret, "periodic")); break;
	case FF_RUMBLE: shape_ff_rumble.show(d, &from->u, list_add(d, ret, "rumble")); break;
	}
}

SHAPE(event_mask, struct input_mask)
{
	ADD_ENUM(type, input_event);
	ADD_UINT(codes_size);
	ADD_ADDR(codes_ptr);
}

SHAPE(hex, uint32_t)
{
	value_set_hex(ret, *from);
}

SHAPE(raw_info, struct hidraw_devinfo)
{
	ADD_UINT(bustype);
	value_set_hex(list_add(d, ret, "vendor"), (uint16_t)from->vendor);
	value_set_hex(list_add(d, ret, "product"), (uint16_t)from->product);
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(EVIOCGVERSION, hex),
	REQUEST_OUT(EVIOCGID, input_id),
	REQUEST_OUT(EVIOCGREP, two_numbers),
	REQUEST_IN(EVIOCSREP, two_numbers),
	REQUEST_CHANGE(EVIOCGKEYCODE, keycode, keycode),
	REQUEST_IN(EVIOCSKEYCODE, keycode),
	REQUEST_CHANGE(EVIOCGKEYCODE_V2, keymap_entry, keymap_entry),
	REQUEST_IN(EVIOCSKEYCODE_V2, keymap_entry),
	REQUEST_IN(EVIOCSFF, effect),
	REQUEST(EVIOCRMFF, INT),
	REQUEST_OUT(EVIOCGEFFECTS, uint),
	REQUEST(EVIOCGRAB, LONG),
	REQUEST(EVIOCREVOKE, LONG),
	REQUEST_IN(EVIOCSCLOCKID, uint),
	REQUEST_IN(EVIOCGMASK, event_mask),
	REQUEST_IN(EVIOCSMASK, event_mask),
	REQUEST_OUT(HIDIOCGRDESCSIZE, int),
	REQUEST_OUT(HIDIOCGRAWINFO, raw_info),
};

IOCTL_TABLE(input, name_input, show_input);
