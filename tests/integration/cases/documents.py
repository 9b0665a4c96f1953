"""The forms made for programs: JSON, lines of JSON, CSV. Read by python3, jq and the schema."""

import csv
import json
import pathlib
import subprocess

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
