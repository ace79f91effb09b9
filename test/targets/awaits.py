"""An asyncio program whose tasks await futures and sleeps all the time.

CPython keeps the iterators of futures that are done for the next ones (3.12.0 to 3.12.5: where the collector can be
asked for them, and then ends the process).
"""
import asyncio
import contextlib

import harness


async def turn(future):
    for _ in range(3):
        await asyncio.sleep(0)
    await future


async def tasks():
    loop = asyncio.get_running_loop()
    while True:
        futures = [loop.create_future() for _ in range(50)]
        waiting = [loop.create_task(turn(future)) for future in futures]
        await asyncio.sleep(0.001)
        for future in futures:
            future.set_result(None)
        await asyncio.gather(*waiting)
        harness.one_round()


async def main():
    loop = asyncio.get_running_loop()
    running = loop.create_task(tasks())

    def hear():
        line = harness.read_line()
        if line.strip() == "leave":
            harness.say("bye")
            running.cancel()
        else:
            harness.answer(line)

    loop.add_reader(harness.COMMANDS, hear)
    await asyncio.sleep(0.1)
    harness.say("ready")
    with contextlib.suppress(asyncio.CancelledError):
        await running


asyncio.run(main())
