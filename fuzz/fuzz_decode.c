/*
 * A recorded call made of the input, decoded and drawn in all ways:
 *
 *	number    2 bytes
 *	ABI       1 byte: bit 0; the others, and bits 4-7 of the next byte, choose a step of the row
 *	          (0 = none): the arguments that it is picked by get the values it is for
 *	flags     1 byte
 *	7 words   the arguments and the result, see take_arg
 *	captures  1 byte: bits 0-2 the argument, 3 at exit, 4-5 enum capture_flag, 6 at the address
 *of the capture before, 7 the length has 2 bytes; the length; the bytes
 *
 * Captures lie at 0x10000, 0x20000, ... so that an argument, or a word inside another capture,
 * meets one easily; mutation writes such words.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "decode/row.h"
#include "render/value_json.h"
#include "render/value_text.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/json.h"

#define NR_CHUNKS   16
#define CHUNK_BYTES 0x10000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

static uint64_t take(struct input *in, size_t len)
{
	uint64_t ret = 0;

	len = len < in->left ? len : in->left;
	memcpy(&ret, in->at, len);
	in->at += len;
	in->left -= len;
	return ret;
}

static uint64_t take_arg(struct input *in)
{
	uint8_t how = (uint8_t)take(in, 1);

	switch (how >> 6) {
	case 0: return how & 0x3f;
	case 1: return (uint64_t)(how & (NR_CHUNKS - 1)) * CHUNK_BYTES;
	case 2: return (uint64_t)(int64_t)(int32_t)take(in, 4);
	default: return take(in, 8);
	}
}

/* What a call's values lie in, in a document. */
#define JSON_LEVELS 4

/* Small descriptors are other files, or who knows. */
static int netlink_protocol(void *asked, int fd)
{
	return fd >= 32 ? fd - 32 : -1;
}

static void draw_json(struct buf *out, const struct value *value)
{
	struct json j;

	json_init(&j, out);
	for (int i = 0; i < JSON_LEVELS; i++)
		json_array_begin(&j);
	value_json_draw(&j, value);
	for (int i = 0; i < JSON_LEVELS; i++)
		json_array_end(&j);
	if (j.depth)
		abort();
}

/* Fields go by name in JSON: each has one. */
static void check_names(const struct value *value)
{
	switch (value->kind) {
	case VALUE_STRUCT:
	case VALUE_ARRAY:
	case VALUE_CHANGE:
	case VALUE_OR:
	case VALUE_SHIFT:
	case VALUE_MACRO:
	case VALUE_BITSET: break;
	default: return;
	}
	for (size_t i = 0; i < value->list.nr; i++) {
		if (value->kind == VALUE_STRUCT && !value->list.items[i].name)
			abort();
		check_names(&value->list.items[i]);
	}
}

static void draw(struct buf *out, const struct value *value)
{
	static const struct value_text hows[] = {
		{.string_limit = 64},
		{.string_limit = 3, .hex = true, .hex_strings = HEX_UNPRINTABLE},
	};

	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
		buf_reset(out);
		value_text_draw(&hows[i], out, value, i);
	}
	buf_reset(out);
	draw_json(out, value);
	check_names(value);
}

static void draw_call(struct buf *out, const struct event_call *call, const struct decoded_call *d)
{
	bool grows;

	if (d->nr_args > CAPTURE_NR_ARGS || d->nr_words > CAPTURE_NR_ARGS || !d->name ||
		(d->error && !call->ret) || decode_nr_known(call, d, &grows) > d->nr_args)
		abort();
	for (size_t i = 0; i < d->nr_args; i++)
		draw(out, &d->args[i]);
	draw(out, &d->ret);
	draw(out, &d->ret_detail);
}

/* As its number says, whatever made it. */
static int bpf_object(void *asked, int fd)
{
	return fd & 3;
}

/* With all fields and without; as it returned, and as it looked before that. */
static void decode_all_ways(struct arena *a, const struct event_call *call)
{
	struct event_call entered = *call;
	struct buf out = BUF_INIT;

	entered.flags |= CALL_UNFINISHED;
	for (int verbose = 0; verbose < 2; verbose++) {
		struct decode_options opts = {.verbose = verbose,
			.bpf_object = bpf_object,
			.netlink_protocol = netlink_protocol};
		struct decoded_call ret;

		decode_call(a, call, &opts, &ret);
		draw_call(&out, call, &ret);
		decode_call(a, &entered, &opts, &ret);
		draw_call(&out, &entered, &ret);
	}
	buf_deinit(&out);
}

static void decode_signal(struct arena *a, int signo, const uint8_t *bytes, size_t len)
{
	struct event_signal signal = {.signo = signo, .info = bytes, .info_len = (uint32_t)len};
	struct buf out = BUF_INIT;
	struct value ret;

	decode_siginfo(a, &signal, &ret);
	draw(&out, &ret);
	decode_signal_name(a, signo);
	buf_deinit(&out);
}

/* Gives the arguments by which a step is picked the values it is for. */
static void choose_step(struct event_call *call, unsigned choice)
{
	const struct capture_recipe *recipe =
		syscall_row_captures(call->abi, call_id_of(call->abi, call->nr));
	const struct capture_step *step;

	if (!choice || !recipe || !recipe->nr_steps)
		return;
	step = &recipe->steps[(choice - 1) % recipe->nr_steps];
	if (step->pick == CAPTURE_STEP_ALL)
		return;
	if (recipe->pick < CAPTURE_NR_ARGS) {
		call->args[recipe->pick] = step->pick;
	} else if (recipe->pick == CAPTURE_PICK_OPTION) {
		call->args[1] = step->pick >> 16;
		call->args[2] = step->pick & 0xffff;
	}
}

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Chance alone hardly finds the address of a capture to write into another. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	uint64_t addr = (uint64_t)(1 + (seed >> 8) % NR_CHUNKS) * CHUNK_BYTES;

	if (seed % 4 || size < sizeof(addr))
		return LLVMFuzzerMutate(data, size, max_size);
	memcpy(data + (seed >> 12) % (size - sizeof(addr) + 1), &addr, sizeof(addr));
	return size;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct arena arena = ARENA_INIT;
	struct capture chunks[NR_CHUNKS];
	uint8_t *copies[NR_CHUNKS];
	struct event_call call = {.captures = chunks};
	uint64_t addr = 0;
	uint8_t abi, flags;

	call.nr = (uint32_t)take(&in, 2) % 520;
	abi = (uint8_t)take(&in, 1);
	flags = (uint8_t)take(&in, 1);
	call.abi = abi % NR_ABIS;
	call.flags = flags & 0xf;
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
		call.args[i] = take_arg(&in);
	call.ret = (int64_t)take_arg(&in);
	choose_step(&call, abi >> 1 | (flags >> 4) << 7);
	while (call.nr_captures < NR_CHUNKS && in.left) {
		struct capture *c = &chunks[call.nr_captures];
		uint8_t how = (uint8_t)take(&in, 1);
		size_t len = take(&in, how & 0x80 ? 2 : 1);

		len = len < in.left ? len : in.left;
		/* of the exact size, so that sanitizers see a read past the end */
		copies[call.nr_captures] = malloc(len ? len : 1);
		memcpy(copies[call.nr_captures], in.at, len);
		addr += how & 0x40 && addr ? 0 : CHUNK_BYTES;
		*c = (struct capture){
			.addr = addr,
			.len = (uint32_t)len,
			.arg = (how & 7) % CAPTURE_NR_ARGS,
			.when = how & 8 ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER,
			.flags = how >> 4 & 7,
			.bytes = copies[call.nr_captures],
		};
		call.nr_captures++;
		in.at += len;
		in.left -= len;
	}
	decode_all_ways(&arena, &call);
	decode_signal(&arena, (int)(call.args[0] % 70), call.nr_captures ? chunks[0].bytes : NULL,
		call.nr_captures ? chunks[0].len : 0);
	for (unsigned i = 0; i < call.nr_captures; i++)
		free(copies[i]);
	arena_deinit(&arena);
	return 0;
}
