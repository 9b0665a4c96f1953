/* Calls on the address space. */
#include <linux/membarrier.h>
#include <sys/mman.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

SYSCALL(brk, CLASS_MEMORY, RET_ADDR, ARG(addr, ADDR));
SYSCALL(mmap, CLASS_MEMORY | CLASS_DESC, RET_ADDR, ARG(addr, ADDR), ARG(length, SIZE),
	ARG(prot, FLAGS64, prot), ARG(flags, FLAGS64, mmap), ARG(fd, FD), ARG(offset, HEX));
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
SYSCALL(mincore, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(length, SIZE), ARG(vec, ADDR));
SYSCALL(mlock, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE));
SYSCALL(mlock2, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE), ARG(flags, FLAGS, mlock));
SYSCALL(munlock, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE));
SYSCALL(mlockall, CLASS_MEMORY, RET_INT, ARG(flags, FLAGS, mlockall));
SYSCALL(munlockall, CLASS_MEMORY, RET_INT);
SYSCALL(remap_file_pages, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(size, SIZE),
	ARG(prot, FLAGS64, prot), ARG(pgoff, SIZE), ARG(flags, FLAGS64, mmap));
SYSCALL(mseal, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE), ARG(flags, HEX));
SYSCALL(map_shadow_stack, CLASS_MEMORY, RET_ADDR, ARG(addr, ADDR), ARG(size, SIZE),
	ARG(flags, FLAGS, shadow_stack));
/* The CPU counts only when a flag says so. */
static void decode_membarrier(struct decoder *d)
{
	if (!(arg_u32(d, 1) & MEMBARRIER_CMD_FLAG_CPU))
		decoder_keep_args(d, 2);
	if (arg_u32(d, 0) != MEMBARRIER_CMD_QUERY || !d->done)
		return;
	value_set_hex(&d->out->ret, (uint64_t)d->call->ret);
	value_set_flags(decoder_add_detail(d, NULL), (uint64_t)d->call->ret, &flags_membarrier);
}

SYSCALL_ODD(membarrier, 0, RET_INT, decode_membarrier, ARG(cmd, ENUM, membarrier),
	ARG(flags, HEX32), ARG(cpu_id, INT));
SYSCALL(modify_ldt, 0, RET_INT, ARG(func, INT), ARG(ptr, ADDR), ARG(bytecount, SIZE));

/* memory policies; masks of nodes are shown as addresses */
SYSCALL(mbind, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE), ARG(mode, FLAGS, mempolicy),
	ARG(nodemask, ADDR), ARG(maxnode, SIZE), ARG(flags, FLAGS, mempolicy_move));
SYSCALL(set_mempolicy, CLASS_MEMORY, RET_INT, ARG(mode, FLAGS, mempolicy), ARG(nodemask, ADDR),
	ARG(maxnode, SIZE));

SHAPE(mempolicy, uint32_t)
{
	value_set_flags(ret, *from, &flags_mempolicy);
}

SYSCALL(get_mempolicy, CLASS_MEMORY, RET_INT, ARG(mode, OUT, mempolicy), ARG(nodemask, ADDR),
	ARG(maxnode, SIZE), ARG(addr, ADDR), ARG(flags, FLAGS64, mempolicy_get));
SYSCALL(set_mempolicy_home_node, CLASS_MEMORY, RET_INT, ARG(addr, ADDR), ARG(len, SIZE),
	ARG(home_node, SIZE), ARG(flags, HEX));
SYSCALL(migrate_pages, CLASS_MEMORY, RET_INT, ARG(pid, PID), ARG(maxnode, SIZE),
	ARG(old_nodes, ADDR), ARG(new_nodes, ADDR));
SYSCALL(move_pages, CLASS_MEMORY, RET_INT, ARG(pid, PID), ARG(count, SIZE),
	ARG(pages, ARRAY_IN, addr, 1), ARG(nodes, ARRAY_IN, int, 1), ARG(status, ARRAY_OUT, int, 1),
	ARG(flags, FLAGS, mempolicy_move));

struct remote_iovec {
	uint64_t iov_base;
	uint64_t iov_len;
};

SHAPE(remote_iovec, struct remote_iovec)
{
	ADD_ADDR(iov_base);
	ADD_UINT(iov_len);
}

SYSCALL(process_vm_readv, 0, RET_INT, ARG(pid, PID), ARG(local_iov, IOVEC_OUT, 2),
	ARG(liovcnt, SIZE), ARG(remote_iov, ARRAY_IN, remote_iovec, 4), ARG(riovcnt, SIZE),
	ARG(flags, SIZE));
SYSCALL(process_vm_writev, 0, RET_INT, ARG(pid, PID), ARG(local_iov, IOVEC_IN, 2),
	ARG(liovcnt, SIZE), ARG(remote_iov, ARRAY_IN, remote_iovec, 4), ARG(riovcnt, SIZE),
	ARG(flags, SIZE));
SYSCALL(process_madvise, CLASS_DESC, RET_INT, ARG(pidfd, FD), ARG(iov, ARRAY_IN, remote_iovec, 2),
	ARG(vlen, SIZE), ARG(advice, ENUM, madvise), ARG(flags, HEX32));
SYSCALL(process_mrelease, CLASS_DESC, RET_INT, ARG(pidfd, FD), ARG(flags, HEX32));
