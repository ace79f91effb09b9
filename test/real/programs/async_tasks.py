"""Tasks of uvloop, anyio on asyncio, and trio, each of which waits for ever: argument is the library."""
import asyncio
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "targets"))
import harness  # noqa: E402

library = sys.argv[1]
COUNT = 5


async def sleeps(sleep):
    await sleep(3600)


async def waits(event):
    await event.wait()


async def outer(event):
    await waits(event)


def listen(loop):
    def hear():
        harness.answer(harness.read_line())

    loop.add_reader(harness.COMMANDS, hear)


async def of_asyncio():
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    reader, _ = await asyncio.open_connection(*(await serve()))
    coroutines = [outer(event) for _ in range(COUNT)] + [sleeps(asyncio.sleep), reader.readline()]
    tasks = [loop.create_task(coroutine) for coroutine in coroutines]
    listen(loop)
    await asyncio.sleep(0.2)
    harness.say("ready")
    await asyncio.wait(tasks)


async def serve():
    writers = []
    server = await asyncio.start_server(lambda reader, writer: writers.append(writer), "127.0.0.1", 0)
    globals()["server"] = server
    return server.sockets[0].getsockname()


async def of_anyio():
    import anyio

    event = anyio.Event()
    listen(asyncio.get_running_loop())
    async with anyio.create_task_group() as group:
        for i in range(COUNT):
            group.start_soon(outer, event, name="worker-%d" % i)
        group.start_soon(sleeps, anyio.sleep)
        await anyio.sleep(0.2)
        harness.say("ready")


async def of_trio():
    import trio

    event = trio.Event()

    async def hear():
        while True:
            await trio.lowlevel.wait_readable(harness.COMMANDS)
            harness.answer(harness.read_line())

    async with trio.open_nursery() as nursery:
        for i in range(COUNT):
            nursery.start_soon(outer, event, name="worker-%d" % i)
        nursery.start_soon(sleeps, trio.sleep)
        nursery.start_soon(hear)
        await trio.sleep(0.2)
        harness.say("ready")


if library == "uvloop":
    import uvloop

    uvloop.install()
    asyncio.run(of_asyncio())
elif library == "anyio":
    import anyio

    anyio.run(of_anyio)
elif library == "trio":
    import trio

    trio.run(of_trio)
