"""A program whose C code has lost references: leaked_refs.py COUNT."""
import ctypes
import sys
import weakref

import harness


class Kept:
    __slots__ = ("__weakref__", "others")


class Lost:
    pass


COUNT = int(sys.argv[1])
KEPT = [Kept() for _ in range(COUNT)]
WATCHING = [weakref.ref(o) for o in KEPT]
for _ in range(COUNT):
    lost = Lost()
    lost.held = ["by what is lost"]
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(lost))
    del lost

harness.say("ready")
while True:
    harness.answer(harness.read_line())
