"""Leaks in containers that modules, classes and objects have."""
import array
import collections

from records import Node, Order, Session


def nothing(turn):
    return 0


CACHE = {}


def module_cache(turn):
    for i in range(3000):
        CACHE["session-%d-%d" % (turn, i)] = Session(i)
    return 3000


BY_DAY = collections.defaultdict(list)
for day in range(800):
    BY_DAY["day-%d" % day] = []


def many_lists(turn):
    for i in range(6000):
        BY_DAY["day-%d" % (i % 800)].append(Session(i))
    return 6000


HEAD = None


def linked_list(turn):
    global HEAD
    for _ in range(5000):
        HEAD = Node(HEAD)
    return 5000


FIRST = LAST = ["first", None]


def nested_lists(turn):
    global LAST
    for i in range(5000):
        LAST[1] = LAST = [str(i) * 20, None]
    return 5000


def nested_dicts(turn):
    global HEAD
    for i in range(5000):
        HEAD = {"next": HEAD, "text": str(i) * 20}
    return 5000


class Identity:
    def __init__(self):
        self.map = {}


IDENTITY = Identity()


def identity_map(turn):
    for i in range(1200):
        IDENTITY.map["Order", turn, i] = Order(turn * 10000 + i)
    return 1200


class Job:
    running = {}

    def __init__(self, number):
        self.payload = bytes(300)
        Job.running[number] = self


def class_attribute(turn):
    for i in range(3000):
        Job((turn, i))
    return 3000


class Registry(type):
    classes = []

    def __init__(cls, name, bases, names):
        super().__init__(name, bases, names)
        Registry.classes.append(cls)


def metaclass(turn):
    for i in range(500):
        Registry("Made_%d_%d" % (turn, i), (), {"number": i})
    return 500


class Plain:
    pass


APP = Plain()
APP.state = Plain()
APP.state.inner = {"x": Plain()}
APP.state.inner["x"].history = []


def deep_attribute(turn):
    for i in range(3000):
        APP.state.inner["x"].history.append({"id": i, "value": "value-%d-%d" % (turn, i)})
    return 3000


APP.items = []


def replaced_list(turn):
    APP.items = APP.items + [Session(i) for i in range(2500)]
    return 2500


NAMES = set()


def names(turn):
    for i in range(8000):
        NAMES.add("name-%d-%d" % (turn, i))
    return 8000


BUFFER = bytearray()


def buffer(turn):
    BUFFER.extend(bytes(1500000))
    return 1


VIEWS = []


def views(turn):
    for _ in range(20):
        VIEWS.append(memoryview(array.array("b", bytes(100000)))[:10])
    return 20


class Zombie:
    risen = []

    def __init__(self):
        self.me = self
        self.pad = bytes(500)

    def __del__(self):
        Zombie.risen.append(self)


def risen(turn):
    import gc

    for _ in range(1500):
        Zombie()
    gc.collect()
    return 1500
