"""-e inject= and -e fault=: the same done to the same calls as strace does, and shown as it does."""

import json
import os
import re
import signal

from harness import Harness, check, check_equal, normal, state, tracer_of, wait_for


def with_strace(h):
    other = Harness(h.renacer, h.programs, "strace")
    other.tool("strace")
    return other


def by_task(run):
    """Lines of the first task bear no prefix until there is a second one."""
    tids = [l.tid for l in run.lines if l.tid]
    for line in run.lines:
        line.tid = line.tid or (min(tids) if tids else None)
        # an error without a name
        line.text = re.sub(r"\) = -1 \(errno (\d+)\)", r") = -\1", line.text)
    run.lines.sort(key=lambda line: line.tid or 0)
    return normal(run)


def same(h, options, command, **kw):
    """What strace and renacer make of it: output, status, lines of each task. Returns ours."""
    theirs = with_strace(h)
    try:
        wanted = theirs.trace(["-q", "-f", *options], command, **kw)
    finally:
        theirs.close()
    got = h.trace(["-q", "-f", *options], command, **kw)
    # of results that 32 bits may not hold, whatever the program
    wanted.stderr = re.sub(r"^strace: In.* personality.*\n", "", wanted.stderr, flags=re.M)
    check_equal((got.status, got.stdout, got.stderr), (wanted.status, wanted.stdout, wanted.stderr),
                options, got.dump(), "-- strace", wanted.dump())
    check_equal(by_task(got), by_task(wanted), options, got.dump(), "-- strace", wanted.dump())
    return got


def tampered(h, what, *specs, trace="chdir", program="tampered"):
    options = ["-e", f"trace={trace}"]
    for spec in specs:
        options += ["-e", spec]
    return same(h, options, [h.program(program), what])


def test_errors(h):
    run = tampered(h, "chdir", "inject=chdir:error=ENOENT")
    check_equal(len(run.find("(INJECTED)")), 6, run.dump())
    for error in ("eio", "EPERM", "2", "4095", "200", "ERESTARTSYS", "512"):
        tampered(h, "chdir", f"inject=chdir:error={error}:when=2")
    tampered(h, "chdir", "fault=chdir")
    tampered(h, "chdir", "fault=chdir:error=EXDEV:when=3")


def test_results(h):
    for value in ("0", "1", "0xff", "010", "0x7fffffffffffffff", "1000000000000"):
        run = tampered(h, "chdir", f"inject=chdir:retval={value}:when=2")
        check_equal(len(run.find("(INJECTED)")), 1, run.dump())


def test_results_that_are_no_address(h):
    run = tampered(h, "dup", "inject=mmap,brk:retval=0:when=1", trace="mmap,brk")
    check(run.find(" = 0 (INJECTED)"), run.dump())


def test_when(h):
    for when in ("1", "3", "3+", "2+2", "1+5", "2..4", "2..4+", "2..6+3", "6..65534", "7", "65535"):
        tampered(h, "chdir", f"inject=chdir:error=EIO:when={when}")
    tampered(h, "chdir", "inject=chdir:error=EIO:when=2:when=4")


def test_several_rules(h):
    tampered(h, "chdir", "inject=chdir:error=EIO:when=2", "inject=chdir:error=EPERM:when=3")
    tampered(h, "poke", "inject=chdir:error=EIO:when=2", "fault=read:when=1+", trace="chdir,read")


def test_sets(h):
    for spec in ("%file", "chdir,read", "!read", "/^chd", "/^(chdir|read)$", "?nonesuch,chdir", "none"):
        tampered(h, "poke", f"inject={spec}:error=EIO:when=2", trace="chdir,read")


def test_what_is_not_traced_is_left_alone(h):
    run = tampered(h, "chdir", "inject=chdir:error=EIO", trace="openat")
    check("chdir: 0 -" in run.stdout, run.dump())
    run = tampered(h, "chdir", "inject=chdir:error=EIO", trace="none")
    check("chdir: 0 -" in run.stdout, run.dump())


def test_how_calls_end_is_no_matter(h):
    run = same(h, ["-z", "-e", "trace=chdir", "-e", "inject=chdir:error=EIO:when=2+2"],
               [h.program("tampered"), "chdir"])
    check_equal((len(run.calls()), run.stdout.count("error")), (3, 3), run.dump())


def test_another_call_instead(h):
    tampered(h, "chdir", "inject=chdir:error=EIO:syscall=getpid:when=2")
    tampered(h, "chdir", "inject=chdir:retval=7:syscall=getuid:when=2+")


def test_signals(h):
    tampered(h, "signal", "inject=chdir:signal=SIGUSR1:when=2+2")
    tampered(h, "signal", "inject=chdir:signal=usr1:error=EIO:when=2+2")
    tampered(h, "signal", "inject=chdir:signal=winch")
    run = tampered(h, "chdir", "inject=chdir:signal=TERM:when=3")
    check_equal(run.status, -signal.SIGTERM, run.dump())
    run = tampered(h, "chdir", "inject=chdir:signal=SIGRT_1:when=3")
    run = tampered(h, "chdir", "inject=chdir:signal=9:when=3")
    check_equal(run.status, -signal.SIGKILL, run.dump())


def test_a_signal_ends_a_wait(h):
    run = tampered(h, "sleep", "inject=nanosleep:signal=USR1", trace="nanosleep,rt_sigreturn")
    check("something is left: 1" in run.stdout, run.dump())


def test_a_signal_after_a_delay(h):
    """strace forgets the signal."""
    for spec in ("delay_enter=100ms:signal=TERM", "delay_enter=100ms:signal=TERM:error=EIO"):
        run = h.trace(["-T", "-e", "trace=chdir", "-e", f"inject=chdir:{spec}:when=2"],
                      [h.program("tampered"), "chdir"])
        check_equal((run.status, len(run.calls())), (-signal.SIGTERM, 2), run.dump())
        check(run.find("SIGTERM {si_signo=SIGTERM, si_code=SI_KERNEL}"), run.dump())
        check(seconds(run.calls()[1]) >= 0.1, run.dump())


def test_memory(h):
    for spec in ("poke_enter=@arg1=2f00", "poke_exit=@arg1=2f414200",
                 "poke_enter=@arg1=2f00:error=EIO", "poke_exit=@arg1=2f4100:retval=5:delay_enter=1"):
        run = h.trace(["-e", "trace=chdir", "-e", f"inject=chdir:{spec}"],
                      [h.program("tampered"), "poke"])
        theirs = with_strace(h)
        wanted = theirs.trace(["-e", "trace=chdir", "-e", f"inject=chdir:{spec}"],
                              [h.program("tampered"), "poke"])
        theirs.close()
        # it says on standard error, in the middle of lines, which it could not overwrite
        check_equal(run.stdout, wanted.stdout, spec)
        check_equal([l.text for l in run.lines], [l.text for l in wanted.lines], spec)
        check("INJECTED: args" in run.trace and run.trace.count("INJECTED: args") == 2, run.dump())
    run = tampered(h, "poke", "inject=read:poke_exit=@arg2=4142434445:when=2", trace="read")
    check("got 4142434445" in run.stdout, run.dump())


def test_memory_of_arguments_that_are_not_there(h):
    run = h.trace(["-e", "trace=chdir", "-e", "inject=chdir:poke_enter=@arg2=00,@arg7=00"],
                  [h.program("tampered"), "chdir"])
    check_equal((run.status, run.find("INJECTED")), (0, []), run.dump())


def seconds(line):
    return float(re.search(r"<(\d+\.\d+)>$", line.text).group(1))


def test_delays_on_entering(h):
    tampered(h, "chdir", "inject=chdir:delay_enter=1ms:when=2+2")
    run = h.trace(["-T", "-e", "trace=chdir", "-e", "inject=chdir:delay_enter=250ms:when=2"],
                  [h.program("tampered"), "chdir"])
    check_equal([" (DELAYED) <" in l.text for l in run.calls()], [False, True] + [False] * 4)
    check(seconds(run.calls()[1]) >= 0.25, run.dump())


def test_delays_on_leaving(h):
    tampered(h, "chdir", "inject=chdir:delay_exit=1ms:error=EIO:when=2+2")
    run = h.trace(["-ttt", "-e", "trace=chdir", "-e", "inject=chdir:delay_exit=.25s:when=2"],
                  [h.program("tampered"), "chdir"])
    lines = [l.split() for l in run.trace.splitlines() if "chdir" in l]
    began = [float(words[0]) for words in lines]
    check_equal([words[-1] for words in lines], ["0", "(DELAYED)"] + ["0"] * 4, run.dump())
    check(began[2] - began[1] >= 0.25, began)


def test_units(h):
    for span, least in (("200ms", 0.2), ("200000", 0.2), ("200000us", 0.2), ("2e8ns", 0.2),
                        (".2s", 0.2), ("0", 0)):
        run = h.trace(["-T", "-e", "trace=chdir", "-e", f"inject=chdir:delay_enter={span}:when=1"],
                      [h.program("tampered"), "chdir"])
        first = run.calls()[0]
        check("(DELAYED)" in first.text, run.dump())
        check(least <= seconds(first) < least + 10, span, first)


def test_delays_hold_up_one_task_only(h):
    """Eight tasks that wait two seconds each must not wait for each other."""
    script = "for i in 1 2 3 4 5 6 7 8; do (cd /) & done; wait"
    done = h.shell("time $R -f -o t -e trace=chdir -e inject=chdir:delay_enter=2s -- "
                   f"sh -c '{script}'; grep -c DELAYED t")
    check_equal(done.stdout, "8\n", done.stderr)
    minutes, real = re.search(r"real\s+(\d+)m([\d.]+)s", done.stderr).groups()
    check(2 <= int(minutes) * 60 + float(real) < 12, done.stderr)


def test_each_thread_counts_for_itself(h):
    run = tampered(h, "thread", "inject=chdir:error=EIO:when=2+3")
    check_equal(len(run.find("(INJECTED)")), 6, run.dump())
    tampered(h, "thread", "inject=chdir:delay_enter=1ms:delay_exit=1ms")
    tampered(h, "thread", "inject=chdir:signal=WINCH:when=5")


def test_children(h):
    for how in ("fork", "vfork", "exec"):
        tampered(h, how, "inject=chdir:error=EIO:when=2+3")
        tampered(h, how, "inject=chdir:delay_enter=1ms:when=3+:retval=4")


def test_processes_that_are_not_made(h):
    calls = "fork,vfork,clone,clone3"
    tampered(h, "fork", f"inject={calls}:error=EAGAIN:when=1", trace=calls)
    tampered(h, "vfork", f"inject={calls}:error=EAGAIN:when=1", trace=calls)
    tampered(h, "vfork", f"inject={calls}:delay_exit=10ms", trace=calls)
    tampered(h, "fork", f"inject={calls}:delay_enter=10ms", trace=calls)


def test_programs_that_are_not_run(h):
    for how in ("error=EPERM", "retval=0", "delay_enter=10ms", "delay_exit=10ms", "error=EPERM:when=2",
                "signal=WINCH"):
        tampered(h, "exec", f"inject=execve:{how}", trace="execve,chdir")
        tampered(h, "vfork", f"inject=execve:{how}", trace="execve")


def test_without_f_children_are_left_alone(h):
    run = h.trace(["-e", "trace=chdir", "-e", "inject=chdir:error=EIO:when=2+"],
                  [h.program("tampered"), "fork"])
    check_equal(run.stdout.count("child: 0"), 6, run.dump())
    check_equal(run.stdout.count("parent"), 12, run.dump())
    check_equal(run.stdout.count("Input/output error"), 11, run.dump())


def test_32_bits(h):
    for what, spec in (("chdir", "error=EIO:when=2+2"), ("chdir", "error=ERESTARTSYS:when=2"),
                       ("chdir", "retval=255:when=2"), ("chdir", "retval=0x1000000ff:when=2"),
                       ("chdir", "error=EIO:syscall=getpid"), ("signal", "signal=USR1:when=3"),
                       ("thread", "delay_enter=1ms:error=EIO:when=2+2"), ("fork", "error=EIO:when=2")):
        tampered(h, what, f"inject=chdir:{spec}", program="tampered32")
    run = tampered(h, "poke", "inject=read:poke_exit=@arg2=4142434445:when=2", trace="read",
                   program="tampered32")
    check("got 4142434445" in run.stdout, run.dump())


def test_examples_of_the_manual(h):
    """EXAMPLES and the text on tampering in strace(1)."""
    tampered(h, "chdir", "inject=chdir:error=ENOENT:when=3+")
    run = same(h, ["-e", "trace=%file", "-e", "inject=%file:error=ENOENT:when=3+"],
               ["cat", "/etc/hostname"])
    check(run.find("(INJECTED)"), run.dump())
    same(h, ["-e", "inject=exit_group:error=EPERM:when=1", "-e", "trace=exit_group,exit"],
         [h.program("tampered"), "chdir"])


def test_real_programs(h):
    """All they do, not a few calls."""
    (h.tmp / "x").write_text("text\n")
    for command, spec in ((["cat", "x"], "openat:error=ENOENT:when=3"),
                          (["cat", "x"], "read:error=EIO:when=2"),
                          (["cat", "x"], "write:retval=5:when=1"),
                          (["cp", "x", "y"], "/^(write|copy_file_range)$/:error=ENOSPC"),
                          (["sh", "-c", "cat x; ls x; echo $?"], "openat:error=EACCES:when=3+")):
        spec = f"inject={spec}"
        run = h.trace(["-f", "-e", spec], command)
        theirs = with_strace(h)
        (theirs.tmp / "x").write_text("text\n")
        # strace has no closing slash
        wanted = theirs.trace(["-q", "-f", "-e", spec.replace("/:", ":")], command)
        theirs.close()
        check_equal((run.status, run.stdout, run.stderr), (wanted.status, wanted.stdout, wanted.stderr),
                    command, spec)
        marks = [[l.text.split("(")[0] for l in r.lines if "INJECTED" in l.text]
                 for r in (run, wanted)]
        check(marks[0], run.dump())
        check_equal(*marks, spec)


def shown(tracer):
    return tracer.output.read_text() if tracer.output.exists() else ""


def test_attached(h):
    loop = "while :; do cd /; sleep 0.05; done"
    target = h.start(["sh", "-c", loop], stderr=open(h.tmp / "stderr", "wb"))
    tracer = h.attach([target.pid], ["-e", "trace=chdir", "-e", "inject=chdir:error=EIO"])
    check(wait_for(lambda: "(INJECTED)" in shown(tracer)), shown(tracer))
    tracer.send_signal(signal.SIGINT)
    check_equal(tracer.wait(timeout=20), 0)
    check(wait_for(lambda: not tracer_of(target.pid)), "still traced")


def is_held(pid):
    """Stopped by a tracer, and not for a moment only."""
    for _ in range(10):
        if state(pid) != "t":
            return False
        wait_for(lambda: False, seconds=0.02)
    return True


def test_letting_go_in_a_delay(h):
    """What was asked for happens, but nobody waits for it any more."""
    script = "while ! [ -e go ]; do sleep 0.05; done; cd /; echo went on >&2; exec sleep 100"
    for spec, said in (("delay_enter=100s:error=EIO", b"can't cd"),
                       ("delay_exit=100s:error=EIO", b"can't cd"),
                       ("delay_enter=100s:error=EIO:syscall=getpid", b"can't cd"),
                       ("delay_enter=100s", b"went on")):
        folder, errors = h.folder(), h.file(".stderr")
        target = h.start(["sh", "-c", script], cwd=folder, stderr=open(errors, "wb"))
        tracer = h.attach([target.pid], ["-e", "trace=chdir,wait4", "-e", f"inject=chdir:{spec}"])
        check(wait_for(lambda: tracer_of(target.pid)), "never attached")
        (folder / "go").touch()
        check(wait_for(lambda: is_held(target.pid)), spec, "was not held up")
        check_equal(errors.read_bytes(), b"", spec)
        tracer.send_signal(signal.SIGINT)
        check_equal(tracer.wait(timeout=20), 0, spec)
        check(wait_for(lambda: said in errors.read_bytes()), spec, errors.read_bytes())


def test_killed_in_a_delay(h):
    out = h.file(".trace")
    tracer = h.start(h.command(["-e", "trace=chdir", "-e", "inject=chdir:delay_enter=100s"],
                               ["sh", "-c", "echo $$ >pid; cd /"], out))
    pid = int(wait_for(lambda: (h.tmp / "pid").exists() and (h.tmp / "pid").read_text()) or 0)
    check(pid and wait_for(lambda: is_held(pid)), "was not held up")
    os.kill(pid, signal.SIGKILL)
    check_equal(tracer.wait(timeout=20), -signal.SIGKILL)
    check("+++ killed by SIGKILL +++" in out.read_text(), out.read_text())


def test_descriptors_that_were_not_made(h):
    """A result that was made up must not mislead what -y knows."""
    run = h.trace(["-y", "-e", "trace=openat,dup,read", "-e", "inject=dup:retval=3"],
                  [h.program("tampered"), "dup"])
    check(run.find("dup(4</dev/zero>) = 3</etc/passwd> (INJECTED)"), run.dump())
    check(run.find("read(3</etc/passwd>"), run.dump())


def test_forms_for_programs(h):
    from cases.documents import validate

    specs = ["-e", "trace=chdir", "-e",
             "inject=chdir:error=EIO:poke_exit=@arg1=2f:delay_enter=1:when=2"]
    path = h.tmp / "doc"
    for form in ("json", "jsonl"):
        h.trace(["-f", "--format", form, *specs, "-o", str(path)], [h.program("tampered"), "chdir"])
        validate("document" if form == "json" else "line", path)
        text = path.read_text()
        calls = json.loads(text)["syscalls"] if form == "json" else [
            c for c in map(json.loads, text.splitlines()) if c["type"] == "call"]
        check_equal([(c.get("injected"), c.get("delayed"), c["result"], c.get("error")) for c in calls],
                    [(None, None, 0, None), (["args", "result"], True, -5, "EIO")]
                    + [(None, None, 0, None)] * 4)
