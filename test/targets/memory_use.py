"""memory_use.py LIBRARY: what it takes of memory it is told, by commands; "totals" says what malloc and the kernel know."""
import ctypes
import re
import sys

import harness

library = ctypes.CDLL(sys.argv[1])
for name in "lose", "lose_quarter", "lose_in_thread", "lose_huge":
    getattr(library, name).argtypes = [ctypes.c_long, ctypes.c_long]
library.map_pages.argtypes = [ctypes.c_long]
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


def totals():
    values = [ctypes.c_uint64() for _ in range(3)]
    library.account(*map(ctypes.byref, values))
    with open("/proc/self/status") as status:
        rss = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) << 10
    used, free, mapped = (value.value for value in values)
    return {"used": used, "free": free, "mapped": mapped, "rss": rss}


COMMANDS = {"keep": keep, "fragment": fragment}
harness.say("ready")
while True:
    line = harness.read_line()
    name, *numbers = line.split()
    if name == "totals":
        harness.say(totals())
    elif name in COMMANDS or hasattr(library, name):
        (COMMANDS.get(name) or getattr(library, name))(*map(int, numbers))
        harness.say("done")
    else:
        harness.answer(line)
