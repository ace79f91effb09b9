"""signals.py STATE: the handler of SIGUSR1 raises in the main thread, which counts what it catches.

Other threads take signals that the main thread blocks. STATE is `busy` or `select`. The command `caught` tells the
count; a heap of a hundred thousand dicts makes a dump last.
"""
import select
import signal
import sys
import threading
import time

import harness


class Raised(Exception):
    pass


def handler(*_):
    raise Raised


def idle():
    while True:
        time.sleep(0.05)


def turn(state):
    if state == "select":
        pending = select.select([harness.COMMANDS], [], [], 1)[0]
    else:
        harness.one_round()
        pending = select.select([harness.COMMANDS], [], [], 0)[0]
    if not pending:
        return
    line = harness.read_line()
    if line.strip() == "caught":
        harness.say({"caught": caught})
    else:
        harness.answer(line)


heap = [{"i": i, "s": str(i)} for i in range(100_000)]
caught = 0
for _ in range(2):
    threading.Thread(target=idle, daemon=True).start()
signal.signal(signal.SIGUSR1, handler)
harness.say("ready")
while True:
    try:
        turn(sys.argv[1])
    except Raised:
        caught += 1
