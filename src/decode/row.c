#include "decode/row.h"

#include <stddef.h>

#include "decode/row_internal.h"

/* A call without a row does not link. */
#define ROW_EXTERN(name) extern const struct syscall_row row_##name;
CALL_LIST(ROW_EXTERN)

#define ROW_ENTRY(name) [CALL_##name] = &row_##name,
static const struct syscall_row *const rows[NR_CALL_IDS] = {CALL_LIST(ROW_ENTRY)};

/*
 * Calls that pass their arguments otherwise on i386 than on x86-64 (64-bit values in two words,
 * another order, a pointer to them): how many of the first ones agree.
 */
static const struct {
	uint16_t id;
	uint8_t nr_same;
} i386_differs[] = {
	{CALL_mmap, 0},
	{CALL_select, 0},
	{CALL_lookup_dcookie, 0},
	{CALL_clone, 3},
	{CALL_pread64, 3},
	{CALL_pwrite64, 3},
	{CALL_fallocate, 2},
	{CALL_fadvise64, 1},
	{CALL_readahead, 1},
	{CALL_sync_file_range, 1},
	{CALL_fanotify_mark, 2},
};

const struct syscall_row *syscall_row_of(enum call_id id)
{
	return (unsigned)id < NR_CALL_IDS ? rows[id] : NULL;
}

uint32_t syscall_row_classes(const struct syscall_row *row)
{
	return row->classes;
}

unsigned row_nr_same_args(enum abi abi, enum call_id id)
{
	if (abi == ABI_I386)
		for (size_t i = 0; i < ARRAY_SIZE(i386_differs); i++)
			if (i386_differs[i].id == id)
				return i386_differs[i].nr_same;
	return CAPTURE_NR_ARGS;
}

static bool is_empty(const struct capture_spec specs[CAPTURE_NR_ARGS])
{
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
		if (specs[i].op != CAPTURE_NONE)
			return false;
	return true;
}

const struct capture_spec *syscall_row_captures(enum abi abi, enum call_id id)
{
	const struct syscall_row *row = syscall_row_of(id);
	const struct capture_spec *ret;

	if (!row)
		return NULL;
	/* clone's agreeing arguments hold no memory, nor do those of the other calls beyond them */
	ret = abi == ABI_I386 ? row->captures_i386 : row->captures;
	if (row_nr_same_args(abi, id) == 0)
		return NULL;
	return is_empty(ret) ? NULL : ret;
}
