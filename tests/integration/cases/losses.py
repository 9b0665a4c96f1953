"""What happens when the reader cannot keep up: nothing is missing that is not said to be."""

import re
import signal
import subprocess

from harness import check, check_equal, children_of, state, wait_for

CALLS = 2000000  # many times what a ring holds, and more than a second


def count(text, pattern):
    return sum(int(n) for n in re.findall(pattern, text))


def test_a_stopped_reader_loses_and_says_exactly_how_much(h):
    output, errors = h.file(".trace"), h.file(".stderr")
    with open(errors, "wb") as f:
        tracer = h.start(
            h.command(["-e", "trace=getppid"], [h.program("calls"), "getppid", str(CALLS)], output),
            stderr=f, stdout=subprocess.DEVNULL,
        )
    check(wait_for(lambda: output.exists() and output.stat().st_size), "no call was shown")
    tracer.send_signal(signal.SIGSTOP)
    command = children_of(tracer.pid)
    check(wait_for(lambda: all(state(pid) in (None, "Z") for pid in command), seconds=30),
          "the command did not end while the tracer stood still")
    tracer.send_signal(signal.SIGCONT)
    check_equal(tracer.wait(timeout=30), 0)
    text = output.read_text()
    shown = len(re.findall(r"^getppid\(\)", text, re.M))
    lost = count(text, r"!!! (\d+) events lost on CPU \d+ within ")
    check(lost > 0, "the ring did not overflow")
    check_equal(shown + lost, CALLS, "shown and lost")
    check_equal(count(errors.read_text(), r"(\d+) events? (?:was|were) lost"), lost, "the note at the end")


def test_a_busy_reader_loses_nothing(h):
    run = h.trace(["-f", "--format", "json"], [h.program("threads"), "8", "2000"], timeout=100)
    check("lost_events\":0" in run.trace.replace(" ", ""), run.stderr)
