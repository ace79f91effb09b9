"""Leaks that lie in several places with one cause, and growth that is none."""
import gc
import threading

import weakref

from records import Session


class Source:
    def __init__(self):
        self.recent = []


LATEST = {"s%d" % i: Source() for i in range(7)}


def by_key(turn):
    for source in LATEST.values():
        source.recent.extend(Session(i) for i in range(500))
    return 3500


class Stats:
    pass


STATS = Stats()
STATS.reads, STATS.writes, STATS.tables = Source(), Source(), {}


def by_attribute(turn):
    for source in STATS.reads, STATS.writes:
        source.recent.extend(Session(i) for i in range(1500))
    return 3000


MANY = Stats()
for name in range(40):
    setattr(MANY, "source_%d" % name, Source())


def by_many_attributes(turn):
    for source in vars(MANY).values():
        source.recent.extend(Session(i) for i in range(75))
    return 3000


def remembering(function):
    seen = []

    def call(what):
        seen.append(what)

    return call


@remembering
def create(what):
    pass


@remembering
def delete(what):
    pass


def by_function(turn):
    for function in create, delete:
        for i in range(1500):
            function(Session(i))
    return 3000


LOCAL = threading.local()
asked, answered = [threading.Semaphore(0) for _ in range(3)], threading.Semaphore(0)


def worker(own):
    LOCAL.kept = []
    while True:
        own.acquire()
        LOCAL.kept.extend(Session(i) for i in range(1000))
        answered.release()


def by_thread(turn):
    for i, own in enumerate(asked):
        if turn == 0:
            threading.Thread(target=worker, args=(own,), name="worker-%d" % i, daemon=True).start()
        own.release()
        answered.acquire()
    return 3000


FIRST, SECOND = [], []


def two_causes(turn):
    for kept in FIRST, SECOND:
        kept.extend(Session(i) for i in range(1500))
    return 1500


def scattered(turn):
    """In many globals, of which none has a twentieth of the growth."""
    for i in range(40):
        globals().setdefault("KEPT_%d" % i, []).extend(Session(i) for i in range(100))
    return 4000


class App:
    pass


class Job:
    def __init__(self, done):
        self.done = done
        self.pad = bytes(300)


LIVE = []


def late(turn):
    """Ever the same leak, but the last dump comes much later."""
    for i in range(100 if turn == 2 else 6000):
        LIVE.append(Session(i))
    return len(LIVE)


TABLE = {}


def rebuilt(turn):
    """Built anew each time, with more in it."""
    global TABLE
    TABLE = {i: Session(i) for i in range(4000 * (turn + 1))}
    return len(TABLE)


TEXT = ""


def longer_text(turn):
    global TEXT
    TEXT = TEXT + "a line of a log\n" * 20000
    return 1


RECENT = {}


def refilled(turn):
    """As many as ever, others each time."""
    RECENT.clear()
    RECENT.update((turn * 100000 + i, Session(i)) for i in range((5000, 4600, 5200)[turn % 3]))
    return len(RECENT)


MANAGER = App()
OBSERVERS = []
FRESH = None


def gone(reference):
    pass


def other_references(turn):
    """Weak references to one object, beside a large list that is new."""
    global FRESH
    FRESH = [Session(i) for i in range(6000 * turn)]
    OBSERVERS.extend(weakref.ref(MANAGER, gone) for _ in range(6000))
    return 6000


EVEN_AND_ODD = []


def on_even():
    pass


def on_odd():
    pass


def alternating(turn):
    for i in range(4096):
        EVEN_AND_ODD.append(Job(on_odd if i % 2 else on_even))
    return 4096


LARGE = {}
SMALL = set()


def small_beside_large(turn):
    """Of two leaks one has a hundredth of the growth."""
    for i in range(400):
        LARGE[turn, i] = [bytes(9000), i]
    for i in range(60):
        SMALL.add(Session(1000 * turn + i))
    return 60


class Node:
    def __init__(self, number):
        self.me = self
        self.lines = ["line %d of %d" % (i, number) for i in range(6000)]


result = None


def replaced(turn):
    """What is replaced is garbage from then on, since it holds itself and the collector is off."""
    global result
    gc.disable()
    result = Node(turn)
    return 1
