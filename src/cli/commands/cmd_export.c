#include "cli/command.h"
#include "cli/trace.h"

/* A run that was recorded, in another program's form. */

static int run_export(const struct command *self, int argc, char **argv)
{
	return trace_main(self, argc, argv, TRACE_EXPORT);
}

const struct command command_export = {
	.name = "export",
	.synopsis = "--format NAME [options] FILE",
	.summary = "Turns a recorded run into a file for other programs",
	.options = trace_options,
	.without =
		"follow-forks attach cgroup tracee-stdout cpu engine buffer-size profile-self record compress ring runs until t "
		"relative-timestamps timing unfinished max-output anomaly-realtime anomaly-threshold "
		"anomaly-window-size stats-extended "
		"summary summary-too summary-sort-by summary-columns summary-style by summary-every wall "
		"version help-all",
	.completes = "file",
	.run = run_export,
};
