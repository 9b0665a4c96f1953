#include "engine/ptrace/call_filter.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/vec.h"

/* From `first` up to where the next range begins the answer is the same. */
struct range {
	uint32_t first;
	bool stop;
};

struct builder {
	VEC(struct sock_filter) code;
	VEC(struct range) ranges;
};

static void add(struct builder *b, struct sock_filter insn)
{
	VEC_PUSH(&b->code, insn);
}

/* A jump over what is not written yet: 32 bits wide, unlike those of the comparisons. */
static size_t add_jump(struct builder *b)
{
	add(b, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
	return b->code.len - 1;
}

static void land_jump(struct builder *b, size_t jump)
{
	b->code.data[jump].k = (uint32_t)(b->code.len - jump - 1);
}

static void add_answer(struct builder *b, bool stop)
{
	add(b, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		       stop ? SECCOMP_RET_TRACE | CALL_FILTER_MARK : SECCOMP_RET_ALLOW));
}

/* Binary search by the number in the accumulator; at most 3 instructions per range. */
static void add_search(struct builder *b, size_t from, size_t to)
{
	size_t middle = (from + to) / 2, jump;

	if (to - from == 1) {
		add_answer(b, b->ranges.data[from].stop);
		return;
	}
	add(b, (struct sock_filter)BPF_JUMP(
		       BPF_JMP | BPF_JGE | BPF_K, b->ranges.data[middle].first, 0, 1));
	jump = add_jump(b);
	add_search(b, from, middle);
	land_jump(b, jump);
	add_search(b, middle, to);
}

static void add_abi(struct builder *b, uint32_t audit_arch, const bool *stop, bool stop_unknown)
{
	size_t jump;

	b->ranges.len = 0;
	for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
		if (!nr || stop[nr] != stop[nr - 1])
			VEC_PUSH(&b->ranges, (struct range){nr, stop[nr]});
	if (stop_unknown != stop[CALL_NR_LIMIT - 1])
		VEC_PUSH(&b->ranges, (struct range){CALL_NR_LIMIT, stop_unknown});

	add(b, (struct sock_filter)BPF_STMT(
		       BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
	add(b, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, audit_arch, 1, 0));
	jump = add_jump(b);
	add(b, (struct sock_filter)BPF_STMT(
		       BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
	add_search(b, 0, b->ranges.len);
	land_jump(b, jump);
}

void call_filter_init(
	struct call_filter *f, const bool stop[NR_ABIS][CALL_NR_LIMIT], bool stop_unknown)
{
	struct builder b = {0};

	/* worst case 2 * (513 ranges * 3 + 4) + 1 instructions, below BPF_MAXINSNS (4096) */
	add_abi(&b, AUDIT_ARCH_X86_64, stop[ABI_X86_64], stop_unknown);
	add_abi(&b, AUDIT_ARCH_I386, stop[ABI_I386], stop_unknown);
	add_answer(&b, false);
	VEC_DEINIT(&b.ranges);
	f->prog.filter = b.code.data;
	f->prog.len = (unsigned short)b.code.len;
}

void call_filter_deinit(struct call_filter *f)
{
	free(f->prog.filter);
	f->prog.filter = NULL;
	f->prog.len = 0;
}

bool call_filter_permitted(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = {0};

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return true; /* nothing left to break */
	return !syscall(SYS_capget, &header, caps) &&
	       caps[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN);
}
