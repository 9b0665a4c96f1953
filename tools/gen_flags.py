#!/usr/bin/env python3
"""Turns decode/flags/<set>.in into constant tables of names; the compiler supplies the values.

usage: gen_flags.py table OUTPUT.c SET.in
       gen_flags.py header OUTPUT.h SET.in...

A set is the names of one flag word or enumeration, in the order they are shown:

    # a remark
    include <fcntl.h>       the headers that define the names; each set compiles on its own
    unknown O_???           the remark shown beside a value that has no name
    type u64                the word has 64 bits, not 32
    sorted                  a large enumeration, searched by halves: values ascend, all by `=`
    mask O_ACCMODE          names from here on share a multi-bit field; plain `mask` ends that
    O_CREAT                 a name the headers know
    MSG_NEW ?= 0x40         a name newer than some headers: its value where they lack the macro
    O_LARGEFILE = 0100000   a name whose value is always this one

A name may be an expression, B50<<IBSHIFT.
"""
import pathlib
import re
import sys

# the narrower cast keeps names whose macro is a negative int from filling the upper half
CASTS = {"u32": "(uint64_t)(uint32_t)", "u64": "(uint64_t)"}


class FlagSet:
    def __init__(self, path):
        self.name = pathlib.Path(path).stem
        self.includes, self.unknown, self.cast, self.rows = [], None, CASTS["u32"], []
        self.sorted = False
        mask, seen = None, set()
        for at, line in enumerate(open(path, encoding="utf-8"), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            match words:
                case ["include", header]:
                    self.includes.append(header)
                case ["unknown", text]:
                    self.unknown = text
                case ["type", name] if name in CASTS and not self.rows:
                    self.cast = CASTS[name]
                case ["sorted"]:
                    self.sorted = True
                case ["mask"]:
                    mask = None
                case ["mask", *expression]:
                    mask = " ".join(expression)
                case [name] | [name, "?=" | "=", _] if re.fullmatch(r"(\w+<<\(?)?[A-Za-z_]\w*(-1\)?)?(<<\w+)?", name):
                    if name in seen:
                        sys.exit(f"{path}:{at}: {name} stands here twice")
                    seen.add(name)
                    self.rows.append((name, mask, words[1:]))
                case _:
                    sys.exit(f"{path}:{at}: cannot read: {line.rstrip()}")
        if not self.rows:
            sys.exit(f"{path}: no names")
        values = [int(rest[1], 0) for _, _, rest in self.rows if rest] if self.sorted else []
        if values != sorted(values) or (self.sorted and len(values) != len(self.rows)):
            sys.exit(f"{path}: not sorted")

    def row(self, name, mask, value):
        cast = f"{self.cast}({value})"
        width = f"{self.cast}({mask})" if mask else cast
        return f'\t{{{cast}, {width}, "{name}"}},\n'

    def write(self, out):
        out.writelines(f"#include {header}\n" for header in self.includes)
        out.write('\n#include "decode/flags.h"\n\nstatic const struct flag_name names[] = {\n')
        for name, mask, rest in self.rows:
            match rest:
                case []:
                    out.write(self.row(name, mask, name))
                case ["=", value]:
                    out.write(self.row(name, mask, value))
                case ["?=", value]:
                    out.write(f"#ifdef {name}\n{self.row(name, mask, name)}#else\n"
                              f"{self.row(name, mask, value)}#endif\n")
        unknown = f'"{self.unknown}"' if self.unknown else "NULL"
        out.write(f"}};\n\nconst struct flag_set flags_{self.name} = "
                  f"{{{unknown}, names, sizeof(names) / sizeof(names[0]), "
                  f"{int(self.sorted)}}};\n")


def main():
    what, output, inputs = sys.argv[1], sys.argv[2], sys.argv[3:]
    sets = [FlagSet(path) for path in inputs]
    with open(output, "w", encoding="utf-8") as out:
        if what == "table":
            sets[0].write(out)
            return
        out.write('#pragma once\n/* Generated from decode/flags. */\n\n#include "decode/value.h"\n\n')
        out.writelines(f"extern const struct flag_set flags_{s.name};\n" for s in sets)
        out.write("\n/* All of them: FLAG_SETS(X) calls X(name) for each. */\n#define FLAG_SETS(X)")
        out.writelines(f" \\\n\tX({s.name})" for s in sets)
        out.write("\n")


main()
