"""A recorded run in the forms of other programs, as these programs read them."""

import csv
import io
import json
import os
import pty
import sqlite3
import subprocess

import parquet_file
import trace_file
from harness import check, check_equal

SCRIPT = "ls /etc | sort | tail -n 1; cat /nowhere; mkdir d; cd d; echo x > name; rm name; kill -USR1 $$"


def recorded(h, command=("sh", "-c", SCRIPT), options=(), **kw):
    path = h.file(".rnc")
    done = subprocess.run(
        [h.renacer, "record", "--engine", h.engine, *options, "-o", str(path), "--", *command],
        capture_output=True, timeout=60, cwd=h.folder(), **kw)
    check(b"renacer" not in done.stderr, done.stderr.decode(errors="replace"))
    return path


def export(h, form, path, *options):
    output = h.file("." + form)
    done = h.plain(["export", "--format", form, "-o", str(output), *options, str(path)])
    check_equal((done.status, done.stdout, done.stderr), (0, "", ""))
    return output


def shown(h, path, *options):
    return json.loads(h.plain(["show", "--format", "json", *options, str(path)]).stdout)


def database(h, path, *options):
    return sqlite3.connect(export(h, "sqlite", path, *options))


def test_same_as_live(h):
    """What a live run gives in that form."""
    for form in ("json", "jsonl", "csv"):
        kept, live = h.file(".rnc"), h.file(".live")
        h.shell(f"$R -f --format {form} --record {kept} -o {live} -- sh -c '{SCRIPT}'")
        check(live.stat().st_size > 1000, "nothing recorded")
        check_equal(export(h, form, kept).read_bytes(), live.read_bytes(), form)
        piped = subprocess.run(
            f"{h.renacer} export /dev/stdin --format {form} -y -e trace=openat < {kept}", shell=True,
            capture_output=True)
        wanted = h.plain(["show", "-y", "--format", form, "-e", "trace=openat", str(kept)])
        check_equal(piped.stdout.decode(), wanted.stdout, form)


def test_json_is_whole(h):
    """The cap of a document on standard output is for people who look."""
    kept = recorded(h)
    cut = h.plain(["show", "--format", "json", "--max-output", "100K", str(kept)])
    check(json.loads(cut.stdout)["truncated"], "the run is too short for this test")
    check(not json.loads(h.plain(["export", "--format", "json", str(kept)]).stdout)["truncated"])


def call_of_row(row):
    ret = {"name": row["name"], "pid": row["pid"], "tid": row["tid"]}
    for key, column in (("timestamp_nanos", "timestamp_ns"), ("duration_nanos", "duration_ns"),
                        ("result", "result"), ("error", "error")):
        if row[column] is not None:
            ret[key] = row[column]
    if "unfinished" in (row["marks"] or "").split():
        ret["unfinished"] = True
    return ret


def check_calls(rows, calls):
    """Rows as dictionaries against the calls of the JSON document."""
    check_equal(len(rows), len(calls))
    for row, call in zip(rows, calls):
        got = call_of_row(row)
        check_equal(got, {key: call[key] for key in got})
        check_equal(row["errno"], -call["result"] if "error" in call else None)
        check_equal("result" in got, "result" in call)


def rows_of(db, sql):
    cursor = db.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor]


def test_sqlite_has_every_call(h):
    for name in ("fork_tree", "threads", "signals", "calls_files", "exec_thread", "crash"):
        kept = recorded(h, [h.program(name)])
        db = database(h, kept)
        check_equal(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        rows = rows_of(db, "SELECT * FROM calls ORDER BY id")
        check_calls(rows, shown(h, kept)["syscalls"])
        lines = h.plain(["export", "--format", "csv", str(kept)]).stdout
        args = [row["arguments"] for row in csv.DictReader(io.StringIO(lines, newline=""))]
        check_equal([row["args"] for row in rows], args)


def test_sqlite_has_every_event(h):
    kept = recorded(h)
    events = [json.loads(line) for line in export(h, "jsonl", kept).read_text().splitlines()[1:]]
    rows = rows_of(database(h, kept), "SELECT * FROM events ORDER BY id")
    check_equal([row["kind"] for row in rows], [event["type"] for event in events])
    check({"fork", "exec", "exit", "signal"} <= {row["kind"] for row in rows})
    for row, event in zip(rows, events):
        for column in ("pid", "tid", "child_pid", "child_tid", "exit_code", "signal"):
            check_equal(row[column], event.get(column), event)
        if event["type"] != "call":
            check_equal(row["timestamp_ns"], event["timestamp_nanos"])


def test_sqlite_sums_are_those_of_stats(h):
    kept = recorded(h)
    stats = json.loads(h.plain(["stats", "--format", "json", str(kept)]).stdout)
    wanted = {r["name"]: (r["calls"], r["errors"], r["duration_ns"], r["min_ns"], r["max_ns"])
              for r in stats["syscalls"]}
    output = export(h, "sqlite", kept)
    sql = "SELECT name, calls, errors, total_ns, min_ns, max_ns FROM stats"
    got = {row[0]: row[1:] for row in sqlite3.connect(output).execute(sql)}
    check_equal(got, wanted)
    shell = subprocess.run([h.tool("sqlite3"), "-json", str(output), sql], capture_output=True, text=True)
    check_equal({r.pop("name"): tuple(r.values()) for r in json.loads(shell.stdout)}, wanted)


def test_sqlite_says_what_calls_are_about(h):
    kept = recorded(h)
    db = database(h, kept)
    [(folder,)] = db.execute("SELECT path FROM calls WHERE name = 'mkdir'").fetchall()
    check(folder.startswith("/") and folder.endswith("/d"), folder)
    sql = "SELECT comm, fd, path, args FROM calls WHERE name = 'write' AND path LIKE '%/name'"
    check_equal(db.execute(sql).fetchall(), [("sh", 1, folder + "/name", '1, "x\\n", 2')])
    sql = "SELECT comm, error FROM calls WHERE path = '/nowhere' AND name = 'openat'"
    check_equal(db.execute(sql).fetchall(), [("cat", "ENOENT")])
    facts = dict(db.execute("SELECT * FROM run"))
    document = shown(h, kept)
    check_equal(facts["trace_id"], document["trace_id"])
    check_equal(json.loads(facts["command"]), document["process"]["command"])
    offset = document["process"]["start_realtime_nanos"] - document["process"]["start_time_nanos"]
    check_equal(int(facts["realtime_offset_ns"]), offset)


def test_sqlite_through_a_filter(h):
    kept = recorded(h)
    db = database(h, kept, "-y", "-e", "trace=openat & status=failed")
    check_calls(rows_of(db, "SELECT * FROM calls ORDER BY id"),
                shown(h, kept, "-e", "trace=openat & status=failed")["syscalls"])


def test_parquet_is_the_same_table(h):
    """Every row and column that SQLite has; in several row groups when there are many."""
    for command in (["sh", "-c", SCRIPT], [h.program("threads")], ["cat", b"/tmp/\xc3\xa4\xff"],
                    ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=35000"]):
        kept = recorded(h, command)
        facts, groups, rows = parquet_file.rows(export(h, "parquet", kept).read_bytes())
        db = database(h, kept)
        wanted = rows_of(db, "SELECT * FROM events ORDER BY id")
        check_equal(len(rows), len(wanted))
        for row, other in zip(rows, wanted):
            other.pop("id")
            check_equal(row, other)
        check_equal(groups, (len(rows) + 65535) // 65536)
        check_equal(dict(facts, format=""), dict(db.execute("SELECT * FROM run"), format=""))


def test_tables_without_rows(h):
    """Of a file that was cut off before its first event."""
    kept = recorded(h)
    whole = kept.read_bytes()
    kept.write_bytes(whole[:next(trace_file.index(whole))[0]])
    for form in ("parquet", "sqlite", "chrome"):
        output = h.file("." + form)
        check_equal(h.plain(["export", "--format", form, "-o", str(output), str(kept)]).status, 1)
        if form == "parquet":
            check_equal(parquet_file.rows(output.read_bytes())[1:], (0, []))
        elif form == "sqlite":
            check_equal(sqlite3.connect(output).execute("SELECT * FROM events").fetchall(), [])
        else:
            check_equal(json.loads(output.read_text())["traceEvents"], [])


def micros(ns):
    return float(f"{ns // 1000}.{ns % 1000:03}")


def test_chrome(h):
    """A complete event for each call, an instant one for each other event, names before both."""
    for command in (["sh", "-c", SCRIPT], [h.program("threads")], [h.program("exec_thread")]):
        kept = recorded(h, command)
        document = json.loads(export(h, "chrome", kept).read_text())
        calls, named, others = shown(h, kept)["syscalls"], {}, []
        told = dict(database(h, kept).execute("SELECT tid, comm FROM events GROUP BY tid HAVING id = max(id)"))
        left = iter(calls)
        for event in document["traceEvents"]:
            if event["ph"] == "M":
                check(event["name"] in ("process_name", "thread_name"), event)
                if event["name"] == "thread_name":
                    named[event["tid"]] = event["args"]["name"]
                continue
            check(event["tid"] in named, event)
            if event["ph"] == "i":
                others.append(event["name"])
                continue
            check_equal(event["ph"], "X")
            call = next(left)
            for key in ("name", "pid", "tid"):
                check_equal(event[key], call[key])
            check_equal(event["ts"], micros(call["timestamp_nanos"]))
            if "duration_nanos" in call:
                check_equal(event["dur"], micros(call["duration_nanos"]))
            check_equal([*event["args"]["arguments"].values()], call["args"])
            for key in ("result", "error", "unfinished"):
                check_equal(event["args"].get(key), call.get(key))
        check_equal(next(left, None), None)
        check_equal(named, told)
        events = [json.loads(line)["type"] for line in export(h, "jsonl", kept).read_text().splitlines()]
        check_equal(others, [kind for kind in events if kind not in ("header", "call")])


def test_names_that_are_no_text(h):
    """Bytes that are not UTF-8 come as in JSON, and others as they are."""
    name = b"/tmp/\xc3\xa4\xff\"'\n"
    kept = recorded(h, [b"cat", name])
    wanted = "/tmp/ä\uefff\"'\n"
    names = [c["values"]["pathname"] for c in shown(h, kept, "-e", "trace=openat")["syscalls"]]
    check(wanted in names, names)
    rows = database(h, kept).execute("SELECT path FROM calls WHERE name = 'openat'").fetchall()
    check((wanted,) in rows, rows)


def test_errors(h):
    kept = recorded(h)
    output = h.tmp / "x"
    for args, status, text in (
            ([str(kept)], 2, "--format says into what"),
            (["--format", "gif", str(kept)], 2, "is none of"),
            (["--format", "sqlite"], 2, "one trace file"),
            (["--format", "sqlite", "/missing"], 1, "'/missing'"),
            (["--format", "sqlite", "/etc/passwd", "-o", str(output)], 1, "is no trace file"),
            (["--format", "sqlite", "-o", str(kept), str(kept)], 2, "the trace file itself"),
            (["--format", "sqlite", "-o", "/missing/x", str(kept)], 1, "cannot open '/missing/x'"),
            *[(["--format", form, "-o", "/dev/full", str(kept)], 1, "No space left on device")
              for form in ("json", "jsonl", "csv", "sqlite", "chrome", "parquet")]):
        done = h.plain(["export", *args])
        check_equal((done.status, done.stdout, done.stderr.count("\n")), (status, "", 1), args, done.stderr)
        check(text in done.stderr, done.stderr)
    check(not output.exists(), "an output of what could not be read")
    check(len(shown(h, kept)["syscalls"]) > 100, "the trace file was harmed")


def test_not_to_a_terminal(h):
    kept = recorded(h, ["true"])
    leader, follower = pty.openpty()
    for form in ("sqlite", "parquet"):
        done = subprocess.run([h.renacer, "export", "--format", form, str(kept)], stdout=follower,
                              stderr=subprocess.PIPE, text=True)
        check_equal(done.returncode, 1)
        check("not for a terminal" in done.stderr, done.stderr)
    os.close(leader)
    os.close(follower)


def test_cut_and_damaged_files(h):
    """What lies before is exported, and the rest is not passed over in silence."""
    kept = recorded(h)
    whole = kept.read_bytes()
    half = len(whole) // 2
    for name, data in (("cut", whole[:half]), ("damaged", whole[:half] + b"?" * half)):
        kept.write_bytes(data)
        output = h.file(".db")
        done = h.plain(["export", "--format", "sqlite", "-o", str(output), str(kept)])
        check_equal(done.status, 1)
        check(f"{name}" in done.stderr and "came before that" in done.stderr, done.stderr)
        db = sqlite3.connect(output)
        shown_calls = json.loads(h.plain(["show", "--format", "json", str(kept)]).stdout)["syscalls"]
        check_calls(rows_of(db, "SELECT * FROM calls ORDER BY id"), shown_calls)


def test_no_file_is_left_behind(h):
    kept = recorded(h)
    before = {n for n in os.listdir("/tmp") if n.startswith("renacer-") and "test" not in n}
    export(h, "sqlite", kept)
    h.plain(["export", "--format", "sqlite", "-o", "/dev/full", str(kept)])
    after = {n for n in os.listdir("/tmp") if n.startswith("renacer-") and "test" not in n}
    check_equal(after - before, set())
