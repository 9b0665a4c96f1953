#pragma once
/* Values as typed JSON; the forms are described in docs/json.md and its schema. */

struct json;
struct value;

void value_json_draw(struct json *j, const struct value *value);
