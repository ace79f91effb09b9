# Runs in a CPython: finds at which distance instances of C types keep their references, and which of these
# tp_traverse reports. Reads {owner: {name: distance}}, the fields that headers tell, from standard input; prints
# {"owners": {owner: {"basicsize": …, "fields": [[distance, name, traversed]], "unnamed": {distance: [type,
# traversed]}}}, "types": [tp_name]}.
import ctypes
import gc
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from specimens import Thing, borrowed, hidden, specimens  # noqa: E402

gc.disable()
WORD, TP_DEALLOC = 8, 48
memory = os.open("/proc/self/mem", os.O_RDONLY)


def word(address):
    try:
        data = os.pread(memory, WORD, address)
    except (OSError, OverflowError):
        return 0
    return int.from_bytes(data, "little") if len(data) == WORD else 0


def every_type():
    found, todo = {}, [object]
    while todo:
        kind = todo.pop()
        if id(kind) not in found:
            found[id(kind)] = kind
            todo.extend(type.__subclasses__(kind))
    return found


def type_at(address):
    """The type of the object that lies there, if one does. The object itself may be half gone: it is not touched."""
    kind = word(address + WORD)
    if address % WORD == 0 and address != 0 and word(address) != 0 and kind in known_types:
        return known_types[kind]
    return None


def attributes(instance):
    """name: id of what the attributes that C code defines return."""
    found = {}
    for base in type(instance).__mro__:
        for name, descriptor in vars(base).items():
            if type(descriptor).__name__ not in ("member_descriptor", "getset_descriptor"):
                continue
            if name in ("__class__", "__weakref__", "__annotations__", "__text_signature__"):
                continue
            try:
                found.setdefault(name, id(kept(getattr(instance, name))))
            except Exception:
                continue
    return found


alive = []


def kept(thing):
    alive.append(thing)
    return thing


def tp_name(kind):
    return ctypes.string_at(word(id(kind) + 24)).decode()


def base_of(kind):
    """The type written in C that lays an instance out; those written in Python share one tp_dealloc."""
    while word(id(kind) + TP_DEALLOC) == word(id(Thing) + TP_DEALLOC):
        kind = kind.__base__
    return kind


def examine(instance, named):
    kind = base_of(type(instance))
    names = {address: name for name, address in attributes(instance).items()}
    names.update({id(one): name for name, one in named.items()})
    referents = [id(one) for one in gc.get_referents(instance)]
    found = []
    words = {offset: word(id(instance) + offset) for offset in range(2 * WORD, kind.__basicsize__, WORD)}
    for offset, address in words.items():
        # The list of weak references holds none of them.
        if offset == kind.__weakrefoffset__ or (referent := type_at(address)) is None:
            continue
        there, reported = list(words.values()).count(address), referents.count(address)
        if there == 1:
            found.append((offset, names.get(address), referent.__name__, reported > 0))
        elif reported in (0, there):
            found.append((offset, None, None, reported > 0))
    return tp_name(kind), kind.__basicsize__, found


# The owners that are CPython's own structures.
same_as = {
    "code": ["@code"],
    "frame": ["@frame"],
    "generator": ["@generator"],
    "coroutine": ["@generator"],
    "async_generator": ["@generator"],
    "type": ["@type", "@heaptype"],
}
described = json.load(sys.stdin)
owners = {}
for instance, named in specimens():
    known_types = every_type()
    name, basicsize, found = examine(instance, named)
    owner = owners.setdefault(name, {"basicsize": basicsize, "fields": {}, "unnamed": {}})
    # An exception has the fields of BaseException, and some have more.
    bases = [tp_name(base) for base in type(instance).__mro__] + same_as.get(name, [])
    bases = [base for base in bases if base in described]
    fixed = {offset: field for base in bases for field, offset in described[base].items()}
    left = {}
    for offset, field, referent, traversed in found:
        if fixed:
            for base in bases:
                if offset in described[base].values():
                    row = owners.setdefault(base, {"basicsize": 0, "fields": {}, "unnamed": {}})
                    # A static type is asked of nothing.
                    known = row["fields"].get(offset, (None, False))[1]
                    row["fields"][offset] = (fixed[offset], traversed or known)
        elif referent is None:
            continue  # a name has to be that of one place
        elif field is not None:
            owner["fields"][offset] = (field, traversed)
        else:
            left.setdefault(referent, []).append((offset, traversed))
    for referent, places in left.items():
        texts = hidden.get(name, {}).get(referent, [])
        for (offset, traversed), field in zip(places, texts):
            owner["fields"][offset] = (field, traversed)
        for offset, traversed in places[len(texts) :]:
            owner["unnamed"][offset] = (referent, traversed)

for name, owner in owners.items():
    # Borrowed: what the object refers to is held by another.
    for field in borrowed.get(name, ()):
        owner["fields"] = {at: found for at, found in owner["fields"].items() if found[0] != field}
    owner["unnamed"] = {at: what for at, what in owner["unnamed"].items() if at not in owner["fields"]}
    owner["fields"] = [[at, *field] for at, field in sorted(owner["fields"].items())]
names = sorted(set(map(tp_name, every_type().values())))
print(json.dumps({"owners": owners, "types": names}), flush=True)
# Some of the instances cannot be taken down.
os._exit(0)
