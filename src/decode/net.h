#pragma once
/* What sockets, their options and netlink messages have in common. */

#include "decode/decoder.h"

/* htons(80), htonl(5) of numbers in network byte order */
void value_set_be16(struct decoder *d, struct value *ret, uint16_t number);
void value_set_be32(struct decoder *d, struct value *ret, uint32_t number);

/* htons(ETH_P_IP) of a number in network byte order */
void value_set_eth_protocol(struct decoder *d, struct value *ret, uint16_t protocol);

/* inet_addr("127.0.0.1") */
void value_set_inet_addr(struct decoder *d, struct value *ret, const void *addr);

/* inet_pton(AF_INET6, "::1", &sin6_addr); `where` (may be NULL) is the last part */
void value_set_inet6_addr(
	struct decoder *d, struct value *ret, const void *addr, const char *where);

/* An item of the structure `ret` with a named address of either family. */
void list_add_inet_addr(
	struct decoder *d, struct value *ret, const char *name, int family, const void *addr);

/* 00:11:22:33:44:55 */
void value_set_hwaddr(struct decoder *d, struct value *ret, const uint8_t *bytes, size_t len);

/* if_nametoindex("lo"), or the number when nobody knows the name */
void value_set_ifindex(struct decoder *d, struct value *ret, uint32_t index);
#define ADD_IFINDEX(m) value_set_ifindex(d, list_add(d, ret, #m), (uint32_t)from->m)

/* 0x3 with its name as a remark */
void value_set_hex_named(
	struct decoder *d, struct value *ret, uint64_t number, const struct flag_set *set);

/* As printf's %#0*x has it: 0x000001, but 00000000 */
void value_set_hex_padded(struct decoder *d, struct value *ret, uint64_t number, int digits);

/* Bytes that are no text: "\x01\x02" */
void value_set_binary(struct value *ret, const void *bytes, size_t len);

/* A string of `len` bytes at most in a field of `room` bytes, cut when no NUL ends it. */
void value_set_field_text(struct value *ret, const char *bytes, size_t room);
