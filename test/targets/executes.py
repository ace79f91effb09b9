"""executes.py N: a program that holds about N objects; at "execute" it becomes another one, heap.py, with few."""
import os
import sys

import harness

ROWS = [{"id": i, "name": "row-%d" % i} for i in range(int(sys.argv[1]) // 4)]
harness.say("ready")
while True:
    line = harness.read_line()
    if line == "execute\n":
        os.execv(sys.executable, [sys.executable, os.path.join(os.path.dirname(__file__), "heap.py"), "100"])
    harness.answer(line)
