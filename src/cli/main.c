#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/exit_status.h"
#include "util/alloc.h"

static void out_of_memory(size_t size)
{
	_Exit(command_fail(EXIT_FAILED, "out of memory (%zu bytes)", size));
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? command_by_name(argv[1]) : NULL;

	alloc_set_failure_handler(out_of_memory);
	if (command)
		return command->run(command, argc - 1, argv + 1);
	return command_trace.run(&command_trace, argc, argv);
}
