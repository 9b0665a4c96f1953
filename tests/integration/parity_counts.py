#!/usr/bin/env python3
"""
Are renacer's counts of calls the same as strace's?

    parity_counts.py --renacer R --programs DIR [--full] [--tap] [NAME...]

Two runs of a program are never quite the same, so one run is counted twice: renacer's BPF engine
watches a tracer, strace or renacer's ptrace engine, that traces the command. Both saw the same
tasks; the counts per task and call must be equal. Programs of one task that do the same each time
are also run twice, by strace and by renacer's ptrace engine.

What may differ, and is counted apart (the code that decides is `explain`):

  tracer    calls of the tracer itself and of what it forks to try out the kernel
  launch    calls of the tracer's child before it becomes the command
  killed    the last call of a task that was killed at the stop of ptrace on its way into a call. That
            call never ran: its end is on the exit tracepoint (as ENOSYS), while the tracer, which
            cannot read the task any more, shows nothing, or what it knew of another call. At most
            one call per task, on each side
"""

import argparse
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

FORKS = ("clone", "clone3", "fork", "vfork")
LINE = re.compile(r"^(?:\[pid +(\d+)\] |(\d+) +)?(.*)$")
CALL = re.compile(r"^(\w+)\(")


class Trace:
    """Calls by task; who forked whom; who was killed."""

    def __init__(self, path, root=None):
        self.calls = collections.defaultdict(list)  # task: [name]
        self.forked = collections.defaultdict(set)  # task: {child}
        self.killed = set()
        self.lost = []
        for line in path.open(errors="replace"):
            m = LINE.match(line.rstrip("\n"))
            tid = int(m.group(1) or m.group(2) or 0)
            self.line(tid or root or 0, m.group(3))

    def line(self, tid, text):
        m = CALL.match(text)
        if m:
            self.calls[tid].append(m.group(1))
        elif text.startswith("+++ killed by"):
            self.killed.add(tid)
        elif "lost" in text:
            self.lost.append(text)
        m = re.search(r"^(?:<\.\.\. )?(\w+).*\) += (\d+)$", text)
        if m and m.group(1) in FORKS:
            self.forked[tid].add(int(m.group(2)))

    def counts(self, tid):
        return collections.Counter(self.calls.get(tid, []))


def project(folder):
    """A small program whose make -j2 runs a compiler for each file."""
    folder.mkdir()
    names = [f"part{i}" for i in range(6)]
    for i, name in enumerate(names):
        (folder / f"{name}.c").write_text(f"int {name}(void) {{ return {i}; }}\n")
    calls = " + ".join(f"{n}()" for n in names)
    protos = "".join(f"int {n}(void);\n" for n in names)
    (folder / "main.c").write_text(f"{protos}int main(void) {{ return {calls} != 15; }}\n")
    objects = " ".join(f"{n}.o" for n in [*names, "main"])
    (folder / "Makefile").write_text(
        f"all: {objects}\n\tgcc -o main {objects}\n\t./main\n%.o: %.c\n\tgcc -c $<\n"
        f"clean:\n\trm -f main {objects}\n"
    )


def repository(folder):
    folder.mkdir()
    env = dict(os.environ, GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.org",
               GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@example.org", HOME=str(folder))
    for command in (["init", "-q"], *[["commit", "-q", "--allow-empty", "-m", f"c{i}"]
                                      for i in range(20)]):
        subprocess.run(["git", *command], cwd=folder, env=env, check=True)


def workloads(tmp, programs, full):
    """name: (command, deterministic)"""
    tree = "/usr" if full else "/usr/share/perl5"
    if not os.path.isdir(tree):
        tree = "/usr/share/doc"
    project(tmp / "project")
    found = {
        "find": (["find", tree, "-name", "*.h", "-size", "+4k"], True),
        "grep -r": (["grep", "-r", "no such text at all",
                     "/usr/include/linux" if full else "/usr/include/linux/netfilter"], True),
        "tar": (["tar", "-cf", "/dev/null", "-C", "/usr/share", "perl" if full else "bash-completion"], True),
        "python3 -c": (["/usr/bin/python3", "-E", "-S", "-c", "import json, socket, asyncio"], True),
        "pipeline": (["bash", "-c", "cat /etc/passwd | sort | uniq -c | sort -rn | head -3 | wc"],
                     False),
        "make -j2": (["make", "-s", "-B", "-j2", "-C", str(tmp / "project")], False),
        "16 threads": (["bash", "-c", f"exec {programs}/threads 16 {800 if full else 200} 9>/dev/null"],
                       False),
        "short children": (["bash", "-c", "for ((i = 0; i < %d; i++)); do (:); done; /bin/true"
                            % (1000 if full else 200)], False),
        "exec children": (["sh", "-c", "for i in $(seq %d); do /bin/true; done"
                           % (300 if full else 50)], False),
        "signal storm": (["bash", "-c", f"exec {programs}/storm {1000 if full else 300} 9>/dev/null"],
                         False),
        "killed threads": (["timeout", "-s", "KILL", "0.3", str(programs / "spin"), "4"], False),
    }
    if shutil.which("git"):
        repository(tmp / "repo")
        found["git log"] = (["git", "-C", str(tmp / "repo"), "--no-pager", "log", "--stat"], True)
    return {n: w for n, w in found.items() if shutil.which(w[0][0])}


class Comparison:
    def __init__(self, inner, outer):
        self.total = sum(len(c) for t, c in inner.calls.items())
        self.tasks = len(inner.calls)
        self.explained = collections.Counter()
        self.unexplained = []
        self.explain(inner, outer)

    def explain(self, inner, outer):
        """`outer` watched the tracer that wrote `inner`, and all that it started."""
        tracer = 0  # its lines bear the id of the first task; see nested()
        self.explained["tracer"] += len(outer.calls[tracer])
        for tid in outer.calls.keys() - inner.calls.keys() - {tracer}:
            # the tracer's trial children: its own forks, and nobody else's
            if tid in outer.forked[tracer]:
                self.explained["tracer"] += len(outer.calls[tid])
            else:
                self.unexplained.append(f"task {tid} is not in the inner trace: "
                                        f"{outer.counts(tid).most_common(5)}")
        for tid in inner.calls:
            mine, theirs = outer.calls.get(tid, []), inner.calls[tid]
            if tid in outer.forked[tracer] and mine and "execve" in mine:
                # before the execve it still ran the tracer's code
                start = mine.index("execve")
                first = theirs.index("execve")
                self.explained["launch"] += start - first
                mine = mine[start - first:] if start >= first else mine
            a, b = collections.Counter(mine), collections.Counter(theirs)
            missing, extra = b - a, a - b
            if tid in inner.killed and max(missing.total(), extra.total()) == 1:
                self.explained["killed"] += 1
                continue
            for name, n in missing.items():
                self.unexplained.append(f"task {tid}: {n} {name} missing in the outer trace")
            for name, n in extra.items():
                self.unexplained.append(f"task {tid}: {n} {name} missing in the inner trace")
        self.unexplained += outer.lost + inner.lost


def nested(renacer, tracer, command, tmp, read=Trace, judge=Comparison, options=()):
    """One run under `tracer`, itself under renacer: both traces, read and judged."""
    outer, inner = tmp / "outer", tmp / "inner"
    for path in (outer, inner):
        path.unlink(missing_ok=True)
    argv = [renacer, "--engine", "bpf", "-f", *options, "-o", str(outer), "--",
            *tracer, "-o", str(inner), "--", *command]
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          timeout=900)
    if not inner.exists() or not outer.exists():
        raise RuntimeError(f"status {done.returncode}: {done.stderr}")
    # The outermost task has no prefix until it forks; afterwards it has one: find out which.
    watcher = read(outer)
    first = [t for t in watcher.calls if t and t not in set().union(*watcher.forked.values())]
    if len(first) > 1:
        raise RuntimeError(f"tasks of unknown origin: {first}")
    for tid in first:
        watcher.calls[0] += watcher.calls.pop(tid)
        watcher.forked[0] |= watcher.forked.pop(tid, set())
    seen = read(inner)
    if 0 in seen.calls:
        # likewise for the command itself: the child of the tracer that became it
        roots = [t for t in seen.calls if t and t not in set().union(*seen.forked.values())]
        if not roots:
            roots = [t for t in watcher.forked[0] if "execve" in watcher.calls[t]]
        if len(roots) != 1:
            raise RuntimeError(f"cannot tell the command's task: {roots}")
        seen.calls[roots[0]] = seen.calls.pop(0) + seen.calls.pop(roots[0], [])
        seen.forked[roots[0]] |= seen.forked.pop(0, set())
        if 0 in seen.killed:
            seen.killed.add(roots[0])
    return judge(seen, watcher)


def twice(renacer, command, tmp):
    """Two runs of something that does the same each time."""
    traces = []
    for tracer in (["strace", "-f"], [renacer, "--engine", "ptrace", "-f"]):
        path = tmp / f"run{len(traces)}"
        subprocess.run([*tracer, "-o", str(path), "--", *command], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=900)
        trace = Trace(path)
        traces.append(collections.Counter(n for calls in trace.calls.values() for n in calls))
    a, b = traces
    return sum(a.values()), [f"{n}: strace {a[n]}, renacer {b[n]}" for n in a | b if a[n] != b[n]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--renacer", required=True)
    parser.add_argument("--programs", required=True, type=pathlib.Path)
    parser.add_argument("--full", action="store_true", help="the sizes worth a figure")
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    renacer = str(pathlib.Path(args.renacer).resolve())

    reason = None
    if not shutil.which("strace"):
        reason = "no strace here"
    else:
        probe = subprocess.run([renacer, "--engine", "bpf", "-o", "/dev/null", "true"],
                               stderr=subprocess.PIPE, text=True)
        if probe.returncode:
            reason = probe.stderr.splitlines()[0] if probe.stderr else "the BPF engine fails"
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0

    tmp = pathlib.Path(tempfile.mkdtemp(prefix="renacer-parity-"))
    jobs = []
    for name, (command, same) in workloads(tmp, args.programs.resolve(), args.full).items():
        if args.names and name not in args.names:
            continue
        jobs.append((name, "strace under bpf", ["strace", "-f"], command))
        jobs.append((name, "ptrace under bpf", [renacer, "--engine", "ptrace", "-f"], command))
        if same:
            jobs.append((name, "strace, then ptrace", None, command))

    if args.tap:
        print(f"1..{len(jobs)}")
    comment = "# " if args.tap else ""
    print(f"{comment}{'command':16}{'how':21}{'tasks':>7}{'calls':>9}{'tracer':>9}{'launch':>8}"
          f"{'killed':>8}{'unexplained':>13}{'seconds':>9}")
    failed = 0
    for i, (name, how, tracer, command) in enumerate(jobs, 1):
        start = time.monotonic()
        explained = collections.Counter()
        tasks = ""
        try:
            if tracer:
                result = nested(renacer, tracer, command, tmp)
                total, unexplained = result.total, result.unexplained
                explained, tasks = result.explained, result.tasks
            else:
                total, unexplained = twice(renacer, command, tmp)
            if total < 10:
                unexplained.append("hardly a call was counted")
        except (RuntimeError, subprocess.TimeoutExpired, ValueError) as e:
            total, unexplained = 0, [f"{type(e).__name__}: {e}"]
        columns = "".join(f"{explained[k] if tracer else '':>{w}}"
                          for k, w in (("tracer", 9), ("launch", 8), ("killed", 8)))
        print(f"{comment}{name:16}{how:21}{tasks:>7}{total:>9}{columns}{len(unexplained):>13}"
              f"{time.monotonic() - start:>9.2f}")
        for line in unexplained[:12]:
            print(f"{comment}    {line}")
        failed += bool(unexplained)
        if args.tap:
            print(f"{'not ok' if unexplained else 'ok'} {i} - {name}, {how}")
        sys.stdout.flush()
    shutil.rmtree(tmp, ignore_errors=True)
    return 0 if args.tap or not failed else 1


if __name__ == "__main__":
    sys.exit(main())
