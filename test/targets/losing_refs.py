"""A program whose extension loses references, a few more whenever it is asked; it tells what it lost as objgraph would."""
import gc
import json

import losing

import harness


class Node:
    def __init__(self, number):
        self.number, self.items = number, ["held by what is lost"]


class Bare:
    __slots__ = ()


class Other:
    __slots__ = ()


KEPT = [Node(-1)]
lost_addresses = []


def lose(make, count):
    for number in range(count):
        o = make(number)
        lost_addresses.append(id(o))
        losing.lose(o)
        del o


def leaking():
    """objgraph 3.6, get_leaking_objects: tracked by the collector, and referred to by nothing that is. Of our types."""
    gc.collect()
    objects = gc.get_objects()
    ids = set(map(id, objects))
    for o in objects:
        ids.difference_update(map(id, gc.get_referents(o)))
    return sorted(id(o) for o in objects if id(o) in ids and type(o) is Node)


def reuse():
    """Objects that C code lets go of, and others that it loses, at the same addresses."""
    taken = 0
    for address in sorted(BARE):
        losing.release(address)
        BARE.discard(address)
        o = Other()
        if id(o) == address:
            taken += 1
        losing.lose(o)
        del o
    return taken


BARE = set()


def answer(line):
    command, _, argument = line.strip().partition(" ")
    count = int(argument or 0)
    if command == "lose":
        first = len(lost_addresses)
        lose(Node, count)
        harness.say(lost_addresses[first:])
    elif command == "lose-bare":
        first = len(lost_addresses)
        lose(lambda number: Bare(), count)
        BARE.update(lost_addresses[first:])
        harness.say("lost")
    elif command == "reuse":
        harness.say(reuse())
    elif command == "again":
        # One object of which a reference is lost each time, and which lives anyway.
        for _ in range(count):
            losing.lose(KEPT[0])
        harness.say("lost")
    elif command == "leaking":
        harness.say(leaking())
    elif command == "use":
        for number in range(count):
            losing.look(Node(number))
            json.loads(json.dumps({"number": number}))
        harness.say("used")
    else:
        harness.answer(line)


harness.say("ready")
while True:
    answer(harness.read_line())
