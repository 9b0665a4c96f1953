#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/exit_status.h"
#include "util/alloc.h"

static void out_of_memory(size_t size)
{
	_Exit(command_fail(EXIT_FAILED, "out of memory (%zu bytes)", size));
}

/*
 * What we open must not become a standard descriptor that the caller left closed: the trace or an
 * error message would be written into it. Opened the wrong way round it fails as a closed one does,
 * and the command finds it closed.
 */
static void fill_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? command_by_name(argv[1]) : NULL;

	fill_standard_fds();
	alloc_set_failure_handler(out_of_memory);
	if (command)
		return command->run(command, argc - 1, argv + 1);
	return command_trace.run(&command_trace, argc, argv);
}
