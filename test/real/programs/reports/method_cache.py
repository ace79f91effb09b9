"""async_lru 1.0.3: the cache of a method has its instances as keys, and no bound."""
import asyncio

import beside
import harness
from async_lru import alru_cache


class Service:
    def __init__(self, number):
        self.body = "body %d" % number * 20

    @alru_cache(maxsize=None)
    async def answer(self, question):
        return question


async def main():
    loop, number = asyncio.get_event_loop(), 0
    harness.say("ready")
    while await loop.run_in_executor(None, harness.read_line):
        beside.churn()
        for _ in range(500):
            await Service(number).answer(number)
            number += 1
        harness.say("done")


asyncio.run(main())
