"""dump_facts.py DUMP...: what is counted of each dump, a JSON line each; dump-facts.ts says what."""
import gc
import json
import os
import sys
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reader"))
from read_dump import Dump  # noqa: E402


def facts(dump):
    types = {o.address: o.type_name for o in dump.objects}
    lists = {address for address, name in types.items() if name == "list"}
    counts = {
        "types": Counter(types.values()),
        "modules": Counter(o.content for o in dump.objects if o.type_name == "module"),
        "toNothing": Counter(),
        "toList": Counter(),
    }
    for o in dump.objects:
        if any(target is not None and target not in types for target in o.targets):
            counts["toNothing"][o.type_name] += 1
        if any(target in lists for target in o.targets):
            counts["toList"][o.type_name] += 1
    return {**counts, "meta": dump.all_meta}


if __name__ == "__main__":
    gc.disable()
    for file in sys.argv[1:]:
        print(json.dumps(facts(Dump(file))))
