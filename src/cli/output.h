#pragma once
/* Where the trace goes: standard output, a file, or a command's standard input. */

#include <sys/types.h>

struct err;

struct output {
	int fd;    /* owned unless it is standard output */
	pid_t pid; /* of the command behind '|', 0 = none */
};

/* `spec`: NULL for standard output, a path, or '|command'. */
int output_open(struct output *o, const char *spec, struct err *err);

/* Closes and waits for the command to finish. */
void output_close(struct output *o);
