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

void engine_plan_bound(
	struct engine_plan *plan, enum abi abi, uint32_t nr, const struct call_bounds *bounds)
{
	uint8_t at = 0;

	while (at <= plan->nr_bounds && memcmp(&plan->bounds[at], bounds, sizeof(*bounds)))
		at++;
	if (at == ENGINE_BOUNDS_MAX)
		at = 0;
	else if (at > plan->nr_bounds)
		plan->bounds[plan->nr_bounds = at] = *bounds;
	plan->bounds_of[abi][nr] = at;
}
