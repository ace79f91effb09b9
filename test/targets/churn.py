"""A process whose objects come and go, some of them at addresses that were others' before."""
import gc

import harness


class Session:
    def __init__(self, number):
        self.number = number
        self.user = "user-%d" % number
        self.tags = [str(number), number * 1.5]


class Slotted:
    __slots__ = ("number", "following")


def made_class():
    class Row:
        pass

    return Row


ROWS = [made_class() for _ in range(3)]  # classes of one name
CACHE = {}
CHAIN = []
made = 0


def fill(count):
    global made
    for _ in range(count):
        CACHE[made] = Session(made)
        slotted = Slotted()
        slotted.number, slotted.following = made, CHAIN[-1] if CHAIN else None
        CHAIN.append(slotted)
        row = ROWS[made % 3]()
        row.cells = (made, b"cell-%d" % made, {"row": made})
        CACHE["row", made] = row
        made += 1


def churn():
    for key in list(CACHE)[::3]:
        del CACHE[key]
    del CHAIN[-200:]
    gc.collect()
    fill(700)
    for key in list(CACHE)[1::7]:  # holes that are not filled again
        del CACHE[key]
    ROWS.append(made_class())
    gc.collect()


fill(1500)
harness.say("ready")
while True:
    line = harness.read_line()
    if line.strip() == "churn":
        churn()
        harness.say("churned")
    else:
        harness.answer(line)
