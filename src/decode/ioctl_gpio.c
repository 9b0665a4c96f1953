/* ioctl: general purpose input and output lines. */
#include <linux/gpio.h>
#include <stddef.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

#define SHOWN_MAX 32 /* items of an array without -v */

static struct value *add_list(struct decoder *d, const char *name, size_t nr, struct value *ret)
{
	struct value *list = list_add(d, ret, name);

	list_init(list, VALUE_ARRAY);
	if (nr > SHOWN_MAX && !d->opts->verbose)
		list->flags |= VALUE_ABBREV;
	return list;
}

static size_t shown(const struct decoder *d, size_t nr)
{
	return d->opts->verbose ? nr : MIN(nr, (size_t)SHOWN_MAX);
}

static void add_bytes(
	struct decoder *d, const char *name, const uint8_t *items, size_t nr, struct value *ret)
{
	struct value *list = add_list(d, name, nr, ret);

	for (size_t i = 0; i < shown(d, nr); i++)
		value_set_uint(list_add(d, list, NULL), items[i]);
}

static void add_offsets(
	struct decoder *d, const char *name, const uint32_t *items, size_t nr, struct value *ret)
{
	struct value *list = add_list(d, name, nr, ret);

	for (size_t i = 0; i < shown(d, nr); i++)
		value_set_uint(list_add(d, list, NULL), items[i]);
}

/* Only when something is in it. */
static void add_padding(struct decoder *d, const uint32_t *words, size_t nr, struct value *ret)
{
	uint32_t any = 0;

	for (size_t i = 0; i < nr; i++)
		any |= words[i];
	if (!any)
		return;
	ret = list_add(d, ret, "padding");
	list_init(ret, VALUE_ARRAY);
	for (size_t i = 0; i < nr; i++)
		value_set_hex(list_add(d, ret, NULL), words[i]);
}

#define ADD_PADDING() add_padding(d, from->padding, ARRAY_SIZE(from->padding), ret)

SHAPE(gpio_chip, struct gpiochip_info)
{
	ADD_TEXT(name);
	ADD_TEXT(label);
	ADD_UINT(lines);
}

/* --- the first interface --- */

SHAPE(gpio_info_asked, struct gpioline_info)
{
	ADD_UINT(line_offset);
}

SHAPE(gpio_info, struct gpioline_info)
{
	ADD_FLAGS(flags, gpio_line);
	ADD_TEXT(name);
	ADD_TEXT(consumer);
}

SHAPE(gpio_unwatch, uint32_t)
{
	value_set_uint(list_add(d, ret, "offset"), *from);
}

SHAPE(gpio_handle, struct gpiohandle_request)
{
	size_t nr = MIN(from->lines, GPIOHANDLES_MAX);

	ADD_UINT(lines);
	add_offsets(d, "lineoffsets", from->lineoffsets, nr, ret);
	ADD_FLAGS(flags, gpio_handle);
	if (from->flags & GPIOHANDLE_REQUEST_OUTPUT || nr)
		add_bytes(d, "default_values", from->default_values, nr, ret);
	ADD_TEXT(consumer_label);
}

SHAPE(gpio_handle_made, struct gpiohandle_request)
{
	ADD_FD(fd);
}

SHAPE(gpio_event, struct gpioevent_request)
{
	ADD_UINT(lineoffset);
	ADD_FLAGS(handleflags, gpio_handle);
	ADD_FLAGS(eventflags, gpio_event);
	ADD_TEXT(consumer_label);
}

SHAPE(gpio_event_made, struct gpioevent_request)
{
	ADD_FD(fd);
}

SHAPE(gpio_values, struct gpiohandle_data)
{
	add_bytes(d, "values", from->values, ARRAY_SIZE(from->values), ret);
}

SHAPE(gpio_config, struct gpiohandle_config)
{
	ADD_FLAGS(flags, gpio_handle);
	add_bytes(d, "default_values", from->default_values, ARRAY_SIZE(from->default_values), ret);
}

/* --- the second --- */

/* By the member that its id means; as it is when it means none. */
static void add_attribute(
	struct decoder *d, const struct gpio_v2_line_attribute *from, struct value *ret)
{
	if (from->id == GPIO_V2_LINE_ATTR_ID_FLAGS && !from->padding) {
		ADD_FLAGS(flags, gpio_v2_line);
	} else if (from->id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES && !from->padding) {
		ADD_HEX(values);
	} else if (from->id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE && !from->padding) {
		ADD_UINT(debounce_period_us);
	} else {
		ret = list_add(d, ret, "attr");
		ADD_UINT(id);
		if (from->padding)
			ADD_HEX(padding);
		value_set_hex(list_add(d, ret, "data"), from->values);
	}
}

SHAPE(gpio_v2_info_asked, struct gpio_v2_line_info)
{
	ADD_UINT(offset);
}

SHAPE(gpio_v2_info, struct gpio_v2_line_info)
{
	struct value *attrs;

	ADD_TEXT(name);
	ADD_TEXT(consumer);
	ADD_FLAGS(flags, gpio_v2_line);
	ADD_UINT(num_attrs);
	if (from->num_attrs) {
		attrs = list_add(d, ret, "attrs");
		list_init(attrs, VALUE_ARRAY);
		for (size_t i = 0; i < MIN(from->num_attrs, GPIO_V2_LINE_NUM_ATTRS_MAX); i++)
			add_attribute(d, &from->attrs[i], list_add(d, attrs, NULL));
	}
	ADD_PADDING();
}

SHAPE(gpio_v2_config, struct gpio_v2_line_config)
{
	struct value *attrs;

	ADD_FLAGS(flags, gpio_v2_line);
	ADD_UINT(num_attrs);
	if (from->num_attrs) {
		attrs = list_add(d, ret, "attrs");
		list_init(attrs, VALUE_ARRAY);
		for (size_t i = 0; i < MIN(from->num_attrs, GPIO_V2_LINE_NUM_ATTRS_MAX); i++) {
			struct value *item = list_add(d, attrs, NULL);

			add_attribute(d, &from->attrs[i].attr, item);
			value_set_hex(list_add(d, item, "mask"), from->attrs[i].mask);
		}
	}
	ADD_PADDING();
}

SHAPE(gpio_v2_request, struct gpio_v2_line_request)
{
	ADD_UINT(num_lines);
	add_offsets(d, "offsets", from->offsets, MIN(from->num_lines, GPIO_V2_LINES_MAX), ret);
	ADD_TEXT(consumer);
	ADD_SHAPE(config, gpio_v2_config);
	if (from->event_buffer_size)
		ADD_UINT(event_buffer_size);
	ADD_PADDING();
}

SHAPE(gpio_v2_made, struct gpio_v2_line_request)
{
	ADD_FD(fd);
}

SHAPE(gpio_v2_mask, struct gpio_v2_line_values)
{
	ADD_HEX(mask);
}

SHAPE(gpio_v2_bits, struct gpio_v2_line_values)
{
	ADD_HEX(bits);
}

SHAPE(gpio_v2_values, struct gpio_v2_line_values)
{
	ADD_HEX(bits);
	ADD_HEX(mask);
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(GPIO_GET_CHIPINFO_IOCTL, gpio_chip),
	REQUEST_CHANGE(GPIO_GET_LINEINFO_IOCTL, gpio_info_asked, gpio_info),
	REQUEST_CHANGE(GPIO_GET_LINEINFO_WATCH_IOCTL, gpio_info_asked, gpio_info),
	REQUEST_IN(GPIO_GET_LINEINFO_UNWATCH_IOCTL, gpio_unwatch),
	REQUEST_CHANGE(GPIO_GET_LINEHANDLE_IOCTL, gpio_handle, gpio_handle_made),
	REQUEST_CHANGE(GPIO_GET_LINEEVENT_IOCTL, gpio_event, gpio_event_made),
	REQUEST_OUT(GPIOHANDLE_GET_LINE_VALUES_IOCTL, gpio_values),
	REQUEST_IN(GPIOHANDLE_SET_LINE_VALUES_IOCTL, gpio_values),
	REQUEST_IN(GPIOHANDLE_SET_CONFIG_IOCTL, gpio_config),
	REQUEST_CHANGE(GPIO_V2_GET_LINEINFO_IOCTL, gpio_v2_info_asked, gpio_v2_info),
	REQUEST_CHANGE(GPIO_V2_GET_LINEINFO_WATCH_IOCTL, gpio_v2_info_asked, gpio_v2_info),
	REQUEST_CHANGE(GPIO_V2_GET_LINE_IOCTL, gpio_v2_request, gpio_v2_made),
	REQUEST_IN(GPIO_V2_LINE_SET_CONFIG_IOCTL, gpio_v2_config),
	REQUEST_CHANGE(GPIO_V2_LINE_GET_VALUES_IOCTL, gpio_v2_mask, gpio_v2_bits),
	REQUEST_IN(GPIO_V2_LINE_SET_VALUES_IOCTL, gpio_v2_values),
};

IOCTL_TABLE(gpio);
