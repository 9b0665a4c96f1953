"""Exit status, 128+N, and signals meant for the command."""

import os
import signal
import time

from harness import check, check_equal, children_of, state, wait_for


def test_exit_codes(h):
    for code in (0, 1, 2, 42, 126, 127, 255):
        run = h.trace(["-f"], ["sh", "-c", f"exit {code}"])
        check_equal(run.status, code, run.dump())
        check_equal(run.lines[-1].text, f"+++ exited with {code} +++", run.dump())


def test_killed_by_a_signal(h):
    for name in ("TERM", "KILL", "SEGV", "ABRT", "HUP", "PIPE", "USR1"):
        run = h.trace([], ["sh", "-c", f"kill -{name} $$; sleep 5"])
        check_equal(run.status, -getattr(signal, "SIG" + name), run.dump())
        check(run.lines[-1].text.startswith(f"+++ killed by SIG{name}"), run.dump())
    done = h.shell("$R -o /dev/null -- sh -c 'kill -TERM $$'; echo $?")
    check_equal(done.stdout.split()[-1], str(128 + signal.SIGTERM))
    done = h.shell("$R -o /dev/null -- sh -c 'kill -SEGV $$'; echo $?")
    check_equal(done.stdout.split()[-1], str(128 + signal.SIGSEGV))


def test_a_real_segfault(h):
    run = h.trace([], [h.program("crash")])
    check_equal(run.status, -signal.SIGSEGV, run.dump())
    check(run.find("--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr="), run.dump())
    check(run.find("+++ killed by SIGSEGV"), run.dump())
    left = list(h.tmp.glob("core*"))
    check(not left, "renacer itself dumped core", left)


def test_not_found_and_not_executable(h):
    run = h.trace([], ["/no/such/command"])
    check_equal(run.status, 127, run.dump())
    check_equal(len(run.stderr.splitlines()), 1, run.stderr)
    check("/no/such/command" in run.stderr, run.stderr)
    run = h.trace([], ["no-such-command-anywhere"])
    check_equal(run.status, 127, run.dump())
    check("no-such-command-anywhere" in run.stderr, run.stderr)
    data = h.tmp / "data"
    data.write_text("no program\n")
    run = h.trace([], [str(data)])
    check_equal(run.status, 126, run.dump())
    check_equal(len(run.stderr.splitlines()), 1, run.stderr)
    run = h.trace([], [str(h.tmp)])
    check_equal(run.status, 126, run.dump())
    data.write_bytes(b"\x7fELF but not quite")
    data.chmod(0o755)
    run = h.trace([], [str(data)])
    check_equal(run.status, 126, run.dump())


def test_the_first_call_is_the_execve(h):
    run = h.trace([], ["/bin/echo", "one", "two words"])
    check_equal(run.stdout, "one two words\n")
    check(run.lines[0].text.startswith('execve("/bin/echo", ["/bin/echo", "one", "two words"], '),
          run.dump())
    check(run.lines[0].text.endswith(" = 0"), run.lines[0])


def test_environment_and_descriptors_are_the_commands_own(h):
    script = "sh -c 'env | grep -v ^_= | sort; cd /proc/self/fd; for f in *; do echo $f; done'"
    check_equal(h.shell(f"$R -o t -- {script}").stdout, h.shell(script).stdout)
    signals = "grep -E 'Sig(Blk|Ign|Cgt)|NoNewPrivs|Seccomp:' /proc/self/status"
    check_equal(h.shell(f"$R -o t -- {signals}").stdout, h.shell(signals).stdout)


def launched(h, options=(), script="trap 'echo got; exit 9' TERM INT; echo up; while :; do sleep 0.05; done"):
    """A running shell under renacer: (renacer, the shell's pid)."""
    out = h.file(".out")
    trace = h.file(".trace")
    with open(out, "wb") as f:
        tracer = h.start(h.command(options, ["sh", "-c", script], trace), stdout=f)
    check(wait_for(lambda: "up" in out.read_text()), "the command did not start")
    tracer.out, tracer.trace = out, trace
    return tracer, children_of(tracer.pid)[0]


def test_signals_for_renacer_reach_the_command(h):
    for signo in (signal.SIGTERM, signal.SIGINT):
        tracer, _ = launched(h, ["-f"])
        tracer.send_signal(signo)
        check_equal(tracer.wait(timeout=10), 9, tracer.trace.read_text()[-2000:])
        # once: a second one would have interrupted the handler's echo or shown twice
        check_equal(tracer.out.read_text(), "up\ngot\n")
        check("+++ exited with 9 +++" in tracer.trace.read_text(), "the trace was not ended")


def test_kill_int_is_passed_on_once(h):
    counting = "n=0; trap 'n=$((n+1))' INT; echo up; i=0; " \
        "while [ $i -lt 20 ]; do sleep 0.05; i=$((i+1)); done; echo n=$n"
    tracer, _ = launched(h, ["-f"], counting)
    tracer.send_signal(signal.SIGINT)
    tracer.wait(timeout=20)
    check("n=1\n" in tracer.out.read_text(), tracer.out.read_text())


def test_hangup_ends_the_command(h):
    tracer, pid = launched(h, [], "echo up; exec sleep 30")
    tracer.send_signal(signal.SIGHUP)
    check_equal(tracer.wait(timeout=10), -signal.SIGHUP)
    check("+++ killed by SIGHUP" in tracer.trace.read_text(), tracer.trace.read_text()[-500:])
    check_equal(state(pid), None)


def test_job_control(h):
    tracer, pid = launched(h, [], "echo up; exec sleep 1")
    wait_for(lambda: os.readlink(f"/proc/{pid}/exe").endswith("sleep"))
    os.kill(pid, signal.SIGSTOP)
    check(wait_for(lambda: state(pid) in ("T", "t"), 3), "it does not stop", state(pid))
    time.sleep(0.2)
    check(state(pid) in ("T", "t"), "it did not stay stopped", state(pid))
    check_equal(tracer.poll(), None)
    os.kill(pid, signal.SIGCONT)
    check_equal(tracer.wait(timeout=10), 0)
    text = tracer.trace.read_text()
    check("--- SIGSTOP {" in text or "--- stopped by SIGSTOP ---" in text, text[-1500:])
    check("--- SIGCONT {" in text, text[-1500:])


def test_stopped_group_can_be_killed(h):
    tracer, pid = launched(h, [], "echo up; exec sleep 30")
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: state(pid) in ("T", "t"), 3)
    os.kill(pid, signal.SIGKILL)
    check_equal(tracer.wait(timeout=10), -signal.SIGKILL)


def test_renacer_killed_leaves_the_command_running(h):
    tracer, pid = launched(h, ["-f"], "echo up; n=0; while [ $n -lt 40 ]; do sleep 0.05; n=$((n+1)); done; echo over")
    tracer.kill()
    tracer.wait()
    check(wait_for(lambda: "over" in tracer.out.read_text(), 10), "it did not run on", state(pid))
