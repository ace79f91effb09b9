"""The homes of heartbeat.py: where and how a process lives, rather than what it does."""
import asyncio
import ctypes
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

from beats import beat, check, document, say, text

libc = ctypes.CDLL(None, use_errno=True)


def work():
    while beat():
        check()


def nap():
    while beat():
        time.sleep(0.02)
        check()


def must(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "refused")


def coming_threads():
    """Threads start and end all the time."""
    while beat():
        threads = [threading.Thread(target=check) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def hanging_thread(beating=nap):
    """A thread is in vfork, where nothing interrupts it: its child opens a fifo that nobody writes to."""
    fifo = os.path.join(tempfile.mkdtemp(), "fifo")
    os.mkfifo(fifo)

    def hang():
        actions, pid = ctypes.create_string_buffer(256), ctypes.c_int()
        libc.posix_spawn_file_actions_init(actions)
        libc.posix_spawn_file_actions_addopen(actions, 9, fifo.encode(), os.O_RDONLY, 0)
        argv = (ctypes.c_char_p * 2)(b"true", None)
        libc.posix_spawnp(ctypes.byref(pid), b"true", actions, None, argv, None)
        say("wrong: hangs no more")

    def start():
        while not any(hangs(tid) for tid in os.listdir("/proc/self/task")):
            time.sleep(0.001)
        nap()

    if beating is nap:
        threading.Thread(target=hang, daemon=True).start()
        start()
    threading.Thread(target=start, daemon=True).start()
    hang()


def hanging_main_thread():
    hanging_thread(None)


def hangs(tid):
    with open("/proc/self/task/%s/stat" % tid) as file:
        return file.read().rpartition(")")[2].split()[0] == "D"


def signals():
    """SIGALRM every other millisecond, SIGUSR1 from a thread, with handlers."""
    seen = []
    signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.signal(signal.SIGUSR1, lambda *_: check())
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)

    def send():
        while True:
            os.kill(os.getpid(), signal.SIGUSR1)
            time.sleep(0.003)

    threading.Thread(target=send, daemon=True).start()
    count = 0
    while beat():
        check()
        count += 1
        if count % 1000 == 0:
            if not seen:
                say("wrong: no alarm")
            seen.clear()


def locked_memory():
    MCL_CURRENT, MCL_FUTURE = 1, 2
    must(libc.mlockall(MCL_CURRENT | MCL_FUTURE))
    nap()


def rewriting():
    """50 MiB that are written all the time."""
    pages = [bytearray(4096) for _ in range(50 << 8)]
    at = 0
    while beat():
        for i in range(at, at + 256):
            pages[i % len(pages)][0:4] = b"%04d" % (i % 10000)
        at += 256
        check()


def subreaper():
    """Sees no child and no SIGCHLD: it has none."""
    PR_SET_CHILD_SUBREAPER = 36
    must(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    childless()


def childless():
    signal.signal(signal.SIGCHLD, lambda *_: say("wrong: SIGCHLD"))
    while beat():
        check()
        try:
            say("wrong: waitpid says %r" % (os.waitpid(-1, os.WNOHANG),))
        except ChildProcessError:
            pass


def forking():
    """Forks, executes, and waits for any child: each is one of its own."""
    while beat():
        forked = os.fork()
        if forked == 0:
            os._exit(3)
        executed = subprocess.Popen(["true"])
        found = dict(os.waitpid(-1, 0) for _ in range(2))
        if found != {forked: 3 << 8, executed.pid: 0}:
            say("wrong children: %r" % found)
        executed.returncode = 0


def ignored_children():
    """Whose children the kernel reaps."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while beat():
        child = os.fork()
        if child == 0:
            os._exit(3)
        try:
            say("wrong: waitpid says %r" % (os.waitpid(child, 0),))
        except ChildProcessError:
            pass


def small_stacks():
    """Threads with the least stack there can be, and a main thread deep in calls."""
    try:
        threading.stack_size(32768)
    except ValueError:
        threading.stack_size(65536)  # 3.14 needs some more.
    for _ in range(3):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    threading.stack_size(0)
    sys.setrecursionlimit(1 << 20)

    def down(depth):
        return down(depth - 1) + 1 if depth else work()

    down(5000)


def other_user():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    nap()


def many_interpreters():
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        import _interpreters as interpreters
    others = [interpreters.create() for _ in range(3)]
    for other in others:
        interpreters.run_string(other, "kept = [{i: [i]} for i in range(100)]")
    if sys.version_info >= (3, 12):
        busy = "import time\nwhile True: made = [{i: [i]} for i in range(1000)]; time.sleep(0.001)"
        threading.Thread(target=interpreters.run_string, args=(others[0], busy), daemon=True).start()
    work()


def server():
    """An asyncio server and those who ask it, in one loop."""

    async def serve(reader, writer):
        while True:
            line = await reader.readline()
            if not line:
                break
            await asyncio.sleep(0.001)
            writer.write(json.dumps({"asked": json.loads(line), "document": document}).encode() + b"\n")
            await writer.drain()

    async def ask(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while beat():
            number = random.random()
            writer.write(b"%r\n" % number)
            if json.loads(await reader.readline()) != {"asked": number, "document": document}:
                say("wrong answer")

    async def main():
        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        await asyncio.gather(*(ask(listening.sockets[0].getsockname()[1]) for _ in range(5)))

    asyncio.run(main())


def descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    first = os.open("/dev/null", os.O_RDONLY)
    for _ in range(5000):
        os.dup(first)
    nap()


def no_more_descriptors():
    beat()  # opens what it reads
    least = max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (least, least))
    nap()


def no_more_processes():
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    other_user()


def no_more_memory():
    """Of address space."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + (4 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    nap()


def starved():
    """Another process of a higher priority has the only processor that it may use."""
    PR_SET_PDEATHSIG = 1
    os.sched_setaffinity(0, list(os.sched_getaffinity(0))[-1:])
    if os.fork() == 0:
        must(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        while True:
            pass
    os.nice(10)
    work()


def ending():
    """Ends by itself, with a status of its own, when its standard input does."""

    def end():
        os.read(0, 1)
        os._exit(42)

    threading.Thread(target=end, daemon=True).start()
    work()


HOMES = (
    work,
    coming_threads,
    hanging_thread,
    hanging_main_thread,
    signals,
    locked_memory,
    rewriting,
    subreaper,
    childless,
    forking,
    ignored_children,
    small_stacks,
    other_user,
    many_interpreters,
    server,
    descriptors,
    no_more_descriptors,
    no_more_processes,
    no_more_memory,
    starved,
    ending,
)
