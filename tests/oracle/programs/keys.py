#!/usr/bin/env python3
"""
keys.py STEP... -- COMMAND [ARG...]: the command on a terminal of its own, whose keys are pressed.

A step is `KEYS=>TEXT`: the keys (with \\n, \\x1a, ...), then the text to wait for in what the
command writes from there on. Prints all it wrote, ids of jobs left out, and how it ended.
"""

import os
import pty
import re
import select
import signal
import sys
import termios
import time

SECONDS = 20


def quiet(fd):
    """No echo: it would stand in the output at a place that hangs on the time."""
    mode = termios.tcgetattr(fd)
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(fd, termios.TCSANOW, mode)


def read_until(fd, text):
    seen, end = "", time.monotonic() + SECONDS
    while text not in seen:
        left = end - time.monotonic()
        if left < 0 or not select.select([fd], [], [], left)[0]:
            return seen + f"\n({text!r} does not come)\n"
        try:
            data = os.read(fd, 4096)
        except OSError:
            data = b""
        if not data:
            return seen
        seen += data.decode(errors="replace").replace("\r", "")
    return seen


def main():
    cut = sys.argv.index("--")
    steps, argv = sys.argv[1:cut], sys.argv[cut + 1:]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(PS1="READY> ", TERM="dumb")
        quiet(0)
        os.execvp(argv[0], argv)
    seen = read_until(fd, "READY> ")
    for step in steps:
        keys, text = step.encode().decode("unicode_escape").split("=>")
        os.write(fd, keys.encode())
        seen += read_until(fd, text)
    seen += read_until(fd, "\0")  # to the end: who leaves a terminal waits until all is read
    signal.alarm(SECONDS)
    status = os.waitpid(pid, 0)[1]
    print(re.sub(r"(\[\d\]) \d+$", r"\1 ID", seen, flags=re.M))
    print("status", status)


main()
