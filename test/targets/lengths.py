"""Holds containers of each kind, from which some was deleted again; it tells the address and the length of each."""
import collections

import harness


def without_some(make, remove):
    made = make()
    for i in range(0, 40, 3):
        remove(made, i)
    return made


NUMBERS = range(40)
PAIRS = [(i, "value %d" % i) for i in NUMBERS]


class Texts(dict):
    pass


kept = [
    without_some(lambda: dict(PAIRS), dict.pop),
    without_some(lambda: Texts(PAIRS), dict.pop),
    without_some(lambda: collections.OrderedDict(PAIRS), collections.OrderedDict.pop),
    without_some(lambda: collections.defaultdict(list, PAIRS), dict.pop),
    without_some(lambda: collections.Counter(NUMBERS), dict.pop),
    without_some(lambda: set(NUMBERS), set.remove),
    without_some(lambda: list(NUMBERS), list.remove),
    without_some(lambda: collections.deque(NUMBERS), collections.deque.remove),
    frozenset(NUMBERS),
    tuple(NUMBERS),
    [],
    {},
    set(),
    collections.deque(),
    [1],
]
harness.say([[id(one), len(one)] for one in kept])
while True:
    harness.answer(harness.read_line())
