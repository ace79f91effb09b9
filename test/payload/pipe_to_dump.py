"""Makes the messages of a payload's pipe (payload/protocol.h) a dump file (docs/dump-format.md), for tests: the tool
does the same in C++. A chunk for each message, objects one by one, no address in `recent` used again."""

import struct
import zlib

import read_dump

COLUMNS, META, PROGRESS, END = 64, 65, 66, 67


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def zigzag(value):
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def string(text):
    data = text if isinstance(text, bytes) else text.encode()
    return varint(len(data)) + data


def chunk(kind, payload):
    header = b"HDCK" + struct.pack("<III", kind, len(payload), zlib.crc32(payload))
    return header + struct.pack("<I", zlib.crc32(header)) + payload


def pairs(values):
    return varint(len(values)) + b"".join(string(k) + string(v) for k, v in values.items())


class Message(read_dump.Reader):
    def take(self, length):
        assert self.at + length <= len(self.data), "a record crosses the end of its message"
        self.at += length
        return self.data[self.at - length : self.at]

    def numbers(self, count, code="Q"):
        return struct.unpack("<%d%s" % (count, code), self.take(count * (8 if code == "Q" else 4)))

    def definition(self, kind):
        """A record that a dump file has as it is here."""
        read = {1: self.type, 2: self.shape, 4: self.root, 5: self.module, 6: self.thread, 7: self.frame}.get(kind)
        assert read, "unknown record %d" % kind
        read()
        self.take(0)


def messages(stream):
    """Each whole message; what follows the last one was cut off."""
    at = 0
    while at < len(stream):
        (length,) = struct.unpack_from("<I", stream, at)
        if at + 4 + length > len(stream):
            return
        yield Message(stream[at + 4 : at + 4 + length])
        at += 4 + length


def convert(stream):
    """(dump file, END status or None); checks that each message is what protocol.h says."""
    file, status, _ = convert_and_watch(stream)
    return file, status


def convert_and_watch(stream):
    """The same, and what the progress was in between: (objects written, objects known)."""
    meta, end, chunks, progress = {}, {}, [], []
    status, objects, references = None, 0, 0
    for message in messages(stream):
        assert status is None, "something follows the END record"
        records = []
        previous = 0
        while message.at < len(message.data):
            start = message.at
            kind = message.varint()
            if kind == COLUMNS:
                encoded, previous, n, r = columns(message, previous)
                records.append(encoded)
                objects += n
                references += r
            elif kind == META:
                key = message.string()
                end[key] = message.string()
            elif kind == PROGRESS:
                progress.append((message.varint(), message.varint()))
                assert progress[-1][0] == objects <= progress[-1][1]
            elif kind == END:
                status = message.string()
                promised = message.varint(), message.varint()
                assert promised == (objects, references) or status != "ok"
            else:
                message.definition(kind)
                records.append(message.data[start : message.at])
        if records:
            chunks.append(chunk(2, b"".join(records)))
    end.update(status=status or "the pipe ended early", objects=str(objects), references=str(references))
    head = b"HEAPDUMP" + struct.pack("<HH", 1, 1)
    head += struct.pack("<I", zlib.crc32(head))
    return head + chunk(1, pairs(meta)) + b"".join(chunks) + chunk(3, pairs(end)), status, progress


def columns(message, previous):
    shape, n, r, c = message.numbers(4, "I")
    addresses, sizes, refcounts = message.numbers(n), message.numbers(n), message.numbers(n)
    flags = message.take(n)
    counts = message.numbers(n, "I")
    targets = message.numbers(r)
    lengths = message.numbers(n, "I")
    content = message.take(c)
    assert sum(counts) == r and sum(lengths) == c
    out = [varint(3) + varint(n)]
    target_at = content_at = 0
    for i in range(n):
        assert addresses[i] % 8 == 0 and bool(lengths[i]) <= bool(flags[i] & 32)
        out.append(varint(shape) + zigzag((addresses[i] - previous) // 8) + varint(sizes[i]) + varint(refcounts[i]))
        out.append(flags[i : i + 1])
        previous = addresses[i]
        if flags[i] & 32:
            out.append(string(content[content_at : content_at + lengths[i]]))
        content_at += lengths[i]
        out.append(varint(counts[i]))
        for target in targets[target_at : target_at + counts[i]]:
            steps = (target - addresses[i]) // 8
            out.append(varint((steps << 1 if steps >= 0 else (-steps << 1) - 1) << 1) if target else varint(2049))
        target_at += counts[i]
    return b"".join(out), previous, n, sum(1 for target in targets if target)
