"""Leaks in what libraries keep, in C code, and of cycles that nobody collects."""
import contextvars
import ctypes
import gc
import logging
import queue
import sys
import types
import weakref

from records import Session

try:
    import numpy
except ImportError:
    numpy = None


def handlers(turn):
    for i in range(600):
        logging.getLogger("request-%d-%d" % (turn, i)).addHandler(logging.StreamHandler())
    return 600


QUEUE = queue.Queue()


def unread_queue(turn):
    for i in range(3000):
        QUEUE.put(Session(i))
    return 3000


class Long:
    pass


LONG = Long()


def finalizers(turn):
    for i in range(1500):
        weakref.finalize(LONG, print, Session(i))
    return 1500


def new_modules(turn):
    for i in range(150):
        module = types.ModuleType("made_%d_%d" % (turn, i))
        module.data = bytes(10000)
        sys.modules[module.__name__] = module
    return 150


class Settings:
    pass


def class_attributes(turn):
    for i in range(1500):
        setattr(Settings, "seen_%d_%d" % (turn, i), Session(i))
    return 1500


BY_KEY = weakref.WeakKeyDictionary()


class Key:
    pass


class About:
    def __init__(self, key):
        self.key = key
        self.pad = bytes(400)


def weak_keys(turn):
    for _ in range(2000):
        key = Key()
        BY_KEY[key] = About(key)
    return 2000


HISTORY = contextvars.ContextVar("history", default=None)


def context_variable(turn):
    history = HISTORY.get() or []
    history.extend(Session(i) for i in range(2500))
    HISTORY.set(history)
    return 2500


def lost_in_c(turn):
    for i in range(3000):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(Session(i)))
    return 3000


class Cyclic:
    def __init__(self):
        self.list = [self]
        self.dict = {"me": self}
        self.pad = bytes(400)


def saved_garbage(turn):
    gc.set_debug(gc.DEBUG_SAVEALL)
    for _ in range(1500):
        Cyclic()
    gc.collect()
    return 1500


def not_collected(turn):
    gc.disable()
    for _ in range(3000):
        Cyclic()
    return 3000


VIEWS = []


def numpy_views(turn):
    for _ in range(20):
        VIEWS.append(numpy.zeros(20000)[:5])
    return 20
