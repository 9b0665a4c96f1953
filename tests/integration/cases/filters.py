"""-e, -z, -Z: what is shown. The names themselves are the unit tests' business."""

import re

from harness import check, check_equal

SHELL = ["sh", "-c", "cat /etc/passwd >/dev/null; cat /missing 2>/dev/null; /bin/true"]


def names(h, *options, command=SHELL):
    run = h.trace(["-f", *options], command)
    check(run.stderr == "", run.stderr)
    return run, {l.call for l in run.lines if l.call}


def test_by_name(h):
    run, seen = names(h, "-e", "trace=openat,close")
    check_equal(seen, {"openat", "close"}, run.dump())
    check("+++ exited with 0 +++" in run.trace, run.dump())
    _, seen = names(h, "-e", "openat,close")
    check_equal(seen, {"openat", "close"})


def test_the_last_trace_wins(h):
    _, seen = names(h, "-e", "trace=openat", "-e", "trace=close")
    check_equal(seen, {"close"})


def test_classes(h):
    _, seen = names(h, "-e", "trace=%process")
    check({"execve", "exit_group", "wait4"} <= seen and "read" not in seen, seen)
    _, seen = names(h, "-e", "trace=%memory")
    check({"mmap", "munmap"} <= seen and "openat" not in seen, seen)
    _, exact = names(h, "-e", "trace=%file")
    _, wide = names(h, "-e", "trace=file")
    check("openat" in exact and "read" not in exact, exact)
    check(exact < wide and "read" in wide, wide)


def test_regex(h):
    _, seen = names(h, "-e", "trace=/^(openat|execve)$/")
    check_equal(seen, {"openat", "execve"})


def test_negation(h):
    _, everything = names(h)
    _, seen = names(h, "-e", "trace=!openat,!mmap")
    check_equal(seen, everything - {"openat", "mmap"})
    _, seen = names(h, "-e", "trace=%file,!openat")
    check("openat" not in seen and "execve" in seen, seen)


def test_none_and_all(h):
    run, seen = names(h, "-e", "trace=none")
    check_equal(seen, set(), run.dump())
    check("+++ exited with 0 +++" in run.trace, run.dump())
    _, seen = names(h, "-e", "trace=all")
    check({"openat", "read", "execve"} <= seen, seen)


def test_operators(h):
    _, seen = names(h, "-e", "trace=%file & !openat")
    check("openat" not in seen and "execve" in seen, seen)
    _, seen = names(h, "-e", "trace=(openat | close) & %desc")
    check_equal(seen, {"openat", "close"})


def test_success_and_failure(h):
    run, _ = names(h, "-z", "-e", "trace=openat")
    check(run.calls() and not [l for l in run.calls() if "ENOENT" in l.text], run.dump())
    run, _ = names(h, "-Z", "-e", "trace=openat")
    check([l for l in run.calls() if "/missing" in l.text], run.dump())
    check(not [l for l in run.calls() if " = -" not in l.text], run.dump())
    run, _ = names(h, "-e", "status=failed", "-e", "trace=openat")
    check(run.calls() and not [l for l in run.calls() if " = -" not in l.text], run.dump())
    run, _ = names(h, "-e", "status=successful", "-e", "trace=openat")
    check(run.calls() and not [l for l in run.calls() if " = -" in l.text], run.dump())


def test_filtered_runs_keep_status_and_signals(h):
    run = h.trace(["-f", "-e", "trace=openat"], ["sh", "-c", "kill -TERM $$"])
    check_equal(run.status, -15, run.dump())
    run = h.trace(["-e", "trace=openat"], ["sh", "-c", "cat /etc/hostname >/dev/null; exit 5"])
    check_equal(run.status, 5, run.dump())


def test_untraced_children_work_under_a_filter(h):
    """A seccomp filter left behind in a child that nobody traces makes its calls fail."""
    done = h.shell("$R -e trace=openat,read -o t -- sh -c 'cat /etc/passwd | wc -l; ls / | wc -l'")
    plain = h.shell("sh -c 'cat /etc/passwd | wc -l; ls / | wc -l'")
    check_equal(done.stdout, plain.stdout, done.stderr)
    check_equal(done.returncode, 0)


def test_unknown_name(h):
    run = h.trace(["-e", "trace=opneat"], ["true"])
    check_equal(run.status, 2, run.dump())
    check("opneat" in run.stderr and "openat" in run.stderr, run.stderr)
    check_equal(len(run.stderr.splitlines()), 1, run.stderr)
    run = h.trace(["-e", "trace=%fiel"], ["true"])
    check_equal(run.status, 2, run.dump())
    check("file" in run.stderr, run.stderr)
    run = h.trace(["-e", "trace=/(/"], ["true"])
    check_equal(run.status, 2, run.dump())
    run = h.trace(["-e", "status=odd"], ["true"])
    check_equal(run.status, 2, run.dump())


def test_a_message_is_decoded_though_its_socket_is_filtered_out(h):
    program = ("import socket, struct\n"
               "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\n"
               "s.send(struct.pack('=IHHIIBxHiII', 32, 18, 0x301, 7, 0, 0, 0, 0, 0, 0))\n")
    run = h.trace(["-e", "trace=sendto"], ["/usr/bin/python3", "-c", program])
    check_equal(run.status, 0, run.dump())
    check(run.find("{nlmsg_len=32, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, "
                   "nlmsg_seq=7, nlmsg_pid=0}, {ifi_family=AF_UNSPEC"), run.dump())
    check_equal({l.call for l in run.calls()}, {"sendto"})


def test_a_number_that_was_a_netlink_socket_is_no_longer(h):
    program = ("import socket, struct\n"
               "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\n"
               "n = s.fileno()\n"
               "s.close()\n"
               "t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
               "assert t.fileno() == n\n"
               "t.connect(('127.0.0.1', 9))\n"
               "t.send(struct.pack('=IHHII', 16, 18, 0x301, 7, 0))\n")
    run = h.trace(["-e", "trace=sendto"], ["/usr/bin/python3", "-c", program])
    check_equal(run.status, 0, run.dump())
    check("nlmsg_len" not in run.trace, run.dump())
