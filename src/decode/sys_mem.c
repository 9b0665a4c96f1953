/* Calls on the address space. */
#include <linux/membarrier.h>
#include <sys/mman.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

SYSCALL(brk, CLASS_MEMORY, RET_ADDR, ARG(addr, ADDR));

#define MAP_TYPE_BITS   0xfu
#define HUGE_SIZE_SHIFT 26
#define HUGE_SIZE_BITS  (0x3fu << HUGE_SIZE_SHIFT)

/* A type, flags, and of huge pages the size as a power of two. */
static void set_map_flags(struct decoder *d, struct value *ret, uint64_t flags)
{
	uint64_t rest = flags & ~(uint64_t)(MAP_TYPE_BITS | HUGE_SIZE_BITS);

	list_init(ret, VALUE_OR);
	value_set_enum(list_add(d, ret, NULL), flags & MAP_TYPE_BITS, &flags_mmap_type);
	if (rest)
		value_set_flags(list_add(d, ret, NULL), rest, &flags_mmap);
	if (flags & HUGE_SIZE_BITS) {
		struct value *size = value_set_shift(d, list_add(d, ret, NULL));

		value_set_uint(&size[0], (flags & HUGE_SIZE_BITS) >> HUGE_SIZE_SHIFT);
		value_set_name(&size[1], "MAP_HUGE_SHIFT");
	}
}

static void decode_mmap(struct decoder *d)
{
	set_map_flags(d, decoder_arg(d, 3), d->args[3]);
}

SYSCALL_ODD(mmap, CLASS_MEMORY | CLASS_DESC, RET_ADDR, decode_mmap, ARG(addr, ADDR),
	ARG(length, SIZE), ARG(prot, FLAGS64, prot), ARG(flags, HEX), ARG(fd, FD),
	ARG(offset, HEX));
SYSCALL(munmap, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(length, SIZE));
SYSCALL(mprotect, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(length, SIZE),
	ARG(prot, FLAGS64, prot));
SYSCALL(pkey_mprotect, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(length, SIZE),
	ARG(prot, FLAGS64, prot), ARG(pkey, INT));
SYSCALL(pkey_alloc, 0, RET_INT, ARG(flags, HEX), ARG(access_rights, FLAGS64, pkey_rights));
SYSCALL(pkey_free, 0, RET_INT, ARG(pkey, INT));

static void decode_mremap(struct decoder *d)
{
	uint32_t fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
	uint32_t flags = arg_u32(d, 3);

	if ((flags & fixed) != fixed && !(flags & MREMAP_DONTUNMAP))
		decoder_keep_args(d, 4);
}

SYSCALL_ODD(mremap, CLASS_MEMORY, RET_ADDR, decode_mremap, ARG(old_address, ADDR),
	ARG(old_size, SIZE), ARG(new_size, SIZE), ARG(flags, FLAGS64, mremap),
	ARG(new_address, ADDR));
SYSCALL(madvise, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(length, SIZE),
	ARG(advice, ENUM, madvise));
SYSCALL(msync, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(length, SIZE), ARG(flags, FLAGS, msync));

SHAPE(residence, uint8_t)
{
	value_set_uint(ret, *from & 1);
}

#define PAGE_BYTES 4096

/* One byte per page: the length is of what they lie in, so more is captured than is shown. */
static void decode_mincore(struct decoder *d)
{
	uint64_t nr = d->args[1] / PAGE_BYTES + !!(d->args[1] % PAGE_BYTES);

	if (d->done)
		decoder_show_array(
			d, d->args[2], nr, &shape_residence, CAPTURE_AT_EXIT, decoder_arg(d, 2));
}

SYSCALL_ODD(mincore, CLASS_MEMORY, RET_INT, decode_mincore, ARG(addr, ADDR), ARG(length, SIZE),
	ARG(vec, RAW, ARRAY, EXIT, 1, 1));
SYSCALL(mlock, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE));
SYSCALL(mlock2, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE), ARG(flags, FLAGS, mlock));
SYSCALL(munlock, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE));
SYSCALL(mlockall, CLASS_MEMORY, RET_INT, ARG(flags, FLAGS, mlockall));
SYSCALL(munlockall, CLASS_MEMORY, RET_INT);
static void decode_remap_file_pages(struct decoder *d)
{
	set_map_flags(d, decoder_arg(d, 4), d->args[4]);
}

SYSCALL_ODD(remap_file_pages, CLASS_MEMORY, RET_INT, decode_remap_file_pages, ARG(addr, ADDR),
	ARG(size, SIZE), ARG(prot, FLAGS64, prot), ARG(pgoff, SIZE), ARG(flags, HEX));
SYSCALL(mseal, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE), ARG(flags, HEX));
SYSCALL(map_shadow_stack, CLASS_MEMORY, RET_ADDR, ARG(addr, ADDR), ARG(size, SIZE),
	ARG(flags, FLAGS, shadow_stack));
/* The CPU counts only when a flag says so. */
static void decode_membarrier(struct decoder *d)
{
	if (!(arg_u32(d, 1) & MEMBARRIER_CMD_FLAG_CPU))
		decoder_keep_args(d, 2);
	if (arg_u32(d, 0) != MEMBARRIER_CMD_QUERY || !d->done || !d->call->ret)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	value_set_flags(decoder_add_detail(d, NULL), (uint64_t)d->call->ret, &flags_membarrier);
}

SYSCALL_ODD(membarrier, 0, RET_INT, decode_membarrier, ARG(cmd, ENUM, membarrier),
	ARG(flags, FLAGS, membarrier_flags), ARG(cpu_id, INT));

/* Its result is an int in a long, which makes large numbers of errors. */
static void decode_modify_ldt(struct decoder *d)
{
	int error = -(int32_t)d->call->ret;

	if (d->args[2] == SIZE_user_desc)
		decoder_show_shape(
			d, d->args[1], &shape_user_desc, CAPTURE_AT_ENTER, decoder_arg(d, 1));
	if (!d->done || d->call->ret <= INT32_MAX || error <= 0 || error >= 4096)
		return;
	d->out->error = error;
	d->out->error_name = decode_errno_name(error);
	d->out->error_text = decode_errno_text(error);
}

SYSCALL_ODD(modify_ldt, 0, RET_INT, decode_modify_ldt, ARG(func, INT),
	ARG(ptr, RAW_IN, SIZE_user_desc), ARG(bytecount, SIZE));

/* ---- memory policies ---- */

/*
 * `max_node` counts nodes and one more. The mask is captured by bits as if they were bytes, and its
 * first word once more: there are fewer bits than bytes of it when there are few nodes.
 */
static void show_nodes(struct decoder *d, unsigned at, uint64_t max_node, unsigned when)
{
	static const uint64_t bits = 64, max = CAPTURE_BYTES_MAX / sizeof(uint64_t);
	uint64_t addr = d->args[at], nr = (max_node + bits - 2) / bits;
	struct value *ret = decoder_arg(d, at);
	const uint64_t *word;

	value_set_addr(ret, addr);
	if (!addr || nr < max_node / bits || (max_node && !nr))
		return;
	if (nr && !decoder_bytes(d, addr, sizeof(uint64_t), when))
		return;
	decoder_array_init(d, ret);
	for (uint64_t i = 0; i < MIN(nr, max); i++) {
		word = decoder_bytes(d, addr + i * sizeof(uint64_t), sizeof(uint64_t), when);
		if (!word) {
			ret->flags |= VALUE_CUT;
			if (!((addr + i * sizeof(uint64_t)) % PAGE_BYTES))
				ret->comment = decoder_printf(d, "%#llx",
					(unsigned long long)addr + i * sizeof(uint64_t));
			return;
		}
		value_set_name(list_add(d, ret, NULL),
			decoder_printf(d, "%016llx", (unsigned long long)*word));
	}
	if (nr > max)
		ret->flags |= VALUE_CUT;
}

#define FIRST_NODES(when, arg) STEP_ARG(STEP_ALL, when, arg, BYTES, LEN_NONE, 8)

static void set_policy(struct decoder *d, struct value *ret, uint64_t word)
{
	static const uint64_t flags = 0xe000;
	const char *mode = flag_set_exact(&flags_mempolicy_mode, word & ~flags);

	if (!(word & flags)) {
		value_set_enum(ret, word, &flags_mempolicy_mode);
	} else if (!mode) {
		value_set_flags(ret, word, &flags_mempolicy);
	} else {
		list_init(ret, VALUE_OR);
		value_set_enum(list_add(d, ret, NULL), word & ~flags, &flags_mempolicy_mode);
		value_set_flags(list_add(d, ret, NULL), word & flags, &flags_mempolicy);
	}
}

static void decode_mbind(struct decoder *d)
{
	set_policy(d, decoder_arg(d, 2), d->args[2]);
	show_nodes(d, 3, d->args[4], CAPTURE_AT_ENTER);
}

static const struct capture_step mbind_steps[] = {FIRST_NODES(ENTER, 3)};

SYSCALL_STEPS(mbind, CLASS_MEMORY, RET_INT, decode_mbind, PICK_NOTHING, mbind_steps,
	ARG(addr, ADDR), ARG(len, SIZE), ARG(mode, HEX), ARG(nodemask, RAW, ARRAY, ENTER, 4, 1),
	ARG(maxnode, SIZE), ARG(flags, FLAGS, mempolicy_move));

static void decode_set_mempolicy(struct decoder *d)
{
	set_policy(d, decoder_arg(d, 0), arg_u32(d, 0));
	show_nodes(d, 1, d->args[2], CAPTURE_AT_ENTER);
}

static const struct capture_step set_mempolicy_steps[] = {FIRST_NODES(ENTER, 1)};

SYSCALL_STEPS(set_mempolicy, CLASS_MEMORY, RET_INT, decode_set_mempolicy, PICK_NOTHING,
	set_mempolicy_steps, ARG(mode, HEX32), ARG(nodemask, RAW, ARRAY, ENTER, 2, 1),
	ARG(maxnode, SIZE));

SHAPE(mempolicy_mode, uint32_t)
{
	value_set_enum(ret, *from, &flags_mempolicy_mode);
}

static void decode_get_mempolicy(struct decoder *d)
{
	if (d->done)
		show_nodes(d, 1, d->args[2], CAPTURE_AT_EXIT);
}

static const struct capture_step get_mempolicy_steps[] = {FIRST_NODES(EXIT, 1)};

SYSCALL_STEPS(get_mempolicy, CLASS_MEMORY, RET_INT, decode_get_mempolicy, PICK_NOTHING,
	get_mempolicy_steps, ARG(mode, OUT, mempolicy_mode), ARG(nodemask, RAW, ARRAY, EXIT, 2, 1),
	ARG(maxnode, SIZE), ARG(addr, ADDR), ARG(flags, FLAGS64, mempolicy_get));
SYSCALL(set_mempolicy_home_node, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE),
	ARG(home_node, SIZE), ARG(flags, HEX));
static void decode_migrate_pages(struct decoder *d)
{
	show_nodes(d, 2, d->args[1], CAPTURE_AT_ENTER);
	show_nodes(d, 3, d->args[1], CAPTURE_AT_ENTER);
}

static const struct capture_step migrate_pages_steps[] = {
	FIRST_NODES(ENTER, 2), FIRST_NODES(ENTER, 3)};

SYSCALL_STEPS(migrate_pages, CLASS_MEMORY, RET_INT, decode_migrate_pages, PICK_NOTHING,
	migrate_pages_steps, ARG(pid, PID), ARG(maxnode, SIZE),
	ARG(old_nodes, RAW, ARRAY, ENTER, 1, 1), ARG(new_nodes, RAW, ARRAY, ENTER, 1, 1));

/* A node, or why the page has none. */
SHAPE(page_status, int32_t)
{
	const char *error =
		*from < 0 ? flag_set_exact(&flags_errno, (uint64_t) - (int64_t)*from) : NULL;

	if (error)
		value_set_name(ret, decoder_printf(d, "-%s", error));
	else
		value_set_int(ret, *from);
}

SYSCALL(move_pages, CLASS_MEMORY, RET_INT, ARG(pid, PID), ARG(count, SIZE),
	ARG(pages, ARRAY_IN, addr, 1), ARG(nodes, ARRAY_IN, int, 1),
	ARG(status, ARRAY_OUT, page_status, 1), ARG(flags, FLAGS, mempolicy_move));

struct remote_iovec {
	uint64_t iov_base;
	uint64_t iov_len;
};

SHAPE(remote_iovec, struct remote_iovec)
{
	ADD_ADDR(iov_base);
	ADD_UINT(iov_len);
}

/* Where nothing was read to, only the places are of interest. */
static void decode_process_vm_readv(struct decoder *d)
{
	if (!d->done)
		decoder_show_array(d, d->args[1], d->args[2], &shape_remote_iovec, CAPTURE_AT_ENTER,
			decoder_arg(d, 1));
}

static const struct capture_step process_vm_readv_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 1, ARRAY, LEN_ARG(2), sizeof(struct remote_iovec)),
};

SYSCALL_STEPS(process_vm_readv, 0, RET_INT, decode_process_vm_readv, PICK_NOTHING,
	process_vm_readv_steps, ARG(pid, PID), ARG(local_iov, IOVEC_OUT, 2), ARG(liovcnt, SIZE),
	ARG(remote_iov, ARRAY_IN, remote_iovec, 4), ARG(riovcnt, SIZE), ARG(flags, SIZE));
SYSCALL(process_vm_writev, 0, RET_INT, ARG(pid, PID), ARG(local_iov, IOVEC_IN, 2),
	ARG(liovcnt, SIZE), ARG(remote_iov, ARRAY_IN, remote_iovec, 4), ARG(riovcnt, SIZE),
	ARG(flags, SIZE));
SYSCALL(process_madvise, CLASS_DESC, RET_INT, ARG(pidfd, FD), ARG(iov, ARRAY_IN, remote_iovec, 2),
	ARG(vlen, SIZE), ARG(advice, ENUM, madvise), ARG(flags, HEX32));
SYSCALL(process_mrelease, CLASS_DESC, RET_INT, ARG(pidfd, FD), ARG(flags, HEX32));
