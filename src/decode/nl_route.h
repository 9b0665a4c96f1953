#pragma once
/* Between the files about NETLINK_ROUTE. */

#include "decode/netlink.h"

extern const struct nl_body nl_body_link, nl_body_stats, nl_body_tc, nl_body_action;

/*
 * A structure of `nr` counters of `width` bytes each, of which there are `nr_min` at least; false
 * when there are fewer.
 */
bool nl_show_counters(struct netlink *n, const struct span *data, const char *const *names,
	size_t nr_min, size_t nr, size_t width, struct value *ret);
