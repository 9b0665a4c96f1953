"""
Reads trace files by docs/trace-format.md alone, beside the reader of the program: the page must be
enough. Events come as dictionaries.
"""

import ctypes
import struct

MAGIC = b"renacer trace\r\n\x1a"
FACTS, EVENTS, END, INDEX = 1, 2, 3, 4
ENTER, CALL, SIGNAL, EXIT, FORK, EXEC = 1, 3, 8, 6, 4, 5
ATTACH, FD, CWD, ROOT, MAP = 15, 17, 18, 20, 11

zstd = ctypes.CDLL("libzstd.so.1")
xxhash = ctypes.CDLL("libxxhash.so.0")
zstd.ZSTD_decompress.restype = ctypes.c_size_t
zstd.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t] * 2
xxhash.XXH3_64bits_withSeed.restype = ctypes.c_uint64
xxhash.XXH3_64bits_withSeed.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]

WORD = (1 << 64) - 1


def signed(number):
    return number - (1 << 64) if number >> 63 else number


class Numbers:
    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def u(self):
        number = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    def i(self):
        number = self.u()
        return number >> 1 ^ -(number & 1)

    def take(self, length):
        assert self.left() >= length
        self.at += length
        return self.data[self.at - length:self.at]


def hash_of(data, seed=0):
    return xxhash.XXH3_64bits_withSeed(data, len(data), seed)


def chunks(data):
    """(offset, kind, body) up to the end chunk, and the index behind it."""
    assert data[:16] == MAGIC and struct.unpack("<I", data[16:20])[0] == 1
    at = 24
    while at < len(data) - 24:
        kind, length, checksum = struct.unpack("<IIQ", data[at:at + 16])
        body = data[at + 16:at + 16 + length]
        assert hash_of(body, length << 32 | kind) == checksum
        yield at, kind, body
        at += 16 + length
    assert at == len(data) - 24


def columns(body):
    head = Numbers(body)
    segments, ret = [], {}
    for _ in range(head.u()):
        codec, length, stored = head.u(), head.u(), head.u()
        segments.append((codec, length, stored, [(head.u(), head.u()) for _ in range(head.u())]))
    for codec, length, stored, parts in segments:
        raw = head.take(stored)
        if codec == 1:
            room = ctypes.create_string_buffer(length)
            assert zstd.ZSTD_decompress(room, length, raw, stored) == length
            raw = room.raw
        at = 0
        for number, part in parts:
            ret[number] = Numbers(raw[at:at + part])
            at += part
        assert at == length
    assert not head.left()
    return ret


def facts(body):
    numbers, ret = columns(body)[1], {}
    while numbers.left():
        fact = numbers.u()
        ret[fact] = numbers.take(numbers.u())
    return ret


def zone(numbers):
    names = ("events", "first", "below", "above", "kinds", "flags", "longest")
    ret = {name: numbers.u() for name in names}
    ret["calls"] = [(numbers.u(), numbers.u(), numbers.u()) for _ in range(numbers.u())]
    ret["tasks"], tid = [], 0
    for _ in range(numbers.u()):
        tid += numbers.i()
        ret["tasks"].append((tid + numbers.i(), tid))
    return ret


def read_pieces(col, contents, args):
    before = None
    for _ in range(col[16].u()):
        where = col[17].u()
        argument, when, flags = where & 7, where >> 3 & 3, where >> 5
        if before and before[:2] == (argument, when):
            expected = before[2]
        else:
            expected = args[argument] if argument < 6 else 0
        address = expected + col[18].i() & WORD
        place = col[19].u()
        data = contents[place - 1] if place else b""
        before = (argument, when, address + len(data))
        yield {"arg": argument, "when": when, "flags": flags, "addr": address, "bytes": data}


def read_call(col, event, contents, calls, last, waits):
    place = col[6].u()
    event["abi"], event["nr"] = calls[place][:2]
    event["flags"] = col[7].u()
    event["took"] = col[8].i()
    event["queued"] = col[24].u() if waits else 0
    args, ret = last.get(place, ([0] * 6, 0))
    args = [word + col[9 + i].i() & WORD for i, word in enumerate(args)]
    ret = ret + col[15].i() & WORD
    last[place] = args, ret
    event["args"], event["ret"] = args, signed(ret)
    event["pieces"] = list(read_pieces(col, contents, args))


def events(body):
    col = columns(body)
    for number in range(1, 25):
        col.setdefault(number, Numbers(b""))
    known = zone(col[1])
    contents, last, time = [], {}, known["first"]
    waits = col[24].left()  # files from before there was such a column are whole
    while col[20].left():
        contents.append(col[21].take(col[20].u()))
    for _ in range(known["events"]):
        time = time + col[3].i() & WORD
        event = {"kind": col[2].u(), "time": time, "cpu": col[4].u()}
        event["pid"], event["tid"] = known["tasks"][col[5].u()]
        if event["kind"] in (ENTER, CALL):
            read_call(col, event, contents, known["calls"], last, waits)
        else:
            event["record"] = Numbers(col[23].take(col[22].u()))
        yield event
    assert not any(numbers.left() for numbers in col.values()), "something was left over"


def state(event):
    """What a record of the state at the start says: kinds 15, 17, 18 and 20."""
    record = event["record"]
    ret = {"fd": record.i(), "flags": record.u(), "path": record.take(record.u())[:-1].decode()}
    if event["kind"] == FD and record.left():
        names = "id", "peer", "kind", "bits"
        ret.update((name, record.u()) for name in names)
        ret.update((name, record.i()) for name in ("family", "type", "protocol"))
        ret.update((name, record.u()) for name in ("mode", "major", "minor"))
        ret["target"] = record.i()
        ret["local"] = record.take(record.u())
        ret["remote"] = record.take(record.u())
    assert not record.left()
    return ret


def index(data):
    """(offset, length, zone) of each block."""
    offset, checksum, mark = struct.unpack("<QQ8s", data[-24:])
    assert mark == b"rnc end\n" and checksum == hash_of(data[-24:-16])
    kind, length = struct.unpack("<II", data[offset:offset + 8])
    assert kind == INDEX
    numbers, at = columns(data[offset + 16:offset + 16 + length])[1], 0
    while numbers.left():
        at += numbers.u()
        length = numbers.u()
        yield at, length, zone(numbers)
        at += length
