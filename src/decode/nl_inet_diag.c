/* NETLINK_SOCK_DIAG: internet sockets. */
#include "decode/nl_diag.h"

#include <string.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>

#include "decode/net.h"
#include "decode/nlattr.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

static void add_address(
	struct decoder *d, struct value *ret, const char *name, int family, const void *bytes)
{
	if (family == AF_INET || family == AF_INET6)
		list_add_inet_addr(d, ret, name, family, bytes);
	else
		value_set_binary(list_add(d, ret, name), bytes, 16);
}

void nl_fill_sockid(
	struct decoder *d, const struct inet_diag_sockid *from, int family, struct value *ret)
{
	value_set_be16(d, list_add(d, ret, "idiag_sport"), from->idiag_sport);
	value_set_be16(d, list_add(d, ret, "idiag_dport"), from->idiag_dport);
	add_address(d, ret, "idiag_src", family, from->idiag_src);
	add_address(d, ret, "idiag_dst", family, from->idiag_dst);
	ADD_IFINDEX(idiag_if);
	nl_add_cookie(d, ret, "idiag_cookie", from->idiag_cookie);
}

/* ---- requests ---- */

SHAPE(inet_req_old, struct inet_diag_req)
{
	ADD_UINT(idiag_src_len);
	ADD_UINT(idiag_dst_len);
	ADD_FLAGS(idiag_ext, inet_diag_ext);
	nl_fill_sockid(d, &from->id, from->idiag_family, list_add(d, ret, "id"));
	ADD_FLAGS(idiag_states, tcp_states);
	ADD_UINT(idiag_dbs);
}

SHAPE(inet_req, struct inet_diag_req_v2)
{
	ADD_ENUM(sdiag_protocol, ipproto);
	ADD_FLAGS(idiag_ext, inet_diag_ext);
	ADD_FLAGS(idiag_states, tcp_states);
	nl_fill_sockid(d, &from->id, from->sdiag_family, list_add(d, ret, "id"));
}

SHAPE(bytecode, struct inet_diag_bc_op)
{
	ADD_ENUM(code, inet_diag_bc);
	ADD_UINT(yes);
	ADD_UINT(no);
}

/* What an instruction compares with. */
static void show_host(struct netlink *n, const struct span *at, struct value *ret)
{
	struct decoder *d = n->d;
	const struct inet_diag_hostcond *from = span_bytes(n, at, sizeof(*from));
	struct span addr = span_behind(at, sizeof(*from));
	size_t size;

	if (at->len < sizeof(*from)) {
		span_show(at, ret);
		return;
	}
	if (!from) {
		value_set_addr(ret, at->addr);
		return;
	}
	ADD_ENUM(family, af);
	ADD_UINT(prefix_len);
	value_set_uint(list_add(d, ret, "port"), (uint32_t)from->port);
	size = from->family == AF_INET ? 4 : from->family == AF_INET6 ? 16 : 0;
	if (size && addr.at_hand >= size)
		list_add_inet_addr(d, ret, "addr", from->family, addr.bytes);
	else if (size && addr.len >= size)
		value_set_addr(list_add(d, ret, "addr"), addr.addr);
	else if (addr.len)
		span_show(&addr, list_add(d, ret, "addr"));
}

struct mark_cond {
	uint32_t mark;
	uint32_t mask;
};

SHAPE(mark_cond, struct mark_cond)
{
	ADD_UINT(mark);
	ADD_UINT(mask);
}

static void show_condition(
	struct netlink *n, uint8_t code, const struct span *at, struct value *ret)
{
	static const struct nl_attr device = {IFINDEX}, jump = {STRUCT(bytecode)},
				    mark = {STRUCT(mark_cond)};
	bool known = false;

	switch (code) {
	case INET_DIAG_BC_S_COND:
	case INET_DIAG_BC_D_COND:
		show_host(n, at, ret);
		known = true;
		break;
	case INET_DIAG_BC_DEV_COND: known = nl_show_ifindex(n, &device, at, ret); break;
	case INET_DIAG_BC_S_GE:
	case INET_DIAG_BC_S_LE:
	case INET_DIAG_BC_D_GE:
	case INET_DIAG_BC_D_LE: known = nl_show_struct(n, &jump, at, ret); break;
	case INET_DIAG_BC_MARK_COND: known = nl_show_struct(n, &mark, at, ret); break;
	default: break;
	}
	if (!known)
		span_show(at, ret);
}

static bool show_instruction(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const struct nl_attr row = {STRUCT(bytecode)};
	struct span behind = span_behind(data, SIZE_bytecode);

	if (!nl_show_struct(n, &row, data, ret))
		return false;
	if (behind.len && data->at_hand >= SIZE_bytecode)
		show_condition(n, *data->bytes, &behind, list_add(n->d, n->outer, NULL));
	return true;
}

/* ---- answers ---- */

SHAPE(inet_msg, struct inet_diag_msg)
{
	ADD_ENUM(idiag_state, tcp_state);
	ADD_UINT(idiag_timer);
	ADD_UINT(idiag_retrans);
	nl_fill_sockid(d, &from->id, from->idiag_family, list_add(d, ret, "id"));
	ADD_UINT(idiag_expires);
	ADD_UINT(idiag_rqueue);
	ADD_UINT(idiag_wqueue);
	ADD_UINT(idiag_uid);
	ADD_UINT(idiag_inode);
}

SHAPE(inet_meminfo, struct inet_diag_meminfo)
{
	ADD_UINT(idiag_rmem);
	ADD_UINT(idiag_wmem);
	ADD_UINT(idiag_fmem);
	ADD_UINT(idiag_tmem);
}

SHAPE(vegas, struct tcpvegas_info)
{
	ADD_UINT(tcpv_enabled);
	ADD_UINT(tcpv_rttcnt);
	ADD_UINT(tcpv_rtt);
	ADD_UINT(tcpv_minrtt);
}

SHAPE(dctcp, struct tcp_dctcp_info)
{
	ADD_UINT(dctcp_enabled);
	ADD_UINT(dctcp_ce_state);
	ADD_UINT(dctcp_alpha);
	ADD_UINT(dctcp_ab_ecn);
	ADD_UINT(dctcp_ab_tot);
}

SHAPE(bbr, struct tcp_bbr_info)
{
	ADD_HEX(bbr_bw_lo);
	ADD_HEX(bbr_bw_hi);
	ADD_UINT(bbr_min_rtt);
	ADD_UINT(bbr_pacing_gain);
	ADD_UINT(bbr_cwnd_gain);
}

/* The kernel's names of these bits are its own affair. */
static bool show_shutdown(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const struct nl_attr row = {X8};
	uint8_t bits;

	if (data->len > sizeof(uint64_t) || !nl_show_hex(n, &row, data, ret))
		return false;
	bits = data->at_hand ? *data->bytes : 0;
	if (bits)
		ret->comment = bits == 1   ? "RCV_SHUTDOWN"
			       : bits == 2 ? "SEND_SHUTDOWN"
			       : bits == 3 ? "RCV_SHUTDOWN|SEND_SHUTDOWN"
					   : flags_sock_shutdown.unknown;
	return true;
}

SHAPE(address, struct sockaddr_storage)
{
	value_set_sockaddr(d, ret, from, sizeof(*from));
}

static bool show_sockaddrs(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_structs(n, &shape_address, data, ret);
}

struct diag_md5sig {
	uint8_t tcpm_family;
	uint8_t tcpm_prefixlen;
	uint16_t tcpm_keylen;
	uint32_t tcpm_addr[4];
	uint8_t tcpm_key[80];
};

SHAPE(md5sig, struct diag_md5sig)
{
	ADD_ENUM(tcpm_family, af);
	ADD_UINT(tcpm_prefixlen);
	ADD_UINT(tcpm_keylen);
	add_address(d, ret, "tcpm_addr", from->tcpm_family, from->tcpm_addr);
	value_set_binary(list_add(d, ret, "tcpm_key"), from->tcpm_key,
		MIN(from->tcpm_keylen, sizeof(from->tcpm_key)));
}

static bool show_md5sigs(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_structs(n, &shape_md5sig, data, ret);
}

/* Two bytes of single bits; without -v those that are not set are left out. */
static bool show_sockopt(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const char *const names[] = {"recverr", "is_icsk", "freebind", "hdrincl", "mc_loop",
		"transparent", "mc_all", "nodefrag", "bind_address_no_port", "recverr_rfc4884",
		"defer_connect"};
	const uint16_t *bits = span_bytes(n, data, sizeof(*bits));
	struct span rest = span_behind(data, sizeof(*bits));
	uint16_t unused;
	bool zero = true;

	if (data->len < sizeof(*bits))
		return false;
	if (!bits) {
		value_set_addr(ret, data->addr);
		return true;
	}
	list_init(ret, VALUE_STRUCT);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (n->d->opts->verbose || *bits >> i & 1)
			value_set_uint(list_add(n->d, ret, names[i]), *bits >> i & 1);
	unused = *bits >> ARRAY_SIZE(names);
	if (n->d->opts->verbose || unused) {
		struct value *item = list_add(n->d, ret, "unused");

		value_set_hex(item, unused);
		item->comment = "bits 3..8";
	}
	for (size_t i = 0; i < rest.at_hand; i++)
		zero = zero && !rest.bytes[i];
	if (!zero)
		nl_add_rest(n, data, sizeof(*bits));
	return true;
}

/* clang-format off */
NL_ATTRS(inet_req, "INET_DIAG_REQ_???",
	A(INET_DIAG_REQ_NONE, 0, RAW),
	A(INET_DIAG_REQ_BYTECODE, 1, BY(show_instruction)),
	A(INET_DIAG_REQ_SK_BPF_STORAGES, 2, RAW),
	A(INET_DIAG_REQ_PROTOCOL, 3, IPPROTO));

NL_ATTRS(ulp_tls, "TLS_INFO_???",
	A(TLS_INFO_UNSPEC, 0, RAW),
	A(TLS_INFO_VERSION, 1, ENUM(tls_version, 2)),
	A(TLS_INFO_CIPHER, 2, ENUM(tls_cipher, 2)),
	A(TLS_INFO_TXCONF, 3, ENUM(tls_conf, 2)),
	A(TLS_INFO_RXCONF, 4, ENUM(tls_conf, 2)),
	A(TLS_INFO_ZC_RO_TX, 5, RAW),
	A(TLS_INFO_RX_NO_PAD, 6, RAW),
	A(TLS_INFO_TX_MAX_PAYLOAD_LEN, 7, RAW));

NL_ATTRS(ulp_mptcp, "MPTCP_SUBFLOW_ATTR_???",
	A(MPTCP_SUBFLOW_ATTR_UNSPEC, 0, RAW),
	A(MPTCP_SUBFLOW_ATTR_TOKEN_REM, 1, X32),
	A(MPTCP_SUBFLOW_ATTR_TOKEN_LOC, 2, X32),
	A(MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ, 3, U32),
	A(MPTCP_SUBFLOW_ATTR_MAP_SEQ, 4, U64),
	A(MPTCP_SUBFLOW_ATTR_MAP_SFSEQ, 5, U32),
	A(MPTCP_SUBFLOW_ATTR_SSN_OFFSET, 6, U32),
	A(MPTCP_SUBFLOW_ATTR_MAP_DATALEN, 7, U16),
	A(MPTCP_SUBFLOW_ATTR_FLAGS, 8, FLAGS(mptcp_subflow, 4)),
	A(MPTCP_SUBFLOW_ATTR_ID_REM, 9, U8),
	A(MPTCP_SUBFLOW_ATTR_ID_LOC, 10, U8),
	A(MPTCP_SUBFLOW_ATTR_PAD, 11, RAW));

NL_ATTRS(ulp, "INET_ULP_INFO_???",
	A(INET_ULP_INFO_UNSPEC, 0, RAW),
	A(INET_ULP_INFO_NAME, 1, STR),
	A(INET_ULP_INFO_TLS, 2, NEST(ulp_tls)),
	A(INET_ULP_INFO_MPTCP, 3, NEST(ulp_mptcp)));

NL_ATTRS(bpf_storage, "SK_DIAG_BPF_STORAGE_???",
	A(SK_DIAG_BPF_STORAGE_NONE, 0, RAW),
	A(SK_DIAG_BPF_STORAGE_PAD, 1, RAW),
	A(SK_DIAG_BPF_STORAGE_MAP_ID, 2, U32),
	A(SK_DIAG_BPF_STORAGE_MAP_VALUE, 3, XINT));

NL_ATTRS(bpf_storages, "SK_DIAG_BPF_STORAGE_???",
	A(SK_DIAG_BPF_STORAGE_REP_NONE, 0, RAW),
	A(SK_DIAG_BPF_STORAGE, 1, NEST(bpf_storage)));

NL_ATTRS(inet_diag, "INET_DIAG_???",
	A(INET_DIAG_NONE, 0, RAW),
	A(INET_DIAG_MEMINFO, 1, STRUCT(inet_meminfo)),
	A(INET_DIAG_INFO, 2, RAW),
	A(INET_DIAG_VEGASINFO, 3, STRUCT(vegas)),
	A(INET_DIAG_CONG, 4, STR),
	A(INET_DIAG_TOS, 5, U8),
	A(INET_DIAG_TCLASS, 6, U8),
	A(INET_DIAG_SKMEMINFO, 7, MEMINFO),
	A(INET_DIAG_SHUTDOWN, 8, BY(show_shutdown)),
	A(INET_DIAG_DCTCPINFO, 9, STRUCT(dctcp)),
	A(INET_DIAG_PROTOCOL, 10, IPPROTO),
	A(INET_DIAG_SKV6ONLY, 11, U8),
	A(INET_DIAG_LOCALS, 12, BY(show_sockaddrs)),
	A(INET_DIAG_PEERS, 13, BY(show_sockaddrs)),
	A(INET_DIAG_PAD, 14, RAW),
	A(INET_DIAG_MARK, 15, U32),
	A(INET_DIAG_BBRINFO, 16, STRUCT(bbr)),
	A(INET_DIAG_CLASS_ID, 17, U32),
	A(INET_DIAG_MD5SIG, 18, BY(show_md5sigs)),
	A(INET_DIAG_ULP_INFO, 19, NEST(ulp)),
	A(INET_DIAG_SK_BPF_STORAGES, 20, NEST(bpf_storages)),
	A(INET_DIAG_CGROUP_ID, 21, U64),
	A(INET_DIAG_SOCKOPT, 22, BY(show_sockopt)));
/* clang-format on */

static const struct nl_body body_old = {
	.family_name = "idiag_family", .rest = &shape_inet_req_old, .attrs = &nl_inet_req};
static const struct nl_body body_request = {
	.family_name = "sdiag_family", .rest = &shape_inet_req, .attrs = &nl_inet_req};
static const struct nl_body body_answer = {
	.family_name = "idiag_family", .rest = &shape_inet_msg, .attrs = &nl_inet_diag};

const struct nl_body *nl_inet_diag_body(const struct netlink *n, bool request)
{
	if (!request)
		return &body_answer;
	return n->type == TCPDIAG_GETSOCK || n->type == DCCPDIAG_GETSOCK ? &body_old
									 : &body_request;
}
