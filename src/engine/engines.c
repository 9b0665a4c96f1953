#include "engine/engine.h"

#include <string.h>

#define ENGINE(name) extern const struct engine_ops engine_##name;
#include "engine/engine_registry.h"
#undef ENGINE

#define ENGINE(name) &engine_##name,
const struct engine_ops *const engines[] = {
#include "engine/engine_registry.h"
	NULL,
};
#undef ENGINE

const struct engine_ops *engine_by_name(const char *name)
{
	for (size_t i = 0; engines[i]; i++)
		if (!strcmp(engines[i]->name, name))
			return engines[i];
	return NULL;
}
