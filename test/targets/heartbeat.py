"""A target: works in one of the states below, checks its own results, and beats.

    heartbeat.py STATE SECONDS [THREADS]

Writes `ready`, then `beat GAP` about ten times a second, GAP being the longest time between two turns of its work
since the last one, in milliseconds, and at the end `done`; `wrong …` where a result was not what it
must be. THREADS further threads encode and decode JSON meanwhile.
"""

import gc
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time

state, seconds, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0
end = time.monotonic() + seconds
last = turn = time.monotonic()
longest = 0.0


def say(word):
    os.write(1, word.encode() + b"\n")


def beat():
    global last, turn, longest
    now = time.monotonic()
    longest = max(longest, now - turn)
    turn = now
    if now - last > 0.1:
        say("beat %.1f" % (longest * 1000))
        last, longest = now, 0.0
    return now < end


document = {"a": [1, 2.5, None, True, "x" * 50], "b": {"c": [{"d": str(i)} for i in range(20)]}}
text = json.dumps(document)


def check():
    if json.loads(json.dumps(document)) != document or json.dumps(json.loads(text)) != text:
        say("wrong json")
    if sum(i * 0.5 for i in range(100)) != 2475.0:
        say("wrong sum")


def another():
    while time.monotonic() < end:
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
        time.sleep(0.07)


def lock():
    held = threading.Lock()
    held.acquire()
    while beat():
        if held.acquire(timeout=0.07):
            say("wrong lock")


def condition():
    cond = threading.Condition()
    while beat():
        with cond:
            if cond.wait(0.07):
                say("wrong condition")


def poll():
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(b"\0heapdump-test-%d" % os.getpid())
        server.listen(1)
        poller = select.epoll()
        poller.register(server.fileno(), select.EPOLLIN)
        while beat():
            if poller.poll(0.05) or select.select([server], [], [], 0.02)[0]:
                say("wrong poll")


def pipe():
    readable, writable = os.pipe()

    def feed():
        while time.monotonic() < end + 1:
            time.sleep(0.03)
            os.write(writable, b"0123456789")

    threading.Thread(target=feed, daemon=True).start()
    while beat():
        if os.read(readable, 10) != b"0123456789":
            say("wrong read")


def children():
    while beat():
        if subprocess.call(["sleep", "0.03"]) != 0:
            say("wrong child")


for _ in range(threads):
    threading.Thread(target=another).start()
say("ready")
{f.__name__: f for f in (loop, malloc, objects, collect, sleep, lock, condition, poll, pipe, children)}[state]()
say("done")
