"""filtered.py ACTION CALL [ARGUMENT MASK]…: under a filter that does so ("kill", "trap", "EPERM") at that call.

It does not need the call itself. With arguments, the filter is for calls in which each ARGUMENT (its number) has
all bits of MASK.
"""
import ctypes
import errno
import os
import sys

import harness

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support/seccomp"))
import filters

action, call, *bits = sys.argv[1:]
arguments = [(int(argument), int(mask)) for argument, mask in zip(bits[::2], bits[1::2])]
conditions = [[argument, "&==", mask, mask] for argument, mask in arguments]
code = filters.compile_filter([{"calls": call, "action": action, "if": conditions}], "allow")


def make_call():
    words = dict(arguments)
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(filters.NUMBERS[call], *[ctypes.c_long(words.get(i, -1)) for i in range(6)])
    return errno.errorcode[ctypes.get_errno()] if result == -1 else result


for _ in range(1000):  # what an answer takes of memory is there then
    harness.json.dumps({"result": harness.work(1000), "rounds": 0, "errors": 0})
filters.install(code)
harness.say("ready")
while True:
    line = harness.read_line()
    if line == "call\n":
        harness.say(make_call())
    else:
        harness.answer(line)
