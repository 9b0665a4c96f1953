#!/usr/bin/env python3
"""
Inputs for fuzz_decode: for each call, and each step of its row, one whose arguments all point to
captures that point to each other.

    seeds.py FOLDER

A start, not a corpus: `fuzz_decode -merge=1 CORPUS FOLDER` keeps of it what reaches something new.
"""

import pathlib
import struct
import sys

NR_CALLS, STEPS = 470, 24  # steps are counted modulo those of the row
POINTER = [0x41 + i for i in range(6)]  # take_arg: the address of capture 0..5


def capture(arg, at_exit, again, body):
    how = arg | at_exit << 3 | again << 6 | 0x80
    return bytes([how]) + struct.pack("<H", len(body)) + body


def words(shift):
    """Addresses of captures and small numbers in turn: pointers, counts, lengths."""
    return b"".join(struct.pack("<Q", 0x10000 * (1 + (i + shift) % 12) if i % 2 else 2 + i % 5)
                    for i in range(24))


def seed(nr, step, small):
    """`small`: the argument that is a number in place of a pointer; 6 = none."""
    out = struct.pack("<HBB", nr, step << 1 & 0xfe, 0)
    out += bytes((small + 1 if i == small else POINTER[i]) for i in range(6)) + b"\x02"
    for arg in range(6):
        out += capture(arg, 0, 0, words(arg)) + capture(arg, 1, 1, words(arg + 5))
    out += capture(0, 0, 0, b"some text\0") + capture(0, 1, 0, struct.pack("<12I", *range(12)))
    return out


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for nr in range(NR_CALLS):
        for small in (6, 0, 1, 2):
            (folder / f"{nr}-{small}").write_bytes(seed(nr, 0, small))
        for step in range(1, STEPS):
            (folder / f"{nr}-step{step}").write_bytes(seed(nr, step, 2))


main()
