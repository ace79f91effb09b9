"""Dicts of every inner form, lists, tuples, sets, what the collections module has, and iterators over them."""
import collections
import itertools
import queue
import types


class Node:
    pass


class DictSubclass(dict):
    pass


class SlottedDict(dict):
    __slots__ = ("note",)


class ListSubclass(list):
    pass


class SlottedList(list):
    __slots__ = ("first", "second")


class TupleSubclass(tuple):
    pass


class SetSubclass(set):
    pass


class FrozenSubclass(frozenset):
    pass


class DequeSubclass(collections.deque):
    pass


Point = collections.namedtuple("Point", "x y")


def with_note(container):
    container.note = ["note of a " + type(container).__name__]
    return container


def plant_dicts():
    deleted = {"key %d" % i: ["value %d" % i] for i in range(100)}
    for i in range(0, 100, 3):
        del deleted["key %d" % i]
    reinserted = dict.fromkeys(range(1000), ())
    for i in range(900):
        del reinserted[i]
    reinserted["text among numbers"] = [1]
    generalised = {"a": [1], "b": [2]}
    generalised[(1, 2)] = [3]
    emptied = {"a": 1}
    emptied.clear()
    popped = {str(i): [i] for i in range(10)}
    popped.popitem()
    itself = {}
    itself["itself"] = itself
    return {
        "empty": {},
        "texts": {"a": [1], "b": [2]},
        "numbers": {1: [1], 2: [2], 2**80: [3]},
        "untracked": {"a": 1, "b": "c"},
        "untracked numbers": {1: 2, 3.5: "x"},
        "mixed": {"a": [1], 2: [2], None: [3], (1, "x"): [4], frozenset([1]): [5], 1.5: [6], b"b": [7]},
        "deleted": deleted,
        "reinserted": reinserted,
        "generalised": generalised,
        "emptied": emptied,
        "popped": popped,
        "itself": itself,
        "huge": {i * 7: str(i) for i in range(30000)},
        "huge texts": {"huge %d" % i: [] for i in range(3000)},
        "medium": {"medium %d" % i: i for i in range(300)},
        "copy": dict(deleted),
        "unpacked": {**deleted, "more": 1},
        "from keys": dict.fromkeys("abc", []),
        "odd keys": {"\u20ac": [1], "": [2], "with 'quotes' \n": [3]},
        "subclass": with_note(DictSubclass(a=[1], b=[2])),
        "slotted subclass": with_note(SlottedDict({1: [1]})),
        "proxy": types.MappingProxyType({"behind": ["a proxy"]}),
    }


def plant_dict_views():
    d = {"a": [1], "b": [2]}
    iterators = [iter(d), iter(d.keys()), iter(d.values()), iter(d.items()), reversed(d)]
    for iterator in iterators:
        next(iterator)
    return [d.keys(), d.values(), d.items(), iterators]


def plant_instance_dicts():
    plain, materialised, deleted, reordered, many, replaced, shared = (Node() for _ in range(7))
    plain.a, plain.b = [1], [2]
    materialised.a, materialised.b = [3], [4]
    materialised.__dict__
    deleted.a, deleted.b = [5], [6]
    del deleted.a
    reordered.b, reordered.a = [7], [8]
    for i in range(60):
        setattr(many, "attribute_%d" % i, [i])
    replaced.a = [9]
    replaced.__dict__ = {"other": [10]}
    shared.__dict__ = replaced.__dict__
    keyed = Node()
    keyed.__dict__[1] = ["a key that is not a text"]
    keyed.a = [11]
    grown = Node()
    grown.a = [12]
    vars(grown)["b"] = [13]
    del grown.a
    return [plain, materialised, deleted, reordered, many, replaced, shared, keyed, grown, Node()]


def plant_lists():
    grown = []
    for i in range(1000):
        grown.append((i, str(i)))
    cleared = [1, 2, 3]
    cleared.clear()
    itself = [None, "before"]
    itself.append(itself)
    subclass = with_note(ListSubclass([[1], [2]]))
    slotted = SlottedList(["item"])
    slotted.second = ["in a slot"]
    return [[], [1], [[]], grown, cleared, itself, [None] * 5000, subclass, slotted, sorted(range(100), key=str)]


def plant_tuples():
    untracked = tuple([1, "a", 2.5])
    cyclic = ([],)
    cyclic[0].append(cyclic)
    return [(), (1,), untracked, ((untracked,), untracked), cyclic, with_note(TupleSubclass(([1], [2]))), Point([1], [2])]


def plant_sets():
    deleted = set(range(100))
    for i in range(0, 100, 2):
        deleted.remove(i)
    return [
        set(), {1}, {"a", "b", (1, 2)}, deleted, set(range(3000)), {str(i) for i in range(100)}, frozenset(),
        frozenset([1, "x", frozenset([2])]), with_note(SetSubclass([(1,), (2,)])), with_note(FrozenSubclass("abc")),
        iter({"iterated"}), iter(frozenset(["iterated, too"])),
    ]


class Missing(collections.defaultdict):
    def __missing__(self, key):
        return key


class Ordered(collections.OrderedDict):
    pass


def plant_collections():
    deque = collections.deque(([i] for i in range(1000)), maxlen=700)
    rotated = collections.deque(str(i) for i in range(200))
    rotated.rotate(77)
    for _ in range(70):
        rotated.popleft()
    ordered = collections.OrderedDict((str(i), [i]) for i in range(50))
    ordered.move_to_end("3")
    del ordered["7"]
    with_attribute = with_note(Ordered(a=[1]))
    default = collections.defaultdict(list, {"a": [1]})
    default["b"].append(2)
    missing = Missing(None, {1: [2]})
    missing.note = ["note"]
    iterator = iter(ordered)
    next(iterator)
    places = iter(deque)
    next(places)
    return [
        deque, rotated, collections.deque(), with_note(DequeSubclass([[1]])), ordered, with_attribute, default, missing,
        collections.Counter("mississippi"), collections.ChainMap({"a": [1]}, {"b": [2]}), collections.UserDict(a=[1]),
        collections.UserList([[1]]), collections.UserString("user"), iterator, iter(ordered.items()), places,
        reversed(deque),
    ]


def plant_queues():
    simple = queue.SimpleQueue()
    for i in range(40):
        simple.put([i])
    simple.get()
    ordinary = queue.Queue()
    ordinary.put(["queued"])
    ranked = queue.PriorityQueue()
    ranked.put((1, "ranked"))
    return [simple, ordinary, ranked]


def plant_iterators():
    first, second = itertools.tee(iter([[i] for i in range(100)]))
    for _ in range(60):
        next(first)
    groups = itertools.groupby([[1], [1], [2]])
    group = next(groups)
    cycled = itertools.cycle([[1], [2]])
    next(cycled)
    made = [
        first, second, groups, group, cycled,
        itertools.accumulate([1, 2]), itertools.chain([[1]], [[2]]), itertools.chain.from_iterable([[1], [2]]),
        itertools.combinations("abc", 2), itertools.combinations_with_replacement("abc", 2), itertools.compress("ab", [1, 0]),
        itertools.count([1][0], 2.5), itertools.dropwhile(bool, [1]), itertools.filterfalse(bool, [1, 0]),
        itertools.islice([1, 2, 3], 2), itertools.permutations("abc"), itertools.product("ab", repeat=2),
        itertools.repeat(["repeated"]), itertools.starmap(pow, [(1, 2)]), itertools.takewhile(bool, [1, 0]),
        itertools.zip_longest("ab", "c", fillvalue=["fill"]),
        enumerate([["e"]]), zip([1], [2]), map(str, [1]), filter(None, [1, 2]), reversed([1, 2]), iter([1, 2]),
        iter((1, 2)), iter("text"), iter("\u20ac"), iter(b"bytes"), iter(bytearray(b"ba")), iter(range(3)),
        iter(range(2**70, 2**71)), iter(int, 1),
    ]
    for iterator in made[5:10]:
        next(iterator)
    return made
