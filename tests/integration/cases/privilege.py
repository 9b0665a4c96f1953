"""What an ordinary user gets; needs root to become one."""

import os
import re
import shutil
import subprocess

from harness import Skip, check, check_equal

NOBODY = 65534


def as_nobody(h):
    if os.geteuid() != 0:
        raise Skip("needs root to become another user")
    os.chmod(h.tmp, 0o777)
    copy = h.tmp / "renacer"
    shutil.copy(h.renacer, copy)
    copy.chmod(0o755)
    h.renacer = str(copy)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def test_auto_falls_back_to_ptrace(h):
    user = as_nobody(h)
    run = h.plain(["--debug", "-f", "-o", "t", "--", "sh", "-c", "/bin/true; exit 3"], **user)
    check_equal(run.status, 3, run.dump())
    text = (h.tmp / "t").read_text()
    check("+++ exited with 3 +++" in text and "execve(" in text, text[-500:])
    check("ptrace" in run.stderr, run.stderr)


def test_filter_as_a_user(h):
    user = as_nobody(h)
    run = h.plain(["-f", "-e", "trace=openat", "-o", "t", "--", "sh", "-c", "cat /etc/passwd"],
                  **user)
    check_equal(run.status, 0, run.dump())
    calls = re.findall(r"^(?:\[pid +\d+\] )?(\w+)\(", (h.tmp / "t").read_text(), re.M)
    check_equal(set(calls), {"openat"})


def test_bpf_refuses_with_a_reason(h):
    user = as_nobody(h)
    run = h.plain(["--engine", "bpf", "-o", "t", "--", "true"], **user)
    check_equal(run.status, 1, run.dump())
    check("not permitted" in run.stderr or "ermission" in run.stderr, run.stderr)
    check("sudo" in run.stderr or "setcap" in run.stderr, "no remedy", run.stderr)


def test_bpf_with_two_capabilities(h):
    """CAP_BPF and CAP_PERFMON are enough for the eBPF engine; root is not needed."""
    as_nobody(h)
    caps = "-all,+bpf,+perfmon"
    command = [h.tool("setpriv"), "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
               f"--inh-caps={caps}", f"--ambient-caps={caps}", f"--bounding-set={caps}"]
    done = subprocess.run(
        [*command, h.renacer, "--engine", "bpf", "-f", "-o", "t", "--", "sh", "-c", "/bin/true; exit 3"],
        capture_output=True, text=True, cwd=h.tmp, timeout=60)
    check_equal(done.returncode, 3, done.stderr)
    text = (h.tmp / "t").read_text()
    check("+++ exited with 3 +++" in text and 'execve("/bin/true"' in text, text[-500:])


def test_attach_to_a_process_of_another_user(h):
    user = as_nobody(h)
    target = h.start(["sleep", "30"])
    run = h.plain(["-p", str(target.pid), "-o", "t"], **user)
    check_equal(run.status, 1, run.dump())
    check("Operation not permitted" in run.stderr, run.stderr)
    check("sudo" in run.stderr, "no remedy", run.stderr)
    check_equal(target.poll(), None)


def test_a_launched_command_under_ptrace_and_sigkill(h):
    """With a seccomp filter of renacer's the command ends with it; without it runs on."""
    user = as_nobody(h)
    script = f"{h.renacer} -f -o t -- sh -c 'echo up; sleep 0.5; touch survived' & " \
        "while ! grep -q '\"up' t 2>/dev/null; do sleep 0.05; done; kill -KILL $!; sleep 1"
    h.shell(script, **user)
    check((h.tmp / "survived").exists(), "the command died with renacer")
