#pragma once
/*
 * Names and numbers of system calls. A call is known by `enum call_id`, the same for every ABI;
 * ids are for this build only (files store abi + number). Generated from nr/<abi>.tbl.
 */

#include <stddef.h>
#include <stdint.h>

#include "event/call_ids.h" /* generated: enum call_id { CALL_NONE, CALL_read, ... NR_CALL_IDS } */
#include "event/event.h"

/* Numbers at or above this are in no table; arrays indexed by number may have this size. */
#define CALL_NR_LIMIT 512

/* CALL_NONE when the number is in no table. */
enum call_id call_id_of(enum abi abi, uint32_t nr);

/* -1 when the ABI lacks it. */
int call_number(enum abi abi, enum call_id id);

const char *call_name(enum call_id id); /* "" for CALL_NONE */

/* CALL_NONE when unknown. */
enum call_id call_id_by_name(const char *name, size_t len);
