#include "store/facts.h"

#include <stddef.h>
#include <string.h>

#include "store/format.h"
#include "store/varint.h"
#include "util/arena.h"
#include "util/macros.h"

/* How a fact is written; one row per fact says the rest. */
enum form {
	NUMBER,
	TEXT,
	TEXTS, /* each with a NUL behind it */
};

struct row {
	enum store_fact fact;
	enum form form;
	size_t offset; /* in the structure */
};

#define FACT(field) offsetof(struct store_facts, field)
#define END(field)  offsetof(struct store_end, field)

static const struct row facts_rows[] = {
	{STORE_FACT_WRITER, TEXT, FACT(writer)},
	{STORE_FACT_TRACE_ID, TEXT, FACT(trace_id)},
	{STORE_FACT_ENGINE, TEXT, FACT(engine)},
	{STORE_FACT_COMMAND, TEXTS, FACT(command)},
	{STORE_FACT_FOLDER, TEXT, FACT(folder)},
	{STORE_FACT_REALTIME_OFFSET, NUMBER, FACT(realtime_offset_ns)},
	{STORE_FACT_START, NUMBER, FACT(start_ns)},
	{STORE_FACT_STRING_LIMIT, NUMBER, FACT(string_limit)},
	{STORE_FACT_OPTIONS, NUMBER, FACT(options)},
	{STORE_FACT_FILTER, TEXTS, FACT(filter)},
	{STORE_FACT_SYSTEM, TEXTS, FACT(system)},
	{STORE_FACT_CPUS, NUMBER, FACT(nr_cpus)},
	{STORE_FACT_PAGE_BYTES, NUMBER, FACT(page_bytes)},
	{STORE_FACT_ENVIRONMENT, TEXTS, FACT(environment)},
	{STORE_FACT_INTERFACES, TEXTS, FACT(interfaces)},
	{STORE_FACT_RING_BYTES, NUMBER, FACT(ring_bytes)},
	{STORE_FACT_NR_DROPPED, NUMBER, FACT(nr_dropped)},
};

static const struct row end_rows[] = {
	{STORE_FACT_NR_EVENTS, NUMBER, END(nr_events)},
	{STORE_FACT_NR_CALLS, NUMBER, END(nr_calls)},
	{STORE_FACT_NR_UNFINISHED, NUMBER, END(nr_unfinished)},
	{STORE_FACT_NR_LOST, NUMBER, END(nr_lost)},
	{STORE_FACT_END, NUMBER, END(end_ns)},
	{STORE_FACT_BECAUSE, TEXT, END(because)},
};

static void put_fact(struct buf *to, enum store_fact fact, const struct buf *value)
{
	put_u(to, fact);
	put_u(to, value->len);
	buf_add(to, value->data, value->len);
}

/* False = there is nothing to say. */
static bool draw_value(const struct row *row, const void *from, struct buf *to)
{
	const void *field = (const char *)from + row->offset;
	char *const *list;
	const char *text;

	switch (row->form) {
	case NUMBER: put_u(to, *(const uint64_t *)field); return *(const uint64_t *)field;
	case TEXT:
		text = *(const char *const *)field;
		if (text)
			buf_adds(to, text);
		return text;
	case TEXTS:
		list = *(char *const *const *)field;
		for (size_t i = 0; list && list[i]; i++)
			buf_add(to, list[i], strlen(list[i]) + 1);
		return list;
	}
	return false;
}

static void put_rows(const struct row *rows, size_t nr, const void *from, struct buf *to)
{
	struct buf value = BUF_INIT;

	for (size_t i = 0; i < nr; i++) {
		buf_reset(&value);
		if (draw_value(&rows[i], from, &value))
			put_fact(to, rows[i].fact, &value);
	}
	buf_deinit(&value);
}

void store_end_add(struct store_end *end, const struct store_end *more)
{
	end->nr_events += more->nr_events;
	end->nr_calls += more->nr_calls;
	end->nr_unfinished += more->nr_unfinished;
	end->nr_lost += more->nr_lost;
	end->end_ns = MAX(end->end_ns, more->end_ns);
}

void store_facts_put(const struct store_facts *facts, struct buf *to)
{
	put_rows(facts_rows, ARRAY_SIZE(facts_rows), facts, to);
}

void store_end_put(const struct store_end *end, struct buf *to)
{
	put_rows(end_rows, ARRAY_SIZE(end_rows), end, to);
}

static char **read_texts(const uint8_t *bytes, size_t len, struct arena *a)
{
	const char *all = arena_strndup(a, (const char *)bytes, len);
	size_t nr = 0, at = 0;
	char **ret;

	for (size_t i = 0; i < len; i++)
		nr += !all[i];
	ret = arena_calloc(a, nr + 1, sizeof(*ret));
	for (size_t i = 0; i < nr; i++) {
		ret[i] = (char *)all + at;
		at += strlen(ret[i]) + 1;
	}
	return ret;
}

static bool read_value(
	const struct row *row, const uint8_t *bytes, size_t len, void *to, struct arena *a)
{
	void *field = (char *)to + row->offset;
	struct scan value = {bytes, bytes + len, false};

	switch (row->form) {
	case NUMBER: *(uint64_t *)field = scan_u(&value); break;
	case TEXT: *(const char **)field = arena_strndup(a, (const char *)bytes, len); break;
	case TEXTS: *(char ***)field = read_texts(bytes, len, a); break;
	}
	return !value.bad;
}

static bool read_rows(
	const struct row *rows, size_t nr, void *to, struct scan *from, struct arena *a)
{
	while (scan_left(from)) {
		uint64_t fact = scan_u(from), len = scan_u(from);
		const uint8_t *bytes = scan_bytes(from, len);

		for (size_t i = 0; i < nr && !from->bad; i++)
			if (rows[i].fact == fact && !read_value(&rows[i], bytes, len, to, a))
				return false;
	}
	return !from->bad;
}

bool store_facts_read(struct store_facts *ret, struct scan *from, struct arena *a)
{
	*ret = (struct store_facts){0};
	return read_rows(facts_rows, ARRAY_SIZE(facts_rows), ret, from, a);
}

bool store_end_read(struct store_end *ret, struct scan *from, struct arena *a)
{
	*ret = (struct store_end){0};
	return read_rows(end_rows, ARRAY_SIZE(end_rows), ret, from, a);
}
