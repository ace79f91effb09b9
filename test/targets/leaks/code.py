"""Leaks of code that waits, and in what code holds."""
import asyncio
import functools
import threading

from records import Session

loop = asyncio.new_event_loop()


def in_loop(coroutine):
    loop.run_until_complete(coroutine)


def make_counter():
    seen = []

    def count(what):
        seen.append(what)

    return count


count = make_counter()


def closure(turn):
    for i in range(4000):
        count(Session(i))
    return 4000


def remember(what, seen=[]):
    seen.append(what)


def default_argument(turn):
    for i in range(3000):
        remember(Session(i))
    return 3000


class Service:
    def __init__(self, number):
        self.blob = bytes(500)

    @functools.lru_cache(maxsize=None)
    def answer(self, question):
        return question


def lru_cache(turn):
    for i in range(2000):
        Service(i).answer(i)
    return 2000


class Client:
    def __init__(self, number):
        self.blob = bytes(500)

    @functools.lru_cache(maxsize=100000)
    def answer(self, question):
        return question


def bounded_cache(turn):
    for i in range(2000):
        Client(i).answer(i)
    return 2000


@functools.lru_cache(maxsize=200)
def page(number):
    return bytearray()


def full_cache(turn):
    for i in range(200):
        page(i).extend(bytes(3000))
    return 200


ERRORS = []


def tracebacks(turn):
    def fail(number):
        local = bytes(900)
        raise ValueError(number, local[:0])

    for i in range(1500):
        try:
            fail(i)
        except ValueError as error:
            ERRORS.append(error)
    return 1500


TASKS = set()


async def handle(number):
    body = bytes(600)
    await loop.create_future()
    return body


def tasks(turn):
    async def start():
        for i in range(800):
            TASKS.add(loop.create_task(handle(i)))
        await asyncio.sleep(0)

    in_loop(start())
    return 800


async def nap(number):
    body = bytes(600)
    await asyncio.sleep(3600)
    return body


def sleeping_tasks(turn):
    async def start():
        for i in range(800):
            loop.create_task(nap(i))
        await asyncio.sleep(0)

    in_loop(start())
    return 800


async def answer(number):
    return bytes(600)


ENDED = []


def ended_tasks(turn):
    async def start():
        for i in range(800):
            ENDED.append(loop.create_task(answer(i)))
        await asyncio.gather(*ENDED[-800:])

    in_loop(start())
    return 800


READ = []
waiting = iter(numbers(i) for i in range(100))  # one that is suspended


def read_generators(turn):
    next(waiting)
    for i in range(1500):
        generator = numbers(bytearray(600))
        for _ in generator:
            pass
        READ.append(generator)
    return 1500


class App:
    def __init__(self):
        self.registry = []


@functools.lru_cache(maxsize=1)
def get_app():
    return App()


def cached_app(turn):
    for i in range(3000):
        get_app().registry.append(Session(i))
    return 3000


def refresh(body):
    pass


def timers(turn):
    for i in range(1500):
        loop.call_later(3600, refresh, bytearray(600))
    return 1500


THREADS = []


def threads(turn):
    for i in range(300):
        thread = threading.Thread(target=print, args=("",))
        thread.report = bytes(4000)
        THREADS.append(thread)
    return 300


OPEN = []


async def stream():
    buffer = bytes(700)
    while True:
        yield buffer


def async_generators(turn):
    async def start():
        for _ in range(800):
            generator = stream()
            await generator.__anext__()
            OPEN.append(generator)

    in_loop(start())
    return 800


def numbers(first):
    buffer = bytes(800)
    yield first
    yield buffer


def generators(turn):
    for i in range(1500):
        generator = numbers(i)
        next(generator)
        OPEN.append(generator)
    return 1500


class Listener:
    def __init__(self, number):
        self.pad = bytes(400)

    def on_event(self):
        pass


class Bus:
    def __init__(self):
        self.listeners = []


BUS = Bus()


def listeners(turn):
    for i in range(2500):
        BUS.listeners.append(Listener(i).on_event)
    return 2500


LOCAL = threading.local()
asked, answered = threading.Semaphore(0), threading.Semaphore(0)
wanted = None


def worker():
    LOCAL.kept = []
    own = []
    while True:
        asked.acquire()
        (LOCAL.kept if wanted == "thread_local" else own).extend(Session(i) for i in range(3000))
        answered.release()


def ask_worker(what):
    global wanted
    if wanted is None:
        threading.Thread(target=worker, daemon=True).start()
    wanted = what
    asked.release()
    answered.acquire()
    return 3000


def thread_local(turn):
    return ask_worker("thread_local")


def frame_local(turn):
    return ask_worker("frame_local")
