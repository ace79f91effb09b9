"""Reads heap dumps. Written from docs/dump-format.md alone; standard library only, Python 3.8 and newer.

    python read_dump.py FILE                          counts by type, and what the dump says of itself, as JSON
    python read_dump.py FILE --objects [ADDRESS...]   one JSON document a line for each object, or for those
"""

import gc
import json
import struct
import sys
import zlib
from collections import Counter
from typing import Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

MAX_CHUNK = 16 << 20
META, RECORDS, END = 1, 2, 3
NULL_REFERENCE = 2049
KINDS = ("type", "key", "value", "item", "attribute", "slot", "cell", "local", "field", "weak", "other")
ROOT_KINDS = (None, "module", "frame", "thread", "interpreter", "static", "c", "greenlet", "data")


class NotADump(Exception):
    """A foreign file, or a dump whose header or metadata cannot be read."""


class Type(NamedTuple):
    address: int
    flags: int
    module: str
    qualname: str

    @property
    def name(self) -> str:
        return self.qualname if self.module in ("", "builtins") else self.module + "." + self.qualname


class Shape(NamedTuple):
    type: int
    named: List[Tuple[int, str]]
    tail: List[int]


class Reference(NamedTuple):
    kind: str
    label: object  # str, None, or for a value the address of its key
    target: Optional[int]  # None: a slot that is not set


class HeapObject:
    __slots__ = ("address", "shape", "size", "refcount", "flags", "content", "targets", "dump")

    @property
    def type(self) -> Optional[Type]:
        shape = self.dump.shapes.get(self.shape)
        return self.dump.types.get(shape.type) if shape else None

    @property
    def type_name(self) -> Optional[str]:
        names = self.dump.type_names
        if self.shape not in names:
            found = self.type
            names[self.shape] = found.name if found else None
        return names[self.shape]

    tracked = property(lambda self: bool(self.flags & 1))
    generation = property(lambda self: self.flags >> 1 & 3 if self.flags & 8 else None)
    immortal = property(lambda self: bool(self.flags & 16))
    truncated = property(lambda self: bool(self.flags & 64))
    content_is_text = property(lambda self: bool(self.flags & 128))

    @property
    def references(self) -> Iterator[Reference]:
        shape = self.dump.shapes.get(self.shape)
        named, tail = (shape.named, shape.tail) if shape else ([], [])
        key = None
        for position, target in enumerate(self.targets):
            kind, label = 10, None
            if position < len(named):
                kind, label = named[position]
            elif tail:
                turn, step = divmod(position - len(named), len(tail))
                kind = tail[step] & 0x7F
                if tail[step] & 0x80:
                    label = str(turn)
            if kind == 1:
                key = target
            elif kind == 2:
                label = key
            yield Reference(KINDS[kind], label or None, target)

    @property
    def reported(self) -> List[int]:
        """What its tp_traverse reports: addresses, the type's among them. The weak references are not."""
        positions, no_type, no_tail = self.dump.unreported.get(self.shape, (set(), False, False))
        shape = self.dump.shapes[self.shape]
        found = [
            reference.target
            for position, reference in enumerate(self.references)
            if reference.target is not None
            and reference.kind != "weak"
            and position not in positions
            and not (no_tail and position >= len(shape.named))
        ]
        return found if no_type or not self.type.flags & 1 << 9 else found + [shape.type]


class Dump:
    """`warnings` says what was damaged; `complete` whether the dump is whole, known once the objects were read."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            data = file.read()
        self.warnings: List[str] = []
        if path.endswith(".gz") or data[:2] == b"\x1f\x8b":
            data = self._gunzip(data)
        self.data = data
        self.meta: Dict[str, str] = {}
        self.end: Optional[Dict[str, str]] = None
        self.types: Dict[int, Type] = {}
        self.shapes: Dict[int, Shape] = {}
        self.type_names: Dict[int, Optional[str]] = {}  # by shape, of those asked for
        self.roots: List[Tuple[int, str, str]] = []
        self.modules: List[Tuple[int, str, str]] = []
        self.threads: List[Tuple[int, str]] = []
        self.frames: List[Tuple[int, int, int, str, str, int]] = []
        self.mappings: List[Tuple[int, int, int, str, int, int, int, int]] = []
        self.pools: List[Tuple[int, ...]] = []
        self.mallocs: List[Tuple[int, int, int, int, int, str]] = []
        self.chunks: List[Tuple[int, ...]] = []
        self.symbols: List[Tuple[int, str]] = []
        self.type_memory: List[Tuple[int, str]] = []
        self.locals: List[Tuple[int, int, int, str]] = []
        self.suspended: Dict[int, Tuple[bool, int, int]] = {}
        self.finalizers: Dict[int, int] = {}
        self.finalized: Set[int] = set()
        self.unreported: Dict[int, Tuple[Set[int], bool, bool]] = {}  # positions, the type, the tail
        self.possible_holders: List[Tuple[int, str]] = []
        self.greenlet_frames: List[Tuple[int, int, int, str, str, int]] = []
        self.sources: Dict[int, str] = {}
        self.functions: List[Tuple[int, str, int, List[Tuple[int, int]]]] = []
        self.sites: Dict[int, Tuple[int, List[Tuple[int, int]]]] = {}
        self.allocations: Dict[int, int] = {}
        self.object_count = 0
        self._objects: Optional[List[HeapObject]] = None
        self._read_header()

    def _gunzip(self, data: bytes) -> bytes:
        stream = zlib.decompressobj(31)
        out = []
        try:
            for start in range(0, len(data), 1 << 16):
                out.append(stream.decompress(data[start : start + (1 << 16)]))
        except zlib.error as error:
            self.warnings.append("gzip: %s" % error)
        if not stream.eof:
            self.warnings.append("the gzip stream is cut off")
        return b"".join(out)

    def _read_header(self) -> None:
        data = self.data
        if len(data) < 16 or data[:8] != b"HEAPDUMP":
            raise NotADump("not a heap dump")
        version, _protocol, crc = struct.unpack_from("<HHI", data, 8)
        if zlib.crc32(data[:12]) != crc:
            raise NotADump("the header is damaged")
        if version != 1:
            raise NotADump("format version %d is not known" % version)
        first = self._chunk_at(16)
        if first is None or first[0] != META or not first[2]:
            raise NotADump("the metadata cannot be read")
        self.meta = dict(_pairs(first[1]))

    def _chunk_at(self, at: int) -> Optional[Tuple[int, bytes, bool, int]]:
        """(kind, payload, whether its checksum is right, offset of the next), or None where no header is."""
        header = self.data[at : at + 20]
        if len(header) < 20 or header[:4] != b"HDCK":
            return None
        kind, length, crc, header_crc = struct.unpack_from("<IIII", header, 4)
        if zlib.crc32(header[:16]) != header_crc or kind not in (META, RECORDS, END) or length > MAX_CHUNK:
            return None
        payload = self.data[at + 20 : at + 20 + length]
        whole = len(payload) == length and zlib.crc32(payload) == crc
        return kind, payload, whole, at + 20 + length

    def _chunks(self) -> Iterator[Tuple[int, bytes]]:
        at = 16
        while at < len(self.data):
            chunk = self._chunk_at(at)
            if chunk is None:
                self.warnings.append("damaged chunk header at %d" % at)
                at = self.data.find(b"HDCK", at + 1)
                while at >= 0 and self._chunk_at(at) is None:
                    at = self.data.find(b"HDCK", at + 1)
                if at < 0:
                    return
                continue
            kind, payload, whole, following = chunk
            if following > len(self.data):
                self.warnings.append("cut off inside the chunk at %d" % at)
                return
            if whole:
                yield kind, payload
            else:
                self.warnings.append("damaged chunk at %d" % at)
            at = following

    def whole_records(self) -> Optional[List[bytes]]:
        """The bytes that all objects, roots, threads and so on were read from; None if something is damaged."""
        chunks = list(self._chunks())
        if self.warnings:
            return None
        return [payload for kind, payload in chunks if kind == RECORDS]

    @property
    def objects(self) -> List[HeapObject]:
        if self._objects is None:
            self._objects = []
            seen = set()
            for kind, payload in self._chunks():
                if kind == END:
                    self.end = dict(_pairs(payload))
                elif kind == RECORDS:
                    self._records(payload, seen)
        return self._objects

    @property
    def all_meta(self) -> Dict[str, str]:
        self.objects
        return {**self.meta, **(self.end or {})}

    @property
    def complete(self) -> bool:
        return self.why_incomplete is None

    @property
    def why_incomplete(self) -> Optional[str]:
        self.objects
        if self.warnings:
            return "; ".join(self.warnings)
        if self.end is None:
            return "the closing record is missing"
        if self.end.get("status") != "ok":
            return self.end.get("status", "no status")
        if self.end.get("objects") != str(self.object_count):
            return "%d objects of %s" % (self.object_count, self.end.get("objects"))
        return None

    def _records(self, payload: bytes, seen: set) -> None:
        r = Reader(payload)
        recent = [0] * 1024
        previous = 0
        last = self._objects[-1] if self._objects else None
        while r.at < len(payload):
            kind = r.varint()
            if kind == 1:
                record = r.type()
                self.types[record.address] = record
            elif kind == 2:
                number, shape = r.shape()
                self.shapes[number] = shape
            elif kind == 3:
                for o in r.objects(previous, recent):
                    o.dump = self
                    self.object_count += 1
                    last, previous = o, o.address
                    if o.address not in seen:
                        seen.add(o.address)
                        self._objects.append(o)
            elif kind == 4:
                self.roots.append(r.root())
            elif kind == 5:
                self.modules.append(r.module())
            elif kind == 6:
                self.threads.append(r.thread())
            elif kind == 7:
                self.frames.append(r.frame())
            elif kind == 8:
                address, position = r.varint(), r.varint()
                more = r.references(r.varint(), address, recent)
                if last is not None and last.address == address and len(last.targets) == position:
                    last.targets += more
            elif kind == 9:
                self.mappings.append(r.mapping())
            elif kind == 10:
                self.pools.append(tuple(r.varint() for _ in range(6)))
            elif kind == 11:
                self.mallocs.append(r.malloc())
            elif kind == 14:
                self.symbols.append((r.varint(), r.string()))
            elif kind == 12:
                self.chunks.append((r.u8(),) + tuple(r.varint() for _ in range(4)))
            elif kind == 21:
                self.locals.append((r.varint(), r.varint(), r.varint(), r.string()))
            elif kind == 22:
                self.suspended.update(r.suspended())
            elif kind == 23:
                address = r.varint()
                self.finalizers[address] = r.u8()
            elif kind == 24:
                address = 0
                for _ in range(r.varint()):
                    address += r.zigzag() * 8
                    self.finalized.add(address)
            elif kind == 25:
                number, also, position, positions = r.varint(), r.u8(), 0, set()
                for _ in range(r.varint()):
                    position += r.varint()
                    positions.add(position)
                self.unreported[number] = positions, bool(also & 1), bool(also & 2)
            elif kind == 19:
                self.type_memory.append(tuple(r.varint() for _ in range(4)))
            elif kind == 20:
                self.possible_holders.append(tuple(r.varint() for _ in range(3)))
            elif kind == 13:
                self.greenlet_frames.append(r.frame())
            elif kind == 15:
                number = r.varint()
                self.sources[number] = r.string()
            elif kind == 16:
                self.functions.append(r.function())
            elif kind == 17:
                number = r.varint()
                self.sites[number] = r.site()
            elif kind == 18:
                address = 0
                for _ in range(r.varint()):
                    address += r.zigzag() * 8
                    self.allocations[address] = r.varint()
            else:
                raise NotADump("unknown record %d" % kind)


class Reader:
    """The fields of records, one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def u8(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        value = self.data[self.at]
        self.at += 1
        if value > 127:
            value, self.at = _longer(self.data, value, self.at)
        return value

    def zigzag(self) -> int:
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def string(self) -> str:
        length = self.varint()
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def function(self) -> Tuple[int, str, int, List[Tuple[int, int]]]:
        source, name, first = self.varint(), self.string(), self.varint()
        lines, end = [], first
        for _ in range(self.varint()):
            begin = end + self.varint()
            end = begin + self.varint()
            lines.append((begin, end))
        return source, name, first, lines

    def site(self) -> Tuple[int, List[Tuple[int, int]]]:
        """(frames of the stack, those that are here as (source, line))"""
        total = self.varint()
        return total, [(self.varint(), self.varint()) for _ in range(self.varint())]

    def type(self) -> Type:
        return Type(self.varint(), self.varint(), self.string(), self.string())

    def shape(self) -> Tuple[int, Shape]:
        number, cls = self.varint(), self.varint()
        named = [(self.u8(), self.string()) for _ in range(self.varint())]
        return number, Shape(cls, named, [self.u8() for _ in range(self.varint())])

    def root(self) -> Tuple[int, str, str]:
        return self.varint(), ROOT_KINDS[self.u8()], self.string()

    def module(self) -> Tuple[int, str, str]:
        return self.varint(), self.string(), self.string()

    def thread(self) -> Tuple[int, str]:
        return self.varint(), self.string()

    def suspended(self) -> Dict[int, Tuple[bool, int, int]]:
        found, address = {}, 0
        for _ in range(self.varint()):
            address += self.zigzag() * 8
            line, step = self.varint(), self.zigzag()
            found[address] = bool(line & 1), line >> 1, address + step * 8 if step else 0
        return found

    def frame(self) -> Tuple[int, int, int, str, str, int]:
        return self.varint(), self.varint(), self.varint(), self.string(), self.string(), self.varint()

    def mapping(self) -> Tuple[int, int, int, str, int, int, int, int]:
        address, size, flags, path = self.varint(), self.varint(), self.u8(), self.string()
        return address, size, flags, path, self.varint(), self.varint(), self.varint(), self.varint()

    def malloc(self) -> Tuple[int, int, int, int, int, str]:
        return self.u8(), self.varint(), self.varint(), self.varint(), self.varint(), self.string()

    def objects(self, previous: int, recent: List[int]) -> Iterator[HeapObject]:
        """Most of a dump is objects, and most of their numbers are one byte: those are read without a call."""
        data = self.data
        for _ in range(self.varint()):
            at = self.at
            o = HeapObject()
            value, at = data[at], at + 1
            if value > 127:
                value, at = _longer(data, value, at)
            o.shape = value
            value, at = data[at], at + 1
            if value > 127:
                value, at = _longer(data, value, at)
            o.address = previous = previous + 8 * (value >> 1 ^ -(value & 1))
            value, at = data[at], at + 1
            if value > 127:
                value, at = _longer(data, value, at)
            o.size = value
            value, at = data[at], at + 1
            if value > 127:
                value, at = _longer(data, value, at)
            o.refcount = value
            o.flags = data[at]
            self.at = at + 1
            o.content = self.string() if o.flags & 32 else None
            at = self.at
            count, self.at = data[at], at + 1
            if count > 127:
                count, self.at = _longer(data, count, at + 1)
            o.targets = self.references(count, previous, recent) if count else []
            yield o

    def references(self, count: int, source: int, recent: List[int]) -> List[Optional[int]]:
        data, at = self.data, self.at
        targets: List[Optional[int]] = []
        for _ in range(count):
            value, at = data[at], at + 1
            if value > 127:
                value, at = _longer(data, value, at)
            if value == NULL_REFERENCE:
                targets.append(None)
            elif value & 1:
                targets.append(recent[value >> 1])
            else:
                value >>= 1
                target = source + 8 * (value >> 1 ^ -(value & 1))
                recent[(target >> 3) * 0x9E3779B97F4A7C15 >> 54 & 1023] = target
                targets.append(target)
        self.at = at
        return targets


def _longer(data: bytes, first: int, at: int) -> Tuple[int, int]:
    """A number whose first byte says that others follow, which begin at `at`, and where it ends."""
    value, shift = first & 127, 7
    while True:
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _pairs(payload: bytes) -> Iterator[Tuple[str, str]]:
    r = Reader(payload)
    for _ in range(r.varint()):
        yield r.string(), r.string()


def summary(dump: Dump) -> dict:
    known = {o.address for o in dump.objects}
    types: Counter = Counter()
    sizes: Counter = Counter()
    edges = missing = 0
    for o in dump.objects:
        name = o.type_name or "?"
        types[name] += 1
        sizes[name] += o.size
        for target in o.targets:
            if target is not None:
                edges += 1
                missing += target not in known
    return {
        "complete": dump.complete,
        "why_incomplete": dump.why_incomplete,
        "meta": dump.all_meta,
        "objects": len(dump.objects),
        "references": edges,
        "references_to_nothing": missing,
        "roots": len(dump.roots),
        "modules": len(dump.modules),
        "types": {name: {"count": types[name], "size": sizes[name]} for name in sorted(types)},
    }


def main(arguments: List[str]) -> int:
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        dump = Dump(arguments[0])
        if "--objects" in arguments:
            wanted = set(map(int, arguments[2:]))
            for o in dump.objects:
                if wanted and o.address not in wanted:
                    continue
                references = [list(reference) for reference in o.references]
                print(json.dumps({"address": o.address, "type": o.type_name, "size": o.size, "refcount": o.refcount,
                                  "flags": o.flags, "content": o.content, "references": references}))
        else:
            json.dump(summary(dump), sys.stdout, indent=1)
            print()
    except (NotADump, OSError) as error:
        print("read_dump: %s: %s" % (arguments[0], error), file=sys.stderr)
        return 5
    return 0


if __name__ == "__main__":
    gc.disable()
    sys.exit(main(sys.argv[1:]))
