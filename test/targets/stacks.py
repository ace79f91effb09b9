"""stacks.py LIBRARY coroutine|deep: see stacks.c. It answers between two turns; at "overwritten" with how many bytes."""
import ctypes
import select
import sys
import time

import harness

LEFT = 64 << 10
library = ctypes.CDLL(sys.argv[1])
library.overwritten.restype = ctypes.c_long


def answer_what_was_asked():
    if select.select([harness.COMMANDS], [], [], 0)[0]:
        line = harness.read_line()
        harness.say(library.overwritten()) if line == "overwritten\n" else harness.answer(line)


def end_of_stack():
    with open("/proc/self/maps") as maps:
        return next(int(line.split()[0].split("-")[1], 16) for line in maps if line.endswith("[stack]\n"))


@ctypes.CFUNCTYPE(None)
def sleep_and_answer():
    while True:
        time.sleep(0.01)
        answer_what_was_asked()


harness.say("ready")
if sys.argv[2] == "deep":
    library.call_deep(ctypes.c_long(LEFT), ctypes.c_uint64(end_of_stack()), sleep_and_answer)
library.make_coroutine()
while True:
    library.run_coroutine()
    time.sleep(0.02)
    answer_what_was_asked()
