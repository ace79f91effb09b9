"""A program that is told of its forks (userfaultfd): its fork waits until a thread of it has heard of it."""
import ctypes
import fcntl
import mmap
import os
import struct
import threading

import harness

SYS_userfaultfd = 323
UFFDIO_API, UFFDIO_REGISTER = 0xC018AA3F, 0xC020AA00
API, EVENT_FORK, MODE_MISSING = 0xAA, 1 << 1, 1
EVENT_IS_FORK = 0x13
heard = 0


def listen(fd):
    global heard
    while True:
        event = os.read(fd, 32)
        if event[0] == EVENT_IS_FORK:
            heard += 1
            os.close(struct.unpack_from("I", event, 8)[0])


fd = ctypes.CDLL(None, use_errno=True).syscall(SYS_userfaultfd, os.O_CLOEXEC)
assert fd >= 0, os.strerror(ctypes.get_errno())
fcntl.ioctl(fd, UFFDIO_API, struct.pack("QQQ", API, EVENT_FORK, 0))
# Who reads its second page waits for somebody to fill it.
region = mmap.mmap(-1, 8192, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
region[0] = 1
start = ctypes.addressof(ctypes.c_char.from_buffer(region))
fcntl.ioctl(fd, UFFDIO_REGISTER, struct.pack("QQQQ", start, 8192, MODE_MISSING, 0))
threading.Thread(target=listen, args=(fd,), daemon=True).start()
harness.say("ready")
while True:
    line = harness.read_line()
    harness.say(heard) if line == "heard\n" else harness.answer(line)
