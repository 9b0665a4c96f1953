/* NETLINK_ROUTE: interfaces, their kinds and their counters. */
#include "decode/nl_route.h"

#include <string.h>
#include <sys/socket.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "decode/net.h"
#include "decode/nlattr.h"
#include "decode/row_internal.h"
#include "util/arena.h"

/* ---- structures ---- */

SHAPE(bridge_id, struct ifla_bridge_id)
{
	struct value *prio = list_add(d, ret, "prio");

	list_init(prio, VALUE_ARRAY);
	for (unsigned i = 0; i < sizeof(from->prio); i++)
		value_set_uint(list_add(d, prio, NULL), from->prio[i]);
	value_set_hwaddr(d, list_add(d, ret, "addr"), from->addr, sizeof(from->addr));
}

SHAPE(ifla_cacheinfo, struct ifla_cacheinfo)
{
	ADD_UINT(max_reasm_len);
	ADD_UINT(tstamp);
	ADD_UINT(reachable_time);
	ADD_UINT(retrans_time);
}

SHAPE(br_boolopt, struct br_boolopt_multi)
{
	ADD_FLAGS(optval, br_boolopt);
	ADD_FLAGS(optmask, br_boolopt);
}

/* struct rtnl_link_ifmap without its padding, which may be missing */
struct ifmap {
	uint64_t mem_start;
	uint64_t mem_end;
	uint64_t base_addr;
	uint16_t irq;
	uint8_t dma;
	uint8_t port;
} __attribute__((packed));

SHAPE(ifmap, struct ifmap)
{
	ADD_HEX(mem_start);
	ADD_HEX(mem_end);
	ADD_HEX(base_addr);
	ADD_UINT(irq);
	ADD_UINT(dma);
	ADD_UINT(port);
}

SHAPE(vf_mac, struct ifla_vf_mac)
{
	ADD_UINT(vf);
	value_set_hwaddr(d, list_add(d, ret, "mac"), from->mac, sizeof(from->mac));
}

SHAPE(vf_broadcast, struct ifla_vf_broadcast)
{
	value_set_hwaddr(
		d, list_add(d, ret, "broadcast"), from->broadcast, sizeof(from->broadcast));
}

SHAPE(vf_vlan, struct ifla_vf_vlan)
{
	ADD_UINT(vf);
	ADD_UINT(vlan);
	ADD_UINT(qos);
}

SHAPE(vf_vlan_info, struct ifla_vf_vlan_info)
{
	ADD_UINT(vf);
	ADD_UINT(vlan);
	ADD_UINT(qos);
	value_set_eth_protocol(d, list_add(d, ret, "vlan_proto"), from->vlan_proto);
}

SHAPE(vf_tx_rate, struct ifla_vf_tx_rate)
{
	ADD_UINT(vf);
	ADD_UINT(rate);
}

SHAPE(vf_rate, struct ifla_vf_rate)
{
	ADD_UINT(vf);
	ADD_UINT(min_tx_rate);
	ADD_UINT(max_tx_rate);
}

/* several have these two */
SHAPE(vf_setting, struct ifla_vf_trust)
{
	ADD_UINT(vf);
	ADD_UINT(setting);
}

SHAPE(vf_link_state, struct ifla_vf_link_state)
{
	ADD_UINT(vf);
	ADD_ENUM(link_state, vf_link);
}

SHAPE(port_vsi, struct ifla_port_vsi)
{
	ADD_UINT(vsi_mgr_id);
	value_set_binary(
		list_add(d, ret, "vsi_type_id"), from->vsi_type_id, sizeof(from->vsi_type_id));
	ADD_UINT(vsi_type_version);
	if (from->pad[0] || from->pad[1] || from->pad[2])
		value_set_binary(list_add(d, ret, "pad"), from->pad, sizeof(from->pad));
}

/* Compilers disagree about where its 64-bit number lies. */
static bool show_vf_guid(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	const uint8_t *bytes = span_bytes(n, data, data->len);
	uint32_t vf;
	uint64_t guid;

	if (data->len != 12 && data->len != 16)
		return false;
	if (!bytes) {
		value_set_addr(ret, data->addr);
		return true;
	}
	memcpy(&vf, bytes, sizeof(vf));
	memcpy(&guid, bytes + data->len - sizeof(guid), sizeof(guid));
	value_set_uint(list_add(n->d, ret, "vf"), vf);
	value_set_hex(list_add(n->d, ret, "guid"), guid);
	return true;
}

/* ---- counters ---- */

static const char *const link_counters[] = {"rx_packets", "tx_packets", "rx_bytes", "tx_bytes",
	"rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "multicast", "collisions",
	"rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors", "rx_fifo_errors",
	"rx_missed_errors", "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors",
	"tx_heartbeat_errors", "tx_window_errors", "rx_compressed", "tx_compressed", "rx_nohandler",
	"rx_otherhost_dropped"};

#define LINK_COUNTERS_MIN 23 /* what every kernel has */

bool nl_show_counters(struct netlink *n, const struct span *data, const char *const *names,
	size_t nr_min, size_t nr, size_t width, struct value *ret)
{
	size_t nr_there = MIN(data->len / width, nr);

	if (nr_there < nr_min || (nr_there < nr && data->len % width))
		return false;
	if (data->at_hand < nr_there * width) {
		value_set_addr(ret, data->addr);
		return true;
	}
	for (size_t i = 0; i < nr_there; i++) {
		uint64_t number = 0;

		memcpy(&number, data->bytes + i * width, width);
		value_set_uint(list_add(n->d, ret, names[i]), number);
	}
	return true;
}

static bool show_stats(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_counters(n, data, link_counters, LINK_COUNTERS_MIN,
		ARRAY_SIZE(link_counters) - 1, sizeof(uint32_t), ret);
}

static bool show_stats64(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_counters(n, data, link_counters, LINK_COUNTERS_MIN,
		ARRAY_SIZE(link_counters), sizeof(uint64_t), ret);
}

/* Counters, and bytes behind them that some later kernel may send. */
static bool show_counters_and_more(struct netlink *n, const struct span *data,
	const char *const *names, size_t nr, size_t width, struct value *ret)
{
	if (!nl_show_counters(n, data, names, nr, nr, width, ret))
		return false;
	if (data->at_hand >= nr * width)
		nl_add_rest(n, data, nr * width);
	return true;
}

/* ---- kinds of interfaces ---- */

/* clang-format off */
NL_ATTRS(brport, "IFLA_BRPORT_???",
	A(IFLA_BRPORT_UNSPEC, 0, RAW),
	A(IFLA_BRPORT_STATE, 1, U8),
	A(IFLA_BRPORT_PRIORITY, 2, U16),
	A(IFLA_BRPORT_COST, 3, U32),
	A(IFLA_BRPORT_MODE, 4, U8),
	A(IFLA_BRPORT_GUARD, 5, U8),
	A(IFLA_BRPORT_PROTECT, 6, U8),
	A(IFLA_BRPORT_FAST_LEAVE, 7, U8),
	A(IFLA_BRPORT_LEARNING, 8, U8),
	A(IFLA_BRPORT_UNICAST_FLOOD, 9, U8),
	A(IFLA_BRPORT_PROXYARP, 10, U8),
	A(IFLA_BRPORT_LEARNING_SYNC, 11, U8),
	A(IFLA_BRPORT_PROXYARP_WIFI, 12, U8),
	A(IFLA_BRPORT_ROOT_ID, 13, STRUCT(bridge_id)),
	A(IFLA_BRPORT_BRIDGE_ID, 14, STRUCT(bridge_id)),
	A(IFLA_BRPORT_DESIGNATED_PORT, 15, U16),
	A(IFLA_BRPORT_DESIGNATED_COST, 16, U16),
	A(IFLA_BRPORT_ID, 17, U16),
	A(IFLA_BRPORT_NO, 18, U16),
	A(IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, 19, U8),
	A(IFLA_BRPORT_CONFIG_PENDING, 20, U8),
	A(IFLA_BRPORT_MESSAGE_AGE_TIMER, 21, TICKS),
	A(IFLA_BRPORT_FORWARD_DELAY_TIMER, 22, TICKS),
	A(IFLA_BRPORT_HOLD_TIMER, 23, TICKS),
	A(IFLA_BRPORT_FLUSH, 24, RAW),
	A(IFLA_BRPORT_MULTICAST_ROUTER, 25, U8),
	A(IFLA_BRPORT_PAD, 26, RAW),
	A(IFLA_BRPORT_MCAST_FLOOD, 27, U8),
	A(IFLA_BRPORT_MCAST_TO_UCAST, 28, U8),
	A(IFLA_BRPORT_VLAN_TUNNEL, 29, U8),
	A(IFLA_BRPORT_BCAST_FLOOD, 30, U8),
	A(IFLA_BRPORT_GROUP_FWD_MASK, 31, X16),
	A(IFLA_BRPORT_NEIGH_SUPPRESS, 32, U8),
	A(IFLA_BRPORT_ISOLATED, 33, U8),
	A(IFLA_BRPORT_BACKUP_PORT, 34, IFINDEX),
	A(IFLA_BRPORT_MRP_RING_OPEN, 35, U8),
	A(IFLA_BRPORT_MRP_IN_OPEN, 36, U8),
	A(IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT, 37, U32),
	A(IFLA_BRPORT_MCAST_EHT_HOSTS_CNT, 38, U32),
	A(IFLA_BRPORT_LOCKED, 39, U8),
	A(IFLA_BRPORT_MAB, 40, U8),
	A(IFLA_BRPORT_MCAST_N_GROUPS, 41, U32),
	A(IFLA_BRPORT_MCAST_MAX_GROUPS, 42, U32),
	A(IFLA_BRPORT_NEIGH_VLAN_SUPPRESS, 43, U8),
	A(IFLA_BRPORT_BACKUP_NHID, 44, U32),
	A(IFLA_BRPORT_NEIGH_FORWARD_GRAT, 45, U8));

NL_ATTRS(inet6, "IFLA_INET6_???",
	A(IFLA_INET6_UNSPEC, 0, RAW),
	A(IFLA_INET6_FLAGS, 1, FLAGS(inet6_if, 4)),
	A(IFLA_INET6_CONF, 2, INDEXEDS32(devconf6)),
	A(IFLA_INET6_STATS, 3, INDEXED64(ipstats)),
	A(IFLA_INET6_MCAST, 4, RAW),
	A(IFLA_INET6_CACHEINFO, 5, STRUCT(ifla_cacheinfo)),
	A(IFLA_INET6_ICMP6STATS, 6, INDEXED64(icmp6stats)),
	A(IFLA_INET6_TOKEN, 7, IN6),
	A(IFLA_INET6_ADDR_GEN_MODE, 8, ENUM(addr_gen, 1)),
	A(IFLA_INET6_RA_MTU, 9, U32));

NL_ATTRS(inet4, "IFLA_INET_???",
	A(IFLA_INET_UNSPEC, 0, RAW),
	A(IFLA_INET_CONF, 1, INDEXEDS32(devconf4)));

NL_ATTRS(mctp, "IFLA_MCTP_???",
	A(IFLA_MCTP_UNSPEC, 0, RAW),
	A(IFLA_MCTP_NET, 1, U32),
	A(IFLA_MCTP_PHYS_BINDING, 2, X8));

NL_ATTRS(querier, "BRIDGE_QUERIER_???",
	A(BRIDGE_QUERIER_UNSPEC, 0, RAW),
	A(BRIDGE_QUERIER_IP_ADDRESS, 1, IN4),
	A(BRIDGE_QUERIER_IP_PORT, 2, IFINDEX),
	A(BRIDGE_QUERIER_IP_OTHER_TIMER, 3, TICKS),
	A(BRIDGE_QUERIER_PAD, 4, RAW),
	A(BRIDGE_QUERIER_IPV6_ADDRESS, 5, IN6),
	A(BRIDGE_QUERIER_IPV6_PORT, 6, IFINDEX),
	A(BRIDGE_QUERIER_IPV6_OTHER_TIMER, 7, TICKS));

NL_ATTRS(bridge, "IFLA_BR_???",
	A(IFLA_BR_UNSPEC, 0, RAW),
	A(IFLA_BR_FORWARD_DELAY, 1, TICKS),
	A(IFLA_BR_HELLO_TIME, 2, TICKS),
	A(IFLA_BR_MAX_AGE, 3, TICKS),
	A(IFLA_BR_AGEING_TIME, 4, TICKS),
	A(IFLA_BR_STP_STATE, 5, U32),
	A(IFLA_BR_PRIORITY, 6, U16),
	A(IFLA_BR_VLAN_FILTERING, 7, U8),
	A(IFLA_BR_VLAN_PROTOCOL, 8, ETHPROTO),
	A(IFLA_BR_GROUP_FWD_MASK, 9, X16),
	A(IFLA_BR_ROOT_ID, 10, STRUCT(bridge_id)),
	A(IFLA_BR_BRIDGE_ID, 11, STRUCT(bridge_id)),
	A(IFLA_BR_ROOT_PORT, 12, U16),
	A(IFLA_BR_ROOT_PATH_COST, 13, U32),
	A(IFLA_BR_TOPOLOGY_CHANGE, 14, U8),
	A(IFLA_BR_TOPOLOGY_CHANGE_DETECTED, 15, U8),
	A(IFLA_BR_HELLO_TIMER, 16, TICKS),
	A(IFLA_BR_TCN_TIMER, 17, TICKS),
	A(IFLA_BR_TOPOLOGY_CHANGE_TIMER, 18, TICKS),
	A(IFLA_BR_GC_TIMER, 19, TICKS),
	A(IFLA_BR_GROUP_ADDR, 20, HWADDR),
	A(IFLA_BR_FDB_FLUSH, 21, RAW),
	A(IFLA_BR_MCAST_ROUTER, 22, U8),
	A(IFLA_BR_MCAST_SNOOPING, 23, U8),
	A(IFLA_BR_MCAST_QUERY_USE_IFADDR, 24, U8),
	A(IFLA_BR_MCAST_QUERIER, 25, U8),
	A(IFLA_BR_MCAST_HASH_ELASTICITY, 26, U32),
	A(IFLA_BR_MCAST_HASH_MAX, 27, U32),
	A(IFLA_BR_MCAST_LAST_MEMBER_CNT, 28, U32),
	A(IFLA_BR_MCAST_STARTUP_QUERY_CNT, 29, U32),
	A(IFLA_BR_MCAST_LAST_MEMBER_INTVL, 30, TICKS),
	A(IFLA_BR_MCAST_MEMBERSHIP_INTVL, 31, TICKS),
	A(IFLA_BR_MCAST_QUERIER_INTVL, 32, TICKS),
	A(IFLA_BR_MCAST_QUERY_INTVL, 33, TICKS),
	A(IFLA_BR_MCAST_QUERY_RESPONSE_INTVL, 34, TICKS),
	A(IFLA_BR_MCAST_STARTUP_QUERY_INTVL, 35, TICKS),
	A(IFLA_BR_NF_CALL_IPTABLES, 36, U8),
	A(IFLA_BR_NF_CALL_IP6TABLES, 37, U8),
	A(IFLA_BR_NF_CALL_ARPTABLES, 38, U8),
	A(IFLA_BR_VLAN_DEFAULT_PVID, 39, U16),
	A(IFLA_BR_PAD, 40, RAW),
	A(IFLA_BR_VLAN_STATS_ENABLED, 41, U8),
	A(IFLA_BR_MCAST_STATS_ENABLED, 42, U8),
	A(IFLA_BR_MCAST_IGMP_VERSION, 43, U8),
	A(IFLA_BR_MCAST_MLD_VERSION, 44, U8),
	A(IFLA_BR_VLAN_STATS_PER_PORT, 45, U8),
	A(IFLA_BR_MULTI_BOOLOPT, 46, STRUCT(br_boolopt)),
	A(IFLA_BR_MCAST_QUERIER_STATE, 47, NEST(querier)),
	A(IFLA_BR_FDB_N_LEARNED, 48, U32),
	A(IFLA_BR_FDB_MAX_LEARNED, 49, U32),
	A(IFLA_BR_STP_MODE, 50, ENUM(br_stp, 4)));

NL_ATTRS(tun, "IFLA_TUN_???",
	A(IFLA_TUN_UNSPEC, 0, RAW),
	A(IFLA_TUN_OWNER, 1, ID),
	A(IFLA_TUN_GROUP, 2, ID),
	A(IFLA_TUN_TYPE, 3, ENUM(tun_device, 1)),
	A(IFLA_TUN_PI, 4, U8),
	A(IFLA_TUN_VNET_HDR, 5, U8),
	A(IFLA_TUN_PERSIST, 6, U8),
	A(IFLA_TUN_MULTI_QUEUE, 7, U8),
	A(IFLA_TUN_NUM_QUEUES, 8, U32),
	A(IFLA_TUN_NUM_DISABLED_QUEUES, 9, U32));
/* clang-format on */

/* The name that decides what data of the same level mean; none when it is no whole name. */
static void note_name(char *room, size_t size, const struct span *data)
{
	memset(room, 0, size);
	if (data->len >= size || data->at_hand < data->len)
		return;
	memcpy(room, data->bytes, data->len);
}

static bool show_kind(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	note_name(n->kind, sizeof(n->kind), data);
	return nl_show_name(n, attr, data, ret);
}

static bool show_slave_kind(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	note_name(n->slave_kind, sizeof(n->slave_kind), data);
	return nl_show_name(n, attr, data, ret);
}

static bool show_info_data(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	if (!strcmp(n->kind, "bridge"))
		nl_show_attrs(n, &nl_bridge, data, ret);
	else if (!strcmp(n->kind, "tun"))
		nl_show_attrs(n, &nl_tun, data, ret);
	else
		return false;
	return true;
}

static bool show_info_xstats(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const char *const can[] = {"bus_error", "error_warning", "error_passive", "bus_off",
		"arbitration_lost", "restarts"};

	return !strcmp(n->kind, "can") && nl_show_counters(n, data, can, ARRAY_SIZE(can),
						  ARRAY_SIZE(can), sizeof(uint32_t), ret);
}

static bool show_slave_data(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	if (strcmp(n->slave_kind, "bridge"))
		return false;
	nl_show_attrs(n, &nl_brport, data, ret);
	return true;
}

/* clang-format off */
NL_ATTRS(info, "IFLA_INFO_???",
	A(IFLA_INFO_UNSPEC, 0, RAW),
	A(IFLA_INFO_KIND, 1, BY(show_kind)),
	A(IFLA_INFO_DATA, 2, BY(show_info_data)),
	A(IFLA_INFO_XSTATS, 3, BY(show_info_xstats)),
	A(IFLA_INFO_SLAVE_KIND, 4, BY(show_slave_kind)),
	A(IFLA_INFO_SLAVE_DATA, 5, BY(show_slave_data)));
/* clang-format on */

static bool show_linkinfo(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	n->kind[0] = n->slave_kind[0] = '\0';
	nl_show_attrs(n, &nl_info, data, ret);
	return true;
}

/* ---- by address family ---- */

static bool show_protinfo(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	if (n->family == AF_BRIDGE)
		nl_show_attrs(n, &nl_brport, data, ret);
	else if (n->family == AF_INET6)
		nl_show_attrs(n, &nl_inet6, data, ret);
	else
		return false;
	return true;
}

/* An attribute of a family. */
static bool show_af(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	switch (attr->type) {
	case AF_INET: nl_show_attrs(n, &nl_inet4, data, ret); break;
	case AF_INET6: nl_show_attrs(n, &nl_inet6, data, ret); break;
	case 45 /* AF_MCTP */: nl_show_attrs(n, &nl_mctp, data, ret); break;
	default: return false;
	}
	return true;
}

static const struct nl_attrs nl_af_spec = {
	.unknown = "AF_???", .names = &flags_af, .show = show_af};

struct vlan_info {
	uint16_t flags;
	uint16_t vid;
};

SHAPE(vlan_info, struct vlan_info)
{
	ADD_FLAGS(flags, br_vlan);
	ADD_UINT(vid);
}

static bool show_af_vlan(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_struct_and_more(n, &shape_vlan_info, data, ret);
}

static bool show_xdp_flags(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	const uint32_t *bits = span_bytes(n, data, sizeof(*bits));

	if (data->len < sizeof(*bits))
		return false;
	if (bits)
		value_set_flags(ret, *bits, &flags_xdp_attach);
	else
		value_set_addr(ret, data->addr);
	return true;
}

static bool show_event(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	const uint32_t *event = span_bytes(n, data, sizeof(*event));

	if (data->len < sizeof(*event))
		return false;
	if (event)
		value_set_enum(ret, *event, &flags_ifla_event);
	else
		value_set_addr(ret, data->addr);
	return true;
}

static bool show_af_spec(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret);
static bool show_prop_list(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret);

/* clang-format off */
NL_ATTRS(vf_stats, "IFLA_VF_STATS_???",
	A(IFLA_VF_STATS_RX_PACKETS, 0, U64),
	A(IFLA_VF_STATS_TX_PACKETS, 1, U64),
	A(IFLA_VF_STATS_RX_BYTES, 2, U64),
	A(IFLA_VF_STATS_TX_BYTES, 3, U64),
	A(IFLA_VF_STATS_BROADCAST, 4, U64),
	A(IFLA_VF_STATS_MULTICAST, 5, U64),
	A(IFLA_VF_STATS_PAD, 6, RAW),
	A(IFLA_VF_STATS_RX_DROPPED, 7, U64),
	A(IFLA_VF_STATS_TX_DROPPED, 8, U64));

NL_ATTRS(vf_vlans, "IFLA_VF_VLAN_INFO_???",
	A(IFLA_VF_VLAN_INFO_UNSPEC, 0, RAW),
	A(IFLA_VF_VLAN_INFO, 1, STRUCT(vf_vlan_info)));

NL_ATTRS(vf_info, "IFLA_VF_???",
	A(IFLA_VF_UNSPEC, 0, RAW),
	A(IFLA_VF_MAC, 1, STRUCT(vf_mac)),
	A(IFLA_VF_VLAN, 2, STRUCT(vf_vlan)),
	A(IFLA_VF_TX_RATE, 3, STRUCT(vf_tx_rate)),
	A(IFLA_VF_SPOOFCHK, 4, STRUCT(vf_setting)),
	A(IFLA_VF_LINK_STATE, 5, STRUCT(vf_link_state)),
	A(IFLA_VF_RATE, 6, STRUCT(vf_rate)),
	A(IFLA_VF_RSS_QUERY_EN, 7, STRUCT(vf_setting)),
	A(IFLA_VF_STATS, 8, NEST(vf_stats)),
	A(IFLA_VF_TRUST, 9, STRUCT(vf_setting)),
	A(IFLA_VF_IB_NODE_GUID, 10, BY(show_vf_guid)),
	A(IFLA_VF_IB_PORT_GUID, 11, BY(show_vf_guid)),
	A(IFLA_VF_VLAN_LIST, 12, NEST(vf_vlans)),
	A(IFLA_VF_BROADCAST, 13, STRUCT(vf_broadcast)));

NL_ATTRS(vf_list, "IFLA_VF_INFO_???",
	A(IFLA_VF_INFO_UNSPEC, 0, RAW),
	A(IFLA_VF_INFO, 1, NEST(vf_info)));

NL_ATTRS(port, "IFLA_PORT_???",
	A(IFLA_PORT_UNSPEC, 0, RAW),
	A(IFLA_PORT_VF, 1, U32),
	A(IFLA_PORT_PROFILE, 2, STR),
	A(IFLA_PORT_VSI_TYPE, 3, STRUCT(port_vsi)),
	A(IFLA_PORT_INSTANCE_UUID, 4, RAW),
	A(IFLA_PORT_HOST_UUID, 5, RAW),
	A(IFLA_PORT_REQUEST, 6, U8),
	A(IFLA_PORT_RESPONSE, 7, U16));

NL_ATTRS(vf_ports, "IFLA_VF_PORT_???",
	A(IFLA_VF_PORT_UNSPEC, 0, RAW),
	A(IFLA_VF_PORT, 1, NEST(port)));

NL_ATTRS(xdp, "IFLA_XDP_???",
	A(IFLA_XDP_UNSPEC, 0, RAW),
	A(IFLA_XDP_FD, 1, FD),
	A(IFLA_XDP_ATTACHED, 2, ENUM(xdp_attached, 1)),
	A(IFLA_XDP_FLAGS, 3, BY(show_xdp_flags)),
	A(IFLA_XDP_PROG_ID, 4, U32),
	A(IFLA_XDP_DRV_PROG_ID, 5, U32),
	A(IFLA_XDP_SKB_PROG_ID, 6, U32),
	A(IFLA_XDP_HW_PROG_ID, 7, U32),
	A(IFLA_XDP_EXPECTED_FD, 8, FD));

NL_ATTRS(br_tunnel, "IFLA_BRIDGE_VLAN_TUNNEL_???",
	A(IFLA_BRIDGE_VLAN_TUNNEL_UNSPEC, 0, RAW),
	A(IFLA_BRIDGE_VLAN_TUNNEL_ID, 1, U32),
	A(IFLA_BRIDGE_VLAN_TUNNEL_VID, 2, U16),
	A(IFLA_BRIDGE_VLAN_TUNNEL_FLAGS, 3, FLAGS(br_vlan, 2)));

NL_ATTRS(br_af, "IFLA_BRIDGE_???",
	A(IFLA_BRIDGE_FLAGS, 0, FLAGS(br_flags, 2)),
	A(IFLA_BRIDGE_MODE, 1, ENUM(br_mode, 2)),
	A(IFLA_BRIDGE_VLAN_INFO, 2, BY(show_af_vlan)),
	A(IFLA_BRIDGE_VLAN_TUNNEL_INFO, 3, NEST(br_tunnel)),
	A(IFLA_BRIDGE_MRP, 4, RAW),
	A(IFLA_BRIDGE_CFM, 5, RAW),
	A(IFLA_BRIDGE_MST, 6, RAW));

NL_ATTRS(down_reason, "IFLA_PROTO_DOWN_REASON_???",
	A(IFLA_PROTO_DOWN_REASON_UNSPEC, 0, RAW),
	A(IFLA_PROTO_DOWN_REASON_MASK, 1, X32),
	A(IFLA_PROTO_DOWN_REASON_VALUE, 2, X32));

NL_ATTRS(ifla, "IFLA_???",
	A(IFLA_UNSPEC, 0, RAW),
	A(IFLA_ADDRESS, 1, HWADDR),
	A(IFLA_BROADCAST, 2, HWADDR),
	A(IFLA_IFNAME, 3, STR),
	A(IFLA_MTU, 4, U32),
	A(IFLA_LINK, 5, U32),
	A(IFLA_QDISC, 6, STR),
	A(IFLA_STATS, 7, BY(show_stats)),
	A(IFLA_COST, 8, RAW),
	A(IFLA_PRIORITY, 9, RAW),
	A(IFLA_MASTER, 10, U32),
	A(IFLA_WIRELESS, 11, RAW),
	A(IFLA_PROTINFO, 12, BY(show_protinfo)),
	A(IFLA_TXQLEN, 13, U32),
	A(IFLA_MAP, 14, STRUCT(ifmap)),
	A(IFLA_WEIGHT, 15, U32),
	A(IFLA_OPERSTATE, 16, U8),
	A(IFLA_LINKMODE, 17, U8),
	A(IFLA_LINKINFO, 18, BY(show_linkinfo)),
	A(IFLA_NET_NS_PID, 19, U32),
	A(IFLA_IFALIAS, 20, STR),
	A(IFLA_NUM_VF, 21, U32),
	A(IFLA_VFINFO_LIST, 22, NEST(vf_list)),
	A(IFLA_STATS64, 23, BY(show_stats64)),
	A(IFLA_VF_PORTS, 24, NEST(vf_ports)),
	A(IFLA_PORT_SELF, 25, NEST(port)),
	A(IFLA_AF_SPEC, 26, BY(show_af_spec)),
	A(IFLA_GROUP, 27, U32),
	A(IFLA_NET_NS_FD, 28, FD),
	A(IFLA_EXT_MASK, 29, FLAGS(rtext, 4)),
	A(IFLA_PROMISCUITY, 30, U32),
	A(IFLA_NUM_TX_QUEUES, 31, U32),
	A(IFLA_NUM_RX_QUEUES, 32, U32),
	A(IFLA_CARRIER, 33, U8),
	A(IFLA_PHYS_PORT_ID, 34, RAW),
	A(IFLA_CARRIER_CHANGES, 35, U32),
	A(IFLA_PHYS_SWITCH_ID, 36, RAW),
	A(IFLA_LINK_NETNSID, 37, S32),
	A(IFLA_PHYS_PORT_NAME, 38, STR),
	A(IFLA_PROTO_DOWN, 39, U8),
	A(IFLA_GSO_MAX_SEGS, 40, U32),
	A(IFLA_GSO_MAX_SIZE, 41, U32),
	A(IFLA_PAD, 42, RAW),
	A(IFLA_XDP, 43, NEST(xdp)),
	A(IFLA_EVENT, 44, BY(show_event)),
	A(IFLA_NEW_NETNSID, 45, S32),
	A(IFLA_IF_NETNSID, 46, S32),
	A(IFLA_CARRIER_UP_COUNT, 47, U32),
	A(IFLA_CARRIER_DOWN_COUNT, 48, U32),
	A(IFLA_NEW_IFINDEX, 49, IFINDEX),
	A(IFLA_MIN_MTU, 50, U32),
	A(IFLA_MAX_MTU, 51, U32),
	A(IFLA_PROP_LIST, 52, BY(show_prop_list)),
	A(IFLA_ALT_IFNAME, 53, STR),
	A(IFLA_PERM_ADDRESS, 54, HWADDR),
	A(IFLA_PROTO_DOWN_REASON, 55, NEST(down_reason)),
	A(IFLA_PARENT_DEV_NAME, 56, STR),
	A(IFLA_PARENT_DEV_BUS_NAME, 57, STR),
	A(IFLA_GRO_MAX_SIZE, 58, U32),
	A(IFLA_TSO_MAX_SIZE, 59, U32),
	A(IFLA_TSO_MAX_SEGS, 60, U32),
	A(IFLA_ALLMULTI, 61, U32),
	A(IFLA_DEVLINK_PORT, 62, U32),
	A(IFLA_GSO_IPV4_MAX_SIZE, 63, U32),
	A(IFLA_GRO_IPV4_MAX_SIZE, 64, U32),
	A(IFLA_DPLL_PIN, 65, RAW),
	A(IFLA_MAX_PACING_OFFLOAD_HORIZON, 66, U64),
	A(IFLA_NETNS_IMMUTABLE, 67, U8),
	A(IFLA_HEADROOM, 68, U16),
	A(IFLA_TAILROOM, 69, U16));
/* clang-format on */

/* Bridges have attributes of their own where others have one for each family. */
static bool show_af_spec(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	nl_show_attrs(n, n->family == AF_BRIDGE ? &nl_br_af : &nl_af_spec, data, ret);
	return true;
}

static bool show_prop(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return attr->type == 53 /* IFLA_ALT_IFNAME */ && nl_show_string(n, attr, data, ret);
}

static bool show_prop_list(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const struct nl_attrs props = {
		"IFLA_???", rows_ifla, ARRAY_SIZE(rows_ifla), .show = show_prop};

	nl_show_attrs(n, &props, data, ret);
	return true;
}

SHAPE(ifinfomsg, struct ifinfomsg)
{
	ADD_ENUM(ifi_type, arphrd);
	ADD_IFINDEX(ifi_index);
	ADD_FLAGS(ifi_flags, if_flags);
	ADD_HEX(ifi_change);
}

const struct nl_body nl_body_link = {
	.family_name = "ifi_family", .rest = &shape_ifinfomsg, .attrs = &nl_ifla};

/* ---- statistics ---- */

struct vlan_xstats {
	uint64_t rx_bytes;
	uint64_t rx_packets;
	uint64_t tx_bytes;
	uint64_t tx_packets;
	uint16_t vid;
	uint16_t flags;
	uint32_t pad2;
};

SHAPE(vlan_xstats, struct vlan_xstats)
{
	ADD_UINT(rx_bytes);
	ADD_UINT(rx_packets);
	ADD_UINT(tx_bytes);
	ADD_UINT(tx_packets);
	ADD_UINT(vid);
	ADD_FLAGS(flags, br_vlan);
	if (from->pad2)
		ADD_HEX(pad2);
}

static bool show_bridge_vlan(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_struct_and_more(n, &shape_vlan_xstats, data, ret);
}

/* Received and sent. */
static void add_both(
	struct decoder *d, struct value *ret, const char *name, const __u64 counters[2])
{
	struct value *list = list_add(d, ret, name);

	list_init(list, VALUE_ARRAY);
	for (unsigned i = 0; i < 2; i++)
		value_set_uint(list_add(d, list, i ? "[BR_MCAST_DIR_TX]" : "[BR_MCAST_DIR_RX]"),
			counters[i]);
}
#define ADD_BOTH(m) add_both(d, ret, #m, from->m)

SHAPE(mcast_xstats, struct br_mcast_stats)
{
	ADD_BOTH(igmp_v1queries);
	ADD_BOTH(igmp_v2queries);
	ADD_BOTH(igmp_v3queries);
	ADD_BOTH(igmp_leaves);
	ADD_BOTH(igmp_v1reports);
	ADD_BOTH(igmp_v2reports);
	ADD_BOTH(igmp_v3reports);
	ADD_UINT(igmp_parse_errors);
	ADD_BOTH(mld_v1queries);
	ADD_BOTH(mld_v2queries);
	ADD_BOTH(mld_leaves);
	ADD_BOTH(mld_v1reports);
	ADD_BOTH(mld_v2reports);
	ADD_UINT(mld_parse_errors);
	ADD_BOTH(mcast_bytes);
	ADD_BOTH(mcast_packets);
}

static bool show_bridge_mcast(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_struct_and_more(n, &shape_mcast_xstats, data, ret);
}

static bool show_bridge_stp(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const char *const names[] = {
		"transition_blk", "transition_fwd", "rx_bpdu", "tx_bpdu", "rx_tcn", "tx_tcn"};

	return show_counters_and_more(n, data, names, ARRAY_SIZE(names), sizeof(uint64_t), ret);
}

static bool show_mpls_stats(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const char *const names[] = {"rx_packets", "tx_packets", "rx_bytes", "tx_bytes",
		"rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "rx_noroute"};

	return show_counters_and_more(n, data, names, ARRAY_SIZE(names), sizeof(uint64_t), ret);
}

/* clang-format off */
NL_ATTRS(bond_3ad, "BOND_3AD_STAT_???",
	A(BOND_3AD_STAT_LACPDU_RX, 0, U64),
	A(BOND_3AD_STAT_LACPDU_TX, 1, U64),
	A(BOND_3AD_STAT_LACPDU_UNKNOWN_RX, 2, U64),
	A(BOND_3AD_STAT_LACPDU_ILLEGAL_RX, 3, U64),
	A(BOND_3AD_STAT_MARKER_RX, 4, U64),
	A(BOND_3AD_STAT_MARKER_TX, 5, U64),
	A(BOND_3AD_STAT_MARKER_RESP_RX, 6, U64),
	A(BOND_3AD_STAT_MARKER_RESP_TX, 7, U64),
	A(BOND_3AD_STAT_MARKER_UNKNOWN_RX, 8, U64),
	A(BOND_3AD_STAT_PAD, 9, RAW));

NL_ATTRS(bond_xstats, "BOND_XSTATS_???",
	A(BOND_XSTATS_UNSPEC, 0, RAW),
	A(BOND_XSTATS_3AD, 1, NEST(bond_3ad)));

NL_ATTRS(bridge_xstats, "BRIDGE_XSTATS_???",
	A(BRIDGE_XSTATS_UNSPEC, 0, RAW),
	A(BRIDGE_XSTATS_VLAN, 1, BY(show_bridge_vlan)),
	A(BRIDGE_XSTATS_MCAST, 2, BY(show_bridge_mcast)),
	A(BRIDGE_XSTATS_PAD, 3, RAW),
	A(BRIDGE_XSTATS_STP, 4, BY(show_bridge_stp)));

NL_ATTRS(xstats, "LINK_XSTATS_TYPE_???",
	A(LINK_XSTATS_TYPE_UNSPEC, 0, RAW),
	A(LINK_XSTATS_TYPE_BRIDGE, 1, NEST(bridge_xstats)),
	A(LINK_XSTATS_TYPE_BOND, 2, NEST(bond_xstats)));

NL_ATTRS(offload, "IFLA_OFFLOAD_XSTATS_???",
	A(IFLA_OFFLOAD_XSTATS_UNSPEC, 0, RAW),
	A(IFLA_OFFLOAD_XSTATS_CPU_HIT, 1, BY(show_stats64)));

NL_ATTRS(mpls_stats, "MPLS_STATS_???",
	A(MPLS_STATS_UNSPEC, 0, RAW),
	A(MPLS_STATS_LINK, 1, BY(show_mpls_stats)));
/* clang-format on */

static bool show_stats_af(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	if (attr->type != AF_MPLS)
		return false;
	nl_show_attrs(n, &nl_mpls_stats, data, ret);
	return true;
}

static const struct nl_attrs nl_stats_af = {
	.unknown = "AF_???", .names = &flags_af, .show = show_stats_af};

/* clang-format off */
NL_ATTRS(stats, "IFLA_STATS_???",
	A(IFLA_STATS_UNSPEC, 0, RAW),
	A(IFLA_STATS_LINK_64, 1, BY(show_stats64)),
	A(IFLA_STATS_LINK_XSTATS, 2, NEST(xstats)),
	A(IFLA_STATS_LINK_XSTATS_SLAVE, 3, NEST(xstats)),
	A(IFLA_STATS_LINK_OFFLOAD_XSTATS, 4, NEST(offload)),
	A(IFLA_STATS_AF_SPEC, 5, NEST(stats_af)));
/* clang-format on */

SHAPE(if_stats, struct if_stats_msg)
{
	if (from->pad1)
		ADD_HEX(pad1);
	if (from->pad2)
		ADD_HEX(pad2);
	ADD_IFINDEX(ifindex);
	ADD_FLAGS(filter_mask, ifstats_filter);
}

const struct nl_body nl_body_stats = {
	.family_name = "family", .rest = &shape_if_stats, .attrs = &nl_stats};
