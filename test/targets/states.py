"""states.py STATE: a program whose main thread is in that state until a command comes, and again after it."""
import os
import select
import signal
import socket
import sys
import threading
import time

import harness


def ready(_first=[True]):
    if _first:
        _first.clear()
        harness.say("ready")


def has_command():
    return select.select([harness.COMMANDS], [], [], 0)[0]


def busy():
    while True:
        harness.one_round()
        ready()
        if has_command():
            harness.answer(harness.read_line())


def churn():
    """Allocates, makes cycles and lets the collector run all the time."""
    kept = []
    while True:
        for i in range(200):
            node = {"i": i, "text": "node-%d" % i}
            node["self"] = node
            kept.append(node)
        del kept[: len(kept) - 1000]
        harness.one_round()
        ready()
        if has_command():
            harness.answer(harness.read_line())


def not_started():
    """A thread that the kernel refuses to start: up to 3.12 CPython leaves its state in the list of threads."""
    threading.stack_size(1 << 48)
    try:
        threading.Thread(target=sleep).start()
    except RuntimeError:
        pass
    threading.stack_size(0)
    read()


def sleep():
    while True:
        ready()
        start = time.monotonic()
        time.sleep(0.3)
        if time.monotonic() - start < 0.3:
            harness.errors += 1
        if has_command():
            harness.answer(harness.read_line())


def read():
    while True:
        ready()
        harness.answer(harness.read_line())


def select_():
    while True:
        ready()
        if select.select([harness.COMMANDS], [], [])[0] != [harness.COMMANDS]:
            harness.errors += 1
        harness.answer(harness.read_line())


def poll():
    poller = select.poll()
    poller.register(harness.COMMANDS, select.POLLIN)
    while True:
        ready()
        if poller.poll() != [(harness.COMMANDS, select.POLLIN)]:
            harness.errors += 1
        harness.answer(harness.read_line())


def epoll():
    poller = select.epoll()
    poller.register(harness.COMMANDS, select.EPOLLIN)
    while True:
        ready()
        if poller.poll() != [(harness.COMMANDS, select.EPOLLIN)]:
            harness.errors += 1
        harness.answer(harness.read_line())


def accept():
    """A command comes through a connection that a child makes of it."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(b"\0heapdump-test-%d" % os.getpid())
    server.listen(1)
    if os.fork() == 0:
        while True:
            line = harness.read_line()
            client = socket.socket(socket.AF_UNIX)
            client.connect(server.getsockname())
            client.sendall(line.encode())
            client.close()
    while True:
        ready()
        connection, _ = server.accept()
        harness.answer(harness.read_line(connection.fileno()))
        connection.close()


def wait4():
    """A command ends the child that is waited for."""
    while True:
        passed_on, to_parent = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(to_parent, harness.read_line().encode())
            os._exit(7)
        ready()
        if os.waitpid(child, 0) != (child, 7 << 8):
            harness.errors += 1
        harness.answer(harness.read_line(passed_on))
        os.close(passed_on)
        os.close(to_parent)


def lock():
    """Blocked on a lock that the thread that reads commands releases."""
    pending, box = threading.Semaphore(0), []

    def read_commands():
        while True:
            box.append(harness.read_line())
            pending.release()

    threading.Thread(target=read_commands, daemon=True, name="reader").start()
    while True:
        ready()
        pending.acquire()
        harness.answer(box.pop())


def join():
    while True:
        box = []
        thread = threading.Thread(target=lambda: box.append(harness.read_line()), name="reader")
        thread.start()
        ready()
        thread.join()
        harness.answer(box.pop())


def threads():
    """Two that compute and one that allocates, ten that wait, and a main thread that waits."""

    def compute():
        while True:
            harness.one_round()

    def allocate():
        kept = []
        while True:
            kept = [[object(), {"kept": len(kept)}] for _ in range(500)]

    for i in range(2):
        threading.Thread(target=compute, daemon=True, name="compute-%d" % i).start()
    threading.Thread(target=allocate, daemon=True, name="allocate").start()
    for i in range(10):
        threading.Thread(target=threading.Event().wait, daemon=True, name="wait-%d" % i).start()
    select_()


def workers():
    """A parent whose forked children inherit all that it has open, before and after a dump."""
    children = []

    def spawn():
        here, there = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(there)
            os.read(here, 1)
            os._exit(0)
        os.close(here)
        children.append((pid, there))

    spawn()
    while True:
        ready()
        line = harness.read_line()
        pid, there = children.pop()
        os.close(there)
        if os.waitpid(pid, 0) != (pid, 0):
            harness.errors += 1
        spawn()
        harness.answer(line)


def filling():
    """Inside of a generator that fills a tuple: most of its items are not set."""

    def commands():
        while True:
            ready()
            yield harness.read_line()

    while True:
        # A tuple grows by steps of ten and more.
        for line in tuple(line for _, line in zip(range(1), commands())):
            harness.answer(line)


def blocked_signals():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    busy()


def default_sigpipe():
    """As an embedding program has it: a write to a pipe that nobody reads ends it."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    busy()


def sigwait():
    interrupted_by(lambda: signal.sigwait([signal.SIGUSR1]), block=True)


def pause():
    interrupted_by(signal.pause, block=False)


def interrupted_by(wait, block):
    """Waits for a signal that the thread that reads commands sends to this one."""
    box = []
    signal.signal(signal.SIGUSR1, lambda *_: None)
    if block:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])

    def read_commands():
        while True:
            box.append(harness.read_line())
            while box:
                signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
                time.sleep(0.05)

    threading.Thread(target=read_commands, daemon=True, name="reader").start()
    while True:
        ready()
        wait()
        if box:
            harness.answer(box.pop())


def holding():
    """In a system call with the GIL held, as a C extension may be."""
    import ctypes

    class pollfd(ctypes.Structure):
        _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]

    libc = ctypes.PyDLL(None)
    waiting = pollfd(harness.COMMANDS, select.POLLIN, 0)
    while True:
        ready()
        if libc.poll(ctypes.byref(waiting), 1, -1) != 1:
            harness.errors += 1
        harness.answer(harness.read_line())


def no_descriptors():
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        pass
    read()


def other_user():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    read()


def no_processes():
    """Of a user whose limit of processes is reached."""
    import resource

    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    other_user()


def chrooted():
    """In a folder (the next argument) without files: none can be opened."""
    os.chroot(sys.argv[2])
    os.chdir("/")
    read()


def read_only():
    import tempfile

    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        read()


STATES = {name.rstrip("_"): state for name, state in list(globals().items()) if callable(state)}

if __name__ == "__main__":
    STATES[sys.argv[1]]()
