#include "engine/capture_run.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* What a longer string_limit may make us copy of one buffer. */
#define BUFFER_MAX (1u << 20)

#define PAGE         4096u /* the smallest of any kernel: reads never span more than they must */
#define STRING_START 256u  /* first read of a string; nearly all end before that */
#define PIECES_MAX   256   /* of one process_vm_readv; the kernel allows 1024 */
#define SOCKADDR_MAX 128u

/* An old ioctl number encodes no size: what its struct may have at most. */
#define OLD_IOCTL_SIZE 64u

/* What to make of a piece once its bytes are there. */
enum piece_kind {
	PIECE_BYTES,
	PIECE_UP_TO, /* less than asked for will do */
	PIECE_STRING,
	PIECE_POINTERS, /* a vector of string pointers */
	PIECE_LENGTH,   /* u32: how many bytes are at `target` */
	PIECE_IOVEC,
	PIECE_MSGHDR,
	PIECE_MMSGHDR,
	PIECE_IOCB_POINTERS,
	PIECE_IOCB,
};

struct capture_piece {
	uint64_t addr;
	uint8_t *bytes; /* in the arena */
	uint32_t len;   /* to read in all, so far as is known */
	uint32_t done;  /* read already */
	uint32_t step;  /* to read next */
	uint32_t cap;   /* of `bytes` */
	uint32_t max;   /* PIECE_STRING, PIECE_POINTERS: longest */
	uint8_t kind;   /* enum piece_kind */
	uint8_t arg;
	uint8_t flags;   /* CAPTURE_CUT if known already */
	uint32_t limit;  /* PIECE_IOVEC: of the data of one element */
	bool message;    /* PIECE_IOVEC: the data may be netlink messages */
	uint64_t target; /* PIECE_LENGTH */
	uint64_t valid;  /* PIECE_IOVEC...: bytes the kernel wrote, UINT64_MAX = all of them */
};

/* What stays the same during one capture_run_take. */
struct taking {
	struct capture_run *run;
	pid_t tid;
	uint8_t when;
	uint32_t string_limit;
};

void capture_run_deinit(struct capture_run *r)
{
	VEC_DEINIT(&r->chunks);
	VEC_DEINIT(&r->pieces);
	arena_deinit(&r->arena);
}

static void add_chunk(struct taking *t, const struct capture_piece *p, uint32_t len, uint8_t flags)
{
	VEC_PUSH(&t->run->chunks, (struct capture){
					  .addr = p->addr,
					  .len = len,
					  .arg = p->arg,
					  .when = t->when,
					  .flags = flags,
					  .bytes = p->bytes,
				  });
}

/* Queues `p`; `len` bytes at `addr` of which `cap` at most may be taken. */
static void ask(struct taking *t, struct capture_piece p, uint64_t len, uint32_t cap)
{
	if (!p.addr || !len)
		return;
	if (len > cap) {
		len = cap;
		p.flags |= CAPTURE_CUT;
	}
	p.len = p.step = p.cap = (uint32_t)len;
	if (!p.len)
		return;
	if (p.addr + p.len < p.addr) { /* wraps around: no kernel would read that */
		add_chunk(t, &p, 0, CAPTURE_FAULT);
		return;
	}
	p.bytes = arena_alloc(&t->run->arena, p.cap);
	VEC_PUSH(&t->run->pieces, p);
}

static uint32_t to_page_end(uint64_t addr)
{
	return PAGE - (uint32_t)(addr % PAGE);
}

/* Of unknown length: read up to a page border at most, so that no unmapped page is touched. */
static void ask_open_ended(
	struct taking *t, uint8_t kind, uint8_t arg, uint64_t addr, uint32_t unit, uint32_t max)
{
	uint32_t step = MIN(MIN(STRING_START, max), to_page_end(addr));

	step = MAX(step - step % unit, unit); /* an unaligned pointer may span the border */
	ask(t, (struct capture_piece){.kind = kind, .arg = arg, .addr = addr, .max = max}, step,
		step);
}

static void extend(struct capture_piece *p, struct arena *arena, uint32_t unit)
{
	uint32_t step = MIN(p->max - p->done, to_page_end(p->addr + p->done));

	step = MAX(step - step % unit, unit);
	if (p->done + step > p->cap) {
		uint8_t *bytes = arena_alloc(arena, p->max);

		memcpy(bytes, p->bytes, p->done);
		p->bytes = bytes;
		p->cap = p->max;
	}
	p->step = step;
	p->len = p->done + step;
}

/* What is wanted before anything can be queued: rare. */
static bool read_now(pid_t tid, uint64_t addr, void *ret, size_t len)
{
	struct iovec local = {ret, len}, remote = {(void *)(uintptr_t)addr, len};

	return process_vm_readv(tid, &local, 1, &remote, 1, 0) == (ssize_t)len;
}

/* One system call for up to PIECES_MAX pieces; returns how many were dealt with, `done` says how
 * far each got. The kernel stops at the first byte it cannot read. */
static size_t read_some(pid_t tid, struct capture_piece *pieces, size_t nr)
{
	struct iovec local[PIECES_MAX], remote[PIECES_MAX];
	ssize_t got;
	size_t i;

	nr = MIN(nr, PIECES_MAX);
	for (i = 0; i < nr; i++) {
		local[i].iov_base = pieces[i].bytes + pieces[i].done;
		remote[i].iov_base = (void *)(uintptr_t)(pieces[i].addr + pieces[i].done);
		local[i].iov_len = remote[i].iov_len = pieces[i].step;
	}
	got = process_vm_readv(tid, local, nr, remote, nr, 0);
	if (got < 0)
		got = 0;
	for (i = 0; i < nr; i++) {
		uint32_t step = MIN((size_t)got, pieces[i].step);

		pieces[i].done += step;
		got -= step;
		if (step < pieces[i].step)
			return i + 1; /* the faulting one; try again behind it */
	}
	return nr;
}

/*
 * How much is wanted of `len` bytes of a socket's data at `addr`: what begins like a netlink
 * message, with a length that fits, is taken as one.
 */
static uint32_t message_limit(const struct taking *t, uint64_t addr, uint64_t len, uint32_t limit)
{
	uint32_t first;

	if (len <= limit || limit >= CAPTURE_NETLINK_MAX ||
		!read_now(t->tid, addr, &first, sizeof(first)) ||
		((first < CAPTURE_NETLINK_MIN || first > len) && first != CAPTURE_UDEV))
		return limit;
	return CAPTURE_NETLINK_MAX;
}

static void take_iovec(struct taking *t, const struct capture_piece *p)
{
	const struct iovec *iov = (const void *)p->bytes;
	uint64_t valid_left = p->valid;

	for (size_t i = 0; i < p->done / sizeof(*iov) && valid_left; i++) {
		uint64_t valid = MIN((uint64_t)iov[i].iov_len, valid_left);
		uint64_t addr = (uintptr_t)iov[i].iov_base;

		ask(t, (struct capture_piece){.arg = p->arg, .addr = addr}, valid,
			p->message ? message_limit(t, addr, valid, p->limit) : p->limit);
		valid_left -= valid;
	}
}

static void ask_iovec(struct taking *t, uint8_t arg, uint64_t addr, uint64_t nr, uint64_t valid,
	uint32_t limit, bool message)
{
	ask(t,
		(struct capture_piece){.kind = PIECE_IOVEC,
			.arg = arg,
			.addr = addr,
			.valid = valid,
			.limit = limit,
			.message = message},
		MIN(nr, UINT32_MAX) * sizeof(struct iovec), CAPTURE_IOV_MAX * sizeof(struct iovec));
}

/* How much of the data that goes to or comes from the socket address at `addr` is wanted. */
static uint32_t data_limit(const struct taking *t, uint64_t addr, uint64_t addr_len)
{
	uint16_t family;

	if (addr_len < sizeof(family) || !read_now(t->tid, addr, &family, sizeof(family)) ||
		family != CAPTURE_AF_NETLINK)
		return t->string_limit;
	return MAX(t->string_limit, CAPTURE_NETLINK_MAX);
}

static void take_msghdr(struct taking *t, uint8_t arg, const struct msghdr *msg, uint64_t valid)
{
	ask(t, (struct capture_piece){.arg = arg, .addr = (uintptr_t)msg->msg_name},
		msg->msg_namelen, SOCKADDR_MAX);
	ask(t, (struct capture_piece){.arg = arg, .addr = (uintptr_t)msg->msg_control},
		msg->msg_controllen, CAPTURE_CONTROL_MAX);
	ask_iovec(t, arg, (uintptr_t)msg->msg_iov, msg->msg_iovlen, valid,
		data_limit(t, (uintptr_t)msg->msg_name, msg->msg_namelen),
		!msg->msg_name || !msg->msg_namelen);
}

static void take_mmsghdr(struct taking *t, const struct capture_piece *p)
{
	const struct mmsghdr *msg = (const void *)p->bytes;

	for (size_t i = 0; i < p->done / sizeof(*msg); i++)
		take_msghdr(t, p->arg, &msg[i].msg_hdr,
			t->when == CAPTURE_AT_EXIT ? msg[i].msg_len : UINT64_MAX);
}

static void take_iocb_pointers(struct taking *t, const struct capture_piece *p)
{
	const uint64_t *pointers = (const void *)p->bytes;

	for (size_t i = 0; i < p->done / sizeof(*pointers); i++)
		ask(t,
			(struct capture_piece){
				.kind = PIECE_IOCB, .arg = p->arg, .addr = pointers[i]},
			sizeof(struct iocb), sizeof(struct iocb));
}

static void take_iocb(struct taking *t, const struct capture_piece *p)
{
	const struct iocb *iocb = (const void *)p->bytes;

	switch (iocb->aio_lio_opcode) {
	case IOCB_CMD_PWRITE:
		ask(t, (struct capture_piece){.arg = p->arg, .addr = iocb->aio_buf},
			iocb->aio_nbytes, MIN(t->string_limit, BUFFER_MAX));
		break;
	case IOCB_CMD_PREADV:
	case IOCB_CMD_PWRITEV:
		ask_iovec(t, p->arg, iocb->aio_buf, iocb->aio_nbytes,
			iocb->aio_lio_opcode == IOCB_CMD_PWRITEV ? UINT64_MAX : 0, t->string_limit,
			false);
		break;
	default: break;
	}
}

/* True: read on; the piece has been extended. */
static bool take_string(struct taking *t, struct capture_piece *p)
{
	const uint8_t *nul = memchr(p->bytes, '\0', p->done);

	if (!nul && p->done < p->max) {
		extend(p, &t->run->arena, 1);
		return true;
	}
	/* without its NUL one byte less: what the eBPF engine's helper leaves of it */
	add_chunk(t, p, nul ? (uint32_t)(nul - p->bytes) + 1 : p->max - 1, nul ? 0 : CAPTURE_CUT);
	return false;
}

static bool take_pointers(struct taking *t, struct capture_piece *p)
{
	const uint64_t *pointers = (const void *)p->bytes;
	size_t nr = 0, nr_read = p->done / sizeof(*pointers);

	while (nr < nr_read && pointers[nr])
		nr++;
	if (nr == nr_read && p->done < p->max) {
		extend(p, &t->run->arena, sizeof(*pointers));
		return true;
	}
	add_chunk(t, p, (uint32_t)(MIN(nr + 1, nr_read) * sizeof(*pointers)),
		nr == nr_read ? CAPTURE_CUT | (p->flags & CAPTURE_SHORT) : 0);
	for (size_t i = 0; i < nr; i++)
		ask_open_ended(t, PIECE_STRING, p->arg, pointers[i], 1, CAPTURE_ARG_BYTES_MAX);
	return false;
}

/* Whether the readable part of a piece is of any use. */
static bool may_be_short(uint8_t kind)
{
	return kind == PIECE_BYTES || kind == PIECE_UP_TO || kind == PIECE_IOVEC ||
	       kind == PIECE_MMSGHDR || kind == PIECE_IOCB_POINTERS;
}

/* True: the piece wants more bytes. May queue further pieces, so `piece` is a copy. */
static bool take_piece(struct taking *t, struct capture_piece *p)
{
	uint32_t target_len;

	if (p->kind == PIECE_POINTERS && p->done < p->len && p->done >= sizeof(uint64_t)) {
		p->max = p->len = p->done; /* it goes on where nothing is mapped */
		p->flags |= CAPTURE_SHORT;
	} else if (!p->done || (p->done < p->len && !may_be_short(p->kind))) {
		add_chunk(t, p, 0, CAPTURE_FAULT);
		return false;
	} else if (p->done < p->len && p->kind != PIECE_UP_TO) {
		p->flags |= CAPTURE_CUT | CAPTURE_SHORT;
	}
	if (p->kind == PIECE_STRING)
		return take_string(t, p);
	if (p->kind == PIECE_POINTERS)
		return take_pointers(t, p);
	add_chunk(t, p, p->done, p->flags);
	switch (p->kind) {
	case PIECE_LENGTH:
		memcpy(&target_len, p->bytes, sizeof(target_len));
		ask(t, (struct capture_piece){.arg = p->arg, .addr = p->target}, target_len,
			p->max);
		break;
	case PIECE_IOVEC: take_iovec(t, p); break;
	case PIECE_MSGHDR: take_msghdr(t, p->arg, (const void *)p->bytes, p->valid); break;
	case PIECE_MMSGHDR: take_mmsghdr(t, p); break;
	case PIECE_IOCB_POINTERS: take_iocb_pointers(t, p); break;
	case PIECE_IOCB: take_iocb(t, p); break;
	}
	return false;
}

static void run_pieces(struct taking *t)
{
	struct capture_run *r = t->run;

	while (r->pieces.len) {
		size_t nr = r->pieces.len, kept = 0;

		for (size_t at = 0; at < nr;)
			at += read_some(t->tid, r->pieces.data + at, nr - at);
		for (size_t i = 0; i < nr; i++) {
			struct capture_piece p = r->pieces.data[i];

			if (take_piece(t, &p))
				r->pieces.data[kept++] = p;
		}
		/* what the round queued moves up behind what wants more */
		memmove(r->pieces.data + kept, r->pieces.data + nr,
			(r->pieces.len - nr) * sizeof(*r->pieces.data));
		r->pieces.len -= nr - kept;
	}
}

static uint32_t ioctl_size(uint64_t number)
{
	uint32_t size = _IOC_SIZE((uint32_t)number), type = _IOC_TYPE((uint32_t)number);

	return !size && (type == 'T' || type == 0x89) ? OLD_IOCTL_SIZE : size;
}

/* Argument `arg` of the call as this ABI passes it. */
static uint64_t argument(const struct event_call *call, unsigned arg)
{
	return call->abi == ABI_I386 ? (uint32_t)call->args[arg] : call->args[arg];
}

/* `len`: bytes or elements, where `op` needs them. */
static void ask_op(struct taking *t, struct capture_piece p, uint8_t op, uint64_t len,
	uint32_t size, uint32_t limit)
{
	switch (op) {
	case CAPTURE_STRING:
		ask_open_ended(t, PIECE_STRING, p.arg, p.addr, 1, CAPTURE_PATH_MAX);
		break;
	case CAPTURE_STRINGS:
		ask_open_ended(t, PIECE_POINTERS, p.arg, p.addr, sizeof(uint64_t),
			CAPTURE_STRINGS_MAX * sizeof(uint64_t));
		break;
	case CAPTURE_BYTES:
	case CAPTURE_STACK: ask(t, p, size, CAPTURE_BYTES_MAX); break;
	case CAPTURE_BUFFER:
	case CAPTURE_DATAGRAM: ask(t, p, len, MIN(limit, BUFFER_MAX)); break;
	case CAPTURE_ARRAY:
		if (size)
			ask(t, p, MIN(len, UINT32_MAX) * size,
				CAPTURE_BYTES_MAX - CAPTURE_BYTES_MAX % size);
		break;
	case CAPTURE_WHOLE: ask(t, p, len, CAPTURE_WHOLE_MAX); break;
	case CAPTURE_IOVEC: ask_iovec(t, p.arg, p.addr, len, p.valid, limit, false); break;
	case CAPTURE_IOCBS:
		p.kind = PIECE_IOCB_POINTERS;
		ask(t, p, MIN(len, UINT32_MAX) * sizeof(uint64_t),
			CAPTURE_IOCBS_MAX * sizeof(uint64_t));
		break;
	default: break;
	}
}

/* A count is an int or a size_t, and a negative one of neither kind moves anything. */
static uint64_t length(struct taking *t, const struct event_call *call, uint8_t len_arg)
{
	uint64_t ret = 0;

	if (len_arg < CAPTURE_NR_ARGS)
		ret = argument(call, len_arg);
	else if (len_arg == CAPTURE_LEN_RESULT && t->when == CAPTURE_AT_EXIT)
		ret = (uint64_t)call->ret;
	/* the kernel looks at 32 bits of many a count */
	if ((int64_t)ret < 0)
		ret = (int32_t)ret < 0 ? 0 : (uint32_t)ret;
	return ret;
}

static void ask_argument(struct taking *t, uint8_t arg, const struct capture_spec *spec,
	const struct event_call *call)
{
	bool exit = t->when == CAPTURE_AT_EXIT;
	struct capture_piece p = {.arg = arg,
		.addr = argument(call, arg),
		.valid = exit ? (uint64_t)call->ret : UINT64_MAX};
	uint64_t len = length(t, call, spec->len_arg);
	uint32_t limit = t->string_limit;

	switch (spec->op) {
	case CAPTURE_DATAGRAM:
		if (argument(call, 4))
			limit = data_limit(t, argument(call, 4), SOCKADDR_MAX);
		else
			limit = message_limit(t, p.addr, len, limit);
		ask_op(t, p, spec->op, len, 0, limit);
		break;
	case CAPTURE_LENPTR:
		p.kind = PIECE_LENGTH;
		p.target = p.addr;
		p.addr = spec->len_arg < CAPTURE_NR_ARGS ? argument(call, spec->len_arg) : 0;
		p.max = spec->size ? MIN(spec->size, CAPTURE_BYTES_MAX) : CAPTURE_BYTES_MAX;
		ask(t, p, sizeof(uint32_t), sizeof(uint32_t));
		break;
	case CAPTURE_MSGHDR:
		p.kind = PIECE_MSGHDR;
		ask(t, p, sizeof(struct msghdr), sizeof(struct msghdr));
		break;
	case CAPTURE_MMSGHDR:
		p.kind = PIECE_MMSGHDR;
		if (exit)
			len = (uint64_t)call->ret;
		ask(t, p, MIN(len, UINT32_MAX) * sizeof(struct mmsghdr),
			CAPTURE_MMSG_MAX * sizeof(struct mmsghdr));
		break;
	case CAPTURE_IOCTL:
		len = ioctl_size(argument(call, 1));
		if (!_IOC_SIZE((uint32_t)argument(call, 1)))
			p.kind = PIECE_UP_TO;
		ask(t, p, len, CAPTURE_BYTES_MAX);
		break;
	default: ask_op(t, p, spec->op, len, spec->size, limit); break;
	}
}

static void ask_step(
	struct taking *t, const struct capture_step *step, const struct event_call *call)
{
	bool exit = t->when == CAPTURE_AT_EXIT;
	struct capture_piece p = {.arg = step->arg,
		.addr = argument(call, step->arg),
		.valid = exit ? (uint64_t)call->ret : UINT64_MAX};
	uint64_t len = 0, outer = p.addr;

	if (!outer)
		return;
	if (step->at & CAPTURE_THERE)
		p.addr += step->at & ~CAPTURE_THERE;
	else if (!read_now(t->tid, outer + step->at, &p.addr, sizeof(p.addr)))
		return;
	if (step->len <= CAPTURE_LEN_FIELD)
		len = length(t, call, step->len);
	else if (!read_now(t->tid, outer + step->len_at, &len, step->len - CAPTURE_LEN_FIELD) ||
		 (int64_t)len < 0)
		return;
	ask_op(t, p, step->op, len, step->size, t->string_limit);
}

void capture_run_take(struct capture_run *r, pid_t tid, const struct capture_recipe *recipe,
	const struct event_call *call, uint8_t when, uint32_t string_limit)
{
	struct taking t = {.run = r, .tid = tid, .when = when, .string_limit = string_limit};
	uint32_t pick = capture_recipe_pick(recipe, call->args);

	r->chunks.len = r->pieces.len = 0;
	arena_reset(&r->arena);
	if (when == CAPTURE_AT_EXIT && CAPTURE_WROTE_NOTHING(call->ret))
		return;
	for (uint8_t arg = 0; arg < CAPTURE_NR_ARGS; arg++)
		if (recipe->args[arg].when & when)
			ask_argument(&t, arg, &recipe->args[arg], call);
	for (uint16_t i = 0; i < recipe->nr_steps; i++) {
		const struct capture_step *step = &recipe->steps[i];

		if (step->when & when && (step->pick == pick || step->pick == CAPTURE_STEP_ALL))
			ask_step(&t, step, call);
	}
	run_pieces(&t);
}
