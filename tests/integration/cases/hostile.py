"""Programs that try the tracer: whatever they do, each call ends in a line, and it is the right one."""

import os
import re
import signal
import subprocess
import time

from harness import Skip, check, check_equal, children_of, state, wait_for

ESCAPES = {"n": 10, "t": 9, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


def unescape(text):
    """The bytes of a string as the text form shows it, without its quotes."""
    out = bytearray()
    for m in re.finditer(r"\\x([0-9a-f]{2})|\\([0-7]{1,3})|\\(.)|([^\\])", text, re.S):
        hexa, octal, letter, plain = m.groups()
        if hexa or octal:
            out.append(int(hexa or octal, 16 if hexa else 8))
        else:
            out += bytes([ESCAPES[letter]]) if letter else plain.encode()
    return bytes(out)


def whole(run):
    """Every line begins and ends as one must."""
    shape = re.compile(r"(\w+\(.*\)|[^ ]+ resuming .*) += (-?\w+|\?).*|\+\+\+ .* \+\+\+|--- .* ---", re.S)
    bad = [l for l in run.lines if not shape.fullmatch(l.text)]
    check(not bad, "torn lines", *[b.whole[:300] for b in bad[:5]])
    check("runtime error" not in run.stderr and "Sanitizer" not in run.stderr, run.stderr)


def rogue(h, way, *args, status=0, options=("-f",), **kw):
    run = h.trace(list(options), [h.program("rogue"), way, *map(str, args)], **kw)
    if run.status == 77:
        raise Skip(f"{way}: the limits of this machine forbid it")
    check_equal(run.status, status, run.dump())
    whole(run)
    return run


def test_vectors(h):
    whole(h.agrees("rogue", args=["vectors"]))


def test_strings(h):
    whole(h.agrees("rogue", args=["strings"]))


def test_bad_vectors_of_arguments(h):
    whole(h.agrees("rogue", args=["execs"]))


def test_100000_arguments_and_a_large_environment(h):
    for options in (["-f"], *([] if h.engine == "strace" else [["-v"]])):
        run = rogue(h, "arguments", 100000, options=options)
        last = run.calls("execve")[-1].text
        check(last.startswith('execve("/proc/self/exe", ["rogue", "nothing", "argument", "argument", '),
              last[:200])
        check_equal(len(run.calls("exit_group")), 1)
        if "-v" in options:
            check(re.search(r'\["E{1000,}"\.\.\., "E', last), "no environment", last[-3000:])


def test_the_process_ends_while_threads_wait(h):
    run = rogue(h, "exit", status=7)
    check_equal(len(run.find("+++ exited with 7 +++")), 3, run.dump())
    waiting = [l for l in run.calls() if re.search(r"= \?$", l.text) and l.call != "exit_group"]
    check_equal(sorted(l.call for l in waiting), ["futex", "read"], run.dump())
    check(run.find("FUTEX_WAIT_PRIVATE, 0, NULL"), run.dump())


def test_killed_while_threads_wait(h):
    out, trace = h.file(".out"), h.file(".trace")
    with open(out, "wb") as f:
        tracer = h.start(h.command(["-f"], [h.program("rogue"), "stuck"], trace), stdout=f)
    check(wait_for(lambda: out.read_text() == "up\n"), "it does not start")
    victim = children_of(tracer.pid)[0]
    check(wait_for(lambda: state(victim) == "S"), state(victim))
    os.kill(victim, signal.SIGKILL)
    check_equal(tracer.wait(timeout=10), -signal.SIGKILL)
    lines = trace.read_text().splitlines()
    check_equal(len([l for l in lines if "+++ killed by SIGKILL +++" in l]), 3, *lines[-8:])
    if h.engine != "strace":
        for call in ("pause()", "read(", "futex("):
            check(any(f"] {call}" in l and l.endswith("= ?") for l in lines), call, *lines[-8:])


def test_memory_that_goes_away(h):
    run = rogue(h, "unmap")
    polls = run.calls("poll")
    check(len(polls) == 1 and "= -14 EFAULT" in polls[0].text, run.dump())
    check(any("4242) = -14 EFAULT" in l.text for l in run.calls("read")), run.dump())


def test_a_path_that_changes_while_it_is_read(h):
    run = rogue(h, "rewrite", 20000)
    opens = [l for l in run.calls("openat") if "O_RDONLY|O_PATH) = " in l.text]
    check_equal(len(opens), 20000)
    shape = re.compile(r'openat\(AT_FDCWD, "/[^"]*"(\.\.\.)?, O_RDONLY\|O_PATH\) = ')
    bad = [l.text for l in opens if not shape.match(l.text)]
    check(not bad, *bad[:5])


def test_10000_descriptors(h):
    for options in ([], ["-yy"]):
        run = rogue(h, "descriptors", 10000, options=options)
        poll = run.calls("poll")
        check(len(poll) == 1 and re.search(r", \.\.\.\], 10000, 0\) = 10000 \(.*, \.\.\.\]\)$", poll[0].text),
              poll[0].text[-300:])
        check_equal(len(run.calls("close")), len(run.calls("openat")), "opened and closed")
        if options:
            check("</dev/null" in poll[0].text, poll[0].text[:300])


def test_names_of_all_bytes(h):
    run = rogue(h, "names", cwd=h.folder())
    shown = [re.search(r'openat\(AT_FDCWD, "(.*)", O_WRONLY\|O_CREAT, 0600\)', l.text, re.S)
             for l in run.calls("openat")]
    got = [unescape(m.group(1)) for m in shown if m]
    all_bytes = bytes(c for c in range(1, 256) if c != ord("/"))
    check_equal(got, [b"n" + bytes([c]) for c in all_bytes] + [all_bytes])


def test_a_process_that_ends_during_attaching(h):
    """Whenever it ends: a line or a reason, and an end."""
    h.not_for("strace", "about renacer")
    for i in range(40):
        target = h.start(["sh", "-c", "for i in 1 2 3 4 5 6; do /bin/true; done"])
        time.sleep(i * 0.0003)
        done = subprocess.run(h.command(["-f"], [], h.file(".trace")) + ["-p", str(target.pid)],
                              capture_output=True, text=True, timeout=20)
        target.wait()
        check(done.returncode in (0, 1), i, done.returncode, done.stderr)
        lines = done.stderr.splitlines()
        check(len(lines) == done.returncode and all("no such process" in l.lower() or "No such process" in l
                                                     for l in lines), i, done.stderr)


def test_a_deep_chain_of_processes(h):
    run = rogue(h, "chain", 400, status=5, timeout=120)
    check_equal(len(run.find("+++ exited with 5 +++")), 401)
    check_equal(len([l for l in run.calls("wait4") if "WEXITSTATUS(s) == 5" in l.text]), 400)


def test_a_storm_of_processes(h):
    run = rogue(h, "storm", 300, status=5, timeout=120)
    check_equal(len(run.find("+++ killed by SIGKILL +++")), 600)
    check_equal(len(run.find("+++ exited with 6 +++")), 600)
    check_equal(len(run.find("+++ exited with 5 +++")), 1)
