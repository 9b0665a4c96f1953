#include "render/value_json.h"

#include "decode/value.h"
#include "util/json.h"

/* Deeper than any real argument; hostile nesting ends here. */
#define DEPTH_MAX 16

static void draw(struct json *j, const struct value *value, int depth);

static void draw_flags(struct json *j, uint64_t bits, const struct flag_set *set)
{
	uint64_t rest = bits, decided = 0;

	json_object_begin(j);
	json_key(j, "bits");
	json_u64(j, bits);
	json_key(j, "flags");
	json_array_begin(j);
	for (size_t i = 0; i < set->nr_names; i++) {
		const struct flag_name *name = &set->names[i];

		if (!flag_name_matches(name, bits, decided))
			continue;
		json_text(j, name->name);
		rest &= ~name->mask;
		decided |= name->mask;
	}
	json_array_end(j);
	if (rest) {
		json_key(j, "unknown");
		json_u64(j, rest);
	}
	json_object_end(j);
}

static void draw_enum(struct json *j, const struct value *value)
{
	const char *name = flag_set_exact(value->bits.set, value->bits.bits);

	json_object_begin(j);
	json_key(j, "value");
	json_u64(j, value->bits.bits);
	if (name) {
		json_key(j, "name");
		json_text(j, name);
	}
	json_object_end(j);
}

static void draw_data(struct json *j, const struct value *value)
{
	json_object_begin(j);
	json_key(j, "data");
	json_string(j, value->data.bytes, value->data.len);
	json_key(j, "length");
	json_u64(j, value->data.full_len);
	json_object_end(j);
}

static void draw_items(struct json *j, const struct value *value, int depth)
{
	json_array_begin(j);
	for (size_t i = 0; i < value->list.nr; i++)
		draw(j, &value->list.items[i], depth + 1);
	json_array_end(j);
}

static void draw_struct(struct json *j, const struct value *value, int depth)
{
	json_object_begin(j);
	for (size_t i = 0; i < value->list.nr; i++) {
		const struct value *item = &value->list.items[i];

		json_key(j, item->name ? item->name : "");
		draw(j, item, depth + 1);
	}
	json_object_end(j);
}

static void draw_keyed_items(struct json *j, const char *key, const struct value *value, int depth)
{
	json_object_begin(j);
	json_key(j, key);
	draw_items(j, value, depth);
	json_object_end(j);
}

static void draw(struct json *j, const struct value *value, int depth)
{
	if (depth > DEPTH_MAX) {
		json_text(j, "...");
		return;
	}
	switch ((enum value_kind)value->kind) {
	case VALUE_INT:
	case VALUE_FD:
	case VALUE_PID:
	case VALUE_STATUS: json_i64(j, (int64_t)value->num); break;
	case VALUE_NONE:
	case VALUE_UINT:
	case VALUE_HEX:
	case VALUE_OCTAL:
	case VALUE_ADDR: json_u64(j, value->num); break;
	case VALUE_FLAGS: draw_flags(j, value->bits.bits, value->bits.set); break;
	case VALUE_ENUM: draw_enum(j, value); break;
	case VALUE_STRING: json_string(j, value->data.bytes, value->data.len); break;
	case VALUE_DATA: draw_data(j, value); break;
	case VALUE_STRUCT: draw_struct(j, value, depth); break;
	case VALUE_ARRAY: draw_items(j, value, depth); break;
	case VALUE_BITSET:
		draw_keyed_items(
			j, value->flags & VALUE_INVERTED ? "all_but" : "set", value, depth);
		break;
	case VALUE_NAME: json_text(j, value->text); break;
	case VALUE_MACRO: draw_keyed_items(j, value->list.macro, value, depth); break;
	case VALUE_OR: draw_keyed_items(j, "or", value, depth); break;
	case VALUE_CHANGE: draw_keyed_items(j, "change", value, depth); break;
	}
}

void value_json_draw(struct json *j, const struct value *value)
{
	draw(j, value, 0);
}
