"""Command lines that users have in scripts and notes; pipes and redirections are part of them."""

import contextlib
import csv
import functools
import http.server
import json
import os
import re
import shutil
import threading

from cases.documents import validate
from cases.summary import ROW, rows
from harness import check, check_equal

STAND_INS = {
    "trivial_cli": "#!/bin/sh\necho \"Hello, $2!\"\n",
    "myapp": "#!/bin/sh\nfor f in /etc/hostname /etc/passwd /etc/group; do read -r l <$f; done\n",
    "process-mmap": "#!/usr/bin/python3\nimport mmap, sys\n"
    "with open(sys.argv[1]) as f: m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); m.close()\n",
    "app": "#!/bin/sh\nfor f in 1 2 3; do read -r l </etc/passwd; done; read -r l <none; exit 0\n",
    "app-before": "#!/bin/sh\nread -r l </etc/passwd\n",
    "app-after": "#!/bin/sh\nread -r l </etc/passwd; read -r l </etc/group\n",
    "cargo": "#!/bin/sh\nread -r l <Cargo.toml; exit 0\n",
}


def line(h, command):
    """As written, with `renacer` in PATH (and the engine under test), in a folder of stand-ins."""
    for name, text in STAND_INS.items():
        path = h.tmp / name
        path.write_text(text)
        path.chmod(0o755)
    (h.tmp / "large-file.dat").write_bytes(b"x" * 100000)
    (h.tmp / "Cargo.toml").write_text("[package]\n")
    wrapper = h.tmp / "renacer"
    wrapper.write_text(f'#!/bin/sh\nexec {h.renacer} --engine {h.engine} "$@"\n')
    wrapper.chmod(0o755)
    return h.shell(f"PATH={h.tmp}:$PATH; set -o pipefail; {command}")


def test_version(h):
    check(re.fullmatch(r"renacer \d+\.\d+\.\d+\n", line(h, "renacer --version").stdout))


def test_a_plain_run(h):
    done = line(h, 'renacer -- ./trivial_cli --name "Alice"')
    check_equal(done.returncode, 0, done.stderr)
    check('write(1, "Hello, Alice!\\n", 14) = 14' in done.stdout, done.stdout[-500:])
    check("Hello, Alice!" in done.stdout.splitlines(), "the command's own output")


def test_one_call_and_head(h):
    done = line(h, "renacer -e 'trace=openat' -- ./myapp | head -50")
    lines = done.stdout.splitlines()
    check(lines and all(re.match(r"openat\(|--- SIG|\+\+\+ ", l) for l in lines), *lines[:5])
    check(any('"/etc/group"' in l for l in lines), *lines)


def test_two_calls(h):
    done = line(h, "renacer -e trace=write,read -- ./trivial_cli")
    calls = {l.split("(")[0] for l in done.stdout.splitlines() if "(" in l}
    check_equal(calls, {"write", "read"})


def test_memory_and_grep(h):
    done = line(
        h,
        "renacer -e 'trace=memory' -- ./process-mmap large-file.dat 2>&1 "
        "| grep -E 'mmap|mprotect|munmap'",
    )
    check_equal(done.returncode, 0)
    check(re.search(r"mmap\(NULL, 100000, PROT_READ, MAP_SHARED, \d+, 0\) = 0x", done.stdout),
          done.stdout[-800:])


def test_a_build_tool_and_grep(h):
    done = line(
        h,
        "renacer -- cargo run --release -- transpile examples/example_stdlib.py 2>&1 "
        '| grep "Cargo.toml"',
    )
    check(re.search(r'openat\(AT_FDCWD, "Cargo.toml", O_RDONLY\) = \d', done.stdout), done.stdout)


def test_json_to_a_file(h):
    done = line(h, 'renacer --format json -- ./trivial_cli --name "Baseline" > golden_rust.json')
    check_equal(done.returncode, 0, done.stderr)
    document = json.loads((h.tmp / "golden_rust.json").read_text())
    check_equal(document["process"]["command"], ["./trivial_cli", "--name", "Baseline"])
    check_equal(document["summary"]["exit_code"], 0)
    check("Hello, Baseline!" in done.stderr, "the command's output went astray")
    check(os.path.getsize(h.tmp / "golden_rust.json") > 1000, "too short")


# -- statistics


def check_table(text, *names):
    """The table is whole; what it counted, {name: (calls, errors)}."""
    check("System Call Summary:" in text and re.search(r"^Elapsed: ", text, re.M), text)
    found = rows(text)
    check(set(names) <= set(found), text)
    total = re.search(r"^Total: (\d+) calls, (\d+) errors$", text, re.M)
    check_equal((int(total[1]), int(total[2])), tuple(map(sum, zip(*found.values()))), text)
    return found


def test_statistics(h):
    done = line(h, "renacer -c -- ./myapp")
    check_equal(done.returncode, 0, done.stderr)
    check_table(done.stdout, "execve", "openat", "read")


@contextlib.contextmanager
def file_server(folder):
    """Its port."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                         functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


CURL = """#!/usr/bin/python3
import sys, urllib.request
with open(sys.argv[2].rpartition("/")[2], "wb") as f:
    f.write(urllib.request.urlopen(sys.argv[2]).read())
"""


def test_statistics_of_a_download(h):
    """Of curl, or of what does the same."""
    if not shutil.which("curl"):
        (h.tmp / "curl").write_text(CURL)
        (h.tmp / "curl").chmod(0o755)
    served = h.folder()
    (served / "large-file.zip").write_bytes(b"x" * 300000)
    with file_server(served) as port:
        done = line(h, "renacer -c -e 'trace=file,network' -- "
                       f"curl -O http://127.0.0.1:{port}/large-file.zip")
    check_equal(done.returncode, 0, done.stderr)
    found = check_table(done.stdout, "socket", "connect", "openat")
    check("mmap" not in found and "munmap" not in found, found)
    check_equal((h.tmp / "large-file.zip").stat().st_size, 300000)


def test_statistics_sorted_by_time(h):
    done = line(h, """renacer -c -- ./app 2>&1 | grep -E "Syscall|^[a-z]" | sort -k4 -rn""")
    check_equal(done.returncode, 0, done.stderr)
    lines = done.stdout.splitlines()
    check(any(l.startswith("Syscall ") for l in lines), done.stdout)
    times = [float(m[4]) for m in map(ROW.match, lines) if m]
    check(len(times) >= 5, done.stdout)
    check_equal(times, sorted(times, reverse=True))


def test_percentiles(h):
    done = line(h, 'renacer -c -- ./app | grep -E "p90|p99"')
    head, *latencies = done.stdout.splitlines()
    check(head.startswith("Syscall "), done.stdout)
    check_equal(len(latencies), 3)
    for latency in latencies:
        check(re.fullmatch(r"Latency: \S+ p50 [\d.]+ms p90 [\d.]+ms p99 [\d.]+ms", latency), latency)


def test_before_and_after(h):
    done = line(h, "renacer -c -- ./app-before > before.txt ; renacer -c -- ./app-after > after.txt"
                   " ; diff before.txt after.txt")
    check_equal((done.returncode, done.stderr), (1, ""))
    before, after = (check_table((h.tmp / f"{name}.txt").read_text(), "openat")
                     for name in ("before", "after"))
    check_equal(after["openat"][0], before["openat"][0] + 1)
    check(any(l.startswith("> openat ") for l in done.stdout.splitlines()), done.stdout)


def test_statistics_as_csv(h):
    done = line(h, "renacer --format csv -c -- ./app > perf.csv")
    check_equal(done.returncode, 0, done.stderr)
    table = list(csv.DictReader(open(h.tmp / "perf.csv", newline="")))
    openat = next(row for row in table if row["syscall"] == "openat")
    check(int(openat["calls"]) >= 4 and int(openat["errors"]) >= 1, openat)
    times = [float(row["total_time_ms"]) for row in table]
    check_equal(times, sorted(times, reverse=True))


def test_statistics_as_json_and_jq(h):
    h.tool("jq")
    done = line(h, "renacer --format json -c -- ./app > perf.json")
    check_equal(done.returncode, 0, done.stderr)
    validate("document", h.tmp / "perf.json")
    calls = json.loads((h.tmp / "perf.json").read_text())["syscalls"]
    done = line(h, "jq '.syscalls | sort_by(.duration_ns) | reverse | .[0:10]' perf.json")
    longest = sorted((row["duration_ns"] for row in calls), reverse=True)[:10]
    check_equal([row["duration_ns"] for row in json.loads(done.stdout)], longest, done.stderr)
    done = line(h, "jq '.syscalls[] | select(.p99_ms / .p50_ms > 10) | {name, p50_ms, p99_ms}' "
                   "perf.json | jq -s .")
    wanted = [{k: row[k] for k in ("name", "p50_ms", "p99_ms")} for row in calls
              if row["p99_ms"] / row["p50_ms"] > 10]
    check_equal(json.loads(done.stdout), wanted, done.stderr)


def test_statistics_of_two_versions(h):
    h.tool("jq")
    for name in ("before", "after"):
        line(h, f"renacer --format json -c -- ./app-{name} > v{'21'[name == 'before']}.json")
    done = line(h, "diff <(jq '.syscalls | sort_by(.name)' v1.json) "
                   "<(jq '.syscalls | sort_by(.name)' v2.json)")
    check_equal((done.returncode, done.stderr), (1, ""))
    check(re.search(r'^>\s+"duration_ns": \d+,$', done.stdout, re.M), done.stdout)
    done = line(h, "diff <(jq '.syscalls | sort_by(.name)' v1.json) "
                   "<(jq '.syscalls | sort_by(.name)' v1.json)")
    check_equal((done.returncode, done.stdout, done.stderr), (0, "", ""))


def test_straces_columns(h):
    done = line(h, "renacer --summary --timing -- ./trivial_cli --help")
    check_equal(done.returncode, 0, done.stderr)
    check(re.search(r"^% time +seconds +usecs/call +calls +errors +syscall$", done.stdout, re.M),
          done.stdout)
    check_equal(done.stdout.count("total"), 1, done.stdout)
    (h.tmp / "prog").symlink_to("trivial_cli")
    done = line(h, "renacer --summary --timing -- ./prog > summary.txt ; "
                   """grep "total" summary.txt | awk '{print $2}'""")
    check(re.fullmatch(r"\d+\.\d{6}\n", done.stdout), done.stdout)
    check(re.search(r"^Elapsed: [\d.]+s", (h.tmp / "summary.txt").read_text(), re.M))
