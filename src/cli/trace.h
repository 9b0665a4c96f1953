#pragma once
/* Running a program or a trace file past the same options and sinks: five commands do. */

#include "cli/option.h"

struct command;

enum trace_use {
	TRACE_RUN,    /* a command, or what runs already: lines */
	TRACE_RECORD, /* the same: a trace file */
	TRACE_SHOW,   /* a trace file: lines */
	TRACE_STATS,  /* a trace file: statistics */
	TRACE_EXPORT, /* a trace file: another program's form */
};

extern const struct option trace_options[];

/* argv as in struct command. Returns the exit status. */
int trace_main(const struct command *self, int argc, char **argv, enum trace_use use);
