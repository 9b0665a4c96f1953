#!/usr/bin/env python3
"""
Are renacer's lines the same as strace's?

    parity_lines.py --renacer R [--tap] [--all] [--keep DIR] [NAME...]

As in parity_counts.py one run is written down twice: renacer's BPF engine watches a tracer, strace
or renacer's ptrace engine, that traces the command. Addresses, ids and times are then the same on
both sides, so lines are compared whole, task by task. What differs by intent is taken out first
(`tokens` and `same`, nothing else):

  padding    strace aligns results in a column
  errors     `= -1 ENOENT (text)` there, `= -2 ENOENT (text)` here
  strings    how much is shown of one; argv and its strings are cut at 32 by strace alone
  newer      arguments that strace 6.1 does not decode, as NEWER lists them: hex there
  splits     a call that another task interrupts is two lines there, one here; of one that never
             returns there are only the arguments that could be shown on the way in

Calls of the tracer, and of its child before it became the command, are left out; so is, once per
task, a call that was never seen to end because its task was killed. A call that one side does not
have counts as a line that differs.
"""

import argparse
import collections
import difflib
import glob
import http.server
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

from parity_counts import Trace, nested, project, repository  # noqa: E402

RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
UNFINISHED = re.compile(r" ?<unfinished \.\.\.>$")
NEVER_ENDED = re.compile(r"(?:, )? *<unfinished \.\.\.>\) += \?$")
TOKEN = re.compile(r'@?"(?:\\.|[^"\\])*"(?:\.\.\.)?|/\*.*?\*/|[\w.+-]+|\S')
NEWER = {("rseq", 0), ("rseq", 1)}  # shown by later versions of strace
ADDRESS = re.compile(r"^\s*0x[0-9a-f]+$")
ERROR = re.compile(r"^= -\d+ (E\w+ \()")


class Call(str):
    """A call's name, which is what counts are made of, with its line."""

    def __new__(cls, name, text):
        call = super().__new__(cls, name)
        call.text = text
        return call


class Lines(Trace):
    def line(self, tid, text):
        before = len(self.calls[tid])
        super().line(tid, text)
        calls = self.calls[tid]
        resumed = RESUMED.match(text)
        if len(calls) > before:
            calls[-1] = Call(calls[-1], UNFINISHED.sub("", text))
        elif resumed and calls and calls[-1] == resumed.group(1):
            calls[-1].text += resumed.group(2)


def parts(text):
    """The arguments of a call, and behind them its result."""
    start = text.index("(") + 1
    found, depth, at = [], 0, start
    for m in TOKEN.finditer(text, start):
        token = m.group()
        if token in ("(", "[", "{"):
            depth += 1
        elif token in (")", "]", "}"):
            if depth == 0:
                found.append(text[at:m.start()])
                at = m.end()
                break
            depth -= 1
        elif token == "," and depth == 0:
            found.append(text[at:m.start()])
            at = m.end()
    return found + [ERROR.sub(r"= -1 \1", text[at:].strip())]


def same(mine, theirs):
    a, b = TOKEN.findall(mine), TOKEN.findall(theirs)
    if b[-2:] == ["...", "]"] and len(a) >= len(b):
        a[len(b) - 2:] = b[-2:]  # a list cut there
    return len(a) == len(b) and all(x == y or same_string(x, y) for x, y in zip(a, b))


def same_string(a, b):
    """Whether one is the beginning of the other, and says so."""
    cut = [s.endswith('"...') for s in (a, b)]
    if not any(cut) or '"' not in (a[0], b[0]):
        return False
    a, b = (s[:-4] if c else s[:-1] for s, c in zip((a, b), cut))
    if cut[0] and cut[1]:
        return a.startswith(b) or b.startswith(a)
    return b.startswith(a) if cut[0] else a.startswith(b)


class Comparison:
    def __init__(self, inner, outer):
        self.lines = self.equal = self.tasks = 0
        self.kinds = collections.Counter()
        self.examples = {}
        self.lost = inner.lost + outer.lost
        for tid, theirs in inner.calls.items():
            mine = outer.calls.get(tid, [])
            if tid in outer.forked[0] and "execve" in mine and "execve" in theirs:
                # before that it still ran the tracer's code
                mine, theirs = mine[mine.index("execve"):], theirs[theirs.index("execve"):]
            killed = tid in inner.killed
            self.tasks += 1
            for a, b in pairs(mine, theirs):
                if killed and (not a or not b or ") " not in b.text or b.text.endswith("= ?")):
                    killed = False
                    continue
                self.judge(a, b)

    def judge(self, mine, theirs):
        self.lines += 1
        kind = self.differ(mine, theirs)
        if not kind:
            self.equal += 1
            return
        self.kinds[kind] += 1
        self.examples.setdefault(kind, (mine and mine.text, theirs and theirs.text))

    @staticmethod
    def differ(mine, theirs):
        if not mine or not theirs:
            return f"{mine or theirs}: only {'here' if mine else 'there'}"
        a, b = parts(mine.text), parts(theirs.text)
        if NEVER_ENDED.search(theirs.text) and a[-1] == "= ?":
            b = parts(NEVER_ENDED.sub(") = ?", theirs.text))
            a[len(b) - 1:] = b[-1:]
        if len(a) != len(b):
            return f"{mine}: number of arguments"
        for i, (x, y) in enumerate(zip(a, b)):
            if (mine, i) in NEWER and ADDRESS.match(y):
                continue
            if not same(x, y):
                return f"{mine}: {f'argument {i}' if i < len(a) - 1 else 'result'}"
        return None

    @property
    def percent(self):
        return 100.0 * self.equal / self.lines if self.lines else 0.0


def pairs(mine, theirs):
    if [*map(str, mine)] == [*map(str, theirs)]:
        yield from zip(mine, theirs)
        return
    matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
    for how, a0, a1, b0, b1 in matcher.get_opcodes():
        if how == "equal":
            yield from zip(mine[a0:a1], theirs[b0:b1])
            continue
        for a in mine[a0:a1]:
            yield a, None
        for b in theirs[b0:b1]:
            yield None, b


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def serve(folder):
    """A web server outside of what is traced; its address."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *a: Quiet(*a, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


SINGLE, THREADED = 99.5, 98.0  # percent of lines that must be equal

NGINX = """\
daemon off; pid {tmp}/nginx.pid; error_log {tmp}/error.log; worker_processes 2;
events {{ worker_connections 64; }}
http {{
	access_log {tmp}/access.log;
	server {{ listen 127.0.0.1:{port}; root {tmp}/www; }}
}}
"""


def postgres(tmp, port):
    """A cluster of its own: made, started, queried, stopped. The server refuses to run as root."""
    data = tmp / "postgres"
    data.mkdir()
    become = []
    if os.geteuid() == 0:
        shutil.chown(data, "nobody")
        become = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    psql = f"psql -X -q -h {data} -p {port} -U postgres -d postgres"
    queries = (
        "create table t(a int primary key, b text);"
        "insert into t select i, repeat('x', i % 100) from generate_series(1, 2000) i;"
        "update t set b = b || 'y' where a % 3 = 0; delete from t where a > 1900;"
        "create index on t(b); vacuum analyze t; checkpoint;"
        "set debug_parallel_query = on; set force_parallel_mode = on; select count(*) from t;"
        "select a, b from t where b like 'xxx%' order by b limit 5;")
    script = tmp / "postgres.sh"
    script.write_text(
        f"cd {data} && rm -rf db && initdb -D {data}/db -U postgres -A trust --no-sync >{data}/log 2>&1 &&"
        f" pg_ctl -D {data}/db -l {data}/log -o '-p {port} -k {data} -h 127.0.0.1' -w start &&"
        f" echo \"{queries}\" | {psql};"
        f" {psql} -c 'table t limit 1' & {psql} -c 'select pg_sleep(0.1)'; wait;"
        f" pg_ctl -D {data}/db -m fast -w stop")
    return [*become, "bash", str(script)]


def workloads(tmp):
    """name: (command, percent of the lines that must be equal, the programs it needs)"""
    # Debian keeps the programs of each version apart
    for folder in sorted(glob.glob("/usr/lib/postgresql/*/bin")):
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    project(tmp / "project")
    repository(tmp / "repo")
    tmp.chmod(0o755)  # nginx's workers are another user
    (tmp / "www").mkdir()
    (tmp / "www" / "index.html").write_text("hello\n" * 1000)
    (tmp / "one.c").write_text("#include <stdio.h>\nint main(void) { return puts(\"x\") < 0; }\n")
    port = 20000 + os.getpid() % 20000
    (tmp / "nginx.conf").write_text(NGINX.format(tmp=tmp, port=port))
    url = serve(tmp / "www")
    git = f"git -C {tmp}/repo --no-pager"
    retry = "for i in $(seq 100); do {} && break; sleep 0.1; done"
    nginx = (f"nginx -p {tmp} -e {tmp}/error.log -c {tmp}/nginx.conf & p=$!; "
             + retry.format(f"curl -s -o /dev/null http://127.0.0.1:{port}/")
             + "; kill -QUIT $p; wait $p")
    redis = (f"redis-server --port {port + 1} --dir {tmp} --save '' & p=$!; cli='redis-cli -p {port + 1}'; "
             + retry.format("$cli ping >/dev/null 2>&1")
             + "; $cli set k v; $cli get k; $cli shutdown nosave; wait $p")
    python = ("import json, socket, asyncio, subprocess, tempfile\n"
              "subprocess.run(['/bin/echo', 'x'])\nasyncio.run(asyncio.sleep(0.01))\n"
              "tempfile.TemporaryFile().write(b'x' * 9999)")
    table = "create table t(a, b); insert into t values (1, 'x'), (2, 'y'); select * from t;"

    def shell(script, percent, *needs):
        return ["bash", "-c", script], percent, ("bash", *needs)

    found = {
        "ls": (["ls", "-l", "/usr/bin"], SINGLE, ("ls",)),
        "cat": (["cat", "/etc/passwd", "/no/such/file"], SINGLE, ("cat",)),
        "pipeline": shell("cat /etc/passwd | sort | uniq -c | sort -rn | head -3 | wc", SINGLE),
        "python3": (["/usr/bin/python3", "-c", python], SINGLE, ("/usr/bin/python3",)),
        "git": shell(f"{git} log --stat; {git} status", SINGLE, "git"),
        "gcc": (["gcc", "-O1", "-o", f"{tmp}/one", f"{tmp}/one.c"], SINGLE, ("gcc",)),
        "make": (["make", "-s", "-B", "-j2", "-C", f"{tmp}/project"], SINGLE, ("make", "gcc")),
        "curl": (["curl", "-s", "-o", "/dev/null", url], SINGLE, ("curl",)),
        "tar": (["tar", "-czf", f"{tmp}/doc.tar.gz", "-C", "/usr/share", "bash-completion"], SINGLE,
                ("tar", "gzip")),
        "sqlite3": shell(f"rm -f {tmp}/db; sqlite3 {tmp}/db \"{table}\"", SINGLE, "sqlite3"),
        "ssh": shell("ssh -V; ssh -o BatchMode=yes -p 1 127.0.0.1", SINGLE, "ssh"),
        "systemctl": shell("systemctl --version; systemctl status", SINGLE, "systemctl"),
        "node": (["node", "-e", "require('fs').readFile('/etc/passwd', (e, d) => console.log(d.length))"],
                 THREADED, ("node",)),
        "nginx": shell(nginx, THREADED, "nginx", "curl"),
        "redis": shell(redis, THREADED, "redis-server", "redis-cli"),
        "postgres": (postgres(tmp, port + 2), THREADED, ("initdb", "pg_ctl", "psql", "setpriv")),
        "systemd": shell(
            "systemd-analyze calendar daily; systemd-analyze unit-paths; systemd-tmpfiles --cat-config;"
            " systemd-tmpfiles --help; systemd-detect-virt; systemd-path; systemd-cgls --no-pager",
            SINGLE, "systemd-analyze", "systemd-tmpfiles", "systemd-detect-virt", "systemd-path"),
        "journalctl": shell("journalctl --version; journalctl --no-pager -n 5; journalctl --disk-usage",
                            SINGLE, "journalctl"),
        "udevadm": shell("udevadm --version; udevadm info /dev/null; udevadm info --export-db;"
                         " udevadm trigger --dry-run --verbose", SINGLE, "udevadm"),
    }
    return found


def why_not(renacer):
    if not shutil.which("strace"):
        return "no strace here"
    probe = subprocess.run([renacer, "--engine", "bpf", "-o", "/dev/null", "true"],
                           stderr=subprocess.PIPE, text=True)
    if probe.returncode:
        return (probe.stderr.splitlines() or ["the BPF engine fails"])[0]
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--renacer", required=True)
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--all", action="store_true", help="every kind of difference, not the first 8")
    parser.add_argument("--keep", type=pathlib.Path, help="where to leave both traces")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    renacer = str(pathlib.Path(args.renacer).resolve())
    reason = why_not(renacer)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0

    limit = ("--string-limit", "32")
    tracers = {"strace": ["strace", "-f"],
               "ptrace": [renacer, "--engine", "ptrace", "-f", *limit]}
    comment = "# " if args.tap else ""
    failed = done = 0
    tmp = pathlib.Path(tempfile.mkdtemp(prefix="renacer-lines-"))
    try:
        chosen = {n: w for n, w in workloads(tmp).items() if not args.names or n in args.names}
        if args.tap:
            print(f"1..{len(chosen) * len(tracers)}")
        print(f"{comment}{'command':12}{'against':9}{'tasks':>6}{'lines':>8}{'equal':>8}{'percent':>9}")
        for name, (command, percent, needs) in chosen.items():
            missing = [n for n in needs if not shutil.which(n)]
            for how, tracer in tracers.items():
                done += 1
                if missing:
                    print(f"{comment}{name:12}{how:9} skipped: no {', '.join(missing)} here")
                    if args.tap:
                        print(f"ok {done} - {name}, {how} # SKIP no {', '.join(missing)} here")
                    continue
                try:
                    result = nested(renacer, tracer, command, tmp, Lines, Comparison, limit)
                    good = result.percent >= percent and not result.lost
                    print(f"{comment}{name:12}{how:9}{result.tasks:>6}{result.lines:>8}"
                          f"{result.equal:>8}{result.percent:>9.2f}")
                    for text in result.lost:
                        print(f"{comment}    {text}")
                    for kind, n in result.kinds.most_common(None if args.all else 8):
                        print(f"{comment}    {n:>6} {kind}")
                        for side, text in zip(("here ", "there"), result.examples[kind]):
                            print(f"{comment}             {side} {text}")
                except (RuntimeError, subprocess.TimeoutExpired) as e:
                    good = False
                    print(f"{comment}{name:12}{how:9} {type(e).__name__}: {e}")
                failed += not good
                if args.tap:
                    print(f"{'ok' if good else 'not ok'} {done} - {name}, {how}")
                if args.keep:
                    args.keep.mkdir(exist_ok=True)
                    for side in ("outer", "inner"):
                        if (tmp / side).exists():
                            shutil.copy(tmp / side, args.keep / f"{name}.{how}.{side}")
                sys.stdout.flush()
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    return 0 if args.tap or not failed else 1


if __name__ == "__main__":
    sys.exit(main())
