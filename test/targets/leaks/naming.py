"""Leaks below what has no name of its own."""
import abc
import asyncio
import functools
import threading
import weakref

from records import Session

loop = asyncio.new_event_loop()


class App:
    def __init__(self, number):
        self.body = bytes(700)

    def refresh(self):
        pass


def timers(turn):
    for i in range(1500):
        loop.call_later(3600, App(i).refresh)
    return 1500


async def handle(number):
    body = bytes(900)
    await asyncio.sleep(3600)
    return body


def sleeping(turn):
    async def start():
        for i in range(800):
            loop.create_task(handle(i))
        await asyncio.sleep(0)

    loop.run_until_complete(start())
    return 800


@functools.lru_cache(maxsize=50000)
def parse(text):
    return text.upper()


def bounded_cache(turn):
    for i in range(2000):
        parse("a text that comes once, %d of turn %d, " % (i, turn) * 4)
    return 4000


class Counter:
    def __init__(self, name):
        self.total = None
        self.name = name


REQUESTS = Counter("app.requests")
SAMPLES = {Counter("app.errors"): [], REQUESTS: []}


def object_key(turn):
    SAMPLES[REQUESTS].extend(Session(i) for i in range(3000))
    return 3000


LISTENERS = []


def on_event(session, event):
    pass


def partials(turn):
    for i in range(2500):
        LISTENERS.append(functools.partial(on_event, bytes(500)))
    return 2500


class Long:
    pass


LONG = Long()


def cleanup(data):
    pass


def finalizers(turn):
    for i in range(1500):
        weakref.finalize(LONG, cleanup, bytes(700))
    return 1500


def local(turn):
    if turn == 0:
        threading.Thread(target=serve_all, name="server", daemon=True).start()
    asked.release()
    answered.acquire()
    return 3000


asked, answered = threading.Semaphore(0), threading.Semaphore(0)
LOCAL = threading.local()


class State(threading.local):
    pass


STATE = State()


def serve_all():
    LOCAL.kept = []
    while True:
        asked.acquire()
        LOCAL.kept.extend(Session(i) for i in range(3000))
        answered.release()


def derived_local(turn):
    if turn == 0:
        STATE.kept = []
    STATE.kept.extend(Session(i) for i in range(3000))
    return 3000


class Model(abc.ABC):
    pass


KEPT = []


def abstract(turn):
    """Each class that is not a subclass is remembered, by a weak reference, in each abstract class that is asked."""
    models = [type("Model%d" % i, (Model,), {}) for i in range(60)] if turn == 0 else Model.__subclasses__()
    KEPT.append(models)
    for i in range(200):
        cls = type("Other%d" % i, (), {})
        KEPT.append(cls)
        for model in models:
            isinstance(cls(), model)
    return 200 * len(models)


CACHE, SEEN = {}, []


def weak_references(turn):
    for i in range(2500):
        session = CACHE[turn, i] = Session(i)
        SEEN.append(weakref.ref(session))
    return 2500
