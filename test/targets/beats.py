"""What the programs of test/stress share: beating, so that it shows how long they stood still, and work to check.

`beat` is called at every turn of the work. It writes `beat GAP STILL` about twenty times a second: the longest time
between two turns since the last one, and the longest of it in which none of the program's threads ran, nor could have
run on a free processor; in milliseconds. (CPython lets a thread wait for the GIL for up to a second if others want it,
too.) What goes wrong is written as `wrong …`.
"""
import json
import os
import threading
import time

_delays = []
_local = threading.local()


def say(word):
    os.write(1, word.encode() + b"\n")


def watch(tid=None):
    """From now on the time does not count that this thread waits for a processor, or others wait for it meanwhile."""
    try:
        _delays.append(os.open("/proc/self/task/%d/schedstat" % (tid or threading.get_native_id()), os.O_RDONLY))
    except OSError:
        pass  # The kernel does not tell.


def _delayed():
    """Of each watched thread, how long it could have run, in seconds."""
    return [int((os.pread(fd, 64, 0) or b"0 0").split()[1]) / 1e9 for fd in _delays]


def _now():
    """The time, how long the program has run until then, and the watched ones were delayed."""
    delayed = _delayed()
    while True:
        now, ran, before = time.monotonic(), time.process_time(), delayed
        delayed = _delayed()
        if delayed == before:  # Otherwise a thread was interrupted on the way.
            return now, ran, delayed


class Beats:
    def __init__(self):
        self.turn, self.ran, self.delayed = _now()
        self.last = self.turn
        self.gap = self.still = 0.0

    def beat(self):
        now, ran, delayed = _now()
        gap = now - self.turn
        delay = max((b - a for a, b in zip(self.delayed, delayed)), default=0.0)
        self.gap = max(self.gap, gap)
        self.still = max(self.still, gap - (ran - self.ran) - delay)
        self.turn, self.ran, self.delayed = now, ran, delayed
        if now - self.last > 0.05:
            say("beat %.1f %.1f" % (self.gap * 1000, self.still * 1000))
            self.last, self.gap, self.still = now, 0.0, 0.0
        return True


def beat():
    """Of the thread that calls it."""
    if not hasattr(_local, "beats"):
        watch()
        _local.beats = Beats()
    return _local.beats.beat()


document = {"a": [1, 2.5, None, True, "x" * 50], "b": {"c": [{"d": str(i)} for i in range(20)]}}
text = json.dumps(document)


def check():
    if json.loads(json.dumps(document)) != document or json.dumps(json.loads(text)) != text:
        say("wrong json")
    if sum(i * 0.5 for i in range(100)) != 2475.0:
        say("wrong sum")
