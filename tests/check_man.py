#!/usr/bin/env python3
"""Every command has a man page, and the page names each of its options.

usage: check_man.py RENACER MAN_DIR
"""
import os
import re
import subprocess
import sys

renacer, man_dir = sys.argv[1:3]
failures = 0


def output(*args):
    return subprocess.run([renacer, *args], check=True, capture_output=True, text=True).stdout


def options(help_text):
    for line in help_text.splitlines():
        match = re.match(r"  (?:-(\w))?(?:, |    )?(?:--([\w-]+))?", line)
        if match and (match[1] or match[2]):
            yield f"-{match[1]}" if match[1] else f"--{match[2]}"
            if match[2]:
                yield f"--{match[2]}"


def check(page, help_text):
    global failures
    path = os.path.join(man_dir, page + ".1")
    if not os.path.exists(path):
        print(f"{page}.1 is missing")
        failures += 1
        return
    text = open(path, encoding="utf-8").read().replace("\\-", "-")
    found = list(options(help_text))
    if not found:
        print(f"no option found in the help for {page}: this check reads it wrongly")
        failures += 1
    for option in found:
        if not re.search(r"(?<![\w-])" + re.escape(option) + r"(?![\w-])", text):
            print(f"{page}.1 does not name {option}")
            failures += 1


main = output("--help-all")
check("renacer", main)
section = main.split("Subcommands:\n")[1].split("\n\n")[0]
names = [line.split()[0] for line in section.splitlines()]
for name in names:
    check(f"renacer-{name}", output(name, "--help"))
print(f"{1 + len(names)} pages, {failures} failures")
sys.exit(failures > 0)
