"""What happens when the reader cannot keep up: nothing is missing that is not said to be."""

import collections
import json
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


SMALLEST = ["--buffer-size", "128K"]
FLOOD = 200000  # calls of each thread: hundreds of times what the smallest ring holds
NR_THREADS = (1, 4, 8)


def flood(h, options, nr, *args, nr_calls=FLOOD):
    return h.trace(["-f", *options], [h.program("flood"), str(nr), str(nr_calls), *args], timeout=120)


def lost_by_note(run):
    return count(run.stderr, r"(\d+) events? (?:was|were) lost")


def test_text_tells_each_call_or_counts_it_as_lost(h):
    for nr in NR_THREADS:
        run = flood(h, [*SMALLEST, "-e", "trace=getppid"], nr)
        check_equal(run.status, 0, run.stderr)
        shown, lost = len(run.calls("getppid")), count(run.trace, r"!!! (\d+) events lost on CPU \d+ within \d+\.\d+ s")
        check_equal(shown + lost, nr * FLOOD, f"{nr} threads: {shown} shown, {lost} lost")
        check_equal(lost_by_note(run), lost, "the note at the end")
        check(lost > 0, f"{nr} threads did not outrun the smallest ring")


def test_json_tells_each_call_or_counts_it_as_lost(h):
    for nr in NR_THREADS:
        run = flood(h, [*SMALLEST, "--format", "json", "-e", "trace=getppid"], nr)
        document = json.loads(run.trace)
        shown, lost = len(document["syscalls"]), document["lost_events"]
        check_equal(shown + lost, nr * FLOOD, f"{nr} threads: {shown} shown, {lost} lost")
        check_equal(document["statistics"]["total_syscalls"], shown)
        check_equal(lost_by_note(run), lost, "the note at the end")
        check(lost > 0, f"{nr} threads did not outrun the smallest ring")
        began = document["process"]["start_time_nanos"]
        ended = began + document["statistics"]["total_duration_nanos"]
        check(began <= document["lost_from_nanos"] < document["lost_until_nanos"] <= ended,
              document["lost_from_nanos"], document["lost_until_nanos"], began, ended)


def test_jsonl_tells_each_event_or_counts_it_as_lost(h):
    for nr in NR_THREADS:
        # here threads begin and end while others make calls, so these events are lost as well
        run = h.trace(["-f", *SMALLEST, "--format", "jsonl", "-e", "trace=getppid"],
                      [h.program("calls"), "threads", str(FLOOD), str(nr)], timeout=120)
        lines = [json.loads(line) for line in run.trace.splitlines()]
        shown = collections.Counter(line["type"] for line in lines)
        losses = [line for line in lines if line["type"] == "lost"]
        lost = sum(line["count"] for line in losses)
        told = shown.total() - shown["header"] - shown["lost"]
        events = nr * FLOOD + 1 + nr + (nr + 1)  # calls, exec, forks, exits
        check_equal(told + lost, events, f"{nr} threads: {shown}, {lost} lost")
        check(lost > 0, f"{nr} threads did not outrun the smallest ring")
        for line in losses:
            check(0 < line["from_nanos"] <= line["timestamp_nanos"] and line["cpu"] >= 0, line)


def test_a_call_with_an_entry_of_its_own_is_lost_once(h):
    # a path is copied at entry, into a record of its own
    options, name = [*SMALLEST, "-e", "trace=access"], "/no/such/file"
    others = len(flood(h, options, 1, name, nr_calls=0).calls("access"))  # the loader's
    run = flood(h, options, 4, name, nr_calls=50000)
    shown, lost = run.calls("access"), count(run.trace, r"!!! (\d+) events lost")
    check_equal(len(shown) + lost, others + 4 * 50000, f"{len(shown)} shown, {lost} lost")
    check(lost > 0, "the smallest ring held all")
    odd = [l for l in shown if not re.match(r'access\("/[^"]+", R_OK\) = -2 ', l.text)]
    check(not odd, "a call whose entry found no room was shown in part", *odd[:3])


def test_an_output_that_stalls_loses_nothing(h):
    # at a pace that any build can follow; what comes in three seconds is many times what the rings hold
    output = h.file(".jsonl")
    run = h.shell(f"$R -f --buffer-size 512K --format jsonl -e trace=getppid -o '|sleep 3; cat >{output}' -- "
                  f"{h.program('flood')} 2 40000 - 10", timeout=120)
    check_equal((run.returncode, run.stderr), (0, ""))
    with open(output, encoding="utf-8") as f:
        shown = sum('"name":"getppid"' in line for line in f)
    check_equal(shown, 2 * 40000)


def test_a_larger_ring_holds_more(h):
    run = flood(h, ["--buffer-size", "128M", "-e", "trace=getppid"], 2)
    check_equal((run.stderr, len(run.calls("getppid"))), ("", 2 * FLOOD))
