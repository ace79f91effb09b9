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
import re
import sys
import threading
import tracemalloc
import types
import weakref

import harness

MANAGED_DICT = 1 << 4
KEPT = []
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
    elif name == "domains":
        domains()
    elif name == "churn":
        threads.append(threading.Thread(target=churn, daemon=True))
        threads[-1].start()
    elif name == "truth":
        truth(rest[0])
    else:
        harness.answer(line)
        continue
    harness.say("done")
