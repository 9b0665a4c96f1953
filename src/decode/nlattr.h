#pragma once
/* How tables of netlink attributes are written. */

#include "decode/netlink.h"
#include "util/macros.h"

#define NL_ATTRS(id, unknown_, ...)                                                                \
	static const struct nl_attr rows_##id[] = {__VA_ARGS__};                                   \
	static const struct nl_attrs nl_##id = {                                                   \
		.unknown = unknown_, .rows = rows_##id, .nr = ARRAY_SIZE(rows_##id)}

/* A row: the attribute's name, its number, and what it holds. */
#define A(name_, type_, ...)                                                                       \
	{                                                                                          \
		.name = #name_, .type = type_, __VA_ARGS__                                         \
	}
#define RAW           .show = NULL
#define U8            .show = nl_show_uint, .size = 1
#define U16           .show = nl_show_uint, .size = 2
#define U32           .show = nl_show_uint, .size = 4
#define U64           .show = nl_show_uint, .size = 8
#define S8            .show = nl_show_int, .size = 1
#define S32           .show = nl_show_int, .size = 4
#define S64           .show = nl_show_int, .size = 8
#define X8            .show = nl_show_hex, .size = 1
#define X16           .show = nl_show_hex, .size = 2
#define X32           .show = nl_show_hex, .size = 4
#define X64           .show = nl_show_hex, .size = 8
#define BE16          .show = nl_show_be, .size = 2
#define BE32          .show = nl_show_be, .size = 4
#define BE64          .show = nl_show_be, .size = 8
#define XINT          .show = nl_show_hex, .size = 0
#define STR           .show = nl_show_string
#define NAME          .show = nl_show_name
#define HWADDR        .show = nl_show_hwaddr
#define IN4           .show = nl_show_in4
#define IN6           .show = nl_show_in6
#define INET          .show = nl_show_inet /* of the message's family */
#define FD            .show = nl_show_fd, .size = 4
#define ID            .show = nl_show_id, .size = 4
#define TICKS         .show = nl_show_ticks
#define IFINDEX       .show = nl_show_ifindex, .size = 4
#define IPPROTO       .show = nl_show_enum, .set = &flags_ipproto
#define ETHPROTO      .show = nl_show_eth_protocol, .size = 2
#define ENUM(s, n)    .show = nl_show_enum, .set = &flags_##s, .size = n
#define FLAGS(s, n)   .show = nl_show_flags, .set = &flags_##s, .size = n
#define MEMINFO       .show = nl_show_indexed32, .set = &flags_sk_meminfo
#define INDEXED32(s)  .show = nl_show_indexed32, .set = &flags_##s
#define INDEXEDS32(s) .show = nl_show_indexed_s32, .set = &flags_##s
#define INDEXED64(s)  .show = nl_show_indexed64, .set = &flags_##s
#define NEST(id)      .show = nl_show_nested, .nested = &nl_##id
#define STRUCT(id)    .show = nl_show_struct, .shape = &shape_##id
#define BY(function)  .show = function

nl_show nl_show_uint, nl_show_int, nl_show_hex, nl_show_be, nl_show_string, nl_show_name,
	nl_show_hwaddr, nl_show_in4, nl_show_in6, nl_show_inet, nl_show_fd, nl_show_id,
	nl_show_ticks, nl_show_ifindex, nl_show_eth_protocol, nl_show_enum, nl_show_flags,
	nl_show_indexed32, nl_show_indexed_s32, nl_show_indexed64, nl_show_nested, nl_show_struct;
