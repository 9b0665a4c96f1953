"""record --ring and --until: the end of a run, with what was true before it."""

import os
import re
import signal
import socket
import subprocess
import time

import trace_file
from harness import check, check_equal, wait_for

SERVER = """
import os, socket, sys
os.chdir("/usr/share")
log = open(sys.argv[1], "w")
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    conn, _ = server.accept()
    word = conn.recv(100)
    log.write("x" * 200)
    log.flush()
    os.stat("doc")
    conn.send(word)
    conn.close()
    if word == b"fall":
        os.abort()
"""


def record(h, options, command, **kw):
    return subprocess.run([h.renacer, "record", "--engine", h.engine, *options, "--", *command],
                          capture_output=True, text=True, timeout=100, cwd=h.tmp, **kw)


def record_all(h, options, how):
    """Of last_calls, whose 100,000 calls come as fast as they can: the kernel's buffer holds them all."""
    room = ["--buffer-size", "64M"] if h.engine == "bpf" else []
    return record(h, [*room, *options], [h.program("last_calls"), how])


def fact(data, number):
    for _, kind, body in trace_file.chunks(data):
        if kind == (trace_file.END if number >= 32 else trace_file.FACTS):
            value = trace_file.facts(body).get(number)
            return value if number == 37 or value is None else trace_file.Numbers(value).u()
    return None


def events_of(data):
    return [e for _, kind, body in trace_file.chunks(data) if kind == trace_file.EVENTS
            for e in trace_file.events(body)]


def shown(h, path, *options):
    done = h.plain(["show", "-q", *options, str(path)])
    check_equal((done.status, done.stderr), (0, ""))
    return done.stdout


LAST = [
    r"fcntl(\d+<UDP:[->127.0.0.1:5353]>, F_GETFL)", r"fcntl(\d+</usr/share>, F_GETFD) = 0x1",
    r"fcntl(\d+<pipe>, F_GETFD)", r"lseek(\d+</etc/passwd>, 5, SEEK_SET) = 5",
    r"</usr>, \"lib\", O_RDONLY) = \d+</usr/lib>", r"close(\d+</usr/lib>)", r"write(\d+<pipe>, \"last\", 4) = 4",
]


def check_last_calls(h, path):
    lines = shown(h, path, "-yy").splitlines()
    lines = [re.sub(r"^\[pid +\d+\] ", "", line) for line in lines]
    at = next(i for i, line in enumerate(lines) if line.startswith("fcntl("))
    for line, wanted in zip(lines[at:], LAST):
        pattern = re.escape(wanted).replace(r"\\d\+", r"\d+").replace(r'\\"', '"')
        check(re.search(pattern, line), wanted, line)
    before = [line for line in lines[:at] if line.startswith("pread64(")]
    check(all("</etc/passwd>" in line for line in before), before[:3])
    check(1000 < len(before) < 100000, len(before))
    return lines[at + len(LAST):]


def test_a_crash_leaves_the_last_calls(h):
    for how in "crash", "thread":
        done = record_all(h, ["--ring", "64K", "-o", "c.rnc"], how)
        check_equal((done.returncode, done.stderr), (-signal.SIGSEGV, ""))
        rest = check_last_calls(h, "c.rnc")
        check("--- SIGSEGV" in rest[0] and "+++ killed by SIGSEGV" in rest[-1], rest)
        data = (h.tmp / "c.rnc").read_bytes()
        check(30000 < len(data) < 80000, len(data))
        kept = sum(e["kind"] == trace_file.CALL for e in events_of(data))
        check(100000 < fact(data, 17) + kept < 100400, fact(data, 17), kept)
        info = h.plain(["info", "c.rnc"]).stdout
        check(f"the end of a ring of 64000 bytes; {fact(data, 17)} events before were dropped" in info, info)
        check(re.search(r"^  ended by +process \d+ was killed by SIGSEGV$", info, re.M), info)


def test_the_end_of_a_run(h):
    done = record_all(h, ["--ring", "64K"], "exit")
    check_equal((done.returncode, done.stderr), (0, ""))
    rest = check_last_calls(h, "renacer.rnc")
    check_equal(rest[-1], "+++ exited with 0 +++")
    data = (h.tmp / "renacer.rnc").read_bytes()
    check_equal(fact(data, 37), None)
    # whoever looks at it is told, unless they want to hear nothing
    for command in "show", "stats":
        done = h.plain([command, "renacer.rnc"])
        check_equal(done.stderr, f"renacer: 'renacer.rnc' is the end of a ring: {fact(data, 17)} events before "
                    "were dropped\n")


def test_what_fits_is_all_there(h):
    done = record(h, ["--ring", "10M"], ["sh", "-c", "cat /dev/null; exit 3"])
    check_equal((done.returncode, done.stderr), (3, ""))
    data = (h.tmp / "renacer.rnc").read_bytes()
    check_equal((fact(data, 16), fact(data, 17)), (10000000, None))
    whole = record(h, ["-o", "w.rnc"], ["sh", "-c", "cat /dev/null; exit 3"])
    check_equal(whole.returncode, 3)
    names = [[re.sub(r"^\[pid +\d+\] |\(.*", "", line) for line in shown(h, path).splitlines() if "(" in line]
             for path in ("renacer.rnc", "w.rnc")]
    check_equal(sorted(names[0]), sorted(names[1]))


def test_the_state_is_in_the_file(h):
    """Told by docs/trace-format.md alone."""
    record_all(h, ["--ring", "64K"], "exit")
    events = events_of((h.tmp / "renacer.rnc").read_bytes())
    nr = next(i for i, e in enumerate(events) if e["kind"] == trace_file.CALL)
    before = {}
    for event in events[:nr]:
        before.setdefault(event["kind"], []).append(event)
    check_equal(len({e["time"] for e in events[:nr + 1]}), 1)
    attach, = [trace_file.state(e) for e in before[trace_file.ATTACH]]
    check_equal((attach["fd"], attach["path"]), (0, "last_calls"))
    cwd, = [trace_file.state(e) for e in before[trace_file.CWD]]
    check_equal(cwd["path"], "/usr")
    fds = {s["fd"]: s for s in map(trace_file.state, before[trace_file.FD])}
    passwd = [s for s in fds.values() if s["path"] == "/etc/passwd"]
    check_equal([s["id"] for s in passwd], [passwd[0]["id"]] * 2)
    folder, = [s for s in fds.values() if s["path"] == "/usr/share"]
    check(folder["flags"] & os.O_CLOEXEC, folder)
    udp, = [s for s in fds.values() if s["kind"] == 3 and s["family"] == socket.AF_INET]
    check_equal((udp["path"], udp["type"], udp["remote"][:8]), ("", 2, b"\2\0\x14\xe9\x7f\0\0\1"))
    pipes = [s for s in fds.values() if s["kind"] == 2 and s["peer"]]
    check_equal(pipes[0]["peer"], pipes[1]["id"])


def test_until_a_call(h):
    """The recording ends there, the command does not."""
    script = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); [ -e /nowhere ]; done; cat /etc/hostname; echo more; exit 4"
    for ring in [], ["--ring", "64K"]:
        done = record(h, [*ring, "-o", "u.rnc", "--until", "trace=openat & path=/etc/hostname"],
                      ["sh", "-c", script])
        check_equal((done.returncode, done.stderr), (4, ""))
        check("more" in done.stdout, done.stdout)
        lines = shown(h, "u.rnc", "-e", "trace=!exit_group").splitlines()
        check('"/etc/hostname", O_RDONLY' in lines[-1], lines[-1])
        info = h.plain(["info", "u.rnc"])
        check_equal(info.status, 0)
        check("ended by      --until trace=openat & path=/etc/hostname" in info.stdout, info.stdout)


def test_until_a_time_or_a_signal(h):
    done = record(h, ["--until", "duration>300ms"], ["sh", "-c", "sleep 0.01; sleep 0.5; sleep 0.02; exit 1"])
    check_equal(done.returncode, 1, done.stderr)
    lines = shown(h, "renacer.rnc", "-e", "trace=clock_nanosleep").splitlines()
    lines = [line for line in lines if "clock_nanosleep" in line]
    check_equal(len(lines), 2, lines)
    done = record(h, ["--ring", "1M", "--until", "signal=SIGUSR1"],
                  ["sh", "-c", "trap : USR1; kill -USR1 $$; cat /dev/null"])
    check_equal((done.returncode, done.stderr), (0, ""))
    lines = shown(h, "renacer.rnc").splitlines()
    check("--- SIGUSR1" in lines[-1], lines[-1])
    done = record(h, ["--until", "status=failed & trace=uselib"], ["true"])
    check_equal((done.returncode, done.stderr), (0, ""))
    check("+++ exited with 0" in shown(h, "renacer.rnc"))


def ask_server(port, word, times=1):
    for _ in range(times):
        with socket.create_connection(("127.0.0.1", port), 10) as conn:
            conn.send(word)
            conn.recv(100)


def start_server(h):
    (h.tmp / "server.py").write_text(SERVER)
    server = h.start(["/usr/bin/python3", "server.py", str(h.tmp / "server.log")], stdout=subprocess.PIPE, text=True)
    return server, int(server.stdout.readline())


def check_server_calls(h, path, word, protocol="TCP:"):
    """Of a socket that was there already, no protocol is known."""
    text = shown(h, path, "-yy", "-e", "trace=recvfrom,write,newfstatat,accept4")
    check(re.search(r'recvfrom\(\d+<%s\[127\.0\.0\.1:\d+->127\.0\.0\.1:\d+\]>, "%s"' % (protocol, word), text),
          text[-2000:])
    listener = r"TCP:\[127\.0\.0\.1:\d+" if protocol == "TCP:" else r"socket:\[\d+"
    check(re.search(r"accept4\(\d+<%s\]>" % listener, text), text[-2000:])
    check(f"<{h.tmp}/server.log>, " in text, text[-2000:])
    check('newfstatat(AT_FDCWD</usr/share>, "doc"' in text, text[-2000:])


def test_a_server(h):
    """Attached to, asked for what there is twice, and in the end it falls."""
    server, port = start_server(h)
    child = h.start([h.renacer, "record", "--engine", h.engine, "--ring", "64K", "-o", "s.rnc", "-p", str(server.pid)],
                    stderr=subprocess.PIPE, text=True)
    check(wait_for(lambda: (h.tmp / "s.rnc").exists()), "it did not begin")
    time.sleep(0.5)
    for i, word in enumerate((b"alpha", b"beta"), 1):
        ask_server(port, b"many", 1500)
        ask_server(port, word)
        time.sleep(0.3)
        os.kill(child.pid, signal.SIGUSR2)
        check(wait_for((h.tmp / f"s.{i}.rnc").exists), "nothing was written")
        check_server_calls(h, f"s.{i}.rnc", word.decode(), "socket:")
        check_equal((h.tmp / "s.rnc").stat().st_size, 0)
    info = h.plain(["info", "s.2.rnc"])
    check_equal(info.status, 0)
    check("ended by      SIGUSR2" in info.stdout, info.stdout)
    check_equal(fact((h.tmp / "s.2.rnc").read_bytes(), 17) > 0, True)
    try:
        ask_server(port, b"fall")
    except OSError:
        pass
    check_equal(child.wait(20), 0)
    check_equal(child.stderr.read(), "renacer: wrote 's.1.rnc'\nrenacer: wrote 's.2.rnc'\n")
    check_server_calls(h, "s.rnc", "fall", "socket:")
    lines = shown(h, "s.rnc").splitlines()
    check("+++ killed by SIGABRT" in lines[-1], lines[-1])
    check("killed by SIGABRT" in h.plain(["info", "s.rnc"]).stdout)
    server.wait()


def test_interrupted(h):
    server, port = start_server(h)
    child = h.start([h.renacer, "record", "--engine", h.engine, "--ring", "1M", "-o", "i.rnc", "-p", str(server.pid)])
    check(wait_for(lambda: (h.tmp / "i.rnc").exists()), "it did not begin")
    time.sleep(0.5)
    ask_server(port, b"gamma", 3)
    time.sleep(0.2)
    os.kill(child.pid, signal.SIGTERM)
    check_equal(child.wait(20), 0)
    check(server.poll() is None, "the server did not live on")
    check_server_calls(h, "i.rnc", "gamma", "socket:")
    check("ended by" not in h.plain(["info", "i.rnc"]).stdout)


def test_a_server_from_its_start(h):
    """What it did before the ring's first event is known: its socket is one of TCP, bound to a port."""
    (h.tmp / "server.py").write_text(SERVER)
    child = h.start([h.renacer, "record", "--engine", h.engine, "--ring", "64K", "-q", "-o", "l", "--",
                     "/usr/bin/python3", "server.py", str(h.tmp / "server.log")], stdout=subprocess.PIPE, text=True)
    port = int(child.stdout.readline())
    ask_server(port, b"many", 1500)
    ask_server(port, b"delta")
    time.sleep(0.3)
    os.kill(child.pid, signal.SIGUSR2)
    check(wait_for((h.tmp / "l.1").exists), "nothing was written")
    check_server_calls(h, "l.1", "delta")
    check(fact((h.tmp / "l.1").read_bytes(), 17) > 1000, "all of it is there")
    os.kill(child.pid, signal.SIGTERM)
    check_equal(child.wait(20), -signal.SIGTERM)
    check("+++ killed by SIGTERM" in shown(h, "l"))


def test_memory_is_bounded(h):
    """Ten times as many calls take no more of it."""
    # at a pace that any build can follow: what waits is in memory, too
    (h.tmp / "busy.py").write_text(
        "import os, sys, time\nfd = os.open('/dev/urandom', 0)\nfor i in range(int(sys.argv[1])):\n"
        "    os.pread(fd, 64, i)\n    if i % 50 == 0: time.sleep(0.001)\n")
    peaks = []
    # a sanitizer keeps what was freed, unless told not to
    env = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1")
    for nr in 20000, 200000:
        child = subprocess.Popen(
            [h.renacer, "record", "--engine", h.engine, "--ring", "300K", "-e", "trace=pread64", "--",
             "/usr/bin/python3", "busy.py", str(nr)], cwd=h.tmp, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        check_equal(status, 0)
        peaks.append(usage.ru_maxrss)
        size = (h.tmp / "renacer.rnc").stat().st_size
        check(100000 < size < 420000, size)
    check(peaks[1] < peaks[0] * 1.3 + 1000, peaks)


def test_numbers_of_calls_under_way(h):
    """With entries kept apart, calls whose entry was dropped are shown when they return."""
    (h.tmp / "pair.py").write_text(
        "import os, threading, time\n"
        "t = threading.Thread(target=time.sleep, args=(3,)); t.start()\n"
        "end = time.time() + 1.5\n"
        "while time.time() < end:\n    for i in range(200): os.getppid()\n    time.sleep(0.005)\n"
        "t.join()\n")
    done = record(h, ["--ring", "64K", "--unfinished"], ["/usr/bin/python3", "pair.py"])
    check_equal((done.returncode, done.stderr), (0, ""))
    text = shown(h, "renacer.rnc", "--unfinished")
    check(re.search(r"clock_nanosleep resumed|clock_nanosleep\(", text), text[-500:])


def test_usage(h):
    for options, reason in (
        (["--ring", "64K", "-o", "|cat"], "--ring writes files"),
        (["--ring", "1K"], "--ring"),
        (["--until", "trace=opnat"], "--until: "),
        (["--until", "inject=getpid:error=EIO"], "--until: 'inject=getpid:error=EIO' says what to do"),
    ):
        done = record(h, options, ["touch", "ran"])
        check_equal((done.returncode, done.stdout), (2, ""))
        check(reason in done.stderr, done.stderr)
        check(not (h.tmp / "ran").exists(), options)
    done = record(h, ["--ring", "64K", "-o", "/dev/full"], ["true"])
    check_equal(done.returncode, 1)
    check("cannot write the trace file '/dev/full' any further" in done.stderr, done.stderr)
