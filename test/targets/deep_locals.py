"""A thread that waits in a function that called itself, whose locals are of known sizes: deep_locals.py DEPTH. "sizes" tells
the size of `payload` of each call, the innermost first."""
import sys
import threading

import harness

DEPTH = int(sys.argv[1])
reached = threading.Event()
sizes = []


def descend(depth):
    payload = bytes(1000 * depth + 1)
    unused = None  # noqa: F841
    captured = [payload]
    sizes.insert(0, len(payload) + bytes().__sizeof__())
    if depth < DEPTH:
        descend(depth + 1)
    else:
        reached.set()
        threading.Event().wait()
    return lambda: captured


def suspended():
    inner = bytearray(5000)
    reached_again.set()
    threading.Event().wait()
    yield inner


def drive():
    generator = suspended()
    next(generator)


reached_again = threading.Event()
threading.Thread(target=descend, args=(1,), name="deep", daemon=True).start()
threading.Thread(target=drive, name="generator", daemon=True).start()
reached.wait()
reached_again.wait()
harness.say("ready")
while True:
    line = harness.read_line()
    if line == "sizes\n":
        harness.say(sizes)
    else:
        harness.answer(line)
