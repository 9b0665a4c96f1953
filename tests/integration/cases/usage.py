"""Options, help, messages; no engine is needed for most of it."""

import re

from harness import check, check_equal


def one_line(run, status=2):
    check_equal(run.status, status, run.dump())
    check_equal(len(run.stderr.splitlines()), 1, run.stderr)
    return run.stderr


def test_version(h):
    run = h.plain(["--version"])
    check(re.fullmatch(r"renacer \d+\.\d+\.\d+\n", run.stdout), run.stdout)
    check_equal((run.status, run.stderr), (0, ""))


def test_help(h):
    run = h.plain(["--help"])
    check_equal((run.status, run.stderr), (0, ""))
    for word in ("--output FILE", "-e, ", "-f, ", "-T, ", "-p, "):
        check(word in run.stdout, word, run.stdout)
    check(len(re.findall(r"^ +renacer ", run.stdout, re.M)) >= 3, "three examples", run.stdout)
    everything = h.plain(["--help-all"])
    check_equal(everything.status, 0)
    for word in ("--engine", "--raw", "--string-limit", "--debug"):
        check(word in everything.stdout, word, everything.stdout)
    run = h.plain(["doctor", "--help"])
    check_equal((run.status, run.stderr), (0, ""))


def test_unknown_option(h):
    text = one_line(h.plain(["--verison"]))
    check("--verison" in text and "--version" in text, text)
    text = one_line(h.plain(["--folow-forks", "ls"]))
    check("--follow-forks" in text, text)
    one_line(h.plain(["-@", "ls"]))


def test_bad_values(h):
    text = one_line(h.plain(["--engine", "bpg", "--", "true"]))
    check("bpf" in text, text)
    one_line(h.plain(["--string-limit", "many", "--", "true"]))
    one_line(h.plain(["--string-limit", "-1", "--", "true"]))
    one_line(h.plain(["-p", "0x", "-o", "/dev/null"]))
    for size in ("0", "127K", "257M", "1G", "-1", "big"):
        check("--buffer-size" in one_line(h.plain(["--buffer-size", size, "--", "true"])), size)
    one_line(h.plain(["-o"]))


def test_nothing_to_do(h):
    run = h.plain([])
    check_equal(run.status, 2, run.dump())
    check(run.stderr and not run.stdout, run.dump())
    one_line(h.plain(["-f"]))


def test_the_habit_of_s_200(h):
    run = h.plain(["-s", "200", "ls"])
    check("--string-limit" in one_line(run), run.stderr)


def test_options_after_the_command_are_its_own(h):
    done = h.shell("$R -o t echo -o x --version -- y; $R -o t -- echo -f")
    check_equal(done.stdout, "-o x --version -- y\n-f\n", done.stderr)


def test_short_options_combine(h):
    run = h.plain(["-fTo", "t", "--", "true"])
    check_equal(run.status, 0, run.dump())
    check(re.search(r"<\d\.\d{6}>$", (h.tmp / "t").read_text(), re.M), "-T is not heard")


def test_long_forms(h):
    run = h.plain(["--output=t", "--expr=trace=execve", "--follow-forks", "--timing", "--", "true"])
    check_equal(run.status, 0, run.dump())
    check((h.tmp / "t").read_text().startswith("execve("), (h.tmp / "t").read_text())


def test_doctor(h):
    run = h.plain(["doctor"])
    check_equal((run.status, run.stderr), (0, ""), run.dump())
    for word in ("bpf", "ptrace"):
        check(word in run.stdout, run.stdout)


def test_a_command_named_like_a_subcommand(h):
    tool = h.tmp / "doctor"
    tool.write_text("#!/bin/sh\necho mine\n")
    tool.chmod(0o755)
    done = h.shell("PATH=$PWD:$PATH $R -o t -- doctor")
    check_equal(done.stdout, "mine\n", done.stderr)


def test_debug_names_the_engine(h):
    run = h.plain(["--debug", "-o", "t", "--", "true"])
    check_equal(run.status, 0, run.dump())
    check("bpf" in run.stderr or "ptrace" in run.stderr, run.stderr)


def test_an_engine_that_only_watches_does_not_inject(h):
    spec = ["-e", "inject=chdir:error=EIO", "-o", "t", "--", "true"]
    run = h.plain(["--engine", "bpf", *spec])
    check_equal(run.status, 2, run.dump())
    check("--engine ptrace" in one_line(run), run.stderr)
    run = h.plain(["--engine", "ptrace", *spec])
    check_equal((run.status, run.stderr), (0, ""), run.dump())
    run = h.plain(["--debug", *spec])
    check_equal(run.status, 0, run.dump())
    check("engine ptrace" in run.stderr and "inject=" in run.stderr, run.stderr)


def test_an_injection_into_nothing_is_noted(h):
    spec = ["-e", "trace=openat", "-e", "inject=chdir:error=EIO", "-o", "t", "--", "true"]
    check("none of these calls is traced" in one_line(h.plain(spec), 0), "no note")
    check_equal(h.plain(["-q", *spec]).stderr, "")


def test_bad_injections(h):
    for spec, word in (("inject=chdir:eror=EIO", "'error='"), ("inject=chdirr:error=EIO", "'chdir'"),
                       ("fault=chdir:error=EI", "'EIO'"), ("inject=chdir", "retval="),
                       ("fault=chdir:when=x", "FIRST[..LAST][+[STEP]]")):
        run = h.plain(["-e", spec, "--", "true"])
        check_equal(run.status, 2, run.dump())
        check(word in one_line(run), spec, run.stderr)


def test_script_as_command(h):
    """A file without #! is run by execvp's callers through sh; with #! by the kernel."""
    script = h.tmp / "s"
    script.write_text("#!/bin/sh\nexit 3\n")
    script.chmod(0o755)
    run = h.plain(["-o", "t", "--", "./s"])
    check_equal(run.status, 3, run.dump())


def test_a_buffer_for_an_engine_that_has_none(h):
    options = ["--engine", "ptrace", "--buffer-size", "1M", "-o", "/dev/null"]
    check("--buffer-size has no effect" in one_line(h.plain([*options, "--", "true"]), status=0))
    run = h.plain(["-q", *options, "--", "true"])
    check_equal((run.status, run.stderr), (0, ""))
