"""No code of the program runs: neither its types' methods nor what it put in the place of builtins."""

import gc
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
import pipe_to_dump, read_dump  # noqa: E401
import builtins, weakref  # noqa: E401

ran = []
watching = False


def hostile(name):
    def method(*arguments, **named):
        if watching:
            ran.append((name, sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno))
            raise SystemExit("user code ran: " + name)
        return getattr(object, name, lambda *a: None)(*arguments[:1])

    return method


HOSTILE = ["__sizeof__", "__repr__", "__str__", "__hash__", "__eq__", "__len__", "__iter__", "__getattr__", "__bool__",
           "__index__", "__int__", "__float__", "__format__", "__dir__", "__call__", "__contains__", "__getitem__",
           "__reduce__", "__instancecheck__", "__subclasscheck__", "keys", "values", "items"]


class Meta(type):
    def __getattribute__(cls, name):
        if watching:
            ran.append("Meta.__getattribute__ " + name)
            raise SystemExit
        return type.__getattribute__(cls, name)

    def __hash__(cls):
        if watching:
            ran.append("Meta.__hash__")
            raise SystemExit
        return type.__hash__(cls)

    def __eq__(cls, other):
        if watching:
            ran.append("Meta.__eq__")
            raise SystemExit
        return cls is other

    def mro(cls):
        if watching:
            ran.append("Meta.mro")
        return type.mro(cls)

    def __subclasses__(cls):
        if watching:
            ran.append("Meta.__subclasses__")
            raise SystemExit
        return type.__subclasses__(cls)

    __sizeof__ = hostile("Meta.__sizeof__")
    __repr__ = hostile("Meta.__repr__")
    __instancecheck__ = hostile("Meta.__instancecheck__")


def body(base):
    space = {name: hostile(name) for name in HOSTILE}

    def __getattribute__(self, name):
        if watching:
            ran.append("__getattribute__ " + name)
            raise SystemExit
        return base.__getattribute__(self, name)

    def get_class(self):
        if watching:
            ran.append("__class__")
            raise SystemExit
        return type(self)

    def get_value(self):
        ran.append("a property")
        raise SystemExit

    def __init__(self, *arguments, **named):
        base.__init__(self, *arguments, **named)
        self.value_of_property = 1 if False else None
        self.plain = "plain"

    space.update(__getattribute__=__getattribute__, __class__=property(get_class), computed=property(get_value),
                 __init__=__init__)
    return space


class Text(str):
    def __eq__(self, other):
        if watching:
            ran.append("Text.__eq__")
            raise SystemExit
        return str.__eq__(self, other)

    def __hash__(self):
        if watching:
            ran.append("Text.__hash__")
            raise SystemExit
        return str.__hash__(self)


Plain = Meta("Plain", (), body(object))
Dict = Meta("Dict", (dict,), body(dict))
List = Meta("List", (list,), body(list))
Set = Meta("Set", (set,), body(set))
Exception_ = Meta("Exception_", (Exception,), body(Exception))
Evil = Meta("Evil", (object,), {"__module__": Text("__main__"), "__qualname__": "Evil", "x": 1})
Evil.__name__ = Text("BuiltinImporter")
class Number(int):  # noqa: E302
    __repr__ = hostile("Number.__repr__")


class Integer(int):
    __sizeof__ = hostile("Integer.__sizeof__")


class Finalized:
    def __del__(self):
        ran.append("__del__")


heap = {
    "plain": [Plain() for _ in range(10)],
    "dict": Dict(a=1),
    "list": List([1, 2]),
    "set": Set([3, 4]),
    "error": Exception_("argument"),
    "evil": Evil(),
    "number": Number(5),
    "integer": Integer(6),
    "text": Text("text"),
    "keys": {Text("__sizeof__"): 1, Text("key"): 2},
    "finalized": Finalized(),
    "weak": [],
    "function": body,
}
heap["weak"].append(weakref.ref(heap["finalized"], hostile("weakref callback")))
sys.modules["evil"] = heap["plain"][0]
sys.modules[Text("other")] = heap["plain"][1]

gc.callbacks.append(hostile("gc.callbacks"))
capture = harness.Capture()
gc.disable()

# The launcher runs in __main__, where the program may have rebound any name, and builtins may be patched.
names = ["type", "exec", "compile", "len", "id", "map", "zip", "list", "dict", "tuple", "str", "set", "object", "sorted",
         "BaseException", "Exception", "globals", "print", "sys", "os", "gc", "iter", "next", "any", "sum", "max"]
saved = {name: builtins.__dict__.get(name) for name in names + ["__import__"]}
trap = hostile("a rebound name")
patched = ["__import__", "len", "dict", "id", "map", "zip", "any", "sum", "max", "iter", "next", "sorted", "type", "abs"]
original_stdout, original_stderr = sys.stdout, sys.stderr


def go():
    global watching
    main = sys.modules["__main__"].__dict__
    kept = dict(main)
    space = dict(main)
    for name in names:
        space[name] = trap
    capture.globals = space
    set_item, run = builtins.__dict__.__setitem__, exec
    originals = {name: builtins.__dict__[name] for name in patched}
    sys.stdout = sys.stderr = heap["plain"][0]
    watching = True
    for name in patched:
        set_item(name, trap)
    run(capture.code, space)
    for name, value in originals.items():
        set_item(name, value)
    watching = False
    sys.stdout, sys.stderr = original_stdout, original_stderr
    del space["__builtins__"]
    kept.pop("__builtins__")
    assert {k: id(v) for k, v in space.items() if k not in names} == {
        k: id(v) for k, v in kept.items() if k not in names}, "a name of __main__ changed"


try:
    go()
finally:
    gc.callbacks.clear()
    sys.stdout, sys.stderr = original_stdout, original_stderr
assert not ran, ran
dump, status = capture.dump()
assert status == "ok" and dump.complete, (status, dump.why_incomplete)
objects = {o.address: o for o in dump.objects}
for name, value in heap.items():
    assert id(value) in objects, name
alike = type("Alike", (int,), {})(6)
assert objects[id(heap["integer"])].size == sys.getsizeof(alike), objects[id(heap["integer"])].size
assert not gc.isenabled()
assert "__heapdump_exception__" not in sys.__dict__
os._exit(0)
