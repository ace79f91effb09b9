"""A heap of packages as in heapy's tutorial, of classes with __slots__, and what heapy says of it from within.

"of NAME" tells of the objects that are in KINDS[NAME]: partitions, and what would go with all of them."""
import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "targets"))
import harness  # noqa: E402

try:
    from guppy import hpy
except ImportError:
    hpy = None


class Package:
    __slots__ = ("name", "data", "spare")


class Data:
    __slots__ = ("fields", "peer")


class Field:
    __slots__ = ("value",)


class Index:
    __slots__ = ("first", "last")


def package(number):
    made = Package()
    made.name = Field()
    made.name.value = number + 10**9
    made.data = Data()
    made.data.fields = (Field(), Field()) if number % 2 else (Field(),)
    for field in made.data.fields:
        field.value = bytearray(100)
    if number % 5 == 0:
        made.spare = made.data
    return made


packages = [package(number) for number in range(300)]
for before, after in zip(packages, packages[1:]):
    after.data.peer = before.data
del before, after
index = Index()
index.first, index.last = packages[0].data, packages[-1].data
KINDS = {
    "Package": packages,
    "Data": [package.data for package in packages],
    "Field": [package.name for package in packages]
    + [field for package in packages for field in package.data.fields],
}
# heapy adds what it looks at to the heap; the lists must not hold the objects in another way.
KINDS = {name: [id(one) for one in objects] for name, objects in KINDS.items()}
hp = hpy() if hpy else None
classes = {cls.__name__: cls for cls in (Package, Data, Field)}


def rows(partition):
    return sorted([row.name, row.count, row.size] for row in partition.partition.get_rows())


def told(name):
    if hp is None:
        return None
    found = hp.heap() & hp.Type(classes[name])
    assert found.count == len(KINDS[name])
    return {
        "count": found.count,
        "size": found.size,
        "domisize": found.domisize,
        "dominos": found.dominos.count,
        "type": rows(found.bytype),
        "size_rows": rows(found.bysize),
        "rcs": rows(found.byrcs),
        "via": rows(found.byvia),
        "referrers": rows(found.referrers.bytype),
        "referents": rows(found.referents.bytype),
        "imdom": rows(found.imdom.bytype),
    }


gc.collect()
harness.say("ready")
while True:
    line = harness.read_line()
    command, _, argument = line.strip().partition(" ")
    if command == "of":
        harness.say(told(argument))
    else:
        harness.answer(line)
