"""What a filter selects while the program runs is what it selects of all that the program did: random
expressions over programs/mixed_calls.c, judged here from the unfiltered run; and strace's options."""

import itertools
import json
import os
import random
import re

from harness import Skip, check, check_equal

# which arguments are descriptors and paths, after the manual pages
FDS = {"read": [0], "write": [0], "close": [0], "openat": [0], "newfstatat": [0], "fstat": [0],
       "dup2": [0, 1], "lseek": [0], "pread64": [0], "mmap": [4], "fcntl": [0]}
PATHS = {"openat": [1], "newfstatat": [1], "access": [0], "execve": [0], "chdir": [0],
         "mkdir": [0], "rmdir": [0], "unlink": [0], "open": [0], "stat": [0]}
NAMES = ["read", "write", "close", "openat", "newfstatat", "dup2", "poll", "access", "mmap",
         "nanosleep", "chdir", "exit_group", "rt_sigaction"]
AT_FDCWD = 0xffffff9c


def document(h, options, command):
    run = h.trace(["--format", "json", *options], command)
    check_equal(run.stderr.replace(" ", "")[:200] if run.status else "", "", options)
    return json.loads(run.trace)["syscalls"]


def shown(h, file, options):
    done = h.plain(["show", "--format", "json", *options, file])
    check_equal(done.status, 0, options, done.stderr)
    return json.loads(done.stdout)["syscalls"]


def identity(call):
    """What two runs have in common of a call."""
    name, pid = call["name"], str(call["pid"])
    args = [re.sub(r"0x[0-9a-f]+", "0x", str(a)) for a in call["args"]]
    args = ["pid" if a == pid else a for a in args]
    result = call.get("result")
    if result is not None and (result > 1 << 24 or str(result) == pid):
        result = "other"
    return name, tuple(args) if name != "execve" else (), result


def check_same(got, wanted, *why):
    for i, pair in enumerate(itertools.zip_longest(got, wanted)):
        check(pair[0] == pair[1], *why, f"call {i} of those selected: {pair[0]}", f"wanted {pair[1]}")


def word(text):
    return int(text, 16) & 0xffffffff


def meanings(calls, folder):
    """Beside each call its descriptors and the files it concerns, by all their names."""
    cwd, fds, ret = str(folder), {}, []
    for call in calls:
        name = call["name"]
        numbers = [word(call["raw_args"][i]) for i in FDS.get(name, [])]
        if name == "poll":
            numbers = [f["fd"] for f in call["values"]["fds"]]
            numbers = [n if isinstance(n, int) else n["fd"] for n in numbers]
        used = {n for n in numbers if 0 <= n < 1 << 31}
        files = [{fds[n]} for n in used if n in fds]
        for i in PATHS.get(name, []):
            given = call["args"][i]
            base = numbers[0] if name in ("openat", "newfstatat") else AT_FDCWD
            if given:
                where = cwd if base == AT_FDCWD else fds.get(base, "/")
                files.append({given, os.path.normpath(os.path.join(where, given))})
        ret.append((call, used, files))
        result = call.get("result", -1)
        if result < 0:
            continue
        if name == "openat":
            fds[result] = os.path.normpath(os.path.join(cwd, call["args"][1]))
        elif name == "dup2":
            if numbers[0] in fds:
                fds[numbers[1]] = fds[numbers[0]]
        elif name == "close":
            fds.pop(numbers[0], None)
        elif name == "chdir":
            cwd = os.path.normpath(os.path.join(cwd, call["args"][0]))
    return ret


class Random:
    """Makes expressions: pairs of text and a function that tells of a call."""

    def __init__(self, seed, folder, durations):
        self.random = random.Random(seed)
        self.leaves = [self.names, self.status, self.fds, self.paths]
        self.leaves += [self.duration] if durations else []
        self.folder = folder

    def some(self, words):
        chosen = self.random.sample(words, self.random.randint(1, min(3, len(words))))
        excludes = self.random.random() < 0.3
        text = ",".join(("!" if excludes else "") + str(w) for w in chosen)
        return text, chosen, excludes

    def names(self):
        text, chosen, excludes = self.some(NAMES)
        return "trace=" + text, lambda m: (m[0]["name"] in chosen) != excludes

    def status(self):
        text, chosen, excludes = self.some(["successful", "failed", "unfinished"])

        def holds(m):
            result = m[0].get("result")
            status = "unfinished" if result is None else "failed" if result < 0 else "successful"
            return (status in chosen) != excludes

        return "status=" + text, holds

    def fds(self):
        text, chosen, excludes = self.some([3, 4, 9, 70, 99])
        return "fd=" + text, lambda m: any((fd in chosen) != excludes for fd in m[1])

    def paths(self):
        patterns = {"*/a": r".*/a", f"{self.folder}/*": re.escape(str(self.folder)) + "/.*",
                    "/etc/*": "/etc/.*", "missing": "missing", "*missing*": ".*missing.*",
                    "*/[bd]": ".*/[bd]"}
        text, chosen, excludes = self.some(list(patterns))

        def holds(m):
            for names in m[2]:
                hit = any(re.fullmatch(patterns[p], n) for p in chosen for n in names)
                if hit != excludes:
                    return True
            return False

        return "path=" + text, holds

    def duration(self):
        op, ns = self.random.choice([">", "<", ">=", "<="]), self.random.choice([900, 3000, 10**6])

        def holds(m):
            took = m[0].get("duration_ns")
            if took is None or "result" not in m[0]:
                return False
            return {">": took > ns, "<": took < ns, ">=": took >= ns, "<=": took <= ns}[op]

        return f"duration{op}{ns}ns", holds

    def expression(self, depth=2):
        negated = self.random.random() < 0.2
        if not depth or self.random.random() < 0.3:
            text, holds = self.random.choice(self.leaves)()
        else:
            (lt, left), (rt, right) = self.expression(depth - 1), self.expression(depth - 1)
            if self.random.random() < 0.5:
                text, holds = f"({lt} & {rt})", lambda m: left(m) and right(m)
            else:
                text, holds = f"({lt} | {rt})", lambda m: left(m) or right(m)
        return ("!" + text, lambda m: not holds(m)) if negated else (text, holds)


def test_a_live_filter_selects_what_it_selects_of_the_whole_run(h):
    folder = h.folder()
    command = [h.program("mixed_calls"), str(folder)]
    everything = meanings(document(h, [], command), folder)
    source, nr = Random(1, folder, False), 0
    for _ in range(40):
        text, holds = source.expression()
        wanted = [identity(m[0]) for m in everything if holds(m)]
        got = [identity(c) for c in document(h, ["-e", text], command)]
        check_same(got, wanted, text)
        nr += 0 < len(wanted) < len(everything)
    check(nr > 15, f"only {nr} expressions selected anything but all")


def test_of_a_recorded_run_too_durations_included(h):
    folder = h.folder()
    file = str(h.file(".rnc"))
    run = h.trace(["--record", file], [h.program("mixed_calls"), str(folder)])
    check_equal(run.status, 0, run.dump())
    everything = meanings(shown(h, file, []), folder)
    source = Random(2, folder, True)
    for _ in range(80):
        text, holds = source.expression(3)
        wanted = [(m[0]["timestamp_nanos"], m[0]["name"]) for m in everything if holds(m)]
        got = [(c["timestamp_nanos"], c["name"]) for c in shown(h, file, ["-e", text])]
        check_same(got, wanted, text)


def test_durations_of_a_live_run(h):
    command = [h.program("mixed_calls"), str(h.folder())]
    for text, names in (("duration>=2ms & trace=nanosleep", ["nanosleep"]),
                        ("duration<2ms & trace=nanosleep", []),
                        ("duration>1.9ms & !duration>5s & trace=nanosleep,chdir", ["nanosleep"])):
        check_equal([c["name"] for c in document(h, ["-e", text], command)], names, text)
    for call in document(h, ["-e", "duration>20us"], command):
        check(call["duration_ns"] > 20000, call)


def signals(run):
    return [re.match(r"--- (SIG\w+)", l.text).group(1) for l in run.lines
            if l.text.startswith("--- SIG")]


def test_strace_selects_the_same(h):
    h.tool("strace")
    folder = h.folder()
    command = [h.program("mixed_calls"), str(folder)]
    a, b = f"{folder}/a", f"{folder}/b"
    for options in (["-e", "trace=openat,read"], ["-e", "trace=!read,close"], ["-e", "trace=%file"],
                    ["-e", "trace=/^.*at$"], ["-e", "trace=none"], ["-z"], ["-Z"],
                    ["-e", "status=failed"], ["-e", "status=!failed"],
                    ["-e", "status=successful,unfinished"], ["-e", "trace=%file", "-Z"],
                    ["-P", b], ["-P", b, "-P", "missing"], ["-P", b, "-e", "trace=read,write,dup2"],
                    ["-P", b, "-z"], ["-P", "/nothing/like/it"],
                    ["-e", "signal=USR1"], ["-e", "signal=!SIGUSR1"], ["-e", "signal=none"],
                    ["-e", "signal=all", "-e", "trace=read"],
                    ["-e", "trace=read", "-e", "trace=write"]):
        run = h.trace(options, command)
        engine, h.engine = h.engine, "strace"
        try:
            oracle = h.trace(options, command)
        finally:
            h.engine = engine
        check_equal([l.call for l in run.lines if l.call], [l.call for l in oracle.lines if l.call],
                    options, oracle.dump())
        check_equal(signals(run), signals(oracle), options)


def test_ptrace_does_not_stop_at_the_end_of_what_is_dropped_at_entry(h):
    h.not_for("bpf", "no task is stopped")
    if os.geteuid():
        raise Skip("a seccomp filter takes privilege")

    def stops(text):
        run = h.trace(["-q", "--profile-self", "-e", text],
                      ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=2000", "status=none"])
        return int(re.search(r"stops of tasks +(\d+)", run.stderr).group(1))

    all_stops, some = stops("trace=read,write"), stops("trace=read,write & fd=99")
    check(all_stops > 8000 and some < 6000, all_stops, some)


def test_paths_with_odd_names(h):
    folder = h.folder()
    for name in ("a,b", "c d", "e(f)", "g*h", "i\\j", "!k"):
        (folder / name).write_text("x")
        run = h.trace(["-P", f"{folder}/{name}", "-e", "trace=openat,read"],
                      ["cat", f"{folder}/{name}"])
        check_equal([l.call for l in run.lines if l.call], ["openat", "read", "read"], name,
                    run.dump())
        run = h.trace(["-P", name, "-e", "trace=openat"], ["cat", name], cwd=folder)
        check_equal(len(run.calls()), 1, name, run.dump())
    link = folder / "link"
    link.symlink_to("a,b")
    run = h.trace(["-P", str(link), "-e", "trace=openat"], ["cat", f"{folder}/a,b"])
    check_equal(len(run.calls()), 1, run.dump())
