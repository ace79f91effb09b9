"""At "hang SECONDS" a thread hangs in vfork for that long and holds the GIL, while the main thread waits without it; then
it tells how long that was."""
import ctypes
import os
import select
import subprocess
import sys
import tempfile
import threading
import time

import harness

FIFO = os.path.join(tempfile.mkdtemp(), "fifo")
os.mkfifo(FIFO)
libc = ctypes.PyDLL(None)
rows = [[i] for i in range(200_000)]


def hang(seconds):
    """posix_spawn's child opens a fifo; who spawned it waits in vfork until somebody writes to that."""
    opener = subprocess.Popen(["sh", "-c", "sleep %s; : > %s" % (seconds, FIFO)])
    actions, pid = ctypes.create_string_buffer(256), ctypes.c_int()
    libc.posix_spawn_file_actions_init(actions)
    libc.posix_spawn_file_actions_addopen(actions, 9, FIFO.encode(), os.O_RDONLY, 0)
    argv = (ctypes.c_char_p * 2)(b"true", None)
    harness.say("hangs")
    start = time.monotonic()
    assert libc.posix_spawnp(ctypes.byref(pid), b"true", actions, None, argv, None) == 0
    harness.say(time.monotonic() - start)
    os.waitpid(pid.value, 0)
    opener.wait()


harness.say("ready")
while True:
    select.select([harness.COMMANDS], [], [])
    words = harness.read_line().split()
    if words[0] == "hang":
        threading.Thread(target=hang, args=(words[1],), daemon=True).start()
    else:
        harness.answer(" ".join(words) + "\n")
