"""The 2008 recipe for new and unreclaimable objects, in today's Python, and a program that gives it something to find.

"scan" is its first way, which tells the new objects since the scan before; "garbage" its second, gc.garbage; "snapshot
FILE" writes signatures of its third; "difference OLD NEW" tells ids by what became of them; "reach IDS" what lives there."""
import gc
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "targets"))
import harness  # noqa: E402


class Session:
    __slots__ = ("number", "user")


class Cycle:
    def __init__(self):
        self.me = self


WATCHED = (Session, Cycle)
seen = set()
sessions = []
turn = 0


def live():
    """Tracked objects of the program; containers that only the collector's lists have are among them."""
    return [one for one in gc.get_objects() if type(one) in WATCHED]


def scan():
    found = live()
    new = [id(one) for one in found if id(one) not in seen]
    seen.clear()
    seen.update(map(id, found))
    return sorted(new)


def snapshot(file):
    with open(file, "w") as to:
        json.dump([[id(one), type(one).__name__] for one in live()], to)
    return True


def difference(old, new):
    before, after = [{tuple(pair) for pair in json.load(open(file))} for file in (old, new)]
    return {"new": sorted(i for i, _ in after - before), "gone": sorted(i for i, _ in before - after)}


def grow():
    """Ends the first sessions, changes one, and begins others."""
    global turn
    turn += 1
    added = [Session() for _ in range(50)]
    for number, session in enumerate(added):
        session.number, session.user = turn * 1000 + number, "user-%d" % number
    del sessions[:10]
    sessions.extend(added)
    sessions[0].user = "changed-%d" % turn
    for _ in range(20):
        Cycle()
    return True


def reach(ids):
    """As the recipe does: whatever has the address now. Those that are not tracked any more are not there."""
    there = {id(one): one for one in gc.get_objects()}
    return [[i, type(there[i]).__name__, getattr(there[i], "user", None)] if i in there else [i, None, None] for i in ids]


def garbage():
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    return sorted(id(one) for one in gc.garbage if type(one) is Cycle)


gc.disable()
grow()
scan()
harness.say("ready")
while True:
    line = harness.read_line()
    command, *words = line.split()
    if command == "scan":
        harness.say(scan())
    elif command == "grow":
        harness.say(grow())
    elif command == "garbage":
        harness.say(garbage())
    elif command == "snapshot":
        harness.say(snapshot(*words))
    elif command == "difference":
        harness.say(difference(*words))
    elif command == "reach":
        harness.say(reach(list(map(int, words))))
    else:
        harness.answer(line)
