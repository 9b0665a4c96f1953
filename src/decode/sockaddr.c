/* Socket addresses of every family. */
#include "decode/net.h"

#include <arpa/inet.h>
#include <linux/ax25.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/mctp.h>
#include <linux/netlink.h>
#include <linux/nfc.h>
#include <linux/qrtr.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
#include <linux/x25.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "util/arena.h"

/* ---- parts ---- */

void value_set_be16(struct decoder *d, struct value *ret, uint16_t number)
{
	macro_init(ret, "htons");
	value_set_uint(list_add(d, ret, NULL), ntohs(number));
}

void value_set_be32(struct decoder *d, struct value *ret, uint32_t number)
{
	macro_init(ret, "htonl");
	value_set_uint(list_add(d, ret, NULL), ntohl(number));
}

void value_set_eth_protocol(struct decoder *d, struct value *ret, uint16_t protocol)
{
	macro_init(ret, "htons");
	value_set_enum(list_add(d, ret, NULL), ntohs(protocol), &flags_eth_protocol);
}

static void add_address_text(struct decoder *d, struct value *list, int family, const void *addr)
{
	char *text = arena_alloc(d->arena, INET6_ADDRSTRLEN);

	inet_ntop(family, addr, text, INET6_ADDRSTRLEN);
	value_set_string(list_add(d, list, NULL), text, strlen(text));
}

void value_set_inet_addr(struct decoder *d, struct value *ret, const void *addr)
{
	macro_init(ret, "inet_addr");
	add_address_text(d, ret, AF_INET, addr);
}

void value_set_inet6_addr(struct decoder *d, struct value *ret, const void *addr, const char *where)
{
	macro_init(ret, "inet_pton");
	value_set_enum(list_add(d, ret, NULL), AF_INET6, &flags_af);
	add_address_text(d, ret, AF_INET6, addr);
	if (where)
		value_set_name(list_add(d, ret, NULL), where);
}

void list_add_inet_addr(
	struct decoder *d, struct value *ret, const char *name, int family, const void *addr)
{
	struct value *item = list_add(d, ret, name);

	if (family == AF_INET6) {
		value_set_inet6_addr(d, item, addr, decoder_printf(d, "&%s", name));
		item->flags |= VALUE_BARE;
	} else {
		value_set_inet_addr(d, item, addr);
	}
}

void value_set_hwaddr(struct decoder *d, struct value *ret, const uint8_t *bytes, size_t len)
{
	char *text = arena_alloc(d->arena, len * 3 + 1), *end = text;

	*text = '\0';
	for (size_t i = 0; i < len; i++)
		end += sprintf(end, i ? ":%02x" : "%02x", bytes[i]);
	value_set_name(ret, text);
}

void value_set_ifindex(struct decoder *d, struct value *ret, uint32_t index)
{
	const char *name = NULL;

	if (index && d->opts->interface_name)
		name = d->opts->interface_name(d->opts->asked, d->arena, index);
	if (!name) {
		value_set_uint(ret, index);
		return;
	}
	macro_init(ret, "if_nametoindex");
	value_set_string(list_add(d, ret, NULL), name, strlen(name));
}

void value_set_hex_named(
	struct decoder *d, struct value *ret, uint64_t number, const struct flag_set *set)
{
	const char *name = flag_set_exact(set, number);

	value_set_hex(ret, number);
	ret->comment = name ? name : set->unknown;
}

void value_set_hex_padded(struct decoder *d, struct value *ret, uint64_t number, int digits)
{
	value_set_name(ret, decoder_printf(d, "%#0*llx", digits, (unsigned long long)number));
}

/* Bytes of an address, one by one. */
static void set_bytes(struct decoder *d, struct value *ret, const uint8_t *bytes, size_t len)
{
	list_init(ret, VALUE_ARRAY);
	for (size_t i = 0; i < len; i++)
		value_set_hex_padded(d, list_add(d, ret, NULL), bytes[i], 2);
}

void value_set_binary(struct value *ret, const void *bytes, size_t len)
{
	value_set_data(ret, bytes, len, len);
	ret->flags |= VALUE_BINARY;
}

void value_set_field_text(struct value *ret, const char *bytes, size_t room)
{
	value_set_text(ret, bytes, room);
	if (strnlen(bytes, room) == room)
		ret->flags |= VALUE_CUT;
}

static bool all_zero(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len && !*at) {
		at++;
		len--;
	}
	return !len;
}

/* ---- families ---- */

/* `bytes`: aligned storage of the size of the largest address, with zeros from `len` on. */

static void show_unix(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_un *from = bytes;
	struct value *item = list_add(d, ret, "sun_path");
	size_t room = MIN(len, sizeof(*from)) - offsetof(struct sockaddr_un, sun_path);

	if (*from->sun_path) {
		value_set_text(item, from->sun_path, room);
	} else {
		/* in the abstract namespace every byte counts */
		value_set_string(item, from->sun_path + 1, room - 1);
		item->flags |= VALUE_ABSTRACT;
	}
}

static void show_inet(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_in *from = bytes;

	value_set_be16(d, list_add(d, ret, "sin_port"), from->sin_port);
	value_set_inet_addr(d, list_add(d, ret, "sin_addr"), &from->sin_addr);
}

static void show_inet6(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_in6 *from = bytes;

	value_set_be16(d, list_add(d, ret, "sin6_port"), from->sin6_port);
	value_set_be32(d, list_add(d, ret, "sin6_flowinfo"), from->sin6_flowinfo);
	list_add_inet_addr(d, ret, "sin6_addr", AF_INET6, &from->sin6_addr);
	if (len <= offsetof(struct sockaddr_in6, sin6_scope_id))
		return;
	if (IN6_IS_ADDR_LINKLOCAL(&from->sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL(&from->sin6_addr))
		ADD_IFINDEX(sin6_scope_id);
	else
		ADD_UINT(sin6_scope_id);
}

/* A call sign as radio amateurs write it: six shifted letters, and a number from 0 to 15. */
static const char *ax25_text(struct decoder *d, const ax25_address *from)
{
	const uint8_t *call = (const uint8_t *)from->ax25_call;
	char text[7];
	unsigned end = 6;

	while (end && call[end - 1] >> 1 == ' ')
		end--;
	for (unsigned i = 0; i < end; i++)
		text[i] = (char)(call[i] >> 1);
	text[end] = '\0';
	if (!end && !(call[6] >> 1 & 0xf))
		return "*";
	return decoder_printf(d, "%s-%u", text, call[6] >> 1 & 0xf);
}

/* Whether the text says all, or is no text at all. */
static void ax25_judge(const ax25_address *from, bool *ret_clear, bool *ret_text)
{
	const uint8_t *call = (const uint8_t *)from->ax25_call;
	bool spaces = false, letters = false;

	*ret_clear = *ret_text = true;
	for (unsigned i = 0; i < 6; i++) {
		uint8_t c = call[i] >> 1;
		bool usual = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == ' ';

		if ((call[i] & 1) || !usual || (c != ' ' && spaces))
			*ret_clear = false;
		if (c == ' ')
			spaces = true;
		else
			letters = true;
		/* what would end the remark that it stands in */
		if (c < ' ' || c > 0x7e || c == '*' || c == '/')
			*ret_text = false;
	}
	if ((call[6] & ~0x1e) || (!letters && call[6]))
		*ret_clear = false;
}

static void set_ax25(struct decoder *d, struct value *ret, const ax25_address *from)
{
	bool clear, text;

	ax25_judge(from, &clear, &text);
	if (clear && text) {
		value_set_name(ret, ax25_text(d, from));
		return;
	}
	value_set_binary(list_add(d, ret, "ax25_call"), from->ax25_call, sizeof(from->ax25_call));
	if (text)
		ret->comment = ax25_text(d, from);
}

static void show_ax25(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct full_sockaddr_ax25 *full = bytes;
	const struct sockaddr_ax25 *from = &full->fsa_ax25;
	size_t has = (MIN(len, sizeof(*full)) - sizeof(*from)) / sizeof(ax25_address);
	size_t wanted = MIN((size_t)MAX(from->sax25_ndigis, 0), ARRAY_SIZE(full->fsa_digipeater));
	bool whole = from->sax25_ndigis || len > sizeof(*from);
	struct value *outer = ret, *list;

	if (whole)
		ret = list_add(d, ret, "fsa_ax25");
	set_ax25(d, list_add(d, ret, "sax25_call"), &from->sax25_call);
	ADD_INT(sax25_ndigis);
	if (!whole)
		return;
	if (wanted) {
		list = list_add(d, outer, "fsa_digipeater");
		list_init(list, VALUE_ARRAY);
		for (size_t i = 0; i < MIN(has, wanted); i++)
			set_ax25(d, list_add(d, list, NULL), &full->fsa_digipeater[i]);
		if (has < wanted)
			list->flags |= VALUE_CUT;
	}
	if (len > sizeof(*from) + has * sizeof(ax25_address))
		outer->flags |= VALUE_CUT;
}

struct ipx_address {
	uint16_t sipx_family;
	uint16_t sipx_port;
	uint32_t sipx_network;
	uint8_t sipx_node[6];
	uint8_t sipx_type;
	uint8_t sipx_zero;
};

static void show_ipx(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct ipx_address *from = bytes;
	struct value *network;

	value_set_be16(d, list_add(d, ret, "sipx_port"), from->sipx_port);
	network = list_add(d, ret, "sipx_network");
	macro_init(network, "htonl");
	value_set_hex(list_add(d, network, NULL), ntohl(from->sipx_network));
	set_bytes(d, list_add(d, ret, "sipx_node"), from->sipx_node, sizeof(from->sipx_node));
	value_set_hex_padded(d, list_add(d, ret, "sipx_type"), from->sipx_type, 2);
	if (from->sipx_zero)
		ADD_HEX(sipx_zero);
}

static void show_x25(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_x25 *from = bytes;
	struct value *addr = list_add(d, ret, "sx25_addr");

	value_set_field_text(list_add(d, addr, "x25_addr"), from->sx25_addr.x25_addr,
		sizeof(from->sx25_addr.x25_addr));
}

static void show_netlink(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_nl *from = bytes;

	if (from->nl_pad)
		ADD_HEX(nl_pad);
	value_set_pid(list_add(d, ret, "nl_pid"), (int32_t)from->nl_pid);
	value_set_hex_padded(d, list_add(d, ret, "nl_groups"), from->nl_groups, 8);
}

static void show_packet(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_ll *from = bytes;
	size_t room = len - offsetof(struct sockaddr_ll, sll_addr);

	value_set_eth_protocol(d, list_add(d, ret, "sll_protocol"), from->sll_protocol);
	ADD_IFINDEX(sll_ifindex);
	ADD_ENUM(sll_hatype, arphrd);
	ADD_ENUM(sll_pkttype, packet_type);
	ADD_UINT(sll_halen);
	if (from->sll_halen) {
		struct value *addr = list_add(d, ret, "sll_addr");

		/* some are longer than the structure */
		set_bytes(d, addr, (const uint8_t *)bytes + offsetof(struct sockaddr_ll, sll_addr),
			MIN(from->sll_halen, room));
		if (room < from->sll_halen)
			addr->flags |= VALUE_CUT;
	}
}

static void set_tipc_scope(struct decoder *d, struct value *ret, int8_t scope)
{
	const char *name = flag_set_exact(&flags_tipc_scope, (uint32_t)abs(scope));

	if (scope >= 0)
		value_set_enum(ret, (uint32_t)scope, &flags_tipc_scope);
	else if (name)
		value_set_name(ret, decoder_printf(d, "-%s", name));
	else {
		value_set_name(ret, decoder_printf(d, "-%#x", abs(scope)));
		ret->comment = flags_tipc_scope.unknown;
	}
}

static void show_tipc(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_tipc *from = bytes;
	struct value *addr, *part;

	ADD_ENUM(addrtype, tipc_type);
	set_tipc_scope(d, list_add(d, ret, "scope"), from->scope);
	addr = list_add(d, ret, "addr");
	switch (from->addrtype) {
	case TIPC_SERVICE_RANGE:
		part = list_add(d, addr, "nameseq");
		value_set_uint(list_add(d, part, "type"), from->addr.nameseq.type);
		value_set_uint(list_add(d, part, "lower"), from->addr.nameseq.lower);
		value_set_uint(list_add(d, part, "upper"), from->addr.nameseq.upper);
		break;
	case TIPC_SERVICE_ADDR: {
		struct value *outer = list_add(d, addr, "name");

		part = list_add(d, outer, "name");
		value_set_uint(list_add(d, part, "type"), from->addr.name.name.type);
		value_set_uint(list_add(d, part, "instance"), from->addr.name.name.instance);
		value_set_hex(list_add(d, outer, "domain"), from->addr.name.domain);
		break;
	}
	case TIPC_SOCKET_ADDR:
		part = list_add(d, addr, "id");
		value_set_uint(list_add(d, part, "ref"), from->addr.id.ref);
		value_set_hex(list_add(d, part, "node"), from->addr.id.node);
		break;
	default: value_set_data(addr, &from->addr, sizeof(from->addr), sizeof(from->addr)); break;
	}
}

/* Channel numbers of Bluetooth, some known and some counted from a known one. */
static void set_channel(struct decoder *d, struct value *ret, uint16_t number,
	const struct flag_set *set, uint16_t first, uint16_t last)
{
	const char *name = flag_set_exact(set, number);
	struct value *part;

	macro_init(ret, "htobs");
	part = list_add(d, ret, NULL);
	if (!name && number >= first && number <= last)
		value_set_name(part,
			decoder_printf(d, "%s+%u", flag_set_exact(set, first), number - first));
	else
		value_set_enum(part, number, set);
}

static void set_psm(struct decoder *d, struct value *ret, uint16_t psm)
{
	bool low_energy = psm < 0x100;

	set_channel(d, ret, psm, &flags_l2cap_psm, low_energy ? 0x80 : 0x1001,
		low_energy ? 0xff : 0xffff);
}

struct hci_address {
	uint16_t hci_family;
	uint16_t hci_dev;
	uint16_t hci_channel;
};

struct rfcomm_address {
	uint16_t family;
	uint8_t bdaddr[6];
	uint8_t channel;
};

struct l2cap_address {
	uint16_t l2_family;
	uint16_t l2_psm;
	uint8_t l2_bdaddr[6];
	uint16_t l2_cid;
	uint8_t l2_bdaddr_type;
};

static void show_data(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const uint8_t *data = bytes;
	size_t head = sizeof(sa_family_t);

	value_set_string(list_add(d, ret, "sa_data"), data + head, len - head);
}

/* One family for several protocols: only the length tells which. */
static void show_bluetooth(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct rfcomm_address *rfcomm = bytes;
	const struct l2cap_address *l2cap = bytes;
	const struct hci_address *from = bytes;
	struct value *dev;

	switch (len) {
	case offsetof(struct hci_address, hci_channel):
	case sizeof(struct hci_address):
		dev = list_add(d, ret, "hci_dev");
		macro_init(dev, "htobs");
		value_set_uint(list_add(d, dev, NULL), from->hci_dev);
		if (len == sizeof(*from))
			ADD_ENUM(hci_channel, hci_channel);
		break;
	case offsetof(struct rfcomm_address, channel):
		value_set_hwaddr(d, list_add(d, ret, "sco_bdaddr"), rfcomm->bdaddr, 6);
		break;
	case sizeof(struct rfcomm_address):
		value_set_hwaddr(d, list_add(d, ret, "rc_bdaddr"), rfcomm->bdaddr, 6);
		value_set_uint(list_add(d, ret, "rc_channel"), rfcomm->channel);
		break;
	case offsetof(struct l2cap_address, l2_bdaddr_type):
	case sizeof(struct l2cap_address):
		set_psm(d, list_add(d, ret, "l2_psm"), l2cap->l2_psm);
		value_set_hwaddr(d, list_add(d, ret, "l2_bdaddr"), l2cap->l2_bdaddr, 6);
		set_channel(d, list_add(d, ret, "l2_cid"), l2cap->l2_cid, &flags_l2cap_cid, 0x40,
			0xffff);
		if (len == sizeof(*l2cap))
			value_set_enum(list_add(d, ret, "l2_bdaddr_type"), l2cap->l2_bdaddr_type,
				&flags_bdaddr_type);
		break;
	default: show_data(d, bytes, len, ret); break;
	}
}

struct rxrpc_address {
	uint16_t srx_family;
	uint16_t srx_service;
	uint16_t transport_type;
	uint16_t transport_len;
	union {
		uint16_t family;
		struct sockaddr_in sin;
		struct sockaddr_in6 sin6;
	} transport;
};

static void show_rxrpc(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct rxrpc_address *from = bytes;
	const void *inner = &from->transport;
	uint16_t family = from->transport.family;
	size_t inner_len =
		MIN(from->transport_len, len - offsetof(struct rxrpc_address, transport));
	struct value *transport, *part;
	bool known = family == AF_INET || family == AF_INET6;

	value_set_hex_named(
		d, list_add(d, ret, "srx_service"), from->srx_service, &flags_rxrpc_service);
	ADD_ENUM(transport_type, sock_type);
	ADD_UINT(transport_len);
	transport = list_add(d, ret, "transport");
	part = known ? list_add(d, transport, family == AF_INET ? "sin" : "sin6") : transport;
	value_set_enum(list_add(d, part,
			       family == AF_INET    ? "sin_family"
			       : family == AF_INET6 ? "sin6_family"
						    : "family"),
		family, &flags_af);
	if (family == AF_INET && from->transport_len >= sizeof(struct sockaddr_in))
		show_inet(d, inner, inner_len, part);
	else if (family == AF_INET6 &&
		 from->transport_len >= offsetof(struct sockaddr_in6, sin6_scope_id))
		show_inet6(d, inner, inner_len, part);
	else if (inner_len > sizeof(family)) {
		struct value *data = list_add(d, part, "data");

		value_set_string(
			data, (const uint8_t *)inner + sizeof(family), inner_len - sizeof(family));
		data->flags |= VALUE_BARE;
	}
}

struct ieee802154_address {
	uint16_t family;
	struct {
		int32_t addr_type;
		uint16_t pan_id;
		union {
			uint8_t hwaddr[8];
			uint16_t short_addr;
		};
	} addr;
};

static void show_ieee802154(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct ieee802154_address *from = bytes;
	struct value *addr = list_add(d, ret, "addr");

	value_set_hex_named(d, list_add(d, addr, "addr_type"), (uint32_t)from->addr.addr_type,
		&flags_ieee802154_addr_type);
	value_set_hex_named(
		d, list_add(d, addr, "pan_id"), from->addr.pan_id, &flags_ieee802154_pan);
	if (from->addr.addr_type == 2) /* IEEE802154_ADDR_SHORT */
		value_set_hex_named(d, list_add(d, addr, "short_addr"), from->addr.short_addr,
			&flags_ieee802154_addr);
	else if (from->addr.addr_type)
		value_set_hwaddr(d, list_add(d, addr, "hwaddr"), from->addr.hwaddr, 8);
}

struct alg_address {
	uint16_t salg_family;
	uint8_t salg_type[14];
	uint32_t salg_feat;
	uint32_t salg_mask;
	uint8_t salg_name[];
};

static void set_flags_named(struct value *ret, uint32_t bits, const struct flag_set *set)
{
	const char *name = flag_set_exact(set, bits);

	value_set_hex(ret, bits);
	if (bits)
		ret->comment = name ? name : set->unknown;
}

static void show_alg(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct alg_address *from = bytes;

	value_set_field_text(list_add(d, ret, "salg_type"), (const char *)from->salg_type,
		sizeof(from->salg_type));
	set_flags_named(list_add(d, ret, "salg_feat"), from->salg_feat, &flags_crypto_alg);
	set_flags_named(list_add(d, ret, "salg_mask"), from->salg_mask, &flags_crypto_alg);
	value_set_field_text(
		list_add(d, ret, "salg_name"), (const char *)from->salg_name, len - sizeof(*from));
}

static void show_nfc(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_nfc_llcp *from = bytes;

	ADD_IFINDEX(dev_idx);
	ADD_HEX(target_idx);
	ADD_ENUM(nfc_protocol, nfc_proto);
	if (len < sizeof(*from)) {
		if (len > sizeof(struct sockaddr_nfc))
			ret->flags |= VALUE_CUT;
		return;
	}
	value_set_hex_named(d, list_add(d, ret, "dsap"), from->dsap, &flags_nfc_sap);
	value_set_hex_named(d, list_add(d, ret, "ssap"), from->ssap, &flags_nfc_sap);
	value_set_string(list_add(d, ret, "service_name"), from->service_name,
		MIN(sizeof(from->service_name), from->service_name_len));
	ADD_UINT(service_name_len);
}

static void show_vsock(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_vm *from = bytes;

	if (from->svm_reserved1)
		ADD_HEX(svm_reserved1);
	ADD_ENUM(svm_cid, vsock_cid);
	ADD_ENUM(svm_port, vsock_port);
	ADD_FLAGS(svm_flags, vsock_flags);
	if (!all_zero(from->svm_zero, sizeof(from->svm_zero)))
		value_set_binary(
			list_add(d, ret, "svm_zero"), from->svm_zero, sizeof(from->svm_zero));
}

static void show_qrtr(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_qrtr *from = bytes;

	ADD_ENUM(sq_node, qrtr_node);
	ADD_ENUM(sq_port, qrtr_port);
}

static void show_xdp(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_xdp *from = bytes;

	ADD_FLAGS(sxdp_flags, xdp_flags);
	ADD_IFINDEX(sxdp_ifindex);
	ADD_UINT(sxdp_queue_id);
	if (from->sxdp_flags & XDP_SHARED_UMEM)
		value_set_fd(list_add(d, ret, "sxdp_shared_umem_fd"),
			(int32_t)from->sxdp_shared_umem_fd);
	else if (from->sxdp_shared_umem_fd)
		ADD_HEX(sxdp_shared_umem_fd);
}

static void show_mctp(struct decoder *d, const void *bytes, size_t len, struct value *ret)
{
	const struct sockaddr_mctp *from = bytes;

	if (from->__smctp_pad0)
		ADD_HEX(__smctp_pad0);
	ADD_ENUM(smctp_network, mctp_net);
	value_set_enum(list_add(d, list_add(d, ret, "smctp_addr"), "s_addr"),
		from->smctp_addr.s_addr, &flags_mctp_addr);
	ADD_HEX(smctp_type);
	ADD_HEX(smctp_tag);
	if (from->__smctp_pad1)
		ADD_HEX(__smctp_pad1);
}

/* A shorter address is shown as bytes. */
static const struct {
	void (*show)(struct decoder *d, const void *bytes, size_t len, struct value *ret);
	size_t min_len;
} families[] = {
	[AF_UNIX] = {show_unix, sizeof(sa_family_t) + 1},
	[AF_INET] = {show_inet, sizeof(struct sockaddr_in)},
	[AF_AX25] = {show_ax25, sizeof(struct sockaddr_ax25)},
	[AF_IPX] = {show_ipx, sizeof(struct ipx_address)},
	[AF_X25] = {show_x25, sizeof(struct sockaddr_x25)},
	[AF_INET6] = {show_inet6, offsetof(struct sockaddr_in6, sin6_scope_id)},
	[AF_NETLINK] = {show_netlink, sizeof(struct sockaddr_nl)},
	[AF_PACKET] = {show_packet, sizeof(struct sockaddr_ll)},
	[AF_TIPC] = {show_tipc, sizeof(struct sockaddr_tipc)},
	[AF_BLUETOOTH] = {show_bluetooth, sizeof(sa_family_t) + 1},
	[AF_RXRPC] = {show_rxrpc, sizeof(struct rxrpc_address)},
	[AF_IEEE802154] = {show_ieee802154, sizeof(struct ieee802154_address)},
	[AF_ALG] = {show_alg, sizeof(struct alg_address) + 1},
	[AF_NFC] = {show_nfc, sizeof(struct sockaddr_nfc)},
	[AF_VSOCK] = {show_vsock, sizeof(struct sockaddr_vm)},
	[AF_QIPCRTR] = {show_qrtr, sizeof(struct sockaddr_qrtr)},
	[AF_XDP] = {show_xdp, sizeof(struct sockaddr_xdp)},
	[AF_MCTP] = {show_mctp, sizeof(struct sockaddr_mctp)},
};

void value_set_sockaddr(struct decoder *d, struct value *ret, const void *bytes, size_t len)
{
	/* zero behind the end, so that fields beyond a short address are harmless */
	uint8_t *copy = arena_calloc(d->arena, 1, sizeof(struct sockaddr_storage) + 1);
	sa_family_t family;

	len = MIN(len, sizeof(struct sockaddr_storage));
	memcpy(copy, bytes, len);
	memcpy(&family, copy, sizeof(family));
	list_init(ret, VALUE_STRUCT);
	value_set_enum(list_add(d, ret, "sa_family"), family, &flags_af);
	if (len <= sizeof(family))
		return;
	if (family < ARRAY_SIZE(families) && families[family].show &&
		len >= families[family].min_len)
		families[family].show(d, copy, len, ret);
	else
		show_data(d, copy, len, ret);
}

void decoder_show_sockaddr(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret)
{
	const struct capture *chunk = addr ? decoder_chunk(d, addr, when) : NULL;

	len = (int32_t)len < 0 ? 0 : MIN(len, sizeof(struct sockaddr_storage));
	if (!chunk || len < sizeof(sa_family_t) || chunk->len < len)
		value_set_addr(ret, addr);
	else
		value_set_sockaddr(d, ret, chunk->bytes, len);
}
