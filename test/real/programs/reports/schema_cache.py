"""marshmallow_dataclass 8.5.6 to 8.5.7 (issue 198): an lru_cache has the caller's frame in its keys."""
import sys

sys.path[:0] = sys.argv[1:]
import harness  # noqa: E402
from dataclasses import dataclass  # noqa: E402

import marshmallow_dataclass  # noqa: E402
from marshmallow.schema import BaseSchema  # noqa: E402


@dataclass(frozen=True)
class Sample:
    a: str


def load():
    return marshmallow_dataclass.class_schema(Sample, base_schema=BaseSchema)().load({"a": "x"})


def serve():
    body = ["item %d" % i for i in range(40)]
    return load(), body


harness.say("ready")
while harness.read_line():
    for _ in range(200):
        serve()
    harness.say("done")
