#include "event/calls.h"

#include <string.h>

#include "event/calls_internal.h"

enum call_id call_id_of(enum abi abi, uint32_t nr)
{
	return (unsigned)abi < NR_ABIS && nr < CALL_NR_LIMIT ? call_ids[abi][nr] : CALL_NONE;
}

int call_number(enum abi abi, enum call_id id)
{
	if (id == CALL_NONE)
		return -1;
	for (int nr = 0; nr < CALL_NR_LIMIT; nr++)
		if (call_ids[abi][nr] == id)
			return nr;
	return -1;
}

const char *call_name(enum call_id id)
{
	return (unsigned)id < NR_CALL_IDS ? call_names[id] : "";
}

enum call_id call_id_by_name(const char *name, size_t len)
{
	for (int id = 1; id < NR_CALL_IDS; id++)
		if (strlen(call_names[id]) == len && !memcmp(call_names[id], name, len))
			return id;
	return CALL_NONE;
}
