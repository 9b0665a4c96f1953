#!/usr/bin/env python3
"""
Do other programs read what renacer exports?

    exports.py --renacer R

A run is recorded, exported, and read by packages from npm (readers/*.mjs), which are installed into
a temporary folder: what they find must be what `renacer show --format json` says. Without node, or
where npm cannot install, the whole is skipped, with the reason. Prints TAP.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ["@tracerbench/trace-model@8.0.0", "speedscope@1.25.0", "hyparquet@1.31.5", "hyparquet-compressors@1.1.2",
            "@duckdb/node-api@1.5.6-r.1"]
# enough rows for several row groups
SCRIPT = "dd if=/dev/zero of=/dev/null bs=1 count=40000; for i in 1 2 3; do ls -l /etc | sort | tail -n 2; done; cat /nowhere; python3 -c 'import json, threading; " \
    "t = threading.Thread(target=open, args=(\"/dev/null\",)); t.start(); t.join()'; kill -TERM $$"


class Oracle:
    def __init__(self, renacer, folder):
        self.renacer, self.folder = renacer, folder
        self.kept = str(folder / "run.rnc")
        subprocess.run([renacer, "record", "-o", self.kept, "--", "sh", "-c", SCRIPT], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shown = subprocess.run([renacer, "show", "--format", "json", self.kept], check=True,
                               capture_output=True)
        self.calls = json.loads(shown.stdout)["syscalls"]
        assert len(self.calls) > 500, "nothing was recorded"

    def read(self, form, reader):
        """The lines of a reader, as JSON."""
        output = self.folder / f"run.{form}"
        subprocess.run([self.renacer, "export", "--format", form, "-o", str(output), self.kept], check=True)
        done = subprocess.run(["node", str(HERE / "readers" / reader), str(output)], capture_output=True,
                              text=True, env=dict(os.environ, MODULES=str(self.folder)), check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]


def by_task(calls):
    ret = collections.defaultdict(list)
    for call in calls:
        ret[call["tid"]].append(call)
    return ret


def check_equal(got, wanted):
    assert got == wanted, f"got {got!r}\nwanted {wanted!r}"


def test_chrome(oracle):
    """Task by task, in the order of their beginning."""
    got = by_task(oracle.read("chrome", "chrome.mjs"))
    wanted = by_task(oracle.calls)
    check_equal(set(got), set(wanted))
    for tid, calls in wanted.items():
        calls.sort(key=lambda call: call["timestamp_nanos"])
        check_equal(len(got[tid]), len(calls))
        for event, call in zip(got[tid], calls):
            check_equal((event["name"], event["pid"]), (call["name"], call["pid"]))
            check_equal(round(event["start"] * 1000), call["timestamp_nanos"])
            if "duration_nanos" in call:
                check_equal(round(event["duration"] * 1000), call["duration_nanos"])
            check_equal(event["args"].get("result"), call.get("result"))
            assert event["comm"] and not event["nested"], event


def test_speedscope(oracle):
    """A profile for each task, as long as its calls together."""
    busy = {int(re.search(r"tid (\d+)", profile["name"])[1]): profile["busy"]
            for profile in oracle.read("chrome", "speedscope.mjs")}
    document = json.loads((oracle.folder / "run.chrome").read_text())
    wanted = collections.Counter()
    for event in document["traceEvents"]:
        wanted[event["tid"]] += event["dur"] if event["ph"] == "X" else 0
    check_equal(set(busy), set(wanted))
    for tid, micros in wanted.items():
        assert abs(busy[tid] - micros) <= 1 + micros * 1e-6, f"{tid}: {busy[tid]}, not {micros} us"


def test_parquet(oracle):
    """Every row and column is what SQLite has of the same run."""
    facts, *rows = oracle.read("parquet", "parquet.mjs")
    assert facts["groups"] > 1, facts
    output = oracle.folder / "run.sqlite"
    subprocess.run([oracle.renacer, "export", "--format", "sqlite", "-o", str(output), oracle.kept], check=True)
    cursor = sqlite3.connect(output).execute("SELECT * FROM events ORDER BY id")
    names = [column[0] for column in cursor.description][1:]
    for row in rows:
        wanted = dict(zip(names, next(cursor)[1:]))
        check_equal(row, {name: float(value) if isinstance(value, int) and abs(value) > 1 << 53 else value
                          for name, value in wanted.items()})
    check_equal(next(cursor, None), None)
    wanted = dict(sqlite3.connect(output).execute("SELECT key, value FROM run"))
    wanted["format"] = "renacer-parquet-v1"
    check_equal({fact["key"]: fact["value"] for fact in facts["facts"]}, wanted)


def test_duckdb(oracle):
    """Sums by name are those of `renacer stats`."""
    *rows, last = oracle.read("parquet", "duckdb.mjs")
    stats = subprocess.run([oracle.renacer, "stats", "--format", "json", oracle.kept], check=True,
                           capture_output=True)
    check_equal({row[0]: [int(number) for number in row[1:]] for row in rows},
                {row["name"]: [row["calls"], row["errors"], row["duration_ns"]]
                 for row in json.loads(stats.stdout)["syscalls"]})
    assert last in ([["exit"]], [["signal"]]), last


def install(folder):
    """None, or why there are no packages."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            return f"no {tool} here"
    (folder / "package.json").write_text("{}")
    try:
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--fetch-retries=0", "--loglevel=error", *PACKAGES],
            cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    except subprocess.TimeoutExpired:
        return "npm cannot install: it took longer than 200 s"
    reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[0]
    return f"npm cannot install: {reason}" if done.returncode else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--renacer", required=True)
    renacer = str(pathlib.Path(parser.parse_args().renacer).resolve())
    tests = [(name[5:], test) for name, test in globals().items() if name.startswith("test_")]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        missing = install(folder)
        if missing:
            print(f"1..0 # SKIP {missing}")
            return 0
        oracle = Oracle(renacer, folder)
        print(f"1..{len(tests)}")
        for number, (name, test) in enumerate(tests, 1):
            try:
                test(oracle)
                print(f"ok {number} - {name}")
            except AssertionError as error:
                print(f"not ok {number} - {name}")
                print(*("# " + line for line in str(error).splitlines()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
