#include "render/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/out.h"
#include "util/utf8.h"
#include "util/vec.h"

/* How wide columns are is told from so much; wider cells that come later are shown all the same. */
#define TABLE_ROWS_SEEN  1000
#define TABLE_BYTES_SEEN (1u << 20)

struct rows_form {
	const char *name;
	void (*begin)(struct rows *r);
	void (*add)(struct rows *r, const struct cell *cells);
	void (*end)(struct rows *r);
};

struct kept {
	size_t at, len; /* in r->text */
	bool number;
};

struct rows {
	const struct rows_form *form;
	struct out *out;
	size_t nr;
	char **names; /* owned */
	uint64_t nr_rows;
	/* of the table form: what has not been drawn yet */
	struct buf text;
	VEC(struct kept) kept;
	size_t *widths; /* owned */
	bool *numeric;  /* owned; of each column: some cell is a number */
	bool is_laid_out;
};

/* With as few digits as tell it from its neighbours; it stays a real number for those who read it.
 */
static void add_real(struct buf *to, double number)
{
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	buf_adds(to, text);
	if (!strpbrk(text, ".ein"))
		buf_adds(to, ".0");
}

static void add_plain(struct buf *to, const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_NONE: break;
	case CELL_INTEGER: buf_add_i64(to, cell->integer); break;
	case CELL_REAL: add_real(to, cell->real); break;
	case CELL_TEXT: buf_add(to, cell->bytes, cell->len); break;
	}
}

/* CSV, as RFC 4180 has it. */

static void csv_field(struct out *out, const char *bytes, size_t len)
{
	bool quoted = false;

	for (size_t i = 0; i < len && !quoted; i++)
		quoted = strchr("\",\r\n", bytes[i]) != NULL;
	if (!quoted) {
		out_write(out, bytes, len);
		return;
	}
	out_puts(out, "\"");
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '"')
			out_puts(out, "\"");
		out_write(out, bytes + i, 1);
	}
	out_puts(out, "\"");
}

static void csv_begin(struct rows *r)
{
	for (size_t i = 0; i < r->nr; i++) {
		out_puts(r->out, i ? "," : "");
		csv_field(r->out, r->names[i], strlen(r->names[i]));
	}
	out_puts(r->out, "\r\n");
}

static void csv_add(struct rows *r, const struct cell *cells)
{
	for (size_t i = 0; i < r->nr; i++) {
		out_puts(r->out, i ? "," : "");
		buf_reset(&r->text);
		add_plain(&r->text, &cells[i]);
		csv_field(r->out, r->text.data, r->text.len);
	}
	out_puts(r->out, "\r\n");
}

/* JSON: an array of objects, one a line. */

static void json_begin(struct rows *r)
{
	out_puts(r->out, "[");
}

static void json_cell(struct rows *r, struct json *j, const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_INTEGER: json_i64(j, cell->integer); return;
	case CELL_TEXT: json_string(j, cell->bytes, cell->len); return;
	case CELL_REAL:
		if (isfinite(cell->real)) {
			buf_reset(&r->text);
			add_real(&r->text, cell->real);
			json_token(j, buf_cstr(&r->text));
			return;
		}
		break;
	case CELL_NONE: break;
	}
	json_token(j, "null");
}

static void json_add(struct rows *r, const struct cell *cells)
{
	struct json j;

	out_puts(r->out, r->nr_rows ? ",\n" : "");
	json_init(&j, &r->out->pending);
	json_object_begin(&j);
	for (size_t i = 0; i < r->nr; i++) {
		json_key_text(&j, r->names[i]);
		json_cell(r, &j, &cells[i]);
	}
	json_object_end(&j);
}

static void json_end(struct rows *r)
{
	out_puts(r->out, "]\n");
}

/* A table: numbers to the right, everything else to the left. */

static size_t width_of(const char *bytes, size_t len)
{
	size_t width = 0;

	for (size_t i = 0; i < len; i++)
		width += ((uint8_t)bytes[i] & 0xc0) != 0x80;
	return width;
}

/* What would move the cursor, or is no text, is escaped. */
static void add_shown(struct buf *to, const struct cell *cell)
{
	const uint8_t *bytes = (const uint8_t *)cell->bytes;

	if (cell->kind != CELL_TEXT) {
		add_plain(to, cell);
		return;
	}
	for (size_t i = 0; i < cell->len;) {
		size_t len = bytes[i] < 0x80 ? bytes[i] >= 0x20 && bytes[i] != 0x7f
					     : utf8_sequence_len(bytes + i, cell->len - i);

		if (len == 2 && bytes[i] == 0xc2 && bytes[i + 1] < 0xa0)
			len = 0; /* a control character as well */
		if (len)
			buf_add(to, bytes + i, len);
		else if (bytes[i] == '\n')
			buf_adds(to, "\\n");
		else if (bytes[i] == '\t')
			buf_adds(to, "\\t");
		else
			buf_printf(to, "\\x%02x", bytes[i]);
		i += len ? len : 1;
	}
}

static void draw_cell(struct rows *r, size_t column, const char *text, size_t len, bool number)
{
	size_t width = width_of(text, len);
	size_t pad = r->widths[column] > width ? r->widths[column] - width : 0;
	bool last = column + 1 == r->nr;

	if (number)
		out_printf(r->out, "%*s", (int)pad, "");
	out_write(r->out, text, len);
	if (!number && !last)
		out_printf(r->out, "%*s", (int)pad, "");
	out_puts(r->out, last ? "\n" : "  ");
}

static void draw_kept(struct rows *r)
{
	for (size_t i = 0; i < r->kept.len; i++) {
		const struct kept *cell = &r->kept.data[i];

		draw_cell(r, i % r->nr, r->text.data + cell->at, cell->len, cell->number);
		out_commit(r->out);
	}
	r->kept.len = 0;
	buf_reset(&r->text);
}

static void lay_out(struct rows *r)
{
	if (r->is_laid_out)
		return;
	r->is_laid_out = true;
	r->widths = xcalloc(r->nr + 1, sizeof(*r->widths));
	r->numeric = xcalloc(r->nr + 1, sizeof(*r->numeric));
	for (size_t i = 0; i < r->nr; i++)
		r->widths[i] = width_of(r->names[i], strlen(r->names[i]));
	for (size_t i = 0; i < r->kept.len; i++) {
		const struct kept *cell = &r->kept.data[i];
		size_t width = width_of(r->text.data + cell->at, cell->len);

		r->widths[i % r->nr] = MAX(r->widths[i % r->nr], width);
		r->numeric[i % r->nr] |= cell->number;
	}
	for (size_t i = 0; i < r->nr; i++)
		draw_cell(r, i, r->names[i], strlen(r->names[i]), r->numeric[i]);
}

static void table_begin(struct rows *r)
{
}

static void table_add(struct rows *r, const struct cell *cells)
{
	for (size_t i = 0; i < r->nr; i++) {
		struct kept cell = {.at = r->text.len,
			.number = cells[i].kind == CELL_INTEGER || cells[i].kind == CELL_REAL};

		add_shown(&r->text, &cells[i]);
		cell.len = r->text.len - cell.at;
		VEC_PUSH(&r->kept, cell);
	}
	if (!r->is_laid_out && r->nr_rows + 1 < TABLE_ROWS_SEEN && r->text.len < TABLE_BYTES_SEEN)
		return;
	lay_out(r);
	draw_kept(r);
}

static void table_end(struct rows *r)
{
	lay_out(r);
	draw_kept(r);
}

static void no_end(struct rows *r)
{
}

static const struct rows_form forms[] = {
	{"table", table_begin, table_add, table_end},
	{"csv", csv_begin, csv_add, no_end},
	{"json", json_begin, json_add, json_end},
};

bool rows_has_format(const char *format)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (!strcmp(forms[i].name, format))
			return true;
	return false;
}

struct rows *rows_begin(const char *format, struct out *out, char *const *names, size_t nr)
{
	struct rows *r = xcalloc(1, sizeof(*r));

	r->form = &forms[0];
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (!strcmp(forms[i].name, format))
			r->form = &forms[i];
	r->out = out;
	r->nr = nr;
	r->names = xcalloc(nr + 1, sizeof(*r->names));
	for (size_t i = 0; i < nr; i++)
		r->names[i] = xstrdup(names[i]);
	r->form->begin(r);
	return r;
}

int rows_add(struct rows *r, const struct cell *cells)
{
	r->form->add(r, cells);
	r->nr_rows++;
	return out_commit(r->out);
}

int rows_end(struct rows *r)
{
	int status;

	if (!r)
		return 0;
	r->form->end(r);
	status = out_commit(r->out);
	for (size_t i = 0; i < r->nr; i++)
		free(r->names[i]);
	free(r->names);
	free(r->widths);
	free(r->numeric);
	buf_deinit(&r->text);
	VEC_DEINIT(&r->kept);
	free(r);
	return status;
}
