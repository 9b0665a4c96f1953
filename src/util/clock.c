#include "util/clock.h"

uint64_t clock_realtime_offset_ns(void)
{
	uint64_t best_gap = UINT64_MAX, ret = 0;

	/* the narrowest of a few brackets: being scheduled away between two reads shifts all times
	 */
	for (int i = 0; i < 5; i++) {
		uint64_t before = clock_now_ns();
		uint64_t wall = clock_read_ns(CLOCK_REALTIME);
		uint64_t after = clock_now_ns();

		if (after - before < best_gap) {
			best_gap = after - before;
			ret = wall - (before + best_gap / 2);
		}
	}
	return ret;
}
