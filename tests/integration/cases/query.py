"""SQL over trace files: the answers are those that one computes from what `show` says of the file."""

import csv
import io
import json
import math
import os
import random
import re
import signal
import sqlite3
import subprocess
import time

from harness import check, check_equal

SCRIPT = "cd /usr; for i in 1 2 3; do ls lib/nope /etc; cat bin/../nope; done; (exit 3); kill -TERM $$"
BUSY = (
    "import os, threading\n"
    "def work(n):\n"
    "    for i in range(n):\n"
    "        fd = os.open('/etc/passwd', 0); os.read(fd, i % 90 + 1); os.close(fd)\n"
    "        try: os.stat('nope%d' % (i % 7))\n"
    "        except OSError: pass\n"
    "ts = [threading.Thread(target=work, args=(1500,)) for _ in range(3)]\n"
    "[t.start() for t in ts]; [t.join() for t in ts]\n"
    "for i in range(40000): os.getppid()\n"
    "os.chdir('/'); os.mkdir('/dev/null/x') if os.getpid() == 1 else None\n"
    "for i in range(30000): os.lseek(0, 0, 1) if i % 10000 == 9999 and False else os.getuid()\n"
)


def record(h, name, command):
    done = subprocess.run([h.renacer, "record", "--engine", h.engine, "-o", name, "--", *command],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=h.tmp, timeout=120)
    return done.returncode


def busy(h):
    record(h, "busy.rnc", ["/usr/bin/python3", "-c", BUSY])
    return "busy.rnc"


def shown(h, file):
    """The calls, as JSON has them."""
    return json.loads(h.plain(["show", "--format", "json", "--max-output", "2G", file]).stdout)["syscalls"]


def ask(h, sql, *files, options=()):
    done = h.plain(["query", "--format", "json", *options, *files, sql])
    check_equal((done.status, "" if options else done.stderr), (0, ""), sql, done.stderr)
    return json.loads(done.stdout)


def rank(numbers, p):
    return sorted(numbers)[max(math.ceil(p / 100 * len(numbers) - 1e-6), 1) - 1]


def test_rows_are_those_of_show(h):
    record(h, "a.rnc", ["sh", "-c", SCRIPT])
    rows = ask(h, "SELECT * FROM calls", "a.rnc")
    calls = shown(h, "a.rnc")
    check_equal(len(rows), len(calls))
    arguments = list(csv.DictReader(io.StringIO(h.plain(["show", "--format", "csv", "a.rnc"]).stdout, newline="")))
    for row, call, line in zip(rows, calls, arguments):
        for column, key in (("name", "name"), ("pid", "pid"), ("tid", "tid"), ("result", "result"),
                            ("error", "error"), ("timestamp_ns", "timestamp_nanos"),
                            ("duration_ns", "duration_nanos")):
            check_equal(row[column], call.get(key), column, call)
        check_equal(row["args"], line["arguments"])
        words = [int(w, 16) for w in call["raw_args"]]
        check_equal([row[f"arg{i}"] % 2**64 for i in range(len(words))], words, call)
        check_equal(row["unfinished"], int("result" not in call), call)


def test_aggregates(h):
    file = busy(h)
    calls = shown(h, file)
    rows = ask(h, "SELECT name, count(*) AS n, sum(duration_ns) AS sum, max(duration_ns) AS max, count(errno) AS bad, "
               "sum(bytes) AS bytes, median(duration_ns) AS p50, percentile(duration_ns, 99) AS p99 "
               "FROM calls GROUP BY name", file)
    check_equal({r["name"] for r in rows}, {c["name"] for c in calls})
    for row in rows:
        same = [c for c in calls if c["name"] == row["name"]]
        times = [c["duration_nanos"] for c in same if "duration_nanos" in c]
        check_equal(row["n"], len(same))
        check_equal(row["bad"], sum("error" in c for c in same))
        check_equal((row["sum"], row["max"]), (sum(times) if times else None, max(times, default=None)), row)
        for key, p in (("p50", 50), ("p99", 99)):
            if times:
                exact = rank(times, p)
                check(abs(row[key] - exact) <= exact / 100, row, exact)
        if row["name"] == "read":
            check_equal(row["bytes"], sum(c["result"] for c in same if c.get("result", -1) >= 0))
    counted = json.loads(h.plain(["stats", "--format", "json", file]).stdout)["syscalls"]
    views = {r["name"]: r for r in ask(h, "SELECT * FROM stats", file)}
    for row in counted:
        ours = views[row["name"]]
        check_equal((ours["calls"], ours["errors"], ours["total_ns"], ours["max_ns"], ours["p90_ns"]),
                    (row["calls"], row["errors"], row["duration_ns"], row["max_ns"],
                     round(row["p90_ms"] * 1e6)), row)


def test_paths(h):
    """Against statistics by path, which follow the whole run."""
    for file, command in (("p.rnc", ["sh", "-c", SCRIPT]), ("q.rnc", ["/usr/bin/python3", "-c", BUSY])):
        record(h, file, command)
        done = h.plain(["stats", "--by", "path", "--format", "json", file])
        wanted = {r["name"]: r["calls"] for r in json.loads(done.stdout)["syscalls"] if r["name"][0] == "/"}
        got = {r["path"]: r["calls"] for r in ask(
            h, "SELECT path, count(*) - sum(unfinished) AS calls FROM calls WHERE path LIKE '/%' GROUP BY path", file)}
        check(len(wanted) > 5, wanted)
        for path, calls in wanted.items():
            check_equal(got.get(path), calls, path)


def test_rows_are_those_of_export(h):
    """Which follows the whole run for each column."""
    columns = "timestamp_ns, duration_ns, pid, tid, comm, name, args, result, errno, error, fd, path"
    record(h, "a.rnc", ["sh", "-c", SCRIPT])
    record(h, "b.rnc", [h.program("calls_net")])
    record(h, "c.rnc", [h.program("calls_files")])
    for file in ("a.rnc", "b.rnc", "c.rnc"):
        done = h.plain(["export", "--format", "sqlite", "-o", file + ".db", file])
        check_equal(done.status, 0, done.stderr)
        with sqlite3.connect(h.tmp / (file + ".db")) as db:
            wanted = [list(r) for r in db.execute(f"SELECT {columns} FROM calls ORDER BY id")]
        rows = [list(r.values()) for r in ask(h, f"SELECT {columns} FROM calls", file)]
        check_equal(len(rows), len(wanted))
        for row, other in zip(rows, wanted):
            check_equal(row, other)


def test_tasks_and_events(h):
    record(h, "a.rnc", ["sh", "-c", SCRIPT])
    lines = [json.loads(l) for l in h.plain(["show", "--format", "jsonl", "a.rnc"]).stdout.splitlines()]
    ends = {(e["tid"], e.get("exit_code"), e.get("signal")) for e in lines if e["type"] == "exit"}
    rows = ask(h, "SELECT * FROM tasks", "a.rnc")
    check_equal({(r["tid"], r["exit_code"], r["signal"]) for r in rows if r["end_ns"]}, ends)
    forks = {(e["child_tid"], e["tid"]) for e in lines if e["type"] == "fork"}
    check_equal({(r["tid"], r["parent"]) for r in rows if r["parent"]}, forks)
    check({"ls", "cat", "sh"} <= {r["comm"] for r in rows}, rows)
    events = ask(h, "SELECT kind, count(*) AS n FROM events GROUP BY kind", "a.rnc")
    for kind in ("fork", "exec", "exit", "signal"):
        check_equal({e["kind"]: e["n"] for e in events}.get(kind, 0), sum(e["type"] == kind for e in lines), kind)
    run = ask(h, "SELECT * FROM runs", "a.rnc")[0]
    check_equal((run["engine"], run["state"], run["calls"], run["lost"]),
                (h.engine, "whole", sum(e["type"] == "call" for e in lines), 0))


def blocks(text):
    found = re.search(r"(\d+) blocks read, (\d+) skipped", text)
    return int(found[1]), int(found[2])


def test_blocks_are_skipped(h):
    file = busy(h)
    sql = "SELECT count(*) FROM calls WHERE {}name = 'chdir'"
    narrow = h.plain(["query", "--explain", file, sql.format("")])
    wide = h.plain(["query", "--explain", file, sql.format("+")])
    check_equal(narrow.stdout, wide.stdout)
    read, skipped = blocks(narrow.stderr)
    check_equal(blocks(wide.stderr), (read + skipped, 0))
    check(read <= 2 and skipped >= 2, narrow.stderr)
    # what is skipped is not looked at: harm there does not matter to the answer
    total = len(re.findall(r"^ +\d+ +\d+ +\d+ ", h.plain(["info", "--blocks", file]).stdout, re.M))
    check_equal(read + skipped, total)


def test_what_is_handed_down_changes_no_answer(h):
    file = busy(h)
    dice = random.Random(4711)
    span = ask(h, "SELECT min(timestamp_ns) AS a, max(end_ns) AS b FROM calls", file)[0]
    tids = [r["tid"] for r in ask(h, "SELECT DISTINCT tid FROM calls", file)]

    def condition(depth=0):
        if depth < 2 and dice.random() < 0.4:
            return f"({condition(depth + 1)} {dice.choice(['AND', 'OR'])} {condition(depth + 1)})"
        at = dice.randint(span["a"], span["b"])
        return dice.choice([
            f"@timestamp_ns {dice.choice('<>')} {at}", f"@timestamp_ns BETWEEN {at} AND {at + 3000000}",
            f"@end_ns >= {at}", f"@duration_ns > {10 ** dice.randint(2, 8)}", "@duration_ns IS NULL",
            f"@duration_ns <= {dice.randint(200, 2000)}.5", f"@tid = {dice.choice(tids)}",
            f"@pid <> {dice.choice(tids)}", "@name = 'read'", "@name IN ('chdir', 'openat', 'x')",
            "@name LIKE '%STAT%'", "@name GLOB 'get*'", "@error = 'ENOENT'", "@errno > 2", "@result = -2",
            "@result BETWEEN -20 AND -1", "@result > 50", "@unfinished = 1", "@error IS NOT NULL",
        ])

    sql = "SELECT count(*), total(timestamp_ns % 1000003), count(errno) FROM calls WHERE "
    for _ in range(60):
        where = condition()
        done = [h.plain(["query", "--explain", file, sql + where.replace("@", mark)]) for mark in ("", "+")]
        check_equal(done[0].status, 0, done[0].stderr)
        check_equal(done[0].stdout, done[1].stdout, where)


def test_several_files(h):
    record(h, "a.rnc", ["true"])
    record(h, "b.rnc", ["sh", "-c", SCRIPT])
    rows = ask(h, "SELECT file, count(*) AS n FROM calls GROUP BY file", "a.rnc", "b.rnc")
    check_equal({r["file"]: r["n"] for r in rows}, {f: len(shown(h, f)) for f in ("a.rnc", "b.rnc")})
    done = h.plain(["query", "--explain", "a.rnc", "b.rnc", "SELECT DISTINCT file FROM calls WHERE file = 'b.rnc'"])
    check_equal(done.stdout, "file\nb.rnc\n")
    check(" 1 skipped" in done.stderr, done.stderr)


def test_only_reading(h):
    record(h, "a.rnc", ["true"])
    for sql in ("ATTACH 'x.db' AS x", "CREATE TABLE t (a)", "DELETE FROM calls", "VACUUM INTO 'x.db'",
                "PRAGMA journal_mode = wal", "SELECT load_extension('x')", "SELECT writefile('x', 'y')",
                "SELECT nothing FROM calls", "SELEC 1", "SELECT 1; DROP TABLE calls", "", "INSERT INTO runs VALUES (1)"):
        done = h.plain(["query", "a.rnc", sql])
        check_equal((done.status, done.stdout, done.stderr.count("\n")), (2, "", 1), sql, done.stderr)
        check(done.stderr.startswith("renacer: query: "), done.stderr)
    check_equal(sorted(os.listdir(h.tmp)), ["a.rnc"])
    for args in (["a.rnc"], [], ["--format", "xml", "a.rnc", "SELECT 1"]):
        check_equal(h.plain(["query", *args]).status, 2)
    check_equal(h.plain(["query", "absent.rnc", "SELECT 1"]).status, 1)


def test_harmed_files(h):
    file = busy(h)
    path = h.tmp / file
    good = path.read_bytes()
    whole = ask(h, "SELECT count(*) AS n FROM calls", file)[0]["n"]
    path.write_bytes(good[:len(good) * 2 // 3])
    done = h.plain(["query", "--format", "csv", file, "SELECT count(*) FROM calls"])
    check_equal(done.status, 1)
    check("was cut off at byte" in done.stderr, done.stderr)
    part = h.plain(["show", "--format", "csv", file]).stdout.count("\r\n") - 1
    check_equal(int(done.stdout.split()[1]), part)
    check(part < whole, part)  # a run of one block loses it all
    dice = random.Random(7)
    for _ in range(25):
        at = dice.randrange(30, len(good))
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << dice.randrange(8)]) + good[at + 1:])
        done = h.plain(["query", "--format", "csv", file, "SELECT count(*), max(args), max(path) FROM calls"])
        check(done.status in (0, 1), at, done.stderr)
        check(int(done.stdout.splitlines()[1].split(",")[0]) <= whole, done.stdout)
    path.write_bytes(b"{}")
    check("is no trace file" in h.plain(["query", file, "SELECT 1"]).stderr)


def test_interrupt(h):
    record(h, "a.rnc", ["true"])
    for sql in ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
                "SELECT count(*) FROM calls a, calls b, calls c, calls d, calls e, calls f"):
        child = h.start([h.renacer, "query", "a.rnc", sql], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.5)
        check(child.poll() is None, "it ended by itself")
        child.send_signal(signal.SIGINT)
        check_equal(child.wait(20), -signal.SIGINT)
    child = h.start([h.renacer, "query", "--format", "csv", "a.rnc", "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                     "SELECT x FROM n"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check_equal(child.stdout.read(4), b"x\r\n1")
    child.stdout.close()  # as head does
    check_equal((child.wait(20), child.stderr.read()), (0, b""))


def test_through_a_pipe(h):
    record(h, "a.rnc", ["true"])
    done = h.shell(f"cat a.rnc | {h.renacer} query --format csv /dev/stdin 'SELECT count(*), max(path) FROM calls'")
    check_equal(done.returncode, 0, done.stderr)
    check(done.stdout.splitlines()[1].startswith(str(len(shown(h, "a.rnc")))), done.stdout)
