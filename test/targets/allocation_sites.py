"""allocation_sites.py: allocates while tracemalloc traces; "truth FILE" writes what tracemalloc itself says of every
object that can be reached."""
import array
import collections
import ctypes
import datetime
import functools
import gc
import io
import json
import os
import re
import signal
import sys
import threading
import tracemalloc
import types
import weakref

import harness

MANAGED_DICT = 1 << 4
KEPT = []
FOUND = []
STOP = threading.Event()


class Plain:
    def __init__(self, value):
        self.value = value


class Slotted:
    __slots__ = ("value", "__weakref__")

    def __init__(self, value):
        self.value = value


class Text(str):
    pass


class Mapping(dict):
    pass


def generator(value):
    held = [value]
    yield held


async def coroutine(value):
    return [value]


def closure(value):
    def inner():
        return value

    return inner


def suspended(value):
    made = generator(value)
    next(made)
    return made


def one_of_each(i):
    plain = Plain([i])
    waiting = coroutine(i)
    KEPT.append(waiting)
    return [
        plain,
        Slotted({"number": i + 1000}),
        Text("text %d" % i),
        Mapping(one=i),
        object(),
        10.5 + i,
        10 ** 30 + i,
        complex(i, 1),
        "str %d" % i,
        b"bytes %d" % i,
        bytearray(5000 + i),
        (i, [i]),
        {i, "x"},
        frozenset([i, "y"]),
        dict.fromkeys(range(i % 9)),
        collections.OrderedDict(a=i),
        collections.deque([i]),
        collections.defaultdict(list, a=[]),
        collections.namedtuple("Point", "x y")(i, 2) if i < 3 else None,
        array.array("d", [1.0] * (i + 1)),
        types.SimpleNamespace(a=i),
        functools.partial(print, i),
        closure([i]),
        plain.__init__,
        suspended(i),
        weakref.ref(plain),
        memoryview(b"abc"),
        iter([i]),
        re.compile("a{%d}" % i) if i < 3 else None,
        datetime.datetime(2020, 1, 1) + datetime.timedelta(i),
        io.BytesIO(b"x" * i),
        type("Made%d" % i, (), {"x": i}) if i < 3 else None,
        Exception("e", i),
        slice(i, [i]),
        range(i + 1000),
        types.ModuleType("made%d" % i),
        lambda: i,
        [k for k in range(i % 7)],
        super(Plain, plain),
        ctypes.c_int(i),
        (ctypes.c_double * 3)(),
    ]


def below(depth, i):
    return one_of_each(i) if depth == 0 else below(depth - 1, i)


def make(count):
    for i in range(count):
        KEPT.append(below(i % 4, i))


def reuse(count):
    """Objects in memory, and from free lists, that others had."""
    for i in range(count):
        KEPT.append([{"a": [i]}, (i, i + 1000.5), Plain(i)])
    del KEPT[-count::2]
    for i in range(count):
        KEPT.append([{"b": [i]}, (i, i + 2000.5), Plain(i)])


def churn():
    rows = []
    while not STOP.is_set():
        rows.append([Plain(str(len(rows))), bytearray(700)])
        if len(rows) > 500:
            del rows[:300]


def domains():
    """What an extension has traced in a domain of its own, at the addresses of objects, too."""
    track = ctypes.pythonapi.PyTraceMalloc_Track
    track.argtypes = [ctypes.c_uint, ctypes.c_size_t, ctypes.c_size_t]
    for number, row in enumerate(KEPT):
        if isinstance(row, list):
            for item in row:
                track(389047 + number % 3, id(item), 8)


def truth(file):
    seen = {}
    pending = [KEPT, sys.modules]
    while pending:
        item = pending.pop()
        if id(item) in seen or isinstance(item, types.FrameType):
            continue
        seen[id(item)] = item
        pending.extend(gc.get_referents(item))
    told = {}
    for address, item in seen.items():
        # CPython 3.11 looks for what has a managed __dict__ where it does not begin.
        if sys.version_info[:2] == (3, 11) and type(item).__flags__ & MANAGED_DICT:
            continue
        stack = tracemalloc.get_object_traceback(item)
        told[address] = [type(item).__name__, stack and [[f.filename, f.lineno] for f in reversed(stack)]]
    with open(file, "w") as out:
        json.dump(told, out)


def word(address):
    return ctypes.c_uint64.from_address(address)


def find_table():
    """The table of traces: what a word of CPython's data points to, with the functions of such a table."""
    functions = [ctypes.cast(getattr(ctypes.pythonapi, "_Py_hashtable_" + name), ctypes.c_void_p).value
                 for name in ("hash_ptr", "compare_direct")]
    places = (40, 48) if OLD else (32, 40)
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        rows = [(line.split()[0], line.split()[1], line.split()[-1]) for line in maps]
        ranges = [(int(row[0].split("-")[0], 16), int(row[0].split("-")[1], 16), row) for row in rows]
        image = next(row[2] for start, end, row in ranges if start <= functions[0] < end)
        behind = max(end for start, end, row in ranges if row[2] == image)
        for start, end, row in ranges:
            # Static variables without a value are in an anonymous mapping behind the file's.
            if row[1][:2] != "rw" or row[2] != image and start != behind:
                continue
            memory.seek(start)
            for candidate in array.array("Q", memory.read(end - start)):
                if candidate % 16 or not any(low <= candidate < high - 96 and mapped[1][:2] == "rw"
                                             for low, high, mapped in ranges):
                    continue
                if [word(candidate + place).value for place in places] != functions:
                    continue
                sizes = [word(candidate + place).value for place in ((24, 32) if OLD else (48, 56))]
                if sizes == [8, 16] if OLD else sizes[0] == 0 != sizes[1]:
                    return candidate


def scribble(memory, kind, table):
    """Writes what CPython would not."""

    def get(address, size=8):
        return int.from_bytes(os.pread(memory, size, address), "little")

    def put(address, value, size=8):
        os.pwrite(memory, value.to_bytes(size, "little"), address)

    bucket_count = table + (0 if OLD else 8)
    first = get(table + 16)
    for bucket in range(0, get(bucket_count), 7):
        entry = get(first + 8 * bucket)
        if not entry:
            continue
        trace = entry + 24 if OLD else get(entry + 24)
        traceback = get(trace + 8)
        if kind == "hash":
            put(entry + 8, get(entry + 8) ^ 1 << 40)
        elif kind == "key":
            put(entry + 16, get(entry + 16) + 16)
        elif kind == "unmapped":
            put(trace + 8, 0x123456789000)
        elif kind == "frames":
            put(traceback + 8, 60000, 2)
        elif kind == "file":
            put(traceback + 12, id(KEPT))
        elif kind == "next":
            put(entry, 0x123456789008)
        elif kind == "circle":
            put(entry, entry)
    if kind == "buckets":
        put(bucket_count, get(bucket_count) - 1)


def spoil(kind):
    """A child that is stopped, with a table that is not as CPython makes it."""
    if not FOUND:
        FOUND.append(find_table())
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
    os.waitpid(child, os.WUNTRACED)
    memory = os.open("/proc/%d/mem" % child, os.O_RDWR)
    scribble(memory, kind, FOUND[0])
    os.close(memory)
    return child


OLD = sys.version_info < (3, 9)


def main():
    threads = []
    harness.say("ready")
    while True:
        line = harness.read_line()
        name, *rest = line.split()
        if name == "start":
            tracemalloc.start(int(rest[0]))
        elif name == "stop":
            tracemalloc.stop()
        elif name == "make":
            make(int(rest[0]))
        elif name == "reuse":
            reuse(int(rest[0]))
        elif name == "replace":
            sys.modules["_tracemalloc"]._get_object_traceback = lambda item: (("wrong.py", 1),)
        elif name == "domains":
            domains()
        elif name == "churn":
            threads.append(threading.Thread(target=churn, daemon=True))
            threads[-1].start()
        elif name == "spoil":
            harness.say(spoil(rest[0]))
            continue
        elif name == "truth":
            truth(rest[0])
        else:
            harness.answer(line)
            continue
        harness.say("done")


main()
