"""A small chat server. It leaks: see handle()."""
import asyncio
import time

#: Everyone who is connected, by name.
SESSIONS = {}


class Message:
    __slots__ = ("sender", "text", "sent")

    def __init__(self, sender, text):
        self.sender = sender
        self.text = text
        self.sent = time.time()


class Session:
    __slots__ = ("name", "writer", "history", "inbox", "delivery")

    def __init__(self, name, writer):
        self.name = name
        self.writer = writer
        self.history = []
        self.inbox = asyncio.Queue()
        self.delivery = asyncio.ensure_future(deliver(self))


async def deliver(session):
    """Sends what arrives in the inbox, for as long as the session lives."""
    while True:
        message = await session.inbox.get()
        session.writer.write(("%s: %s\n" % (message.sender, message.text)).encode())
        await session.writer.drain()


async def handle(reader, writer):
    """Serves one connection: a name, then messages to oneself, then /quit."""
    name = (await reader.readline()).decode().strip()
    session = SESSIONS[name] = Session(name, writer)
    async for line in reader:
        text = line.decode().strip()
        if text == "/quit":
            # The bug: who just closes the connection never comes by here, and stays for ever.
            session.delivery.cancel()
            del SESSIONS[name]
            break
        message = Message(name, text)
        session.history.append(message)
        await session.inbox.put(message)
    writer.close()
