#pragma once
/* The mappings of an address space. */

#include <stdbool.h>
#include <stdint.h>

#include "track/path.h"
#include "util/vec.h"

/* Pages: lengths are rounded up to it. Every supported CPU's smallest page. */
#define MM_PAGE 4096u

/* The kernel's own default limit (vm.max_map_count) is half of this. */
#define MM_MAPPINGS_MAX 131072

struct mapping {
	uint64_t addr, len, offset;
	uint32_t prot, flags;
	struct path *path; /* owns a reference; NULL = anonymous */
};

struct mm {
	unsigned refs;
	uint64_t brk;                 /* 0 = not known */
	VEC(struct mapping) mappings; /* by address, disjoint */
};

struct mm *mm_create(void);
struct mm *mm_copy(const struct mm *mm);
void mm_unref(struct path_table *paths, struct mm *mm); /* accepts NULL */

const struct mapping *mm_find(const struct mm *mm, uint64_t addr);

/* Takes over the reference to m->path. Replaces what was there. */
void mm_map(struct path_table *paths, struct mm *mm, const struct mapping *m);
void mm_unmap(struct path_table *paths, struct mm *mm, uint64_t addr, uint64_t len);
void mm_protect(
	struct path_table *paths, struct mm *mm, uint64_t addr, uint64_t len, uint32_t prot);

/* mremap(2): the mapping at `old` goes on at `addr`; `keep`: and stays where it was. */
void mm_move(struct path_table *paths, struct mm *mm, uint64_t old, uint64_t old_len, uint64_t addr,
	uint64_t len, bool keep);

/* What brk(2) returned. */
void mm_set_brk(struct path_table *paths, struct mm *mm, uint64_t brk);
