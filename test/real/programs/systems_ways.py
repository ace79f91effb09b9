"""What objgraph and guppy3 (heapy) say of ways to objects, of pictures and of reference patterns, for a heap of their
examples. "NAME ARGUMENT" answers what the original finds, with addresses.
"""
import gc
import inspect
import io
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "targets"))
import harness  # noqa: E402
import objgraph  # noqa: E402

try:
    from guppy import hpy
except ImportError:
    hpy = None


class Leaked:
    pass


class Node:
    __slots__ = ("next", "value")

    def __init__(self, next, value):
        self.next, self.value = next, value


class Session:
    registry = {}

    def __init__(self, number):
        self.number = number
        self.items = [number * 1000003, (self, "s")]


def remember(key, value, _cache={}):
    _cache[key] = {"value": value}


def closure():
    inside = Leaked()

    def inner():
        return inside

    return inner, inside


remember("first", Leaked())
INNER, in_cell = closure()
CHAIN = None
for number in range(7):
    CHAIN = Node(CHAIN, [number + 100003])
SESSIONS = [Session(number) for number in range(300)]
BY_NUMBER = {session.number: session for session in SESSIONS}
Session.registry["all"] = (SESSIONS[7], Leaked())
SINGLE = [Session(-1), "single"]
RING = Node(None, None)
RING.next = Node(RING, None)
# Each is held in one way only.
WANTED = {
    "default": lambda: remember.__defaults__[0]["first"]["value"],
    "cell": lambda: INNER.__closure__[0].cell_contents,
    "registry": lambda: Session.registry["all"][1],
    "last": lambda: last_of(CHAIN),
    "item": lambda: SINGLE[0].items[1],
    "chain": lambda: CHAIN,
    "single": lambda: SINGLE,
    "ring": lambda: RING.next,
    "function": lambda: remember,
}
in_cell = number = None


def last_of(node):
    return node if node.next is None else last_of(node.next)


# Of sessions by address. On 3.13 heapy makes them, and sessions are not their referrers then.
DICTS = {}


def owner_of(one):
    """Whose `__dict__` it is: heapdump takes both for one. None of these objects has an attribute that is a dict."""
    if type(one) is not dict:
        return None
    owners = (type, type(sys), Leaked, Session)
    if id(one) in DICTS:
        return DICTS[id(one)]
    return next((owner for owner in gc.get_referrers(one) if type(owner) in owners), None)


def addresses(chain):
    """Without the `__dict__` of what stands before it."""
    return [hex(id(one)) for before, one in zip([None] + chain, chain) if before is None or owner_of(one) is not before]


def backward(name):
    return addresses(objgraph.find_backref_chain(WANTED[name](), objgraph.is_proper_module))


def forward(names):
    start, end = [WANTED[name]() for name in names.split()]
    return addresses(objgraph.find_ref_chain(start, lambda one: one is end))


def picture(name):
    text = io.StringIO()
    objgraph.show_backrefs(
        [WANTED[name]()], max_depth=20, too_many=1000, output=text,
        filter=lambda one: not inspect.isframe(one) and not inspect.isroutine(one),
    )
    found = {int(address) for address in re.findall(r"^  o(\d+)\[label", text.getvalue(), re.M)}
    return sorted(hex(id(one)) for one in gc.get_objects() if id(one) in found and owner_of(one) is None)


def pattern(name):
    """Kind, number of objects, depth and mark of each line of heapy's reference pattern."""
    hp = hpy()
    if sys.version_info >= (3, 13):
        DICTS.update((id(session.__dict__), session) for session in [SINGLE[0]] + SESSIONS)
    # Of none of them a list is kept, which would hold them.
    if name == "sessions":
        wanted = hp.iso(SINGLE[0], *SESSIONS)
    elif name == "items":
        wanted = hp.iso(SINGLE[0].items, *[session.items for session in SESSIONS])
    else:
        wanted = hp.iso({"first": lambda: CHAIN, "ring": lambda: RING.next, "values": lambda: last_of(CHAIN).value}[name]())

    def holders(objects):
        found = objects.referrers - hp.iso(DICTS)
        owners = {id(one): owner_of(one) for one in found.nodes}
        dicts = [one for one in found.nodes if owners[id(one)] is not None]
        return hp.idset([one for one in found.nodes if owners[id(one)] is None] + [owners[id(one)] for one in dicts])

    rows = wanted.get_rp(ref=holders)
    rows.generate()
    lines = []
    for row in rows.lines:
        text = str(row)
        mark = re.search(r"\[(R|S|-|\+|\^ *\d+)\]", text).group(1)
        kinds = {type(one).__module__ + "." + type(one).__qualname__ for one in row.set.nodes}
        lines.append([row.depth, "".join(kinds).replace("builtins.", ""), row.set.count, mark])
    return lines


ANSWERS = {"backward": backward, "forward": forward, "picture": picture, "pattern": pattern}
harness.say("ready")
while True:
    line = harness.read_line()
    name, _, argument = line.strip().partition(" ")
    if name == "address":
        harness.say(hex(id(WANTED[argument]())))
    elif name in ANSWERS:
        harness.say(ANSWERS[name](argument))
    else:
        harness.answer(line)
