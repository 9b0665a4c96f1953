#!/usr/bin/env python3
"""
Holds a document (or lines) to docs/json.schema.json:  validate_json.py SCHEMA document|line FILE

Needs python3-jsonschema, so it is run by the system's own python3.
"""

import json
import sys

import jsonschema

schema_path, form, path = sys.argv[1:]
schema = json.load(open(schema_path, encoding="utf-8"))
schema["oneOf"] = [{"$ref": f"#/$defs/{form}"}]
validator = jsonschema.Draft202012Validator(schema)
with open(path, encoding="utf-8") as file:
    things = [json.load(file)] if form == "document" else [json.loads(line) for line in file]
for thing in things:
    validator.validate(thing)
print(len(things))
