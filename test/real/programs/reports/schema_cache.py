"""marshmallow_dataclass 8.5.6 to 8.5.7 (issue 198): an lru_cache has the caller's frame in its keys."""
import beside
import harness
from dataclasses import dataclass

import marshmallow_dataclass
from marshmallow.schema import BaseSchema


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
    beside.churn()
    for _ in range(200):
        serve()
    harness.say("done")
