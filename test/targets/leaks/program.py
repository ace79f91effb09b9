"""A program that leaks: program.py FILE NAME, where NAME is a function of FILE.py that leaks a batch at each call.

It has a large table that does not grow, caches that come and go, and a batch of requests that is replaced as a whole.
"grow" leaks a batch and turns all of that over; the answer is how many objects were leaked until now.
"""
import collections
import importlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import harness

TABLE = {i: ("row", i, "text-%d" % i * 4) for i in range(60000)}
RECENT = collections.deque(maxlen=3000)
LEAST_USED = collections.OrderedDict()
requests = []


class Request:
    def __init__(self, number):
        self.number = number
        self.body = "body-%d" % number * 8
        self.headers = {"host": "example.org", "length": number}


def serve(count, first):
    global requests
    local = [Request(first + i) for i in range(count)]
    for request in local:
        RECENT.append(("served", request.number, request.body[:20]))
        LEAST_USED[request.number] = Request(request.number)
        if len(LEAST_USED) > 2000:
            LEAST_USED.popitem(last=False)
    requests = local


def main(file, name):
    grow = getattr(importlib.import_module(file), name)
    leaked = grow(0)
    for turn in range(2):
        serve(4000, turn * 4000)
    harness.say("ready")
    turn = 2
    while True:
        line = harness.read_line()
        if line == "grow\n":
            serve(4000, turn * 4000)
            leaked += grow(turn)
            turn += 1
            harness.say(leaked)
        else:
            harness.answer(line)


if __name__ == "__main__":
    main(*sys.argv[1:3])
