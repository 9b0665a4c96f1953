#pragma once
/* All exit statuses; the man page has the same list. A traced command's own status comes first. */

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1, /* renacer itself failed */
	EXIT_USAGE = 2,  /* unknown option, bad value */
	EXIT_NOT_EXECUTABLE = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNAL_BASE = 128,
};
