"""handlers.py LIBRARY: computes, with a handler of SIGUSR2 in C that takes two seconds (handlers.c)."""
import ctypes
import select
import signal
import sys

import harness

ctypes.CDLL(sys.argv[1]).handle(int(signal.SIGUSR2))
harness.say("ready")
while True:
    # The GIL is rarely free.
    for _ in range(500):
        harness.one_round()
    if select.select([harness.COMMANDS], [], [], 0)[0]:
        harness.answer(harness.read_line())
