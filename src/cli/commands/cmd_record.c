#include "cli/command.h"
#include "cli/trace.h"

/* A run as a trace file. */

static int run_record(const struct command *self, int argc, char **argv)
{
	return trace_main(self, argc, argv, TRACE_RECORD);
}

const struct command command_record = {
	.name = "record",
	.synopsis = "[options] [--] COMMAND [ARG...]",
	.summary = "Keeps a run, children included, in a trace file: renacer.rnc, or what -o names",
	.options = trace_options,
	.without = "format max-output timing t relative-timestamps decode-fds x hex raw summary "
		   "summary-too summary-sort-by summary-columns summary-style by summary-every "
		   "wall cpu stats-extended anomaly-realtime anomaly-threshold "
		   "anomaly-window-size record compress version help-all",
	.takes_command = true,
	.completes = "command",
	.run = run_record,
};
