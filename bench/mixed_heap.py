"""The mixed heap, on which every figure of speed is given.

What a web service holds after a while: users and orders (instances with a dict), points (instances with slots),
documents as JSON gives them, rows, blobs, sets, closures, deques, ordered dicts, subclasses of dict, and suspended
tasks. Three in ten of everything are dropped at random and made again, so that neighbours in memory are no
neighbours in the graph, as in a process that has run for a while.
"""
import asyncio
import collections
import datetime
import json
import random

OBJECTS_PER_UNIT = 69


class User:
    def __init__(self, number, chance):
        self.id = number
        self.name = "user-%d" % number
        self.score = chance.random() * 1000
        self.tags = ["t%d" % (number % 97), "x%d" % number]
        self.active = number % 2 == 1
        self.parent = None


class Order:
    def __init__(self, number, user, chance):
        self.number = number + 1000000
        self.user = user
        self.lines = [
            (number, number * 2.5, "sku%05d" % (number % 5000)),
            (number + 1, chance.random(), "sku%05d" % (number % 4999)),
        ]
        self.meta = {
            "created": 1.6e9 + number,
            "state": ("new", "paid", "sent")[number % 3],
            "ref": "R%08x" % (number * 2654435761 % 2**32),
        }


class Point:
    __slots__ = ("x", "y", "label", "owner")

    def __init__(self, number, owner, chance):
        self.x = chance.random()
        self.y = number * 1000
        self.label = "p%d" % number
        self.owner = owner


class Record(dict):
    pass


def document(number, chance):
    items = [{"sku": "A%06d" % (number * 3 + k), "qty": k, "price": chance.random()} for k in range(3)]
    return {
        "id": number * 7919,
        "type": "event",
        "payload": {
            "ip": "10.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255),
            "ua": "Mozilla/5.0 (X11) rv:%d" % number,
            "items": items,
            "geo": [chance.random(), chance.random()],
        },
        "tags": ["a", "b", str(number)],
        "ok": True,
        "none": None,
    }


def closure(number):
    return lambda x: x + number


async def wait_for(future, name, depth):
    local = {"name": name, "buffer": bytearray(64)}
    if depth:
        return await wait_for(future, name, depth - 1)
    await future
    return local


class Heap:
    """About `objects` objects, all reachable from this one."""

    def __init__(self, objects):
        self.chance = random.Random(1)
        self.users, self.orders, self.documents, self.rows, self.blobs = [], [], [], [], []
        self.sets, self.closures, self.records, self.deques = [], [], [], []
        self.points, self.ordered = {}, {}
        units = int(objects / OBJECTS_PER_UNIT)
        for number in range(units):
            self.add_unit(number)
        self.drop_some()
        for number in range(units, units + int(units * 0.3)):
            self.add_unit(number)
        self.add_tasks(max(10, units // 20))

    def add_unit(self, number):
        chance = self.chance
        user = User(number, chance)
        self.users.append(user)
        chance.choice(self.users).parent = user
        self.orders.append(Order(number, user, chance))
        self.points[number] = Point(number, user, chance)
        made = document(number, chance)
        # A parsed document holds other strings than one that the program wrote down.
        self.documents.append(json.loads(json.dumps(made)) if number % 2 else made)
        date = datetime.date(2020 + number % 5, 1 + number % 12, 1 + number % 28)
        self.rows.append(tuple([number * 11, "row%d" % number, chance.random(), date, None]))
        self.blobs.append(b"blob%08d" % number + b"x" * (number % 60))
        if number % 4 == 0:
            self.sets.append({number, "s%d" % number, (number, number + 1)})
        if number % 8 == 0:
            self.closures.append(closure(number))
            self.records.append(Record(k=number, v=[number]))
        if number % 8 == 1:
            self.deques.append(collections.deque([number, "d%d" % number]))
            self.ordered["k", number] = collections.OrderedDict(a=number, b=str(number))

    def drop_some(self):
        for held in vars(self).values():
            if isinstance(held, list):
                self.chance.shuffle(held)
                del held[int(len(held) * 0.7) :]
        numbers = list(self.points)
        self.chance.shuffle(numbers)
        for number in numbers[int(len(numbers) * 0.7) :]:
            del self.points[number]

    def add_tasks(self, count):
        self.loop = asyncio.new_event_loop()
        self.futures = [self.loop.create_future() for _ in range(count)]

        async def start():
            coroutines = [wait_for(future, "w%d" % i, 2) for i, future in enumerate(self.futures)]
            tasks = [self.loop.create_task(coroutine) for coroutine in coroutines]
            await asyncio.sleep(0)
            return tasks

        self.tasks = self.loop.run_until_complete(start())
