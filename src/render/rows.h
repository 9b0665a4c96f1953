#pragma once
/* Rows of a table, whatever its columns, in the forms that people and programs read. */

#include <stdbool.h>
#include <stddef.h>

#include "report/cell.h"

struct out;
struct rows;

#define ROWS_FORMATS "table csv json"

bool rows_has_format(const char *format);

/* The format must be known. `out` is borrowed until rows_end. */
struct rows *rows_begin(const char *format, struct out *out, char *const *names, size_t nr);

/* As many cells as there are names. 0, or the output's error. */
int rows_add(struct rows *r, const struct cell *cells);

/* Completes it and frees `r`; NULL is accepted. */
int rows_end(struct rows *r);
