"""Holds suspended greenlets that greenlets.c imitates: greenlets.py FOLDER, FOLDER being where that was built.

"grow" starts 300 more, which wait as the others do.
"""
import sys

import harness

sys.path.insert(0, sys.argv[1])
import greenlets  # noqa: E402


class Request:
    def __init__(self, name):
        self.body = [name]


class Worker(greenlets.greenlet):
    pass


class Stop(Exception):
    pass


def wait_for(event):
    raise Stop


def run_workflow(name):
    request = Request(name)
    try:
        wait_for(name)
    except Stop as stopped:
        return stopped.__traceback__, request


def stack(name):
    """The frames of run_workflow and wait_for, the innermost first."""
    outer, _ = run_workflow(name)
    return outer.tb_next.tb_frame, outer.tb_frame


UNUSED = [greenlets.greenlet(()) for _ in range(10)]
WAITING = [greenlets.greenlet(stack("waiting"))]
WORKER = Worker(stack("worker"))
WORKER.tag = Request("tag")
CIRCLE = greenlets.greenlet(stack("circle"), True)
lost = greenlets.greenlet(stack("lost"))
lost.myself = lost
del lost
harness.say("ready")
while True:
    line = harness.read_line()
    if line == "grow\n":
        WAITING.extend(greenlets.greenlet(stack(bytes(1000))) for _ in range(300))
        harness.say(len(WAITING))
    else:
        harness.answer(line)
