/* ioctl: sockets, network interfaces, bridges. */
#include <net/if_arp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "decode/ioctl.h"
#include "decode/net.h"
#include "decode/shapes.h"
#include "util/macros.h"

static void add_hardware_address(struct decoder *d, const struct sockaddr *from, struct value *ret)
{
	size_t len = from->sa_family == ARPHRD_ETHER || from->sa_family == ARPHRD_LOOPBACK
			     ? 6
			     : sizeof(from->sa_data);
	const uint8_t *data = (const uint8_t *)from->sa_data;
	char text[3 * sizeof(from->sa_data)] = "";

	ret = list_add(d, ret, "ifr_hwaddr");
	ADD_ENUM(sa_family, arphrd);
	for (size_t i = 0; i < len; i++)
		sprintf(text + (i ? i * 3 - 1 : 0), i ? ":%02x" : "%02x", data[i]);
	value_set_name(list_add(d, ret, "sa_data"), decoder_printf(d, "%s", text));
}

static void add_map(struct decoder *d, const struct ifmap *from, struct value *ret)
{
	ret = list_add(d, ret, "ifr_map");
	ADD_HEX(mem_start);
	ADD_HEX(mem_end);
	ADD_HEX(base_addr);
	ADD_HEX(irq);
	ADD_HEX(dma);
	ADD_HEX(port);
}

static void add_address(
	struct decoder *d, const struct ifreq *from, const char *name, struct value *ret)
{
	value_set_sockaddr(d, list_add(d, ret, name), &from->ifr_addr, sizeof(from->ifr_addr));
}

static void add_name(struct decoder *d, const char *name, const char *text, struct value *ret)
{
	value_set_text(list_add(d, ret, name), text, IFNAMSIZ);
}

static void add_number(struct decoder *d, const char *name, int number, struct value *ret)
{
	value_set_int(list_add(d, ret, name), number);
}

/* The member that the request is about. */
static void add_member(struct decoder *d, const struct ifreq *from, struct value *ret)
{
	switch (arg_u32(d, 1)) {
	case SIOCGIFADDR:
	case SIOCSIFADDR: add_address(d, from, "ifr_addr", ret); break;
	case SIOCGIFDSTADDR:
	case SIOCSIFDSTADDR: add_address(d, from, "ifr_dstaddr", ret); break;
	case SIOCGIFBRDADDR:
	case SIOCSIFBRDADDR: add_address(d, from, "ifr_broadaddr", ret); break;
	case SIOCGIFNETMASK:
	case SIOCSIFNETMASK: add_address(d, from, "ifr_netmask", ret); break;
	case SIOCGIFHWADDR:
	case SIOCSIFHWADDR:
	case SIOCSIFHWBROADCAST:
	case SIOCADDMULTI:
	case SIOCDELMULTI: add_hardware_address(d, &from->ifr_hwaddr, ret); break;
	case SIOCGIFFLAGS:
	case SIOCSIFFLAGS:
		value_set_flags(
			list_add(d, ret, "ifr_flags"), (uint16_t)from->ifr_flags, &flags_if_flags);
		break;
	case SIOCGIFINDEX: add_number(d, "ifr_ifindex", from->ifr_ifindex, ret); break;
	case SIOCGIFMETRIC:
	case SIOCSIFMETRIC: add_number(d, "ifr_metric", from->ifr_metric, ret); break;
	case SIOCGIFMTU:
	case SIOCSIFMTU: add_number(d, "ifr_mtu", from->ifr_mtu, ret); break;
	case SIOCGIFTXQLEN:
	case SIOCSIFTXQLEN: add_number(d, "ifr_qlen", from->ifr_qlen, ret); break;
	case SIOCGIFSLAVE:
	case SIOCSIFSLAVE: add_name(d, "ifr_slave", from->ifr_slave, ret); break;
	case SIOCGIFNAME: add_name(d, "ifr_name", from->ifr_name, ret); break;
	case SIOCSIFNAME: add_name(d, "ifr_newname", from->ifr_newname, ret); break;
	case SIOCGIFMAP:
	case SIOCSIFMAP: add_map(d, &from->ifr_map, ret); break;
	}
}

SHAPE(interface, struct ifreq)
{
	add_name(d, "ifr_name", from->ifr_name, ret);
	add_member(d, from, ret);
}

SHAPE(interface_address, struct ifreq)
{
	add_name(d, "ifr_name", from->ifr_name, ret);
	add_address(d, from, "ifr_addr", ret);
}

SHAPE(interface_number, struct ifreq)
{
	value_set_ifindex(d, list_add(d, ret, "ifr_ifindex"), (uint32_t)from->ifr_ifindex);
}

struct bridge_name {
	char text[IFNAMSIZ];
};

SHAPE(bridge_name, struct bridge_name)
{
	value_set_text(ret, from->text, sizeof(from->text));
}

/* What is asked for stands in the same structure as the answer. */
static void show_interface_of(struct decoder *d, struct value *ret)
{
	const struct ifreq *asked = decoder_bytes(d, d->args[2], sizeof(*asked), CAPTURE_AT_ENTER);
	const struct ifreq *found =
		d->done ? decoder_bytes(d, d->args[2], sizeof(*found), CAPTURE_AT_EXIT) : NULL;

	if (!asked) {
		value_set_addr(ret, d->args[2]);
		return;
	}
	if (arg_u32(d, 1) == SIOCGIFNAME)
		add_number(d, "ifr_ifindex", asked->ifr_ifindex, ret);
	else
		add_name(d, "ifr_name", asked->ifr_name, ret);
	if (found)
		add_member(d, found, ret);
}

static void set_list_length(struct decoder *d, int bytes, struct value *ret)
{
	value_set_int(ret, bytes);
	if (bytes > 0 && bytes % sizeof(struct ifreq) == 0)
		ret->comment = decoder_printf(
			d, "%zu * sizeof(struct ifreq)", bytes / sizeof(struct ifreq));
}

static void show_interfaces(struct decoder *d, struct value *ret)
{
	const struct ifconf *asked = decoder_bytes(d, d->args[2], sizeof(*asked), CAPTURE_AT_ENTER);
	const struct ifconf *found =
		d->done ? decoder_bytes(d, d->args[2], sizeof(*found), CAPTURE_AT_EXIT) : NULL;
	struct value *len, *list;
	uint64_t buf;

	if (!asked) {
		value_set_addr(ret, d->args[2]);
		return;
	}
	buf = (uintptr_t)(found ? found : asked)->ifc_buf;
	len = list_add(d, ret, "ifc_len");
	if (found && buf && found->ifc_len != asked->ifc_len) {
		list_init(len, VALUE_CHANGE);
		set_list_length(d, asked->ifc_len, list_add(d, len, NULL));
		set_list_length(d, found->ifc_len, list_add(d, len, NULL));
	} else {
		set_list_length(d, (found ? found : asked)->ifc_len, len);
	}
	list = list_add(d, ret, "ifc_buf");
	if (!found || !buf)
		value_set_addr(list, buf);
	else if (found->ifc_len < (int)sizeof(struct ifreq))
		list_init(list, VALUE_ARRAY);
	else
		ioctl_show_array(d, buf, found->ifc_len / sizeof(struct ifreq),
			&shape_interface_address, CAPTURE_AT_EXIT, list);
}

static const struct ioctl_row rows[] = {
	REQUEST_ODD(SIOCGIFINDEX, show_interface_of),
	REQUEST_ODD(SIOCGIFNAME, show_interface_of),
	REQUEST_ODD(SIOCGIFFLAGS, show_interface_of),
	REQUEST_ODD(SIOCGIFADDR, show_interface_of),
	REQUEST_ODD(SIOCGIFDSTADDR, show_interface_of),
	REQUEST_ODD(SIOCGIFBRDADDR, show_interface_of),
	REQUEST_ODD(SIOCGIFNETMASK, show_interface_of),
	REQUEST_ODD(SIOCGIFHWADDR, show_interface_of),
	REQUEST_ODD(SIOCGIFMETRIC, show_interface_of),
	REQUEST_ODD(SIOCGIFMTU, show_interface_of),
	REQUEST_ODD(SIOCGIFTXQLEN, show_interface_of),
	REQUEST_ODD(SIOCGIFSLAVE, show_interface_of),
	REQUEST_ODD(SIOCGIFMAP, show_interface_of),
	REQUEST_ODD(SIOCGIFCONF, show_interfaces),
	REQUEST_IN(SIOCSIFFLAGS, interface),
	REQUEST_IN(SIOCSIFADDR, interface),
	REQUEST_IN(SIOCSIFDSTADDR, interface),
	REQUEST_IN(SIOCSIFBRDADDR, interface),
	REQUEST_IN(SIOCSIFNETMASK, interface),
	REQUEST_IN(SIOCSIFHWADDR, interface),
	REQUEST_IN(SIOCSIFHWBROADCAST, interface),
	REQUEST_IN(SIOCSIFMETRIC, interface),
	REQUEST_IN(SIOCSIFMTU, interface),
	REQUEST_IN(SIOCSIFTXQLEN, interface),
	REQUEST_IN(SIOCSIFSLAVE, interface),
	REQUEST_IN(SIOCSIFNAME, interface),
	REQUEST_IN(SIOCSIFMAP, interface),
	REQUEST_IN(SIOCADDMULTI, interface),
	REQUEST_IN(SIOCDELMULTI, interface),
	REQUEST_IN(SIOCBRADDIF, interface_number),
	REQUEST_IN(SIOCBRDELIF, interface_number),
	REQUEST_IN(SIOCBRADDBR, bridge_name),
	REQUEST_IN(SIOCBRDELBR, bridge_name),
	REQUEST_IN(FIOSETOWN, pid),
	REQUEST_OUT(FIOGETOWN, pid),
	REQUEST_IN(SIOCSPGRP, pid),
	REQUEST_OUT(SIOCGPGRP, pid),
	REQUEST_OUT(SIOCATMARK, int),
	REQUEST_OUT(SIOCOUTQNSD, int),
	REQUEST_IN(SIOCSIFENCAP, int),
	REQUEST_OUT(SIOCGIFENCAP, int),
	REQUEST_OUT(SIOCGSTAMP_OLD, timeval),
	REQUEST_OUT(SIOCGSTAMPNS_OLD, timespec),
	REQUEST_OUT(SIOCGSTAMP_NEW, timeval),
	REQUEST_OUT(SIOCGSTAMPNS_NEW, timespec),
	REQUEST(SIOCADDRT, ADDR),
	REQUEST(SIOCDELRT, ADDR),
	REQUEST(SIOCRTMSG, ADDR),
	REQUEST(SIOCSIFLINK, ADDR),
	REQUEST(SIOCETHTOOL, ADDR),
	REQUEST(SIOCGIFMEM, ADDR),
	REQUEST(SIOCSIFMEM, ADDR),
	REQUEST(SIOCGIFPFLAGS, ADDR),
	REQUEST(SIOCSIFPFLAGS, ADDR),
	REQUEST(SIOCDIFADDR, ADDR),
	REQUEST(SIOCGIFCOUNT, ADDR),
	REQUEST(SIOCGIFBR, ADDR),
	REQUEST(SIOCSIFBR, ADDR),
	REQUEST(SIOCDARP, ADDR),
	REQUEST(SIOCGARP, ADDR),
	REQUEST(SIOCSARP, ADDR),
	REQUEST(SIOCDRARP, ADDR),
	REQUEST(SIOCGRARP, ADDR),
	REQUEST(SIOCSRARP, ADDR),
	REQUEST(SIOCADDDLCI, ADDR),
	REQUEST(SIOCDELDLCI, ADDR),
	REQUEST(SIOCGIFVLAN, ADDR),
	REQUEST(SIOCSIFVLAN, ADDR),
	REQUEST(SIOCBONDENSLAVE, ADDR),
	REQUEST(SIOCBONDRELEASE, ADDR),
	REQUEST(SIOCBONDSETHWADDR, ADDR),
	REQUEST(SIOCBONDSLAVEINFOQUERY, ADDR),
	REQUEST(SIOCBONDINFOQUERY, ADDR),
	REQUEST(SIOCBONDCHANGEACTIVE, ADDR),
	REQUEST(SIOCGMIIPHY, ADDR),
	REQUEST(SIOCGMIIREG, ADDR),
	REQUEST(SIOCSMIIREG, ADDR),
	REQUEST(SIOCWANDEV, ADDR),
	REQUEST(SIOCGSKNS, ADDR),
	REQUEST(SIOCGHWTSTAMP, ADDR),
	REQUEST(SIOCSHWTSTAMP, ADDR),
};

IOCTL_TABLE(net);
