#pragma once
/* What row of a summary a call belongs to. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/calls.h"
#include "report/summary.h"

struct buf;
struct event;
struct track;

struct summary_key_maker;

/* The tracker is borrowed; what it does not know has keys in parentheses. */
struct summary_key_maker *summary_key_maker_create(enum summary_key by, const struct track *track);
void summary_key_maker_destroy(struct summary_key_maker *m);

/* Of an EV_CALL; not for SUMMARY_BY_NAME. */
void summary_key_of(struct summary_key_maker *m, const struct event *ev, struct buf *ret);

/* "openat", "syscall_0x1f4"; maybe in `room`. */
const char *summary_key_of_call(enum abi abi, uint32_t nr, char *room, size_t cap);

/* Whether the result of the call, where positive, is a number of bytes moved. */
bool summary_key_moves_data(enum call_id id);
