#include "render/value_json.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "decode/decode.h"
#include "decode/value.h"
#include "util/arena.h"
#include "util/json.h"

/* Deeper than any real argument; hostile nesting ends here. A value takes two levels of JSON. */
#define DEPTH_MAX 12

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

/* What is not all that the call was given says so, in every form that it can have. */
static bool is_cut(const struct value *value)
{
	return value->flags & (VALUE_CUT | VALUE_ABBREV);
}

static void draw_cut(struct json *j, const struct value *value)
{
	if (!is_cut(value))
		return;
	json_key(j, "cut");
	json_bool(j, true);
}

static void draw_string(struct json *j, const struct value *value)
{
	bool abstract = value->flags & VALUE_ABSTRACT, bare = !abstract && !is_cut(value);

	if (!bare) {
		json_object_begin(j);
		json_key(j, abstract ? "abstract" : "string");
	}
	json_string(j, value->data.bytes, value->data.len);
	if (!bare) {
		draw_cut(j, value);
		json_object_end(j);
	}
}

static void draw_items(struct json *j, const struct value *value, int depth)
{
	json_array_begin(j);
	for (size_t i = 0; i < value->list.nr; i++)
		draw(j, &value->list.items[i], depth + 1);
	json_array_end(j);
}

static void draw_keyed_items(struct json *j, const char *key, const struct value *value, int depth)
{
	json_object_begin(j);
	json_key(j, key);
	draw_items(j, value, depth);
	draw_cut(j, value);
	json_object_end(j);
}

/*
 * A field's name; of an item with a place of its own, [VINTR], what is in the brackets. What strace
 * shows twice, as given and as it was filled in, has a number behind it the second time.
 */
static void draw_key(struct json *j, const struct value *list, size_t at)
{
	const char *name = list->list.items[at].name;
	size_t len = name ? strlen(name) : 0, nr_same = 1;
	char room[64];

	for (size_t i = 0; name && i < at; i++)
		nr_same += list->list.items[i].name && !strcmp(list->list.items[i].name, name);
	if (len > 2 && len < sizeof(room) && name[0] == '[') {
		snprintf(room, sizeof(room), "%.*s", (int)len - 2, name + 1);
		name = room;
	} else if (nr_same > 1) {
		snprintf(room, sizeof(room), "%s_%zu", name, nr_same);
		name = room;
	}
	json_key(j, name ? name : "");
}

static void draw_fields(struct json *j, const struct value *value, int depth)
{
	json_object_begin(j);
	for (size_t i = 0; i < value->list.nr; i++) {
		draw_key(j, value, i);
		draw(j, &value->list.items[i], depth + 1);
	}
	draw_cut(j, value);
	json_object_end(j);
}

static void draw_array(struct json *j, const struct value *value, int depth)
{
	if (value->list.nr && value->list.items[0].name)
		draw_fields(j, value, depth); /* by their places */
	else if (is_cut(value))
		draw_keyed_items(j, "items", value, depth);
	else
		draw_items(j, value, depth);
}

static void draw_signal(struct json *j, const char *key, int signo)
{
	struct arena arena = ARENA_INIT;
	const char *name = decode_signal_name(&arena, signo);

	json_key(j, key);
	if (name)
		json_text(j, name);
	else
		json_i64(j, signo);
	arena_deinit(&arena);
}

static void draw_status(struct json *j, int status)
{
	json_object_begin(j);
	json_key(j, "status");
	json_i64(j, status);
	if (WIFSTOPPED(status)) {
		draw_signal(j, "stopped", WSTOPSIG(status));
	} else if (WIFSIGNALED(status)) {
		draw_signal(j, "signal", WTERMSIG(status));
		json_key(j, "core");
		json_bool(j, WCOREDUMP(status));
	} else if (WIFCONTINUED(status)) {
		json_key(j, "continued");
		json_bool(j, true);
	} else {
		json_key(j, "exit_code");
		json_i64(j, WEXITSTATUS(status));
	}
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
	case VALUE_PID: json_i64(j, (int64_t)value->num); break;
	case VALUE_NONE:
	case VALUE_UINT:
	case VALUE_HEX:
	case VALUE_OCTAL:
	case VALUE_ADDR: json_u64(j, value->num); break;
	case VALUE_STATUS: draw_status(j, (int)value->num); break;
	case VALUE_FLAGS: draw_flags(j, value->bits.bits, value->bits.set); break;
	case VALUE_ENUM: draw_enum(j, value); break;
	case VALUE_STRING: draw_string(j, value); break;
	case VALUE_DATA: draw_data(j, value); break;
	case VALUE_REST:
		if (value->data.bytes)
			draw_data(j, value);
		else
			json_text(j, "???");
		break;
	case VALUE_STRUCT: draw_fields(j, value, depth); break;
	case VALUE_ARRAY: draw_array(j, value, depth); break;
	case VALUE_BITSET:
		draw_keyed_items(
			j, value->flags & VALUE_INVERTED ? "all_but" : "set", value, depth);
		break;
	case VALUE_NAME: json_text(j, value->text); break;
	case VALUE_MACRO: draw_keyed_items(j, value->list.macro, value, depth); break;
	case VALUE_OR: draw_keyed_items(j, "or", value, depth); break;
	case VALUE_SHIFT: draw_keyed_items(j, "shift", value, depth); break;
	case VALUE_CHANGE: draw_keyed_items(j, "change", value, depth); break;
	}
}

void value_json_draw(struct json *j, const struct value *value)
{
	draw(j, value, 0);
}
