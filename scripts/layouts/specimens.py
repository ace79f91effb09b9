# Instances of C types that no header describes: `specimens()` gives (instance, {name: referent}). The referents are
# objects of their own, so that each is found at one place; what the type's own attributes return is named by itself.
import io
import itertools
import os
import sys
import types


class Thing:
    """An object that is nobody else's."""

    def __init__(self, *arguments, **keywords):
        pass

    def __call__(self, *arguments, **keywords):
        return Thing()


def text(length=20):
    return "".join(map(chr, range(97, 97 + length)))


# Fields that only C code sees, by the type of what they refer to, in their order.
hidden = {
    "_asyncio.Future": {"Context": ["fut_context0"], "list": ["_callbacks"]},
    "_asyncio.Task": {"Context": ["_context"]},
    "_collections._tuplegetter": {"int": ["index"]},
    "_csv.writer": {"builtin_function_or_method": ["write"]},
    "_io.BufferedRWPair": {"BufferedReader": ["reader"], "BufferedWriter": ["writer"]},
    "_io.BytesIO": {"bytes": ["buf"]},
    "_io.StringIO": {"IncrementalNewlineDecoder": ["decoder"]},
    "_io.TextIOWrapper": {"IncrementalEncoder": ["encoder"], "IncrementalNewlineDecoder": ["decoder"]},
    "_json.Scanner": {"dict": ["memo"]},
    "_queue.SimpleQueue": {"list": ["lst"]},
    "_ssl._SSLSocket": {"ReferenceType": ["owner"]},
    "_struct.Struct": {"bytes": ["format"]},
    "_thread._local": {"str": ["key"], "tuple": ["args"], "dict": ["dummies"]},
    "datetime.timezone": {"str": ["name"]},
    "decimal.Context": {"SignalDict": ["traps", "flags"]},
    "dict_itemiterator": {"tuple": ["di_result"]},
    "dict_reverseitemiterator": {"tuple": ["di_result"]},
    "enumerate": {"tuple": ["en_result"], "int": ["one"]},
    "functools._lru_cache_wrapper": {"dict": ["cache"]},
    "itertools._tee": {"_tee_dataobject": ["dataobj"]},
    "itertools.chain": {"tuple_iterator": ["source"]},
    "itertools.combinations": {"tuple": ["pool", "result"]},
    "itertools.combinations_with_replacement": {"tuple": ["pool", "result"]},
    "itertools.count": {"int": ["long_step"]},
    "itertools.cycle": {"list": ["saved"]},
    "itertools.groupby": {"list_iterator": ["it"]},
    "itertools.permutations": {"tuple": ["pool", "result"]},
    "itertools.product": {"tuple": ["pools", "result"]},
    "itertools.zip_longest": {"tuple": ["ittuple", "result"]},
    "longrange_iterator": {"int": ["index", "start", "step", "len"]},
    "map": {"tuple": ["iters"]},
    "method-wrapper": {"wrapper_descriptor": ["descr"]},
    "odict_iterator": {"str": ["di_current"]},
    "operator.attrgetter": {"tuple": ["attr"]},
    "operator.itemgetter": {"tuple": ["item"], "Thing": ["item"]},
    "operator.methodcaller": {"tuple": ["args"], "dict": ["kwds"]},
    "range": {"int": ["length"]},
    "re.Pattern": {"dict": ["groupindex"], "tuple": ["indexgroup"]},
    "sqlite3.Cursor": {"Statement": ["statement"]},
    "sqlite3.Row": {"tuple": ["data", "description"]},
    "zip": {"tuple": ["ittuple", "result"]},
}

# Fields of objects that somebody else holds.
borrowed = {
    "memoryview": ["obj"],
    "sqlite3.Connection": """Warning Error InterfaceError DatabaseError DataError OperationalError IntegrityError
        InternalError ProgrammingError NotSupportedError""".split(),
}

makers = []


def maker(function):
    makers.append(function)
    return function


def specimens():
    """Of each kind that this build has: what a version or a build does not have is left out."""
    for function in makers:
        try:
            yield from function()
        except (ImportError, AttributeError, NameError, TypeError):
            continue


@maker
def builtin():
    get, put, delete, doc = Thing(), Thing(), Thing(), text()
    yield property(get, put, delete, doc), {}
    for wrapper in classmethod, staticmethod:
        yield wrapper(get), {"__func__": get}
    mapping = {1: 2}
    yield types.MappingProxyType(mapping), {"mapping": mapping}
    yield types.SimpleNamespace(a=1), {}
    large = 1 << 70
    yield range(large, large + 9, large + 5), {}

    class Child(Thing):
        def of(self):
            return super()

    class Grandchild(Child):
        pass

    child = Grandchild()
    yield child.of(), {}
    yield [].__len__, {}
    yield 3 .__add__, {}
    yield child.__repr__, {}
    yield memoryview(bytearray(9)), {}


@maker
def described():
    def function(argument: int = 1, *, key=2) -> int:
        "A text."
        return [cell, cell2]

    cell, cell2 = Thing(), Thing()
    function.__kwdefaults__, function.__dict__["a"] = {"key": Thing()}, 1
    function.__annotations__
    yield function, {}
    yield function.__closure__[0], {}
    yield Thing().__init__, {}
    yield io.BytesIO().read, {}
    yield "".join, {}
    yield types.ModuleType(text()), {}
    yield slice(Thing(), Thing(), Thing()), {}

    class Kind(Thing):
        __slots__ = ("slot",)

    yield Kind, {}
    yield os.DirEntry, {}  # which has a module in C (3.9)
    yield function.__code__, {}
    yield sys._getframe(), {}
    yield (x for x in [Thing()]), {}
    for descriptor in str.join, types.FunctionType.__code__, types.FunctionType.__globals__, str.__len__:
        yield descriptor, {}
    yield dict.__dict__["fromkeys"], {}
    for kind in ValueError, SyntaxError, ImportError, UnicodeDecodeError, SystemExit, OSError, StopIteration:
        try:
            try:
                raise KeyError(Thing())
            except KeyError as context:
                raise made(kind) from context
        except BaseException as error:
            error.note = 1
            if hasattr(error, "add_note"):
                error.add_note(text())
            yield error, {}
            yield error.__traceback__, {}


@maker
def named_errors():
    yield NameError(text(), name=text(5)), {}
    yield AttributeError(text(), name=text(5), obj=Thing()), {}
    yield ImportError(text(), name=text(5), path=text(6), name_from=text(7)), {}


@maker
def groups_of_errors():
    yield ExceptionGroup(text(), [ValueError()]), {}


def made(kind):
    if kind is SyntaxError:
        return kind(text(), (text(5), 1 << 70, 1 << 71, text(6)))
    if kind is ImportError:
        return kind(text(), name=text(5), path=text(6))
    if kind is UnicodeDecodeError:
        return kind(text(5), bytes(range(9)), 0, 1, text(6))
    if kind is OSError:
        return kind(1 << 20, text(5), text(6), None, text(7))
    return kind(Thing())


@maker
def aliases():
    yield list[Thing, int], {}
    yield int | Thing, {}


@maker
def iterators():
    numbers, pair = [1, 2, 3], (Thing(), Thing())
    yield iter(numbers), {"it_seq": numbers}
    yield reversed(numbers), {"it_seq": numbers}
    yield iter(pair), {"it_seq": pair}
    for made in {Thing()}, frozenset({Thing()}):
        yield iter(made), {"si_set": made}
    mapping = {Thing(): Thing()}
    for view in mapping.keys(), mapping.values(), mapping.items():
        yield view, {"dv_dict": mapping}
        yield iter(view), {"di_dict": mapping}
        yield reversed(view), {"di_dict": mapping}
    for made in "a\x80\u1234", text(), bytes(9), bytearray(9):
        yield iter(made), {"it_seq": made}
    large = 1 << 70
    yield iter(range(large, large + 7)), {}
    call, sentinel = Thing(), Thing()
    yield iter(call, sentinel), {"it_callable": call, "it_sentinel": sentinel}

    class Sequence:
        def __getitem__(self, index):
            return index

        def __len__(self):
            return 9

    sequence = Sequence()
    yield iter(sequence), {"it_seq": sequence}
    yield reversed(sequence), {"seq": sequence}
    one, other, function = iter(numbers), iter(pair), Thing()
    yield enumerate(one), {"en_sit": one}
    yield zip(one, other), {}
    yield map(function, one, other), {"func": function}
    yield filter(function, one), {"func": function, "it": one}


@maker
def from_itertools():
    one, two, function, start = iter([1, 2]), iter([3, 4]), Thing(), 1 << 70
    thing = Thing()
    yield itertools.count(start, start + 1), {"long_cnt": start}
    yield itertools.cycle(one), {"it": one}
    yield itertools.repeat(thing), {"element": thing}
    yield itertools.chain(one, two), {}
    yield itertools.islice(one, 1), {"it": one}
    for kind in itertools.starmap, itertools.takewhile, itertools.dropwhile, itertools.filterfalse:
        yield kind(function, one), {"func": function, "it": one}
    yield (
        itertools.accumulate(one, function, initial=thing),
        {"it": one, "binop": function, "initial": thing},
    )
    yield itertools.compress(one, two), {"data": one, "selectors": two}
    groups = itertools.groupby(iter([thing]), function)
    key, grouper = next(groups)
    yield groups, {"keyfunc": function, "currkey": key, "currvalue": thing}
    yield grouper, {"parent": groups, "tgtkey": key}
    tee = itertools.tee(one)[0]
    yield tee, {}
    yield tee.__reduce__()[1][0] if tee.__reduce__()[1] and tee.__reduce__()[1][0] else tee, {}
    for made in (
        itertools.product("ab", "cd"),
        itertools.permutations("abc"),
        itertools.combinations("abc", 2),
        itertools.combinations_with_replacement("abc", 2),
    ):
        next(made)
        yield made, {}
    yield itertools.zip_longest(one, two, fillvalue=thing), {"fillvalue": thing}
    yield itertools.pairwise(one), {"it": one}
    yield itertools.batched(one, 2), {"it": one}


@maker
def from_functools():
    import functools

    function, first, second = Thing(), Thing(), Thing()
    yield functools.partial(function, first, key=second), {}
    yield functools.partial, {}
    for size in None, 9:
        cached = functools.lru_cache(maxsize=size)(function)
        cached(Thing())
        yield cached, {"func": function}
    yield functools.cmp_to_key(function)(first), {"cmp": function}
    yield functools.cmp_to_key(function), {"cmp": function}


@maker
def from_collections():
    import collections

    deque = collections.deque([1])
    yield deque, {}
    yield iter(deque), {"deque": deque}
    yield reversed(deque), {"deque": deque}
    factory = Thing()
    yield collections.defaultdict(factory), {}
    ordered = collections.OrderedDict(a=1)
    yield ordered, {}
    yield iter(ordered), {"di_odict": ordered}
    yield collections.namedtuple("Named", "field").field, {}


@maker
def from_operator():
    import operator

    name, argument = text(), Thing()
    yield operator.itemgetter(1 << 70, argument), {}
    yield operator.itemgetter(argument), {}
    yield operator.attrgetter("a.b"), {}
    yield operator.methodcaller(name, argument, key=argument), {"name": name}


@maker
def asynchronous():
    import asyncio

    import _asyncio

    loop = asyncio.new_event_loop()
    callback = Thing()

    async def forever(future):
        await future

    future = _asyncio.Future(loop=loop)
    future.add_done_callback(callback)
    future.add_done_callback(Thing())
    yield future, {"_loop": loop, "fut_callback0": callback}
    done, result = _asyncio.Future(loop=loop), Thing()
    done.set_result(result)
    yield done, {"_loop": loop, "_result": result}
    failed, error = _asyncio.Future(loop=loop), ValueError()
    failed.set_exception(error)
    failed.exception()
    yield failed, {"_loop": loop, "_exception": error}
    if hasattr(asyncio, "future_add_to_awaited_by"):
        waited = _asyncio.Future(loop=loop)
        asyncio.future_add_to_awaited_by(waited, future)
        yield waited, {"_loop": loop, "fut_awaited_by": future}
    loop.set_debug(True)
    traced = _asyncio.Future(loop=loop)
    yield traced, {"_loop": loop, "_source_traceback": traced._source_traceback}
    loop.set_debug(False)
    yield future.__await__(), {"fut": future}
    coroutine, name = forever(future), text()
    task = _asyncio.Task(coroutine, loop=loop, name=name)
    yield task, {"_loop": loop, "_coro": coroutine, "_name": name}
    yield loop._ready[-1]._callback, {"task": task}
    loop.call_soon(loop.stop)
    loop.run_forever()
    yield task, {"_loop": loop, "_coro": coroutine, "_fut_waiter": future, "_name": name}
    for wake in future._callbacks or ():
        if type(wake[0]).__name__ == "TaskWakeupMethWrapper":
            yield wake[0], {"task": task}
    task.cancel()
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()


@maker
def generators():
    async def work():
        yield 1

    coroutine = types.coroutine(lambda: (yield))()
    yield coroutine, {}

    async def simple():
        pass

    sys.set_coroutine_origin_tracking_depth(1)
    made = simple()
    sys.set_coroutine_origin_tracking_depth(0)
    yield made, {}
    yield made.__await__(), {"cw_coroutine": made}
    stream, value = work(), Thing()
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(finalizer=Thing())
    send = stream.asend(value)
    sys.set_asyncgen_hooks(*hooks)
    yield stream, {}
    yield send, {"ags_gen": stream, "ags_sendval": value}
    error = ValueError()
    throw = stream.athrow(error)
    yield throw, {"agt_gen": stream}
    default = Thing()
    waiting = anext(stream, default)
    yield waiting, {"default_value": default}
    for left in made, send, throw, waiting:
        left.close()


@maker
def input_and_output():
    import tempfile

    with tempfile.TemporaryFile("w+", encoding="utf-8", newline=None) as file:
        file.write("a\nb\n")
        file.seek(0)
        file.read(1)
        yield file, {"raw": file.buffer.raw}
        yield file.buffer, {}
        yield file.buffer.raw, {}
    raw = io.BytesIO(bytes(99))
    yield raw, {}
    for kind in io.BufferedReader, io.BufferedWriter, io.BufferedRandom:
        yield kind(io.BytesIO(bytes(9))), {}
    reader, writer = io.BytesIO(), io.BytesIO()
    yield io.BufferedRWPair(reader, writer), {}
    yield io.StringIO(text(), newline=None), {}
    decoder = Thing()
    errors = text(6)
    yield io.IncrementalNewlineDecoder(decoder, True, errors), {"decoder": decoder, "errors": errors}
    with tempfile.TemporaryFile("wb") as file:
        wrapper = io.TextIOWrapper(file, encoding="utf-8", errors="strict")
        wrapper.write("pending")
        yield wrapper, {"raw": file.raw}
        wrapper.flush()


@maker
def expressions():
    import re

    pattern = re.compile("(?P<name>a)(b)")
    subject = "xabc" + text()
    match = pattern.search(subject)
    match.regs
    yield pattern, {}
    yield match, {}
    yield pattern.scanner(subject), {"string": subject}


@maker
def threads():
    import _thread

    yield _thread.allocate_lock(), {}
    yield _thread.RLock(), {}
    argument = Thing()

    class Local(_thread._local):
        def __init__(self, argument):
            pass

    local = Local(argument)
    local.name = 1
    yield local, {}


@maker
def queues():
    import _queue

    queue = _queue.SimpleQueue()
    queue.put(Thing())
    yield queue, {}


@maker
def contexts():
    import contextvars

    default, value = Thing(), Thing()
    variable = contextvars.ContextVar("name", default=default)
    context = contextvars.copy_context()
    token = context.run(variable.set, value)
    yield variable, {"default": default}
    yield context, {}
    yield token, {"ctx": context}
    yield context.keys(), {}
    yield iter(context), {}


@maker
def weak():
    import weakref

    target, callback = Thing(), lambda _: None
    yield weakref.ref(target, callback), {}
    yield weakref.proxy(target, callback), {}
    function = lambda: None  # noqa: E731
    yield weakref.proxy(function, callback), {}


@maker
def formats():
    import struct

    yield struct.Struct("<" + "i" * 7), {}
    yield struct.Struct, {}


@maker
def encoders():
    import _json

    defaults = [Thing(), Thing(), Thing()]
    markers = {}
    yield _json.make_encoder(markers, *defaults, text(3), text(4), False, False, True), {}

    class Context:
        strict = True
        object_hook, object_pairs_hook = Thing(), Thing()
        parse_float, parse_int, parse_constant = Thing(), Thing(), Thing()

    yield _json.make_scanner(Context()), {}


@maker
def tables():
    import _csv

    lines = iter([])
    yield _csv.reader(lines), {"input_iter": lines}
    yield _csv.reader(lines).dialect, {}
    yield _csv.writer(io.StringIO()), {}


@maker
def times():
    import datetime

    offset = datetime.timedelta(seconds=60)
    zone = datetime.timezone(offset, text())
    yield zone, {"offset": offset}
    yield datetime.datetime(2000, 1, 1, tzinfo=zone), {}
    yield datetime.time(1, tzinfo=zone), {}


@maker
def documents():
    import _elementtree

    element = _elementtree.Element(text())
    element.text, element.tail = text(7), text(8)
    yield element, {}
    import pyexpat

    yield pyexpat.ParserCreate(intern={}), {}


@maker
def pickles():
    import _pickle

    file = io.BytesIO()
    pickler = _pickle.Pickler(file)
    pickler.dispatch_table = {}
    yield pickler, {}
    unpickler = _pickle.Unpickler(io.BytesIO(b""))
    yield unpickler, {}


@maker
def compression():
    import zlib

    yield zlib.compressobj(), {}
    yield zlib.decompressobj(), {}
    import bz2

    yield bz2.BZ2Decompressor(), {}
    import lzma

    yield lzma.LZMADecompressor(), {}


@maker
def files():
    import os

    with os.scandir("/") as entries:
        yield entries, {}
        yield next(entries), {}


@maker
def foreign():
    import ctypes

    yield ctypes.c_char_p(b"abc"), {}
    function = Thing()
    yield ctypes.CFUNCTYPE(None)(function), {"callable": function}

    class Pair(ctypes.Structure):
        _fields_ = [("a", ctypes.c_void_p), ("b", ctypes.c_int * 9)]

    pair = Pair()
    yield pair.b, {"_b_base_": pair}
    yield ctypes.pointer(pair), {}


@maker
def numbers():
    import decimal

    yield decimal.Context(), {}


@maker
def parameters():
    import typing

    bound = Thing
    yield typing.TypeVar("T", bound=bound), {}
    yield typing.ParamSpec("P"), {}


@maker
def databases():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.row_factory = Thing()
    yield connection, {}
    connection.row_factory = sqlite3.Row
    cursor = connection.execute("select 1 as one union select 2")
    yield cursor, {}
    yield cursor.fetchone(), {}


@maker
def secure():
    import ssl

    context = ssl.create_default_context()
    yield context, {}
    wrapped = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")
    yield wrapped._sslobj, {}
