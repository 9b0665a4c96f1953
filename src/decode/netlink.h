#pragma once
/*
 * Between the files about netlink.
 *
 * A message is a header, a body that its type tells, and attributes: length, type, and data, which
 * may be attributes again. Attributes are described by tables (nl_attrs), bodies by nl_body.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/decoder.h"

/* A part of a message in the tracee's memory. */
struct span {
	uint64_t addr;
	size_t len; /* as the message says */
	const uint8_t *bytes;
	size_t at_hand; /* of these; <= len */
};

/* One message being shown. */
struct netlink {
	struct decoder *d;
	int protocol;  /* negative: not known */
	uint16_t type; /* of the message */
	uint16_t flags;
	bool received;   /* not sent */
	uint8_t family;  /* the first byte of the body */
	unsigned depth;  /* of nesting */
	unsigned budget; /* attributes that may still be shown: hostile messages are small and deep
			  */
	struct value *outer; /* the array that an attribute's header and data are in */
	/* what attributes told for those behind them; "" = nothing */
	char kind[16];
	char slave_kind[16];
};

struct nl_attr;

/* Fills `ret` from the attribute's data; false when these are too few, and shown as bytes. */
typedef bool nl_show(
	struct netlink *n, const struct nl_attr *attr, const struct span *data, struct value *ret);

struct nl_attr {
	uint16_t type;
	uint8_t size; /* of a number; 0 = as long as the attribute */
	const char *name;
	nl_show *show; /* NULL = bytes */
	union {
		const struct flag_set *set;
		const struct nl_attrs *nested;
		const struct shape *shape;
	};
};

struct nl_attrs {
	const char *unknown; /* beside a type without name */
	const struct nl_attr *rows;
	size_t nr;
	const struct flag_set *names; /* of the types, instead of the rows'; NULL = these */
	nl_show *show;                /* of all of them, instead of the rows'; NULL = these */
};

/* A body: its first byte is an address family, which every one is shown with. */
struct nl_body {
	const char *family_name;
	const struct flag_set *families; /* NULL = AF_... */
	const struct shape *rest;        /* shows the other fields; its size is that of all. NULL =
					    there are none worth showing */
	uint32_t size;                   /* if `rest` is NULL */
	const struct nl_attrs *attrs;    /* behind it; NULL = none is known by name */
	bool opaque;                     /* nothing is known of what is behind it */
	bool bare;                       /* nothing belongs behind it */
	bool lenient;                    /* a message of the first byte alone is a whole one too */
};

/* Appends the body at `at` and its attributes to `message`, an array. */
void nl_add_body(struct netlink *n, const struct nl_body *body, const struct span *at,
	struct value *message);

/* Attributes; one alone stands for itself, several are an array. `attrs` NULL = none is known. */
void nl_show_attrs(
	struct netlink *n, const struct nl_attrs *attrs, const struct span *at, struct value *ret);

/* {family=AF_INET, data="..."}, where nothing else is known. */
void nl_add_family(struct netlink *n, const struct span *at, struct value *message);

/* For show functions. */
/* Bytes that lie behind the first `size` of the data become another item of `n->outer`. To be
 * called last: it moves what the other items are in. */
void nl_add_rest(struct netlink *n, const struct span *data, size_t size);
bool nl_show_struct_and_more(
	struct netlink *n, const struct shape *shape, const struct span *data, struct value *ret);
/* As many as there are. */
bool nl_show_structs(
	struct netlink *n, const struct shape *shape, const struct span *data, struct value *ret);

/* What is behind the first `skip` bytes. */
struct span span_behind(const struct span *at, size_t skip);
/* The first `len` bytes at most. */
struct span span_first(const struct span *at, size_t len);
/* All of `len` bytes in aligned storage, NULL when they are not at hand. */
const void *span_bytes(struct netlink *n, const struct span *at, size_t len);
/* The bytes themselves. */
void span_show(const struct span *at, struct value *ret);
/* A text that a NUL should end; it is `whole` when none may be inside. */
void span_show_text(const struct span *at, struct value *ret);

/* ---- protocols: what is behind the header, into the array `message` ---- */

/* False: nothing is known of it. */
bool nl_add_route(struct netlink *n, const struct span *at, struct value *message);
bool nl_add_sock_diag(struct netlink *n, const struct span *at, struct value *message);
bool nl_add_generic(struct netlink *n, const struct span *at, struct value *message);
bool nl_add_netfilter(struct netlink *n, const struct span *at, struct value *message);
bool nl_add_crypto(struct netlink *n, const struct span *at, struct value *message);
bool nl_add_selinux(struct netlink *n, const struct span *at, struct value *message);

/* ---- for the calls ---- */

/* The protocol that messages over this descriptor are of, negative = none is known. */
int decoder_netlink_protocol(struct decoder *d, int fd);

/* `len` bytes at `addr`, of which there may be fewer at hand, as messages of `protocol` (negative:
 * not known). */
void decoder_show_netlink(struct decoder *d, int protocol, uint64_t addr, uint64_t len,
	unsigned when, struct value *ret);
