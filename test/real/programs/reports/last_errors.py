"""sentry-sdk 2.5.1 (issue 3165): the last exception stays in a context variable, and each task has a context."""
import asyncio
import logging

import beside
import harness
import sentry_sdk

logging.lastResort = None
sentry_sdk.init("https://key@localhost/1", transport=lambda *_: None)


class BadMessage(Exception):
    pass


def parse(message):
    fields = ["field %d of %s" % (i, message) for i in range(200)]
    if message.startswith("bad"):
        raise BadMessage(message)
    return fields


async def connection(messages):
    while True:
        message = await messages.get()
        try:
            parse(message)
        except BadMessage:
            logging.exception("cannot parse")
        messages.task_done()


async def main():
    loop = asyncio.get_running_loop()
    clients = [asyncio.Queue() for _ in range(600)]
    connections = [asyncio.create_task(connection(client)) for client in clients]
    bad = iter(clients)
    harness.say("ready")
    while await loop.run_in_executor(None, harness.read_line):
        beside.churn()
        for client in clients:
            client.put_nowait("good")
        for _ in range(150):
            next(bad).put_nowait("bad")
        for client in clients:
            await client.join()
        harness.say("done")
    return connections


asyncio.run(main())
