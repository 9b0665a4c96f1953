"""At a terminal: keys, the foreground, job control of a shell."""

import os
import pty
import re
import select
import shlex
import signal
import subprocess
import time

from cases.attaching import nginx_server, no_request_failed, wrk_load
from cases.summary import ROW
from harness import check, check_equal, wait_for


class Terminal:
    """A command on a pseudo terminal of its own, whose keys we press."""

    def __init__(self, h, argv):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(h.tmp)
            os.execvp(argv[0], argv)
        self.seen = ""
        self.status = None

    def read(self, seconds=0.05):
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            self.seen += data.decode(errors="replace")

    def until(self, text, seconds=10):
        def there():
            self.read()
            return text in self.seen

        check(wait_for(there, seconds), f"{text!r} does not appear", self.seen[-2000:])

    def press(self, keys):
        os.write(self.fd, keys)

    def wait(self, seconds=15):
        def ended():
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            return pid

        if not wait_for(ended, seconds):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            check(False, "it does not end", self.seen[-2000:])
        self.read()
        os.close(self.fd)
        return self.status


COUNTING = (
    "n=0; trap 'n=$((n+1))' INT; echo up; i=0; "
    "while [ $i -lt 15 ]; do sleep 0.1; i=$((i+1)); done; echo n=$n; exit 4"
)


def test_ctrl_c_is_not_delivered_twice(h):
    term = Terminal(h, h.command(["-f"], ["bash", "-c", COUNTING], h.tmp / "t"))
    term.until("up")
    term.press(b"\x03")
    check_equal(term.wait(), 4, term.seen)
    check("n=1" in term.seen, term.seen)


def test_ctrl_c_ends_the_command_its_own_way(h):
    term = Terminal(h, h.command([], ["sleep", "30"], h.tmp / "t"))
    wait_for(lambda: (h.tmp / "t").exists() and "nanosleep" in (h.tmp / "t").read_text(), 1)
    term.press(b"\x03")
    check_equal(term.wait(), -signal.SIGINT, term.seen)
    text = (h.tmp / "t").read_text()
    check("--- SIGINT {" in text and "+++ killed by SIGINT +++" in text, text[-1000:])


def test_ctrl_c_spares_the_output_pipe(h):
    term = Terminal(h, [h.renacer, "--engine", h.engine, "-o", "|sleep 0.5; cat > t", "--",
                        "bash", "-c", "echo up; sleep 30"])
    term.until("up")
    term.press(b"\x03")
    check_equal(term.wait(), -signal.SIGINT, term.seen)
    text = (h.tmp / "t").read_text()
    check("+++ killed by SIGINT +++" in text, text[-1000:])


def test_ctrl_c_detaches(h):
    target = h.start(["sleep", "30"])
    time.sleep(0.1)
    term = Terminal(h, [h.renacer, "--engine", h.engine, "-o", "t", "-p", str(target.pid)])
    time.sleep(0.7)
    term.press(b"\x03")
    check_equal(term.wait(), 0, term.seen)
    check_equal(target.poll(), None, "the target ended")


def test_the_command_owns_the_terminal(h):
    """It reads keys and sees a terminal on its descriptors."""
    term = Terminal(
        h,
        h.command([], ["bash", "-c", "test -t 0 && test -t 1 && echo tty; read x; echo got $x"],
                  h.tmp / "t"),
    )
    term.until("tty")
    term.press(b"hello\n")
    term.until("got hello")
    check_equal(term.wait(), 0, term.seen)


def test_ctrl_z_in_a_shell(h):
    """Ctrl-Z stops the job, fg lets it run to its end."""
    line = " ".join(h.command(["-o", "t"], ["sleep", "1"]))
    term = Terminal(h, ["bash", "--norc", "--noprofile", "-i"])
    term.press(b"PS1='ready> '\n")
    term.until("ready> ")
    term.press(line.encode() + b"\n")
    time.sleep(0.5)
    term.press(b"\x1a")
    term.until("Stopped")
    term.press(b"fg\n")
    time.sleep(1.2)
    term.press(b"echo status=$?\n")
    term.until("status=0")
    term.press(b"exit\n")
    term.wait()


class Tmux:
    """An interactive shell in a tmux of its own."""

    def __init__(self, h):
        self.argv = [h.tool("tmux"), "-S", str(h.tmp / "tmux"), "-f", "/dev/null"]
        self("new-session", "-d", "-x", "200", "-y", "50", "-c", str(h.tmp),
             "env PS1='ready> ' bash --noprofile --norc -i")

    def __call__(self, *args):
        done = subprocess.run([*self.argv, *args], capture_output=True, text=True, timeout=20,
                              env=dict(os.environ, TERM="xterm"))
        check_equal(done.returncode, 0, args, done.stderr)
        return done.stdout

    def __enter__(self):
        self.until(r"^ready>")
        return self

    def __exit__(self, *_):
        self("kill-server")

    def screen(self):
        return self("capture-pane", "-p", "-S", "-")

    def until(self, pattern, seconds=20):
        check(wait_for(lambda: re.search(pattern, self.screen(), re.M), seconds),
              f"{pattern} does not appear", self.screen())

    def type(self, line):
        self("send-keys", "-l", line)
        self("send-keys", "Enter")


def test_ctrl_c_in_tmux_leaves_the_whole_table(h):
    _, worker, port = nginx_server(h)
    load = wrk_load(h, port, 6)
    with Tmux(h) as tmux:
        tmux.type(shlex.join([*h.start_of_line(), "-c", "-p", str(worker)]))
        time.sleep(2)
        tmux("send-keys", "C-c")
        tmux.until(r"^Elapsed: [\d.]+s \(.* waiting [\d.]+s\)$")
        tmux.type("echo status=$?")
        tmux.until(r"^status=0$")
        text = tmux.screen()
    lines = text.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.endswith("System Call Summary:"))
    end = lines.index("", begin)
    rows = [ROW.match(line) for line in lines[begin + 3:end]]
    check(rows and all(rows), text)
    check({"epoll_wait", "writev"} <= {m[1] for m in rows}, text)
    total = re.match(r"Total: (\d+) calls, (\d+) errors$", lines[end + 1])
    check(total, text)
    check_equal((sum(int(m[2]) for m in rows), sum(int(m[3]) for m in rows)),
                (int(total[1]), int(total[2])), text)
    check("Latency: " in text and "Page faults: " in text, text)
    no_request_failed(load)


def test_a_server_in_the_background_is_stopped_by_ctrl_c(h):
    """The line of the manual, with the `&` that a user types."""
    server = h.tmp / "server"
    server.write_text("#!/bin/sh\ncat /etc/hostname >/dev/null; echo serving; exec sleep 100\n")
    server.chmod(0o755)
    shell = Terminal(h, ["env", "PS1=ready> ", "bash", "--noprofile", "--norc", "-i"])
    shell.until("ready>")
    line = shlex.join([*h.start_of_line(), "-c", "-e", "trace=file", "--", "./server"])
    shell.press(line.encode() + b" &\r")
    shell.until("serving")
    shell.press(b"fg\r")
    shell.until(line + "\r\n")
    time.sleep(0.5)
    shell.press(b"\x03")
    shell.until("Elapsed: ")
    shell.press(b"echo status=$?\r")
    shell.until("status=130")
    shell.press(b"exit\r")
    shell.wait()
    check(re.search(r"^openat +\d+ ", shell.seen, re.M), shell.seen)
    check(re.search(r"^Total: \d+ calls, \d+ errors\r$", shell.seen, re.M), shell.seen)
