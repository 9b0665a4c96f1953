#!/usr/bin/env python3
"""Turns event/nr/<abi>.tbl into the enum of call ids and the number/name tables.

usage: gen_nr.py ids|tables OUTPUT ABI=TABLE...
       gen_nr.py header OUTPUT ABI=TABLE

Ids are given in the order of the first table's numbers, then by name for calls that only
later tables have. `header` is for a table of a CPU that no engine runs on yet: it names calls by
the ids that the others gave.
"""
import sys


def read(path):
    rows = {}
    for at, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.split("#")[0].split()
        if not line:
            continue
        number, name = int(line[0]), line[1]
        if number in rows or name in rows.values():
            sys.exit(f"{path}:{at}: {number} or {name} stands here twice")
        rows[number] = name
    return rows


def write_rows(out, indent, table):
    out.writelines(f"{indent}[{nr}] = CALL_{table[nr]},\n" for nr in sorted(table))


def write_header(output, abi, table):
    with open(output, "w", encoding="utf-8") as out:
        out.write(f'#pragma once\n/* Generated from event/nr. */\n\n#include "event/calls.h"\n\n'
                  f"static const uint16_t call_ids_{abi}[CALL_NR_LIMIT] = {{\n")
        write_rows(out, "\t", table)
        out.write("};\n")


def main():
    what, output, tables = sys.argv[1], sys.argv[2], dict(a.split("=") for a in sys.argv[3:])
    tables = {abi: read(path) for abi, path in tables.items()}
    if what == "header":
        write_header(output, *tables.popitem())
        return
    names = {}
    for table in tables.values():
        rest = [table[number] for number in sorted(table)]
        names.update(dict.fromkeys(rest if not names else sorted(set(rest) - set(names))))
    with open(output, "w", encoding="utf-8") as out:
        if what == "ids":
            out.write("#pragma once\n/* Generated from event/nr. */\n\nenum call_id {\n\tCALL_NONE,\n")
            out.writelines(f"\tCALL_{name},\n" for name in names)
            out.write("\tNR_CALL_IDS\n};\n\n#define CALL_LIST(X)")
            out.writelines(f" \\\n\tX({name})" for name in names)
            out.write("\n")
            return
        out.write('#include "event/calls.h"\n\n#include "event/calls_internal.h"\n\n')
        out.write("const char *const call_names[NR_CALL_IDS] = {\n\t[CALL_NONE] = \"\",\n")
        out.writelines(f'\t[CALL_{name}] = "{name}",\n' for name in names)
        out.write("};\n\nconst uint16_t call_ids[NR_ABIS][CALL_NR_LIMIT] = {\n")
        for abi, table in tables.items():
            out.write(f"\t[ABI_{abi}] = {{\n")
            write_rows(out, "\t\t", table)
            out.write("\t},\n")
        out.write("};\n")


main()
