"""What a program knows of its own heap, written to a file: the closure of what the collector has, object by object.

The file is a sequence of u64: address, address of the type, sys.getsizeof (or UNKNOWN), number of
referents, and their addresses. It tells of what existed before the report began, and leaves nothing behind.
"""
import array
import ctypes
import gc
import os
import sys
import types
import zlib

import values_block

UNKNOWN = 2**64 - 1


def object_at(address):
    return ctypes.cast(address, ctypes.py_object).value


def referents(o):
    # Up to 3.12.5 _asyncio tells the collector of iterators that are freed already (python/cpython issue 122695).
    if o is sys.modules.get("_asyncio") and (3, 12) <= sys.version_info < (3, 12, 6):
        return []
    return gc.get_referents(o)


def size_of(o):
    """A `__sizeof__` that is written in Python is not called: pandas' makes objects."""
    try:
        if isinstance(type(o).__sizeof__, types.FunctionType):
            return UNKNOWN
        return sys.getsizeof(o) + values_block.size(o)
    except Exception:
        return UNKNOWN


def collect(islands):
    """The report; `islands` are addresses of objects that neither the collector's lists nor others lead to."""
    pending = gc.get_objects()
    pending += map(object_at, islands)
    seen = {id(pending)}
    # Before 3.11 a function that runs is an object, and leads to what the report consists of.
    if sys.version_info < (3, 11):
        seen.add(id(sys._getframe()))
    found = array.array("Q")
    while pending:
        o = pending.pop()
        if id(o) not in seen:
            seen.add(id(o))
            refers_to = referents(o)
            found.extend((id(o), id(type(o)), size_of(o), len(refers_to)))
            found.extend(map(id, refers_to))
            pending += refers_to
    return found


def write(path, islands=()):
    """Repeats itself until nothing changes any more: the first times make what reports then find."""
    before = None
    for _ in range(10):
        found = collect(islands).tobytes()
        now = zlib.crc32(found)
        if now == before:
            break
        before = now
    else:
        raise RuntimeError("the heap is never the same twice")
    with open(path, "wb") as file:
        file.write(found)


def describe(addresses):
    """Type and size of what the collector does not lead to."""
    return [[id(type(o)), size_of(o)] for o in map(object_at, addresses)]
