"""pydantic 2.0 (issue 6727): a model with a validator is in a cycle through objects of Rust, which show no references."""
import gc

import beside
import harness
from pydantic import BaseModel, field_validator


def endpoint(limit):
    class Query(BaseModel):
        page: int

        @field_validator("page")
        def within(cls, page):
            return min(page, limit)

    return Query(page=10).page


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(100):
        endpoint(number)
    gc.collect()
    harness.say("done")
