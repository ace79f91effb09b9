"""Runs the chat server with some traffic of its own, and prints how many visitors there were after each wave of them."""
import asyncio
import ctypes
import random
import signal

import chat

PR_SET_PDEATHSIG = 1
PR_SET_PTRACER = 0x59616D61
PR_SET_PTRACER_ANY = -1

WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt".split()


def prepare_process():
    prctl = ctypes.CDLL(None).prctl
    # Under Yama an ordinary user may trace only descendants, unless the process itself allows more. A service of
    # yours does not have to do this: there, heapdump runs as root or with CAP_SYS_PTRACE.
    prctl(PR_SET_PTRACER, ctypes.c_long(PR_SET_PTRACER_ANY), 0, 0, 0)
    # Whatever happens to the demo, its service does not outlive it.
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


async def visit(port, name, polite):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"%s\n" % name.encode())
    for _ in range(8):
        writer.write(" ".join(random.choices(WORDS, k=200)).encode() + b"\n")
        await reader.readline()
    if polite:
        writer.write(b"/quit\n")
        await reader.read()
    writer.close()


async def main():
    server = await asyncio.start_server(chat.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    random.seed(1)
    visitors = 0
    while True:
        numbers = range(visitors, visitors + 20)
        # Every other one says goodbye.
        await asyncio.gather(*[visit(port, "visitor-%05d" % number, number % 2 == 0) for number in numbers])
        visitors += len(numbers)
        print(visitors, flush=True)
        await asyncio.sleep(0.01)


prepare_process()
signal.signal(signal.SIGINT, signal.SIG_DFL)
asyncio.run(main())
