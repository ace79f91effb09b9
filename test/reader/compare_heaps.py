"""Compares a dump with what the program says of itself, or with another dump of the same moment; prints JSON.

    compare_heaps.py report REPORT DUMP     REPORT: as test/targets/report.py writes it
    compare_heaps.py equal DUMP DUMP        every object, reference, root, thread, frame and module
    compare_heaps.py within DUMP DUMP       whether the second has all that the first has
"""

import gc
import json
import struct
import sys
from collections import Counter
from typing import Dict, List, Optional, Set, Tuple

from read_dump import Dump, HeapObject

UNKNOWN = 2**64 - 1
# Kinds of references whose names no mode guesses.
CERTAIN = ("key", "value", "item", "slot")
EXAMPLES = 5
# How the mode python tells a name that is an object of the program's own type.
NOT_KNOWN = "?"


# Of an object: its type, its size, and what it refers to.
Reported = Tuple[int, int, Tuple[int, ...]]


class Differences:
    """Counts, and a few examples, by what they are about."""

    def __init__(self) -> None:
        self.found: Dict[str, dict] = {}

    def add(self, about: str, example: object) -> None:
        entry = self.found.setdefault(about, {"count": 0, "examples": []})
        entry["count"] += 1
        if len(entry["examples"]) < EXAMPLES:
            entry["examples"].append(example)


def read_report(path: str) -> Dict[int, Reported]:
    with open(path, "rb") as file:
        data = file.read()
    numbers = struct.unpack("=%dQ" % (len(data) // 8), data)
    report, at = {}, 0
    while at < len(numbers):
        address, cls, size, count = numbers[at : at + 4]
        report[address] = cls, size, numbers[at + 4 : at + 4 + count]
        at += 4 + count
    return report


def targets(o: HeapObject) -> List[int]:
    return [target for target in o.targets if target is not None]


def is_intern_table(o: HeapObject) -> bool:
    """3.14 tells the collector of the dict of interned strings, though it does not hold what is in it."""
    return len(o.targets) > 2000 and o.type_name == "dict" and o.targets[::2] == o.targets[1::2]


def passing(dump: Dump) -> Set[int]:
    """Strings that nothing in the dump holds but the cache of type attributes: one goes when another attribute is looked
    up, and must not be touched by then."""
    held: Set[Optional[int]] = set()
    cached: Set[Optional[int]] = {address for address, _, name in dump.roots if name == "type_cache"}
    for o in dump.objects:
        (cached if is_intern_table(o) else held).update(o.targets)
    return cached - held - {None}


def compare_report(report_path: str, dump_path: str) -> dict:
    report, dump = read_report(report_path), Dump(dump_path)
    objects = {o.address: o for o in dump.objects}
    missing, types, sizes, edges, more_edges, more = (Differences() for _ in range(6))
    name_of = lambda address: dump.types[address].name if address in dump.types else hex(address)
    for address, (type_address, size, referents) in report.items():
        o = objects.get(address)
        if o is None:
            missing.add(name_of(type_address), hex(address))
            continue
        cls = o.type
        if cls is None or cls.address != type_address:
            types.add(name_of(type_address), [hex(address), o.type_name])
            continue
        if size not in (UNKNOWN, o.size):
            sizes.add(cls.name, [size, o.size, hex(address)])
        # The collector is told of a heap type's instances' type since 3.9; a dump never says it as a reference.
        in_order, said_in_order = sorted(targets(o)), sorted(referents)
        if in_order == said_in_order or sorted(in_order + [type_address]) == said_in_order:
            continue
        here, there = Counter(in_order), Counter(referents)
        for target in there - here - Counter({type_address: 1}):
            target_name = objects[target].type_name if target in objects else hex(target)
            edges.add("%s -> %s" % (cls.name, target_name), [hex(address), hex(target), there[target], here[target]])
        for reference in o.references:
            if reference.target is not None and reference.target not in there:
                label = reference.label if isinstance(reference.label, str) and reference.kind == "field" else ""
                more_edges.add("%s %s %s" % (cls.name, reference.kind, label), [hex(address), hex(reference.target)])
    dangling = Differences()
    gone = passing(dump)
    known = {None, *objects}
    for o in dump.objects:
        if o.address not in report:
            more.add(o.type_name or "?", o.address)
        if known.issuperset(o.targets):
            continue
        for reference in o.references:
            if reference.target is not None and reference.target not in objects:
                dangling.add("%s %s %s" % (o.type_name, reference.kind, reference.label),
                             [hex(o.address), hex(reference.target)])
    return {
        "complete": dump.complete,
        "consistent": dump.all_meta.get("consistent"),
        "skipped": dump.all_meta.get("skipped"),
        "reported": len(report),
        "dumped": len(objects),
        "missing": missing.found,
        "types": types.found,
        "sizes": sizes.found,
        "edges": edges.found,
        "dangling": dangling.found,
        "more_edges": {about: entry["count"] for about, entry in sorted(more_edges.found.items())},
        "more_objects": {about: entry["count"] for about, entry in sorted(more.found.items())},
        # Frames of functions that run are gone when the program is asked for them.
        "more": [[o.address, o.type.address if o.type else 0, o.size, o.type_name] for o in dump.objects
                 if o.address not in report and o.type_name != "frame" and o.address not in gone],
    }


def same_names(o: HeapObject, other: HeapObject) -> bool:
    """Whether equal targets are equal references."""
    here, there = o.dump.shapes.get(o.shape), other.dump.shapes.get(other.shape)
    return here is not None and there is not None and here[1:] == there[1:]


def whole(o: HeapObject) -> dict:
    return {"type": o.type_name, "size": o.size, "refcount": o.refcount, "flags": o.flags, "content": o.content,
            "references": [list(reference) for reference in o.references]}


def compare_equal(first_path: str, second_path: str) -> dict:
    first, second = Dump(first_path), Dump(second_path)
    if first.whole_records() is not None and first.whole_records() == second.whole_records():
        return {}  # byte by byte the same, so that nothing need be decoded
    others = {o.address: o for o in second.objects}
    differences = Differences()
    for o in first.objects:
        other = others.pop(o.address, None)
        if other is None:
            differences.add("only in the first: %s" % o.type_name, hex(o.address))
            continue
        if (same_names(o, other) and o.type_name == other.type_name and o.targets == other.targets
                and (o.size, o.refcount, o.flags, o.content)
                == (other.size, other.refcount, other.flags, other.content)):
            continue
        here, there = whole(o), whole(other)
        for name in here:
            if here[name] != there[name]:
                differences.add("%s of %s" % (name, o.type_name), [hex(o.address), here[name], there[name]])
    for address, o in others.items():
        differences.add("only in the second: %s" % o.type_name, hex(address))
    for name in ("roots", "modules", "threads", "frames", "greenlet_frames"):
        here, there = Counter(getattr(first, name)), Counter(getattr(second, name))
        for row in list((here - there) + (there - here)):
            differences.add(name, row)
    return differences.found


def interned_since(first: Dump, others: Dict[int, HeapObject]) -> Set[int]:
    """Strings that only the table of interned strings gained meanwhile, where the names of the mode python's script
    stay."""
    return {target for o in first.objects if is_intern_table(o) for target in targets(o) if target not in others}


def compare_within(first_path: str, second_path: str) -> dict:
    first, second = Dump(first_path), Dump(second_path)
    others = {o.address: o for o in second.objects}
    gained = interned_since(first, others)
    differences = Differences()
    for o in first.objects:
        if o.address in gained and o.type_name == "str":
            continue
        other = others.get(o.address)
        if other is None or o.type_name not in (NOT_KNOWN, other.type_name):
            differences.add("object %s" % o.type_name, hex(o.address))
            continue
        if o.content not in (None, NOT_KNOWN, other.content):
            differences.add("content of %s" % o.type_name, [o.content, other.content])
        if o.targets == other.targets and same_names(o, other):
            continue
        here, there = Counter(targets(o)), Counter(targets(other))
        for target in here - there:
            if target in gained:
                continue
            name = others[target].type_name if target in others else hex(target)
            differences.add("reference %s -> %s" % (o.type_name, name), [hex(o.address), hex(target)])
        if is_intern_table(o):
            continue  # what the other knows of it, that it does not hold its items, a script cannot tell
        named = {r for r in o.references if r.kind in CERTAIN and r.target is not None and r.target not in gained}
        for kind, label, target in named - set(other.references):
            instead = [list(r) for r in other.references if r.target == target]
            differences.add("name in %s: %s %s" % (o.type_name, kind, label if isinstance(label, str) else ""),
                            [hex(o.address), instead])
    for row in set((address, kind) for address, kind, _ in first.roots) - set((a, k) for a, k, _ in second.roots):
        differences.add("root", row)
    files = {(address, name): file for address, name, file in second.modules}
    for address, name, file in first.modules:
        if (address, name) not in files or file not in ("", files[address, name]):
            differences.add("modules", [address, name, file])
    for row in list(Counter(first.threads) - Counter(second.threads)):
        differences.add("threads", row)
    return differences.found


if __name__ == "__main__":
    gc.disable()
    compare = {"report": compare_report, "equal": compare_equal, "within": compare_within}[sys.argv[1]]
    print(json.dumps(compare(*sys.argv[2:4])))
