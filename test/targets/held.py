"""Markers, each held in one way by an object of a kind that every version has."""
import sys
import threading
import types

import harness


class Marker:
    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class Plain:
    pass


class Slots:
    __slots__ = ("slot",)


class SlotsAndDict(Slots):
    pass


class OwnDict(dict):
    pass


class OwnList(list):
    pass


class Meta(type):
    pass


class Class(metaclass=Meta):
    attribute = Marker("class attribute")


def closure(captured):
    def inner():
        return captured

    return inner


def function(default=Marker("default"), *, keyword=Marker("keyword default")):
    return default, keyword


function.attribute = Marker("function attribute")

plain = Plain()
plain.attribute = Marker("attribute")
seen = Plain()
seen.attribute = Marker("attribute of a __dict__ that was asked for")
vars(seen)
odd = Plain()
vars(odd)["no name"] = Marker("a key that is not a name")
vars(odd)[7] = Marker("a key that is not a str")
slots = Slots()
slots.slot = Marker("slot")
both = SlotsAndDict()
both.slot = Marker("slot beside a __dict__")
both.attribute = Marker("attribute beside a slot")
own_dict = OwnDict()
own_dict["key"] = Marker("key of a dict subclass")
own_dict.attribute = Marker("attribute of a dict subclass")
own_list = OwnList([Marker("item of a list subclass")])
own_list.attribute = Marker("attribute of a list subclass")
Class.later = Marker("class attribute set later")

module = types.ModuleType("planted")
module.CONSTANT = Marker("module global")
sys.modules["planted"] = module

local = threading.local()
local.value = Marker("thread-local of the main thread")
started, end = threading.Event(), threading.Event()


def serve():
    local.value = Marker("thread-local of another thread")
    started.set()
    end.wait()


threading.Thread(target=serve, name="server", daemon=True).start()
started.wait()

KEPT = [
    plain, seen, odd, slots, both, own_dict, own_list, Class, module, local, function,
    closure(Marker("cell")),
    [None, Marker("item of a list")],
    (None, Marker("item of a tuple")),
    {"key": Marker("value of a dict"), ("a", 1): Marker("value of a tuple key")},
    {Marker("element of a set")},
    frozenset([Marker("element of a frozenset")]),
    {Marker("key of a dict"): None},
    Marker,
]
del plain, seen, odd, slots, both, own_dict, own_list
twice = Plain()
twice.first = twice.second = Marker("held twice")

harness.say("ready")
while True:
    harness.answer(harness.read_line())
