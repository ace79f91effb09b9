"""A planted structure agrees with the dump object by object: type, size, references and their names, reference count."""

import collections
import functools
import gc
import os
import sys
import weakref

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

NEW = sys.version_info >= (3, 11)


class Plain:
    def __init__(self, first, second):
        self.first = first
        self.second = second


class Slotted:
    __slots__ = ("beta", "alpha", "unset")

    def __init__(self, alpha, beta):
        self.alpha = alpha
        self.beta = beta


class SlottedChild(Slotted):
    __slots__ = ("gamma",)


class SlottedWithDict(Slotted):
    def __init__(self, alpha, beta, delta):
        super().__init__(alpha, beta)
        self.delta = delta


class Mapping(dict):
    pass


class Sequence(list):
    pass


Pair = collections.namedtuple("Pair", "left right")


class Error(Exception):
    pass


def outer(captured):
    def inner(x, y=("default",), *, z="keyword"):
        return captured, x, y, z

    inner.note = "an attribute"
    return inner


def annotated(x: int) -> str:
    return str(x)


def numbers(up_to):
    for number in range(up_to):
        yield number


async def awaiting(future):
    held = ["held by the coroutine"]
    await future
    return held


class Awaitable:
    def __await__(self):
        yield self


def callback(reference):
    pass


def marker(name):
    """An object of its own, so that references can be told apart."""
    return ["marker", name]


m = {name: marker(name) for name in "abcdefghijklmnopqrstuvwxyz"}
plain = Plain(m["a"], m["b"])
plains = [Plain(m["a"], i) for i in range(50)]
slotted = Slotted(m["c"], m["d"])
slotted_child = SlottedChild(m["c"], m["e"])
slotted_child.gamma = m["f"]
slotted_with_dict = SlottedWithDict(m["g"], m["h"], m["i"])
mapping = Mapping(key=m["j"])
mapping["other"] = m["k"]
mapping.attribute = m["l"]
mixed_keys = {("a", "tuple"): m["a"], 1: m["b"], "text": m["c"]}
sequence = Sequence([m["m"], m["n"]])
sequence.attribute = m["o"]
pair = Pair(m["p"], m["q"])
deque = collections.deque([m["r"], m["s"]])
ordered = collections.OrderedDict([("one", m["t"]), ("two", m["u"])])
defaults = collections.defaultdict(list, {"some": m["v"]})
plain_set = {"alpha", 77777, ("in", "set")}
frozen = frozenset({"beta", 88888})
closure = outer(m["w"])
bound = closure_method = plain.__init__
partial = functools.partial(closure, m["x"], z=m["y"])
generator = numbers(10)
next(generator)
awaited = Awaitable()
coroutine = awaiting(awaited)
coroutine.send(None)
reference = weakref.ref(plain, callback)
dead = weakref.ref(Slotted(1, 2).__class__)  # of a class: alive
try:
    raise Error(m["z"])
except Error as caught:
    error = caught
text = "grüße \ud800 " + "x" * 100
short_text = "gru\u00dfe"
blob = b"\x00\xffbytes"
huge = 7 ** 100000
small = -123456789
real = 3.25
imaginary = 1.5 - 2j
atoms = (1234567, "atom", None, True)
nested = ([], {}, ())
a_property = property(callback, None, None, "its doc")
a_slice = slice(m["a"], m["b"], None)
wide = [float(i) for i in range(140000)]  # more references than go together
methods = [plain.__init__, [].append, len]

planted = {
    name: value
    for name, value in list(globals().items())
    if not name.startswith("_") and name not in ("NEW", "m", "harness", "gc", "os", "sys", "collections", "functools",
                                                   "weakref", "planted", "name", "value")
}
capture = harness.Capture()
gc.collect()
none_count = sys.getrefcount(None)


def type_name(cls):
    return cls.__qualname__ if cls.__module__ == "builtins" else cls.__module__ + "." + cls.__qualname__


def count(values):
    return {name: (id(value), type_name(type(value)), sys.getsizeof(value), sys.getrefcount(value),
                   sorted(map(id, gc.get_referents(value)))) for name, value in values.items()}


count(planted)  # what it makes that stays, such as caches, it makes now
expected = count(planted)
counting = count({"probe": marker("probe")})["probe"][3] - 1
gc.collect()
left_behind = capture.run_and_compare()
assert not left_behind, left_behind
assert sys.getrefcount(None) - none_count < 3000
after = count(planted)
changed = [(name, expected[name], after[name]) for name in expected if expected[name] != after[name]]
assert not [c for c in changed if c[1][1] not in ("NoneType", "int", "bool")], changed

dump, status = capture.dump()
assert status == "ok" and dump.complete, (status, dump.why_incomplete)
objects = {o.address: o for o in dump.objects}
assert len(objects) == dump.object_count, "an object twice"


failures = []


def check(condition, *what):
    if not condition:
        failures.append(what)


for name, (address, cls_name, size, refcount, referents) in expected.items():
    o = objects.get(address)
    if o is None:
        check(False, name, "is not in the dump")
        continue
    check(o.type_name == cls_name, name, o.type_name, cls_name)
    cls = type(planted[name])
    check(o.size == size, name, "size", o.size, size)
    immortal = refcount >= 1 << 31
    check(o.immortal == immortal, name, "immortal")
    check(o.refcount == (0 if immortal else refcount - counting) or cls is int, name, "refcount", o.refcount, refcount)
    check(o.tracked == gc.is_tracked(planted[name]), name, "tracked")
    targets, told = (collections.Counter(t for t in ts if t is not None) for ts in (o.targets, referents))
    rest = targets - told
    missing = list((told - targets).elements())
    check([a for a in missing if a != id(cls)] == [], name, "lacks", [objects[a].content for a in missing if a in objects])
    check(not rest or cls in (dict, Mapping, collections.OrderedDict, collections.defaultdict, weakref.ref, slice, type,
                              type(callback.__code__)) or isinstance(planted[name], type), name, "has too much", rest)


def named(name):
    value = planted[name]
    found = {}
    for r in objects[id(value)].references:
        label = r.label
        if r.kind == "value":
            label = objects[label].content
        found[(r.kind, label)] = r.target
    return found


def has(name, kind, label, target):
    found = named(name)
    check(found.get((kind, label), "nothing") == (None if target is None else id(target)), name, kind, label, found)


if NEW:
    has("plain", "attribute", "first", plain.__init__.__self__ and m["a"])
    has("plain", "attribute", "second", m["b"])
    if not any(type(r) is dict for r in gc.get_referents(slotted_with_dict)):  # as 3.13 has it
        has("slotted_with_dict", "attribute", "delta", m["i"])
else:
    has("plain", "field", "__dict__", plain.__dict__)
    has("slotted_with_dict", "field", "__dict__", slotted_with_dict.__dict__)
    has("mapping", "field", "__dict__", mapping.__dict__)
    has("sequence", "field", "__dict__", sequence.__dict__)
has("slotted", "slot", "alpha", m["c"])
has("slotted", "slot", "beta", m["d"])
has("slotted", "slot", "unset", None)
has("slotted_child", "slot", "gamma", m["f"])
has("slotted_child", "slot", "alpha", m["c"])
has("slotted_with_dict", "slot", "alpha", m["g"])
has("mapping", "value", "key", m["j"])
has("mixed_keys", "value", "text", m["c"])
has("sequence", "item", "1", m["n"])
has("pair", "item", "0", m["p"])
has("deque", "item", "1", m["s"])
has("ordered", "value", "two", m["u"])
has("defaults", "value", "some", m["v"])
has("defaults", "field", "default_factory", list)
has("closure", "field", "__closure__", closure.__closure__)
has("closure", "field", "__code__", closure.__code__)
has("closure", "field", "__globals__", globals())
has("closure", "field", "__defaults__", closure.__defaults__)
has("closure", "field", "__kwdefaults__", closure.__kwdefaults__)
has("closure", "field", "__dict__", closure.__dict__)
has("annotated", "field", "__annotations__", annotated.__annotations__) if sys.version_info < (3, 10) else None
has("bound", "field", "__self__", plain)
has("bound", "field", "__func__", Plain.__init__)
has("partial", "field", "func", closure)
has("partial", "field", "keywords", partial.keywords)
has("reference", "weak", None, plain)
has("reference", "field", "__callback__", callback)
has("error", "field", "args", error.args)
has("a_property", "field", "fget", callback)
has("a_slice", "field", "stop", m["b"])
has("Plain", "field", "__bases__", Plain.__bases__)
has("SlottedChild", "field", "__base__", Slotted)
has("wide", "item", "139999", wide[-1])
cell = objects[id(closure.__closure__[0])]
check([tuple(r) for r in cell.references] == [("cell", "cell_contents", id(m["w"]))], "cell")
if NEW:
    has("coroutine", "field", "cr_await", coroutine.cr_await)
    check([r for r in objects[id(coroutine)].references if r.kind == "local"], "locals of the coroutine")


def content(name, text, truncated=False, is_text=False):
    o = objects[id(planted[name])]
    check((o.content, o.truncated, o.content_is_text) == (text, truncated, is_text), name, o.content, o.truncated)


content("text", ("grüße \\ud800 " + "x" * 100).encode()[:64].decode("utf-8", "ignore"), True, True)
content("short_text", "gru\u00dfe", False, True)
content("blob", repr(blob))
content("small", "-123456789")
content("real", "3.25")
content("imaginary", repr(imaginary))
content("Plain", "__main__.Plain")
content("harness" if "harness" in planted else "small", "harness" if "harness" in planted else "-123456789")
check(objects[id(huge)].content == hex(huge)[:64] and objects[id(huge)].truncated, "huge", objects[id(huge)].content)
check(objects[id(closure)].content.startswith("outer.<locals>.inner "), objects[id(closure)].content)
check((objects[id(coroutine)].content or "").startswith("awaiting "), objects[id(coroutine)].content)
known = {None, *objects}
nothing = [(o.type_name, o.content, r) for o in dump.objects if not known.issuperset(o.targets)
           for r in o.references
           if r.target is not None and r.target not in objects and o.address != id(capture.code.co_consts)]
check(not nothing, "references to nothing", nothing[:10])
check((id(sys.modules["os"]), "module", "os") in dump.roots, "the root of a module")
for failure in failures:
    print(*failure)
sys.exit(bool(failures))
