"""Classes and their instances: slots, inherited slots, metaclasses, what classes are made of."""
import abc
import collections
import enum
import sys
import types
import typing
import weakref


class Slots:
    __slots__ = ("first", "second", "unset")


class MoreSlots(Slots):
    __slots__ = ("third", "__private")

    def __init__(self):
        self.first, self.second, self.third = ["first"], ["second"], ["third"]
        self.__private = ["private"]


class SlotsAndDict(Slots):
    def __init__(self):
        self.first = ["first"]
        self.attribute = ["attribute"]


class SlotsDictWeak:
    __slots__ = ("slot", "__dict__", "__weakref__")

    def __init__(self):
        self.slot = ["slot"]
        self.attribute = ["attribute"]


class OnlyWeak:
    __slots__ = ("__weakref__",)


class Plain:
    """A docstring."""

    shared = ["class attribute"]

    def __init__(self):
        self.value = ["value"]

    def method(self, argument=("default",), *, keyword={"keyword": "default"}) -> "annotation":  # noqa: B006
        return argument, keyword

    @property
    def readable(self):
        return self.value

    @classmethod
    def of_class(cls):
        return cls

    @staticmethod
    def of_none():
        return None

    annotated: typing.List[int] = [1]


class Sub(Plain):
    def __init__(self):
        super().__init__()
        self.more = ["more"]


class Meta(type):
    def __new__(cls, name, bases, namespace):
        made = super().__new__(cls, name, bases, namespace)
        made.note = ["made by a metaclass"]
        return made


class Made(metaclass=Meta):
    pass


class SlottedMeta(type):
    # A metaclass may add no slots that are not empty.
    __slots__ = ()


class MadeToo(Made, metaclass=type("Both", (Meta, SlottedMeta), {})):
    pass


class Abstract(abc.ABC):
    @abc.abstractmethod
    def method(self):
        pass


class Concrete(Abstract):
    def method(self):
        return super().method()


class Colour(enum.Enum):
    RED = ["red"]
    GREEN = ["green"]


class Flags(enum.IntFlag):
    A = 1
    B = 2


Item = typing.TypeVar("Item")


class Box(typing.Generic[Item]):
    def __init__(self, item: Item):
        self.item = item


class Sized:
    def __sizeof__(self):
        return 123456


class Posing:
    """Says that it is of another class."""

    @property
    def __class__(self):
        return int


class Failing(Exception):
    def __init__(self, message):
        super().__init__(message)
        self.detail = ["detail"]


class SlottedError(Exception):
    __slots__ = ("slot",)


def plant_instances():
    mangled = MoreSlots()
    partly = Slots()
    partly.second = ["only the second"]
    both = SlotsAndDict()
    own = SlotsDictWeak()
    forced = Plain()
    forced.__dict__
    return [mangled, partly, both, own, OnlyWeak(), Slots(), Plain(), Sub(), forced, Made(), MadeToo(), Concrete(), Sized(),
            Posing(), Box(["boxed"])]


def plant_types():
    dynamic = type("Dynamic", (Plain,), {"attribute": ["of a dynamic class"], "__slots__": ("slot",)})
    grown = type("Grown", (), {})
    for i in range(100):
        setattr(grown, "attribute_%d" % i, [i])
    abandoned = type("Base", (), {})
    made = [dynamic, grown, abandoned, type("Derived", (abandoned,), {}), Colour.RED, Flags.A | Flags.B,
            types.SimpleNamespace(a=[1]), types.new_class("New", (Plain,))]
    made += [collections.namedtuple("Many", ["field_%d" % i for i in range(20)])(*range(20))]
    if sys.version_info >= (3, 9):
        made += [list[int], dict[str, list[int]], type[Plain]]
    if sys.version_info >= (3, 10):
        made += [int | str, int | None]
        import dataclasses

        made.append(dataclasses.make_dataclass("Record", [("a", int), ("b", list)], slots=True)(1, ["b"]))
    if sys.version_info >= (3, 12):
        names = {}
        exec("type Alias[T] = list[T]\ndef generic[T: int](x: T) -> T: return x\nclass G[T, *Ts, **P]: pass", names)
        made.append(names)
    return made + [typing.List[int], typing.Optional[int], typing.Callable[[int], str], Item, typing.NewType("New", int)]


def plant_static_types():
    return [object, type, int, type(None), type(...), type(iter([])), types.CodeType, types.FrameType, weakref.ref]


def plant_methods():
    o = Plain()
    return [
        o.method, Plain.method, Plain.__dict__["readable"], Plain.__dict__["of_class"], Plain.__dict__["of_none"],
        o.of_class, super(Sub, Sub()), [].append, [].__len__, list.append, list.__len__, len, dict.fromkeys, Slots.first,
        type.__dict__["__dict__"], Plain.__dict__["__dict__"], types.MethodType(len, []), "".join, int.__add__,
        (1).__add__, object.__init__, dict.__dict__["fromkeys"],
    ]


def plant_weak_references():
    target, dead, called = Plain(), Plain(), []
    with_callback = weakref.ref(target, called.append)
    values = weakref.WeakValueDictionary(a=target)
    keys = weakref.WeakKeyDictionary({target: ["by key"]})
    gone = weakref.ref(dead)
    del dead

    class Ref(weakref.ref):
        __slots__ = ("note",)

    subclass = Ref(target)
    subclass.note = ["note"]
    return [
        target, weakref.ref(target), with_callback, weakref.proxy(target), weakref.proxy(len, called.append), values, keys,
        weakref.WeakSet([target]), gone, subclass, weakref.finalize(target, called.append, ["finalizer's"]),
        weakref.WeakMethod(target.method),
    ]


def plant_exceptions():
    def fails(depth, held):
        local = ["local of frame %d" % depth]
        if depth == 0:
            raise Failing(local[0])
        fails(depth - 1, [held])

    made = []
    try:
        try:
            fails(5, "held")
        except Failing as error:
            made.append(error)
            raise RuntimeError("with a cause") from error
    except RuntimeError as error:
        made.append(error)
    for provoke in (lambda: {}["absent"], lambda: open("/nonexistent/file"), lambda: unknown_name,  # noqa: F821
                    lambda: b"\xff".decode(), lambda: "\u20ac".encode("ascii"), lambda: compile("1 +", "file", "eval"),
                    lambda: next(iter(())), lambda: __import__("no.such.module"), lambda: ().absent, lambda: 1 / 0):
        try:
            provoke()
        except Exception as error:
            made.append(error)
    slotted = SlottedError(1, [2])
    slotted.slot = ["slot"]
    made += [slotted, SystemExit([3]), StopIteration(["value"]), KeyboardInterrupt()]
    if sys.version_info >= (3, 11):
        made[0].add_note("a note")
        made.append(ExceptionGroup("group", [ValueError(1), Failing("in a group")]))  # noqa: F821
    return made
