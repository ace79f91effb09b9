"""What the target programs share: answering the test through two pipes, with results that can be checked.

Commands come a line each on descriptor COMMANDS, answers go as a JSON line each to ANSWERS. The first answer is
"ready": the program has reached its state. A program is asked the same before and after a dump.
"""
import gc
import json
import os
import sys
import threading

COMMANDS, ANSWERS = 3, 4
rounds = errors = 0


def allow_tracing():
    """Where only a parent may trace (Yama), a program can allow it to others; tests are not run by root alone."""
    try:
        with open("/proc/sys/kernel/yama/ptrace_scope") as file:
            restricted = file.read().strip() == "1"
    except OSError:
        restricted = False
    if restricted:
        import ctypes

        PR_SET_PTRACER, ANY = 0x59616D61, -1
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(ANY), 0, 0, 0)


allow_tracing()


def say(answer):
    os.write(ANSWERS, (json.dumps(answer) + "\n").encode())


def read_line(fd=COMMANDS):
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(fd, 1)
        if not byte:
            os._exit(0)  # the test has gone
        line += byte
    return line.decode()


def work(n):
    """Whose result the test knows."""
    x = 1
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2**31
    return x


DATA = {"users": [{"id": i, "name": "user-%d" % i, "tags": ["a", str(i)]} for i in range(50)]}
TEXT = json.dumps(DATA)


def one_round():
    """Something real that must come out right however often it is interrupted."""
    global rounds, errors
    rounds += 1
    if json.loads(json.dumps(json.loads(TEXT))) != DATA:
        errors += 1


def facts():
    """What a dump must leave as it was."""
    return {
        "modules": sorted(sys.modules),
        "main": sorted(vars(sys.modules["__main__"])),
        "builtins": sorted(vars(sys.modules["builtins"])),
        "sys": sorted(vars(sys)),
        "gc": [gc.isenabled(), gc.get_threshold(), gc.get_debug(), len(gc.callbacks), len(gc.garbage)],
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "hooks": [repr(sys.gettrace()), repr(sys.getprofile()), repr(sys.excepthook), repr(sys.displayhook)],
        "limits": [sys.getrecursionlimit(), sys.getswitchinterval()],
        "folder": os.getcwd(),
    }


def answer(line):
    """Does what a command asks; ends the program at "quit"."""
    command, _, argument = line.strip().partition(" ")
    if command == "work":
        say({"result": work(int(argument)), "rounds": rounds, "errors": errors})
    elif command == "facts":
        say(facts())
    elif command == "quit":
        say("bye")
        os._exit(0)
    else:
        say({"unknown": line})
