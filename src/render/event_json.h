#pragma once
/* An event that is no call, as JSON: what all forms that list events say of it. */

struct arena;
struct event_view;
struct json;

/* Members of its object: what only its kind has. `a` holds texts until they are written. */
void event_json_draw_particulars(struct json *j, struct arena *a, const struct event_view *view);
