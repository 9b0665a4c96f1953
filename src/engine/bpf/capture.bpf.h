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

		if (first >= size)
			return chunk_fault(r, chunk, addr);
		size = first;
		BOUND(size, 4096);
		if (bpf_probe_read_user(chunk + 1, size, (void *)addr))
			return chunk_fault(r, chunk, addr);
		flags |= CAPTURE_CUT | CAPTURE_SHORT;
		/* by the exit the call may have overwritten it, so both are of use */
		if (!r->final)
			r->faults |= 1u << (r->arg & 7);
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
	/* the helper ends what it cuts with a NUL of its own, which is not to pass for the string's
	 */
	if (len && len == size &&
		(bpf_probe_read_user(&last, 1, (void *)(addr + len - 1)) || last)) {
		flags = CAPTURE_CUT;
		len--;
	}
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

/* Whether the vector goes on at `addr`. */
__noinline int strings_go_on(__u64 addr)
{
	__u64 string;

	return !bpf_probe_read_user(&string, sizeof(string), (void *)addr) && string;
}

/* A loop of all would be gone through by the verifier turn by turn, 20 ms at each start: so it is
 * one of blocks, and how many of a block there were is asked of functions that it checks once. */
#define STRINGS_BLOCK 32

__noinline int strings_count(__u64 addr)
{
	int nr = 0;

	while (nr < STRINGS_BLOCK && strings_go_on(addr + nr * 8))
		nr++;
	return nr;
}

__noinline int chunk_strings_block(__u64 addr)
{
	int nr = 0;

	while (nr < STRINGS_BLOCK && chunk_strings_element(addr + nr * 8))
		nr++;
	return nr;
}

/*
 * argv, envp: the vector up to and including its NULL, then the strings: so that what does not fit
 * into a record is some of these.
 */
__noinline int chunk_strings(__u64 addr)
{
	__u32 nr = 0, cut, last = STRINGS_BLOCK;

	if (!addr)
		return 0;
	for (int i = 0; i < CAPTURE_STRINGS_MAX / STRINGS_BLOCK && last == STRINGS_BLOCK; i++) {
		last = strings_count(addr + nr * 8);
		nr += last;
	}
	cut = nr >= CAPTURE_STRINGS_MAX && strings_go_on(addr + nr * 8);
	/* what could not be read above cannot be read here either, which is noted */
	if (chunk_bytes(addr, (nr + !cut) * 8, cut ? CAPTURE_CUT : 0))
		return -1;
	last = STRINGS_BLOCK;
	for (int i = 0; i < CAPTURE_STRINGS_MAX / STRINGS_BLOCK && last == STRINGS_BLOCK; i++)
		last = chunk_strings_block(addr + i * STRINGS_BLOCK * 8);
	return 0;
}

/*
 * How much is wanted of `len` bytes of data at `addr`. Sockets are not told apart here: what begins
 * like a netlink message, with a length that fits, is taken as one, so that there is no less than
 * the decoder needs once it knows better.
 */
static __always_inline __u64 data_max(struct wire_ring *r, __u64 addr, __u64 len)
{
	__u32 first = 0;

	if (!r->message || len <= r->limit || r->limit >= CAPTURE_NETLINK_MAX)
		return r->limit;
	if (bpf_probe_read_user(&first, sizeof(first), (void *)addr) ||
		((first < CAPTURE_NETLINK_MIN || first > len) && first != CAPTURE_UDEV))
		return r->limit;
	return CAPTURE_NETLINK_MAX;
}

/* What one struct iovec points to, as far as it lies in the `left` bytes that were moved. Returns
 * what is left then. */
__noinline __u64 chunk_iovec_element(__u64 addr, __u64 left)
{
	struct wire_ring *r = ring_get();
	struct {
		__u64 base, len;
	} iov;
	__u64 len, max;

	if (!r || bpf_probe_read_user(&iov, sizeof(iov), (void *)addr))
		return 0;
	len = iov.len < left ? iov.len : left;
	max = data_max(r, iov.base, len);
	if (len > max)
		chunk_bytes(iov.base, max, CAPTURE_CUT);
	else if (len)
		chunk_bytes(iov.base, len, 0);
	return left - len;
}

/* struct iovec[nr], then the first bytes of each, as far as `total` bytes reach. */
__noinline int chunk_iovec(__u64 addr, __u64 nr, __u64 total)
{
	__u32 flags = 0;

	if (!addr || !nr)
		return 0;
	if (nr > CAPTURE_IOV_MAX) {
		nr = CAPTURE_IOV_MAX;
		flags = CAPTURE_CUT;
	}
	if (chunk_bytes(addr, nr * 16, flags))
		return -1;
	for (int i = 0; i < CAPTURE_IOV_MAX && i < nr && total; i++)
		total = chunk_iovec_element(addr + i * 16, total);
	return 0;
}

/* Of data that goes to or comes from the socket address at `addr`, how much is wanted. */
static __always_inline void set_limit(struct wire_ring *r, __u64 addr)
{
	__u16 family = 0;

	r->limit = string_limit;
	r->message = !addr;
	if (addr && !bpf_probe_read_user(&family, sizeof(family), (void *)addr) &&
		family == CAPTURE_AF_NETLINK && r->limit < CAPTURE_NETLINK_MAX)
		r->limit = CAPTURE_NETLINK_MAX;
}

/* struct msghdr (of which `size` bytes are taken: an mmsghdr has a length behind it). */
__noinline int chunk_msghdr(__u64 addr, __u32 size, __u64 total)
{
	struct wire_ring *r = ring_get();
	struct {
		__u64 name;
		__u32 name_len, pad;
		__u64 iov, nr_iov, control, control_len;
	} msg;

	if (!r || !addr)
		return 0;
	if (chunk_bytes(addr, size, 0) || bpf_probe_read_user(&msg, sizeof(msg), (void *)addr))
		return -1;
	if (msg.name_len)
		chunk_bytes(msg.name, msg.name_len < 128 ? msg.name_len : 128, 0);
	set_limit(r, msg.name_len >= 2 ? msg.name : 0);
	chunk_iovec(msg.iov, msg.nr_iov, total);
	r->limit = string_limit;
	r->message = 0;
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

/* A struct iocb and what it writes. `addr`: of the pointer to it. */
__noinline int chunk_iocb(__u64 addr)
{
	struct wire_ring *r = ring_get();
	__u64 pointer;
	struct {
		__u64 data, key;
		__u16 opcode, priority;
		__u32 fd;
		__u64 buf, nbytes;
	} iocb;

	if (!r || bpf_probe_read_user(&pointer, sizeof(pointer), (void *)addr) || !pointer ||
		chunk_bytes(pointer, 64, 0) ||
		bpf_probe_read_user(&iocb, sizeof(iocb), (void *)pointer))
		return 0;
	if (iocb.opcode == 1) { /* IOCB_CMD_PWRITE */
		if (iocb.nbytes > r->limit)
			chunk_bytes(iocb.buf, r->limit, CAPTURE_CUT);
		else if (iocb.nbytes)
			chunk_bytes(iocb.buf, iocb.nbytes, 0);
	} else if (iocb.opcode == 7 || iocb.opcode == 8) { /* ..._PREADV, ..._PWRITEV */
		chunk_iovec(iocb.buf, iocb.nbytes, iocb.opcode == 8 ? ~0ull : 0);
	}
	return 0;
}

__noinline int chunk_iocbs(__u64 addr, __u64 nr)
{
	__u32 flags = 0;

	if (!addr || !nr)
		return 0;
	if (nr > CAPTURE_IOCBS_MAX) {
		nr = CAPTURE_IOCBS_MAX;
		flags = CAPTURE_CUT;
	}
	if (chunk_bytes(addr, nr * 8, flags))
		return -1;
	for (int i = 0; i < CAPTURE_IOCBS_MAX && i < nr; i++)
		chunk_iocb(addr + i * 8);
	return 0;
}

/* What recipes and steps have in common: the verifier allows 8 frames, so not what nests deepest.
 * `len`: bytes or elements, where `op` needs them. */
__noinline int chunk_op(__u32 op, __u64 addr, __u64 len, __u32 size)
{
	__u32 flags = 0, max = CAPTURE_BYTES_MAX;
	struct wire_ring *r = ring_get();

	if (!r || !addr)
		return 0;
	/* these have a length of their own, whatever `len` is */
	switch (op) {
	case CAPTURE_STRING: return chunk_string(addr, CAPTURE_PATH_MAX);
	case CAPTURE_STRINGS: return chunk_strings(addr);
	case CAPTURE_BYTES:
	case CAPTURE_STACK: len = size; break;
	}
	/* the kernel looks at 32 bits of many a count */
	if ((__s64)len < 0)
		len = (__s32)len < 0 ? 0 : (__u32)len;
	switch (op) {
	case CAPTURE_IOVEC:
		return chunk_iovec(addr, len, r->when == CAPTURE_AT_EXIT ? (__u64)r->ret : ~0ull);
	case CAPTURE_BYTES:
	case CAPTURE_STACK: break;
	case CAPTURE_BUFFER:
	case CAPTURE_DATAGRAM: max = data_max(r, addr, len); break;
	case CAPTURE_WHOLE: max = CAPTURE_WHOLE_MAX; break;
	case CAPTURE_ARRAY:
		if (!size)
			return 0;
		max -= max % size;
		/* a count that overflows the product is nonsense or above the limit anyway */
		len = len > CAPTURE_BYTES_MAX ? (__u64)CAPTURE_BYTES_MAX + 1 : len * size;
		break;
	default: return 0;
	}
	if (len > max) {
		len = max;
		flags = CAPTURE_CUT;
	}
	return len ? chunk_bytes(addr, len, flags) : 0;
}

/* One step. */
__noinline int capture_step(__u32 at, __u32 pick)
{
	struct wire_ring *r = ring_get();
	struct wire_steps_key key = {};
	const struct capture_step *step;
	struct wire_steps *all;
	__u64 addr, len = 0;

	if (!r || at >= CAPTURE_STEPS_MAX)
		return 0;
	key.key = r->key;
	key.pick = pick;
	all = bpf_map_lookup_elem(&steps, &key);
	if (!all || at >= all->nr)
		return 0;
	step = &all->steps[at];
	if (step->arg != r->arg || !(step->when & r->when))
		return 0;
	addr = r->args[r->arg & 7];
	if (step->len < CAPTURE_NR_ARGS) {
		len = r->args[step->len & 7];
	} else if (step->len == CAPTURE_LEN_RESULT) {
		len = r->when == CAPTURE_AT_EXIT ? r->ret : 0;
	} else {
		__u32 width = step->len - CAPTURE_LEN_FIELD;

		BOUND(width, 8);
		if (bpf_probe_read_user(&len, width, (void *)(addr + step->len_at)))
			r->faults |= 1u << (r->arg & 7);
	}
	if (step->at & CAPTURE_THERE) {
		addr += step->at & ~CAPTURE_THERE;
	} else if (bpf_probe_read_user(&addr, sizeof(addr), (void *)(addr + step->at))) {
		r->faults |= 1u << (r->arg & 7);
		return 0;
	}
	return chunk_op(step->op, addr, len, step->size);
}

/* What is to be taken beyond the recipe of the argument. */
static __always_inline void capture_steps(struct wire_ring *r, const struct wire_recipe *recipe)
{
	struct wire_steps_key key = {.key = r->key, .pick = CAPTURE_STEP_ALL};
	struct wire_steps *all;

	if (recipe->pick < CAPTURE_NR_ARGS)
		key.pick = r->args[recipe->pick & 7];
	else if (recipe->pick == CAPTURE_PICK_OPTION)
		key.pick = r->args[1] << 16 | (r->args[2] & 0xffff);
	all = bpf_map_lookup_elem(&steps, &key);
	if (!all) {
		key.pick = CAPTURE_STEP_ALL;
		all = bpf_map_lookup_elem(&steps, &key);
	}
	if (!all)
		return;
	for (__u32 i = 0; i < CAPTURE_STEPS_MAX && i < all->nr; i++)
		capture_step(i, key.pick);
}

/* One argument by its recipe. */
__noinline int capture_arg(__u32 arg)
{
	struct wire_ring *r = ring_get();
	const struct capture_spec *spec;
	struct wire_recipe *recipe;
	__u64 addr, len = 0;
	__u32 key, len_arg;
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
	if (spec->when & r->when) {
		len_arg = spec->len_arg;
		if (len_arg < CAPTURE_NR_ARGS)
			len = r->args[len_arg & 7];
		else if (at_exit)
			len = r->ret;
		switch (spec->op) {
		case CAPTURE_DATAGRAM:
			set_limit(r, r->args[4]);
			chunk_op(CAPTURE_BUFFER, addr, len, 0);
			r->limit = string_limit;
			r->message = 0;
			break;
		case CAPTURE_LENPTR: {
			__u32 size = 0;

			if (len_arg >= CAPTURE_NR_ARGS || !len)
				break;
			chunk_bytes(len, sizeof(size), 0);
			if (!bpf_probe_read_user(&size, sizeof(size), (void *)len))
				chunk_op(CAPTURE_BYTES, addr, 0, size);
			break;
		}
		case CAPTURE_MSGHDR: chunk_msghdr(addr, 56, at_exit ? (__u64)r->ret : ~0ull); break;
		case CAPTURE_MMSGHDR:
			chunk_mmsghdr(addr, at_exit ? (__u64)r->ret : len, at_exit);
			break;
		case CAPTURE_IOCBS: chunk_iocbs(addr, len); break;
		case CAPTURE_IOCTL: {
			__u32 request = r->args[1], type = (request >> 8) & 0xff;

			len = (request >> 16) & 0x3fff;
			if (!len && (type == 'T' || type == 0x89))
				len = 64;
			chunk_op(CAPTURE_BYTES, addr, 0, len);
			break;
		}
		default: chunk_op(spec->op, addr, len, spec->size); break;
		}
	}
	if (recipe->nr_steps)
		capture_steps(r, recipe);
	return 0;
}

/* The arguments in `mask`. Returns which could not be read. */
static __always_inline __u32 capture_args(struct wire_ring *r, __u32 mask, __u8 when, bool final)
{
	r->when = when;
	r->final = final;
	r->faults = 0;
	r->limit = string_limit;
	r->message = 0;
	for (int i = 0; i < CAPTURE_NR_ARGS; i++)
		if (mask & (1 << i))
			capture_arg(i);
	return r->faults;
}
