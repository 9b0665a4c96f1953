#include "store/block_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "decode/row.h"
#include "event/event.h"
#include "store/chunk.h"
#include "store/record.h"
#include "store/varint.h"
#include "util/macros.h"

/*
 * Whoever gives calls or events another field that sinks look at stores it, too: as a column or at
 * the end of a record, here, in block_reader.c or record.c, in docs/trace-format.md.
 */
_Static_assert(sizeof(struct event_call) == 88 && sizeof(struct event) == 112 &&
		       sizeof(struct capture) == 24,
	"is there a field that trace files lack?");

/* What an event or a captured piece weighs without its bytes. */
#define EVENT_WEIGHT 48u
#define PIECE_WEIGHT 16u

void block_writer_deinit(struct block_writer *b)
{
	store_zone_deinit(&b->zone);
	for (size_t i = 0; i < ARRAY_SIZE(b->cols); i++)
		buf_deinit(&b->cols[i]);
	VEC_DEINIT(&b->calls);
	VEC_DEINIT(&b->spans);
	map_deinit(&b->other_calls);
	map_deinit(&b->tasks);
	map_deinit(&b->contents);
}

void block_writer_reset(struct block_writer *b)
{
	store_zone_reset(&b->zone);
	b->counts = (struct store_end){0};
	for (size_t i = 0; i < ARRAY_SIZE(b->cols); i++)
		buf_reset(&b->cols[i]);
	b->calls.len = b->spans.len = 0;
	memset(b->call_places, 0, sizeof(b->call_places));
	map_deinit(&b->other_calls);
	map_deinit(&b->tasks);
	map_deinit(&b->contents);
	b->weight_bytes = 0;
	b->last_task_key = 0;
	b->last_task = 0;
}

bool block_writer_is_full(const struct block_writer *b)
{
	size_t limit = b->limit_bytes ? b->limit_bytes : STORE_BLOCK_BYTES;

	return b->zone.nr_events >= STORE_BLOCK_EVENTS || b->weight_bytes >= limit;
}

static size_t place_of_task(struct block_writer *b, int32_t pid, int32_t tid)
{
	uint64_t key = (uint64_t)(uint32_t)pid << 32 | (uint32_t)tid;
	size_t place;

	if (b->zone.tasks.len && key == b->last_task_key)
		return b->last_task;
	place = (size_t)map_get(&b->tasks, key);
	if (!place) {
		VEC_PUSH(&b->zone.tasks, (struct zone_task){pid, tid});
		place = b->zone.tasks.len;
		map_put(&b->tasks, key, (void *)place);
	}
	b->last_task_key = key;
	return b->last_task = place - 1;
}

/*
 * Registers hold something in the words that a call does not take, too. Nobody looks at it, and it
 * would cost more room than the words that it does take. (CAPTURE_STACK makes use of one.)
 */
static uint8_t nr_words_kept(const struct event_call *call, enum call_id id)
{
	const struct capture_recipe *recipe = syscall_row_captures(call->abi, id);
	unsigned nr = syscall_row_words(call->abi, id);

	if (recipe)
		nr = MAX(nr, 32u - (unsigned)__builtin_clz(
					   capture_recipe_args(recipe, CAPTURE_AT_BOTH) | 1));
	return (uint8_t)MIN(nr, (unsigned)CAPTURE_NR_ARGS);
}

static size_t add_call(struct block_writer *b, const struct event_call *call)
{
	enum call_id id = call_id_of(call->abi, call->nr);
	struct block_call state = {.nr_words = nr_words_kept(call, id)};

	state.env_arg = id == CALL_execve ? 2 : id == CALL_execveat ? 3 : -1;
	VEC_PUSH(&b->zone.calls, (struct zone_call){.abi = call->abi, .nr = call->nr});
	VEC_PUSH(&b->calls, state);
	return b->calls.len;
}

static size_t place_of_call(struct block_writer *b, const struct event_call *call)
{
	uint64_t key = (uint64_t)call->abi << 32 | call->nr;
	size_t place;

	if (call->abi < NR_ABIS && call->nr < CALL_NR_LIMIT) {
		uint16_t *slot = &b->call_places[call->abi][call->nr];

		if (!*slot)
			*slot = (uint16_t)add_call(b, call);
		return *slot - 1u;
	}
	place = (size_t)map_get(&b->other_calls, key);
	if (!place) {
		place = add_call(b, call);
		map_put(&b->other_calls, key, (void *)place);
	}
	return place - 1;
}

/* Its place among the block's contents, from 1; 0 = no bytes. */
static size_t place_of_content(struct block_writer *b, const uint8_t *bytes, size_t len)
{
	struct buf *all = &b->cols[STORE_CONTENT_BYTES];
	uint64_t hash;
	size_t place;

	if (!len)
		return 0;
	hash = XXH3_64bits(bytes, len);
	place = (size_t)map_get(&b->contents, hash);
	if (place) {
		const struct block_span *span = &b->spans.data[place - 1];

		if (span->len == len && !memcmp(all->data + span->offset, bytes, len))
			return place;
	}
	VEC_PUSH(&b->spans, (struct block_span){all->len, len});
	buf_add(all, bytes, len);
	put_u(&b->cols[STORE_CONTENT_LEN], len);
	b->weight_bytes += len;
	if (!place)
		map_put(&b->contents, hash, (void *)b->spans.len);
	return b->spans.len;
}

/* Finds the strings among the pieces of an environment, which begin with the pointers to them. */
struct environment {
	int arg;              /* -1 = there is none, or all of it is kept */
	uint64_t pointers_at; /* where more pointers would be */
};

static bool is_string_of(struct environment *env, const struct capture *c)
{
	static const uint8_t last[sizeof(uint64_t)];

	if (c->arg != env->arg || !c->len)
		return false;
	if (c->addr != env->pointers_at)
		return true;
	env->pointers_at += c->len;
	if (c->len >= sizeof(last) && !memcmp(c->bytes + c->len - sizeof(last), last, sizeof(last)))
		env->pointers_at = UINT64_MAX;
	return false;
}

/* How much of a piece is kept: of an environment's strings the names, unless values are wanted. */
static size_t len_kept(struct environment *env, const struct capture *c)
{
	const uint8_t *equals = is_string_of(env, c) ? memchr(c->bytes, '=', c->len) : NULL;

	return equals ? (size_t)(equals - c->bytes) + 1 : c->len;
}

/*
 * Where a piece begins is mostly where its argument points, or where the piece before it ended (as
 * it was kept, for readers know no other end): so lie the strings of argv.
 */
static uint64_t expected_addr(const struct event_call *call, size_t i, size_t len_before)
{
	const struct capture *c = &call->captures[i];

	if (i && c[-1].arg == c->arg && c[-1].when == c->when)
		return c[-1].addr + len_before;
	return c->arg < CAPTURE_NR_ARGS ? call->args[c->arg] : 0;
}

static void add_captures(
	struct block_writer *b, const struct block_call *state, const struct event_call *call)
{
	struct environment env = {.arg = b->env_values ? -1 : state->env_arg};
	size_t room = STORE_EVENT_BYTES, len = 0;

	if (env.arg >= 0)
		env.pointers_at = call->args[env.arg];
	put_u(&b->cols[STORE_NR_CAPTURES], call->nr_captures);
	for (size_t i = 0; i < call->nr_captures; i++) {
		const struct capture *c = &call->captures[i];
		uint64_t flags = c->flags;

		put_delta(&b->cols[STORE_ADDR], expected_addr(call, i, len), c->addr);
		len = len_kept(&env, c);
		len = MIN(len, room);
		room -= len;
		flags |= len < c->len ? CAPTURE_CUT : 0u;
		put_u(&b->cols[STORE_WHERE], c->arg | (uint64_t)c->when << 3 | flags << 5);
		put_u(&b->cols[STORE_CONTENT], place_of_content(b, c->bytes, len));
	}
	b->weight_bytes += call->nr_captures * PIECE_WEIGHT;
}

static void note_call(struct block_writer *b, const struct event *ev, size_t place)
{
	const struct event_call *call = &ev->call;
	struct store_zone *zone = &b->zone;

	zone->calls.data[place].count += ev->kind == EV_CALL;
	if (ev->kind != EV_CALL)
		return;
	if (call->flags & CALL_UNFINISHED)
		zone->flags |= STORE_HAS_UNFINISHED;
	else if (call->ret < 0 && call->ret >= -4095)
		zone->flags |= STORE_HAS_FAILED;
	if (call->flags & CALL_NO_ENTER)
		zone->flags |= STORE_HAS_NO_ENTER;
	else if (!(call->flags & CALL_UNTIMED))
		zone->longest_ns = MAX(zone->longest_ns, ev->time_ns - call->enter_ns);
}

static void add_call_event(struct block_writer *b, const struct event *ev)
{
	const struct event_call *call = &ev->call;
	size_t place = place_of_call(b, call);
	struct block_call *state = &b->calls.data[place];

	put_u(&b->cols[STORE_CALL], place);
	put_u(&b->cols[STORE_FLAGS], call->flags);
	put_delta(&b->cols[STORE_TOOK], call->enter_ns, ev->time_ns);
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++) {
		uint64_t word = i < state->nr_words ? call->args[i] : 0;

		put_delta(&b->cols[STORE_ARG0 + i], state->args[i], word);
		state->args[i] = word;
	}
	put_delta(&b->cols[STORE_RET], (uint64_t)state->ret, (uint64_t)call->ret);
	state->ret = call->ret;
	put_u(&b->cols[STORE_QUEUED], call->queued_ns);
	add_captures(b, state, call);
	note_call(b, ev, place);
}

static void add_record(struct block_writer *b, const struct event *ev)
{
	struct buf *records = &b->cols[STORE_RECORD];
	size_t before = records->len;

	record_put(ev, records);
	put_u(&b->cols[STORE_RECORD_LEN], records->len - before);
	b->weight_bytes += records->len - before;
	if (ev->kind == EV_LOST)
		b->zone.flags |= STORE_HAS_LOST;
}

static void note_time(struct block_writer *b, uint64_t time_ns)
{
	struct store_zone *zone = &b->zone;

	if (!zone->nr_events)
		zone->first_ns = zone->min_ns = zone->max_ns = b->last_ns = time_ns;
	zone->min_ns = MIN(zone->min_ns, time_ns);
	zone->max_ns = MAX(zone->max_ns, time_ns);
	put_delta(&b->cols[STORE_TIME], b->last_ns, time_ns);
	b->last_ns = time_ns;
	zone->nr_events++;
}

static void count(struct store_end *counts, const struct event *ev)
{
	counts->nr_events++;
	counts->end_ns = MAX(counts->end_ns, ev->time_ns);
	if (ev->kind == EV_CALL) {
		counts->nr_calls++;
		counts->nr_unfinished += !!(ev->call.flags & CALL_UNFINISHED);
	} else if (ev->kind == EV_LOST) {
		counts->nr_lost += ev->lost.count;
	}
}

void block_writer_add(struct block_writer *b, const struct event *ev)
{
	count(&b->counts, ev);
	note_time(b, ev->time_ns);
	b->zone.kinds |= EV_BIT(MIN(ev->kind, 63));
	put_u(&b->cols[STORE_KIND], ev->kind);
	put_u(&b->cols[STORE_CPU], ev->cpu);
	put_u(&b->cols[STORE_TASK], place_of_task(b, ev->pid, ev->tid));
	if (ev->kind == EV_CALL || ev->kind == EV_CALL_ENTER)
		add_call_event(b, ev);
	else
		add_record(b, ev);
	b->weight_bytes += EVENT_WEIGHT;
}

void block_writer_encode(struct block_writer *b, struct chunk_coder *coder, struct buf *out)
{
	buf_reset(&b->cols[STORE_ZONE]);
	store_zone_put(&b->zone, &b->cols[STORE_ZONE]);
	chunk_encode(coder, STORE_EVENTS, b->cols, ARRAY_SIZE(b->cols), out);
}
