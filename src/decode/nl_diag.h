#pragma once
/* Between the files about NETLINK_SOCK_DIAG. */

#include <linux/inet_diag.h>

#include "decode/netlink.h"

/* [1, 2] */
void nl_add_cookie(
	struct decoder *d, struct value *ret, const char *name, const uint32_t cookie[2]);

/* {idiag_sport=htons(80), ...}, with addresses of `family` */
void nl_fill_sockid(
	struct decoder *d, const struct inet_diag_sockid *from, int family, struct value *ret);

const struct nl_body *nl_inet_diag_body(const struct netlink *n, bool request);
