"""Programs that know what must be shown of them."""

from harness import check, check_equal


def test_file_calls(h):
    h.agrees("file_calls")


def test_fork_tree(h):
    h.agrees("fork_tree", status=3)


def test_vfork_exec(h):
    h.agrees("vfork_exec")


def test_threads(h):
    h.agrees("threads")


def test_threads_without_f(h):
    h.not_for("strace", "strace leaves out threads without -f")
    h.agrees("threads", options=[])


def test_exec_from_a_thread(h):
    h.agrees("exec_thread", status=6)


def test_own_seccomp_filter(h):
    h.agrees("own_filter", status=5)
    if h.engine != "strace":
        # with a filter of ours beside it: not taken for ours
        run = h.trace(["-f", "-e", "trace=getpgrp"], [h.program("own_filter"), "unnoted"])
        check_equal(run.status, 5, run.dump())
        check(run.find("getpgrp() = -38 ENOSYS (Function not implemented)"), run.dump())
        check_equal(h.trace(["-f", "-e", "trace=openat"], [h.program("own_filter"), "unnoted"]).status, 5)


def test_handlers_run(h):
    h.agrees("signals", status=3)


def test_ignored_signal(h):
    h.agrees("signals", args=["ignored"], status=3)


def test_signal_storm(h):
    run = h.expecting("storm", args=["1000"], timeout=120)
    for note in run.notes.splitlines():
        name, handled = note.split()
        shown = len([l for l in run.lines if l.text.startswith(f"--- {name}")])
        check_equal(shown, int(handled), f"deliveries of {name}")
    returns = len(run.calls("rt_sigreturn"))
    check_equal(returns, sum(int(n.split()[1]) for n in run.notes.splitlines()), "rt_sigreturn")


def test_32_bit_program(h):
    run = h.agrees("compat32", status=4)
    if h.engine != "strace":
        calls = [l for l in run.lines[1:] if l.call]
        check(all(l.abi == "i386" for l in calls), "calls without a mark", *calls[:20])


def test_hostile_arguments(h):
    run = h.agrees("hostile")
    check(run.find('chdir("/hostile/survived")'), "the program did not come to its end", run.dump())
    check("runtime error" not in run.stderr and "Sanitizer" not in run.stderr, run.stderr)
