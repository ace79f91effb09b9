"""A program that waits in C code: at "wait CALL" for WAIT seconds; it tells how long that was, its result and errno."""
import ctypes
import time

import harness

WAIT = 3
libc = ctypes.CDLL(None, use_errno=True)
seconds = (ctypes.c_long * 2)(WAIT, 0)
descriptor = libc.epoll_create1(0)
events = ctypes.create_string_buffer(64)
CALLS = {
    "epoll_wait": lambda: libc.epoll_wait(descriptor, events, 1, WAIT * 1000),
    "poll": lambda: libc.poll(None, 0, WAIT * 1000),
    "nanosleep": lambda: libc.nanosleep(seconds, None),
    "nanosleep that tells the rest": lambda: libc.nanosleep(seconds, (ctypes.c_long * 2)()),
    "sigtimedwait": lambda: libc.sigtimedwait(ctypes.create_string_buffer(128), None, seconds),
    "select": lambda: libc.select(0, None, None, None, (ctypes.c_long * 2)(WAIT, 0)),
}

harness.say("ready")
while True:
    words = harness.read_line().split()
    if words[0] != "wait":
        harness.answer(" ".join(words) + "\n")
        continue
    ctypes.set_errno(0)
    start = time.monotonic()
    result = CALLS[" ".join(words[1:])]()
    harness.say({"seconds": time.monotonic() - start, "result": result, "errno": ctypes.get_errno()})
