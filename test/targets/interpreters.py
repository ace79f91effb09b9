"""A program with a second interpreter that has objects of its own: interpreters.py [busy]; there it runs meanwhile."""
import sys
import threading

import harness

try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters

OBJECTS = 100
SETUP = """
class OfTheOther:
    def __init__(self, number):
        self.number = [number]
KEPT = [OfTheOther(i) for i in range(%d)]
""" % OBJECTS
WORK = """
made = []
while True:
    made = [OfTheOther, [len(made)], {'made': made[:1]}]
"""


class OfTheFirst:
    pass


KEPT = [OfTheFirst() for _ in range(OBJECTS)]
other = interpreters.create()
interpreters.run_string(other, SETUP)
if "busy" in sys.argv:
    threading.Thread(target=interpreters.run_string, args=(other, WORK), daemon=True).start()
harness.say("ready")
while True:
    harness.answer(harness.read_line())
