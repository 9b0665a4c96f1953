#pragma once
/*
 * The reason of a failure, for a person to read. Set where the failure happens, printed once by the
 * command line. A NULL `struct err *` is accepted everywhere: the caller does not want the text.
 */

#include "util/macros.h"

struct err {
	int code;       /* negative errno, 0 = nothing set */
	char text[640]; /* one line, no newline at the end */
};

/* Both return `code` (a negative errno), so `return err_set(err, -EINVAL, ...)` is the idiom. */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Sets `fmt: strerror(-code)`. */
int err_sys(struct err *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
