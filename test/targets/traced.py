"""Plants garbage of each kind that the collector knows, and collects when it is told. Its interpreter writes a log.

"plant FOLDER" answers with the addresses of what was planted, by kind; the folder has the extension `collecting`. All that was
there before is frozen, so that a collection is of few objects.
"""
import gc
import os
import sys
import weakref

import harness

gc.disable()


class Quoted:
    pass


Quoted.__qualname__ = 'a "</script>\\\u2028\U0001f600'


class Node:
    pass


class Finalizing:
    def __del__(self):
        pass


kept = []
called = []


class Resurrecting:
    def __del__(self):
        kept.append(self)


class Forking:
    """Forks in the midst of a collection: the child goes on with it."""

    def __init__(self):
        self.itself = self

    def __del__(self):
        child = os.fork()
        if child:
            os.waitpid(child, 0)


def fork():
    parent = os.getpid()
    Forking()
    gc.collect()
    if os.getpid() != parent:
        cycle(Node)
        gc.collect()
        os._exit(0)


def cycle(first, second=None):
    a = first()
    b = (second or first)()
    a.other, b.other = b, a
    return a, b


def plant(folder):
    sys.path.insert(0, folder)
    import collecting

    gc.collect()
    gc.freeze()
    planted = {"kept": [], "quoted": cycle(Quoted), "plain": cycle(Node), "finalizing": cycle(Finalizing),
               "resurrecting": cycle(Resurrecting), "watched": cycle(Node)}
    planted["watch"] = [weakref.ref(planted["watched"][0], lambda ref: called.append(True))]
    legacy_holder = Node()
    legacy_holder.other = collecting.Legacy(legacy_holder)
    planted["legacy"] = [legacy_holder.other]
    planted["of_legacy"] = [legacy_holder]
    kept.append(planted["watch"])
    return {kind: [hex(id(one)) for one in some] for kind, some in planted.items()}


harness.say("ready")
while True:
    # No list, which would be collected as well.
    line = harness.read_line().strip()
    command, _, argument = line.partition(" ")
    if command == "plant":
        harness.say(plant(argument))
    elif command == "collect":
        found = gc.collect(int(argument))
        harness.say({"found": found, "called": len(called), "garbage": len(gc.garbage)})
    elif command == "fork":
        fork()
        harness.say(True)
    elif command == "trace":
        os.environ["GC_GRAPH"] = argument
        harness.say(True)
    elif command == "stop":
        del os.environ["GC_GRAPH"]
        harness.say(True)
    else:
        harness.answer(line)
