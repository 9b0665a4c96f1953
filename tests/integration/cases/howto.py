"""docs/howto.md keeps its word: each block of it is run and compared."""

import pathlib
import re

from harness import check

TOP = pathlib.Path(__file__).parent.parent.parent.parent
PROMPT = "$ "


def steps():
    """(heading, [(command, expected lines)]) of each block."""
    heading, block = "", None
    for line in (TOP / "docs" / "howto.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
        if line == "```console":
            block = []
        elif line == "```":
            yield heading, block
            block = None
        elif block is not None and line.startswith(PROMPT):
            block.append((line[len(PROMPT):], []))
        elif block is not None:
            block[-1][1].append(line)


def pattern(lines):
    """A line of only … is any number of lines; … in a line is any text."""
    regex = ""
    for line in lines:
        if line == "…":
            regex += r"(?:.*\n)*?"
        else:
            regex += ".*".join(re.escape(part) for part in line.split("…")) + "\n"
    return re.compile(regex)


def run_block(h, block):
    for command, expected in block:
        # only one engine changes calls, and is found without being named
        engine = h.renacer if "inject=" in command else "$R"
        script = (
            f'renacer() {{ case $1 in doctor|export|info|query|show|stats) {h.renacer} "$@" ;;'
            f' record) shift; {h.renacer} record --engine {h.engine} "$@" ;;'
            f' *) {engine} "$@" ;; esac; }}; export -f renacer\n{command}'
        )
        # timeout starts a program, not a function
        script = script.replace("timeout -s INT 0.5 renacer", "timeout -s INT 0.5 $R")
        done = h.shell(script + " 2>&1" if "renacer:" in "".join(expected) else script)
        check(pattern(expected).fullmatch(done.stdout), command, "--- must print",
              *expected, "--- printed", done.stdout[-3000:], done.stderr[-500:])


def add_tests():
    for number, (heading, block) in enumerate(steps(), 1):
        name = re.sub(r"\W+", "_", heading.lower()).strip("_")
        globals()[f"test_{number:02}_{name}"] = lambda h, block=block: run_block(h, block)


add_tests()
check(len([n for n in globals() if n.startswith("test_")]) > 10, "howto.md was not read")
