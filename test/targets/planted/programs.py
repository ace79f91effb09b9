"""What programs are made of: tasks and futures, contexts, modules, pools, and threads that wait with values at hand."""
import asyncio
import concurrent.futures
import contextvars
import logging
import sys
import threading
import types

VARIABLE = contextvars.ContextVar("VARIABLE", default=["default"])


async def waits_forever(held):
    local = ["local of a task"]
    await asyncio.get_running_loop().create_future()
    return held, local


async def makes_tasks():
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(waits_forever([i])) for i in range(5)]
    shielded = asyncio.shield(tasks[0])
    gathered = asyncio.gather(tasks[1], tasks[2], return_exceptions=True)
    lock, queue, event = asyncio.Lock(), asyncio.Queue(), asyncio.Event()
    await lock.acquire()
    await queue.put(["queued"])
    waiting = [loop.create_task(lock.acquire()), loop.create_task(event.wait())]
    done = loop.create_future()
    done.set_result(["result"])
    failed = loop.create_future()
    failed.set_exception(ValueError("of a future"))
    failed.exception()
    called = loop.create_future()
    called.add_done_callback(print)
    called.add_done_callback(repr)
    cancelled = loop.create_task(waits_forever(["cancelled"]))
    later = loop.call_later(10000, print, ["later"])
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.sleep(0)
    return [tasks, shielded, gathered, lock, queue, event, waiting, done, failed, called, cancelled, later]


def plant_tasks():
    """The tasks of a loop that is not running now."""
    loop = asyncio.new_event_loop()
    return [loop, loop.run_until_complete(makes_tasks())]


def plant_context_variables():
    token = VARIABLE.set(["set"])
    context = contextvars.copy_context()
    many = [contextvars.ContextVar("variable %d" % i) for i in range(100)]
    large = contextvars.Context()

    def fill():
        for variable in many:
            variable.set([variable.name])
        return contextvars.copy_context()

    return [VARIABLE, token, context, many, large.run(fill), large]


class Module(types.ModuleType):
    note = ["class attribute of a module's class"]


def plant_modules():
    plain = types.ModuleType("plain", "its docstring")
    plain.value = ["value"]
    subclass = Module("subclass")
    subclass.value = ["value"]
    sys.modules["planted.subclass"] = subclass
    emptied = types.ModuleType("emptied")
    vars(emptied).clear()
    return [plain, subclass, emptied]


def plant_pools():
    pool = concurrent.futures.ThreadPoolExecutor(1)
    future = pool.submit(lambda: ["result"])
    future.result()
    logger = logging.getLogger("planted.logger")
    logger.addHandler(logging.NullHandler())
    return [future, logger, concurrent.futures.Future()]


class Waiter(threading.Thread):
    """Waits for a lock that nobody releases, some functions deep."""

    def __init__(self, name):
        super().__init__(name=name, daemon=True)
        self.blocked = threading.Lock()
        self.blocked.acquire()
        self.reached = threading.Event()

    def run(self):
        local = ["local of a thread", self.name]
        self.deeper(3, local)

    def deeper(self, depth, given, *rest, keyword=("keyword",)):
        mine = [depth, given]
        captured = ["captured by a function"]

        def waits():
            inner = ["innermost local", captured]
            self.reached.set()
            self.blocked.acquire()
            return inner, mine

        if depth:
            self.deeper(depth - 1, mine)
        else:
            for element in self.yields():
                waits()

    def yields(self):
        suspended = ["local of a generator that is being iterated"]
        yield suspended


def running_loop():
    """A thread whose event loop waits for what does not come."""
    started = threading.Event()

    async def main():
        task = asyncio.get_running_loop().create_task(waits_forever(["in a running loop"]))
        started.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="loop", daemon=True)
    thread.start()
    started.wait()
    return thread


def plant_threads():
    waiters = [Waiter("waiter %d" % i) for i in range(3)]
    for waiter in waiters:
        waiter.start()
        waiter.reached.wait()
    return [waiters, running_loop()]


def plant_arrays():
    """numpy's, where it is installed."""
    try:
        import numpy
    except ImportError:
        return []
    objects = numpy.array([["a", None], [[1], {"b": 2}]], dtype=object)
    fields = numpy.zeros(3, dtype=[("number", "i4"), ("object", object)])
    fields["object"][1] = ["in a field"]
    return [
        objects, objects.T, objects[1:], objects[::-1, 1], numpy.zeros((100, 100)), numpy.arange(10)[2:5], fields,
        numpy.array(["text", "more"]), numpy.float64(1.5), numpy.dtype("i4,f8"), numpy.empty((0,), dtype=object),
        numpy.array(3, dtype=object), numpy.broadcast_to(numpy.array([["x"]], dtype=object), (3, 3)),
        numpy.lib.stride_tricks.as_strided(numpy.arange(9), (2, 2), (8, 8)), numpy.random.default_rng(1), iter(objects),
    ]
