"""
Reads Parquet files by the format's description alone (github.com/apache/parquet-format), as far as
docs/tables.md says that ours go: flat INT64 and UTF-8 columns, pages of version 1, zstd.
"""

import struct

from trace_file import Numbers, zstd

PLAIN, RLE, RLE_DICTIONARY = 0, 3, 8
INT64, BYTE_ARRAY, ZSTD = 2, 6, 6
DATA_PAGE, DICTIONARY_PAGE = 0, 2


def thrift_value(numbers, kind):
    if kind in (1, 2):
        return kind == 1
    if kind in (4, 5, 6):
        return numbers.i()
    if kind == 8:
        return numbers.take(numbers.u())
    if kind == 9:
        head = numbers.take(1)[0]
        size = head >> 4 if head >> 4 < 15 else numbers.u()
        return [thrift_value(numbers, head & 15) for _ in range(size)]
    assert kind == 12, f"type {kind}"
    return thrift_struct(numbers)


def thrift_struct(numbers):
    """{number of the field: value}, of the compact protocol."""
    ret, field = {}, 0
    while True:
        head = numbers.take(1)[0]
        if not head:
            return ret
        field = field + (head >> 4) if head >> 4 else numbers.i()
        ret[field] = thrift_value(numbers, head & 15)


def runs(numbers, width, count):
    """`count` numbers of the hybrid of runs and packed bits."""
    ret = []
    while len(ret) < count:
        head = numbers.u()
        if head & 1:
            bits = int.from_bytes(numbers.take((head >> 1) * width), "little")
            ret += [bits >> i * width & (1 << width) - 1 for i in range((head >> 1) * 8)]
        else:
            ret += [int.from_bytes(numbers.take((width + 7) // 8), "little")] * (head >> 1)
    return ret[:count]


def plain(numbers, kind, count):
    if kind == INT64:
        return list(struct.unpack(f"<{count}q", numbers.take(8 * count)))
    return [numbers.take(struct.unpack("<I", numbers.take(4))[0]).decode() for _ in range(count)]


def page(numbers):
    """(header, decompressed bytes)."""
    header = thrift_struct(numbers)
    room = bytes(header[2])
    stored = numbers.take(header[3])
    assert zstd.ZSTD_decompress(room, len(room), stored, len(stored)) == len(room)
    return header, Numbers(room)


def chunk_values(data, chunk, optional):
    """The values of a column in a row group, None where there is none."""
    about = chunk[3]
    assert about[4] == ZSTD
    numbers = Numbers(data)
    numbers.at, dictionary = about.get(11, about[9]), None
    start = numbers.at
    if 11 in about:
        header, texts = page(numbers)
        assert header[1] == DICTIONARY_PAGE and header[7][2] == PLAIN
        dictionary = plain(texts, about[1], header[7][1])
        assert not texts.left()
    assert numbers.at == about[9]
    header, body = page(numbers)
    assert header[1] == DATA_PAGE and header[5][1] == about[5]
    assert numbers.at - start == about[7], "total_compressed_size"
    levels = [1] * about[5]
    if optional:
        length = struct.unpack("<I", body.take(4))[0]
        levels = runs(Numbers(body.take(length)), 1, about[5])
    assert about[12][3] == levels.count(0), "null_count"
    if dictionary:
        assert header[5][2] == RLE_DICTIONARY in about[2]
        width = body.take(1)[0]
        values = [dictionary[i] for i in runs(body, width, sum(levels))]
    else:
        assert header[5][2] == PLAIN
        values = plain(body, about[1], sum(levels))
    assert not body.left()
    if 5 in about[12]:
        assert struct.unpack("<qq", about[12][5] + about[12][6]) == (max(values), min(values))
    values = iter(values)
    return [next(values) if level else None for level in levels]


def rows(data):
    """(facts, number of row groups, rows as dictionaries)."""
    assert data[:4] == data[-4:] == b"PAR1"
    length = struct.unpack("<I", data[-8:-4])[0]
    numbers = Numbers(data[-8 - length:-8])
    footer = thrift_struct(numbers)
    assert not numbers.left()
    root, *schema = footer[2]
    assert root[5] == len(schema)
    assert all((column[1] == BYTE_ARRAY) == (column.get(10) == {1: {}}) for column in schema)
    names = [column[4].decode() for column in schema]
    ret = []
    for group in footer[4]:
        columns = [chunk_values(data, chunk, column[3] == 1) for chunk, column in zip(group[1], schema)]
        assert {len(column) for column in columns} == {group[3]}
        ret += [dict(zip(names, row)) for row in zip(*columns)]
    assert len(ret) == footer[3]
    facts = {fact[1].decode(): fact[2].decode() for fact in footer[5]}
    return facts, len(footer[4]), ret
