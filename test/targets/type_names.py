"""A program whose modules know types of other modules: "aliases" answers [name, id of the type] of all, "types" the ids
of all types."""
import asyncio
import concurrent.futures
import gc
import os
import sys

import harness

OBJECTS = [concurrent.futures.Future(), concurrent.futures.ThreadPoolExecutor(1)]


async def main():
    OBJECTS.extend([asyncio.Queue(), asyncio.get_running_loop().create_future()])


LOOP = asyncio.new_event_loop()
LOOP.run_until_complete(main())
sys.modules["__main__"].__dict__["two words"] = asyncio.Queue
sys.modules["__main__"].__dict__["class"] = asyncio.Queue
sys.modules["__main__"].__dict__[3] = asyncio.Queue
RENAMED = type("Given", (), {"__module__": "elsewhere"})
KEPT = RENAMED()


def aliases():
    for module, namespace in [(name, vars(module)) for name, module in list(sys.modules.items())]:
        for attribute, value in list(namespace.items()):
            if not isinstance(value, type) or type(attribute) is not str:
                continue
            if attribute.isidentifier() and attribute not in ("class",):
                yield [module + "." + attribute, id(value)]


harness.say("ready")
while True:
    command = harness.read_line().strip()
    if command == "aliases":
        harness.say(list(aliases()))
    else:
        os._exit(0)
