/* Netlink attributes, and the kinds of data they hold. */
#include "decode/nlattr.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "decode/net.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "util/arena.h"

#define DEPTH_MAX       10
#define HWADDR_MAX      32 /* the kernel's MAX_ADDR_LEN */
#define SHOWN_OF_STRING 33 /* bytes that must be there for a string to be more than an address */

/* ---- spans ---- */

struct span span_behind(const struct span *at, size_t skip)
{
	size_t len = MIN(skip, at->len), at_hand = MIN(skip, at->at_hand);

	return (struct span){.addr = at->addr + len,
		.len = at->len - len,
		.bytes = at->bytes + at_hand,
		.at_hand = at_hand == len ? at->at_hand - at_hand : 0};
}

struct span span_first(const struct span *at, size_t len)
{
	struct span ret = *at;

	ret.len = MIN(ret.len, len);
	ret.at_hand = MIN(ret.at_hand, len);
	return ret;
}

const void *span_bytes(struct netlink *n, const struct span *at, size_t len)
{
	return at->at_hand < len ? NULL : arena_dup(n->d->arena, at->bytes, len);
}

/* Whether there is enough to show, of what could not be read or copied to its end. */
static bool is_at_hand(const struct span *at)
{
	return at->at_hand >= MIN(at->len, SHOWN_OF_STRING);
}

void span_show(const struct span *at, struct value *ret)
{
	if (!is_at_hand(at)) {
		value_set_addr(ret, at->addr);
		return;
	}
	value_set_data(ret, at->bytes, at->at_hand, at->len);
	ret->flags |= VALUE_BINARY;
}

void span_show_text(const struct span *at, struct value *ret)
{
	size_t len = at->len;

	if (!is_at_hand(at)) {
		value_set_addr(ret, at->addr);
		return;
	}
	/* the NUL at the end is expected: only its absence is shown */
	if (len && at->at_hand == len)
		len += at->bytes[len - 1] ? 1 : -1;
	value_set_data(ret, at->bytes, MIN(at->at_hand, len), len);
}

/* ---- kinds ---- */

/* The number at its start, of `size` bytes; NULL with `ret` filled when it is not at hand. */
static bool read_number(
	const struct span *data, size_t size, struct value *ret, uint64_t *ret_number)
{
	*ret_number = 0;
	if (data->at_hand < size) {
		value_set_addr(ret, data->addr);
		return false;
	}
	memcpy(ret_number, data->bytes, size);
	return true;
}

static bool is_number_size(size_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

bool nl_show_uint(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;

	if (data->len < attr->size)
		return false;
	if (read_number(data, attr->size, ret, &number))
		value_set_uint(ret, number);
	return true;
}

bool nl_show_int(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	unsigned shift = 64 - attr->size * 8;
	uint64_t number;

	if (data->len < attr->size)
		return false;
	if (read_number(data, attr->size, ret, &number))
		value_set_int(ret, (int64_t)(number << shift) >> shift);
	return true;
}

bool nl_show_hex(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	size_t size = attr->size ? attr->size : data->len;
	uint64_t number;

	if (data->len < size || !is_number_size(size))
		return false;
	if (read_number(data, size, ret, &number))
		value_set_hex(ret, number);
	return true;
}

bool nl_show_be(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;

	if (data->len < attr->size)
		return false;
	if (!read_number(data, attr->size, ret, &number))
		return true;
	switch (attr->size) {
	case 2: value_set_be16(n->d, ret, (uint16_t)number); break;
	case 4: value_set_be32(n->d, ret, (uint32_t)number); break;
	default:
		macro_init(ret, "htobe64");
		value_set_uint(list_add(n->d, ret, NULL), be64toh(number));
		break;
	}
	return true;
}

bool nl_show_string(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	span_show_text(data, ret);
	return true;
}

bool nl_show_name(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	size_t len = strnlen((const char *)data->bytes, data->at_hand);

	if (!is_at_hand(data))
		value_set_addr(ret, data->addr);
	else
		value_set_data(ret, data->bytes, len, len < data->at_hand ? len : len + 1);
	return true;
}

bool nl_show_hwaddr(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	if (data->len > HWADDR_MAX)
		return false;
	if (data->at_hand < data->len)
		value_set_addr(ret, data->addr);
	else
		value_set_hwaddr(n->d, ret, data->bytes, data->len);
	return true;
}

static bool show_address(struct netlink *n, int family, const struct span *data, struct value *ret)
{
	size_t size = family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;

	if (!size || data->len < size)
		return false;
	if (data->at_hand < size)
		value_set_addr(ret, data->addr);
	else if (family == AF_INET)
		value_set_inet_addr(n->d, ret, data->bytes);
	else
		value_set_inet6_addr(n->d, ret, data->bytes, NULL);
	return true;
}

bool nl_show_in4(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return show_address(n, AF_INET, data, ret);
}

bool nl_show_in6(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return show_address(n, AF_INET6, data, ret);
}

bool nl_show_inet(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return show_address(n, n->family, data, ret);
}

bool nl_show_fd(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;

	if (data->len < attr->size)
		return false;
	if (read_number(data, attr->size, ret, &number))
		value_set_fd(ret, (int32_t)number);
	return true;
}

bool nl_show_id(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;

	if (data->len < attr->size)
		return false;
	if (read_number(data, attr->size, ret, &number))
		value_set_id(ret, (uint32_t)number);
	return true;
}

bool nl_show_ticks(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;

	if (data->len > sizeof(number))
		return false;
	if (!read_number(data, data->len, ret, &number))
		return true;
	value_set_uint(ret, number);
	if (number)
		ret->comment = decoder_printf(n->d, "%llu.%02llu s",
			(unsigned long long)number / 100, (unsigned long long)number % 100);
	return true;
}

bool nl_show_ifindex(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;

	if (data->len < attr->size)
		return false;
	if (read_number(data, attr->size, ret, &number))
		value_set_ifindex(n->d, ret, (uint32_t)number);
	return true;
}

bool nl_show_eth_protocol(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;

	if (data->len < attr->size || data->len > sizeof(number))
		return false;
	if (read_number(data, attr->size, ret, &number))
		value_set_eth_protocol(n->d, ret, (uint16_t)number);
	return true;
}

/* A number with names, of at most 8 bytes; of those the row asks for, or all of them. */
static bool read_named(const struct nl_attr *attr, const struct span *data, struct value *ret,
	bool *ret_known, uint64_t *ret_number)
{
	size_t size = attr->size ? attr->size : data->len;

	if (data->len > sizeof(*ret_number) || data->len < size)
		return false;
	*ret_known = read_number(data, size, ret, ret_number);
	return true;
}

bool nl_show_enum(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;
	bool known;

	if (!read_named(attr, data, ret, &known, &number))
		return false;
	if (known)
		value_set_enum(ret, number, attr->set);
	return true;
}

bool nl_show_flags(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number;
	bool known;

	if (!read_named(attr, data, ret, &known, &number))
		return false;
	if (known)
		value_set_flags(ret, number, attr->set);
	return true;
}

static const char *index_name(struct decoder *d, const struct flag_set *set, size_t index)
{
	const char *name = flag_set_exact(set, index);

	if (name)
		return decoder_printf(d, "[%s]", name);
	if (set->unknown)
		return decoder_printf(d, "[%zu /* %s */]", index, set->unknown);
	return decoder_printf(d, "[%zu]", index);
}

/* An array whose places have names. */
static bool show_indexed(struct netlink *n, const struct nl_attr *attr, size_t size, bool is_signed,
	const struct span *data, struct value *ret)
{
	size_t nr = data->len / size;

	if (!nr)
		return false;
	if (data->at_hand < size) {
		value_set_addr(ret, data->addr);
		return true;
	}
	decoder_array_init(n->d, ret);
	for (size_t i = 0; i < nr; i++) {
		struct value *item = list_add(n->d, ret, index_name(n->d, attr->set, i));
		uint64_t number = 0;

		if (data->at_hand < (i + 1) * size) {
			value_set_name(item, "...");
			item->name = NULL;
			item->comment = decoder_printf(
				n->d, "%#llx", (unsigned long long)(data->addr + i * size));
			break;
		}
		memcpy(&number, data->bytes + i * size, size);
		if (is_signed)
			value_set_int(item, (int32_t)number);
		else
			value_set_uint(item, number);
	}
	return true;
}

bool nl_show_indexed32(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return show_indexed(n, attr, 4, false, data, ret);
}

bool nl_show_indexed_s32(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return show_indexed(n, attr, 4, true, data, ret);
}

bool nl_show_indexed64(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return show_indexed(n, attr, 8, false, data, ret);
}

bool nl_show_nested(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	nl_show_attrs(n, attr->nested, data, ret);
	return true;
}

bool nl_show_struct(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	const void *bytes;

	if (data->len < attr->shape->size)
		return false;
	bytes = span_bytes(n, data, attr->shape->size);
	if (bytes)
		attr->shape->show(n->d, bytes, ret);
	else
		value_set_addr(ret, data->addr);
	return true;
}

void nl_add_rest(struct netlink *n, const struct span *data, size_t size)
{
	struct span rest = span_behind(data, size);

	if (rest.len)
		span_show(&rest, list_add(n->d, n->outer, NULL));
}

bool nl_show_struct_and_more(
	struct netlink *n, const struct shape *shape, const struct span *data, struct value *ret)
{
	const struct nl_attr attr = {.shape = shape};

	if (!nl_show_struct(n, &attr, data, ret))
		return false;
	if (data->at_hand >= shape->size)
		nl_add_rest(n, data, shape->size);
	return true;
}

bool nl_show_structs(
	struct netlink *n, const struct shape *shape, const struct span *data, struct value *ret)
{
	struct span left = *data;

	if (left.len < shape->size)
		return false;
	if (left.at_hand < shape->size) {
		value_set_addr(ret, left.addr);
		return true;
	}
	decoder_array_init(n->d, ret);
	for (; left.len >= shape->size; left = span_behind(&left, shape->size)) {
		struct value *item = list_add(n->d, ret, NULL);
		const void *bytes = span_bytes(n, &left, shape->size);

		if (!bytes) {
			value_set_name(item, "...");
			item->comment =
				decoder_printf(n->d, "%#llx", (unsigned long long)left.addr);
			break;
		}
		shape->show(n->d, bytes, item);
	}
	return true;
}

/* ---- attributes ---- */

static const struct nl_attr *find_attr(const struct nl_attrs *attrs, uint16_t type)
{
	for (size_t i = 0; attrs && i < attrs->nr; i++)
		if (attrs->rows[i].type == type)
			return &attrs->rows[i];
	return NULL;
}

/* An enumeration of this one name, or of none. */
static void set_type(struct decoder *d, struct value *ret, uint16_t type,
	const struct nl_attr *attr, const struct nl_attrs *attrs)
{
	const char *unknown = attrs ? attrs->unknown : NULL;
	const struct flag_name one = {type, type, attr ? attr->name : NULL};
	const struct flag_set set = {
		unknown, attr ? arena_dup(d->arena, &one, sizeof(one)) : NULL, attr != NULL};

	value_set_enum(ret, type,
		attrs && attrs->names ? attrs->names : arena_dup(d->arena, &set, sizeof(set)));
}

static void show_attr_head(struct netlink *n, const struct nl_attrs *attrs,
	const struct nl_attr *attr, const struct nlattr *from, struct value *ret)
{
	struct decoder *d = n->d;
	struct value *type;

	ADD_UINT(nla_len);
	type = list_add(d, ret, "nla_type");
	if (from->nla_type & ~NLA_TYPE_MASK) {
		list_init(type, VALUE_OR);
		if (from->nla_type & NLA_F_NESTED)
			value_set_name(list_add(d, type, NULL), "NLA_F_NESTED");
		if (from->nla_type & NLA_F_NET_BYTEORDER)
			value_set_name(list_add(d, type, NULL), "NLA_F_NET_BYTEORDER");
		type = list_add(d, type, NULL);
	}
	set_type(d, type, from->nla_type & NLA_TYPE_MASK, attr, attrs);
}

/* One attribute: its header alone, or with its data. */
static void show_attr(struct netlink *n, const struct nl_attrs *attrs, const struct nlattr *from,
	const struct span *at, struct value *ret)
{
	const struct nl_attr *attr = find_attr(attrs, from->nla_type & NLA_TYPE_MASK);
	struct nl_attr any = {.type = from->nla_type};
	struct span data = span_first(at, from->nla_len);
	struct value *outer = n->outer, *item;

	if (data.len <= NLA_HDRLEN) {
		show_attr_head(n, attrs, attr, from, ret);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	show_attr_head(n, attrs, attr, from, list_add(n->d, ret, NULL));
	data = span_behind(&data, NLA_HDRLEN);
	item = list_add(n->d, ret, NULL);
	n->outer = ret;
	n->depth++;
	if (n->depth > DEPTH_MAX) {
		span_show(&data, item);
	} else if (attrs && attrs->show) {
		if (!attrs->show(n, &any, &data, item))
			span_show(&data, item);
	} else if (!attr || !attr->show || !attr->show(n, attr, &data, item)) {
		span_show(&data, item);
	}
	n->depth--;
	n->outer = outer;
}

void nl_show_attrs(
	struct netlink *n, const struct nl_attrs *attrs, const struct span *at, struct value *ret)
{
	struct span left = *at;
	bool more = true;

	decoder_array_init(n->d, ret);
	while (more) {
		struct value *item = list_add(n->d, ret, NULL);
		const struct nlattr *head;
		size_t step;

		if (left.len < sizeof(*head)) {
			span_show(&left, item);
			break;
		}
		head = span_bytes(n, &left, sizeof(*head));
		if (!head || !n->budget) {
			value_set_name(item, "...");
			if (ret->list.nr > 1)
				item->comment = decoder_printf(
					n->d, "%#llx", (unsigned long long)left.addr);
			else
				value_set_addr(item, left.addr);
			break;
		}
		n->budget--;
		show_attr(n, attrs, head, &left, item);
		step = NLA_ALIGN(head->nla_len);
		more = head->nla_len >= NLA_HDRLEN && left.len > step;
		left = span_behind(&left, step);
	}
	if (ret->list.nr == 1) {
		const char *name = ret->name;

		*ret = ret->list.items[0];
		ret->name = name;
	}
}

/* ---- bodies ---- */

void nl_add_family(struct netlink *n, const struct span *at, struct value *message)
{
	struct value *ret = list_add(n->d, message, NULL);
	struct span data = span_behind(at, 1);

	value_set_enum(list_add(n->d, ret, "family"), n->family, &flags_af);
	if (data.len)
		span_show(&data, list_add(n->d, ret, "data"));
}

void nl_add_body(
	struct netlink *n, const struct nl_body *body, const struct span *at, struct value *message)
{
	size_t size = body->rest ? body->rest->size : body->size;
	struct value *ret = list_add(n->d, message, NULL);
	struct span behind = span_behind(at, NLMSG_ALIGN(size));
	const void *bytes = NULL;

	value_set_enum(list_add(n->d, ret, body->family_name), n->family,
		body->families ? body->families : &flags_af);
	if (at->len < size && !body->lenient) {
		ret->flags |= VALUE_CUT;
		return;
	}
	if (body->rest) {
		bytes = span_bytes(n, at, size);
		if (!bytes) {
			struct value *rest = list_add(n->d, ret, "rest");

			value_set_addr(rest, at->addr + 1);
			rest->flags |= VALUE_BARE;
			return;
		}
		body->rest->show(n->d, bytes, ret);
	}
	if (body->bare)
		return;
	if (behind.len && body->opaque)
		span_show(&behind, list_add(n->d, message, NULL));
	else if (behind.len)
		nl_show_attrs(n, body->attrs, &behind, list_add(n->d, message, NULL));
}
