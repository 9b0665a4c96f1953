#pragma once
/* Taking running processes under observation, and letting go. Inside the ptrace engine only. */

#include <sys/types.h>

struct engine;

/* Negative errno with the reason in e->err. */
int attach_process(struct engine *e, pid_t pid);

/* PTRACE_SEIZE with these options; on failure sets the reason and what would help. */
int attach_seize(struct engine *e, pid_t tid, unsigned long options);

/*
 * Every task goes on by itself; those under our seccomp filter, which would get ENOSYS, are only
 * reported no longer.
 */
void attach_detach_all(struct engine *e);
