"""Audit hooks, signals, a pipe that nobody reads, a stack that is nearly full: the dump gives up, and nothing escapes."""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
import pipe_to_dump, read_dump  # noqa: E401


def no_exception():
    assert "__heapdump_exception__" not in sys.__dict__


# A stack that is nearly full.
capture = harness.Capture()


def deep(levels):
    if levels:
        return deep(levels - 1)
    capture.run()


for spare in range(4, 60, 5):
    try:
        deep(sys.getrecursionlimit() - spare)
    except RecursionError:
        pass
no_exception()
os.close(capture.write_end)
os.waitpid(capture.reader, 0)

heap = [[str(i), {"k": i}] for i in range(100000)]

# A signal handler's exception comes in the middle.
for raised in (KeyboardInterrupt, SystemExit, ValueError):
    def handler(number, frame, raised=raised):
        raise raised("the program's own")

    signal.signal(signal.SIGUSR1, handler)
    capture = harness.Capture(on_data=lambda: os.kill(os.getppid(), signal.SIGUSR1))
    capture.run()
    error = sys.__dict__.pop("__heapdump_exception__", None)
    dump, status = capture.dump()
    assert type(error) is raised and error.args == ("the program's own",), (error, status)
    # Without a status the signal came while a message was being written; the pipe then just ends.
    assert status is None or raised.__name__ in status, status
    assert not dump.complete
    traceback = error.__traceback__
    while traceback is not None:
        assert traceback.tb_frame.f_code.co_filename not in ("<heapdump>", "<string>")
        traceback = traceback.tb_next
    assert error.__context__ is None
    del error, traceback
    dump.objects.clear()  # how many there are is not the same each time


# Nobody reads: the deadline ends it.
def asleep(read_end):
    time.sleep(60)


capture = harness.Capture(asleep, timeout=0.5)
begin = time.monotonic()
capture.run()
assert 0.4 < time.monotonic() - begin < 10
os.kill(capture.reader, signal.SIGKILL)
no_exception()
capture.stream()

# The reader has gone (SIGPIPE is blocked by the trampoline; Python ignores it here).
capture = harness.Capture(lambda read_end: None)
os.waitpid(capture.reader, 0)
capture.run()
no_exception()
os.close(capture.write_end)

# An audit hook sees few events; one that objects ends the dump.
events = []
mode = "record"


def hook(event, arguments):
    if mode == "record":
        events.append(event)
    elif mode == "object" and event.startswith("gc."):
        raise RuntimeError("not here")


sys.addaudithook(hook)
capture = harness.Capture()
del events[:]
capture.run()
mode = "off"
seen = {event: events.count(event) for event in set(events)}
dump, status = capture.dump()
assert status == "ok", status
print(sys.version_info[:2], seen)
allowed = {"exec", "compile", "gc.get_objects", "gc.get_referents", "gc.get_referrers", "sys._current_frames",
           "object.__getattr__", "builtins.id"}
assert set(seen) <= allowed, seen
assert seen.get("gc.get_referents", 0) < 3000, seen
capture = harness.Capture()
mode = "object"
capture.run()
mode = "off"
dump, status = capture.dump()
assert status == "an audit hook of the program objects: RuntimeError", status
no_exception()
os._exit(0)
