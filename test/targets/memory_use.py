"""memory_use.py LIBRARY: what it takes of memory it is told, by commands; "totals" says what malloc and the kernel know."""
import ctypes
import os
import re
import sys

import harness

library = ctypes.CDLL(sys.argv[1])
for name in "lose", "lose_quarter", "lose_in_thread", "lose_huge", "map_sparsely":
    getattr(library, name).argtypes = [ctypes.c_long, ctypes.c_long]
library.map_pages.argtypes = library.map_shared.argtypes = [ctypes.c_long]
KEPT = []


class Row:
    __slots__ = ("id",)

    def __init__(self, id):
        self.id = id


def keep(count):
    """Objects of Python's."""
    KEPT.extend(Row(None) for _ in range(count))


def fragment(count, every):
    """Objects of which few stay, here and there."""
    rows = [Row(None) for _ in range(count)]
    KEPT.extend(rows[::every])
    del rows


def free(count):
    """Objects at the end; some at the start of each pool keep the pools."""
    del KEPT[-count:]


def keep_untouched(size):
    """A bytes object that nobody has written to."""
    KEPT.append(bytes(size))


def totals():
    values = [ctypes.c_uint64() for _ in range(3)]
    library.account(*map(ctypes.byref, values))
    with open("/proc/self/status") as status:
        rss = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) << 10
    used, free, mapped = (value.value for value in values)
    with open("/proc/self/status") as status:
        tables = int(re.search(r"VmPTE:\s+(\d+)", status.read()).group(1)) << 10
    return {"used": used, "free": free, "mapped": mapped, "rss": rss, "tables": tables}


def fork(_):
    """The child goes on, and answers."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os._exit(0)


COMMANDS = {"fork": fork, "keep": keep, "fragment": fragment, "free": free, "keep_untouched": keep_untouched}
harness.say("ready")
while True:
    line = harness.read_line()
    name, *numbers = line.split()
    if name == "totals":
        harness.say(totals())
    elif name in COMMANDS or hasattr(library, name):
        (COMMANDS.get(name) or getattr(library, name))(*map(int, numbers))
        harness.say(str(os.getpid()) if name == "fork" else "done")
    else:
        harness.answer(line)
