"""Instances with attributes, to be run with PYTHONMALLOC=malloc: "instances" answers what malloc says of their memory.

Of each: its group, its address, sys.getsizeof, the bytes that malloc gave for the block of its attribute values (0: it
has none apart), and the attributes that its class gave room for when it was made.
"""
import ctypes
import gc
import sys

import harness
import values_block

usable_size = ctypes.CDLL(None).malloc_usable_size
usable_size.restype, usable_size.argtypes = ctypes.c_size_t, [ctypes.c_void_p]


class Plain:
    def __init__(self, n=0):
        self.number, self.name, self.tags = n, "plain-%d" % n, []


class Wide:
    def __init__(self, n=0):
        for i in range(20):
            setattr(self, "field_%d" % i, i)


class Single:
    def __init__(self):
        self.only = ["attribute"]


class Bare:
    pass


class Shrunk(Plain):
    def __init__(self, n=0):
        super().__init__(n)
        del self.name


class MyList(list):
    def __init__(self, n=0):
        self.note = "list-%d" % n


class MyDict(dict):
    def __init__(self, n=0):
        self.note = "dict-%d" % n


class MyInt(int):
    def __init__(self, n=0):
        self.note = "int-%d" % n


class MyError(Exception):
    def __init__(self, n=0):
        self.note = "error-%d" % n


def make(cls, *arguments):
    """An instance, and the room that its class had for it: one more than for the next, or as much."""
    made = cls(*arguments)
    return made, values_block.room(cls) if values_block.values_of(made) else 0


gc.disable()
GROUPS = {cls.__name__: [make(cls, n) for n in range(40)] for cls in (Plain, Wide, Shrunk, MyList, MyDict, MyInt, MyError)}
GROUPS["Bare"] = [make(Bare) for n in range(40)]
GROUPS["Single"] = [make(Single)]
GROUPS["with a dict"] = [make(Plain, n) for n in range(10)]
for made, _ in GROUPS["with a dict"]:
    made.__dict__


def describe(group, made, room):
    values = values_block.values_of(made)
    block = usable_size(values - values_block.prefix_size(values)) if values else 0
    return [group, id(made), sys.getsizeof(made), block, room]


harness.say("ready")
while True:
    line = harness.read_line()
    if line == "instances\n":
        harness.say([describe(group, *one) for group, found in GROUPS.items() for one in found])
    else:
        harness.answer(line)
