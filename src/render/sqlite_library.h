#pragma once
/*
 * SQLite, loaded when it is asked for: linked, it would cost each start a quarter of a millisecond
 * for what few runs ask for.
 */

#include <sqlite3.h>

struct err;

#define SQLITE_FUNCTIONS(f)                                                                        \
	f(open_v2) f(close_v2) f(exec) f(prepare_v2) f(finalize) f(step) f(reset) f(bind_int64)    \
		f(bind_text64) f(bind_null) f(system_errno) f(libversion_number) f(auto_extension) \
			f(cancel_auto_extension)

struct sqlite_library {
	void *handle; /* owned */
#define DECLARE(name) __typeof__(sqlite3_##name) *name;
	SQLITE_FUNCTIONS(DECLARE)
#undef DECLARE
};

/* Fails, with advice, where it is not installed. */
int sqlite_library_open(struct sqlite_library *l, struct err *err);
void sqlite_library_close(struct sqlite_library *l);
