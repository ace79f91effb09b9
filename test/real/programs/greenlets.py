"""Greenlets that wait: greenlets.py PACKAGE [PATH], PACKAGE being greenlet, gevent, eventlet or SQLAlchemy, and PATH a
folder to import it from. Each of them runs `run_workflow`. "evaluate FILE" answers the paths of a JSON file of [path,
address] that do not lead to the object at that address."""
import gc
import json
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../targets"))
import harness  # noqa: E402

sys.path[:0] = sys.argv[2:]
COUNT = 5
WAITING = []


class Request:
    def __init__(self, number):
        self.body = ["body %d" % number]


def misleading(file):
    with open(file) as opened:
        return [path for path, address in json.load(opened) if id(eval(path)) != address]


def serve():
    """Answers on the stack that runs now."""
    harness.say("ready")
    while True:
        command, _, file = harness.read_line().strip().partition(" ")
        if command == "evaluate":
            harness.say(misleading(file))
        else:
            harness.answer(command + "\n")


def run_workflow(number):
    request = Request(number)
    wait_for(number)
    return request


def wait_for(number):
    inner = Request(number)
    PAUSE()
    return inner


def with_greenlet():
    global PAUSE
    from greenlet import getcurrent, greenlet

    def PAUSE():
        getcurrent().parent.switch()

    def lost(number):
        me = getcurrent()
        request = Request(number)
        PAUSE()
        return me, request

    for number in range(COUNT):
        WAITING.append(greenlet(run_workflow))
        WAITING[-1].switch(number)
    def abandoned(number):
        me = getcurrent()
        request = Request(number)
        PAUSE()
        return me, request

    greenlet(lost).switch(COUNT)
    # A greenlet of a thread that has ended is garbage until the collector runs.
    gc.disable()
    thread = threading.Thread(target=lambda: greenlet(abandoned).switch(COUNT))
    thread.start()
    thread.join()
    WAITING.append(greenlet(run_workflow))
    # The hub runs, and the main greenlet is suspended.
    greenlet(serve).switch()


def with_gevent():
    global PAUSE
    import gevent
    from gevent.event import Event

    event = Event()
    PAUSE = event.wait
    WAITING.extend(gevent.spawn(run_workflow, number) for number in range(COUNT))
    gevent.sleep(0)
    serve()


def with_eventlet():
    global PAUSE
    import eventlet
    from eventlet.event import Event

    event = Event()
    PAUSE = event.wait
    WAITING.extend(eventlet.spawn(run_workflow, number) for number in range(COUNT))
    eventlet.sleep(0)
    serve()


def with_sqlalchemy():
    """The bridge by which SQLAlchemy's code awaits what is asynchronous."""
    global PAUSE
    import asyncio
    from sqlalchemy.util.concurrency import await_only, greenlet_spawn

    async def main():
        global PAUSE
        forever = asyncio.get_running_loop().create_future()

        async def wait():
            await forever

        def PAUSE():
            await_only(wait())

        WAITING.extend(asyncio.ensure_future(greenlet_spawn(run_workflow, number)) for number in range(COUNT))
        await asyncio.sleep(0)
        serve()

    asyncio.run(main())


{"greenlet": with_greenlet, "gevent": with_gevent, "eventlet": with_eventlet, "SQLAlchemy": with_sqlalchemy}[sys.argv[1]]()
