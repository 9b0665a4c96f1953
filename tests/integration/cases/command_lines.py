"""Command lines that users have in scripts and notes; pipes and redirections are part of them."""

import json
import os
import re

from harness import check, check_equal

STAND_INS = {
    "trivial_cli": "#!/bin/sh\necho \"Hello, $2!\"\n",
    "myapp": "#!/bin/sh\nfor f in /etc/hostname /etc/passwd /etc/group; do read -r l <$f; done\n",
    "process-mmap": "#!/usr/bin/python3\nimport mmap, sys\n"
    "with open(sys.argv[1]) as f: m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); m.close()\n",
    "cargo": "#!/bin/sh\nread -r l <Cargo.toml; exit 0\n",
}


def line(h, command):
    """As written, with `renacer` in PATH (and the engine under test), in a folder of stand-ins."""
    for name, text in STAND_INS.items():
        path = h.tmp / name
        path.write_text(text)
        path.chmod(0o755)
    (h.tmp / "large-file.dat").write_bytes(b"x" * 100000)
    (h.tmp / "Cargo.toml").write_text("[package]\n")
    wrapper = h.tmp / "renacer"
    wrapper.write_text(f'#!/bin/sh\nexec {h.renacer} --engine {h.engine} "$@"\n')
    wrapper.chmod(0o755)
    return h.shell(f"PATH={h.tmp}:$PATH; set -o pipefail; {command}")


def test_version(h):
    check(re.fullmatch(r"renacer \d+\.\d+\.\d+\n", line(h, "renacer --version").stdout))


def test_a_plain_run(h):
    done = line(h, 'renacer -- ./trivial_cli --name "Alice"')
    check_equal(done.returncode, 0, done.stderr)
    check('write(1, "Hello, Alice!\\n", 14) = 14' in done.stdout, done.stdout[-500:])
    check("Hello, Alice!" in done.stdout.splitlines(), "the command's own output")


def test_one_call_and_head(h):
    done = line(h, "renacer -e 'trace=openat' -- ./myapp | head -50")
    lines = done.stdout.splitlines()
    check(lines and all(re.match(r"openat\(|--- SIG|\+\+\+ ", l) for l in lines), *lines[:5])
    check(any('"/etc/group"' in l for l in lines), *lines)


def test_two_calls(h):
    done = line(h, "renacer -e trace=write,read -- ./trivial_cli")
    calls = {l.split("(")[0] for l in done.stdout.splitlines() if "(" in l}
    check_equal(calls, {"write", "read"})


def test_memory_and_grep(h):
    done = line(
        h,
        "renacer -e 'trace=memory' -- ./process-mmap large-file.dat 2>&1 "
        "| grep -E 'mmap|mprotect|munmap'",
    )
    check_equal(done.returncode, 0)
    check(re.search(r"mmap\(NULL, 100000, PROT_READ, MAP_SHARED, \d+, 0\) = 0x", done.stdout),
          done.stdout[-800:])


def test_a_build_tool_and_grep(h):
    done = line(
        h,
        "renacer -- cargo run --release -- transpile examples/example_stdlib.py 2>&1 "
        '| grep "Cargo.toml"',
    )
    check(re.search(r'openat\(AT_FDCWD, "Cargo.toml", O_RDONLY\) = \d', done.stdout), done.stdout)


def test_json_to_a_file(h):
    done = line(h, 'renacer --format json -- ./trivial_cli --name "Baseline" > golden_rust.json')
    check_equal(done.returncode, 0, done.stderr)
    document = json.loads((h.tmp / "golden_rust.json").read_text())
    check_equal(document["process"]["command"], ["./trivial_cli", "--name", "Baseline"])
    check_equal(document["summary"]["exit_code"], 0)
    check("Hello, Baseline!" in done.stderr, "the command's output went astray")
    check(os.path.getsize(h.tmp / "golden_rust.json") > 1000, "too short")
