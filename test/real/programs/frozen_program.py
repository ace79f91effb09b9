"""Frozen by PyInstaller: as many objects of one class as its argument says, and work whose result is known."""
import json
import os
import sys


class Planted:
    def __init__(self, number):
        self.number = number
        self.items = [str(number)]


def work(rounds):
    x = 1
    for _ in range(rounds):
        x = (x * 1103515245 + 12345) % 2**31
    return x


if __name__ == "__main__":
    kept = [Planted(i) for i in range(int(sys.argv[1]))]
    document = {"a": [1, 2.5, None], "b": {"c": "x" * 50}}
    print("ready", os.getpid(), flush=True)
    for line in sys.stdin:
        assert json.loads(json.dumps(document)) == document
        print("result", work(int(line)), flush=True)
