#!/usr/bin/env python3
"""
Runs one file of cases/ on one engine:  run_case.py --renacer R --programs DIR CASE@ENGINE [TEST...]

ENGINE is bpf, ptrace, both (they are compared with each other), any (the engine does not matter)
or strace (the oracle: are the expectations themselves true?). Each function test_* of the file is
one test. Prints TAP; without privilege for the engine the whole file is skipped.
"""

import argparse
import importlib
import pathlib
import signal
import subprocess
import sys
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import Failure, Harness, Skip  # noqa: E402


SECONDS = 120  # for one test; a tracer's usual way to fail is to wait for ever


def too_long(*_):
    raise Failure(f"took longer than {SECONDS} s")


def comment(text):
    for line in str(text).splitlines():
        print(f"# {line}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--renacer", required=True)
    parser.add_argument("--programs", required=True)
    parser.add_argument("case")
    parser.add_argument("tests", nargs="*")
    args = parser.parse_args()
    name, _, engine = args.case.partition("@")
    renacer = pathlib.Path(args.renacer).resolve()
    programs = pathlib.Path(args.programs).resolve()

    module = importlib.import_module(f"cases.{name}")
    tests = [
        (n[5:], f) for n, f in vars(module).items() if n.startswith("test_") and callable(f)
    ]
    if unknown := set(args.tests) - {n for n, _ in tests}:
        sys.exit(f"no test {', '.join(sorted(unknown))} in {name}")
    tests = [(n, f) for n, f in tests if not args.tests or n in args.tests]
    for signo in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(signo) == signal.SIG_IGN:
            signal.signal(signo, signal.SIG_DFL)  # what a script ignores stays so in all it starts
    engines = {"both": ["bpf", "ptrace"], "any": []}.get(engine, [engine])
    try:
        for e in engines:
            h = Harness(renacer, programs, e)
            try:
                h.need_engine()
            finally:
                h.close()
    except Skip as skip:
        print(f"1..0 # SKIP {skip}")
        return 0
    except Failure as failure:
        print("1..1\nnot ok 1 - engine starts")
        comment(failure)
        return 0

    signal.signal(signal.SIGALRM, too_long)
    print(f"1..{len(tests)}", flush=True)
    for i, (test, function) in enumerate(tests, 1):
        if engine == "both":
            harnesses = [Harness(renacer, programs, e) for e in engines]
        else:
            harnesses = [Harness(renacer, programs, engine)]
        signal.alarm(SECONDS)
        try:
            function(*harnesses)
            print(f"ok {i} - {test}")
        except Skip as skip:
            print(f"ok {i} - {test} # SKIP {skip}")
        except subprocess.TimeoutExpired as timeout:
            print(f"not ok {i} - {test}")
            comment(f"did not end within {timeout.timeout} s: {timeout.cmd}")
            comment((timeout.stderr or b"").decode(errors="replace"))
        except Failure as failure:
            print(f"not ok {i} - {test}")
            comment(failure)
        except Exception:
            print(f"not ok {i} - {test}")
            comment(traceback.format_exc())
        finally:
            signal.alarm(0)
            for h in harnesses:
                h.close()
        sys.stdout.flush()
    return 0


sys.exit(main())
