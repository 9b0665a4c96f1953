#include "store/block_reader.h"

#include <string.h>

#include "store/format.h"
#include "store/reader.h"
#include "util/macros.h"

void block_reader_deinit(struct block_reader *b)
{
	columns_deinit(&b->columns);
	store_zone_deinit(&b->zone);
	VEC_DEINIT(&b->calls);
	VEC_DEINIT(&b->contents);
	VEC_DEINIT(&b->captures);
	VEC_DEINIT(&b->room.words);
}

static struct scan *column(struct block_reader *b, unsigned id)
{
	return &b->columns.by_id[id];
}

static bool read_contents(struct block_reader *b)
{
	struct scan *lens = column(b, STORE_CONTENT_LEN), *bytes = column(b, STORE_CONTENT_BYTES);

	b->contents.len = 0;
	while (scan_left(lens)) {
		struct block_content content;

		content.len = (uint32_t)scan_max(lens, STORE_RAW_MAX);
		content.bytes = scan_bytes(bytes, content.len);
		if (lens->bad || bytes->bad || !content.len || b->contents.len == STORE_LIST_MAX)
			return false;
		VEC_PUSH(&b->contents, content);
	}
	return true;
}

#define COLUMN_BIT(id) (UINT64_C(1) << (id))

/* What has to be decompressed for that: the order of columns does not matter, each is read alone.
 */
static uint64_t columns_of(uint32_t parts)
{
	uint64_t ret = COLUMN_BIT(STORE_ZONE) | COLUMN_BIT(STORE_KIND) | COLUMN_BIT(STORE_TIME) |
		       COLUMN_BIT(STORE_TASK) | COLUMN_BIT(STORE_CALL) | COLUMN_BIT(STORE_FLAGS);

	if (parts & STORE_PART_CPU)
		ret |= COLUMN_BIT(STORE_CPU);
	if (parts & STORE_PART_ENTRY)
		ret |= COLUMN_BIT(STORE_TOOK);
	if (parts & STORE_PART_RESULT)
		ret |= COLUMN_BIT(STORE_RET);
	for (unsigned i = 0; parts & STORE_PART_ARGS && i < CAPTURE_NR_ARGS; i++)
		ret |= COLUMN_BIT(STORE_ARG0 + i);
	if (parts & STORE_PART_CAPTURES)
		ret |= COLUMN_BIT(STORE_NR_CAPTURES) | COLUMN_BIT(STORE_WHERE) |
		       COLUMN_BIT(STORE_ADDR) | COLUMN_BIT(STORE_CONTENT) |
		       COLUMN_BIT(STORE_CONTENT_LEN) | COLUMN_BIT(STORE_CONTENT_BYTES);
	if (parts & STORE_PART_QUEUED)
		ret |= COLUMN_BIT(STORE_QUEUED);
	if (parts & STORE_PART_RECORDS)
		ret |= COLUMN_BIT(STORE_RECORD_LEN) | COLUMN_BIT(STORE_RECORD);
	return ret;
}

bool block_reader_begin(struct block_reader *b, const struct chunk *chunk, uint32_t parts)
{
	/* addresses of pieces are told from the arguments */
	b->parts = parts & STORE_PART_CAPTURES ? parts | STORE_PART_ARGS : parts;
	b->nr_read = 0;
	b->contents.len = 0;
	if (!columns_read(&b->columns, chunk, columns_of(b->parts)) ||
		!store_zone_read(&b->zone, column(b, STORE_ZONE)) ||
		(b->parts & STORE_PART_CAPTURES && !read_contents(b)))
		return false;
	b->last_ns = b->zone.first_ns;
	b->has_queued = scan_left(column(b, STORE_QUEUED)) > 0;
	VEC_RESERVE(&b->calls, b->zone.calls.len);
	b->calls.len = b->zone.calls.len;
	if (b->calls.len)
		memset(b->calls.data, 0, b->calls.len * sizeof(*b->calls.data));
	return true;
}

static bool read_capture(struct block_reader *b, const struct event_call *call, struct capture *ret)
{
	uint64_t where = scan_max(column(b, STORE_WHERE), 0x1fff), place, expected = 0;
	const struct capture *before = ret - 1;

	ret->arg = where & 7;
	ret->when = where >> 3 & 3;
	ret->flags = (uint8_t)(where >> 5);
	if (ret > b->captures.data && before->arg == ret->arg && before->when == ret->when)
		expected = before->addr + before->len;
	else if (ret->arg < CAPTURE_NR_ARGS)
		expected = call->args[ret->arg];
	ret->addr = scan_delta(column(b, STORE_ADDR), expected);
	place = scan_max(column(b, STORE_CONTENT), b->contents.len);
	ret->bytes = place ? b->contents.data[place - 1].bytes : NULL;
	ret->len = place ? b->contents.data[place - 1].len : 0;
	return !column(b, STORE_WHERE)->bad && !column(b, STORE_ADDR)->bad &&
	       !column(b, STORE_CONTENT)->bad;
}

static bool read_captures(struct block_reader *b, struct event_call *call)
{
	/* a piece takes a byte at least */
	uint64_t nr = scan_max(column(b, STORE_NR_CAPTURES),
		MIN((uint64_t)UINT16_MAX, scan_left(column(b, STORE_WHERE))));

	VEC_RESERVE(&b->captures, nr);
	call->nr_captures = (uint16_t)nr;
	call->captures = b->captures.data;
	for (uint64_t i = 0; i < nr; i++)
		if (!read_capture(b, call, &b->captures.data[i]))
			return false;
	return !column(b, STORE_NR_CAPTURES)->bad;
}

static bool read_args(
	struct block_reader *b, struct block_call_before *state, struct event_call *call)
{
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++) {
		state->args[i] = scan_delta(column(b, STORE_ARG0 + i), state->args[i]);
		call->args[i] = state->args[i];
		if (column(b, STORE_ARG0 + i)->bad)
			return false;
	}
	return true;
}

static enum block_state read_call(struct block_reader *b, struct event *ret)
{
	uint64_t place = scan_u(column(b, STORE_CALL));
	struct event_call *call = &ret->call;
	struct block_call_before *state;

	if (place >= b->calls.len || column(b, STORE_CALL)->bad)
		return BLOCK_BAD;
	state = &b->calls.data[place];
	call->nr = b->zone.calls.data[place].nr;
	call->abi = b->zone.calls.data[place].abi;
	call->flags = (uint8_t)scan_max(column(b, STORE_FLAGS), UINT8_MAX);
	if (b->parts & STORE_PART_ENTRY)
		call->enter_ns = ret->time_ns - (uint64_t)scan_i(column(b, STORE_TOOK));
	if (b->parts & STORE_PART_ARGS && !read_args(b, state, call))
		return BLOCK_BAD;
	if (b->parts & STORE_PART_RESULT) {
		state->ret = scan_delta(column(b, STORE_RET), state->ret);
		call->ret = (int64_t)state->ret;
	}
	if (b->parts & STORE_PART_QUEUED && b->has_queued)
		call->queued_ns = scan_u(column(b, STORE_QUEUED));
	if (b->parts & STORE_PART_CAPTURES && !read_captures(b, call))
		return BLOCK_BAD;
	if (column(b, STORE_FLAGS)->bad || column(b, STORE_TOOK)->bad ||
		column(b, STORE_RET)->bad || column(b, STORE_QUEUED)->bad)
		return BLOCK_BAD;
	return call->abi < NR_ABIS ? BLOCK_EVENT : BLOCK_SKIPPED;
}

static enum block_state read_record(struct block_reader *b, struct event *ret)
{
	struct scan record = {0};
	uint64_t len;

	if (!(b->parts & STORE_PART_RECORDS))
		return BLOCK_SKIPPED;
	len = scan_u(column(b, STORE_RECORD_LEN));
	record.at = scan_bytes(column(b, STORE_RECORD), len);
	if (column(b, STORE_RECORD_LEN)->bad || column(b, STORE_RECORD)->bad)
		return BLOCK_BAD;
	record.end = len ? record.at + len : record.at;
	if (ret->kind >= NR_EVENT_KINDS || ret->kind == EV_NONE || ret->kind == EV_CALL_EXIT)
		return BLOCK_SKIPPED;
	return record_read(ret, &record, &b->room) ? BLOCK_EVENT : BLOCK_BAD;
}

enum block_state block_reader_next(struct block_reader *b, struct event *ret)
{
	uint64_t task;

	if (b->nr_read == b->zone.nr_events)
		return BLOCK_ENDS;
	b->nr_read++;
	*ret = (struct event){0};
	ret->kind = (uint16_t)scan_max(column(b, STORE_KIND), UINT16_MAX);
	if (b->parts & STORE_PART_CPU)
		ret->cpu = (uint16_t)scan_max(column(b, STORE_CPU), UINT16_MAX);
	ret->time_ns = b->last_ns = scan_delta(column(b, STORE_TIME), b->last_ns);
	task = scan_u(column(b, STORE_TASK));
	if (column(b, STORE_KIND)->bad || column(b, STORE_CPU)->bad || column(b, STORE_TIME)->bad ||
		column(b, STORE_TASK)->bad || task >= b->zone.tasks.len)
		return BLOCK_BAD;
	ret->pid = b->zone.tasks.data[task].pid;
	ret->tid = b->zone.tasks.data[task].tid;
	if (ret->kind == EV_CALL || ret->kind == EV_CALL_ENTER)
		return read_call(b, ret);
	return read_record(b, ret);
}
