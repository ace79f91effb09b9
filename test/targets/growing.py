"""Grows by some 20 MB a second, up to 400 MB, in sessions that it keeps: growing.py WORD, which tells it from others."""
import threading
import time

import harness


class Session:
    def __init__(self, number):
        self.number = number
        self.body = bytes(20000)


KEPT = []


def grow():
    while len(KEPT) < 20000:
        for _ in range(100):
            KEPT.append(Session(len(KEPT)))
        time.sleep(0.1)
    threading.Event().wait()


threading.Thread(target=grow, daemon=True).start()
harness.say("ready")
while True:
    harness.answer(harness.read_line())
