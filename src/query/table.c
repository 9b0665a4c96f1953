/* One module for all tables: what their rows say is put into what SQLite asks for. */

#include <string.h>

#include "query/past.h"
#include "query/query_internal.h"
#include "util/alloc.h"
#include "util/err.h"

struct query_vtab {
	sqlite3_vtab base;
	struct query *q;
	const struct query_table *table;
};

/* What a module is registered with. */
struct query_module {
	struct query *q;
	const struct query_table *table;
};

static int nr_columns(const struct query_table *table)
{
	int nr = 0;

	while (table->columns[nr].name)
		nr++;
	return nr;
}

/* The file of a row is of interest when there are several. */
static void declare(const struct query_module *m, struct buf *ret)
{
	buf_adds(ret, "CREATE TABLE t(");
	for (int i = 0; m->table->columns[i].name; i++)
		buf_printf(ret, "%s%s %s%s", i ? ", " : "", m->table->columns[i].name,
			m->table->columns[i].text ? "TEXT" : "INTEGER",
			!i && m->q->files.len == 1 ? " HIDDEN" : "");
	buf_adds(ret, ")");
}

static int vtab_connect(sqlite3 *db, void *module, int argc, const char *const *argv,
	sqlite3_vtab **ret, char **ret_error)
{
	const struct query_module *m = module;
	struct query_vtab *vtab;
	struct buf text = BUF_INIT;
	int r;

	declare(m, &text);
	r = sqlite3_declare_vtab(db, buf_cstr(&text));
	buf_deinit(&text);
	if (r != SQLITE_OK)
		return r;
	vtab = xcalloc(1, sizeof(*vtab));
	vtab->q = m->q;
	vtab->table = m->table;
	*ret = &vtab->base;
	return SQLITE_OK;
}

static int vtab_disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

/* What one condition leaves of so many rows. */
static double share(enum want_key key, int op)
{
	if (op != SQLITE_INDEX_CONSTRAINT_EQ)
		return key == WANT_ERROR || key == WANT_ERRNO ? 0.1 : 0.4;
	return key == WANT_TIME || key == WANT_END || key == WANT_DURATION ? 0.001 : 0.05;
}

static double rows_of(const struct query_vtab *vtab)
{
	const struct query_file *file;
	double rows = 1;

	if (!vtab->table->kinds)
		return 100;
	VEC_FOREACH (file, &vtab->q->files)
		rows += (double)(vtab->table->kinds == EV_BIT(EV_CALL)
					 ? file->nr_calls
					 : file->nr_events - file->nr_calls);
	return rows;
}

/*
 * The plan is text: the columns that are used in hexadecimal, then for each condition its column
 * and operator as letters, and i (in a list), p (is present; without a value) or v.
 */
#define PLAN_LETTER  '0'
#define PLAN_COLUMNS 16

static bool takes_collation(sqlite3_index_info *info, int i, const struct query_column *column)
{
	return !column->text || !strcmp(sqlite3_vtab_collation(info, i), "BINARY");
}

static int vtab_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct query_vtab *vtab = (const struct query_vtab *)base;
	double all = rows_of(vtab), rows = all;
	struct buf plan = BUF_INIT;
	int nr = 0;

	buf_printf(&plan, "%016llx", (unsigned long long)info->colUsed);
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *condition = &info->aConstraint[i];
		const struct query_column *column =
			condition->iColumn < 0 ? NULL : &vtab->table->columns[condition->iColumn];
		bool present = condition->op == SQLITE_INDEX_CONSTRAINT_ISNOTNULL, in;

		if (!column || !condition->usable || !want_takes(column->want, condition->op) ||
			!takes_collation(info, i, column))
			continue;
		in = !present && sqlite3_vtab_in(info, i, 1);
		if (!present)
			info->aConstraintUsage[i].argvIndex = ++nr;
		buf_printf(&plan, "%c%c%c", PLAN_LETTER + condition->iColumn, condition->op,
			present ? 'p'
			: in    ? 'i'
				: 'v');
		rows *= share(column->want, condition->op);
	}
	info->idxStr = sqlite3_mprintf("%s", buf_cstr(&plan));
	info->needToFreeIdxStr = 1;
	info->estimatedRows = (sqlite3_int64)MAX(rows, 1.0);
	/* a scan reads what blocks hold beside the rows, too */
	info->estimatedCost = all / 2 + rows * 2;
	buf_deinit(&plan);
	return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static int vtab_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret)
{
	const struct query_vtab *vtab = (const struct query_vtab *)base;
	struct query_cursor *c = xcalloc(1, sizeof(*c));

	c->q = vtab->q;
	c->table = vtab->table;
	c->at_end = true;
	want_init(&c->want);
	*ret = &c->base;
	return SQLITE_OK;
}

static int vtab_close(sqlite3_vtab_cursor *base)
{
	struct query_cursor *c = (struct query_cursor *)base;

	scan_reset(c);
	want_deinit(&c->want);
	arena_deinit(&c->scratch);
	buf_deinit(&c->text);
	free(c);
	return SQLITE_OK;
}

static const char *operator_name(int op)
{
	switch (op) {
	case SQLITE_INDEX_CONSTRAINT_EQ: return "=";
	case SQLITE_INDEX_CONSTRAINT_GT: return ">";
	case SQLITE_INDEX_CONSTRAINT_GE: return ">=";
	case SQLITE_INDEX_CONSTRAINT_LT: return "<";
	case SQLITE_INDEX_CONSTRAINT_LE: return "<=";
	case SQLITE_INDEX_CONSTRAINT_NE: return "<>";
	case SQLITE_INDEX_CONSTRAINT_LIKE: return "LIKE";
	case SQLITE_INDEX_CONSTRAINT_GLOB: return "GLOB";
	default: return "IS NOT NULL";
	}
}

static void tell_value(struct buf *to, sqlite3_value *value, int *budget)
{
	if (sqlite3_value_type(value) == SQLITE_TEXT)
		buf_printf(to, "'%.40s'", (const char *)sqlite3_value_text(value));
	else if (sqlite3_value_type(value) == SQLITE_NULL)
		buf_adds(to, "NULL");
	else
		buf_printf(to, "%.40s", (const char *)sqlite3_value_text(value));
	--*budget;
}

static void tell_list(struct buf *to, sqlite3_value *value)
{
	sqlite3_value *one = NULL;
	int budget = 8;

	buf_adds(to, "IN (");
	for (int r = sqlite3_vtab_in_first(value, &one); r == SQLITE_OK && one;
		r = sqlite3_vtab_in_next(value, &one)) {
		buf_adds(to, budget < 8 ? ", " : "");
		if (!budget) {
			buf_adds(to, "...");
			break;
		}
		tell_value(to, one, &budget);
	}
	buf_adds(to, ")");
}

/* What --explain shows: as the first scan had it. */
static void tell(
	struct buf *to, const struct query_column *column, int op, char how, sqlite3_value *value)
{
	int budget = 1;

	buf_printf(to, "%s%s ", to->len ? " AND " : "", column->name);
	if (how == 'i') {
		tell_list(to, value);
		return;
	}
	buf_adds(to, operator_name(op));
	if (how == 'p')
		return;
	buf_adds(to, " ");
	tell_value(to, value, &budget);
}

static size_t note_of(struct query_cursor *c, const char *plan)
{
	struct query_note note = {.table = c->table};

	for (size_t i = 0; i < c->q->notes.len; i++)
		if (c->q->notes.data[i].table == c->table &&
			!strcmp(c->q->notes.data[i].plan, plan))
			return i;
	note.plan = xstrdup(plan);
	VEC_PUSH(&c->q->notes, note);
	return c->q->notes.len - 1;
}

static uint32_t parts_of(const struct query_table *table, const char *plan)
{
	uint64_t used = 0;
	uint32_t parts = 0;

	for (int i = 0; i < PLAN_COLUMNS; i++)
		used = used << 4 | (uint64_t)(plan[i] <= '9' ? plan[i] - '0' : plan[i] - 'a' + 10);
	for (int i = 0; i < nr_columns(table); i++)
		if (used >> MIN(i, 63) & 1)
			parts |= table->columns[i].parts;
	return parts | (table->kinds & EV_BIT(EV_CALL) ? 0 : STORE_PART_RECORDS);
}

static int advance(struct query_cursor *c)
{
	arena_reset(&c->scratch);
	c->at_end = !c->table->next(c);
	if (query_stops(c->q))
		return SQLITE_INTERRUPT;
	return c->failed ? SQLITE_ERROR : SQLITE_OK;
}

static int vtab_filter(
	sqlite3_vtab_cursor *base, int number, const char *plan, int argc, sqlite3_value **argv)
{
	struct query_cursor *c = (struct query_cursor *)base;
	struct query_note *note;
	int at = 0;

	scan_reset(c);
	want_deinit(&c->want);
	want_init(&c->want);
	c->note = note_of(c, plan);
	c->parts = parts_of(c->table, plan);
	note = &c->q->notes.data[c->note];
	for (const char *condition = plan + PLAN_COLUMNS; *condition; condition += 3) {
		const struct query_column *column = &c->table->columns[condition[0] - PLAN_LETTER];
		int op = (unsigned char)condition[1];
		sqlite3_value *value = condition[2] == 'p' ? NULL : argv[at++];

		if (!note->nr_scans)
			tell(&note->text, column, op, condition[2], value);
		if (value)
			want_add(&c->want, column->want, op, value, condition[2] == 'i');
		else
			want_add_present(&c->want, column->want);
	}
	note->nr_scans++;
	return advance(c);
}

static int vtab_next(sqlite3_vtab_cursor *base)
{
	return advance((struct query_cursor *)base);
}

static int vtab_eof(sqlite3_vtab_cursor *base)
{
	return ((const struct query_cursor *)base)->at_end;
}

static int vtab_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int column)
{
	struct query_cursor *c = (struct query_cursor *)base;

	c->table->column(c, to, column);
	return SQLITE_OK;
}

static int vtab_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	const struct query_cursor *c = (const struct query_cursor *)base;

	*ret = c->table->kinds ? scan_rowid(c) : (sqlite3_int64)((uint64_t)c->file << 32 | c->row);
	return SQLITE_OK;
}

void result_name(sqlite3_context *to, const char *name)
{
	if (name)
		sqlite3_result_text(to, name, -1, SQLITE_STATIC);
}

/* No xUpdate: the tables are read-only. xCreate is xConnect: they are there without being made. */
static const sqlite3_module module = {
	.iVersion = 0,
	.xConnect = vtab_connect,
	.xBestIndex = vtab_best_index,
	.xDisconnect = vtab_disconnect,
	.xOpen = vtab_open,
	.xClose = vtab_close,
	.xFilter = vtab_filter,
	.xNext = vtab_next,
	.xEof = vtab_eof,
	.xColumn = vtab_column,
	.xRowid = vtab_rowid,
};

int query_table_register(struct query *q, const struct query_table *table)
{
	struct query_module *m = xcalloc(1, sizeof(*m));

	*m = (struct query_module){q, table};
	return sqlite3_create_module_v2(q->db, table->name, &module, m, free);
}
