#pragma once
/* A system call as a JSON object's members, the same in every form that holds calls. */

struct buf;
struct event_view;
struct json;
struct render_options;

/* Without the braces. `scratch` is overwritten. */
void call_json_draw(struct json *j, const struct render_options *options, struct buf *scratch,
	const struct event_view *view);

/* "arguments": an object of texts by name, as in `args`. */
void call_json_draw_named(struct json *j, const struct render_options *options, struct buf *scratch,
	const struct event_view *view);

/* "result" or "unfinished", "error" and what else is special about the call. */
void call_json_draw_outcome(struct json *j, const struct event_view *view);
