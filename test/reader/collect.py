"""Collections replayed on a dump, as plainly as can be; and what the interpreter says of its heap beside the dump.

    collect.py replay DUMP [GENERATION]    each object that is collected, as a row of JSON
    collect.py referents DUMP FILE         FILE: [address, [address…]…] of gc.get_referents
    collect.py types DUMP FILE             FILE: {types: [address, [MRO], has __del__, name], finalized: [address, bool]}
"""

import json
import sys
from collections import Counter
from typing import Dict, List, Set

from read_dump import Dump, HeapObject

TP_FINALIZE, TP_DEL = 1, 2


class Collection:
    def __init__(self, dump: Dump, generation: int) -> None:
        self.dump = dump
        self.young: Dict[int, HeapObject] = {
            o.address: o for o in dump.objects if o.tracked and o.generation <= generation and not o.immortal
        }
        if int(dump.all_meta["python_version"].split(".")[1]) >= 14:
            self.untrack_tuples()
        self.reported = {address: [t for t in o.reported if t in self.young] for address, o in self.young.items()}
        self.outside = {address: o.refcount for address, o in self.young.items()}
        for targets in self.reported.values():
            for target in targets:
                self.outside[target] -= 1
        self.reachable = self.reach({address for address, count in self.outside.items() if count}, set(self.young))
        self.unreachable = set(self.young) - self.reachable
        self.legacy = {address for address in self.unreachable if self.finalizer(address) & TP_DEL}
        self.uncollectable = self.reach(self.legacy, self.unreachable)
        self.trash = self.unreachable - self.uncollectable
        self.finalized = {
            address
            for address in self.trash
            if self.finalizer(address) & TP_FINALIZE and address not in dump.finalized
        }
        self.may_resurrect = self.reach(self.finalized, self.trash)
        if dump.all_meta["python_version"].startswith("3.8.") and self.finalized:
            self.may_resurrect = set(self.trash)
        self.callbacks = sorted(self.find_callbacks())

    def untrack_tuples(self) -> None:
        """3.14 does so first with young ones that hold nothing which could be tracked."""
        objects = {o.address: o for o in self.dump.objects}

        def may_be_tracked(address: int) -> bool:
            o = objects.get(address)
            if o is None or o.type_name == "tuple":
                return o is None or (address in self.young if o.generation == 0 else o.tracked)
            if address in self.dump.types:
                return bool(self.dump.types[address].flags & 1 << 9)
            return bool(o.type.flags & 1 << 14)

        left = [o for o in self.young.values() if o.type_name == "tuple" and o.generation == 0]
        while left:
            gone = [o for o in left if not any(t is None or may_be_tracked(t) for t in o.targets)]
            for o in gone:
                del self.young[o.address]
            left = [o for o in left if o.address in self.young] if gone else []

    def finalizer(self, address: int) -> int:
        return self.dump.finalizers.get(self.young[address].type.address, 0)

    def reach(self, start: Set[int], within: Set[int]) -> Set[int]:
        found, left = set(start), list(start)
        while left:
            for target in self.reported[left.pop()]:
                if target in within and target not in found:
                    found.add(target)
                    left.append(target)
        return found

    def find_callbacks(self) -> List[List[int]]:
        found = []
        for o in self.dump.objects:
            if o.address in self.trash:
                continue
            labels = {reference.label: reference for reference in o.references}
            referent, callback = labels.get("__referent__"), labels.get("__callback__")
            if referent and callback and referent.target in self.trash and callback.target:
                found.append([referent.target, o.address, callback.target])
        return found

    def rows(self) -> List[List[int]]:
        return [
            [address, o.refcount, self.outside[address]]
            + [
                int(address in s)
                for s in (self.unreachable, self.legacy, self.uncollectable, self.finalized, self.may_resurrect)
            ]
            for address, o in sorted(self.young.items())
        ]


def compare_referents(dump: Dump, file: str) -> dict:
    """Of the objects that are in both, those that the dump tells other references of, by type."""
    objects = {o.address: o for o in dump.objects}
    with open(file) as stream:
        told = json.load(stream)
    compared, differences = 0, {}
    for address, referents in told:
        o = objects.get(address)
        if o is None or not o.tracked:
            continue
        compared += 1
        # Only these count: the dump tells the names of attributes and of locals, too.
        mine = Counter(t for t in o.reported if t in objects and objects[t].tracked)
        own = Counter(t for t in referents if t in objects and objects[t].tracked)
        if mine != own:
            more, less = list((mine - own).elements()), list((own - mine).elements())
            names = lambda addresses: [objects[a].type_name for a in addresses][:5]  # noqa: E731
            differences.setdefault(o.type_name, []).append([hex(address), names(more), names(less)])
    return {"compared": compared, "differences": differences}


def compare_types(dump: Dump, file: str) -> dict:
    with open(file) as stream:
        told = json.load(stream)
    objects = {o.address: o for o in dump.objects}
    wrong = []
    for address, _mro, has_del, name in told["types"]:
        if address in dump.types and bool(dump.finalizers.get(address, 0) & TP_FINALIZE) != has_del:
            wrong.append(name)
    finalized = [
        hex(address)
        for address, is_finalized in told["finalized"]
        if address in objects and is_finalized is not None and (address in dump.finalized) != is_finalized
    ]
    legacy = [dump.types[address].name for address, kind in dump.finalizers.items() if kind & TP_DEL]
    return {"wrong": wrong, "finalized": finalized, "count": len(dump.finalized), "legacy": legacy}


def main(command: str, path: str, *rest: str) -> None:
    dump = Dump(path)
    dump.objects
    if command == "replay":
        collection = Collection(dump, int(rest[0]) if rest else 2)
        answer: object = {"rows": collection.rows(), "callbacks": collection.callbacks}
    else:
        answer = {"referents": compare_referents, "types": compare_types}[command](dump, *rest)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
