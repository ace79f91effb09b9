"""A program whose end takes some seconds: at "end" its main thread returns, and a handler of atexit works on, until it says
"done". An exception that somebody brings to it then is told by the program's own sys.excepthook."""
import atexit
import sys
import time

import harness

SECONDS = 2.5


def hook(kind, error, traceback):
    print("excepthook: %r" % error, file=sys.stderr, flush=True)


def end():
    start = time.monotonic()
    while time.monotonic() - start < SECONDS:
        rows = [[str(i), {i: i}] for i in range(2000)]
        assert len(rows) == 2000 and rows[7] == ["7", {7: 7}]
    harness.say("done")


sys.excepthook = hook
atexit.register(end)
harness.say("ready")
while harness.read_line() != "end\n":
    pass
