"""A heap of MEBIBYTES whose pages are written all the time, by a thread; the main thread answers. With "locked" all
that it has mapped or will map is held in memory; with "ints" the heap is one list of
small objects."""
import ctypes
import os
import signal
import sys
import threading
import time

import harness

MEBIBYTES = int(sys.argv[1])
if "ints" in sys.argv:
    heap = [list(range(10**9, 10**9 + 25000 * MEBIBYTES))]
else:
    heap = [["%08d" % i * 8 for i in range(1000)] for _ in range(MEBIBYTES * 8)]
rewriting = threading.Event()
passes = 0
copy = 0


def rewrite():
    global passes
    while True:
        rewriting.wait()
        # Each look at an object writes its reference count.
        for part in heap:
            for text in part:
                pass
        passes += 1


def fork():
    """A copy of the process that only waits, as the one that a snapshot is taken of."""
    global copy
    copy = os.fork()
    if copy == 0:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
        while True:
            signal.pause()
    return copy


if "locked" in sys.argv:
    MCL_CURRENT, MCL_FUTURE = 1, 2
    assert ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_FUTURE) == 0
threading.Thread(target=rewrite, name="rewriter", daemon=True).start()
harness.say("ready")
while True:
    line = harness.read_line()
    if line == "rewrite\n":
        rewriting.set()
        harness.say("rewriting")
    elif line == "passes\n":
        harness.say(passes)
    elif line == "fork\n":
        harness.say(fork())
    elif line == "reap\n":
        harness.say(os.waitpid(copy, 0)[1])
    else:
        harness.answer(line)
