#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>

static log_sink current;

void log_set_sink(log_sink sink)
{
	current = sink;
}

bool log_enabled(void)
{
	return current;
}

void log_debug(const char *domain, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (!current)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	current(domain, line);
}
