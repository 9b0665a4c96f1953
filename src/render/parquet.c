#include "render/renderer.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "render/event_row.h"
#include "render/parquet_encode.h"
#include "report/event_view.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/out.h"
#include "util/thrift.h"

/*
 * Apache Parquet: the table of events by columns (docs/tables.md), written from the format's own
 * description (parquet.thrift, README.md and Encodings.md of github.com/apache/parquet-format).
 *
 * Rows gather until a row group is full, then each column of it goes out: a dictionary page where
 * texts repeat, one data page (version 1), both compressed by zstd. What the footer says of row
 * groups is kept until the end; it is all that grows with the run, by 2 KiB for each.
 */

#define MAGIC "PAR1"

#define GROUP_ROWS  65536u
#define GROUP_BYTES (16u << 20) /* of values, as PLAIN has them */
#define ZSTD_LEVEL  3

/* Numbers of parquet.thrift. */
enum { TYPE_INT64 = 2, TYPE_BYTE_ARRAY = 6 };
enum { REQUIRED = 0, OPTIONAL = 1 };
enum { CONVERTED_UTF8 = 0 };
enum { ENCODING_PLAIN = 0, ENCODING_RLE = 3, ENCODING_RLE_DICTIONARY = 8 };
enum { CODEC_ZSTD = 6 };
enum { PAGE_DATA = 0, PAGE_DICTIONARY = 2 };

/* Of the row group being filled. */
struct column {
	struct buf values;      /* those that are there, as PLAIN has them */
	parquet_numbers levels; /* per row: 1 = there is a value */
	size_t nr_values;
	int64_t min, max; /* of numbers */
};

/* What the footer says of a column of a row group. */
struct chunk {
	uint64_t start, data_start; /* offsets in the file; they differ by the dictionary */
	uint64_t raw_bytes, stored_bytes;
	bool has_dictionary;
};

struct parquet {
	struct out *out;
	const struct render_options *options;
	struct event_row row;
	struct column columns[NR_EVENT_COLUMNS];
	size_t nr_rows, nr_bytes; /* of the row group being filled */
	uint64_t offset;          /* in the file */
	struct buf groups;        /* RowGroup structs, as the footer will hold them */
	size_t nr_groups;
	uint64_t nr_rows_written;
	ZSTD_CCtx *context; /* owned */
	struct buf page, stored, header, texts;
	parquet_numbers places;
};

static void put(struct parquet *p, const void *bytes, size_t len)
{
	out_write(p->out, bytes, len);
	p->offset += len;
}

static void put_u32(struct buf *to, uint32_t number)
{
	uint32_t little = htole32(number);

	buf_add(to, &little, sizeof(little));
}

static void put_u64(struct buf *to, uint64_t number)
{
	uint64_t little = htole64(number);

	buf_add(to, &little, sizeof(little));
}

static void *parquet_begin(struct out *out, const struct render_options *options)
{
	struct parquet *p = xcalloc(1, sizeof(*p));

	p->out = out;
	p->options = options;
	p->context = ZSTD_createCCtx();
	if (!p->context)
		xmalloc(SIZE_MAX); /* says so and ends */
	put(p, MAGIC, strlen(MAGIC));
	return p;
}

/* Into p->stored; there is room for the worst, so only a lack of memory makes it fail. */
static void compress_page(struct parquet *p, const struct buf *page)
{
	size_t bound = ZSTD_compressBound(page->len);

	buf_reset(&p->stored);
	p->stored.len = ZSTD_compressCCtx(p->context, buf_reserve(&p->stored, bound), bound,
		page->data, page->len, ZSTD_LEVEL);
	if (ZSTD_isError(p->stored.len))
		xmalloc(SIZE_MAX);
}

static void draw_page_header(
	struct parquet *p, const struct buf *page, int type, size_t nr, int encoding)
{
	struct thrift t;

	buf_reset(&p->header);
	thrift_init(&t, &p->header);
	thrift_struct_begin(&t);
	thrift_i32(&t, 1, type);
	thrift_i32(&t, 2, (int32_t)page->len);
	thrift_i32(&t, 3, (int32_t)p->stored.len);
	thrift_struct(&t, type == PAGE_DATA ? 5 : 7);
	thrift_i32(&t, 1, (int32_t)nr);
	thrift_i32(&t, 2, encoding);
	if (type == PAGE_DATA) {
		thrift_i32(&t, 3, ENCODING_RLE); /* of definition levels */
		thrift_i32(&t, 4, ENCODING_RLE); /* of repetition levels: there are none */
	}
	thrift_struct_end(&t);
	thrift_struct_end(&t);
}

static void put_page(struct parquet *p, struct chunk *chunk, const struct buf *page, int type,
	size_t nr, int encoding)
{
	compress_page(p, page);
	draw_page_header(p, page, type, nr, encoding);
	put(p, p->header.data, p->header.len);
	put(p, p->stored.data, p->stored.len);
	chunk->raw_bytes += p->header.len + page->len;
	chunk->stored_bytes += p->header.len + p->stored.len;
}

/* Which rows have a value. */
static void put_levels(struct buf *page, const struct column *column)
{
	size_t at = page->len;
	uint32_t len;

	put_u32(page, 0);
	parquet_encode_runs(page, column->levels.data, column->levels.len, 1);
	len = htole32((uint32_t)(page->len - at - sizeof(len)));
	memcpy(page->data + at, &len, sizeof(len));
}

static bool make_dictionary(
	struct parquet *p, const struct column *column, bool is_text, uint32_t *ret_nr)
{
	buf_reset(&p->texts);
	p->places.len = 0;
	return is_text && parquet_make_dictionary(&column->values, &p->texts, ret_nr, &p->places);
}

static void put_chunk(struct parquet *p, const struct column *column,
	const struct event_column_info *info, struct chunk *chunk)
{
	uint32_t nr;

	chunk->start = p->offset;
	chunk->has_dictionary = make_dictionary(p, column, info->is_text, &nr);
	if (chunk->has_dictionary)
		put_page(p, chunk, &p->texts, PAGE_DICTIONARY, nr, ENCODING_PLAIN);
	chunk->data_start = p->offset;
	buf_reset(&p->page);
	if (info->optional)
		put_levels(&p->page, column);
	if (chunk->has_dictionary) {
		unsigned width = parquet_width_of(nr);

		buf_addc(&p->page, (char)width);
		parquet_encode_runs(&p->page, p->places.data, p->places.len, width);
	} else {
		buf_add(&p->page, column->values.data, column->values.len);
	}
	put_page(p, chunk, &p->page, PAGE_DATA, p->nr_rows,
		chunk->has_dictionary ? ENCODING_RLE_DICTIONARY : ENCODING_PLAIN);
}

static void draw_statistics(
	struct thrift *t, const struct parquet *p, const struct column *column, bool is_text)
{
	thrift_struct(t, 12);
	thrift_i64(t, 3, (int64_t)(p->nr_rows - column->nr_values));
	if (!is_text && column->nr_values) {
		uint64_t max = htole64((uint64_t)column->max), min = htole64((uint64_t)column->min);

		thrift_binary(t, 5, &max, sizeof(max));
		thrift_binary(t, 6, &min, sizeof(min));
	}
	thrift_struct_end(t);
}

static void draw_chunk(
	struct thrift *t, const struct parquet *p, int place, const struct chunk *chunk)
{
	const struct event_column_info *info = &event_columns[place];

	thrift_struct_begin(t);
	thrift_i64(t, 2, 0); /* where the same once stood again */
	thrift_struct(t, 3);
	thrift_i32(t, 1, info->is_text ? TYPE_BYTE_ARRAY : TYPE_INT64);
	thrift_list(t, 2, THRIFT_I32, chunk->has_dictionary ? 3 : 2);
	thrift_element_i32(t, ENCODING_PLAIN);
	thrift_element_i32(t, ENCODING_RLE);
	if (chunk->has_dictionary)
		thrift_element_i32(t, ENCODING_RLE_DICTIONARY);
	thrift_list(t, 3, THRIFT_BINARY, 1);
	thrift_element_text(t, info->name);
	thrift_i32(t, 4, CODEC_ZSTD);
	thrift_i64(t, 5, (int64_t)p->nr_rows);
	thrift_i64(t, 6, (int64_t)chunk->raw_bytes);
	thrift_i64(t, 7, (int64_t)chunk->stored_bytes);
	thrift_i64(t, 9, (int64_t)chunk->data_start);
	if (chunk->has_dictionary)
		thrift_i64(t, 11, (int64_t)chunk->start);
	draw_statistics(t, p, &p->columns[place], info->is_text);
	thrift_struct_end(t);
	thrift_struct_end(t);
}

static void draw_group(struct parquet *p, const struct chunk *chunks)
{
	uint64_t raw_bytes = 0, stored_bytes = 0;
	struct thrift t;

	thrift_init(&t, &p->groups);
	thrift_struct_begin(&t);
	thrift_list(&t, 1, THRIFT_STRUCT, NR_EVENT_COLUMNS);
	for (int i = 0; i < NR_EVENT_COLUMNS; i++) {
		draw_chunk(&t, p, i, &chunks[i]);
		raw_bytes += chunks[i].raw_bytes;
		stored_bytes += chunks[i].stored_bytes;
	}
	thrift_i64(&t, 2, (int64_t)raw_bytes);
	thrift_i64(&t, 3, (int64_t)p->nr_rows);
	thrift_i64(&t, 5, (int64_t)chunks[0].start);
	thrift_i64(&t, 6, (int64_t)stored_bytes);
	thrift_struct_end(&t);
}

static void reset_columns(struct parquet *p)
{
	for (int i = 0; i < NR_EVENT_COLUMNS; i++) {
		buf_reset(&p->columns[i].values);
		p->columns[i].levels.len = 0;
		p->columns[i].nr_values = 0;
	}
	p->nr_rows = p->nr_bytes = 0;
}

static void put_group(struct parquet *p)
{
	struct chunk chunks[NR_EVENT_COLUMNS] = {0};

	if (!p->nr_rows)
		return;
	for (int i = 0; i < NR_EVENT_COLUMNS; i++) {
		put_chunk(p, &p->columns[i], &event_columns[i], &chunks[i]);
		out_commit(p->out);
	}
	draw_group(p, chunks);
	p->nr_groups++;
	p->nr_rows_written += p->nr_rows;
	reset_columns(p);
}

static void add_number(struct column *column, int64_t number)
{
	column->min = column->nr_values ? MIN(column->min, number) : number;
	column->max = column->nr_values ? MAX(column->max, number) : number;
	put_u64(&column->values, (uint64_t)number);
}

static void add_cell(struct column *column, const struct event_cell *cell, bool is_text)
{
	VEC_PUSH(&column->levels, cell->present);
	if (!cell->present)
		return;
	if (is_text) {
		put_u32(&column->values, (uint32_t)cell->len);
		buf_add(&column->values, cell->text, cell->len);
	} else {
		add_number(column, cell->number);
	}
	column->nr_values++;
}

static void parquet_event(void *self, const struct event_view *view)
{
	struct parquet *p = self;

	if (p->out->error || !event_row_fill(&p->row, p->options, view))
		return;
	for (int i = 0; i < NR_EVENT_COLUMNS; i++) {
		size_t before = p->columns[i].values.len;

		add_cell(&p->columns[i], &p->row.cells[i], event_columns[i].is_text);
		p->nr_bytes += p->columns[i].values.len - before;
	}
	p->nr_rows++;
	if (p->nr_rows == GROUP_ROWS || p->nr_bytes >= GROUP_BYTES)
		put_group(p);
}

static void draw_schema(struct thrift *t)
{
	thrift_list(t, 2, THRIFT_STRUCT, NR_EVENT_COLUMNS + 1);
	thrift_struct_begin(t);
	thrift_text(t, 4, "events");
	thrift_i32(t, 5, NR_EVENT_COLUMNS);
	thrift_struct_end(t);
	for (int i = 0; i < NR_EVENT_COLUMNS; i++) {
		const struct event_column_info *info = &event_columns[i];

		thrift_struct_begin(t);
		thrift_i32(t, 1, info->is_text ? TYPE_BYTE_ARRAY : TYPE_INT64);
		thrift_i32(t, 3, info->optional ? OPTIONAL : REQUIRED);
		thrift_text(t, 4, info->name);
		if (info->is_text) {
			thrift_i32(t, 6, CONVERTED_UTF8);
			thrift_struct(t, 10); /* LogicalType */
			thrift_struct(t, 1);  /* StringType */
			thrift_struct_end(t);
			thrift_struct_end(t);
		}
		thrift_struct_end(t);
	}
}

static void draw_facts(struct thrift *t, const struct render_options *options)
{
	struct run_fact facts[RUN_FACTS_MAX];
	struct arena arena = ARENA_INIT;
	size_t nr = run_facts(options, "renacer-parquet-v1", &arena, facts);

	thrift_list(t, 5, THRIFT_STRUCT, nr);
	for (size_t i = 0; i < nr; i++) {
		thrift_struct_begin(t);
		thrift_text(t, 1, facts[i].key);
		thrift_text(t, 2, facts[i].text);
		thrift_struct_end(t);
	}
	arena_deinit(&arena);
}

/* By which order the lowest and highest values of chunks are such: that of the type. */
static void draw_orders(struct thrift *t)
{
	thrift_list(t, 7, THRIFT_STRUCT, NR_EVENT_COLUMNS);
	for (int i = 0; i < NR_EVENT_COLUMNS; i++) {
		thrift_struct_begin(t);
		thrift_struct(t, 1);
		thrift_struct_end(t);
		thrift_struct_end(t);
	}
}

static void put_footer(struct parquet *p)
{
	struct buf footer = BUF_INIT;
	struct thrift t;

	thrift_init(&t, &footer);
	thrift_struct_begin(&t);
	thrift_i32(&t, 1, 1); /* version of the format */
	draw_schema(&t);
	thrift_i64(&t, 3, (int64_t)p->nr_rows_written);
	thrift_list(&t, 4, THRIFT_STRUCT, p->nr_groups);
	buf_add(&footer, p->groups.data, p->groups.len);
	draw_facts(&t, p->options);
	thrift_text(&t, 6, "renacer version " RENACER_VERSION);
	draw_orders(&t);
	thrift_struct_end(&t);
	put_u32(&footer, (uint32_t)footer.len);
	buf_adds(&footer, MAGIC);
	put(p, footer.data, footer.len);
	buf_deinit(&footer);
}

static bool parquet_end(void *self)
{
	struct parquet *p = self;

	put_group(p);
	put_footer(p);
	for (int i = 0; i < NR_EVENT_COLUMNS; i++) {
		buf_deinit(&p->columns[i].values);
		VEC_DEINIT(&p->columns[i].levels);
	}
	VEC_DEINIT(&p->places);
	buf_deinit(&p->groups);
	buf_deinit(&p->page);
	buf_deinit(&p->stored);
	buf_deinit(&p->header);
	buf_deinit(&p->texts);
	ZSTD_freeCCtx(p->context);
	event_row_deinit(&p->row);
	free(p);
	return true;
}

const struct renderer renderer_parquet = {
	.name = "parquet",
	.media_type = "application/vnd.apache.parquet",
	.shapes = SHAPE_EVENTS,
	.structured = true,
	.tracks = true,
	.binary = true,
	.begin = parquet_begin,
	.event = parquet_event,
	.end = parquet_end,
};
