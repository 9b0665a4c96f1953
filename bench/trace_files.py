"""
How large a trace file is beside the same run's JSON and beside what strace writes of such a run, and
what recording costs. Part of bench/run.

One run gives both the JSON and the file; strace's run (-f -v -ttt -T) is another one of the same
command, so its size is that of about the same calls. Of servers the load is recorded by attaching.
"""

import os
import re
import shutil
import signal
import subprocess
import time

import workloads

PYTHON = ["/usr/bin/python3", "-c", "import json, asyncio, unittest, email"]


def commands(top, calls):
    source = top / "tests/integration/programs/hostile.c"
    return {
        "find": ["find", "/usr/share", "-name", "*.h", "-size", "+4k"],
        "python3": PYTHON,
        "gcc": ["gcc", "-O2", "-D_GNU_SOURCE", "-c", "-o", os.devnull, str(source)],
        "git": ["git", "-C", str(top), "log", "--stat", "-n", "50"],
        "70 calls": [calls, "small", "1000"],
    }


def recorded(renacer, argv, tmp):
    json, file = tmp / "run.json", tmp / "run.rnc"
    subprocess.run([renacer, "-f", "-v", "--format", "json", "-o", str(json), "--record", str(file),
                    "--", *argv], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.stat().st_size, file.stat().st_size


def written_by_strace(argv, tmp):
    text = tmp / "run.strace"
    subprocess.run(["strace", "-f", "-v", "-ttt", "-T", "-o", str(text), *argv],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return text.stat().st_size


def attached(server, tracer, load):
    watcher = subprocess.Popen([*tracer, "-p", ",".join(server.pids())],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
    watcher.send_signal(signal.SIGINT)
    watcher.wait()


def server_sizes(renacer, server, load, tmp):
    json, file, text = tmp / "run.json", tmp / "run.rnc", tmp / "run.strace"
    server.start()
    try:
        attached(server, [renacer, "-f", "-v", "--format", "json", "-o", str(json), "--record",
                          str(file)], load)
        attached(server, ["strace", "-f", "-v", "-ttt", "-T", "-o", str(text)], load)
    finally:
        server.stop()
    return json.stat().st_size, file.stat().st_size, text.stat().st_size


def sizes(top, tmp, calls, renacer):
    found = {name: (*recorded(renacer, argv, tmp), written_by_strace(argv, tmp))
             for name, argv in commands(top, calls).items()}
    for name, server in workloads.workloads(top, tmp, calls).items():
        if isinstance(server, workloads.Server):
            # a number of requests, not of seconds: both tracers see the same calls
            load = server.load if name == "redis" else [
                "curl", "-s", "-o", os.devnull, server.load[-1] + "?[1-5000]"]
            found[name] = server_sizes(renacer, server, load, tmp)
    return found


def recording(calls, renacer, nr, tmp):
    """(seconds per call untraced, recorded; peak KiB; bytes) of `nr` calls of write."""
    file, peak = tmp / "long.rnc", tmp / "peak"

    def per_call(prefix):
        done = subprocess.run([*prefix, calls, "write", str(nr)], capture_output=True, text=True,
                              check=True)
        return float(done.stdout.split()[-1]), done.stderr

    plain, _ = per_call([])
    traced, said = per_call(["/usr/bin/time", "-o", str(peak), "-f", "%M", renacer, "record", "-o",
                             str(file), "--"])
    lost = sum(int(n) for n in re.findall(r"(\d+) events? w\w+ lost", said))
    return plain, traced, int(peak.read_text()), file.stat().st_size, lost


def measure(top, tmp, calls, renacer, quick):
    records = []
    sums = [0, 0, 0]
    print(f"\n{'size of a run, KiB':28}{'JSON':>10}{'file':>10}{'strace':>10}{'of JSON':>10}{'of strace':>11}")
    found = sizes(top, tmp, calls, renacer) if shutil.which("strace") else {}
    for name, (json, file, text) in found.items():
        sums = [a + b for a, b in zip(sums, (json, file, text))]
        print(f"{name:28}{json / 1024:>10.0f}{file / 1024:>10.1f}{text / 1024:>10.0f}"
              f"{f'1/{json / file:.1f}':>10}{f'1/{text / file:.1f}':>11}")
        records.append({"bench": "file size", "name": name, "json": json, "file": file, "strace": text})
    if found:
        print(f"{'all':28}{sums[0] / 1024:>10.0f}{sums[1] / 1024:>10.1f}{sums[2] / 1024:>10.0f}"
              f"{f'1/{sums[0] / sums[1]:.1f}':>10}{f'1/{sums[2] / sums[1]:.1f}':>11}")
    print(f"\n{'recording':28}{'ns untraced':>12}{'added':>10}{'peak KiB':>10}{'bytes/call':>12}{'lost':>8}")
    for nr in (1_000_000,) if quick else (1_000_000, 50_000_000):
        plain, traced, peak, size, lost = recording(calls, renacer, nr, tmp)
        print(f"{f'{nr} writes of a byte':28}{plain:>12.0f}{traced - plain:>10.0f}{peak:>10}"
              f"{size / nr:>12.2f}{lost:>8}")
        records.append({"bench": "recording", "calls": nr, "added_ns": round(traced - plain, 1),
                        "peak_kib": peak, "bytes_per_call": round(size / nr, 3), "lost": lost})
    return records
