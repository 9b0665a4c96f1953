#pragma once
/* Statistics of calls as a table to read. */

struct buf;
struct render_options;
struct summary_table;

void summary_text_draw(
	struct buf *out, const struct summary_table *table, const struct render_options *options);
