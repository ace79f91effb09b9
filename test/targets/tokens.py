"""Threads that move 20,000 tokens between 200 dicts, each at every moment in one of them or in a thread's hands:
tokens.py THREADS.
"""
import random
import sys
import threading

import harness


class Token:
    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


class Place(dict):
    __slots__ = ()


TOKENS, PLACES = 20000, 200
places = [Place() for _ in range(PLACES)]
for number in range(TOKENS):
    places[number % PLACES][number] = Token(number)
running = threading.Semaphore(0)
moves = 0


def move(seed):
    global moves
    chance = random.Random(seed)
    running.release()
    while True:
        source, target = chance.sample(places, 2)
        try:
            number, token = source.popitem()
        except KeyError:
            continue
        target[number] = token
        moves += 1
        del token


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)
    for seed in range(int(sys.argv[1])):
        threading.Thread(target=move, args=(seed,), daemon=True, name="mover-%d" % seed).start()
        running.acquire()
    harness.say("ready")
    while True:
        line = harness.read_line()
        if line == "moves\n":
            harness.say(moves)
        else:
            harness.answer(line)
