"""objgraph's classic example: a function that leaks through a mutable default argument. "ADDRESS NAME" answers where
an object is, "chain" what is on the way to what leaked, as the interpreter itself goes it.
"""
import gc

import harness


class Leaked:
    def __del__(self):
        pass


class Derived(Leaked):
    pass


class Plain:
    __slots__ = ("held",)


def f(key, value, _cache={}):
    _cache[key] = {"value": value}


f("first", Leaked())
PLAIN = Plain()
PLAIN.held = Derived()
# A way that begins and ends at garbage: nothing holds these two.
gc.disable()
lost = [Plain()]
lost[0].held = lost
LOST = [id(lost), id(lost[0])]
lost = None


def chain():
    cache = f.__defaults__[0]
    return [id(one) for one in (f, f.__defaults__, cache, cache["first"], cache["first"]["value"])]


ANSWERS = {
    "chain\n": chain,
    "lost\n": lambda: LOST,
    "derived\n": lambda: [id(PLAIN), id(PLAIN.held), id(Derived), id(Leaked)],
}

harness.say("ready")
while True:
    line = harness.read_line()
    if line in ANSWERS:
        harness.say([hex(address) for address in ANSWERS[line]()])
    else:
        harness.answer(line)
