/* Netlink messages: headers, types and flags by protocol, and what all protocols share. */
#include "decode/netlink.h"

#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "decode/net.h"
#include "decode/nlattr.h"
#include "decode/row_internal.h"
#include "util/arena.h"

#define ATTRS_MAX 4096 /* shown of one call */

#define PROTOCOL_ROUTE     0
#define PROTOCOL_SOCK_DIAG 4
#define PROTOCOL_XFRM      6
#define PROTOCOL_SELINUX   7
#define PROTOCOL_AUDIT     9
#define PROTOCOL_NETFILTER 12
#define PROTOCOL_UEVENT    15
#define PROTOCOL_GENERIC   16
#define PROTOCOL_CRYPTO    21

static const struct protocol {
	const struct flag_set *types; /* NULL = none but the control messages */
	bool (*add)(struct netlink *n, const struct span *at, struct value *message);
} protocols[] = {
	[PROTOCOL_ROUTE] = {&flags_nl_route, nl_add_route},
	[PROTOCOL_SOCK_DIAG] = {&flags_nl_sock_diag, nl_add_sock_diag},
	[PROTOCOL_XFRM] = {&flags_nl_xfrm, NULL},
	[PROTOCOL_SELINUX] = {&flags_nl_selinux, nl_add_selinux},
	[PROTOCOL_AUDIT] = {&flags_nl_audit, NULL},
	[PROTOCOL_NETFILTER] = {&flags_nfnl_subsys, nl_add_netfilter},
	[PROTOCOL_GENERIC] = {&flags_nl_generic, nl_add_generic},
	[PROTOCOL_CRYPTO] = {&flags_nl_crypto, nl_add_crypto},
};

static const struct protocol *protocol_of(const struct netlink *n)
{
	if (n->protocol < 0 || n->protocol >= (int)ARRAY_SIZE(protocols) ||
		!protocols[n->protocol].types)
		return NULL;
	return &protocols[n->protocol];
}

/* ---- types ---- */

static const struct flag_set *const netfilter_types[] = {
	[1] = &flags_nfnl_ct,
	[2] = &flags_nfnl_ct_exp,
	[3] = &flags_nfnl_queue,
	[4] = &flags_nfnl_ulog,
	[5] = &flags_nfnl_osf,
	[6] = &flags_nfnl_ipset,
	[7] = &flags_nfnl_acct,
	[8] = &flags_nfnl_ct_timeout,
	[9] = &flags_nfnl_cthelper,
	[10] = &flags_nfnl_tables,
	[11] = &flags_nfnl_compat,
	[12] = &flags_nfnl_hook,
};

#define SUBSYSTEM(type) ((uint8_t)((type) >> 8))

/* NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWTABLE */
static void set_netfilter_type(struct decoder *d, struct value *ret, uint16_t type)
{
	uint8_t subsystem = SUBSYSTEM(type), message = (uint8_t)type;
	const char *name = flag_set_exact(&flags_nfnl_subsys, subsystem);
	struct value *part;

	if (flag_set_exact(&flags_nfnl_control, type)) {
		value_set_enum(ret, type, &flags_nfnl_control);
		return;
	}
	list_init(ret, VALUE_OR);
	value_set_name(list_add(d, ret, NULL),
		name ? decoder_printf(d, "%s<<8", name)
		     : decoder_printf(d, "%#x /* %s */<<8", subsystem, flags_nfnl_subsys.unknown));
	part = list_add(d, ret, NULL);
	if (subsystem < ARRAY_SIZE(netfilter_types) && netfilter_types[subsystem])
		value_set_enum(part, message, netfilter_types[subsystem]);
	else
		value_set_hex(part, message);
}

static void set_type(struct netlink *n, struct value *ret)
{
	const struct protocol *protocol = protocol_of(n);

	if (n->type < NLMSG_MIN_TYPE || !protocol)
		value_set_enum(ret, n->type, &flags_nlmsg_type);
	else if (n->protocol == PROTOCOL_NETFILTER)
		set_netfilter_type(n->d, ret, n->type);
	else
		value_set_enum(ret, n->type, protocol->types);
}

/* ---- flags: their upper byte depends on what is asked ---- */

enum request {
	REQUEST_OTHER,
	REQUEST_GET,
	REQUEST_NEW,
	REQUEST_DELETE,
};

static enum request request_by_name(const struct flag_set *set, uint16_t type)
{
	static const struct {
		const char *word;
		enum request request;
	} words[] = {{"_NEW", REQUEST_NEW}, {"_GET", REQUEST_GET}, {"_DEL", REQUEST_DELETE},
		{"_DESTROY", REQUEST_DELETE}};
	const char *name = flag_set_exact(set, type);

	for (size_t i = 0; name && i < ARRAY_SIZE(words); i++)
		if (strstr(name, words[i].word))
			return words[i].request;
	return REQUEST_OTHER;
}

static enum request route_request(uint16_t type)
{
	static const enum request by_type[] = {
		REQUEST_NEW, REQUEST_DELETE, REQUEST_GET, REQUEST_OTHER};

	/* takes a whole tree, as a dump does */
	return type == 49 /* RTM_DELACTION */ ? REQUEST_GET : by_type[type & 3];
}

static enum request request_of(const struct netlink *n)
{
	uint8_t subsystem = SUBSYSTEM(n->type);

	switch (n->protocol) {
	case PROTOCOL_ROUTE: return route_request(n->type);
	case PROTOCOL_SOCK_DIAG:
	case PROTOCOL_GENERIC: return REQUEST_GET;
	case PROTOCOL_CRYPTO: return request_by_name(&flags_nl_crypto, n->type);
	case PROTOCOL_XFRM: return request_by_name(&flags_nl_xfrm, n->type);
	case PROTOCOL_NETFILTER:
		/* those of queues, logs and sets have verbs of their own */
		if (subsystem >= ARRAY_SIZE(netfilter_types) || !netfilter_types[subsystem] ||
			(subsystem >= 3 && subsystem <= 6))
			return REQUEST_OTHER;
		return request_by_name(netfilter_types[subsystem], (uint8_t)n->type);
	default: return REQUEST_OTHER;
	}
}

static const struct flag_set *flags_of(const struct netlink *n)
{
	if (n->type == NLMSG_ERROR)
		return &flags_nlmsg_ack_flags;
	if (n->type >= NLMSG_MIN_TYPE)
		switch (request_of(n)) {
		case REQUEST_GET: return &flags_nlmsg_get_flags;
		case REQUEST_NEW: return &flags_nlmsg_new_flags;
		case REQUEST_DELETE: return &flags_nlmsg_delete_flags;
		case REQUEST_OTHER: break;
		}
	return &flags_nlmsg_flags;
}

/* ---- messages ---- */

static void show_head(struct netlink *n, const struct nlmsghdr *from, struct value *ret)
{
	struct decoder *d = n->d;

	ADD_UINT(nlmsg_len);
	set_type(n, list_add(d, ret, "nlmsg_type"));
	value_set_flags(list_add(d, ret, "nlmsg_flags"), from->nlmsg_flags, flags_of(n));
	ADD_UINT(nlmsg_seq);
	value_set_pid(list_add(d, ret, "nlmsg_pid"), (int32_t)from->nlmsg_pid);
}

static bool show_cookie(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	if (data->at_hand < data->len) {
		value_set_addr(ret, data->addr);
		return true;
	}
	decoder_array_init(n->d, ret);
	for (size_t i = 0; i < data->len; i++)
		value_set_uint(list_add(n->d, ret, NULL), data->bytes[i]);
	return true;
}

/* clang-format off */
NL_ATTRS(error, "NLMSGERR_ATTR_???",
	A(NLMSGERR_ATTR_UNUSED, 0, RAW),
	A(NLMSGERR_ATTR_MSG, 1, STR),
	A(NLMSGERR_ATTR_OFFS, 2, U32),
	A(NLMSGERR_ATTR_COOKIE, 3, BY(show_cookie)),
	A(NLMSGERR_ATTR_POLICY, 4, RAW),
	A(NLMSGERR_ATTR_MISS_TYPE, 5, RAW),
	A(NLMSGERR_ATTR_MISS_NEST, 6, RAW));
/* clang-format on */

static void show_message(struct netlink *n, const struct nlmsghdr *head, const struct span *at,
	unsigned depth, struct value *ret);

/* An answer to a message, which it brings back, at least its header. */
static void add_error(struct netlink *n, const struct nlmsghdr *head, const struct span *at,
	unsigned depth, struct value *message)
{
	const struct nlmsgerr *from = span_bytes(n, at, sizeof(*from));
	struct value *item = list_add(n->d, message, NULL), *ret = item;
	struct span inner, behind;
	size_t len;

	if (at->len < sizeof(*from) || depth) {
		span_show(at, item);
		return;
	}
	if (!from) {
		value_set_addr(item, at->addr);
		return;
	}
	inner = span_behind(at, offsetof(struct nlmsgerr, msg));
	len = MAX(sizeof(from->msg), (size_t)from->msg.nlmsg_len);
	if (head->nlmsg_flags & NLM_F_CAPPED)
		len = sizeof(from->msg);
	behind = span_behind(&inner, len);
	if (behind.len) {
		list_init(item, VALUE_ARRAY);
		ret = list_add(n->d, item, NULL);
	}
	value_set_negative_errno(n->d, list_add(n->d, ret, "error"), from->error);
	inner = span_first(&inner, len);
	show_message(n, &from->msg, &inner, depth + 1, list_add(n->d, ret, "msg"));
	if (behind.len)
		nl_show_attrs(n, &nl_error, &behind, list_add(n->d, item, NULL));
}

static void add_payload(struct netlink *n, const struct nlmsghdr *head, const struct span *at,
	unsigned depth, struct value *message)
{
	const struct protocol *protocol = protocol_of(n);
	struct value *item;

	if (n->type == NLMSG_ERROR) {
		add_error(n, head, at, depth, message);
		return;
	}
	if ((n->type >= NLMSG_MIN_TYPE || n->type == NLMSG_DONE) && protocol && protocol->add &&
		protocol->add(n, at, message))
		return;
	item = list_add(n->d, message, NULL);
	if (n->type == NLMSG_DONE && at->len == sizeof(int32_t) && at->at_hand == at->len) {
		int32_t number;

		memcpy(&number, at->bytes, sizeof(number));
		value_set_int(item, number);
	} else {
		span_show(at, item);
	}
}

static void show_message(struct netlink *n, const struct nlmsghdr *head, const struct span *at,
	unsigned depth, struct value *ret)
{
	struct span all = span_first(at, head->nlmsg_len), payload;
	uint16_t outer = n->type;

	n->type = head->nlmsg_type;
	n->flags = head->nlmsg_flags;
	n->kind[0] = n->slave_kind[0] = '\0';
	if (all.len <= NLMSG_HDRLEN) {
		show_head(n, head, ret);
	} else {
		list_init(ret, VALUE_ARRAY);
		show_head(n, head, list_add(n->d, ret, NULL));
		payload = span_behind(&all, NLMSG_HDRLEN);
		n->family = payload.at_hand ? *payload.bytes : 0;
		add_payload(n, head, &payload, depth, ret);
	}
	n->type = outer;
}

/* What udev sends to itself and others: a head that says where the properties are. */
struct udev_head {
	char prefix[8];
	uint32_t magic;
	uint32_t header_size;
	uint32_t properties_off;
	uint32_t properties_len;
	uint32_t filter_subsystem_hash;
	uint32_t filter_devtype_hash;
	uint32_t filter_tag_bloom_hi;
	uint32_t filter_tag_bloom_lo;
};

static void set_htonl_hex(struct decoder *d, struct value *ret, uint32_t number)
{
	macro_init(ret, "htonl");
	value_set_hex(list_add(d, ret, NULL), __builtin_bswap32(number));
}

static void show_uevent(struct netlink *n, const struct span *at, struct value *ret)
{
	static const char prefix[8] = "libudev";
	struct decoder *d = n->d;
	const struct udev_head *from = span_bytes(n, at, sizeof(*from));
	struct span behind;
	struct value *item;

	if (at->len < sizeof(*from) || !from || memcmp(from->prefix, prefix, sizeof(prefix))) {
		if (at->at_hand)
			value_set_data(ret, at->bytes, at->at_hand, at->len);
		else
			value_set_addr(ret, at->addr);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	item = list_add(d, ret, NULL);
	value_set_text(list_add(d, item, "prefix"), from->prefix, sizeof(from->prefix));
	set_htonl_hex(d, list_add(d, item, "magic"), from->magic);
	value_set_uint(list_add(d, item, "header_size"), from->header_size);
	value_set_uint(list_add(d, item, "properties_off"), from->properties_off);
	value_set_uint(list_add(d, item, "properties_len"), from->properties_len);
	set_htonl_hex(d, list_add(d, item, "filter_subsystem_hash"), from->filter_subsystem_hash);
	set_htonl_hex(d, list_add(d, item, "filter_devtype_hash"), from->filter_devtype_hash);
	set_htonl_hex(d, list_add(d, item, "filter_tag_bloom_hi"), from->filter_tag_bloom_hi);
	set_htonl_hex(d, list_add(d, item, "filter_tag_bloom_lo"), from->filter_tag_bloom_lo);
	behind = span_behind(at, sizeof(*from));
	if (behind.len)
		value_set_data(list_add(d, ret, NULL), behind.bytes, behind.at_hand, behind.len);
	else
		*ret = ret->list.items[0];
}

static void show_messages(struct netlink *n, const struct span *at, struct value *ret)
{
	struct span left = *at;
	bool more = true;

	decoder_array_init(n->d, ret);
	while (more) {
		struct value *item = list_add(n->d, ret, NULL);
		const struct nlmsghdr *head;
		size_t step;

		if (left.len < sizeof(*head)) {
			span_show(&left, item);
			break;
		}
		head = span_bytes(n, &left, sizeof(*head));
		if (!head) {
			value_set_name(item, "...");
			if (ret->list.nr > 1)
				item->comment = decoder_printf(
					n->d, "%#llx", (unsigned long long)left.addr);
			else
				value_set_addr(item, left.addr);
			break;
		}
		show_message(n, head, &left, 0, item);
		/* NLMSG_ALIGN would wrap around at 32 bits */
		step = ((size_t)head->nlmsg_len + NLMSG_ALIGNTO - 1) & ~((size_t)NLMSG_ALIGNTO - 1);
		more = head->nlmsg_len >= NLMSG_HDRLEN && left.len > step;
		left = span_behind(&left, step);
	}
	if (ret->list.nr == 1) {
		const char *name = ret->name;

		*ret = ret->list.items[0];
		ret->name = name;
	}
}

int decoder_netlink_protocol(struct decoder *d, int fd)
{
	return d->opts->netlink_protocol ? d->opts->netlink_protocol(d->opts->asked, fd) : -1;
}

void decoder_show_netlink(struct decoder *d, int protocol, uint64_t addr, uint64_t len,
	unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;
	struct netlink n = {.d = d,
		.protocol = protocol,
		.received = when == CAPTURE_AT_EXIT,
		.budget = ATTRS_MAX};
	struct span at = {.addr = addr, .len = len};

	if (chunk) {
		at.bytes = chunk->bytes;
		at.at_hand = MIN(len, (uint64_t)chunk->len);
	}
	if (!addr || !at.at_hand)
		decoder_show_data(d, addr, len, when, ret);
	else if (protocol == PROTOCOL_UEVENT)
		show_uevent(&n, &at, ret);
	else
		show_messages(&n, &at, ret);
}
