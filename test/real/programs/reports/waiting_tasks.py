"""frequenz-channels before 1.2.1 (pull request 334): each tick of a timer leaves a task that waits for a reset."""
import asyncio
from datetime import timedelta

import beside
import harness
from frequenz.channels.timer import SkipMissedAndDrift, Timer


async def watch(ticks):
    timer = Timer(timedelta(milliseconds=2), SkipMissedAndDrift())
    async for _ in timer:
        ticks.put_nowait(None)


async def main():
    loop, ticks = asyncio.get_running_loop(), asyncio.Queue()
    watching = asyncio.create_task(watch(ticks))
    harness.say("ready")
    while await loop.run_in_executor(None, harness.read_line):
        beside.churn()
        for _ in range(500):
            await ticks.get()
        harness.say("done")
    await watching


asyncio.run(main())
