#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/alternatives.h"
#include "cli/exit_status.h"
#include "cli/option.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/out.h"

#define COMMAND(name) extern const struct command command_##name;
#include "cli/command_registry.h"
#undef COMMAND

#define COMMAND(name) &command_##name,
const struct command *const commands[] = {
#include "cli/command_registry.h"
	NULL,
};
#undef COMMAND

const struct command *command_by_name(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static bool lists(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; (at = strstr(at, name)); at += len)
		if ((at == names || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

static bool lacks(const struct command *command, const struct option *option)
{
	const char letter[] = {option->letter, '\0'};

	if (!command->without || option->kind == OPTION_SECTION || option_is_end(option))
		return false;
	return lists(command->without, option->name ? option->name : letter);
}

struct option *command_options(const struct command *command)
{
	const struct option *from = command->options;
	struct option *ret;
	size_t nr = 1, to = 0;

	while (!option_is_end(&from[nr - 1]))
		nr++;
	ret = xcalloc(nr, sizeof(*ret));
	for (size_t i = 0; i < nr; i++)
		if (!lacks(command, &from[i]))
			ret[to++] = from[i];
	return ret;
}

int command_fail(int status, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("renacer: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

#define HELP_COLUMN 30

static void draw_option(struct out *out, const struct option *option)
{
	size_t start = out->pending.len, width;

	if (option->letter && option->name)
		out_printf(out, "  -%c, --%s", option->letter, option->name);
	else if (option->letter)
		out_printf(out, "  -%c", option->letter);
	else
		out_printf(out, "      --%s", option->name);
	if (option->value)
		out_printf(out, " %s", option->value);
	width = out->pending.len - start;
	if (width >= HELP_COLUMN)
		out_printf(out, "\n%*s", HELP_COLUMN, "");
	else
		out_printf(out, "%*s", (int)(HELP_COLUMN - width), "");
	out_puts(out, option->help);
	if (option->value && alternatives_known(option->completes)) {
		out_puts(out, ": ");
		alternatives_add(&out->pending, option->completes, ", ");
	}
	out_puts(out, "\n");
}

static void draw_options(struct out *out, const struct option *table, bool all)
{
	const char *heading = "Options";

	for (const struct option *option = table; !option_is_end(option); option++) {
		if (option->kind == OPTION_SECTION) {
			heading = option->help;
		} else if (all || option->common) {
			if (heading)
				out_printf(out, "\n%s:\n", heading);
			heading = NULL;
			draw_option(out, option);
		}
	}
}

static void draw_main_help(struct out *out)
{
	out_puts(out, "\nSubcommands:\n");
	for (size_t i = 0; commands[i]; i++)
		out_printf(out, "  %-12s%s\n", commands[i]->name, commands[i]->summary);
	out_puts(out,
		"\nExamples:\n"
		"  renacer -- ls -l                          every system call, decoded\n"
		"  renacer -f -T -e trace=%file -- make      file calls of a whole build, with times\n"
		"  renacer -y -p 4711                        watch a running process; Ctrl-C lets go\n");
}

int command_help(const struct command *command, bool all)
{
	CLEANUP_FREE struct option *table = command_options(command);
	struct out out;
	int r;

	out_init(&out, STDOUT_FILENO);
	if (command->name) {
		out_printf(&out, "Usage: renacer %s %s\n%s.\n", command->name, command->synopsis,
			command->summary);
	} else {
		out_printf(&out,
			"Usage: renacer %s\n"
			"       renacer [options] -p PID[,PID...]\n"
			"       renacer SUBCOMMAND ...\n"
			"%s.\n",
			command->synopsis, command->summary);
	}
	draw_options(&out, table, all);
	if (!command->name) {
		draw_main_help(&out);
		if (!all)
			out_puts(&out,
				"\n--help-all lists every option; man renacer explains them.\n");
	}
	r = out_flush(&out);
	out_deinit(&out);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}
