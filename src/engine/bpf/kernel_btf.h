#pragma once
/*
 * The few facts about the running kernel's types that the programs need, taken straight from its
 * BTF: one pass over 126,000 types takes 2 ms, where libbpf's general parser takes 20.
 */

#include <stddef.h>
#include <stdint.h>

struct err;

enum kernel_btf_kind {
	KERNEL_BTF_STRUCT = 4,
	KERNEL_BTF_TYPEDEF = 8,
	KERNEL_BTF_FUNC = 12,
};

struct kernel_btf_query {
	uint32_t kind;      /* enum kernel_btf_kind */
	const char *type;   /* of 4 characters or more */
	const char *member; /* NULL: the type itself is asked for */
	/* Answer. `id` is 0 when there is no such type, or no such member in it. */
	uint32_t id;
	uint32_t offset; /* of the member, bytes */
};

/* Answers what it can. -EINVAL when `btf` is not BTF that this knows. */
int kernel_btf_find(const void *btf, size_t len, struct kernel_btf_query *queries,
	size_t nr_queries, struct err *err);

/* The same for the running kernel. */
int kernel_btf_ask(struct kernel_btf_query *queries, size_t nr_queries, struct err *err);
