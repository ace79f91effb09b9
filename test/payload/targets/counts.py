"""The dump holds exactly the objects that the collector tracks, the harness's and the payload's own apart."""

import gc
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
import asyncio, collections, json, logging  # noqa: E401  a heap to count
import pipe_to_dump, read_dump  # noqa: E401

capture = harness.Capture()
launcher_constants = []


def constants(code):
    launcher_constants.append(id(code.co_consts))
    launcher_constants.append(id(code.co_names))
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            constants(constant)


constants(capture.code)
known_names = None
gc.disable()
gc.collect()
known_names = dict(zip(map(id, gc.get_objects()), map(type, gc.get_objects())))
capture.run()
gc.enable()
dump, status = capture.dump()
assert status == "ok" and dump.complete, (status, dump.why_incomplete)
assert dump.all_meta["collector_enabled"] == "false"


def contents(dump):
    objects = [(o.address, o.shape, o.size, o.refcount, o.flags, o.content, o.targets) for o in dump.objects]
    return (objects, dump.all_meta, dump.types, dump.shapes, dump.roots, dump.modules, dump.threads, dump.frames,
            dump.why_incomplete)


assert contents(capture.read_file()) == contents(dump), "as a dump file it is another"

tracked = {o.address: o for o in dump.objects if o.tracked}
frozen = gc.get_freeze_count() > 0
missing = [(hex(a), n) for a, n in known_names.items() if a not in tracked and a not in launcher_constants]
extra = [o for a, o in tracked.items() if a not in known_names and o.generation != 3]
# Made between the count and the dump: the count itself, and the frames in which it and run() stand.
allowed = {id(known_names)}
extra = [o for o in extra if o.address not in allowed and o.type_name not in ("frame",)]
print("missing", missing[:20], "of", len(known_names))
by_address = {o.address: o for o in dump.objects}
for o in extra[:20]:
    print("extra", o.type_name, o.content, [by_address[t].content if t in by_address else "?" for t in o.targets][:8])
for address, name in missing[:5]:
    print("missing", name, [o for o in gc.get_objects() if hex(id(o)) == address])
sys.exit(bool(missing or extra))
