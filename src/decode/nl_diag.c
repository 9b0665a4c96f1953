/* NETLINK_SOCK_DIAG: what ss(8) asks about sockets. */
#include "decode/nl_diag.h"

#include <string.h>
#include <sys/socket.h>

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/smc_diag.h>
#include <linux/unix_diag.h>

#include "decode/bpf_filter.h"
#include "decode/net.h"
#include "decode/nlattr.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

void nl_add_cookie(struct decoder *d, struct value *ret, const char *name, const uint32_t cookie[2])
{
	struct value *list = list_add(d, ret, name);

	list_init(list, VALUE_ARRAY);
	value_set_uint(list_add(d, list, NULL), cookie[0]);
	value_set_uint(list_add(d, list, NULL), cookie[1]);
}
#define ADD_COOKIE(m) nl_add_cookie(d, ret, #m, from->m)

/* ---- unix ---- */

SHAPE(unix_req, struct unix_diag_req)
{
	ADD_UINT(sdiag_protocol);
	ADD_FLAGS(udiag_states, tcp_states);
	ADD_UINT(udiag_ino);
	ADD_FLAGS(udiag_show, udiag_show);
	ADD_COOKIE(udiag_cookie);
}

SHAPE(unix_msg, struct unix_diag_msg)
{
	ADD_ENUM(udiag_type, sock_type);
	ADD_ENUM(udiag_state, tcp_state);
	ADD_UINT(udiag_ino);
	ADD_COOKIE(udiag_cookie);
}

SHAPE(unix_vfs, struct unix_diag_vfs)
{
	ADD_DEV(udiag_vfs_dev);
	ADD_UINT(udiag_vfs_ino);
}

SHAPE(unix_queue, struct unix_diag_rqlen)
{
	ADD_UINT(udiag_rqueue);
	ADD_UINT(udiag_wqueue);
}

static bool show_inodes(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_structs(n, &shape_uint, data, ret);
}

/* ---- netlink ---- */

#define ALL_PROTOCOLS 0xff

SHAPE(netlink_req, struct netlink_diag_req)
{
	struct value *protocol = list_add(d, ret, "sdiag_protocol");

	if (from->sdiag_protocol == ALL_PROTOCOLS)
		value_set_name(protocol, "NDIAG_PROTO_ALL");
	else
		value_set_enum(protocol, from->sdiag_protocol, &flags_netlink_proto);
	ADD_UINT(ndiag_ino);
	ADD_FLAGS(ndiag_show, ndiag_show);
	ADD_COOKIE(ndiag_cookie);
}

SHAPE(netlink_msg, struct netlink_diag_msg)
{
	ADD_ENUM(ndiag_type, sock_type);
	ADD_ENUM(ndiag_protocol, netlink_proto);
	ADD_ENUM(ndiag_state, ndiag_state);
	ADD_UINT(ndiag_portid);
	ADD_UINT(ndiag_dst_portid);
	ADD_UINT(ndiag_dst_group);
	ADD_UINT(ndiag_ino);
	ADD_COOKIE(ndiag_cookie);
}

SHAPE(netlink_ring, struct netlink_diag_ring)
{
	ADD_UINT(ndr_block_size);
	ADD_UINT(ndr_block_nr);
	ADD_UINT(ndr_frame_size);
	ADD_UINT(ndr_frame_nr);
}

SHAPE(groups, uint64_t)
{
	value_set_hex_padded(d, ret, *from, 16);
}

static bool show_group_words(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_structs(n, &shape_groups, data, ret);
}

static bool show_netlink_flags(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	const uint32_t *bits = span_bytes(n, data, sizeof(*bits));

	if (data->len < sizeof(*bits))
		return false;
	if (bits)
		value_set_flags(ret, *bits, &flags_ndiag_flags);
	else
		value_set_addr(ret, data->addr);
	return true;
}

/* ---- packet ---- */

SHAPE(packet_req, struct packet_diag_req)
{
	ADD_HEX(sdiag_protocol);
	ADD_UINT(pdiag_ino);
	ADD_FLAGS(pdiag_show, pdiag_show);
	ADD_COOKIE(pdiag_cookie);
}

SHAPE(packet_msg, struct packet_diag_msg)
{
	ADD_ENUM(pdiag_type, sock_type);
	ADD_ENUM(pdiag_num, eth_protocol);
	ADD_UINT(pdiag_ino);
	ADD_COOKIE(pdiag_cookie);
}

SHAPE(packet_info, struct packet_diag_info)
{
	ADD_IFINDEX(pdi_index);
	ADD_ENUM(pdi_version, tpacket);
	ADD_UINT(pdi_reserve);
	ADD_UINT(pdi_copy_thresh);
	ADD_UINT(pdi_tstamp);
	ADD_FLAGS(pdi_flags, pdi_flags);
}

SHAPE(mclist, struct packet_diag_mclist)
{
	ADD_IFINDEX(pdmc_index);
	ADD_UINT(pdmc_count);
	ADD_UINT(pdmc_type);
	ADD_UINT(pdmc_alen);
	value_set_binary(list_add(d, ret, "pdmc_addr"), from->pdmc_addr,
		MIN(from->pdmc_alen, sizeof(from->pdmc_addr)));
}

static bool show_mclists(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_structs(n, &shape_mclist, data, ret);
}

SHAPE(packet_ring, struct packet_diag_ring)
{
	ADD_UINT(pdr_block_size);
	ADD_UINT(pdr_block_nr);
	ADD_UINT(pdr_frame_size);
	ADD_UINT(pdr_frame_nr);
	ADD_UINT(pdr_retire_tmo);
	ADD_UINT(pdr_sizeof_priv);
	ADD_UINT(pdr_features);
}

static bool show_filter(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	size_t nr = data->len / sizeof(struct sock_filter);

	if (!nr || nr > UINT16_MAX)
		return false;
	if (n->d->opts->verbose)
		return nl_show_structs(n, decoder_filter_shape(FILTER_OF_SOCKET), data, ret);
	value_set_addr(ret, data->addr);
	return true;
}

/* ---- SMC ---- */

SHAPE(smc_req, struct smc_diag_req)
{
	ADD_FLAGS(diag_ext, smc_diag_ext);
	nl_fill_sockid(d, &from->id, AF_INET, list_add(d, ret, "id"));
}

SHAPE(smc_msg, struct smc_diag_msg)
{
	ADD_ENUM(diag_state, smc_state);
	value_set_enum(list_add(d, ret, "diag_fallback"), from->diag_mode, &flags_smc_diag_mode);
	ADD_UINT(diag_shutdown);
	nl_fill_sockid(d, &from->id, AF_INET, list_add(d, ret, "id"));
	ADD_UINT(diag_uid);
	ADD_UINT(diag_inode);
}

SHAPE(smc_cursor, struct smc_diag_cursor)
{
	ADD_UINT(reserved);
	ADD_UINT(wrap);
	ADD_UINT(count);
}
#define ADD_PADDED(m) value_set_hex_padded(d, list_add(d, ret, #m), from->m, sizeof(from->m) * 2)

SHAPE(smc_conninfo, struct smc_diag_conninfo)
{
	ADD_UINT(token);
	ADD_UINT(sndbuf_size);
	ADD_UINT(rmbe_size);
	ADD_UINT(peer_rmbe_size);
	ADD_SHAPE(rx_prod, smc_cursor);
	ADD_SHAPE(rx_cons, smc_cursor);
	ADD_SHAPE(tx_prod, smc_cursor);
	ADD_SHAPE(tx_cons, smc_cursor);
	ADD_PADDED(rx_prod_flags);
	ADD_PADDED(rx_conn_state_flags);
	ADD_PADDED(tx_prod_flags);
	ADD_PADDED(tx_conn_state_flags);
	ADD_SHAPE(tx_prep, smc_cursor);
	ADD_SHAPE(tx_sent, smc_cursor);
	ADD_SHAPE(tx_fin, smc_cursor);
}

SHAPE(smc_link, struct smc_diag_linkinfo)
{
	ADD_UINT(link_id);
	value_set_field_text(
		list_add(d, ret, "ibname"), (const char *)from->ibname, sizeof(from->ibname));
	ADD_UINT(ibport);
	value_set_field_text(list_add(d, ret, "gid"), (const char *)from->gid, sizeof(from->gid));
	value_set_field_text(
		list_add(d, ret, "peer_gid"), (const char *)from->peer_gid, sizeof(from->peer_gid));
}

SHAPE(smc_lgrinfo, struct smc_diag_lgrinfo)
{
	struct value *list = list_add(d, ret, "lnk");

	list_init(list, VALUE_ARRAY);
	shape_smc_link.show(d, &from->lnk[0], list_add(d, list, NULL));
	ADD_ENUM(role, smc_role);
}

static bool show_dmbinfo(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const char *const names[] = {
		"peer_gid", "my_gid", "token", "peer_token", "peer_gid_ext", "my_gid_ext"};
	size_t old = 40, len = MIN(data->len, (size_t)56);
	const uint8_t *bytes = span_bytes(n, data, len);
	uint32_t linkid;

	if (data->len < old)
		return false;
	if (!bytes) {
		value_set_addr(ret, data->addr);
		return true;
	}
	memcpy(&linkid, bytes, sizeof(linkid));
	value_set_uint(list_add(n->d, ret, "linkid"), linkid);
	for (size_t i = 0; i < ARRAY_SIZE(names) && (i < 4 || len > old); i++) {
		uint64_t number = 0;

		if ((i + 2) * 8 <= len)
			memcpy(&number, bytes + (i + 1) * 8, sizeof(number));
		value_set_hex(list_add(n->d, ret, names[i]), number);
	}
	return true;
}

SHAPE(smc_fallback, struct smc_diag_fallback)
{
	value_set_hex_named(d, list_add(d, ret, "reason"), from->reason, &flags_smc_decline);
	value_set_hex_named(
		d, list_add(d, ret, "peer_diagnosis"), from->peer_diagnosis, &flags_smc_decline);
}

/* clang-format off */
NL_ATTRS(unix_diag, "UNIX_DIAG_???",
	A(UNIX_DIAG_NAME, 0, STR),
	A(UNIX_DIAG_VFS, 1, STRUCT(unix_vfs)),
	A(UNIX_DIAG_PEER, 2, U32),
	A(UNIX_DIAG_ICONS, 3, BY(show_inodes)),
	A(UNIX_DIAG_RQLEN, 4, STRUCT(unix_queue)),
	A(UNIX_DIAG_MEMINFO, 5, MEMINFO),
	A(UNIX_DIAG_SHUTDOWN, 6, U8),
	A(UNIX_DIAG_UID, 7, ID));

NL_ATTRS(netlink_diag, "NETLINK_DIAG_???",
	A(NETLINK_DIAG_MEMINFO, 0, MEMINFO),
	A(NETLINK_DIAG_GROUPS, 1, BY(show_group_words)),
	A(NETLINK_DIAG_RX_RING, 2, STRUCT(netlink_ring)),
	A(NETLINK_DIAG_TX_RING, 3, STRUCT(netlink_ring)),
	A(NETLINK_DIAG_FLAGS, 4, BY(show_netlink_flags)));

NL_ATTRS(packet_diag, "PACKET_DIAG_???",
	A(PACKET_DIAG_INFO, 0, STRUCT(packet_info)),
	A(PACKET_DIAG_MCLIST, 1, BY(show_mclists)),
	A(PACKET_DIAG_RX_RING, 2, STRUCT(packet_ring)),
	A(PACKET_DIAG_TX_RING, 3, STRUCT(packet_ring)),
	A(PACKET_DIAG_FANOUT, 4, U32),
	A(PACKET_DIAG_UID, 5, ID),
	A(PACKET_DIAG_MEMINFO, 6, MEMINFO),
	A(PACKET_DIAG_FILTER, 7, BY(show_filter)));

NL_ATTRS(smc_diag, "SMC_DIAG_???",
	A(SMC_DIAG_NONE, 0, RAW),
	A(SMC_DIAG_CONNINFO, 1, STRUCT(smc_conninfo)),
	A(SMC_DIAG_LGRINFO, 2, STRUCT(smc_lgrinfo)),
	A(SMC_DIAG_SHUTDOWN, 3, FLAGS(sock_shutdown, 1)),
	A(SMC_DIAG_DMBINFO, 4, BY(show_dmbinfo)),
	A(SMC_DIAG_FALLBACK, 5, STRUCT(smc_fallback)));
/* clang-format on */

/* ---- which body a message has ---- */

#define REQUEST(id, family_name_)                                                                  \
	static const struct nl_body body_##id = {                                                  \
		.family_name = family_name_, .rest = &shape_##id, .bare = true}
#define ANSWER(id, family_name_, attrs_)                                                           \
	static const struct nl_body body_##id = {                                                  \
		.family_name = family_name_, .rest = &shape_##id, .attrs = &nl_##attrs_}

REQUEST(unix_req, "sdiag_family");
ANSWER(unix_msg, "udiag_family", unix_diag);
REQUEST(netlink_req, "sdiag_family");
ANSWER(netlink_msg, "ndiag_family", netlink_diag);
REQUEST(packet_req, "sdiag_family");
ANSWER(packet_msg, "pdiag_family", packet_diag);
REQUEST(smc_req, "diag_family");
ANSWER(smc_msg, "diag_family", smc_diag);

#define FAMILY_SMC 43

static const struct nl_body *body_of(const struct netlink *n)
{
	bool request = n->flags & NLM_F_REQUEST;

	switch (n->family) {
	case AF_UNIX: return request ? &body_unix_req : &body_unix_msg;
	case AF_INET:
	case AF_INET6: return nl_inet_diag_body(n, request);
	case AF_NETLINK: return request ? &body_netlink_req : &body_netlink_msg;
	case AF_PACKET: return request ? &body_packet_req : &body_packet_msg;
	case FAMILY_SMC: return request ? &body_smc_req : &body_smc_msg;
	default: return NULL;
	}
}

bool nl_add_sock_diag(struct netlink *n, const struct span *at, struct value *message)
{
	const struct nl_body *body = body_of(n);

	if (n->type == NLMSG_DONE)
		return false;
	if (!at->at_hand)
		value_set_addr(list_add(n->d, message, NULL), at->addr);
	else if (body && at->len > sizeof(n->family))
		nl_add_body(n, body, at, message);
	else
		nl_add_family(n, at, message);
	return true;
}
