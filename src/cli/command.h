#pragma once
/* A subcommand: one row beside its code in commands/cmd_<name>.c. */

#include <stdbool.h>

struct option;

struct command {
	const char *name;
	const char *synopsis; /* behind the name: "[options] FILE" */
	const char *summary;  /* one line */
	const struct option *options;
	const char *without;   /* names of those that it does not have after all, by spaces */
	bool takes_command;    /* options end at the first word, as for a traced run */
	const char *completes; /* words: as in struct option */
	/* argv[0] is the command's name; returns the exit status. Prints its own errors. */
	int (*run)(const struct command *self, int argc, char **argv);
};

extern const struct command command_trace;     /* `renacer [options] CMD`; no name on the line */
extern const struct command *const commands[]; /* the subcommands, NULL-terminated */

const struct command *command_by_name(const char *name);

/* The options that it has, without the others: freed by the caller. */
struct option *command_options(const struct command *command);

/* "renacer: reason" on stderr; returns `status`, so that a command can end with it. */
int command_fail(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Help of a command on stdout; `all` also shows the uncommon options. Returns the exit status. */
int command_help(const struct command *command, bool all);
