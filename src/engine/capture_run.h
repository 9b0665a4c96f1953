#pragma once
/*
 * Executes capture recipes (event/capture.h) on a stopped task with process_vm_readv: as many
 * pieces as possible per call, nested data in a second and third one. What cannot be read becomes
 * a chunk with CAPTURE_FAULT and no bytes; of data and arrays the readable start is kept, with
 * CAPTURE_SHORT.
 */

#include <stdint.h>
#include <sys/types.h>

#include "event/event.h"
#include "util/arena.h"
#include "util/vec.h"

struct capture_piece;

struct capture_run {
	VEC(struct capture) chunks; /* the result; `bytes` live in `arena` */
	struct arena arena;
	VEC(struct capture_piece) pieces; /* still to be read */
};

void capture_run_deinit(struct capture_run *r);

/*
 * Replaces the contents by what `recipe` asks for at `when` (CAPTURE_AT_ENTER or CAPTURE_AT_EXIT;
 * then `call->ret` counts). `tid` is stopped, or does not mind the race.
 */
void capture_run_take(struct capture_run *r, pid_t tid, const struct capture_recipe *recipe,
	const struct event_call *call, uint8_t when, uint32_t string_limit);
