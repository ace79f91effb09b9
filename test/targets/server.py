"""An asyncio server that answers requests: a line with a number comes back as the result of that much work."""
import asyncio

import harness

sessions = {}


async def serve(reader, writer):
    sessions[len(sessions)] = writer
    while True:
        line = await reader.readline()
        if not line:
            break
        await asyncio.sleep(0.001)
        writer.write(b"%d\n" % harness.work(int(line)))
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    loop = asyncio.get_running_loop()
    loop.add_reader(harness.COMMANDS, lambda: harness.answer(harness.read_line()))
    harness.say({"port": server.sockets[0].getsockname()[1]})
    await asyncio.Event().wait()


asyncio.run(main())
