#pragma once
/* A call that was slow, as JSON: what documents and lines have in common. */

struct anomaly;
struct json;

/* The members of its object. */
void anomaly_json_draw(struct json *j, const struct anomaly *a);
