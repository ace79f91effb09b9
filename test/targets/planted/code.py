"""Functions and what they leave behind: code, closures, frames, generators, coroutines."""
import contextlib
import functools
import operator
import sys
import types


def annotated(a, b: int = 3, *rest: str, c: "text" = ("default",), **others: dict) -> list:
    return [a, b, rest, c, others]


annotated.attribute = ["attribute of a function"]


def plant_functions():
    captured, shared = ["captured"], ["shared"]

    def inner(x):
        nonlocal shared
        shared = [x]

        def innermost():
            return captured, shared, x

        return innermost

    def unset():
        return later

    made = [annotated, inner, inner(["x"]), unset, unset.__closure__, lambda: captured, types.CellType(), types.CellType(["in a cell"])]
    if made is None:
        later = 1
    names = {}
    exec("def with_own_globals(x=[1]): return x", names)
    copied = types.FunctionType(annotated.__code__, {"__name__": "elsewhere"}, "copied", (["d"],))
    return made + [names, copied]


def plant_code():
    source = "a = 1\ndef f(x, *, y):\n  z = [i + x for i in y]\n  def g(): return z, x\n  return g\nclass C:\n  b = (1, 2, ('c', 3))\n"
    used = compile(source * 20, "a file that does not exist.py", "exec")
    names = {}
    exec(used, names)
    read = compile(source, "read.py", "exec")
    # Reading these makes what the code object then keeps.
    return [used, read, read.co_code, read.co_varnames, read.co_cellvars, names["f"].__code__.co_freevars, names]


@functools.lru_cache(maxsize=10)
def cached(n):
    return [n]


@functools.lru_cache(maxsize=None)
def cached_without_bound(n):
    return [n]


@functools.singledispatch
def dispatched(x):
    return x


@dispatched.register(int)
def _(x):
    return -x


class Lazy:
    @functools.cached_property
    def value(self):
        return ["computed"]

    part = functools.partialmethod(annotated, ["first"])


def plant_functools():
    for n in range(30):
        cached(n)
        cached_without_bound(n)
    lazy = Lazy()
    lazy.value
    partial = functools.partial(annotated, ["a"], b=["b"])
    partial.attribute = ["attribute"]
    return [
        cached, cached_without_bound, dispatched, lazy, partial, functools.partial(partial, c=1),
        functools.cmp_to_key(lambda a, b: 0), functools.cmp_to_key(lambda a, b: 0)(["key"]), operator.itemgetter(1, "x"),
        operator.attrgetter("a.b"), operator.methodcaller("m", [1], k=[2]),
    ]


def numbers(limit, *, held=("held",)):
    local = ["local of a generator"]
    received = None
    for i in range(limit):
        try:
            received = yield i, local
        finally:
            pass
    return received


def delegating(limit):
    mine = ["mine"]
    result = yield from numbers(limit)
    return result, mine


def handling():
    try:
        raise ValueError(["raised in a generator"])
    except ValueError as error:
        yield error


def plant_generators():
    unstarted, suspended, delegated, finished, handled, failed = (
        numbers(3), numbers(3), delegating(3), numbers(0), handling(), numbers(1))
    for generator in (suspended, suspended, delegated, delegated, handled):
        next(generator)
    for _ in finished:
        pass
    with contextlib.suppress(ValueError):
        failed.throw(ValueError("thrown in"))
    captured = ["captured"]
    expression = (x for x in [captured, ["b"]] if captured)
    next(expression)
    deep = iter([["bottom"]])
    for _ in range(50):
        deep = (x for x in deep)
    next(deep)
    return [unstarted, suspended, delegated, finished, handled, failed, expression, deep]


@types.coroutine
def suspension(value):
    got = yield value
    return got


class Awaitable:
    def __await__(self):
        yield ["awaited"]


async def leaf(argument):
    local = ["local of a coroutine"]
    await suspension(local)
    return argument


async def tree(depth):
    mine = ["local of the tree", depth]
    if depth:
        await tree(depth - 1)
    else:
        await leaf(["argument"])
    return mine


async def asynchronous(limit):
    held = ["held by an asynchronous generator"]
    for i in range(limit):
        yield i, held
        await suspension(i)


async def consuming():
    seen = []
    async for item in asynchronous(5):
        seen.append(item)


def plant_coroutines():
    unstarted, suspended, awaiting, consumer = leaf(["u"]), tree(4), leaf(["a"]), consuming()
    suspended.send(None)
    awaiting.send(None)
    consumer.send(None)
    wrapper = leaf(["w"]).__await__()
    wrapper.send(None)
    generator = asynchronous(3)
    with contextlib.suppress(StopIteration):
        generator.asend(None).send(None)
    pending = generator.asend(None)
    pending.send(None)
    return [unstarted, suspended, awaiting, consumer, wrapper, generator, pending, generator.athrow(ValueError), generator.aclose()]


def plant_frames():
    """Frames that outlive their functions, and those of functions that still run."""
    def returned(argument):
        local = ["local of a frame that has returned"]
        frame = sys._getframe()
        return frame, local

    frame, _ = returned(["argument"])

    def traced():
        inner = ["local of a frame that failed"]
        raise KeyError(inner[0])

    try:
        traced()
    except KeyError as error:
        traceback = error.__traceback__
    return [frame, traceback, sys._getframe()]


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@contextlib.contextmanager
def managed():
    yield ["managed"]


def plant_contexts():
    manager = managed()
    manager.__enter__()
    stack = contextlib.ExitStack()
    stack.enter_context(Manager())
    stack.callback(print, ["argument"])
    return [manager, stack]
