#include "decode/row.h"

#include <stddef.h>

#include "decode/row_internal.h"

/* A call without a row does not link. */
#define ROW_EXTERN(name) extern const struct syscall_row row_##name;
CALL_LIST(ROW_EXTERN)

#define ROW_ENTRY(name) [CALL_##name] = &row_##name,
static const struct syscall_row *const rows[NR_CALL_IDS] = {CALL_LIST(ROW_ENTRY)};

/*
 * Calls that pass their arguments otherwise on i386 than on x86-64: 64-bit values in two words,
 * another order, a pointer to them.
 */
static const struct {
	uint16_t id;
	struct row_args args;
} i386_differs[] = {
	{CALL_mmap, {1, 0}},
	{CALL_select, {1, 0}},
	{CALL_lookup_dcookie, {4, 0}},
	{CALL_clone, {5, 3}},
	{CALL_pread64, {5, 3}},
	{CALL_pwrite64, {5, 3}},
	{CALL_preadv, {5, 3}},
	{CALL_pwritev, {5, 3}},
	{CALL_preadv2, {6, 3}},
	{CALL_pwritev2, {6, 3}},
	{CALL_fallocate, {6, 2}},
	{CALL_fadvise64, {5, 1}},
	{CALL_readahead, {4, 1}},
	{CALL_sync_file_range, {6, 1}},
	{CALL_fanotify_mark, {6, 2}},
};

const struct syscall_row *syscall_row_of(enum call_id id)
{
	return (unsigned)id < NR_CALL_IDS ? rows[id] : NULL;
}

uint32_t syscall_row_classes(const struct syscall_row *row)
{
	return row->classes;
}

struct row_args row_args_in(enum abi abi, const struct syscall_row *row)
{
	if (abi == ABI_I386)
		for (size_t i = 0; i < ARRAY_SIZE(i386_differs); i++)
			if (i386_differs[i].id == row->id)
				return i386_differs[i].args;
	return (struct row_args){row->nr_args, row->nr_args};
}

unsigned syscall_row_nr_args(enum abi abi, enum call_id id)
{
	const struct syscall_row *row = syscall_row_of(id);

	return row ? row_args_in(abi, row).nr : 0;
}

struct syscall_row_files syscall_row_files(enum abi abi, enum call_id id)
{
	const struct syscall_row *row = syscall_row_of(id);
	struct syscall_row_files ret = {0};

	for (unsigned i = 0; row && i < row_args_in(abi, row).nr_same; i++) {
		const struct arg_row *arg = &row->args[i];
		uint8_t bit = (uint8_t)(1u << i);

		ret.fds |= arg->show == show_fd || arg->show == show_dirfd ? bit : 0;
		ret.dirfds |= arg->show == show_dirfd ? bit : 0;
		ret.paths |= arg->is_path ? bit : 0;
	}
	return ret;
}

const struct capture_recipe *syscall_row_captures(enum abi abi, enum call_id id)
{
	const struct syscall_row *row = syscall_row_of(id);
	const struct capture_recipe *ret;
	uint32_t args;

	if (!row)
		return NULL;
	ret = abi == ABI_I386 ? &row->captures_i386 : &row->captures;
	args = capture_recipe_args(ret, CAPTURE_AT_BOTH);
	/* a recipe for an argument that is another one here would read what it should not */
	return args && !(args >> row_args_in(abi, row).nr_same) ? ret : NULL;
}

unsigned syscall_row_words(enum abi abi, enum call_id id)
{
	const struct syscall_row *row = syscall_row_of(id);

	return row ? row_args_in(abi, row).nr : CAPTURE_NR_ARGS;
}
