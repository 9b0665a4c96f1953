"""-p: attach to all threads, let go of them, leave the target as it was."""

import os
import re
import signal
import socket
import time

from harness import check, check_equal, children_of, free_port, state, tracer_of, wait_for


def ticker(h, name="ticker", *args):
    """A process that makes calls at a steady pace in each of its threads."""
    out = h.file(".out")
    with open(out, "wb") as f:
        child = h.start([h.program(name), *args], stdout=f)
    check(wait_for(lambda: out.read_text().strip() == "up"), "the target did not start")
    return child


def traced(child):
    return wait_for(lambda: os.path.exists(child.output) and child.output.stat().st_size > 300, 10)


def tids_of(pid):
    return {int(t) for t in os.listdir(f"/proc/{pid}/task")}


def detach(child, signo=signal.SIGINT):
    child.send_signal(signo)
    status = child.wait(timeout=20)
    return status, child.output.read_text(), child.errors.read_text()


def test_all_threads_and_detach(h):
    target = ticker(h, "ticker", "8")
    renacer = h.attach([target.pid])
    check(traced(renacer), "nothing was traced", renacer.errors.read_text())
    time.sleep(0.5)
    status, text, errors = detach(renacer)
    check_equal(status, 0, errors)
    seen = {int(t) for t in re.findall(r"^\[pid +(\d+)\]", text, re.M)}
    check(tids_of(target.pid) <= seen, "threads without a line", tids_of(target.pid) - seen)
    check_equal(tracer_of(target.pid), set())
    check(state(target.pid) in "SR", "stopped", state(target.pid))
    # it still ticks, and ends as it would have
    target.send_signal(signal.SIGTERM)
    check_equal(target.wait(timeout=10), 0, "the target did not end its own way")


def test_children_and_threads_born_later(h):
    target = ticker(h, "ticker", "1", "spawn")
    renacer = h.attach([target.pid], ["-f"])
    check(traced(renacer), "nothing was traced", renacer.errors.read_text())
    time.sleep(1.0)
    status, text, errors = detach(renacer)
    check_equal(status, 0, errors)
    check('chdir("/ticker/child")' in text, "no call of a child", text[-1500:])
    check('chdir("/ticker/thread")' in text, "no call of a new thread", text[-1500:])
    check(state(target.pid) in "SR", state(target.pid))
    target.send_signal(signal.SIGTERM)
    check_equal(target.wait(timeout=10), 0)


def test_sigkill_of_renacer(h):
    target = ticker(h, "ticker", "4")
    renacer = h.attach([target.pid])
    check(traced(renacer), "nothing was traced", renacer.errors.read_text())
    renacer.kill()
    renacer.wait()
    time.sleep(0.2)
    check(state(target.pid) in "SR", "stopped", state(target.pid))
    check_equal(tracer_of(target.pid), set())
    target.send_signal(signal.SIGTERM)
    check_equal(target.wait(timeout=10), 0, "the target did not end its own way")


def test_sigterm_of_renacer(h):
    target = ticker(h, "ticker", "2")
    renacer = h.attach([target.pid])
    check(traced(renacer), "nothing was traced", renacer.errors.read_text())
    detach(renacer, signal.SIGTERM)
    check_equal(target.poll(), None, "the signal reached an attached process")
    check_equal(tracer_of(target.pid), set())
    check(state(target.pid) in "SR", state(target.pid))


def test_target_ends_by_itself(h):
    target = ticker(h, "ticker", "2")
    renacer = h.attach([target.pid])
    check(traced(renacer), "nothing was traced", renacer.errors.read_text())
    target.send_signal(signal.SIGTERM)
    target.wait(timeout=10)
    check_equal(renacer.wait(timeout=10), 0, renacer.errors.read_text())
    text = renacer.output.read_text()
    check("--- SIGTERM {" in text, text[-1000:])
    check("+++ exited with 0 +++" in text, text[-1000:])


def test_a_call_that_blocks_is_not_interrupted(h):
    """Attach and detach while the target sleeps in one long call: it returns in its own time."""
    start = time.monotonic()
    target = h.start(["sleep", "2"])
    wait_for(lambda: os.readlink(f"/proc/{target.pid}/exe").endswith("sleep"))
    for _ in range(3):
        renacer = h.attach([target.pid])
        time.sleep(0.3)
        detach(renacer)
    check_equal(target.wait(timeout=10), 0)
    took = time.monotonic() - start
    check(1.9 < took < 2.6, f"sleep 2 took {took:.2f} s")


def test_stopped_target_stays_stopped(h):
    target = ticker(h, "ticker", "2")
    target.send_signal(signal.SIGSTOP)
    check(wait_for(lambda: state(target.pid) == "T"), state(target.pid))
    renacer = h.attach([target.pid])
    time.sleep(0.5)
    check(state(target.pid) in "Tt", "attaching let it run on", state(target.pid))
    detach(renacer)
    check_equal(state(target.pid), "T")
    target.send_signal(signal.SIGCONT)
    target.send_signal(signal.SIGTERM)
    check_equal(target.wait(timeout=10), 0)


def test_two_processes(h):
    a, b = ticker(h), ticker(h)
    renacer = h.attach([a.pid, b.pid])
    check(traced(renacer), renacer.errors.read_text())
    time.sleep(0.3)
    _, text, _ = detach(renacer)
    for target in (a, b):
        check(f"[pid {target.pid}]" in text, f"{target.pid} is missing", text[:1000])
        check(state(target.pid) in "SR", state(target.pid))


def test_no_such_process(h):
    gone = h.start(["true"])
    gone.wait()
    run = h.trace(["-p", str(gone.pid)], [])
    check_equal(run.status, 1, run.dump())
    check(re.search(rf"[Nn]o (such )?process\b.*{gone.pid}|{gone.pid}.*[Nn]o such process", run.stderr),
          run.stderr)
    run = h.trace(["-p", "abc"], [])
    check_equal(run.status, 2, run.dump())


def redis(h):
    server, port = h.tool("redis-server"), free_port()
    h.tool("redis-benchmark")
    child = h.start(
        [server, "--port", str(port), "--save", "", "--bind", "127.0.0.1", "--dir", str(h.tmp),
         "--daemonize", "no", "--enable-protected-configs", "no"],
        stdout=open(h.file(".log"), "wb"),
    )
    def up():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    check(wait_for(up), "redis does not start")
    return child, port


def redis_load(h, port, requests):
    log = h.file(".bench")
    with open(log, "wb") as f:
        load = h.start(
            ["redis-benchmark", "-p", port, "-c", "20", "-n", requests, "-t", "set,get", "--csv"],
            stdout=f, stderr=f,
        )
    load.log = log
    return load


def test_redis_under_load(h):
    server, port = redis(h)
    load = redis_load(h, port, 60000)
    time.sleep(0.2)
    for _ in range(3):
        renacer = h.attach([server.pid])
        check(traced(renacer), "nothing was traced", renacer.errors.read_text())
        time.sleep(0.2)
        status, text, errors = detach(renacer)
        check_equal(status, 0, errors)
        check(re.search(r"(read|epoll_wait|write)\(", text), text[:1000])
        check_equal(tracer_of(server.pid), set())
        check(state(server.pid) in "SR", state(server.pid))
    check_equal(load.wait(timeout=90), 0, load.log.read_text())
    log = load.log.read_text()
    check("rror" not in log and '"SET"' in log and '"GET"' in log, log)
    check_equal(server.poll(), None, "the server ended")


def test_redis_renacer_killed_under_load(h):
    server, port = redis(h)
    load = redis_load(h, port, 40000)
    renacer = h.attach([server.pid])
    check(traced(renacer), "nothing was traced", renacer.errors.read_text())
    renacer.kill()
    renacer.wait()
    check_equal(load.wait(timeout=90), 0, load.log.read_text())
    check("rror" not in load.log.read_text(), load.log.read_text())
    check(state(server.pid) in "SR", state(server.pid))
    check_equal(tracer_of(server.pid), set())


def nginx_server(h):
    """(master, process id of its worker, port)"""
    nginx = h.tool("nginx")
    port = free_port()
    root = h.folder()
    (root / "index.html").write_text("hello\n" * 100)
    os.chmod(h.tmp, 0o755)
    conf = h.tmp / "nginx.conf"
    conf.write_text(
        f"daemon off; pid {h.tmp}/nginx.pid; error_log {h.tmp}/error.log; worker_processes 1;\n"
        "events { worker_connections 64; }\n"
        f"http {{ access_log off; client_body_temp_path {h.tmp}; proxy_temp_path {h.tmp};\n"
        f"fastcgi_temp_path {h.tmp}; uwsgi_temp_path {h.tmp}; scgi_temp_path {h.tmp};\n"
        f"server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
    )
    log = h.file(".log")
    with open(log, "wb") as f:
        master = h.start([nginx, "-p", h.tmp, "-c", conf], stderr=f)
    check(wait_for(lambda: children_of(master.pid)), "nginx does not start", log.read_text())
    return master, children_of(master.pid)[0], port


def wrk_load(h, port, seconds):
    out = h.file(".wrk")
    with open(out, "wb") as f:
        load = h.start([h.tool("wrk"), "-t1", "-c8", f"-d{seconds}s", "--timeout", "10s",
                        f"http://127.0.0.1:{port}/"], stdout=f, stderr=f)
    load.log = out
    time.sleep(0.3)
    return load


def no_request_failed(load):
    check_equal(load.wait(timeout=60), 0, load.log.read_text())
    report = load.log.read_text()
    check("Socket errors" not in report and "Non-2xx" not in report, report)
    check(int(re.search(r"(\d+) requests in", report).group(1)) > 100, report)


def test_nginx_under_load(h):
    master, worker, port = nginx_server(h)
    load = wrk_load(h, port, 3)
    for _ in range(2):
        renacer = h.attach([master.pid, worker])
        check(traced(renacer), "nothing was traced", renacer.errors.read_text())
        time.sleep(0.3)
        status, text, errors = detach(renacer)
        check_equal(status, 0, errors)
        check_equal(tracer_of(worker) | tracer_of(master.pid), set())
    no_request_failed(load)
    check(not re.search(r"\[(alert|crit|emerg)\]", (h.tmp / "error.log").read_text()),
          (h.tmp / "error.log").read_text())
    check("open(" in text or "openat(" in text or "writev(" in text, text[:1000])
