/* NETLINK_ROUTE: traffic control. */
#include "decode/nl_route.h"

#include <string.h>
#include <sys/socket.h>

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "decode/net.h"
#include "decode/nlattr.h"
#include "decode/row_internal.h"

/* struct tc_stats and gnet_stats_basic without their padding, which may be missing */
struct tc_counters {
	uint64_t bytes;
	uint32_t packets;
	uint32_t drops;
	uint32_t overlimits;
	uint32_t bps;
	uint32_t pps;
	uint32_t qlen;
	uint32_t backlog;
} __attribute__((packed));

SHAPE(tc_stats, struct tc_counters)
{
	ADD_UINT(bytes);
	ADD_UINT(packets);
	ADD_UINT(drops);
	ADD_UINT(overlimits);
	ADD_UINT(bps);
	ADD_UINT(pps);
	ADD_UINT(qlen);
	ADD_UINT(backlog);
}

struct basic_counters {
	uint64_t bytes;
	uint32_t packets;
} __attribute__((packed));

SHAPE(gnet_basic, struct basic_counters)
{
	ADD_UINT(bytes);
	ADD_UINT(packets);
}

SHAPE(gnet_rate, struct gnet_stats_rate_est)
{
	ADD_UINT(bps);
	ADD_UINT(pps);
}

SHAPE(gnet_rate64, struct gnet_stats_rate_est64)
{
	ADD_UINT(bps);
	ADD_UINT(pps);
}

SHAPE(gnet_queue, struct gnet_stats_queue)
{
	ADD_UINT(qlen);
	ADD_UINT(backlog);
	ADD_UINT(drops);
	ADD_UINT(requeues);
	ADD_UINT(overlimits);
}

SHAPE(tc_estimator, struct tc_estimator)
{
	ADD_INT(interval);
	ADD_UINT(ewma_log);
}

SHAPE(tc_sizespec, struct tc_sizespec)
{
	ADD_UINT(cell_log);
	ADD_UINT(size_log);
	ADD_INT(cell_align);
	ADD_INT(overhead);
	ADD_UINT(linklayer);
	ADD_UINT(mpu);
	ADD_UINT(mtu);
	ADD_UINT(tsize);
}

SHAPE(stab_entry, uint16_t)
{
	value_set_uint(ret, *from);
}

static bool show_stab_data(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	return nl_show_structs(n, &shape_stab_entry, data, ret);
}

static bool show_msecs(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	uint64_t number = 0;

	if (data->len > sizeof(number))
		return false;
	if (data->at_hand < data->len) {
		value_set_addr(ret, data->addr);
		return true;
	}
	memcpy(&number, data->bytes, data->len);
	value_set_uint(ret, number);
	if (number)
		ret->comment = decoder_printf(n->d, "%llu.%03llu s",
			(unsigned long long)number / 1000, (unsigned long long)number % 1000);
	return true;
}

/* clang-format off */
NL_ATTRS(tc_stats2, "TCA_STATS_???",
	A(TCA_STATS_UNSPEC, 0, RAW),
	A(TCA_STATS_BASIC, 1, STRUCT(gnet_basic)),
	A(TCA_STATS_RATE_EST, 2, STRUCT(gnet_rate)),
	A(TCA_STATS_QUEUE, 3, STRUCT(gnet_queue)),
	A(TCA_STATS_APP, 4, RAW),
	A(TCA_STATS_RATE_EST64, 5, STRUCT(gnet_rate64)),
	A(TCA_STATS_PAD, 6, RAW),
	A(TCA_STATS_BASIC_HW, 7, STRUCT(gnet_basic)),
	A(TCA_STATS_PKT64, 8, U64));

NL_ATTRS(tc_stab, "TCA_STAB_???",
	A(TCA_STAB_UNSPEC, 0, RAW),
	A(TCA_STAB_BASE, 1, STRUCT(tc_sizespec)),
	A(TCA_STAB_DATA, 2, BY(show_stab_data)));

NL_ATTRS(tca, "TCA_???",
	A(TCA_UNSPEC, 0, RAW),
	A(TCA_KIND, 1, STR),
	A(TCA_OPTIONS, 2, RAW),
	A(TCA_STATS, 3, STRUCT(tc_stats)),
	A(TCA_XSTATS, 4, RAW),
	A(TCA_RATE, 5, STRUCT(tc_estimator)),
	A(TCA_FCNT, 6, U32),
	A(TCA_STATS2, 7, NEST(tc_stats2)),
	A(TCA_STAB, 8, NEST(tc_stab)),
	A(TCA_PAD, 9, RAW),
	A(TCA_DUMP_INVISIBLE, 10, RAW),
	A(TCA_CHAIN, 11, U32),
	A(TCA_HW_OFFLOAD, 12, U8),
	A(TCA_INGRESS_BLOCK, 13, U32),
	A(TCA_EGRESS_BLOCK, 14, U32),
	A(TCA_DUMP_FLAGS, 15, U32),
	A(TCA_EXT_WARN_MSG, 16, STR));

NL_ATTRS(tca_act, "TCA_ACT_???",
	A(TCA_ACT_UNSPEC, 0, RAW),
	A(TCA_ACT_KIND, 1, STR),
	A(TCA_ACT_OPTIONS, 2, RAW),
	A(TCA_ACT_INDEX, 3, U32),
	A(TCA_ACT_STATS, 4, NEST(tc_stats2)),
	A(TCA_ACT_PAD, 5, RAW),
	A(TCA_ACT_COOKIE, 6, RAW),
	A(TCA_ACT_FLAGS, 7, FLAGS(tca_act_flags, 4)),
	A(TCA_ACT_HW_STATS, 8, FLAGS(tca_act_hw, 4)),
	A(TCA_ACT_USED_HW_STATS, 9, FLAGS(tca_act_hw, 4)),
	A(TCA_ACT_IN_HW_COUNT, 10, U32));
/* clang-format on */

/* The types of these are places in an array. */
static bool show_action(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	nl_show_attrs(n, &nl_tca_act, data, ret);
	return true;
}

static const struct nl_attrs nl_tc_actions = {.show = show_action};

/* clang-format off */
NL_ATTRS(tca_root, "TCA_ROOT_???",
	A(TCA_ROOT_UNSPEC, 0, RAW),
	A(TCA_ROOT_TAB, 1, NEST(tc_actions)),
	A(TCA_ROOT_FLAGS, 2, FLAGS(tca_root, 4)),
	A(TCA_ROOT_COUNT, 3, U32),
	A(TCA_ROOT_TIME_DELTA, 4, BY(show_msecs)),
	A(TCA_ROOT_EXT_WARN_MSG, 5, STR));
/* clang-format on */

SHAPE(tcmsg, struct tcmsg)
{
	ADD_IFINDEX(tcm_ifindex);
	ADD_UINT(tcm_handle);
	ADD_UINT(tcm_parent);
	ADD_UINT(tcm_info);
}

const struct nl_body nl_body_tc = {
	.family_name = "tcm_family", .rest = &shape_tcmsg, .attrs = &nl_tca};
const struct nl_body nl_body_action = {.family_name = "tca_family",
	.size = sizeof(struct tcamsg),
	.attrs = &nl_tca_root,
	.lenient = true};
