"""Reads the messages of a payload's pipe (payload/protocol.h), for tests, and makes them a dump file
(docs/dump-format.md): the tool does the same in C++. A chunk for each message, objects one by one, no address in
`recent` used again."""

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
        read = {1: self.type, 2: self.shape, 4: self.root, 5: self.module, 6: self.thread, 7: self.frame,
                22: self.suspended}.get(kind)
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


class Columns:
    """The objects of a COLUMNS record."""

    def __init__(self, message):
        self.shape, n, r, c = message.numbers(4, "I")
        self.addresses, self.sizes, self.refcounts = message.numbers(n), message.numbers(n), message.numbers(n)
        self.flags = message.take(n)
        self.counts = message.numbers(n, "I")
        self.targets = message.numbers(r)
        self.lengths = message.numbers(n, "I")
        self.content = message.take(c)
        assert sum(self.counts) == r and sum(self.lengths) == c
        for address, length, flags in zip(self.addresses, self.lengths, self.flags):
            assert address % 8 == 0 and bool(length) <= bool(flags & 32)

    def objects(self):
        """(address, size, refcount, flags, content or None, targets, 0 where a slot is not set) of each."""
        target_at = content_at = 0
        for address, size, refcount, flags, count, length in zip(
                self.addresses, self.sizes, self.refcounts, self.flags, self.counts, self.lengths):
            content = self.content[content_at : content_at + length] if flags & 32 else None
            yield address, size, refcount, flags, content, self.targets[target_at : target_at + count]
            target_at += count
            content_at += length

    def encoded(self, previous):
        """As a dump file has them, after an object at `previous`."""
        out = [varint(3) + varint(len(self.addresses))]
        for address, size, refcount, flags, content, targets in self.objects():
            out.append(varint(self.shape) + zigzag((address - previous) // 8) + varint(size) + varint(refcount))
            out.append(bytes((flags,)))
            previous = address
            if content is not None:
                out.append(string(content))
            out.append(varint(len(targets)))
            for target in targets:
                steps = (target - address) // 8
                out.append(varint((steps << 1 if steps >= 0 else (-steps << 1) - 1) << 1) if target else varint(2049))
        return b"".join(out)


class Stream:
    """What came through a pipe; checks that each message is what protocol.h says."""

    def __init__(self, stream):
        self.meta, self.end = {}, {}
        self.status = None
        self.progress = []  # (objects written, objects known), in between
        self.messages = []  # the records of each: Columns, or the bytes that a dump file has, too
        objects = references = 0
        for message in messages(stream):
            assert self.status is None, "something follows the END record"
            records = []
            while message.at < len(message.data):
                start = message.at
                kind = message.varint()
                if kind == COLUMNS:
                    columns = Columns(message)
                    records.append(columns)
                    objects += len(columns.addresses)
                    references += len(columns.targets) - columns.targets.count(0)
                elif kind == META:
                    key = message.string()
                    self.end[key] = message.string()
                elif kind == PROGRESS:
                    self.progress.append((message.varint(), message.varint()))
                    assert self.progress[-1][0] == objects <= self.progress[-1][1]
                elif kind == END:
                    self.status = message.string()
                    promised = message.varint(), message.varint()
                    assert promised == (objects, references) or self.status != "ok"
                else:
                    message.definition(kind)
                    records.append(message.data[start : message.at])
            if records:
                self.messages.append(records)
        self.end.update(
            status=self.status or "the pipe ended early", objects=str(objects), references=str(references))

    def file(self):
        """The dump file."""
        head = b"HEAPDUMP" + struct.pack("<HH", 1, 1)
        parts = [head, struct.pack("<I", zlib.crc32(head)), chunk(1, pairs(self.meta))]
        for records in self.messages:
            payload, previous = [], 0
            for record in records:
                if isinstance(record, Columns):
                    payload.append(record.encoded(previous))
                    previous = record.addresses[-1] if record.addresses else previous
                else:
                    payload.append(record)
            parts.append(chunk(2, b"".join(payload)))
        return b"".join(parts) + chunk(3, pairs(self.end))


class Received(read_dump.Dump):
    """What the reader would have of a stream's file, without one to write and to read."""

    def __init__(self, stream):
        self.warnings, self.roots, self.modules, self.threads, self.frames = [], [], [], [], []
        self.types, self.shapes, self.type_names, self.suspended = {}, {}, {}, {}
        self.meta, self.end = stream.meta, stream.end
        self.object_count = 0
        self._objects = []
        seen = set()
        for records in stream.messages:
            for record in records:
                if isinstance(record, Columns):
                    self._add(record, seen)
                else:
                    self._records(record, seen)

    def _add(self, columns, seen):
        for address, size, refcount, flags, content, targets in columns.objects():
            o = read_dump.HeapObject()
            o.dump, o.shape, o.address, o.size, o.refcount, o.flags = self, columns.shape, address, size, refcount, flags
            o.content = content if content is None else content.decode()
            o.targets = [target or None for target in targets]
            self.object_count += 1
            if address not in seen:
                seen.add(address)
                self._objects.append(o)
