"""Garbage of many kinds, which the collector has not yet looked at: collected.py FOLDER, where the extension `collecting`
was built. "referents FILE" and "types FILE" write what the interpreter says of its heap; "collect GENERATION" lets the
collector run and answers what it found."""
import asyncio
import collections
import contextvars
import functools
import gc
import itertools
import json
import re
import sys
import threading
import weakref

import harness

sys.path.insert(0, sys.argv[1])
import collecting  # noqa: E402

gc.collect()
gc.disable()
gc.collect()

deleted, called, kept = [], [], []


class Node:
    def __init__(self, *held):
        self.held = list(held)


class Empty:
    pass


class Slotted:
    __slots__ = ("held", "__weakref__")


class Finalized(Node):
    def __del__(self):
        deleted.append(id(self))


class Resurrected(Node):
    def __del__(self):
        deleted.append(id(self))
        kept.append(self)


class Loud(collecting.Silent):
    pass


class Words(dict):
    pass


class Numbers(list):
    pass


class Pair(collections.namedtuple("Pair", "first second")):
    pass


def circle(*nodes):
    for node, other in zip(nodes, nodes[1:] + nodes[:1]):
        node.held = [other]
    return nodes


def note(reference):
    called.append(id(reference))


def numbers(held):
    for i in range(3):
        yield i, held


async def nap(held):
    await asyncio.sleep(held and 0)


def plant_traceback():
    """With a frame, which is garbage as well."""
    held = Node()
    try:
        raise ValueError(held)
    except ValueError as error:
        held.error = error


def plant_finalized():
    """Whose finalizer has run: it does not run again."""
    twice = Resurrected()
    twice.held = [twice]
    del twice
    gc.collect()
    del kept[-1], deleted[:]


def plant():
    """What is not kept is garbage."""
    circle(Node(), Node(), Node())
    circle(Slotted(), Slotted())
    circle(Finalized(), Node(), Finalized())
    circle(Resurrected(), Node())[1].extra = Node("extra")
    # Referred to from outside of it, from within it, and with no callback.
    watched, unwatched = Node(), Node()
    circle(watched, unwatched)
    kept.append(weakref.ref(watched, note))
    kept.append(weakref.proxy(watched, note))
    kept.append(weakref.ref(unwatched))
    watched.reference = weakref.ref(unwatched, note)
    # With legacy finalizers: these and what they reach stay.
    legacy = collecting.Legacy()
    legacy.held = [legacy, circle(Node(), Node())]
    before = Node()
    before.held = [before, legacy]
    final = collecting.Final()
    final.held = [final, Node()]
    # What the collector does not know keeps its target.
    silent = collecting.Silent()
    silent.held = silent
    silent.hidden = hidden = Node()
    hidden.held = [hidden]
    loud = Loud()
    loud.held = [loud]
    loud.name = "loud"
    # Tuples that hold nothing the collector could track.
    plain = Node()
    plain.held = [plain, [tuple([part]) for part in ((), object, Node, 5, (5,))]]
    # Of many types.
    for container in ({}, [], Words(), Numbers(), collections.deque(), collections.OrderedDict(),
                      collections.defaultdict(list), collections.ChainMap(), Node()):
        add = getattr(container, "append", None)
        if add:
            add(container)
        elif isinstance(container, Node):
            container.held.append(functools.partial(note, container))
        else:
            container[1] = container
            container["key"] = (container, Pair(1, [container]))
    held = Node()
    held.held = [held.__init__, lambda: held, Exception(held), itertools.chain([held]), iter([held]), {held}, Pair(held, held)]
    waits, begun = numbers(held), numbers(held)
    next(begun)
    held.held += [waits, begun, nap(held), frozenset([held]), property(lambda self: held)]
    held.held.append(type("Made", (Node,), {"of": held}))
    held.held.append(held.held[-1]())
    # Which the collector knows nothing of on 3.8.
    cut = Node()
    cut.held = [slice(cut, cut)]
    # With a dict beside the attributes: what is in both is referred to once.
    shown, bare, empty = Node(), Node.__new__(Node), Empty()
    shown.names = vars(shown)
    kept.extend([bare, vars(bare), empty, vars(empty), re.compile("a+")])
    # Not garbage: in use by a thread, by its context, or just kept.
    living = circle(Node(), Finalized())
    kept.append(living)
    variable = contextvars.ContextVar("variable", default=circle(Node()))
    variable.set(circle(Node(), Node()))
    kept.append(variable)


def in_thread(ready, done):
    held = circle(Node(), Node())
    generator = numbers(held)
    next(generator)
    sys._getframe().f_trace_lines = False
    kept.append(sys._getframe())
    ready.set()
    done.wait()


ready, done = threading.Event(), threading.Event()
threading.Thread(target=in_thread, args=(ready, done), daemon=True).start()
ready.wait()
# Of older generations each: what survives a collection is in the next one.
old = circle(Node(), Finalized())
plant_finalized()
middle = circle(Node(), Finalized())
gc.collect(0)
del old, middle
plant()
plant_traceback()


def write(name, rows):
    with open(name, "w") as file:
        json.dump(rows, file)


def referents(name):
    write(name, [[id(o), [id(held) for held in gc.get_referents(o)]] for o in gc.get_objects()])


def label(cls):
    qualname = type.__dict__["__qualname__"].__get__(cls)
    module = cls.__module__
    return qualname if module == "builtins" else "%s.%s" % (module, qualname)


def types(name):
    found, left = {}, [object]
    while left:
        cls = left.pop()
        if id(cls) not in found:
            found[id(cls)] = [id(cls), [id(base) for base in cls.__mro__], hasattr(cls, "__del__"),
                              label(cls) if isinstance(cls.__module__, str) else None]
            left += type.__subclasses__(cls)
    is_finalized = getattr(gc, "is_finalized", lambda o: None)
    write(name, {"types": list(found.values()), "finalized": [[id(o), is_finalized(o)] for o in gc.get_objects()]})


def collect(generation):
    del gc.garbage[:]
    gc.set_debug(gc.DEBUG_SAVEALL)
    count = gc.collect(generation)
    gc.set_debug(0)
    garbage = [id(o) for o in gc.garbage]
    harness.say({"count": count, "garbage": garbage, "deleted": deleted + collecting.finalized, "called": called})


harness.say("ready")
while True:
    line = harness.read_line()
    command, _, argument = line.strip().partition(" ")
    if command == "referents":
        referents(argument)
        harness.say("written")
    elif command == "types":
        types(argument)
        harness.say("written")
    elif command == "collect":
        collect(int(argument))
    else:
        harness.answer(line)
