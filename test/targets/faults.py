"""Holds objects of a C extension whose tp_traverse fails: faults.py FOLDER COUNT, FOLDER being where it was built."""
import gc
import sys

import harness

sys.path.insert(0, sys.argv[1])
import faulty  # noqa: E402

TYPES = [cls for cls in vars(faulty).values() if isinstance(cls, type)]


class Kept:
    def __init__(self, number):
        self.number = number
        self.items = [number, {"number": number}]


gc.disable()
kept = [Kept(i) for i in range(3000)]
holders = [cls([cls.__name__, i]) for i in range(int(sys.argv[2])) for cls in TYPES]
# Objects of ordinary kinds, one after the other with those that fail.
mixed = [(holder, Kept(i)) for i, holder in enumerate(holders)]
faulty.arm(True)

harness.say([cls.__name__ for cls in TYPES])
while True:
    line = harness.read_line()
    if line == "collect\n":
        faulty.arm(False)
        gc.collect()
        harness.say([sum(k.number == i for i, k in enumerate(kept)), len(gc.get_objects()) > 0])
        faulty.arm(True)
    else:
        harness.answer(line)
