#include "test.h"

#include <errno.h>

#include "render/renderer.h"
#include "report/event_view.h"
#include "util/buf.h"
#include "util/out.h"

extern const struct renderer renderer_csv;

static void check(const struct event *ev, const struct decoded_call *call, const char *expected)
{
	static const struct render_options options = {.string_limit = 64};
	struct event_view view = {.ev = ev, .call = call};
	struct out out;
	void *document;

	out_init(&out, -1);
	document = renderer_csv.begin(&out, &options);
	buf_reset(&out.pending);
	renderer_csv.event(document, &view);
	assert_string_equal(buf_cstr(&out.pending), expected);
	renderer_csv.end(document);
	out_deinit(&out);
}

TEST(quotes_in_arguments_are_doubled)
{
	const struct event ev = {.kind = EV_CALL,
		.time_ns = 1700,
		.pid = 7,
		.tid = 8,
		.call = {.enter_ns = 1000, .ret = -ENOENT}};
	struct decoded_call call = {.name = "open", .nr_args = 2};

	call.args[0] = (struct value){.kind = VALUE_STRING, .data = {(const uint8_t *)"a", 1, 1}};
	call.args[1] = (struct value){.kind = VALUE_INT, .num = 5};
	check(&ev, &call, "open,\"\"\"a\"\", 5\",-2,0.700,7,8,1000,\r\n");
}

TEST(what_is_not_known_is_empty)
{
	const struct event unfinished = {.kind = EV_CALL,
		.time_ns = 1700,
		.pid = 7,
		.tid = 7,
		.call = {.enter_ns = 1000, .flags = CALL_UNFINISHED}};
	const struct event no_enter = {.kind = EV_CALL,
		.time_ns = 1700,
		.pid = 7,
		.tid = 7,
		.call = {.ret = 3, .flags = CALL_NO_ENTER}};
	struct decoded_call call = {.name = "pause"};

	check(&unfinished, &call, "pause,\"\",,,7,7,1000,\r\n");
	check(&no_enter, &call, "pause,\"\",3,,7,7,,\r\n");
}

TEST(other_events_are_no_records)
{
	const struct event ev = {.kind = EV_EXIT, .time_ns = 1, .pid = 7, .tid = 7};

	check(&ev, NULL, "");
}
