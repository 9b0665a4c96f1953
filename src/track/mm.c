#include "track/mm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "util/alloc.h"

/*
 * A sorted array. Programs have tens to a few thousand mappings; at the kernel's limit of 65,530 a
 * change moves 3 MB at most, still less than the kernel's own work for mmap and munmap there.
 */

struct mm *mm_create(void)
{
	struct mm *mm = xcalloc(1, sizeof(*mm));

	mm->refs = 1;
	return mm;
}

struct mm *mm_copy(const struct mm *mm)
{
	struct mm *ret = mm_create();

	ret->brk = mm->brk;
	if (!mm->mappings.len)
		return ret;
	VEC_RESERVE(&ret->mappings, mm->mappings.len);
	memcpy(ret->mappings.data, mm->mappings.data,
		mm->mappings.len * sizeof(*ret->mappings.data));
	ret->mappings.len = mm->mappings.len;
	for (size_t i = 0; i < ret->mappings.len; i++)
		path_ref(ret->mappings.data[i].path);
	return ret;
}

void mm_unref(struct path_table *paths, struct mm *mm)
{
	if (!mm || --mm->refs)
		return;
	for (size_t i = 0; i < mm->mappings.len; i++)
		path_unref(paths, mm->mappings.data[i].path);
	VEC_DEINIT(&mm->mappings);
	free(mm);
}

static uint64_t end_of(const struct mapping *m)
{
	return m->addr + m->len;
}

/* The first mapping that ends above `addr`. */
static size_t first_above(const struct mm *mm, uint64_t addr)
{
	size_t low = 0, high = mm->mappings.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (end_of(&mm->mappings.data[middle]) > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct mapping *mm_find(const struct mm *mm, uint64_t addr)
{
	size_t at = first_above(mm, addr);

	if (at == mm->mappings.len || mm->mappings.data[at].addr > addr)
		return NULL;
	return &mm->mappings.data[at];
}

static void insert_at(struct mm *mm, size_t at, const struct mapping *m)
{
	VEC_PUSH(&mm->mappings, *m);
	memmove(&mm->mappings.data[at + 1], &mm->mappings.data[at],
		(mm->mappings.len - 1 - at) * sizeof(*m));
	mm->mappings.data[at] = *m;
}

static void remove_range(struct mm *mm, size_t from, size_t to)
{
	if (from == to)
		return;
	memmove(&mm->mappings.data[from], &mm->mappings.data[to],
		(mm->mappings.len - to) * sizeof(*mm->mappings.data));
	mm->mappings.len -= to - from;
}

/* Makes `addr` a border between mappings. */
static void split(struct mm *mm, uint64_t addr)
{
	size_t at = first_above(mm, addr);
	struct mapping *m, upper;

	if (at == mm->mappings.len || mm->mappings.data[at].addr >= addr)
		return;
	m = &mm->mappings.data[at];
	upper = *m;
	upper.len = end_of(m) - addr;
	upper.addr = addr;
	if (upper.path)
		upper.offset += addr - m->addr;
	path_ref(upper.path);
	m->len = addr - m->addr;
	insert_at(mm, at + 1, &upper);
}

/* False when it is no range of pages. */
static bool page_range(uint64_t addr, uint64_t *len)
{
	uint64_t end;

	if (addr % MM_PAGE || !*len || *len > UINT64_MAX - MM_PAGE)
		return false;
	*len = (*len + MM_PAGE - 1) / MM_PAGE * MM_PAGE;
	return !__builtin_add_overflow(addr, *len, &end);
}

void mm_unmap(struct path_table *paths, struct mm *mm, uint64_t addr, uint64_t len)
{
	size_t from, to;

	if (!page_range(addr, &len))
		return;
	split(mm, addr);
	split(mm, addr + len);
	from = to = first_above(mm, addr);
	while (to < mm->mappings.len && mm->mappings.data[to].addr < addr + len)
		path_unref(paths, mm->mappings.data[to++].path);
	remove_range(mm, from, to);
}

static bool continues(const struct mapping *m, const struct mapping *next)
{
	return end_of(m) == next->addr && m->path == next->path && m->prot == next->prot &&
	       m->flags == next->flags && (!m->path || m->offset + m->len == next->offset);
}

/* Joins mappings [at-1] and [at] where the second only continues the first. */
static void join(struct path_table *paths, struct mm *mm, size_t at)
{
	struct mapping *m;

	if (!at || at >= mm->mappings.len)
		return;
	m = &mm->mappings.data[at];
	if (!continues(m - 1, m))
		return;
	m[-1].len += m->len;
	path_unref(paths, m->path);
	remove_range(mm, at, at + 1);
}

void mm_map(struct path_table *paths, struct mm *mm, const struct mapping *m)
{
	struct mapping new = *m;
	size_t at;

	if (!page_range(new.addr, &new.len) || mm->mappings.len >= MM_MAPPINGS_MAX) {
		path_unref(paths, new.path);
		return;
	}
	mm_unmap(paths, mm, new.addr, new.len);
	at = first_above(mm, new.addr);
	insert_at(mm, at, &new);
	join(paths, mm, at + 1);
	join(paths, mm, at);
}

void mm_protect(struct path_table *paths, struct mm *mm, uint64_t addr, uint64_t len, uint32_t prot)
{
	size_t from, to;

	if (!page_range(addr, &len) || mm->mappings.len >= MM_MAPPINGS_MAX)
		return;
	split(mm, addr);
	split(mm, addr + len);
	from = to = first_above(mm, addr);
	for (; to < mm->mappings.len && mm->mappings.data[to].addr < addr + len; to++)
		mm->mappings.data[to].prot = prot;
	for (; to + 1 > from; to--)
		join(paths, mm, to);
}

void mm_move(struct path_table *paths, struct mm *mm, uint64_t old, uint64_t old_len, uint64_t addr,
	uint64_t len, bool keep)
{
	const struct mapping *found = mm_find(mm, old);
	struct mapping m;

	if (!found)
		return;
	m = *found;
	if (m.path)
		m.offset += old - m.addr;
	path_ref(m.path);
	m.addr = addr;
	m.len = len;
	if (!keep)
		mm_unmap(paths, mm, old, old_len);
	mm_map(paths, mm, &m);
}

void mm_set_brk(struct path_table *paths, struct mm *mm, uint64_t brk)
{
	uint64_t old = mm->brk / MM_PAGE * MM_PAGE + (mm->brk % MM_PAGE ? MM_PAGE : 0);
	uint64_t now = brk / MM_PAGE * MM_PAGE + (brk % MM_PAGE ? MM_PAGE : 0);

	if (mm->brk && now > old) {
		mm_map(paths, mm,
			&(struct mapping){
				.addr = old,
				.len = now - old,
				.prot = PROT_READ | PROT_WRITE,
				.flags = MAP_PRIVATE | MAP_ANONYMOUS,
			});
	} else if (mm->brk && now < old) {
		mm_unmap(paths, mm, now, old - now);
	}
	mm->brk = brk;
}
