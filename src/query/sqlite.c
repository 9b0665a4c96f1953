/* First: what SQLite's header for extensions does to its names would change what this declares. */
#include "render/sqlite_library.h"

#include "query/sqlite.h"

#include <errno.h>
#include <stddef.h>

#include "util/err.h"

/* IN in one piece, and all of the rest. */
#define VERSION_MIN 3038000

const sqlite3_api_routines *sqlite3_api;

static int take_functions(sqlite3 *db, char **ret_error, const sqlite3_api_routines *api)
{
	sqlite3_api = api;
	return SQLITE_OK;
}

/* The library is not let go of again: it keeps a list of extensions that would be lost with it. */
int query_sqlite_load(struct err *err)
{
	void (*entry)(void) = (void (*)(void))take_functions;
	struct sqlite_library l;
	sqlite3 *db = NULL;
	int r;

	if (sqlite3_api)
		return 0;
	r = sqlite_library_open(&l, err);
	if (r < 0)
		return r;
	if (l.libversion_number() < VERSION_MIN)
		return err_set(err, -ENOPKG, "SQLite's library here is older than 3.38");
	/* an extension of our own, for one connection */
	l.auto_extension(entry);
	r = l.open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL);
	l.close_v2(db);
	l.cancel_auto_extension(entry);
	if (r != SQLITE_OK || !sqlite3_api)
		return err_set(err, -ENOPKG, "SQLite's library here does not start");
	return 0;
}
