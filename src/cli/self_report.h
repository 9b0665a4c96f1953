#pragma once
/* --profile-self: what this run cost renacer itself. */

#include <stdint.h>

struct self_cost;
struct session;

/* On standard error. `began_ns`: when renacer started. */
void self_report_print(
	const struct session *session, const struct self_cost *cost, uint64_t began_ns);
