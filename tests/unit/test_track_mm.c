#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "track/mm.h"

#define RW (PROT_READ | PROT_WRITE)

static struct path_table paths;

static void map(struct mm *mm, uint64_t addr, uint64_t len, const char *path, uint64_t offset)
{
	mm_map(&paths, mm,
		&(struct mapping){.addr = addr,
			.len = len,
			.offset = offset,
			.prot = PROT_READ,
			.flags = MAP_PRIVATE,
			.path = path ? path_intern(&paths, path, strlen(path)) : NULL});
}

/* "10-12 a+0 r, ..." in pages of 4096 */
static const char *list(const struct mm *mm)
{
	static char text[1024];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < mm->mappings.len; i++) {
		const struct mapping *m = &mm->mappings.data[i];

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%x-%x %s+%x%s",
			i ? ", " : "", (unsigned)(m->addr / MM_PAGE),
			(unsigned)((m->addr + m->len) / MM_PAGE), m->path ? m->path->text : "anon",
			(unsigned)(m->offset / MM_PAGE), m->prot == RW ? " rw" : "");
	}
	return text;
}

#define P(n) ((uint64_t)(n)*MM_PAGE)

static void finish(struct mm *mm)
{
	mm_unref(&paths, mm);
	path_table_deinit(&paths);
}

TEST(mappings_replace_and_split)
{
	struct mm *mm = mm_create();

	map(mm, P(0x10), P(8), "/a", 0);
	map(mm, P(0x20), P(4) - 5, "/b", P(1));
	assert_string_equal(list(mm), "10-18 /a+0, 20-24 /b+1");
	map(mm, P(0x12), P(2), NULL, 0);
	assert_string_equal(list(mm), "10-12 /a+0, 12-14 anon+0, 14-18 /a+4, 20-24 /b+1");
	assert_ptr_equal(mm_find(mm, P(0x13) + 5), &mm->mappings.data[1]);
	assert_null(mm_find(mm, P(0x18)));
	assert_null(mm_find(mm, 0));
	assert_null(mm_find(mm, UINT64_MAX));
	mm_unmap(&paths, mm, P(0x11), P(0x10));
	assert_string_equal(list(mm), "10-11 /a+0, 21-24 /b+2");
	mm_unmap(&paths, mm, 0, P(0x1000));
	assert_string_equal(list(mm), "");
	finish(mm);
}

TEST(neighbours_join)
{
	struct mm *mm = mm_create();

	map(mm, P(0x10), P(1), NULL, 0);
	map(mm, P(0x12), P(1), NULL, 0);
	map(mm, P(0x11), P(1), NULL, 0);
	assert_string_equal(list(mm), "10-13 anon+0");
	map(mm, P(0x20), P(1), "/a", 0);
	map(mm, P(0x21), P(1), "/a", P(1));
	map(mm, P(0x22), P(1), "/a", P(9));
	map(mm, P(0x23), P(1), "/b", P(10));
	assert_string_equal(list(mm), "10-13 anon+0, 20-22 /a+0, 22-23 /a+9, 23-24 /b+a");
	finish(mm);
}

TEST(protect_changes_part)
{
	struct mm *mm = mm_create();

	map(mm, P(0x10), P(8), "/a", 0);
	mm_protect(&paths, mm, P(0x12), P(2), RW);
	assert_string_equal(list(mm), "10-12 /a+0, 12-14 /a+2 rw, 14-18 /a+4");
	mm_protect(&paths, mm, P(0x10), P(8), RW);
	assert_string_equal(list(mm), "10-18 /a+0 rw");
	mm_protect(&paths, mm, P(0x8), P(0x20), PROT_READ);
	assert_string_equal(list(mm), "10-18 /a+0");
	mm_protect(&paths, mm, P(0x8) + 1, P(0x20), RW);
	assert_string_equal(list(mm), "10-18 /a+0");
	finish(mm);
}

TEST(moves)
{
	struct mm *mm = mm_create();

	map(mm, P(0x10), P(4), "/a", P(2));
	mm_move(&paths, mm, P(0x10), P(4), P(0x10), P(6), false); /* grows in place */
	assert_string_equal(list(mm), "10-16 /a+2");
	mm_move(&paths, mm, P(0x12), P(4), P(0x40), P(4), false);
	assert_string_equal(list(mm), "10-12 /a+2, 40-44 /a+4");
	mm_move(&paths, mm, P(0x40), 0, P(0x50), P(1), true);
	assert_string_equal(list(mm), "10-12 /a+2, 40-44 /a+4, 50-51 /a+4");
	mm_move(&paths, mm, P(0x99), P(1), P(0x60), P(1), false);
	assert_string_equal(list(mm), "10-12 /a+2, 40-44 /a+4, 50-51 /a+4");
	finish(mm);
}

TEST(brk_is_a_mapping)
{
	struct mm *mm = mm_create();

	mm_set_brk(&paths, mm, P(0x100) + 8); /* where it is: not what is mapped */
	assert_string_equal(list(mm), "");
	mm_set_brk(&paths, mm, P(0x110));
	assert_string_equal(list(mm), "101-110 anon+0 rw");
	mm_set_brk(&paths, mm, P(0x108) - 1);
	assert_string_equal(list(mm), "101-108 anon+0 rw");
	mm_set_brk(&paths, mm, P(0x109));
	assert_string_equal(list(mm), "101-109 anon+0 rw");
	finish(mm);
}

TEST(copies_are_apart)
{
	struct mm *mm = mm_create(), *copy;

	map(mm, P(0x10), P(4), "/a", 0);
	copy = mm_copy(mm);
	mm_unmap(&paths, mm, P(0x10), P(1));
	assert_string_equal(list(copy), "10-14 /a+0");
	mm_unref(&paths, copy);
	assert_string_equal(list(mm), "11-14 /a+1");
	finish(mm);
}

TEST(no_ranges)
{
	struct mm *mm = mm_create();

	map(mm, P(0x10), 0, NULL, 0);
	map(mm, P(0x10) + 1, P(1), NULL, 0);
	map(mm, P(0x10), UINT64_MAX, NULL, 0);
	map(mm, UINT64_MAX - MM_PAGE + 1, P(1), NULL, 0);
	map(mm, UINT64_MAX - 2 * MM_PAGE + 1, P(1), "/a", 0);
	mm_unmap(&paths, mm, P(1), UINT64_MAX - 10);
	assert_int_equal(mm->mappings.len, 1);
	finish(mm);
}

/* Against a page map, with ranges from a fixed sequence. */
TEST(agrees_with_a_page_map)
{
	struct mm *mm = mm_create();
	uint8_t page[64] = {0};
	uint32_t seed = 12345;

	for (int round = 0; round < 20000; round++) {
		static const char *const files[] = {NULL, "/a", "/b"};
		unsigned from, len, what;

		seed = seed * 1664525 + 1013904223;
		from = seed >> 8 & 63;
		len = 1 + (seed >> 16 & 15);
		what = seed >> 24 & 7;
		len = from + len > 64 ? 64 - from : len;
		if (what < 3) {
			map(mm, P(from), P(len), files[what], P(from));
			memset(page + from, 1 + (int)what, len);
		} else if (what < 6) {
			mm_unmap(&paths, mm, P(from), P(len));
			memset(page + from, 0, len);
		} else {
			mm_protect(&paths, mm, P(from), P(len), what == 6 ? RW : PROT_READ);
		}
		for (unsigned i = 0; i < 64; i++) {
			const struct mapping *m = mm_find(mm, P(i) + 7);

			assert_int_equal(!!m, !!page[i]);
			if (!m)
				continue;
			assert_string_equal(m->path ? m->path->text : "",
				page[i] == 1 ? "" : files[page[i] - 1]);
			if (m->path)
				assert_int_equal(m->offset + (P(i) - m->addr), P(i));
		}
		for (size_t i = 1; i < mm->mappings.len; i++)
			assert_true(mm->mappings.data[i - 1].addr + mm->mappings.data[i - 1].len <=
				    mm->mappings.data[i].addr);
	}
	finish(mm);
}
