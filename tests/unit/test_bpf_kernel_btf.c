#include "test.h"

#include <errno.h>
#include <linux/btf.h>
#include <string.h>

#include "engine/bpf/kernel_btf.h"
#include "util/macros.h"

/*
 * struct inner_type { int first; int second; };		id 2
 * struct outer_type { int a; struct { int hidden; }; struct inner_type named; };	id 4
 * typedef struct outer_type *btf_trace_thing;			id 6 over 5
 */
static const char strings[] = "\0int\0inner_type\0first\0second\0outer_type\0a\0hidden\0named\0"
			      "btf_trace_thing";
enum {
	S_INT = 1,
	S_INNER = 5,
	S_FIRST = 16,
	S_SECOND = 22,
	S_OUTER = 29,
	S_A = 40,
	S_HIDDEN = 42,
	S_NAMED = 49,
	S_THING = 55,
};

struct blob {
	struct btf_header header;
	uint32_t types[64];
	char strings[sizeof(strings)];
};

static uint32_t put_type(uint32_t *at, uint32_t name, uint32_t kind, uint32_t vlen, uint32_t size)
{
	at[0] = name;
	at[1] = kind << 24 | vlen;
	at[2] = size;
	return 3;
}

static uint32_t put_member(uint32_t *at, uint32_t name, uint32_t type, uint32_t bits)
{
	at[0] = name;
	at[1] = type;
	at[2] = bits;
	return 3;
}

static size_t make_blob(struct blob *b)
{
	uint32_t *t = b->types, n = 0;

	n += put_type(t + n, S_INT, BTF_KIND_INT, 0, 4); /* 1 */
	t[n++] = 32;
	n += put_type(t + n, S_INNER, BTF_KIND_STRUCT, 2, 8); /* 2 */
	n += put_member(t + n, S_FIRST, 1, 0);
	n += put_member(t + n, S_SECOND, 1, 32);
	n += put_type(t + n, 0, BTF_KIND_STRUCT, 1, 4); /* 3 */
	n += put_member(t + n, S_HIDDEN, 1, 0);
	n += put_type(t + n, S_OUTER, BTF_KIND_STRUCT, 3, 16); /* 4 */
	n += put_member(t + n, S_A, 1, 0);
	n += put_member(t + n, 0, 3, 32);
	n += put_member(t + n, S_NAMED, 2, 64);
	n += put_type(t + n, 0, BTF_KIND_PTR, 0, 4);           /* 5 */
	n += put_type(t + n, S_THING, BTF_KIND_TYPEDEF, 0, 5); /* 6 */
	memcpy(t + n, strings, sizeof(strings));
	b->header = (struct btf_header){
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(b->header),
		.type_len = n * 4,
		.str_off = n * 4,
		.str_len = sizeof(strings),
	};
	return sizeof(b->header) + n * 4 + sizeof(strings);
}

TEST(finds_types_and_members)
{
	struct kernel_btf_query queries[] = {
		{KERNEL_BTF_STRUCT, "outer_type", "named"},
		{KERNEL_BTF_STRUCT, "outer_type", "hidden"},
		{KERNEL_BTF_STRUCT, "inner_type", "second"},
		{KERNEL_BTF_TYPEDEF, "btf_trace_thing", NULL},
		{KERNEL_BTF_STRUCT, "outer_type", "second"}, /* of a named member: not its own */
		{KERNEL_BTF_FUNC, "btf_trace_thing", NULL},
		{KERNEL_BTF_STRUCT, "missing", "first"},
	};
	struct blob b;
	size_t len = make_blob(&b);

	assert_int_equal(kernel_btf_find(&b, len, queries, ARRAY_SIZE(queries), NULL), 0);
	assert_int_equal(queries[0].id, 4);
	assert_int_equal(queries[0].offset, 8);
	assert_int_equal(queries[1].id, 4);
	assert_int_equal(queries[1].offset, 4);
	assert_int_equal(queries[2].id, 2);
	assert_int_equal(queries[2].offset, 4);
	assert_int_equal(queries[3].id, 6);
	for (size_t i = 4; i < ARRAY_SIZE(queries); i++)
		assert_int_equal(queries[i].id, 0);
}

TEST(cut_anywhere_it_is_refused)
{
	struct blob b;
	size_t len = make_blob(&b);

	for (size_t cut = 0; cut < len; cut++) {
		struct kernel_btf_query query = {KERNEL_BTF_STRUCT, "outer_type", "a"};
		void *copy = malloc(cut ? cut : 1);

		memcpy(copy, &b, cut);
		assert_int_equal(kernel_btf_find(copy, cut, &query, 1, NULL), -EINVAL);
		free(copy);
	}
}

TEST(an_unknown_kind_is_refused)
{
	struct kernel_btf_query query = {KERNEL_BTF_STRUCT, "outer_type", "a"};
	struct blob b;
	size_t len = make_blob(&b);

	b.types[1] = 31u << 24;
	assert_int_equal(kernel_btf_find(&b, len, &query, 1, NULL), -EINVAL);
}
