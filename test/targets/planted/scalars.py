"""Numbers, texts, bytes, and what looks at bytes."""
import array
import ctypes
import sys


def plant_numbers():
    return [0, 1, -1, 2**29, 2**30, -(2**30), 2**60, 2**61, -(2**200), 10**5000, True, 0.0, 1.5, -1e300, 3 + 4j]


class Text(str):
    pass


class SlottedNumber(int):
    __slots__ = ()


class Number(int):
    pass


class Data(bytes):
    pass


class Measure(float):
    __slots__ = ("unit",) if sys.version_info >= (3, 0) else ()


def plant_texts():
    made = ["", "a", "ascii text " * 3, "latin \xe9", "two bytes \u20ac", "four bytes \U0001f600", "x" * 10000]
    made += [part + str(len(made)) for part in made]
    made.append(sys.intern("interned %d" % len(made)))
    # A class keeps its name as UTF-8 too, beside the text.
    named = "Caf\xe9%d" % len(made)
    made += [named, type(named, (), {})]
    return made + [Text("a text of a subclass"), Text("\u20ac of a subclass")]


def plant_wide_texts():
    """To 3.11 a text may have a copy in wchar_t, or nothing but that."""
    texts = ["wide %d" % 1, "wide \xe9 %d" % 2, "wide \u20ac %d" % 3, "wide \U0001f600 %d" % 4]
    if sys.version_info < (3, 12):
        as_wide = ctypes.pythonapi.PyUnicode_AsUnicode
        as_wide.restype, as_wide.argtypes = ctypes.c_void_p, [ctypes.py_object]
        for text in texts:
            as_wide(text)
        try:
            from _testcapi import unicode_legacy_string

            texts += [unicode_legacy_string("legacy"), unicode_legacy_string("legacy \u20ac")]
        except ImportError:
            pass
    return texts


def plant_subclassed_numbers():
    attributed = Number(2**70)
    attributed.note = ["attribute of a number"]
    measure = Measure(1.5)
    measure.unit = ["unit"]
    return [Number(0), Number(-(2**100)), attributed, SlottedNumber(7), measure]


def plant_bytes():
    data = Data(b"a subclass of bytes")
    data.note = "attribute of bytes"
    resized = bytearray(b"x" * 100)
    resized += b"y" * 1000
    shortened = bytearray(b"z" * 5000)
    del shortened[:3000]
    return [b"", b"b", b"bytes" * 100, data, bytearray(), bytearray(b"bytearray"), resized, shortened]


def plant_views():
    base = bytearray(b"looked at by memoryviews")
    view = memoryview(base)
    released = memoryview(b"let go")
    released.release()
    numbers = array.array("d", range(100))
    grown = array.array("q")
    for i in range(50):
        grown.append(i)
    shaped = memoryview(bytes(24)).cast("B", (2, 3, 4))
    return [base, view, view[3:9], released, numbers, grown, memoryview(numbers), shaped, array.array("u", "text")]


def plant_constants():
    return [None, NotImplemented, ..., slice(1, [2], "three"), range(10), range(2**70, 2**71, 3)]
