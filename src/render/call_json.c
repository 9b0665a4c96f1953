#include "render/call_json.h"

#include "render/renderer.h"
#include "render/value_json.h"
#include "render/value_text.h"
#include "report/event_view.h"
#include "util/buf.h"
#include "util/json.h"

/* The argument alone: names and data without quotes, everything else as the text form has it. */
static void draw_arg(struct json *j, const struct value_text *how, struct buf *scratch,
	const struct value *value)
{
	if (value->kind == VALUE_STRING || value->kind == VALUE_DATA) {
		size_t limit = value->kind == VALUE_DATA ? how->string_limit : SIZE_MAX;

		json_string(j, value->data.bytes, MIN(value->data.len, limit));
		return;
	}
	buf_reset(scratch);
	value_text_draw(how, scratch, value, false);
	json_string(j, scratch->data, scratch->len);
}

/* Of calls in no table, and of the 32-bit calls whose words are in another order. */
static const char *const unnamed[CAPTURE_NR_ARGS] = {
	"arg0", "arg1", "arg2", "arg3", "arg4", "arg5"};

static const char *name_of(const struct decoded_call *call, size_t i)
{
	return call->args[i].name ? call->args[i].name : unnamed[i];
}

void call_json_draw_named(struct json *j, const struct render_options *options, struct buf *scratch,
	const struct event_view *view)
{
	const struct value_text how = value_text_for(options, view);

	json_key(j, "arguments");
	json_object_begin(j);
	for (size_t i = 0; i < view->call->nr_args; i++) {
		json_key(j, name_of(view->call, i));
		draw_arg(j, &how, scratch, &view->call->args[i]);
	}
	json_object_end(j);
}

static void draw_args(struct json *j, const struct render_options *options, struct buf *scratch,
	const struct event_view *view)
{
	const struct value_text how = value_text_for(options, view);
	const struct decoded_call *call = view->call, *whole = view->whole;

	json_key(j, "args");
	json_array_begin(j);
	for (size_t i = 0; i < call->nr_args; i++)
		draw_arg(j, &how, scratch, &call->args[i]);
	json_array_end(j);
	json_key(j, "raw_args");
	json_array_begin(j);
	for (size_t i = 0; i < call->nr_words; i++) {
		buf_reset(scratch);
		buf_add_hex(scratch, view->ev->call.args[i]);
		json_string(j, scratch->data, scratch->len);
	}
	json_array_end(j);
	if (!call->nr_args)
		return;
	json_key(j, "values");
	json_object_begin(j);
	for (size_t i = 0; i < whole->nr_args; i++) {
		json_key(j, name_of(whole, i));
		value_json_draw(j, &whole->args[i]);
	}
	json_object_end(j);
}

static void draw_duration(struct json *j, uint64_t duration_ns)
{
	json_key(j, "duration_nanos");
	json_u64(j, duration_ns);
	json_key(j, "duration_ns");
	json_u64(j, duration_ns);
	json_key(j, "duration_us");
	json_thousandths(j, duration_ns);
}

/* What was done to the call on request. */
static void draw_tampering(struct json *j, uint8_t flags)
{
	if (flags & (CALL_POKED | CALL_INJECTED)) {
		json_key(j, "injected");
		json_array_begin(j);
		if (flags & CALL_POKED)
			json_text(j, "args");
		if (flags & CALL_INJECTED)
			json_text(j, "result");
		json_array_end(j);
	}
	if (flags & CALL_DELAYED) {
		json_key(j, "delayed");
		json_bool(j, true);
	}
}

void call_json_draw_outcome(struct json *j, const struct event_view *view)
{
	const struct event_call *call = &view->ev->call;

	if (call->flags & CALL_UNFINISHED) {
		json_key(j, "unfinished");
		json_bool(j, true);
	} else {
		json_key(j, "result");
		json_i64(j, call->ret);
	}
	if (view->whole->ret_detail.kind == VALUE_ARRAY) {
		json_key(j, "result_detail");
		value_json_draw(j, &view->whole->ret_detail);
	}
	if (view->call->error && view->call->error_name) {
		json_key(j, "error");
		json_text(j, view->call->error_name);
	}
	draw_tampering(j, call->flags);
	if (call->abi == ABI_I386) {
		json_key(j, "abi");
		json_text(j, "i386");
	}
}

void call_json_draw(struct json *j, const struct render_options *options, struct buf *scratch,
	const struct event_view *view)
{
	const struct event *ev = view->ev;
	const struct event_call *call = &ev->call;

	json_key(j, "name");
	json_text(j, view->call->name);
	draw_args(j, options, scratch, view);
	call_json_draw_outcome(j, view);
	json_key(j, "pid");
	json_i64(j, ev->pid);
	json_key(j, "tid");
	json_i64(j, ev->tid);
	if (call->flags & (CALL_NO_ENTER | CALL_UNTIMED))
		return; /* when it began is not known */
	json_key(j, "timestamp_nanos");
	json_u64(j, call->enter_ns);
	if (!(call->flags & CALL_UNFINISHED))
		draw_duration(j, ev->time_ns - call->enter_ns);
}
