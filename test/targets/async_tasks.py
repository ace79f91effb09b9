"""An asyncio program whose tasks wait in every way there is, and which says itself for what and in which line."""
import asyncio
import asyncio.tasks
import contextlib
import gc
import inspect
import os
import sys
import types

import harness

Generators = types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType
AWAITED = {"generator": "gi_yieldfrom", "coroutine": "cr_await", "async_generator": "ag_await"}
PREFIX = {"generator": "gi_", "coroutine": "cr_", "async_generator": "ag_"}
kept, not_begun = [], []


async def leaf(event):
    await event.wait()


async def middle(event):
    first = [
        1,
    ]
    try:
        await leaf(event)
    finally:
        first.clear()


async def outer(event):
    async with contextlib.AsyncExitStack():
        await middle(
            event,
        )


async def agen(event):
    yield 1
    await event.wait()
    yield 2


async def over(event):
    async for item in agen(event):
        kept.append(item)


async def outer_agen(event):
    async for item in agen(event):
        yield item


async def twice(event):
    async for item in outer_agen(event):
        kept.append(item)


async def sends(event):
    generator = agen(event)
    await generator.asend(None)
    await generator.asend(None)


async def closes():
    async def never_closes():
        try:
            yield 1
        finally:
            await asyncio.Event().wait()

    generator = never_closes()
    await generator.asend(None)
    await generator.aclose()


class Awaitable:
    def __init__(self, event):
        self.event = event

    def __await__(self):
        yield from self.event.wait().__await__()


async def custom(event):
    await Awaitable(event)


@types.coroutine
def old_style(event):
    yield from event.wait()


async def through_old_style(event):
    await old_style(event)


async def gathers(event):
    await asyncio.gather(leaf(event), leaf(event))


async def shields(event):
    await asyncio.shield(leaf(event))


async def limits(event):
    await asyncio.wait_for(leaf(event), 3600)


async def waits(tasks):
    await asyncio.wait(tasks)


async def sleeps():
    await asyncio.sleep(3600)


async def gets(queue):
    await queue.get()


async def puts(queue):
    await queue.put(2)


async def locks(lock):
    async with lock:
        pass


async def limited(semaphore):
    async with semaphore:
        pass


async def notified(condition):
    async with condition:
        await condition.wait()


async def awaits_future(future):
    await future


async def reads(reader):
    await reader.readline()


async def joins(queue):
    await queue.join()


# Arguments of its instructions do not fit one byte.
LONG = """
async def long_one(event):
    values = [%s]
    if values:
        await event.wait()
    return values
"""
exec(compile(LONG % ", ".join("'x%d'.upper()" % i for i in range(400)), __file__, "exec"))


def counts(n):
    for i in range(n):
        yield (
            i,
        )


def delegates():
    with contextlib.suppress(ValueError):
        yield from counts(3)


class Subclass(asyncio.Task):
    pass


def has_begun(o, kind):
    if kind == "async_generator":
        return o not in not_begun
    ask = inspect.getgeneratorstate if kind == "generator" else inspect.getcoroutinestate
    return not ask(o).endswith("_CREATED")


def suspended():
    """[address, address of what it awaits (0: nothing, -1: it has not begun), line] of all that is suspended, as the
    interpreter itself says it."""
    found = []
    for o in gc.get_objects():
        if type(o) not in Generators:
            continue
        kind = type(o).__name__
        frame = getattr(o, PREFIX[kind] + "frame")
        awaited = getattr(o, AWAITED[kind])
        running = getattr(o, PREFIX[kind] + "running")
        if frame is None or running and awaited is None:
            continue
        begun = has_begun(o, kind)
        found.append([id(o), 0 if awaited is None else id(awaited)] if begun else [id(o), -1])
        found[-1].append(frame.f_lineno)
    return found


def inner(o):
    """What is awaited behind an object that only hands on."""
    if type(o) in Generators:
        return getattr(o, AWAITED[type(o).__name__])
    if type(o).__name__ in ("async_generator_asend", "async_generator_athrow", "coroutine_wrapper", "anext_awaitable"):
        return next((held for held in gc.get_referents(o) if type(held) in Generators), None)
    return None


def source(stack):
    folder = os.path.dirname(asyncio.__file__) + "/"
    return next(([frame.filename, frame.lineno] for frame in reversed(stack or ())
                 if not frame.filename.startswith(folder)), None)


def told(task):
    chain, at, line = [], task.get_coro(), None
    while at is not None:
        if type(at) in Generators:
            chain.append(at.__qualname__)
            line = getattr(at, PREFIX[type(at).__name__] + "frame").f_lineno
        at = inner(at)
    waiter = task._fut_waiter
    return {
        "name": task.get_name(), "id": id(task), "chain": chain, "line": line,
        "outermost": task.get_stack()[0].f_lineno, "waiter": id(waiter) if waiter is not None else 0,
        "source": source(task._source_traceback),
    }


async def main():
    loop = asyncio.get_running_loop()
    event, lock, semaphore, condition = asyncio.Event(), asyncio.Lock(), asyncio.Semaphore(1), asyncio.Condition()
    empty, full = asyncio.Queue(), asyncio.Queue(1)
    await lock.acquire()
    await semaphore.acquire()
    full.put_nowait(1)
    server = await asyncio.start_server(lambda reader, writer: kept.append(writer) or event.wait(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    bare = loop.create_future()
    first = loop.create_task(outer(event))
    coroutines = [outer(event), outer(event), over(event), twice(event), sends(event), closes(), custom(event),
                  through_old_style(event), gathers(event), shields(event), limits(event), waits([first]), sleeps(),
                  gets(empty), puts(full), locks(lock), limited(semaphore), notified(condition), awaits_future(bare),
                  awaits_future(first), reads(reader), joins(full), long_one(event)]
    kept.extend(loop.create_task(coroutine) for coroutine in coroutines)
    kept.append(Subclass(sleeps(), loop=loop))
    kept.append(asyncio.tasks._PyTask(leaf(event), loop=loop))
    if hasattr(kept[0], "set_name"):
        kept[0].set_name("the first")
    ended = loop.create_task(asyncio.sleep(0))
    failed = loop.create_task(gather_of_nothing())
    cancelled = loop.create_task(sleeps())
    cancelled.cancel()
    await asyncio.wait([ended, failed, cancelled])
    failed.exception()
    kept.extend([ended, failed, cancelled, first, delegates(), counts(2), leaf(event), server, writer])
    not_begun.append(agen(event))
    for generator in kept[-5:-3]:
        next(generator)
    kept.extend([counts(1), delegates()])

    def hear():
        line = harness.read_line()
        if line.strip() == "suspended":
            harness.say(suspended())
        elif line.strip() == "tasks":
            # 3.14 does not tell of tasks of Python code.
            of_python = {task for task in kept if type(task) is asyncio.tasks._PyTask}
            harness.say([told(task) for task in asyncio.all_tasks() | of_python])
        else:
            harness.answer(line)

    loop.add_reader(harness.COMMANDS, hear)
    await asyncio.sleep(0.2)
    kept.append(loop.create_task(leaf(event)))
    loop.call_soon(harness.say, "ready")
    await event.wait()


async def gather_of_nothing():
    raise ValueError("for nothing")


asyncio.run(main(), debug="debug" in sys.argv)
