"""Where the trace goes and what its lines look like."""

import difflib
import os
import re
import signal
import subprocess
import time

from harness import check, check_equal, state, wait_for

ECHO = ["/bin/echo", "hi"]


def test_output_file(h):
    done = h.shell("$R -o trace -- /bin/echo hi")
    check_equal((done.stdout, done.returncode), ("hi\n", 0), done.stderr)
    text = (h.tmp / "trace").read_text()
    check('write(1, "hi\\n", 3) = 3\n' in text, text)
    check(text.endswith("+++ exited with 0 +++\n"), text)


def test_output_pipe(h):
    done = h.shell("$R -o '|grep -c . > counted' -- /bin/echo hi; echo status $?; cat counted")
    out = done.stdout.split()
    check_equal(out[:3], ["hi", "status", "0"], done.stderr)
    check(int(out[3]) > 5, out)


def test_output_that_cannot_be_written(h):
    done = h.shell("$R -o /no/such/folder/x -- touch ran")
    check_equal(done.returncode, 1, done.stderr)
    check("/no/such/folder/x" in done.stderr and "No such file" in done.stderr, done.stderr)
    check(not (h.tmp / "ran").exists(), "the command ran all the same")


def test_output_pipe_without_standard_input(h):
    done = h.shell("$R -o '|cat > copy' -- true <&-")
    check_equal((done.returncode, done.stderr), (0, ""))
    text = (h.tmp / "copy").read_text()
    check(text.endswith("+++ exited with 0 +++\n"), text)


def test_closed_standard_descriptors(h):
    """Nothing of ours takes their place, and the command finds them closed."""
    done = h.shell("$R -- sh -c 'test -e /proc/self/fd/1 && touch open; touch ran' >&-")
    check_equal(done.returncode, 1, done.stderr)
    check("cannot write the output: Bad file descriptor" in done.stderr, done.stderr)
    check((h.tmp / "ran").exists() and not (h.tmp / "open").exists(), done.stderr)
    done = h.shell("$R --debug -o trace -- sh -c 'test -e /proc/self/fd/2; exit $?' 2>&-")
    check_equal(done.returncode, 1)
    text = (h.tmp / "trace").read_text()
    check("renacer" not in text.replace(str(h.tmp), ""), "messages in the trace", text)


def test_full_output(h):
    done = h.shell("$R -- touch ran > /dev/full")
    check_equal(done.returncode, 1)
    check_equal(done.stderr, "renacer: cannot write the output: No space left on device\n")
    check((h.tmp / "ran").exists(), "the command did not run on")


def test_children_that_live_on_hold_no_output(h):
    """What copies the command's output must not keep the trace's pipe open."""
    start = time.monotonic()
    done = h.shell(
        "$R -o '|cat > copy' --tracee-stdout stderr -- sh -c 'sleep 20 & exit 4' 2>/dev/null; echo $?;"
        " $R --format json -- sh -c 'sleep 20 & exit 4' 2>/dev/null | cat > document")
    check_equal(done.stdout, "4\n", done.stderr)
    check(time.monotonic() - start < 10, "it waited for a child of the command")


def test_a_reader_that_does_not_read(h):
    """A second signal ends what a full pipe holds up; the target runs on."""
    target = h.start([h.program("spin")])
    ours, theirs = os.pipe()
    child = h.start(
        [h.renacer, "--engine", h.engine, "-p", str(target.pid)], stdout=theirs, stderr=theirs)
    os.close(theirs)
    time.sleep(1)
    child.send_signal(signal.SIGTERM)
    time.sleep(1)
    check_equal(child.poll(), None, "it did not wait for the reader")
    child.send_signal(signal.SIGTERM)
    check_equal(child.wait(10), -signal.SIGTERM)
    os.close(ours)
    check_equal(target.poll(), None, "the target ended")
    check(wait_for(lambda: state(target.pid) in "RS"), state(target.pid))


def test_default_is_stdout(h):
    done = h.shell("$R -- true 2>/dev/null")
    check(done.stdout.startswith('execve("'), done.stdout[:300])


def test_head_closes_the_pipe(h):
    """The command runs on untraced and its status is kept."""
    done = h.shell(
        "$R -- sh -c 'for i in 1 2 3 4 5 6 7 8 9; do /bin/true; done; touch ran; exit 7' | head -5;"
        " echo ${PIPESTATUS[0]}; ls ran"
    )
    lines = done.stdout.splitlines()
    check_equal(lines[-2:], ["7", "ran"], done.stdout, done.stderr)
    check_equal(len(lines), 7, done.stdout)
    check_equal(done.stderr, "", "it does not end quietly")
    done = h.shell("set -o pipefail; $R -f -- sh -c 'ls / >/dev/null; kill -TERM $$' | head -1")
    check_equal(done.returncode, 128 + signal.SIGTERM, done.stderr)


def test_head_closes_the_pipe_of_a_long_run(h):
    start = time.monotonic()
    done = h.shell(
        "$R -f -- bash -c 'for ((i = 0; i < 3000; i++)); do echo x >/dev/null; done; sleep 0.3; "
        "exit 9' | head -3 >/dev/null; echo ${PIPESTATUS[0]}"
    )
    check_equal(done.stdout, "9\n", done.stderr)
    check(time.monotonic() - start < 10, "it took long")


def stamps(h, options):
    run = h.trace(options, ["sleep", "0.2"])
    check_equal(run.status, 0, run.dump())
    return [l.text for l in run.lines]


def test_time_of_day(h):
    for option, shape in (("-t", r"\d\d:\d\d:\d\d "), ("-tt", r"\d\d:\d\d:\d\d\.\d{6} "),
                          ("-ttt", r"\d{10}\.\d{6} ")):
        lines = stamps(h, [option])
        bad = [l for l in lines if not re.match(shape + r"[a-z+-]", l)]
        check(not bad, option, *bad[:5])
    now = time.time()
    first = float(stamps(h, ["-ttt"])[0].split()[0])
    check(abs(first - now) < 30, f"{first} is not now, {now}")
    here = time.strftime("%H:%M")
    check(stamps(h, ["-t"])[0][:5] in (here, time.strftime("%H:%M")), "not local time")


def test_combined_times(h):
    lines = stamps(h, ["-ttt", "-t"])
    check(re.match(r"\d", lines[0]), lines[0])
    lines = stamps(h, ["-fttT"])
    check(re.match(r"\d\d:\d\d:\d\d\.\d{6} .* <\d+\.\d{6}>$", lines[0]), lines[0])


def test_relative_time(h):
    lines = stamps(h, ["-r"])
    bad = [l for l in lines if not re.match(r" *\d+\.\d{6} [a-z+-]", l)]
    check(not bad, *bad[:5])
    check(float(lines[0].split()[0]) < 0.001, "the first one is 0", lines[0])
    # the time since the line before; the lines come in the order of their ends or starts
    total = sum(float(l.split()[0]) for l in lines)
    check(0.2 <= total < 2, f"the steps sum to {total}")


def test_time_in_call(h):
    lines = stamps(h, ["-T"])
    calls = [l for l in lines if re.match(r"\w+\(", l) and "= ?" not in l]
    bad = [l for l in calls if not re.search(r" <\d+\.\d{6}>$", l)]
    check(calls and not bad, *bad[:5])
    sleep = [l for l in calls if "nanosleep(" in l]
    check(sleep, "\n".join(lines))
    took = float(re.search(r"<(.*)>$", sleep[0]).group(1))
    check(0.2 <= took < 1, sleep[0])


def test_paths_of_descriptors(h):
    (h.tmp / "known").write_text("abc")
    done = h.shell(
        "$R -y -f -o t -- sh -c 'exec 5<known; cat <&5; cd /usr; exec 6</etc/passwd; read x <&6; "
        "exec 7<bin/env; read x <&7' >/dev/null"
    )
    text = (h.tmp / "t").read_text()
    check_equal(done.returncode & 0, 0)
    known = re.escape(str(h.tmp / "known"))
    check(re.search(rf'read\([05]<{known}>, "abc", ', text), "cat reads known", text[-4000:])
    check("<" + os.path.realpath("/etc/passwd") + ">" in text, text[-3000:])
    check(re.search(r"= \d+<" + re.escape(os.path.realpath("/usr/bin/env")) + ">", text),
          "relative to /usr", text[-3000:])
    check("AT_FDCWD</usr>" in text or "AT_FDCWD<" in text, text[-3000:])
    check(re.search(r"close\(\d+</[^>]*>\)", text), text[-3000:])


def test_raw(h):
    run = h.trace(["--raw"], ECHO)
    write = run.calls("write")
    check(write, run.dump())
    check(re.fullmatch(r"write\(0x1, 0x[0-9a-f]+, 0x3\) = (3|0x3)", write[0].text), write[0])


# ours, strace's
SAME_OPTIONS = (
    ("", ""), ("-v", "-v"), ("-x", "-x"), ("-xx", "-xx"), ("--raw", "-e raw=all"), ("-z", "-z"),
    ("-Z", "-Z"), ("-T", "-T"), ("-t", "-t"), ("-tt", "-tt"), ("-ttt", "-ttt"), ("-r", "-r"),
    ("-e trace=openat -e trace=close", "-e trace=openat -e trace=close"),
    ("-e status=failed", "-e status=failed"),
)


def comparable(path):
    """Without what differs from run to run, and errors and padding in one spelling."""
    lines = path.read_text(errors="replace").splitlines()
    for pattern, text in ((r"\) += ", ") = "), (r"= -\d+ E", "= -1 E"), (r"0x[0-9a-f]{4,}", "ADDR"),
                          (r"\d+\.\d{6}", "TIME"), (r"\d\d:\d\d:\d\d(\.\d+)?", "TIME"),
                          (r"((get\w*id|set_tid_address)\(.*\) = )\w+", r"\1ID"), (r" +TIME", " TIME"),
                          (r"((si_pid=|kill\())\w+", r"\1ID"), (r'getrandom\("[^"]*"', "getrandom(CHANCE")):
        lines = [re.sub(pattern, text, l) for l in lines]
    return [l for l in lines if "rseq(" not in l]  # a structure only to newer ones


def test_options_do_what_strace_s_do(h):
    h.tool("strace")
    script = h.tmp / "script"
    script.write_text("echo 'a\tb\001\377'; cd /missing; kill -USR1 $$; read x </etc/passwd")
    for ours, theirs in SAME_OPTIONS:
        for argv in ([*h.start_of_line(), *ours.split(), "-o", "ours", "--"],
                     ["strace", *theirs.split(), "-s", "64", "-o", "theirs"]):
            subprocess.run([*argv, "/bin/sh", script], cwd=h.tmp, capture_output=True,
                           env={"PATH": "/usr/bin:/bin"}, timeout=30)
        a, b = comparable(h.tmp / "ours"), comparable(h.tmp / "theirs")
        check(a == b, ours, *difflib.unified_diff(b, a, "strace", "renacer", lineterm="", n=0))


def test_string_limit(h):
    text = "x" * 200
    run = h.trace([], ["/bin/echo", text])
    check(f'write(1, "{"x" * 64}"..., 201) = 201' in run.trace, run.dump())
    run = h.trace(["--string-limit", "10"], ["/bin/echo", text])
    check(f'write(1, "{"x" * 10}"..., 201) = 201' in run.trace, run.dump())
    run = h.trace(["--string-limit", "300"], ["/bin/echo", text])
    check(f'write(1, "{"x" * 200}\\n", 201) = 201' in run.trace, run.dump())


def test_path_names_are_never_shortened(h):
    path = "/" + "/".join("d" * 100 for _ in range(30))
    run = h.trace(["--string-limit", "8"], ["stat", path])
    check(f'"{path}"' in run.trace, run.dump()[-3000:])


def test_errors_are_negative(h):
    run = h.trace([], ["cat", "/missing-file"])
    check(run.find('"/missing-file", O_RDONLY) = -2 ENOENT (No such file or directory)'), run.dump())
    check_equal(run.status, 1)


def test_slow_reader(h):
    """Nothing is lost, or a line says where and how much."""
    done = h.shell(
        "$R -e trace=getppid -o '|sleep 0.5; cat >t' -- " + h.program("calls") + " getppid 50000",
        timeout=120,
    )
    check_equal(done.returncode, 0, done.stderr)
    lines = (h.tmp / "t").read_text().splitlines()
    calls = len([l for l in lines if l.startswith("getppid(")])
    lost = sum(int(n) for l in lines for n in re.findall(r"(\d+) [\w ]*lost", l))
    check_equal(calls + lost, 50000, f"{calls} calls, {lost} lost", done.stderr,
                *[l for l in lines if not l.startswith("getppid(")])


def test_own_cost(h):
    run = h.trace(["--profile-self"], ["ls", "/"])
    report = run.stderr
    check("renacer's own cost" in report, report)
    events = int(re.search(r"draw .* of (\d+) events", report).group(1))
    check(len(run.lines) <= events <= len(run.lines) + 5, events, len(run.lines))  # an exec has no line
    if h.engine == "bpf":
        check(int(re.search(r"(\d+) runs", report).group(1)) > 2 * len(run.calls()), report)
    else:
        check(int(re.search(r"stops of tasks +(\d+)", report).group(1)) > len(run.calls()), report)
    check(not h.trace([], ["true"]).stderr, "a report that nobody asked for")


def test_verbose_structs(h):
    short = h.trace([], ["ls", "/"])
    check("/* " in short.lines[0].text, short.lines[0])
    run = h.trace(["-v"], ["env", "-i", "A=1", "/bin/true"])
    check(run.find('["A=1"]'), run.dump())
