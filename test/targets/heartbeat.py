"""heartbeat.py STATE [THREADS]: a target that works in one of the states below, or in a home of homes.py, checks its own
results, and beats (beats.py). THREADS further threads encode and decode JSON meanwhile."""

import gc
import os
import select
import socket
import subprocess
import sys
import threading
import time

from beats import beat, check, say, watch


def another():
    watch()
    while True:
        check()


class Cycle:
    def __init__(self):
        self.me = self


def loop():
    while beat():
        check()


def malloc():
    while beat():
        blocks = [bytearray(n) for n in range(600, 6000, 7)]
        if sum(map(len, blocks)) != sum(range(600, 6000, 7)):
            say("wrong sizes")


def objects():
    while beat():
        made = [{"n": i, "s": str(i), "t": (i, [i])} for i in range(2000)]
        if made[777] != {"n": 777, "s": "777", "t": (777, [777])}:
            say("wrong objects")


def collect():
    while beat():
        for _ in range(100):
            Cycle()
        gc.collect()


def sleep():
    while beat():
        time.sleep(0.02)


def lock():
    held = threading.Lock()
    held.acquire()
    while beat():
        if held.acquire(timeout=0.02):
            say("wrong lock")


def condition():
    cond = threading.Condition()
    while beat():
        with cond:
            if cond.wait(0.02):
                say("wrong condition")


def poll():
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(b"\0heapdump-test-%d-%r" % (os.getpid(), time.time()))
        server.listen(1)
        poller = select.epoll()
        poller.register(server.fileno(), select.EPOLLIN)
        while beat():
            if poller.poll(0.02) or select.select([server], [], [], 0.01)[0]:
                say("wrong poll")


def pipe():
    readable, writable = os.pipe()

    def feed():
        while True:
            time.sleep(0.02)
            os.write(writable, b"0123456789")

    threading.Thread(target=feed, daemon=True).start()
    while beat():
        if os.read(readable, 10) != b"0123456789":
            say("wrong read")


def children():
    while beat():
        if subprocess.call(["sleep", "0.02"]) != 0:
            say("wrong child")


STATES = (loop, malloc, objects, collect, sleep, lock, condition, poll, pipe, children)

if __name__ == "__main__":
    from homes import HOMES

    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 0):
        threading.Thread(target=another, daemon=True).start()
    {each.__name__: each for each in STATES + HOMES}[sys.argv[1]]()
