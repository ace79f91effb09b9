"""heap.py N [running] [default_sigpipe]: a program that holds about N objects, and waits, or runs all the time.

With default_sigpipe a write to a pipe that nobody reads ends it, as may be in an embedding program.
"""
import select
import signal
import sys

import harness

if "default_sigpipe" in sys.argv:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
ROWS = [{"id": i, "name": "row-%d" % i, "tags": ["t%d" % (i % 97), i * 7]} for i in range(int(sys.argv[1]) // 8)]
harness.say("ready")
while True:
    while "running" in sys.argv and not select.select([harness.COMMANDS], [], [], 0)[0]:
        harness.one_round()
    harness.answer(harness.read_line())
