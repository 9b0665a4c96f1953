"""--cgroup: every task in a folder of a cgroup v2 file system, however it came there."""

import os
import pathlib
import signal
import time

from harness import Skip, check, check_equal


class Folder:
    """A cgroup of our own, with one below it."""

    def __init__(self, h):
        for line in pathlib.Path("/proc/mounts").read_text().splitlines():
            _, where, kind = line.split()[:3]
            if kind == "cgroup2":
                break
        else:
            raise Skip("no cgroup v2 file system is mounted")
        self.path = pathlib.Path(where) / f"renacer-test-{os.getpid()}-{h.engine}"
        self.below = self.path / "below"
        try:
            self.path.mkdir()
            self.below.mkdir()
        except OSError as e:
            raise Skip(f"cannot make a cgroup: {e}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for _ in range(50):
            try:
                self.below.rmdir()
                self.path.rmdir()
                return
            except OSError:
                time.sleep(0.1)


def moved(folder, script):
    return ["bash", "-c", f"exec > /dev/null; echo $BASHPID > {folder}/cgroup.procs; {script}"]


def wait_for(condition, what):
    for _ in range(100):
        if condition():
            return
        time.sleep(0.1)
    check(False, what)


def watch(h, folder, *options):
    """Starts it; waits until it sees calls."""
    output = h.file(".trace")
    tracer = h.start([*h.start_of_line(), "--cgroup", folder.path, "-o", output, *options])
    wait_for(lambda: output.exists(), "no trace")
    return tracer, output


def end(tracer):
    tracer.send_signal(signal.SIGINT)
    check_equal(tracer.wait(timeout=30), 0)


def test_tasks_that_are_there_and_that_come(h):
    h.not_for("ptrace", "watches no cgroups")
    with Folder(h) as folder:
        here = h.start(moved(folder.path, "while :; do read -t 0.1 < /dev/zero; done"))
        wait_for(lambda: str(here.pid) in (folder.path / "cgroup.procs").read_text(), "not moved")
        tracer, output = watch(h, folder, "-e", "trace=openat,execve")
        wait_for(lambda: "/dev/zero" in output.read_text(), "the task that was there")
        come = h.start(moved(folder.below, "cat /etc/hostname; true"))
        come.wait()
        h.start(["grep", "-q", "root", "/etc/passwd"]).wait()
        wait_for(lambda: "/etc/hostname" in output.read_text(), "the task that came")
        end(tracer)
        trace = output.read_text()
        check("/etc/passwd" not in trace, trace[-2000:])
        check('execve("/usr/bin/cat", ["cat", "/etc/hostname"]' in trace, trace[-2000:])
        check(here.poll() is None, "it did not run on")
        here.kill()
        here.wait()


def test_a_task_that_leaves_is_let_go(h):
    h.not_for("ptrace", "watches no cgroups")
    with Folder(h) as folder:
        tracer, output = watch(h, folder, "-e", "trace=openat")
        leave = f"echo $BASHPID > {folder.path.parent}/cgroup.procs"
        script = f"cat /etc/hostname; {leave}; cat /etc/passwd"

        def is_seen():  # it may take a while until the tracer is there
            h.start(moved(folder.path, script)).wait()
            return "/etc/hostname" in output.read_text()

        wait_for(is_seen, "nothing of it")
        end(tracer)
        check("/etc/passwd" not in output.read_text(), output.read_text()[-2000:])


def test_what_it_cannot_do(h):
    run = h.trace(["--cgroup", "/proc/self"], [])
    check(run.status and len(run.stderr.splitlines()) == 1, run.dump())
    check(("is no folder of a cgroup v2" if h.engine == "bpf" else "use --engine bpf") in run.stderr,
          run.stderr)
    run = h.trace(["--cgroup", "/"], ["true"])
    check_equal(run.status, 2, run.dump())
