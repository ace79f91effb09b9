"""A list of 400,000, a list 100,000 deep, and frozen objects."""

import gc
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
import pipe_to_dump, read_dump  # noqa: E401

before_freeze = {"frozen": [["deep", "down"]]}
gc.collect()
gc.freeze()
wide = [float(i) for i in range(400000)]
deep = None
for _ in range(100000):
    deep = [deep]
capture = harness.Capture(content_limit=0)
count = gc.get_freeze_count()
capture.run()
assert gc.get_freeze_count() == count
dump, status = capture.dump()
assert status == "ok" and dump.complete, (status, dump.why_incomplete)
# The 400,000 that no collector tracks is known when its list has been written; from then on the share is 1 at the end.
total = capture.received.progress[-1][0]
late = [(written, known) for written, known in capture.received.progress if 0.5 * total < written < total - 60000]
assert len(late) > 10 and all(written < 0.99 * known for written, known in late), late
assert total > 0.99 * capture.received.progress[-1][1], capture.received.progress[-1]
objects = {o.address: o for o in dump.objects}
assert objects[id(wide)].targets == list(map(id, wide))
assert all(o.content is None for o in dump.objects), "content with a limit of 0"
o, depth = objects[id(deep)], 0
while o.targets and o.type_name == "list":
    o, depth = objects[o.targets[0]], depth + 1
assert depth == 100000, depth
assert objects[id(before_freeze)].generation == 3 and id(before_freeze["frozen"][0]) in objects
os._exit(0)
