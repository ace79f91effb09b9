"""A program whose C code has lost references, and has some in static variables: leaked_refs.py COUNT."""
import ctypes
import sys
import weakref

import harness


class Kept:
    __slots__ = ("__weakref__", "others")


class Lost:
    pass


class Static:
    """In a static variable, which counts."""


class Borrowed:
    """In a static variable that does not count."""


class Both:
    """In a static variable, and lost once more."""


def count_once_more(o):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(o))


def put(o, variable):
    """Variables of glibc that nobody reads."""
    ctypes.c_void_p.in_dll(ctypes.CDLL("libc.so.6"), variable).value = id(o)


COUNT = int(sys.argv[1])
KEPT = [Kept() for _ in range(COUNT)]
WATCHING = [weakref.ref(o) for o in KEPT]
for _ in range(COUNT):
    lost = Lost()
    lost.held = ["by what is lost"]
    count_once_more(lost)
    del lost

STATIC, BORROWED, BOTH = Static(), Borrowed(), Both()
put(STATIC, "argp_program_version")
put(BORROWED, "argp_program_version_hook")
put(BOTH, "argp_program_bug_address")
for o in (STATIC, BOTH, BOTH):
    count_once_more(o)
del o

harness.say("ready")
while True:
    harness.answer(harness.read_line())
