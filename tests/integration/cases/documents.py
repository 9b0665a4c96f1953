"""The forms made for programs: JSON, lines of JSON, CSV. Read by python3, jq and the schema."""

import csv
import json
import pathlib
import re
import subprocess
import time

from harness import Skip, check, check_equal

HERE = pathlib.Path(__file__).parent.parent
SCHEMA = HERE.parent.parent / "docs" / "json.schema.json"

NOISE = (
    "import os, sys; sys.stdout.buffer.write(bytes(range(256)) * 20); sys.stdout.flush(); "
    "os.write(2, b'err'); sys.exit(5)"
)


def validate(form, path):
    if subprocess.run(["/usr/bin/python3", "-c", "import jsonschema"], capture_output=True).returncode:
        raise Skip("no python3-jsonschema here")
    done = subprocess.run(
        ["/usr/bin/python3", HERE / "validate_json.py", SCHEMA, form, path],
        capture_output=True,
        text=True,
    )
    check_equal(done.returncode, 0, done.stderr[-2000:])
    return int(done.stdout)


def bytes_of(text):
    """As docs/json.md says."""
    return b"".join(
        bytes([ord(c) & 255]) if "\uef80" <= c <= "\uefff" else c.encode() for c in text
    )


def test_document_while_the_command_prints_noise(h):
    path = h.tmp / "doc.json"
    done = h.shell(
        f"$R -f --format json -- /usr/bin/python3 -c \"{NOISE}\" >{path} 2>{h.tmp}/err; echo $?"
    )
    check_equal(done.stdout, "5\n")
    validate("document", path)
    doc = json.loads(path.read_text())
    check_equal(doc["process"]["exit_code"], 5)
    writes = [c for c in doc["syscalls"] if c["name"] == "write" and c["values"]["fd"] == 1]
    check_equal(sum(c["result"] for c in writes), 5120)
    data = writes[0]["values"]["buf"]["data"]
    check_equal(bytes_of(data), bytes(range(256))[: len(bytes_of(data))])
    noise = (h.tmp / "err").read_bytes()
    check(noise.replace(b"err", b"") == bytes(range(256)) * 20, "the command's output was lost")
    check_equal(doc["statistics"]["total_syscalls"] + doc["statistics"]["unfinished"],
                len(doc["syscalls"]))


def test_lines_while_the_command_prints_noise(h):
    path = h.tmp / "lines.jsonl"
    done = h.shell(
        f"$R -f --format jsonl -- /usr/bin/python3 -c \"{NOISE}\" >{path} 2>{h.tmp}/err; echo $?"
    )
    check_equal(done.stdout, "5\n")
    validate("line", path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    writes = [c for c in lines if c.get("name") == "write" and c["values"]["fd"] == 1]
    check_equal(sum(c["result"] for c in writes), 5120)
    noise = (h.tmp / "err").read_bytes()
    check(noise.replace(b"err", b"") == bytes(range(256)) * 20, "the command's output was lost")


def test_jq_reads_noise(h):
    jq = h.tool("jq")
    for form, count in (("json", "[.syscalls[] | select(.name == \"write\")] | length"),
                        ("jsonl", "select(.name == \"write\") | 1")):
        done = h.shell(f"$R --format {form} -- /usr/bin/python3 -c \"{NOISE}\" 2>/dev/null >noise;"
                       f" {jq} '{count}' noise")
        check_equal(done.returncode, 0, done.stderr)
        check(sum(map(int, done.stdout.split())) >= 2, form, done.stdout)


def test_jq_reads_it(h):
    jq = h.tool("jq")
    done = h.shell(
        f"$R --format json -- cat /etc/hostname 2>/dev/null | {jq} -r "
        "'.syscalls[] | select(.name == \"openat\") | .values.pathname'"
    )
    check("/etc/hostname" in done.stdout.splitlines(), done.stdout, done.stderr)


def test_lines(h):
    path = h.tmp / "lines.jsonl"
    h.shell(f"$R -f --format jsonl -- sh -c '/bin/true; kill -KILL $$' >{path} 2>/dev/null")
    check(validate("line", path) > 50, "too few lines")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    check_equal(lines[0]["type"], "header")
    kinds = {line["type"] for line in lines}
    check({"call", "fork", "exec", "exit", "signal"} <= kinds, kinds)
    check_equal(lines[-1]["signal"], "SIGKILL")


def test_names_of_any_bytes_come_back(h):
    names = [b"plain", "\u00e4\u20ac\U0001f600".encode(), b"\xff\x80\xc3", b"\xc0\xaf", b"\xed\xa0\x80",
             "\ueffe".encode(), b"quote\"\\\n\t\x01"]
    script = h.tmp / "open.py"
    script.write_text(
        "import os\nfor n in %r:\n    try: os.open(b'/nonexistent/' + n, 0)\n"
        "    except OSError: pass\n" % names
    )
    done = h.shell(f"$R --format json -e trace=openat -- /usr/bin/python3 {script} 2>/dev/null")
    opened = [bytes_of(c["values"]["pathname"]) for c in json.loads(done.stdout)["syscalls"]]
    got = [n[len(b"/nonexistent/"):] for n in opened if n.startswith(b"/nonexistent/")]
    check_equal(got, names)


def test_names_of_all_bytes_come_back(h):
    done = h.shell(f"mkdir names; cd names; $R --format json -e trace=openat --"
                   f" {h.program('rogue')} names 2>/dev/null")
    calls = [c for c in json.loads(done.stdout)["syscalls"] if c["values"]["pathname"][0] != "/"]
    every = bytes(c for c in range(1, 256) if c != ord("/"))
    wanted = [b"n" + bytes([c]) for c in every] + [every]
    check_equal([bytes_of(c["values"]["pathname"]) for c in calls], wanted)
    check_equal([bytes_of(c["args"][1]) for c in calls], wanted)
    # the command line too
    done = h.shell("$R --format json -e trace=execve -- /bin/true $'a\\xff\\x80\\xc3' 2>/dev/null")
    doc = json.loads(done.stdout)
    check_equal(bytes_of(doc["process"]["command"][1]), b"a\xff\x80\xc3")
    check_equal(bytes_of(doc["syscalls"][0]["values"]["argv"][1]), b"a\xff\x80\xc3")


def test_numbers_are_exact(h):
    big = 2**63 - 25
    done = h.shell(
        "$R --format json -e trace=lseek -- /usr/bin/python3 -c "
        f"'import os; os.lseek(os.open(\"/proc/self/mem\", 0), {big}, 0)' 2>/dev/null"
    )
    call = [c for c in json.loads(done.stdout)["syscalls"]][-1]
    check_equal(call["raw_args"][1], hex(big))
    check_equal(call["values"]["offset"], big)
    check_equal(call["result"], big)


def test_numbers_of_64_bits_are_exact(h):
    top, most = 1 << 63, (1 << 64) - 1
    script = (
        "import ctypes; call = ctypes.CDLL(None).syscall; call.argtypes = [ctypes.c_ulong] * 7;"
        f"call(8, 99, {top}, 0, 0, 0, 0); call(12, {most}, 0, 0, 0, 0, 0);"  # lseek, brk
        f"call(18, 99, 0, {most}, {top}, 0, 0); call(9, {top}, {most}, 0, 0, 99, {top})"  # pwrite64, mmap
    )
    done = h.shell("$R --format json -e trace=lseek,brk,pwrite64,mmap -- /usr/bin/python3 -c "
                   f"'{script}' 2>/dev/null")
    calls = {c["name"]: c for c in json.loads(done.stdout)["syscalls"]}
    lseek, brk, pwrite, mmap = (calls[n] for n in ("lseek", "brk", "pwrite64", "mmap"))
    check_equal((lseek["raw_args"][1], lseek["values"]["offset"], lseek["args"][1], lseek["result"]),
                (hex(top), -top, str(-top), -9))
    check_equal((brk["raw_args"][0], brk["values"]["addr"]), (hex(most), most))
    check_equal((pwrite["raw_args"][2:], pwrite["values"]["count"]), ([hex(most), hex(top)], most))
    check_equal((mmap["values"]["addr"], mmap["values"]["length"], mmap["raw_args"][5]),
                (top, most, hex(top)))


def test_arguments_without_names(h):
    done = h.shell("$R --format json -- /usr/bin/python3 -c "
                   "'import ctypes; ctypes.CDLL(None).syscall(499, 1, 2, 3, 4, 5, 6)' 2>/dev/null")
    call = [c for c in json.loads(done.stdout)["syscalls"] if c["name"] == "syscall_0x1f3"][0]
    check_equal(call["values"], {f"arg{i}": i + 1 for i in range(6)})
    check_equal(call["raw_args"], [hex(i + 1) for i in range(6)])


def test_values_are_whole(h):
    """Whatever the text options leave out of `args`."""
    done = h.shell("A=1 $R --format json --string-limit 4 -e trace=execve,write,newfstatat,fstat -- "
                   "sh -c 'exec env -i A=1 /bin/ls -l /etc/passwd' 2>/dev/null")
    calls = json.loads(done.stdout)["syscalls"]
    last = [c for c in calls if c["name"] == "execve"][-1]
    check_equal(last["values"]["envp"], ["A"])  # a value may be a secret
    done = h.shell("$R --format json -v -e trace=execve -- env -i A=1 /bin/true 2>/dev/null")
    check_equal(json.loads(done.stdout)["syscalls"][-1]["values"]["envp"], ["A=1"])
    check("/* 1 var */" in last["args"][2], last["args"])
    stat = [c for c in calls if c["name"] in ("newfstatat", "fstat") and c["result"] == 0][-1]
    check("st_nlink" in stat["values"]["statbuf"], stat)
    check(stat["args"][1 + (stat["name"] == "newfstatat")].endswith(", ...}"), stat["args"])
    write = [c for c in calls if c["name"] == "write"][-1]
    check_equal(write["values"]["buf"]["length"], write["result"])


def test_what_is_missing_is_told(h):
    done = h.shell(f"$R --format json -e trace=poll -- {h.program('rogue')} descriptors 1000 2>/dev/null")
    poll = json.loads(done.stdout)["syscalls"][0]
    check_equal(poll["result"], 1000)
    fds = poll["values"]["fds"]
    check(fds["cut"] is True and 100 < len(fds["items"]) < 1000, str(fds)[-300:])
    check(poll["result_detail"][0]["cut"] is True, str(poll["result_detail"])[-300:])


def test_later_parts_are_absent(h):
    done = h.shell("$R --format json -- cat /etc/hostname 2>/dev/null")
    doc = json.loads(done.stdout)
    check("effects" not in doc, "effects")
    check(not {"payload", "lamport", "source"} & set().union(*doc["syscalls"]), "call members")
    check("null" not in re.sub(r'"(?:[^"\\]|\\.)*"', "", done.stdout), "a null")


def test_lines_come_while_the_command_runs(h):
    path = h.tmp / "slow"
    script = "import os, time\nfor i in range(12): os.chdir('/'); time.sleep(0.25)"
    with open(path, "wb") as f:
        child = h.start([*h.start_of_line(), "--format", "jsonl", "-e", "trace=chdir", "--",
                         "/usr/bin/python3", "-c", script], stdout=f)
    seen, worst = set(), 0
    while child.poll() is None:
        now = time.monotonic_ns()
        for line in path.read_text().splitlines()[1:]:
            if line and line not in seen and line.endswith("}"):
                call = json.loads(line)
                seen.add(line)
                if call["type"] == "call":
                    worst = max(worst, now - call["timestamp_nanos"])
        time.sleep(0.02)
    check_equal(len(seen) >= 12, True, len(seen))
    check(worst < 1_000_000_000, f"a line came {worst / 1e9:.2f} s late")


def test_children_that_are_not_traced_are_told(h):
    done = h.shell("$R --format json -- sh -c '/bin/true; /bin/true' 2>/dev/null")
    check_equal(json.loads(done.stdout)["process"].get("children"), "not traced")
    done = h.shell("$R -f --format json -- sh -c '/bin/true; /bin/true' 2>/dev/null")
    check_equal(json.loads(done.stdout)["process"].get("children"), None)


def test_a_size_limit_leaves_a_document(h):
    done = h.shell("$R --format json --max-output 80K -- ls -l /etc")
    doc = json.loads(done.stdout)
    check(doc["truncated"], "not truncated")
    check(len(done.stdout) <= 80_000, len(done.stdout))
    check("Trace file exceeded" in done.stderr, done.stderr[-500:])
    quiet = h.shell("$R -q --format json --max-output 80K -- ls -l /etc")
    check(json.loads(quiet.stdout)["truncated"], "not truncated with -q")
    check("Trace file exceeded" not in quiet.stderr, "-q is not quiet")
    whole = json.loads(h.shell("$R --format json -- ls -l /etc 2>/dev/null").stdout)
    check(len(whole["syscalls"]) > len(doc["syscalls"]), "nothing was left out")
    check_equal(whole["truncated"], False)


def test_csv(h):
    done = h.shell("$R --format csv -- sh -c 'echo \"a,b\"; exit 4' 2>/dev/null; echo $?")
    text, _, status = done.stdout.rstrip("\n").rpartition("\n")
    check_equal(status, "4")
    rows = list(csv.DictReader(text.splitlines()))
    check_equal(
        list(rows[0]),
        "syscall,arguments,result,duration_us,pid,tid,timestamp_ns,source_location".split(","),
    )
    write = [r for r in rows if r["syscall"] == "write"][0]
    check_equal((write["arguments"], write["result"]), ('1, "a,b\\n", 4', "4"))
    check(all(float(r["duration_us"]) >= 0 for r in rows if r["result"]), "durations")


def test_where_the_commands_output_goes(h):
    for where, got in (("null", ""), ("inherit", "hi"), (f"{h.tmp}/to", "")):
        done = h.shell(f"$R -o {h.tmp}/trace --tracee-stdout {where} -- echo hi")
        check_equal(done.stdout.strip(), got, where, done.stderr)
    check_equal((h.tmp / "to").read_text(), "hi\n")
    done = h.shell("$R --tracee-stdout stderr -- sh -c 'echo hi; [ -t 1 ] && echo tty' 2>&1 >/dev/null")
    check_equal(done.stdout, "hi\n")
