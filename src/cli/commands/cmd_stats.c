#include "cli/command.h"
#include "cli/trace.h"

/* The statistics of a run that was recorded. */

static int run_stats(const struct command *self, int argc, char **argv)
{
	return trace_main(self, argc, argv, TRACE_STATS);
}

const struct command command_stats = {
	.name = "stats",
	.synopsis = "[options] FILE",
	.summary = "Shows the statistics of a recorded run, as -c does of a traced one",
	.options = trace_options,
	.without =
		"follow-forks attach cgroup tracee-stdout cpu engine buffer-size profile-self record compress ring runs until t "
		"relative-timestamps unfinished decode-fds no-abbrev string-limit x hex raw "
		"summary summary-too version help-all",
	.completes = "file",
	.run = run_stats,
};
