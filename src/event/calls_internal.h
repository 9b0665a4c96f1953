#pragma once
/* Between calls.c and the generated tables. */

#include "event/calls.h"

extern const char *const call_names[NR_CALL_IDS];
extern const uint16_t call_ids[NR_ABIS][CALL_NR_LIMIT]; /* enum call_id by number */
