"""
A program per family of calls: good, bad, truncated and hostile arguments, and the lines that must
appear. With strace as the engine the expectations themselves are judged.
"""


def test_clock(h):
    h.agrees("calls_clock")


def test_process(h):
    h.agrees("calls_process")


def test_memory(h):
    h.agrees("calls_memory")


def test_system(h):
    h.agrees("calls_system")


def test_files(h):
    h.agrees("calls_files")


def test_files_verbose(h):
    h.agrees("calls_files", args=["verbose"], options=["-f", "-v"])


def test_ioctl(h):
    h.agrees("calls_ioctl")


def test_net(h):
    h.agrees("calls_net")
