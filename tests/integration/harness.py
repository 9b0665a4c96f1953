"""What the cases use: running a command under renacer, and reading what it wrote."""

import difflib
import errno
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

EXPECT_FD = 9  # programs/expect.h

EVENT = re.compile(r"^(\[pid +(\d+)\] )?(.*)$", re.S)
CALL = re.compile(r"^([A-Za-z_]\w*)\(")
FOREIGN = re.compile(r"^\[(i386)\] ")


class Skip(Exception):
    """This machine or user cannot do what the case needs."""


class Failure(Exception):
    pass


def check(condition, *why):
    if not condition:
        raise Failure("\n".join(str(w) for w in why))


def check_equal(got, wanted, *why):
    check(got == wanted, f"got    {got!r}", f"wanted {wanted!r}", *why)


class Line:
    """One line of the trace: the task in its prefix (or None), a mark of 32 bits, the rest."""

    def __init__(self, text):
        m = EVENT.match(text)
        self.tid = int(m.group(2)) if m.group(2) else None
        foreign = FOREIGN.match(m.group(3))
        self.abi = foreign.group(1) if foreign else None
        self.text = FOREIGN.sub("", m.group(3))
        call = CALL.match(self.text)
        self.call = call.group(1) if call else None
        self.whole = text

    def __repr__(self):
        return self.whole


class Run:
    """A finished run of renacer."""

    def __init__(self, status, stdout, stderr, trace):
        self.status = status  # as subprocess: negative signal number when killed
        self.stdout = stdout
        self.stderr = stderr
        self.trace = trace  # the text
        self.lines = [Line(t) for t in trace.splitlines()]

    def calls(self, name=None):
        return [l for l in self.lines if l.call and name in (None, l.call)]

    def find(self, text):
        return [l for l in self.lines if text in l.whole]

    def dump(self):
        """For a person who must find out why: not all of it."""
        errors, trace = self.stderr[:1500], self.trace[-2500:]
        return f"status {self.status}\n-- stderr\n{errors}\n-- trace ends with\n{trace}"


class Harness:
    """Of one case on one engine."""

    def __init__(self, renacer, programs, engine):
        self.renacer = str(renacer)
        self.programs = pathlib.Path(programs)
        self.engine = engine  # "bpf", "ptrace" or "strace" (the oracle)
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="renacer-test-"))
        self.children = []
        self.serial = 0

    def close(self):
        for child in self.children:
            try:
                os.killpg(child.pid, signal.SIGKILL)  # and whatever it left behind
            except ProcessLookupError:
                pass
            child.wait()
        self.children = []
        shutil.rmtree(self.tmp, ignore_errors=True)

    # -- what is there to be used

    def program(self, name):
        path = self.programs / name
        if not path.exists():
            raise Skip(f"{name} was not built")
        return str(path)

    def tool(self, name):
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if not found:
            raise Skip(f"no {name} here")
        return found

    def need_engine(self):
        """Skips where this user may not use the engine; what is merely broken fails."""
        if self.engine == "strace":
            self.tool("strace")
            return
        probe = subprocess.run(
            [self.renacer, "--engine", self.engine, "-o", "/dev/null", "--", "true"],
            capture_output=True,
            text=True,
        )
        if probe.returncode == 0:
            return
        reason = (probe.stderr.strip().splitlines() or [f"status {probe.returncode}"])[0]
        if re.search(r"not permitted|[Pp]ermission|not built|built without", probe.stderr):
            raise Skip(reason)
        raise Failure(f"--engine {self.engine} does not start: {probe.stderr}")

    def not_for(self, engine, why):
        if self.engine == engine:
            raise Skip(why)

    # -- running

    def file(self, suffix=""):
        self.serial += 1
        return self.tmp / f"{self.serial}{suffix}"

    def folder(self):
        path = self.file(".d")
        path.mkdir()
        return path

    def command(self, options, command, output=None):
        """The argument vector; renacer's options, or strace's near equivalents."""
        out = ["-o", str(output)] if output else []
        dashes = ["--"] if command else []
        if self.engine == "strace":
            return ["strace", "-s", "64", *out, *options, *dashes, *command]
        return [*self.start_of_line(), *out, *options, *dashes, *command]

    def start_of_line(self):
        return [self.renacer] + ([] if self.engine == "any" else ["--engine", self.engine])

    def trace(self, options, command, timeout=60, **kw):
        """Runs a command, the trace going to a file."""
        output = self.file(".trace")
        kw.setdefault("cwd", self.tmp)
        done = subprocess.run(
            self.command(options, command, output),
            capture_output=True,
            timeout=timeout,
            **kw,
        )
        text = output.read_bytes().decode(errors="replace") if output.exists() else ""
        if self.engine == "strace":
            text = from_strace(text)
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode(), text)

    def plain(self, args, timeout=60, **kw):
        """Runs renacer with exactly these arguments; the trace, if any, is on stdout."""
        done = subprocess.run(
            [self.renacer, *args], capture_output=True, timeout=timeout, cwd=self.tmp, **kw
        )
        out = done.stdout.decode(errors="replace")
        return Run(done.returncode, out, done.stderr.decode(errors="replace"), out)

    def shell(self, script, timeout=60, **kw):
        """bash, with $R the renacer of this engine."""
        env = dict(os.environ, R=" ".join(self.start_of_line()))
        return subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.tmp,
            env=env,
            **kw,
        )

    def start(self, argv, **kw):
        """A background process that ends with the case."""
        kw.setdefault("cwd", self.tmp)
        kw.setdefault("stdin", subprocess.DEVNULL)
        kw.setdefault("process_group", 0)
        child = subprocess.Popen([str(a) for a in argv], **kw)
        self.children.append(child)
        return child

    def attach(self, pids, options=(), output=None):
        """renacer -p in the background, returned once it reports calls or says it is attached."""
        output = output or self.file(".trace")
        argv = self.command(options, [], output) + ["-p", ",".join(str(p) for p in pids)]
        errors = self.file(".stderr")
        with open(errors, "wb") as f:
            child = self.start(argv, stdout=f, stderr=f)
        child.output, child.errors = output, errors
        return child

    def expecting(self, name, options=("-f",), args=(), status=0, env=None, **kw):
        """
        Runs a test program that notes what must be seen of it (programs/expect.h), and holds
        the trace to that. Returns the run.
        """
        notes = self.file(".expect")
        env = dict(os.environ if env is None else env)
        if self.engine == "strace":
            env["EXPECT_OLD"] = "1"
        fd = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(fd, EXPECT_FD, inheritable=True)
        try:
            run = self.trace(
                list(options),
                [self.program(name), *args],
                pass_fds=[EXPECT_FD],
                cwd=self.folder(),
                env=env,
                **kw,
            )
        finally:
            os.close(EXPECT_FD)
            if fd != EXPECT_FD:
                os.close(fd)
        run.notes = notes.read_text()
        if status is not None:
            check_equal(run.status, status, run.dump())
        return run

    def agrees(self, name, **kw):
        run = self.expecting(name, **kw)
        compare_notes(run, first_pid(run))
        return run


def from_strace(text):
    """Puts what strace spells differently on purpose into renacer's spelling."""
    lines = []
    waiting = {}  # task: the first half of its line
    for line in text.splitlines():
        tid, line = (line.split(None, 1) + [""])[:2] if line[:1].isdigit() else ("", line)
        if line.endswith(" <unfinished ...>"):
            waiting[tid] = line[: -len(" <unfinished ...>")]
            continue
        m = re.match(r"<\.\.\. \w+ resumed>(.*)$", line)
        if m and tid in waiting:
            line = waiting.pop(tid) + m.group(1)
        line = re.sub(r"\) += (.*)$", r") = \1", line)
        m = re.search(r"\) = -1 (E\w+) \(", line)
        if m:
            number = -getattr(errno, m.group(1))
            line = line.replace(") = -1 E", f") = {number} E", 1)
        lines.append(f"[pid {tid}] {line}" if tid else line)
    return "".join(l + "\n" for l in lines)


def first_pid(run):
    """Lines of the first task bear no prefix until a second one exists: whose are they?"""
    tids = {l.tid for l in run.lines if l.tid}
    noted = [int(re.match(r"\d+", n).group()) for n in run.notes.splitlines()]
    return min([*noted, *tids]) if noted or tids else None


def compare_notes(run, root):
    """Everything between a task's two marks is as noted, in order; later lines came."""
    wanted, later = {}, {}
    for note in run.notes.splitlines():
        m = re.match(r"(\d+)([>+])(.*)$", note)
        (wanted if m.group(2) == ">" else later).setdefault(int(m.group(1)), []).append(m.group(3))
    check(wanted, "the program noted nothing", run.dump())

    shown, after, state = {}, {}, {}
    for line in run.lines:
        tid = line.tid or root
        if '"/expect/begin"' in line.text:
            state[tid] = "in"
            shown[tid] = []
        elif '"/expect/end"' in line.text:
            state[tid] = "after"
        elif state.get(tid) == "in":
            shown[tid].append(line.text)
        elif state.get(tid) == "after":
            after.setdefault(tid, []).append(line.text)

    problems = []
    for tid, lines in wanted.items():
        if state.get(tid) != "after":
            problems.append(f"task {tid}: its marks are not in the trace")
            continue
        problems += differences(tid, lines, shown[tid])
        for line in later.get(tid, []):
            if not any(matches(line, a) for a in after.get(tid, [])):
                problems.append(f"task {tid}: not seen at the end: {line}")
    check(not problems, *problems, run.dump())


def matches(pattern, text):
    return re.fullmatch(".*".join(re.escape(p) for p in pattern.split("<*>")), text) is not None


def differences(tid, wanted, shown):
    # a wanted line with wildcards becomes what it matched, so that only true differences are left
    concrete = []
    for i, line in enumerate(wanted):
        same = next((s for s in shown if "<*>" in line and matches(line, s)), line)
        concrete.append(shown[i] if i < len(shown) and matches(line, shown[i]) else same)
    if concrete == shown:
        return []
    diff = difflib.unified_diff(concrete, shown, f"task {tid} must show", "shows", lineterm="")
    return list(diff)


# what differs from run to run: chance, ids, addresses, processor time, what others do meanwhile
CHANCE = (
    (r'getrandom\("(?:[^"\\]|\\.)*"', 'getrandom("RANDOM"'),
    (r"renacer-test-\w+", "TMP"),
    (r"(pipe|socket):\[\d+\]", r"\1:[INODE]"),
    (r"^(sysinfo|f?statfs)\(.*\{.*\}", r"\1(NOW"),
    (r"^(t?g?kill)\(\d+", r"\1(ID"),
    (r"0x[0-9a-f]{5,}", "ADDR"),
    (r"\b(si_utime|si_stime|si_pid|tv_sec|tv_nsec|tv_usec)=\d+", r"\1=N"),
    (r"\b(get\w*id|set_tid_address|gettid)\((.*)\) = (?:0x[0-9a-f]+|\d+)", r"\1(\2) = ID"),
)


def normal(run):
    """The trace with chance hidden, by task, since order between tasks is chance too."""
    tids = list(dict.fromkeys(l.tid for l in run.lines))
    names = {str(tid): f"task{i}" for i, tid in enumerate(tids)}
    tasks = {name: [] for name in names.values()}
    ids = re.compile(r"\b(" + "|".join(n for n in names if n != "None") + r")\b")
    for line in run.lines:
        text = line.text
        for pattern, name in CHANCE:
            text = re.sub(pattern, name, text)
        if len(names) > 1:
            text = ids.sub(lambda m: names[m.group()], text)
        tasks[names[str(line.tid)]].append(text)
    return tasks


# -- processes


def wait_for(what, seconds=10, step=0.02):
    """Until what() is true; its value."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(step)


def state(pid):
    """The letter of /proc/PID/stat, or None when it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None


def tracer_of(pid):
    """Of all threads: the set of TracerPid values that are not 0."""
    tracers = set()
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            m = re.search(r"^TracerPid:\s+(\d+)", task.read_text(), re.M)
        except OSError:
            continue
        if m and m.group(1) != "0":
            tracers.add(int(m.group(1)))
    return tracers


def children_of(pid):
    kids = []
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            kids += [int(p) for p in path.read_text().split()]
        except OSError:
            pass
    return kids


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
