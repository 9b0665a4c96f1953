#pragma once
/*
 * Debug logging by domain. Silent until the command line installs a sink with log_set_sink; that
 * is the only mutable state here. Not for errors: those travel in `struct err`.
 */

#include <stdbool.h>

#include "util/macros.h"

typedef void (*log_sink)(const char *domain, const char *line);

void log_set_sink(log_sink sink); /* NULL = silent */
bool log_enabled(void);
void log_debug(const char *domain, const char *fmt, ...) PRINTF_LIKE(2, 3);
