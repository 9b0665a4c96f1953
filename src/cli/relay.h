#pragma once
/*
 * Where the command's standard output goes when it must not mix with ours: a process of its own
 * copies it. It outlives renacer when children of the command still write.
 */

#include <stdbool.h>
#include <sys/types.h>

struct err;

struct relay {
	int fd;    /* owned; for the command's descriptor 1; -1 = inherit */
	pid_t pid; /* of the copying process; 0 = none */
};

/*
 * `where`: "inherit", "stderr" (through a pipe, never a terminal), "null", or a file's path.
 */
int relay_open(struct relay *r, const char *where, struct err *err);

/* The command has its own copy now. */
void relay_close_fd(struct relay *r);

/* Waits until all that was written before has arrived, a moment at most if somebody still writes.
 */
void relay_finish(struct relay *r);
