"""A program with objects of every kind that reports its heap to a file, and waits: exact.py REPORT [freeze]."""
import gc
import json
import sys
import warnings

warnings.simplefilter("ignore")

import harness  # noqa: E402
import planted  # noqa: E402
import planted.paths  # noqa: E402
import report  # noqa: E402


class Island:
    """Refers to itself, and nothing to it."""

    def __init__(self):
        self.me = self
        self.held = {"held": ["by an island"]}


gc.collect()
gc.disable()
PLANTED = planted.plant()
ISLANDS = [id(Island()) for _ in range(3)]
if "freeze" in sys.argv:
    gc.freeze()
    AFTER = planted.plant()
    ISLANDS += [id(Island()) for _ in range(3)]


def describe(path):
    """Of a JSON file with addresses. Read as bytes: as text, it would make an instance of a class that is in the dump, and
    sizes of the first instances are told by what their class gives to the next."""
    with open(path, "rb") as file:
        addresses = json.load(file)
    return report.describe(addresses)


def serve(path):
    report.write(path, ISLANDS)
    harness.say("ready")
    while True:
        command, _, argument = harness.read_line().strip().partition(" ")
        if command == "paths":
            harness.say(planted.paths.paths(PLANTED))
        elif command == "describe":
            harness.say(describe(argument))
        else:
            harness.answer(command + " " + argument)


serve(sys.argv[1])
