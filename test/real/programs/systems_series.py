"""A program that grows and shrinks in steps, and tells after each what objgraph and heapy say of it, from within.

"step N" goes to the Nth step; the answer has what the installed ones of both said. "lose N" loses references in C code."""
import ctypes
import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "targets"))
import harness  # noqa: E402

try:
    import objgraph
except ImportError:
    objgraph = None
try:
    from guppy import hpy
except ImportError:
    hpy = None


class Rise:
    __slots__ = ("a",)


class Fall:
    __slots__ = ("a", "b")


class New:
    __slots__ = ("a", "b", "c")


class Steady:
    __slots__ = ("a", "b", "c", "d")


class Grow:
    __slots__ = ("a", "b", "c", "d", "e")


class Lost:
    __slots__ = ("a",)


CLASSES = {cls: [] for cls in (Rise, Fall, New, Steady, Grow)}
COUNTS = {
    Rise: [0, 100, 50, 100, 60],
    Fall: [100, 0, 50, 20, 90],
    New: [0, 0, 0, 0, 30],
    Steady: [40, 40, 40, 40, 40],
    Grow: [10, 20, 30, 40, 55],
}
peaks = {}
hp = hpy() if hpy else None
stats = []


def ours(name):
    return name.rpartition(".")[2] in {cls.__name__ for cls in COUNTS}


def step(number):
    for cls, kept in CLASSES.items():
        count = COUNTS[cls][number]
        del kept[count:]
        while len(kept) < count:
            kept.append(cls())
    answer = {"growth": None, "new": None, "stat": None, "grew": None}
    if objgraph:
        growth = objgraph.growth(limit=None, peak_stats=peaks, shortnames=False)
        answer["growth"] = {name: [count, delta] for name, count, delta in growth if ours(name)}
        new = objgraph.get_new_ids(limit=0, shortnames=False)
        answer["new"] = {name: sorted(ids) for name, ids in new.items() if ours(name) and ids}
    if hp:
        stats.append(hp.heap().stat)
        answer["stat"] = rows_of(stats[-1])
        answer["grew"] = rows_of(stats[-1] - stats[0])
    return answer


def rows_of(stat):
    return {row.name: [row.count, row.size] for row in stat.get_rows() if ours(row.name)}


def lose(count):
    for _ in range(count):
        o = Lost()
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(o))
        del o
    if not objgraph:
        return None
    return sorted(id(o) for o in objgraph.get_leaking_objects() if type(o) is Lost)


if objgraph:
    objgraph.get_new_ids(limit=0, shortnames=False)
gc.collect()
harness.say("ready")
while True:
    line = harness.read_line()
    command, _, argument = line.strip().partition(" ")
    if command == "step":
        harness.say(step(int(argument)))
    elif command == "lose":
        harness.say(lose(int(argument)))
    else:
        harness.answer(line)
