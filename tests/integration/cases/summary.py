"""-c: what was counted, and the forms it is shown in."""

import csv
import io
import json
import math
import os
import pty
import re
import signal
import subprocess
import time

from cases.documents import validate
from harness import Skip, check, check_equal, wait_for

ROW = re.compile(r"^(\S+) +(\d+) +(\d+) +([\d.]+)ms +([\d.]+)ms +(-|[\d.]+ms) +(-|[\d.]+ms) +(-|[\d.]+ms)$")

PYTHON = "import os, sys\nfor i in range(50): os.path.exists('/none/%d' % i)\nprint(sum(range(9)))"


def rows(text):
    """{name: (calls, errors)} of the usual table."""
    found = [ROW.match(line) for line in text.splitlines()]
    return {m[1]: (int(m[2]), int(m[3])) for m in found if m}


def strace_rows(text):
    """{name: (calls, errors)} of strace's, without the sum."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) in (5, 6) and re.match(r"[\d.]+$", words[0]) and words[-1] != "total":
            found[words[-1]] = (int(words[3]), int(words[4]) if len(words) == 6 else 0)
    return found


def document(h, options, command, **kw):
    run = h.trace([*options, "--format", "json"], command, **kw)
    path = h.file(".json")
    path.write_text(run.trace)
    validate("document", path)
    return json.loads(run.trace)


# -- counts


def same_as_strace(h, command, chance=()):
    """Chance has a part in what a program does (signals, races): three tries."""
    strace = h.tool("strace")
    for _ in range(3):
        out = h.file(".strace")
        subprocess.run(
            [strace, "-c", "-f", "-o", out, *command], cwd=h.tmp, capture_output=True, timeout=60
        )
        theirs = strace_rows(out.read_text())
        ours = rows(h.trace(["-c", "-f"], command).trace)
        for name in chance:
            ours.pop(name, None), theirs.pop(name, None)
        if ours == theirs and theirs:
            return
    names = set(ours) | set(theirs)
    wrong = {n: (ours.get(n), theirs.get(n)) for n in names if ours.get(n) != theirs.get(n)}
    check(False, f"{command}: ours and strace's differ: {wrong}")


def test_counts_of_ls_are_straces(h):
    same_as_strace(h, ["ls", "-l", "/usr/bin"])


def test_counts_of_find_are_straces(h):
    same_as_strace(h, ["find", "/etc", "-name", "*.conf"])


def test_counts_of_python_are_straces(h):
    same_as_strace(h, ["/usr/bin/python3", "-S", "-c", PYTHON])


def test_counts_of_a_pipeline_are_straces(h):
    same_as_strace(h, ["sh", "-c", "cat /etc/passwd | sort | uniq -c | tail -n 2"],
                   ["rt_sigreturn", "wait4"])  # the shell may get one signal for two children


def test_counts_of_git_are_straces(h):
    git = h.tool("git")
    subprocess.run([git, "init", "-q", h.tmp / "r"], check=True)
    (h.tmp / "r" / "f").write_text("x")
    same_as_strace(h, [git, "-C", str(h.tmp / "r"), "-c", "core.untrackedCache=false", "status", "--short"])


def test_counts_are_exact_for_a_storm_of_calls(h):
    nr = 1000000 if h.engine == "bpf" else 5000
    doc = document(h, ["-c", "-f"], [h.program("calls"), "getppid", str(nr)])
    check_equal({r["name"]: r["calls"] for r in doc["syscalls"]}["getppid"], nr)
    check_equal(doc["lost_events"], 0)


def test_counts_are_exact_for_many_threads(h):
    nr = 300000 if h.engine == "bpf" else 500
    doc = document(h, ["-c", "-e", "getppid"], [h.program("calls"), "threads", str(nr), "8"])
    check_equal([(r["name"], r["calls"], r["errors"]) for r in doc["syscalls"]], [("getppid", 8 * nr, 0)])
    check_equal(doc["lost_events"], 0)


def test_only_traced_tasks_are_counted_while_others_come_and_go(h):
    script = "i=0; while [ $i -lt 60 ]; do /bin/true; i=$((i+1)); done"
    names = "trace=execve,vfork,openat"
    once = rows(h.trace(["-c", "-e", "trace=openat"], ["/bin/true"]).trace)["openat"][0]
    alone = rows(h.trace(["-c", "-e", names], ["sh", "-c", script]).trace)
    check_equal((alone["execve"][0], alone["vfork"][0]), (1, 60), alone)
    every = rows(h.trace(["-c", "-f", "-e", names], ["sh", "-c", script]).trace)
    check_equal((every["execve"][0], every["vfork"][0]), (61, 60), every)
    check_equal(every["openat"][0], alone["openat"][0] + 60 * once)


def test_calls_that_wait_are_counted_with_their_time(h):
    nr = 20000 if h.engine == "bpf" else 300
    pipe = f"dd if=/dev/zero bs=1 count={nr} 2>/dev/null | dd bs=1 of=out 2>/dev/null; sleep 0.05"
    doc = document(h, ["-c", "-f"], ["sh", "-c", pipe], cwd=h.tmp)
    table = {r["name"]: r for r in doc["syscalls"]}
    check(2 * nr <= table["write"]["calls"] <= 2 * nr + 10, table["write"])
    check(2 * nr <= table["write"]["bytes"] <= 2 * nr + 500, table["write"])
    check(table["clock_nanosleep"]["duration_ns"] >= 50e6, table["clock_nanosleep"])
    check(table["wait4"]["max_ns"] >= 50e6, table["wait4"])


def test_32_bit_calls_are_in_the_same_rows(h):
    program = h.program("compat32")
    lines = h.trace(["-f"], [program])
    counted = rows(h.trace(["-c", "-f"], [program]).trace)
    for name, (calls, errors) in counted.items():
        # a call without a result is no call that returned
        wanted = [l for l in lines.calls(name) if not re.search(r" = \?( |$)", l.text)]
        check_equal(calls, len(wanted), name)
        check_equal(errors, len([l for l in wanted if re.search(r" = -\d+ E", l.text)]), name)


# -- times


def nearest_rank(times, q):
    return sorted(times)[max(math.ceil(q * len(times) - 1e-9), 1) - 1]


def near(got, wanted, what):
    check(abs(got - wanted) <= wanted * 0.01 + 1e-9, f"{what}: {got}, wanted {wanted}")


def test_rows_are_those_of_the_calls_in_the_same_document(h):
    doc = document(h, ["-C", "-f"], ["sh", "-c", "ls -lR /etc | sort | tail -n 1; ls /none"])
    times, errors = {}, {}
    for call in doc["syscalls"]:
        if "result" not in call:
            continue
        times.setdefault(call["name"], []).append(call["duration_ns"])
        errors[call["name"]] = errors.get(call["name"], 0) + ("error" in call)
    table = doc["statistics"]["by_call"]
    check_equal({r["name"] for r in table}, set(times))
    for row in table:
        mine = times[row["name"]]
        check_equal(row["calls"], len(mine), row)
        check_equal(row["errors"], errors[row["name"]], row)
        check_equal(row["duration_ns"], sum(mine), row)
        check_equal((row["min_ns"], row["max_ns"]), (min(mine), max(mine)), row)
        for key, q in (("p50_ms", 0.5), ("p90_ms", 0.9), ("p95_ms", 0.95), ("p99_ms", 0.99)):
            near(row[key] * 1e6, nearest_rank(mine, q), f"{row['name']} {key}")
        near(row["avg_ms"] * 1e6, max(sum(mine) / len(mine), 1), f"{row['name']} avg")
    check_equal(doc["statistics"]["total_errors"], sum(errors.values()))
    check_equal([r["duration_ns"] for r in table], sorted((r["duration_ns"] for r in table), reverse=True))


def test_bytes_are_those_moved(h):
    doc = document(h, ["-c"], ["dd", "if=/dev/zero", "of=/dev/null", "bs=1000", "count=70"])
    write = next(r for r in doc["syscalls"] if r["name"] == "write")
    read = next(r for r in doc["syscalls"] if r["name"] == "read")
    check(write["bytes"] > 70000 and read["bytes"] >= 70000, write, read)
    near(read["avg_bytes"], read["bytes"] / read["calls"], "avg_bytes")
    check("bytes" not in next(r for r in doc["syscalls"] if r["name"] == "openat"))


def test_times_hold_sleeping(h):
    doc = document(h, ["-c"], ["/usr/bin/python3", "-S", "-c", "import time\nfor i in range(20): time.sleep(0.01)"])
    sleep = next(r for r in doc["syscalls"] if r["name"] == "clock_nanosleep")
    check_equal(sleep["calls"], 20)
    check(200e6 <= sleep["duration_ns"] < 2e9, sleep)
    check(10 <= sleep["min_ns"] / 1e6 <= sleep["p50_ms"] * 1.01, sleep)
    stats = doc["statistics"]
    check(stats["total_duration_nanos"] >= 200e6, stats)
    check(stats["user_nanos"] + stats["system_nanos"] < stats["total_duration_nanos"], stats)


def test_a_call_that_never_returns_is_in_no_row(h):
    doc = document(h, ["-c"], ["sh", "-c", "exit 3"])
    check_equal(doc["statistics"]["unfinished"], 1)
    check("exit_group" not in {r["name"] for r in doc["syscalls"]})
    check_equal(doc["summary"]["exit_code"], 3)
    text = h.trace(["-c"], ["sh", "-c", "ulimit -t 0; kill -KILL $$"]).trace
    check(re.search(r"^Total: \d+ calls, \d+ errors$", text, re.M), text)


# -- forms


def test_table_has_the_form_that_is_promised(h):
    text = h.trace(["-c"], ["ls", "/none", "/"]).trace
    lines = text.splitlines()
    check_equal(lines[0:2], ["System Call Summary:", "=" * 20])
    check_equal(lines[2].split(), "Syscall Calls Errors Total Time Avg Time p50 p90 p99".split())
    table = [ROW.match(l) for l in lines[3:lines.index("")]]
    check(all(table), text)
    totals = [float(m[4]) for m in table]
    check_equal(totals, sorted(totals, reverse=True))
    for m in table:
        check((m[6] == "-") == (int(m[2]) == 1), m[0])
        for time_ in (m[4], m[5], m[6], m[7], m[8]):
            digits = re.sub(r"^[0.]*|[.ms]", "", time_)
            check(time_ == "-" or len(digits) >= 3, f"fewer than three digits: {m[0]}")
    calls = sum(int(m[2]) for m in table)
    errors = sum(int(m[3]) for m in table)
    rest = "\n".join(lines[lines.index("") + 1:]) + "\n"
    check(
        re.fullmatch(
            rf"Total: {calls} calls, {errors} errors\n"
            r"Total syscall time: [\d.]+s\n"
            r"(Latency: \S+ p50 [\d.]+ms p90 [\d.]+ms p99 [\d.]+ms\n){3}"
            r"Page faults: \d+ minor, \d+ major\n"
            r"Elapsed: [\d.]+s \(user [\d.]+s, system [\d.]+s, waiting [\d.]+s\)\n",
            rest,
        ),
        rest,
    )


def test_latencies_are_of_the_calls_with_the_highest_p99(h):
    text = h.trace(["-c"], ["ls", "-l", "/usr/bin"]).trace
    table = [m for m in map(ROW.match, text.splitlines()) if m and m[8] != "-"]
    worst = sorted((float(m[8][:-2]) for m in table), reverse=True)[:3]
    shown = [float(x) for x in re.findall(r"^Latency: .* p99 ([\d.]+)ms$", text, re.M)]
    check_equal(shown, worst, text)


def test_table_sorts_by_its_fourth_field(h):
    done = h.shell('$R -c -- ls / 2>&1 | grep -E "Syscall|^[a-z]" | sort -k4 -rn')
    got = [m.group(0) for m in map(ROW.match, done.stdout.splitlines()) if m]
    table = h.trace(["-c"], ["ls", "/"])
    check(len(got) >= len(rows(table.trace)) - 2, done.stdout)
    times = [float(re.match(ROW, l)[4]) for l in got]
    check_equal(times, sorted(times, reverse=True))


def test_percentiles_can_be_grepped(h):
    done = h.shell('$R -c -- ls / | grep -E "p90|p99"')
    check_equal(len(done.stdout.splitlines()), 4, done.stdout)


def test_straces_form_has_one_total(h):
    for options in (["--summary", "--timing"], ["-c", "--summary-style", "strace"]):
        text = h.trace(options, ["ls", "/none"]).trace
        total = [l for l in text.splitlines() if "total" in l]
        check_equal(len(total), 1, text)
        check(re.fullmatch(r"100\.00 +\d+\.\d{6} +\d+ +\d+ +\d+ total", total[0]), total)
        check(re.search(r"^Elapsed: [\d.]+s", text, re.M), text)
        counted = strace_rows(text)
        check_equal(sum(c for c, _ in counted.values()), int(total[0].split()[3]))
    strace = h.tool("strace")
    theirs = subprocess.run([strace, "-c", "ls"], capture_output=True, text=True).stderr
    check_equal(text.splitlines()[:2], theirs.splitlines()[:2])
    done = h.shell('$R --summary --timing -- ls / > summary.txt ; grep "total" summary.txt | awk \'{print $2}\'')
    check(re.fullmatch(r"\d+\.\d{6}\n", done.stdout), done.stdout)


def test_columns_and_order_are_chosen(h):
    text = h.trace(["-c", "-U", "name,max,calls", "-S", "calls"], ["ls", "/usr"]).trace
    lines = text.splitlines()
    check_equal(lines[2].split(), ["Syscall", "Max", "Calls"])
    counts = [int(l.split()[2]) for l in lines[3:lines.index("")]]
    check_equal(counts, sorted(counts, reverse=True))
    text = h.trace(["-c", "-S", "name"], ["ls", "/usr"]).trace
    check_equal(list(rows(text)), sorted(rows(text)))


def test_lines_come_before_the_table(h):
    run = h.trace(["-C", "-e", "trace=openat"], ["cat", "/etc/hostname"])
    begin = run.trace.index("System Call Summary:")
    opens = [l for l in run.trace[:begin].splitlines() if l.startswith("openat(")]
    failed = [l for l in opens if ") = -" in l]
    check_equal(rows(run.trace), {"openat": (len(opens), len(failed))})
    check("+++ exited" in run.trace[:begin], run.trace)


def test_csv(h):
    text = h.trace(["-c", "--format", "csv"], ["ls", "/none"]).trace
    table = list(csv.reader(io.StringIO(text)))
    check_equal(table[0], "syscall,calls,errors,total_time_ms,avg_time_ms,p50_ms,p90_ms,p99_ms".split(","))
    check(text.endswith("\r\n") and all(len(r) == 8 for r in table), text)
    counted = {r[0]: (int(r[1]), int(r[2])) for r in table[1:]}
    check_equal(counted, rows(h.trace(["-c"], ["ls", "/none"]).trace))
    check(all(float(n) > 0 for r in table[1:] for n in r[3:]), text)


def test_lines_of_json(h):
    path = h.file(".jsonl")
    path.write_text(h.trace(["-c", "--format", "jsonl"], ["ls", "/"]).trace)
    validate("line", path)
    lines = [json.loads(l) for l in path.read_text().splitlines()]
    check_equal([l["type"] for l in lines[:1] + lines[-1:]], ["header", "totals"])
    check_equal(sum(l["calls"] for l in lines[1:-1]), lines[-1]["total_syscalls"])


def test_jq_programs_of_the_manual(h):
    jq = h.tool("jq")
    h.shell("$R --format json -c -- ls / > perf.json 2>/dev/null")
    done = h.shell(f"{jq} '.syscalls | sort_by(.duration_ns) | reverse | .[0:10]' perf.json")
    top = json.loads(done.stdout)
    doc = json.loads((h.tmp / "perf.json").read_text())
    check_equal(top, doc["syscalls"][:10])
    done = h.shell(
        f"{jq} -c '.syscalls[] | select(.p99_ms / .p50_ms > 10) | {{name, p50_ms, p99_ms}}' perf.json"
    )
    check_equal(done.returncode, 0, done.stderr)
    wanted = [r["name"] for r in doc["syscalls"] if r["p99_ms"] / r["p50_ms"] > 10]
    check_equal([json.loads(l)["name"] for l in done.stdout.splitlines()], wanted)
    done = h.shell(
        "$R --format json -c -- true > v2.json 2>/dev/null; $R --format json -c -- true > v1.json 2>/dev/null;"
        f" diff <({jq} '.syscalls | sort_by(.name) | map(del(.duration_ns, .avg_ms, .p50_ms, .p90_ms,"
        f" .p95_ms, .p99_ms, .min_ns, .max_ns))' v1.json)"
        f" <({jq} '.syscalls | sort_by(.name) | map(del(.duration_ns, .avg_ms, .p50_ms, .p90_ms,"
        " .p95_ms, .p99_ms, .min_ns, .max_ns))' v2.json)"
    )
    check_equal((done.returncode, done.stdout), (0, ""), done.stderr)


def test_children_that_are_not_followed_are_told_of(h):
    check_equal(document(h, ["-c"], ["sh", "-c", "ls; true"])["process"].get("children"), "not traced")
    check_equal(document(h, ["-c"], ["ls"])["process"].get("children"), None)
    check_equal(document(h, ["-c"], [h.program("threads")])["process"].get("children"), None)


# -- rows by other keys


def by(h, key, command, options=()):
    doc = document(h, ["-c", "--by", key, *options], command)
    check_equal(doc["statistics"]["by"], key)
    return {r["name"]: r for r in doc["syscalls"]}


def test_by_path(h):
    (h.tmp / "data").write_text("x" * 100)
    found = by(h, "path", ["cat", "data", "./data", "/none"], ["-e", "trace=file"])
    path = str(h.tmp / "data")
    check_equal(found["/none"]["errors"], found["/none"]["calls"])
    check_equal(found[path]["bytes"], 200, found[path])
    lines = h.trace(["-y", "-e", "trace=file"], ["cat", "data", "./data", "/none"])
    mine = [l for l in lines.calls() if f"<{path}>" in l.text.split(" = ")[0] or '"data"' in l.text.split('", [')[0]
            or '"./data"' in l.text.split('", [')[0]]
    check_equal(found[path]["calls"], len(mine), *mine)


def test_by_descriptor_process_name_and_error(h):
    found = by(h, "fd", ["cat", "/etc/hostname"], ["-e", "trace=read,close"])
    check("3</etc/hostname>" in found, found)
    found = by(h, "errno", ["ls", "/none"], ["-f"])
    check(found["ENOENT"]["errors"] == found["ENOENT"]["calls"] > 0, found)
    check_equal(found["(none)"]["errors"], 0)
    found = by(h, "comm", ["sh", "-c", "ls / >&2; true"], ["-f"])
    check({"sh", "ls"} <= set(found), found)
    found = by(h, "pid", ["sh", "-c", "ls / >&2; true"], ["-f"])
    check_equal(len(found), 2, found)


def test_a_path_with_control_characters_stays_in_its_line(h):
    name = "a\nb\x1b[2J"
    (h.tmp / name).write_text("x")
    text = h.trace(["-c", "--by", "path", "-e", "trace=openat"], ["cat", name]).trace
    check(f"{h.tmp}/a\\nb\\33[2J\n" in text, text)


# -- how it ends


def start_waiting(h, options=(), output=None):
    """A command that has made its calls and waits."""
    ready = h.file(".ready")
    argv = h.command(["-c", *options], ["sh", "-c", f"touch {ready}; exec sleep 100"], output)
    child = h.start(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    check(wait_for(lambda: ready.exists()), "did not start")
    time.sleep(0.3)
    return child


def test_signals_that_end_the_command_leave_the_whole_table(h):
    for signo in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        child = start_waiting(h, ["-f"])
        child.send_signal(signo)
        text, errors = child.communicate(timeout=20)
        check_equal(child.returncode, -signo, errors)
        check("execve" in rows(text), text)
        # by engine: whether the call is seen to be left before the end comes
        ended = re.search(r"^Never returned: clock_nanosleep 1$", text, re.M)
        check(ended or rows(text).get("clock_nanosleep") == (1, 1), text)
        check(re.search(r"^Elapsed: .* waiting [\d.]+s\)$", text, re.M), text)


def test_ctrl_c_in_a_terminal_leaves_the_whole_table(h):
    pid, master = pty.fork()
    if not pid:
        argv = h.command(["-c"], ["sh", "-c", "echo ready; exec sleep 100"])
        os.execv(argv[0], argv)
    text = b""
    sent = False
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            got = os.read(master, 65536)
        except OSError:
            break
        if not got:
            break
        text += got
        if b"ready" in text and not sent:
            time.sleep(0.5)
            os.write(master, b"\x03")
            sent = True
    _, status = os.waitpid(pid, 0)
    os.close(master)
    text = text.decode().replace("\r\n", "\n")
    check_equal(os.waitstatus_to_exitcode(status), -signal.SIGINT, text)
    check("execve" in rows(text.replace("^C", "\n")), text)
    check(re.search(r"^Elapsed: ", text, re.M), text)


def test_attached_until_ctrl_c(h):
    ticker = h.start([h.program("ticker")], stdout=subprocess.DEVNULL)
    child = h.attach([ticker.pid], ["-c"])
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    check_equal(child.wait(20), 0, child.errors.read_text())
    text = child.output.read_text()
    check(sum(c for c, _ in rows(text).values()) > 3, text)
    elapsed = float(re.search(r"^Elapsed: ([\d.]+)s \(user ", text, re.M)[1])
    check(0.5 < elapsed < 15, text)
    check(ticker.poll() is None, "the process ended")


def test_a_reader_that_goes_away_leaves_the_status(h):
    done = h.shell("$R -c -- sh -c 'exit 7' | true; echo ${PIPESTATUS[0]}")
    check_equal(done.stdout, "7\n", done.stderr)


def test_table_again_and_again(h):
    text = h.trace(["-c", "--summary-every", "1"], ["sleep", "2.5"]).trace
    check_equal(text.count("System Call Summary:"), 3, text)


def test_time_on_the_cpu(h):
    command = ["/usr/bin/python3", "-S", "-c", "import time\nfor i in range(5): time.sleep(0.1)\nopen('/dev/zero','rb',0).read(300000000)"]
    run = h.trace(["-c", "--cpu", "--format", "json"], command)
    if h.engine == "ptrace":
        check_equal(run.status, 1)
        check_equal(len(run.stderr.splitlines()), 1, run.stderr)
        check("--cpu" in run.stderr and "ptrace" in run.stderr, run.stderr)
        return
    doc = json.loads(run.trace)
    table = {r["name"]: r for r in doc["syscalls"]}
    check_equal(doc["statistics"]["clock"], "cpu")
    check(table["clock_nanosleep"]["duration_ns"] < 50e6, table["clock_nanosleep"])
    check(table["read"]["max_ns"] > 5e6, table["read"])


# -- what is refused


def test_what_does_not_go_together(h):
    for options, word in (
        (["-S", "calls"], "-c"),
        (["-c", "-S", "speed"], "speed"),
        (["-c", "-U", "name,speed"], "speed"),
        (["-c", "--by", "colour"], "colour"),
        (["-c", "-C"], "exclude"),
        (["-C", "--format", "csv"], "-C"),
        (["-c", "--summary-every", "1", "--format", "json"], "--summary-every"),
        (["-c", "--summary-style", "perf"], "strace"),
        (["-c", "--wall", "--cpu"], "exclude"),
        (["-c", "--cpu", "--by", "pid"], "--cpu"),
    ):
        run = h.trace(options, ["true"])
        check_equal(run.status, 2, options, run.stderr)
        check(word in run.stderr and len(run.stderr.splitlines()) == 1, options, run.stderr)
