/* Generic netlink, and the protocols of netfilter, the crypto layer and SELinux. */
#include "decode/netlink.h"

#include <arpa/inet.h>
#include <string.h>

#include <linux/cryptouser.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/netfilter/nfnetlink.h>

#include "decode/net.h"
#include "decode/nlattr.h"
#include "decode/row_internal.h"

/* ---- generic ---- */

/* What the operations of a family are called; in both directions, or in answers. */
static const struct genl_family {
	const char *name;
	const struct flag_set *commands;
	const struct flag_set *replies; /* NULL = the same */
} genl_families[] = {
	{"nlctrl", &flags_ctrl_cmd, NULL},
	{"devlink", &flags_genl_devlink, NULL},
	{"ethtool", &flags_genl_ethtool, &flags_genl_ethtool_reply},
	{"IOAM6", &flags_genl_ioam6, NULL},
	{"mptcp_pm", &flags_genl_mptcp, NULL},
	{"netdev", &flags_genl_netdev, NULL},
	{"nl80211", &flags_genl_nl80211, NULL},
	{"SEG6", &flags_genl_seg6, NULL},
	{"TASKSTATS", &flags_genl_taskstats, NULL},
	{"tcp_metrics", &flags_genl_tcp_metrics, NULL},
	{"thermal", &flags_genl_thermal, NULL},
};

static bool show_op_id(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	struct nl_attr row = {ENUM(ctrl_cmd, 4)};

	for (size_t i = 0; i < ARRAY_SIZE(genl_families); i++) {
		const struct genl_family *family = &genl_families[i];

		if (strcmp(n->kind, family->name))
			continue;
		row.set = family->replies && n->received ? family->replies : family->commands;
	}
	return nl_show_enum(n, &row, data, ret);
}

/* clang-format off */
NL_ATTRS(ctrl_op, "CTRL_ATTR_OP_???",
	A(CTRL_ATTR_OP_UNSPEC, 0, RAW),
	A(CTRL_ATTR_OP_ID, 1, BY(show_op_id)),
	A(CTRL_ATTR_OP_FLAGS, 2, FLAGS(genl_op, 4)));

NL_ATTRS(ctrl_group, "CTRL_ATTR_MCAST_GRP_???",
	A(CTRL_ATTR_MCAST_GRP_UNSPEC, 0, RAW),
	A(CTRL_ATTR_MCAST_GRP_NAME, 1, STR),
	A(CTRL_ATTR_MCAST_GRP_ID, 2, X32));

NL_ATTRS(policy_type, "NL_POLICY_TYPE_ATTR_???",
	A(NL_POLICY_TYPE_ATTR_UNSPEC, 0, RAW),
	A(NL_POLICY_TYPE_ATTR_TYPE, 1, ENUM(nla_type, 4)),
	A(NL_POLICY_TYPE_ATTR_MIN_VALUE_S, 2, S64),
	A(NL_POLICY_TYPE_ATTR_MAX_VALUE_S, 3, S64),
	A(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 4, U64),
	A(NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 5, U64),
	A(NL_POLICY_TYPE_ATTR_MIN_LENGTH, 6, U32),
	A(NL_POLICY_TYPE_ATTR_MAX_LENGTH, 7, U32),
	A(NL_POLICY_TYPE_ATTR_POLICY_IDX, 8, X32),
	A(NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE, 9, X32),
	A(NL_POLICY_TYPE_ATTR_BITFIELD32_MASK, 10, X32),
	A(NL_POLICY_TYPE_ATTR_PAD, 11, RAW),
	A(NL_POLICY_TYPE_ATTR_MASK, 12, X64));

NL_ATTRS(op_policy, "CTRL_ATTR_POLICY_???",
	A(CTRL_ATTR_POLICY_UNSPEC, 0, RAW),
	A(CTRL_ATTR_POLICY_DO, 1, U32),
	A(CTRL_ATTR_POLICY_DUMP, 2, U32));
/* clang-format on */

/* Places in an array, or numbers of policies and operations. */
static bool show_op(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	nl_show_attrs(n, &nl_ctrl_op, data, ret);
	return true;
}

static bool show_group(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	nl_show_attrs(n, &nl_ctrl_group, data, ret);
	return true;
}

static bool show_policy_attr(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	nl_show_attrs(n, &nl_policy_type, data, ret);
	return true;
}

static const struct nl_attrs nl_ctrl_policy = {.show = show_policy_attr};

static bool show_policy(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	nl_show_attrs(n, &nl_ctrl_policy, data, ret);
	return true;
}

static bool show_op_policy(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	nl_show_attrs(n, &nl_op_policy, data, ret);
	return true;
}

static bool show_family_name(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	memset(n->kind, 0, sizeof(n->kind));
	if (data->at_hand == data->len && data->len < sizeof(n->kind))
		memcpy(n->kind, data->bytes, data->len);
	span_show_text(data, ret);
	return true;
}

static const struct nl_attrs nl_ctrl_ops = {.show = show_op};
static const struct nl_attrs nl_ctrl_groups = {.show = show_group};
static const struct nl_attrs nl_ctrl_policies = {.show = show_policy};
static const struct nl_attrs nl_ctrl_op_policies = {.show = show_op_policy};

/* clang-format off */
NL_ATTRS(ctrl, "CTRL_ATTR_???",
	A(CTRL_ATTR_UNSPEC, 0, RAW),
	A(CTRL_ATTR_FAMILY_ID, 1, X16),
	A(CTRL_ATTR_FAMILY_NAME, 2, BY(show_family_name)),
	A(CTRL_ATTR_VERSION, 3, U32),
	A(CTRL_ATTR_HDRSIZE, 4, U32),
	A(CTRL_ATTR_MAXATTR, 5, U32),
	A(CTRL_ATTR_OPS, 6, NEST(ctrl_ops)),
	A(CTRL_ATTR_MCAST_GROUPS, 7, NEST(ctrl_groups)),
	A(CTRL_ATTR_POLICY, 8, NEST(ctrl_policies)),
	A(CTRL_ATTR_OP_POLICY, 9, NEST(ctrl_op_policies)),
	A(CTRL_ATTR_OP, 10, U32));
/* clang-format on */

/* Families have numbers as they come, but the first. */
bool nl_add_generic(struct netlink *n, const struct span *at, struct value *message)
{
	const struct genlmsghdr *head = span_bytes(n, at, sizeof(*head));
	struct span behind = span_behind(at, GENL_HDRLEN);
	bool control = n->type == GENL_ID_CTRL;
	struct value *ret;

	if (at->len < GENL_HDRLEN || n->type == NLMSG_DONE)
		return false;
	ret = list_add(n->d, message, NULL);
	if (!head) {
		value_set_addr(ret, at->addr);
		return true;
	}
	if (control)
		value_set_enum(list_add(n->d, ret, "cmd"), head->cmd, &flags_ctrl_cmd);
	else
		value_set_hex(list_add(n->d, ret, "cmd"), head->cmd);
	value_set_uint(list_add(n->d, ret, "version"), head->version);
	if (head->reserved)
		value_set_hex(list_add(n->d, ret, "reserved"), head->reserved);
	if (behind.len)
		nl_show_attrs(n, control ? &nl_ctrl : NULL, &behind, list_add(n->d, message, NULL));
	return true;
}

/* ---- netfilter ---- */

/* Mostly 0, or a queue; nftables repeats its subsystem, and tools did not agree in which order. */
static void set_res_id(struct decoder *d, struct value *ret, uint16_t res_id, bool tables)
{
	macro_init(ret, "htons");
	if (tables && ntohs(res_id) == NFNL_SUBSYS_NFTABLES)
		value_set_name(list_add(d, ret, NULL), "NFNL_SUBSYS_NFTABLES");
	else if (tables && res_id == NFNL_SUBSYS_NFTABLES)
		value_set_name(ret, "NFNL_SUBSYS_NFTABLES");
	else
		value_set_uint(list_add(d, ret, NULL), ntohs(res_id));
}

bool nl_add_netfilter(struct netlink *n, const struct span *at, struct value *message)
{
	struct decoder *d = n->d;
	const struct nfgenmsg *from = span_bytes(n, at, sizeof(*from));
	struct span behind = span_behind(at, sizeof(*from));
	struct value *ret, *item;

	if (n->type == NLMSG_DONE)
		return false;
	ret = list_add(d, message, NULL);
	if (at->len < sizeof(*from)) {
		span_show(at, ret);
		return true;
	}
	if (!from) {
		value_set_addr(ret, at->addr);
		return true;
	}
	ADD_ENUM(nfgen_family, af);
	ADD_ENUM(version, nfnl_version);
	set_res_id(
		d, list_add(d, ret, "res_id"), from->res_id, n->type >> 8 == NFNL_SUBSYS_NFTABLES);
	if (!behind.len)
		return true;
	item = list_add(d, message, NULL);
	if (flag_set_exact(&flags_nfnl_control, n->type))
		span_show(&behind, item);
	else
		nl_show_attrs(n, NULL, &behind, item);
	return true;
}

/* ---- crypto ---- */

/* What the algorithm reports of itself: a name, in some kinds a second one, then numbers. */
struct report {
	uint8_t nr_names;
	const char *numbers[5];
};

#define REPORT_LARVAL 2 /* CRYPTOCFGA_REPORT_LARVAL; those that tell more follow */
#define NAME_LEN      64

static const struct report reports[] = {
	{1, {"blocksize", "digestsize"}},                           /* hash */
	{2, {"blocksize", "min_keysize", "max_keysize", "ivsize"}}, /* blkcipher */
	{2, {"blocksize", "maxauthsize", "ivsize"}},                /* aead */
	{0, {NULL}},                                                /* compress */
	{1, {"seedsize"}},                                          /* rng */
	{1, {"blocksize", "min_keysize", "max_keysize"}},           /* cipher */
};

static bool show_report(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret)
{
	static const char *const names[] = {"type", "geniv"};
	const struct report *report = NULL;
	size_t at = 0, nr = 0;

	if (attr->type > REPORT_LARVAL && attr->type - REPORT_LARVAL - 1u < ARRAY_SIZE(reports))
		report = &reports[attr->type - REPORT_LARVAL - 1];
	if (!report || !report->nr_names) {
		nl_show_name(n, attr, data, list_add(n->d, ret, "type"));
		return true;
	}
	while (nr < ARRAY_SIZE(report->numbers) && report->numbers[nr])
		nr++;
	if (data->len < report->nr_names * NAME_LEN + nr * sizeof(uint32_t)) {
		value_set_data(ret, data->bytes, data->at_hand, data->len);
		return true;
	}
	if (data->at_hand < report->nr_names * NAME_LEN + nr * sizeof(uint32_t)) {
		value_set_addr(ret, data->addr);
		return true;
	}
	for (size_t i = 0; i < report->nr_names; i++, at += NAME_LEN)
		value_set_field_text(
			list_add(n->d, ret, names[i]), (const char *)data->bytes + at, NAME_LEN);
	for (size_t i = 0; i < nr; i++, at += sizeof(uint32_t)) {
		uint32_t number;

		memcpy(&number, data->bytes + at, sizeof(number));
		value_set_uint(list_add(n->d, ret, report->numbers[i]), number);
	}
	return true;
}

/* clang-format off */
NL_ATTRS(crypto, "CRYPTOCFGA_???",
	A(CRYPTOCFGA_UNSPEC, 0, RAW),
	A(CRYPTOCFGA_PRIORITY_VAL, 1, U32),
	A(CRYPTOCFGA_REPORT_LARVAL, 2, BY(show_report)),
	A(CRYPTOCFGA_REPORT_HASH, 3, BY(show_report)),
	A(CRYPTOCFGA_REPORT_BLKCIPHER, 4, BY(show_report)),
	A(CRYPTOCFGA_REPORT_AEAD, 5, BY(show_report)),
	A(CRYPTOCFGA_REPORT_COMPRESS, 6, BY(show_report)),
	A(CRYPTOCFGA_REPORT_RNG, 7, BY(show_report)),
	A(CRYPTOCFGA_REPORT_CIPHER, 8, BY(show_report)),
	A(CRYPTOCFGA_REPORT_AKCIPHER, 9, BY(show_report)),
	A(CRYPTOCFGA_REPORT_KPP, 10, BY(show_report)),
	A(CRYPTOCFGA_REPORT_ACOMP, 11, BY(show_report)),
	A(CRYPTOCFGA_STAT_LARVAL, 12, RAW),
	A(CRYPTOCFGA_STAT_HASH, 13, RAW),
	A(CRYPTOCFGA_STAT_BLKCIPHER, 14, RAW),
	A(CRYPTOCFGA_STAT_AEAD, 15, RAW),
	A(CRYPTOCFGA_STAT_COMPRESS, 16, RAW),
	A(CRYPTOCFGA_STAT_RNG, 17, RAW),
	A(CRYPTOCFGA_STAT_CIPHER, 18, RAW),
	A(CRYPTOCFGA_STAT_AKCIPHER, 19, RAW),
	A(CRYPTOCFGA_STAT_KPP, 20, RAW),
	A(CRYPTOCFGA_STAT_ACOMP, 21, RAW),
	A(CRYPTOCFGA_REPORT_SIG, 22, BY(show_report)));
/* clang-format on */

SHAPE(crypto_alg, struct crypto_user_alg)
{
	value_set_field_text(list_add(d, ret, "cru_name"), from->cru_name, NAME_LEN);
	value_set_field_text(list_add(d, ret, "cru_driver_name"), from->cru_driver_name, NAME_LEN);
	value_set_field_text(list_add(d, ret, "cru_module_name"), from->cru_module_name, NAME_LEN);
	ADD_HEX(cru_type);
	ADD_HEX(cru_mask);
	ADD_UINT(cru_refcnt);
	ADD_HEX(cru_flags);
}

bool nl_add_crypto(struct netlink *n, const struct span *at, struct value *message)
{
	static const struct nl_attr row = {STRUCT(crypto_alg)};
	struct span behind = span_behind(at, NLMSG_ALIGN(SIZE_crypto_alg));
	struct value *ret;

	if (n->type < CRYPTO_MSG_NEWALG || n->type > CRYPTO_MSG_GETALG)
		return false;
	ret = list_add(n->d, message, NULL);
	if (!nl_show_struct(n, &row, at, ret))
		value_set_data(ret, at->bytes, at->at_hand, at->len);
	else if (behind.len && at->at_hand >= SIZE_crypto_alg)
		nl_show_attrs(n, &nl_crypto, &behind, list_add(n->d, message, NULL));
	return true;
}

/* ---- SELinux ---- */

SHAPE(setenforce, int32_t)
{
	value_set_int(list_add(d, ret, "val"), *from);
}

SHAPE(policyload, uint32_t)
{
	value_set_uint(list_add(d, ret, "seqno"), *from);
}

bool nl_add_selinux(struct netlink *n, const struct span *at, struct value *message)
{
	static const struct nl_attr setenforce = {STRUCT(setenforce)},
				    policyload = {STRUCT(policyload)};
	struct value *ret;

	if (n->type != 16 && n->type != 17) /* SELNL_MSG_SETENFORCE, SELNL_MSG_POLICYLOAD */
		return false;
	ret = list_add(n->d, message, NULL);
	if (!nl_show_struct(n, n->type == 16 ? &setenforce : &policyload, at, ret))
		span_show(at, ret);
	return true;
}
