"""Objects that own memory besides themselves. "owned" is answered with {name: [address, bytes, blocks]}: what each took
in the account of malloc with what it alone refers to, and about how many blocks. Run it with PYTHONMALLOC=malloc."""
import array
import collections
import ctypes
import decimal
import functools
import gc
import io
import mmap
import os
import pickle
import queue
import struct
import xml.etree.ElementTree as ElementTree
import _thread

import harness


def imported(name):
    try:
        return __import__(name)
    except ImportError:
        return None


class Account(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "a b c d mapped e f used g h".split()]


libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Account
TEXTS = ["text %d" % i * 30 for i in range(2000)]
FLOATS = [float(i) for i in range(20000)]
BYTES = os.urandom(1000)


class Numbers(ctypes.Structure):
    _fields_ = [("numbers", ctypes.c_double * 4000)]


NUMBERS = Numbers()


def written():
    file = io.StringIO()
    for text in TEXTS:
        file.write(text)
    return file


def read():
    file = written()
    file.seek(0)
    file.read(1)
    file.seek(0, io.SEEK_END)
    file.write("more")
    return file


def pickler():
    made = pickle.Pickler(io.BytesIO())
    made.dump(TEXTS)
    return made


def element():
    root = ElementTree.Element("r")
    root.extend(ELEMENTS)
    return root


ELEMENTS = [ElementTree.Element("e") for _ in range(20000)]


def ring():
    made = collections.deque(FLOATS)
    made.rotate(70)
    return made


@functools.lru_cache(maxsize=50000)
def cached(number):
    return None


def fill(cache):
    cache.cache_clear()
    for number in FLOATS:
        cache(number)
    return cache


def simple_queue():
    made = queue.SimpleQueue()
    for number in FLOATS:
        made.put(number)
    return made


def compress(made):
    made.compress(BYTES)
    return made


def database(sqlite3):
    made = sqlite3.connect(":memory:")
    made.execute("create table t(x)")
    made.executemany("insert into t values(?)", [(BYTES,)] * 100)
    return made


MAKERS = {
    "written StringIO": written,
    "read StringIO": read,
    "string buffer": lambda: ctypes.create_string_buffer(100000),
    "ctypes array": ctypes.c_double.__mul__(12500),
    "ctypes structure": Numbers,
    "part of a structure": lambda: NUMBERS.numbers,
    "Pickler": pickler,
    "Struct": lambda: struct.Struct("<" + "ih" * 200),
    "Decimal": lambda: decimal.Decimal("1" * 20000),
    "Element": element,
    "Element of itself": lambda: ElementTree.Element("r", a="b"),
    "deque": ring,
    "OrderedDict": lambda: collections.OrderedDict.fromkeys(FLOATS),
    "lock": _thread.allocate_lock,
    "RLock": _thread.RLock,
    "SimpleQueue": simple_queue,
    "array": lambda: array.array("d", FLOATS),
    "buffered file": lambda: io.BufferedRandom(io.BytesIO(), 50000),
}
STATES = {
    "zlib": lambda zlib: compress(zlib.compressobj(9)),
    "bz2": lambda bz2: compress(bz2.BZ2Compressor()),
    "lzma": lambda lzma: compress(lzma.LZMACompressor()),
    "sqlite3": database,
    "ssl": lambda ssl: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    "pyexpat": lambda pyexpat: pyexpat.ParserCreate(),
    "hashlib": lambda hashlib: hashlib.new("sha256", BYTES),
}
for name, make in STATES.items():
    library = imported(name)
    if library:
        MAKERS[name] = functools.partial(make, library)


SMALL = ["part of a structure", "Element of itself", "lock", "RLock"]
BLOCKS = {"OrderedDict": len(FLOATS), "deque": len(FLOATS) // 64}


def used():
    account = libc.mallinfo2()
    return account.used + account.mapped


def measured(make, number):
    """One of them, and what each takes: the median of some times, since malloc's caches count as used."""
    sizes = []
    made = [None] * number
    for _ in range(5):
        made[:] = [None] * number
        before = used()
        for i in range(number):
            made[i] = make()
        sizes.append((used() - before) // number)
    return made, sorted(sizes)[2]


gc.disable()
kept = {}
report = {}
for name, make in MAKERS.items():
    kept[name], size = measured(make, 200 if name in SMALL else 1)
    report[name] = [id(kept[name][0]), size, BLOCKS.get(name, 1)]
before = used()
kept["lru_cache"] = fill(cached)
report["lru_cache"] = [id(cached), used() - before, 2 * len(FLOATS)]
kept["anonymous mapping"] = mapping = mmap.mmap(-1, 2000000)
report["anonymous mapping"] = [id(mapping), 2000000, 1]
with open(__file__, "rb") as file:
    kept["mapped file"] = mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
report["mapped file"] = [id(mapping), 0, 1]
harness.say("ready")
while True:
    line = harness.read_line()
    if line == "owned\n":
        harness.say(report)
    else:
        harness.answer(line)
