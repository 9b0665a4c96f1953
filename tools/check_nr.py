#!/usr/bin/env python3
"""
Holds event/nr/*.tbl to the kernel's headers: a number has the name there that it has here. Headers
may be older or newer than the tables; what only one of them knows is said, and no mistake.

usage: check_nr.py COMPILER ABI=TABLE...
"""
import pathlib
import re
import subprocess
import sys

GENERIC = "".join(f"#define __ARCH_WANT_{what}\n" for what in (
    "MEMFD_SECRET", "NEW_STAT", "RENAMEAT", "SET_GET_RLIMIT", "SYS_CLONE3", "TIME32_SYSCALLS"))
SOURCES = {
    "x86_64": "#include <asm/unistd_64.h>\n",
    "i386": "#include <asm/unistd_32.h>\n",
    "arm64": GENERIC + "#include <asm-generic/unistd.h>\n",
}
# places in a table, not calls
NO_CALLS = {"syscalls", "arch_specific_syscall"}


def read_table(path):
    words = (line.split("#")[0].split() for line in pathlib.Path(path).open(encoding="utf-8"))
    return {int(w[0]): w[1] for w in words if w}


def read_headers(compiler, source):
    done = subprocess.run([*compiler, "-E", "-dM", "-x", "c", "-"], input=source, text=True,
                          capture_output=True)
    if done.returncode:
        return None
    macros = dict(re.findall(r"^#define (__NR\w+) (\w+)$", done.stdout, re.M))
    calls = {}
    for name, value in macros.items():
        while value in macros:
            value = macros[value]
        if name.startswith("__NR_") and value.isdigit() and name[5:] not in NO_CALLS:
            calls[int(value)] = name[5:]
    return calls


def main():
    compiler, tables = sys.argv[1].split(), dict(a.split("=") for a in sys.argv[2:])
    failed = False
    print(f"1..{len(tables)}")
    for at, (abi, path) in enumerate(tables.items(), 1):
        ours, theirs = read_table(path), read_headers(compiler, SOURCES[abi])
        if not theirs:
            print(f"ok {at} - {abi} # SKIP no such header here")
            continue
        wrong = [nr for nr in ours.keys() & theirs.keys() if ours[nr] != theirs[nr]]
        missing = [nr for nr in theirs.keys() - ours.keys() if nr < max(ours)]
        for nr in sorted(wrong + missing):
            print(f"# {nr}: {ours.get(nr)} here, {theirs[nr]} in the headers")
        for nr in sorted(ours.keys() - theirs.keys()):
            print(f"# {nr}: {ours[nr]} is not in these headers")
        failed |= bool(wrong or missing)
        print(f"{'not ok' if wrong or missing else 'ok'} {at} - {abi}: {len(theirs)} calls")
    sys.exit(failed)


main()
