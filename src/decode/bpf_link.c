#include "decode/bpf_link.h"

#include <linux/bpf.h>

#include "decode/bpf_attr.h"
#include "decode/net.h"
#include "decode/row_internal.h"

/* newer than some headers */
enum {
	ATTACH_NETFILTER = 45,
	ATTACH_TCX_INGRESS = 46,
	ATTACH_TCX_EGRESS = 47,
	ATTACH_UPROBE_MULTI = 48,
	ATTACH_UNIX_CONNECT = 49,
	ATTACH_UNIX_GETSOCKNAME = 53,
	ATTACH_NETKIT_PRIMARY = 54,
	ATTACH_NETKIT_PEER = 55,
	ATTACH_BEFORE = 1 << 3,
	ATTACH_AFTER = 1 << 4,
	ATTACH_ID = 1 << 5,
};

/* What a program is attached to, and which other it stands next to. */

void bpf_set_target(struct decoder *d, struct value *ret, uint32_t target, uint32_t attach_type)
{
	switch (attach_type) {
	case BPF_XDP:
	case ATTACH_TCX_INGRESS:
	case ATTACH_TCX_EGRESS:
	case ATTACH_NETKIT_PRIMARY:
	case ATTACH_NETKIT_PEER:
		ret->name = "target_ifindex";
		value_set_ifindex(d, ret, target);
		break;
	default:
		ret->name = "target_fd";
		value_set_fd(ret, (int)target);
		break;
	}
}

void bpf_set_relative(struct value *ret, uint32_t relative, uint32_t flags)
{
	if (flags & ATTACH_ID) {
		ret->name = "relative_id";
		value_set_uint(ret, relative);
	} else {
		ret->name = "relative_fd";
		value_set_fd(ret, (int)relative);
	}
}

static void field_link_target(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_link_create *link = from;

	bpf_set_target(d, ret, link->target, link->attach_type);
}

static void field_link_relative(
	struct decoder *d, const struct field *field, const void *from, struct value *ret)
{
	const struct bpf_link_create *link = from;

	bpf_set_relative(ret, link->relative.relative, link->flags);
}

SHAPE(bpf_iter_info, uint32_t)
{
	value_set_fd(list_add(d, list_add(d, ret, "map"), "map_fd"), (int)*from);
}

SHAPE(hex64, uint64_t)
{
	value_set_hex(ret, *from);
}

SHAPE(bpf_symbol, uint64_t)
{
	decoder_show_text(d, *from, SIZE_MAX, CAPTURE_AT_ENTER, ret);
}

const struct field bpf_link_fields[BPF_LINK_FIELDS] = {
	FIELD(struct bpf_link_create, prog_fd, fd),
	FIELD(struct bpf_link_create, target, link_target),
	FIELD(struct bpf_link_create, attach_type, enum, &flags_bpf_attach_type),
	FIELD(struct bpf_link_create, flags, flags, &flags_bpf_attach_flags),
};

static const struct field link_iter[] = {
	FIELD_LIST(struct bpf_link_create, iter_info, iter_info_len, list, bpf_iter_info),
	FIELD(struct bpf_link_create, iter_info_len, uint),
};

static const struct field link_perf_event[] = {
	FIELD(struct bpf_link_create, bpf_cookie, hex),
};

static const struct field link_tracing[] = {
	FIELD_AS("target_btf_id", struct bpf_link_create, tracing.target_btf_id, uint),
	FIELD_AS("cookie", struct bpf_link_create, tracing.cookie, hex),
};

static const struct field link_netfilter[] = {
	FIELD_AS("pf", struct bpf_link_create, netfilter.pf, uint),
	FIELD_AS("hooknum", struct bpf_link_create, netfilter.hooknum, uint),
	FIELD_AS("priority", struct bpf_link_create, netfilter.priority, int),
	FIELD_AS("flags", struct bpf_link_create, netfilter.flags, flags,
		&flags_bpf_netfilter_flags),
};

static const struct field link_relative[] = {
	FIELD(struct bpf_link_create, relative, link_relative),
	FIELD_AS("expected_revision", struct bpf_link_create, relative.expected_revision, hex),
};

#define LINK_LIST(name, member, count, shape)                                                      \
	FIELD_LIST_AS(name, struct bpf_link_create, member, count, list, shape)
static const struct field link_kprobes[] = {
	FIELD_AS("flags", struct bpf_link_create, kprobe.flags, flags, &flags_bpf_kprobe_flags),
	FIELD_AS("cnt", struct bpf_link_create, kprobe.cnt, uint),
	LINK_LIST("syms", kprobe.syms, kprobe.cnt, bpf_symbol),
	LINK_LIST("addrs", kprobe.addrs, kprobe.cnt, hex64),
	LINK_LIST("cookies", kprobe.cookies, kprobe.cnt, hex64),
};

static const struct field link_uprobes[] = {
	FIELD_AS("path", struct bpf_link_create, uprobe.path, path),
	LINK_LIST("offsets", uprobe.offsets, uprobe.cnt, hex64),
	LINK_LIST("ref_ctr_offsets", uprobe.ref_ctr_offsets, uprobe.cnt, hex64),
	LINK_LIST("cookies", uprobe.cookies, uprobe.cnt, hex64),
	FIELD_AS("cnt", struct bpf_link_create, uprobe.cnt, uint),
	FIELD_AS("flags", struct bpf_link_create, uprobe.flags, flags, &flags_bpf_uprobe_flags),
	FIELD_AS("pid", struct bpf_link_create, uprobe.pid, pid),
	GREW_AS("path_fd", struct bpf_link_create, uprobe.path_fd, fd),
};

static bool is_cgroup_attach(uint32_t type)
{
	switch (type) {
	case BPF_CGROUP_INET_INGRESS:
	case BPF_CGROUP_INET_EGRESS:
	case BPF_CGROUP_INET_SOCK_CREATE:
	case BPF_CGROUP_SOCK_OPS:
	case BPF_CGROUP_DEVICE:
	case BPF_CGROUP_SYSCTL:
	case BPF_CGROUP_UDP4_RECVMSG:
	case BPF_CGROUP_UDP6_RECVMSG:
	case BPF_CGROUP_GETSOCKOPT:
	case BPF_CGROUP_SETSOCKOPT:
	case BPF_CGROUP_INET_SOCK_RELEASE: return true;
	default:
		return (type >= BPF_CGROUP_INET4_BIND && type <= BPF_CGROUP_UDP6_SENDMSG) ||
		       (type >= BPF_CGROUP_INET4_GETPEERNAME &&
			       type <= BPF_CGROUP_INET6_GETSOCKNAME) ||
		       (type >= ATTACH_UNIX_CONNECT && type <= ATTACH_UNIX_GETSOCKNAME);
	}
}

struct link_kind {
	const char *name; /* of the structure in it; NULL = its members are the link's */
	const struct field *fields;
	size_t nr;
	size_t end; /* of the known bytes */
};

#define LINK_KIND(name, fields, last)                                                              \
	{                                                                                          \
		name, fields, ARRAY_SIZE(fields), BPF_END_OF(struct bpf_link_create, last)         \
	}

static struct link_kind link_kind_of(const struct bpf_link_create *link)
{
	static const struct link_kind iter = LINK_KIND(NULL, link_iter, iter_info_len),
				      perf = LINK_KIND("perf_event", link_perf_event, bpf_cookie),
				      tracing = LINK_KIND("tracing", link_tracing, tracing.cookie),
				      netfilter = LINK_KIND(
					      "netfilter", link_netfilter, netfilter.flags),
				      tcx = LINK_KIND("tcx", link_relative, relative),
				      netkit = LINK_KIND("netkit", link_relative, relative),
				      cgroup = LINK_KIND("cgroup", link_relative, relative),
				      kprobe = LINK_KIND(
					      "kprobe_multi", link_kprobes, kprobe.cookies),
				      uprobe = LINK_KIND(
					      "uprobe_multi", link_uprobes, uprobe.path_fd);
	static const struct field btf_id[] = {FIELD(struct bpf_link_create, target_btf_id, uint)};

	switch (link->attach_type) {
	case BPF_TRACE_ITER: return iter;
	case BPF_PERF_EVENT: return perf;
	case BPF_TRACE_FENTRY:
	case BPF_TRACE_FEXIT:
	case BPF_MODIFY_RETURN:
	case BPF_LSM_MAC: return tracing;
	case BPF_TRACE_KPROBE_MULTI: return kprobe;
	case ATTACH_NETFILTER: return netfilter;
	case ATTACH_TCX_INGRESS:
	case ATTACH_TCX_EGRESS: return tcx;
	case ATTACH_NETKIT_PRIMARY:
	case ATTACH_NETKIT_PEER: return netkit;
	case ATTACH_UPROBE_MULTI: return uprobe;
	default: break;
	}
	if (!is_cgroup_attach(link->attach_type))
		return (struct link_kind){.end = offsetof(struct bpf_link_create, target_btf_id)};
	if (link->flags & (ATTACH_BEFORE | ATTACH_AFTER))
		return cgroup;
	return (struct link_kind){.fields = btf_id,
		.nr = link->target_btf_id ? 1 : 0,
		.end = BPF_END_OF(struct bpf_link_create, target_btf_id)};
}

size_t bpf_show_link(struct decoder *d, const void *from, size_t size, struct value *ret)
{
	struct link_kind kind = link_kind_of(from);

	if (size > offsetof(struct bpf_link_create, target_btf_id) && kind.nr)
		fields_add(d, kind.fields, kind.nr, from, size,
			kind.name ? list_add(d, ret, kind.name) : ret);
	return kind.end;
}
