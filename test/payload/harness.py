"""Runs payload/launch.py in this process as the trampoline would, with another process at the pipe's read end."""

import json
import os
import re
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PAYLOAD = os.path.join(HERE, "..", "..", "payload")
sys.path[:0] = [HERE, os.path.join(HERE, "..", "reader")]


def part_files():
    """(name, source) of each part of the payload's program, in the order of parts.json."""
    with open(os.path.join(PAYLOAD, "dump", "parts.json")) as file:
        names = json.load(file)
    for name in names:
        with open(os.path.join(PAYLOAD, "dump", name + ".py"), encoding="ascii") as file:
            yield name, file.read()


def layout_facts():
    """What the tool tells the payload of this CPython's version, from the table of layouts."""
    with open(os.path.join(PAYLOAD, "..", "native", "python", "layouts.inc"), encoding="ascii") as file:
        rows = file.read().split(".minor = ")
    [row] = [row for row in rows[1:] if int(row.split(",")[0]) == sys.version_info.minor][:1]
    field = lambda name: re.search(r"\." + name + r" = (\w+),", row).group(1)
    return {
        "@PREHEADER_FLAGS@": field("flag_preheader"),
        "@ATTRIBUTES_IN_DICTS@": str(int(field("flag_managed_dict") == "0")),
        "@FRAMES_ARE_OBJECTS@": str(int(field("iframe_code") == "HD_ABSENT")),
    }


def launcher(fd, content_limit=64, timeout=20):
    with open(os.path.join(PAYLOAD, "dump.py"), encoding="ascii") as file:
        source = "\n".join([part for _, part in part_files()] + [file.read()])
    values = {"@CONTENT_LIMIT@": str(content_limit), "@ONLY_NAMES@": "0", "@MAX_ITEMS@": "0", "@TRACED_FRAMES@": "0", "@TIMEOUT@": str(timeout), **layout_facts()}
    for name, value in values.items():
        source = source.replace(name, value)
    with open(os.path.join(PAYLOAD, "launch.py"), encoding="ascii") as file:
        return file.read().replace("@SOURCE@", json.dumps(source)).replace("@FD@", str(fd))


class Capture:
    """Made before the quiet moment, so that `run` does nothing but what the trampoline does."""

    def __init__(self, reader=None, on_data=None, **parameters):
        self.sink = os.memfd_create("stream")
        self.on_data = on_data
        read_end, self.write_end = os.pipe()
        self.reader = os.fork()
        if self.reader == 0:
            os.close(self.write_end)
            try:
                (reader or self._drain)(read_end)
            finally:
                os._exit(0)
        os.close(read_end)
        os.set_blocking(self.write_end, False)
        self.code = compile(launcher(self.write_end, **parameters), "<string>", "exec")
        self.globals = sys.modules["__main__"].__dict__

    def _drain(self, read_end):
        while True:
            data = os.read(read_end, 1 << 20)
            if not data:
                return
            if self.on_data:
                self.on_data()
                self.on_data = None
            os.write(self.sink, data)

    def run(self):
        exec(self.code, self.globals)

    def run_and_compare(self):
        """Names of what differs afterwards."""
        before = state()
        exec(self.code, self.globals)
        after = state()
        return [(name, before[name], after[name]) for name in before if before[name] != after[name]]

    def stream(self):
        """What came through the pipe."""
        os.close(self.write_end)
        os.waitpid(self.reader, 0)
        size = os.lseek(self.sink, 0, os.SEEK_END)
        data = os.pread(self.sink, size, 0)
        os.close(self.sink)
        return data

    def dump(self):
        """(what read_dump would read, the END record's status)"""
        import gc
        import pipe_to_dump

        enabled = gc.isenabled()
        gc.disable()  # what is made here stays
        try:
            self.received = pipe_to_dump.Stream(self.stream())
            return pipe_to_dump.Received(self.received), self.received.status
        finally:
            if enabled:
                gc.enable()

    def read_file(self):
        """The same by way of a dump file and its reader."""
        import read_dump

        handle = os.memfd_create("dump")
        try:
            os.write(handle, self.received.file())
            return read_dump.Dump("/proc/self/fd/%d" % handle)
        finally:
            os.close(handle)


def state():
    """What a capture must leave as it was."""
    import gc

    with open("/proc/self/maps") as file:
        files = sorted({line.split()[-1] for line in file if "/" in line})
    return {
        "modules": sorted(sys.modules),
        "main": {name: id(value) for name, value in sys.modules["__main__"].__dict__.items()},
        "builtins": {name: id(value) for name, value in sys.modules["builtins"].__dict__.items()},
        "sys": sorted(sys.__dict__),
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_debug(), list(map(id, gc.callbacks)),
                      gc.get_freeze_count(), len(gc.garbage)),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)],
        "files": sorted(os.listdir("/proc/self/fd")),
        "mapped": files,
        "threads": len(os.listdir("/proc/self/task")),
    }
