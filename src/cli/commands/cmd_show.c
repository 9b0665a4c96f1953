#include "cli/command.h"
#include "cli/trace.h"

/* The lines of a run that was recorded. */

static int run_show(const struct command *self, int argc, char **argv)
{
	return trace_main(self, argc, argv, TRACE_SHOW);
}

const struct command command_show = {
	.name = "show",
	.synopsis = "[options] FILE",
	.summary = "Shows a recorded run, with the options of a traced one",
	.options = trace_options,
	.without =
		"follow-forks attach cgroup tracee-stdout cpu engine buffer-size profile-self record compress ring runs until "
		"version help-all",
	.completes = "file",
	.run = run_show,
};
