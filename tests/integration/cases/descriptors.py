"""What -y, -yy and -x say of descriptors and strings; the traced program tells what is right."""

import csv
import json
import os
import re

from harness import check, check_equal

PRELUDE = """
import os, socket, sys
# each message leaves by a sendto, recvfrom or write of its own; the line says where it must be seen
def expect(message, fd, description):
    print(message.decode(), f'{fd}<{description}>', flush=True)
def name(address):
    return f'[{address[0]}]:{address[1]}' if ':' in address[0] else f'{address[0]}:{address[1]}'
def both(s):
    return f'{name(s.getsockname())}->{name(s.getpeername())}'
"""

STREAM = PRELUDE + """
family, host, protocol = {'4': (socket.AF_INET, '127.0.0.1', 'TCP'),
                          '6': (socket.AF_INET6, '::1', 'TCPv6')}[sys.argv[1]]
server = socket.socket(family)
server.bind((host, 0))
server.getsockname()
server.listen()
client = socket.socket(family)
client.connect(server.getsockname())
accepted, _ = server.accept()
expect(b'peer_only', client.fileno(), f'{protocol}:[->{name(server.getsockname())}]')
client.send(b'peer_only')
client.getsockname()
expect(b'both', client.fileno(), f'{protocol}:[{both(client)}]')
client.send(b'both')
expect(b'accepted', accepted.fileno(), f'{protocol}:[{both(accepted)}]')
accepted.send(b'accepted')
copy = os.dup(accepted.fileno())
expect(b'copy', copy, f'{protocol}:[{both(accepted)}]')
os.write(copy, b'copy')
if not os.fork():
    expect(b'child', copy, f'{protocol}:[{both(accepted)}]')
    os.write(copy, b'child')
    os._exit(0)
os.wait()
"""

WILDCARD = PRELUDE + """
server = socket.socket()
server.bind(('0.0.0.0', 0))
server.listen()
port = server.getsockname()[1]
client = socket.create_connection(('127.0.0.1', port))
accepted, _ = server._accept()  # nobody asks it for its own address
expect(b'accepted', accepted, f'TCP:[:{port}->{name(client.getsockname())}]')
os.write(accepted, b'accepted')
"""

UDP = PRELUDE + """
a = socket.socket(type=socket.SOCK_DGRAM)
expect(b'fresh', a.fileno(), 'UDP')
b = socket.socket(type=socket.SOCK_DGRAM)
b.bind(('127.0.0.1', 0))
a.sendto(b'fresh', b.getsockname())
a.getsockname()
expect(b'bound', b.fileno(), f'UDP:[{name(b.getsockname())}]')
b.sendto(b'bound', b.getsockname())
b.connect(('127.0.0.1', 9))
expect(b'connected', b.fileno(), f'UDP:[{both(b)}]')
b.send(b'connected')
"""

UNIX = PRELUDE + """
folder = os.getcwd()
for address, shown in ((folder + '/socket', f'"{folder}/socket"'),
                       (f'\\0renacer-{os.getpid()}', f'@"renacer-{os.getpid()}"')):
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()
    client = socket.socket(socket.AF_UNIX)
    client.connect(address)
    accepted, _ = server.accept()
    kind = 'abstract' if address[0] == '\\0' else 'path'
    expect(b'client_' + kind.encode(), client.fileno(), f'UNIX-STREAM:[->{shown}]')
    client.send(b'client_' + kind.encode())
    expect(b'accepted_' + kind.encode(), accepted.fileno(), f'UNIX-STREAM:[{shown}]')
    accepted.send(b'accepted_' + kind.encode())
one, two = socket.socketpair()
expect(b'pair', one.fileno(), 'UNIX-STREAM')
one.send(b'pair')
one, two = socket.socketpair(type=socket.SOCK_DGRAM)
expect(b'datagram', one.fileno(), 'UNIX')
one.send(b'datagram')
"""


def python(script, *args):
    return ["/usr/bin/python3", "-S", "-E", "-c", script, *args]


def described(h, script, *args):
    """Each message of the program stands on a line with the descriptor as the program knows it."""
    run = h.trace(["-f", "-yy", "-e", "trace=write,sendto"], python(script, *args))
    check_equal(run.status, 0, run.dump())
    expected = [line.split(" ", 1) for line in run.stdout.splitlines()]
    check(expected, "the program printed nothing", run.dump())
    for message, descriptor in expected:
        lines = [l for l in run.calls() if f', "{message}", ' in l.text]
        check_equal(len(lines), 1, message, run.dump())
        check(f"({descriptor}, " in lines[0].text, f"wanted {descriptor}", lines[0])
    return run


def test_tcp(h):
    described(h, STREAM, "4")


def test_tcp_over_ipv6(h):
    described(h, STREAM, "6")


def test_a_listener_on_all_addresses(h):
    described(h, WILDCARD)


def test_udp(h):
    described(h, UDP)


def test_unix(h):
    described(h, UNIX)


def test_calls_show_what_they_found(h):
    run = h.trace(["-yy", "-e", "trace=%network"], python(STREAM, "4"))
    shown = "\n".join(l.text for l in run.calls())
    check(re.search(r"= (\d+)<TCP>\nbind\(\1<TCP>, ", shown), shown)
    check(re.search(r"listen\((\d+)<TCP:\[127\.0\.0\.1:\d+\]>, ", shown), shown)
    check(re.search(r"connect\(\d+<TCP>, ", shown), shown)


def test_both_ends_that_a_call_made(h):
    run = h.trace(["-yy", "-e", "trace=socketpair,pipe2"],
                  python("import os, socket; socket.socketpair(); os.pipe()"))
    check(re.search(r", \[\d+<UNIX-STREAM>, \d+<UNIX-STREAM>\]\) = 0", run.trace), run.dump())
    check(re.search(r"pipe2\(\[\d+<pipe>, \d+<pipe>\], ", run.trace), run.dump())


def test_once_means_names_only(h):
    run = h.trace(["-y", "-e", "trace=socket"], python("import socket; socket.socket()"))
    check(re.search(r"= \d+<socket>$", run.calls("socket")[0].text), run.dump())


def test_devices(h):
    # looked at by the program: known from then on
    script = "import os; f = os.open('/dev/null', 2); os.fstat(f); os.write(f, b'seen')"
    run = h.trace(["-yy", "-e", "trace=write"], python(script))
    device = os.stat("/dev/null").st_rdev
    number = f"{os.major(device)}:{os.minor(device)}"
    check(re.search(rf'write\(\d+</dev/null<char {number}>>, "seen", 4\)', run.trace), run.dump())


def test_odd_names_do_not_tear_lines(h):
    folder = h.folder() / "a\nb<c>"
    folder.mkdir()
    script = "import os; os.chdir('a\\nb<c>'); os.close(os.open('x', os.O_CREAT | os.O_RDWR))"
    run = h.trace(["-y", "-e", "trace=openat,close"], python(script), cwd=folder.parent)
    shown = f"{folder.parent}/a\\nb\\74c\\76"
    check(run.find(f'openat(AT_FDCWD<{shown}>, "x", '), run.dump())
    check(run.find(f"<{shown}/x>) = 0"), run.dump())


WRITES = r"import os; [os.write(2, w) for w in (b'a\tb\n', b'a\1b', b'caf\xc3\xa9')]"


def written(h, option):
    run = h.trace([option, "-e", "trace=write"], python(WRITES))
    return [re.search(r'"(.*)"', l.text).group(1) for l in run.calls("write")]


def test_hex_strings(h):
    check_equal(written(h, "-x"), [r"a\tb\n", r"\x61\x01\x62", r"\x63\x61\x66\xc3\xa9"])
    check_equal(written(h, "-xx"),
                [r"\x61\x09\x62\x0a", r"\x61\x01\x62", r"\x63\x61\x66\xc3\xa9"])
    check_equal(written(h, "--hex"), [r"a\tb\n", r"a\x01b", r"caf\xc3\xa9"])


def test_documents_carry_descriptions(h):
    command = python("import socket; socket.socket().getsockname()")
    run = h.trace(["-yy", "-e", "trace=getsockname", "--format", "json"], command)
    call = json.loads(run.trace)["syscalls"][0]
    check(re.fullmatch(r"\d+<TCP>", call["args"][0]), call)
    check_equal(call["values"]["sockfd"], int(call["raw_args"][0], 16), call)
    run = h.trace(["-yy", "-e", "trace=getsockname", "--format", "csv"], command)
    row = list(csv.DictReader(run.trace.splitlines()))[0]
    check(re.match(r"\d+<TCP>, ", row["arguments"]), row)
