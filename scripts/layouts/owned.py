# Runs in a CPython: finds the words by which the C code of a type's __sizeof__ counts the memory that an instance owns
# beside itself, and holds the result against what __sizeof__ says. Prints {owner: [{basicsize, and the fields of struct
# hd_owned}]} as JSON; a type whose rows do not give the sizes of all of the instances here has none.
import array
import collections
import ctypes
import io
import itertools
import json

WORD = 8
BLOCK_LENGTH = 64  # of a deque; Modules/_collectionsmodule.c
BLOCK = (BLOCK_LENGTH + 2) * WORD
NODE = 4 * WORD  # of an OrderedDict; Objects/odictobject.c


def word(instance, offset):
    return ctypes.c_uint64.from_address(id(instance) + offset).value


def offsets(instance):
    return range(2 * WORD, type(instance).__basicsize__, WORD)


def extra(instance):
    """What __sizeof__ says beyond the fixed size, and for a dict beyond what it says of any dict."""
    if isinstance(instance, dict):
        return instance.__sizeof__() - dict.__sizeof__(instance)
    return instance.__sizeof__() - type(instance).__basicsize__


def share(instance, row):
    """The bytes that a row counts."""
    if "present_offset" in row and word(instance, row["present_offset"]) == 0:
        return 0
    counts = [word(instance, row[name]) for name in ("count_offset", "second_offset") if name in row]
    count = sum(counts) if counts else 1
    unit = row["unit"]
    if "unit_pointer" in row:
        unit = ctypes.c_int32.from_address(word(instance, row["unit_pointer"]) + row["unit_at"]).value
    return -(-count // row.get("divisor", 1)) * unit


def fits(instances, rows):
    return all(sum(share(one, row) for row in rows) == extra(one) for one in instances)


def deques():
    instances = []
    for left, length in (0, 0), (0, 3), (5, 200), (70, 100), (64, 64), (1, 1000):
        made = collections.deque(range(left + length))
        for _ in range(left):
            made.popleft()
        instances.append(made)
    places = list(offsets(instances[0]))
    return instances, (
        [{"unit": BLOCK, "divisor": BLOCK_LENGTH, "count_offset": 2 * WORD, "second_offset": second}]
        for second in places
    )


def ordered_dicts():
    instances = [collections.OrderedDict((i, i) for i in range(n)) for n in (1, 5, 6, 30, 1000)]
    empty = collections.OrderedDict()
    gone = collections.OrderedDict({1: 2})
    del gone[1]
    return [empty, gone, *instances], (
        [{"unit": WORD, "count_offset": slots}, {"unit": NODE, "count_offset": used}]
        for slots, used in itertools.product(offsets(empty), repeat=2)
    )


def arrays():
    instances = [array.array(code, bytes(8 * n)) for code in "bhid" for n in (0, 1, 7, 100)]
    return instances, (
        [{"unit": 0, "count_offset": allocated, "unit_pointer": 5 * WORD, "unit_at": 4}]
        for allocated in offsets(instances[0])
    )


def buffers(kind):
    def made():
        instances = [kind(io.BytesIO(), buffer_size=size) for size in (100, 8192, 12345)]
        closed = kind(io.BytesIO(), buffer_size=777)
        closed.close()
        instances.append(closed)
        places = list(offsets(closed))
        alone = ([{"unit": 1, "count_offset": size}] for size in places)
        guarded = ([{"unit": 1, "count_offset": size, "present_offset": at}] for size in places for at in places)
        return instances, itertools.chain(alone, guarded)

    return made


def elements():
    import _elementtree

    bare = _elementtree.Element("a")
    full = _elementtree.Element("a", {"b": "c"})
    for _ in range(4):
        full.append(_elementtree.Element("d"))
    unit = extra(full)
    return [bare, full], ([{"unit": unit, "present_offset": at}] for at in offsets(bare))


def rows_of(instances, candidates):
    rows = next((rows for rows in candidates if fits(instances, rows)), [])
    return [{"basicsize": type(instances[0]).__basicsize__, **row} for row in rows]


found = {}
for maker in (deques, ordered_dicts, arrays, elements, *map(buffers, (io.BufferedReader, io.BufferedWriter, io.BufferedRandom))):
    try:
        instances, candidates = maker()
    except ImportError:
        continue
    name = ctypes.string_at(word(type(instances[0]), 3 * WORD)).decode()
    if rows := rows_of(instances, candidates):
        found[name] = rows
print(json.dumps(found))
