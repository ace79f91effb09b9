"""A program with a second interpreter that has objects of its own: interpreters.py [busy|main busy]; one runs meanwhile."""
import select
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


STATE = sys.argv[1] if len(sys.argv) > 1 else "at rest"


class OfTheFirst:
    pass


KEPT = [OfTheFirst() for _ in range(OBJECTS)]
other = interpreters.create()
interpreters.run_string(other, SETUP)
if STATE == "busy":
    threading.Thread(target=interpreters.run_string, args=(other, WORK), daemon=True).start()
harness.say("ready")
while True:
    made = []
    while STATE == "main busy" and not select.select([harness.COMMANDS], [], [], 0)[0]:
        for _ in range(10000):
            made = [OfTheFirst, [len(made)], {'made': made[:1]}]
    harness.answer(harness.read_line())
