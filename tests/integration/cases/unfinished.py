"""--unfinished: a call that another task interrupts in two lines, as strace has them."""

import re

from harness import check, check_equal, wait_for

HALF = re.compile(r"(\w+)\((.*) <unfinished \.\.\.>$", re.S)
REST = re.compile(r"<\.\.\. (\w+) resumed>(.*) = (.*)$", re.S)


def lines_of(h, options, command, status=0):
    """(task, text) of each line, strace's in renacer's spelling of what is not the matter here."""
    out = h.file(".trace")
    ours = [] if h.engine == "strace" else ["--unfinished"]
    child = h.start(h.command(["-f", *ours, *options], command, out))
    check_equal(child.wait(timeout=60), status)
    found = []
    for line in out.read_text().splitlines():
        m = re.match(r"(?:\[pid +)?(\d+)?\]? *(.*)$", line)
        found.append((m.group(1), re.sub(r"\) +=", ") =", m.group(2))))
    return found


def test_calls_that_wait_until_the_end(h):
    texts = [t for _, t in lines_of(h, [], [h.program("rogue"), "exit"], 7)]
    for half in (r"read\(3,  <unfinished \.\.\.>",
                 r"futex\(0x[0-9a-f]+, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished \.\.\.>",
                 r"<\.\.\. read resumed> <unfinished \.\.\.>\) = \?",
                 r"<\.\.\. futex resumed>\) = \?"):
        check(len([t for t in texts if re.fullmatch(half, t)]) == 1, half, *texts[-20:])


def test_a_wait_that_ends(h):
    lines = lines_of(h, ["-e", "trace=wait4,exit_group"],
                     ["sh", "-c", "sleep 0.2; exit 3"], 3)
    texts = [t for _, t in lines if "wait" in t or "exit_group" in t]
    check(len(texts) >= 4, *texts)
    check_equal(texts[:3], ["wait4(-1,  <unfinished ...>", "exit_group(0) = ?",
                            "<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = "
                            + texts[2].rpartition(" ")[2]])
    check_equal(texts[-1], "exit_group(3) = ?")


def test_halves_belong_together(h):
    """Many tasks at once: each first part has its second, in the same task, and no other call."""
    lines = lines_of(h, [], ["sh", "-c", f"exec {h.program('threads')} 16 200 9>/dev/null"])
    waiting, halves = {}, 0
    for task, text in lines:
        half, rest = HALF.fullmatch(text), REST.match(text)
        if rest and task not in waiting and None in waiting:
            waiting[task] = waiting.pop(None)  # the first task, before there was a second one
        if rest:
            check_equal(waiting.pop(task, None), rest.group(1), task, text)
        else:
            check(task not in waiting, f"{task} is in {waiting.get(task)}", text)
        if half and not rest:
            waiting[task] = half.group(1)
            halves += 1
    check(not waiting, waiting)
    check(halves, "nobody was interrupted")


def test_a_call_shows_while_it_waits(h):
    """Before anything else happens."""
    h.not_for("strace", "about renacer")
    out, there = h.file(".trace"), h.tmp / "there"
    child = h.start([*h.start_of_line(), "--unfinished", "-o", out, "--", "sh", "-c",
                     f"touch {there}; exec sleep 30"])
    check(wait_for(lambda: there.exists()))
    check(wait_for(lambda: re.search(r"\nclock_nanosleep\([^\n]*$", out.read_text())),
          out.read_text()[-300:])
    child.terminate()
    child.wait(timeout=10)
    check(re.search(r"\nclock_nanosleep\([^\n]*\) = [^\n]*\n--- SIGTERM", out.read_text()),
          out.read_text()[-500:])


def test_calls_stay_whole_where_their_end_matters(h):
    h.not_for("strace", "which prints the first part all the same")
    lines = lines_of(h, ["-z"], ["sh", "-c", "sleep 0.1 & wait; exit 3"], 3)
    check(not [t for _, t in lines if "unfinished" in t or "resumed" in t], *lines)
    check([t for _, t in lines if re.match(r"wait4\(-1, \[\{WIFEXITED", t)], *lines[-10:])


def test_other_forms_have_no_halves(h):
    h.not_for("strace", "about renacer")
    done = h.shell("$R --unfinished --format jsonl -- true")
    check_equal((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
