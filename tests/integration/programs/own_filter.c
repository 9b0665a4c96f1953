/*
 * A seccomp filter of its own that asks for a tracer: the kernel answers ENOSYS when there is none
 * that the filter could mean, and one who merely looks on must not change that.
 */

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "expect.h"

static struct expect e;

int main(int argc, char **argv)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgrp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 7),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	long result;
	struct sock_fprog prog = {sizeof(filter) / sizeof(*filter), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		return 1;
	(void)argv;
	if (argc > 1) {
		result = kcall(SYS_getpgrp);
	} else {
		expect_begin(&e);
		result = expect_call(&e, kcall(SYS_getpgrp), "getpgrp()");
		expect_end(&e);
	}
	return result == -ENOSYS ? 5 : 6;
}
