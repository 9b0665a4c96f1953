#pragma once
/*
 * What /proc tells of a process that came under observation while it ran, as events: its open
 * descriptors (EV_FD), working directory (EV_CWD) and mappings (EV_MAP).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct event;
struct launch_usage;

typedef int (*proc_state_fn)(void *self, const struct event *ev, struct err *err);

/*
 * Calls `emit` for each event of the kinds in `kinds` (EV_BIT mask; others are ignored). `tid` is
 * any live thread of `pid`: the leader's own entries are empty once it has ended. Paths are as the
 * kernel prints them: "pipe:[N]", "/x (deleted)". Returns the first failure of `emit`; what cannot
 * be read, or a process that ends meanwhile, is no failure.
 */
int proc_state_emit(pid_t pid, pid_t tid, uint64_t kinds, uint64_t time_ns, proc_state_fn emit,
	void *self, struct err *err);

/* The command name of a task; "" when it is gone. */
void proc_state_comm(pid_t tid, char *ret_comm, size_t cap);

/* A number after `key` ("TracerPid:") in /proc/TID/status; -1 = not there. */
long proc_state_status(pid_t tid, const char *key);

/* What the process, all its threads, took so far. Leaves `known` alone when it is gone. */
void proc_state_usage(pid_t pid, struct launch_usage *ret);

/*
 * A descriptor, the caller's, by which the next function tells of the task; -1 = it is gone, or
 * this kernel's scheduler keeps no statistics.
 */
int proc_state_open_queued(pid_t tid);

/*
 * How long the task has ever been ready to run and waiting for a CPU; 0 when `fd` is negative or
 * the task is gone.
 */
uint64_t proc_state_queued_ns(int fd);

/* Whether this kernel's scheduler keeps them. */
bool proc_state_tells_queued(void);

/* False when it is gone or a zombie. */
bool proc_state_is_alive(pid_t tid);
