"""token_holders.py DUMP...: by how many dicts each token of test/targets/tokens.py is held, a JSON list for each dump."""
import gc
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reader"))
from read_dump import Dump  # noqa: E402


def holders(dump):
    held = {o.address: 0 for o in dump.objects if o.type_name == "__main__.Token"}
    for place in (o for o in dump.objects if o.type_name == "__main__.Place"):
        for kind, _, target in place.references:
            if kind == "value" and target is not None:
                held[target] = held.get(target, 0) + 1
    return list(held.values())


if __name__ == "__main__":
    gc.disable()
    for file in sys.argv[1:]:
        print(json.dumps(holders(Dump(file))))
