"""CPython 3.14.0 to 3.14.6 (issue 152569): asyncio.wait leaves the waiting task in a future that does not end."""
import asyncio

import beside
import harness


class Server:
    def __init__(self):
        self.closing = asyncio.get_running_loop().create_future()

    async def request(self, number):
        body = ["item %d of %d" % (i, number) for i in range(50)]
        answer = asyncio.ensure_future(asyncio.sleep(0, body))
        await asyncio.wait({answer, self.closing}, return_when=asyncio.FIRST_COMPLETED)
        return answer.result()


async def main():
    loop, server, number = asyncio.get_running_loop(), Server(), 0
    harness.say("ready")
    while await loop.run_in_executor(None, harness.read_line):
        beside.churn()
        for _ in range(300):
            await asyncio.create_task(server.request(number))
            number += 1
        harness.say("done")


asyncio.run(main())
