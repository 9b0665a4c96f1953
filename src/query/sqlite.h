#pragma once
/*
 * SQLite's functions, by the table of pointers that it hands to extensions: its library is loaded
 * when a statement is there to be run.
 */

#include <sqlite3ext.h>

/* Set once, before anything of query/ calls SQLite. */
extern const sqlite3_api_routines *sqlite3_api;

struct err;

/* Loads it, for good. Fails where it is not installed, or lacks what we need. */
int query_sqlite_load(struct err *err);
