"""References of what is planted as a dump must name them: [source, kind, label, target], by what they are. The label
of a dict's value is the address of its key.
"""
import sys

RUNNING_FRAMES_ARE_OBJECTS = sys.version_info < (3, 11)


def paths(planted):
    return [[what, id(source), kind, label, id(target)] for what, source, kind, label, target in found(planted)]


def found(planted):
    yield from dict_paths(planted)
    yield from item_paths(planted)
    yield from instance_paths(planted)
    yield from function_paths(planted)
    yield from suspended_paths(planted)
    yield from program_paths(planted)


def dict_paths(planted):
    dicts = planted["dicts"]
    for name in ("texts", "numbers", "mixed", "deleted", "generalised", "popped", "itself", "odd keys", "huge texts", "subclass"):
        for key, value in list(dicts[name].items())[:50]:
            yield "value of dict " + name, dicts[name], "value", id(key), value
            yield "key of dict " + name, dicts[name], "key", None, key
    for mapping in planted["collections"][4:9]:
        for key, value in list(mapping.items()):
            yield "value of " + type(mapping).__name__, mapping, "value", id(key), value


def item_paths(planted):
    lists, tuples = planted["lists"], planted["tuples"]
    for sequence in [lists[3], lists[5], lists[7], tuples[3], tuples[5], tuples[6], planted["collections"][0]]:
        for index, item in list(enumerate(sequence))[:40]:
            yield "item of " + type(sequence).__name__, sequence, "item", str(index), item
    for a_set in planted["sets"][1:3] + planted["sets"][7:10]:
        for item in a_set:
            yield "item of " + type(a_set).__name__, a_set, "item", None, item
    yield "slot of a list", lists[8], "slot", "second", lists[8].second
    for array in planted["arrays"][:1]:
        for index, item in enumerate(array.flat):
            yield "item of an array", array, "item", str(index), item


def instance_paths(planted):
    mangled, partly, both, own = planted["instances"][:4]
    for name in ("first", "second", "third", "_MoreSlots__private"):
        yield "slot", mangled, "slot", name, getattr(mangled, name)
    yield "slot", partly, "slot", "second", partly.second
    yield "slot beside a dict", both, "slot", "first", both.first
    yield "slot beside a dict", own, "slot", "slot", own.slot
    for o in planted["instances"][6:8]:
        for name, value in attributes(o):
            yield "attribute", o, "attribute", name, value
    plain, _, _, _, many = planted["instance_dicts"][:5]
    for name, value in attributes(plain) + attributes(many):
        yield "attribute", plain if name in ("a", "b") else many, "attribute", name, value
    replaced = planted["instance_dicts"][5]
    yield "__dict__", replaced, "field", "__dict__", replaced.__dict__
    for cls in planted["types"][:2] + planted["static_types"][:4]:
        if cls is not object:
            yield "__base__ of a type", cls, "field", "__base__", cls.__base__
        yield "__mro__ of a type", cls, "field", "__mro__", cls.__mro__
        yield "__bases__ of a type", cls, "field", "__bases__", cls.__bases__
    error = planted["exceptions"][1]
    yield "__cause__", error, "field", "__cause__", error.__cause__
    yield "args", error, "field", "args", error.args
    yield "__traceback__", error, "field", "__traceback__", error.__traceback__
    yield "tb_frame", error.__traceback__, "field", "tb_frame", error.__traceback__.tb_frame
    reference = planted["weak_references"][2]
    yield "weak reference", reference, "weak", None, reference()
    yield "__callback__", reference, "field", "__callback__", reference.__callback__


def attributes(o):
    """Without its dict, where the program has not made one: those that stand in the object itself."""
    if sys.version_info < (3, 11):
        return []
    return [(name, getattr(o, name)) for name in ("value", "more", "a", "b") if hasattr(o, name)]


def function_paths(planted):
    function, inner, innermost = planted["functions"][:3]
    for name in ("__code__", "__globals__", "__defaults__", "__kwdefaults__", "__dict__", "__name__",
                 "__qualname__", "__module__"):
        yield "of a function", function, "field", name, getattr(function, name)
    yield "__closure__", innermost, "field", "__closure__", innermost.__closure__
    for cell in innermost.__closure__:
        yield "cell", cell, "cell", None, cell.cell_contents
    code = planted["code"][1]
    for name in ("co_consts", "co_names", "co_name", "co_filename"):
        yield "of code", code, "field", name, getattr(code, name)
    method, classmethod_ = planted["methods"][0], planted["methods"][3]
    yield "__self__", method, "field", "__self__", method.__self__
    yield "__func__", method, "field", "__func__", method.__func__
    yield "__func__ of a classmethod", classmethod_, "field", "__func__", classmethod_.__func__
    readable = planted["methods"][2]
    yield "fget", readable, "field", "fget", readable.fget
    partial = planted["functools"][4]
    yield "func", partial, "field", "func", partial.func
    yield "args of partial", partial, "field", "args", partial.args
    yield "keywords", partial, "field", "keywords", partial.keywords


def suspended_paths(planted):
    """Locals of what is suspended: of the frame, where that is an object of its own always."""
    unstarted, suspended, delegated = planted["generators"][:3]
    tree, leaf = planted["coroutines"][1:3]
    expected = [(unstarted, "limit"), (unstarted, "held"), (suspended, "local"), (suspended, "i"), (suspended, "held"),
                (delegated, "mine"), (tree, "mine"), (tree, "depth"), (leaf, "argument"), (leaf, "local")]
    values = {}
    for o, name in expected:
        frame = getattr(o, "gi_frame", None) or o.cr_frame
        values[id(o), name] = frame, frame.f_locals[name]
    for o, name in expected:
        owner, value = values[id(o), name]
        yield "local of " + type(o).__name__, owner if RUNNING_FRAMES_ARE_OBJECTS else o, "local", name, value
    for generator in (unstarted, suspended, planted["generators"][3]):
        yield "gi_code", generator, "field", "gi_code", generator.gi_code
    yield "cr_code", leaf, "field", "cr_code", leaf.cr_code
    if not RUNNING_FRAMES_ARE_OBJECTS:
        yield "cr_await", tree, "field", "cr_await", tree.cr_await
        yield "cr_await", leaf, "field", "cr_await", leaf.cr_await
    frame = planted["frames"][0]
    if RUNNING_FRAMES_ARE_OBJECTS:
        yield "f_globals", frame, "field", "f_globals", frame.f_globals
        yield "gi_frame", suspended, "field", "gi_frame", suspended.gi_frame
        yield "cr_frame", leaf, "field", "cr_frame", leaf.cr_frame
    for name, value in frame.f_locals.items():
        if name != "frame":
            yield "local of a frame", frame, "local", name, value


def program_paths(planted):
    tasks = planted["tasks"][1]
    task, done = tasks[0][0], tasks[7]
    yield "Task._coro", task, "field", "_coro", task._coro
    yield "Task._loop", task, "field", "_loop", planted["tasks"][0]
    yield "Task._fut_waiter", task, "field", "_fut_waiter", task._fut_waiter
    yield "Future._result", done, "field", "_result", done.result()
    module = planted["modules"][0]
    yield "__dict__ of a module", module, "field", "__dict__", vars(module)
    a_slice = planted["constants"][3]
    for name in ("start", "stop", "step"):
        yield "of a slice", a_slice, "field", name, getattr(a_slice, name)
    variable, token = planted["context_variables"][:2]
    yield "of a Token", token, "field", "var", variable
