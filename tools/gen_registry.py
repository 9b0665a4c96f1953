#!/usr/bin/env python3
"""Writes a registry: usage: gen_registry.py OUTPUT MACRO NAME...

The header holds one MACRO(name) line per name; who includes it defines the macro. A folder's
meson.build lists its names once, for the build and for this.
"""
import sys

output, macro, names = sys.argv[1], sys.argv[2], sys.argv[3:]
with open(output, "w", encoding="utf-8") as out:
    out.write("/* Generated from the folder's meson.build. No include guard: included per macro. */\n")
    out.writelines(f"{macro}({name})\n" for name in names)
