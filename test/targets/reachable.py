"""A program with many kinds of holders, which evaluates paths that the tool printed: reachable.py.

"expected" answers [address, path or its end] of what is planted, "evaluate FILE" what is wrong with the paths of a JSON
file of [path, address], and how many are Python.
"""
import collections
import contextvars
import functools
import json
import os
import queue
import sys
import threading
import time
import types
import warnings
import weakref

warnings.simplefilter("ignore")

import harness  # noqa: E402
import planted  # noqa: E402

PLANTED = planted.plant()
MODERN = sys.version_info >= (3, 11)
EXPECTED = []


class Thing:
    """One that nothing shares."""


def expect(path):
    """A new thing, to be planted where that path leads."""
    thing = Thing()
    EXPECTED.append([id(thing), path])
    return thing


MAIN = "sys.modules['__main__']"


class Slotted:
    __slots__ = ("x", "__secret", "class")


class Again(Slotted):
    __slots__ = ("x",)


SLOTTED = Again()
Slotted.x.__set__(SLOTTED, expect(MAIN + ".SLOTTED<slot x>"))
SLOTTED.x = expect(MAIN + ".SLOTTED.x")
SLOTTED._Slotted__secret = expect(MAIN + ".SLOTTED._Slotted__secret")
setattr(SLOTTED, "class", expect(MAIN + ".SLOTTED<slot 'class'>"))


class Swapped:
    __slots__ = ("first", "second")


SWAPPED = Swapped()
SWAPPED.first = expect(MAIN + ".SWAPPED<slot first>")
SWAPPED.second = expect(MAIN + ".SWAPPED<slot second>")
Swapped.first, Swapped.second = Swapped.second, Swapped.first


class Plain:
    shared = expect(MAIN + ".Plain.shared")

    def __init__(self):
        self.name = expect(MAIN + ".PLAIN.name")
        self.größe = expect(MAIN + ".PLAIN.größe")
        self.__dict__["class"] = expect(MAIN + ".PLAIN.__dict__['class']")
        self.__dict__["ﬁ"] = expect(MAIN + ".PLAIN.__dict__['ﬁ']")
        self.__dict__["two words"] = expect(MAIN + ".PLAIN.__dict__['two words']")
        self.__dict__["hidden"] = expect(MAIN + ".PLAIN.__dict__['hidden']")
        self.__dict__[3] = expect(MAIN + ".PLAIN.__dict__[3]")

    @property
    def hidden(self):
        raise RuntimeError("code of the program was run")

    @functools.cached_property
    def cached(self):
        return expect(MAIN + ".PLAIN.cached")

    @staticmethod
    def static(default=expect(MAIN + ".Plain.__dict__['static'].__func__.__defaults__[0]")):
        pass

    @classmethod
    def of_class(cls, default=expect(MAIN + ".Plain.__dict__['of_class'].__func__.__defaults__[0]")):
        pass

    def method(self, default=expect(MAIN + ".Plain.method.__defaults__[0]")):
        pass


PLAIN = Plain()
PLAIN.cached


class Guarded:
    def __getattribute__(self, name):
        raise RuntimeError("code of the program was run")


GUARDED = Guarded()
object.__getattribute__(GUARDED, "__dict__")["name"] = expect(MAIN + ".GUARDED<attribute name>")


class Odd(dict):
    def __getitem__(self, key):
        return None


class OddList(list):
    def __getitem__(self, key):
        return None


class Key(str):
    pass


class Meta(type):
    @property
    def registry(cls):
        raise RuntimeError("code of the program was run")


class Made(metaclass=Meta):
    registry = expect(MAIN + ".Made.__dict__['registry']")

    class Inner:
        value = expect(MAIN + ".Made.Inner.value")


ENTRIES = {
    "k": expect(MAIN + ".ENTRIES['k']"),
    "it's": expect(MAIN + '.ENTRIES["it\'s"]'),
    "\n\x00\u202e": expect(MAIN + ".ENTRIES['\\n\\x00\\u202e']"),
    "\ud800": expect(MAIN + ".ENTRIES[<'\\\\ud800'>]"),
    "\\udfff": expect(MAIN + ".ENTRIES[<'\\\\udfff'>]"),
    "\\ud7ff": expect(MAIN + ".ENTRIES['\\\\ud7ff']"),
    "l" * 60: expect(MAIN + ".ENTRIES['" + "l" * 60 + "']"),
    "c" * 500: expect("…'>]"),
    3: expect(MAIN + ".ENTRIES[3]"),
    -1.5: expect(MAIN + ".ENTRIES[-1.5]"),
    float("inf"): expect(MAIN + ".ENTRIES[<inf>]"),
    None: expect(MAIN + ".ENTRIES[None]"),
    False: expect(MAIN + ".ENTRIES[False]"),
    b"x\x00": expect(MAIN + ".ENTRIES[b'x\\x00']"),
    ("a", (1,), ()): expect(MAIN + ".ENTRIES[('a', (1,), ())]"),
    (1, Plain): expect(MAIN + ".ENTRIES[<tuple>]"),
    Plain: expect(MAIN + ".ENTRIES[<class __main__.Plain>]"),
    expect: expect(MAIN + ".ENTRIES[<function expect>]"),
    Key("k2"): expect(MAIN + ".ENTRIES[<__main__.Key>]"),
    frozenset([1]): expect(MAIN + ".ENTRIES[<frozenset>]"),
}
KEYS = {expect(MAIN + ".KEYS<key __main__.Thing>"): 1}
ELEMENTS = {expect(MAIN + ".ELEMENTS<element __main__.Thing>")}
ODD = Odd(k=expect(MAIN + ".ODD[<'k'>]"))
ODD_LIST = OddList([expect(MAIN + ".ODD_LIST[<0>]")])
LIST = [0, expect(MAIN + ".LIST[1]")]
TUPLE = (0, expect(MAIN + ".TUPLE[1]"))
NAMED = collections.namedtuple("NAMED", "a b")(0, expect(MAIN + ".NAMED[1]"))
DEQUE = collections.deque([0, expect(MAIN + ".DEQUE[1]")])
ORDERED = collections.OrderedDict(k=expect(MAIN + ".ORDERED['k']"))
DEFAULTS = collections.defaultdict(list, k=expect(MAIN + ".DEFAULTS['k']"))
COUNTER = collections.Counter({"k": expect(MAIN + ".COUNTER['k']")})
PARTIAL = functools.partial(print, expect(MAIN + ".PARTIAL.args[0]"), k=expect(MAIN + ".PARTIAL.keywords['k']"))
QUEUE = queue.Queue()
QUEUE.put(expect(MAIN + ".QUEUE.queue[0]"))
ITERATOR = iter([expect(MAIN + ".ITERATOR<field it_seq>[0]")])
TIME = time.struct_time(tuple(range(9)) + (expect(MAIN + ".TIME[<9>]"), expect(MAIN + ".TIME[<10>]")))
CONTEXT = contextvars.ContextVar("CONTEXT")
# Of its own: in one with more variables, the depth of this one depends on the hashes of the others.
WITH_ONE = contextvars.Context()
TOKEN = WITH_ONE.run(CONTEXT.set, expect(MAIN + ".WITH_ONE<variables>[<ContextVar CONTEXT>]"))
REFERRED = Thing()
CALLBACK = weakref.ref(REFERRED, functools.partial(print, expect(MAIN + ".CALLBACK.__callback__.args[0]")))


def make(value, shown):
    def closure():
        return value, shown

    return closure


CLOSURE = make(expect(MAIN + ".CLOSURE.__closure__[1].cell_contents"), expect(MAIN + ".CLOSURE.__closure__[0].cell_contents"))
if CLOSURE.__code__.co_freevars == ("shown", "value"):
    pass
else:
    EXPECTED[-2][1], EXPECTED[-1][1] = EXPECTED[-1][1], EXPECTED[-2][1]


# A function with annotations alone has fields of the same types as one with a closure alone.
def annotated(x: expect(MAIN + ".annotated<field __annotations__>[1]")):
    pass


if not (3, 10) <= sys.version_info < (3, 14):
    annotated.__annotations__  # made here since 3.14
    EXPECTED[-1][1] = MAIN + ".annotated.__annotations__['x']"


sys.modules["m" * 5000] = types.ModuleType("long")
sys.modules["m" * 5000].kept = expect("m'>].kept")


class Local(threading.local):
    pass


LOCAL = threading.local()
LOCAL.kept = expect(MAIN + ".LOCAL<thread-local kept of MainThread>")


class Bound:
    def __init__(self):
        self.value = expect(MAIN + ".METHOD.__self__.value")

    def method(self):
        pass


METHOD = Bound().method


def generate(value, of_cell):
    local = value
    yield lambda: of_cell
    yield local


GENERATOR = generate(expect(MAIN + ".GENERATOR.gi_frame.f_locals['value']"),
                     expect(MAIN + (".GENERATOR" if MODERN else ".GENERATOR.gi_frame") + "<cell of_cell>.cell_contents"))
next(GENERATOR)


async def wait(value):
    await Forever()


class Forever:
    def __await__(self):
        yield


COROUTINE = wait(expect(MAIN + ".COROUTINE.cr_frame.f_locals['value']"))
COROUTINE.send(None)


def within():
    class Nested:
        value = expect("['Nested'].value")

    return {"Nested": Nested}


NESTED = within()


def judge(path, address):
    try:
        code = compile(path, "path", "eval")
    except (SyntaxError, ValueError):
        return "not Python"
    try:
        value = eval(code, {"sys": sys})
    except Exception as error:
        return repr(error)
    return "right" if id(value) == address else "gives a " + type(value).__name__


def evaluate(file):
    with open(file) as f:
        judged = [[path, judge(path, address)] for path, address in json.load(f)]
    counts = collections.Counter(verdict for path, verdict in judged)
    wrong = [one for one in judged if one[1] not in ("right", "not Python")]
    return {"right": counts["right"], "other": sorted(path for path, verdict in judged if verdict == "not Python"),
            "wrong": wrong[:30]}


def serve(running):
    harness.say("ready")
    while True:
        command, _, argument = harness.read_line().strip().partition(" ")
        if command == "expected":
            harness.say(EXPECTED)
        elif command == "evaluate":
            harness.say(evaluate(argument))
        else:
            os._exit(0)


serve(expect("<frame serve>.f_locals['running']"))
