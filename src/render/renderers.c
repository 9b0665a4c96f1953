#include "render/renderer.h"

#include <string.h>

#define RENDERER(name) extern const struct renderer renderer_##name;
#include "render/renderer_registry.h"
#undef RENDERER

#define RENDERER(name) &renderer_##name,
const struct renderer *const renderers[] = {
#include "render/renderer_registry.h"
	NULL,
};
#undef RENDERER

const struct renderer *renderer_by_name(const char *name)
{
	for (size_t i = 0; renderers[i]; i++)
		if (!strcmp(renderers[i]->name, name))
			return renderers[i];
	return NULL;
}
