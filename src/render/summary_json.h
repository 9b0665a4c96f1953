#pragma once
/* Statistics of calls as JSON: what documents and lines have in common. */

struct json;
struct render_options;
struct summary_row;
struct summary_table;

/* The members of a row's object. */
void summary_json_draw_row(
	struct json *j, const struct summary_row *row, const struct render_options *options);

/* The members of `statistics` that a document of calls does not have. */
void summary_json_draw_totals(struct json *j, const struct summary_table *table);
