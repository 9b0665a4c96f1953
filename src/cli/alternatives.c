#include "cli/alternatives.h"

#include <string.h>

#include "engine/engine.h"
#include "render/renderer.h"
#include "util/buf.h"

bool alternatives_known(const char *completes)
{
	return completes && strcmp(completes, "file") && strcmp(completes, "command") &&
	       strcmp(completes, "pid");
}

static void add_words(struct buf *out, const char *words, const char *separator)
{
	for (; *words; words++)
		if (*words == ' ')
			buf_adds(out, separator);
		else
			buf_addc(out, *words);
}

void alternatives_add(struct buf *out, const char *completes, const char *separator)
{
	if (!strcmp(completes, "@formats")) {
		for (size_t i = 0; renderers[i]; i++)
			buf_printf(out, "%s%s", i ? separator : "", renderers[i]->name);
	} else if (!strcmp(completes, "@engines")) {
		buf_adds(out, "auto");
		for (size_t i = 0; engines[i]; i++)
			buf_printf(out, "%s%s", separator, engines[i]->name);
	} else {
		add_words(out, completes, separator);
	}
}
