"""The same program under both engines gives the same calls, arguments and results."""

from harness import check, check_equal, differences, normal


def compare(bpf, ptrace, command, options=("-f",)):
    runs = [h.trace(list(options), command) for h in (bpf, ptrace)]
    check_equal(runs[0].status, runs[1].status, *[r.dump() for r in runs])
    one, two = (normal(r) for r in runs)
    problems = []
    for task in {**one, **two}:
        problems += differences(task, one.get(task, []), two.get(task, []))
    check(not problems, "--- bpf, +++ ptrace", *problems)


def test_true(bpf, ptrace):
    compare(bpf, ptrace, ["/bin/true"])


def test_ls(bpf, ptrace):
    compare(bpf, ptrace, ["ls", "-l", "/etc"])


def test_cat(bpf, ptrace):
    compare(bpf, ptrace, ["cat", "/etc/passwd", "/missing"])


def test_python(bpf, ptrace):
    # how much memory it takes, and when, is a matter of hashes and addresses
    compare(bpf, ptrace, ["/usr/bin/python3", "-S", "-E", "-c", "import json, socket"],
            options=["-f", "-e", "trace=!mmap,!munmap,!brk"])


def test_find(bpf, ptrace):
    compare(bpf, ptrace, ["find", "/usr/share/doc", "-name", "*.gz", "-newer", "/etc"])


def test_shell_children(bpf, ptrace):
    # the sleeps let the shell be waiting by the time a child ends
    compare(bpf, ptrace, ["sh", "-c", "sleep 0.1; (sleep 0.1; exit 3); sleep 0.1"])


def test_paths(bpf, ptrace):
    compare(bpf, ptrace, ["ls", "-l", "/usr/bin/env"], options=["-y"])


def test_filtered(bpf, ptrace):
    compare(bpf, ptrace, ["ls", "/etc"], options=["-e", "trace=%file,close"])


def test_failures_only(bpf, ptrace):
    compare(bpf, ptrace, ["ls", "/etc", "/missing"], options=["-Z"])


def test_raw(bpf, ptrace):
    compare(bpf, ptrace, ["/bin/true"], options=["--raw", "-e", "trace=!brk"])


def test_a_signal_death(bpf, ptrace):
    # of the call by which a task kills itself by SIGKILL, ptrace sees no end
    for name in ("SEGV", "TERM", "HUP"):
        compare(bpf, ptrace, ["sh", "-c", f"kill -{name} $$"])
