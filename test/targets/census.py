"""A program that counts its own objects, and plants some whose every detail it tells."""
import collections
import gc
import sys

import harness


class Leaf:
    __slots__ = ("value", "unset")

    def __init__(self, value):
        self.value = value


class Node:
    pass


def plant():
    node = Node()
    leaf = Leaf(b"planted")
    items = [leaf, leaf, None, 12345678901234567890]
    mapping = {"key": items, 7: leaf}
    chain = None
    for _ in range(1000):
        chain = (chain,)
    node.items, node.mapping, node.text, node.chain = items, mapping, "planted text", chain
    return node


PLANTED = plant()
LEAVES = [Leaf(i) for i in range(500)]


def names_of(cls):
    return cls.__qualname__ if cls.__module__ == "builtins" else cls.__module__ + "." + cls.__qualname__


def census():
    """How many objects of each type the collector tracks, but for those that are made to count them."""
    counts = collections.Counter(map(type, gc.get_objects()))
    return {names_of(cls): count for cls, count in counts.items()}


def planted():
    """Address, size and referents of what is planted; the collector knows no references to types of theirs."""
    node, items, mapping = PLANTED, PLANTED.items, PLANTED.mapping
    leaf = items[0]
    found = [items, mapping, leaf, leaf.value, items[3], node.text, node.chain]
    return [
        [id(o), names_of(type(o)), sys.getsizeof(o), [id(x) for x in gc.get_referents(o) if x is not type(o)]]
        for o in found
    ]


gc.collect()
gc.disable()
harness.say("ready")
while True:
    line = harness.read_line()
    if line == "census\n":
        harness.say(census())
    elif line == "planted\n":
        harness.say(planted())
    else:
        harness.answer(line)
