"""A process that holds a mixed heap of about N objects, and does what it is told: `target.py N`.

It answers each line of standard input (the name of one of COMMANDS) with one line of JSON.
"""
import ctypes
import gc
import json
import os
import resource
import sys
import threading
import time

from mixed_heap import Heap

SYS_CLONE, WAIT_ALL = 56, 0x40000000
# With the GIL held throughout, so that the child has it and can leave Python at once.
syscall = ctypes.PyDLL(None).syscall


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


class Heart(threading.Thread):
    """Beats about a thousand times a second, and knows the longest gap between two beats."""

    def __init__(self):
        super().__init__(daemon=True)
        self.beating, self.longest = True, 0.0

    def run(self):
        last = time.perf_counter()
        while self.beating:
            time.sleep(0.001)
            now = time.perf_counter()
            self.longest = max(self.longest, now - last)
            last = now


heart = None


def beat():
    global heart
    heart = Heart()
    heart.start()
    return {}


def rest():
    heart.beating = False
    heart.join()
    return {"longest_gap_s": heart.longest}


def bare_clone():
    """What a frozen fork costs at the least: a clone without an exit signal that ends at once."""
    start = time.perf_counter()
    child = syscall(SYS_CLONE, 0, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    taken = time.perf_counter() - start
    os.waitpid(child, WAIT_ALL)
    return {"clone_s": taken}


def children():
    """Processor time of children that have ended, to the microsecond."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu_s": used.ru_utime + used.ru_stime}


COMMANDS = {"loop": bare_closure_loop, "beat": beat, "rest": rest, "clone": bare_clone, "children": children}


def main():
    held = Heap(float(sys.argv[1]))
    gc.collect()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(COMMANDS[line.strip()]()), flush=True)
    # Taking the heap apart would take seconds.
    os._exit(0)


main()
