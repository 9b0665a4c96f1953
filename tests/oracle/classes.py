#!/usr/bin/env python3
"""Holds the rows' classes against strace's: which calls `strace -e trace=%CLASS` shows.

usage: classes.py DUMP_CLASSES

A program makes every call by number; a seccomp filter answers ENOSYS to all that carry a marker in
the sixth argument, so none of them happens, yet strace sees each. Calls that strace does not know
(it shows them as syscall_0x...) are left out. Exits 77 without strace.
"""
import ctypes
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

MARK = 0x5CA1AB1E
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
CLASSES = ["file", "desc", "network", "process", "memory", "signal", "ipc", "creds", "clock", "stat",
           "lstat", "fstat", "statfs", "fstatfs", "%stat", "%statfs", "pure"]
# The kernel ends a caller of these two that is not its own trampoline, filter or not.
DEADLY = {"uretprobe", "uprobe"}


def make_calls(numbers):
    """In the traced child."""
    libc = ctypes.CDLL(None)
    sixth_arg_low = 16 + 8 * 5
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in [
        (0x20, 0, 0, sixth_arg_low),            # load it
        (0x15, 0, 1, MARK),                     # is it the mark?
        (0x06, 0, 0, 0x00050000 | 38),          # yes: ENOSYS
        (0x06, 0, 0, 0x7FFF0000),               # no: allow
    ])
    program = ctypes.create_string_buffer(code)
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(program)))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(head), 0, 0):
        sys.exit("cannot install the filter")
    for number in numbers:
        libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 5, ctypes.c_long(MARK))


def shown_by_strace(what, numbers):
    with tempfile.NamedTemporaryFile("r", errors="replace") as out:
        subprocess.run(["strace", "-o", out.name, "-e", f"trace={what}", sys.executable, __file__,
                        "--calls", ",".join(map(str, numbers))], check=True)
        names = [line.split("(")[0] for line in out.read().splitlines() if " ENOSYS " in line]
    return {name for name in names if not name.startswith("syscall_0x")}


def main():
    if sys.argv[1] == "--calls":
        make_calls([int(number) for number in sys.argv[2].split(",")])
        return 0
    if not shutil.which("strace"):
        print("no strace here")
        return 77
    dump = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout
    ours, numbers = {}, []
    for line in dump.splitlines():
        number, name, *classes = line.split()
        if name not in DEADLY:
            ours[name] = set(classes)
            numbers.append(number)
    known = shown_by_strace("all", numbers)
    wrong = 0
    for name in sorted(known - set(ours)):
        print(f"strace knows {name}, we do not")
        wrong += 1
    for what in CLASSES:
        theirs = shown_by_strace(f"%{what}", numbers)
        mine = {name for name, classes in ours.items() if what in classes} & known
        for name in sorted(theirs ^ mine):
            print(f"%{what}: {name} is {'missing' if name in theirs else 'too much'} here")
            wrong += 1
    print(f"{len(known)} calls, {len(CLASSES)} classes, {wrong} differences")
    return 1 if wrong else 0


sys.exit(main())
