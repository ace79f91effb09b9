"""A program that looks out for whatever another process of its family would make it see.

Its parent takes every SIGCHLD, waits for any child all the time, counts forks by os.register_at_fork, and holds the
last descriptor of pipes that it closes on the command `close`: `eof` then says that the reader was told.
"""
import os
import select
import signal
import sys
import threading

import harness

signals, waited, forks = [], [], []
signal.signal(signal.SIGCHLD, lambda number, _: signals.append(number))
os.register_at_fork(
    before=lambda: forks.append("before"),
    after_in_parent=lambda: forks.append("parent"),
    after_in_child=lambda: forks.append("child"),
)


def wait_for_any():
    try:
        found = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return
    if found != (0, 0):
        waited.append(found)


readable, writable = os.pipe()
for _ in range(int(sys.argv[1])):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
harness.say("ready")
while True:
    wait_for_any()
    if not select.select([harness.COMMANDS], [], [], 0.001)[0]:
        continue
    line = harness.read_line()
    if line.strip() == "seen":
        harness.say({"signals": signals, "waited": waited, "forks": forks})
    elif line.strip() == "close":
        os.close(writable)
        ended = bool(select.select([readable], [], [], 10)[0]) and os.read(readable, 1) == b""
        os.close(readable)
        readable, writable = os.pipe()
        harness.say({"eof": ended})
    else:
        harness.answer(line)
