"""A program that wastes memory; "waste" answers what of it, as sys.getsizeof says."""
import sys

import harness

COUNT = 500


class Plain:
    def __init__(self, number):
        self.number = number
        self.name = "plain-%d" % number
        self.tags = []


class Slotted:
    __slots__ = ("number", "name")

    def __init__(self, number):
        self.number = number
        self.name = "slotted-%d" % number


class Ragged:
    def __init__(self, number):
        setattr(self, "name_%d" % (number % 7), number)


PLAIN = [Plain(1000 + i) for i in range(COUNT)]
SLOTTED = [Slotted(i) for i in range(COUNT)]
RAGGED = [Ragged(i) for i in range(COUNT)]
TEXTS = ["".join(["a text ", "that is there ", "many times"]) for _ in range(COUNT)]
LONG = ["".join(["long " * 100, "text"]) for _ in range(COUNT)]
BYTES = [bytes([1, 2, 3, 4, 5]) + b"six" * (i // i) for i in range(1, COUNT + 1)]
NUMBERS = [float("1.25") for _ in range(COUNT)]
SPARSE = {i: None for i in range(50000)}
for i in range(49990):
    del SPARSE[i]


def equal(objects):
    assert len({id(o) for o in objects}) == len(objects)
    return {"count": len(objects), "wasted": sum(map(sys.getsizeof, objects[1:]))}


harness.say("ready")
while True:
    line = harness.read_line()
    if line == "waste\n":
        harness.say(
            {
                "texts": equal(TEXTS),
                "long": equal(LONG),
                "bytes": equal(BYTES),
                "numbers": equal(NUMBERS),
                "empty": {"count": COUNT, "wasted": sum(sys.getsizeof(one.tags) for one in PLAIN)},
                "sparse": sys.getsizeof(SPARSE) - sys.getsizeof(dict(SPARSE)),
            }
        )
    else:
        harness.answer(line)
