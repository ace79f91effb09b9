"""A process that holds a mixed heap of about N objects, and runs the yardstick when told to: `target.py N`.

It answers each line of standard input with one line of JSON.
"""
import gc
import json
import os
import sys
import time

from mixed_heap import Heap


def bare_closure_loop():
    """Visits every object once, with its size, and writes nothing: what any walk in Python has to do at least."""
    start = time.process_time()
    count = size = 0
    pending = gc.get_objects()
    seen = {id(pending)}
    seen.add(id(seen))
    while pending:
        found = pending.pop()
        if id(found) not in seen:
            seen.add(id(found))
            count += 1
            size += sys.getsizeof(found)
            pending += gc.get_referents(found)
    return {"objects": count, "size": size, "cpu_s": time.process_time() - start}


def main():
    held = Heap(float(sys.argv[1]))
    gc.collect()
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(bare_closure_loop()), flush=True)
    # Taking the heap apart would take seconds.
    os._exit(0)


main()
