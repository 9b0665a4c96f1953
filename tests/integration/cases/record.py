"""Trace files: what is shown of one is what was shown live, whatever happens to it on the way."""

import json
import os
import pathlib
import pty
import re
import shlex
import shutil
import signal
import subprocess
import time

import trace_file
from harness import Skip, check, check_equal, children_of, wait_for

TOP = pathlib.Path(__file__).parent.parent.parent.parent
SCRIPT = "echo hello > out; cat out /nowhere; (exit 3); kill -TERM $$"
PYTHON = "import os, socket, threading; a, b = socket.socketpair(); a.send(b'x' * 300); b.recv(9); " \
    "t = threading.Thread(target=os.listdir, args=('/',)); t.start(); t.join(); os.getrandom(5)"


def record(h, script, **kw):
    """bash, with $RECORD to record on this engine."""
    return h.shell(f'RECORD="{h.renacer} record --engine {h.engine}"; ' + script, **kw)


def both(h, options, command, **kw):
    """One run that is shown and recorded; the lines and what `show` makes of the file."""
    live, kept = h.file(".live"), h.file(".rnc")
    done = subprocess.run(
        [*h.start_of_line(), *options, "--record", str(kept), "-o", str(live), "--", *command],
        capture_output=True, timeout=60, cwd=h.tmp, **kw)
    check(b"renacer" not in done.stderr, done.stderr.decode(errors="replace"))
    forms = [o for o in options if o != "-f"]
    shown = subprocess.run(
        [h.renacer, "show", *forms, str(kept)], capture_output=True, timeout=60)
    check_equal((shown.returncode, shown.stderr), (0, b""))
    return live.read_bytes(), shown.stdout, kept


def check_same(h, options, command, least=1, **kw):
    live, shown, kept = both(h, options, command, **kw)
    check(live.count(b"\n") >= least, f"{options} {command}: too few lines", live.decode())
    if live == shown:
        return kept
    for a, b in zip(live.splitlines(), shown.splitlines()):
        check_equal(b.decode(errors="replace"), a.decode(errors="replace"), f"{options} {command}")
    check_equal(len(shown), len(live), f"{options} {command}")
    return kept


def test_shown_is_what_was_live(h):
    for options in (["-f"], ["-f", "-yy", "-T", "-ttt"], ["-f", "-v", "-r", "--hex"], ["-f", "--raw", "-y"],
                    ["-y", "-t", "-xx"]):
        for command in (["sh", "-c", SCRIPT], ["/usr/bin/python3", "-c", PYTHON]):
            check_same(h, options, command, 20)


def test_shown_is_what_was_live_in_every_form(h):
    for form in ("json", "jsonl", "csv"):
        options = ["-f", "-y", "--format", form]
        check_same(h, options, ["sh", "-c", SCRIPT])
        check_same(h, options, ["/usr/bin/python3", "-c", PYTHON])


def test_shown_is_what_was_live_of_test_programs(h):
    for name in ("fork_tree", "threads", "signals", "vfork_exec", "exec_thread", "calls_net",
                 "calls_process", "calls_memory", "file_calls", "crash"):
        check_same(h, ["-f", "-yy", "-T"], [h.program(name)])
        check_same(h, ["-f", "-v", "--string-limit", "200"], [h.program(name)])


REAL = (
    "ls -la /etc", "find /usr/share/man -name '*.gz'", "git -C {top} log --stat -2", "tar cf - {top}/docs",
    "gzip -c {top}/docs/howto.md", "sort -S 1M {top}/docs/howto.md", "make --version", "strace -V",
    "gcc -E -o /dev/null {top}/bench/now.c", "jq . {top}/docs/json.schema.json", "ps aux", "awk 'BEGIN {{ print 1 }}'",
)


def test_shown_is_what_was_live_of_real_programs(h):
    for line in REAL:
        command = shlex.split(line.format(top=TOP))
        if shutil.which(command[0]):
            check_same(h, ["-f", "-yy", "-T", "-v"], command, 10)
            check_same(h, ["-f", "--format", "json"], command)


def test_shown_is_what_was_live_with_filters(h):
    for expr in (["-e", "trace=openat,network"], ["-Z"], ["-e", "trace=%file", "-e", "status=failed"],
                 ["-e", "signal=none", "-z"]):
        check_same(h, ["-f", "-y", *expr], ["sh", "-c", SCRIPT])


def test_shown_is_what_was_live_in_two_parts(h):
    kept = check_same(
        h, ["-f", "--unfinished"], ["sh", "-c", "sleep 0.2 & sleep 0.1; wait; exit 2"], 20)
    lines = h.plain(["show", str(kept)]).stdout
    check("<unfinished" not in lines and "resumed>" not in lines, lines)
    kept = check_same(h, ["-f"], ["true"])
    done = h.plain(["show", "--unfinished", str(kept)])
    check_equal(done.status, 2)
    check("record with --unfinished" in done.stderr, done.stderr)


def test_statistics_of_a_file(h):
    kept = check_same(h, ["-f"], ["sh", "-c", SCRIPT])
    counted = json.loads(h.plain(["show", "--format", "json", "-c", str(kept)]).stdout)
    same = json.loads(h.plain(["stats", "--format", "json", str(kept)]).stdout)
    check_equal(same, counted)
    calls = json.loads(h.plain(["show", "--format", "json", str(kept)]).stdout)["syscalls"]
    opened = [c for c in calls if c["name"] == "openat"]
    row = next(r for r in counted["syscalls"] if r["name"] == "openat")
    check_equal(row["calls"], len(opened))
    check_equal(row["errors"], sum(c["result"] < 0 for c in opened))
    check_equal(row["duration_ns"], sum(c["duration_ns"] for c in opened))


def test_record(h):
    """Children are followed, the command's status is passed on, the file has a default name."""
    done = record(h, "$RECORD -- sh -c 'cat /dev/null; exit 5'")
    check_equal((done.returncode, done.stdout, done.stderr), (5, "", ""))
    text = h.plain(["show", "-e", "trace=execve", "renacer.rnc"]).stdout
    check_equal(text.count("execve("), 2, text)
    check_equal(text.count("+++ exited with 0 +++"), 1, text)
    check_equal(text.count("+++ exited with 5 +++"), 1, text)
    done = record(h, "$RECORD -o k.rnc -- sh -c 'kill -KILL $$'")
    check_equal(done.returncode, -signal.SIGKILL)
    check("+++ killed by SIGKILL +++" in h.plain(["show", "k.rnc"]).stdout)


def test_several_runs(h):
    """A file for each; the first bad status counts; the others are made all the same."""
    script = "echo x >> log; n=$(wc -l < log); echo run $n; [ $n = 1 ] || exit $n"
    done = record(h, "$RECORD --runs 3 -o a.b/r.rnc -- sh -c '%s'" % script)
    check_equal(done.returncode, 1, "there is no such folder")
    (h.tmp / "a.b").mkdir()
    done = record(h, "$RECORD --runs 3 -o a.b/r -- sh -c '%s'" % script)
    check_equal((done.returncode, done.stdout, done.stderr), (2, "run 1\nrun 2\nrun 3\n", ""))
    check_equal(sorted(p.name for p in (h.tmp / "a.b").iterdir()), ["r.1", "r.2", "r.3"])
    for number, status in (1, 0), (2, 2), (3, 3):
        text = h.plain(["show", f"a.b/r.{number}"]).stdout
        check(f'"run {number}\\n"' in text and f"+++ exited with {status} +++" in text, text)
    done = record(h, "$RECORD --runs 2 -- true && $RECORD --runs 0 -- true && echo renacer.*")
    check_equal(done.stdout, "renacer.1.rnc renacer.2.rnc renacer.rnc\n", done.stderr)
    done = record(h, "$RECORD --runs 2 -- sh -c 'kill -KILL $$'")
    check_equal(done.returncode, -signal.SIGKILL)
    check((h.tmp / "renacer.2.rnc").exists(), "it stopped at the first")


def test_several_runs_end_when_asked(h):
    child = h.start([h.renacer, "record", "--engine", h.engine, "--runs", "9", "--", "sleep", "20"])
    check(wait_for(lambda: any(cmdline(kid).startswith(b"sleep") for kid in children_of(child.pid))), "it did not start")
    os.kill(child.pid, signal.SIGTERM)
    check_equal(child.wait(20), -signal.SIGTERM)
    check_equal([p.name for p in h.tmp.glob("*.rnc")], ["renacer.1.rnc"])
    check("killed by SIGTERM" in h.plain(["show", "renacer.1.rnc"]).stdout)
    for options in "-p 1", "-o '|cat' -- true":
        done = record(h, f"$RECORD --runs 2 {options}")
        check_equal((done.returncode, done.stdout), (2, ""))
        check("--runs " in done.stderr, done.stderr)


def cmdline(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def test_record_through_a_filter(h):
    done = record(h, "$RECORD -e trace=openat -- cat /dev/null")
    check_equal(done.returncode, 0, done.stderr)
    text = h.plain(["show", "-y", "renacer.rnc"]).stdout
    check('"/dev/null", O_RDONLY) = 3</dev/null' in text, text)
    check("close(" not in text, text)
    # what descriptors mean hangs on these
    text = h.plain(["show", "-e", "trace=close", "renacer.rnc"]).stdout
    check("close(3" in text and "openat(" not in text, text)


def test_compress(h):
    """A stream that show reads whatever its name; the command's own output must stay out of it."""
    done = h.shell("$R --compress -- echo hi > trace.rle")
    check_equal((done.returncode, done.stderr), (0, "hi\n"))
    check('write(1, "hi\\n", 3) = 3\n' in h.plain(["show", "trace.rle"]).stdout)
    done = record(h, "$RECORD -o '|cat > piped' -- echo hi")
    check_equal((done.returncode, done.stdout, done.stderr), (0, "hi\n", ""))
    check('write(1, "hi\\n", 3) = 3\n' in h.plain(["show", "piped"]).stdout)
    done = h.shell("$R --compress --tracee-stdout null -- echo hi | $(set -- $R; echo $1) show /dev/stdin")
    check('write(1, "hi\\n", 3) = 3\n' in done.stdout, done.stdout, done.stderr)
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*h.start_of_line(), "--compress", "--", "touch", "ran"],
        stdout=theirs, stderr=subprocess.PIPE, cwd=h.tmp)
    os.close(ours)
    os.close(theirs)
    check_equal(done.returncode, 1)
    check(b"not for a terminal" in done.stderr, done.stderr)
    check(not (h.tmp / "ran").exists(), "the command ran all the same")


def test_a_file_that_is_read_is_replaced(h):
    """Whoever has the old one open keeps all of it: `show | less`, and recorded again."""
    for script in ("$RECORD -o r.rnc -- echo one", f"{' '.join(h.start_of_line())} --record r.rnc -- echo one"):
        check_equal(record(h, script).returncode, 0)
        before = (h.tmp / "r.rnc").read_bytes()
        with open(h.tmp / "r.rnc", "rb") as old:
            check_equal(record(h, script.replace("one", "another")).returncode, 0)
            check(old.read() == before, "the file was changed under its reader")
        check('"another\\n"' in h.plain(["show", "r.rnc"]).stdout, "the new one is not there")
    (h.tmp / "link").symlink_to("r.rnc")
    check_equal(record(h, "$RECORD -o link -- echo third").returncode, 0)
    check((h.tmp / "link").is_symlink(), "the link was replaced")
    check('"third\\n"' in h.plain(["show", "r.rnc"]).stdout, "nothing behind the link")


def test_values_of_the_environment_stay_out(h):
    env = dict(os.environ, TOKEN="sesame-" * 3)
    for options, kept in ([], False), (["-v"], True):
        done = subprocess.run(
            [h.renacer, "record", "--engine", h.engine, *options, "-o", "e.rnc", "--", "true"],
            capture_output=True, cwd=h.tmp, env=env)
        check_equal(done.returncode, 0, done.stderr)
        text = h.plain(["show", "-v", "e.rnc"]).stdout
        check_equal("TOKEN=sesame-sesame-" in text, kept, text)
        check('"TOKEN=' in text, text)


def test_attached(h):
    target = h.start([h.program("ticker")], stdout=subprocess.DEVNULL)
    child = h.start([h.renacer, "record", "--engine", h.engine, "-o", "a.rnc", "-p", str(target.pid)],
                    stdout=subprocess.DEVNULL)
    check(wait_for(lambda: (h.tmp / "a.rnc").exists()), "no file")
    time.sleep(1.5)
    os.kill(child.pid, signal.SIGINT)
    check_equal(child.wait(20), 0)
    check(target.poll() is None, "the target did not live on")
    text = h.plain(["show", "a.rnc"]).stdout
    check(text.count("\n") > 3, text)
    info = h.plain(["info", "a.rnc"])
    check_equal(info.status, 0)
    check("attached to what ran" in info.stdout, info.stdout)


def test_killed(h):
    """What happened before the last second is in the file."""
    child = h.start([h.renacer, "record", "--engine", h.engine, "-o", "k.rnc", "--", "sh", "-c",
                     "while :; do sleep 0.1; done"])
    check(wait_for(lambda: (h.tmp / "k.rnc").exists() and (h.tmp / "k.rnc").stat().st_size > 1500, 30),
          "nothing was written while the command ran")
    time.sleep(1)
    kids = children_of(child.pid)
    child.kill()
    child.wait()
    for kid in kids:
        try:
            os.kill(kid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    done = h.plain(["show", "k.rnc"])
    check_equal(done.status, 1)
    check("'k.rnc' was cut off at byte" in done.stderr, done.stderr)
    check(done.stdout.count("clock_nanosleep(") >= 3, done.stdout)
    info = h.plain(["info", "k.rnc"])
    check_equal(info.status, 1)
    check("cut off" in info.stdout, info.stdout)


def test_full_disk(h):
    done = record(h, "$RECORD -o /dev/full -- touch ran")
    check_equal(done.returncode, 1)
    check_equal(done.stderr, "renacer: cannot write the trace file '/dev/full' any further: "
                "No space left on device\n")
    check(not (h.tmp / "ran").exists(), "the command ran though nothing could be recorded")
    if h.shell("unshare -m mount -t tmpfs none /mnt").returncode:
        raise Skip("may not mount a small tmpfs")
    small = h.folder()
    (h.tmp / "busy.py").write_text(
        "import os\nfor i in range(150000): os.write(1, os.urandom(9))\n")
    done = record(
        h,
        f"unshare -m sh -c \"mount -t tmpfs -o size=1m none {small} && "
        f"$RECORD -o {small}/t.rnc -- /usr/bin/python3 busy.py > /dev/null; echo status \\$?; "
        f"cp {small}/t.rnc kept.rnc\"", timeout=100)
    check_equal(done.stdout, "status 1\n", done.stderr)
    check_equal(done.stderr, f"renacer: cannot write the trace file '{small}/t.rnc' any further: "
                "No space left on device\n")
    shown = h.plain(["show", "kept.rnc"])
    check_equal(shown.status, 1)
    check(shown.stdout.count("\n") > 1000, "too little is left", shown.stdout[-300:])


def test_harmed_files(h):
    check_equal(record(h, "$RECORD -- sh -c 'true; ls / > /dev/null'").returncode, 0)
    path = h.tmp / "renacer.rnc"
    whole = h.plain(["show", "renacer.rnc"]).stdout
    good = path.read_bytes()
    path.write_bytes(good[:-30])
    done = h.plain(["show", "renacer.rnc"])
    check(whole.startswith(done.stdout), done.stdout)
    for at in range(30, len(good), max(1, len(good) // 20)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x40]) + good[at + 1:])
        done = h.plain(["show", "renacer.rnc"])
        check(done.status in (0, 1), done.stderr)
        check(whole.startswith(done.stdout), done.stdout)
    path.write_bytes(b"{}")
    done = h.plain(["show", "renacer.rnc"])
    check_equal((done.status, done.stdout), (1, ""))
    check("is no trace file" in done.stderr, done.stderr)


def test_a_file_that_is_made_shorter_under_its_reader(h):
    """What lay before the new end is shown, then one line says so."""
    (h.tmp / "calls.py").write_text("import os\nfor i in range(80000): os.getppid()\n")
    check_equal(record(h, "$RECORD -e trace=getppid -o s.rnc -- /usr/bin/python3 calls.py").returncode, 0)
    path = h.tmp / "s.rnc"
    whole = h.plain(["show", "s.rnc"]).stdout
    size = path.stat().st_size
    reader = subprocess.Popen(
        [h.renacer, "show", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    start = reader.stdout.read(1000)  # it waits for us to read on, in the midst of the first block
    os.truncate(path, size // 2)
    rest, errors = reader.stdout.read(), reader.stderr.read()
    check_equal(reader.wait(60), 1, errors)
    check(re.fullmatch(r"renacer: '.*s\.rnc' was cut off at byte \d+ of %d: what is shown came before "
                       r"that\n" % size, errors), errors)
    check(whole.startswith(start + rest) and len(whole) > len(start + rest) > 100000, len(start + rest))
    for command in ("stats", "info"):
        done = h.plain([command, str(path)])
        check_equal(done.status, 1, command)
        check("cut off at byte" in done.stdout + done.stderr, done.stdout, done.stderr)


def test_nothing_can_be_done_to_calls_of_a_file(h):
    check_equal(record(h, "$RECORD -o n.rnc -- true").returncode, 0)
    for command in ("show", "stats"):
        for spec in ("inject=getpid:error=EIO", "fault=all"):
            done = h.plain([command, "-e", spec, "n.rnc"])
            check_equal((done.status, done.stdout), (2, ""))
            check("-e inject= is for a program that runs" in done.stderr, done.stderr)


def test_info(h):
    check_equal(record(h, "$RECORD -o i.rnc -- sh -c 'echo a; exit 1'").returncode, 1)
    done = h.plain(["info", "--blocks", "i.rnc"])
    check_equal((done.status, done.stderr), (0, ""))
    check(re.search(r"^  command +sh -c echo a; exit 1$", done.stdout, re.M), done.stdout)
    check(re.search(rf"^  engine +{h.engine}$", done.stdout, re.M), done.stdout)
    lines = h.plain(["show", "--format", "jsonl", "i.rnc"]).stdout.splitlines()
    calls = sum(json.loads(l)["type"] == "call" for l in lines)
    check(re.search(rf"^  calls +{calls}\b", done.stdout, re.M), done.stdout)
    blocks = re.findall(r"^ +(\d+) +(\d+) +\d+ .* call", done.stdout, re.M)
    size = (h.tmp / "i.rnc").stat().st_size
    check(blocks and all(int(a) + int(b) < size for a, b in blocks), done.stdout)


def check_calls(h, kept, events):
    shown = [json.loads(l) for l in h.plain(["show", "--format", "jsonl", kept]).stdout.splitlines()]
    shown = [e for e in shown if e["type"] == "call"]
    calls = [e for e in events if e["kind"] == trace_file.CALL]
    check_equal(len(calls), len(shown))
    for a, b in zip(calls, shown):
        check_equal((a["pid"], a["tid"], a["time"] - a["took"]),
                    (b["pid"], b["tid"], b["timestamp_nanos"]), b)
        words = [int(w, 16) for w in b["raw_args"]]
        check_equal((a["args"][:len(words)], a["args"][len(words):]),
                    (words, [0] * (6 - len(words))), b)
        if not a["flags"] & 1:
            check_equal((a["ret"], a["took"]), (b["result"], b["duration_nanos"]), b)
    for call, name in (("openat", "pathname"), ("write", "buf")):
        seen = [e["values"][name] for e in shown if e["name"] == call]
        nr = {"openat": 257, "write": 1}[call]
        read = [e["pieces"] for e in calls if e["nr"] == nr]
        check(len(seen) == len(read) > 1, call)
        for value, pieces in zip(seen, read):
            text = value if isinstance(value, str) else value["data"]
            check(any(p["bytes"].rstrip(b"\0") == text.encode() for p in pieces), value, pieces)


def test_the_format_is_as_documented(h):
    done = record(h, "$RECORD -o f.rnc -- sh -c 'echo one; echo two; cat /dev/null; exit 6' > /dev/null")
    check_equal(done.returncode, 6)
    data = (h.tmp / "f.rnc").read_bytes()
    blocks, events = [], []
    for at, kind, body in trace_file.chunks(data):
        if kind == trace_file.FACTS:
            facts = trace_file.facts(body)
        elif kind == trace_file.EVENTS:
            blocks.append((at, 16 + len(body)))
            events += trace_file.events(body)
        elif kind == trace_file.END:
            end = trace_file.facts(body)
    check_equal(facts[4].split(b"\0")[:2], [b"sh", b"-c"])
    check_equal(facts[3], h.engine.encode())
    check_equal(bool(trace_file.Numbers(facts[9]).u() & 8), os.path.exists("/proc/self/schedstat"))
    check_equal(trace_file.Numbers(end[32]).u(), len(events))
    listed = list(trace_file.index(data))
    check_equal([b[:2] for b in listed], blocks)
    check_equal(sum(b[2]["events"] for b in listed), len(events))
    check_equal([e["time"] for e in events], sorted(e["time"] for e in events))
    exits = [e["record"].i() for e in events if e["kind"] == trace_file.EXIT]
    check_equal(exits, [0, 6 << 8])
    forks = [(e["pid"], e["record"].i()) for e in events if e["kind"] == trace_file.FORK]
    check_equal(len(forks), 1)
    check_calls(h, "f.rnc", events)
