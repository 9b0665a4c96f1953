"""
What whole programs pay for being watched, and what many threads at once lose of the trace. Part of
bench/run.

A row says how much longer a program takes than without a tracer (servers: how many requests fewer
they answer), in percent. `bound` is what the calls alone explain: calls per second times the
nanoseconds that the tracer adds to a getppid, measured in the same run.
"""

import pathlib
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import time

BPFTRACE_COUNT = (
    "tracepoint:raw_syscalls:sys_enter { @start[tid] = nsecs; }"
    "tracepoint:raw_syscalls:sys_exit /@start[tid]/ { @[args->id] = count(); delete(@start[tid]); }"
)
BPFTRACE_HIST = BPFTRACE_COUNT.replace("count()", "hist(nsecs - @start[tid])")

TRACERS = [
    ("untraced", []),
    ("renacer bpf", ["{r}", "--engine", "bpf", "-f", "-o", "/dev/null"]),
    ("renacer ptrace", ["{r}", "--engine", "ptrace", "-f", "-o", "/dev/null"]),
    ("strace", ["strace", "-f", "-o", "/dev/null"]),
    ("strace, pinned", ["taskset", "-c", "0", "strace", "-f", "-o", "/dev/null"]),
    ("perf trace", ["perf", "trace", "-o", "/dev/null"]),
    ("bpftrace count()", ["beside", "bpftrace", "-q", "-e", BPFTRACE_COUNT]),
    ("renacer bpf, bystander", ["beside", "{r}", "--engine", "bpf", "-o", "/dev/null", "--", "sleep", "999"]),
]

PYTHON = "import json, asyncio, unittest, email, decimal\nfor i in range(300): open('/dev/null').read()\n"


def until_it_watches(command):
    """Seconds; others than we compile their program first, or read all of the kernel's types."""
    return 2.5 if command[0] in ("bpftrace", "/usr/sbin/syscount") else 0.5


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port):
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("the server does not answer")


class Command:
    """A program that runs to its end; its cost is its own time, without the tracer's start."""

    def __init__(self, calls, *argv):
        self.argv = [calls, "run", *argv]

    def start(self):
        pass

    stop = start

    def measure(self, tracer):
        done = subprocess.run([*tracer, *(["--"] if tracer else []), *self.argv], text=True,
                              capture_output=True, timeout=300)
        if not done.stdout.strip():
            raise RuntimeError((done.stderr.strip() or f"status {done.returncode}")[:200])
        return float(done.stdout.split()[-2])


class Server:
    """A server that the tracer attaches to; its cost is seconds per request."""

    def __init__(self, argv, load, pattern, port):
        self.argv, self.load, self.pattern, self.port = argv, load, pattern, port

    def start(self):
        self.child = subprocess.Popen(self.argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)
        time.sleep(0.3)

    def stop(self):
        self.child.terminate()
        self.child.wait()

    def pids(self):
        kids = pathlib.Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text()
        return [str(self.child.pid), *kids.split()]

    def measure(self, tracer):
        watcher = None
        if tracer:
            argv = [*tracer, "-p", ",".join(self.pids())]
            watcher = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1.0)
        try:
            done = subprocess.run(self.load, capture_output=True, text=True, timeout=300)
        finally:
            if watcher:
                watcher.send_signal(signal.SIGINT)
                watcher.wait()
        found = re.search(self.pattern, done.stdout)
        if not found:
            raise RuntimeError(f"no figure from {self.load[0]}: {done.stdout[-200:]}{done.stderr[-200:]}")
        return 1 / float(found.group(1))


NGINX = """\
daemon off; pid {tmp}/nginx.pid; error_log {tmp}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {tmp}/www;
    location = /status {{ stub_status; }} }} }}
"""


def nginx(tmp):
    port = free_port()
    (tmp / "www").mkdir()
    (tmp / "www" / "index.html").write_text("hello\n" * 100)
    (tmp / "nginx.conf").write_text(NGINX.format(tmp=tmp, port=port))
    tmp.chmod(0o755)
    return Server(
        ["nginx", "-p", str(tmp), "-e", str(tmp / "error.log"), "-c", str(tmp / "nginx.conf")],
        ["wrk", "-t1", "-c8", "-d1", f"http://127.0.0.1:{port}/"],
        r"Requests/sec: *([0-9.]+)", port)


def workloads(top, tmp, calls):
    source = top / "tests/integration/programs/hostile.c"
    found = {
        "find": Command(calls, "find", "/usr/share", "-name", "*.h", "-size", "+4k"),
        "grep -r": Command(calls, "grep", "-r", "no such text at all", "/usr/include"),
        "tar": Command(calls, "tar", "-cf", str(tmp / "x.tar"), "-C", "/usr", "include"),
        "gcc": Command(calls, "gcc", "-O2", "-D_GNU_SOURCE", "-c", "-o", str(tmp / "x.o"), str(source)),
        "python3": Command(calls, "/usr/bin/python3", "-c", PYTHON),
    }
    if shutil.which("redis-server") and shutil.which("redis-benchmark"):
        port = free_port()
        found["redis"] = Server(
            ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp)],
            ["redis-benchmark", "-p", str(port), "-n", "20000", "-t", "set", "--csv"],
            r'"SET","([0-9.]+)"', port)
    if shutil.which("nginx") and shutil.which("wrk"):
        found["nginx"] = nginx(tmp)
    return found


def count_calls(renacer, workload, tmp):
    """System calls per unit of what the workload counts."""
    out = tmp / "counted"
    workload.measure([renacer, "--engine", "bpf", "-f", "-o", str(out)])
    calls = sum(1 for line in out.open(errors="replace") if re.match(r"(\[pid +\d+\] )?\w+\(", line))
    out.unlink()
    return calls


def measure_all(workload, rows, rounds, found, name):
    for _ in range(rounds):
        for tracer, argv in rows:
            if found.get((name, tracer)) is None and (name, tracer) in found:
                continue
            try:
                if argv[:1] == ["beside"]:
                    beside = subprocess.Popen(argv[1:], stdout=subprocess.DEVNULL,
                                              stderr=subprocess.DEVNULL)
                    time.sleep(until_it_watches(argv[1:]))
                    try:
                        value = workload.measure([])
                    finally:
                        beside.send_signal(signal.SIGTERM)
                        beside.wait()
                else:
                    value = workload.measure(argv)
                found.setdefault((name, tracer), []).append(value)
            except (OSError, RuntimeError, subprocess.TimeoutExpired) as e:
                print(f"{name}, {tracer}: {str(e).splitlines()[0]}")
                found[(name, tracer)] = None


def programs(top, tmp, calls, renacer, rounds, added_ns):
    rows = [(n, [a.replace("{r}", renacer) for a in argv]) for n, argv in TRACERS
            if not argv or all(map(shutil.which, {a for a in argv if a in ("strace", "perf", "taskset", "bpftrace")}))]
    found, rates, records = {}, {}, []
    for name, workload in workloads(top, tmp, calls).items():
        workload.start()
        try:
            measure_all(workload, rows, rounds, found, name)
            if isinstance(workload, Command):
                rates[name] = (count_calls(renacer, workload, tmp)
                               / statistics.median(found[(name, "untraced")]))
        finally:
            workload.stop()
    names = list(dict.fromkeys(n for n, _ in found))
    print(f"\n{'percent longer':28}" + "".join(f"{n:>10}" for n in names))
    for tracer, _ in rows:
        line, record = "", {"bench": "program", "name": tracer}
        for name in names:
            values = found.get((name, tracer))
            if not values:
                line += f"{'-':>10}"
                continue
            base = statistics.median(found[(name, "untraced")])
            percent = 100 * (statistics.median(values) / base - 1)
            record[name] = round(percent, 1)
            line += f"{base:>9.3f}s" if tracer == "untraced" and base > 0.01 else (
                f"{1 / base:>7.0f}/s" if tracer == "untraced" else f"{percent:>10.1f}")
        print(f"{tracer:28}{line}")
        records.append(record)
    line = "".join(f"{rates[n] / 1000:>9.0f}k" if n in rates else f"{'':>10}" for n in names)
    print(f"{'calls per second':28}{line}")
    if added_ns:
        line = "".join(f"{rates[n] * added_ns / 1e7 + 1:>10.1f}" if n in rates else f"{'':>10}"
                       for n in names)
        print(f"{f'bound at {added_ns:.0f} ns a call':28}{line}")
    return records


def interval(base, values, draws=2000):
    """95 % interval of how much longer the median is, in percent: bootstrap of both samples."""
    chance = random.Random(1)
    ratios = sorted(100 * (statistics.median(chance.choices(values, k=len(values)))
                           / statistics.median(chance.choices(base, k=len(base))) - 1)
                    for _ in range(draws))
    return ratios[draws * 25 // 1000], ratios[draws * 975 // 1000]


def small(calls, renacer, runs):
    """A program of 10 ms and about 70 calls: how much longer it runs, and its own memory."""
    def once(prefix, rounds):
        done = subprocess.run([*prefix, calls, "run", calls, "small", str(rounds)], text=True,
                              capture_output=True, timeout=60)
        seconds, kib = done.stdout.split()[-2:]
        return float(seconds), int(kib)

    rounds = 1_000_000
    rounds = int(rounds * 0.01 / min(once([], rounds)[0] for _ in range(20)))
    tracers = [("untraced", []), *((f"renacer {e}", [renacer, "--engine", e, "-f", "-o", "/dev/null", "--"])
                                   for e in ("bpf", "ptrace")),
               ("strace", ["strace", "-f", "-o", "/dev/null", "--"])]
    found = {name: [] for name, _ in tracers}
    for _ in range(runs):
        for name, prefix in tracers:
            found[name].append(once(prefix, rounds))
    print(f"\n{f'10 ms and 70 calls, {runs} runs':28}{'ms':>8}{'% longer':>10}{'95 % of it':>16}"
          f"{'peak KiB':>10}")
    base = [seconds for seconds, _ in found["untraced"]]
    records = []
    for name, values in found.items():
        times = [seconds for seconds, _ in values]
        longer = 100 * (statistics.median(times) / statistics.median(base) - 1)
        low, high = interval(base, times) 
        peak = statistics.median(kib for _, kib in values)
        print(f"{name:28}{1000 * statistics.median(times):>8.3f}{longer:>10.2f}"
              f"{f'{low:.2f} to {high:.2f}':>16}{peak:>10.0f}")
        records.append({"bench": "small", "name": name, "longer_pct": round(longer, 2),
                        "interval_pct": [round(low, 2), round(high, 2)], "peak_kib": peak})
    return records


def threads(calls, renacer, nr_calls):
    """Many threads at once: slow-down, memory, and that nothing is lost."""
    records = []
    print(f"\n{f'{nr_calls} calls per thread':28}{'threads':>8}{'x slower':>10}{'peak MiB':>10}{'lost':>8}")
    for nr in (4, 8):
        command = [calls, "threads", str(nr_calls), str(nr)]
        plain = min(float(subprocess.run(command, capture_output=True, text=True).stdout)
                    for _ in range(3))
        for form in ("text", "json"):
            done = subprocess.run(
                ["/usr/bin/time", "-f", "peak %M", renacer, "--engine", "bpf", "-f", "--format", form,
                 "-o", "/dev/null", "--", *command], capture_output=True, text=True, timeout=600)
            peak = int(re.search(r"peak (\d+)", done.stderr).group(1))
            lost = sum(int(n) for n in re.findall(r"(\d+) events? w\w+ lost", done.stderr))
            slower = float(done.stdout or "nan") / plain
            print(f"{f'renacer bpf, {form}':28}{nr:>8}{slower:>10.2f}{peak / 1024:>10.1f}{lost:>8}")
            records.append({"bench": "threads", "name": f"renacer bpf, {form}", "threads": nr,
                            "slower": round(slower, 2), "peak_kib": peak, "lost": lost})
    return records
