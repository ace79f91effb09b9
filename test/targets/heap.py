"""heap.py N: a program that holds about N objects, in nested containers, and waits."""
import sys

import harness

ROWS = [{"id": i, "name": "row-%d" % i, "tags": ["t%d" % (i % 97), i * 7]} for i in range(int(sys.argv[1]) // 8)]
harness.say("ready")
while True:
    harness.answer(harness.read_line())
