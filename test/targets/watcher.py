"""A program that watches itself by every means that Python has; the command `seen` tells what it saw of others."""
import gc
import os
import select
import sys
import threading
import weakref

import harness

OWN = (__file__, harness.__file__)
LIBRARY = (os.path.dirname(os.__file__), "<frozen ")
seen = []


def is_foreign(file):
    return file not in OWN and not file.startswith(LIBRARY)


def watch(frame, event, _):
    if is_foreign(frame.f_code.co_filename):
        seen.append("%s of %s" % (event, frame.f_code.co_filename))
    return watch


class Stream:
    """Stands for sys.stdout and sys.stderr, and knows when it is used."""

    def write(self, text):
        seen.append("write")

    def flush(self):
        seen.append("flush")


class Secretive:
    def __getattribute__(self, name):
        seen.append("__getattribute__ " + name)
        return object.__getattribute__(self, name)

    def __sizeof__(self):
        seen.append("__sizeof__")
        return 1

    def __repr__(self):
        seen.append("__repr__")
        return ""

    def __eq__(self, other):
        seen.append("__eq__")
        return False

    def __hash__(self):
        seen.append("__hash__")
        return 1

    @property
    def __class__(self):
        seen.append("__class__")
        return int

    def __del__(self):
        seen.append("__del__")


def import_(*arguments):
    seen.append("import of " + arguments[0])
    return real_import(*arguments)


def monitored(code, *_):
    if is_foreign(code.co_filename):
        seen.append("monitoring of " + code.co_filename)


kept = [Secretive() for _ in range(100)]
watched = weakref.ref(kept[0], lambda _: seen.append("weakref"))
real_import = __builtins__.__import__
__builtins__.__import__ = import_
gc.callbacks.append(lambda phase, info: seen.append("collection"))
gc.collect()
gc.disable()
sys.stdout = sys.stderr = Stream()
if sys.version_info >= (3, 12):
    sys.monitoring.use_tool_id(1, "watcher")
    for event in (sys.monitoring.events.PY_START, sys.monitoring.events.LINE):
        sys.monitoring.register_callback(1, event, monitored)
        sys.monitoring.set_events(1, sys.monitoring.events.PY_START | sys.monitoring.events.LINE)
sys.setprofile(watch)
sys.settrace(watch)
threading.settrace(watch)
seen.clear()
harness.say("ready")


def main():
    while True:
        harness.one_round()
        if select.select([harness.COMMANDS], [], [], 0.01)[0]:
            line = harness.read_line()
            if line.strip() == "seen":
                harness.say(sorted(set(seen)))
            else:
                harness.answer(line)


main()
