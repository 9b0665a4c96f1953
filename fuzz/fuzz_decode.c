/*
 * A recorded call made of the input: number, ABI, arguments, result and captures. Captures lie at
 * 0x10000, 0x20000, ... so that an argument, or a word inside another capture, meets one easily.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "render/value_text.h"
#include "util/arena.h"
#include "util/buf.h"

#define NR_CHUNKS   8
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

static void draw(struct buf *out, const struct value *value)
{
	struct value_text how = {.string_limit = 64};

	buf_reset(out);
	value_text_draw(&how, out, value, false);
}

static void decode_both_ways(struct arena *a, const struct event_call *call)
{
	struct buf out = BUF_INIT;

	for (int verbose = 0; verbose < 2; verbose++) {
		struct decode_options opts = {.verbose = verbose};
		struct decoded_call ret;

		decode_call(a, call, &opts, &ret);
		if (ret.nr_args > CAPTURE_NR_ARGS || !ret.name || (ret.error && !call->ret))
			abort();
		for (size_t i = 0; i < ret.nr_args; i++)
			draw(&out, &ret.args[i]);
		draw(&out, &ret.ret);
		draw(&out, &ret.ret_detail);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct arena arena = ARENA_INIT;
	struct capture chunks[NR_CHUNKS];
	uint8_t *copies[NR_CHUNKS];
	struct event_call call = {.captures = chunks};

	call.nr = (uint32_t)take(&in, 2) % 520;
	call.abi = (uint8_t)take(&in, 1) % NR_ABIS;
	call.flags = (uint8_t)take(&in, 1) & 0xf;
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
		call.args[i] = take_arg(&in);
	call.ret = (int64_t)take_arg(&in);
	while (call.nr_captures < NR_CHUNKS && in.left) {
		struct capture *c = &chunks[call.nr_captures];
		uint8_t how = (uint8_t)take(&in, 1);
		size_t len = take(&in, how & 0x80 ? 2 : 1);

		len = len < in.left ? len : in.left;
		/* of the exact size, so that sanitizers see a read past the end */
		copies[call.nr_captures] = malloc(len ? len : 1);
		memcpy(copies[call.nr_captures], in.at, len);
		*c = (struct capture){
			.addr = (uint64_t)(call.nr_captures + 1) * CHUNK_BYTES,
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
	decode_both_ways(&arena, &call);
	decode_signal(&arena, (int)(call.args[0] % 70), call.nr_captures ? chunks[0].bytes : NULL,
		call.nr_captures ? chunks[0].len : 0);
	for (unsigned i = 0; i < call.nr_captures; i++)
		free(copies[i]);
	arena_deinit(&arena);
	return 0;
}
