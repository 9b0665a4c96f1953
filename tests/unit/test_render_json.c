#include "test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "render/renderer.h"
#include "report/event_view.h"
#include "util/buf.h"
#include "util/out.h"

extern const struct renderer renderer_json;
extern const struct renderer renderer_jsonl;

static char *const command[] = {(char *)"./demo", (char *)"--x", NULL};

struct played {
	char text[8192];
	bool whole;
};

static void play(struct played *ret, const struct renderer *renderer, uint64_t max_bytes,
	const struct event *events, size_t nr)
{
	struct render_options options = {.string_limit = 4,
		.command = command,
		.trace_id = "00-aa-bb-01",
		.max_bytes = max_bytes,
		.realtime_offset_ns = 1000};
	struct decoded_call call = {.id = CALL_write, .name = "write", .nr_args = 2, .nr_words = 2};
	struct out out;
	void *document;

	call.args[0] = (struct value){.kind = VALUE_FD, .name = "fd", .num = 1};
	call.args[1] = (struct value){
		.kind = VALUE_DATA, .name = "buf", .data = {(const uint8_t *)"hello\n", 6, 9}};
	out_init(&out, -1);
	document = renderer->begin(&out, &options);
	for (size_t i = 0; i < nr; i++) {
		struct event_view view = {.ev = &events[i]};

		if (events[i].kind == EV_CALL)
			view.call = view.whole = &call;

		call.error = events[i].call.ret < 0 && events[i].kind == EV_CALL ? EPIPE : 0;
		call.error_name = "EPIPE";
		renderer->event(document, &view);
	}
	ret->whole = renderer->end(document);
	assert_true(out.pending.len < sizeof(ret->text));
	strcpy(ret->text, buf_cstr(&out.pending));
	out_deinit(&out);
}

#define CALL(at, result, more)                                                                     \
	{                                                                                          \
		.kind = EV_CALL, .time_ns = (at) + 700, .pid = 41, .tid = 41, .call = {            \
			.enter_ns = (at),                                                          \
			.ret = (result),                                                           \
			.args = {1, 0x7f},                                                         \
			.flags = (more)                                                            \
		}                                                                                  \
	}

#define WRITE_ARGS                                                                                 \
	"\"name\":\"write\",\"args\":[\"1\",\"hell\"],\"raw_args\":[\"0x1\",\"0x7f\"],"            \
	"\"values\":{\"fd\":1,\"buf\":{\"data\":\"hello\\n\",\"length\":9}},"

TEST(a_document_has_its_members_in_order)
{
	const struct event events[] = {
		CALL(100, 6, 0),
		CALL(900, -EPIPE, 0),
		CALL(2000, 0, CALL_UNFINISHED),
		{.kind = EV_EXIT, .time_ns = 3100, .pid = 41, .tid = 41, .exit = {.status = 9}},
	};
	static struct played p;

	play(&p, &renderer_json, 0, events, 4);
	assert_true(p.whole);
	assert_string_equal(p.text,
		"{\"version\":\"" RENACER_VERSION "\",\"format\":\"renacer-json-v1\","
		"\"trace_id\":\"00-aa-bb-01\",\"process\":{\"pid\":41,\"name\":\"demo\","
		"\"command\":[\"./demo\",\"--x\"],\"start_time_nanos\":100,"
		"\"start_realtime_nanos\":1100,\"exit_code\":137,\"signal\":\"SIGKILL\"},"
		"\"syscalls\":[{" WRITE_ARGS
		"\"result\":6,\"pid\":41,\"tid\":41,\"timestamp_nanos\":100,"
		"\"duration_nanos\":700,\"duration_ns\":700,\"duration_us\":0.7},{" WRITE_ARGS
		"\"result\":-32,\"error\":\"EPIPE\",\"pid\":41,\"tid\":41,"
		"\"timestamp_nanos\":900,\"duration_nanos\":700,\"duration_ns\":700,"
		"\"duration_us\":0.7},{" WRITE_ARGS
		"\"unfinished\":true,\"pid\":41,\"tid\":41,\"timestamp_nanos\":2000}],"
		"\"statistics\":{\"total_syscalls\":2,\"total_duration_nanos\":3000,"
		"\"syscall_time_nanos\":1400,\"unfinished\":1,\"syscall_counts\":{\"write\":2}},"
		"\"summary\":{\"total_syscalls\":2,\"total_time_us\":3,\"exit_code\":137},"
		"\"lost_events\":0,\"truncated\":false}\n");
}

TEST(past_the_limit_calls_are_counted_and_left_out)
{
	const struct event events[] = {CALL(100, 6, 0), CALL(900, 6, 0)};
	static struct played p;

	play(&p, &renderer_json, 65536 + 300, events, 2);
	assert_false(p.whole);
	assert_non_null(strstr(p.text, "\"timestamp_nanos\":100,"));
	assert_null(strstr(p.text, "\"timestamp_nanos\":900,"));
	assert_non_null(strstr(p.text, "}],\"statistics\":{\"total_syscalls\":2,"));
	assert_non_null(strstr(p.text, "\"truncated\":true}"));
}

TEST(lines_come_with_their_type)
{
	const struct event events[] = {
		CALL(100, 6, CALL_NO_ENTER),
		{.kind = EV_FORK,
			.time_ns = 5,
			.pid = 41,
			.tid = 42,
			.fork = {.child_pid = 43, .child_tid = 43}},
		{.kind = EV_LOST, .time_ns = 6, .lost = {.count = 3, .from_ns = 2, .cpu = 1}},
		{.kind = EV_EXIT, .time_ns = 7, .pid = 41, .tid = 41, .exit = {.status = 0x300}},
		{.kind = EV_CWD, .time_ns = 8, .pid = 41, .tid = 41},
	};
	static struct played p;

	play(&p, &renderer_jsonl, 0, events, 5);
	assert_string_equal(p.text,
		"{\"type\":\"header\",\"version\":\"" RENACER_VERSION "\","
		"\"format\":\"renacer-jsonl-v1\",\"trace_id\":\"00-aa-bb-01\","
		"\"realtime_offset_nanos\":1000}\n"
		"{\"type\":\"call\"," WRITE_ARGS "\"result\":6,\"pid\":41,\"tid\":41}\n"
		"{\"type\":\"fork\",\"child_pid\":43,\"child_tid\":43,\"pid\":41,\"tid\":42,"
		"\"timestamp_nanos\":5}\n"
		"{\"type\":\"lost\",\"count\":3,\"cpu\":1,\"from_nanos\":2,\"timestamp_nanos\":6}\n"
		"{\"type\":\"exit\",\"exit_code\":3,\"pid\":41,\"tid\":41,\"timestamp_nanos\":7}\n");
}

TEST(what_was_done_to_a_call_is_told)
{
	static const struct {
		uint8_t flags;
		const char *text;
	} cases[] = {
		{CALL_INJECTED, ",\"injected\":[\"result\"],\"pid\":"},
		{CALL_POKED, ",\"injected\":[\"args\"],\"pid\":"},
		{CALL_POKED | CALL_INJECTED | CALL_DELAYED,
			",\"injected\":[\"args\",\"result\"],\"delayed\":true,\"pid\":"},
		{CALL_DELAYED, ",\"delayed\":true,\"pid\":"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct event events[] = {CALL(1, 0, cases[i].flags)};
		struct played played;

		play(&played, &renderer_jsonl, 0, events, 1);
		if (!strstr(played.text, cases[i].text))
			fail_msg("flags %u: %s", cases[i].flags, played.text);
	}
}
