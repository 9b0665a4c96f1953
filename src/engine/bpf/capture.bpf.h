#pragma once
/*
 * Copying of a task's memory into the record that is being made, as the recipes ask. All of it is
 * in global functions: the verifier checks each of them once, by itself, instead of once per way of
 * getting there. Loops call one for their body, so that a turn costs the verifier few steps.
 */

#include "engine/bpf/ring.bpf.h"

/* Keeps the compiler from deriving the bounded value anew from one the verifier lost track of. */
#define BOUND(var, max)                                                                            \
	do {                                                                                       \
		asm volatile("" : "+r"(var));                                                      \
		if ((var) > (max))                                                                 \
			(var) = (max);                                                             \
	} while (0)

/* The next chunk; NULL when the record is full. */
static __always_inline struct wire_chunk *chunk_next(struct wire_ring *r, __u64 *ret_room)
{
	__u64 used = r->used;

	if (used > WIRE_RECORD_MAX - sizeof(struct wire_chunk))
		return NULL;
	*ret_room = WIRE_RECORD_MAX - sizeof(struct wire_chunk) - used;
	return ring_record(r) + used;
}

static __always_inline void chunk_add(
	struct wire_ring *r, struct wire_chunk *chunk, __u64 addr, __u32 len, __u32 flags)
{
	chunk->addr = addr;
	chunk->len = len;
	chunk->arg = r->arg;
	chunk->when = r->when;
	chunk->flags = flags;
	chunk->reserved = 0;
	r->used += sizeof(*chunk) + ((len + 7) & ~7u);
	r->nr_chunks++;
}

/* `addr` could not be read. */
static __always_inline int chunk_fault(struct wire_ring *r, struct wire_chunk *chunk, __u64 addr)
{
	r->faults |= 1u << (r->arg & 7);
	if (r->final)
		chunk_add(r, chunk, addr, 0, CAPTURE_FAULT);
	return -1;
}

/* `len` bytes at `addr`. Returns 0, -1 when they cannot be read. */
__noinline int chunk_bytes(__u64 addr, __u32 len, __u32 flags)
{
	struct wire_ring *r = ring_get();
	struct wire_chunk *chunk;
	__u64 size = len, room;

	if (!r)
		return -1;
	chunk = chunk_next(r, &room);
	if (!chunk || !addr)
		return 0;
	if (size > WIRE_BUFFER_MAX) {
		size = WIRE_BUFFER_MAX;
		flags |= CAPTURE_CUT;
	}
	if (size > room) {
		size = room;
		flags |= CAPTURE_CUT;
	}
	BOUND(size, WIRE_BUFFER_MAX);
	if (bpf_probe_read_user(chunk + 1, size, (void *)addr)) {
		/* all or nothing: the page after may be missing, take what lies in this one */
		__u64 first = 4096 - (addr & 4095);

		if (!r->final || first >= size)
			return chunk_fault(r, chunk, addr);
		size = first;
		BOUND(size, 4096);
		if (bpf_probe_read_user(chunk + 1, size, (void *)addr))
			return chunk_fault(r, chunk, addr);
		flags |= CAPTURE_CUT;
	}
	chunk_add(r, chunk, addr, size, flags);
	return 0;
}

/* The string at `addr`, of `cap` bytes at most, NUL included. */
__noinline int chunk_string(__u64 addr, __u32 cap)
{
	struct wire_ring *r = ring_get();
	struct wire_chunk *chunk;
	__u64 size = cap, room;
	__u32 flags = 0;
	char last;
	__s64 len;

	if (!r)
		return -1;
	chunk = chunk_next(r, &room);
	if (!chunk || !addr)
		return 0;
	if (size > room)
		size = room;
	BOUND(size, CAPTURE_PATH_MAX);
	len = bpf_probe_read_user_str(chunk + 1, size, (void *)addr);
	if (len < 0)
		return chunk_fault(r, chunk, addr);
	/* the helper ends what it cuts with a NUL of its own */
	if (len && len == size && (bpf_probe_read_user(&last, 1, (void *)(addr + len - 1)) || last))
		flags = CAPTURE_CUT;
	chunk_add(r, chunk, addr, len, flags);
	return 0;
}

/* The string that the pointer at `addr` points to. Returns whether there was one. */
__noinline int chunk_strings_element(__u64 addr)
{
	__u64 string;

	if (bpf_probe_read_user(&string, sizeof(string), (void *)addr) || !string)
		return 0;
	chunk_string(string, CAPTURE_ARG_BYTES_MAX);
	return 1;
}

/* argv, envp: the strings, and the vector up to and including its NULL. */
__noinline int chunk_strings(__u64 addr)
{
	__u32 nr = 0, flags = 0;
	__u64 more = 0;

	if (!addr)
		return 0;
	while (nr < CAPTURE_STRINGS_MAX && chunk_strings_element(addr + nr * 8))
		nr++;
	if (nr == CAPTURE_STRINGS_MAX &&
		!bpf_probe_read_user(&more, sizeof(more), (void *)(addr + nr * 8)) && more)
		flags = CAPTURE_CUT;
	/* what could not be read above cannot be read here either, which is noted */
	return chunk_bytes(addr, (nr + 1) * 8, flags);
}

/* What one struct iovec points to, `left` bytes at most. Returns what is left then. */
__noinline __u64 chunk_iovec_element(__u64 addr, __u64 left)
{
	struct {
		__u64 base, len;
	} iov;
	__u64 len;

	if (bpf_probe_read_user(&iov, sizeof(iov), (void *)addr))
		return 0;
	len = iov.len < left ? iov.len : left;
	if (len)
		chunk_bytes(iov.base, len, len < iov.len ? CAPTURE_CUT : 0);
	return left - len;
}

/* struct iovec[nr], then the first string_limit of the `total` bytes behind them. */
__noinline int chunk_iovec(__u64 addr, __u64 nr, __u64 total)
{
	__u64 left = string_limit;
	__u32 flags = 0;

	if (!addr || !nr)
		return 0;
	if (total < left)
		left = total;
	if (nr > CAPTURE_IOV_MAX) {
		nr = CAPTURE_IOV_MAX;
		flags = CAPTURE_CUT;
	}
	if (chunk_bytes(addr, nr * 16, flags))
		return -1;
	for (int i = 0; i < CAPTURE_IOV_MAX && i < nr && left; i++)
		left = chunk_iovec_element(addr + i * 16, left);
	return 0;
}

/* struct msghdr (of which `size` bytes are taken: an mmsghdr has a length behind it). */
__noinline int chunk_msghdr(__u64 addr, __u32 size, __u64 total)
{
	struct {
		__u64 name;
		__u32 name_len, pad;
		__u64 iov, nr_iov, control, control_len;
	} msg;

	if (!addr)
		return 0;
	if (chunk_bytes(addr, size, 0) || bpf_probe_read_user(&msg, sizeof(msg), (void *)addr))
		return -1;
	if (msg.name_len)
		chunk_bytes(msg.name, msg.name_len < 128 ? msg.name_len : 128, 0);
	chunk_iovec(msg.iov, msg.nr_iov, total);
	if (msg.control_len > CAPTURE_CONTROL_MAX)
		chunk_bytes(msg.control, CAPTURE_CONTROL_MAX, CAPTURE_CUT);
	else if (msg.control_len)
		chunk_bytes(msg.control, msg.control_len, 0);
	return 0;
}

__noinline int chunk_mmsghdr(__u64 addr, __u64 nr, __u32 at_exit)
{
	if (!addr)
		return 0;
	for (int i = 0; i < CAPTURE_MMSG_MAX; i++) {
		__u64 message = addr + i * 64;
		__u32 len = ~0u;

		if (i >= nr)
			break;
		if (at_exit && bpf_probe_read_user(&len, sizeof(len), (void *)(message + 56)))
			break;
		chunk_msghdr(message, 64, len);
	}
	return 0;
}

/* One argument by its recipe. */
__noinline int capture_arg(__u32 arg)
{
	struct wire_ring *r = ring_get();
	const struct capture_spec *spec;
	struct wire_recipe *recipe;
	__u64 addr, len = 0;
	__u32 key, flags = 0, len_arg;
	bool at_exit;

	if (!r || arg >= CAPTURE_NR_ARGS)
		return 0;
	key = r->key;
	recipe = bpf_map_lookup_elem(&recipes, &key);
	if (!recipe)
		return 0;
	spec = &recipe->args[arg];
	addr = r->args[arg & 7];
	if (!addr)
		return 0;
	r->arg = arg;
	at_exit = r->when == CAPTURE_AT_EXIT;
	len_arg = spec->len_arg;
	if (len_arg < CAPTURE_NR_ARGS)
		len = r->args[len_arg & 7];
	else if (at_exit)
		len = r->ret;

	switch (spec->op) {
	case CAPTURE_STRING: return chunk_string(addr, CAPTURE_PATH_MAX);
	case CAPTURE_BYTES: len = spec->size; break;
	case CAPTURE_BUFFER:
		if (len > string_limit) {
			len = string_limit;
			flags = CAPTURE_CUT;
		}
		if (!len)
			return 0;
		return chunk_bytes(addr, len, flags);
	case CAPTURE_ARRAY:
		/* a count that overflows the product is nonsense or above the limit anyway */
		len = len > CAPTURE_BYTES_MAX ? (__u64)CAPTURE_BYTES_MAX + 1 : len * spec->size;
		break;
	case CAPTURE_LENPTR: {
		__u32 size;

		if (len_arg >= CAPTURE_NR_ARGS || !len)
			return 0;
		if (bpf_probe_read_user(&size, sizeof(size), (void *)len))
			return chunk_bytes(len, sizeof(size), 0);
		chunk_bytes(len, sizeof(size), 0);
		len = size;
		break;
	}
	case CAPTURE_STRINGS: return chunk_strings(addr);
	case CAPTURE_IOVEC: return chunk_iovec(addr, len, at_exit ? (__u64)r->ret : ~0ull);
	case CAPTURE_MSGHDR: return chunk_msghdr(addr, 56, at_exit ? (__u64)r->ret : ~0ull);
	case CAPTURE_MMSGHDR: return chunk_mmsghdr(addr, at_exit ? (__u64)r->ret : len, at_exit);
	case CAPTURE_IOCTL: {
		__u32 request = r->args[1], type = (request >> 8) & 0xff;

		len = (request >> 16) & 0x3fff;
		if (!len && (type == 'T' || type == 0x89))
			len = 64;
		break;
	}
	default: return 0;
	}
	if (len > CAPTURE_BYTES_MAX) {
		len = CAPTURE_BYTES_MAX;
		flags = CAPTURE_CUT;
	}
	if (!len)
		return 0;
	return chunk_bytes(addr, len, flags);
}

/* The arguments in `mask`. Returns which could not be read. */
static __always_inline __u32 capture_args(struct wire_ring *r, __u32 mask, __u8 when, bool final)
{
	r->when = when;
	r->final = final;
	r->faults = 0;
	for (int i = 0; i < CAPTURE_NR_ARGS; i++)
		if (mask & (1 << i))
			capture_arg(i);
	return r->faults;
}
