"""Objects to dump and to find again: at "change" it does to each what its name says, "busy" changes one all the time.

It answers with the addresses of its objects, and with what became of them as far as that is certain.
"""
import collections
import ctypes
import gc
import sys
import threading

import harness


class Item:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Plain:
    def __init__(self, count):
        self.count = count
        self.name = "plain"


class Other:
    def __init__(self, count):
        self.count = count
        self.name = "plain"


class Slotted:
    __slots__ = ("first", "second")


class Sized:
    """With nothing but itself, so that what takes its place is as large."""

    __slots__ = ("count", "name")


class AsLarge(Sized):
    __slots__ = ()


class Class:
    level = "before"


def function(argument="before"):
    return argument


def sized(count):
    made = Sized()
    made.count, made.name = count, "sized"
    return made


def steps():
    kept = ["local"]
    yield kept
    kept = ["another"]
    yield kept


def slotted():
    made = Slotted()
    made.first = "one"
    return made


gc.disable()  # what is corrupted below must not be looked at
objects = {
    "same": Plain(1),
    "same dict": {"a": 1, "b": [2], 3: None},
    "same list": ["x", 1.5, None],
    "same set": {"p", "q", 7},
    "same long list": [None] * 100_000,
    "same tuple": ("t", 2, None),
    "same slots": slotted(),
    "same str": "short text",
    "same class": Item,
    "same function": steps,
    "too long list": [None] * 300_000,
    "long str": "x" * 5000,
    "deque": collections.deque([1, 2]),
    "attribute": Plain(5),
    "new attribute": Plain(6),
    "no attribute": Plain(7),
    "value of an attribute": Plain(float("1e300")),
    "attributes in a dict": Item(first=1, second=2),
    "dict": {"kept": 1, "set": "old", "gone": 2},
    "list": ["a", "b", "c"],
    "set": {"a", "b"},
    "slots": slotted(),
    "bytearray": bytearray(b"before"),
    "class": Class,
    "function": function,
    "generator": steps(),
    "class assigned": Plain(8),
    "freed": bytearray(b"freed"),
    "other type": sized(9),
    "same type": sized(10),
    "pages": b"p" * (4 << 20),
    "bad type": Plain(11),
    "circle of types": Plain(12),
    "endless name": Plain(13),
}
next(objects["generator"])
addresses = {name: id(one) for name, one in objects.items()}
kept = []  # what has to live on, and must not be touched


def word(address):
    return ctypes.c_uint64.from_address(address)


def reuse(name, make, count):
    """Frees an object, and has another one made at its address."""
    address = addresses[name]
    # All that is needed for it is there before: it could take the address itself.
    making = map(make.__new__, [make] * 10000)
    kept.append(next(making))
    start = len(kept)
    del objects[name]
    kept.extend(making)
    for one in kept[start:]:
        if id(one) == address:
            one.count, one.name = count, "sized"
            return
    raise AssertionError("no object came to be at the address of %r" % name)


def endless_type():
    """A type whose name does not end before its memory does; it is a copy of a true one."""
    size = sys.getsizeof(Plain)
    copy = ctypes.create_string_buffer(size + 64)
    name = ctypes.create_string_buffer(b"n" * (1 << 20), 1 << 20)
    ctypes.memmove(copy, id(Plain), type.__sizeof__(int))
    at = ctypes.addressof(copy)
    word(at).value = 1
    word(at + 24).value = ctypes.addressof(name)
    kept.extend([copy, name])
    return at


def change():
    objects["attribute"].count = 50
    objects["new attribute"].added = "new"
    del objects["no attribute"].name
    reuse_value(objects["value of an attribute"])
    objects["attributes in a dict"].second = 20
    table = objects["dict"]
    table["set"] = "new"
    table["added"] = 3
    del table["gone"]
    objects["list"][1] = "B"
    objects["list"].append("d")
    objects["set"].add("c")
    objects["slots"].second = "two"
    objects["bytearray"][0:6] = b"after!"
    Class.level = "after"
    function.__defaults__ = ("after",)
    next(objects["generator"])
    objects["class assigned"].__class__ = Other
    reuse("other type", AsLarge, 9)
    reuse("same type", Sized, 100)
    del objects["pages"]
    kept.append(objects.pop("bad type"))
    kept.append(objects.pop("circle of types"))
    kept.append(objects.pop("endless name"))
    word(addresses["bad type"] + 8).value = 0x123456789AB8
    word(addresses["circle of types"] + 8).value = addresses["circle of types"]
    word(addresses["endless name"] + 8).value = endless_type()
    del objects["freed"]


def reuse_value(one):
    """Its attribute refers to the same address as before, where another float is."""
    address = id(one.count)
    one.count = None
    for i in range(1000):
        kept.append(float("%d.25" % i))
        if id(kept[-1]) == address:
            one.count = kept[-1]
            return
    raise AssertionError("no float came to be at the address of the first")


def be_busy(one):
    number = 0
    while True:
        number += 1
        one.count = number
        one.pair = [number, str(number)]
        if number % 100 == 50:
            one.extra = {number: number}
        elif number % 100 == 0:
            del one.extra


harness.say(addresses)
while True:
    line = harness.read_line()
    if line == "change\n":
        change()
        harness.say("changed")
    elif line == "busy\n":
        threading.Thread(target=be_busy, args=(objects["same"],), daemon=True).start()
        harness.say("busy")
    else:
        harness.answer(line)
