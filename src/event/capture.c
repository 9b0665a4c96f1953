#include "event/capture.h"

uint32_t capture_recipe_args(const struct capture_recipe *recipe, enum capture_when when)
{
	uint32_t ret = 0;

	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
		if (recipe->args[i].op != CAPTURE_NONE && recipe->args[i].when & when)
			ret |= 1u << i;
	for (unsigned i = 0; i < recipe->nr_steps; i++)
		if (recipe->steps[i].when & when)
			ret |= 1u << recipe->steps[i].arg;
	return ret;
}

uint32_t capture_recipe_pick(const struct capture_recipe *recipe, const uint64_t *args)
{
	switch (recipe->pick) {
	case CAPTURE_PICK_OPTION: return (uint32_t)args[1] << 16 | (args[2] & 0xffff);
	case CAPTURE_PICK_NOTHING: return CAPTURE_STEP_ALL;
	default: return (uint32_t)args[recipe->pick];
	}
}
