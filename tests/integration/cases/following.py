"""-f and what stays untraced without it."""

import re

from harness import check, check_equal, wait_for


def test_children_are_not_traced_without_f(h):
    run = h.expecting("fork_tree", options=[], status=3)
    check(not run.find("/first"), "a child's call is in the trace", run.dump())
    check_equal(len(run.calls("fork")), 2, run.dump())
    check_equal(len(run.calls("wait4")), 2, run.dump())
    check(not run.find("[pid "), "a prefix although there is one task only", run.dump())
    check("+++ exited with 3 +++" in run.trace, run.dump())


def test_prefix_comes_with_the_second_task(h):
    run = h.trace(["-f"], ["sh", "-c", "true; /bin/true; exit 0"])
    prefixes = [l.tid is not None for l in run.lines]
    check(not prefixes[0] and any(prefixes), run.dump())
    first = prefixes.index(True)
    fork = [i for i, l in enumerate(run.lines) if l.call in ("fork", "vfork", "clone", "clone3")]
    check(fork and first <= fork[0] + 1, "no prefix after the fork", run.dump())


def test_each_call_of_each_child(h):
    """1,000 short children: none lost, each with its exit."""
    run = h.trace(
        ["-f", "-e", "trace=execve,exit_group,chdir"],
        ["bash", "-c", "for ((i = 0; i < 1000; i++)); do (cd /nowhere$i); done 2>/dev/null; true"],
        timeout=120,
    )
    check_equal(run.status, 0, run.dump()[:2000])
    paths = set(re.findall(r'chdir\("/nowhere(\d+)"\)', run.trace))
    check_equal(len(paths), 1000)
    check_equal(len(run.calls("exit_group")), 1001)
    check_equal(len([l for l in run.lines if l.text == "+++ exited with 1 +++"]), 1000)


def test_grandchild_outlives_the_command(h):
    """The run ends when the last traced task ends; the status is the command's own."""
    run = h.trace(["-f"], ["sh", "-c", "(sleep 0.3; cd /later) & exit 4"])
    check_equal(run.status, 4, run.dump())
    check(run.find('chdir("/later")'), "the grandchild's calls are missing", run.dump())


def test_lines_are_whole(h):
    """Many writers, and every line still begins and ends as one must."""
    run = h.trace(["-f"], [h.program("threads"), "16", "200"], pass_fds=())
    shape = re.compile(
        r"^(\[pid +\d+\] )?(\w+\(.*\) = (-?\w+|\?).*|\+\+\+ .* \+\+\+|--- .* ---|\[.*\]|"
        r"\w+\(.*\) += \?.*)$"
    )
    bad = [l for l in run.lines if not shape.match(l.whole)]
    check(not bad, *bad[:10])


def test_many_threads_under_load(h):
    run = h.expecting("threads", args=["64", "200"], options=[])
    check_equal(len(run.find('chdir("/thread/')), 64 * 200)


def test_a_crowd_of_threads_starves_none(h):
    """The thread that ends the process is the one at the end of the kernel's list."""
    run = h.trace(["-f"], [h.program("crowd"), "1000"], timeout=30)
    check_equal(run.status, 7, run.dump())
    check_equal(len(run.find("+++ exited with 7 +++")), 1001, run.dump())


def test_a_chain_of_execs(h):
    script = h.tmp / "chain"
    script.write_text('[ $1 = 0 ] && exit 5; exec /bin/sh "$0" $(($1 - 1))\n')
    run = h.trace(["-e", "trace=execve"], ["/bin/sh", str(script), "200"])
    check_equal(run.status, 5, run.dump())
    check_equal(len(run.calls("execve")), 201, run.dump())
