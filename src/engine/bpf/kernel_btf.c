#include "engine/bpf/kernel_btf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/err.h"

#define KERNEL_BTF_PATH "/sys/kernel/btf/vmlinux"

static_assert((int)KERNEL_BTF_STRUCT == BTF_KIND_STRUCT, "");
static_assert((int)KERNEL_BTF_TYPEDEF == BTF_KIND_TYPEDEF, "");
static_assert((int)KERNEL_BTF_FUNC == BTF_KIND_FUNC, "");

/* Anonymous structs and unions inside one another; the kernel has 5. */
#define MAX_DEPTH 16

/* All names asked for are longer. */
#define PREFIX_LEN 4

struct btf_view {
	const uint8_t *types;
	uint32_t types_len;
	const char *strings; /* ends with a NUL */
	uint32_t strings_len;
	const uint32_t *at; /* where in `types` each id lies; [0] is void */
	uint32_t nr;        /* ids, void included */
};

/* What follows struct btf_type, in bytes; -1 = unknown kind. */
static int64_t extra_len(const struct btf_type *t)
{
	uint32_t vlen = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG: return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG: return 4;
	case BTF_KIND_ARRAY: return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM: return vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64: return vlen * 12; /* struct btf_enum64 */
	case BTF_KIND_FUNC_PROTO: return vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC: return vlen * sizeof(struct btf_var_secinfo);
	default: return -1;
	}
}

static bool name_is(const struct btf_view *v, uint32_t at, const char *name)
{
	return at < v->strings_len && !strcmp(v->strings + at, name);
}

static const struct btf_type *type_of(const struct btf_view *v, uint32_t id)
{
	return id && id < v->nr ? (const struct btf_type *)(v->types + v->at[id]) : NULL;
}

static bool find_member(const struct btf_view *v, const struct btf_type *t, const char *name,
	int depth, uint32_t *offset)
{
	const struct btf_member *m = (const struct btf_member *)(t + 1);
	bool bits = BTF_INFO_KFLAG(t->info);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++, m++) {
		uint32_t at = (bits ? BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset) / 8;
		const struct btf_type *inner;

		if (name_is(v, m->name_off, name)) {
			*offset += at;
			return true;
		}
		inner = m->name_off ? NULL : type_of(v, m->type);
		if (!inner || depth == MAX_DEPTH ||
			(BTF_INFO_KIND(inner->info) != BTF_KIND_STRUCT &&
				BTF_INFO_KIND(inner->info) != BTF_KIND_UNION))
			continue;
		if (find_member(v, inner, name, depth + 1, offset)) {
			*offset += at;
			return true;
		}
	}
	return false;
}

static void answer(
	const struct btf_view *v, uint32_t id, struct kernel_btf_query *queries, size_t nr_queries)
{
	const struct btf_type *t = type_of(v, id);
	struct kernel_btf_query *q;

	for (q = queries; q < queries + nr_queries; q++) {
		uint32_t offset = 0;

		if (q->id || q->kind != BTF_INFO_KIND(t->info) || !name_is(v, t->name_off, q->type))
			continue;
		if (q->member && !find_member(v, t, q->member, 0, &offset))
			continue;
		q->id = id;
		q->offset = offset;
	}
}

static bool may_be_asked(const struct btf_type *t, uint32_t kinds)
{
	/* sorts out nearly all types before a name is looked at */
	return kinds & (1u << BTF_INFO_KIND(t->info)) &&
	       (BTF_INFO_KIND(t->info) != BTF_KIND_STRUCT || BTF_INFO_VLEN(t->info));
}

int kernel_btf_find(const void *btf, size_t len, struct kernel_btf_query *queries,
	size_t nr_queries, struct err *err)
{
	const struct btf_header *h = btf;
	CLEANUP_FREE uint32_t *at = NULL;
	struct btf_view v = {0};
	uint32_t kinds = 0;

	if (len < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len < sizeof(*h) ||
		h->hdr_len > len || (uint64_t)h->type_off + h->type_len > len - h->hdr_len ||
		(uint64_t)h->str_off + h->str_len > len - h->hdr_len || h->str_len < PREFIX_LEN ||
		h->type_off % 4 || h->hdr_len % 4)
		return err_set(err, -EINVAL, "the kernel's BTF has a form that is not known");
	v.types = (const uint8_t *)btf + h->hdr_len + h->type_off;
	v.types_len = h->type_len;
	v.strings = (const char *)btf + h->hdr_len + h->str_off;
	v.strings_len = h->str_len;
	if (v.strings[v.strings_len - 1])
		return err_set(err, -EINVAL, "the kernel's BTF has an open string section");

	v.at = at = xreallocarray(NULL, v.types_len / sizeof(struct btf_type) + 1, sizeof(*at));
	v.nr = 1;
	for (uint32_t pos = 0; v.types_len - pos >= sizeof(struct btf_type);) {
		int64_t extra = extra_len((const struct btf_type *)(v.types + pos));

		if (extra < 0 || extra > v.types_len - pos - sizeof(struct btf_type))
			return err_set(
				err, -EINVAL, "the kernel's BTF has types that are not known");
		at[v.nr++] = pos;
		pos += sizeof(struct btf_type) + extra;
	}

	for (size_t i = 0; i < nr_queries; i++)
		kinds |= 1u << queries[i].kind;
	for (uint32_t id = 1; id < v.nr; id++)
		if (may_be_asked(type_of(&v, id), kinds))
			answer(&v, id, queries, nr_queries);
	return 0;
}

int kernel_btf_ask(struct kernel_btf_query *queries, size_t nr_queries, struct err *err)
{
	CLEANUP_CLOSE int fd = open(KERNEL_BTF_PATH, O_RDONLY | O_CLOEXEC);
	CLEANUP_FREE uint8_t *copy = NULL;
	struct stat st;
	size_t len = 0;
	void *mapped;
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, -errno, "%s", KERNEL_BTF_PATH);
	/* kernels before 6.16 do not map it */
	mapped = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped != MAP_FAILED) {
		rc = kernel_btf_find(mapped, st.st_size, queries, nr_queries, err);
		munmap(mapped, st.st_size);
		return rc;
	}
	copy = xmalloc(st.st_size);
	while (len < (size_t)st.st_size) {
		ssize_t nr = read(fd, copy + len, st.st_size - len);

		if (nr < 0 && errno == EINTR)
			continue;
		if (nr < 0)
			return err_sys(err, -errno, "%s", KERNEL_BTF_PATH);
		if (!nr)
			break;
		len += nr;
	}
	return kernel_btf_find(copy, len, queries, nr_queries, err);
}
