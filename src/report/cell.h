#pragma once
/* One value of a table's row, as a question over a trace gives it. */

#include <stddef.h>
#include <stdint.h>

enum cell_kind {
	CELL_NONE, /* not known */
	CELL_INTEGER,
	CELL_REAL,
	CELL_TEXT, /* bytes, whatever they are */
};

struct cell {
	enum cell_kind kind;
	int64_t integer;
	double real;
	const char *bytes; /* borrowed */
	size_t len;
};
