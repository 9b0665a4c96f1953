/* ioctl: the device mapper. One structure for all requests, and what each needs behind it. */
#include <linux/dm-ioctl.h>
#include <linux/ioctl.h>
#include <stddef.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

#define HEAD_SIZE offsetof(struct dm_ioctl, data)
#define ABI_MAJOR 4
#define LIST_MAX  512 /* items that are looked at; what is captured ends lists before */

/* The buffer at argument 2, before or after the call. */
struct dm_buffer {
	const struct dm_ioctl *head;
	uint64_t addr;
	unsigned when;
};

/* What of the structure a request looks at. */
enum {
	HAS_PAYLOAD = 1,
	HAS_DEVICE = 2,
	HAS_EVENT = 4,
	HAS_TARGETS = 8,
	HAS_STATUS = 16, /* fills in what state the device is in */
};

/* Adds what lies behind the structure to the list. */
typedef void payload_fn(struct decoder *d, const struct dm_buffer *b, struct value *list);

struct dm_request {
	uint8_t nr;
	uint8_t has;
	payload_fn *asked;
	payload_fn *found;
};

/* Whether `len` bytes at `offset` lie in the buffer and behind the structure. */
static bool is_placed(const struct dm_buffer *b, uint64_t offset, uint64_t len)
{
	return offset >= HEAD_SIZE && offset <= b->head->data_size &&
	       b->head->data_size - offset >= len;
}

static void add_misplaced(struct decoder *d, const char *what, struct value *list)
{
	struct value *item = list_add(d, list, NULL);

	value_set_name(item, "???");
	item->comment = decoder_printf(d, "misplaced %s", what);
}

static const void *bytes_of(
	const struct decoder *d, const struct dm_buffer *b, uint64_t offset, size_t len)
{
	return is_placed(b, offset, len) ? decoder_bytes(d, b->addr + offset, len, b->when) : NULL;
}

/* A string that ends at a NUL, or where the buffer does. */
static void add_string(struct decoder *d, const struct dm_buffer *b, uint64_t offset,
	const char *name, struct value *ret)
{
	size_t len, at_hand = 0;
	const uint8_t *bytes = offset < b->head->data_size
				       ? ioctl_bytes_from(d, b->addr + offset, b->when, &at_hand)
				       : NULL;

	ret = list_add(d, ret, name);
	if (offset == b->head->data_size) {
		value_set_string(ret, "", 0);
		return;
	}
	if (!bytes) {
		value_set_addr(ret, b->addr + offset);
		return;
	}
	at_hand = MIN(at_hand, b->head->data_size - offset);
	len = strnlen((const char *)bytes, at_hand);
	value_set_string(ret, bytes, len);
	if (len == at_hand)
		ret->flags |= VALUE_CUT;
}

/* The tables of a device: where each part of it lies. `next` counts from where the list starts in
 * what the kernel fills in, and from each item in what it reads. */
static void add_targets(struct decoder *d, const struct dm_buffer *b, struct value *list)
{
	uint64_t start = b->head->data_start, offset = start;

	for (uint32_t i = 0; i < b->head->target_count; i++) {
		const struct dm_target_spec *spec;
		struct value *item;

		if (!is_placed(b, offset, sizeof(*spec))) {
			add_misplaced(d, "struct dm_target_spec", list);
			return;
		}
		spec = bytes_of(d, b, offset, sizeof(*spec));
		item = list_add(d, list, NULL);
		if (!spec || i == LIST_MAX) {
			value_set_addr(item, b->addr + offset);
			return;
		}
		value_set_uint(list_add(d, item, "sector_start"), spec->sector_start);
		value_set_uint(list_add(d, item, "length"), spec->length);
		if (b->when == CAPTURE_AT_EXIT)
			value_set_int(list_add(d, item, "status"), spec->status);
		value_set_text(list_add(d, item, "target_type"), spec->target_type,
			sizeof(spec->target_type));
		add_string(d, b, offset + sizeof(*spec), "string", item);
		if (spec->next < sizeof(*spec))
			offset = 0; /* nowhere */
		else
			offset = (b->when == CAPTURE_AT_EXIT ? start : offset) + spec->next;
	}
}

static void add_dependencies(struct decoder *d, const struct dm_buffer *b, struct value *list)
{
	uint64_t offset = b->head->data_start;
	const struct dm_target_deps *deps = bytes_of(d, b, offset, sizeof(*deps));
	struct value *item, *devices;

	if (!deps) {
		add_misplaced(d, "struct dm_target_deps", list);
		return;
	}
	item = list_add(d, list, NULL);
	value_set_uint(list_add(d, item, "count"), deps->count);
	devices = list_add(d, item, "deps");
	list_init(devices, VALUE_ARRAY);
	offset += sizeof(*deps);
	for (uint32_t i = 0; i < deps->count; i++, offset += sizeof(uint64_t)) {
		const uint64_t *dev = bytes_of(d, b, offset, sizeof(*dev));

		if (!dev || i == LIST_MAX) {
			devices->flags |= VALUE_CUT;
			return;
		}
		value_set_dev(d, list_add(d, devices, NULL), *dev);
	}
}

static void add_devices(struct decoder *d, const struct dm_buffer *b, struct value *list)
{
	uint64_t offset = b->head->data_start;

	for (int i = 0; i < LIST_MAX; i++) {
		const struct dm_name_list *name =
			bytes_of(d, b, offset, offsetof(struct dm_name_list, name));
		struct value *item;

		if (!name) {
			add_misplaced(d, "struct dm_name_list", list);
			return;
		}
		if (!name->dev)
			return; /* there are none */
		item = list_add(d, list, NULL);
		value_set_dev(d, list_add(d, item, "dev"), name->dev);
		add_string(d, b, offset + offsetof(struct dm_name_list, name), "name", item);
		if (!name->next)
			return;
		offset += name->next;
	}
	list->flags |= VALUE_CUT;
}

static void add_versions(struct decoder *d, const struct dm_buffer *b, struct value *list)
{
	uint64_t offset = b->head->data_start;

	for (int i = 0; i < LIST_MAX; i++) {
		const struct dm_target_versions *target = bytes_of(d, b, offset, sizeof(*target));
		struct value *item, *version;

		if (!target) {
			add_misplaced(d, "struct dm_target_versions", list);
			return;
		}
		item = list_add(d, list, NULL);
		add_string(d, b, offset + sizeof(*target), "name", item);
		version = list_add(d, item, "version");
		list_init(version, VALUE_ARRAY);
		for (size_t at = 0; at < ARRAY_SIZE(target->version); at++)
			value_set_uint(list_add(d, version, NULL), target->version[at]);
		if (!target->next)
			return;
		offset += target->next;
	}
	list->flags |= VALUE_CUT;
}

static void add_message(struct decoder *d, const struct dm_buffer *b, struct value *list)
{
	uint64_t offset = b->head->data_start;
	const struct dm_target_msg *message;
	struct value *item;

	if (!is_placed(b, offset, sizeof(*message))) {
		add_misplaced(d, "struct dm_target_msg", list);
		return;
	}
	message = bytes_of(d, b, offset, sizeof(*message));
	item = list_add(d, list, NULL);
	if (!message) {
		value_set_addr(item, b->addr + offset);
		return;
	}
	value_set_uint(list_add(d, item, "sector"), message->sector);
	add_string(d, b, offset + sizeof(*message), "message", item);
}

static void add_text(struct decoder *d, const struct dm_buffer *b, struct value *list)
{
	if (b->head->data_start < b->head->data_size)
		add_string(d, b, b->head->data_start, "string", list_add(d, list, NULL));
	else
		add_misplaced(d, "string", list);
}

static const struct dm_request dm_requests[] = {
	{DM_VERSION_CMD, HAS_DEVICE},
	{DM_REMOVE_ALL_CMD, 0},
	{DM_LIST_DEVICES_CMD, HAS_PAYLOAD, NULL, add_devices},
	{DM_DEV_CREATE_CMD, HAS_DEVICE | HAS_STATUS},
	{DM_DEV_REMOVE_CMD, HAS_DEVICE | HAS_EVENT},
	{DM_DEV_RENAME_CMD, HAS_PAYLOAD | HAS_DEVICE | HAS_EVENT, add_text},
	{DM_DEV_SUSPEND_CMD, HAS_DEVICE | HAS_EVENT | HAS_STATUS},
	{DM_DEV_STATUS_CMD, HAS_DEVICE | HAS_STATUS},
	{DM_DEV_WAIT_CMD, HAS_PAYLOAD | HAS_DEVICE | HAS_EVENT | HAS_STATUS, NULL, add_targets},
	{DM_TABLE_LOAD_CMD, HAS_PAYLOAD | HAS_DEVICE | HAS_TARGETS | HAS_STATUS, add_targets},
	{DM_TABLE_CLEAR_CMD, HAS_DEVICE | HAS_STATUS},
	{DM_TABLE_DEPS_CMD, HAS_PAYLOAD | HAS_DEVICE | HAS_STATUS, NULL, add_dependencies},
	{DM_TABLE_STATUS_CMD, HAS_PAYLOAD | HAS_DEVICE | HAS_STATUS, NULL, add_targets},
	{DM_LIST_VERSIONS_CMD, HAS_PAYLOAD, NULL, add_versions},
	{DM_TARGET_MSG_CMD, HAS_PAYLOAD | HAS_DEVICE, add_message},
	{DM_DEV_SET_GEOMETRY_CMD, HAS_PAYLOAD | HAS_DEVICE, add_text},
	{DM_DEV_ARM_POLL_CMD, HAS_DEVICE | HAS_STATUS},
	{DM_GET_TARGET_VERSION_CMD, HAS_PAYLOAD | HAS_DEVICE, NULL, add_versions},
};

/* Returns whether the rest can be trusted. */
static bool add_head(struct decoder *d, const struct dm_buffer *b, uint8_t has, struct value *list)
{
	const struct dm_ioctl *from = b->head;
	struct value *ret = list_add(d, list, NULL), *version;
	bool found = b->when == CAPTURE_AT_EXIT;

	version = list_add(d, ret, "version");
	list_init(version, VALUE_ARRAY);
	for (size_t i = 0; i < ARRAY_SIZE(from->version); i++)
		value_set_uint(list_add(d, version, NULL), from->version[i]);
	if (from->version[0] != ABI_MAJOR) {
		version->comment = "unsupported device mapper ABI version";
		return false;
	}
	ADD_UINT(data_size);
	if (from->data_size < HEAD_SIZE) {
		ret->list.items[ret->list.nr - 1].comment = "data_size too small";
		return false;
	}
	if (has & HAS_PAYLOAD)
		ADD_UINT(data_start);
	if (has & HAS_DEVICE) {
		if (from->dev)
			ADD_DEV(dev);
		if (from->name[0])
			ADD_TEXT(name);
		if (from->uuid[0])
			ADD_TEXT(uuid);
	}
	if ((has & HAS_TARGETS) || (found && has & HAS_STATUS))
		ADD_UINT(target_count);
	if (found && has & HAS_STATUS)
		ADD_UINT(open_count);
	if ((has & HAS_EVENT && !(from->flags & DM_SUSPEND_FLAG &&
					_IOC_NR(arg_u32(d, 1)) == DM_DEV_SUSPEND_CMD)) ||
		(found && has & HAS_STATUS))
		ADD_UINT(event_nr);
	ADD_FLAGS(flags, dm_flags);
	return true;
}

static void show_buffer(
	struct decoder *d, const struct dm_request *request, unsigned when, struct value *ret)
{
	struct dm_buffer b = {decoder_bytes(d, d->args[2], HEAD_SIZE, when), d->args[2], when};
	payload_fn *payload = when == CAPTURE_AT_EXIT ? request->found : request->asked;

	if (!b.head || b.head->data_size < offsetof(struct dm_ioctl, data_size)) {
		value_set_addr(ret, d->args[2]);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	if (!add_head(d, &b, request->has, ret) || !payload)
		return;
	if (payload == add_targets && !b.head->target_count)
		return;
	if (d->opts->verbose)
		payload(d, &b, ret);
	else
		ret->flags |= VALUE_ABBREV;
}

static bool show_dm(struct decoder *d, uint32_t request, struct value *ret)
{
	if (_IOC_TYPE(request) != DM_IOCTL || _IOC_SIZE(request) != sizeof(struct dm_ioctl))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(dm_requests); i++) {
		if (dm_requests[i].nr != _IOC_NR(request))
			continue;
		if (!d->done) {
			show_buffer(d, &dm_requests[i], CAPTURE_AT_ENTER, ret);
			return true;
		}
		list_init(ret, VALUE_CHANGE);
		show_buffer(d, &dm_requests[i], CAPTURE_AT_ENTER, list_add(d, ret, NULL));
		show_buffer(d, &dm_requests[i], CAPTURE_AT_EXIT, list_add(d, ret, NULL));
		return true;
	}
	return false;
}

const struct ioctl_table ioctl_dm = {.show = show_dm};
