"""Objects that can be deleted: "address NAME" gives where one is, "delete NAME" lets go of it."""
import collections
import gc

import harness


class Thing:
    pass


def session():
    thing = Thing()
    thing.name = "session-name-" * 3
    thing.data = bytes(5000)
    thing.rows = [{"number": 100000 + i, "text": "row-%d" % i * 3} for i in range(300)]
    thing.shared = SHARED
    return thing


def chain():
    first = None
    for i in range(2000):
        thing = Thing()
        thing.following = first
        thing.text = "link-%d" % i
        first = thing
    return first


def cycle():
    one, other = Thing(), Thing()
    one.other, other.other = other, one
    one.pad, other.pad = bytes(3000), bytearray(4000)
    one.method = other.method = one.__init__
    return one


def closure():
    seen = ["seen-%d" % i for i in range(500)]

    def look(what):
        return what in seen

    return look


def made_class():
    names = {"table": ["cell-%d" % i for i in range(400)], "method": lambda self: self.table}
    return type("Made", (), names)


SHARED = {"config-%d" % i: "value-%d" % i for i in range(200)}
NAMES = {
    "session": session(),
    "chain": chain(),
    "cycle": cycle(),
    "closure": closure(),
    "made_class": made_class(),
    "queue": collections.deque(["waiting-%d" % i for i in range(1000)]),
    "shared": SHARED,
}
gc.collect()
harness.say("ready")
while True:
    line = harness.read_line()
    command, _, name = line.strip().partition(" ")
    if command == "address":
        harness.say(hex(id(NAMES[name])))
    elif command == "delete":
        NAMES[name] = None
        gc.collect()
        harness.say("deleted")
    else:
        harness.answer(line)
