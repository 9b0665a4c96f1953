#include "render/sqlite_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/err.h"
#include "util/macros.h"

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define ROW(name) {"sqlite3_" #name, offsetof(struct sqlite_library, name)},
	SQLITE_FUNCTIONS(ROW)
#undef ROW
};

int sqlite_library_open(struct sqlite_library *l, struct err *err)
{
	*l = (struct sqlite_library){.handle = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL)};
	if (!l->handle)
		return err_set(err, -ENOPKG,
			"this needs SQLite's library, which is not here (Debian: apt "
			"install libsqlite3-0)");
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		void *at = dlsym(l->handle, functions[i].name);

		if (!at) {
			sqlite_library_close(l);
			return err_set(err, -ENOPKG,
				"SQLite's library here lacks %s: it is too old", functions[i].name);
		}
		memcpy((char *)l + functions[i].offset, &at, sizeof(at));
	}
	return 0;
}

void sqlite_library_close(struct sqlite_library *l)
{
	if (l->handle)
		dlclose(l->handle);
	l->handle = NULL;
}
