"""hanging.py WHICH: the main thread ("main") or another ("other") hangs in vfork, where nothing interrupts it, until
"release"; a younger thread beats, and tells at "gap" how long, in seconds, it stood still at most."""
import ctypes
import os
import sys
import tempfile
import threading
import time

import harness
import vforking

FIFO = os.path.join(tempfile.mkdtemp(), "fifo")
longest = 0.0


def beat():
    global longest
    last = time.monotonic()
    while True:
        time.sleep(0.001)
        now = time.monotonic()
        longest = max(longest, now - last)
        last = now


def answer():
    global longest
    while True:
        line = harness.read_line()
        if line == "gap\n":
            harness.say(longest)
            longest = 0.0
        elif line == "release\n":
            os.close(os.open(FIFO, os.O_WRONLY))
            hung.wait()
            harness.say("released")
        else:
            harness.answer(line)


def hang_and_tell():
    os.waitpid(vforking.hang(ctypes.CDLL(None), FIFO), 0)
    hung.set()


def hangs(tid):
    with open("/proc/self/task/%d/stat" % tid) as file:
        return file.read().rpartition(")")[2].split()[0] == "D"


def start():
    """Once the one that hangs does, the others are started: they are younger."""
    while not any(hangs(int(tid)) for tid in os.listdir("/proc/self/task")):
        time.sleep(0.001)
    threading.Thread(target=beat, daemon=True).start()
    harness.say("ready")
    answer()


os.mkfifo(FIFO)
hung = threading.Event()
if sys.argv[1] == "main":
    threading.Thread(target=start, daemon=True).start()
    hang_and_tell()
    threading.Event().wait()
else:
    threading.Thread(target=hang_and_tell, daemon=True).start()
    start()
