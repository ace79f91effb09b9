"""At "hang SECONDS" a thread hangs in vfork for that long and holds the GIL, while the main thread waits without it; then
it tells how long that was."""
import ctypes
import os
import select
import subprocess
import tempfile
import threading
import time

import harness
import vforking

FIFO = os.path.join(tempfile.mkdtemp(), "fifo")
os.mkfifo(FIFO)
libc = ctypes.PyDLL(None)
rows = [[i] for i in range(200_000)]


def hang(seconds):
    opener = subprocess.Popen(["sh", "-c", "sleep %s; : > %s" % (seconds, FIFO)])
    harness.say("hangs")
    start = time.monotonic()
    pid = vforking.hang(libc, FIFO)
    harness.say(time.monotonic() - start)
    os.waitpid(pid, 0)
    opener.wait()


harness.say("ready")
while True:
    select.select([harness.COMMANDS], [], [])
    words = harness.read_line().split()
    if words[0] == "hang":
        threading.Thread(target=hang, args=(words[1],), daemon=True).start()
    else:
        harness.answer(" ".join(words) + "\n")
