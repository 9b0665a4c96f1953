"""
A program per family of calls: good, bad, truncated and hostile arguments, and the lines that must
appear. With strace as the engine the expectations themselves are judged.
"""


def test_clock(h):
    h.agrees("calls_clock")
