/* NETLINK_ROUTE: addresses, routes, rules, neighbours, and which body a type has. */
#include "decode/nl_route.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/dcbnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "decode/net.h"
#include "decode/nlattr.h"
#include "decode/row_internal.h"

/* ---- addresses ---- */

SHAPE(ifa_cacheinfo, struct ifa_cacheinfo)
{
	ADD_UINT(ifa_prefered);
	ADD_UINT(ifa_valid);
	ADD_UINT(cstamp);
	ADD_UINT(tstamp);
}

static bool show_ifa_flags(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	const uint32_t *bits = span_bytes(n, data, sizeof(*bits));

	if (data->len < sizeof(*bits))
		return false;
	if (bits)
		value_set_flags(ret, *bits, &flags_ifa_flags);
	else
		value_set_addr(ret, data->addr);
	return true;
}

/* clang-format off */
NL_ATTRS(ifa, "IFA_???",
	A(IFA_UNSPEC, 0, RAW),
	A(IFA_ADDRESS, 1, INET),
	A(IFA_LOCAL, 2, INET),
	A(IFA_LABEL, 3, STR),
	A(IFA_BROADCAST, 4, INET),
	A(IFA_ANYCAST, 5, INET),
	A(IFA_CACHEINFO, 6, STRUCT(ifa_cacheinfo)),
	A(IFA_MULTICAST, 7, INET),
	A(IFA_FLAGS, 8, BY(show_ifa_flags)),
	A(IFA_RT_PRIORITY, 9, U32),
	A(IFA_TARGET_NETNSID, 10, S32),
	A(IFA_PROTO, 11, RAW));

NL_ATTRS(ifal, "IFAL_???",
	A(IFAL_ADDRESS, 1, INET),
	A(IFAL_LABEL, 2, U32));

NL_ATTRS(ipmra, "IPMRA_CREPORT_???",
	A(IPMRA_CREPORT_UNSPEC, 0, RAW),
	A(IPMRA_CREPORT_MSGTYPE, 1, ENUM(ipmra_msg, 1)),
	A(IPMRA_CREPORT_VIF_ID, 2, U32),
	A(IPMRA_CREPORT_SRC_ADDR, 3, IN4),
	A(IPMRA_CREPORT_DST_ADDR, 4, IN4),
	A(IPMRA_CREPORT_PKT, 5, RAW),
	A(IPMRA_CREPORT_TABLE, 6, U32));

NL_ATTRS(ip6mra, "IP6MRA_CREPORT_???",
	A(IP6MRA_CREPORT_UNSPEC, 0, RAW),
	A(IP6MRA_CREPORT_MSGTYPE, 1, ENUM(ip6mra_msg, 1)),
	A(IP6MRA_CREPORT_MIF_ID, 2, U32),
	A(IP6MRA_CREPORT_SRC_ADDR, 3, IN6),
	A(IP6MRA_CREPORT_DST_ADDR, 4, IN6),
	A(IP6MRA_CREPORT_PKT, 5, RAW));

NL_ATTRS(dcb, "DCB_ATTR_???",
	A(DCB_ATTR_UNDEFINED, 0, RAW),
	A(DCB_ATTR_IFNAME, 1, RAW),
	A(DCB_ATTR_STATE, 2, RAW),
	A(DCB_ATTR_PFC_STATE, 3, RAW),
	A(DCB_ATTR_PFC_CFG, 4, RAW),
	A(DCB_ATTR_NUM_TC, 5, RAW),
	A(DCB_ATTR_PG_CFG, 6, RAW),
	A(DCB_ATTR_SET_ALL, 7, RAW),
	A(DCB_ATTR_PERM_HWADDR, 8, RAW),
	A(DCB_ATTR_CAP, 9, RAW),
	A(DCB_ATTR_NUMTCS, 10, RAW),
	A(DCB_ATTR_BCN, 11, RAW),
	A(DCB_ATTR_APP, 12, RAW),
	A(DCB_ATTR_IEEE, 13, RAW),
	A(DCB_ATTR_DCBX, 14, RAW),
	A(DCB_ATTR_FEATCFG, 15, RAW),
	A(DCB_ATTR_CEE, 16, RAW));
/* clang-format on */

SHAPE(ifaddrmsg, struct ifaddrmsg)
{
	ADD_UINT(ifa_prefixlen);
	ADD_FLAGS(ifa_flags, ifa_flags);
	ADD_ENUM(ifa_scope, rt_scope);
	ADD_IFINDEX(ifa_index);
}

SHAPE(ifaddrlblmsg, struct ifaddrlblmsg)
{
	ADD_UINT(ifal_prefixlen);
	ADD_UINT(ifal_flags);
	ADD_IFINDEX(ifal_index);
	ADD_UINT(ifal_seq);
}

SHAPE(dcbmsg, struct dcbmsg)
{
	ADD_ENUM(cmd, dcb_cmd);
}

/* ---- bridges' multicast groups ---- */

SHAPE(mdb_info, struct br_mdb_entry)
{
	int family = ntohs(from->addr.proto);
	struct value *addr, *proto;

	ADD_IFINDEX(ifindex);
	ADD_ENUM(state, mdb_state);
	ADD_FLAGS(flags, mdb_flags);
	ADD_UINT(vid);
	addr = list_add(d, ret, "addr");
	if (family == AF_INET || family == AF_INET6)
		list_add_inet_addr(d, addr, "u", family, &from->addr.u);
	else
		value_set_binary(list_add(d, addr, "u"), &from->addr.u, sizeof(from->addr.u));
	proto = list_add(d, addr, "proto");
	macro_init(proto, "htons");
	value_set_enum(list_add(d, proto, NULL), (uint32_t)family, &flags_af);
}

static bool show_router_type(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	if (data->at_hand)
		value_set_enum(ret, *data->bytes, &flags_mdb_router);
	else
		value_set_addr(ret, data->addr);
	return true;
}

/* clang-format off */
NL_ATTRS(mdb_eattr, "MDBA_MDB_EATTR_???",
	A(MDBA_MDB_EATTR_UNSPEC, 0, RAW),
	A(MDBA_MDB_EATTR_TIMER, 1, TICKS),
	A(MDBA_MDB_EATTR_SRC_LIST, 2, RAW),
	A(MDBA_MDB_EATTR_GROUP_MODE, 3, RAW),
	A(MDBA_MDB_EATTR_SOURCE, 4, RAW),
	A(MDBA_MDB_EATTR_RTPROT, 5, RAW),
	A(MDBA_MDB_EATTR_DST, 6, RAW),
	A(MDBA_MDB_EATTR_DST_PORT, 7, RAW),
	A(MDBA_MDB_EATTR_VNI, 8, RAW),
	A(MDBA_MDB_EATTR_IFINDEX, 9, RAW),
	A(MDBA_MDB_EATTR_SRC_VNI, 10, RAW));

NL_ATTRS(router_pattr, "MDBA_ROUTER_PATTR_???",
	A(MDBA_ROUTER_PATTR_UNSPEC, 0, RAW),
	A(MDBA_ROUTER_PATTR_TIMER, 1, TICKS),
	A(MDBA_ROUTER_PATTR_TYPE, 2, BY(show_router_type)),
	A(MDBA_ROUTER_PATTR_INET_TIMER, 3, TICKS),
	A(MDBA_ROUTER_PATTR_INET6_TIMER, 4, TICKS));
/* clang-format on */

/* Attributes stand behind the structure as they do in messages. */
static void add_attrs_behind(
	struct netlink *n, const struct nl_attrs *attrs, const struct span *data, size_t size)
{
	struct span behind = span_behind(data, NLMSG_ALIGN(size));

	if (behind.len)
		nl_show_attrs(n, attrs, &behind, list_add(n->d, n->outer, NULL));
}

static bool show_mdb_entry(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const struct nl_attr row = {.shape = &shape_mdb_info};

	if (!nl_show_struct(n, &row, data, ret))
		return false;
	add_attrs_behind(n, &nl_mdb_eattr, data, SIZE_mdb_info);
	return true;
}

static bool show_router_port(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const struct nl_attr row = {IFINDEX};

	if (!nl_show_ifindex(n, &row, data, ret))
		return false;
	add_attrs_behind(n, &nl_router_pattr, data, sizeof(uint32_t));
	return true;
}

/* ---- neighbours ---- */

SHAPE(nda_cacheinfo, struct nda_cacheinfo)
{
	ADD_UINT(ndm_confirmed);
	ADD_UINT(ndm_used);
	ADD_UINT(ndm_updated);
	ADD_UINT(ndm_refcnt);
}

SHAPE(ndt_config, struct ndt_config)
{
	ADD_UINT(ndtc_key_len);
	ADD_UINT(ndtc_entry_size);
	ADD_UINT(ndtc_entries);
	ADD_UINT(ndtc_last_flush);
	ADD_UINT(ndtc_last_rand);
	ADD_UINT(ndtc_hash_rnd);
	value_set_hex_padded(d, list_add(d, ret, "ndtc_hash_mask"), from->ndtc_hash_mask, 8);
	ADD_UINT(ndtc_hash_chain_gc);
	ADD_UINT(ndtc_proxy_qlen);
}

static bool show_ndt_stats(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const char *const names[] = {"ndts_allocs", "ndts_destroys", "ndts_hash_grows",
		"ndts_res_failed", "ndts_lookups", "ndts_hits", "ndts_rcv_probes_mcast",
		"ndts_rcv_probes_ucast", "ndts_periodic_gc_runs", "ndts_forced_gc_runs",
		"ndts_table_fulls"};

	return nl_show_counters(
		n, data, names, ARRAY_SIZE(names) - 1, ARRAY_SIZE(names), sizeof(uint64_t), ret);
}

SHAPE(ndmsg, struct ndmsg)
{
	ADD_IFINDEX(ndm_ifindex);
	ADD_FLAGS(ndm_state, nud);
	ADD_FLAGS(ndm_flags, ntf);
	ADD_ENUM(ndm_type, rt_type);
}

SHAPE(br_port_msg, struct br_port_msg)
{
	ADD_IFINDEX(ifindex);
}

/* ---- routes ---- */

SHAPE(nexthop, struct nexthop_grp)
{
	const uint8_t *bytes = (const void *)from;

	ADD_UINT(id);
	ADD_UINT(weight);
	/* the upper byte of the weight since Linux 6.12 */
	value_set_uint(list_add(d, ret, "weight_high"), bytes[5]);
	if (from->resvd2)
		ADD_HEX(resvd2);
}

static bool show_nh_group(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_structs(n, &shape_nexthop, data, ret);
}

static bool show_encap(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	const uint16_t *type = span_bytes(n, data, sizeof(*type));

	if (data->len < sizeof(*type))
		return false;
	if (type)
		value_set_enum(ret, *type, &flags_lwtunnel);
	else
		value_set_addr(ret, data->addr);
	return true;
}

SHAPE(rta_cacheinfo, struct rta_cacheinfo)
{
	ADD_UINT(rta_clntref);
	ADD_UINT(rta_lastuse);
	value_set_uint(list_add(d, ret, "rta_expires"), (uint32_t)from->rta_expires);
	ADD_UINT(rta_error);
	ADD_UINT(rta_used);
	ADD_HEX(rta_id);
	ADD_UINT(rta_ts);
	ADD_UINT(rta_tsage);
}

SHAPE(mfc_stats, struct rta_mfc_stats)
{
	ADD_UINT(mfcs_packets);
	ADD_UINT(mfcs_bytes);
	ADD_UINT(mfcs_wrong_if);
}

/* A gateway of another family than the route. */
static bool show_via(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	size_t head = offsetof(struct rtvia, rtvia_addr);
	const uint16_t *family = span_bytes(n, data, sizeof(*family));
	struct span addr = span_behind(data, head);
	size_t size;

	if (data->len < head)
		return false;
	if (!family) {
		value_set_addr(ret, data->addr);
		return true;
	}
	value_set_enum(list_add(n->d, ret, "rtvia_family"), *family, &flags_af);
	size = *family == AF_INET ? 4 : *family == AF_INET6 ? 16 : 0;
	if (!addr.len)
		return true;
	if (size && addr.at_hand >= size)
		list_add_inet_addr(n->d, ret, "rtvia_addr", *family, addr.bytes);
	else if (size && addr.len >= size)
		value_set_addr(list_add(n->d, ret, "rtvia_addr"), addr.addr);
	else
		span_show(&addr, list_add(n->d, ret, "rtvia_addr"));
	return true;
}

SHAPE(uid_range, struct fib_rule_uid_range)
{
	ADD_UINT(start);
	ADD_UINT(end);
}

SHAPE(port_range, struct fib_rule_port_range)
{
	ADD_UINT(start);
	ADD_UINT(end);
}

SHAPE(rtnexthop, struct rtnexthop)
{
	ADD_UINT(rtnh_len);
	ADD_FLAGS(rtnh_flags, rtnh_flags);
	ADD_UINT(rtnh_hops);
	ADD_IFINDEX(rtnh_ifindex);
}

static bool show_multipath(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret);

/* clang-format off */
NL_ATTRS(mdb_entry, "MDBA_MDB_ENTRY_???",
	A(MDBA_MDB_ENTRY_UNSPEC, 0, RAW),
	A(MDBA_MDB_ENTRY_INFO, 1, BY(show_mdb_entry)));

NL_ATTRS(mdb_mdb, "MDBA_MDB_???",
	A(MDBA_MDB_UNSPEC, 0, RAW),
	A(MDBA_MDB_ENTRY, 1, NEST(mdb_entry)));

NL_ATTRS(mdb_router, "MDBA_ROUTER_???",
	A(MDBA_ROUTER_UNSPEC, 0, RAW),
	A(MDBA_ROUTER_PORT, 1, BY(show_router_port)));

NL_ATTRS(mdb, "MDBA_???",
	A(MDBA_UNSPEC, 0, RAW),
	A(MDBA_MDB, 1, NEST(mdb_mdb)),
	A(MDBA_ROUTER, 2, NEST(mdb_router)));

NL_ATTRS(fdb_ext, "NFEA_???",
	A(NFEA_UNSPEC, 0, RAW),
	A(NFEA_ACTIVITY_NOTIFY, 1, FLAGS(fdb_notify, 1)),
	A(NFEA_DONT_REFRESH, 2, RAW));

NL_ATTRS(nda, "NDA_???",
	A(NDA_UNSPEC, 0, RAW),
	A(NDA_DST, 1, INET),
	A(NDA_LLADDR, 2, HWADDR),
	A(NDA_CACHEINFO, 3, STRUCT(nda_cacheinfo)),
	A(NDA_PROBES, 4, U32),
	A(NDA_VLAN, 5, U16),
	A(NDA_PORT, 6, BE16),
	A(NDA_VNI, 7, U32),
	A(NDA_IFINDEX, 8, IFINDEX),
	A(NDA_MASTER, 9, IFINDEX),
	A(NDA_LINK_NETNSID, 10, U32),
	A(NDA_SRC_VNI, 11, U32),
	A(NDA_PROTOCOL, 12, IPPROTO),
	A(NDA_NH_ID, 13, U32),
	A(NDA_FDB_EXT_ATTRS, 14, NEST(fdb_ext)),
	A(NDA_FLAGS_EXT, 15, FLAGS(ntf_ext, 4)),
	A(NDA_NDM_STATE_MASK, 16, FLAGS(nud, 2)),
	A(NDA_NDM_FLAGS_MASK, 17, FLAGS(ntf, 1)));

NL_ATTRS(ndtpa, "NDTPA_???",
	A(NDTPA_UNSPEC, 0, RAW),
	A(NDTPA_IFINDEX, 1, IFINDEX),
	A(NDTPA_REFCNT, 2, U32),
	A(NDTPA_REACHABLE_TIME, 3, U64),
	A(NDTPA_BASE_REACHABLE_TIME, 4, U64),
	A(NDTPA_RETRANS_TIME, 5, U64),
	A(NDTPA_GC_STALETIME, 6, U64),
	A(NDTPA_DELAY_PROBE_TIME, 7, U64),
	A(NDTPA_QUEUE_LEN, 8, U32),
	A(NDTPA_APP_PROBES, 9, U32),
	A(NDTPA_UCAST_PROBES, 10, U32),
	A(NDTPA_MCAST_PROBES, 11, U32),
	A(NDTPA_ANYCAST_DELAY, 12, U64),
	A(NDTPA_PROXY_DELAY, 13, U64),
	A(NDTPA_PROXY_QLEN, 14, U32),
	A(NDTPA_LOCKTIME, 15, U64),
	A(NDTPA_QUEUE_LENBYTES, 16, U32),
	A(NDTPA_MCAST_REPROBES, 17, U32),
	A(NDTPA_PAD, 18, RAW),
	A(NDTPA_INTERVAL_PROBE_TIME_MS, 19, U64));

NL_ATTRS(ndta, "NDTA_???",
	A(NDTA_UNSPEC, 0, RAW),
	A(NDTA_NAME, 1, STR),
	A(NDTA_THRESH1, 2, U32),
	A(NDTA_THRESH2, 3, U32),
	A(NDTA_THRESH3, 4, U32),
	A(NDTA_CONFIG, 5, STRUCT(ndt_config)),
	A(NDTA_PARMS, 6, NEST(ndtpa)),
	A(NDTA_STATS, 7, BY(show_ndt_stats)),
	A(NDTA_GC_INTERVAL, 8, U64),
	A(NDTA_PAD, 9, RAW));

NL_ATTRS(netconf, "NETCONFA_???",
	A(NETCONFA_UNSPEC, 0, RAW),
	A(NETCONFA_IFINDEX, 1, IFINDEX),
	A(NETCONFA_FORWARDING, 2, S32),
	A(NETCONFA_RP_FILTER, 3, S32),
	A(NETCONFA_MC_FORWARDING, 4, S32),
	A(NETCONFA_PROXY_NEIGH, 5, S32),
	A(NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, 6, S32),
	A(NETCONFA_INPUT, 7, S32),
	A(NETCONFA_BC_FORWARDING, 8, S32),
	A(NETCONFA_FORCE_FORWARDING, 9, S32));

NL_ATTRS(res_group, "NHA_RES_GROUP_???",
	A(NHA_RES_GROUP_PAD, 0, RAW),
	A(NHA_RES_GROUP_BUCKETS, 1, U16),
	A(NHA_RES_GROUP_IDLE_TIMER, 2, TICKS),
	A(NHA_RES_GROUP_UNBALANCED_TIMER, 3, TICKS),
	A(NHA_RES_GROUP_UNBALANCED_TIME, 4, TICKS));

NL_ATTRS(res_bucket, "NHA_RES_BUCKET_???",
	A(NHA_RES_BUCKET_PAD, 0, RAW),
	A(NHA_RES_BUCKET_INDEX, 1, U16),
	A(NHA_RES_BUCKET_IDLE_TIME, 2, TICKS),
	A(NHA_RES_BUCKET_NH_ID, 3, U32));

NL_ATTRS(nha, "NHA_???",
	A(NHA_UNSPEC, 0, RAW),
	A(NHA_ID, 1, U32),
	A(NHA_GROUP, 2, BY(show_nh_group)),
	A(NHA_GROUP_TYPE, 3, ENUM(nexthop_grp, 2)),
	A(NHA_BLACKHOLE, 4, U32),
	A(NHA_OIF, 5, IFINDEX),
	A(NHA_GATEWAY, 6, INET),
	A(NHA_ENCAP_TYPE, 7, BY(show_encap)),
	A(NHA_ENCAP, 8, RAW),
	A(NHA_GROUPS, 9, U32),
	A(NHA_MASTER, 10, IFINDEX),
	A(NHA_FDB, 11, U32),
	A(NHA_RES_GROUP, 12, NEST(res_group)),
	A(NHA_RES_BUCKET, 13, NEST(res_bucket)));

NL_ATTRS(nsid, "NETNSA_???",
	A(NETNSA_NONE, 0, RAW),
	A(NETNSA_NSID, 1, S32),
	A(NETNSA_PID, 2, U32),
	A(NETNSA_FD, 3, FD),
	A(NETNSA_TARGET_NSID, 4, S32),
	A(NETNSA_CURRENT_NSID, 5, S32));

NL_ATTRS(rtax, "RTAX_???",
	A(RTAX_UNSPEC, 0, RAW),
	A(RTAX_LOCK, 1, U32),
	A(RTAX_MTU, 2, U32),
	A(RTAX_WINDOW, 3, U32),
	A(RTAX_RTT, 4, U32),
	A(RTAX_RTTVAR, 5, U32),
	A(RTAX_SSTHRESH, 6, U32),
	A(RTAX_CWND, 7, U32),
	A(RTAX_ADVMSS, 8, U32),
	A(RTAX_REORDERING, 9, U32),
	A(RTAX_HOPLIMIT, 10, U32),
	A(RTAX_INITCWND, 11, U32),
	A(RTAX_FEATURES, 12, U32),
	A(RTAX_RTO_MIN, 13, U32),
	A(RTAX_INITRWND, 14, U32),
	A(RTAX_QUICKACK, 15, U32),
	A(RTAX_CC_ALGO, 16, STR),
	A(RTAX_FASTOPEN_NO_COOKIE, 17, RAW));

NL_ATTRS(rta, "RTA_???",
	A(RTA_UNSPEC, 0, RAW),
	A(RTA_DST, 1, INET),
	A(RTA_SRC, 2, INET),
	A(RTA_IIF, 3, IFINDEX),
	A(RTA_OIF, 4, IFINDEX),
	A(RTA_GATEWAY, 5, INET),
	A(RTA_PRIORITY, 6, U32),
	A(RTA_PREFSRC, 7, INET),
	A(RTA_METRICS, 8, NEST(rtax)),
	A(RTA_MULTIPATH, 9, BY(show_multipath)),
	A(RTA_PROTOINFO, 10, U32),
	A(RTA_FLOW, 11, U32),
	A(RTA_CACHEINFO, 12, STRUCT(rta_cacheinfo)),
	A(RTA_SESSION, 13, RAW),
	A(RTA_MP_ALGO, 14, U32),
	A(RTA_TABLE, 15, ENUM(rt_table, 4)),
	A(RTA_MARK, 16, U32),
	A(RTA_MFC_STATS, 17, STRUCT(mfc_stats)),
	A(RTA_VIA, 18, BY(show_via)),
	A(RTA_NEWDST, 19, INET),
	A(RTA_PREF, 20, U8),
	A(RTA_ENCAP_TYPE, 21, BY(show_encap)),
	A(RTA_ENCAP, 22, RAW),
	A(RTA_EXPIRES, 23, U64),
	A(RTA_PAD, 24, RAW),
	A(RTA_UID, 25, U32),
	A(RTA_TTL_PROPAGATE, 26, U8),
	A(RTA_IP_PROTO, 27, U8),
	A(RTA_SPORT, 28, U16),
	A(RTA_DPORT, 29, U16),
	A(RTA_NH_ID, 30, U32),
	A(RTA_FLOWLABEL, 31, BE32));

NL_ATTRS(fra, "FRA_???",
	A(FRA_UNSPEC, 0, RAW),
	A(FRA_DST, 1, INET),
	A(FRA_SRC, 2, INET),
	A(FRA_IIFNAME, 3, STR),
	A(FRA_GOTO, 4, U32),
	A(FRA_UNUSED2, 5, RAW),
	A(FRA_PRIORITY, 6, U32),
	A(FRA_UNUSED3, 7, RAW),
	A(FRA_UNUSED4, 8, RAW),
	A(FRA_UNUSED5, 9, RAW),
	A(FRA_FWMARK, 10, U32),
	A(FRA_FLOW, 11, U32),
	A(FRA_TUN_ID, 12, BE64),
	A(FRA_SUPPRESS_IFGROUP, 13, U32),
	A(FRA_SUPPRESS_PREFIXLEN, 14, U32),
	A(FRA_TABLE, 15, ENUM(rt_table, 4)),
	A(FRA_FWMASK, 16, U32),
	A(FRA_OIFNAME, 17, STR),
	A(FRA_PAD, 18, RAW),
	A(FRA_L3MDEV, 19, U8),
	A(FRA_UID_RANGE, 20, STRUCT(uid_range)),
	A(FRA_PROTOCOL, 21, ENUM(rtprot, 1)),
	A(FRA_IP_PROTO, 22, IPPROTO),
	A(FRA_SPORT_RANGE, 23, STRUCT(port_range)),
	A(FRA_DPORT_RANGE, 24, STRUCT(port_range)),
	A(FRA_DSCP, 25, U8),
	A(FRA_FLOWLABEL, 26, BE32),
	A(FRA_FLOWLABEL_MASK, 27, BE32),
	A(FRA_SPORT_MASK, 28, X16),
	A(FRA_DPORT_MASK, 29, X16),
	A(FRA_DSCP_MASK, 30, X8));
/* clang-format on */

/* Hops, each with attributes like a route's. */
static bool show_multipath(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	struct span left = *data;
	bool whole = true; /* the first hop is all there is */

	if (left.len < sizeof(struct rtnexthop))
		return false;
	list_init(ret, VALUE_ARRAY);
	for (;;) {
		const struct rtnexthop *hop = span_bytes(n, &left, sizeof(*hop));
		struct value *item = list_add(n->d, ret, NULL);
		struct span attrs;
		size_t len;

		if (!hop || !n->budget) {
			value_set_addr(item, left.addr);
			break;
		}
		n->budget--;
		whole = whole && hop->rtnh_len >= data->len;
		len = MIN((size_t)hop->rtnh_len, left.len);
		if (len < sizeof(*hop))
			len = sizeof(*hop);
		attrs = span_first(&left, len);
		attrs = span_behind(&attrs, sizeof(*hop));
		if (attrs.len) {
			list_init(item, VALUE_ARRAY);
			shape_rtnexthop.show(n->d, hop, list_add(n->d, item, NULL));
			nl_show_attrs(n, &nl_rta, &attrs, list_add(n->d, item, NULL));
		} else {
			shape_rtnexthop.show(n->d, hop, item);
		}
		if (RTNH_ALIGN(len) >= left.len)
			break;
		left = span_behind(&left, RTNH_ALIGN(len));
	}
	if (ret->list.nr == 1 && whole) {
		const char *name = ret->name;

		*ret = ret->list.items[0];
		ret->name = name;
	}
	return true;
}

SHAPE(rtmsg, struct rtmsg)
{
	ADD_UINT(rtm_dst_len);
	ADD_UINT(rtm_src_len);
	ADD_FLAGS(rtm_tos, iptos);
	ADD_ENUM(rtm_table, rt_table);
	ADD_ENUM(rtm_protocol, rtprot);
	ADD_ENUM(rtm_scope, rt_scope);
	ADD_ENUM(rtm_type, rt_type);
	ADD_FLAGS(rtm_flags, rtm_flags);
}

SHAPE(rule, struct fib_rule_hdr)
{
	ADD_UINT(dst_len);
	ADD_UINT(src_len);
	ADD_FLAGS(tos, iptos);
	ADD_ENUM(table, rt_rule_table);
	ADD_ENUM(action, fr_act);
	ADD_FLAGS(flags, fib_rule);
}

SHAPE(nhmsg, struct nhmsg)
{
	ADD_ENUM(nh_scope, rt_scope);
	ADD_ENUM(nh_protocol, rtprot);
	if (from->resvd)
		ADD_HEX(resvd);
	ADD_FLAGS(nh_flags, rtnh_flags);
}

/* ---- types ---- */

#define BODY(id, family_name_, rest_, attrs_)                                                      \
	static const struct nl_body body_##id = {                                                  \
		.family_name = family_name_, .rest = &shape_##rest_, .attrs = &nl_##attrs_}
/* Of nothing but its family. */
#define BODY_BARE(id, family_name_, type_, ...)                                                    \
	static const struct nl_body body_##id = {                                                  \
		.family_name = family_name_, .size = sizeof(type_), __VA_ARGS__}

BODY(address, "ifa_family", ifaddrmsg, ifa);
BODY(route, "rtm_family", rtmsg, rta);
BODY(neighbour, "ndm_family", ndmsg, nda);
BODY(rule, "family", rule, fra);
BODY(label, "ifal_family", ifaddrlblmsg, ifal);
BODY(dcb, "dcb_family", dcbmsg, dcb);
BODY(mdb, "family", br_port_msg, mdb);
BODY(nexthop, "nh_family", nhmsg, nha);
BODY_BARE(neighbour_table, "ndtm_family", struct ndtmsg, .attrs = &nl_ndta, .lenient = true);
BODY_BARE(netconf, "ncm_family", struct netconfmsg, .attrs = &nl_netconf, .lenient = true);
BODY_BARE(nsid, "rtgen_family", struct rtgenmsg, .attrs = &nl_nsid, .lenient = true);
BODY_BARE(report4, "rtgen_family", struct rtgenmsg, .attrs = &nl_ipmra,
	.families = &flags_rtnl_family, .lenient = true);
BODY_BARE(report6, "rtgen_family", struct rtgenmsg, .attrs = &nl_ip6mra,
	.families = &flags_rtnl_family, .lenient = true);
BODY_BARE(report, "rtgen_family", struct rtgenmsg, .families = &flags_rtnl_family, .lenient = true,
	.opaque = true);

/* Types come in fours: new, delete, get, set. */
static const struct nl_body *const bodies[] = {
	[0] = &nl_body_link,
	[1] = &body_address,
	[2] = &body_route,
	[3] = &body_neighbour,
	[4] = &body_rule,
	[5] = &nl_body_tc, /* queueing disciplines */
	[6] = &nl_body_tc, /* classes */
	[7] = &nl_body_tc, /* filters */
	[8] = &nl_body_action,
	[10] = &body_address, /* multicast */
	[11] = &body_address, /* anycast */
	[12] = &body_neighbour_table,
	[14] = &body_label,
	[15] = &body_dcb,
	[16] = &body_netconf,
	[17] = &body_mdb,
	[18] = &body_nsid,
	[19] = &nl_body_stats,
	[20] = &body_report,
	[21] = &nl_body_tc, /* chains */
	[22] = &body_nexthop,
};

/* Which of the four a block of types has. */
static bool is_known(uint16_t type)
{
	switch (type) {
	case RTM_SETLINK:
	case RTM_SETNEIGHTBL:
	case RTM_SETDCB: return true;
	case RTM_NEWNEIGHTBL + 1:
	case RTM_GETDCB - 2:
	case RTM_GETDCB - 1:
	case RTM_NEWSTATS + 1:
	case RTM_NEWCACHEREPORT + 1:
	case RTM_NEWCACHEREPORT + 2: return false;
	default: return (type & 3) != 3;
	}
}

static const struct nl_body *body_of(const struct netlink *n)
{
	size_t block = (n->type - RTM_BASE) / 4;

	if (n->type < RTM_BASE || block >= ARRAY_SIZE(bodies) || !is_known(n->type))
		return NULL;
	/* bridges are asked about forwarding with the body of interfaces */
	if (n->type == RTM_GETNEIGH && n->family == AF_BRIDGE)
		return &nl_body_link;
	if (bodies[block] == &body_report)
		return n->family == RTNL_FAMILY_IPMR    ? &body_report4
		       : n->family == RTNL_FAMILY_IP6MR ? &body_report6
							: &body_report;
	return bodies[block];
}

bool nl_add_route(struct netlink *n, const struct span *at, struct value *message)
{
	const struct nl_body *body = body_of(n);

	if (n->type == NLMSG_DONE)
		return false;
	if (!at->at_hand)
		value_set_addr(list_add(n->d, message, NULL), at->addr);
	else if (body)
		nl_add_body(n, body, at, message);
	else
		nl_add_family(n, at, message);
	return true;
}
