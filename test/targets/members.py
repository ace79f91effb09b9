"""Holds objects through members of the collector's lists that are hard to come by (members.c): members.py FOLDER COUNT,
FOLDER being where that was built. At "wait" the waiting ones say that they are none of the collector's; at "hide" the
type of the hidden ones cannot be read, until "show"; "count" tells of how many requests the collector knows."""
import gc
import sys

import harness

sys.path.insert(0, sys.argv[1])
import members  # noqa: E402


class Request:
    def __init__(self, number):
        self.body = [number]


COUNT = int(sys.argv[2])
waiting = [members.Waiting(Request(n)) for n in range(COUNT)]
hidden = [members.Hidden(Request(n)) for n in range(COUNT)]
gc.collect()
gc.disable()
COMMANDS = {
    "wait\n": lambda: members.wait(True),
    "count\n": lambda: sum(type(o) is Request for o in gc.get_objects()),
    "hide\n": lambda: members.hide(True),
    "show\n": lambda: members.hide(False),
}
harness.say("ready")
while True:
    line = harness.read_line()
    if line in COMMANDS:
        harness.say(COMMANDS[line]())
    else:
        harness.answer(line)
