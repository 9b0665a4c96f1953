#!/usr/bin/env python3
"""
strace's own test programs, of which it has a thousand, as a judge of our decoders.

    strace_programs.py --renacer R --tree DIR [-v] [--all] [--engine-ptrace] [NAME...]

DIR is a built source tree of strace (`./bootstrap; ./configure --disable-mpers; make; make -C tests
check TESTS=`); nothing of it is part of this project. Each program runs once, watched by that strace
and by renacer's eBPF engine, as in parity_lines.py; NAME are shell patterns. Prints a line per
program that is not wholly equal, the kinds of differences below it, and the sum.
"""

import argparse
import collections
import fnmatch
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import parity_lines  # noqa: E402
from parity_counts import nested  # noqa: E402

# the same calls again under other options of strace, and programs that test strace's own behaviour
LEFT_OUT = re.compile(
    r"pidns|Xabbrev|Xraw|Xverbose|-(yy|P|y|success|v|trace|nophdr|decode-fd|decode|retval|error)$"
    r"|^(attach|threads-|count|delay|detach|caps-abbrev|legacy|sleep|status-|strace-|unblock|scno"
    r"|setopt|kill_child|looping|redirect|printsignal|pid|many)")


def programs(tests, patterns):
    for path in sorted(tests.iterdir()):
        if path.suffix or not path.is_file() or not os.access(path, os.X_OK):
            continue
        if patterns and not any(fnmatch.fnmatch(path.name, p) for p in patterns):
            continue
        if patterns or not LEFT_OUT.search(path.name):
            yield path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--renacer", required=True)
    parser.add_argument("--tree", required=True, type=pathlib.Path)
    parser.add_argument("-v", action="store_true", help="nothing abbreviated, on both sides")
    parser.add_argument("--all", action="store_true", help="every kind of difference, not five")
    parser.add_argument("--engine-ptrace", action="store_true",
                        help="renacer's ptrace engine in the place of strace")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    renacer = str(pathlib.Path(args.renacer).resolve())
    tree = args.tree.resolve()
    options = ["--string-limit", "32"] + (["-v"] if args.v else [])
    tracer = ([renacer, "--engine", "ptrace", "-f", *options] if args.engine_ptrace
              else [str(tree / "src/strace"), "-f", *(["-v"] if args.v else [])])
    parity_lines.NEWER.clear()  # this strace knows them

    os.chdir(tree / "tests")
    total = collections.Counter()
    tmp = pathlib.Path(tempfile.mkdtemp(prefix="renacer-lines-"))
    try:
        for program in programs(tree / "tests", args.names):
            try:
                result = nested(renacer, tracer, [str(program)], tmp, parity_lines.Lines,
                                parity_lines.Comparison, options)
            except (RuntimeError, ValueError, subprocess.TimeoutExpired) as e:
                print(f"{program.name:32} {type(e).__name__}: {str(e).splitlines()[0][:80]}")
                total["failed"] += 1
                continue
            total += {"programs": 1, "lines": result.lines, "equal": result.equal}
            if result.equal == result.lines:
                continue
            print(f"{program.name:32}{result.lines:>8}{result.equal:>8}{result.percent:>8.2f}",
                  flush=True)
            for kind, n in result.kinds.most_common(None if args.all else 5):
                print(f"    {n:>6} {kind}")
                for side, text in zip(("here ", "there"), result.examples[kind]):
                    print(f"             {side} {text}")
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    if not total["lines"]:
        sys.exit("no program there: is the tree built?")
    print(f"{total['programs']} programs, {total['lines']} lines, {total['equal']} equal: "
          f"{100 * total['equal'] / total['lines']:.2f} %; {total['failed']} programs failed")


main()
