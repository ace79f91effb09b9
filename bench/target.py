"""A process that holds a heap, and does what it is told: `target.py N` (a mixed heap of about N objects) or
`target.py libraries` (what test/real/programs/libraries.py makes of the packages that this Python has).

It answers each line of standard input (the name of one of COMMANDS) with one line of JSON.
"""
import ctypes
import gc
import json
import mmap
import os
import resource
import sys
import threading
import time

from mixed_heap import Heap

WAIT_ALL = 0x40000000
# clone(0, 0, 0, 0, 0), and exit_group(0) in the child: no Python runs there, which would wait for threads that it has
# not.
CLONE = bytes.fromhex("b838000000 31ff 31f6 31d2 4d31d2 4d31c0 0f05 85c0 7509 31ff b8e7000000 0f05 c3")


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


code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(CLONE)
clone = ctypes.PYFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))


def bare_clone():
    """What a frozen fork costs at the least: a clone without an exit signal that ends at once."""
    start = time.perf_counter()
    child = clone()
    taken = time.perf_counter() - start
    os.waitpid(child, WAIT_ALL)
    return {"clone_s": taken}


def children():
    """Processor time of children that have ended, to the microsecond."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu_s": used.ru_utime + used.ru_stime}


def make_libraries():
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "real", "programs"))
    import libraries

    made = {}
    for name, make in sorted(vars(libraries).items()):
        if name.startswith("make_"):
            try:
                made[name[5:]] = make()
            except ImportError:
                pass
    return made


COMMANDS = {"loop": bare_closure_loop, "beat": beat, "rest": rest, "clone": bare_clone, "children": children}


def main():
    wanted = sys.argv[1]
    held = make_libraries() if wanted == "libraries" else Heap(float(wanted))
    gc.collect()
    print(json.dumps({"made": sorted(held) if wanted == "libraries" else wanted}), flush=True)
    for line in sys.stdin:
        print(json.dumps(COMMANDS[line.strip()]()), flush=True)
    # Taking the heap apart would take seconds.
    os._exit(0)


main()
