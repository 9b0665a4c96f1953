#!/usr/bin/env python3
"""Counts the results of the last `meson test` of a build folder, each TAP subtest as one.

Prints `N passed, N failed[, N skipped]`; exit 1 when something failed or nothing ran.
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

GOOD = {"OK", "EXPECTEDFAIL"}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def subtests(junit):
    """Name of each test that has subtests: [(failed, skipped) of each]."""
    found = {}
    for suite in junit.iter("testsuite"):
        # "project.test" has subtests, "project" gathers the tests without
        project, dot, test = suite.get("name").partition(".")
        if not dot:
            continue
        for case in suite.iter("testcase"):
            failed = case.find("failure") is not None or case.find("error") is not None
            skipped = case.find("skipped") is not None
            found.setdefault(test, []).append((failed, skipped))
    return found


def main():
    logs = pathlib.Path(sys.argv[1]) / "meson-logs"
    try:
        results = [json.loads(line) for line in (logs / "testlog.json").open()]
        # meson copies a failed test's output as it is, terminal escapes and all
        text = (logs / "testlog.junit.xml").read_text(encoding="utf-8", errors="replace")
        with_parts = subtests(ET.fromstring(NOT_XML.sub("?", text).encode()))
    except (OSError, ET.ParseError, ValueError) as e:
        print(f"no test results: {e}", file=sys.stderr)
        results, with_parts = [], {}

    passed = failed = skipped = 0
    for test in results:
        parts = with_parts.get(test["name"], [])
        bad = sum(f for f, _ in parts)
        failed += bad
        skipped += sum(s and not f for f, s in parts)
        passed += sum(not f and not s for f, s in parts)
        if test["result"] in GOOD:
            passed += not parts
        elif test["result"] == "SKIP":
            skipped += not parts
        elif not bad:
            failed += 1  # a crash, a timeout, a TAP plan that does not hold

    line = f"{passed} passed, {failed} failed"
    if skipped:
        line += f", {skipped} skipped"
    print(line)
    return 1 if failed or not passed else 0


sys.exit(main())
