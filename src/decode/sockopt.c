/* Socket options: names by level, and the values that are more than a number. */
#include <netinet/in.h>

#include <linux/filter.h>
#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/tcp.h>
#include <linux/tipc.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "decode/bpf_filter.h"
#include "decode/net.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "decode/socket.h"
#include "util/arena.h"

/* Newer than Debian 12's headers. */
#define OPTION_SO_TXREHASH         74
#define OPTION_SO_PEERPIDFD        77
#define OPTION_SO_RCVPRIORITY      82
#define OPTION_SO_PASSRIGHTS       83
#define OPTION_SO_INQ              84
#define OPTION_IP_LOCAL_PORT_RANGE 51
#define OPTION_IP_PROTOCOL         52
#define OPTION_TCP_AO_ADD_KEY      38
#define OPTION_ICMP_FILTER         1

/* ---- names ---- */

static const struct {
	int level;
	const struct flag_set *set;
	const struct flag_set *get_set; /* NULL = the same */
} option_sets[] = {
	{SOL_SOCKET, &flags_so, &flags_so_get},
	{IPPROTO_IP, &flags_ip_option, &flags_ip_option_get},
	{AF_VSOCK, &flags_vsock_option, NULL}, /* it took its family for the level */
	{IPPROTO_IPV6, &flags_ipv6_option, &flags_ipv6_option_get},
	{256 /* SOL_IPX */, &flags_ipx_option, NULL},
	{257 /* SOL_AX25 */, &flags_ax25_option, NULL},
	{SOL_PACKET, &flags_packet_option, NULL},
	{IPPROTO_TCP, &flags_tcp_option, NULL},
	{101 /* SOL_CAN_RAW */, &flags_can_raw_option, NULL},
	{132 /* SOL_SCTP */, &flags_sctp_option, NULL},
	{SOL_RAW, &flags_raw_option, NULL},
	{SOL_NETLINK, &flags_netlink_option, NULL},
	{IPPROTO_UDP, &flags_udp_option, NULL},
	{266 /* SOL_IRDA */, &flags_irda_option, NULL},
	{268 /* SOL_LLC */, &flags_llc_option, NULL},
	{269 /* SOL_DCCP */, &flags_dccp_option, NULL},
	{SOL_TIPC, &flags_tipc_option, NULL},
	{272 /* SOL_RXRPC */, &flags_rxrpc_option, NULL},
	{273 /* SOL_PPPOL2TP */, &flags_pppol2tp_option, NULL},
	{274 /* SOL_BLUETOOTH */, &flags_bluetooth_option, NULL},
	{275 /* SOL_PNPIPE */, &flags_pnp_option, NULL},
	{276 /* SOL_RDS */, &flags_rds_option, NULL},
	{277 /* SOL_IUCV */, &flags_iucv_option, NULL},
	{278 /* SOL_CAIF */, &flags_caif_option, NULL},
	{279 /* SOL_ALG */, &flags_alg_option, NULL},
	{280 /* SOL_NFC */, &flags_nfcllcp_option, NULL},
	{281 /* SOL_KCM */, &flags_kcm_option, NULL},
	{282 /* SOL_TLS */, &flags_tls_option, NULL},
	{283 /* SOL_XDP */, &flags_xdp_option, NULL},
};

static void show_option_name(struct decoder *d, bool get)
{
	struct value *ret = decoder_arg(d, 2);

	for (size_t i = 0; i < ARRAY_SIZE(option_sets); i++) {
		const struct flag_set *set = option_sets[i].set;

		if (option_sets[i].level != arg_int(d, 1))
			continue;
		if (get && option_sets[i].get_set)
			set = option_sets[i].get_set;
		value_set_enum(ret, arg_u32(d, 2), set);
		return;
	}
	value_set_uint(ret, arg_u32(d, 2));
}

/* ---- values ---- */

/* What a getsockopt or setsockopt passes. */
struct option {
	uint64_t addr;
	int32_t len;  /* as setsockopt got it, or as getsockopt left it */
	int32_t room; /* as getsockopt got it */
	unsigned when;
	const void *bytes; /* those of `len` that are at hand, at least one; NULL = none */
	size_t at_hand;
	size_t size; /* of what the row is about */
	bool get;
};

#define BY_REF(ret) ((ret)->flags |= VALUE_BY_REF)

static void show_bytes(struct decoder *d, const struct option *o, struct value *ret)
{
	if (o->at_hand < (uint32_t)o->len)
		value_set_addr(ret, o->addr);
	else
		value_set_binary(ret, o->bytes, o->at_hand);
}

/* Read: as much of a shorter one as there is, in bytes. Given: a shorter one is refused, as one
 * that cannot be read. */
static const void *whole(struct decoder *d, const struct option *o, size_t size, struct value *ret)
{
	if (o->get && o->len < (int32_t)size)
		show_bytes(d, o, ret);
	else if (o->len < (int32_t)size || o->at_hand < size)
		value_set_addr(ret, o->addr);
	else
		return o->bytes;
	return NULL;
}

static void show_number(struct decoder *d, const struct option *o, struct value *ret)
{
	const int32_t *from = whole(d, o, sizeof(*from), ret);

	if (!from)
		return;
	value_set_int(ret, *from);
	BY_REF(ret);
}

/* The family takes no other, so whatever the length says. */
static void show_any_number(struct decoder *d, const struct option *o, struct value *ret)
{
	const int32_t *from = decoder_bytes(d, o->addr, sizeof(*from), o->when);

	if (from) {
		value_set_int(ret, *from);
		BY_REF(ret);
	} else {
		value_set_addr(ret, o->addr);
	}
}

static void show_error(struct decoder *d, const struct option *o, struct value *ret)
{
	const uint32_t *from = whole(d, o, sizeof(*from), ret);

	if (!from)
		return;
	if (flag_set_exact(&flags_errno, *from))
		value_set_enum(ret, *from, &flags_errno);
	else
		value_set_uint(ret, *from);
	BY_REF(ret);
}

static void show_txrehash(struct decoder *d, const struct option *o, struct value *ret)
{
	const int32_t *from = whole(d, o, sizeof(*from), ret);

	if (!from)
		return;
	if (flag_set_exact(&flags_txrehash, (uint32_t)*from)) {
		value_set_enum(ret, (uint32_t)*from, &flags_txrehash);
	} else {
		value_set_int(ret, *from);
		ret->comment = flags_txrehash.unknown;
	}
	BY_REF(ret);
}

static void show_fd_option(struct decoder *d, const struct option *o, struct value *ret)
{
	const int32_t *from = whole(d, o, sizeof(*from), ret);

	if (!from)
		return;
	value_set_fd(ret, *from);
	BY_REF(ret);
}

static void show_ports(struct decoder *d, const struct option *o, struct value *ret)
{
	const uint32_t *from;
	uint16_t low, high;

	if (o->len != sizeof(*from)) {
		show_bytes(d, o, ret);
		return;
	}
	from = whole(d, o, sizeof(*from), ret);
	if (!from)
		return;
	low = (uint16_t)*from;
	high = (uint16_t)(*from >> 16);
	value_set_hex(ret, *from);
	if (*from && (!low || !high || low <= high))
		ret->comment = decoder_printf(d, "%.0u..%.0u", low, high);
	BY_REF(ret);
}

static void show_protocol(struct decoder *d, const struct option *o, struct value *ret)
{
	const uint32_t *from;

	if (o->len != sizeof(*from)) {
		show_bytes(d, o, ret);
		return;
	}
	from = whole(d, o, sizeof(*from), ret);
	if (!from)
		return;
	value_set_enum(ret, *from, &flags_ipproto);
	BY_REF(ret);
}

static void show_importance(struct decoder *d, const struct option *o, struct value *ret)
{
	const uint32_t *from = o->at_hand >= sizeof(*from) ? o->bytes : NULL;

	if (o->len < (int32_t)sizeof(*from) || !from) {
		value_set_addr(ret, o->addr);
		return;
	}
	value_set_enum(ret, *from, &flags_tipc_importance);
	BY_REF(ret);
}

/* By length: what is no number is text, or whatever the level makes of it. */
static void show_plain(struct decoder *d, const struct option *o, struct value *ret)
{
	if (o->len == sizeof(int32_t))
		show_number(d, o, ret);
	else if (o->at_hand < MIN((uint32_t)o->len, CAPTURE_BYTES_MAX))
		value_set_addr(ret, o->addr);
	else
		decoder_show_data(d, o->addr, (uint32_t)o->len, o->when, ret);
}

/* A structure of words, of which the kernel may return the first ones only. */
struct word {
	const char *name; /* NULL ends the list */
	void (*set)(struct value *ret, uint32_t number);
};

static void set_word_int(struct value *ret, uint32_t number)
{
	value_set_int(ret, (int32_t)number);
}

static void set_word_uint(struct value *ret, uint32_t number)
{
	value_set_uint(ret, number);
}

static void set_word_pid(struct value *ret, uint32_t number)
{
	value_set_pid(ret, (int32_t)number);
}

static const struct word linger_words[] = {
	{"l_onoff", set_word_int}, {"l_linger", set_word_int}, {NULL, NULL}};
static const struct word ucred_words[] = {
	{"pid", set_word_pid}, {"uid", value_set_id}, {"gid", value_set_id}, {NULL, NULL}};
static const struct word tpacket_stats_words[] = {{"tp_packets", set_word_uint},
	{"tp_drops", set_word_uint}, {"tp_freeze_q_cnt", set_word_uint}, {NULL, NULL}};
static const struct word tpacket_req_words[] = {{"tp_block_size", set_word_uint},
	{"tp_block_nr", set_word_uint}, {"tp_frame_size", set_word_uint},
	{"tp_frame_nr", set_word_uint}, {NULL, NULL}};
static const struct word meminfo_words[] = {{"rmem_alloc", set_word_uint},
	{"rcvbuf", set_word_uint}, {"wmem_alloc", set_word_uint}, {"sndbuf", set_word_uint},
	{"fwd_alloc", set_word_uint}, {"wmem_queued", set_word_uint}, {"optmem", set_word_uint},
	{"backlog", set_word_uint}, {"drops", set_word_uint}, {NULL, NULL}};

static void show_words(
	struct decoder *d, const struct option *o, const struct word *words, struct value *ret)
{
	size_t total = 0, len;

	while (words[total].name)
		total++;
	len = MIN((size_t)o->len, total * sizeof(uint32_t));
	if (o->at_hand < len) {
		value_set_addr(ret, o->addr);
		return;
	}
	for (size_t at = 0; at < len; at += sizeof(uint32_t)) {
		const struct word *word = &words[at / sizeof(uint32_t)];
		const uint8_t *bytes = (const uint8_t *)o->bytes + at;
		struct value *item = list_add(d, ret, word->name);
		uint32_t number;

		if (len - at < sizeof(number)) {
			value_set_binary(item, bytes, len - at);
			break;
		}
		memcpy(&number, bytes, sizeof(number));
		word->set(item, number);
	}
}

static void show_linger(struct decoder *d, const struct option *o, struct value *ret)
{
	if (!o->get && o->len < (int32_t)sizeof(struct linger))
		value_set_addr(ret, o->addr);
	else
		show_words(d, o, linger_words, ret);
}

static void show_ucred(struct decoder *d, const struct option *o, struct value *ret)
{
	show_words(d, o, ucred_words, ret);
}

static void show_meminfo(struct decoder *d, const struct option *o, struct value *ret)
{
	/* since it grew more than once, what is no whole set is left as it is */
	if (o->len == sizeof(uint32_t) * (ARRAY_SIZE(meminfo_words) - 1))
		show_words(d, o, meminfo_words, ret);
	else
		show_plain(d, o, ret);
}

static void show_tpacket_stats(struct decoder *d, const struct option *o, struct value *ret)
{
	show_words(d, o, tpacket_stats_words, ret);
}

static void show_tpacket_req(struct decoder *d, const struct option *o, struct value *ret)
{
	if (o->len != sizeof(struct tpacket_req))
		value_set_addr(ret, o->addr);
	else
		show_words(d, o, tpacket_req_words, ret);
}

static void show_packet_mreq(struct decoder *d, const struct option *o, struct value *ret)
{
	const struct packet_mreq *from = o->bytes;

	if (o->len != sizeof(*from) || o->at_hand < sizeof(*from)) {
		value_set_addr(ret, o->addr);
		return;
	}
	ADD_IFINDEX(mr_ifindex);
	ADD_ENUM(mr_type, packet_mr);
	ADD_UINT(mr_alen);
	value_set_hwaddr(d, list_add(d, ret, "mr_address"), from->mr_address,
		MIN(from->mr_alen, sizeof(from->mr_address)));
}

static void show_icmp_filter(struct decoder *d, const struct option *o, struct value *ret)
{
	size_t len = MIN((size_t)o->len, sizeof(uint32_t));
	uint32_t bits = UINT32_MAX;

	if (o->len <= 0 || o->at_hand < len) {
		value_set_addr(ret, o->addr);
		return;
	}
	memcpy(&bits, o->bytes, len);
	list_init(ret, VALUE_BITSET);
	/* by what is missing when that is shorter */
	if (__builtin_popcount(bits) > 16) {
		bits = ~bits;
		ret->flags |= VALUE_INVERTED;
	}
	for (unsigned type = 0; type < 32; type++)
		if (bits >> type & 1)
			value_set_enum(list_add(d, ret, NULL), type, &flags_icmp_type);
}

static void show_memberships(struct decoder *d, const struct option *o, struct value *ret)
{
	size_t nr = MIN((size_t)MIN(o->len, o->room), o->at_hand) / sizeof(uint32_t);

	list_init(ret, VALUE_ARRAY);
	for (size_t i = 0; i < nr; i++) {
		uint32_t number;

		memcpy(&number, (const uint8_t *)o->bytes + i * sizeof(number), sizeof(number));
		value_set_uint(list_add(d, ret, NULL), number);
	}
}

static void show_filter(struct decoder *d, const struct option *o, struct value *ret)
{
	if (!o->get && o->len == sizeof(struct sock_fprog) &&
		o->at_hand == sizeof(struct sock_fprog))
		decoder_show_filter_program(d, o->addr, o->when, FILTER_OF_SOCKET, ret);
	else if (o->get && o->len <= UINT16_MAX)
		/* the length is that of the program */
		decoder_show_filter(d, o->addr, (uint64_t)o->len, o->when, FILTER_OF_SOCKET, ret);
	else
		value_set_addr(ret, o->addr);
}

SHAPE(ip_mreq, struct ip_mreq)
{
	list_add_inet_addr(d, ret, "imr_multiaddr", AF_INET, &from->imr_multiaddr);
	list_add_inet_addr(d, ret, "imr_interface", AF_INET, &from->imr_interface);
}

SHAPE(ip_mreq_source, struct ip_mreq_source)
{
	list_add_inet_addr(d, ret, "imr_multiaddr", AF_INET, &from->imr_multiaddr);
	list_add_inet_addr(d, ret, "imr_interface", AF_INET, &from->imr_interface);
	list_add_inet_addr(d, ret, "imr_sourceaddr", AF_INET, &from->imr_sourceaddr);
}

SHAPE(ip_mreqn, struct ip_mreqn)
{
	list_add_inet_addr(d, ret, "imr_multiaddr", AF_INET, &from->imr_multiaddr);
	list_add_inet_addr(d, ret, "imr_address", AF_INET, &from->imr_address);
	ADD_IFINDEX(imr_ifindex);
}

SHAPE(ipv6_mreq, struct ipv6_mreq)
{
	list_add_inet_addr(d, ret, "ipv6mr_multiaddr", AF_INET6, &from->ipv6mr_multiaddr);
	ADD_IFINDEX(ipv6mr_interface);
}

static void add_address(
	struct decoder *d, struct value *ret, const char *name, const struct sockaddr_storage *from)
{
	value_set_sockaddr(d, list_add(d, ret, name), from, sizeof(*from));
}

SHAPE(group_req, struct group_req)
{
	ADD_IFINDEX(gr_interface);
	add_address(d, ret, "gr_group", &from->gr_group);
}

SHAPE(tipc_group, struct tipc_group_req)
{
	ADD_UINT(type);
	ADD_UINT(instance);
	ADD_ENUM(scope, tipc_scope);
	ADD_FLAGS(flags, tipc_group);
}

struct txtime {
	int32_t clockid;
	uint32_t flags;
};

SHAPE(txtime, struct txtime)
{
	ADD_ENUM(clockid, clock);
	ADD_FLAGS(flags, txtime);
}

SHAPE(md5sig, struct tcp_md5sig)
{
	add_address(d, ret, "tcpm_addr", (const void *)&from->tcpm_addr);
	ADD_FLAGS(tcpm_flags, tcp_md5sig);
	ADD_UINT(tcpm_prefixlen);
	ADD_UINT(tcpm_keylen);
	ADD_IFINDEX(tcpm_ifindex);
	value_set_binary(list_add(d, ret, "tcpm_key"), from->tcpm_key,
		MIN(from->tcpm_keylen, sizeof(from->tcpm_key)));
}

/* struct tcp_ao_add of Linux 6.7 */
struct tcp_ao_key {
	struct sockaddr_storage addr;
	char alg_name[64];
	int32_t ifindex;
	uint32_t bits; /* set_current, set_rnext */
	uint16_t reserved2;
	uint8_t prefix;
	uint8_t sndid;
	uint8_t rcvid;
	uint8_t maclen;
	uint8_t keyflags;
	uint8_t keylen;
	uint8_t key[80];
};

static void show_ao_key(struct decoder *d, const struct option *o, struct value *ret)
{
	struct tcp_ao_key *from = arena_calloc(d->arena, 1, sizeof(*from));
	size_t len = MIN((size_t)o->len, sizeof(*from));

	if (o->len <= 0 || o->at_hand < len) {
		value_set_addr(ret, o->addr);
		return;
	}
	memcpy(from, o->bytes, len);
	add_address(d, ret, "addr", &from->addr);
	ADD_UINT(prefix);
	value_set_field_text(list_add(d, ret, "alg_name"), from->alg_name, sizeof(from->alg_name));
	ADD_IFINDEX(ifindex);
	value_set_uint(list_add(d, ret, "set_current"), from->bits & 1);
	value_set_uint(list_add(d, ret, "set_rnext"), from->bits >> 1 & 1);
	ADD_UINT(sndid);
	ADD_UINT(rcvid);
	ADD_UINT(maclen);
	ADD_FLAGS(keyflags, tcp_ao_key);
	value_set_binary(list_add(d, ret, "key"), from->key, MIN(from->keylen, sizeof(from->key)));
	ADD_UINT(keylen);
}

/* The part of the structure that has not changed since Linux 2.6. */
static void show_tcp_info(struct decoder *d, const struct option *o, struct value *ret)
{
	const struct tcp_info *from = o->bytes;

	if (o->at_hand < offsetof(struct tcp_info, tcpi_pacing_rate)) {
		show_bytes(d, o, ret);
		return;
	}
	ADD_ENUM(tcpi_state, tcp_state);
	ADD_ENUM(tcpi_ca_state, tcp_ca_state);
	ADD_UINT(tcpi_retransmits);
	ADD_UINT(tcpi_probes);
	ADD_UINT(tcpi_backoff);
	ADD_FLAGS(tcpi_options, tcp_info_options);
	value_set_uint(list_add(d, ret, "tcpi_snd_wscale"), from->tcpi_snd_wscale);
	value_set_uint(list_add(d, ret, "tcpi_rcv_wscale"), from->tcpi_rcv_wscale);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_UINT(tcpi_rto);
	ADD_UINT(tcpi_ato);
	ADD_UINT(tcpi_snd_mss);
	ADD_UINT(tcpi_rcv_mss);
	ADD_UINT(tcpi_unacked);
	ADD_UINT(tcpi_sacked);
	ADD_UINT(tcpi_lost);
	ADD_UINT(tcpi_retrans);
	ADD_UINT(tcpi_fackets);
	ADD_UINT(tcpi_last_data_sent);
	ADD_UINT(tcpi_last_ack_sent);
	ADD_UINT(tcpi_last_data_recv);
	ADD_UINT(tcpi_last_ack_recv);
	ADD_UINT(tcpi_pmtu);
	ADD_UINT(tcpi_rcv_ssthresh);
	ADD_UINT(tcpi_rtt);
	ADD_UINT(tcpi_rttvar);
	ADD_UINT(tcpi_snd_ssthresh);
	ADD_UINT(tcpi_snd_cwnd);
	ADD_UINT(tcpi_advmss);
	ADD_UINT(tcpi_reordering);
	ADD_UINT(tcpi_rcv_rtt);
	ADD_UINT(tcpi_rcv_space);
	ADD_UINT(tcpi_total_retrans);
	if (o->len > (int32_t)offsetof(struct tcp_info, tcpi_pacing_rate))
		ret->flags |= VALUE_CUT;
}

enum option_use {
	GET = 1,
	SET = 2,
	BOTH = 3,
};

struct option_row {
	uint16_t level;
	uint16_t name;
	uint8_t use; /* enum option_use */
	void (*show)(struct decoder *d, const struct option *o, struct value *ret);
	const struct shape *shape; /* if `show` is NULL; for this length and longer ones */
};

#define ANY_NAME UINT16_MAX
#define NUMBER(name_)                                                                              \
	{                                                                                          \
		SOL_SOCKET, name_, BOTH, show_number, NULL                                         \
	}
static const struct option_row option_rows[] = {
	NUMBER(SO_DEBUG),
	NUMBER(SO_REUSEADDR),
	NUMBER(SO_DONTROUTE),
	NUMBER(SO_BROADCAST),
	NUMBER(SO_SNDBUF),
	NUMBER(SO_RCVBUF),
	NUMBER(SO_KEEPALIVE),
	NUMBER(SO_OOBINLINE),
	NUMBER(SO_NO_CHECK),
	NUMBER(SO_PRIORITY),
	NUMBER(SO_BSDCOMPAT),
	NUMBER(SO_REUSEPORT),
	NUMBER(SO_PASSCRED),
	NUMBER(SO_RCVLOWAT),
	NUMBER(SO_SNDLOWAT),
	NUMBER(SO_DETACH_FILTER), /* the same as SO_DETACH_BPF */
	NUMBER(SO_TIMESTAMP_OLD),
	NUMBER(SO_ACCEPTCONN),
	NUMBER(SO_SNDBUFFORCE),
	NUMBER(SO_RCVBUFFORCE),
	NUMBER(SO_PASSSEC),
	NUMBER(SO_TIMESTAMPNS_OLD),
	NUMBER(SO_MARK),
	NUMBER(SO_TIMESTAMPING_OLD),
	NUMBER(SO_RXQ_OVFL),
	NUMBER(SO_WIFI_STATUS),
	NUMBER(SO_PEEK_OFF),
	NUMBER(SO_NOFCS),
	NUMBER(SO_LOCK_FILTER),
	NUMBER(SO_SELECT_ERR_QUEUE),
	NUMBER(SO_BUSY_POLL),
	NUMBER(SO_INCOMING_CPU),
	NUMBER(SO_CNX_ADVICE),
	NUMBER(SO_INCOMING_NAPI_ID),
	NUMBER(SO_ZEROCOPY),
	NUMBER(SO_TIMESTAMP_NEW),
	NUMBER(SO_TIMESTAMPNS_NEW),
	NUMBER(SO_TIMESTAMPING_NEW),
	NUMBER(SO_DETACH_REUSEPORT_BPF),
	NUMBER(69 /* SO_PREFER_BUSY_POLL */),
	NUMBER(70 /* SO_BUSY_POLL_BUDGET */),
	NUMBER(73 /* SO_RESERVE_MEM */),
	NUMBER(75 /* SO_RCVMARK */),
	NUMBER(76 /* SO_PASSPIDFD */),
	NUMBER(OPTION_SO_RCVPRIORITY),
	NUMBER(OPTION_SO_PASSRIGHTS),
	NUMBER(OPTION_SO_INQ),
	{SOL_SOCKET, SO_LINGER, BOTH, show_linger, NULL},
	{SOL_SOCKET, SO_PEERCRED, GET, show_ucred, NULL},
	{SOL_SOCKET, SO_ERROR, GET, show_error, NULL},
	{SOL_SOCKET, OPTION_SO_TXREHASH, BOTH, show_txrehash, NULL},
	{SOL_SOCKET, OPTION_SO_PEERPIDFD, GET, show_fd_option, NULL},
	{SOL_SOCKET, SO_ATTACH_FILTER, BOTH, show_filter, NULL},
	{SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, SET, show_filter, NULL},
	{SOL_SOCKET, SO_MEMINFO, GET, show_meminfo, NULL},
	{SOL_SOCKET, SO_RCVTIMEO_OLD, BOTH, NULL, &shape_timeval},
	{SOL_SOCKET, SO_SNDTIMEO_OLD, BOTH, NULL, &shape_timeval},
	{SOL_SOCKET, SO_RCVTIMEO_NEW, BOTH, NULL, &shape_timeval},
	{SOL_SOCKET, SO_SNDTIMEO_NEW, BOTH, NULL, &shape_timeval},
	{SOL_SOCKET, SO_TXTIME, BOTH, NULL, &shape_txtime},
	{IPPROTO_IP, IP_ADD_MEMBERSHIP, SET, NULL, &shape_ip_mreq},
	{IPPROTO_IP, IP_DROP_MEMBERSHIP, SET, NULL, &shape_ip_mreq},
	{IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, SET, NULL, &shape_ip_mreq_source},
	{IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, SET, NULL, &shape_ip_mreq_source},
	{IPPROTO_IP, IP_BLOCK_SOURCE, SET, NULL, &shape_ip_mreq_source},
	{IPPROTO_IP, IP_UNBLOCK_SOURCE, SET, NULL, &shape_ip_mreq_source},
	{IPPROTO_IP, IP_MULTICAST_IF, SET, NULL, &shape_ip_mreqn},
	{IPPROTO_IP, MCAST_JOIN_GROUP, SET, NULL, &shape_group_req},
	{IPPROTO_IP, MCAST_LEAVE_GROUP, SET, NULL, &shape_group_req},
	{IPPROTO_IP, OPTION_IP_LOCAL_PORT_RANGE, BOTH, show_ports, NULL},
	{IPPROTO_IP, OPTION_IP_PROTOCOL, GET, show_protocol, NULL},
	{IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, SET, NULL, &shape_ipv6_mreq},
	{IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, SET, NULL, &shape_ipv6_mreq},
	{IPPROTO_IPV6, IPV6_JOIN_ANYCAST, SET, NULL, &shape_ipv6_mreq},
	{IPPROTO_IPV6, IPV6_LEAVE_ANYCAST, SET, NULL, &shape_ipv6_mreq},
	{IPPROTO_IPV6, MCAST_JOIN_GROUP, SET, NULL, &shape_group_req},
	{IPPROTO_IPV6, MCAST_LEAVE_GROUP, SET, NULL, &shape_group_req},
	{SOL_PACKET, PACKET_STATISTICS, GET, show_tpacket_stats, NULL},
	{SOL_PACKET, PACKET_RX_RING, SET, show_tpacket_req, NULL},
	{SOL_PACKET, PACKET_TX_RING, SET, show_tpacket_req, NULL},
	{SOL_PACKET, PACKET_ADD_MEMBERSHIP, SET, show_packet_mreq, NULL},
	{SOL_PACKET, PACKET_DROP_MEMBERSHIP, SET, show_packet_mreq, NULL},
	{SOL_RAW, OPTION_ICMP_FILTER, BOTH, show_icmp_filter, NULL},
	{SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, GET, show_memberships, NULL},
	{SOL_NETLINK, ANY_NAME, GET, show_any_number, NULL},
	{SOL_NETLINK, ANY_NAME, SET, show_number, NULL},
	{IPPROTO_TCP, OPTION_TCP_AO_ADD_KEY, SET, show_ao_key, NULL},
	{IPPROTO_TCP, TCP_MD5SIG, SET, NULL, &shape_md5sig},
	{IPPROTO_TCP, TCP_INFO, GET, show_tcp_info, NULL},
	{SOL_TIPC, TIPC_IMPORTANCE, BOTH, show_importance, NULL},
	{SOL_TIPC, TIPC_GROUP_JOIN, BOTH, NULL, &shape_tipc_group},
	{SOL_TIPC, ANY_NAME, BOTH, show_any_number, NULL},
};

/* Options whose structure a shorter value is refused for; others have had more than one. */
static bool has_one_size(const struct option_row *row)
{
	return row->shape == &shape_ip_mreq || row->shape == &shape_ipv6_mreq ||
	       row->shape == &shape_group_req || row->shape == &shape_tipc_group;
}

static void show_by_row(
	struct decoder *d, const struct option_row *row, const struct option *o, struct value *ret)
{
	if (row->show)
		row->show(d, o, ret);
	else if (o->len >= (int32_t)row->shape->size || has_one_size(row))
		if (o->len >= (int32_t)row->shape->size && o->at_hand >= row->shape->size)
			row->shape->show(d, o->bytes, ret);
		else
			value_set_addr(ret, o->addr);
	else
		show_plain(d, o, ret);
}

static void show_option(struct decoder *d, struct option *o, struct value *ret)
{
	int level = arg_int(d, 1), name = arg_int(d, 2);
	const struct capture *chunk = o->addr ? decoder_chunk(d, o->addr, o->when) : NULL;

	if (!o->addr || (o->get && (o->len <= 0 || o->room <= 0))) {
		value_set_addr(ret, o->addr);
		return;
	}
	/* what is filled in in part may have been captured whole */
	if (chunk) {
		uint8_t *copy = arena_alloc(d->arena, chunk->len + 1);

		memcpy(copy, chunk->bytes, chunk->len);
		o->bytes = copy;
		o->at_hand = MIN(chunk->len, (size_t)(uint32_t)o->len);
	}
	for (size_t i = 0; i < ARRAY_SIZE(option_rows); i++) {
		const struct option_row *row = &option_rows[i];

		if (row->level == level && (row->name == name || row->name == ANY_NAME) &&
			(row->use & (o->get ? GET : SET))) {
			show_by_row(d, row, o, ret);
			return;
		}
	}
	show_plain(d, o, ret);
}

static void decode_setsockopt(struct decoder *d)
{
	struct option o = {.addr = d->args[3], .len = arg_int(d, 4), .when = CAPTURE_AT_ENTER};

	show_option_name(d, false);
	show_option(d, &o, decoder_arg(d, 3));
}

static void decode_getsockopt(struct decoder *d)
{
	struct option o = {.addr = d->args[3], .when = CAPTURE_AT_EXIT, .get = true};

	show_option_name(d, true);
	if (decoder_show_length(d, 4, &o.room, &o.len))
		show_option(d, &o, decoder_arg(d, 3));
}

/* Programs of more instructions are cut. */
#define FILTER_BYTES 2048

static const struct capture_step setsockopt_steps[] = {
	FILTER_STEP(OPTION(SOL_SOCKET, SO_ATTACH_FILTER), 3),
	FILTER_STEP(OPTION(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF), 3),
};

static const struct capture_step getsockopt_steps[] = {
	STEP_ARG(OPTION(SOL_SOCKET, SO_ATTACH_FILTER), EXIT, 3, BYTES, LEN_NONE, FILTER_BYTES),
};

SYSCALL_STEPS(setsockopt, CLASS_NETWORK, RET_INT, decode_setsockopt, PICK_OPTION, setsockopt_steps,
	ARG(sockfd, FD), ARG(level, ENUM, sol), ARG(optname, HEX32),
	ARG(optval, RAW, ARRAY, ENTER, 4, 1), ARG(optlen, INT));
SYSCALL_STEPS(getsockopt, CLASS_NETWORK, RET_INT, decode_getsockopt, PICK_OPTION, getsockopt_steps,
	ARG(sockfd, FD), ARG(level, ENUM, sol), ARG(optname, HEX32),
	ARG(optval, RAW, LENPTR, EXIT, 4, 0), ARG(optlen, LENGTH));
